#include "edit_case.h"

#include "base/buf.h"

struct row {
	const char *key, *value, *before, *after;
};

static void a_value_in_a_text(void **state)
{
	static const struct row rows[] = {
		{"v|image.tag", "v2", "v: |\n  image:\n    tag: v1 # c\n  # x\nw: 1\n",
			"v: |\n  image:\n    tag: v2 # c\n  # x\nw: 1\n"},
		{"v|tag", "1.10", "v: |-\r\n    tag: v1\r\n\r\n    x: y\r\n",
			"v: |-\r\n    tag: \"1.10\"\r\n\r\n    x: y\r\n"},
		{"v|tag", "v2", "v: |+ # c\n  \n \n  tag: 'v1'\n\n\n",
			"v: |+ # c\n  \n \n  tag: 'v2'\n\n\n"},
		{"v|a.tag", "v2", "v: |2\n    a:\n     tag: v1", "v: |2\n    a:\n     tag: v2"},
		{"l[0].v|tag", "v2", "l:\n- v: !!str |\n    tag: v1\n  x: z\n",
			"l:\n- v: !!str |\n    tag: v2\n  x: z\n"},
		{"v|1:tag", "v2", "v: |\n  x: 1\n  ---\n  tag: v1\n",
			"v: |\n  x: 1\n  ---\n  tag: v2\n"},
		{"v|w|tag", "v2", "v: |\n  a: 1\n  w: |\n    tag: v1\n  z: 1\n",
			"v: |\n  a: 1\n  w: |\n    tag: v2\n  z: 1\n"},
		{"v|tag", "v2", "v: \"tag: v1\"\n", "v: \"tag: v2\"\n"},
		{"v|tag", "1.10", "v: 'tag: v1'\n", "v: 'tag: \"1.10\"'\n"},
		{"v|tag", "v2", "{\"v\": \"a: 1\\ntag: v1\\n\"}\n",
			"{\"v\": \"a: 1\\ntag: v2\\n\"}\n"},
		{"v|tag", "v2", "{\"v\": \"{\\\"tag\\\": \\\"v1\\\"}\"}",
			"{\"v\": \"{\\\"tag\\\": \\\"v2\\\"}\"}"},
		{"\"a|b\"", "v2", "a|b: v1\n", "a|b: v2\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edits_to(ask_key(sg_str_of(rows[i].before), rows[i].key, rows[i].value),
			sg_str_of(rows[i].after));
}

static void a_key_is_added_in_a_text(void **state)
{
	static const struct row rows[] = {
		{"v|x.tag", "v2", "v: |\n  x:\n    repository: web\n \n  y: 1\n",
			"v: |\n  x:\n    repository: web\n    tag: v2\n \n  y: 1\n"},
		{"v|x.tag", "v2", "v: |-\r\n    x:\r\n     repository: web",
			"v: |-\r\n    x:\r\n     repository: web\r\n     tag: v2"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_edit_ask ask =
			ask_key(sg_str_of(rows[i].before), rows[i].key, rows[i].value);

		ask.add = SG_EDIT_ADD_USUAL;
		edits_to(ask, sg_str_of(rows[i].after));
	}
}

/* Which line of the file reads another value, too. */
static void what_is_shared_is_told(void **state)
{
	static const struct {
		const char *text;
		int line;
	} rows[] = {
		{"v: &x |\n  tag: v1\nw: *x\n", 3},
		{"a: &x\n  v: |\n    tag: v1\nw: *x\n", 4},
		{"v: |\n  tag: &t v1\n  other: *t\n", 3},
		{"v: 'tag: v1'\nw: &x 1\nz: *x\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_ask ask = ask_key(sg_str_of(rows[i].text),
			rows[i].text[0] == 'a' ? "a.v|tag" : "v|tag", "v2");
		struct sg_edit_done done = {0};
		struct sg_err err = SG_ERR_INIT;

		if (rows[i].line)
			edit_fails(ask, SG_R_EDIT_SHARED, "would change");
		ask.shared = true;
		if (sg_edit_apply(&arena, &ask, &done, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.cause);
		assert_int_equal(done.shared_line, rows[i].line);
	}
}

static void several_in_one_text(void **state)
{
	static const char before[] =
		"a: v1\nv: |\n  tag: v1\n \n\n  # c\n  other: v1\nz: |\n  tag: v1\n";
	static const char after[] =
		"a: v2\nv: |\n  tag: v2\n \n\n  # c\n  other: \"2\"\nz: |\n  tag: v3\n";
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_ask asks[] = {
		ask_key(SG_STR(before), "z|tag", "v3"),
		ask_key(SG_STR(before), "v|other", "2"),
		ask_key(SG_STR(before), "a", "v2"),
		ask_key(SG_STR(before), "v|tag", "v2"),
		ask_key(SG_STR(before), "v|tag", "v2"),
	};
	struct sg_edit_done dones[SG_COUNT(asks)];
	size_t failed;

	(void)state;
	if (sg_edit_apply_all(&arena, asks, SG_COUNT(asks), dones, &failed, &err) < 0)
		fail_msg("%zu: %s", failed, err.cause);
	assert_true(sg_str_is(dones[0].text, after));
	assert_string_equal(dones[1].place, "v|other");
	assert_int_equal(dones[1].line, 7);
	assert_string_equal(dones[1].from, "v1");
	assert_int_equal(dones[3].line, 3);
	assert_true(dones[4].unchanged);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *key, *text;
		enum sg_reason reason;
		const char *cause;
	} rows[] = {
		{"v|tag", "v: >\n  tag: v1\n", SG_R_EDIT_MULTILINE,
			"f.yaml:1:4: the YAML in this text"},
		{"v|tag", "v: \"tag:\n  v1\"\n", SG_R_EDIT_MULTILINE, "f.yaml:1:4: the YAML"},
		{"v|tag", "v: \"tag: \\x76\"\n", SG_R_EDIT_MULTILINE, "f.yaml:1:4: the YAML"},
		{"v|tag", "v: &x |\n  tag: v1\nw: *x\n", SG_R_EDIT_SHARED,
			"f.yaml:1:4: the value has the anchor"},
		{"v|tag", "v: !x |\n  tag: v1\n", SG_R_EDIT_TAGGED, "f.yaml:1:4:"},
		{"v|tag", "v: {tag: v1}\n", SG_R_EDIT_NOT_SCALAR,
			"f.yaml:1:4: a mapping stands here"},
		{"v|tga", "v: |\n  tag: v1\n", SG_R_KEY_NOT_FOUND,
			"f.yaml:1, the text:1:1: tga: the document has no key \"tga\""},
		{"v|tag", "v: |\n  tag: [\n", SG_R_YAML_INVALID, "f.yaml:1, the text:"},
		{"v|tag", "v: |\n  tag: {{ .x }}\n", SG_R_EDIT_TEMPLATE, "f.yaml:1, the text:1:6:"},
		{"v|tag", "v: |\n  {{ if x }}\n  tag: v1\n", SG_R_EDIT_TEMPLATE, "the text:1:1:"},
		{"v|tag", "v: |\n  tag: v1\n  tag: v1\n", SG_R_EDIT_DUPLICATE, "the text:2:1:"},
		{"v|tag", "v: ''\n", SG_R_KEY_NOT_FOUND, "the file is empty"},
		{"w|tag", "v: |\n  tag: v1\n", SG_R_KEY_NOT_FOUND,
			"f.yaml:1:1: w|tag: the document"},
		{"v|", "v: x\n", SG_R_CONFIG_INVALID, "column 1: a name"},
		{"v|a|b|c|d|e", "v: x\n", SG_R_CONFIG_INVALID, "more than 4 texts"},
		{"v.|x", "v: x\n", SG_R_CONFIG_INVALID, "column 3: a name"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edit_fails(ask_key(sg_str_of(rows[i].text), rows[i].key, "v2"), rows[i].reason,
			rows[i].cause);
}

static void one_text_wanted_in_two_ways(void **state)
{
	static const char text[] = "v: |\n  tag: v1\n";
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_ask asks[] = {
		ask_key(SG_STR(text), "v|tag", "v2"), ask_key(SG_STR(text), "v|tag", "v3")};
	struct sg_edit_done dones[SG_COUNT(asks)];
	size_t failed;

	(void)state;
	assert_int_equal(sg_edit_apply_all(&arena, asks, SG_COUNT(asks), dones, &failed, &err), -1);
	assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
	assert_int_equal(failed, 1);
}

static void reading(void **state)
{
	static const char text[] = "x: 1\nv: |\n  # c\n  image: {repository: web, tag: 1.10}\n";
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask ask = ask_key(SG_STR(text), "v|image.tag", NULL);
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value value;

	(void)state;
	assert_int_equal(sg_edit_read(&arena, &ask, &value, &err), 0);
	assert_string_equal(value.value, "1.10");
	assert_string_equal(value.repository, "web");
	assert_string_equal(value.place, "v|image.tag");
	assert_int_equal(value.line, 4);
	assert_false(value.is_text);
}

/* 64 levels in the file and 64 in its text; a large text. */
static void deep_and_large(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	SG_AUTO(sg_buf_release) struct sg_buf want = {0};

	(void)state;
	sg_buf_init(&text, 4u << 20);
	sg_buf_adds(&text, "v: |\n  a: ");
	for (int i = 0; i < 70; i++)
		sg_buf_adds(&text, "[");
	edit_fails(ask_key(sg_buf_str(&text), "v|a", "v2"), SG_R_TOO_LARGE, "the text");
	sg_buf_reset(&text);
	sg_buf_adds(&text, "v: |\n");
	for (int i = 0; i < 30000; i++)
		sg_buf_addf(&text, "  key%d: %d # é\n", i, i);
	sg_buf_adds(&text, "  tag: v1\n");
	sg_buf_init(&want, 4u << 20);
	sg_buf_addstr(&want, sg_buf_str(&text));
	sg_buf_splice(&want, want.len - 3, want.len - 1, SG_STR("v2"));
	edits_to(ask_key(sg_buf_str(&text), "v|tag", "v2"), sg_buf_str(&want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_in_a_text),
		cmocka_unit_test(a_key_is_added_in_a_text),
		cmocka_unit_test(what_is_shared_is_told),
		cmocka_unit_test(several_in_one_text),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(one_text_wanted_in_two_ways),
		cmocka_unit_test(reading),
		cmocka_unit_test(deep_and_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
