/* io/yaml: any bytes are read or refused; the places of events are inside the text and in order. */
#include "fuzz.h"

#include <string.h>

#include "io/yaml.h"

static void check_plain(const struct sg_yaml_event *event, struct sg_str text)
{
	struct sg_str bytes = sg_str_sub(text, event->start, event->end);

	if (event->kind == SG_YAML_SCALAR && event->style == SG_YAML_PLAIN &&
		event->line == event->end_line && !event->tag && !event->anchor)
		PROMISE(sg_str_eq(bytes, event->value));
	if (event->style == SG_YAML_DOUBLE_QUOTED && !event->tag && !event->anchor)
		PROMISE(bytes.len >= 2 && bytes.ptr[0] == '"' && bytes.ptr[bytes.len - 1] == '"');
	if (event->style == SG_YAML_SINGLE_QUOTED && !event->tag && !event->anchor)
		PROMISE(bytes.len >= 2 && bytes.ptr[0] == '\'' && bytes.ptr[bytes.len - 1] == '\'');
}

static void check_events(struct sg_yaml_events events, struct sg_str text)
{
	size_t last = 0;
	int depth = 0;

	PROMISE(events.count >= 2 && events.count <= SG_YAML_MAX_EVENTS);
	PROMISE(events.items[0].kind == SG_YAML_STREAM_START);
	PROMISE(events.items[events.count - 1].kind == SG_YAML_STREAM_END);
	for (size_t i = 0; i < events.count; i++) {
		const struct sg_yaml_event *event = &events.items[i];

		PROMISE(event->start >= last && event->start <= event->end);
		PROMISE(event->end <= text.len && event->line >= 1 && event->column >= 1);
		last = event->start;
		depth += event->kind == SG_YAML_SEQ_START || event->kind == SG_YAML_MAP_START;
		depth -= event->kind == SG_YAML_SEQ_END || event->kind == SG_YAML_MAP_END;
		PROMISE(depth >= 0 && depth <= SG_YAML_MAX_DEPTH);
		check_plain(event, text);
	}
	PROMISE(depth == 0);
}

static void check_tree(const struct sg_yaml_node *node, int depth, bool in_map)
{
	size_t count = 0;

	PROMISE(depth <= SG_YAML_MAX_DEPTH + 1);
	PROMISE(in_map == (node->key != NULL));
	PROMISE((node->kind == SG_NODE_SCALAR) == (node->value != NULL));
	for (const struct sg_yaml_node *child = node->first; child; child = child->next) {
		check_tree(child, depth + 1, node->kind == SG_NODE_MAP);
		count++;
	}
	PROMISE(count == node->count);
}

static void check_load(struct sg_str text, bool lenient)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root = NULL;
	int rc = lenient ? sg_yaml_load_lenient(&arena, "f", text, &root, &err)
			 : sg_yaml_load(&arena, "f", text, &root, &err);

	PROMISE((rc == 0) == (root != NULL));
	PROMISE(rc == 0 || err.reason == SG_R_YAML_INVALID || err.reason == SG_R_TOO_LARGE);
	if (root && !lenient)
		check_tree(root, 1, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_str text = {(const char *)data, size};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events events = {0};

	if (sg_yaml_parse(&arena, "f", text, &events, &err) == 0)
		check_events(events, text);
	else
		PROMISE(!events.items &&
			(err.reason == SG_R_YAML_INVALID || err.reason == SG_R_TOO_LARGE));
	check_load(text, false);
	check_load(text, true);
	return 0;
}
