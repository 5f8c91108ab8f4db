/*
 * Paths that go on in the text of a value: the first bytes pick a value, a place and how the text
 * stands in its file; the rest is the text, or the whole file. Either it is refused, or the bytes
 * outside of the scalar stay, of the events only that scalar differs, it reads as the text edited
 * as a file of its own, and of its lines only those differ that differ in the text.
 */
#include "fuzz.h"

#include <string.h>

#include "edit/edit.h"
#include "paths.h"

static const char *const values[] = {
	"v2", "1.10", "~", "", "a: b", "- c #d", "it's \"\\", "{{ x }}", "a\nb", "yes", "\xc3\xa4"};

/* ---- a file around a text ---- */

static void add_lines(struct sg_buf *out, struct sg_str text, unsigned indent, const char *end)
{
	bool begins = true;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (begins && c != '\n')
			sg_buf_addf(out, "%*s", (int)indent, "");
		begins = c == '\n';
		if (begins)
			sg_buf_adds(out, end);
		else
			sg_buf_addc(out, c);
	}
	if (!begins)
		sg_buf_adds(out, end);
}

static void add_quoted(struct sg_buf *out, struct sg_str text)
{
	sg_buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\n')
			sg_buf_adds(out, "\\n");
		else if (c == '\t')
			sg_buf_adds(out, "\\t");
		else if (c == '"' || c == '\\')
			sg_buf_addf(out, "\\%c", c);
		else
			sg_buf_addc(out, c);
	}
	sg_buf_addc(out, '"');
}

/* The text is the value of `v` in `a`, or of the first item of a list. */
static void put_file(struct sg_buf *out, struct sg_str text, unsigned how)
{
	static const char *const heads[] = {
		"|", "|-", "|+", "|2", "!!str |", "&x |", "| # c", ">-"};
	static const char *const ends[] = {"\n", "\r\n", "\n", "\n"};
	const char *end = ends[how >> 3 & 3];

	sg_buf_addf(out, "a: # b%s", end);
	switch (how >> 5 & 3) {
	case 0:
		sg_buf_adds(out, "  v: ");
		add_quoted(out, text);
		break;
	case 1:
		sg_buf_adds(out, "- - ");
		add_quoted(out, text);
		break;
	default:
		sg_buf_addf(out, "  v: %s%s", heads[how & 7], end);
		add_lines(out, text, how & 4 ? 4 : 6, end);
		break;
	}
	sg_buf_addf(out, "%sb: 1%s", how >> 5 & 2 ? "" : end, end);
}

/* ---- what is promised ---- */

struct change {
	struct sg_str before, after;
	struct sg_yaml_events old, new;
	size_t at; /* the event that differs; the count of all when none does */
};

static void read_change(struct sg_arena *arena, struct change *c)
{
	struct sg_err err = SG_ERR_INIT;

	PROMISE(sg_yaml_parse(arena, "f", c->before, &c->old, &err) == 0);
	PROMISE(sg_yaml_parse(arena, "f", c->after, &c->new, &err) == 0);
	PROMISE(c->old.count == c->new.count);
	c->at = c->old.count;
	for (size_t i = 0; i < c->old.count; i++) {
		struct sg_yaml_event a = sg_yaml_at(c->old, i), b = sg_yaml_at(c->new, i);

		PROMISE(a.kind == b.kind && a.style == b.style && a.implicit == b.implicit);
		PROMISE(sg_str_same(a.anchor, b.anchor) && sg_str_same(a.tag, b.tag));
		if (sg_str_eq(a.value, b.value))
			continue;
		PROMISE(c->at == c->old.count && a.kind == SG_YAML_SCALAR);
		c->at = i;
	}
}

static void check_bytes(const struct change *c)
{
	struct sg_yaml_event old = sg_yaml_at(c->old, c->at), new = sg_yaml_at(c->new, c->at);

	PROMISE(old.start == new.start);
	PROMISE(sg_str_eq(sg_str_sub(c->before, 0, old.start), sg_str_sub(c->after, 0, new.start)));
	PROMISE(sg_str_eq(sg_str_sub(c->before, old.end, c->before.len),
		sg_str_sub(c->after, new.end, c->after.len)));
}

static size_t count_lines(struct sg_str text)
{
	struct sg_str line;
	size_t count = 0;

	while (sg_str_cut(&text, '\n', &line))
		count++;
	return count;
}

/* Lines that are not the same in both, which have as many. */
static size_t lines_that_differ(struct sg_str a, struct sg_str b)
{
	struct sg_str left, right;
	size_t count = 0;

	while (sg_str_cut(&a, '\n', &left) && sg_str_cut(&b, '\n', &right))
		count += !sg_str_eq(left, right);
	return count;
}

static void check_lines(const struct change *c)
{
	struct sg_yaml_event old = sg_yaml_at(c->old, c->at), new = sg_yaml_at(c->new, c->at);

	if (old.style != SG_YAML_LITERAL || count_lines(old.value) != count_lines(new.value) ||
		count_lines(c->before) != count_lines(c->after))
		return;
	PROMISE(lines_that_differ(c->before, c->after) == lines_that_differ(old.value, new.value));
}

/* The text, edited as a file of its own, is what the scalar says now. */
static void check_text(const struct change *c, struct sg_edit_ask inner)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_done done = {0};
	struct sg_err err = SG_ERR_INIT;

	inner.text = sg_yaml_at(c->old, c->at).value;
	PROMISE(sg_edit_apply(&arena, &inner, &done, &err) == 0);
	PROMISE(sg_str_eq(done.text, sg_yaml_at(c->new, c->at).value));
}

static void check_again(struct sg_edit_ask ask, const struct sg_edit_done *done)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done again = {0};
	struct sg_edit_value value;

	ask.text = done->text;
	PROMISE(sg_edit_read(&arena, &ask, &value, &err) == 0);
	PROMISE(strcmp(value.value, done->to) == 0 && value.is_text && value.line == done->line);
	PROMISE(sg_edit_apply(&arena, &ask, &again, &err) == 0 && again.unchanged);
}

/* INNER: the path into the text alone. */
static void check_edit(const struct sg_edit_ask *ask, const char *inner)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};
	struct change c = {.before = ask->text};
	struct sg_edit_ask alone = *ask;
	int code;

	if (sg_edit_apply(&arena, ask, &done, &err) < 0) {
		code = sg_err_exit(&err);
		PROMISE(!done.text.ptr && err.cause[0]);
		PROMISE(code == 3 || code == 5 || code == 9);
		return;
	}
	check_again(*ask, &done);
	c.after = done.text;
	read_change(&arena, &c);
	PROMISE((c.at == c.old.count) == done.unchanged);
	PROMISE(!done.unchanged || sg_str_eq(c.before, c.after));
	if (done.unchanged)
		return;
	check_bytes(&c);
	check_lines(&c);
	alone.key = inner;
	check_text(&c, alone);
}

/* ---- which place ---- */

/* The text of the scalar that the path names; false: it cannot be read. */
static bool text_at(
	struct sg_arena *arena, struct sg_str file, const char *path, struct sg_str *ret)
{
	const struct sg_edit_ask ask = {.file = "f", .text = file, .key = path, .any_text = true};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value value;

	if (sg_edit_read(arena, &ask, &value, &err) < 0)
		return false;
	*ret = sg_str_of(value.value);
	return true;
}

/* OUTER names a scalar of FILE. A place in its text, or a key that is added there, in a path. */
static void check_in(struct sg_str file, const char *outer, const uint8_t *picks, bool add)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf inner = {0};
	struct sg_edit_ask ask = {.file = "f", .text = file, .any_text = true};
	struct sg_str text;

	sg_buf_init(&inner, 2048);
	if (!text_at(&arena, file, outer, &text) ||
		!paths_pick(text, add ? SG_YAML_MAP_START : SG_YAML_SCALAR, picks[1], &inner))
		return;
	if (add)
		paths_add_key(&inner, SG_STR("tag"));
	if (!inner.len)
		return;
	ask.key = sg_arena_printf(&arena, "%s|%s", outer, inner.ptr);
	ask.value = values[picks[0] % SG_COUNT(values)];
	ask.add = add ? SG_EDIT_ADD_ANY : SG_EDIT_ADD_NONE;
	ask.shared = picks[0] >= 128;
	check_edit(&ask, inner.ptr);
}

static void check_file(struct sg_str file, const uint8_t *picks)
{
	SG_AUTO(sg_buf_release) struct sg_buf outer = {0};

	sg_buf_init(&outer, 2048);
	if (!paths_pick(file, SG_YAML_SCALAR, picks[2], &outer) || !outer.len)
		return;
	check_in(file, outer.ptr, picks, false);
	check_in(file, outer.ptr, picks, true);
}

static void check_framed(struct sg_str text, const uint8_t *picks)
{
	SG_AUTO(sg_buf_release) struct sg_buf file = {0};
	const char *outer = (picks[2] >> 5 & 3) == 1 ? "a[0][0]" : "a.v";

	sg_buf_init(&file, 8 * text.len + 1024);
	put_file(&file, text, picks[2]);
	check_in(sg_buf_str(&file), outer, picks, false);
	check_in(sg_buf_str(&file), outer, picks, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str text;

	if (size < 3)
		return 0;
	text = (struct sg_str){(const char *)data + 3, size - 3};
	check_framed(text, data);
	check_file(text, data);
	return 0;
}
