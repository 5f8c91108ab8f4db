/*
 * Objects of Argo CD as the facts of model/app.h. Tolerant as the API is: null, absent, "" and {}
 * are the same; a value of another type is ANSWER_INVALID naming its place, and so is a name or
 * revision of more than 4 KiB. Messages of that length are cut.
 */
#ifndef SG_CLUSTER_APPLICATION_H
#define SG_CLUSTER_APPLICATION_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "io/json_doc.h"
#include "model/app.h"

/* The result lives in the arena; it does not need OBJECT any longer. */
int sg_application_decode(const struct sg_json *object, struct sg_arena *arena, struct sg_app *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* AppProject: its name and sync windows. */
int sg_application_project_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_app_project *ret, struct sg_err *err) SG_MUST_CHECK;

/* ApplicationSet: its strategy and the state of its steps. */
int sg_application_set_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_app_set *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
