/* The default values of a chart, and of the charts in it as it sees them. */
#include <string.h>

#include "edit/node.h"
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

/* `dependencies` of its Chart.yaml, and the folders that lie in charts/. */
struct parts {
	struct sg_edit_tree tree;
	size_t dependencies; /* 0: none */
	struct sg_layout_list charts;
};

static const char *text_of(
	const struct chart *chart, struct parts *parts, size_t map, const char *key)
{
	return sg_arena_dup(
		chart->layout->world->arena, sg_edit_member_text(&parts->tree, map, key));
}

/* Where a dependency lies in this repository; NULL: elsewhere. */
static const char *folder_of(const struct chart *chart, struct parts *parts, size_t dependency)
{
	static const char local[] = "file://";
	struct sg_layout *layout = chart->layout;
	const char *name = text_of(chart, parts, dependency, "name");
	const char *from = text_of(chart, parts, dependency, "repository");
	struct sg_err ignored = SG_ERR_INIT;
	const char *folder;

	if (sg_str_starts(sg_str_of(from), local))
		return sg_repo_path_join(layout->world->arena, chart->folder,
			       from + sizeof(local) - 1, &folder, &ignored) == 0
			       ? folder
			       : NULL;
	if (!sg_layout_has(&parts->charts, name, true))
		return NULL;
	return sg_layout_path(layout, sg_layout_path(layout, chart->folder, "charts"), name);
}

static int read_dependencies(const struct chart *chart, struct parts *parts, struct sg_err *err)
{
	size_t at = 0, count = 0;

	while (count++ < DEPENDENCIES_MAX &&
		(at = sg_edit_next_item(&parts->tree, parts->dependencies, at)) != 0) {
		const char *folder = folder_of(chart, parts, at);
		const char *alias = text_of(chart, parts, at, "alias");

		if (folder && read_part(chart, folder,
				      *alias ? alias : text_of(chart, parts, at, "name"), err) < 0)
			return -1;
	}
	return 0;
}

static bool is_dependency(struct parts *parts, const char *name)
{
	size_t at = 0;

	while ((at = sg_edit_next_item(&parts->tree, parts->dependencies, at)) != 0)
		if (sg_str_is(sg_edit_member_text(&parts->tree, at, "name"), name))
			return true;
	return false;
}

/* Charts that just lie there. */
static int read_others(const struct chart *chart, struct parts *parts, struct sg_err *err)
{
	struct sg_layout *layout = chart->layout;
	const char *above = sg_layout_path(layout, chart->folder, "charts");

	for (size_t i = 0; i < parts->charts.count && i < DEPENDENCIES_MAX; i++) {
		const char *name = parts->charts.items[i].name;

		if (parts->charts.items[i].is_dir &&
			!(parts->dependencies && is_dependency(parts, name)) &&
			read_part(chart, sg_layout_path(layout, above, name), name, err) < 0)
			return -1;
	}
	return 0;
}

static int read_parts(const struct chart *chart, struct sg_err *err)
{
	static const struct sg_edit_document only = {.kind = SG_DOCUMENT_ONLY};
	struct sg_layout *layout = chart->layout;
	SG_AUTO(sg_file_close_ptr) struct sg_file *opened = NULL;
	struct sg_err ignored = SG_ERR_INIT;
	struct parts parts = {0};
	size_t root;

	if (sg_layout_list(layout, sg_layout_path(layout, chart->folder, "charts"), &parts.charts,
		    err) < 0 ||
		sg_layout_open(layout, sg_layout_path(layout, chart->folder, "Chart.yaml"), &opened,
			err) < 0)
		return -1;
	if (opened && sg_file_tree(opened, &parts.tree, &ignored) == 0 &&
		sg_edit_document(&parts.tree, &only, &root, &ignored) == 0)
		parts.dependencies = sg_edit_member(&parts.tree, root, "dependencies");
	if (parts.dependencies && read_dependencies(chart, &parts, err) < 0)
		return -1;
	return read_others(chart, &parts, err);
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
