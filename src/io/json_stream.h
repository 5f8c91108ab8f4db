/*
 * Cutting JSON as it arrives, so that memory follows the largest item and not the whole answer:
 * newline-delimited frames of a watch, and the elements of "items" in a list.
 *
 * Both cutters eat from a view of bytes that just came and stop behind the first whole piece. Every
 * byte is looked at once, however the input is split. They find the borders only; whether a piece
 * is JSON is for io/json_doc to say.
 */
#ifndef SG_IO_JSON_STREAM_H
#define SG_IO_JSON_STREAM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct sg_json_lines {
	struct sg_buf line; /* the piece at hand */
	bool whole;         /* `line` was handed out and goes with the next call */
};

/* Lines of at most MAX_LINE_BYTES. */
void sg_json_lines_init(struct sg_json_lines *lines, size_t max_line_bytes);
void sg_json_lines_release(struct sg_json_lines *lines);

/*
 * Eats from `*bytes`. 1: *ret_line views a whole line without its newline (and without a CR before
 * it), valid until the next call. 0: all is eaten, more is needed. -1: a line above the limit
 * (TOO_LARGE). Empty lines are skipped.
 */
int sg_json_lines_next(struct sg_json_lines *lines, struct sg_str *bytes, struct sg_str *ret_line,
	struct sg_err *err) SG_MUST_CHECK;

/* True when the input stopped inside a line. */
bool sg_json_lines_broken(const struct sg_json_lines *lines);

/* Forgets what was begun: the next byte starts a new input. */
void sg_json_lines_reset(struct sg_json_lines *lines);

enum sg_json_items_state {
	SG_ITEMS_START,   /* before the opening brace */
	SG_ITEMS_OUTSIDE, /* in the object, not in its items */
	SG_ITEMS_NAMED,   /* behind the key "items" */
	SG_ITEMS_FIRST,   /* behind the opening bracket */
	SG_ITEMS_WANTED,  /* behind a comma */
	SG_ITEMS_INSIDE,  /* in an item */
	SG_ITEMS_BEHIND,  /* behind an item */
	SG_ITEMS_END      /* behind the closing brace */
};

/* A cutter of the text of one object that may have an array of objects "items" at its top. */
struct sg_json_items {
	enum sg_json_items_state state;
	int depth; /* open brackets and braces, of the item or outside of it */
	bool in_string;
	bool escaped;
	bool is_key;      /* the string at hand, at the top of the object, stands before a colon */
	bool key_wanted;  /* the next string at the top is a key */
	bool seen;        /* "items" was there */
	bool whole;       /* `item` was handed out and goes with the next call */
	size_t key_start; /* in `rest` */
	struct sg_buf item;
	struct sg_buf rest; /* the object with `"items":[]`: kind, metadata */
};

void sg_json_items_init(struct sg_json_items *scan, size_t max_item_bytes, size_t max_rest_bytes);
void sg_json_items_release(struct sg_json_items *scan);

/*
 * Eats from `*bytes`. 1: *ret_item views the text of the next item, valid until the next call. 0:
 * all is eaten, more is needed. -1: not such an object (ANSWER_INVALID), or an item or the rest is
 * above its limit (TOO_LARGE).
 */
int sg_json_items_next(struct sg_json_items *scan, struct sg_str *bytes, struct sg_str *ret_item,
	struct sg_err *err) SG_MUST_CHECK;

/* True behind the closing brace: the input may end here. `rest` can be parsed now. */
bool sg_json_items_finished(const struct sg_json_items *scan);

#endif
