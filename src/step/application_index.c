#include "step/application_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "step/manifest.h"

#define FILE_MAX_BYTES (256u << 10)
#define TOTAL_MAX_BYTES (64u << 20)
#define LEVELS_BELOW 3

struct indexing {
	struct sg_world *world;
	struct sg_tree_source *source;
	struct sg_arena *arena; /* of the shelf */
	struct sg_application_index *index;
	const char *file;
};

bool sg_application_is_yaml(const char *name)
{
	struct sg_str text = sg_str_of(name);

	return sg_str_ends(text, ".yaml") || sg_str_ends(text, ".yml");
}

/* 0 where there is nothing, or nothing that may be read; -1 for what failed. */
static int pass_over(const struct sg_err *why, struct sg_err *err)
{
	if (sg_reason_exit(why->reason) == 9 || why->reason == SG_R_FILE_NOT_FOUND ||
		why->reason == SG_R_CONFIG_INVALID)
		return 0;
	*err = *why;
	return -1;
}

int sg_application_open(struct sg_world *world, struct sg_tree_source *source, const char *path,
	struct sg_file **ret_file, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (sg_file_open(world, source, path, FILE_MAX_BYTES, ret_file, &why) == 0)
		return 0;
	return pass_over(&why, err);
}

int sg_application_list(struct sg_world *world, struct sg_tree_source *source, const char *folder,
	struct sg_tree_entry **ret, size_t *ret_count, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret_count = 0;
	if (sg_shelf_list(world, source, folder, ret, ret_count, &why) == 0)
		return 0;
	return pass_over(&why, err);
}

bool sg_application_parse(struct sg_file *file, struct sg_edit_tree *ret)
{
	struct sg_err ignored = SG_ERR_INIT;

	return file &&
	       (sg_str_search(sg_file_text(file), "argoproj.io/") >= 0 ||
		       sg_str_search(sg_file_text(file), "toolkit.fluxcd.io/") >= 0) &&
	       sg_file_tree(file, ret, &ignored) == 0;
}

static const char *below(struct sg_arena *arena, const char *folder, const char *name)
{
	return *folder ? sg_arena_printf(arena, "%s/%s", folder, name)
		       : sg_arena_strdup(arena, name);
}

static void note(void *arg, struct sg_str name, bool is_set)
{
	struct indexing *x = arg;
	struct sg_arena *arena = x->arena;
	struct sg_application_entries *entries = is_set ? &x->index->sets : &x->index->applications;
	struct sg_application_entry *entry =
		sg_arena_push(arena, &entries->items, &entries->count, sizeof(*entry));

	*entry = (struct sg_application_entry){
		sg_arena_dup(arena, name), sg_arena_strdup(arena, x->file)};
}

static int index_file(struct indexing *x, const char *file, struct sg_err *err)
{
	struct sg_application_index *index = x->index;
	SG_AUTO(sg_file_close_ptr) struct sg_file *opened = NULL;
	struct sg_edit_tree tree;

	if (index->files >= SG_APPLICATION_FILES_MAX || index->bytes >= TOTAL_MAX_BYTES) {
		index->cut = true;
		return 0;
	}
	if (sg_application_open(x->world, x->source, file, &opened, err) < 0)
		return -1;
	index->files++;
	index->bytes += opened ? sg_file_text(opened).len : 0;
	x->file = file;
	if (sg_application_parse(opened, &tree)) {
		sg_manifest_each(&tree, note, x);
		sg_flux_written_add(x->arena, &tree, &index->flux);
	}
	return 0;
}

static int index_folder(struct indexing *x, const char *folder, int levels, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_tree_entry *entries;
	size_t count;

	if (sg_application_list(x->world, x->source, folder, &entries, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && !x->index->cut; i++) {
		const char *path = below(&scratch, folder, entries[i].name);

		if (!entries[i].is_dir) {
			if (sg_application_is_yaml(path) && index_file(x, path, err) < 0)
				return -1;
		} else if (levels > 0 && entries[i].name[0] != '.' &&
			   strcmp(entries[i].name, "templates") != 0) {
			if (index_folder(x, path, levels - 1, err) < 0)
				return -1;
		}
	}
	return 0;
}

static const char *const deep[] = {"argocd", "argo-cd", "argo", "applications", "applicationsets",
	"bootstrap", "clusters", "environments", "envs", "infrastructure", "infra"};

static bool is_deep(const char *name)
{
	for (size_t i = 0; i < SG_COUNT(deep); i++)
		if (strcmp(deep[i], name) == 0)
			return true;
	return strcmp(name, "apps") == 0;
}

/* ENV/ and apps/ENV/, by one of an environment's two names. */
static int index_named(struct indexing *x, const char *name, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};

	if (index_folder(x, sg_arena_printf(&scratch, "apps/%s", name), 0, err) < 0)
		return -1;
	return is_deep(name) ? 0 : index_folder(x, name, LEVELS_BELOW, err);
}

static int index_all(struct indexing *x, const struct sg_policy *policy, struct sg_err *err)
{
	if (index_folder(x, "", 0, err) < 0 || index_folder(x, "apps", 0, err) < 0)
		return -1;
	for (size_t i = 0; i < SG_COUNT(deep); i++)
		if (index_folder(x, deep[i], LEVELS_BELOW, err) < 0)
			return -1;
	for (size_t i = 0; i < policy->environment_count; i++) {
		const struct sg_environment *env = &policy->environments[i];

		if (index_named(x, env->name, err) < 0 ||
			(env->short_name && strcmp(env->short_name, env->name) != 0 &&
				index_named(x, env->short_name, err) < 0))
			return -1;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct sg_application_entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->file, y->file);
}

/* Which folders are looked at depends on the names of the environments. */
static void put_name(const struct sg_policy *policy, struct sg_buf *name)
{
	sg_buf_init(name, SIZE_MAX);
	sg_buf_adds(name, "applications");
	for (size_t i = 0; i < policy->environment_count; i++)
		sg_buf_addf(name, "\n%s\n%s", policy->environments[i].name,
			policy->environments[i].short_name ? policy->environments[i].short_name
							   : "");
}

int sg_application_index(struct sg_world *world, const struct sg_policy *policy,
	struct sg_tree_source *source, struct sg_application_index **ret, struct sg_err *err)
{
	struct sg_shelf *shelf = sg_shelf_of(world, source);
	struct indexing x = {.world = world, .source = source, .arena = &shelf->arena};
	SG_AUTO(sg_buf_release) struct sg_buf name = {0};

	put_name(policy, &name);
	*ret = sg_names_get(&shelf->kept, name.ptr);
	if (*ret)
		return 0;
	x.index = sg_arena_calloc(x.arena, 1, sizeof(*x.index));
	if (index_all(&x, policy, err) < 0)
		return -1;
	if (x.index->applications.count)
		qsort(x.index->applications.items, x.index->applications.count,
			sizeof(struct sg_application_entry), by_name);
	sg_names_put(x.arena, &shelf->kept, name.ptr, x.index);
	*ret = x.index;
	return 0;
}
