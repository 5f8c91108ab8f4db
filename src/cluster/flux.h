/*
 * Objects of Flux as the facts of model/flux.h, as tolerant and as strict as cluster/application.h.
 * Results live in the arena; they do not need OBJECT any longer. Entries of an inventory that name
 * no object are ANSWER_INVALID: whoever waits for all of it must not miss one.
 */
#ifndef SG_CLUSTER_FLUX_H
#define SG_CLUSTER_FLUX_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "io/json_doc.h"
#include "model/flux.h"

int sg_flux_kustomization_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_flux_kustomization *ret, struct sg_err *err) SG_MUST_CHECK;

int sg_flux_repository_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_flux_repository *ret, struct sg_err *err) SG_MUST_CHECK;

int sg_flux_release_decode(const struct sg_json *object, struct sg_arena *arena,
	struct sg_flux_release *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
