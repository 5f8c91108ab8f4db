/* Which services there are: the named ones of the configuration, and the folders behind "*". */
#ifndef SG_STEP_SERVICES_H
#define SG_STEP_SERVICES_H

#include "model/policy.h"
#include "model/source.h"
#include "step/world.h"

/*
 * The entry for NAME; for a service of "*" its folder must exist in SOURCE, else SERVICE_UNKNOWN
 * with the nearest folder. Where looking costs a request, and the entry names its files, it is not
 * looked at: sg_service_check() says it when a file is missing.
 */
int sg_service_find(struct sg_world *world, const struct sg_policy *policy, const char *name,
	const struct sg_environment *env, struct sg_tree_source *source,
	const struct sg_service **ret_entry, struct sg_err *err) SG_MUST_CHECK;

/* SERVICE_UNKNOWN when ENTRY is "*" and SOURCE has no folder for NAME. */
int sg_service_check(struct sg_world *world, const struct sg_service *entry, const char *name,
	const struct sg_environment *env, struct sg_tree_source *source,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * The names of all services, without double ones, by name order; those of "*" as far as they are
 * folders of ENV in SOURCE: where {service} is no whole component of its path, none is found.
 */
int sg_service_list(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, struct sg_tree_source *source,
	const char *const **ret_names, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

#endif
