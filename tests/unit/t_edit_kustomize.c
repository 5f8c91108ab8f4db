#include "edit/kustomize.h"
#include "edit_case.h"

#define HEAD                                                                                       \
	"apiVersion: kustomize.config.k8s.io/v1beta1\n"                                            \
	"kind: Kustomization\n"                                                                    \
	"images:\n"
#define WEB "r.io:5000/shop/web"

static struct sg_edit_ask with_part(struct sg_edit_ask ask, enum sg_image_part part)
{
	ask.part = part;
	return ask;
}

static void a_field_of_an_entry(void **state)
{
	static const struct {
		enum sg_image_part part;
		const char *value, *before, *after;
	} rows[] = {
		{SG_PART_TAG, "v2",
			HEAD "- name: x\n  newTag: v1\n- name: " WEB "\n  newTag: v1 # c\n",
			HEAD "- name: x\n  newTag: v1\n- name: " WEB "\n  newTag: v2 # c\n"},
		{SG_PART_TAG, "v2",
			HEAD "    - newTag: 'v1'\n      name: \"" WEB "\"\n      newName: y\n",
			HEAD "    - newTag: 'v2'\n      name: \"" WEB "\"\n      newName: y\n"},
		{SG_PART_TAG, "1.10", HEAD "- {name: " WEB ", newTag: v1}\n",
			HEAD "- {name: " WEB ", newTag: \"1.10\"}\n"},
		{SG_PART_TAG, "v2", HEAD "- name: " WEB "\n  newTag: v1\n  digest: ''\n",
			HEAD "- name: " WEB "\n  newTag: v2\n  digest: ''\n"},
		{SG_PART_DIGEST, DIGEST,
			HEAD "- name: " WEB "\n  newTag: v1\n  digest: " OTHER_DIGEST "\n",
			HEAD "- name: " WEB "\n  newTag: v1\n  digest: " DIGEST "\n"},
		{SG_PART_REPOSITORY, "a.io/b", HEAD "- name: " WEB "\n  newName: c\n  newTag: v1\n",
			HEAD "- name: " WEB "\n  newName: a.io/b\n  newTag: v1\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		edits_to(with_part(ask_image(sg_str_of(rows[i].before), WEB, rows[i].value),
				 rows[i].part),
			sg_str_of(rows[i].after));
}

static void refusals(void **state)
{
	static const struct {
		enum sg_image_part part;
		const char *text;
		enum sg_reason reason;
		const char *cause, *hint;
	} rows[] = {
		{SG_PART_TAG, HEAD "- name: a\n  newTag: v1\n- name: b/shop/web\n  newTag: v1\n",
			SG_R_IMAGE_NOT_FOUND, "\"images\" has no item whose name is \"" WEB "\"",
			"there are: a, b/shop/web"},
		{SG_PART_TAG, HEAD "- name: shop/web\n  newTag: v1\n", SG_R_IMAGE_NOT_FOUND,
			"no item", NULL},
		{SG_PART_TAG, HEAD "- name: docker.io/web\n  newName: " WEB "\n  newTag: v1\n",
			SG_R_IMAGE_NOT_FOUND, "no item",
			"the entry \"docker.io/web\" has it as newName"},
		{SG_PART_TAG, "kind: Kustomization\n", SG_R_IMAGE_NOT_FOUND,
			"the document has no key \"images\"", NULL},
		{SG_PART_TAG, "images:\n", SG_R_IMAGE_NOT_FOUND, "\"images\" is empty, not a list",
			NULL},
		{SG_PART_TAG, "images: {a: b}\n", SG_R_IMAGE_NOT_FOUND, "is a mapping, not a list",
			NULL},
		{SG_PART_TAG, "images: []\n", SG_R_IMAGE_NOT_FOUND, "no item", ""},
		{SG_PART_TAG, HEAD "- name: " WEB "\n", SG_R_EDIT_NO_FIELD,
			"f.yaml:4:3: the entry has no newTag", "write a first newTag"},
		{SG_PART_TAG, HEAD "- name: " WEB "\n  digest: " DIGEST "\n", SG_R_EDIT_DIGEST,
			"f.yaml:5:11: the entry has no newTag; it is fixed by this digest", NULL},
		{SG_PART_TAG, HEAD "- name: " WEB "\n  newTag: v1\n  digest: " DIGEST "\n",
			SG_R_EDIT_DIGEST, "f.yaml:5:11: a digest stands beside the tag (line 6)",
			"part digest"},
		{SG_PART_REPOSITORY, HEAD "- name: " WEB "\n  newTag: v1\n", SG_R_EDIT_NO_FIELD,
			"the entry has no newName", NULL},
		{SG_PART_TAG, HEAD "- name: " WEB "\n  newTag: v1\n- name: " WEB "\n  newTag: v1\n",
			SG_R_EDIT_DUPLICATE, "f.yaml:6:3: two items of \"images\" have the name",
			NULL},
		{SG_PART_TAG, HEAD "- name: " WEB "\n  newTag: v1\n  newTag: v2\n",
			SG_R_EDIT_DUPLICATE,
			"f.yaml:6:3: the key \"newTag\" stands twice (first at line 5)", NULL},
		{SG_PART_TAG, "x: &x {newTag: v1}\n" HEAD "- name: " WEB "\n  <<: *x\n",
			SG_R_EDIT_MERGE_KEY, "merge key", NULL},
		{SG_PART_TAG, "x: &x [{name: " WEB ", newTag: v1}]\nimages: *x\n", SG_R_EDIT_ALIAS,
			"the alias *x", NULL},
		{SG_PART_TAG, HEAD "- name: " WEB "\n  newTag: |\n    v1\n", SG_R_EDIT_MULTILINE,
			"block of lines", NULL},
		{SG_PART_REFERENCE, HEAD "- name: " WEB "\n  newTag: v1\n", SG_R_CONFIG_INVALID,
			"an entry of `images` has no reference", NULL},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		const char *value = rows[i].part == SG_PART_REPOSITORY ? "a/b" : "v2";
		struct sg_edit_ask ask =
			with_part(ask_image(sg_str_of(rows[i].text), WEB, value), rows[i].part);
		struct sg_err err = SG_ERR_INIT;
		struct sg_edit_done done;

		edit_fails(ask, rows[i].reason, rows[i].cause);
		assert_int_equal(sg_edit_apply(&arena, &ask, &done, &err), -1);
		if (rows[i].hint && !strstr(err.hint, rows[i].hint))
			fail_msg("%s: hint \"%s\" lacks \"%s\"", err.cause, err.hint, rows[i].hint);
	}
}

static void both_tag_and_digest(void **state)
{
	struct sg_edit_ask ask = ask_image(
		SG_STR(HEAD "- name: " WEB "\n  newTag: v1\n  digest: " DIGEST "\n"), WEB, "v2");

	(void)state;
	ask.with_digest = true;
	edits_to(ask, SG_STR(HEAD "- name: " WEB "\n  newTag: v2\n  digest: " DIGEST "\n"));
}

static void what_is_missing_is_added(void **state)
{
	static const struct {
		enum sg_image_part part;
		const char *value, *before, *after;
	} rows[] = {
		/* a field */
		{SG_PART_TAG, "v2", HEAD "- name: " WEB "\n",
			HEAD "- name: " WEB "\n  newTag: v2\n"},
		{SG_PART_TAG, "1.10", HEAD "- {name: " WEB "}\n",
			HEAD "- {name: " WEB ", newTag: \"1.10\"}\n"},
		{SG_PART_DIGEST, DIGEST, HEAD "- name: " WEB "\n  newTag: v1\n- name: x\n",
			HEAD "- name: " WEB "\n  newTag: v1\n  digest: " DIGEST "\n- name: x\n"},
		{SG_PART_REPOSITORY, "a/b", HEAD "- name: '" WEB "'\n  newTag: v1\n",
			HEAD "- name: '" WEB "'\n  newName: 'a/b'\n  newTag: v1\n"},
		/* an entry */
		{SG_PART_TAG, "v2", HEAD "- name: x\n  newTag: v1 # c\n# d\n",
			HEAD "- name: x\n  newTag: v1 # c\n- name: " WEB "\n  newTag: v2\n# d\n"},
		{SG_PART_TAG, "v2", HEAD "  - name: x\n    newTag: \"v1\"\nz: 1\n",
			HEAD "  - name: x\n    newTag: \"v1\"\n  - name: \"" WEB
			     "\"\n    newTag: \"v2\"\nz: 1\n"},
		{SG_PART_TAG, "v2", HEAD "-  name: x\r\n   newTag: v1\r\n",
			HEAD "-  name: x\r\n   newTag: v1\r\n-  name: " WEB
			     "\r\n   newTag: v2\r\n"},
		{SG_PART_TAG, "v2", HEAD "- name: x\n  newTag: v1",
			HEAD "- name: x\n  newTag: v1\n- name: " WEB "\n  newTag: v2"},
		{SG_PART_DIGEST, DIGEST, HEAD "- {name: x, newTag: v1}\n",
			HEAD "- {name: x, newTag: v1}\n- {name: " WEB ", digest: " DIGEST "}\n"},
		{SG_PART_TAG, "v2", "kind: Kustomization\nimages: []\n",
			"kind: Kustomization\nimages: [{name: " WEB ", newTag: v2}]\n"},
		{SG_PART_TAG, "v2", "kind: Kustomization\nimages: [{name: x, newTag: v1}]\n",
			"kind: Kustomization\nimages: [{name: x, newTag: v1}, {name: " WEB
			", newTag: v2}]\n"},
		{SG_PART_TAG, "v2", "{\"kind\": \"Component\", \"images\": []}",
			"{\"kind\": \"Component\", \"images\": [{\"name\": \"" WEB
			"\", \"newTag\": \"v2\"}]}"},
		/* the list */
		{SG_PART_TAG, "v2", "images: # c\nkind: Kustomization\n",
			"images: # c\n- name: " WEB "\n  newTag: v2\nkind: Kustomization\n"},
		{SG_PART_TAG, "v2", "kind: Kustomization\nresources:\n  - a.yaml\nimages:",
			"kind: Kustomization\nresources:\n  - a.yaml\nimages:\n  - name: " WEB
			"\n    newTag: v2"},
		{SG_PART_TAG, "v2", "kind: Kustomization\nresources:\n- a.yaml\n",
			"kind: Kustomization\nresources:\n- a.yaml\nimages:\n- name: " WEB
			"\n  newTag: v2\n"},
		{SG_PART_TAG, "v2", "kind: Kustomization\nresources:\n  - a.yaml # c",
			"kind: Kustomization\nresources:\n  - a.yaml # c\nimages:\n  - name: " WEB
			"\n    newTag: v2"},
		{SG_PART_TAG, "v2", "kind: Component\r\n# the end\r\n",
			"kind: Component\r\nimages:\r\n- name: " WEB
			"\r\n  newTag: v2\r\n# the end\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_edit_ask ask = with_part(
			ask_image(sg_str_of(rows[i].before), WEB, rows[i].value), rows[i].part);

		ask.add = SG_EDIT_ADD_USUAL;
		edits_to(ask, sg_str_of(rows[i].after));
	}
}

static void what_is_not_added(void **state)
{
	static const struct {
		const char *text;
		enum sg_reason reason;
		const char *cause, *hint;
	} rows[] = {
		{HEAD "- name: r.io:5000/shop/wep\n", SG_R_IMAGE_NOT_FOUND, "no item whose name",
			"did you mean \"r.io:5000/shop/wep\"?"},
		{HEAD "- name: r.io:5000/shop/ewb\n", SG_R_IMAGE_NOT_FOUND, "no item",
			"did you mean"},
		{HEAD "- name: x\n  newName: " WEB "\n", SG_R_IMAGE_NOT_FOUND, "no item",
			"the entry \"x\" has it as newName"},
		{"kind: Deployment\n", SG_R_IMAGE_NOT_FOUND, "no key \"images\"", NULL},
		{"a: b\n", SG_R_IMAGE_NOT_FOUND, "no key \"images\"", NULL},
		{"kind: Kustomization\nimages: &a\n", SG_R_EDIT_NO_FIELD,
			"f.yaml:2:9: no entry can be added", "by hand"},
		{"kind: Kustomization\nimages: ~\n", SG_R_EDIT_NO_FIELD, "no entry can be added",
			NULL},
		{"kind: Kustomization\nimages: a\n", SG_R_EDIT_NO_FIELD, "no entry can be added",
			NULL},
		{"kind: Kustomization\nimages: {a: b}\n", SG_R_EDIT_NO_FIELD,
			"no entry can be added", NULL},
		{"kind: Kustomization\nimages:\n  a: b\n", SG_R_EDIT_NO_FIELD,
			"no list stands there", "by hand"},
		{"{kind: Kustomization}\n", SG_R_EDIT_NO_FIELD, "there is no `images`", NULL},
		{HEAD "-\n  name: x\n", SG_R_EDIT_NO_FIELD, "its own \"-\"", "by hand"},
		{HEAD "- x\n", SG_R_EDIT_NO_FIELD, "no mapping", NULL},
		{HEAD "- {}\n", SG_R_EDIT_NO_FIELD, "no mapping", NULL},
		{"x: &x {a: b}\n" HEAD "- *x\n", SG_R_EDIT_ALIAS, "alias", NULL},
		{"x: &x [{name: a}]\nkind: Kustomization\nimages: *x\n", SG_R_EDIT_ALIAS, "alias",
			NULL},
		{"kind: Kustomization\nimages: &x\n- name: a\ny: *x\n", SG_R_EDIT_SHARED, "both",
			NULL},
		{"x: &x {a: b}\nkind: Kustomization\n<<: *x\n", SG_R_EDIT_MERGE_KEY, "merge key",
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_ask ask = ask_image(sg_str_of(rows[i].text), WEB, "v2");
		struct sg_err err = SG_ERR_INIT;
		struct sg_edit_done done;

		ask.add = SG_EDIT_ADD_USUAL;
		edit_fails(ask, rows[i].reason, rows[i].cause);
		assert_int_equal(sg_edit_apply(&arena, &ask, &done, &err), -1);
		if (rows[i].hint && !strstr(err.hint, rows[i].hint))
			fail_msg("%s: hint \"%s\" lacks \"%s\"", err.cause, err.hint, rows[i].hint);
	}
}

/* Kustomize knows three names; other files say what they are by their kind. */
static void names_of_files(void **state)
{
	static const struct {
		const char *file;
		bool is;
	} rows[] = {{"kustomization.yaml", true}, {"a/kustomization.yml", true},
		{"a/b/Kustomization", true}, {"my-kustomization.yaml", false},
		{"a/my-kustomization.yaml", false}, {"kustomization.yaml/a.yaml", false},
		{"a/kustomization.json", false}, {"a/kustomization", false}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		assert_int_equal(sg_edit_is_kustomization(rows[i].file, SG_STR("resources: []\n")),
			rows[i].is);
		assert_true(sg_edit_is_kustomization(rows[i].file, SG_STR("kind: Component\n")));
		assert_false(sg_edit_is_kustomization(rows[i].file, SG_STR("kind: Secret\n")));
	}
}

static void tag_and_digest_of_a_new_entry(void **state)
{
	struct sg_str text = SG_STR("kind: Kustomization\n");
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask asks[2] = {with_part(ask_image(text, WEB, DIGEST), SG_PART_DIGEST),
		ask_image(text, WEB, "v2")};
	struct sg_edit_done dones[2];
	struct sg_err err = SG_ERR_INIT;
	size_t failed;

	(void)state;
	asks[0].add = asks[1].add = SG_EDIT_ADD_USUAL;
	assert_int_equal(sg_edit_apply_all(&arena, asks, 2, dones, &failed, &err), 0);
	assert_true(sg_str_is(dones[0].text, "kind: Kustomization\nimages:\n- name: " WEB
					     "\n  newTag: v2\n  digest: " DIGEST "\n"));
	assert_string_equal(dones[0].place, "images[name=" WEB "].digest");
	assert_int_equal(dones[0].line, 5);
	assert_int_equal(dones[1].line, 4);
}

/* A list that is not there is made once. */
static void two_new_entries(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{"kind: Kustomization\n",
			"kind: Kustomization\nimages:\n- name: a/one\n  newTag: v1\n"
			"- name: b/two\n  newTag: v2\n  digest: " DIGEST "\n"},
		{"kind: Kustomization",
			"kind: Kustomization\nimages:\n- name: a/one\n  newTag: v1\n"
			"- name: b/two\n  newTag: v2\n  digest: " DIGEST},
		{"images:\nkind: Component\n",
			"images:\n- name: a/one\n  newTag: v1\n- name: b/two\n"
			"  newTag: v2\n  digest: " DIGEST "\nkind: Component\n"},
		{"kind: Component\nimages: []\n", "kind: Component\nimages: [{name: a/one, newTag: "
						  "v1}, {name: b/two, newTag: "
						  "v2, digest: " DIGEST "}]\n"},
		{HEAD "- name: x\n  newTag: v0\n",
			HEAD "- name: x\n  newTag: v0\n- name: a/one\n  newTag: v1\n"
			     "- name: b/two\n  newTag: v2\n  digest: " DIGEST "\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_str text = sg_str_of(rows[i].before);
		struct sg_edit_ask asks[3] = {ask_image(text, "b/two", "v2"),
			ask_image(text, "a/one", "v1"),
			with_part(ask_image(text, "b/two", DIGEST), SG_PART_DIGEST)};
		struct sg_edit_done dones[3];
		struct sg_err err = SG_ERR_INIT;
		size_t failed;

		for (size_t j = 0; j < 3; j++) {
			asks[j].add = SG_EDIT_ADD_USUAL;
			asks[j].with_digest = true;
		}
		if (sg_edit_apply_all(&arena, asks, 3, dones, &failed, &err) < 0)
			fail_msg("%s: %s", rows[i].before, err.cause);
		if (!sg_str_is(dones[0].text, rows[i].after))
			fail_msg("want %s got %.*s", rows[i].after, SG_STR_ARG(dones[0].text));
	}
}

static void odd_names(void **state)
{
	edits_to(ask_image(SG_STR(HEAD "- {name: \"a ]\\\"b\", newTag: v1}\n"), "a ]\"b", "v2"),
		SG_STR(HEAD "- {name: \"a ]\\\"b\", newTag: v2}\n"));
	(void)state;
}

static void reading(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask ask =
		ask_image(SG_STR(HEAD "- name: " WEB "\n  newTag: 20240101\n"), WEB, NULL);
	struct sg_err err = SG_ERR_INIT;
	struct sg_edit_value v;

	(void)state;
	assert_int_equal(sg_edit_read(&arena, &ask, &v, &err), 0);
	assert_string_equal(v.value, "20240101");
	assert_false(v.is_text);
	assert_string_equal(v.place, "images[name=" WEB "].newTag");
	assert_string_equal(v.repository, WEB);
	assert_string_equal(v.tag, "20240101");
	assert_null(v.digest);
	ask.text = SG_STR(
		HEAD "- name: " WEB "\n  newName: a/b\n  newTag: v1\n  digest: " DIGEST "\n");
	assert_int_equal(sg_edit_read(&arena, &ask, &v, &err), 0);
	assert_string_equal(v.repository, "a/b");
	assert_string_equal(v.tag, "v1");
	assert_string_equal(v.digest, DIGEST);
	ask.part = SG_PART_REPOSITORY;
	assert_int_equal(sg_edit_read(&arena, &ask, &v, &err), 0);
	assert_string_equal(v.value, "a/b");
	assert_string_equal(v.tag, "v1");
	ask.text = SG_STR(HEAD "- name: " WEB "\n");
	assert_int_equal(sg_edit_read(&arena, &ask, &v, &err), -1);
	assert_int_equal(err.reason, SG_R_EDIT_NO_FIELD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_of_an_entry),
		cmocka_unit_test(refusals),
		cmocka_unit_test(both_tag_and_digest),
		cmocka_unit_test(what_is_missing_is_added),
		cmocka_unit_test(what_is_not_added),
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(tag_and_digest_of_a_new_entry),
		cmocka_unit_test(two_new_entries),
		cmocka_unit_test(odd_names),
		cmocka_unit_test(reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
