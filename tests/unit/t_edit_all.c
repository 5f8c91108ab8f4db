/* Several edits of one file, in one pass. */
#include "edit_case.h"

#include "base/buf.h"
#include "edit/find.h"

#define MAX_ASKS 4

struct wish {
	const char *key, *value;
};

struct row {
	struct wish wishes[MAX_ASKS];
	const char *before, *after;
};

static size_t take(const struct row *row, struct sg_edit_ask *asks)
{
	size_t count = 0;

	for (; count < MAX_ASKS && row->wishes[count].key; count++) {
		asks[count] = ask_key(
			sg_str_of(row->before), row->wishes[count].key, row->wishes[count].value);
		asks[count].any_text = true;
	}
	return count;
}

static void all_change_at_once(void **state)
{
	static const struct row rows[] = {
		{{{"a", "x"}, {"b", "w"}}, "a: 1\nb: 2\n", "a: x\nb: w\n"},
		{{{"b", "long-one"}, {"a", "x"}}, "a: 1\nb: 2 # c\nz: 3",
			"a: x\nb: long-one # c\nz: 3"},
		{{{"a[1]", "2"}, {"a[0]", ""}}, "a: [x,\n  y]\r\n", "a: [\"\",\n  \"2\"]\r\n"},
		/* the places are those of the file as it stands, also where a name changes */
		{{{"l[n=a].n", "b"}, {"l[n=a].t", "2"}}, "l:\n- {n: a, t: v}\n",
			"l:\n- {n: b, t: \"2\"}\n"},
		/* two that say the same are one */
		{{{"a.t", "x"}, {"[\"a\"].t", "x"}, {"b", "w"}}, "a: {t: 1}\nb: 2\n",
			"a: {t: x}\nb: w\n"},
		{{{"a", "x"}, {"b", "2"}, {"c", "w"}}, "a: 1\nb: \"2\"\nc:\n",
			"a: x\nb: \"2\"\nc: w\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_ask asks[MAX_ASKS];
		size_t count = take(&rows[i], asks), failed;
		struct sg_edit_done dones[MAX_ASKS];
		struct sg_err err = SG_ERR_INIT;

		if (sg_edit_apply_all(&arena, asks, count, dones, &failed, &err) < 0)
			fail_msg("%s: %s", rows[i].before, err.cause);
		for (size_t j = 0; j < count; j++) {
			assert_string_equal(dones[j].to, rows[i].wishes[j].value);
			assert_string_equal(dones[j].place, rows[i].wishes[j].key);
			if (!sg_str_is(dones[j].text, rows[i].after))
				fail_msg("%s: got %.*s", rows[i].after, SG_STR_ARG(dones[j].text));
		}
	}
}

static void the_second_of_two_equal_asks_changes_nothing(void **state)
{
	static const struct row row = {{{"a", "x"}, {"a", "x"}, {"b", "w"}}, "a: 1\nb: w\n", NULL};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask asks[MAX_ASKS];
	struct sg_edit_done dones[MAX_ASKS];
	struct sg_err err = SG_ERR_INIT;
	size_t failed;

	(void)state;
	assert_int_equal(
		sg_edit_apply_all(&arena, asks, take(&row, asks), dones, &failed, &err), 0);
	assert_false(dones[0].unchanged);
	assert_string_equal(dones[0].from, "1");
	assert_true(dones[1].unchanged);
	assert_string_equal(dones[1].from, "x");
	assert_true(dones[2].unchanged);
}

static void one_that_fails_fails_all_and_is_named(void **state)
{
	static const struct {
		struct row row;
		size_t failed;
		enum sg_reason reason;
		const char *cause;
	} rows[] = {
		{{{{"a", "x"}, {"b", "w"}, {"a", "z"}}, "a: 1\nb: 2\n", NULL}, 2,
			SG_R_CONFIG_INVALID,
			"f.yaml:1:4: a and a are one value, and shall be \"x\" and \"z\""},
		/* also when one of the two is so already */
		{{{{"a.t", "1"}, {"[\"a\"].t", "2"}}, "a: {t: '1'}\n", NULL}, 1,
			SG_R_CONFIG_INVALID, "a.t and [\"a\"].t are one value"},
		{{{{"a", "x"}, {"z", "w"}, {"b", "z"}}, "a: 1\nb: 2\n", NULL}, 1,
			SG_R_KEY_NOT_FOUND, "has no key \"z\""},
		{{{{"a", "x"}, {"b", "w"}}, "a: 1\nb: |\n  2\n", NULL}, 1, SG_R_EDIT_MULTILINE,
			"f.yaml:2:4"},
		{{{{"a", "x"}, {"b", "w"}}, "a: [1\n", NULL}, 0, SG_R_YAML_INVALID, "f.yaml"},
		{{{{"a", "x"}, {"b", "\xff"}}, "a: 1\nb: 2\n", NULL}, 1, SG_R_EDIT_REFUSED,
			"no UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		struct sg_edit_ask asks[MAX_ASKS];
		struct sg_edit_done dones[MAX_ASKS] = {{.place = NULL}};
		struct sg_err err = SG_ERR_INIT;
		size_t failed = 99, count = take(&rows[i].row, asks);

		assert_int_equal(sg_edit_apply_all(&arena, asks, count, dones, &failed, &err), -1);
		if (err.reason != rows[i].reason || !strstr(err.cause, rows[i].cause))
			fail_msg("%s: %s", sg_reason_name(err.reason), err.cause);
		assert_int_equal(failed, rows[i].failed);
		assert_null(dones[0].place);
	}
}

#define MANY 400

/* MANY mappings of MANY lines each; one place in each of them. */
static void fill(struct sg_arena *arena, struct sg_buf *buf, struct sg_edit_ask *asks)
{
	sg_buf_init(buf, 4 * 1024 * 1024);
	for (int i = 0; i < MANY; i++) {
		sg_buf_addf(buf, "service-%d:\n  tag: v1\n  list:\n", i);
		for (int j = 0; j < 100; j++)
			sg_buf_adds(buf, "  - [x, y]\n");
	}
	for (int i = 0; i < MANY; i++) {
		asks[i] = ask_key(
			sg_buf_str(buf), sg_arena_printf(arena, "service-%d.tag", i), "v22");
		asks[i].any_text = true;
	}
}

/* One text is made, whatever the number of edits, and what is not on the way is passed over. */
static void cost_grows_with_the_file_and_not_with_the_edits(void **state)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0}, out = {0}, scratch = {0};
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};
	struct sg_edit_ask *asks = sg_arena_calloc(&arena, MANY, sizeof(*asks));
	struct sg_edit_done *dones = sg_arena_calloc(&arena, MANY, sizeof(*dones));
	struct sg_edit_tree tree = {.file = "f.yaml"};
	struct sg_err err = SG_ERR_INIT;
	size_t failed;

	(void)state;
	fill(&arena, &buf, asks);
	assert_int_equal(sg_edit_apply_all(&out, asks, MANY, dones, &failed, &err), 0);
	assert_int_equal(dones[MANY - 1].text.len, buf.len + MANY);
	assert_true(out.used_bytes < buf.len + MANY * 200);

	tree.text = sg_buf_str(&buf);
	assert_int_equal(sg_yaml_parse(&scratch, tree.file, tree.text, &tree.events, &err), 0);
	for (size_t i = 0; i < MANY; i++) {
		struct sg_edit_found found;

		assert_int_equal(sg_edit_find(&scratch, &tree, &asks[i], &found, &err), 0);
	}
	assert_true(tree.visits < tree.events.count + (size_t)MANY * 3 * MANY);
}

/* Each says for itself whether what an anchor shares may change. */
static void sharing_is_for_each(void **state)
{
	static const char text[] = "a: &x {tag: v1}\nb: *x\nc: &y v1\nd: *y\n";
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_edit_ask asks[2] = {
		ask_key(SG_STR(text), "a.tag", "v2"), ask_key(SG_STR(text), "c", "v2")};
	struct sg_edit_done dones[2];
	struct sg_err err = SG_ERR_INIT;
	size_t failed;

	(void)state;
	asks[0].shared = true;
	assert_int_equal(sg_edit_apply_all(&arena, asks, 2, dones, &failed, &err), -1);
	assert_int_equal(err.reason, SG_R_EDIT_SHARED);
	assert_int_equal(failed, 1);
	asks[1].shared = true;
	assert_int_equal(sg_edit_apply_all(&arena, asks, 2, dones, &failed, &err), 0);
	assert_int_equal(dones[0].shared_line, 2);
	assert_int_equal(dones[1].shared_line, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_change_at_once),
		cmocka_unit_test(the_second_of_two_equal_asks_changes_nothing),
		cmocka_unit_test(one_that_fails_fails_all_and_is_named),
		cmocka_unit_test(cost_grows_with_the_file_and_not_with_the_edits),
		cmocka_unit_test(sharing_is_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
