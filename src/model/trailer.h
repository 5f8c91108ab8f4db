/* Trailers: the lines "Key: value" that end a commit message. */
#ifndef SG_MODEL_TRAILER_H
#define SG_MODEL_TRAILER_H

#include <stdbool.h>

#include "base/str.h"

/* The last paragraph of MESSAGE; empty when that is the subject itself. */
struct sg_str sg_trailers(struct sg_str message);

/* The next trailer KEY of *REST, which is what follows it then; else as sg_trailer_find(). */
bool sg_trailer_next(struct sg_str *rest, const char *key, struct sg_str *ret_value);

/*
 * The first trailer KEY in the last paragraph of MESSAGE: its value, a view into it without blanks
 * at the ends. False when there is none. Anybody can write anything there.
 */
bool sg_trailer_find(struct sg_str message, const char *key, struct sg_str *ret_value);

/* Does any trailer KEY say VALUE? */
bool sg_trailer_says(struct sg_str message, const char *key, const char *value);

#endif
