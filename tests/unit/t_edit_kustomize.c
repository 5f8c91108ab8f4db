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
		{SG_PART_TAG, HEAD "- name: " WEB "\n  newTag: |-\n    v1\n", SG_R_EDIT_MULTILINE,
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
		cmocka_unit_test(odd_names),
		cmocka_unit_test(reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
