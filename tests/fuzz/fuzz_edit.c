/*
 * edit/: the first byte picks a value, the second one a scalar, the rest is the file. Either the
 * edit is refused and nothing was answered, or one range of bytes differs and one event.
 */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "edit/edit.h"
#include "edit/images.h"
#include "io/yaml.h"
#include "paths.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	enum sg_image_part part;
	const char *value;
} wishes[] = {
	{SG_PART_TAG, "v2"},
	{SG_PART_TAG, "1.10"},
	{SG_PART_TAG, "yes"},
	{SG_PART_TAG, "1e3"},
	{SG_PART_REPOSITORY, "r.io:5000/a/b"},
	{SG_PART_REFERENCE, "v2"},
	{SG_PART_REFERENCE, "v2@" DIGEST},
	{SG_PART_DIGEST, DIGEST},
};

static const char *const texts[] = {
	"v2", "~", "12:30:45", "", "a: b", "- c #d", "it's \"\\", "{{ x }}"};

static void check_bytes(struct sg_str before, struct sg_str after)
{
	size_t head = 0, tail = 0;
	size_t least = before.len < after.len ? before.len : after.len;

	while (head < least && before.ptr[head] == after.ptr[head])
		head++;
	while (tail < least - head &&
		before.ptr[before.len - 1 - tail] == after.ptr[after.len - 1 - tail])
		tail++;
	for (size_t i = head; i < before.len - tail; i++)
		PROMISE(before.ptr[i] != '\n' && before.ptr[i] != '\r');
	for (size_t i = head; i < after.len - tail; i++)
		PROMISE(after.ptr[i] != '\n' && after.ptr[i] != '\r');
}

static void check_events(struct sg_str before, const struct sg_edit_done *done)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events old, new;
	size_t differ = 0;

	PROMISE(sg_yaml_parse(&arena, "f", before, &old, &err) == 0);
	PROMISE(sg_yaml_parse(&arena, "f", done->text, &new, &err) == 0);
	PROMISE(old.count == new.count);
	for (size_t i = 0; i < old.count; i++) {
		struct sg_yaml_event a = sg_yaml_at(old, i), b = sg_yaml_at(new, i);

		PROMISE(a.kind == b.kind);
		if (a.style == b.style && sg_str_eq(a.value, b.value))
			continue;
		differ++;
		PROMISE(a.kind == SG_YAML_SCALAR && sg_str_is(b.value, done->to));
	}
	PROMISE(differ == (done->unchanged ? 0 : 1));
}

static void check_edit(const struct sg_edit_ask *ask)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};
	struct sg_edit_value value;
	struct sg_edit_ask again = *ask;
	int code;

	if (sg_edit_apply(&arena, ask, &done, &err) < 0) {
		code = sg_err_exit(&err);
		PROMISE(!done.text.ptr && err.cause[0]);
		PROMISE(code == 3 || code == 5 || code == 9);
		return;
	}
	if (!done.added) { /* else: fuzz_added */
		check_bytes(ask->text, done.text);
		check_events(ask->text, &done);
	}
	again.text = done.text;
	PROMISE(sg_edit_read(&arena, &again, &value, &err) == 0);
	PROMISE(strcmp(value.value, done.to) == 0 && value.is_text);
	PROMISE(sg_edit_apply(&arena, &again, &done, &err) == 0 && done.unchanged);
}

/* Whatever is found can be edited, or is refused. */
static void check_images(struct sg_str text)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	const struct sg_image image = {SG_STR("web"), SG_STR("v2"), SG_STR("")};
	struct sg_edit_asks asks = {0};

	if (sg_edit_images(&arena, "f", text, &image, &asks, &err) < 0) {
		PROMISE(!asks.items && err.cause[0]);
		return;
	}
	for (size_t i = 0; i < asks.count && i < 8; i++)
		check_edit(&asks.items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct sg_edit_ask ask = {.file = "f"};
	unsigned wish;

	if (size < 2)
		return 0;
	wish = data[0] % SG_COUNT(wishes);
	ask.part = wishes[wish].part;
	ask.value = wishes[wish].value;
	ask.text = (struct sg_str){(const char *)data + 2, size - 2};
	ask.with_digest = data[0] >= 128;
	ask.image = "web";
	check_edit(&ask);
	ask.image = NULL;
	ask.key = "image.tag";
	check_edit(&ask);
	sg_buf_init(&path, 2048);
	if (paths_pick(ask.text, SG_YAML_SCALAR, data[1], &path)) {
		ask.key = path.ptr;
		check_edit(&ask);
		ask.any_text = true;
		ask.value = texts[data[0] % SG_COUNT(texts)];
		check_edit(&ask);
	}
	check_images(ask.text);
	return 0;
}
