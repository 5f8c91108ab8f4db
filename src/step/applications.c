#include "step/applications.h"

#include <stdlib.h>
#include <string.h>

#include "model/place.h"
#include "step/generator.h"

#define FILE_MAX_BYTES (256u << 10)
#define FILES_MAX 10000
#define TOTAL_MAX_BYTES (64u << 20)
#define OWN_FILES_MAX 64
#define LEVELS_BELOW 3

struct entry {
	const char *name; /* of the application, or the template of names */
	const char *file;
};

struct entries {
	struct entry *items;
	size_t count;
};

/* What the manifests of one revision say; one for each that was asked about. */
struct sg_application_index {
	struct sg_application_index *next;
	const struct sg_tree_source *source; /* of a folder, which has no revision */
	const char *revision;
	struct entries applications; /* by name */
	struct entries sets;
	size_t files, bytes;
	bool cut; /* there are more files than are looked at */
};

struct indexing {
	struct sg_world *world;
	struct sg_tree_source *source;
	struct sg_application_index *index;
	const char *file;
};

/* ---- reading ---- */

static bool is_yaml(const char *name)
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

static int read_if_any(struct sg_tree_source *source, const char *file, struct sg_buf *text,
	bool *ret_read, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret_read = source->read(source, file, text, &why) == 0;
	return *ret_read ? 0 : pass_over(&why, err);
}

static int list_if_any(struct sg_tree_source *source, const char *folder, struct sg_arena *arena,
	struct sg_tree_entry **ret, size_t *ret_count, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret_count = 0;
	if (source->list(source, folder, arena, ret, ret_count, &why) == 0)
		return 0;
	return pass_over(&why, err);
}

static const char *below(struct sg_arena *arena, const char *folder, const char *name)
{
	return *folder ? sg_arena_printf(arena, "%s/%s", folder, name)
		       : sg_arena_strdup(arena, name);
}

/* ---- the index ---- */

static void note(void *arg, struct sg_str name, bool is_set)
{
	struct indexing *x = arg;
	struct sg_arena *arena = x->world->arena;
	struct entries *entries = is_set ? &x->index->sets : &x->index->applications;
	struct entry *entry =
		sg_arena_push(arena, &entries->items, &entries->count, sizeof(*entry));

	*entry = (struct entry){sg_arena_dup(arena, name), sg_arena_strdup(arena, x->file)};
}

static int index_file(struct indexing *x, const char *file, struct sg_err *err)
{
	struct sg_application_index *index = x->index;
	struct sg_buf text SG_AUTO(sg_buf_release);
	bool read;

	if (index->files >= FILES_MAX || index->bytes >= TOTAL_MAX_BYTES) {
		index->cut = true;
		return 0;
	}
	sg_buf_init(&text, FILE_MAX_BYTES);
	if (read_if_any(x->source, file, &text, &read, err) < 0)
		return -1;
	index->files++;
	index->bytes += text.len;
	x->file = file;
	if (read)
		sg_manifest_each(file, sg_buf_str(&text), note, x);
	return 0;
}

static int index_folder(struct indexing *x, const char *folder, int levels, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_tree_entry *entries;
	size_t count;

	if (list_if_any(x->source, folder, &scratch, &entries, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && !x->index->cut; i++) {
		const char *path = below(&scratch, folder, entries[i].name);

		if (!entries[i].is_dir) {
			if (is_yaml(path) && index_file(x, path, err) < 0)
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
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->file, y->file);
}

static bool is_of(const struct sg_application_index *index, const struct sg_tree_source *source)
{
	if (!index->revision || !source->revision)
		return index->source == source;
	return strcmp(index->revision, source->revision) == 0;
}

static int index_of(struct sg_world *world, const struct sg_policy *policy,
	struct sg_tree_source *source, struct sg_application_index **ret, struct sg_err *err)
{
	struct indexing x = {.world = world, .source = source};

	for (x.index = world->applications; x.index; x.index = x.index->next)
		if (is_of(x.index, source)) {
			*ret = x.index;
			return 0;
		}
	x.index = sg_arena_calloc(world->arena, 1, sizeof(*x.index));
	x.index->source = source;
	x.index->revision = source->revision;
	if (index_all(&x, policy, err) < 0)
		return -1;
	if (x.index->applications.count)
		qsort(x.index->applications.items, x.index->applications.count,
			sizeof(struct entry), by_name);
	x.index->next = world->applications;
	world->applications = x.index;
	*ret = x.index;
	return 0;
}

/* ---- looking for one ---- */

struct looking {
	struct sg_world *world;
	struct sg_tree_source *source;
	struct sg_manifest_wish wish;
	struct sg_manifests *found;
};

static bool is_known(const struct sg_manifests *found, const char *file)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->items[i].file, file) == 0)
			return true;
	return false;
}

static int look_into(struct looking *l, const char *file, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	bool read;

	sg_buf_init(&text, FILE_MAX_BYTES);
	if (is_known(l->found, file))
		return 0;
	if (read_if_any(l->source, file, &text, &read, err) < 0)
		return -1;
	if (read)
		sg_manifest_find(l->world->arena, file, sg_buf_str(&text), &l->wish, l->found);
	return 0;
}

static int look_beside(struct looking *l, const char *folder, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_tree_entry *entries;
	size_t count, seen = 0;

	if (list_if_any(l->source, folder, &scratch, &entries, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && seen < OWN_FILES_MAX; i++) {
		if (entries[i].is_dir || !is_yaml(entries[i].name))
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
	const struct entries *apps = &index->applications;
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
	struct sg_manifest_wish *ret, struct sg_err *err)
{
	const char *name, *slash;

	if (sg_template_expand(
		    world->arena, ask->env->application, ask->service, ask->env, &name, err) < 0)
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

int sg_applications_find(struct sg_world *world, const struct sg_applications_ask *ask,
	struct sg_tree_source *source, struct sg_manifests *ret, struct sg_err *err)
{
	struct looking l = {.world = world, .source = source, .found = ret};
	struct sg_application_index *index;

	*ret = (struct sg_manifests){0};
	if (!ask->env->application)
		return 0;
	if (wish_of(world, ask, &l.wish, err) < 0 ||
		index_of(world, ask->policy, source, &index, err) < 0 ||
		look_by_name(&l, index, err) < 0 || look_beside(&l, ask->folder, err) < 0 ||
		look_beside(&l, below(world->arena, ask->folder, "argocd"), err) < 0)
		return -1;
	drop_open(ret);
	if (ret->count || !index->cut)
		return 0;
	(void)sg_fail(err, SG_R_TOO_LARGE,
		"%s: there are more than %d manifests to look for the application %.100s in",
		source->label, FILES_MAX, l.wish.name);
	return sg_hint(err, "name the places by `update:` of the service");
}
