#include "edit/locate.h"

#include <string.h>

#include "base/buf.h"
#include "edit/keys.h"

#define MAX_NAMED 10

struct walk {
	struct sg_arena *arena;
	struct sg_edit_tree *tree;
	const struct sg_edit_path *path;
	size_t step;
	struct sg_edit_site site;
};

static struct sg_yaml_event here(const struct walk *w)
{
	return sg_edit_event(w->tree, w->site.node);
}

/* The path up to here, for messages. */
static const char *name_here(const struct walk *w)
{
	return w->step ? sg_arena_printf(w->arena, "\"%.200s\"",
				 sg_edit_path_before(w->arena, w->path, w->step))
		       : "the document";
}

static const char *kind_word(const struct sg_yaml_event *event)
{
	if (event->kind == SG_YAML_MAP_START)
		return "a mapping";
	if (event->kind == SG_YAML_SEQ_START)
		return "a list";
	return sg_edit_is_null(event) ? "empty" : "a single value";
}

static int not_found(const struct walk *w, struct sg_err *err, const char *what)
{
	struct sg_yaml_event event = here(w);

	return sg_fail(err, SG_R_KEY_NOT_FOUND, "%s:%d:%d: %.200s: %s %s", w->tree->file,
		event.line, event.column, w->path->text, name_here(w), what);
}

static int wrong_kind(const struct walk *w, struct sg_err *err, const char *wanted)
{
	struct sg_yaml_event event = here(w);

	return not_found(
		w, err, sg_arena_printf(w->arena, "is %s, not %s", kind_word(&event), wanted));
}

int sg_edit_refuse_alias(struct sg_edit_tree *tree, size_t node, struct sg_err *err)
{
	struct sg_str name = sg_edit_event(tree, node).value;
	int line = 0;

	for (size_t i = 0; i < node; i++) {
		const char *anchor = sg_edit_event(tree, i).anchor;

		tree->visits++;
		if (anchor && sg_str_is(name, anchor))
			line = sg_edit_event(tree, i).line;
	}
	if (line == 0)
		return sg_edit_refuse(tree, node, SG_R_EDIT_ALIAS, err,
			"the alias *%.*s has no anchor before it",
			SG_STR_ARG(sg_str_sub(name, 0, 60)));
	(void)sg_edit_refuse(tree, node, SG_R_EDIT_ALIAS, err,
		"the alias *%.*s stands for what line %d holds",
		SG_STR_ARG(sg_str_sub(name, 0, 60)), line);
	return sg_hint(err, "edit the place of the anchor, or give this place a value of its own");
}

/* The line of the first alias that stands for NODE; 0 when it has no anchor, or none uses it. */
static int alias_line(struct sg_edit_tree *tree, size_t node)
{
	const char *anchor = sg_edit_event(tree, node).anchor;

	for (size_t i = node; anchor && i < tree->events.count; i++) {
		struct sg_yaml_event event = sg_edit_event(tree, i);

		tree->visits++;
		if (event.kind == SG_YAML_ALIAS && sg_str_is(event.value, anchor))
			return event.line;
		/* The name means another node from there on, and none of another document. */
		if (event.kind == SG_YAML_DOC_END ||
			(i > node && event.anchor && strcmp(event.anchor, anchor) == 0))
			return 0;
	}
	return 0;
}

int sg_edit_shared_check(
	struct sg_edit_tree *tree, size_t node, const char *name, struct sg_err *err)
{
	int line = alias_line(tree, node);

	if (!line)
		return 0;
	if (tree->sharing.allowed) {
		tree->sharing.line = line;
		return 0;
	}
	(void)sg_edit_refuse(tree, node, SG_R_EDIT_SHARED, err,
		"%s has the anchor &%.60s that line %d uses: both would change", name,
		sg_edit_event(tree, node).anchor, line);
	return sg_hint(err, "give one of the two places a value of its own");
}

static int enter(struct walk *w, enum sg_yaml_kind kind, const char *word, struct sg_err *err)
{
	if (here(w).kind == SG_YAML_ALIAS)
		return sg_edit_refuse_alias(w->tree, w->site.node, err);
	if (here(w).kind != kind)
		return wrong_kind(w, err, word);
	return sg_edit_shared_check(w->tree, w->site.node, name_here(w), err);
}

static void descend(struct walk *w, size_t node)
{
	w->site.flow = w->site.flow || here(w).style == SG_YAML_FLOW;
	w->site.holder = w->site.node;
	w->site.node = node;
}

static bool is_last(const struct walk *w)
{
	return w->step + 1 == w->path->count;
}

static int no_key(
	struct walk *w, const struct sg_edit_key *key, const char *name, struct sg_err *err)
{
	const char *nearest;

	if (key->merge) {
		(void)sg_edit_refuse(w->tree, key->merge, SG_R_EDIT_MERGE_KEY, err,
			"%s has no key \"%.80s\" of its own; it may come from this merge key",
			name_here(w), name);
		return sg_hint(err, "give the mapping a \"%.80s\" of its own", name);
	}
	(void)not_found(w, err, sg_arena_printf(w->arena, "has no key \"%.80s\"", name));
	nearest = sg_edit_key_nearest(w->arena, w->tree, w->site.node, name);
	if (is_last(w)) {
		w->site.missing = name;
		w->site.nearest = nearest;
	}
	return nearest ? sg_hint(err, "did you mean \"%.80s\"?", nearest) : -1;
}

static int step_key(struct walk *w, const struct sg_edit_step *step, struct sg_err *err)
{
	struct sg_edit_key key;
	struct sg_yaml_event event = here(w);

	if (enter(w, SG_YAML_MAP_START, "a mapping", err) < 0) {
		if (is_last(w) && w->step && sg_edit_is_null(&event))
			w->site.missing = step->name;
		return -1;
	}
	if (sg_edit_key_find(w->tree, w->site.node, step->name, &key, err) < 0)
		return -1;
	if (!key.node)
		return no_key(w, &key, step->name, err);
	descend(w, key.value);
	return 0;
}

static int step_index(struct walk *w, const struct sg_edit_step *step, struct sg_err *err)
{
	size_t count = 0;
	size_t at = w->site.node + 1;

	if (enter(w, SG_YAML_SEQ_START, "a list", err) < 0)
		return -1;
	while (sg_edit_event(w->tree, at).kind != SG_YAML_SEQ_END && count < step->index) {
		at = sg_edit_node_end(w->tree, at);
		count++;
	}
	if (sg_edit_event(w->tree, at).kind == SG_YAML_SEQ_END)
		return not_found(
			w, err, sg_arena_printf(w->arena, "has %zu items, counted from 0", count));
	descend(w, at);
	return 0;
}

static int no_item(const struct walk *w, const struct sg_edit_step *step, struct sg_buf *names,
	struct sg_err *err)
{
	(void)not_found(w, err,
		sg_arena_printf(w->arena, "has no item whose %.80s is \"%.200s\"", step->name,
			step->value));
	return names->len ? sg_hint(err, "there are: %s", names->ptr) : -1;
}

static void add_name(struct sg_buf *names, size_t count, struct sg_str name)
{
	if (count < MAX_NAMED)
		sg_buf_addf(
			names, "%s%.*s", count ? ", " : "", SG_STR_ARG(sg_str_sub(name, 0, 100)));
	else if (count == MAX_NAMED)
		sg_buf_adds(names, ", ...");
}

static int refuse_twins(const struct walk *w, const struct sg_edit_step *step, size_t first,
	size_t second, struct sg_err *err)
{
	(void)sg_edit_refuse(w->tree, second, SG_R_EDIT_DUPLICATE, err,
		"two items of %s have the %.80s \"%.200s\" (first at line %d)", name_here(w),
		step->name, step->value, sg_edit_event(w->tree, first).line);
	return sg_hint(err, "remove one of them");
}

static int step_select(struct walk *w, const struct sg_edit_step *step, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf names = {0};
	struct sg_edit_key key;
	size_t hit = 0, named = 0;

	if (enter(w, SG_YAML_SEQ_START, "a list", err) < 0)
		return -1;
	sg_buf_init(&names, 2048);
	for (size_t at = w->site.node + 1; sg_edit_event(w->tree, at).kind != SG_YAML_SEQ_END;
		at = sg_edit_node_end(w->tree, at)) {
		struct sg_str value;

		if (sg_edit_event(w->tree, at).kind == SG_YAML_ALIAS)
			return sg_edit_refuse_alias(w->tree, at, err);
		value = sg_edit_member_text(w->tree, at, step->name);
		if (value.len)
			add_name(&names, named++, value);
		if (!value.len || !sg_str_is(value, step->value))
			continue;
		if (hit)
			return refuse_twins(w, step, hit, at, err);
		hit = at;
	}
	if (!hit)
		return no_item(w, step, &names, err);
	if (sg_edit_key_find(w->tree, hit, step->name, &key, err) < 0)
		return -1;
	descend(w, hit);
	return 0;
}

static int take_step(struct walk *w, const struct sg_edit_step *step, struct sg_err *err)
{
	switch (step->kind) {
	case SG_STEP_KEY:
		return step_key(w, step, err);
	case SG_STEP_INDEX:
		return step_index(w, step, err);
	case SG_STEP_SELECT:
		return step_select(w, step, err);
	}
	SG_BUG("step");
}

int sg_edit_locate(struct sg_arena *arena, struct sg_edit_tree *tree, size_t root,
	const struct sg_edit_path *path, struct sg_edit_site *ret, struct sg_err *err)
{
	struct walk w = {.arena = arena, .tree = tree, .path = path, .site.node = root};

	w.site.json = here(&w).style == SG_YAML_FLOW;
	for (w.step = 0; w.step < path->count; w.step++)
		if (take_step(&w, &path->steps[w.step], err) < 0) {
			if (w.site.missing)
				*ret = w.site;
			return -1;
		}
	*ret = w.site;
	return 0;
}
