#include "step/manifest.h"

#include <string.h>

#include "base/buf.h"
#include "step/manifest_source.h"

#define SOURCES_MAX 64
#define PATH_MAX_BYTES 1024

struct finding {
	struct sg_manifest_reader reader;
	struct sg_edit_tree *tree;
	const struct sg_manifest_wish *wish;
	struct sg_manifests *found;
};

static bool is_argo(struct sg_edit_tree *tree, size_t root, const char *kind)
{
	return sg_str_starts(sg_edit_member_text(tree, root, "apiVersion"), "argoproj.io/") &&
	       sg_str_is(sg_edit_member_text(tree, root, "kind"), kind);
}

static struct sg_str name_in(struct sg_edit_tree *tree, size_t map, const char *key)
{
	return sg_edit_member_text(tree, sg_edit_member(tree, map, "metadata"), key);
}

/* The template of the names that an ApplicationSet gives. */
static struct sg_str name_pattern(struct sg_edit_tree *tree, size_t root)
{
	size_t spec = sg_edit_member(tree, root, "spec");

	return name_in(tree, sg_edit_member(tree, spec, "template"), "name");
}

/* ---- the application of a spec ---- */

/* The path of an item of `sources`, as edit/shapes writes it. */
static const char *path_of_item(
	struct finding *f, const char *path, size_t list, size_t item, size_t index)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};

	sg_buf_init(&out, f->tree->text.len * 2 + PATH_MAX_BYTES);
	sg_buf_addf(&out, "%s.sources", path);
	(void)sg_edit_put_item(f->tree, list, item, index, &out);
	return sg_arena_dup(f->reader.arena, sg_buf_str(&out));
}

static void read_list(struct finding *f, size_t list, const char *path,
	struct sg_manifest_source **sources, size_t *count)
{
	struct sg_arena *arena = f->reader.arena;
	size_t at = 0;

	while (*count < SOURCES_MAX && (at = sg_edit_next_item(f->tree, list, at)) != 0) {
		const char *below = path_of_item(f, path, list, at, *count);

		sg_manifest_source_read(&f->reader, at, below,
			sg_arena_push(arena, sources, count, sizeof(**sources)));
	}
}

/* The sources of SPEC, which stands at PATH. `sources` wins over `source` (argocd.md 1.1). */
static void read_sources(
	struct finding *f, size_t spec, const char *path, struct sg_manifest *manifest)
{
	struct sg_arena *arena = f->reader.arena;
	size_t list = sg_edit_member(f->tree, spec, "sources");
	size_t one = sg_edit_member(f->tree, spec, "source");
	struct sg_manifest_source *sources = NULL;
	size_t count = 0;

	read_list(f, list, path, &sources, &count);
	if (count == 0 && one)
		sg_manifest_source_read(&f->reader, one, sg_arena_printf(arena, "%s.source", path),
			sg_arena_push(arena, &sources, &count, sizeof(*sources)));
	manifest->sources = sources;
	manifest->source_count = count;
}

static struct sg_manifest *add(struct finding *f, size_t node)
{
	struct sg_manifest *manifest = sg_arena_push(
		f->reader.arena, &f->found->items, &f->found->count, sizeof(*manifest));

	manifest->file = sg_arena_strdup(f->reader.arena, f->tree->file);
	manifest->line = sg_edit_event(f->tree, node).line;
	manifest->name = f->wish->name;
	return manifest;
}

static bool namespace_fits(const struct finding *f, struct sg_str namespace)
{
	return namespace.len == 0 || f->wish->namespace[0] == '\0' ||
	       sg_str_is(namespace, f->wish->namespace);
}

static void look_at_application(struct finding *f, size_t root, const char *document)
{
	struct sg_str namespace = name_in(f->tree, root, "namespace");
	size_t spec = sg_edit_member(f->tree, root, "spec");
	struct sg_manifest *manifest;

	if (!spec || !sg_str_is(name_in(f->tree, root, "name"), f->wish->name) ||
		!namespace_fits(f, namespace))
		return;
	manifest = add(f, root);
	manifest->namespace = sg_arena_dup(f->reader.arena, namespace);
	f->reader.params = NULL;
	read_sources(f, spec, sg_arena_printf(f->reader.arena, "%sspec", document), manifest);
}

/* ---- the applications of a set ---- */

static void add_generated(struct finding *f, size_t root, const struct sg_params *params, bool open,
	const char *document)
{
	size_t outer = sg_edit_member(f->tree, root, "spec");
	size_t template = sg_edit_member(f->tree, outer, "template");
	size_t spec = sg_edit_member(f->tree, template, "spec");
	struct sg_manifest *manifest;

	if (!spec)
		return;
	manifest = add(f, root);
	manifest->namespace = sg_arena_dup(f->reader.arena, name_in(f->tree, root, "namespace"));
	manifest->generated = true;
	manifest->open = open;
	f->reader.params = params;
	read_sources(f, spec, sg_arena_printf(f->reader.arena, "%sspec.template.spec", document),
		manifest);
}

static void look_at_set(struct finding *f, size_t root, const char *document)
{
	static const struct sg_params none = {0};
	size_t spec = sg_edit_member(f->tree, root, "spec");
	struct sg_str pattern = name_pattern(f->tree, root);
	struct sg_param_sets sets;
	size_t before = f->found->count;

	if (!spec || !sg_generator_may_give(pattern, f->wish->name) ||
		!namespace_fits(f, name_in(f->tree, root, "namespace")))
		return;
	sg_generator_sets(f->reader.arena, f->tree, sg_edit_member(f->tree, spec, "generators"),
		f->wish->folders, &sets);
	for (size_t i = 0; i < sets.count; i++) {
		const char *name = sg_generator_fill(f->reader.arena, pattern, &sets.items[i]);

		if (name && strcmp(name, f->wish->name) == 0)
			add_generated(f, root, &sets.items[i], false, document);
	}
	/* It may be made of what others say: what the template leaves open is not known then. */
	if (sets.open && f->found->count == before)
		add_generated(f, root, &none, true, document);
}

/* ---- documents ---- */

void sg_manifest_find(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_manifest_wish *wish, struct sg_manifests *found)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct finding f = {.tree = tree, .wish = wish, .found = found};
	size_t documents = sg_edit_count_documents(tree), number = 0;

	f.reader = (struct sg_manifest_reader){.arena = arena, .tree = tree};
	for (size_t i = 0; i < tree->events.count; i++) {
		const char *document = "";

		if (sg_edit_event(tree, i).kind != SG_YAML_DOC_START)
			continue;
		if (documents > 1)
			document = sg_arena_printf(&scratch, "%zu:", number++);
		if (is_argo(tree, i + 1, "Application"))
			look_at_application(&f, i + 1, document);
		else if (is_argo(tree, i + 1, "ApplicationSet"))
			look_at_set(&f, i + 1, document);
	}
}

void sg_manifest_each(struct sg_edit_tree *tree,
	void (*each)(void *arg, struct sg_str name, bool is_set), void *arg)
{
	for (size_t i = 0; i < tree->events.count; i++) {
		if (sg_edit_event(tree, i).kind != SG_YAML_DOC_START)
			continue;
		if (is_argo(tree, i + 1, "Application"))
			each(arg, name_in(tree, i + 1, "name"), false);
		else if (is_argo(tree, i + 1, "ApplicationSet"))
			each(arg, name_pattern(tree, i + 1), true);
	}
}

int sg_manifest_override(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_manifest_source *source, struct sg_err *err)
{
	struct sg_manifest_reader reader = {.arena = arena, .tree = tree};
	static const struct sg_edit_document only = {.kind = SG_DOCUMENT_ONLY};
	size_t root;

	if (sg_edit_document(tree, &only, &root, err) < 0)
		return -1;
	sg_manifest_source_set(&reader, root, "", source);
	return 0;
}
