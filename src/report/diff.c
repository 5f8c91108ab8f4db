#include "report/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/text.h"

#define CONTEXT_LINES 3
#define OUTPUT_MAX_BYTES (256u * 1024)
#define LINE_SHOWN_BYTES 2000
/* Beyond these the changed middle is shown as one replaced block. */
#define MIDDLE_MAX_LINES 20000
#define EDITS_MAX 256

/* One side of the changed middle. */
struct side {
	struct sg_str text;   /* the whole file */
	size_t from, to;      /* bytes of the middle, at line starts */
	struct sg_str *lines; /* of the middle, with their newlines */
	size_t count;
};

/* Lines [a, a + a_len) of the old middle are replaced by [b, b + b_len) of the new one. */
struct block {
	size_t a, a_len, b, b_len;
};

struct blocks {
	struct block *items;
	size_t count;
};

struct diff {
	struct side old, new;
	size_t lines_before; /* of the common start */
	struct blocks blocks;
	struct sg_buf *out;
};

/* ---- the common start and end, by bytes, at line starts ---- */

static size_t line_start(struct sg_str s, size_t at)
{
	while (at > 0 && s.ptr[at - 1] != '\n')
		at--;
	return at;
}

static size_t next_line(struct sg_str s, size_t at)
{
	const char *newline = at < s.len ? memchr(s.ptr + at, '\n', s.len - at) : NULL;

	return newline ? (size_t)(newline - s.ptr) + 1 : s.len;
}

static bool starts_line(const struct side *side, size_t at)
{
	return at == side->from || side->text.ptr[at - 1] == '\n';
}

static void trim_common(struct side *old, struct side *new)
{
	size_t shorter = old->text.len < new->text.len ? old->text.len : new->text.len;
	size_t start = 0, end = 0;

	while (start < shorter && old->text.ptr[start] == new->text.ptr[start])
		start++;
	start = line_start(old->text, start);
	while (end < shorter - start &&
		old->text.ptr[old->text.len - 1 - end] == new->text.ptr[new->text.len - 1 - end])
		end++;
	old->from = new->from = start;
	old->to = old->text.len - end;
	new->to = new->text.len - end;
	if (starts_line(old, old->to) && starts_line(new, new->to))
		return;
	end = next_line(old->text, old->to) - old->to;
	old->to += end;
	new->to += end;
}

static size_t count_lines(struct sg_str s)
{
	size_t count = 0;

	for (size_t at = 0; at < s.len; at = next_line(s, at))
		count++;
	return count;
}

static struct sg_str middle(const struct side *side)
{
	return sg_str_sub(side->text, side->from, side->to);
}

static void split(struct side *side)
{
	struct sg_str s = middle(side);
	size_t at = 0;

	side->lines = sg_calloc(side->count, sizeof(*side->lines));
	for (size_t i = 0; i < side->count; i++) {
		size_t next = next_line(s, at);

		side->lines[i] = sg_str_sub(s, at, next);
		at = next;
	}
}

/* ---- the shortest edit of the middle (Myers), up to EDITS_MAX ---- */

static void add_block(struct blocks *blocks, size_t a, size_t a_len, size_t b, size_t b_len)
{
	struct block *last = blocks->count ? &blocks->items[blocks->count - 1] : NULL;

	if (last && last->a + last->a_len == a && last->b + last->b_len == b) {
		last->a_len += a_len;
		last->b_len += b_len;
		return;
	}
	blocks->items = sg_realloc(blocks->items, blocks->count + 1, sizeof(*blocks->items));
	blocks->items[blocks->count++] = (struct block){a, a_len, b, b_len};
}

/* Furthest x on each diagonal for each number of edits; row D has 2 * D + 1 entries. */
struct trace {
	long *rows[EDITS_MAX + 1];
	long edits;
};

static long at_diagonal(const struct trace *trace, long edits, long diagonal)
{
	if (diagonal < -edits || diagonal > edits)
		return -1;
	return trace->rows[edits][diagonal + edits];
}

static bool goes_down(const struct trace *trace, long edits, long diagonal)
{
	if (diagonal == -edits)
		return true;
	return diagonal != edits && at_diagonal(trace, edits - 1, diagonal - 1) <
					    at_diagonal(trace, edits - 1, diagonal + 1);
}

static long start_of(const struct trace *trace, long edits, long diagonal)
{
	if (edits == 0)
		return 0;
	if (goes_down(trace, edits, diagonal))
		return at_diagonal(trace, edits - 1, diagonal + 1);
	return at_diagonal(trace, edits - 1, diagonal - 1) + 1;
}

/* Fills the trace; true when EDITS_MAX edits are enough. */
static bool search(const struct diff *diff, struct trace *trace)
{
	long n = (long)diff->old.count, m = (long)diff->new.count;

	for (long edits = 0; edits <= EDITS_MAX; edits++) {
		trace->rows[edits] = sg_calloc((size_t)(2 * edits + 1), sizeof(long));
		trace->edits = edits;
		for (long k = -edits; k <= edits; k += 2) {
			long x = start_of(trace, edits, k);

			while (x < n && x - k < m &&
				sg_str_eq(diff->old.lines[x], diff->new.lines[x - k]))
				x++;
			trace->rows[edits][k + edits] = x;
			if (x >= n && x - k >= m)
				return true;
		}
	}
	return false;
}

/* Walks the trace backwards into single edits, first edit first in ROWS. */
static void collect(struct diff *diff, const struct trace *trace)
{
	struct block *rows = sg_calloc((size_t)trace->edits, sizeof(*rows));
	long k = (long)diff->old.count - (long)diff->new.count;

	for (long edits = trace->edits; edits > 0; edits--) {
		bool down = goes_down(trace, edits, k);
		long before = down ? k + 1 : k - 1;
		long x = at_diagonal(trace, edits - 1, before), y = x - before;

		rows[edits - 1] = (struct block){(size_t)x, !down, (size_t)y, down};
		k = before;
	}
	for (long i = 0; i < trace->edits; i++)
		add_block(&diff->blocks, rows[i].a, rows[i].a_len, rows[i].b, rows[i].b_len);
	free(rows);
}

static void find_blocks(struct diff *diff)
{
	struct trace trace = {.edits = 0};

	if (search(diff, &trace))
		collect(diff, &trace);
	else
		add_block(&diff->blocks, 0, diff->old.count, 0, diff->new.count);
	for (long i = 0; i <= trace.edits; i++)
		free(trace.rows[i]);
}

/* ---- writing ---- */

static void put_line(struct diff *diff, char mark, struct sg_str line)
{
	bool newline = sg_str_ends(line, "\n");
	size_t len = newline ? line.len - 1 : line.len;

	sg_buf_addc(diff->out, mark);
	if (len <= LINE_SHOWN_BYTES) {
		sg_buf_add(diff->out, line.ptr, len);
	} else {
		size_t shown = LINE_SHOWN_BYTES;

		while (shown > 0 && ((unsigned char)line.ptr[shown] & 0xC0) == 0x80)
			shown--;
		sg_buf_add(diff->out, line.ptr, shown);
		sg_buf_addf(diff->out, "... (%zu bytes)", len);
	}
	sg_buf_adds(diff->out, newline ? "\n" : "\n\\ No newline at end of file\n");
}

/* COUNT lines of S from AT on. */
static void put_lines(struct diff *diff, char mark, struct sg_str s, size_t at, size_t count)
{
	for (; count > 0 && at < s.len; count--) {
		size_t next = next_line(s, at);

		put_line(diff, mark, sg_str_sub(s, at, next));
		at = next;
	}
}

static void put_range(struct diff *diff, char sign, size_t start, size_t count)
{
	/* An empty range names the line before it. */
	sg_buf_addf(diff->out, "%c%zu", sign, count ? start + 1 : start);
	if (count != 1)
		sg_buf_addf(diff->out, ",%zu", count);
}

/* Where the last COUNT whole lines before AT start; *ret_count is how many there are. */
static size_t lines_back(struct sg_str s, size_t at, size_t count, size_t *ret_count)
{
	*ret_count = 0;
	while (*ret_count < count && at > 0) {
		at = line_start(s, at - 1);
		++*ret_count;
	}
	return at;
}

/* The first byte of line INDEX of the middle; its end for the line behind the last. */
static size_t position(const struct side *side, size_t index)
{
	if (index == 0)
		return side->from;
	if (index == side->count)
		return side->to;
	return (size_t)(side->lines[index].ptr - side->text.ptr);
}

static size_t lines_after(struct sg_str s, size_t at)
{
	size_t count = 0;

	for (; count < CONTEXT_LINES && at < s.len; count++)
		at = next_line(s, at);
	return count;
}

/* The changed lines of the blocks and the kept ones between them. */
static void put_blocks(struct diff *diff, const struct block *first, const struct block *last)
{
	for (const struct block *block = first; block <= last; block++) {
		size_t end = block->a + block->a_len;

		put_lines(diff, '-', diff->old.text, position(&diff->old, block->a), block->a_len);
		put_lines(diff, '+', diff->new.text, position(&diff->new, block->b), block->b_len);
		if (block < last)
			put_lines(diff, ' ', diff->old.text, position(&diff->old, end),
				block[1].a - end);
	}
}

/* Blocks that are near enough to share one hunk. */
static void put_hunk(struct diff *diff, const struct block *first, const struct block *last)
{
	size_t a_end = last->a + last->a_len, b_end = last->b + last->b_len;
	size_t tail = position(&diff->old, a_end);
	size_t after = lines_after(diff->old.text, tail), before;
	size_t head =
		lines_back(diff->old.text, position(&diff->old, first->a), CONTEXT_LINES, &before);

	sg_buf_adds(diff->out, "@@ ");
	put_range(diff, '-', diff->lines_before + first->a - before,
		before + a_end - first->a + after);
	sg_buf_addc(diff->out, ' ');
	put_range(diff, '+', diff->lines_before + first->b - before,
		before + b_end - first->b + after);
	sg_buf_adds(diff->out, " @@\n");
	put_lines(diff, ' ', diff->old.text, head, before);
	put_blocks(diff, first, last);
	put_lines(diff, ' ', diff->old.text, tail, after);
}

static void put_hunks(struct diff *diff)
{
	const struct block *items = diff->blocks.items;
	size_t first = 0;

	for (size_t i = 0; i < diff->blocks.count; i++) {
		if (i + 1 < diff->blocks.count &&
			items[i + 1].a - (items[i].a + items[i].a_len) <= 2 * CONTEXT_LINES)
			continue;
		put_hunk(diff, &items[first], &items[i]);
		first = i + 1;
	}
}

static void compare(struct diff *diff)
{
	trim_common(&diff->old, &diff->new);
	diff->lines_before = count_lines(sg_str_sub(diff->old.text, 0, diff->old.from));
	diff->old.count = count_lines(middle(&diff->old));
	diff->new.count = count_lines(middle(&diff->new));
	if (diff->old.count > MIDDLE_MAX_LINES || diff->new.count > MIDDLE_MAX_LINES) {
		add_block(&diff->blocks, 0, diff->old.count, 0, diff->new.count);
		return;
	}
	split(&diff->old);
	split(&diff->new);
	find_blocks(diff);
}

/* A line end in a name would forge lines. */
static void put_name(struct sg_buf *out, const char *mark, const char *path)
{
	sg_buf_adds(out, mark);
	sg_text_terminal(sg_str_of(path), /* multiline= */ false, out);
	sg_buf_addc(out, '\n');
}

void sg_report_diff(const struct sg_file_change *file, struct sg_buf *out)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct diff diff = {
		.old = {.text = file->before}, .new = {.text = file->after}, .out = &text};

	if (sg_str_eq(file->before, file->after))
		return;
	sg_buf_init(&text, OUTPUT_MAX_BYTES);
	put_name(&text, "--- a/", file->path);
	put_name(&text, "+++ b/", file->path);
	compare(&diff);
	put_hunks(&diff);
	sg_buf_addstr(out, sg_buf_str(&text));
	if (text.overflow)
		sg_buf_addf(out, "%s... (the diff of this file goes on)\n",
			sg_str_ends(sg_buf_str(&text), "\n") ? "" : "\n");
	free(diff.old.lines);
	free(diff.new.lines);
	free(diff.blocks.items);
}
