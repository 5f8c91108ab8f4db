#include "step/flux_manifest.h"

#include <string.h>

#include "base/attr.h"
#include "model/flux.h"
#include "model/repo_url.h"

/* ---- what the files say ---- */

static bool is_of(struct sg_edit_tree *tree, size_t root, enum sg_flux_kind kind)
{
	struct sg_str version = sg_edit_member_text(tree, root, "apiVersion"), group;

	return sg_str_is(sg_edit_member_text(tree, root, "kind"), sg_flux_kind_name(kind)) &&
	       sg_str_cut(&version, '/', &group) && sg_str_is(group, sg_flux_kind_group(kind));
}

static const char *text_of(
	struct sg_arena *arena, struct sg_edit_tree *tree, size_t map, const char *name)
{
	return sg_arena_dup(arena, sg_edit_member_text(tree, map, name));
}

static bool changes_more(struct sg_edit_tree *tree, size_t spec)
{
	static const char *const names[] = {
		"patches", "patchesStrategicMerge", "patchesJson6902", "images", "components"};

	for (size_t i = 0; i < SG_COUNT(names); i++)
		if (sg_edit_member(tree, spec, names[i]))
			return true;
	return false;
}

static void read_kustomization(
	struct sg_arena *arena, struct sg_edit_tree *tree, size_t spec, struct sg_flux_written *ret)
{
	size_t source = sg_edit_member(tree, spec, "sourceRef");
	struct sg_str namespace = sg_edit_member_text(tree, source, "namespace");

	ret->path = text_of(arena, tree, spec, "path");
	ret->source = text_of(arena, tree, source, "name");
	ret->from_git = sg_str_is(sg_edit_member_text(tree, source, "kind"),
				sg_flux_kind_name(SG_FLUX_REPOSITORY)) &&
			(namespace.len == 0 || sg_str_is(namespace, ret->namespace));
	ret->more = changes_more(tree, spec);
}

/* What a GitRepository follows: the branch is what is left when nothing else is named. */
static const char *branch_of(struct sg_arena *arena, struct sg_edit_tree *tree, size_t spec)
{
	static const char *const names[] = {"commit", "name", "semver", "tag"};
	size_t ref = sg_edit_member(tree, spec, "ref");
	const char *branch = text_of(arena, tree, ref, "branch");

	for (size_t i = 0; i < SG_COUNT(names); i++)
		if (sg_edit_member_text(tree, ref, names[i]).len)
			return NULL;
	return branch[0] ? branch : "master";
}

static void add(struct sg_arena *arena, struct sg_edit_tree *tree, size_t root, bool repository,
	struct sg_flux_writtens *all)
{
	size_t metadata = sg_edit_member(tree, root, "metadata");
	size_t spec = sg_edit_member(tree, root, "spec");
	struct sg_flux_written *one;

	if (!spec)
		return; /* a patch */
	one = sg_arena_push(arena, &all->items, &all->count, sizeof(*one));
	*one = (struct sg_flux_written){.repository = repository,
		.name = text_of(arena, tree, metadata, "name"),
		.namespace = text_of(arena, tree, metadata, "namespace"),
		.file = sg_arena_strdup(arena, tree->file),
		.line = sg_edit_event(tree, root).line,
		.url = text_of(arena, tree, spec, "url"),
		.ignore = text_of(arena, tree, spec, "ignore"),
		.path = "",
		.source = ""};
	if (repository)
		one->branch = branch_of(arena, tree, spec);
	else
		read_kustomization(arena, tree, spec, one);
}

void sg_flux_written_add(
	struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_flux_writtens *all)
{
	for (size_t i = 0; i < tree->events.count; i++) {
		if (sg_edit_event(tree, i).kind != SG_YAML_DOC_START)
			continue;
		if (is_of(tree, i + 1, SG_FLUX_KUSTOMIZATION))
			add(arena, tree, i + 1, false, all);
		else if (is_of(tree, i + 1, SG_FLUX_REPOSITORY))
			add(arena, tree, i + 1, true, all);
	}
}

/* ---- which of them ---- */

bool sg_flux_written_is(const struct sg_flux_written *one, const char *namespace, const char *name)
{
	return strcmp(one->name, name) == 0 &&
	       (!one->namespace[0] || strcmp(one->namespace, namespace) == 0);
}

bool sg_flux_written_near(const struct sg_flux_written *one, const struct sg_environment *env)
{
	struct sg_str rest = sg_str_of(one->file), part;

	while (sg_str_cut(&rest, '/', &part) && rest.len)
		if (sg_str_is(part, env->name) ||
			(env->short_name && sg_str_is(part, env->short_name)))
			return true;
	return false;
}

/* "": the root. */
static struct sg_str first_folder(const char *path)
{
	struct sg_str rest = sg_str_of(path), part;

	while (sg_str_cut(&rest, '/', &part))
		if (part.len && !sg_str_is(part, "."))
			return part;
	return (struct sg_str){0};
}

/* "/docs/" is the folder docs of the root; false: it is something else. */
static bool is_root_folder(struct sg_str pattern, struct sg_str *ret_name)
{
	size_t len = pattern.len - (sg_str_ends(pattern, "/") ? 1 : 0);

	if (!sg_str_starts(pattern, "/") || len < 2)
		return false;
	*ret_name = sg_str_sub(pattern, 1, len);
	for (size_t i = 0; i < ret_name->len; i++)
		if (strchr("/*?[\\", ret_name->ptr[i]))
			return false;
	return true;
}

/*
 * Whether files below PATH may be left out. Understood are the usual lists: all of the root, and
 * whole folders of it, left out or taken back. Of anything else it is not known.
 */
static bool may_leave_out(const char *ignore, const char *path)
{
	struct sg_str rest = sg_str_of(ignore), line, name, folder = first_folder(path);
	bool out = false;

	while (sg_str_cut(&rest, '\n', &line)) {
		bool back, all;

		line = sg_str_trim(line);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		back = line.ptr[0] == '!';
		line = sg_str_sub(line, back, line.len);
		all = sg_str_is(line, "/*") || sg_str_is(line, "/**");
		if (!all && !is_root_folder(line, &name))
			return true;
		if (all || sg_str_eq(folder, name) || (folder.len == 0 && !back))
			out = !back;
	}
	return out;
}

static bool is_elsewhere(const struct sg_flux_written *repository,
	const struct sg_flux_written *one, const struct sg_environment *env, const char *url)
{
	return (url && !sg_repo_url_alike(repository->url, url)) || !repository->branch ||
	       strcmp(repository->branch, env->branch) != 0 ||
	       may_leave_out(repository->ignore, one->path);
}

/* Of several by one name in folders of ENV, or else in any, nothing is known but what all of them
 * say. */
static bool reads_elsewhere(const struct sg_flux_writtens *all, const struct sg_flux_written *one,
	const struct sg_environment *env, const char *namespace, const char *url)
{
	bool near = false, elsewhere[2] = {false, false};

	for (size_t i = 0; i < all->count; i++) {
		const struct sg_flux_written *repository = &all->items[i];
		bool is_near;

		if (!repository->repository ||
			!sg_flux_written_is(repository, namespace, one->source))
			continue;
		is_near = sg_flux_written_near(repository, env);
		near = near || is_near;
		if (is_elsewhere(repository, one, env, url))
			elsewhere[is_near] = true;
	}
	return elsewhere[near];
}

const struct sg_flux_written *sg_flux_written_find(const struct sg_flux_writtens *all,
	const struct sg_environment *env, const char *namespace, const char *name, const char *url)
{
	const struct sg_flux_written *any = NULL, *near = NULL;
	size_t count = 0, near_count = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct sg_flux_written *one = &all->items[i];

		if (one->repository || !sg_flux_written_is(one, namespace, name))
			continue;
		any = one;
		count++;
		if (sg_flux_written_near(one, env)) {
			near = one;
			near_count++;
		}
	}
	if (count > 1)
		any = near_count == 1 ? near : NULL;
	if (!any || !any->from_git || any->more || reads_elsewhere(all, any, env, namespace, url))
		return NULL;
	return any;
}
