#include "edit_case.h"

struct row {
	const char *key, *text;
	enum sg_reason reason;
	const char *cause, *hint;
};

static const struct row rows[] = {
	/* what stands there cannot be replaced alone */
	{"tag", "tag: |\n  v1\n", SG_R_EDIT_MULTILINE, "f.yaml:1:6: the value is a block of lines",
		"on the line of its key"},
	{"tag", "tag: >-\n  v1\n  v2\n", SG_R_EDIT_MULTILINE, "the value is a block of lines",
		NULL},
	{"tag", "tag: |-\n  v1\n\n  v2\n", SG_R_EDIT_MULTILINE, "the value is a block of lines",
		NULL},
	{"tag", "tag: >+\n  v1\n\n", SG_R_EDIT_MULTILINE, "the value is a block of lines", NULL},
	{"tag", "tag: |-\n", SG_R_EDIT_MULTILINE, "the value is a block of lines", NULL},
	{"tag", "tag: v1\n  v2\n", SG_R_EDIT_MULTILINE,
		"f.yaml:1:6: the value goes over several lines", NULL},
	{"tag", "tag: \"v1\n  v2\"\n", SG_R_EDIT_MULTILINE, "the value goes over several lines",
		NULL},
	{"tag", "tag: 'v1\r\n  v2'\r\n", SG_R_EDIT_MULTILINE, "the value goes over several lines",
		NULL},
	{"tag", "tag: 'v1\xe2\x80\xa8  v2'\n", SG_R_EDIT_MULTILINE,
		"the value goes over several lines", NULL},
	{"tag", "tag: !!str\n  v1\n", SG_R_EDIT_MULTILINE, "the value goes over several lines",
		NULL},
	{"tag", "{tag, x: 1}\n", SG_R_EDIT_NO_FIELD,
		"f.yaml:1:5: the key has no value that could be replaced", "first value"},
	{"tag", "? tag\nx: 1\n", SG_R_EDIT_NO_FIELD, "the key has no value", NULL},
	{"tag", "tag: !!str\n", SG_R_EDIT_NO_FIELD, "the key has no value", NULL},
	{"tag", "tag: {a: 1}\n", SG_R_EDIT_NOT_SCALAR, "f.yaml:1:6: a mapping stands here",
		"inside"},
	{"tag", "tag:\n- v1\n", SG_R_EDIT_NOT_SCALAR, "f.yaml:2:1: a list stands here", NULL},
	{"tag", "tag: !!int 1\n", SG_R_EDIT_TAGGED, "the tag tag:yaml.org,2002:int",
		"remove the tag"},
	{"tag", "tag: !!binary djE=\n", SG_R_EDIT_TAGGED, "the tag tag:yaml.org,2002:binary", NULL},
	{"tag", "tag: ! v1\n", SG_R_EDIT_TAGGED, "the tag !, which", "remove the tag"},
	{"tag", "tag: !own v1\n", SG_R_EDIT_TAGGED, "the tag !own", NULL},
	{"tag", "%TAG !e! tag:e.com,2000:\n---\ntag: !e!x v1\n", SG_R_EDIT_TAGGED,
		"the tag tag:e.com,2000:x", NULL},
	{"tag", "tag: '{{ .Values.x }}'\n", SG_R_EDIT_TEMPLATE,
		"f.yaml:1:6: the value is computed by a template: {{ .Values.x }}",
		"template reads"},
	{"tag", "tag: v{{ x }}\n", SG_R_EDIT_TEMPLATE, "the value is computed by a template", NULL},
	{"tag", "tag: ${TAG}\n", SG_R_EDIT_OTHER_VALUE, "\"${TAG}\" stands there, which is no tag",
		"part"},
	{"tag", "tag: a/b:v1\n", SG_R_EDIT_OTHER_VALUE, "\"a/b:v1\" stands there, which is no tag",
		NULL},
	{"tag", "tag: v1@" DIGEST "\n", SG_R_EDIT_DIGEST, "a digest stands behind the tag", NULL},
	/* anchors, aliases, merge keys */
	{"tag", "tag: &t v1\nuse: *t\n", SG_R_EDIT_SHARED,
		"f.yaml:1:6: the value has the anchor &t that line 2 uses", "of its own"},
	{"tag", "x: &t v1\ny: &t v2\ntag: *t\n", SG_R_EDIT_ALIAS,
		"f.yaml:3:6: the alias *t stands for what line 2 holds", "the anchor"},
	{"tag", "tag: *nowhere\n", SG_R_EDIT_ALIAS, "the alias *nowhere has no anchor before it",
		NULL},
	{"b.tag", "a: &a {tag: v1}\nb: *a\n", SG_R_EDIT_ALIAS, "f.yaml:2:4: the alias *a", NULL},
	{"a.tag", "a: &a {tag: v1}\nb: *a\n", SG_R_EDIT_SHARED,
		"f.yaml:1:4: \"a\" has the anchor &a that line 2 uses: both would change", NULL},
	{"a.b.tag", "a: &a\n  b: {tag: v1}\nc:\n  <<: *a\n", SG_R_EDIT_SHARED,
		"\"a\" has the anchor &a that line 4 uses", NULL},
	{"c.tag", "a: &a {tag: v1}\nc:\n  x: 1\n  <<: *a\n", SG_R_EDIT_MERGE_KEY,
		"f.yaml:4:7: \"c\" has no key \"tag\" of its own; it may come from this merge key",
		"own"},
	{"tag", "a: &k tag\n*k : v1\ntag: v1\n", SG_R_EDIT_ALIAS,
		"f.yaml:2:1: an alias stands as a key", NULL},
	{"l[n=a].tag", "x: &x {n: a, tag: v1}\nl:\n- *x\n", SG_R_EDIT_ALIAS,
		"f.yaml:3:3: the alias *x", NULL},
	/* duplicate keys on the way */
	{"a.tag", "a: {tag: v1, x: 1, tag: v1}\n", SG_R_EDIT_DUPLICATE,
		"f.yaml:1:20: the key \"tag\" stands twice (first at line 1)", "remove one"},
	{"l[n=a].t", "l:\n- {n: a, t: v1, n: b}\n", SG_R_EDIT_DUPLICATE,
		"f.yaml:2:17: the key \"n\" stands twice", "remove one"},
	{"a.tag", "a: {tag: v1}\nb: 1\na: {tag: v1}\n", SG_R_EDIT_DUPLICATE,
		"f.yaml:3:1: the key \"a\" stands twice (first at line 1)", NULL},
	{"a.tag", "a: {tag: v1}\n\"a\": {tag: v1}\n", SG_R_EDIT_DUPLICATE, "stands twice", NULL},
	{"l[n=a].t", "l:\n- {n: a, t: v1}\n- {n: a, t: v1}\n", SG_R_EDIT_DUPLICATE,
		"f.yaml:3:3: two items of \"l\" have the n \"a\" (first at line 2)", "remove one"},
	/* not there */
	{"image.tga", "image:\n  tag: v1\n", SG_R_KEY_NOT_FOUND,
		"f.yaml:2:3: image.tga: \"image\" has no key \"tga\"", "did you mean \"tag\"?"},
	{"imagge.tag", "# x\nimage:\n  tag: v1\n", SG_R_KEY_NOT_FOUND,
		"f.yaml:2:1: imagge.tag: the document has no key \"imagge\"",
		"did you mean \"image\"?"},
	{"zebra", "image: 1\n", SG_R_KEY_NOT_FOUND, "the document has no key \"zebra\"", ""},
	{"image.tag", "image: nginx\n", SG_R_KEY_NOT_FOUND,
		"f.yaml:1:8: image.tag: \"image\" is a single value, not a mapping", NULL},
	{"image.tag", "image:\n", SG_R_KEY_NOT_FOUND, "\"image\" is empty, not a mapping", NULL},
	{"image.tag", "image: [1]\n", SG_R_KEY_NOT_FOUND, "\"image\" is a list, not a mapping",
		NULL},
	{"l[2]", "l: [1,2]\n", SG_R_KEY_NOT_FOUND, "\"l\" has 2 items, counted from 0", NULL},
	{"l[0]", "l: {a: 1}\n", SG_R_KEY_NOT_FOUND, "\"l\" is a mapping, not a list", NULL},
	{"l[name=web].t", "l:\n- name: a\n- x: 1\n- name: b\n- c\n", SG_R_KEY_NOT_FOUND,
		"f.yaml:2:1: l[name=web].t: \"l\" has no item whose name is \"web\"",
		"there are: a, b"},
	{"l[name=\"\"]", "l:\n- x: 1\n", SG_R_KEY_NOT_FOUND, "no item whose name is \"\"", ""},
	{"tag", "", SG_R_KEY_NOT_FOUND, "f.yaml: the file is empty", NULL},
	{"tag", "# tag: v1\n", SG_R_KEY_NOT_FOUND, "the file is empty", NULL},
	{"tag", "---\n", SG_R_KEY_NOT_FOUND, "the file is empty", NULL},
	{"tag", "just text\n", SG_R_KEY_NOT_FOUND, "the document is a single value", NULL},
	/* no data */
	{"tag", "tag: {{ .Values.tag }}\n", SG_R_EDIT_TEMPLATE,
		"f.yaml:1:6: {{ ... }} stands there unquoted: this is a template", "values file"},
	{"tag", "x: {{ .Values.x }}\ntag: v1\n", SG_R_EDIT_TEMPLATE, "f.yaml:1:4: {{ ... }}", NULL},
	{"tag", "tag: v1\n{{- if .Values.x }}\ny: 1\n{{- end }}\n", SG_R_EDIT_TEMPLATE,
		"f.yaml:2:1: {{ ... }}", NULL},
	{"tag", "tag: v1\nl:\n  - {{ x }}: {{ y }}\n", SG_R_EDIT_TEMPLATE, "{{ ... }}", NULL},
	{"tag", "---\ntag: v1\n---\nkind: Deployment\nmetadata:\n  name: web\n",
		SG_R_EDIT_DOCUMENTS, "f.yaml: 2 documents: line 1, line 3 (Deployment/web)",
		"one document"},
	{"tag", "tag: v1\n--- 1\n---\n---\n---\n---\n", SG_R_EDIT_DOCUMENTS,
		"f.yaml: 6 documents: line 1, line 2, line 3, line 4, line 5, ...", NULL},
	{"tag", "tag: v1\nx: [\n", SG_R_YAML_INVALID, "f.yaml:", NULL},
	{"tag", "tag: v1\nx: '{{ y }}'\nz: [\n", SG_R_YAML_INVALID, "f.yaml:", NULL},
	{"tag", "tag: v1\nx: \xff\n", SG_R_YAML_INVALID, "f.yaml:2:4: ", "UTF-8"},
	{"tag", "\xff\xfet\0", SG_R_YAML_INVALID, "f.yaml:1:1: ", "UTF-8"},
	{"a..b", "a: 1\n", SG_R_CONFIG_INVALID, "key \"a..b\", column 3", NULL},
};

static void each_refusal_says_where_and_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_ask ask = ask_key(sg_str_of(rows[i].text), rows[i].key, "v2");
		struct sg_err err = SG_ERR_INIT;
		struct sg_edit_done done;

		edit_fails(ask, rows[i].reason, rows[i].cause);
		assert_int_equal(sg_edit_apply(&arena, &ask, &done, &err), -1);
		if (rows[i].hint && !strstr(err.hint, rows[i].hint))
			fail_msg("%s: hint \"%s\" lacks \"%s\"", err.cause, err.hint, rows[i].hint);
		if (rows[i].hint && !*rows[i].hint)
			assert_string_equal(err.hint, "");
	}
}

static void exit_codes(void **state)
{
	(void)state;
	assert_int_equal(sg_reason_exit(SG_R_EDIT_REFUSED), 9);
	assert_int_equal(sg_reason_exit(SG_R_YAML_INVALID), 9);
	assert_int_equal(sg_reason_exit(SG_R_KEY_NOT_FOUND), 5);
	assert_int_equal(sg_reason_exit(SG_R_IMAGE_NOT_FOUND), 5);
}

static void key_or_image(void **state)
{
	struct sg_edit_ask ask = ask_key(SG_STR("tag: v1\n"), NULL, "v2");

	(void)state;
	edit_fails(ask, SG_R_CONFIG_INVALID, "either `key` or `image`");
	ask.key = ask.image = "a";
	edit_fails(ask, SG_R_CONFIG_INVALID, "either `key` or `image`");
}

static void hostile_text_is_cut(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	char *text = sg_arena_alloc(&arena, 100002);

	(void)state;
	memset(text, 'x', 900);
	text[900] = ':';
	edit_fails(ask_key(sg_str_of(text), "x.y", "v2"), SG_R_KEY_NOT_FOUND, "has no key \"x\"");
	memset(text, 'x', 100000);
	memcpy(text, "tag: '{{", 8);
	text[100000] = '\'';
	edit_fails(ask_key(sg_str_of(text), "tag", "v2"), SG_R_EDIT_TEMPLATE,
		"computed by a template");
}

static int read_fails(const char *text, const char *key, enum sg_reason *reason)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask ask = ask_key(sg_str_of(text), key, NULL);
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value value = {0};
	int rc = sg_edit_read(&arena, &ask, &value, &err);

	*reason = err.reason;
	return rc;
}

static void reading_refuses_what_is_no_single_value(void **state)
{
	enum sg_reason reason;

	(void)state;
	assert_int_equal(read_fails("tag: {}\n", "tag", &reason), -1);
	assert_int_equal(reason, SG_R_EDIT_NOT_SCALAR);
	assert_int_equal(read_fails("x: &a 1\ntag: *a\n", "tag", &reason), -1);
	assert_int_equal(reason, SG_R_EDIT_ALIAS);
	assert_int_equal(read_fails("tag: 1\ntag: 2\n", "tag", &reason), -1);
	assert_int_equal(reason, SG_R_EDIT_DUPLICATE);
	assert_int_equal(read_fails("a: 1\n", "tag", &reason), -1);
	assert_int_equal(reason, SG_R_KEY_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal_says_where_and_what_to_do),
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(key_or_image),
		cmocka_unit_test(hostile_text_is_cut),
		cmocka_unit_test(reading_refuses_what_is_no_single_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
