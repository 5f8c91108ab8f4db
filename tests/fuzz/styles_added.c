#include "styles.h"

#include <string.h>

#include "edit/edit.h"
#include "fuzz.h"
#include "io/yaml.h"
#include "paths.h"

#define KEY "new"

struct added {
	struct sg_str before, after;
	const struct maker_mapping *mapping;
	const struct written_value *value;
	size_t at, end; /* the new bytes, in AFTER */
};

#define HOLDS(a, cond)                                                                             \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s: %s\n--- before\n%.*s\n--- after\n%.*s\n---\n",        \
				(a)->mapping->path, (a)->value->text, SG_STR_ARG((a)->before),     \
				SG_STR_ARG((a)->after));                                           \
			PROMISE(cond);                                                             \
		}                                                                                  \
	} while (0)

/* ---- bytes ---- */

static struct sg_str trim(struct sg_str text, const char *set)
{
	while (text.len && strchr(set, text.ptr[0]))
		text = sg_str_sub(text, 1, text.len);
	while (text.len && strchr(set, text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* KEY, in quotes or not, a colon and the value. */
static bool says_pair(struct sg_str text, const struct written_value *value)
{
	size_t quotes = text.len && strchr("'\"", text.ptr[0]) ? 1 : 0;

	if (!sg_str_starts(sg_str_sub(text, quotes, text.len), KEY))
		return false;
	text = sg_str_sub(text, 2 * quotes + strlen(KEY), text.len);
	if (!sg_str_starts(text, ":"))
		return false;
	return written_says(sg_str_trim(sg_str_sub(text, 1, text.len)), value);
}

static size_t newline_at(struct sg_str text)
{
	return sg_yaml_line_end(text);
}

/* A line of its own: [newline] indentation pair [newline], one of the two. */
static void check_line(const struct added *a, struct sg_str line)
{
	size_t blanks = 0, front = newline_at(line);

	line = sg_str_sub(line, front, line.len);
	while (blanks < line.len && line.ptr[blanks] == ' ')
		blanks++;
	HOLDS(a, blanks == (size_t)a->mapping->indent);
	line = sg_str_sub(line, blanks, line.len);
	for (size_t len = 1; !front && len <= 3 && len < line.len; len++)
		if (newline_at(sg_str_sub(line, line.len - len, line.len)) == len) {
			front = len;
			line.len -= len;
			if (len == 1 && line.ptr[line.len - 1] == '\r')
				line.len--;
		}
	HOLDS(a, front > 0);
	HOLDS(a, says_pair(line, a->value));
}

static void check_bytes(struct added *a)
{
	const struct maker_mapping *m = a->mapping;
	size_t more = a->after.len - a->before.len, at = m->end;

	HOLDS(a, a->after.len > a->before.len);
	if (m->indent < 0) /* behind the last entry: blanks may be before the brace */
		while (at > m->start && strchr(" \t", a->before.ptr[at - 1]) &&
			memcmp(a->before.ptr, a->after.ptr, at) != 0)
			at--;
	if (m->hope == MAKER_EITHER)
		for (at = 0; at < a->before.len && a->before.ptr[at] == a->after.ptr[at];)
			at++;
	HOLDS(a, memcmp(a->before.ptr, a->after.ptr, at) == 0);
	HOLDS(a, memcmp(a->before.ptr + at, a->after.ptr + at + more, a->before.len - at) == 0);
	a->at = at;
	a->end = at + more;
	if (m->hope == MAKER_EITHER)
		return;
	if (m->indent < 0)
		HOLDS(a,
			says_pair(trim(sg_str_sub(a->after, at, at + more), ", \t\r\n"), a->value));
	else
		check_line(a, sg_str_sub(a->after, at, at + more));
}

/* ---- events ---- */

static bool is_new(const struct added *a, const struct sg_yaml_event *event, const char *text)
{
	return event->kind == SG_YAML_SCALAR && sg_str_is(event->value, text) && !event->anchor &&
	       !event->tag && event->start >= a->at && event->end <= a->end;
}

static void check_same(
	const struct added *a, const struct sg_yaml_event *old, const struct sg_yaml_event *new)
{
	HOLDS(a, old->kind == new->kind && old->style == new->style);
	HOLDS(a, sg_str_eq(old->value, new->value) && old->implicit == new->implicit);
	HOLDS(a, sg_str_same(old->anchor, new->anchor) && sg_str_same(old->tag, new->tag));
}

static void check_events(const struct added *a)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events old, new;
	size_t seen = 0;

	HOLDS(a, sg_yaml_parse(&arena, "f", a->before, &old, &err) == 0);
	HOLDS(a, sg_yaml_parse(&arena, "f", a->after, &new, &err) == 0);
	HOLDS(a, new.count == old.count + 2);
	for (size_t i = 0; i < new.count; i++) {
		struct sg_yaml_event now = sg_yaml_at(new, i), was;

		if (seen < 2 && is_new(a, &now, seen ? a->value->text : KEY)) {
			seen++;
			continue;
		}
		HOLDS(a, seen != 1 && i - seen < old.count);
		was = sg_yaml_at(old, i - seen);
		check_same(a, &was, &now);
	}
	HOLDS(a, seen == 2);
}

/* ---- the edit ---- */

static bool has_odd_lines(struct sg_str text)
{
	return sg_str_search(text, "\xc2\x85") >= 0 || sg_str_search(text, "\xe2\x80\xa8") >= 0 ||
	       sg_str_search(text, "\xe2\x80\xa9") >= 0;
}

static void check_refused(
	const struct added *a, const struct sg_edit_done *done, const struct sg_err *err)
{
	bool hopeless = a->mapping->hope != MAKER_EDITS || has_odd_lines(a->before) ||
			strcmp(a->value->text, "\xff") == 0;

	if (!hopeless)
		fprintf(stderr, "%s\n", err->cause);
	HOLDS(a, hopeless && !done->text.ptr);
	HOLDS(a, sg_err_exit(err) == 9);
}

static void check_again(const struct added *a, struct sg_edit_ask ask)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};

	ask.text = a->after;
	HOLDS(a, sg_edit_apply(&arena, &ask, &done, &err) == 0 && done.unchanged);
}

void styles_check_added(
	struct sg_str text, const struct maker_mapping *mapping, const struct written_value *value)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct added a = {.before = text, .mapping = mapping, .value = value};
	struct sg_edit_ask ask = {.file = "f",
		.text = text,
		.value = value->text,
		.any_text = true,
		.add = SG_EDIT_ADD_ANY};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};

	sg_buf_init(&path, 2048);
	sg_buf_adds(&path, mapping->path);
	paths_add_key(&path, SG_STR(KEY));
	ask.key = path.ptr;
	if (sg_edit_apply(&arena, &ask, &done, &err) < 0) {
		check_refused(&a, &done, &err);
		return;
	}
	a.after = done.text;
	HOLDS(&a, mapping->hope != MAKER_REFUSES && done.added);
	check_bytes(&a);
	check_events(&a);
	check_again(&a, ask);
}
