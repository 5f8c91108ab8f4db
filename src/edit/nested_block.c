#include "edit/nested.h"
#include "edit/target.h"

/* The two texts of a literal block, side by side: as it stands in the file, and as it reads. */
struct block {
	struct sg_str file; /* from behind the header line */
	struct sg_str text;
	size_t indent; /* blanks before each line in the file */
	size_t at;     /* where the byte that is looked at stands in FILE */
	size_t read;   /* and in TEXT */
};

static struct sg_str rest_of(const struct block *b)
{
	return sg_str_sub(b->file, b->at, b->file.len);
}

static size_t blanks(struct sg_str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] == ' ')
		n++;
	return n;
}

/* Blanks of the first line that has more than blanks. */
static size_t first_indent(struct sg_str text)
{
	size_t deep = 0, end;

	for (; deep = blanks(text), text.len > deep;
		text = sg_str_sub(text, deep + end, text.len)) {
		end = sg_yaml_line_end(sg_str_sub(text, deep, text.len));
		if (!end)
			break;
	}
	return deep;
}

/* That line says how far all are indented. */
static size_t indent_of(struct sg_str file, struct sg_str text)
{
	size_t deep = first_indent(file), inner = first_indent(text);

	return deep > inner ? deep - inner : 0;
}

static void skip_indent(struct block *b)
{
	size_t n = blanks(rest_of(b));

	b->at += n < b->indent ? n : b->indent;
}

/* One byte, or one line end; false: the two differ. */
static bool step(struct block *b)
{
	struct sg_str file = rest_of(b), text = sg_str_sub(b->text, b->read, b->text.len);
	size_t end = sg_yaml_line_end(text), file_end = sg_yaml_line_end(file);

	if (!end != !file_end || !file.len)
		return false;
	if (!end) {
		b->at++;
		b->read++;
		return file.ptr[0] == text.ptr[0];
	}
	b->at += file_end;
	b->read += end;
	skip_indent(b);
	return true;
}

/* Where byte TO of the text stands in the file. */
static bool walk_to(struct block *b, size_t to)
{
	while (b->read < to)
		if (!step(b))
			return false;
	return b->read == to;
}

/* The line end that the block has, as the lines to come get it. */
static struct sg_str usual_end(const struct block *b)
{
	for (size_t i = 0; i < b->file.len; i++) {
		size_t len = sg_yaml_line_end(sg_str_sub(b->file, i, b->file.len));

		if (len)
			return sg_str_sub(b->file, i, i + len);
	}
	return SG_STR("\n");
}

/* TEXT as it stands in the block, behind the indentation of its first line. */
static void add_lines(const struct block *b, struct sg_str text, struct sg_buf *out)
{
	struct sg_str end = usual_end(b);

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\n') {
			sg_buf_addc(out, text.ptr[i]);
			continue;
		}
		sg_buf_addstr(out, end);
		for (size_t n = 0; n < b->indent && i + 1 < text.len && text.ptr[i + 1] != '\n';
			n++)
			sg_buf_addc(out, ' ');
	}
}

/* What differs in two texts: the bytes [start, old_end) of the one, [start, new_end) of the other.
 */
struct difference {
	size_t start, old_end, new_end;
};

static struct difference compare(struct sg_str old, struct sg_str new)
{
	struct difference d = {0, old.len, new.len};

	while (d.start < old.len && d.start < new.len &&old.ptr[d.start] == new.ptr[d.start])
		d.start++;
	while (d.old_end > d.start && d.new_end > d.start &&
		old.ptr[d.old_end - 1] == new.ptr[d.new_end - 1]) {
		d.old_end--;
		d.new_end--;
	}
	/* Lines that are added go behind the end of a line, not before the indentation of one. */
	if (d.start == d.old_end && d.start > 0 && d.new_end > d.start &&
		old.ptr[d.start - 1] == '\n' && new.ptr[d.new_end - 1] == '\n') {
		d.start--;
		d.old_end--;
		d.new_end--;
	}
	return d;
}

static size_t count_lines(struct sg_str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

static struct sg_str take_line(struct sg_str *rest)
{
	long at = sg_str_find(*rest, '\n');
	size_t len = at < 0 ? rest->len : (size_t)at + 1;
	struct sg_str line = sg_str_sub(*rest, 0, len);

	*rest = sg_str_sub(*rest, len, rest->len);
	return line;
}

/* As many lines as before: of those that differ only what differs, the rest as it stands. */
static bool change_lines(struct block *b, struct sg_str wanted, struct sg_edit_nested *out)
{
	struct sg_str rest = b->text;
	size_t at = 0;
	bool begun = false;

	while (rest.len) {
		struct sg_str old = take_line(&rest), new = take_line(&wanted);
		struct difference d = compare(old, new);

		if (!sg_str_eq(old, new)) {
			if (!walk_to(b, at + d.start))
				return false;
			if (begun)
				sg_buf_addstr(&out->bytes, sg_str_sub(b->file, out->end, b->at));
			else
				out->start = b->at;
			begun = true;
			sg_buf_addstr(&out->bytes, sg_str_sub(new, d.start, d.new_end));
			if (!walk_to(b, at + d.old_end))
				return false;
			out->end = b->at;
		}
		at += old.len;
	}
	return wanted.len == 0;
}

/* Lines come or go: exact where all between the first and the last is written in the usual way. */
static bool change_all(struct block *b, struct sg_str wanted, struct sg_edit_nested *out)
{
	struct difference d = compare(b->text, wanted);

	if (!walk_to(b, d.start))
		return false;
	out->start = b->at;
	if (!walk_to(b, d.old_end))
		return false;
	out->end = b->at;
	add_lines(b, sg_str_sub(b->text, d.start, d.old_end), &out->bytes);
	if (!sg_str_eq(sg_buf_str(&out->bytes), sg_str_sub(b->file, out->start, out->end)))
		return false;
	sg_buf_reset(&out->bytes);
	add_lines(b, sg_str_sub(wanted, d.start, d.new_end), &out->bytes);
	return true;
}

int sg_edit_nested_block(struct sg_edit_tree *tree, size_t node, struct sg_str wanted,
	struct sg_edit_nested *out, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, node);
	struct block b = {.text = event.value};
	size_t from = sg_edit_block_start(tree, &event);
	bool same_count = count_lines(event.value) == count_lines(wanted);

	if (sg_edit_free_check(tree, node, err) < 0)
		return -1;
	b.file = sg_str_sub(tree->text, from, event.end);
	b.indent = indent_of(b.file, b.text);
	skip_indent(&b);
	if (!(same_count ? change_lines(&b, wanted, out) : change_all(&b, wanted, out)))
		return sg_edit_nested_refuse(tree, node, err);
	out->start += from;
	out->end += from;
	return 0;
}
