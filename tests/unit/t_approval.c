#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/approval.h"

#define T0 INT64_C(1770000000000)
#define BOT 1
#define FORMER_BOT 2
#define DEV 10
#define MANAGER_1 11
#define MANAGER_2 12
#define WRITER 13

static const char *const groups[] = {"@platform/release-managers", "@jane"};
static const char *const with_authors[] = {"requester", "authors"};
static const enum sg_answer is_member[] = {SG_ANSWER_YES, SG_ANSWER_NO};
static const enum sg_answer second_only[] = {SG_ANSWER_NO, SG_ANSWER_YES};
static const enum sg_answer no_member[] = {SG_ANSWER_NO, SG_ANSWER_NO};
static const enum sg_answer half_known[] = {SG_ANSWER_NO, SG_ANSWER_UNKNOWN};
static const int64_t own[] = {BOT, FORMER_BOT};
static const struct sg_requester dev_asked[] = {{DEV, "dev"}};
static const struct sg_mr_version first_head[] = {{"aaaa", T0, SG_ANSWER_YES}};

/* One story: two of the group must approve a request of the bot's that dev asked for. */
struct story {
	struct sg_arena arena;
	struct sg_gate_spec spec;
	struct sg_approval_facts facts;
	struct sg_approver people[8];
	struct sg_approval_count count;
};

static void begin(struct story *story)
{
	sg_arena_release(&story->arena);
	*story = (struct story){
		.spec = {.type = SG_GATE_APPROVAL,
			.count = 2,
			.from = groups,
			.from_count = SG_COUNT(groups)},
		.facts = {.has_mr = true,
			.author_id = BOT,
			.own_ids = own,
			.own_id_count = SG_COUNT(own),
			.versions = first_head,
			.version_count = 1,
			.head = "aaaa",
			.requesters = dev_asked,
			.requester_count = 1},
	};
}

static int begin_story(void **state)
{
	struct story *story = calloc(1, sizeof(*story));

	if (!story)
		return -1;
	begin(story);
	*state = story;
	return 0;
}

static int end_story(void **state)
{
	struct story *story = *state;

	sg_arena_release(&story->arena);
	free(story);
	return 0;
}

/* A person whose approval counts, one second after the first head. */
static struct sg_approver *approve(struct story *story, int64_t id, const char *username)
{
	struct sg_approver *person = &story->people[story->facts.approver_count++];

	*person = (struct sg_approver){.id = id,
		.username = username,
		.approved_unix_ms = T0 + 1000,
		.known = true,
		.active = true,
		.member = is_member};
	return person;
}

static void decide(struct story *story)
{
	story->facts.approvers = story->people;
	sg_approval_decide(&story->spec, &story->facts, &story->arena, &story->count);
	assert_int_equal(story->count.row_count, story->facts.approver_count);
}

static void expect(struct story *story, size_t at, enum sg_approval_reason reason)
{
	assert_string_equal(sg_approval_reason_name(story->count.rows[at].reason),
		sg_approval_reason_name(reason));
}

/* The one approval of the story counts for nothing, for this reason. */
static void expect_void(struct story *story, enum sg_approval_reason reason)
{
	decide(story);
	assert_null(story->count.trouble.words);
	assert_int_equal(story->count.counted, 0);
	expect(story, 0, reason);
}

/* Two good people approve, and the gate still cannot say yes. */
static void expect_trouble(struct story *story, const char *words)
{
	story->facts.approver_count = 0;
	(void)approve(story, MANAGER_1, "manager-1");
	(void)approve(story, MANAGER_2, "manager-2");
	decide(story);
	if (!story->count.trouble.words || !strstr(story->count.trouble.words, words))
		fail_msg("'%s' is not in '%s'", words,
			story->count.trouble.words ? story->count.trouble.words : "(no trouble)");
}

/* ---- who ---- */

static void two_members_are_two(void **state)
{
	struct story *story = *state;

	(void)approve(story, MANAGER_1, "manager-1");
	approve(story, MANAGER_2, "jane")->member = second_only;
	decide(story);
	assert_null(story->count.trouble.words);
	assert_int_equal(story->count.needed, 2);
	assert_int_equal(story->count.counted, 2);
	expect(story, 0, SG_APPROVAL_COUNTS);
	expect(story, 1, SG_APPROVAL_COUNTS);
	assert_string_equal(story->count.rows[1].username, "jane");
	assert_int_equal(story->count.rows[0].approved_unix_ms, T0 + 1000);
}

static void nobody_approved_is_none(void **state)
{
	struct story *story = *state;

	decide(story);
	assert_null(story->count.trouble.words);
	assert_int_equal(story->count.counted, 0);
}

static void the_same_person_counts_once(void **state)
{
	struct story *story = *state;

	(void)approve(story, MANAGER_1, "manager-1");
	approve(story, MANAGER_1, "manager-1")->approved_unix_ms = T0 + 2000;
	decide(story);
	assert_int_equal(story->count.counted, 1);
	expect(story, 1, SG_APPROVAL_TWICE);
}

static void void_approval_does_not_hide_a_good_one_of_the_same_person(void **state)
{
	struct story *story = *state;

	approve(story, MANAGER_1, "manager-1")->approved_unix_ms = 0;
	(void)approve(story, MANAGER_1, "manager-1");
	decide(story);
	assert_int_equal(story->count.counted, 1);
	expect(story, 0, SG_APPROVAL_UNKNOWN_TIME);
	expect(story, 1, SG_APPROVAL_COUNTS);
}

static void approval_of_requester_changes_nothing(void **state)
{
	struct story *story = *state;

	(void)approve(story, DEV, "dev");
	expect_void(story, SG_APPROVAL_REQUESTER);
}

static void approval_of_requester_changes_nothing_when_only_authors_are_excluded(void **state)
{
	static const char *const only_authors[] = {"authors"};
	struct story *story = *state;

	story->spec.exclude = only_authors;
	story->spec.exclude_count = 1;
	(void)approve(story, DEV, "dev");
	expect_void(story, SG_APPROVAL_REQUESTER);
}

static void everybody_who_asked_is_excluded(void **state)
{
	static const struct sg_requester two[] = {{DEV, "dev"}, {MANAGER_1, "manager-1"}};
	struct story *story = *state;

	story->facts.requesters = two;
	story->facts.requester_count = 2;
	(void)approve(story, MANAGER_1, "manager-1");
	(void)approve(story, DEV, "dev");
	decide(story);
	assert_int_equal(story->count.counted, 0);
	expect(story, 0, SG_APPROVAL_REQUESTER);
	expect(story, 1, SG_APPROVAL_REQUESTER);
}

static void approval_of_the_author_changes_nothing(void **state)
{
	struct story *story = *state;

	story->facts.author_id = MANAGER_1;
	(void)approve(story, MANAGER_1, "manager-1");
	expect_void(story, SG_APPROVAL_AUTHOR);
}

static void approval_of_a_bot_changes_nothing(void **state)
{
	struct story *story = *state;

	approve(story, 99, "project_7_bot_0a1b")->bot = true;
	expect_void(story, SG_APPROVAL_BOT);
}

static void approval_of_a_former_bot_of_ours_changes_nothing(void **state)
{
	struct story *story = *state;

	(void)approve(story, FORMER_BOT, "release-bot");
	expect_void(story, SG_APPROVAL_OWN);
}

static void approval_of_a_non_member_changes_nothing(void **state)
{
	struct story *story = *state;

	approve(story, MANAGER_1, "guest")->member = no_member;
	expect_void(story, SG_APPROVAL_NOT_MEMBER);
}

static void approval_of_a_blocked_user_changes_nothing(void **state)
{
	struct story *story = *state;

	approve(story, MANAGER_1, "manager-1")->active = false;
	expect_void(story, SG_APPROVAL_NOT_ACTIVE);
}

static void user_that_cannot_be_looked_up_does_not_count(void **state)
{
	struct story *story = *state;

	approve(story, MANAGER_1, "manager-1")->known = false;
	expect_void(story, SG_APPROVAL_UNKNOWN_USER);
	begin(story);
	(void)approve(story, 0, "nobody");
	expect_void(story, SG_APPROVAL_UNKNOWN_USER);
}

static void membership_that_cannot_be_told_does_not_count(void **state)
{
	struct story *story = *state;

	approve(story, MANAGER_1, "manager-1")->member = half_known;
	expect_void(story, SG_APPROVAL_UNKNOWN_USER);
	story->people[0].member = NULL;
	expect_void(story, SG_APPROVAL_UNKNOWN_USER);
}

static void source_author_is_excluded_only_where_authors_are(void **state)
{
	static const struct sg_source_author wrote[] = {{WRITER, "w@example.com"}};
	struct story *story = *state;

	story->facts.authors = wrote;
	story->facts.author_count = 1;
	(void)approve(story, WRITER, "writer");
	decide(story);
	assert_int_equal(story->count.counted, 1);
	story->spec.exclude = with_authors;
	story->spec.exclude_count = 2;
	expect_void(story, SG_APPROVAL_SOURCE_AUTHOR);
}

/* ---- for what ---- */

static void set_versions(
	struct story *story, const struct sg_mr_version *versions, size_t count, int64_t approved)
{
	story->facts.versions = versions;
	story->facts.version_count = count;
	story->facts.head = versions[count - 1].head;
	story->facts.approver_count = 0;
	approve(story, MANAGER_1, "manager-1")->approved_unix_ms = approved;
	decide(story);
	assert_null(story->count.trouble.words);
}

static void approver_of_older_head_with_another_change_is_void(void **state)
{
	static const struct sg_mr_version versions[] = {
		{"aaaa", T0, SG_ANSWER_NO}, {"bbbb", T0 + 5000, SG_ANSWER_YES}};

	set_versions(*state, versions, 2, T0 + 1000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
}

static void approver_of_older_head_with_the_same_change_counts(void **state)
{
	static const struct sg_mr_version versions[] = {{"aaaa", T0, SG_ANSWER_YES},
		{"bbbb", T0 + 5000, SG_ANSWER_YES}, {"cccc", T0 + 9000, SG_ANSWER_YES}};

	set_versions(*state, versions, 3, T0 + 1000);
	expect(*state, 0, SG_APPROVAL_COUNTS);
	set_versions(*state, versions, 3, T0 + 6000);
	expect(*state, 0, SG_APPROVAL_COUNTS);
}

static void another_change_in_between_voids_what_was_approved_before_it(void **state)
{
	static const struct sg_mr_version versions[] = {{"aaaa", T0, SG_ANSWER_YES},
		{"evil", T0 + 5000, SG_ANSWER_NO}, {"aaaa", T0 + 9000, SG_ANSWER_YES}};

	set_versions(*state, versions, 3, T0 + 1000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
	set_versions(*state, versions, 3, T0 + 6000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
	set_versions(*state, versions, 3, T0 + 9001);
	expect(*state, 0, SG_APPROVAL_COUNTS);
}

static void change_that_cannot_be_compared_voids(void **state)
{
	static const struct sg_mr_version before[] = {
		{"aaaa", T0, SG_ANSWER_UNKNOWN}, {"bbbb", T0 + 5000, SG_ANSWER_YES}};
	static const struct sg_mr_version between[] = {{"aaaa", T0, SG_ANSWER_YES},
		{"bbbb", T0 + 5000, SG_ANSWER_UNKNOWN}, {"cccc", T0 + 9000, SG_ANSWER_YES}};
	static const struct sg_mr_version present[] = {
		{"aaaa", T0, SG_ANSWER_YES}, {"bbbb", T0 + 5000, SG_ANSWER_UNKNOWN}};

	set_versions(*state, before, 2, T0 + 1000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
	set_versions(*state, between, 3, T0 + 1000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
	set_versions(*state, present, 2, T0 + 1000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
}

static void approval_of_the_present_head_itself_counts(void **state)
{
	static const struct sg_mr_version versions[] = {
		{"aaaa", T0, SG_ANSWER_NO}, {"bbbb", T0 + 5000, SG_ANSWER_UNKNOWN}};

	set_versions(*state, versions, 2, T0 + 5001);
	expect(*state, 0, SG_APPROVAL_COUNTS);
}

static void approval_in_the_millisecond_of_a_new_head_is_for_the_head_before(void **state)
{
	static const struct sg_mr_version other[] = {
		{"aaaa", T0, SG_ANSWER_NO}, {"bbbb", T0 + 5000, SG_ANSWER_YES}};
	static const struct sg_mr_version same[] = {
		{"aaaa", T0, SG_ANSWER_YES}, {"bbbb", T0 + 5000, SG_ANSWER_YES}};

	set_versions(*state, other, 2, T0 + 5000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
	set_versions(*state, same, 2, T0 + 5000);
	expect(*state, 0, SG_APPROVAL_COUNTS);
}

static void approval_before_the_first_head_is_void(void **state)
{
	set_versions(*state, first_head, 1, T0 - 1);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
	set_versions(*state, first_head, 1, T0);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
}

static void heads_out_of_order_are_read_against_the_approver(void **state)
{
	static const struct sg_mr_version versions[] = {{"aaaa", T0, SG_ANSWER_NO},
		{"bbbb", T0 + 9000, SG_ANSWER_YES}, {"cccc", T0 + 5000, SG_ANSWER_YES}};

	set_versions(*state, versions, 3, T0 + 6000);
	expect(*state, 0, SG_APPROVAL_OTHER_CHANGE);
}

static void approval_without_a_time_does_not_count(void **state)
{
	struct story *story = *state;

	approve(story, MANAGER_1, "manager-1")->approved_unix_ms = 0;
	expect_void(story, SG_APPROVAL_UNKNOWN_TIME);
}

/* ---- what closes the gate ---- */

static void unreadable_approvals_close(void **state)
{
	struct story *story = *state;

	story->facts.trouble.words = "GET approvals: 502";
	expect_trouble(story, "GET approvals: 502");
	assert_false(story->count.trouble.passes);
}

static void trouble_that_passes_is_told_as_such_wherever_it_comes_from(void **state)
{
	static const struct sg_trouble away = {"no answer came", true};
	struct story *story = *state;
	struct sg_trouble *all[] = {&story->facts.trouble, &story->facts.requesters_trouble,
		&story->facts.authors_trouble};

	story->spec.exclude = with_authors;
	story->spec.exclude_count = 2;
	for (size_t i = 0; i < SG_COUNT(all); i++) {
		*all[i] = away;
		expect_trouble(story, "no answer came");
		assert_true(story->count.trouble.passes);
		*all[i] = (struct sg_trouble){0};
	}
	story->facts.from_trouble = &away;
	story->spec.from_count = 1;
	expect_trouble(story, "no answer came");
	assert_true(story->count.trouble.passes);
}

static void no_merge_request_closes(void **state)
{
	struct story *story = *state;

	story->facts.has_mr = false;
	expect_trouble(story, "no merge request yet");
}

static void unknown_author_of_the_request_closes(void **state)
{
	struct story *story = *state;

	story->facts.author_id = 0;
	expect_trouble(story, "author of the merge request");
}

static void facts_of_two_moments_close_for_now(void **state)
{
	struct story *story = *state;

	story->facts.head = "bbbb";
	expect_trouble(story, "moved while");
	assert_true(story->count.moved);
}

static void no_known_heads_close(void **state)
{
	struct story *story = *state;

	story->facts.version_count = 0;
	expect_trouble(story, "which heads");
	assert_false(story->count.moved);
	begin(story);
	story->facts.head = NULL;
	expect_trouble(story, "which heads");
}

static void edited_requester_note_closes(void **state)
{
	struct story *story = *state;

	story->facts.requesters_trouble.words = "note 17 was edited";
	expect_trouble(story, "note 17 was edited");
}

static void nobody_known_who_asked_closes(void **state)
{
	static const struct sg_requester unknown[] = {{0, "?"}};
	struct story *story = *state;

	story->facts.requester_count = 0;
	expect_trouble(story, "who asked for this promotion");
	story->facts.requesters = unknown;
	story->facts.requester_count = 1;
	expect_trouble(story, "cannot be told");
}

static void unreadable_source_closes_only_where_authors_are_excluded(void **state)
{
	struct story *story = *state;

	story->facts.authors_trouble.words = "the service names no source";
	(void)approve(story, MANAGER_1, "manager-1");
	decide(story);
	assert_null(story->count.trouble.words);
	assert_int_equal(story->count.counted, 1);
	story->spec.exclude = with_authors;
	story->spec.exclude_count = 2;
	expect_trouble(story, "names no source");
}

static void source_author_whom_gitlab_does_not_know_closes(void **state)
{
	static const struct sg_source_author wrote[] = {{WRITER, "w@a"}, {0, "who@example.com"}};
	struct story *story = *state;

	story->spec.exclude = with_authors;
	story->spec.exclude_count = 2;
	story->facts.authors = wrote;
	story->facts.author_count = 2;
	expect_trouble(story, "who@example.com");
}

static void group_that_cannot_be_read_closes_even_when_others_are_enough(void **state)
{
	static const struct sg_trouble troubles[] = {{0}, {"@jane: 404 User Not Found", false}};
	struct story *story = *state;

	story->facts.from_trouble = troubles;
	expect_trouble(story, "404 User Not Found");
}

static void gate_that_names_nobody_closes(void **state)
{
	struct story *story = *state;

	story->spec.from_count = 0;
	expect_trouble(story, "names nobody");
	assert_int_equal(story->count.counted, 0);
}

static void count_of_none_is_one(void **state)
{
	struct story *story = *state;

	story->spec.count = 0;
	decide(story);
	assert_int_equal(story->count.needed, 1);
}

static void every_reason_has_a_name_and_words(void **state)
{
	(void)state;
#define SG_X(name, words)                                                                          \
	assert_string_equal(sg_approval_reason_name(SG_APPROVAL_##name), #name);                   \
	assert_string_equal(sg_approval_reason_text(SG_APPROVAL_##name), words);
	SG_APPROVAL_REASONS(SG_X)
#undef SG_X
}

#define STORY(f) cmocka_unit_test_setup_teardown(f, begin_story, end_story)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(two_members_are_two),
		STORY(nobody_approved_is_none),
		STORY(the_same_person_counts_once),
		STORY(void_approval_does_not_hide_a_good_one_of_the_same_person),
		STORY(approval_of_requester_changes_nothing),
		STORY(approval_of_requester_changes_nothing_when_only_authors_are_excluded),
		STORY(everybody_who_asked_is_excluded),
		STORY(approval_of_the_author_changes_nothing),
		STORY(approval_of_a_bot_changes_nothing),
		STORY(approval_of_a_former_bot_of_ours_changes_nothing),
		STORY(approval_of_a_non_member_changes_nothing),
		STORY(approval_of_a_blocked_user_changes_nothing),
		STORY(user_that_cannot_be_looked_up_does_not_count),
		STORY(membership_that_cannot_be_told_does_not_count),
		STORY(source_author_is_excluded_only_where_authors_are),
		STORY(approver_of_older_head_with_another_change_is_void),
		STORY(approver_of_older_head_with_the_same_change_counts),
		STORY(another_change_in_between_voids_what_was_approved_before_it),
		STORY(change_that_cannot_be_compared_voids),
		STORY(approval_of_the_present_head_itself_counts),
		STORY(approval_in_the_millisecond_of_a_new_head_is_for_the_head_before),
		STORY(approval_before_the_first_head_is_void),
		STORY(heads_out_of_order_are_read_against_the_approver),
		STORY(approval_without_a_time_does_not_count),
		STORY(unreadable_approvals_close),
		STORY(trouble_that_passes_is_told_as_such_wherever_it_comes_from),
		STORY(no_merge_request_closes),
		STORY(unknown_author_of_the_request_closes),
		STORY(facts_of_two_moments_close_for_now),
		STORY(no_known_heads_close),
		STORY(edited_requester_note_closes),
		STORY(nobody_known_who_asked_closes),
		STORY(unreadable_source_closes_only_where_authors_are_excluded),
		STORY(source_author_whom_gitlab_does_not_know_closes),
		STORY(group_that_cannot_be_read_closes_even_when_others_are_enough),
		STORY(gate_that_names_nobody_closes),
		STORY(count_of_none_is_one),
		STORY(every_reason_has_a_name_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
