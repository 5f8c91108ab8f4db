/* Writing JSON: a builder that tracks what is open, so that output is well formed by construction.
 */
#ifndef SG_IO_JSON_WRITE_H
#define SG_IO_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct sg_json_out {
	struct sg_buf *out;
	int depth;
	bool indent; /* two blanks a level and newlines; otherwise compact */
	bool first[64];
	bool is_object[64];
};

/* One value is written into OUT; with INDENT a newline ends the outermost object or array. */
void sg_json_out_init(struct sg_json_out *json, struct sg_buf *out, bool indent);

/* KEY must be NULL inside arrays and at the top, and given inside objects; else it is a bug, as
 * are a second value at the top, a wrong close and more than 63 levels. */
void sg_json_open_object(struct sg_json_out *json, const char *key);
void sg_json_close_object(struct sg_json_out *json);
void sg_json_open_array(struct sg_json_out *json, const char *key);
void sg_json_close_array(struct sg_json_out *json);
void sg_json_put_str(
	struct sg_json_out *json, const char *key, const char *value); /* NULL = null */
void sg_json_put_strn(struct sg_json_out *json, const char *key, struct sg_str value);
void sg_json_put_i64(struct sg_json_out *json, const char *key, int64_t value);
void sg_json_put_bool(struct sg_json_out *json, const char *key, bool value);
void sg_json_put_null(struct sg_json_out *json, const char *key);

#endif
