/*
 * edit/markers: the input is a file. Each marker that is found names a scalar of the file, which
 * stands before a comment on its line and reads as the marker says; a change of it is exact or
 * refused, and the same markers are found behind it.
 */
#include "fuzz.h"

#include <string.h>

#include "edit/edit.h"
#include "edit/marked.h"
#include "edit/markers.h"
#include "io/yaml.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct sg_edit_ask ask_of(struct sg_str text, const struct sg_edit_marker *marker)
{
	static const char *const values[] = {[SG_PART_TAG] = "1.10",
		[SG_PART_REPOSITORY] = "r.io:5000/a/b",
		[SG_PART_REFERENCE] = "v2",
		[SG_PART_DIGEST] = DIGEST};

	return (struct sg_edit_ask){.file = "f",
		.text = text,
		.key = marker->key,
		.part = marker->part,
		.value = values[marker->part],
		.with_digest = true};
}

static struct sg_str line_of(struct sg_str text, int line)
{
	size_t at = 0;

	for (int i = 1; i < line; i++) {
		size_t len = 0;

		for (; at < text.len && !len; at += len ? len : 1)
			len = sg_yaml_line_end(sg_str_sub(text, at, text.len));
	}
	return sg_str_sub(text, at, text.len);
}

/* A marker's words stand behind its value, in what follows a "#". */
static void check_comment(struct sg_str text, const struct sg_edit_marker *marker)
{
	struct sg_str line = line_of(text, marker->line);
	long sign = sg_str_find(line, '#');

	PROMISE(sign >= 0);
	PROMISE(sg_str_search(sg_str_sub(line, (size_t)sign, line.len), marker->name) >= 0);
	for (const char *c = marker->name; *c; c++)
		PROMISE((unsigned char)*c > ' ');
}

/* Its path may begin with another name now: [name=web] where that name was the value. */
static bool same(const struct sg_edit_marker *a, const struct sg_edit_marker *b)
{
	return strcmp(a->name, b->name) == 0 && a->part == b->part && a->line == b->line;
}

/* The same in the edited file. */
static void check_found_again(const struct sg_edit_markers *old, struct sg_str text)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_markers new = {0};
	struct sg_err err = SG_ERR_INIT;

	PROMISE(sg_edit_markers(&arena, "f", text, &new, &err) == 0);
	PROMISE(new.count == old->count);
	for (size_t i = 0; i < new.count; i++)
		PROMISE(same(&new.items[i], &old->items[i]));
}

static void check_reading(struct sg_str text, const struct sg_edit_marker *marker)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_edit_ask ask = ask_of(text, marker);
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value value;

	if (sg_edit_read(&arena, &ask, &value, &err) < 0) {
		PROMISE(sg_err_exit(&err) == 9);
		return;
	}
	PROMISE(strcmp(value.value, marker->value) == 0 || !*marker->value);
	PROMISE(value.line == marker->line && value.column == marker->column);
}

static void check_edit(const struct sg_edit_markers *markers, struct sg_str text, size_t i)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_edit_ask ask = ask_of(text, &markers->items[i]);
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};

	if (sg_edit_apply(&arena, &ask, &done, &err) < 0) {
		PROMISE(!done.text.ptr && sg_err_exit(&err) == 9);
		return;
	}
	PROMISE(!done.added && done.line == markers->items[i].line);
	check_found_again(markers, done.text);
}

/* All values of one name at once. */
static void check_name(const struct sg_edit_markers *markers, struct sg_str text, const char *name)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_image image = {.tag = SG_STR("1.10"), .digest = SG_STR(DIGEST)};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_asks asks = {0};
	struct sg_edit_done *dones;
	size_t failed;

	if (sg_edit_marked(&arena, "f", text, name, &image, &asks, &err) < 0) {
		PROMISE(!asks.items && sg_err_exit(&err) == 9);
		return;
	}
	if (!asks.count)
		return;
	dones = sg_arena_calloc(&arena, asks.count, sizeof(*dones));
	if (sg_edit_apply_all(&arena, asks.items, asks.count, dones, &failed, &err) < 0)
		PROMISE(failed < asks.count && !dones[0].text.ptr && err.cause[0]);
	else
		check_found_again(markers, dones[0].text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_str text = {(const char *)data, size};
	struct sg_edit_markers markers = {0};
	struct sg_err err = SG_ERR_INIT;

	if (sg_edit_markers(&arena, "f", text, &markers, &err) < 0) {
		PROMISE(!markers.items && sg_err_exit(&err) == 9);
		return 0;
	}
	for (size_t i = 0; i < markers.count && i < 32; i++) {
		check_comment(text, &markers.items[i]);
		check_reading(text, &markers.items[i]);
		if (!markers.items[i].fault && i < 4)
			check_edit(&markers, text, i);
		if (i < 2)
			check_name(&markers, text, markers.items[i].name);
	}
	return 0;
}
