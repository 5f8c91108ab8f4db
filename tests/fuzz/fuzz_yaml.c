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

	PROMISE(events.count >= 2);
	PROMISE(sg_yaml_at(events, 0).kind == SG_YAML_STREAM_START);
	PROMISE(sg_yaml_at(events, events.count - 1).kind == SG_YAML_STREAM_END);
	for (size_t i = 0; i < events.count; i++) {
		struct sg_yaml_event kept = sg_yaml_at(events, i);
		const struct sg_yaml_event *event = &kept;

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

struct stream {
	struct sg_yaml_events events;
	size_t at;
};

static bool same_text(const char *a, const char *b)
{
	return (a == NULL) == (b == NULL) && (!a || strcmp(a, b) == 0);
}

static int check_kept(void *arg, const struct sg_yaml_event *event, struct sg_err *err)
{
	struct stream *stream = arg;
	struct sg_yaml_event kept = sg_yaml_at(stream->events, stream->at++);

	(void)err;
	PROMISE(kept.kind == event->kind && kept.style == event->style);
	PROMISE(kept.implicit == event->implicit && sg_str_eq(kept.value, event->value));
	PROMISE(same_text(kept.anchor, event->anchor) && same_text(kept.tag, event->tag));
	PROMISE(kept.start == event->start && kept.end == event->end);
	PROMISE(kept.line == event->line && kept.column == event->column);
	PROMISE(kept.end_line == event->end_line);
	return 0;
}

/* What is kept of the events is what the parser said. */
static void check_store(struct sg_yaml_events events, struct sg_str text)
{
	struct stream stream = {events, 0};
	struct sg_err err = SG_ERR_INIT;

	PROMISE(sg_yaml_each("f", text, check_kept, &stream, &err) == 0);
	PROMISE(stream.at == events.count);
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
		check_events(events, text), check_store(events, text);
	else
		PROMISE(!events.store &&
			(err.reason == SG_R_YAML_INVALID || err.reason == SG_R_TOO_LARGE));
	check_load(text, false);
	check_load(text, true);
	return 0;
}
