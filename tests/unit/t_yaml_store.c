/* The events that are kept are those that the parser said, wherever one begins to read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "io/yaml.h"

static const char all_kinds[] =
	"\xef\xbb\xbf%YAML 1.1\n%TAG !e! tag:example.com,2026:\n---\n"
	"a: &x !!str v\r\n"
	"b: [*x, 'q', \"d\", '', \"\", 'it''s', \"\\u00e4\", pl ain]\n"
	"c: {k: '', ? {}: [], \xc3\xa4\xe2\x82\xac: \xf0\x9f\x98\x80, tail: z}\n"
	"d: |\n  one\n  two\n"
	"e: >-\n  one\n  two\n\n\n\n\n"
	"f: plain\n  over lines\n"
	"g: &y\n  h: !e!x [1]\xc2\x85"
	"i: \"over\n  lines\"\xe2\x80\xa8"
	"j: &z !e!y\xe2\x80\xa9"
	"k:\r"
	"l:\n- - - deep\n    - er\n  - x\n"
	"? {complex: key}\n: *y\n"
	"...\n---\nsecond\n--- # third\n---\n- !<x> y\n";

/* ---- in order ---- */

struct stream {
	struct sg_yaml_events events;
	size_t at;
};

static void assert_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a)
		assert_string_equal(a, b);
}

static int compare(void *arg, const struct sg_yaml_event *said, struct sg_err *err)
{
	struct stream *stream = arg;
	struct sg_yaml_event kept = sg_yaml_at(stream->events, stream->at++);

	(void)err;
	assert_int_equal(kept.kind, said->kind);
	assert_int_equal(kept.style, said->style);
	assert_int_equal(kept.implicit, said->implicit);
	assert_int_equal(kept.start, said->start);
	assert_int_equal(kept.end, said->end);
	assert_int_equal(kept.line, said->line);
	assert_int_equal(kept.column, said->column);
	assert_int_equal(kept.end_line, said->end_line);
	assert_true(sg_str_eq(kept.value, said->value));
	assert_text(kept.anchor, said->anchor);
	assert_text(kept.tag, said->tag);
	return 0;
}

static struct sg_yaml_events parse(struct sg_arena *arena, struct sg_str text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events events = {0};

	if (sg_yaml_parse(arena, "f", text, &events, &err) < 0)
		fail_msg("%s", err.cause);
	return events;
}

static void assert_kept(struct sg_str text)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct stream stream = {parse(&arena, text), 0};
	struct sg_err err = SG_ERR_INIT;

	assert_int_equal(sg_yaml_each("f", text, compare, &stream, &err), 0);
	assert_int_equal(stream.at, stream.events.count);
}

static void repeat(struct sg_buf *buf, const char *text, int times)
{
	while (times-- > 0)
		sg_buf_adds(buf, text);
}

static void events_are_kept(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	(void)state;
	assert_kept(SG_STR(""));
	assert_kept(SG_STR("a"));
	assert_kept(SG_STR(all_kinds));
	sg_buf_init(&buf, 8 << 20);
	repeat(&buf, all_kinds + 3, 60);
	assert_kept(sg_buf_str(&buf));
	sg_buf_reset(&buf);
	repeat(&buf, "[", 64);
	repeat(&buf, "\"\\n\",", 100000);
	repeat(&buf, "]", 64);
	assert_kept(sg_buf_str(&buf));
	sg_buf_reset(&buf);
	sg_buf_adds(&buf, "far: '");
	repeat(&buf, "x", 70000);
	repeat(&buf, "\n", 70000);
	sg_buf_adds(&buf, "'\nlast: |\n");
	repeat(&buf, "  line\n", 70000);
	sg_buf_adds(&buf, "# end\n\nx: y\n");
	assert_kept(sg_buf_str(&buf));
}

/* ---- out of order ---- */

static bool same(const struct sg_yaml_event *a, const struct sg_yaml_event *b)
{
	return a->kind == b->kind && a->start == b->start && a->end == b->end &&
	       a->line == b->line && a->column == b->column && a->anchor == b->anchor &&
	       a->tag == b->tag && a->value.ptr == b->value.ptr && a->value.len == b->value.len;
}

static void any_order_says_the_same(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_yaml_events events;
	struct sg_yaml_event *all;
	size_t at = 0;

	(void)state;
	sg_buf_init(&buf, 1 << 20);
	repeat(&buf, all_kinds + 3, 20);
	events = parse(&arena, sg_buf_str(&buf));
	all = sg_arena_calloc(&arena, events.count, sizeof(*all));
	for (size_t i = 0; i < events.count; i++)
		all[i] = sg_yaml_at(events, i);
	for (size_t i = events.count; i-- > 0;) {
		struct sg_yaml_event event = sg_yaml_at(events, i);

		assert_true(same(&event, &all[i]));
	}
	for (size_t i = 0; i < 20000; i++) {
		struct sg_yaml_event event;

		at = (at * 7919 + i) % events.count;
		event = sg_yaml_at(events, at);
		assert_true(same(&event, &all[at]));
		assert_true(sg_yaml_behind(events, at) > at);
	}
}

/* The index behind NODE, counted. */
static size_t behind(struct sg_yaml_events events, size_t node)
{
	int depth = 0;

	do {
		enum sg_yaml_kind kind = sg_yaml_at(events, node++).kind;

		depth += kind == SG_YAML_SEQ_START || kind == SG_YAML_MAP_START;
		depth -= kind == SG_YAML_SEQ_END || kind == SG_YAML_MAP_END;
	} while (depth > 0);
	return node;
}

static void collections_are_skipped(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_yaml_events events;

	(void)state;
	sg_buf_init(&buf, 1 << 20);
	sg_buf_adds(&buf, "top: [");
	repeat(&buf, "{a: [b, {c: d}], e: []}, ", 3000);
	sg_buf_adds(&buf, "]\n");
	events = parse(&arena, sg_buf_str(&buf));
	assert_int_equal(sg_yaml_behind(events, 4), events.count - 3);
	for (size_t i = 0; i < events.count; i += 1 + i / 3000 * 50)
		assert_int_equal(sg_yaml_behind(events, i), behind(events, i));
}

/* ---- cost and caps ---- */

static size_t bytes_for(const char *head, const char *part, const char *tail, int times)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	sg_buf_init(&buf, 8 << 20);
	sg_buf_adds(&buf, head);
	repeat(&buf, part, times);
	sg_buf_adds(&buf, tail);
	parse(&arena, sg_buf_str(&buf));
	return arena.used_bytes;
}

static void dense_files_need_little(void **state)
{
	(void)state;
	assert_in_range(bytes_for("", "- a\n", "", 250000), 0, 5 * 250000);
	assert_in_range(bytes_for("", "k: v\n", "", 200000), 0, 9 * 200000);
	assert_in_range(bytes_for("[", "a,", "]", 500000), 0, 4 * 500000);
	assert_in_range(bytes_for("{", "a,", "}", 500000), 0, 8 * 500000);
	assert_in_range(bytes_for("[", "'',", "]", 300000), 0, 4 * 300000);
	assert_in_range(bytes_for("[", "[],", "]", 300000), 0, 12 * 300000);
	assert_in_range(bytes_for("", "- &a b\n", "", 200000), 0, 11 * 200000);
}

static void refused(struct sg_str text, const char *cause)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events events = {0};

	assert_int_equal(sg_yaml_parse(&arena, "f", text, &events, &err), -1);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
	if (!strstr(err.cause, cause))
		fail_msg("\"%s\" lacks \"%s\"", err.cause, cause);
	assert_null(events.store);
	assert_in_range(arena.used_bytes + 2 * text.len, 0, SG_YAML_EDIT_MEMORY_BYTES + (1 << 20));
}

static void memory_is_bounded(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	(void)state;
	sg_buf_init(&buf, SG_YAML_EDIT_MAX_BYTES + 1);
	sg_buf_adds(&buf, "{\n");
	while (buf.len < 10 * 1024 * 1024)
		sg_buf_adds(&buf, "[],[],[],[],[],[],[],\n");
	refused(sg_buf_str(&buf), "more than the 35 MiB that are left beside");
	sg_buf_reset(&buf);
	sg_buf_adds(&buf, "%TAG ! ");
	repeat(&buf, "x", 1000);
	sg_buf_adds(&buf, "\n---\n");
	repeat(&buf, "- !a b\n", 100000);
	refused(sg_buf_str(&buf), "MiB that are left");
	sg_buf_reset(&buf);
	while (buf.len <= SG_YAML_EDIT_MAX_BYTES)
		sg_buf_addc(&buf, '#');
	refused(sg_buf_str(&buf), "12582913 bytes, more than the 12582912 that are read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_kept),
		cmocka_unit_test(any_order_says_the_same),
		cmocka_unit_test(collections_are_skipped),
		cmocka_unit_test(dense_files_need_little),
		cmocka_unit_test(memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
