/* Text that has the shape of a secret although nobody taught it (security.md 4.1). */
#ifndef SG_BASE_REDACT_SHAPE_H
#define SG_BASE_REDACT_SHAPE_H

#include <stddef.h>

#include "base/str.h"

/*
 * Calls mark(arg, from, to) for each such range of TEXT, in one pass: GitLab token prefixes, JWTs,
 * the values of Authorization and *-TOKEN headers, user and password in URLs.
 */
void sg_redact_shapes(
	struct sg_str text, void (*mark)(void *arg, size_t from, size_t to), void *arg);

#endif
