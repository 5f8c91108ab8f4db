#include "edit/kustomize.h"

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

static const char *text_or_null(struct sg_arena *arena, struct sg_str text)
{
	return text.len ? sg_arena_dup(arena, text) : NULL;
}

static void read_entry(struct sg_arena *arena, struct sg_edit_tree *tree, size_t entry,
	struct sg_edit_found *found)
{
	struct sg_str name = sg_edit_member_text(tree, entry, "newName");
	size_t digest = sg_edit_member(tree, entry, "digest");

	if (!name.len)
		name = sg_edit_member_text(tree, entry, "name");
	found->repository = text_or_null(arena, name);
	found->tag = text_or_null(arena, sg_edit_member_text(tree, entry, "newTag"));
	found->digest = text_or_null(arena, sg_edit_member_text(tree, entry, "digest"));
	if (digest)
		found->digest_line = sg_edit_event(tree, digest).line;
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
	if (locate(arena, tree, root, item, &found.site, err) < 0)
		return no_image(tree, root, ask->image, err);
	entry = found.site.node;
	if (!sg_edit_member(tree, entry, field) && !sg_edit_member(tree, entry, "<<"))
		return no_field(tree, entry, field, err);
	found.place = sg_arena_printf(arena, "%s.%s", item, field);
	if (locate(arena, tree, root, found.place, &found.site, err) < 0)
		return -1;
	read_entry(arena, tree, entry, &found);
	*ret = found;
	return 0;
}
