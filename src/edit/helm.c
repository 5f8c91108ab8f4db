#include "edit/helm.h"

#include <string.h>

#include "edit/kustomize.h"
#include "model/image.h"

/* The repository that a mapping names, with the registry beside it; NULL: none. */
static const char *repository_of(struct sg_arena *arena, struct sg_edit_tree *tree, size_t map)
{
	struct sg_str registry = sg_edit_member_text(tree, map, "registry");
	struct sg_str repository = sg_edit_member_text(tree, map, "repository");

	if (repository.len == 0 || registry.len == 0)
		return sg_arena_dup_or_null(arena, repository);
	return sg_arena_printf(arena, "%.*s/%.*s", SG_STR_ARG(registry), SG_STR_ARG(repository));
}

static void read_neighbours(
	struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_edit_found *found)
{
	size_t map = found->site.holder;
	struct sg_str digest = sg_edit_member_text(tree, map, "digest");

	found->repository = repository_of(arena, tree, map);
	found->tag = sg_arena_dup_or_null(arena, sg_edit_member_text(tree, map, "tag"));
	if (sg_image_digest_ok(digest)) {
		found->digest = sg_arena_dup(arena, digest);
		found->digest_line = sg_edit_event(tree, sg_edit_member(tree, map, "digest")).line;
	}
}

static bool has_usual_name(const struct sg_edit_path *path, enum sg_image_part part)
{
	const struct sg_edit_step *last = &path->steps[path->count - 1];

	return part != SG_PART_REFERENCE && part != SG_PART_VERSION && last->kind == SG_STEP_KEY &&
	       strcmp(last->name, sg_image_part_name(part)) == 0;
}

/* The names that a part goes by where it has a key of its own. */
static bool is_part_name(enum sg_image_part part, const char *name)
{
	switch (part) {
	case SG_PART_TAG:
		return strcmp(name, "tag") == 0 || strcmp(name, "newTag") == 0;
	case SG_PART_DIGEST:
		return strcmp(name, "digest") == 0;
	case SG_PART_REPOSITORY:
		return strcmp(name, "newName") == 0;
	case SG_PART_REFERENCE:
	case SG_PART_VERSION:
		break;
	}
	return false;
}

static bool is_usual_name(const struct sg_edit_ask *ask, const char *name)
{
	if (!ask->any_text)
		return is_part_name(ask->part, name);
	return is_part_name(SG_PART_TAG, name) || is_part_name(SG_PART_DIGEST, name) ||
	       is_part_name(SG_PART_REPOSITORY, name);
}

/* 0: the key is missing and shall be added; -1: ERR stays. */
static int take_missing(
	const struct sg_edit_ask *ask, const struct sg_edit_site *site, struct sg_err *err)
{
	if (!site->missing || ask->add == SG_EDIT_ADD_NONE)
		return -1;
	if (ask->add == SG_EDIT_ADD_ANY || (!site->nearest && is_usual_name(ask, site->missing))) {
		*err = (struct sg_err)SG_ERR_INIT;
		return 0;
	}
	if (ask->any_text && !site->nearest)
		(void)sg_hint(err, "--add writes a last key that is missing");
	return -1;
}

static int find_site(struct sg_arena *arena, struct sg_edit_tree *tree, size_t root,
	const struct sg_edit_ask *ask, const struct sg_edit_path *path, struct sg_edit_site *ret,
	struct sg_err *err)
{
	if (sg_edit_locate(arena, tree, root, path, ret, err) == 0)
		return 0;
	if (!ret->missing && ask->any_text && ask->add == SG_EDIT_ADD_ANY &&
		sg_edit_kustomize_missing(tree, root, path, ret, err) == 0)
		return 0;
	if (take_missing(ask, ret, err) < 0)
		return -1;
	ret->holder = ret->node;
	return 0;
}

int sg_edit_helm_find(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_found *ret, struct sg_err *err)
{
	struct sg_edit_found found = {.place = ask->key};
	struct sg_edit_path path;
	size_t root;

	if (sg_edit_path_parse(arena, ask->key, &path, err) < 0 ||
		sg_edit_document(tree, &path.document, &root, err) < 0)
		return -1;
	if (find_site(arena, tree, root, ask, &path, &found.site, err) < 0)
		return -1;
	if (!ask->any_text && has_usual_name(&path, ask->part))
		read_neighbours(arena, tree, &found);
	*ret = found;
	return 0;
}
