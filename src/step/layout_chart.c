/* The default values of a chart, and of the charts in it as it sees them. */
#include <string.h>

#include "io/yaml.h"
#include "model/place.h"
#include "step/layout.h"

#define LEVELS_MAX 3
#define DEPENDENCIES_MAX 64

struct chart {
	struct sg_layout *layout;
	const char *folder;
	const char *prefix; /* of its values, seen from the chart that is installed */
	int level;          /* 0: that one */
	int group;
};

static int read_chart(const struct chart *chart, struct sg_err *err);

static int read_part(
	const struct chart *chart, const char *folder, const char *name, struct sg_err *err)
{
	struct chart part = *chart;

	part.folder = folder;
	part.level++;
	part.prefix = sg_arena_printf(chart->layout->world->arena, "%s%s%s", chart->prefix,
		*chart->prefix ? "." : "", name);
	return part.level > LEVELS_MAX ? 0 : read_chart(&part, err);
}

static const char *text_of(const struct sg_yaml_node *map, const char *key)
{
	const struct sg_yaml_node *node = sg_yaml_get(map, key);

	return node && node->kind == SG_NODE_SCALAR ? node->value : "";
}

/* Where a dependency lies in this repository; NULL: elsewhere. */
static const char *folder_of(const struct chart *chart, const struct sg_yaml_node *dependency,
	const struct sg_layout_list *charts)
{
	static const char local[] = "file://";
	struct sg_layout *layout = chart->layout;
	const char *name = text_of(dependency, "name"), *from = text_of(dependency, "repository");
	struct sg_err ignored = SG_ERR_INIT;
	const char *folder;

	if (sg_str_starts(sg_str_of(from), local))
		return sg_repo_path_join(layout->world->arena, chart->folder,
			       from + sizeof(local) - 1, &folder, &ignored) == 0
			       ? folder
			       : NULL;
	if (!sg_layout_has(charts, name, true))
		return NULL;
	return sg_layout_path(layout, sg_layout_path(layout, chart->folder, "charts"), name);
}

static int read_dependencies(const struct chart *chart, const struct sg_yaml_node *list,
	const struct sg_layout_list *charts, struct sg_err *err)
{
	size_t count = 0;

	if (!list || list->kind != SG_NODE_SEQ)
		return 0;
	for (const struct sg_yaml_node *one = list->first; one && count < DEPENDENCIES_MAX;
		one = one->next, count++) {
		const char *folder = folder_of(chart, one, charts);
		const char *alias = text_of(one, "alias");

		if (folder &&
			read_part(chart, folder, *alias ? alias : text_of(one, "name"), err) < 0)
			return -1;
	}
	return 0;
}

static bool is_dependency(const struct sg_yaml_node *list, const char *name)
{
	if (list && list->kind == SG_NODE_SEQ)
		for (const struct sg_yaml_node *one = list->first; one; one = one->next)
			if (strcmp(text_of(one, "name"), name) == 0)
				return true;
	return false;
}

/* Charts that just lie there. */
static int read_others(const struct chart *chart, const struct sg_yaml_node *list,
	const struct sg_layout_list *charts, struct sg_err *err)
{
	struct sg_layout *layout = chart->layout;
	const char *above = sg_layout_path(layout, chart->folder, "charts");

	for (size_t i = 0; i < charts->count && i < DEPENDENCIES_MAX; i++) {
		const char *name = charts->items[i].name;

		if (charts->items[i].is_dir && !is_dependency(list, name) &&
			read_part(chart, sg_layout_path(layout, above, name), name, err) < 0)
			return -1;
	}
	return 0;
}

static int read_parts(const struct chart *chart, struct sg_err *err)
{
	struct sg_layout *layout = chart->layout;
	const char *file = sg_layout_path(layout, chart->folder, "Chart.yaml");
	struct sg_buf text SG_AUTO(sg_buf_release);
	const struct sg_yaml_node *list = NULL;
	struct sg_err ignored = SG_ERR_INIT;
	struct sg_layout_list charts;
	struct sg_yaml_node *root;
	bool there;

	sg_buf_init(&text, 0);
	if (sg_layout_list(layout, sg_layout_path(layout, chart->folder, "charts"), &charts, err) <
			0 ||
		sg_layout_text(layout, file, &text, &there, err) < 0)
		return -1;
	if (there && sg_yaml_load_lenient(
			     layout->world->arena, file, sg_buf_str(&text), &root, &ignored) == 0)
		list = sg_yaml_get(root, "dependencies");
	if (read_dependencies(chart, list, &charts, err) < 0)
		return -1;
	return read_others(chart, list, &charts, err);
}

static int read_chart(const struct chart *chart, struct sg_err *err)
{
	if (read_parts(chart, err) < 0)
		return -1;
	return sg_layout_values(chart->layout,
		sg_layout_path(chart->layout, chart->folder, "values.yaml"), chart->prefix,
		SG_RANK_CHART - chart->level, chart->group, false, err);
}

int sg_layout_chart(struct sg_layout *layout, const char *folder, int group, struct sg_err *err)
{
	const struct chart chart = {
		.layout = layout, .folder = folder, .prefix = "", .group = group};

	return read_chart(&chart, err);
}
