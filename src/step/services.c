#include "step/services.h"

#include <stdlib.h>
#include <string.h>

#include "config/match.h"
#include "model/place.h"
#include "step/shelf.h"

struct names {
	const char **items;
	size_t count;
};

static void add_name(struct sg_arena *arena, struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	*(const char **)sg_arena_push(arena, &names->items, &names->count, sizeof(char *)) = name;
}

/* "apps" for "apps/{service}"; "" for "{service}"; NULL when no component is just {service}. */
static const char *parent_of(struct sg_arena *arena, const char *path)
{
	const char *at = strstr(path, "{service}");
	const char *end = at ? at + sizeof("{service}") - 1 : NULL;

	if (!at || (*end != '\0' && *end != '/') || (at != path && at[-1] != '/'))
		return NULL;
	return at == path ? ""
			  : sg_arena_dup(arena, (struct sg_str){path, (size_t)(at - path) - 1});
}

static int folders(struct sg_world *world, const struct sg_service *entry,
	const struct sg_environment *env, struct sg_tree_source *source, struct names *names,
	struct sg_err *err)
{
	const char *parent = parent_of(world->arena, entry->path);
	struct sg_tree_entry *entries;
	struct sg_err ignored;
	size_t count;

	if (!parent)
		return 0;
	if (sg_template_expand(world->arena, parent, entry->name, env, &parent, err) < 0)
		return -1;
	if (sg_shelf_list(world, source, parent, &entries, &count, err) < 0) {
		if (err->reason == SG_R_FILE_NOT_FOUND)
			(void)sg_hint(
				err, "`path: %s` says that the services are there", entry->path);
		return sg_wrap(err, "%s", source->label);
	}
	for (size_t i = 0; i < count; i++)
		if (entries[i].is_dir && sg_service_name_check(entries[i].name, &ignored) == 0)
			add_name(world->arena, names,
				sg_arena_strdup(world->arena, entries[i].name));
	return 0;
}

int sg_service_check(struct sg_world *world, const struct sg_service *entry, const char *name,
	const struct sg_environment *env, struct sg_tree_source *source, struct sg_err *err)
{
	struct names names = {0};
	struct sg_tree_entry *entries;
	const char *path;
	size_t count;

	if (strcmp(entry->name, "*") != 0)
		return 0;
	if (sg_template_expand(world->arena, entry->path, name, env, &path, err) < 0)
		return -1;
	if (sg_shelf_list(world, source, path, &entries, &count, err) == 0)
		return 0;
	if (err->reason != SG_R_FILE_NOT_FOUND)
		return sg_wrap(err, "%s", source->label);
	if (folders(world, entry, env, source, &names, err) < 0 &&
		err->reason != SG_R_FILE_NOT_FOUND)
		return -1;
	return sg_config_no_folder(name,
		sg_arena_printf(world->arena, "%s on %s", entry->path, source->label), names.items,
		names.count, err);
}

int sg_service_find(struct sg_world *world, const struct sg_policy *policy, const char *name,
	const struct sg_environment *env, struct sg_tree_source *source,
	const struct sg_service **ret_entry, struct sg_err *err)
{
	const struct sg_service *entry;

	if (sg_config_service(policy, name, &entry, err) < 0)
		return -1;
	if (!(source->by_request && entry->update_count) &&
		sg_service_check(world, entry, name, env, source, err) < 0)
		return -1;
	*ret_entry = entry;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int sg_service_list(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, struct sg_tree_source *source,
	const char *const **ret_names, size_t *ret_count, struct sg_err *err)
{
	struct names names = {0};

	for (size_t i = 0; i < policy->service_count; i++) {
		const struct sg_service *entry = &policy->services[i];

		if (strcmp(entry->name, "*") != 0)
			add_name(world->arena, &names, entry->name);
		else if (folders(world, entry, env, source, &names, err) < 0)
			return -1;
	}
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), by_name);
	*ret_names = names.items;
	*ret_count = names.count;
	return 0;
}
