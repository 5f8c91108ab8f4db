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

static struct sg_yaml_events parse(struct sg_arena *arena, struct sg_str text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events events = {0};

	if (sg_yaml_parse(arena, "f.yaml", text, &events, &err) < 0)
		fail_msg("%s", err.cause);
	return events;
}

static void parse_fails(struct sg_str text, enum sg_reason reason, const char *cause)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_events events = {0};

	assert_int_equal(sg_yaml_parse(&arena, "f.yaml", text, &events, &err), -1);
	assert_int_equal(err.reason, reason);
	if (!strstr(err.cause, cause))
		fail_msg("\"%s\" lacks \"%s\"", err.cause, cause);
	assert_null(events.store);
}

/* The source bytes of the scalar whose value is VALUE. */
static struct sg_str bytes_of(struct sg_yaml_events events, struct sg_str text, const char *value)
{
	for (size_t i = 0; i < events.count; i++)
		if (sg_yaml_at(events, i).kind == SG_YAML_SCALAR &&
			sg_str_is(sg_yaml_at(events, i).value, value))
			return sg_str_sub(
				text, sg_yaml_at(events, i).start, sg_yaml_at(events, i).end);
	fail_msg("no scalar %s", value);
	return text;
}

static void assert_bytes(struct sg_str text, const char *value, const char *bytes)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_str got = bytes_of(parse(&arena, text), text, value);

	if (!sg_str_is(got, bytes))
		fail_msg("scalar %s: got <%.*s>, want <%s>", value, SG_STR_ARG(got), bytes);
}

static void offsets_count_bytes(void **state)
{
	(void)state;
	assert_bytes(SG_STR("tag: v1"), "v1", "v1");
	assert_bytes(SG_STR("# ä€😀\ntag: v1 # x\n"), "v1", "v1");
	assert_bytes(SG_STR("\xef\xbb\xbf# ä\r\ntag:   'v''1'   \r\n"), "v'1", "'v''1'");
	assert_bytes(SG_STR("ä: ö\n€: \"q\\n😀\" #c\nlast: z"), "z", "z");
	assert_bytes(SG_STR("ä: ö\n€: \"q\\n😀\" #c\nlast: z"), "q\n😀", "\"q\\n😀\"");
	assert_bytes(SG_STR("a: ü\xc2\x85"
			    "b: v1\xe2\x80\xa8"
			    "c: v2\xe2\x80\xa9"
			    "d: v3\r"
			    "e: v4\n"),
		"v4", "v4");
	assert_bytes(SG_STR("a: ü\xc2\x85"
			    "b: v1\xe2\x80\xa8"
			    "c: v2\xe2\x80\xa9"
			    "d: v3\r"
			    "e: v4\n"),
		"v2", "v2");
	assert_bytes(SG_STR("x: {é: 1, tag: v1,y: [v2,v3]}\n"), "v3", "v3");
	assert_bytes(SG_STR("---\na: 1\n...\n---\n\xef\xbb\xbf# c\nb: v9\n"), "v9", "v9");
}

static void positions_for_people(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_yaml_events e = parse(
		&arena, SG_STR("\xef\xbb\xbf# ä\r\na:\r\n  ü: v1\r\n  b: |\r\n    x\r\n    y\r\n"));
	struct sg_yaml_event v1 = {0}, block = {0};

	(void)state;
	for (size_t i = 0; i < e.count; i++) {
		if (sg_str_is(sg_yaml_at(e, i).value, "v1"))
			v1 = sg_yaml_at(e, i);
		if (sg_yaml_at(e, i).style == SG_YAML_LITERAL)
			block = sg_yaml_at(e, i);
	}
	assert_int_equal(v1.line, 3);
	assert_int_equal(v1.column, 6);
	assert_int_equal(v1.end_line, 3);
	assert_true(block.end_line > block.line);
	assert_true(sg_str_is(block.value, "x\ny\n"));
}

static void a_byte_order_mark_is_no_character(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_yaml_events e = parse(&arena, SG_STR("\xef\xbb\xbf--- {tag: v1}\n"));

	(void)state;
	assert_int_equal(sg_yaml_at(e, 2).column, 5);
	assert_int_equal(sg_yaml_at(e, 2).start, 7);
	assert_int_equal(sg_yaml_at(e, 4).column, 11);
	assert_int_equal(sg_yaml_at(e, 4).start, 13);
}

static void every_kind_of_event(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_yaml_events e = parse(&arena, SG_STR("---\na: &x !!str v\nb: [*x, 'q', \"d\"]\n"
						       "c: {k: ''}\n...\n"));
	static const enum sg_yaml_kind want[] = {SG_YAML_STREAM_START, SG_YAML_DOC_START,
		SG_YAML_MAP_START, SG_YAML_SCALAR, SG_YAML_SCALAR, SG_YAML_SCALAR,
		SG_YAML_SEQ_START, SG_YAML_ALIAS, SG_YAML_SCALAR, SG_YAML_SCALAR, SG_YAML_SEQ_END};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(want); i++)
		assert_int_equal(sg_yaml_at(e, i).kind, want[i]);
	assert_false(sg_yaml_at(e, 1).implicit);
	assert_int_equal(sg_yaml_at(e, 2).style, SG_YAML_BLOCK);
	assert_int_equal(sg_yaml_at(e, 3).style, SG_YAML_PLAIN);
	assert_true(sg_yaml_at(e, 3).implicit);
	assert_string_equal(sg_yaml_at(e, 4).anchor, "x");
	assert_string_equal(sg_yaml_at(e, 4).tag, "tag:yaml.org,2002:str");
	assert_false(sg_yaml_at(e, 4).implicit);
	assert_int_equal(sg_yaml_at(e, 6).style, SG_YAML_FLOW);
	assert_true(sg_str_is(sg_yaml_at(e, 7).value, "x"));
	assert_int_equal(sg_yaml_at(e, 8).style, SG_YAML_SINGLE_QUOTED);
	assert_int_equal(sg_yaml_at(e, 9).style, SG_YAML_DOUBLE_QUOTED);
	assert_int_equal(sg_yaml_at(e, e.count - 2).kind, SG_YAML_DOC_END);
	assert_false(sg_yaml_at(e, e.count - 2).implicit);
	assert_int_equal(sg_yaml_at(e, e.count - 1).kind, SG_YAML_STREAM_END);
}

static void invalid_text_is_placed(void **state)
{
	(void)state;
	parse_fails(SG_STR("a: b: c\n"), SG_R_YAML_INVALID, "f.yaml:1:5: ");
	parse_fails(SG_STR("ä: [1,\nb: 2\n"), SG_R_YAML_INVALID, "f.yaml:");
	parse_fails(SG_STR("a: 1\nb: \"open\n"), SG_R_YAML_INVALID, "from line 2");
	parse_fails(SG_STR("a: {{ .Values.x }}: {{\n"), SG_R_YAML_INVALID, "f.yaml:");
	parse_fails(SG_STR("a: 1\n\xc3\xa4: \xff\n"), SG_R_YAML_INVALID, "f.yaml:2:4: ");
	parse_fails(SG_STR("a: 1\r\rb: \x01\n"), SG_R_YAML_INVALID, "f.yaml:3:4: control");
	parse_fails(SG_STR("a: \xc3"), SG_R_YAML_INVALID, "f.yaml:1:4: ");
	parse_fails(SG_STR("a: 1\n\xed\xa0\x80: 1\n"), SG_R_YAML_INVALID, "f.yaml:2:1: ");
	parse_fails(SG_STR("%YAML 3.0\n---\na: 1\n"), SG_R_YAML_INVALID, "f.yaml:1:1: ");
}

static void what_is_often_meant_gets_a_hint(void **state)
{
	static const struct {
		const char *text, *where, *hint;
	} rows[] = {
		{"a:\n\tb: 1\n", "f:2:1: ", "a tab stands there"},
		{"ä: 1\na: {b}-c\nd: 1\n", "f:2:7: ", "begins with { is written in quotes"},
		{"a: *\n", "f:1:5: ", "begins with * or & is written in quotes"},
		{"a: [@b]\n", "f:1:5: ", "begins with this character is written in quotes"},
		{"a: `b`\n", "f:1:4: ", "begins with this character is written in quotes"},
		{"a: b: c\n", "f:1:5: ", ""},
		{"a: [1\n", "f:2:1: ", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_err err = SG_ERR_INIT;
		struct sg_yaml_events events;

		assert_int_equal(
			sg_yaml_parse(&arena, "f", sg_str_of(rows[i].text), &events, &err), -1);
		if (!strstr(err.cause, rows[i].where) || !strstr(err.hint, rows[i].hint) ||
			!*rows[i].hint != !*err.hint)
			fail_msg("%s: %s (%s)", rows[i].text, err.cause, err.hint);
	}
}

static void wide_text_is_refused(void **state)
{
	(void)state;
	parse_fails(SG_STR("\xff\xfe"
			   "a\0:\0"),
		SG_R_YAML_INVALID, "UTF-16");
	parse_fails(SG_STR("\xfe\xff\0a\0:"), SG_R_YAML_INVALID, "UTF-16");
	parse_fails(SG_STR("a\0:\0 \0b\0"), SG_R_YAML_INVALID, "UTF-16");
}

static void depth_is_cut_early(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	(void)state;
	sg_buf_init(&buf, SG_YAML_MAX_BYTES);
	for (int i = 0; i < 1000000; i++)
		sg_buf_addc(&buf, '[');
	parse_fails(sg_buf_str(&buf), SG_R_TOO_LARGE, "f.yaml:1:65: nested deeper");
	sg_buf_reset(&buf);
	for (int i = 0; i < 500000; i++)
		sg_buf_adds(&buf, "- ");
	parse_fails(sg_buf_str(&buf), SG_R_TOO_LARGE, "nested deeper");
	sg_buf_reset(&buf);
	for (int i = 0; i < 200000; i++)
		sg_buf_adds(&buf, "{a: ");
	parse_fails(sg_buf_str(&buf), SG_R_TOO_LARGE, "nested deeper");
}

static void depth_of_64_is_read(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	(void)state;
	sg_buf_init(&buf, 1024);
	for (int i = 0; i < 64; i++)
		sg_buf_addc(&buf, '[');
	for (int i = 0; i < 64; i++)
		sg_buf_addc(&buf, ']');
	assert_int_equal(parse(&arena, sg_buf_str(&buf)).count, 4 + 128);
}

static void load_fails(struct sg_str text, const char *cause)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root = NULL;

	assert_int_equal(sg_yaml_load(&arena, "f.yaml", text, &root, &err), -1);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
	if (!strstr(err.cause, cause))
		fail_msg("\"%s\" lacks \"%s\"", err.cause, cause);
}

static void tags_are_capped(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	(void)state;
	sg_buf_init(&buf, 1 << 20);
	for (int i = 0; i < 65; i++)
		sg_buf_addf(&buf, "%%TAG !t%d! x\n", i);
	parse_fails(sg_buf_str(&buf), SG_R_TOO_LARGE, "%TAG");
	sg_buf_reset(&buf);
	sg_buf_adds(&buf, "%TAG ! ");
	for (int i = 0; i < 1100; i++)
		sg_buf_addc(&buf, 'x');
	sg_buf_adds(&buf, "\n--- [!a b]\n");
	parse_fails(sg_buf_str(&buf), SG_R_TOO_LARGE, "f.yaml:2:6: a tag of more than 1024 bytes");
}

static void size_is_capped(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	(void)state;
	sg_buf_init(&buf, SG_YAML_MAX_BYTES + 1);
	while (buf.len < SG_YAML_MAX_BYTES)
		sg_buf_adds(&buf, "- x\n- y\n");
	load_fails(sg_buf_str(&buf), "f.yaml:199998:3: more than 200000 YAML nodes");
	sg_buf_addc(&buf, '#');
	load_fails(sg_buf_str(&buf), "4194305 bytes");
}

static int stop_at_third(void *arg, const struct sg_yaml_event *event, struct sg_err *err)
{
	int *seen = arg;

	(void)event;
	return ++*seen == 3 ? sg_fail(err, SG_R_CONFLICT, "enough") : 0;
}

static void each_stops_when_told(void **state)
{
	struct sg_err err = SG_ERR_INIT;
	int seen = 0;

	(void)state;
	assert_int_equal(sg_yaml_each("f", SG_STR("a: 1"), stop_at_third, &seen, &err), -1);
	assert_int_equal(err.reason, SG_R_CONFLICT);
	assert_int_equal(seen, 3);
}

static struct sg_yaml_node *load(struct sg_arena *arena, const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root = NULL;

	if (sg_yaml_load(arena, "f.yaml", sg_str_of(text), &root, &err) < 0)
		fail_msg("%s", err.cause);
	return root;
}

static void tree_of_a_document(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_yaml_node *root = load(&arena,
		"version: 1\nlist:\n  - {name: a, \"yes\": 'no'}\n  - [x, \"y\"]\nempty:\n");
	const struct sg_yaml_node *list = sg_yaml_get(root, "list");

	(void)state;
	assert_int_equal(root->kind, SG_NODE_MAP);
	assert_int_equal(root->count, 3);
	assert_string_equal(root->first->key, "version");
	assert_string_equal(root->first->value, "1");
	assert_int_equal(list->kind, SG_NODE_SEQ);
	assert_int_equal(list->key_line, 2);
	assert_int_equal(list->line, 3);
	assert_int_equal(list->column, 3);
	assert_int_equal(list->count, 2);
	assert_null(list->first->key);
	assert_string_equal(sg_yaml_get(list->first, "yes")->value, "no");
	assert_int_equal(sg_yaml_get(list->first, "yes")->style, SG_YAML_SINGLE_QUOTED);
	assert_int_equal(sg_yaml_get(list->first, "yes")->column, 22);
	assert_int_equal(list->first->next->first->next->style, SG_YAML_DOUBLE_QUOTED);
	assert_string_equal(sg_yaml_get(root, "empty")->value, "");
	assert_int_equal(sg_yaml_get(root, "empty")->style, SG_YAML_PLAIN);
	assert_null(sg_yaml_get(root, "nothing"));
	assert_null(sg_yaml_get(list, "name"));
	assert_null(sg_yaml_get(NULL, "name"));
}

static void nothing_is_an_empty_mapping(void **state)
{
	static const char *const texts[] = {"", "# only words\n", "---\n", "---\n...\n", "{}"};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		assert_int_equal(load(&arena, texts[i])->kind, SG_NODE_MAP);
		assert_int_equal(load(&arena, texts[i])->count, 0);
	}
	assert_int_equal(load(&arena, "''")->kind, SG_NODE_SCALAR);
	assert_int_equal(load(&arena, "[]")->kind, SG_NODE_SEQ);
}

struct bad {
	const char *text;
	const char *cause;
};

static void load_refuses(const struct bad *bad, bool lenient)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root = NULL;
	struct sg_str text = sg_str_of(bad->text);
	int rc = lenient ? sg_yaml_load_lenient(&arena, "f.yaml", text, &root, &err)
			 : sg_yaml_load(&arena, "f.yaml", text, &root, &err);

	assert_int_equal(rc, -1);
	assert_int_equal(err.reason, SG_R_YAML_INVALID);
	if (!strstr(err.cause, bad->cause))
		fail_msg("\"%s\" lacks \"%s\"", err.cause, bad->cause);
	assert_null(root);
}

static void strict_tree_refuses(void **state)
{
	static const struct bad bad[] = {
		{"a: 1\nb: {c: 1, d: 2, c: 3}\n",
			"f.yaml:2:17: the key \"c\" stands twice (first at line 2)"},
		{"x: 1\na: 1\nx: 1\n", "f.yaml:3:1: the key \"x\" stands twice (first at line 1)"},
		{"a: &x 1\n", "f.yaml:1:4: anchors"},
		{"a: *x\n", "f.yaml:1:4: aliases"},
		{"a: !!str 1\n", "f.yaml:1:4: tags"},
		{"a: !own {}\n", "f.yaml:1:4: tags"},
		{"? [a]\n: 1\n", "f.yaml:1:3: the key"},
		{"? {a: 1}\n: 1\n", "f.yaml:1:3: the key"},
		{"a: \"x\\0y\"\n", "f.yaml:1:4: a text must not hold a NUL"},
		{"\"x\\0y\": 1\n", "f.yaml:1:1: a text must not hold a NUL"},
		{"a: 1\n---\nb: 1\n", "f.yaml:2:1: a second document"},
		{"a: [\n", "f.yaml:"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		load_refuses(&bad[i], false);
}

static void lenient_tree_follows_aliases(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root = NULL;
	const struct sg_yaml_node *copy;

	(void)state;
	assert_int_equal(
		sg_yaml_load_lenient(&arena, "f",
			SG_STR("a: &x {k: v}\nb: *x\nc: &x !!str 7\nd: [*x, *x]\n"), &root, &err),
		0);
	copy = sg_yaml_get(root, "b");
	assert_string_equal(sg_yaml_get(copy, "k")->value, "v");
	assert_string_equal(copy->key, "b");
	assert_int_equal(copy->line, 2);
	assert_string_equal(copy->next->key, "c");
	assert_string_equal(sg_yaml_get(root, "d")->first->next->value, "7");
	assert_int_equal(sg_yaml_get(root, "d")->count, 2);
}

static void lenient_tree_refuses(void **state)
{
	static const struct bad bad[] = {
		{"a: *x\n", "f.yaml:1:4: the alias names no anchor"},
		{"a: &x [*x]\n", "f.yaml:1:8: the alias stands inside"},
		{"a: &x 1\n*x : 2\n", "f.yaml:2:1: the key"},
		{"a: &x {}\nb:\n  <<: *x\n", "f.yaml:3:3: merge keys"},
		{"a: 1\na: 2\n", "f.yaml:2:1: the key \"a\" stands twice"},
		{"a: 1\n---\n", "f.yaml:2:1: a second document"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		load_refuses(&bad[i], true);
}

static void alias_bomb_is_defused(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root = NULL;

	(void)state;
	sg_buf_init(&buf, 64 * 1024);
	sg_buf_adds(&buf, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 60; i++) {
		sg_buf_addf(&buf, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			sg_buf_addf(&buf, "*a%d,", i - 1);
		sg_buf_adds(&buf, "]\n");
	}
	assert_int_equal(sg_yaml_load_lenient(&arena, "f", sg_buf_str(&buf), &root, &err), -1);
	assert_int_equal(err.reason, SG_R_TOO_LARGE);
	assert_non_null(strstr(err.cause, "f:4:"));
}

static void many_keys_are_no_burden(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	(void)state;
	sg_buf_init(&buf, SG_YAML_MAX_BYTES);
	for (int i = 0; i < 90000; i++)
		sg_buf_addf(&buf, "key-%d: v\n", i);
	assert_int_equal(load(&arena, buf.ptr)->count, 90000);
}

/* The value of a text that is SHIFT blanks, and then CHARS characters and the longest escape in
 * quotes. */
static void one_scalar_is_read(size_t shift, size_t chars)
{
	static const char *const letters[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "x"};
	struct sg_arena arena = {0};
	struct sg_yaml_events events;
	struct sg_buf text, want;

	sg_buf_init(&text, 1 << 20);
	sg_buf_init(&want, 1 << 20);
	for (size_t i = 0; i < shift; i++)
		sg_buf_addc(&text, ' ');
	sg_buf_addc(&text, '"');
	for (size_t i = 0; i < chars; i++)
		sg_buf_adds(&want, letters[i % SG_COUNT(letters)]);
	sg_buf_addstr(&text, sg_buf_str(&want));
	sg_buf_adds(&text, "\\U0001f600\"");
	sg_buf_adds(&want, letters[2]);
	events = parse(&arena, sg_buf_str(&text));
	assert_int_equal(events.count, 5);
	assert_true(sg_str_eq(sg_yaml_at(events, 2).value, sg_buf_str(&want)));
	assert_int_equal(sg_yaml_at(events, 2).end, text.len);
	sg_buf_release(&text);
	sg_buf_release(&want);
	sg_arena_release(&arena);
}

/* The parser's buffers hold some KiB, and are filled again and again. */
static void a_text_of_any_size_is_read_to_its_end(void **state)
{
	static const size_t sizes[] = {4096, 2 * 4096, 3 * 4096, 4 * 4096};

	(void)state;
	for (size_t chars = 0; chars < 200; chars++)
		for (size_t shift = 0; shift < 4; shift++)
			one_scalar_is_read(shift, chars);
	for (size_t i = 0; i < SG_COUNT(sizes); i++)
		for (size_t shift = 0; shift < 160; shift++)
			one_scalar_is_read(shift, (sizes[i] - 128) / 10 * 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_count_bytes),
		cmocka_unit_test(positions_for_people),
		cmocka_unit_test(a_byte_order_mark_is_no_character),
		cmocka_unit_test(every_kind_of_event),
		cmocka_unit_test(invalid_text_is_placed),
		cmocka_unit_test(what_is_often_meant_gets_a_hint),
		cmocka_unit_test(wide_text_is_refused),
		cmocka_unit_test(depth_is_cut_early),
		cmocka_unit_test(depth_of_64_is_read),
		cmocka_unit_test(size_is_capped),
		cmocka_unit_test(tags_are_capped),
		cmocka_unit_test(each_stops_when_told),
		cmocka_unit_test(tree_of_a_document),
		cmocka_unit_test(nothing_is_an_empty_mapping),
		cmocka_unit_test(strict_tree_refuses),
		cmocka_unit_test(lenient_tree_follows_aliases),
		cmocka_unit_test(lenient_tree_refuses),
		cmocka_unit_test(alias_bomb_is_defused),
		cmocka_unit_test(many_keys_are_no_burden),
		cmocka_unit_test(a_text_of_any_size_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
