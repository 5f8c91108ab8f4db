#include "paths.h"

#include <string.h>

struct level {
	bool map, value; /* value: the next node of the mapping is one */
	bool lost;       /* no path goes here: below a key that is a collection */
	bool lost_value; /* nor to the value of that key */
	size_t index;
	size_t len; /* of the path up to this collection */
};

struct walker {
	struct sg_buf path;
	struct level levels[SG_YAML_MAX_DEPTH];
	int depth;
	bool several; /* documents */
	unsigned document;
};

void paths_add_key(struct sg_buf *path, struct sg_str key)
{
	bool first = path->len == 0 || strchr(":|", path->ptr[path->len - 1]);

	sg_buf_adds(path, first ? "\"" : ".\"");
	for (size_t i = 0; i < key.len; i++) {
		if (key.ptr[i] == '"' || key.ptr[i] == '\\')
			sg_buf_addc(path, '\\');
		sg_buf_addc(path, key.ptr[i]);
	}
	sg_buf_addc(path, '"');
}

static void begin_document(struct walker *w)
{
	sg_buf_reset(&w->path);
	if (w->several)
		sg_buf_addf(&w->path, "%u:", w->document++);
}

static bool is_node(enum sg_yaml_kind kind)
{
	return sg_yaml_is_start(kind) || kind == SG_YAML_SCALAR || kind == SG_YAML_ALIAS;
}

/* The path goes on to this node of the collection. */
static void step(struct walker *w, struct level *l, const struct sg_yaml_event *event, bool key)
{
	if (l->map)
		l->value = !l->value;
	if (key || !l->map)
		sg_buf_splice(&w->path, l->len, w->path.len, SG_STR(""));
	if (key)
		paths_add_key(&w->path, event->value);
	else if (!l->map)
		sg_buf_addf(&w->path, "[%zu]", l->index++);
	if (key)
		l->lost_value = event->kind != SG_YAML_SCALAR;
}

/* Takes one event; true when it is a value that the path now names. */
static bool walk(struct walker *w, const struct sg_yaml_event *event)
{
	struct level *l = w->depth ? &w->levels[w->depth - 1] : NULL;
	bool starts = sg_yaml_is_start(event->kind), key = l && l->map && !l->value, lost;

	if (event->kind == SG_YAML_DOC_START)
		begin_document(w);
	if (sg_yaml_is_end(event->kind)) {
		w->depth--;
		return false;
	}
	if (!is_node(event->kind))
		return false;
	if (l)
		step(w, l, event, key);
	lost = l && (l->lost || key || l->lost_value);
	if (starts)
		w->levels[w->depth++] = (struct level){
			.map = event->kind == SG_YAML_MAP_START, .lost = lost, .len = w->path.len};
	return !lost;
}

static bool has_several(struct sg_yaml_events events)
{
	size_t count = 0;

	for (size_t i = 0; i < events.count; i++)
		count += sg_yaml_at(events, i).kind == SG_YAML_DOC_START;
	return count > 1;
}

bool paths_pick(struct sg_str text, enum sg_yaml_kind kind, unsigned pick, struct sg_buf *path)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events events;
	struct walker w = {.depth = 0};
	bool found = false;

	if (sg_yaml_parse(&arena, "f", text, &events, &err) < 0)
		return false;
	w.several = has_several(events);
	sg_buf_init(&w.path, 1024);
	for (size_t i = 0; i < events.count; i++) {
		struct sg_yaml_event event = sg_yaml_at(events, i);
		bool whole = w.depth == 0 && kind == SG_YAML_SCALAR;

		if (!walk(&w, &event) || event.kind != kind || whole || w.path.overflow)
			continue;
		found = true;
		sg_buf_reset(path);
		sg_buf_addstr(path, sg_buf_str(&w.path));
		if (pick-- == 0)
			break;
	}
	sg_buf_release(&w.path);
	return found && !memchr(path->ptr, '\0', path->len);
}
