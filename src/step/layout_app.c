/* The files that an application of Argo CD reads, in its order of precedence. */
#include <string.h>

#include "model/place.h"
#include "model/repo_url.h"
#include "step/layout.h"

struct app {
	struct sg_layout *layout;
	const struct sg_manifest *manifest;
	const struct sg_manifest_source *source;
	const char *folder; /* of the source; NULL: not in this repository */
	int group;
	int rank;         /* of the next values file */
	size_t elsewhere; /* sources and values files of other repositories */
};

static int cannot_say(const struct app *app, const char *what, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_PLACE_NOT_FOUND,
		"where its image stands cannot be told from the files: %s", what);
	return sg_hint(err, "name the places of %s by `update:`", app->layout->service);
}

static int folder_of(const struct app *app, const struct sg_manifest_source *source,
	const char **ret, struct sg_err *err)
{
	return sg_repo_folder_join(app->layout->world->arena, "", source->path, ret, err);
}

/* A clone does not say whose it is: there whatever has the path is taken for it. */
static int is_ours(const struct app *app, const struct sg_manifest_source *source, bool *ret,
	struct sg_err *err)
{
	struct sg_layout_list list;
	const char *folder;

	*ret = false;
	if (*source->chart)
		return 0;
	if (app->layout->source->url) {
		*ret = sg_repo_url_alike(source->repo_url, app->layout->source->url);
		return 0;
	}
	*ret = true;
	if (!*source->path)
		return 0;
	if (folder_of(app, source, &folder, err) < 0 ||
		sg_layout_list(app->layout, folder, &list, err) < 0)
		return -1;
	*ret = list.there;
	return 0;
}

/* The source that "$NAME/..." speaks of; NULL: none. */
static const struct sg_manifest_source *source_of(const struct app *app, struct sg_str name)
{
	for (size_t i = 0; i < app->manifest->source_count; i++)
		if (*app->manifest->sources[i].ref &&
			sg_str_is(name, app->manifest->sources[i].ref))
			return &app->manifest->sources[i];
	return NULL;
}

static int values_at(struct app *app, const char *folder, const char *file, struct sg_err *err)
{
	struct sg_layout *layout = app->layout;
	const char *path;

	if (sg_repo_path_join(layout->world->arena, folder, file, &path, err) < 0)
		return -1;
	return sg_layout_values(
		layout, path, "", app->rank++, app->group, !app->source->ignore_missing, err);
}

/* "$values/clusters/dev/web.yaml": from the root of the source with that `ref`. */
static int values_of_ref(struct app *app, const char *file, struct sg_err *err)
{
	struct sg_str rest = sg_str_sub(sg_str_of(file), 1, strlen(file)), name;
	const struct sg_manifest_source *source;
	bool ours;

	if (!sg_str_cut(&rest, '/', &name) || rest.len == 0)
		return cannot_say(app, file, err);
	source = source_of(app, name);
	if (!source)
		return cannot_say(app,
			sg_arena_printf(app->layout->world->arena,
				"the values file \"%s\", and no source has that ref", file),
			err);
	if (is_ours(app, source, &ours, err) < 0)
		return -1;
	if (ours)
		return values_at(app, "", sg_arena_dup(app->layout->world->arena, rest), err);
	app->elsewhere++;
	return 0;
}

static int values_file(struct app *app, const char *file, struct sg_err *err)
{
	struct sg_arena *arena = app->layout->world->arena;

	if (file[0] == '$')
		return values_of_ref(app, file, err);
	if (strstr(file, "://") || !app->folder) {
		app->elsewhere++;
		return 0;
	}
	if (strpbrk(file, "*?[$"))
		return cannot_say(app,
			sg_arena_printf(arena, "the values file \"%s\" is a pattern", file), err);
	/* From the root of the repository. */
	if (file[0] == '/')
		return values_at(app, "", file + 1, err);
	return values_at(app, app->folder, file, err);
}

static int values_files(struct app *app, struct sg_err *err)
{
	app->rank = SG_RANK_CHART + 1;
	for (size_t i = 0; i < app->source->value_file_count; i++)
		if (values_file(app, app->source->value_files[i], err) < 0)
			return -1;
	return 0;
}

static void own(
	struct app *app, const char *file, const struct sg_manifest_source *source, int above)
{
	struct sg_layout *layout = app->layout;
	struct sg_layout_row like = {
		.rank = SG_RANK_OWN + above, .group = app->group, .values = true};

	sg_layout_add(layout, file, &source->values, &like);
	like.rank = SG_RANK_PARAMETERS + above;
	sg_layout_add(layout, file, &source->parameters, &like);
	like = (struct sg_layout_row){.rank = SG_RANK_TOP + 1};
	sg_layout_add(layout, file, &source->images, &like);
	for (size_t i = 0; i < source->set_count; i++)
		*(struct sg_layout_set *)sg_arena_push(layout->world->arena, &layout->sets,
			&layout->set_count, sizeof(struct sg_layout_set)) = (struct sg_layout_set){
			source->sets[i].name, file, source->sets[i].line, app->group};
}

/* .argocd-source.yaml, and the one of this application, change what the manifest says. */
static int overrides(struct app *app, struct sg_manifest_source *source, const char **ret_file,
	struct sg_err *err)
{
	struct sg_layout *layout = app->layout;
	const char *names[] = {
		".argocd-source.yaml", sg_arena_printf(layout->world->arena,
					       ".argocd-source-%s.yaml", app->manifest->name)};

	for (size_t i = 0; i < SG_COUNT(names); i++) {
		SG_AUTO(sg_file_close_ptr) struct sg_file *opened = NULL;
		const char *file = sg_layout_path(layout, app->folder, names[i]);
		struct sg_edit_tree tree;

		if (sg_layout_open(layout, file, &opened, err) < 0)
			return -1;
		if (!opened)
			continue;
		if (sg_file_tree(opened, &tree, err) < 0 ||
			sg_manifest_override(layout->world->arena, &tree, source, err) < 0)
			return -1;
		*ret_file = file;
	}
	return 0;
}

/* What the manifest sets, and what a file beside the values puts in the place of its lists. */
static int set_there(struct app *app, struct sg_err *err)
{
	struct sg_manifest_source said = *app->source, over = {0};
	const char *file = NULL;

	if (app->folder && overrides(app, &over, &file, err) < 0)
		return -1;
	if (over.unknown)
		return cannot_say(app, over.unknown, err);
	if (over.has_values && said.has_values)
		return cannot_say(app,
			sg_arena_printf(app->layout->world->arena,
				"the manifest sets values, and %s does", file),
			err);
	if (over.has_parameters) {
		said.parameters = (struct sg_edit_shapes){0};
		said.set_count = 0;
	}
	if (over.has_images)
		said.images = (struct sg_edit_shapes){0};
	own(app, app->manifest->file, &said, 0);
	if (file)
		own(app, file, &over, 1);
	return 0;
}

static int files_of(struct app *app, struct sg_err *err)
{
	struct sg_layout *layout = app->layout;
	struct sg_layout_list list;
	const char *name;

	if (!app->folder)
		return values_files(app, err);
	if (sg_layout_require(layout, app->folder, &list, err) < 0)
		return -1;
	if (sg_layout_has(&list, "Chart.yaml", false) || app->source->value_file_count) {
		if (sg_layout_chart(layout, app->folder, app->group, err) < 0)
			return -1;
		return values_files(app, err);
	}
	name = sg_layout_kustomization(&list);
	if (name)
		return sg_layout_kustomize(layout, app->folder, err);
	return sg_layout_directory(
		layout, app->folder, &list, app->source->recurse ? SG_LAYOUT_LEVELS : 0, err);
}

static int read_source(struct app *app, struct sg_err *err)
{
	const struct sg_manifest_source *source = app->source;
	bool ours;

	if (source->unknown)
		return cannot_say(app, source->unknown, err);
	if (is_ours(app, source, &ours, err) < 0)
		return -1;
	app->folder = NULL;
	if (ours && *source->path && folder_of(app, source, &app->folder, err) < 0)
		return -1;
	/* A source with nothing but a ref is there for the values files of others. */
	if (ours && !app->folder)
		return 0;
	app->elsewhere += !ours;
	if (files_of(app, err) < 0)
		return -1;
	return set_there(app, err);
}

int sg_layout_application(
	struct sg_layout *layout, const struct sg_manifest *manifest, struct sg_err *err)
{
	struct app app = {.layout = layout, .manifest = manifest};

	for (size_t i = 0; i < manifest->source_count; i++) {
		app.source = &manifest->sources[i];
		app.group = (int)i;
		if (read_source(&app, err) == 0)
			continue;
		/* The service is there; what its application names is not. */
		if (err->reason == SG_R_FILE_NOT_FOUND)
			err->reason = SG_R_PLACE_NOT_FOUND;
		return -1;
	}
	if (layout->file_count || layout->row_count || !app.elsewhere)
		return 0;
	return cannot_say(&app,
		sg_arena_printf(layout->world->arena, "it reads %s, and nothing of this repository",
			manifest->sources[0].repo_url),
		err);
}
