#include "step/applications.h"

#include <string.h>

#include "model/place.h"
#include "step/application_index.h"
#include "step/generator.h"

#define OWN_FILES_MAX 64

struct looking {
	struct sg_world *world;
	struct sg_tree_source *source;
	struct sg_manifest_wish wish;
	struct sg_manifests *found;
};

static const char *below(struct sg_arena *arena, const char *folder, const char *name)
{
	return *folder ? sg_arena_printf(arena, "%s/%s", folder, name)
		       : sg_arena_strdup(arena, name);
}

static bool is_known(const struct sg_manifests *found, const char *file)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->items[i].file, file) == 0)
			return true;
	return false;
}

static int look_into(struct looking *l, const char *file, struct sg_err *err)
{
	SG_AUTO(sg_file_close_ptr) struct sg_file *opened = NULL;
	struct sg_edit_tree tree;

	if (is_known(l->found, file))
		return 0;
	if (sg_application_open(l->world, l->source, file, &opened, err) < 0)
		return -1;
	if (sg_application_parse(opened, &tree))
		sg_manifest_find(l->world->arena, &tree, &l->wish, l->found);
	return 0;
}

static int look_beside(struct looking *l, const char *folder, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_tree_entry *entries;
	size_t count, seen = 0;

	if (sg_application_list(l->world, l->source, folder, &entries, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && seen < OWN_FILES_MAX; i++) {
		if (entries[i].is_dir || !sg_application_is_yaml(entries[i].name))
			continue;
		seen++;
		if (look_into(l, below(&scratch, folder, entries[i].name), err) < 0)
			return -1;
	}
	return 0;
}

static int look_by_name(
	struct looking *l, const struct sg_application_index *index, struct sg_err *err)
{
	const struct sg_application_entries *apps = &index->applications;
	size_t low = 0, high = apps->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(apps->items[middle].name, l->wish.name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < apps->count && strcmp(apps->items[low].name, l->wish.name) == 0; low++)
		if (look_into(l, apps->items[low].file, err) < 0)
			return -1;
	for (size_t i = 0; i < index->sets.count; i++)
		if (sg_generator_may_give(sg_str_of(index->sets.items[i].name), l->wish.name) &&
			look_into(l, index->sets.items[i].file, err) < 0)
			return -1;
	return 0;
}

/* An application that is written out, or made of what is written out, leaves no doubt. */
static void drop_open(struct sg_manifests *found)
{
	size_t kept = 0, sure = 0;

	for (size_t i = 0; i < found->count; i++)
		sure += !found->items[i].open;
	for (size_t i = 0; i < found->count && sure; i++)
		if (!found->items[i].open)
			found->items[kept++] = found->items[i];
	if (sure)
		found->count = kept;
}

static int wish_of(struct sg_world *world, const struct sg_applications_ask *ask,
	const struct sg_environment *env, const char *template, struct sg_manifest_wish *ret,
	struct sg_err *err)
{
	const char *name, *slash;

	if (sg_template_expand(world->arena, template, ask->service, env, &name, err) < 0)
		return -1;
	slash = strchr(name, '/');
	*ret = (struct sg_manifest_wish){
		.name = slash ? slash + 1 : name,
		.namespace = slash ? sg_arena_dup(world->arena,
					     (struct sg_str){name, (size_t)(slash - name)})
				   : "",
		.folders = ask->folders,
	};
	return 0;
}

static const char *flux_namespace(
	const struct sg_manifest_wish *wish, const struct sg_environment *env)
{
	return wish->namespace[0] ? wish->namespace : env->cluster.namespace;
}

/* One by the same name is followed by another environment, too, and it is that one's by its folder:
 * ours is written elsewhere. */
static int is_anothers(struct looking *l, const struct sg_applications_ask *ask,
	const struct sg_flux_written *one, bool *ret, struct sg_err *err)
{
	struct sg_manifest_wish wish;

	*ret = false;
	for (size_t i = 0;
		!sg_flux_written_near(one, ask->env) && !*ret && i < ask->policy->environment_count;
		i++) {
		const struct sg_environment *env = &ask->policy->environments[i];

		if (!env->kustomization || !sg_flux_written_near(one, env))
			continue;
		if (wish_of(l->world, ask, env, env->kustomization, &wish, err) < 0)
			return -1;
		*ret = sg_flux_written_is(one, flux_namespace(&wish, env), wish.name);
	}
	return 0;
}

/* None is as good as one that does not say all: the names of files are left. */
static int find_flux(struct looking *l, const struct sg_applications_ask *ask, struct sg_err *err)
{
	struct sg_arena *arena = l->world->arena;
	struct sg_application_index *index;
	const struct sg_flux_written *one;
	struct sg_manifest_source *source;
	struct sg_manifest *manifest;
	bool anothers;

	if (wish_of(l->world, ask, ask->env, ask->env->kustomization, &l->wish, err) < 0 ||
		sg_application_index(l->world, ask->policy, l->source, &index, err) < 0)
		return -1;
	one = sg_flux_written_find(&index->flux, ask->env, flux_namespace(&l->wish, ask->env),
		l->wish.name, l->source->url);
	if (!one || index->cut)
		return 0;
	if (is_anothers(l, ask, one, &anothers, err) < 0)
		return -1;
	if (anothers)
		return 0;
	source = sg_arena_calloc(arena, 1, sizeof(*source));
	*source = (struct sg_manifest_source){
		.repo_url = "", .path = one->path, .chart = "", .ref = ""};
	manifest = sg_arena_push(arena, &l->found->items, &l->found->count, sizeof(*manifest));
	*manifest = (struct sg_manifest){.file = one->file,
		.line = one->line,
		.name = one->name,
		.namespace = one->namespace,
		.flux = true,
		.sources = source,
		.source_count = 1};
	return 0;
}

int sg_applications_find(struct sg_world *world, const struct sg_applications_ask *ask,
	struct sg_tree_source *source, struct sg_manifests *ret, struct sg_err *err)
{
	struct looking l = {.world = world, .source = source, .found = ret};
	struct sg_application_index *index;

	*ret = (struct sg_manifests){0};
	if (ask->env->kustomization)
		return find_flux(&l, ask, err);
	if (!ask->env->application)
		return 0;
	if (wish_of(world, ask, ask->env, ask->env->application, &l.wish, err) < 0 ||
		sg_application_index(world, ask->policy, source, &index, err) < 0 ||
		look_by_name(&l, index, err) < 0 || look_beside(&l, ask->folder, err) < 0 ||
		look_beside(&l, below(world->arena, ask->folder, "argocd"), err) < 0)
		return -1;
	drop_open(ret);
	if (ret->count || !index->cut)
		return 0;
	(void)sg_fail(err, SG_R_TOO_LARGE,
		"%s: there are more than %d manifests to look for the application %.100s in",
		source->label, SG_APPLICATION_FILES_MAX, l.wish.name);
	return sg_hint(err, "name the places by `update:` of the service");
}
