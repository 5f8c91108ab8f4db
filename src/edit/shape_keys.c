#include "edit/shape_walk.h"

static const char *const names[SG_NAME_COUNT] = {
	[SG_NAME_IMAGE] = "image",
	[SG_NAME_REGISTRY] = "registry",
	[SG_NAME_REPOSITORY] = "repository",
	[SG_NAME_TAG] = "tag",
	[SG_NAME_DIGEST] = "digest",
	[SG_NAME_IMAGE_TAG] = "imageTag",
	[SG_NAME_NAME] = "name",
	[SG_NAME_NEW_NAME] = "newName",
	[SG_NAME_NEW_TAG] = "newTag",
	[SG_NAME_KIND] = "kind",
	[SG_NAME_GLOBAL] = "global",
};

const char *sg_shape_name(enum sg_shape_name name)
{
	return names[name];
}

static void note_key(struct sg_shape_keys *keys, struct sg_str name, size_t key, size_t value)
{
	for (size_t i = 0; i < SG_NAME_COUNT; i++) {
		if (!sg_str_is(name, names[i]))
			continue;
		if (!keys->key[i]) {
			keys->key[i] = key;
			keys->value[i] = value;
		} else if (!keys->twice[i]) {
			keys->twice[i] = key;
		}
	}
}

void sg_shape_keys_read(struct sg_edit_tree *tree, size_t map, struct sg_shape_keys *ret)
{
	struct sg_shape_keys keys = {0};
	size_t at = map + 1;

	while (sg_edit_event(tree, at).kind != SG_YAML_MAP_END) {
		struct sg_yaml_event event = sg_edit_event(tree, at);
		size_t value = sg_edit_node_end(tree, at);

		if (event.kind == SG_YAML_SCALAR)
			note_key(&keys, event.value, at, value);
		at = sg_edit_node_end(tree, value);
	}
	*ret = keys;
}

struct sg_str sg_shape_text(const struct sg_shape_walk *w, size_t node)
{
	struct sg_yaml_event event = sg_edit_event(w->tree, node);

	if (!node || event.kind != SG_YAML_SCALAR || sg_edit_is_null(&event))
		return (struct sg_str){"", 0};
	return event.value;
}

static const char *path_here(struct sg_shape_walk *w)
{
	if (w->path.len > SG_SHAPE_PATH_MAX_BYTES || w->arena->used_bytes > w->used_max_bytes)
		w->too_large = true;
	return w->too_large ? "" : sg_arena_dup(w->arena, sg_buf_str(&w->path));
}

size_t sg_shape_push_key(struct sg_shape_walk *w, struct sg_str key)
{
	size_t len = w->path.len;

	if (len > w->prefix)
		sg_buf_addc(&w->path, '.');
	sg_edit_path_put_key(key, &w->path);
	return len;
}

void sg_shape_pop(struct sg_shape_walk *w, size_t len)
{
	sg_buf_splice(&w->path, len, w->path.len, (struct sg_str){"", 0});
}

const char *sg_shape_path_of(struct sg_shape_walk *w, const char *name)
{
	size_t len;
	const char *path;

	if (!name)
		return path_here(w);
	len = sg_shape_push_key(w, sg_str_of(name));
	path = path_here(w);
	sg_shape_pop(w, len);
	return path;
}

bool sg_shape_push_item(struct sg_shape_walk *w, size_t list, size_t item, size_t index)
{
	return sg_edit_put_item(w->tree, list, item, index, &w->path);
}
