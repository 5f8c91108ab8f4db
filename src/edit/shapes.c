#include "edit/shapes.h"

#include "edit/shape_walk.h"

/* What all answers together may take. */
#define ANSWER_MAX_BYTES (32u << 20)
/* Texts of YAML in each other, as in paths. */
#define NESTED_MAX 4

static void visit(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t node);

/* `images` of `kustomize:` in resources of Argo CD and Flux. */
static bool is_below_kustomize(const struct sg_shape_up *up)
{
	return up->up && sg_str_is(up->up->key, "kustomize");
}

/* Or those of a kustomization, and of Flux's. */
static bool is_kustomize_list(const struct sg_shape_up *up)
{
	const struct sg_shape_up *holder = up->up;

	if (!holder)
		return false;
	return is_below_kustomize(up) || !holder->up ||
	       (sg_str_is(holder->key, "spec") && !holder->up->up);
}

static void visit_item(
	struct sg_shape_walk *w, const struct sg_shape_up *up, size_t item, bool unique)
{
	struct sg_shape_up here = {.up = up, .node = item, .registry = up->registry};
	struct sg_shape_keys keys;

	if (!w->markers && sg_str_is(up->key, "images")) {
		sg_shape_look_at_listed(w, item, is_below_kustomize(up));
		if (sg_edit_event(w->tree, item).kind == SG_YAML_MAP_START) {
			sg_shape_keys_read(w->tree, item, &keys);
			if (sg_shape_look_at_entry(w, &keys, item, unique, is_kustomize_list(up)))
				return;
		}
	}
	visit(w, &here, item);
}

static void visit_list(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t list)
{
	size_t index = 0;

	if (!w->markers && up->up && sg_str_is(up->key, "parameters") &&
		sg_str_is(up->up->key, "helm"))
		sg_shape_look_at_parameters(w, up, list);
	for (size_t at = list + 1; sg_edit_event(w->tree, at).kind != SG_YAML_SEQ_END;
		at = sg_edit_node_end(w->tree, at), index++) {
		size_t len = w->path.len;
		bool unique = sg_shape_push_item(w, list, at, index);

		visit_item(w, up, at, unique);
		sg_shape_pop(w, len);
	}
}

static bool is_data(struct sg_str kind, struct sg_str key)
{
	return (sg_str_is(kind, "ConfigMap") || sg_str_is(kind, "Secret")) &&
	       (sg_str_is(key, "data") || sg_str_is(key, "stringData") ||
		       sg_str_is(key, "binaryData"));
}

/* What `global` says about the registry of all images; two sayings are none. */
static struct sg_str global_registry(const struct sg_shape_walk *w, size_t global)
{
	struct sg_str first = sg_edit_member_text(w->tree, global, "imageRegistry"), second;
	size_t image = sg_edit_member(w->tree, global, "image");

	if (!image || sg_edit_member(w->tree, image, "repository"))
		return first;
	second = sg_edit_member_text(w->tree, image, "registry");
	if (!first.len || !second.len)
		return first.len ? first : second;
	return sg_str_eq(first, second) ? first : (struct sg_str){"", 0};
}

static void visit_map(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t map)
{
	struct sg_shape_up here = *up;
	struct sg_shape_keys keys;
	struct sg_str kind;

	sg_shape_keys_read(w->tree, map, &keys);
	if (keys.value[SG_NAME_GLOBAL])
		here.registry = global_registry(w, keys.value[SG_NAME_GLOBAL]);
	kind = sg_shape_text(w, keys.value[SG_NAME_KIND]);
	if (!w->markers)
		sg_shape_look_at_map(w, &here, &keys, map);
	for (size_t at = map + 1; sg_edit_event(w->tree, at).kind != SG_YAML_MAP_END;) {
		struct sg_yaml_event key = sg_edit_event(w->tree, at);
		size_t value = sg_edit_node_end(w->tree, at), len = w->path.len;
		struct sg_shape_up below = {&here, key.value, value, here.registry};

		at = sg_edit_node_end(w->tree, value);
		if (key.kind != SG_YAML_SCALAR || sg_str_find(key.value, '\0') >= 0 ||
			(!w->markers && is_data(kind, key.value)))
			continue;
		(void)sg_shape_push_key(w, key.value);
		visit(w, &below, value);
		sg_shape_pop(w, len);
	}
}

/* Values of Helm as a text: `helm.values` of Argo CD, `valuesContent` of HelmChart. */
static bool holds_values(const struct sg_shape_up *up)
{
	return sg_str_is(up->key, "valuesContent") ||
	       (up->up && sg_str_is(up->key, "values") && sg_str_is(up->up->key, "helm"));
}

static void visit_documents(struct sg_shape_walk *w);

/* What is no YAML, or a template, is no place. */
static void visit_text(struct sg_shape_walk *w, size_t node)
{
	struct sg_yaml_event event = sg_edit_event(w->tree, node);
	struct sg_shape_walk outer = *w;
	struct sg_edit_tree tree = {.text = event.value};
	struct sg_err ignored = SG_ERR_INIT;
	int line = sg_shape_line(w, &event);

	if (w->nested == NESTED_MAX)
		return;
	tree.file = sg_arena_printf(w->scratch, "%s:%d, the text", w->tree->file, line);
	if (sg_edit_tree_read(w->scratch, &tree, &ignored) < 0)
		return;
	sg_buf_addc(&w->path, '|');
	w->nested++;
	w->line = line;
	w->fixed = outer.fixed || event.style != SG_YAML_LITERAL;
	w->tree = &tree;
	visit_documents(w);
	w->nested--;
	w->line = outer.line;
	w->fixed = outer.fixed;
	w->prefix = outer.prefix;
	w->tree = outer.tree;
	sg_shape_pop(w, w->path.len - 1);
}

int sg_shape_line(const struct sg_shape_walk *w, const struct sg_yaml_event *event)
{
	return w->fixed ? w->line : w->line + event->line;
}

/* No deeper than the parser goes: SG_YAML_MAX_DEPTH, in each text. */
static void visit(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t node)
{
	enum sg_yaml_kind kind = sg_edit_event(w->tree, node).kind;

	if (kind == SG_YAML_MAP_START)
		visit_map(w, up, node);
	else if (kind == SG_YAML_SEQ_START)
		visit_list(w, up, node);
	else if (kind == SG_YAML_SCALAR && w->markers)
		sg_shape_look_at_marker(w, up, node);
	else if (kind == SG_YAML_SCALAR && holds_values(up))
		visit_text(w, node);
}

static void visit_documents(struct sg_shape_walk *w)
{
	bool several = sg_edit_count_documents(w->tree) > 1;
	const size_t len = w->path.len;
	size_t document = 0;

	for (size_t i = 0; i < w->tree->events.count; i++) {
		struct sg_shape_up root = {.node = i + 1};

		if (sg_edit_event(w->tree, i).kind != SG_YAML_DOC_START)
			continue;
		if (several)
			sg_buf_addf(&w->path, "%zu:", document++);
		w->prefix = w->path.len;
		visit(w, &root, i + 1);
		sg_shape_pop(w, len);
	}
}

int sg_shape_walk(struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_str only,
	struct sg_edit_markers *markers, struct sg_edit_shapes *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_shape_walk w = {.arena = arena,
		.scratch = &scratch,
		.tree = tree,
		.only = only,
		.markers = markers,
		.used_max_bytes = arena->used_bytes + ANSWER_MAX_BYTES};

	sg_buf_init(&w.path, tree->text.len * 2 + SG_SHAPE_PATH_MAX_BYTES);
	visit_documents(&w);
	sg_buf_release(&w.path);
	if (w.too_large)
		return sg_fail(err, SG_R_TOO_LARGE,
			"%s: too many images, or more than %d bytes of keys above one", tree->file,
			SG_SHAPE_PATH_MAX_BYTES);
	*ret = w.out;
	return 0;
}

int sg_edit_shapes(struct sg_arena *arena, const char *file, struct sg_str text,
	struct sg_edit_shapes *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena events = {0};
	struct sg_edit_tree tree = {.file = file, .text = text};

	if (sg_edit_tree_read(&events, &tree, err) < 0)
		return -1;
	return sg_edit_tree_shapes(arena, &tree, ret, err);
}

int sg_edit_tree_shapes(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_edit_shapes *ret, struct sg_err *err)
{
	return sg_shape_walk(arena, tree, (struct sg_str){"", 0}, NULL, ret, err);
}

int sg_edit_shapes_of(struct sg_arena *arena, const char *file, struct sg_str text,
	struct sg_str repository, struct sg_edit_shapes *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena events = {0};
	struct sg_edit_tree tree = {.file = file, .text = text};

	if (sg_edit_tree_read(&events, &tree, err) < 0)
		return -1;
	return sg_shape_walk(arena, &tree, repository, NULL, ret, err);
}
