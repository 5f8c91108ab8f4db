/* Keys that are missing are written as their neighbours are. */
#include "edit_case.h"

struct row {
	const char *key, *value, *before, *after;
};

static struct sg_edit_ask set(struct sg_str text, const char *key, const char *value)
{
	struct sg_edit_ask ask = ask_key(text, key, value);

	ask.any_text = true;
	ask.add = SG_EDIT_ADD_ANY;
	return ask;
}

static void into_blocks(void **state)
{
	static const struct row rows[] = {
		/* behind which neighbour */
		{"image.tag", "v2", "image:\n  repository: a\n  pullPolicy: x\n",
			"image:\n  repository: a\n  tag: v2\n  pullPolicy: x\n"},
		{"image.tag", "v2", "image:\n  registry: r\n  x: 1\n",
			"image:\n  registry: r\n  tag: v2\n  x: 1\n"},
		{"image.digest", DIGEST, "image:\n  repository: a\n  tag: v1\n  x: 1\n",
			"image:\n  repository: a\n  tag: v1\n  digest: " DIGEST "\n  x: 1\n"},
		{"image.digest", DIGEST, "image:\n  repository: a\n  x: 1\n",
			"image:\n  repository: a\n  digest: " DIGEST "\n  x: 1\n"},
		{"l[name=w].newTag", "v2", "l:\n- name: w\n  x: 1\n",
			"l:\n- name: w\n  newTag: v2\n  x: 1\n"},
		{"l[name=w].newTag", "v2", "l:\n- name: w\n  newName: n\n- name: z\n",
			"l:\n- name: w\n  newName: n\n  newTag: v2\n- name: z\n"},
		{"image.x", "v2", "image:\n  a: 1\n  b: 2\nz: 3\n",
			"image:\n  a: 1\n  b: 2\n  x: v2\nz: 3\n"},
		{"x", "v2", "a: 1\nb: 2\n", "a: 1\nb: 2\nx: v2\n"},
		/* indentation */
		{"a.x", "v2", "a:\n      b: 1\nz: 3\n", "a:\n      b: 1\n      x: v2\nz: 3\n"},
		{"l[0].x", "v2", "l:\n  -   b: 1\n  - c\n", "l:\n  -   b: 1\n      x: v2\n  - c\n"},
		{"l[0][0].x", "v2", "l:\n- - b: 1\n", "l:\n- - b: 1\n    x: v2\n"},
		{"l[0].x", "v2", "l:\n-\n b: 1\n", "l:\n-\n b: 1\n x: v2\n"},
		/* line ends */
		{"a.x", "v2", "a:\r\n  b: 1\r\nz: 3\r\n", "a:\r\n  b: 1\r\n  x: v2\r\nz: 3\r\n"},
		{"a.x", "v2", "a:\r  b: 1\rz: 3\r", "a:\r  b: 1\r  x: v2\rz: 3\r"},
		{"a.x", "v2", "a:\xc2\x85  b: 1\xc2\x85z: 3\xc2\x85",
			"a:\xc2\x85  b: 1\xc2\x85  x: v2\xc2\x85z: 3\xc2\x85"},
		{"a.x", "v2", "a:\n  b: 1", "a:\n  b: 1\n  x: v2"},
		{"a.x", "v2", "a:\r\n  b: 1 # c", "a:\r\n  b: 1 # c\r\n  x: v2"},
		{"x", "v2", "b: 1", "b: 1\nx: v2"},
		{"x", "v2",
			"\xef\xbb\xbf"
			"b: 1\n",
			"\xef\xbb\xbf"
			"b: 1\nx: v2\n"},
		/* comments */
		{"a.x", "v2", "a:\n  b: 1 \t # c ä\n  # d\nz: 3\n",
			"a:\n  b: 1 \t # c ä\n  x: v2\n  # d\nz: 3\n"},
		{"a.x", "v2", "a:\n  b: 1\n\n\n# d\nz: 3\n",
			"a:\n  b: 1\n  x: v2\n\n\n# d\nz: 3\n"},
		{"x", "v2", "b: 1\n# the end\n", "b: 1\nx: v2\n# the end\n"},
		/* values of the neighbour */
		{"x", "v2", "b:\n  c:\n  - d: 1\n    e: [1,\n      2]\n",
			"b:\n  c:\n  - d: 1\n    e: [1,\n      2]\nx: v2\n"},
		{"x", "v2", "b:\n- 1\n- 2\n# c\n", "b:\n- 1\n- 2\nx: v2\n# c\n"},
		{"a.x", "v2", "a:\n  b: {c: [d]} # e\nz: 3\n",
			"a:\n  b: {c: [d]} # e\n  x: v2\nz: 3\n"},
		{"x", "v2", "b: |\n  c\n  d\n", "b: |\n  c\n  d\nx: v2\n"},
		{"x", "v2", "b: |-\n  c\n\n\n# e\n", "b: |-\n  c\n\n\nx: v2\n# e\n"},
		{"x", "v2", "b: |+\n  c\n\n\n", "b: |+\n  c\n\n\nx: v2\n"},
		{"x", "v2", "b: |+\n  c\n\n\nd: 1\n", "b: |+\n  c\n\n\nd: 1\nx: v2\n"},
		{"a.tag", "v2", "a:\n  name: >-\n    c\n    d\n\n  e: 1\n",
			"a:\n  name: >-\n    c\n    d\n\n  tag: v2\n  e: 1\n"},
		{"x", "v2", "b: c\n  d\n  e # f\n", "b: c\n  d\n  e # f\nx: v2\n"},
		{"x", "v2", "b: 'c\n\n  d'\n", "b: 'c\n\n  d'\nx: 'v2'\n"},
		{"x", "v2", "b:\n", "b:\nx: v2\n"},
		{"x", "v2", "b: # c\n", "b: # c\nx: v2\n"},
		{"x", "v2", "b: &a\n", "b: &a\nx: v2\n"},
		{"x", "v2", "a: &a 1\nb: *a\n", "a: &a 1\nb: *a\nx: v2\n"},
		{"x", "v2", "a:\n- b:\n  -\n", "a:\n- b:\n  -\nx: v2\n"},
		{"x", "v2", "? a\n: b\nc: d\n", "? a\n: b\nc: d\nx: v2\n"},
		/* below nothing */
		{"a.x", "v2", "a:\n", "a:\n  x: v2\n"},
		{"a.x", "v2", "a:", "a:\n  x: v2"},
		{"a.x", "1.10", "a: \t # c\r\n# d\r\nb: 1\r\n",
			"a: \t # c\r\n  x: \"1.10\"\r\n# d\r\nb: 1\r\n"},
		{"b.a.x", "v2", "b:\n    c:\n    a :\n    d: 1\n",
			"b:\n    c:\n    a :\n        x: v2\n    d: 1\n"},
		{"l[1].a.x", "v2", "l:\n-   b: 1\n-   a:\n    c: 1\n",
			"l:\n-   b: 1\n-   a:\n      x: v2\n    c: 1\n"},
		{"a.x", "v2", "a:\n# c\n  # d\n...\n", "a:\n  x: v2\n# c\n  # d\n...\n"},
		{"1:a.x", "v2", "b: 1\n---\n'a':\n---\n", "b: 1\n---\n'a':\n  x: v2\n---\n"},
		/* quotes */
		{"x", "v2", "b: \"c\"\n", "b: \"c\"\nx: \"v2\"\n"},
		{"x", "v2", "b: 'c'\n", "b: 'c'\nx: 'v2'\n"},
		{"x", "v2", "'b': c\n", "'b': c\n'x': v2\n"},
		{"x", "1.10", "b: c\n", "b: c\nx: \"1.10\"\n"},
		{"x", "yes", "b: |-\n  c\n", "b: |-\n  c\nx: \"yes\"\n"},
		{"x", "", "b: c\n", "b: c\nx: \"\"\n"},
		{"[\"yes\"]", "v2", "b: c\n", "b: c\n\"yes\": v2\n"},
		{"[\"<<\"]", "v2", "b: c\n", "b: c\n\"<<\": v2\n"},
		{"[\"a: b #c\"]", "x\ny", "b: c\n", "b: c\n\"a: b #c\": \"x\\ny\"\n"},
		/* several documents */
		{"0:x", "v2", "b: c\n---\nd: e\n", "b: c\nx: v2\n---\nd: e\n"},
		{"1:x", "v2", "b: c\n---\nd: e\n...\n# f\n", "b: c\n---\nd: e\nx: v2\n...\n# f\n"},
		{"x", "v2", "%YAML 1.1\n---\nd: e\n...\n", "%YAML 1.1\n---\nd: e\nx: v2\n...\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edits_to(set(sg_str_of(rows[i].before), rows[i].key, rows[i].value),
			sg_str_of(rows[i].after));
}

static void into_braces(void **state)
{
	static const struct row rows[] = {
		{"a.tag", "v2", "a: {repository: b}\n", "a: {repository: b, tag: v2}\n"},
		{"a.tag", "v2", "a: { repository: b }\n", "a: { repository: b, tag: v2 }\n"},
		{"a.tag", "v2", "a: {repository: b,c: d}\n", "a: {repository: b,tag: v2,c: d}\n"},
		{"a.x", "v2", "a: {b: [c], }\n", "a: {b: [c], x: v2, }\n"},
		{"a.x", "v2", "a: {}\n", "a: {x: v2}\n"},
		{"a.x", "v2", "a: { }\n", "a: { x: v2 }\n"},
		{"x", "v2", "{}", "{\"x\": \"v2\"}"},
		{"x", "1", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"x\":\"1\"}"},
		{"x", "1", "{\"a\":1}", "{\"a\":1,\"x\":\"1\"}"},
		{"x", "1", "{\"a\": 1}", "{\"a\": 1, \"x\": \"1\"}"},
		{"i.tag", "v2",
			"{\n  \"i\": {\n    \"repository\": \"r\",\n    \"b\": {}\n  }\n}\n",
			"{\n  \"i\": {\n    \"repository\": \"r\",\n    \"tag\": \"v2\",\n    "
			"\"b\": {}\n  }\n}\n"},
		{"i.x", "v2", "{\n\t\"i\": {\r\n\t\t\"b\": {}\r\n\t}\n}\n",
			"{\n\t\"i\": {\r\n\t\t\"b\": {},\r\n\t\t\"x\": \"v2\"\r\n\t}\n}\n"},
		{"a.tag", "v2", "a: {\n  repository: b, # c\n  d: e\n}\n",
			"a: {\n  repository: b, # c\n  tag: v2,\n  d: e\n}\n"},
		{"a.x", "v2", "a: {b: 'e'}\n", "a: {b: 'e', x: 'v2'}\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edits_to(set(sg_str_of(rows[i].before), rows[i].key, rows[i].value),
			sg_str_of(rows[i].after));
}

static void refused(void **state)
{
	static const struct {
		const char *key, *before;
		enum sg_reason reason;
		const char *cause;
	} rows[] = {
		{"a.x", "a: &b\n", SG_R_EDIT_NO_FIELD, "f.yaml:1:4: there is no \"x\" here"},
		{"a.x", "a: !!null\n", SG_R_KEY_NOT_FOUND, "is a single value, not a mapping"},
		{"a.x", "{a: }\n", SG_R_EDIT_NO_FIELD, "there is no \"x\" here"},
		{"a.x", "{a}\n", SG_R_EDIT_NO_FIELD, "there is no \"x\" here"},
		{"a[0].x", "a:\n-\n", SG_R_EDIT_NO_FIELD, "there is no \"x\" here"},
		{"a.x", "? a\n:\n", SG_R_EDIT_NO_FIELD, "it does not begin a line"},
		{"a.x", "? a\n", SG_R_EDIT_NO_FIELD, "there is no \"x\" here"},
		{"a.x.y", "a:\n", SG_R_KEY_NOT_FOUND, "is empty, not a mapping"},
		{"a.x", "a: ~\n", SG_R_EDIT_NO_FIELD, "there is no \"x\" here"},
		{"a.x", "a: b\n", SG_R_KEY_NOT_FOUND, "is a single value, not a mapping"},
		{"a.x", "a: [b]\n", SG_R_KEY_NOT_FOUND, "is a list, not a mapping"},
		{"b.x.y", "a: b\n", SG_R_KEY_NOT_FOUND, "has no key \"b\""},
		{"c.x", "a: &a {b: 1}\nc:\n  <<: *a\n  d: 1\n", SG_R_EDIT_MERGE_KEY, "merge key"},
		{"a.x", "a: &a\n  b: 1\nc: *a\n", SG_R_EDIT_SHARED, "both would change"},
		{"c.x", "a: &a\n  b: 1\nc: *a\n", SG_R_EDIT_ALIAS, "alias"},
		{"a.x", "a: {b: 1}\na: {c: 1}\n", SG_R_EDIT_DUPLICATE, "stands twice"},
		{"x", "? a\n: b\n", SG_R_EDIT_NO_FIELD, "it does not begin a line"},
		{"x", "? a\n", SG_R_EDIT_NO_FIELD, "a key without a value"},
		{"x", "? [a]\n: b\n", SG_R_EDIT_NO_FIELD, "it does not begin a line"},
		{"a.x", "a: {b}\n", SG_R_EDIT_NO_FIELD, "a key without a value"},
		{"a.x", "a: {? b : c}\n", SG_R_EDIT_NO_FIELD, "a key without a value"},
		{"a.x", "a: { # c\n }\n", SG_R_EDIT_NO_FIELD, "comment"},
		{"a.x", "a: {b: c # d\n }\n", SG_R_EDIT_NO_FIELD, "comment"},
		{"x", "b: |\n  c", SG_R_EDIT_UNPROVEN, "another value"},
		{"x", "b: |-\n  c", SG_R_EDIT_UNPROVEN, "another place"},
		{"a.x", "z: 1\na:\n  b: c # d\xc2\x85y: 2\n", SG_R_EDIT_UNPROVEN, "readers differ"},
		{"a.x", "z: 1\na:\n  b: c\xe2\x80\xa8y: 2\n", SG_R_EDIT_UNPROVEN, "readers differ"},
		{"[0].x", "- # c\xe2\x80\xa8  b: c\n", SG_R_EDIT_UNPROVEN, "readers differ"},
		{"x", "{{ a }}: b\n", SG_R_EDIT_TEMPLATE, "template"},
		{"x", "", SG_R_KEY_NOT_FOUND, "the file is empty"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edit_fails(set(sg_str_of(rows[i].before), rows[i].key, "v2"), rows[i].reason,
			rows[i].cause);
}

/* By itself only what the configuration names, or what every image has; never a typing error. */
static void when_it_is_added(void **state)
{
	struct sg_edit_ask ask = ask_key(SG_STR("image:\n  repository: a\n"), "image.tag", "v2");

	(void)state;
	edit_fails(ask, SG_R_KEY_NOT_FOUND, "has no key \"tag\"");
	ask.add = SG_EDIT_ADD_USUAL;
	edits_to(ask, SG_STR("image:\n  repository: a\n  tag: v2\n"));
	ask.part = SG_PART_DIGEST;
	ask.value = DIGEST;
	edit_fails(ask, SG_R_KEY_NOT_FOUND, "has no key \"tag\"");
	ask.key = "image.digest";
	edits_to(ask, SG_STR("image:\n  repository: a\n  digest: " DIGEST "\n"));
	ask = set(SG_STR("image:\n  tga: v1\n"), "image.tag", "v2");
	ask.add = SG_EDIT_ADD_USUAL;
	edit_fails(ask, SG_R_KEY_NOT_FOUND, "has no key \"tag\"");
	ask.add = SG_EDIT_ADD_ANY;
	edits_to(ask, SG_STR("image:\n  tga: v1\n  tag: v2\n"));
	ask = set(SG_STR("image:\n  tag: v1\n"), "image.pullPolicy", "v2");
	ask.add = SG_EDIT_ADD_USUAL;
	edit_fails(ask, SG_R_KEY_NOT_FOUND, "has no key \"pullPolicy\"");
	ask = ask_key(SG_STR("image:\n  repository: a\n  digest: " DIGEST "\n"), "image.tag", "v2");
	ask.add = SG_EDIT_ADD_USUAL;
	edit_fails(ask, SG_R_EDIT_DIGEST, "a digest stands beside the tag (line 3)");
	ask.with_digest = true;
	edits_to(ask, SG_STR("image:\n  repository: a\n  tag: v2\n  digest: " DIGEST "\n"));
}

#define MAX_ASKS 4

static void several_at_once(void **state)
{
	static const struct {
		struct {
			const char *key, *value;
			int line, column;
		} asks[MAX_ASKS];
		const char *before, *after;
	} rows[] = {
		{{{"i.digest", "d", 4, 11}, {"i.tag", "t", 3, 8}}, "i:\n  repository: a\n",
			"i:\n  repository: a\n  tag: t\n  digest: d\n"},
		{{{"i.x", "1", 4, 6}, {"i.tag", "t", 3, 8}, {"z", "2", 5, 4}},
			"i:\n  repository: a\nz: 1",
			"i:\n  repository: a\n  tag: t\n  x: \"1\"\nz: \"2\""},
		{{{"i.digest", "d", 3, 11}, {"i.tag", "t", 2, 8}}, "i:\n  tag: s\nz: 1\n",
			"i:\n  tag: t\n  digest: d\nz: 1\n"},
		{{{"a.b.x", "p", 4, 8}, {"a.x", "q", 5, 6}, {"x", "r", 6, 4}},
			"a:\n  b:\n    c: 1\n", "a:\n  b:\n    c: 1\n    x: p\n  x: q\nx: r\n"},
		{{{"a.x", "p", 1, 14}, {"a.w", "q", 1, 8}}, "a: {}\n", "a: {w: q, x: p}\n"},
		{{{"a.tag", "t", 3, 8}, {"a.repository", "r", 2, 15}, {"b.x", "p", 5, 6},
			 {"z", "q", 6, 4}},
			"a:\nb:\n", "a:\n  repository: r\n  tag: t\nb:\n  x: p\nz: q\n"},
		{{{"l[0].x", "p", 3, 6}, {"l[1].x", "q", 5, 6}}, "l:\n- a: 1\n- a: 2\n",
			"l:\n- a: 1\n  x: p\n- a: 2\n  x: q\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_ask asks[MAX_ASKS];
		struct sg_edit_done dones[MAX_ASKS];
		struct sg_err err = SG_ERR_INIT;
		size_t failed, count = 0;

		for (; count < MAX_ASKS && rows[i].asks[count].key; count++)
			asks[count] = set(sg_str_of(rows[i].before), rows[i].asks[count].key,
				rows[i].asks[count].value);
		if (sg_edit_apply_all(&arena, asks, count, dones, &failed, &err) < 0)
			fail_msg("%s: %s", rows[i].before, err.cause);
		if (!sg_str_is(dones[0].text, rows[i].after))
			fail_msg("want %s got %.*s", rows[i].after, SG_STR_ARG(dones[0].text));
		for (size_t j = 0; j < count; j++)
			if (dones[j].line != rows[i].asks[j].line ||
				dones[j].column != rows[i].asks[j].column)
				fail_msg("%zu.%zu: %d:%d %d:%d\n", i, j, dones[j].line,
					dones[j].column, rows[i].asks[j].line,
					rows[i].asks[j].column);
	}
}

static void two_that_want_the_same_key(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask asks[2] = {
		set(SG_STR("a: 1\n"), "x", "v"), set(SG_STR("a: 1\n"), "x", "v")};
	struct sg_edit_done dones[2];
	struct sg_err err = SG_ERR_INIT;
	size_t failed;

	(void)state;
	assert_int_equal(sg_edit_apply_all(&arena, asks, 2, dones, &failed, &err), 0);
	assert_true(sg_str_is(dones[0].text, "a: 1\nx: v\n"));
	assert_true(dones[0].added && !dones[0].unchanged && !dones[1].added && dones[1].unchanged);
	assert_string_equal(dones[0].from, "");
	asks[1].value = "w";
	assert_int_equal(sg_edit_apply_all(&arena, asks, 2, dones, &failed, &err), -1);
	assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
	assert_int_equal(failed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(into_blocks),
		cmocka_unit_test(into_braces),
		cmocka_unit_test(refused),
		cmocka_unit_test(when_it_is_added),
		cmocka_unit_test(several_at_once),
		cmocka_unit_test(two_that_want_the_same_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
