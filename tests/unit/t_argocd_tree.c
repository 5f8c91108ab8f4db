/* The resources of an application as Argo CD's own API shows them: which of them are meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "cluster/argocd_tree.h"
#include "sample.h"

static int decode(
	struct sg_arena *arena, const char *text, struct sg_tree *tree, struct sg_err *err)
{
	struct sg_json *doc = NULL;
	int rc;

	assert_int_equal(sg_json_parse(sg_str_of(text), &doc, err), 0);
	rc = sg_argocd_tree_decode(doc, arena, tree, err);
	sg_json_free(doc);
	return rc;
}

static void the_recorded_tree(void **state)
{
	const char *root = sample_root();
	struct sg_arena arena = {0};
	const struct sg_tree_node *pod = NULL;
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc;
	struct sg_tree tree;

	(void)state;
	if (!root)
		skip();
	doc = sample_open(&arena,
		sg_arena_printf(&arena,
			"%s/data/argocd/samples/recorded-http/argocd-resource-tree.json", root));
	assert_int_equal(
		sg_argocd_tree_decode(sg_json_at(doc, "response.body"), &arena, &tree, &err), 0);
	sg_json_free(doc);
	assert_int_equal(tree.count, 6);
	for (size_t i = 0; i < tree.count; i++)
		if (strcmp(tree.nodes[i].kind, "Pod") == 0)
			pod = &tree.nodes[i];
	assert_non_null(pod);
	assert_true(pod->healthy);
	assert_true(sg_argocd_tree_selects(pod, "app=httpweb,pod-template-hash=d88ff464d"));
	assert_false(sg_argocd_tree_selects(pod, "app=httpweb,pod-template-hash=other"));
	assert_string_equal(sg_argocd_tree_find(&tree, pod->owner_uid)->kind, "ReplicaSet");
	assert_string_equal(sg_argocd_tree_find(&tree, pod->owner_uid)->revision, "1");
	sg_arena_release(&arena);
}

static void what_is_not_healthy_comes_first(void **state)
{
	const char *text = "{\"nodes\":[{\"name\":\"a\",\"health\":{\"status\":\"Healthy\"}},"
			   "{\"name\":\"b\",\"health\":{\"status\":\"Degraded\"}},{\"name\":\"c\"},"
			   "{\"name\":\"d\",\"health\":{\"status\":\"Progressing\"}}]}";
	struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_tree tree;
	char order[5] = "";

	(void)state;
	assert_int_equal(decode(&arena, text, &tree, &err), 0);
	for (size_t i = 0; i < tree.count; i++)
		order[i] = tree.nodes[i].name[0];
	assert_string_equal(order, "bdac");
	assert_null(sg_argocd_tree_find(&tree, ""));
	sg_arena_release(&arena);
}

static void what_is_no_tree(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{"{}", 0},
		{"{\"nodes\":null}", 0},
		{"[]", -1},
		{"{\"nodes\":{}}", 0},
		{"{\"nodes\":7}", -1},
		{"{\"nodes\":[7]}", -1},
		{"{\"nodes\":[{\"name\":7}]}", -1},
		{"{\"nodes\":[{\"name\":\"a\",\"parentRefs\":7,\"info\":7,\"health\":7}]}", 0},
		{"{\"nodes\":[{\"kind\":\"Pod\",\"networkingInfo\":{\"labels\":[1]}}]}", 0},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena = {0};
		struct sg_err err = SG_ERR_INIT;
		struct sg_tree tree;

		assert_int_equal(decode(&arena, rows[i].text, &tree, &err), rows[i].rc);
		if (rows[i].rc < 0)
			assert_int_equal(err.reason, SG_R_ANSWER_INVALID);
		sg_arena_release(&arena);
	}
}

static void a_large_one_is_cut(void **state)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;
	struct sg_arena arena = {0};
	struct sg_err err = SG_ERR_INIT;
	struct sg_tree tree;

	(void)state;
	sg_buf_init(&text, 1 << 20);
	sg_buf_adds(&text, "{\"nodes\":[{}");
	for (int i = 0; i < SG_TREE_NODES_MAX; i++)
		sg_buf_adds(&text, ",{}");
	sg_buf_adds(&text, "]}");
	assert_int_equal(decode(&arena, text.ptr, &tree, &err), 0);
	assert_int_equal(tree.count, SG_TREE_NODES_MAX);
	assert_true(tree.cut);
	sg_arena_release(&arena);
}

static void selectors_are_read_as_a_list_reads_them(void **state)
{
	static const struct sg_tree_label labels[] = {
		{"app", "web"}, {"tier", "front"}, {"job-name", "migrate"}, {"empty", ""}};
	const struct sg_tree_node node = {.labels = labels, .label_count = SG_COUNT(labels)};
	static const struct {
		const char *selector;
		bool want;
	} rows[] = {
		{"app=web", true},
		{"app=web,tier=front", true},
		{"app=web,tier=back", false},
		{"tier in (back,front)", true},
		{"tier in (back),app=web", false},
		{"app=web,tier in (a,front),!old", true},
		{"tier notin (back)", true},
		{"tier notin (front)", false},
		{"other notin (front)", true},
		{"other in (front)", false},
		{"job-name", true},
		{"!job-name", false},
		{"!old", true},
		{"old", false},
		{"empty=", true},
		{"app=", false},
		{"", false},
		{",", false},
		{"app=web,", true},
		{"tier in (", false},
		{"tier in )", false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (sg_argocd_tree_selects(&node, rows[i].selector) != rows[i].want)
			fail_msg("\"%s\"", rows[i].selector);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_recorded_tree),
		cmocka_unit_test(what_is_not_healthy_comes_first),
		cmocka_unit_test(what_is_no_tree),
		cmocka_unit_test(a_large_one_is_cut),
		cmocka_unit_test(selectors_are_read_as_a_list_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
