/*
 * The pre-pass of security.md 4.6 over a JSON text, before any library builds a tree of it: RFC
 * 8259 grammar, well-formed UTF-8, no raw control bytes, no \u0000, no lone surrogates, no
 * duplicate keys (compared after unescaping), at most 64 levels and a million values.
 * The time is O(n log n) in the length whatever the text is.
 */
#ifndef SG_IO_JSON_CHECK_H
#define SG_IO_JSON_CHECK_H

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

#define SG_JSON_DEPTH_MAX 64
#define SG_JSON_VALUES_MAX 1000000u
#define SG_JSON_BYTES_MAX ((size_t)16 * 1024 * 1024)

/* An integer that a double may not hold exactly. */
struct sg_json_long {
	size_t ordinal; /* among all numbers of the text, from 0 */
	struct sg_str digits;
};

/* What a tree builder cannot know from doubles; arrays live in the arena. */
struct sg_json_checked {
	struct sg_json_long *longs;
	size_t long_count;
};

/* JSON_INVALID or TOO_LARGE with "line:column". */
int sg_json_check(struct sg_str text, struct sg_arena *arena, struct sg_json_checked *ret,
	struct sg_err *err) SG_MUST_CHECK;

#endif
