/* Which of two image tags is the older one, where the tags themselves say so. */
#ifndef SG_MODEL_VERSION_ORDER_H
#define SG_MODEL_VERSION_ORDER_H

#include <stdbool.h>

#include "base/str.h"

/*
 * True when both are versions as semver.org 2.0 orders them ("1.4.2", "v1.4.2", "1.5.0-rc.1"; also
 * with fewer or more than three numbers); *ret_order is below, at or above 0. Build metadata counts
 * for nothing. Tags of any other form have no order: a commit id or a date is not guessed at. Nor
 * have two of different series: one that begins with a year ("2024.10.1") and one that does not.
 */
bool sg_version_order(struct sg_str a, struct sg_str b, int *ret_order);

/* Is it one of those that have an order? */
bool sg_version_is(struct sg_str tag);

/* MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD] as semver.org 2.0 writes it, and as charts do with a "v"
 * before it; at most 128 bytes. */
bool sg_version_is_semantic(struct sg_str text);

#endif
