#include "edit_case.h"

#include "base/buf.h"
#include "edit/locate.h"
#include "edit/prove.h"

/* Events looked at to find the last key of LINES mappings with one selector on the way. */
static size_t cost(int lines)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_edit_tree tree = {.file = "f"};
	struct sg_edit_path path;
	struct sg_edit_site site;
	struct sg_err err = SG_ERR_INIT;
	size_t root;

	sg_buf_init(&buf, 4 * 1024 * 1024);
	sg_buf_adds(&buf, "top: &top\n");
	for (int i = 0; i < lines; i++)
		sg_buf_addf(&buf, "  key-%d: {a: [x, y], b: {c: d}}\n", i);
	sg_buf_adds(&buf, "  list: &list\n");
	for (int i = 0; i < lines; i++)
		sg_buf_addf(&buf, "  - {name: n%d, tag: v1}\n", i);
	tree.text = sg_buf_str(&buf);
	assert_int_equal(sg_yaml_parse(&arena, "f", tree.text, &tree.events, &err), 0);
	assert_int_equal(
		sg_edit_path_parse(&arena,
			sg_arena_printf(&arena, "top.list[name=n%d].tag", lines - 1), &path, &err),
		0);
	assert_int_equal(sg_edit_document(&tree, &path.document, &root, &err), 0);
	if (sg_edit_locate(&arena, &tree, root, &path, &site, &err) < 0)
		fail_msg("%s", err.cause);
	assert_true(site.flow);
	assert_true(sg_str_is(sg_edit_event(&tree, site.node).value, "v1"));
	return tree.visits;
}

static void cost_is_linear(void **state)
{
	size_t small = cost(500), large = cost(8000);

	(void)state;
	if (large > 17 * small)
		fail_msg("500 lines: %zu events looked at, 8000 lines: %zu", small, large);
}

struct claim_row {
	const char *after;
	const char *value;
	enum sg_yaml_style style;
	size_t len;
};

static int prove(const struct claim_row *row, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_tree tree = {.file = "f", .text = SG_STR("a: 1\ntag: v1 # c\nb: [x]\n")};
	struct sg_str after = sg_str_of(row->after);
	struct sg_edit_claim claim = {
		.kind = SG_YAML_SCALAR, .style = row->style, .value = sg_str_of(row->value)};
	struct sg_edit_splice splice = {
		.start = 10,
		.end = 12,
		.bytes = sg_str_sub(after, 10, 10 + row->len),
		.claims = &claim,
		.claim_count = 1,
	};
	size_t failed;
	struct sg_err parse_err = SG_ERR_INIT;

	assert_int_equal(sg_yaml_parse(&arena, "f", tree.text, &tree.events, &parse_err), 0);
	while (!sg_str_is(sg_edit_event(&tree, splice.node).value, "v1"))
		splice.node++;
	return sg_edit_prove(&tree, after, &splice, 1, &failed, err);
}

/* Whatever a splice may have done, only the claimed change passes. */
static void only_the_claimed_change_is_proven(void **state)
{
	static const struct claim_row good[] = {
		{"a: 1\ntag: v2 # c\nb: [x]\n", "v2", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: \"1\" # c\nb: [x]\n", "1", SG_YAML_DOUBLE_QUOTED, 3},
	};
	static const struct claim_row bad[] = {
		{"a: 1\ntag: v2 # c\nb: [y]\n", "v2", SG_YAML_PLAIN, 2},
		{"a: 2\ntag: v2 # c\nb: [x]\n", "v2", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: v2 # d\nb: [x]\n", "v2", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: v2 # c\nb: [x]", "v2", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: v2 # c\nb: [x]\n", "v3", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: v2 # c\nb: [x]\n", "v2", SG_YAML_SINGLE_QUOTED, 2},
		{"a: 1\ntag: v2 # c\nb: [x]\n", "v2", SG_YAML_PLAIN, 3},
		{"a: 1\ntag: *b # c\nb: [x]\n", "*b", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: &b # c\nb: [x]\n", "", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: !t # c\nb: [x]\n", "", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: a: # c\nb: [x]\n", "a:", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: '' # c\nb: [x]\n", "x", SG_YAML_SINGLE_QUOTED, 2},
		{"a: 1\ntag: {} # c\nb: [x]\n", "", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: #x # c\nb: [x]\n", "#x", SG_YAML_PLAIN, 2},
		{"a: 1\ntag: v2\nz: 1 # c\nb: [x]\n", "v2", SG_YAML_PLAIN, 7},
		{"a: 1\ntag: v2\n\n  # c\nb: [x]\n", "v2", SG_YAML_PLAIN, 5},
		{"a: 1\ntag: v2\n--- # c\nb: [x]\n", "v2", SG_YAML_PLAIN, 6},
		{"a: 1\ntag:  # c\nb: [x]\n", "", SG_YAML_PLAIN, 0},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(good); i++) {
		struct sg_err err = SG_ERR_INIT;

		if (prove(&good[i], &err) < 0)
			fail_msg("%s: %s", good[i].after, err.cause);
	}
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		struct sg_err err = SG_ERR_INIT;

		if (prove(&bad[i], &err) == 0)
			fail_msg("proven: %s", bad[i].after);
		assert_int_equal(err.reason, SG_R_EDIT_UNPROVEN);
		assert_non_null(strstr(err.cause, "f:"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cost_is_linear),
		cmocka_unit_test(only_the_claimed_change_is_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
