#include "edit/kustomize.h"

#include <string.h>

#include "base/attr.h"
#include "model/image.h"

static const char *field_of(enum sg_image_part part)
{
	switch (part) {
	case SG_PART_TAG:
		return "newTag";
	case SG_PART_REPOSITORY:
		return "newName";
	case SG_PART_DIGEST:
		return "digest";
	case SG_PART_REFERENCE:
	case SG_PART_VERSION:
		break;
	}
	return NULL;
}

/* The name of an entry that renames another image to IMAGE, for a hint. */
static struct sg_str renamed_from(struct sg_edit_tree *tree, size_t root, const char *image)
{
	size_t images = sg_edit_member(tree, root, "images");

	if (!images || sg_edit_event(tree, images).kind != SG_YAML_SEQ_START)
		return (struct sg_str){"", 0};
	for (size_t at = images + 1; sg_edit_event(tree, at).kind != SG_YAML_SEQ_END;
		at = sg_edit_node_end(tree, at))
		if (sg_str_is(sg_edit_member_text(tree, at, "newName"), image))
			return sg_edit_member_text(tree, at, "name");
	return (struct sg_str){"", 0};
}

static int no_image(struct sg_edit_tree *tree, size_t root, const char *image, struct sg_err *err)
{
	struct sg_str name = renamed_from(tree, root, image);

	if (err->reason != SG_R_KEY_NOT_FOUND)
		return -1;
	err->reason = SG_R_IMAGE_NOT_FOUND;
	if (name.len)
		(void)sg_hint(err, "the entry \"%.*s\" has it as newName: name that entry",
			SG_STR_ARG(sg_str_sub(name, 0, 200)));
	return -1;
}

static int no_field(struct sg_edit_tree *tree, size_t entry, const char *field, struct sg_err *err)
{
	size_t digest = sg_edit_member(tree, entry, "digest");

	if (digest)
		(void)sg_edit_refuse(tree, digest, SG_R_EDIT_DIGEST, err,
			"the entry has no %s; it is fixed by this digest", field);
	else
		(void)sg_edit_refuse(
			tree, entry, SG_R_EDIT_NO_FIELD, err, "the entry has no %s", field);
	return sg_hint(err, "write a first %s into the entry", field);
}

static void read_entry(struct sg_arena *arena, struct sg_edit_tree *tree, size_t entry,
	struct sg_edit_found *found)
{
	struct sg_str name = sg_edit_member_text(tree, entry, "newName");
	size_t digest = sg_edit_member(tree, entry, "digest");

	if (!name.len)
		name = sg_edit_member_text(tree, entry, "name");
	found->repository = sg_arena_dup_or_null(arena, name);
	found->tag = sg_arena_dup_or_null(arena, sg_edit_member_text(tree, entry, "newTag"));
	found->digest = sg_arena_dup_or_null(arena, sg_edit_member_text(tree, entry, "digest"));
	if (digest)
		found->digest_line = sg_edit_event(tree, digest).line;
}

/* ---- what is missing ---- */

/* One letter more, less or other, or two changed about: a typing error. */
static bool is_near(struct sg_str a, struct sg_str b)
{
	size_t head = 0, tail = 0, left, right;
	size_t least = a.len < b.len ? a.len : b.len;

	while (head < least && a.ptr[head] == b.ptr[head])
		head++;
	while (tail < least - head && a.ptr[a.len - 1 - tail] == b.ptr[b.len - 1 - tail])
		tail++;
	left = a.len - head - tail;
	right = b.len - head - tail;
	if (left == 2 && right == 2)
		return a.ptr[head] == b.ptr[head + 1] && a.ptr[head + 1] == b.ptr[head];
	return left <= 1 && right <= 1;
}

static int refuse_near(
	struct sg_edit_tree *tree, size_t images, const char *image, struct sg_err *err)
{
	for (size_t at = images + 1; sg_edit_event(tree, at).kind != SG_YAML_SEQ_END;
		at = sg_edit_node_end(tree, at)) {
		struct sg_str name = sg_edit_member_text(tree, at, "name");

		if (!name.len || (!is_near(name, sg_str_of(image)) &&
					 !sg_image_same_repository(name, sg_str_of(image))))
			continue;
		return sg_hint(err,
			"did you mean \"%.*s\"? If not, write the entry of \"%.200s\" by hand",
			SG_STR_ARG(sg_str_sub(name, 0, 200)), image);
	}
	return 0;
}

/* Another file must not become one by a wrong path. */
static bool is_kustomization(struct sg_edit_tree *tree, size_t root)
{
	static const char *const names[] = {
		"kustomization.yaml", "kustomization.yml", "Kustomization"};
	struct sg_str kind = sg_edit_member_text(tree, root, "kind");
	const char *slash = strrchr(tree->file, '/');

	if (kind.len)
		return sg_str_is(kind, "Kustomization") || sg_str_is(kind, "Component");
	for (size_t i = 0; i < SG_COUNT(names); i++)
		if (strcmp(slash ? slash + 1 : tree->file, names[i]) == 0)
			return true;
	return false;
}

/* 0: the entry of the image is missing and shall be added; -1: ERR stays. */
static int take_entry(struct sg_edit_tree *tree, size_t root, const char *image, const char *field,
	struct sg_edit_site *site, struct sg_err *err)
{
	size_t images = sg_edit_member(tree, root, "images");

	if (err->reason != SG_R_KEY_NOT_FOUND || renamed_from(tree, root, image).len ||
		!is_kustomization(tree, root) ||
		sg_edit_event(tree, root).kind != SG_YAML_MAP_START)
		return -1;
	if (images && sg_edit_event(tree, images).kind == SG_YAML_SEQ_START &&
		refuse_near(tree, images, image, err) < 0)
		return -1;
	*err = (struct sg_err)SG_ERR_INIT;
	*site = (struct sg_edit_site){
		.node = images ? images : root,
		.holder = root,
		.flow = sg_edit_event(tree, root).style == SG_YAML_FLOW,
		.json = sg_edit_event(tree, root).style == SG_YAML_FLOW,
		.missing = field,
		.entry = image,
	};
	return 0;
}

static bool is_field(const char *name)
{
	return strcmp(name, "newTag") == 0 || strcmp(name, "newName") == 0 ||
	       strcmp(name, "digest") == 0;
}

int sg_edit_kustomize_missing(struct sg_edit_tree *tree, size_t root,
	const struct sg_edit_path *path, struct sg_edit_site *ret, struct sg_err *err)
{
	const struct sg_edit_step *steps = path->steps;

	if (path->count != 3 || steps[0].kind != SG_STEP_KEY ||
		strcmp(steps[0].name, "images") != 0 || steps[1].kind != SG_STEP_SELECT ||
		strcmp(steps[1].name, "name") != 0 || steps[2].kind != SG_STEP_KEY ||
		!is_field(steps[2].name))
		return -1;
	return take_entry(tree, root, steps[1].value, steps[2].name, ret, err);
}

static int locate(struct sg_arena *arena, struct sg_edit_tree *tree, size_t root, const char *text,
	struct sg_edit_site *ret, struct sg_err *err)
{
	struct sg_edit_path path;

	if (sg_edit_path_parse(arena, text, &path, err) < 0)
		return -1;
	return sg_edit_locate(arena, tree, root, &path, ret, err);
}

int sg_edit_kustomize_find(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_found *ret, struct sg_err *err)
{
	const char *field = field_of(ask->part);
	static const struct sg_edit_document only = {.kind = SG_DOCUMENT_ONLY};
	struct sg_edit_found found = {0};
	const char *item;
	size_t root, entry;

	if (!field)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"%s: an entry of `images` has no reference; the parts are tag, repository "
			"and "
			"digest",
			ask->file);
	if (sg_edit_document(tree, &only, &root, err) < 0)
		return -1;
	item = sg_arena_printf(arena, "images[name=%s]", sg_edit_path_value(arena, ask->image));
	if (locate(arena, tree, root, item, &found.site, err) < 0) {
		if (ask->add == SG_EDIT_ADD_NONE ||
			take_entry(tree, root, ask->image, field, &found.site, err) < 0)
			return no_image(tree, root, ask->image, err);
		found.place = sg_arena_printf(arena, "%s.%s", item, field);
		*ret = found;
		return 0;
	}
	entry = found.site.node;
	if (ask->add == SG_EDIT_ADD_NONE && !sg_edit_member(tree, entry, field) &&
		!sg_edit_member(tree, entry, "<<"))
		return no_field(tree, entry, field, err);
	found.place = sg_arena_printf(arena, "%s.%s", item, field);
	if (locate(arena, tree, root, found.place, &found.site, err) < 0) {
		if (!found.site.missing || ask->add == SG_EDIT_ADD_NONE)
			return -1;
		*err = (struct sg_err)SG_ERR_INIT;
	}
	read_entry(arena, tree, entry, &found);
	*ret = found;
	return 0;
}

bool sg_edit_is_kustomization(const char *file, struct sg_str text)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	static const struct sg_edit_document only = {.kind = SG_DOCUMENT_ONLY};
	struct sg_edit_tree tree = {.file = file, .text = text};
	struct sg_err err = SG_ERR_INIT;
	size_t root;

	return sg_edit_tree_read(&scratch, &tree, &err) == 0 &&
	       sg_edit_document(&tree, &only, &root, &err) == 0 && is_kustomization(&tree, root);
}
