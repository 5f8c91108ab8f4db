#include "edit/images.h"

#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "edit/helm.h"
#include "edit/keys.h"
#include "edit/node.h"

struct search {
	struct sg_arena *arena;
	struct sg_edit_tree tree;
	const struct sg_image *image;
	const char *repository; /* of the image */
	const char *reference;  /* what is written behind it: TAG, DIGEST or TAG@DIGEST */
	size_t document;        /* its number, and the node of its root */
	size_t root;
	bool several; /* documents */
	struct sg_edit_asks asks;
};

/* ---- paths ---- */

static bool holds(struct search *s, size_t node, size_t inner)
{
	return node <= inner && inner < sg_edit_node_end(&s->tree, node);
}

/* The key whose value is or holds NODE; *at becomes that value. False: NODE stands in a key. */
static bool step_into_map(struct search *s, size_t *at, size_t node, struct sg_buf *path)
{
	size_t key = *at + 1, value;

	for (; sg_edit_event(&s->tree, key).kind != SG_YAML_MAP_END;
		key = sg_edit_node_end(&s->tree, value)) {
		const char *name;

		value = sg_edit_node_end(&s->tree, key);
		if (!holds(s, value, node))
			continue;
		name = sg_arena_dup(s->arena, sg_edit_event(&s->tree, key).value);
		sg_buf_addf(path, "%s%s", path->len ? "." : "", sg_edit_path_key(s->arena, name));
		*at = value;
		return true;
	}
	return false;
}

/* Whether NAME is the `name` of just one item. */
static bool is_unique(struct search *s, size_t list, struct sg_str name)
{
	int count = 0;

	for (size_t at = list + 1; sg_edit_event(&s->tree, at).kind != SG_YAML_SEQ_END;
		at = sg_edit_node_end(&s->tree, at)) {
		if (sg_edit_event(&s->tree, at).kind == SG_YAML_ALIAS)
			return false; /* it may stand for one */
		count += sg_str_eq(sg_edit_member_text(&s->tree, at, "name"), name);
	}
	return count == 1;
}

/* [name=web] where that is one item, else [0]. */
static void step_into_list(struct search *s, size_t *at, size_t node, struct sg_buf *path)
{
	size_t list = *at, item = list + 1, index = 0;
	struct sg_str name;

	for (; !holds(s, item, node); item = sg_edit_node_end(&s->tree, item))
		index++;
	name = sg_edit_member_text(&s->tree, item, "name");
	if (name.len && is_unique(s, list, name))
		sg_buf_addf(path, "[name=%s]",
			sg_edit_path_value(s->arena, sg_arena_dup(s->arena, name)));
	else
		sg_buf_addf(path, "[%zu]", index);
	*at = item;
}

/* NULL for what stands in a key: that is no value. */
static const char *path_of(struct search *s, size_t node)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	size_t at = s->root;

	sg_buf_init(&path, s->tree.text.len * 2 + 4096);
	while (at != node) {
		if (sg_edit_event(&s->tree, at).kind == SG_YAML_SEQ_START)
			step_into_list(s, &at, node, &path);
		else if (!step_into_map(s, &at, node, &path))
			return NULL;
	}
	if (!s->several)
		return sg_arena_dup(s->arena, sg_buf_str(&path));
	return sg_arena_printf(s->arena, "%zu:%.*s", s->document, SG_STR_ARG(sg_buf_str(&path)));
}

/* ---- places ---- */

static void add(struct search *s, size_t node, enum sg_image_part part, const char *value)
{
	const char *key = path_of(s, node);
	struct sg_edit_ask *ask;

	if (!key)
		return;
	ask = sg_arena_push(s->arena, &s->asks.items, &s->asks.count, sizeof(*ask));
	*ask = (struct sg_edit_ask){
		.file = s->tree.file,
		.text = s->tree.text,
		.key = key,
		.part = part,
		.value = value,
		.repository = part == SG_PART_REFERENCE ? s->repository : NULL,
		.with_digest = s->image->digest.len > 0,
	};
}

static int no_field(struct search *s, size_t map, const char *field, struct sg_err *err)
{
	(void)sg_edit_refuse(&s->tree, map, SG_R_EDIT_NO_FIELD, err,
		"the image %.200s stands here and has no `%s` beside it", s->repository, field);
	return sg_hint(err, "write a first `%s:` beside it, empty if you like", field);
}

/* A digest beside the tag decides what runs, so that a new tag alone would change nothing. */
static int refuse_digest(struct search *s, size_t digest, struct sg_err *err)
{
	(void)sg_edit_refuse(&s->tree, digest, SG_R_EDIT_DIGEST, err,
		"this digest of %.200s decides what runs, not the tag", s->repository);
	return sg_hint(err, "take it away, or give the new one: REPOSITORY:TAG@DIGEST");
}

/* What an image is must not depend on which of two equal keys a reader takes. */
static int check_once(struct search *s, size_t map, struct sg_err *err)
{
	static const char *const names[] = {
		"image", "registry", "repository", "tag", "digest", "name", "newName", "newTag"};

	for (size_t i = 0; i < SG_COUNT(names); i++)
		if (sg_edit_keys_once(&s->tree, map, names[i], err) < 0)
			return -1;
	return 0;
}

/* The tag and the digest have fields of their own, in MAP. */
static int add_fields(struct search *s, size_t map, const char *tag_key, struct sg_err *err)
{
	size_t tag = sg_edit_member(&s->tree, map, tag_key);
	size_t digest = sg_edit_member(&s->tree, map, "digest");

	if (check_once(s, map, err) < 0)
		return -1;
	if (s->image->tag.len && !tag)
		return no_field(s, map, tag_key, err);
	if (s->image->digest.len && !digest)
		return no_field(s, map, "digest", err);
	if (digest && !s->image->digest.len &&
		sg_image_digest_ok(sg_edit_event(&s->tree, digest).value))
		return refuse_digest(s, digest, err);
	if (s->image->tag.len)
		add(s, tag, SG_PART_TAG, sg_arena_dup(s->arena, s->image->tag));
	if (s->image->digest.len)
		add(s, digest, SG_PART_DIGEST, sg_arena_dup(s->arena, s->image->digest));
	return 0;
}

static bool is_ours(const struct search *s, struct sg_str repository)
{
	struct sg_image image;

	return sg_image_parse(repository, &image) && !image.tag.len && !image.digest.len &&
	       sg_image_same_repository(image.repository, s->image->repository);
}

/* image: registry/web:1.0, or image: web with a tag beside it. */
static int look_at_image(struct search *s, size_t map, size_t node, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(&s->tree, node);
	struct sg_image image;

	if (event.kind != SG_YAML_SCALAR || !sg_image_parse(event.value, &image) ||
		!sg_image_same_repository(image.repository, s->image->repository))
		return 0;
	if (!image.tag.len && !image.digest.len && sg_edit_member(&s->tree, map, "tag"))
		return add_fields(s, map, "tag", err);
	add(s, node, SG_PART_REFERENCE, s->reference);
	return check_once(s, map, err);
}

static int look_at_map(struct search *s, size_t map, struct sg_err *err)
{
	size_t image = sg_edit_member(&s->tree, map, "image");
	const char *repository;

	if (image && look_at_image(s, map, image, err) < 0)
		return -1;
	if (!sg_edit_member(&s->tree, map, "repository"))
		return 0;
	repository = sg_edit_helm_repository(s->arena, &s->tree, map);
	if (repository && is_ours(s, sg_str_of(repository)))
		return add_fields(s, map, "tag", err);
	return 0;
}

/* An entry under `images:` of a kustomization. */
static int look_at_entry(struct search *s, size_t entry, struct sg_err *err)
{
	struct sg_str name = sg_edit_member_text(&s->tree, entry, "newName");
	bool counts = sg_edit_member(&s->tree, entry, "newTag") ||
		      sg_edit_member(&s->tree, entry, "digest") || name.len;

	if (!name.len)
		name = sg_edit_member_text(&s->tree, entry, "name");
	if (!counts || sg_edit_member(&s->tree, entry, "repository") || !is_ours(s, name))
		return 0;
	return add_fields(s, entry, "newTag", err);
}

static bool is_image_entry(struct search *s, size_t node, size_t list)
{
	size_t at = list + 1;

	if (!list || sg_edit_event(&s->tree, list).kind != SG_YAML_SEQ_START)
		return false;
	while (at < node && sg_edit_event(&s->tree, at).kind != SG_YAML_SEQ_END)
		at = sg_edit_node_end(&s->tree, at);
	return at == node;
}

static int look_at_document(struct search *s, struct sg_err *err)
{
	size_t images = sg_edit_member(&s->tree, s->root, "images");
	size_t end = sg_edit_node_end(&s->tree, s->root);
	size_t images_end = images ? sg_edit_node_end(&s->tree, images) : 0;

	for (size_t at = s->root; at < end; at++) {
		if (sg_edit_event(&s->tree, at).kind != SG_YAML_MAP_START)
			continue;
		if (look_at_map(s, at, err) < 0)
			return -1;
		if (at > images && at < images_end && is_image_entry(s, at, images) &&
			look_at_entry(s, at, err) < 0)
			return -1;
	}
	return 0;
}

static size_t count_documents(const struct sg_edit_tree *tree)
{
	size_t count = 0;

	for (size_t i = 0; i < tree->events.count; i++)
		count += sg_edit_event(tree, i).kind == SG_YAML_DOC_START;
	return count;
}

static int look_at_all(struct search *s, struct sg_err *err)
{
	if (sg_edit_check_template(&s->tree, err) < 0)
		return -1;
	s->several = count_documents(&s->tree) > 1;
	for (size_t i = 0; i < s->tree.events.count; i++) {
		if (sg_edit_event(&s->tree, i).kind != SG_YAML_DOC_START)
			continue;
		s->root = i + 1;
		if (look_at_document(s, err) < 0)
			return -1;
		s->document++;
	}
	return 0;
}

int sg_edit_images(struct sg_arena *arena, const char *file, struct sg_str text,
	const struct sg_image *image, struct sg_edit_asks *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct search s = {
		.arena = arena,
		.tree = {.file = file, .text = text},
		.image = image,
		.repository = sg_arena_dup(arena, image->repository),
		.reference = sg_arena_printf(arena, "%.*s%s%.*s", SG_STR_ARG(image->tag),
			image->tag.len && image->digest.len ? "@" : "", SG_STR_ARG(image->digest)),
	};

	if (sg_yaml_parse(&scratch, file, text, &s.tree.events, err) < 0)
		return sg_edit_blame_template(file, text, err);
	if (look_at_all(&s, err) < 0)
		return -1;
	*ret = s.asks;
	return 0;
}
