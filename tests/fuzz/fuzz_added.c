/*
 * edit/ adding keys: the first bytes pick a value, a mapping and a key, the rest is the file.
 * Either it is refused and nothing was answered, or every old byte is still there in its order, and
 * of the events only the added ones are new.
 */
#include "fuzz.h"

#include <string.h>

#include "base/attr.h"
#include "edit/edit.h"
#include "edit/images.h"
#include "paths.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const values[] = {
	"v2", "1.10", "~", "", "a: b", "- c #d", "it's \"\\", "{{ x }}", "a\nb", "yes", "\xc3\xa4"};

static const char *const keys[] = {"tag", "digest", "newTag", "x", "yes", "a.b", "1", "<<", "",
	"image", "it's \"\\", "- y", "a: b", "\xc3\xa4", "repository"};

/* ---- one key ---- */

struct addition {
	struct sg_str before;
	const char *key;
	const struct sg_edit_done *done;
	struct sg_yaml_events old, new;
};

static bool same(const struct sg_yaml_event *a, const struct sg_yaml_event *b)
{
	return a->kind == b->kind && a->style == b->style && a->implicit == b->implicit &&
	       sg_str_eq(a->value, b->value) && sg_str_same(a->anchor, b->anchor) &&
	       sg_str_same(a->tag, b->tag);
}

static bool same_at(const struct addition *a, size_t old, size_t new)
{
	struct sg_yaml_event before = sg_yaml_at(a->old, old), after = sg_yaml_at(a->new, new);

	return same(&before, &after);
}

static bool is_nothing(const struct sg_yaml_event *event)
{
	return event->kind == SG_YAML_SCALAR && event->style == SG_YAML_PLAIN &&
	       event->value.len == 0 && !event->anchor && !event->tag;
}

/* The new event at AT is a text of its own. */
static void check_text(const struct addition *a, size_t at, const char *text)
{
	struct sg_yaml_event event = sg_yaml_at(a->new, at);

	PROMISE(event.kind == SG_YAML_SCALAR && sg_str_is(event.value, text));
	PROMISE(!event.anchor && !event.tag);
}

/* A pair that is new; or a mapping of one pair, where nothing stood. */
static void check_events(const struct addition *a)
{
	size_t at = 0, old_rest, more = a->new.count - a->old.count;
	struct sg_yaml_event event;

	PROMISE(more == 2 || more == 3);
	while (at < a->old.count && same_at(a, at, at))
		at++;
	old_rest = at;
	if (more == 3) {
		event = sg_yaml_at(a->old, old_rest++);
		PROMISE(is_nothing(&event));
		PROMISE(sg_yaml_at(a->new, at).kind == SG_YAML_MAP_START);
		PROMISE(sg_yaml_at(a->new, at + 3).kind == SG_YAML_MAP_END);
		at++;
	}
	check_text(a, at, a->key);
	check_text(a, at + 1, a->done->to);
	event = sg_yaml_at(a->new, at + 1);
	PROMISE(event.line == a->done->line && event.column == a->done->column);
	for (; old_rest < a->old.count; old_rest++)
		PROMISE(same_at(a, old_rest, old_rest + more));
}

/* All that is new stands in one place. */
static void check_bytes(struct sg_str before, struct sg_str after)
{
	size_t head = 0;

	PROMISE(after.len > before.len);
	while (head < before.len && before.ptr[head] == after.ptr[head])
		head++;
	PROMISE(sg_str_eq(sg_str_sub(before, head, before.len),
		sg_str_sub(after, after.len - (before.len - head), after.len)));
}

static void check_refused(const struct sg_edit_done *done, const struct sg_err *err)
{
	int code = sg_err_exit(err);

	PROMISE(!done->text.ptr && err->cause[0]);
	PROMISE(code == 2 || code == 3 || code == 5 || code == 9);
}

/* It stands there, as a text, and is no change any more. */
static void check_again(struct sg_edit_ask ask, const struct sg_edit_done *done)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done again = {0};
	struct sg_edit_value value;

	ask.text = done->text;
	PROMISE(sg_edit_read(&arena, &ask, &value, &err) == 0);
	PROMISE(strcmp(value.value, done->to) == 0 && value.is_text);
	PROMISE(value.line == done->line || done->unchanged);
	PROMISE(sg_edit_apply(&arena, &ask, &again, &err) == 0);
	PROMISE(again.unchanged && again.text.ptr == done->text.ptr);
}

static void check_key(const struct sg_edit_ask *ask, const char *key)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done done = {0};
	struct addition a = {.before = ask->text, .key = key, .done = &done};

	if (sg_edit_apply(&arena, ask, &done, &err) < 0) {
		check_refused(&done, &err);
		return;
	}
	if (done.added) {
		check_bytes(ask->text, done.text);
		PROMISE(sg_yaml_parse(&arena, "f", ask->text, &a.old, &err) == 0);
		PROMISE(sg_yaml_parse(&arena, "f", done.text, &a.new, &err) == 0);
		check_events(&a);
	}
	check_again(*ask, &done);
}

/* ---- several at once ---- */

enum { SEVERAL = 4 };

static void check_order(struct sg_str before, struct sg_str after)
{
	size_t at = 0;

	for (size_t i = 0; i < after.len && at < before.len; i++)
		at += before.ptr[at] == after.ptr[i];
	PROMISE(at == before.len);
}

/* The events of BEFORE, in their order, are among the new ones; PAIRS and two entries may be new.
 */
static void check_several_events(struct sg_str before, struct sg_str after, size_t pairs)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events old, new;
	size_t at = 0;

	PROMISE(sg_yaml_parse(&arena, "f", before, &old, &err) == 0);
	PROMISE(sg_yaml_parse(&arena, "f", after, &new, &err) == 0);
	for (size_t i = 0; i < new.count &&at < old.count; i++) {
		struct sg_yaml_event a = sg_yaml_at(old, at), b = sg_yaml_at(new, i);

		at += same(&a, &b) || (is_nothing(&a) && b.kind == SG_YAML_MAP_START);
	}
	PROMISE(at == old.count);
	PROMISE(new.count >= old.count &&new.count - old.count <= 11 + 3 * pairs);
}

static void check_several(const struct sg_edit_ask *asks, size_t count)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_done dones[SEVERAL];
	size_t failed = count;

	memset(dones, 0, sizeof(dones));
	if (sg_edit_apply_all(&arena, asks, count, dones, &failed, &err) < 0) {
		PROMISE(failed < count);
		check_refused(&dones[0], &err);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (!dones[i].added && !dones[i].unchanged)
			return; /* a scalar that stood there: fuzz_edit */
		PROMISE(dones[i].text.ptr == dones[0].text.ptr);
	}
	check_order(asks[0].text, dones[0].text);
	check_several_events(asks[0].text, dones[0].text, count);
	for (size_t i = 0; i < count; i++)
		check_again(asks[i], &dones[i]);
}

/* ---- which ones ---- */

/* The path to KEY in the mapping number PICK; NULL: there is none. */
static const char *path_to(
	struct sg_arena *arena, struct sg_str text, unsigned pick, const char *key)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};

	sg_buf_init(&path, 2048);
	if (!paths_pick(text, SG_YAML_MAP_START, pick, &path))
		return NULL;
	paths_add_key(&path, sg_str_of(key));
	return sg_arena_dup(arena, sg_buf_str(&path));
}

/* Below a value that may be nothing. */
static const char *path_below(
	struct sg_arena *arena, struct sg_str text, unsigned pick, const char *key)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};

	sg_buf_init(&path, 2048);
	if (!paths_pick(text, SG_YAML_SCALAR, pick, &path))
		return NULL;
	paths_add_key(&path, sg_str_of(key));
	return sg_arena_dup(arena, sg_buf_str(&path));
}

static void check_mappings(struct sg_str text, const uint8_t *picks)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask asks[SEVERAL];
	size_t count = 0;

	for (unsigned i = 0; i < SEVERAL; i++) {
		const char *key = keys[(picks[2] + i) % SG_COUNT(keys)];
		const char *path =
			i == 1 ? path_below(&arena, text, picks[1], key)
			       : path_to(&arena, text, i == SEVERAL - 1 ? picks[1] + 1u : picks[1],
					 key);

		if (!path)
			continue;
		asks[count] = (struct sg_edit_ask){.file = "f",
			.text = text,
			.key = path,
			.value = values[(picks[0] + i) % SG_COUNT(values)],
			.any_text = true,
			.add = SG_EDIT_ADD_ANY,
			.shared = picks[0] >= 128};
		check_key(&asks[count++], key);
	}
	if (count)
		check_several(asks, count);
}

static void check_entries(struct sg_str text, bool shared)
{
	struct sg_edit_ask asks[3] = {
		{.file = "kustomization.yaml", .text = text, .image = "web", .value = "v2"},
		{.file = "kustomization.yaml", .text = text, .image = "web", .value = DIGEST},
		{.file = "kustomization.yaml", .text = text, .image = "a/b", .value = "1.10"}};

	asks[1].part = SG_PART_DIGEST;
	for (size_t i = 0; i < SG_COUNT(asks); i++) {
		asks[i].with_digest = true;
		asks[i].add = SG_EDIT_ADD_ANY;
		asks[i].shared = shared;
		check_several(&asks[i], 1);
	}
	check_several(asks, SG_COUNT(asks));
}

/* What a new image needs beside its repository. */
static void check_images(struct sg_str text)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	const struct sg_image image = {SG_STR("web"), SG_STR("v2"), SG_STR(DIGEST)};
	struct sg_edit_asks asks = {0};

	if (sg_edit_images(&arena, "f", text, &image, &asks, &err) < 0)
		return;
	for (size_t i = 0; i + 1 < asks.count; i += 2)
		check_several(&asks.items[i], 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str text;

	if (size < 3)
		return 0;
	text = (struct sg_str){(const char *)data + 3, size - 3};
	check_mappings(text, data);
	check_entries(text, data[0] >= 128);
	check_images(text);
	return 0;
}
