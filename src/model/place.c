#include "model/place.h"

#include <string.h>

#include "base/buf.h"
#include "model/name.h"

#define MAX_TEXT 4096
#define MAX_SERVICE 100
#define MAX_PATH_BYTES 1024

struct sg_image_version sg_place_version(enum sg_image_part part, const char *value)
{
	struct sg_str text = sg_str_of(value);
	struct sg_image image;

	switch (part) {
	case SG_PART_TAG:
	case SG_PART_VERSION:
		return (struct sg_image_version){.tag = text};
	case SG_PART_DIGEST:
		return (struct sg_image_version){.digest = text};
	case SG_PART_REFERENCE:
		if (sg_image_parse(text, &image))
			return (struct sg_image_version){image.tag, image.digest};
		break;
	case SG_PART_REPOSITORY:
		break;
	}
	return (struct sg_image_version){0};
}

bool sg_place_same(const struct sg_place *a, const struct sg_place *b)
{
	return strcmp(a->file, b->file) == 0 && sg_str_same(a->key, b->key) &&
	       sg_str_same(a->image, b->image);
}

/* What {WORD} stands for, or NULL. */
static const char *word_value(
	struct sg_str word, const char *service, const struct sg_environment *env)
{
	if (sg_str_is(word, "service"))
		return service;
	if (env && sg_str_is(word, "env"))
		return env->name;
	if (env && sg_str_is(word, "short"))
		return env->short_name ? env->short_name : env->name;
	return NULL;
}

static int bad_word(const char *text, struct sg_str word, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CONFIG_INVALID, "\"%.200s\": {%.*s} is no placeholder here", text,
		SG_STR_ARG(sg_str_sub(word, 0, 60)));
	return sg_hint(err, "placeholders are {service}, {env} and {short}");
}

int sg_template_expand(struct sg_arena *arena, const char *text, const char *service,
	const struct sg_environment *env, const char **ret_text, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	struct sg_str rest = sg_str_of(text);
	long open;

	sg_buf_init(&out, MAX_TEXT);
	while ((open = sg_str_find(rest, '{')) >= 0) {
		struct sg_str tail = sg_str_sub(rest, (size_t)open + 1, rest.len);
		long close = sg_str_find(tail, '}');
		struct sg_str word = sg_str_sub(tail, 0, close < 0 ? tail.len : (size_t)close);
		const char *value = close < 0 ? NULL : word_value(word, service, env);

		if (!value)
			return bad_word(text, word, err);
		sg_buf_addstr(&out, sg_str_sub(rest, 0, (size_t)open));
		sg_buf_adds(&out, value);
		rest = sg_str_sub(tail, (size_t)close + 1, tail.len);
	}
	sg_buf_addstr(&out, rest);
	if (out.overflow)
		return sg_fail(err, SG_R_CONFIG_INVALID, "\"%.200s\" becomes longer than %d bytes",
			text, MAX_TEXT);
	*ret_text = sg_arena_dup(arena, sg_buf_str(&out));
	return 0;
}

int sg_service_name_check(const char *name, struct sg_err *err)
{
	size_t len = strlen(name);

	if (len == 0)
		return sg_fail(err, SG_R_USAGE, "a service name is empty");
	if (len > MAX_SERVICE)
		return sg_fail(err, SG_R_USAGE,
			"the service name \"%.40s...\" is longer than %d bytes", name, MAX_SERVICE);
	if (name[0] == '.' || name[0] == '-')
		return sg_fail(err, SG_R_USAGE, "the service name \"%s\" begins with \"%c\"", name,
			name[0]);
	for (size_t i = 0; i < len; i++)
		if (!sg_name_is_char(name[i]))
			return sg_fail(err, SG_R_USAGE,
				"the service name \"%s\" has a byte that is no letter, digit, "
				"\".\", "
				"\"_\" or \"-\" (position %zu)",
				name, i + 1);
	return 0;
}

/* Length of a code point that HFS+ ignores in names (U+200C-F, U+202A-E, U+206A-F, U+FEFF), or 0.
 */
static size_t ignorable_len(struct sg_str s)
{
	unsigned char third = s.len >= 3 ? (unsigned char)s.ptr[2] : 0;

	if (sg_str_starts(s, "\xe2\x80"))
		return (third >= 0x8c && third <= 0x8f) || (third >= 0xaa && third <= 0xae) ? 3 : 0;
	if (sg_str_starts(s, "\xe2\x81"))
		return third >= 0xaa && third <= 0xaf ? 3 : 0;
	return sg_str_starts(s, "\xef\xbb\xbf") ? 3 : 0;
}

/* What file systems may take COMPONENT for: HFS+ drops code points, NTFS streams and tails. */
static void fold_component(struct sg_str component, struct sg_buf *out)
{
	for (size_t i = 0; i < component.len;) {
		size_t skip = ignorable_len(sg_str_sub(component, i, component.len));

		if (skip == 0 && component.ptr[i] == ':')
			break;
		if (skip == 0)
			sg_buf_addc(out, component.ptr[i++]);
		i += skip;
	}
	while (out->len && (out->ptr[out->len - 1] == '.' || out->ptr[out->len - 1] == ' '))
		sg_buf_splice(out, out->len - 1, out->len, (struct sg_str){"", 0});
}

/* False also for ".", ".." and what folds to them. */
static bool component_ok(struct sg_str component)
{
	SG_AUTO(sg_buf_release) struct sg_buf folded = {0};
	struct sg_str s;

	sg_buf_init(&folded, MAX_PATH_BYTES);
	fold_component(component, &folded);
	s = sg_buf_str(&folded);
	return s.len && !sg_str_ieq(s, SG_STR(".git")) && !sg_str_ieq(s, SG_STR("git~1"));
}

int sg_repo_path_check(const char *path, struct sg_err *err)
{
	struct sg_str rest = sg_str_of(path);
	struct sg_str component;

	if (rest.len == 0)
		return sg_fail(err, SG_R_CONFIG_INVALID, "a path is empty");
	if (rest.len > MAX_PATH_BYTES)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"the path \"%.60s...\" is longer than %d bytes", path, MAX_PATH_BYTES);
	for (size_t i = 0; i < rest.len; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f || path[i] == '\\')
			return sg_fail(err, SG_R_CONFIG_INVALID,
				"the path \"%s\" holds a backslash or a control byte", path);
	if (path[0] == '/')
		return sg_fail(err, SG_R_CONFIG_INVALID, "the path \"%s\" is not relative", path);
	while (sg_str_cut(&rest, '/', &component))
		if (component.len == 0)
			return sg_fail(err, SG_R_CONFIG_INVALID,
				"the path \"%s\" has a slash too many", path);
		else if (!component_ok(component))
			return sg_fail(err, SG_R_CONFIG_INVALID,
				"the path \"%s\" has the component \"%.*s\"", path,
				SG_STR_ARG(component));
	return 0;
}

static void drop_last(struct sg_buf *path)
{
	size_t at = path->len;

	while (at > 0 && path->ptr[at - 1] != '/')
		at--;
	sg_buf_splice(path, at ? at - 1 : 0, path->len, (struct sg_str){"", 0});
}

static int join(struct sg_arena *arena, const char *base, struct sg_str file, const char **ret_path,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct sg_str rest = sg_str_of(
		sg_arena_printf(arena, "%s%s%.*s", base, *base ? "/" : "", SG_STR_ARG(file)));
	struct sg_str whole = rest;
	struct sg_str component;

	if (sg_str_starts(file, "/"))
		return sg_fail(err, SG_R_CONFIG_INVALID, "the path \"%.*s\" is not relative",
			SG_STR_ARG(sg_str_sub(file, 0, 200)));
	sg_buf_init(&path, 2 * MAX_TEXT);
	while (sg_str_cut(&rest, '/', &component)) {
		if (sg_str_is(component, "."))
			continue;
		if (!sg_str_is(component, "..")) {
			if (path.len)
				sg_buf_addc(&path, '/');
			sg_buf_addstr(&path, component);
			continue;
		}
		if (path.len == 0)
			return sg_fail(err, SG_R_CONFIG_INVALID,
				"the path \"%.*s\" leads out of the repository",
				SG_STR_ARG(sg_str_sub(whole, 0, 300)));
		drop_last(&path);
	}
	*ret_path = sg_arena_dup(arena, sg_buf_str(&path));
	return 0;
}

int sg_repo_path_join(struct sg_arena *arena, const char *base, const char *file,
	const char **ret_path, struct sg_err *err)
{
	if (join(arena, base, sg_str_of(file), ret_path, err) < 0)
		return -1;
	return sg_repo_path_check(*ret_path, err);
}

int sg_repo_folder_join(struct sg_arena *arena, const char *base, const char *folder,
	const char **ret_path, struct sg_err *err)
{
	struct sg_str text = sg_str_of(folder);

	while (text.len > 1 && sg_str_ends(text, "/"))
		text = sg_str_sub(text, 0, text.len - 1);
	if (join(arena, base, text, ret_path, err) < 0)
		return -1;
	return **ret_path ? sg_repo_path_check(*ret_path, err) : 0;
}

const char *sg_repo_folder_of(struct sg_arena *arena, const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? sg_arena_dup(arena, (struct sg_str){file, (size_t)(slash - file)}) : "";
}

static int expand_file(struct sg_arena *arena, const struct sg_service *entry,
	const struct sg_update *update, const struct sg_place *place,
	const struct sg_environment *env, const char **ret_file, struct sg_err *err)
{
	const char *base = "";
	const char *file;

	if (entry->path &&
		sg_template_expand(arena, entry->path, place->service, env, &base, err) < 0)
		return -1;
	if (base[0] == '/')
		return sg_fail(
			err, SG_R_CONFIG_INVALID, "the path \"%.200s\" is not relative", base);
	if (sg_template_expand(arena, update->file, place->service, env, &file, err) < 0)
		return -1;
	return sg_repo_path_join(arena, base, file, ret_file, err);
}

int sg_template_expand_if(struct sg_arena *arena, const char *text, const char *service,
	const struct sg_environment *env, const char **ret_text, struct sg_err *err)
{
	*ret_text = NULL;
	return text ? sg_template_expand(arena, text, service, env, ret_text, err) : 0;
}

static int one_place(struct sg_arena *arena, const struct sg_service *entry,
	const struct sg_update *update, const struct sg_environment *env, struct sg_place *place,
	struct sg_err *err)
{
	place->part = update->part;
	place->line = update->line;
	if (!update->file)
		return sg_fail(err, SG_R_CONFIG_INVALID, "`file` is missing");
	if (!!update->key + !!update->image + !!update->marker != 1)
		return sg_fail(err, SG_R_CONFIG_INVALID, "say one of `key`, `image` and `marker`");
	if (expand_file(arena, entry, update, place, env, &place->file, err) < 0 ||
		sg_template_expand_if(arena, update->key, place->service, env, &place->key, err) <
			0 ||
		sg_template_expand_if(
			arena, update->marker, place->service, env, &place->marker, err) < 0)
		return -1;
	return sg_template_expand_if(arena, update->image, place->service, env, &place->image, err);
}

int sg_places(struct sg_arena *arena, const struct sg_service *entry, const char *service,
	const struct sg_environment *env, struct sg_place **ret_places, size_t *ret_count,
	struct sg_err *err)
{
	struct sg_place *places;

	if (sg_service_name_check(service, err) < 0)
		return -1;
	if (entry->update_count == 0) {
		(void)sg_fail(err, SG_R_CONFIG_INVALID, "service %s (line %d) has no `update`",
			service, entry->line);
		return sg_hint(err, "name the file and the key where its image stands");
	}
	places = sg_arena_calloc(arena, entry->update_count, sizeof(*places));
	for (size_t i = 0; i < entry->update_count; i++) {
		places[i].service = sg_arena_strdup(arena, service);
		if (one_place(arena, entry, &entry->updates[i], env, &places[i], err) < 0)
			return sg_wrap(err, "service %s, update at line %d", service,
				entry->updates[i].line);
	}
	*ret_places = places;
	*ret_count = entry->update_count;
	return 0;
}
