/*
 * One text for values that mean the same to a Go program: members sorted by key, and what
 * `omitempty` drops left out (null, "", false, [] and {}, also when they became empty that way).
 */
#ifndef SG_IO_JSON_CANON_H
#define SG_IO_JSON_CANON_H

#include "base/buf.h"
#include "io/json_doc.h"

/*
 * Appends the text; nothing for a value that is empty itself. Below members called VERBATIM_KEY
 * (may be NULL) nothing is left out and null is a value. Elements of arrays keep their place.
 */
void sg_json_canon(const struct sg_json *value, const char *verbatim_key, struct sg_buf *out);

#endif
