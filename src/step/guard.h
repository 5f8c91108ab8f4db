/*
 * What a change must not do to the values that stand there: take the place of another value than
 * the expected one, or of a newer version. It is asked about every plan, the one after a lost race
 * included, so it holds at the moment of the edit.
 */
#ifndef SG_STEP_GUARD_H
#define SG_STEP_GUARD_H

#include "step/change.h"
#include "step/origin.h"

struct sg_guard {
	const char *expect; /* must stand there: "tag", "sha256:..." or both; NULL: anything */
	const char *older_reason;    /* why an older one may go over a newer; NULL: it may not */
	struct sg_origin_at wish_at; /* as in struct sg_age_ask */
};

/* "1.4.2", "sha256:..." or "1.4.2@sha256:..."; USAGE otherwise. */
int sg_guard_expect_check(const char *expect, struct sg_err *err) SG_MUST_CHECK;

/*
 * UNEXPECTED_VALUE and OLDER name what stands where. Of EXPECT each part that it names is compared;
 * values that are as wished already are not looked at, so that a run can be repeated. Older is what
 * step/age.h says; tags without an order pass. *ret_back: an older version goes over a
 * newer one, for the reason that was given.
 */
int sg_guard_check(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const struct sg_guard *guard,
	const struct sg_changes *changes, const struct sg_tree_source *tip, bool *ret_back,
	struct sg_err *err) SG_MUST_CHECK;

#endif
