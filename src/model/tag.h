/* What image tags say beside a version: the commit and the time of a build. */
#ifndef SG_MODEL_TAG_H
#define SG_MODEL_TAG_H

#include <stdbool.h>

#include "base/str.h"

/*
 * The commit id that ends a tag ("4f9a2c1", "main-4f9a2c1", "20240512_4f9a2c1", "v1.2.3-5-g4f9a2c1"
 * as `git describe` writes it): 7 to 40 digits of 0-9a-f behind the last "-" or "_". A view into
 * TAG; empty when it ends otherwise. Whether there is such a commit is not known here.
 */
struct sg_str sg_tag_commit(struct sg_str tag);

/*
 * Which of two tags was made earlier, where both say a time and are of one series: they differ in
 * nothing but that time and commit ids. A time is a date of the years 1970 to 2199 without signs
 * between its parts ("20240512"), the time of day behind it ("202405120830", "20240512083000",
 * "20240512T083000Z", "20240512-083000") or a number of the day ("20240512-3"). True: *ret_order is
 * below or above 0. False: no such tags, or the same time.
 */
bool sg_tag_time_order(struct sg_str a, struct sg_str b, int *ret_order);

#endif
