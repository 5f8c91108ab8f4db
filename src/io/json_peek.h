/* One string out of a JSON text without a document: for what is dropped unless its name is known.
 */
#ifndef SG_IO_JSON_PEEK_H
#define SG_IO_JSON_PEEK_H

#include <stdbool.h>

#include "base/str.h"

/*
 * Finds the string at PATH ("metadata.name") of the object TEXT; *ret_value views it inside TEXT.
 * Each byte is looked at once at most. False whenever it is not plainly there: absent, of another
 * type, with an escape in it, or the text is no such JSON; then only the parser can tell. True says
 * nothing about the rest of the text.
 */
bool sg_json_peek(struct sg_str text, const char *path, struct sg_str *ret_value);

#endif
