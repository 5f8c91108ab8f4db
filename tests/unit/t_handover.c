#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "step/handover.h"

#define US 51
#define SOMEBODY 11

static bool is_withdrawn(const struct sg_gitlab_note *notes, size_t count)
{
	static const struct sg_forge forge = {.me = {.id = US}};
	static const struct sg_policy policy = {0};

	return sg_handover_is_withdrawn(&forge, &policy, notes, count);
}

static void only_a_person_withdraws(void **state)
{
	static const struct {
		const char *body;
		int64_t author;
		bool is_no_system_note, withdrawn;
	} rows[] = {
		{"canceled the automatic merge", SOMEBODY, false, true},
		{"removed this merge request from the merge train", SOMEBODY, false, true},
		{"canceled automatic add to merge train", SOMEBODY, false, true},
		{"canceled the automatic merge", US, false, false},
		{"canceled the automatic merge", SOMEBODY, true, false},
		{"aborted the automatic merge because the target branch was updated. Learn more.",
			SOMEBODY, false, false},
		{"removed this merge request from the merge train because pipeline did not succeed",
			SOMEBODY, false, false},
		{"changed the description", SOMEBODY, false, false},
		{"", SOMEBODY, false, false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const struct sg_gitlab_note note = {.system = !rows[i].is_no_system_note,
			.body = rows[i].body,
			.author_id = rows[i].author};

		assert_int_equal(is_withdrawn(&note, 1), rows[i].withdrawn);
	}
}

/* Until somebody puts it there again, or another head comes. */
static void what_comes_later_counts(void **state)
{
	static const struct {
		const char *body;
		bool withdrawn;
	} rows[] = {
		{"enabled an automatic merge when all merge checks for 1234 pass", false},
		{"enabled an automatic merge when the pipeline for 1234 succeeds", false},
		{"enabled automatic add to merge train when the pipeline for 1234 succeeds", false},
		{"started a merge train", false},
		{"added this merge request to the merge train at position 2", false},
		{"added 1 commit\n\n* 1234", false},
		{"added 12 commits\n\n* 1234", false},
		{"added ~3 label", true},
		{"added", true},
		{"approved this merge request", true},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const struct sg_gitlab_note notes[] = {
			{.system = true,
				.body = "canceled the automatic merge",
				.author_id = SOMEBODY},
			{.system = true, .body = rows[i].body, .author_id = SOMEBODY},
		};

		assert_int_equal(is_withdrawn(notes, 2), rows[i].withdrawn);
	}
}

/* Who told GitLab last, of what it merged in the end. */
static void whose_the_last_word_was(void **state)
{
	static const char put[] = "enabled an automatic merge when all merge checks for 1234 pass";
	static const struct sg_forge forge = {.me = {.id = US}};
	static const struct sg_policy policy = {0};
	static const struct {
		const char *body;
		int64_t author;
		bool ours;
	} rows[] = {
		{"merged", US, true},
		{"approved this merge request", SOMEBODY, true},
		{"added 1 commit\n\n* 1234", US, false},
		{"canceled the automatic merge", US, false},
		{"canceled the automatic merge", SOMEBODY, false},
		{"aborted the automatic merge because the target branch was updated", US, false},
		{put, SOMEBODY, false},
		{"started a merge train", US, true},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_gitlab_note notes[] = {
			{.system = true, .body = put, .author_id = US},
			{.system = true, .body = rows[i].body, .author_id = rows[i].author},
		};

		assert_int_equal(sg_handover_was_ours(&forge, &policy, notes, 2), rows[i].ours);
		notes[0].system = false;
		assert_int_equal(sg_handover_was_ours(&forge, &policy, notes, 1), false);
	}
	assert_false(sg_handover_was_ours(&forge, &policy, NULL, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_person_withdraws),
		cmocka_unit_test(what_comes_later_counts),
		cmocka_unit_test(whose_the_last_word_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
