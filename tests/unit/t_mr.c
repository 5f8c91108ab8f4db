#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/mr.h"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* gitlab.md 6.6, older names included. */
static const struct {
	const char *word;
	enum sg_mr_class class;
} statuses[] = {
	{"mergeable", SG_MR_CLASS_GO},
	{"preparing", SG_MR_CLASS_WAIT},
	{"checking", SG_MR_CLASS_WAIT},
	{"approvals_syncing", SG_MR_CLASS_WAIT},
	{"merge_time", SG_MR_CLASS_WAIT},
	{"status_checks_must_pass", SG_MR_CLASS_WAIT},
	{"external_status_checks", SG_MR_CLASS_WAIT},
	{"unchecked", SG_MR_CLASS_RECHECK},
	{"conflict", SG_MR_CLASS_REAPPLY},
	{"need_rebase", SG_MR_CLASS_REAPPLY},
	{"ci_still_running", SG_MR_CLASS_PIPELINE},
	{"ci_must_pass", SG_MR_CLASS_PIPELINE},
	{"security_policy_pipeline_check", SG_MR_CLASS_PIPELINE},
	{"security_policy_violations", SG_MR_CLASS_PERSON},
	{"policies_denied", SG_MR_CLASS_PERSON},
	{"not_approved", SG_MR_CLASS_PERSON},
	{"requested_changes", SG_MR_CLASS_PERSON},
	{"discussions_not_resolved", SG_MR_CLASS_PERSON},
	{"draft_status", SG_MR_CLASS_PERSON},
	{"merge_request_blocked", SG_MR_CLASS_PERSON},
	{"jira_association_missing", SG_MR_CLASS_PERSON},
	{"title_regex", SG_MR_CLASS_PERSON},
	{"locked_paths", SG_MR_CLASS_PERSON},
	{"locked_lfs_files", SG_MR_CLASS_PERSON},
	{"commits_status", SG_MR_CLASS_BLOCKED},
	{"broken_status", SG_MR_CLASS_BLOCKED},
	{"blocked_status", SG_MR_CLASS_BLOCKED},
	{"not_open", SG_MR_CLASS_FINAL},
};

static void every_status_has_its_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(statuses); i++) {
		const struct sg_mr_status *row = sg_mr_status_of(statuses[i].word);

		assert_string_equal(row->word, statuses[i].word);
		if (row->class != statuses[i].class)
			fail_msg("%s is %s", row->word, sg_mr_class_name(row->class));
	}
}

static void what_nobody_knows_is_blocked(void **state)
{
	static const char *const words[] = {NULL, "", "MERGEABLE", "mergeable ", "new_in_20_1"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(words); i++) {
		const struct sg_mr_status *row = sg_mr_status_of(words[i]);

		assert_int_equal(row->class, SG_MR_CLASS_BLOCKED);
		assert_string_equal(row->code, "MR_STATUS_UNKNOWN");
	}
}

static void the_table_is_whole(void **state)
{
	int count = 0, go = 0;
	const struct sg_mr_status *rows = sg_mr_status_table(&count);

	(void)state;
	assert_int_equal(count, SG_COUNT(statuses) + 1);
	for (int i = 0; i < count; i++) {
		assert_ptr_equal(sg_mr_status_of(rows[i].word), &rows[i]);
		assert_memory_equal(rows[i].code, "MR_", 3);
		assert_true(strlen(rows[i].sentence) > 10);
		go += rows[i].class == SG_MR_CLASS_GO;
	}
	assert_int_equal(go, 1);
}

static void states_have_words(void **state)
{
	(void)state;
	assert_int_equal(sg_mr_state_of("opened"), SG_MR_OPENED);
	assert_int_equal(sg_mr_state_of("closed"), SG_MR_CLOSED);
	assert_int_equal(sg_mr_state_of("merged"), SG_MR_MERGED);
	assert_int_equal(sg_mr_state_of("locked"), SG_MR_LOCKED);
	assert_int_equal(sg_mr_state_of("reopened"), SG_MR_OTHER);
	assert_int_equal(sg_mr_state_of(""), SG_MR_OTHER);
	assert_int_equal(sg_mr_state_of(NULL), SG_MR_OTHER);
	assert_string_equal(sg_mr_state_name(SG_MR_MERGED), "merged");
	assert_string_equal(sg_mr_state_name(SG_MR_OTHER), "other");
}

/* gitlab.md 7 */
static void pipelines_have_classes(void **state)
{
	static const struct {
		const char *word;
		enum sg_pipeline_class class;
	} rows[] = {
		{"created", SG_PIPELINE_RUNNING},
		{"waiting_for_resource", SG_PIPELINE_RUNNING},
		{"preparing", SG_PIPELINE_RUNNING},
		{"waiting_for_callback", SG_PIPELINE_RUNNING},
		{"pending", SG_PIPELINE_RUNNING},
		{"running", SG_PIPELINE_RUNNING},
		{"scheduled", SG_PIPELINE_RUNNING},
		{"canceling", SG_PIPELINE_RUNNING},
		{"success", SG_PIPELINE_SUCCESS},
		{"failed", SG_PIPELINE_FAILED},
		{"canceled", SG_PIPELINE_FAILED},
		{"skipped", SG_PIPELINE_SKIPPED},
		{"manual", SG_PIPELINE_MANUAL},
		{"", SG_PIPELINE_UNKNOWN},
		{"Success", SG_PIPELINE_UNKNOWN},
		{NULL, SG_PIPELINE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_mr_pipeline pipeline = {.id = 9, .status = rows[i].word};

		assert_int_equal(sg_pipeline_class_of(&pipeline), rows[i].class);
		pipeline.id = 0;
		assert_int_equal(sg_pipeline_class_of(&pipeline), SG_PIPELINE_NONE);
	}
	assert_string_equal(sg_pipeline_class_name(SG_PIPELINE_MANUAL), "manual");
}

static void a_pipeline_belongs_to_a_head(void **state)
{
	static const struct {
		int64_t id;
		const char *sha, *ref;
		bool current;
	} rows[] = {
		{7, SHA_A, "stagegate/prod/web", true},
		{7, SHA_A, "refs/merge-requests/15/head", true},
		{7, SHA_B, "stagegate/prod/web", false},
		{7, SHA_B, "refs/merge-requests/15/head", false},
		{7, SHA_B, "refs/merge-requests/15/merge", true},
		{7, SHA_B, "refs/merge-requests/15/train", true},
		{7, SHA_B, "refs/merge-requests/15/trains", false},
		{7, SHA_B, "refs/merge-requests/15/", false},
		{7, SHA_B, "refs/merge-requests/1", false},
		{7, SHA_B, NULL, false},
		{7, SHA_B, "refs/merge-requests/16/merge", false},
		{7, SHA_B, "evil/refs/merge-requests/15/merge", false},
		{7, "", "x", false},
		{0, SHA_A, "refs/merge-requests/15/merge", false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_mr mr = {.iid = 15,
			.sha = SHA_A,
			.pipeline = {.id = rows[i].id, .sha = rows[i].sha, .ref = rows[i].ref}};

		assert_int_equal(sg_mr_pipeline_is_current(&mr), rows[i].current);
	}
	assert_false(sg_mr_pipeline_is_current(
		&(struct sg_mr){.iid = 1, .sha = "", .pipeline = {.id = 1, .sha = "", .ref = ""}}));
}

static void the_landed_commit(void **state)
{
	struct sg_mr mr = {.sha = SHA_A, .merge_commit_sha = SHA_B, .squash_commit_sha = "s"};

	(void)state;
	assert_string_equal(sg_mr_landed(&mr), SHA_B);
	mr.merge_commit_sha = "";
	assert_string_equal(sg_mr_landed(&mr), "s");
	mr.squash_commit_sha = NULL;
	assert_string_equal(sg_mr_landed(&mr), SHA_A);
	mr.sha = NULL;
	assert_string_equal(sg_mr_landed(&mr), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_its_class),
		cmocka_unit_test(what_nobody_knows_is_blocked),
		cmocka_unit_test(the_table_is_whole),
		cmocka_unit_test(states_have_words),
		cmocka_unit_test(pipelines_have_classes),
		cmocka_unit_test(a_pipeline_belongs_to_a_head),
		cmocka_unit_test(the_landed_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
