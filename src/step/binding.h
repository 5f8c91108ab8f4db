/*
 * Does the configuration bind? Gates that were read from a branch which anybody may push to, or
 * from a local file, are advice (design: "Where its configuration comes from").
 */
#ifndef SG_STEP_BINDING_H
#define SG_STEP_BINDING_H

#include "step/forge.h"

/*
 * Sets loaded->advisory. FORGE NULL: another Git server, where only the remote's HEAD binds. With
 * it GitLab must say that the configuration branch is protected.
 */
int sg_binding_find(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_err *err) SG_MUST_CHECK;

/* ENVIRONMENT_GATED when ENV has a gate and the configuration is only advice. */
int sg_binding_require(const struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_err *err) SG_MUST_CHECK;

#endif
