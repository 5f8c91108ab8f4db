#include "io/json_stream.h"

#define MAX_DEPTH 64
#define ITEMS_KEY "\"items\""
/* A piece above this gives its memory back; below it the next one is likely to need it. */
#define KEEP_BYTES ((size_t)1024 * 1024)

static void empty(struct sg_buf *buf)
{
	if (buf->cap > KEEP_BYTES)
		sg_buf_release(buf);
	sg_buf_reset(buf);
}

void sg_json_lines_init(struct sg_json_lines *lines, size_t max_line_bytes)
{
	*lines = (struct sg_json_lines){0};
	sg_buf_init(&lines->line, max_line_bytes);
}

void sg_json_lines_release(struct sg_json_lines *lines)
{
	if (lines)
		sg_buf_release(&lines->line);
}

void sg_json_lines_reset(struct sg_json_lines *lines)
{
	empty(&lines->line);
	lines->whole = false;
}

/* Moves the bytes before the newline into the line; true when there was one. */
static bool eat_line(struct sg_json_lines *lines, struct sg_str *bytes)
{
	long at = sg_str_find(*bytes, '\n');
	size_t len = at < 0 ? bytes->len : (size_t)at;

	sg_buf_add(&lines->line, bytes->ptr, len);
	*bytes = sg_str_sub(*bytes, at < 0 ? len : len + 1, bytes->len);
	return at >= 0;
}

int sg_json_lines_next(struct sg_json_lines *lines, struct sg_str *bytes, struct sg_str *ret_line,
	struct sg_err *err)
{
	if (lines->whole)
		sg_json_lines_reset(lines);
	while (bytes->len) {
		bool ended = eat_line(lines, bytes);
		struct sg_str line = sg_buf_str(&lines->line);

		if (lines->line.overflow)
			return sg_fail(err, SG_R_TOO_LARGE,
				"a line of the stream is longer than %zu bytes", lines->line.max);
		if (!ended)
			continue;
		if (sg_str_ends(line, "\r"))
			line.len--;
		if (line.len) {
			lines->whole = true;
			*ret_line = line;
			return 1;
		}
		sg_json_lines_reset(lines);
	}
	return 0;
}

bool sg_json_lines_broken(const struct sg_json_lines *lines)
{
	return !lines->whole && lines->line.len != 0;
}

void sg_json_items_init(struct sg_json_items *scan, size_t max_item_bytes, size_t max_rest_bytes)
{
	*scan = (struct sg_json_items){.key_wanted = true};
	sg_buf_init(&scan->item, max_item_bytes);
	sg_buf_init(&scan->rest, max_rest_bytes);
}

void sg_json_items_release(struct sg_json_items *scan)
{
	if (!scan)
		return;
	sg_buf_release(&scan->item);
	sg_buf_release(&scan->rest);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_open(char c)
{
	return c == '{' || c == '[';
}

static bool is_close(char c)
{
	return c == '}' || c == ']';
}

static int no_list(struct sg_err *err, const char *why)
{
	return sg_fail(err, SG_R_ANSWER_INVALID, "%s", why);
}

/* Follows strings and brackets over one byte; false when it is nested too deeply. */
static bool follow(struct sg_json_items *scan, char c)
{
	if (scan->in_string) {
		bool ends = c == '"' && !scan->escaped;

		scan->escaped = c == '\\' && !scan->escaped;
		scan->in_string = !ends;
	} else if (c == '"') {
		scan->in_string = true;
	} else if (is_open(c)) {
		scan->depth++;
	} else if (is_close(c)) {
		scan->depth--;
	}
	return scan->depth <= MAX_DEPTH;
}

/* How many bytes from the start hold no quote, backslash or bracket and so need no look. */
static size_t plain_run(struct sg_str bytes)
{
	size_t n = 0;

	while (n < bytes.len && bytes.ptr[n] != '"' && bytes.ptr[n] != '\\' &&
		!is_open(bytes.ptr[n]) && !is_close(bytes.ptr[n]))
		n++;
	return n;
}

static int eat_item(struct sg_json_items *scan, struct sg_str *bytes, struct sg_str *ret_item,
	struct sg_err *err)
{
	size_t n = 0;

	while (n < bytes->len && scan->state == SG_ITEMS_INSIDE) {
		size_t run = scan->escaped ? 0 : plain_run(sg_str_sub(*bytes, n, bytes->len));

		n += run;
		if (n == bytes->len)
			break;
		if (!follow(scan, bytes->ptr[n++]))
			return no_list(err, "an item is nested more than 64 levels deep");
		if (scan->depth == 0 && !scan->in_string)
			scan->state = SG_ITEMS_BEHIND;
	}
	sg_buf_add(&scan->item, bytes->ptr, n);
	*bytes = sg_str_sub(*bytes, n, bytes->len);
	if (scan->item.overflow)
		return sg_fail(err, SG_R_TOO_LARGE, "an item of the list is larger than %zu bytes",
			scan->item.max);
	if (scan->state != SG_ITEMS_BEHIND)
		return 0;
	scan->depth = 1;
	scan->whole = true;
	*ret_item = sg_buf_str(&scan->item);
	return 1;
}

/* Between the brackets of "items", outside of its elements. */
static int eat_between(struct sg_json_items *scan, char c, struct sg_err *err)
{
	if (is_blank(c))
		return 0;
	if (c == ',' && scan->state == SG_ITEMS_BEHIND) {
		scan->state = SG_ITEMS_WANTED;
	} else if (c == '{' && scan->state != SG_ITEMS_BEHIND) {
		scan->state = SG_ITEMS_INSIDE;
		scan->depth = 1;
		sg_buf_addc(&scan->item, c);
	} else if (c == ']' && scan->state != SG_ITEMS_WANTED) {
		scan->state = SG_ITEMS_OUTSIDE;
		sg_buf_addc(&scan->rest, c);
	} else {
		return no_list(err, "items holds something else than objects");
	}
	return 0;
}

/* Notes where keys at the top of the object begin and end. */
static int watch_keys(struct sg_json_items *scan, char c, bool was_string, struct sg_err *err)
{
	if (scan->depth != 1)
		return 0;
	if (!was_string && scan->in_string) {
		scan->is_key = scan->key_wanted;
		scan->key_wanted = false;
		scan->key_start = scan->rest.len - 1;
	} else if (!was_string && c == ',') {
		scan->key_wanted = true;
	} else if (!was_string && c == ':' && scan->is_key) {
		struct sg_str key = sg_str_trim(
			sg_str_sub(sg_buf_str(&scan->rest), scan->key_start, scan->rest.len - 1));

		scan->is_key = false;
		if (!sg_str_is(key, ITEMS_KEY))
			return 0;
		if (scan->seen)
			return no_list(err, "items is there twice");
		scan->seen = true;
		scan->state = SG_ITEMS_NAMED;
	}
	return 0;
}

static int eat_outside(struct sg_json_items *scan, char c, struct sg_err *err)
{
	bool was_string = scan->in_string;

	sg_buf_addc(&scan->rest, c);
	if (scan->rest.overflow)
		return sg_fail(err, SG_R_TOO_LARGE,
			"the list holds more than %zu bytes beside its items", scan->rest.max);
	if (scan->state == SG_ITEMS_NAMED && !is_blank(c)) {
		scan->state = c == '[' ? SG_ITEMS_FIRST : SG_ITEMS_OUTSIDE;
		if (c == '[')
			return 0;
	}
	if (!follow(scan, c))
		return no_list(err, "it is nested more than 64 levels deep");
	if (scan->depth == 0) {
		scan->state = SG_ITEMS_END;
		return 0;
	}
	return watch_keys(scan, c, was_string, err);
}

static int eat_start(struct sg_json_items *scan, char c, struct sg_err *err)
{
	if (is_blank(c))
		return 0;
	if (c != '{')
		return no_list(err, "it does not begin with {");
	scan->state = SG_ITEMS_OUTSIDE;
	scan->depth = 1;
	sg_buf_addc(&scan->rest, c);
	return 0;
}

static int eat_byte(struct sg_json_items *scan, char c, struct sg_err *err)
{
	switch (scan->state) {
	case SG_ITEMS_START:
		return eat_start(scan, c, err);
	case SG_ITEMS_OUTSIDE:
	case SG_ITEMS_NAMED:
		return eat_outside(scan, c, err);
	case SG_ITEMS_FIRST:
	case SG_ITEMS_WANTED:
	case SG_ITEMS_BEHIND:
		return eat_between(scan, c, err);
	case SG_ITEMS_INSIDE:
		return 0;
	case SG_ITEMS_END:
		return is_blank(c) ? 0 : no_list(err, "something follows behind it");
	}
	return 0;
}

int sg_json_items_next(struct sg_json_items *scan, struct sg_str *bytes, struct sg_str *ret_item,
	struct sg_err *err)
{
	if (scan->whole) {
		empty(&scan->item);
		scan->whole = false;
	}
	while (bytes->len) {
		int n;

		if (scan->state == SG_ITEMS_INSIDE) {
			n = eat_item(scan, bytes, ret_item, err);
			if (n != 0)
				return n;
			continue;
		}
		if (eat_byte(scan, bytes->ptr[0], err) < 0)
			return -1;
		*bytes = sg_str_sub(*bytes, 1, bytes->len);
	}
	return 0;
}

bool sg_json_items_finished(const struct sg_json_items *scan)
{
	return scan->state == SG_ITEMS_END;
}
