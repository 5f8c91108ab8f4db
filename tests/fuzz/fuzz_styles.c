/*
 * edit/ on documents in all styles (maker.h): the first bytes pick a scalar, a mapping and a value,
 * the others make the document. What must be editable is edited: the bytes outside of the scalar
 * stay, the bytes inside say the value (written.h), and of the events only that scalar's differ;
 * and the mapping gets a key more (styles.h). Nothing here asks edit/prove or edit/quote.
 */
#include <string.h>

#include "edit/edit.h"
#include "fuzz.h"
#include "io/yaml.h"
#include "maker.h"
#include "styles.h"
#include "written.h"

/* One edit, and what is known of it. */
struct frame {
	struct sg_str before, after;
	const struct maker_scalar *scalar;
	const struct written_value *value;
	size_t blanks; /* behind a scalar that is nothing: it may come in front of or behind them */
	size_t new_end; /* of the scalar, in AFTER */
};

static void show(const struct frame *f, const char *what)
{
	fprintf(stderr, "%s\n%s=%s\n--- before\n%.*s\n--- after\n%.*s\n---\n", what,
		f->scalar ? f->scalar->path : "", f->value ? f->value->text : "",
		SG_STR_ARG(f->before), SG_STR_ARG(f->after));
}

#define HOLDS(f, cond)                                                                             \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			show(f, #cond);                                                            \
			PROMISE(cond);                                                             \
		}                                                                                  \
	} while (0)

/* ---- bytes ---- */

/* The new bytes between before[..at] and before[end..]; false when these did not stay. */
static bool cut(const struct frame *f, size_t at, size_t end, struct sg_str *ret)
{
	size_t tail = f->before.len - end;

	if (f->after.len < at + tail || memcmp(f->before.ptr, f->after.ptr, at) != 0 ||
		memcmp(f->before.ptr + end, f->after.ptr + f->after.len - tail, tail) != 0)
		return false;
	*ret = sg_str_sub(f->after, at, f->after.len - tail);
	return true;
}

/* Quotes that were there stay, where they can say it. */
static bool keeps_quotes(const struct frame *f, struct sg_str bytes)
{
	if (f->scalar->quote == '\'')
		return bytes.ptr[0] == '\'' || memchr(bytes.ptr, '\\', bytes.len);
	return !f->scalar->quote || bytes.ptr[0] == f->scalar->quote;
}

static void check_bytes(struct frame *f)
{
	const struct maker_scalar *s = f->scalar;
	struct sg_str bytes = {NULL, 0};
	bool good = false;

	for (size_t i = 0; i <= f->blanks && !good; i++)
		good = cut(f, s->start + i, s->end + i, &bytes) &&
		       (f->blanks == 0 || written_says(sg_str_trim(bytes), f->value));
	HOLDS(f, good);
	f->new_end = (size_t)(bytes.ptr - f->after.ptr) + bytes.len;
	if (s->hope == MAKER_EITHER)
		return;
	if (s->start == s->end)
		bytes = sg_str_trim(bytes);
	HOLDS(f, written_says(bytes, f->value));
	HOLDS(f, keeps_quotes(f, bytes));
}

/* ---- events ---- */

struct seen {
	struct sg_arena *arena;
	struct sg_yaml_event *items;
	size_t count;
};

static int take(void *arg, const struct sg_yaml_event *event, struct sg_err *err)
{
	struct seen *seen = arg;
	struct sg_yaml_event *item =
		sg_arena_push(seen->arena, (void *)&seen->items, &seen->count, sizeof(*item));

	(void)err;
	*item = *event;
	item->value = (struct sg_str){sg_arena_dup(seen->arena, event->value), event->value.len};
	item->anchor = sg_arena_strdup(seen->arena, event->anchor);
	item->tag = sg_arena_strdup(seen->arena, event->tag);
	return 0;
}

static bool look(struct sg_arena *arena, struct sg_str text, struct seen *ret, struct sg_err *err)
{
	*ret = (struct seen){.arena = arena};
	return sg_yaml_each("f", text, take, ret, err) == 0;
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_target(const struct frame *f, const struct sg_yaml_event *event)
{
	const struct maker_scalar *s = f->scalar;

	if (event->kind != SG_YAML_SCALAR)
		return false;
	if (s->hope == MAKER_EITHER)
		return event->start == s->start;
	if (s->start == s->end)
		return event->start == event->end && event->start >= s->start &&
		       event->start <= s->start + f->blanks;
	return event->start < event->end && event->end == s->end;
}

static void check_other(
	const struct frame *f, const struct sg_yaml_event *a, const struct sg_yaml_event *b)
{
	size_t moved = a->start >= f->scalar->end ? f->after.len - f->before.len : 0;

	HOLDS(f, sg_str_eq(a->value, b->value));
	HOLDS(f, a->style == b->style && a->implicit == b->implicit);
	HOLDS(f, b->start == a->start + moved);
}

static void check_events(const struct frame *f)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct seen old, new;
	size_t targets = 0;

	HOLDS(f, look(&arena, f->before, &old, &err));
	HOLDS(f, look(&arena, f->after, &new, &err));
	HOLDS(f, old.count == new.count);
	for (size_t i = 0; i < old.count; i++) {
		const struct sg_yaml_event *a = &old.items[i], *b = &new.items[i];

		HOLDS(f, a->kind == b->kind);
		HOLDS(f, same_name(a->anchor, b->anchor) && same_name(a->tag, b->tag));
		if (!is_target(f, a)) {
			check_other(f, a, b);
			continue;
		}
		targets++;
		HOLDS(f, sg_str_is(b->value, f->value->text));
	}
	HOLDS(f, targets == 1);
}

/* ---- the edit ---- */

static void check_again(const struct frame *f, struct sg_edit_ask ask)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};

	ask.text = f->after;
	HOLDS(f, sg_edit_apply(&arena, &ask, &done, &err) == 0 && done.unchanged);
}

static bool is_utf8(const char *text)
{
	return strcmp(text, "\xff") != 0;
}

static void check_edit(struct frame *f)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_edit_ask ask = {.file = "f",
		.text = f->before,
		.key = f->scalar->path,
		.value = f->value->text,
		.any_text = true};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};

	if (sg_edit_apply(&arena, &ask, &done, &err) < 0) {
		HOLDS(f, !done.text.ptr && err.cause[0]);
		HOLDS(f, sg_err_exit(&err) == 9 || !is_utf8(f->value->text));
		if (f->scalar->hope == MAKER_EDITS && is_utf8(f->value->text)) {
			show(f, err.cause);
			PROMISE(f->scalar->hope != MAKER_EDITS);
		}
		return;
	}
	f->after = done.text;
	HOLDS(f, f->scalar->hope != MAKER_REFUSES || done.unchanged);
	HOLDS(f, !done.unchanged || sg_str_eq(f->before, f->after));
	if (done.unchanged)
		return;
	check_bytes(f);
	check_events(f);
	check_again(f, ask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct maker_text made = {0};
	struct frame f = {0};

	if (size < 2)
		return 0;
	maker_make(data + 2, size - 2, &made);
	f.before = sg_buf_str(&made.text);
	f.value = &written_values[data[1] % written_values_count];
	if (made.count > 0) {
		f.scalar = &made.scalars[data[0] % made.count];
		while (f.scalar->start == f.scalar->end &&
			f.scalar->end + f.blanks < f.before.len &&
			strchr(" \t", f.before.ptr[f.scalar->end + f.blanks]))
			f.blanks++;
		check_edit(&f);
	}
	if (made.mapping_count > 0)
		styles_check_added(f.before, &made.mappings[data[0] % made.mapping_count], f.value);
	maker_release(&made);
	return 0;
}
