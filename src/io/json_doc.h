/*
 * Reading JSON: a strict whole-document parser (UTF-8, no duplicate keys, no \u0000, RFC 8259
 * numbers, depth 64; security.md 4.6), and getters that know the path they are at, so that a wrong
 * type is reported as "status.sync.revision: expected a string".
 *
 * `null` is the same as absent everywhere.
 */
#ifndef SG_IO_JSON_DOC_H
#define SG_IO_JSON_DOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct sg_json; /* a value; opaque, owned by its document */

/* Parses TEXT (at most 16 MiB). JSON_INVALID with line:column. The document is freed by
 * sg_json_free; a value inside it must not be freed. */
int sg_json_parse(struct sg_str text, struct sg_json **ret_doc, struct sg_err *err) SG_MUST_CHECK;
void sg_json_free(struct sg_json *doc);
void sg_json_free_ptr(struct sg_json **doc);

enum sg_json_type {
	SG_JSON_ABSENT,
	SG_JSON_BOOL,
	SG_JSON_NUMBER,
	SG_JSON_STRING,
	SG_JSON_ARRAY,
	SG_JSON_OBJECT
};

/* ABSENT for NULL and for null. */
enum sg_json_type sg_json_type(const struct sg_json *value);

/* The member KEY of an object (case-sensitive), NULL when absent, null or VALUE is no object. */
const struct sg_json *sg_json_get(const struct sg_json *value, const char *key);

/* Follows "status.sync.revision"; no escapes: keys with dots need sg_json_get. */
const struct sg_json *sg_json_at(const struct sg_json *value, const char *path);

/* Lenient reads: the fallback when absent or of another type. */
const char *sg_json_str(const struct sg_json *value, const char *fallback);
bool sg_json_bool(const struct sg_json *value, bool fallback);
bool sg_json_i64(const struct sg_json *value, int64_t *ret); /* integers only; false otherwise */

/* Arrays and objects: element count and walk. For objects the key is in *ret_key (may be NULL). */
size_t sg_json_count(const struct sg_json *value);
const struct sg_json *sg_json_first(const struct sg_json *value);
const struct sg_json *sg_json_next(const struct sg_json *element);
const char *sg_json_key(const struct sg_json *element); /* NULL inside arrays */

/* Deep equality: objects without order, numbers by value. */
bool sg_json_equal(const struct sg_json *a, const struct sg_json *b);

/* Compact text of a value, appended. */
void sg_json_text(const struct sg_json *value, struct sg_buf *out);

/*
 * Reading by table: one row per field, written into a struct by offset. Strings are copied into the
 * arena. A wrong type, or a required field that is absent, is ANSWER_INVALID naming
 * "<where>.<path>".
 */
enum sg_json_field_type { SG_FIELD_STR, SG_FIELD_BOOL, SG_FIELD_I64, SG_FIELD_JSON };
struct sg_json_field {
	const char *path; /* dotted */
	enum sg_json_field_type type;
	size_t offset; /* const char * | bool | int64_t | const struct sg_json * */
	bool required;
};
int sg_json_read(const struct sg_json *value, const char *where, const struct sg_json_field *fields,
	size_t count, struct sg_arena *arena, void *ret_struct, struct sg_err *err) SG_MUST_CHECK;

#endif
