#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edit/path.h"

static struct sg_edit_path parse(struct sg_arena *arena, const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_path path = {0};

	if (sg_edit_path_parse(arena, text, &path, &err) < 0)
		fail_msg("%s: %s", text, err.cause);
	return path;
}

static void keys_indexes_and_selectors(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_path p = parse(
		&arena, "spec.list[12][name=web/1:x=y].labels.\"a.b/c\"[\"d]\\\"\\\\\"].ä-ö$");

	(void)state;
	assert_int_equal(p.count, 8);
	assert_int_equal(p.steps[0].kind, SG_STEP_KEY);
	assert_string_equal(p.steps[0].name, "spec");
	assert_string_equal(p.steps[1].name, "list");
	assert_int_equal(p.steps[2].kind, SG_STEP_INDEX);
	assert_int_equal(p.steps[2].index, 12);
	assert_int_equal(p.steps[3].kind, SG_STEP_SELECT);
	assert_string_equal(p.steps[3].name, "name");
	assert_string_equal(p.steps[3].value, "web/1:x=y");
	assert_string_equal(p.steps[4].name, "labels");
	assert_string_equal(p.steps[5].name, "a.b/c");
	assert_int_equal(p.steps[6].kind, SG_STEP_KEY);
	assert_string_equal(p.steps[6].name, "d]\"\\");
	assert_string_equal(p.steps[7].name, "ä-ö$");
	assert_string_equal(sg_edit_path_before(&arena, &p, 0), "");
	assert_string_equal(sg_edit_path_before(&arena, &p, 3), "spec.list[12]");
}

static void a_path_may_begin_with_an_item(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_path p = parse(&arena, "[0].\"x y\"[\"a\"=\"b c\"]");

	(void)state;
	assert_int_equal(p.count, 3);
	assert_int_equal(p.steps[0].kind, SG_STEP_INDEX);
	assert_string_equal(p.steps[1].name, "x y");
	assert_int_equal(p.steps[2].kind, SG_STEP_SELECT);
	assert_string_equal(p.steps[2].name, "a");
	assert_string_equal(p.steps[2].value, "b c");
}

static void a_path_may_begin_with_its_document(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_path p = parse(&arena, "12:image.tag");

	(void)state;
	assert_int_equal(p.document.kind, SG_DOCUMENT_INDEX);
	assert_int_equal(p.document.index, 12);
	assert_int_equal(p.count, 2);
	assert_string_equal(p.steps[0].name, "image");
	assert_string_equal(sg_edit_path_before(&arena, &p, 1), "12:image");
	p = parse(&arena, "Deployment/web.a-b:[0].x");
	assert_int_equal(p.document.kind, SG_DOCUMENT_NAMED);
	assert_string_equal(p.document.resource, "Deployment");
	assert_string_equal(p.document.name, "web.a-b");
	assert_int_equal(p.steps[0].kind, SG_STEP_INDEX);
	p = parse(&arena, "ClusterRole/\"system:node\":rules");
	assert_string_equal(p.document.name, "system:node");
	assert_string_equal(p.steps[0].name, "rules");
}

/* What could be meant as a document is a key in quotes; nothing else changes its meaning. */
static void keys_that_look_like_documents(void **state)
{
	static const struct {
		const char *path, *key;
	} cases[] = {{"\"1:a\".b", "1:a"}, {"\"Kind/x:a\"", "Kind/x:a"}, {"kind/x:a", "kind/x:a"},
		{"a:b", "a:b"}, {"x1:b", "x1:b"}, {"A/b.c", "A/b"}, {"Ab:c", "Ab:c"}, {"1.a", "1"}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_path p = parse(&arena, cases[i].path);

		assert_int_equal(p.document.kind, SG_DOCUMENT_ONLY);
		assert_string_equal(p.steps[0].name, cases[i].key);
	}
}

static void splits_at_the_sign_that_is_not_quoted(void **state)
{
	static const struct {
		const char *text, *path, *value;
	} cases[] = {{"a=b", "a", "b"}, {"a.b==", "a.b", "="}, {"l[n=x].t=v=1", "l[n=x].t", "v=1"},
		{"\"a=b\"=c", "\"a=b\"", "c"}, {"\"\\\"=\"=c", "\"\\\"=\"", "c"}, {"a=", "a", ""},
		{"l[n=\"]=\"]=v", "l[n=\"]=\"]", "v"}, {"1:a=b", "1:a", "b"}};
	static const char *const bad[] = {"", "a", "=v", "l[n=x]", "\"a=b"};
	struct sg_str path, value;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		assert_true(sg_edit_path_split(sg_str_of(cases[i].text), &path, &value));
		assert_true(sg_str_is(path, cases[i].path));
		assert_true(sg_str_is(value, cases[i].value));
	}
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		assert_false(sg_edit_path_split(sg_str_of(bad[i]), &path, &value));
}

static void keys_go_round(void **state)
{
	static const char *const keys[] = {
		"web", "a.b", "a=b", "", "a]b", "a\"b", "a b", "1:x", "Kind/x:y", "\\", "ä"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(keys); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		SG_AUTO(sg_buf_release) struct sg_buf key = {0};
		struct sg_edit_path p;

		sg_buf_init(&key, 64);
		sg_edit_path_put_key(sg_str_of(keys[i]), &key);
		p = parse(&arena, key.ptr);
		assert_int_equal(p.document.kind, SG_DOCUMENT_ONLY);
		assert_int_equal(p.count, 1);
		assert_string_equal(p.steps[0].name, keys[i]);
	}
}

static void bad_paths_name_the_column(void **state)
{
	static const struct {
		const char *text, *cause;
	} bad[] = {
		{"", "column 1: a name is expected"},
		{".a", "column 1: a name"},
		{"a.", "column 3: a name"},
		{"a..b", "column 3: a name"},
		{"a b", "column 2: \".\" or \"[\""},
		{"a\tb", "column 2: \".\" or \"[\""},
		{"a]", "column 2: \".\" or \"[\""},
		{"a[", "column 3: a name"},
		{"a[0", "column 2: the bracket is not closed"},
		{"a[0x]", "column 4: the bracket is not closed"},
		{"a[]", "column 3: a name"},
		{"a[-1]", "column 5: an index, key=value or \"key\""},
		{"a[name]", "column 7: an index, key=value or \"key\""},
		{"a[name=]", "column 8: a name"},
		{"a[name=x", "column 2: the bracket is not closed"},
		{"a[=x]", "column 3: a name"},
		{"a[99999999]", "column 3: the index is too large"},
		{"a[0]b", "column 5: \".\" or \"[\""},
		{"\"a\"b", "column 4: \".\" or \"[\""},
		{"\"a", "column 1: the quote is not closed"},
		{"\"a\\n\"", "column 4: only \\\" and \\\\"},
		{"\"a\\", "column 4: only \\\" and \\\\"},
		{"$.a b", "column 4: \".\" or \"[\""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_err err = SG_ERR_INIT;
		struct sg_edit_path path = {0};

		assert_int_equal(sg_edit_path_parse(&arena, bad[i].text, &path, &err), -1);
		assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
		if (!strstr(err.cause, bad[i].cause))
			fail_msg("%s: %s", bad[i].text, err.cause);
		assert_null(path.steps);
	}
}

static void depth_and_length_are_capped(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_path path;
	char text[1100] = "a";

	(void)state;
	for (size_t i = 1; i < 129; i += 2)
		memcpy(text + i, ".a", 2);
	assert_int_equal(sg_edit_path_parse(&arena, text, &path, &err), -1);
	assert_non_null(strstr(err.cause, "64 steps"));
	text[127] = '\0';
	assert_int_equal(sg_edit_path_parse(&arena, text, &path, &err), 0);
	assert_int_equal(path.count, 64);
	memset(text, 'a', 1099);
	assert_int_equal(sg_edit_path_parse(&arena, text, &path, &err), -1);
}

static void values_go_round(void **state)
{
	static const char *const values[] = {"web", "r.example.com:5000/a/b", "a=b", "", "a]b",
		"a\"b", "a b", "a\\b", "a\\]", "[x]", "ä"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(values); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		const char *text = sg_arena_printf(
			&arena, "x[name=%s].y", sg_edit_path_value(&arena, values[i]));

		assert_string_equal(parse(&arena, text).steps[1].value, values[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_indexes_and_selectors),
		cmocka_unit_test(a_path_may_begin_with_an_item),
		cmocka_unit_test(bad_paths_name_the_column),
		cmocka_unit_test(depth_and_length_are_capped),
		cmocka_unit_test(values_go_round),
		cmocka_unit_test(a_path_may_begin_with_its_document),
		cmocka_unit_test(keys_that_look_like_documents),
		cmocka_unit_test(splits_at_the_sign_that_is_not_quoted),
		cmocka_unit_test(keys_go_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
