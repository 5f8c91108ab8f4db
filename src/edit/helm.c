#include "edit/helm.h"

#include <string.h>

#include "model/image.h"

static const char *text_or_null(struct sg_arena *arena, struct sg_str text)
{
	return text.len ? sg_arena_dup(arena, text) : NULL;
}

const char *sg_edit_helm_repository(struct sg_arena *arena, struct sg_edit_tree *tree, size_t map)
{
	struct sg_str registry = sg_edit_member_text(tree, map, "registry");
	struct sg_str repository = sg_edit_member_text(tree, map, "repository");

	if (repository.len == 0 || registry.len == 0)
		return text_or_null(arena, repository);
	return sg_arena_printf(arena, "%.*s/%.*s", SG_STR_ARG(registry), SG_STR_ARG(repository));
}

static void read_neighbours(
	struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_edit_found *found)
{
	size_t map = found->site.holder;
	struct sg_str digest = sg_edit_member_text(tree, map, "digest");

	found->repository = sg_edit_helm_repository(arena, tree, map);
	found->tag = text_or_null(arena, sg_edit_member_text(tree, map, "tag"));
	if (sg_image_digest_ok(digest)) {
		found->digest = sg_arena_dup(arena, digest);
		found->digest_line = sg_edit_event(tree, sg_edit_member(tree, map, "digest")).line;
	}
}

static bool has_usual_name(const struct sg_edit_path *path, enum sg_image_part part)
{
	const struct sg_edit_step *last = &path->steps[path->count - 1];

	return part != SG_PART_REFERENCE && last->kind == SG_STEP_KEY &&
	       strcmp(last->name, sg_image_part_name(part)) == 0;
}

int sg_edit_helm_find(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_found *ret, struct sg_err *err)
{
	struct sg_edit_found found = {.place = ask->key};
	struct sg_edit_path path;
	size_t root;

	if (sg_edit_path_parse(arena, ask->key, &path, err) < 0 ||
		sg_edit_document(tree, &path.document, &root, err) < 0 ||
		sg_edit_locate(arena, tree, root, &path, &found.site, err) < 0)
		return -1;
	if (!ask->any_text && has_usual_name(&path, ask->part))
		read_neighbours(arena, tree, &found);
	*ret = found;
	return 0;
}
