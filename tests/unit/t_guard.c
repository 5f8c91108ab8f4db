#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "step/guard.h"

#define DIGEST_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct sg_value_change change(enum sg_image_part part, const char *from, const char *to)
{
	return (struct sg_value_change){.service = "catalog",
		.path = "values.yaml",
		.place = "image",
		.part = part,
		.line = 3,
		.from = from,
		.to = to};
}

/* The reason of the refusal; SG_R_OK when it passes. */
static enum sg_reason check(
	const struct sg_guard *guard, struct sg_value_change *values, size_t count, bool *ret_back)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_world world = {.arena = &arena};
	struct sg_loaded loaded = {.arena = &arena};
	const struct sg_environment dev = {.name = "dev"};
	struct sg_changes changes = {.values = values, .value_count = count};
	const struct sg_tree_source tip = {.label = "develop", .revision = "0123456789abcdef"};
	struct sg_err err = SG_ERR_INIT;

	if (sg_guard_check(&world, &loaded, &dev, guard, &changes, &tip, ret_back, &err) == 0)
		return SG_R_OK;
	assert_non_null(strstr(err.cause, "values.yaml:3"));
	return err.reason;
}

static enum sg_reason expected(const char *expect, enum sg_image_part part, const char *from)
{
	const struct sg_guard guard = {.expect = expect};
	struct sg_value_change value = change(part, from, "new");
	bool back;

	return check(&guard, &value, 1, &back);
}

static void each_part_that_is_named_is_compared(void **state)
{
	static const char host[] = "localhost:5000/shop/catalog";

	(void)state;
	assert_int_equal(expected("1.4.1", SG_PART_TAG, "1.4.1"), SG_R_OK);
	assert_int_equal(expected("1.4.1", SG_PART_TAG, "1.4.10"), SG_R_UNEXPECTED_VALUE);
	assert_int_equal(expected("1.4.1", SG_PART_TAG, ""), SG_R_UNEXPECTED_VALUE);
	assert_int_equal(expected(DIGEST_A, SG_PART_DIGEST, DIGEST_A), SG_R_OK);
	assert_int_equal(expected(DIGEST_A, SG_PART_DIGEST, DIGEST_B), SG_R_UNEXPECTED_VALUE);
	assert_int_equal(expected("5000", SG_PART_REFERENCE, host), SG_R_UNEXPECTED_VALUE);
	assert_int_equal(expected("1", SG_PART_REFERENCE, "web:1"), SG_R_OK);
	assert_int_equal(expected("1", SG_PART_REFERENCE, "web:1@" DIGEST_A), SG_R_OK);
	assert_int_equal(expected("1@" DIGEST_A, SG_PART_REFERENCE, "web:1@" DIGEST_A), SG_R_OK);
	assert_int_equal(expected("1@" DIGEST_B, SG_PART_REFERENCE, "web:1@" DIGEST_A),
		SG_R_UNEXPECTED_VALUE);
	assert_int_equal(
		expected("1@" DIGEST_A, SG_PART_REFERENCE, "web:1"), SG_R_UNEXPECTED_VALUE);
	assert_int_equal(expected("1", SG_PART_REFERENCE, "web@" DIGEST_A), SG_R_UNEXPECTED_VALUE);
	/* Nothing that could be compared is no agreement. */
	assert_int_equal(expected(DIGEST_A, SG_PART_TAG, "1"), SG_R_UNEXPECTED_VALUE);
	assert_int_equal(expected("1", SG_PART_REPOSITORY, "web"), SG_R_UNEXPECTED_VALUE);
}

static void what_is_as_wished_already_is_not_asked(void **state)
{
	const struct sg_guard guard = {.expect = "1.4.1"};
	bool back;

	(void)state;
	assert_int_equal(check(&guard, NULL, 0, &back), SG_R_OK);
	assert_false(back);
}

static void every_place_has_to_agree(void **state)
{
	const struct sg_guard guard = {.expect = "1@" DIGEST_A};
	struct sg_value_change values[] = {
		change(SG_PART_TAG, "1", "2"), change(SG_PART_DIGEST, DIGEST_A, DIGEST_B)};
	bool back;

	(void)state;
	assert_int_equal(check(&guard, values, 2, &back), SG_R_OK);
	values[1].from = DIGEST_B;
	assert_int_equal(check(&guard, values, 2, &back), SG_R_UNEXPECTED_VALUE);
}

static void going_back_is_seen_in_tags_and_references(void **state)
{
	static const struct {
		enum sg_image_part part;
		const char *from, *to;
		bool back;
	} rows[] = {
		{SG_PART_TAG, "1.5.0", "1.4.9", true},
		{SG_PART_TAG, "1.4.9", "1.5.0", false},
		{SG_PART_TAG, "1.5.0", "4f9a2c1", false},
		{SG_PART_REFERENCE, "localhost:5000/web:1.5.0", "localhost:5000/web:1.4.9", true},
		{SG_PART_REFERENCE, "web:1.5.0@" DIGEST_A, "web:1.4.9@" DIGEST_B, true},
		{SG_PART_REFERENCE, "web@" DIGEST_A, "web:1.4.9", false},
		{SG_PART_DIGEST, DIGEST_B, DIGEST_A, false},
		{SG_PART_REPOSITORY, "web1.5.0", "web1.4.9", false},
	};
	const struct sg_guard guard = {.older_reason = "it fails"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_value_change value = change(rows[i].part, rows[i].from, rows[i].to);
		bool back;

		assert_int_equal(check(&guard, &value, 1, &back), SG_R_OK);
		assert_int_equal(back, rows[i].back);
	}
}

static void an_expectation_is_a_tag_a_digest_or_both(void **state)
{
	static const char *const good[] = {"1", "v1.4.1", DIGEST_A, ("1@" DIGEST_A)};
	static const char *const bad[] = {
		"", "@", "1@", ("@" DIGEST_A), "a b", "a/b", "web:1", "sha256:12", "1@1", "-1"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(good); i++) {
		struct sg_err err = SG_ERR_INIT;

		assert_int_equal(sg_guard_expect_check(good[i], &err), 0);
	}
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		struct sg_err err = SG_ERR_INIT;

		assert_int_equal(sg_guard_expect_check(bad[i], &err), -1);
		assert_int_equal(err.reason, SG_R_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_that_is_named_is_compared),
		cmocka_unit_test(what_is_as_wished_already_is_not_asked),
		cmocka_unit_test(every_place_has_to_agree),
		cmocka_unit_test(going_back_is_seen_in_tags_and_references),
		cmocka_unit_test(an_expectation_is_a_tag_a_digest_or_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
