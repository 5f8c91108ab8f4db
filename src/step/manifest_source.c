#include "step/manifest_source.h"

#include <string.h>

#include "base/attr.h"
#include "model/image.h"

static const char *fill(struct sg_manifest_reader *r, struct sg_str text)
{
	return r->params ? sg_generator_fill(r->arena, text, r->params)
			 : sg_arena_dup(r->arena, text);
}

static void unknown(struct sg_manifest_reader *r, struct sg_manifest_source *source,
	const char *field, struct sg_str text)
{
	if (!source->unknown)
		source->unknown = sg_arena_printf(
			r->arena, "%s: %.*s", field, SG_STR_ARG(sg_str_sub(text, 0, 200)));
}

/* The text of a member, filled in; "" where it cannot be known. */
static const char *text_of(struct sg_manifest_reader *r, size_t map, const char *name,
	struct sg_manifest_source *source)
{
	struct sg_str text = sg_edit_member_text(r->tree, map, name);
	const char *filled = fill(r, text);

	if (filled)
		return filled;
	unknown(r, source, name, text);
	return "";
}

static bool is_true(struct sg_manifest_reader *r, size_t map, const char *name)
{
	return sg_str_is(sg_edit_member_text(r->tree, map, name), "true");
}

static void read_value_files(
	struct sg_manifest_reader *r, size_t helm, struct sg_manifest_source *source)
{
	size_t list = sg_edit_member(r->tree, helm, "valueFiles"), at = 0;
	const char **files = NULL;
	size_t count = 0;

	while ((at = sg_edit_next_item(r->tree, list, at)) != 0) {
		struct sg_yaml_event event = sg_edit_event(r->tree, at);
		const char *file = event.kind == SG_YAML_SCALAR ? fill(r, event.value) : NULL;

		if (file)
			*(const char **)sg_arena_push(r->arena, &files, &count, sizeof(file)) =
				file;
		else
			unknown(r, source, "valueFiles", event.value);
	}
	source->value_files = files;
	source->value_file_count = count;
}

/*
 * What stands in a template, or in a text inside of another, is no place: it cannot be edited for
 * one application alone. LINE: where that text begins; 0: the lines are those of the file.
 */
static void let_go_of_keys(struct sg_edit_shapes *shapes, int line)
{
	for (size_t i = 0; i < shapes->count; i++) {
		struct sg_edit_shape *shape = &shapes->items[i];
		struct sg_edit_scalar *const fields[] = {&shape->reference, &shape->registry_field,
			&shape->repository_field, &shape->tag_field, &shape->digest_field};

		for (size_t j = 0; j < SG_COUNT(fields); j++) {
			fields[j]->key = NULL;
			fields[j]->line = line ? line : fields[j]->line;
		}
	}
}

static void read_text_of_values(struct sg_manifest_reader *r, size_t node, const char *path,
	struct sg_manifest_source *source)
{
	struct sg_yaml_event event = sg_edit_event(r->tree, node);
	struct sg_err ignored = SG_ERR_INIT;
	const char *text = event.kind == SG_YAML_SCALAR ? fill(r, event.value) : NULL;

	if (!text || sg_edit_shapes(r->arena, path, sg_str_of(text), &source->values, &ignored) < 0)
		unknown(r, source, "values", SG_STR("a text that cannot be read"));
	let_go_of_keys(&source->values, event.line);
}

/* The shapes of the manifest below PATH, which ends with "." or "|", as if that were the root. */
static void take_below(struct sg_manifest_reader *r, const char *path, const char *field,
	struct sg_manifest_source *source)
{
	struct sg_err ignored = SG_ERR_INIT;
	struct sg_edit_shapes all = {0};
	size_t len = strlen(path);

	source->values = (struct sg_edit_shapes){0};
	if (sg_edit_tree_shapes(r->arena, r->tree, &all, &ignored) < 0)
		unknown(r, source, field, SG_STR("values that cannot be read"));
	for (size_t i = 0; i < all.count; i++) {
		const char *at = all.items[i].at;
		bool is_root = strlen(at) == len - 1 && path[len - 1] == '.';
		struct sg_edit_shape *row;

		if (strncmp(at, path, is_root ? len - 1 : len) != 0)
			continue;
		row = sg_arena_push(
			r->arena, &source->values.items, &source->values.count, sizeof(*row));
		*row = all.items[i];
		row->at = is_root ? "" : at + len;
	}
}

static void read_values(struct sg_manifest_reader *r, size_t helm, const char *path,
	struct sg_manifest_source *source)
{
	size_t object = sg_edit_member(r->tree, helm, "valuesObject");
	size_t text = sg_edit_member(r->tree, helm, "values");

	source->has_values = source->has_values || object || text;
	if (object && sg_edit_event(r->tree, object).kind == SG_YAML_MAP_START)
		take_below(r, sg_arena_printf(r->arena, "%s.valuesObject.", path), "valuesObject",
			source);
	else if (text && r->params)
		read_text_of_values(r, text, path, source);
	else if (text)
		take_below(r, sg_arena_printf(r->arena, "%s.values|", path), "values", source);
}

static struct sg_edit_shape *add(
	struct sg_manifest_reader *r, struct sg_edit_shapes *shapes, size_t node)
{
	struct sg_edit_shape *row =
		sg_arena_push(r->arena, &shapes->items, &shapes->count, sizeof(*row));

	row->line = sg_edit_event(r->tree, node).line;
	row->column = sg_edit_event(r->tree, node).column;
	return row;
}

/* The last name of "image.tag"; *ret_before is the path before it. */
static const char *last_of(struct sg_arena *arena, const char *name, const char **ret_before)
{
	const char *dot = strrchr(name, '.');

	*ret_before = dot ? sg_arena_dup(arena, (struct sg_str){name, (size_t)(dot - name)}) : "";
	return dot ? dot + 1 : name;
}

/* The field that the last name of a parameter speaks of; NULL: of none. */
static struct sg_edit_scalar *field_of(struct sg_edit_shape *shape, const char *name)
{
	const struct {
		const char *name;
		struct sg_edit_scalar *field;
	} known[] = {
		{"registry", &shape->registry_field},
		{"repository", &shape->repository_field},
		{"tag", &shape->tag_field},
		{"digest", &shape->digest_field},
		{"image", &shape->reference},
	};

	for (size_t i = 0; i < SG_COUNT(known); i++)
		if (strcmp(name, known[i].name) == 0)
			return known[i].field;
	return NULL;
}

static void fill_reference(struct sg_manifest_reader *r, struct sg_edit_shape *row)
{
	struct sg_image image;

	if (!sg_image_parse(sg_str_of(row->reference.value), &image))
		return;
	row->repository = sg_arena_dup(r->arena, image.repository);
	row->tag = sg_arena_dup_or_null(r->arena, image.tag);
	row->digest = sg_arena_dup_or_null(r->arena, image.digest);
}

static void read_parameter(struct sg_manifest_reader *r, size_t item, const char *path,
	struct sg_manifest_source *source)
{
	size_t value = sg_edit_member(r->tree, item, "value");
	const char *name = fill(r, sg_edit_member_text(r->tree, item, "name"));
	const char *text = fill(r, sg_edit_member_text(r->tree, item, "value"));
	struct sg_edit_shape row = {.kind = SG_SHAPE_FIELDS}, *added;
	struct sg_edit_scalar *field;
	const char *before;

	if (!name) {
		unknown(r, source, "parameters", sg_edit_member_text(r->tree, item, "name"));
		return;
	}
	*(struct sg_manifest_set *)sg_arena_push(
		r->arena, &source->sets, &source->set_count, sizeof(struct sg_manifest_set)) =
		(struct sg_manifest_set){name, sg_edit_event(r->tree, item).line};
	field = strchr(name, '\\') ? NULL : field_of(&row, last_of(r->arena, name, &before));
	if (!field)
		return;
	*field = (struct sg_edit_scalar){
		.key = value ? sg_arena_printf(r->arena, "%s.value", path) : NULL,
		.value = text ? text : "",
		.line = sg_edit_event(r->tree, value ? value : item).line,
	};
	row.at = before;
	if (field == &row.reference) {
		row.kind = SG_SHAPE_REFERENCE;
		row.at = name;
		fill_reference(r, &row);
	} else if (field == &row.repository_field) {
		row.repository = field->value;
	}
	added = add(r, &source->parameters, item);
	row.line = added->line;
	row.column = added->column;
	*added = row;
}

static void read_parameters(struct sg_manifest_reader *r, size_t helm, const char *path,
	struct sg_manifest_source *source)
{
	static const char *const lists[] = {"parameters", "fileParameters"};

	if (sg_edit_member(r->tree, helm, "parameters")) {
		source->has_parameters = true;
		source->parameters = (struct sg_edit_shapes){0};
		source->sets = NULL;
		source->set_count = 0;
	}
	for (size_t i = 0; i < SG_COUNT(lists); i++) {
		size_t list = sg_edit_member(r->tree, helm, lists[i]), at = 0, index = 0;

		while ((at = sg_edit_next_item(r->tree, list, at)) != 0)
			read_parameter(r, at,
				sg_arena_printf(r->arena, "%s.%s[%zu]", path, lists[i], index++),
				source);
	}
}

/* "[old=]name[:tag|@digest]" */
static void read_image(struct sg_manifest_reader *r, size_t item, const char *path,
	struct sg_manifest_source *source)
{
	struct sg_yaml_event event = sg_edit_event(r->tree, item);
	const char *text = event.kind == SG_YAML_SCALAR ? fill(r, event.value) : NULL;
	const char *equals = text ? strchr(text, '=') : NULL;
	struct sg_edit_shape *row;

	if (!text) {
		unknown(r, source, "kustomize.images", event.value);
		return;
	}
	row = add(r, &source->images, item);
	row->kind = SG_SHAPE_REFERENCE;
	row->at = path;
	row->reference = (struct sg_edit_scalar){
		.key = equals ? NULL : path,
		.value = equals ? equals + 1 : text,
		.line = event.line,
	};
	fill_reference(r, row);
}

static void read_images(struct sg_manifest_reader *r, size_t kustomize, const char *path,
	struct sg_manifest_source *source)
{
	size_t list = sg_edit_member(r->tree, kustomize, "images"), at = 0, index = 0;

	if (list)
		source->images = (struct sg_edit_shapes){0};
	source->has_images = source->has_images || list;
	while ((at = sg_edit_next_item(r->tree, list, at)) != 0)
		read_image(
			r, at, sg_arena_printf(r->arena, "%s.images[%zu]", path, index++), source);
}

void sg_manifest_source_set(struct sg_manifest_reader *r, size_t node, const char *path,
	struct sg_manifest_source *source)
{
	size_t helm = sg_edit_member(r->tree, node, "helm");
	size_t kustomize = sg_edit_member(r->tree, node, "kustomize");
	const char *dot = *path ? "." : "";

	if (helm) {
		const char *below = sg_arena_printf(r->arena, "%s%shelm", path, dot);

		read_values(r, helm, below, source);
		read_parameters(r, helm, below, source);
	}
	if (kustomize)
		read_images(r, kustomize, sg_arena_printf(r->arena, "%s%skustomize", path, dot),
			source);
	if (r->params) {
		let_go_of_keys(&source->values, 0);
		let_go_of_keys(&source->parameters, 0);
		let_go_of_keys(&source->images, 0);
	}
}

void sg_manifest_source_read(
	struct sg_manifest_reader *r, size_t node, const char *path, struct sg_manifest_source *ret)
{
	size_t helm = sg_edit_member(r->tree, node, "helm");
	size_t directory = sg_edit_member(r->tree, node, "directory");

	*ret = (struct sg_manifest_source){
		.ignore_missing = is_true(r, helm, "ignoreMissingValueFiles"),
		.recurse = is_true(r, directory, "recurse"),
	};
	ret->repo_url = text_of(r, node, "repoURL", ret);
	ret->path = text_of(r, node, "path", ret);
	ret->chart = text_of(r, node, "chart", ret);
	ret->ref = text_of(r, node, "ref", ret);
	if (sg_edit_member(r->tree, node, "plugin"))
		unknown(r, ret, "plugin", SG_STR("what it makes of the files"));
	if (helm)
		read_value_files(r, helm, ret);
	sg_manifest_source_set(r, node, path, ret);
}
