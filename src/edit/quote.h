/* How a value is written so that every YAML reader sees exactly that text. */
#ifndef SG_EDIT_QUOTE_H
#define SG_EDIT_QUOTE_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/yaml.h"

/*
 * Whether VALUE, written plain, is a text for every reader: not a number, bool, null, date,
 * base-60 number, merge key or default key by the resolvers of YAML 1.1 (PyYAML, go-yaml, Psych)
 * or 1.2.
 */
bool sg_edit_resolves_to_text(struct sg_str value);

/* Whether VALUE can be the only line of a block (| or >) as it is. */
bool sg_edit_block_fits(struct sg_str value);

/*
 * Appends VALUE as a scalar of one line, in the style OLD where that says the same, else quoted.
 * False, and nothing said, when VALUE is no UTF-8.
 */
bool sg_edit_quote(struct sg_str value, enum sg_yaml_style old, bool flow, struct sg_buf *out,
	enum sg_yaml_style *ret_style);

#endif
