#include "edit/images.h"

#include <string.h>

#include "base/attr.h"
#include "edit/value.h"

/* One shape and the image that shall stand there. */
struct wish {
	struct sg_arena *arena;
	const char *file;
	struct sg_str text;
	const struct sg_edit_shape *shape;
	const struct sg_image *image;
	struct sg_edit_asks *asks;
};

static struct sg_edit_ask *add(
	const struct wish *w, const char *key, enum sg_image_part part, const char *value)
{
	struct sg_edit_ask *ask =
		sg_arena_push(w->arena, &w->asks->items, &w->asks->count, sizeof(*ask));

	*ask = (struct sg_edit_ask){
		.file = w->file,
		.text = w->text,
		.key = key,
		.part = part,
		.value = value,
		.with_digest = w->image->digest.len > 0,
		.add = SG_EDIT_ADD_USUAL,
	};
	return ask;
}

/* The repository that stands in the scalar stays: a registry may come from elsewhere. */
static void add_reference(const struct wish *w)
{
	const struct sg_image *image = w->image;
	const char *version = sg_arena_printf(w->arena, "%.*s%s%.*s", SG_STR_ARG(image->tag),
		image->tag.len && image->digest.len ? "@" : "", SG_STR_ARG(image->digest));

	(void)add(w, w->shape->reference.key, SG_PART_REFERENCE, version);
}

static int no_field(const struct wish *w, const char *field, struct sg_err *err)
{
	const struct sg_edit_shape *shape = w->shape;

	(void)sg_fail(err, SG_R_EDIT_NO_FIELD,
		"%s:%d:%d: the image %.200s stands here and has no `%s` beside it", w->file,
		shape->line, shape->column, shape->repository, field);
	return sg_hint(err, "write a first `%s` beside it, empty if you like", field);
}

static bool is_at(const struct wish *w, const struct sg_edit_scalar *field)
{
	return field->key && strcmp(field->key, w->shape->at) == 0;
}

/* Parameters are items of a list: what is missing there is more than a key. */
static bool is_parameter(const struct wish *w)
{
	return is_at(w, &w->shape->tag_field) || is_at(w, &w->shape->digest_field);
}

/* The path of a field beside the others of the image, also of one that is not there yet. */
static const char *key_of(
	const struct wish *w, const struct sg_edit_scalar *field, const char *name)
{
	const char *at = w->shape->at;
	bool root =
		*at == '\0' || sg_str_ends(sg_str_of(at), ":") || sg_str_ends(sg_str_of(at), "|");

	return field->key ? field->key
			  : sg_arena_printf(w->arena, "%s%s%s", at, root ? "" : ".", name);
}

/* A digest beside the tag decides what runs, so that a new tag alone would change nothing. */
static int refuse_digest(const struct wish *w, struct sg_err *err)
{
	const struct sg_edit_shape *shape = w->shape;
	const struct sg_edit_scalar *digest =
		sg_image_digest_ok(sg_str_of(shape->digest_field.value)) ? &shape->digest_field
									 : &shape->tag_field;

	(void)sg_fail(err, SG_R_EDIT_DIGEST,
		"%s:%d:%d: this digest of %.200s decides what runs, not the tag", w->file,
		digest->line, digest->column, w->shape->repository);
	return sg_hint(err, "take it away, or give the new one: REPOSITORY:TAG@DIGEST");
}

/* The tag's scalar has the digest, too; a field `digest` that has one besides gets the same. */
static int add_joined(const struct wish *w, struct sg_err *err)
{
	const struct sg_edit_shape *shape = w->shape;
	const struct sg_image *image = w->image;

	if (!image->tag.len || !image->digest.len)
		return refuse_digest(w, err);
	(void)add(w, shape->tag_field.key, SG_PART_TAG,
		sg_arena_printf(
			w->arena, "%.*s@%.*s", SG_STR_ARG(image->tag), SG_STR_ARG(image->digest)));
	if (shape->digest_field.value && *shape->digest_field.value)
		(void)add(w, shape->digest_field.key, SG_PART_DIGEST,
			sg_arena_dup(w->arena, image->digest));
	return 0;
}

/* The tag and the digest have fields of their own, or get them. */
static int add_fields(const struct wish *w, struct sg_err *err)
{
	const struct sg_edit_shape *shape = w->shape;
	const struct sg_image *image = w->image;

	if (sg_edit_is_tag_and_digest(sg_str_of(shape->tag_field.value)))
		return add_joined(w, err);
	if (image->tag.len && !shape->tag_field.key && is_parameter(w))
		return no_field(w, shape->tag_name, err);
	if (image->digest.len && !shape->digest_field.key && is_parameter(w))
		return no_field(w, "digest", err);
	if (shape->digest && !image->digest.len)
		return refuse_digest(w, err);
	if (image->tag.len)
		(void)add(w, key_of(w, &shape->tag_field, shape->tag_name), SG_PART_TAG,
			sg_arena_dup(w->arena, image->tag));
	if (image->digest.len)
		(void)add(w, key_of(w, &shape->digest_field, "digest"), SG_PART_DIGEST,
			sg_arena_dup(w->arena, image->digest));
	return 0;
}

static int add_asks(const struct wish *w, struct sg_err *err)
{
	if (w->shape->fault) {
		*err = *w->shape->fault;
		return -1;
	}
	if (w->shape->kind != SG_SHAPE_REFERENCE)
		return add_fields(w, err);
	add_reference(w);
	return 0;
}

/* {repository: shop/web} alone may be anything: a project, a chart. Under `image` it is one. */
static bool is_some_repository(const struct sg_edit_shape *shape)
{
	struct sg_str at = sg_str_of(shape->at);

	return shape->kind == SG_SHAPE_FIELDS && !shape->tag_field.key &&
	       !shape->digest_field.key && !sg_str_ends(at, "image") && !sg_str_ends(at, "Image");
}

int sg_edit_images(struct sg_arena *arena, const char *file, struct sg_str text,
	const struct sg_image *image, struct sg_edit_asks *ret, struct sg_err *err)
{
	struct sg_edit_shapes shapes;
	struct sg_edit_asks asks = {0};

	if (sg_edit_shapes_of(arena, file, text, image->repository, &shapes, err) < 0)
		return -1;
	for (size_t i = 0; i < shapes.count; i++) {
		const struct wish wish = {arena, file, text, &shapes.items[i], image, &asks};

		if (!is_some_repository(wish.shape) && add_asks(&wish, err) < 0)
			return -1;
	}
	*ret = asks;
	return 0;
}
