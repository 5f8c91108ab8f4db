#include <string.h>

#include "edit/keys.h"
#include "edit/shape_walk.h"
#include "edit/value.h"
#include "model/image.h"

struct sg_edit_shape *sg_shape_add(struct sg_shape_walk *w, enum sg_edit_shape_kind kind,
	size_t node, const char *name, struct sg_str repository)
{
	struct sg_yaml_event event = sg_edit_event(w->tree, node);
	struct sg_edit_shape *row;

	if (w->only.len && !sg_image_same_repository(repository, w->only))
		return NULL;
	row = sg_arena_push(w->arena, &w->out.items, &w->out.count, sizeof(*row));
	row->repository = sg_arena_dup_or_null(w->arena, repository);
	row->kind = kind;
	row->at = sg_shape_path_of(w, name);
	row->line = sg_shape_line(w, &event);
	row->column = event.column;
	return row;
}

static bool is_scalar(const struct sg_shape_walk *w, size_t node)
{
	return node && sg_edit_event(w->tree, node).kind == SG_YAML_SCALAR;
}

struct sg_edit_scalar sg_shape_field(struct sg_shape_walk *w, size_t node, const char *name)
{
	struct sg_yaml_event event = sg_edit_event(w->tree, node);

	if (!is_scalar(w, node))
		return (struct sg_edit_scalar){0};
	return (struct sg_edit_scalar){
		.key = sg_shape_path_of(w, name),
		.value = sg_arena_dup(w->arena, sg_shape_text(w, node)),
		.line = sg_shape_line(w, &event),
		.column = event.column,
	};
}

/* What an image is must not depend on which of two equal keys a reader takes. */
static void note_twice(
	struct sg_shape_walk *w, const struct sg_shape_keys *keys, struct sg_edit_shape *shape)
{
	struct sg_err *fault;

	for (size_t i = SG_NAME_IMAGE; i <= SG_NAME_NEW_TAG; i++) {
		if (!keys->twice[i] || shape->fault)
			continue;
		fault = sg_arena_alloc(w->arena, sizeof(*fault));
		(void)sg_edit_refuse_twice(w->tree, keys->key[i], keys->twice[i], fault);
		shape->fault = fault;
	}
}

static struct sg_edit_shape *note_reference(struct sg_shape_walk *w, size_t node, const char *name,
	const struct sg_image *image, const struct sg_shape_keys *keys)
{
	struct sg_edit_shape *row =
		sg_shape_add(w, SG_SHAPE_REFERENCE, node, name, image->repository);

	if (!row)
		return NULL;
	row->reference = sg_shape_field(w, node, name);
	row->tag = sg_arena_dup_or_null(w->arena, image->tag);
	row->digest = sg_arena_dup_or_null(w->arena, image->digest);
	if (keys)
		note_twice(w, keys, row);
	return row;
}

struct sg_str sg_shape_join(struct sg_shape_walk *w, struct sg_str global, struct sg_str registry,
	struct sg_str repository)
{
	if (!registry.len && !sg_image_has_host(repository))
		registry = global;
	if (sg_str_ends(registry, "/"))
		registry = sg_str_sub(registry, 0, registry.len - 1);
	if (!registry.len || !repository.len)
		return repository;
	return sg_str_of(sg_arena_printf(
		w->scratch, "%.*s/%.*s", SG_STR_ARG(registry), SG_STR_ARG(repository)));
}

void sg_shape_note_version(
	struct sg_shape_walk *w, struct sg_edit_shape *row, struct sg_str tag, struct sg_str digest)
{
	struct sg_image_version both = sg_image_version_split(tag);

	if (sg_edit_is_tag_and_digest(tag)) {
		tag = both.tag;
		digest = sg_image_digest_ok(digest) ? digest : both.digest;
	}
	row->tag = sg_arena_dup_or_null(w->arena, tag);
	row->digest = sg_image_digest_ok(digest) ? sg_arena_dup(w->arena, digest) : NULL;
}

/* TAG: which name the field of the tag has. */
static void fill_fields(struct sg_shape_walk *w, const struct sg_shape_keys *keys,
	enum sg_shape_name tag, struct sg_edit_shape *row)
{
	row->tag_name = sg_shape_name(tag);
	row->registry_field = sg_shape_field(w, keys->value[SG_NAME_REGISTRY], "registry");
	row->tag_field = sg_shape_field(w, keys->value[tag], row->tag_name);
	row->digest_field = sg_shape_field(w, keys->value[SG_NAME_DIGEST], "digest");
	sg_shape_note_version(w, row, sg_shape_text(w, keys->value[tag]),
		sg_shape_text(w, keys->value[SG_NAME_DIGEST]));
	note_twice(w, keys, row);
}

/* `repository` has the tag in it. */
static void look_at_full_repository(struct sg_shape_walk *w, const struct sg_shape_keys *keys,
	size_t map, const struct sg_image *image)
{
	size_t tag = keys->value[SG_NAME_TAG];
	struct sg_edit_shape *row =
		note_reference(w, keys->value[SG_NAME_REPOSITORY], "repository", image, keys);
	struct sg_err *fault;

	if (!row || row->fault || !sg_shape_text(w, tag).len)
		return;
	fault = sg_arena_alloc(w->arena, sizeof(*fault));
	(void)sg_edit_refuse(w->tree, map, SG_R_EDIT_OTHER_VALUE, fault,
		"a tag stands in `repository`, and another one in `tag` (line %d)",
		sg_edit_event(w->tree, tag).line);
	(void)sg_hint(fault, "keep one of them");
	row->fault = fault;
}

/* ref: {tag, digest} beside `url: oci://...`, of Flux. */
static struct sg_str oci_url(struct sg_shape_walk *w, const struct sg_shape_up *up)
{
	struct sg_str url = {"", 0};

	if (up->up && sg_str_is(up->key, "ref"))
		url = sg_edit_member_text(w->tree, up->up->node, "url");
	return sg_str_starts(url, "oci://") ? sg_str_sub(url, strlen("oci://"), url.len)
					    : (struct sg_str){"", 0};
}

static void look_at_fields(struct sg_shape_walk *w, const struct sg_shape_up *up,
	const struct sg_shape_keys *keys, size_t map)
{
	struct sg_str repository = sg_shape_text(w, keys->value[SG_NAME_REPOSITORY]);
	struct sg_str registry = sg_shape_text(w, keys->value[SG_NAME_REGISTRY]);
	struct sg_str whole = sg_shape_join(w, up->registry, registry, repository);
	struct sg_image image = {0};
	struct sg_edit_shape *row;

	if (!repository.len)
		whole = oci_url(w, up);
	if (sg_image_parse(whole, &image) && (image.tag.len || image.digest.len)) {
		look_at_full_repository(w, keys, map, &image);
		return;
	}
	row = sg_shape_add(w, SG_SHAPE_FIELDS, map, NULL, image.repository);
	if (!row)
		return;
	row->repository_field = sg_shape_field(w, keys->value[SG_NAME_REPOSITORY], "repository");
	fill_fields(w, keys, SG_NAME_TAG, row);
}

static bool says_version(const struct sg_shape_walk *w, const struct sg_shape_keys *keys)
{
	return is_scalar(w, keys->value[SG_NAME_TAG]) ||
	       is_scalar(w, keys->value[SG_NAME_IMAGE_TAG]) ||
	       sg_image_digest_ok(sg_shape_text(w, keys->value[SG_NAME_DIGEST]));
}

/* image: registry/web:1.0, or image: web with a tag beside it. True: all of MAP is that image. */
static bool look_at_image(struct sg_shape_walk *w, const struct sg_shape_up *up,
	const struct sg_shape_keys *keys, size_t map)
{
	size_t node = keys->value[SG_NAME_IMAGE];
	enum sg_shape_name tag = is_scalar(w, keys->value[SG_NAME_IMAGE_TAG]) &&
						 !is_scalar(w, keys->value[SG_NAME_TAG])
					 ? SG_NAME_IMAGE_TAG
					 : SG_NAME_TAG;
	struct sg_str registry = sg_shape_text(w, keys->value[SG_NAME_REGISTRY]);
	struct sg_image image, whole = {0};
	struct sg_edit_shape *row;

	if (!sg_image_parse(sg_shape_text(w, node), &image))
		return false;
	if (image.tag.len || image.digest.len || !says_version(w, keys)) {
		(void)note_reference(w, node, "image", &image, keys);
		return false;
	}
	(void)sg_image_parse(sg_shape_join(w, up->registry, registry, image.repository), &whole);
	row = sg_shape_add(w, SG_SHAPE_FIELDS, map, NULL, whole.repository);
	if (!row)
		return true;
	row->repository_field = sg_shape_field(w, node, "image");
	fill_fields(w, keys, tag, row);
	return true;
}

void sg_shape_look_at_map(struct sg_shape_walk *w, const struct sg_shape_up *up,
	const struct sg_shape_keys *keys, size_t map)
{
	if (look_at_image(w, up, keys, map))
		return;
	for (size_t i = SG_NAME_REGISTRY; i <= SG_NAME_DIGEST; i++) {
		if (!is_scalar(w, keys->value[i]))
			continue;
		look_at_fields(w, up, keys, map);
		return;
	}
}

bool sg_shape_look_at_entry(struct sg_shape_walk *w, const struct sg_shape_keys *keys, size_t item,
	bool unique, bool kustomize)
{
	bool renamed = is_scalar(w, keys->value[SG_NAME_NEW_NAME]);
	bool own = renamed || is_scalar(w, keys->value[SG_NAME_NEW_TAG]);
	struct sg_str name = sg_shape_text(w, keys->value[SG_NAME_NAME]);
	struct sg_str new_name = sg_shape_text(w, keys->value[SG_NAME_NEW_NAME]);
	struct sg_edit_shape *row;
	struct sg_image image = {0};

	if (!name.len || keys->value[SG_NAME_REPOSITORY] ||
		!(own || (kustomize && is_scalar(w, keys->value[SG_NAME_DIGEST]))))
		return false;
	if (!sg_image_parse(new_name.len ? new_name : name, &image) || image.tag.len ||
		image.digest.len)
		image.repository = (struct sg_str){"", 0};
	row = sg_shape_add(w, SG_SHAPE_ENTRY, item, NULL, image.repository);
	if (!row)
		return true;
	row->entry = unique ? sg_arena_dup_or_null(w->arena, name) : NULL;
	row->repository_field =
		new_name.len ? sg_shape_field(w, keys->value[SG_NAME_NEW_NAME], "newName")
			     : sg_shape_field(w, keys->value[SG_NAME_NAME], "name");
	fill_fields(w, keys, SG_NAME_NEW_TAG, row);
	return true;
}

void sg_shape_look_at_listed(struct sg_shape_walk *w, size_t item, bool kustomize)
{
	struct sg_str text = sg_shape_text(w, item);
	struct sg_image image;

	if (kustomize ? sg_edit_reference_parse(text, &image, NULL)
		      : sg_image_parse(text, &image) && (image.tag.len || image.digest.len))
		(void)note_reference(w, item, NULL, &image, NULL);
}
