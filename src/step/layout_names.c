/*
 * Where nothing says which files an application reads: the names that people give them. Values
 * files and folders of one environment carry its name or its short name.
 */
#include "step/layout.h"

#include <string.h>

#define RANK_SHARED (SG_RANK_CHART + 1) /* values of all services in one environment */
#define RANK_OWN (SG_RANK_CHART + 2)

/* %s: the name of the environment. */
static const char *const values_names[] = {"values-%s.yaml", "values-%s.yml", "values.%s.yaml",
	"values_%s.yaml", "%s-values.yaml", "%s.values.yaml", "%s.yaml", "values/%s.yaml",
	"values/values-%s.yaml", "%s/values.yaml", "env/%s.yaml", "envs/%s.yaml",
	"environments/%s.yaml", "env/%s/values.yaml", "envs/%s/values.yaml",
	"environments/%s/values.yaml", "overlays/%s/values.yaml"};
static const char *const shared_names[] = {
	"clusters/%s/values.yaml", "environments/%s/values.yaml", "envs/%s/values.yaml"};
static const char *const folder_names[] = {
	"overlays/%s", "environments/%s", "envs/%s", "env/%s", "%s"};

/* PATTERN with NAME, below FOLDER. */
static const char *named(
	struct sg_layout *layout, const char *folder, const char *pattern, const char *name)
{
	long at = sg_str_search(sg_str_of(pattern), "%s");

	return sg_layout_path(layout, folder,
		sg_arena_printf(layout->world->arena, "%.*s%s%s", (int)at, pattern, name,
			pattern + at + 2));
}

static int values_of(struct sg_layout *layout, const char *folder, const char *const *patterns,
	size_t count, int rank, struct sg_err *err)
{
	const char *names[3];

	sg_layout_names(layout, names);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; names[j]; j++)
			if (sg_layout_values(layout, named(layout, folder, patterns[i], names[j]),
				    "", rank, 0, false, err) < 0)
				return -1;
	return 0;
}

static int chart(struct sg_layout *layout, const char *folder, struct sg_err *err)
{
	if (sg_layout_chart(layout, folder, 0, err) < 0 ||
		values_of(layout, "", shared_names, SG_COUNT(shared_names), RANK_SHARED, err) < 0)
		return -1;
	return values_of(
		layout, layout->folder, values_names, SG_COUNT(values_names), RANK_OWN, err);
}

/* The folder of the environment in the service's own, the first of the names that is there. */
static int own_folder(struct sg_layout *layout, const char **ret_folder,
	struct sg_layout_list *ret_list, struct sg_err *err)
{
	const char *names[3];

	*ret_folder = NULL;
	sg_layout_names(layout, names);
	for (size_t i = 0; i < SG_COUNT(folder_names); i++)
		for (size_t j = 0; names[j]; j++) {
			const char *folder =
				named(layout, layout->folder, folder_names[i], names[j]);

			if (sg_layout_list(layout, folder, ret_list, err) < 0)
				return -1;
			if (ret_list->there) {
				*ret_folder = folder;
				return 0;
			}
		}
	return 0;
}

static bool is_chart(const struct sg_layout_list *list)
{
	return sg_layout_has(list, "Chart.yaml", false) ||
	       sg_layout_has(list, "values.yaml", false);
}

/* "web-dev.yaml" says dev, "web.yaml" nothing. */
static bool says(struct sg_str name, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len <= name.len; at++) {
		bool begins = at == 0 || strchr("-._", name.ptr[at - 1]);
		bool ends = at + len == name.len || strchr("-._", name.ptr[at + len]);

		if (begins && ends && memcmp(name.ptr + at, word, len) == 0)
			return true;
	}
	return false;
}

static bool says_env(const char *name, const struct sg_environment *env)
{
	return says(sg_str_of(name), env->name) ||
	       (env->short_name && says(sg_str_of(name), env->short_name));
}

/* By its name, the file of another environment. */
static bool is_of_another(const struct sg_layout *layout, const char *name)
{
	if (says_env(name, layout->env))
		return false;
	for (size_t i = 0; i < layout->policy->environment_count; i++)
		if (says_env(name, &layout->policy->environments[i]))
			return true;
	return false;
}

static int manifests(struct sg_layout *layout, const char *folder,
	const struct sg_layout_list *list, struct sg_err *err)
{
	struct sg_layout_list kept = {0};

	if (sg_layout_kustomization(list))
		return sg_layout_kustomize(layout, folder, err);
	kept.items = sg_arena_calloc(layout->world->arena, list->count + 1, sizeof(*kept.items));
	for (size_t i = 0; i < list->count; i++)
		if (!is_of_another(layout, list->items[i].name))
			kept.items[kept.count++] = list->items[i];
	return sg_layout_directory(layout, folder, &kept, 0, err);
}

/* Values for a chart that is elsewhere, or a file that is named as the environment. */
static bool has_values(struct sg_layout *layout, const struct sg_layout_list *list)
{
	const char *names[3];

	sg_layout_names(layout, names);
	for (size_t i = 0; i < list->count; i++)
		if (sg_str_starts(sg_str_of(list->items[i].name), "values"))
			return true;
	for (size_t i = 0; names[i]; i++)
		if (sg_layout_has(list, named(layout, "", "%s.yaml", names[i]), false))
			return true;
	return false;
}

int sg_layout_by_names(struct sg_layout *layout, struct sg_err *err)
{
	struct sg_layout_list list, own = {0};
	const char *folder;

	if (sg_layout_require(layout, layout->folder, &list, err) < 0)
		return -1;
	if (is_chart(&list) || has_values(layout, &list))
		return chart(layout, layout->folder, err);
	if (own_folder(layout, &folder, &own, err) < 0)
		return -1;
	if (!folder)
		return manifests(layout, layout->folder, &list, err);
	if (is_chart(&own))
		return chart(layout, folder, err);
	return manifests(layout, folder, &own, err);
}
