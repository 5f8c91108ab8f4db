/*
 * Cutting JSON as it arrives, so that memory follows the largest item and not the whole answer:
 * newline-delimited frames of a watch, and the elements of "items" in a list.
 */
#ifndef SG_IO_JSON_STREAM_H
#define SG_IO_JSON_STREAM_H

#include "base/buf.h"
#include "base/err.h"

/*
 * The next whole line in BUF (without its newline), or false when none is complete yet. After use
 * the caller drops `ret_line.len + 1` bytes. Empty lines are skipped (dropped here).
 */
bool sg_json_stream_line(struct sg_buf *buf, struct sg_str *ret_line);

/* A scanner over the text of one object with an array member "items" at its top level. */
struct sg_json_items {
	int state;
	int depth;
	bool in_string;
	bool escaped;
	size_t scanned; /* bytes of the buffer already looked at */
	size_t item_start;
	struct sg_buf rest; /* the document without its items: metadata, kind */
};

void sg_json_items_init(struct sg_json_items *scan, size_t max_rest_bytes);
void sg_json_items_release(struct sg_json_items *scan);

/*
 * Looks at new bytes in BUF. 1: an item is complete, *ret_item views it, valid until BUF changes;
 * call sg_json_items_next() to drop it. 0: more bytes are needed. -1: not a list (ANSWER_INVALID).
 * When the input has ended, the caller checks sg_json_items_finished().
 */
int sg_json_items_scan(struct sg_json_items *scan, struct sg_buf *buf, struct sg_str *ret_item,
	struct sg_err *err) SG_MUST_CHECK;
void sg_json_items_next(struct sg_json_items *scan, struct sg_buf *buf);
bool sg_json_items_finished(const struct sg_json_items *scan);

#endif
