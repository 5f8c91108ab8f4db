/*
 * Workloads and pods as the facts of model/workload.h and model/pod.h, as tolerant and as strict as
 * cluster/application.h. Results live in the arena; they do not need OBJECT any longer.
 */
#ifndef SG_CLUSTER_WORKLOAD_H
#define SG_CLUSTER_WORKLOAD_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "io/json_doc.h"
#include "model/event.h"
#include "model/workload.h"

/* OBJECT is taken to be of KIND: an item of a list does not say its own. */
int sg_workload_decode(const struct sg_json *object, enum sg_workload_kind kind,
	struct sg_arena *arena, struct sg_workload *ret, struct sg_err *err) SG_MUST_CHECK;

int sg_pod_decode(const struct sg_json *object, struct sg_arena *arena, struct sg_pod *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* An Event of core/v1; one without a time that can be read is not `timed`. */
int sg_event_decode(const struct sg_json *object, struct sg_arena *arena, struct sg_event *ret,
	struct sg_err *err) SG_MUST_CHECK;

#endif
