#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/promotion.h"

/* Nothing of ours is there, all gates are open. */
static struct sg_promotion_facts fresh(void)
{
	return (struct sg_promotion_facts){.publish = SG_PUBLISH_MERGE_REQUEST};
}

/* Our merge request is open, and everything about it is as it should be. */
static struct sg_promotion_facts opened(void)
{
	struct sg_promotion_facts facts = fresh();

	facts.has_branch = facts.has_mr = facts.recorded = facts.prepared = true;
	facts.head_asked = true;
	facts.head_known = facts.head_wanted = facts.head_ours = facts.head_fits = true;
	facts.head_on_tip = true;
	facts.status = SG_MR_CLASS_GO;
	facts.pipeline = SG_PIPELINE_SUCCESS;
	facts.pipeline_wanted = true;
	return facts;
}

static void expect(const struct sg_promotion_facts *facts, enum sg_promotion_action action,
	enum sg_promotion_end end, const char *code)
{
	const struct sg_promotion_step *step = sg_promotion_decide(facts);

	assert_string_equal(step->code, code);
	assert_string_equal(
		sg_promotion_action_name(step->action), sg_promotion_action_name(action));
	assert_int_equal(step->end, end);
}

static void a_promotion_goes_step_by_step(void **state)
{
	struct sg_promotion_facts facts = fresh();

	(void)state;
	expect(&facts, SG_DO_PUSH, SG_END_NONE, "PUBLISHABLE");
	facts.has_branch = facts.head_known = facts.head_ours = true;
	facts.head_wanted = facts.head_fits = true;
	expect(&facts, SG_DO_OPEN, SG_END_NONE, "PUBLISHABLE");
	facts = opened();
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
	facts = fresh();
	facts.published = true;
	expect(&facts, SG_DO_AWAIT, SG_END_NONE, "PUBLISHED");
}

static void an_environment_without_merge_requests_gets_a_commit(void **state)
{
	struct sg_promotion_facts facts = {.publish = SG_PUBLISH_COMMIT};

	(void)state;
	expect(&facts, SG_DO_COMMIT, SG_END_NONE, "PUBLISHABLE");
	facts.publish_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "GATES_WAIT");
}

static void a_closed_publish_gate_opens_nothing(void **state)
{
	struct sg_promotion_facts facts = fresh();

	(void)state;
	facts.publish_gates = SG_VERDICT_CLOSED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED");
	facts.publish_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "GATES_WAIT");
}

static void a_closed_merge_gate_merges_nothing(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.merge_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "GATES_WAIT");
	facts.merge_gates = SG_VERDICT_CLOSED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED");
}

static void a_foreign_head_is_neither_reset_nor_merged(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.head_ours = false;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY");
	facts.head_fits = facts.head_wanted = false;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY");
	facts = fresh();
	facts.has_branch = facts.head_known = true;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY");
}

/* GitLab's answer about a commit that Git shows already may be older than it. */
static void what_nobody_has_seen_is_not_pushed_over(void **state)
{
	struct sg_promotion_facts facts = fresh();

	(void)state;
	facts.has_branch = true;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_HEAD_UNKNOWN");
	facts.head_known = true;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY");
}

static void a_request_without_its_branch_is_not_waited_for(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.has_branch = facts.head_known = false;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_HEAD_UNKNOWN");
	facts.status = SG_MR_CLASS_RECHECK;
	expect(&facts, SG_DO_RECHECK, SG_END_NONE, "MR_UNCHECKED");
	facts.status = SG_MR_CLASS_BLOCKED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "MR_BLOCKED");
	facts.published = facts.locked = true;
	expect(&facts, SG_DO_AWAIT, SG_END_NONE, "PUBLISHED");
}

static void a_head_that_does_not_fit_the_target_is_made_anew(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.head_fits = false;
	expect(&facts, SG_DO_PUSH, SG_END_NONE, "TARGET_MOVED");
	facts = opened();
	facts.status = SG_MR_CLASS_REAPPLY;
	facts.head_on_tip = false;
	expect(&facts, SG_DO_PUSH, SG_END_NONE, "MR_NEEDS_REBASE");
	facts.head_on_tip = true;
	expect(&facts, SG_DO_RECHECK, SG_END_NONE, "MR_CHECKING");
}

static void a_newer_version_takes_over_only_through_its_own_gates(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.head_wanted = false;
	expect(&facts, SG_DO_PUSH, SG_END_NONE, "NEWER_VERSION");
	facts.publish_gates = SG_VERDICT_LATER;
	expect(&facts, SG_DO_PUSH, SG_END_NONE, "NEWER_VERSION");
	facts.publish_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
	assert_true(sg_promotion_asks_publish_gates(&facts));
	facts.head_wanted = true;
	assert_false(sg_promotion_asks_publish_gates(&facts));
}

static void a_request_that_a_person_closed_stays_closed(void **state)
{
	struct sg_promotion_facts facts = fresh();

	(void)state;
	facts.rejected = true;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "MR_REJECTED");
}

static void an_older_version_never_replaces_a_newer_one(void **state)
{
	struct sg_promotion_facts facts = fresh();

	(void)state;
	facts.older = true;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "OLDER");
	facts = opened();
	facts.older = true;
	facts.head_wanted = false;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "OLDER");
}

/* Somebody has put a version between the open one and the next one onto the target. */
static void an_open_request_that_has_become_older_is_not_merged(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.head_older = true;
	facts.head_wanted = facts.head_fits = false;
	facts.publish_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "OLDER");
	facts.publish_gates = SG_VERDICT_PASS;
	expect(&facts, SG_DO_PUSH, SG_END_NONE, "NEWER_VERSION");
}

static void an_open_request_that_is_void_is_closed(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.published = true;
	expect(&facts, SG_DO_CLOSE, SG_END_NONE, "SUPERSEDED");
	facts = opened();
	facts.head_wanted = false;
	facts.head_done = true;
	expect(&facts, SG_DO_CLOSE, SG_END_NONE, "SUPERSEDED");
	facts.published = facts.locked = true;
	expect(&facts, SG_DO_AWAIT, SG_END_NONE, "PUBLISHED");
}

static void a_merge_past_a_gate_is_never_a_success(void **state)
{
	struct sg_promotion_facts facts = fresh();

	(void)state;
	facts.published = facts.past_gate = true;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "MERGED_PAST_GATE");
}

static void who_asked_is_written_down_before_anything_else_happens(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.recorded = false;
	expect(&facts, SG_DO_RECORD, SG_END_NONE, "REQUESTER_UNRECORDED");
	facts.head_wanted = facts.prepared = false;
	expect(&facts, SG_DO_RECORD, SG_END_NONE, "REQUESTER_UNRECORDED");
	facts.head_ours = false;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY");
}

static void approved_without_a_known_requester_the_request_is_opened_anew(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.recorded = false;
	facts.approved = true;
	expect(&facts, SG_DO_RENEW, SG_END_NONE, "REQUESTER_UNKNOWN");
}

static void machines_are_waited_for(void **state)
{
	static const struct {
		enum sg_mr_class status;
		enum sg_pipeline_class pipeline;
		bool prepared;
		enum sg_promotion_action action;
		const char *code;
	} rows[] = {
		{SG_MR_CLASS_GO, SG_PIPELINE_SUCCESS, false, SG_DO_LOOK_AGAIN, "MR_PREPARING"},
		{SG_MR_CLASS_RECHECK, SG_PIPELINE_SUCCESS, true, SG_DO_RECHECK, "MR_UNCHECKED"},
		{SG_MR_CLASS_WAIT, SG_PIPELINE_SUCCESS, true, SG_DO_LOOK_AGAIN, "MR_CHECKING"},
		{SG_MR_CLASS_FINAL, SG_PIPELINE_SUCCESS, true, SG_DO_LOOK_AGAIN, "MR_SETTLING"},
		{SG_MR_CLASS_GO, SG_PIPELINE_RUNNING, true, SG_DO_LOOK_AGAIN, "PIPELINE_RUNNING"},
		{SG_MR_CLASS_GO, SG_PIPELINE_UNKNOWN, true, SG_DO_LOOK_AGAIN, "PIPELINE_RUNNING"},
		{SG_MR_CLASS_GO, SG_PIPELINE_NONE, true, SG_DO_LOOK_AGAIN, "PIPELINE_MISSING"},
		{SG_MR_CLASS_PIPELINE, SG_PIPELINE_NONE, true, SG_DO_LOOK_AGAIN,
			"PIPELINE_MISSING"},
		{SG_MR_CLASS_PIPELINE, SG_PIPELINE_SUCCESS, true, SG_DO_LOOK_AGAIN,
			"PIPELINE_SETTLING"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_promotion_facts facts = opened();

		facts.status = rows[i].status;
		facts.pipeline = rows[i].pipeline;
		facts.prepared = rows[i].prepared;
		expect(&facts, rows[i].action, SG_END_NONE, rows[i].code);
	}
}

static void a_project_without_ci_needs_no_pipeline(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.pipeline = SG_PIPELINE_NONE;
	facts.pipeline_wanted = false;
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
}

static void a_failed_pipeline_ends_it_and_a_manual_one_waits_for_a_person(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.pipeline = SG_PIPELINE_FAILED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "PIPELINE_FAILED");
	facts.pipeline = SG_PIPELINE_MANUAL;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "PIPELINE_MANUAL");
}

static void people_are_not_waited_for(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.status = SG_MR_CLASS_PERSON;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "MR_WAITS_FOR_PERSON");
	facts.status = SG_MR_CLASS_BLOCKED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "MR_BLOCKED");
	facts = opened();
	facts.merge = SG_MERGE_HUMAN;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "MERGE_BY_HAND");
}

static void merge_gates_are_asked_right_before_the_merge_and_not_earlier(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	assert_true(sg_promotion_asks_merge_gates(&facts));
	facts.status = SG_MR_CLASS_PERSON;
	assert_true(sg_promotion_asks_merge_gates(&facts));
	facts.status = SG_MR_CLASS_WAIT;
	assert_false(sg_promotion_asks_merge_gates(&facts));
	facts = opened();
	facts.head_ours = false;
	assert_false(sg_promotion_asks_merge_gates(&facts));
	facts = opened();
	facts.pipeline = SG_PIPELINE_RUNNING;
	assert_false(sg_promotion_asks_merge_gates(&facts));
	facts = fresh();
	assert_false(sg_promotion_asks_merge_gates(&facts));
	assert_true(sg_promotion_asks_publish_gates(&facts));
}

/* A gate that came into the configuration after the request was opened. */
static void early_gates_are_asked_again_before_a_merge_of_ours(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	assert_false(sg_promotion_asks_publish_gates(&facts));
	facts.early_gated = true;
	assert_true(sg_promotion_asks_publish_gates(&facts));
	facts.publish_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "GATES_WAIT");
	assert_true(sg_promotion_asks_merge_gates(&facts));
	facts.armed = true;
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts.armed = false;
	facts.publish_gates = SG_VERDICT_CLOSED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED");
	facts.publish_gates = SG_VERDICT_PASS;
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
	facts.publish_gates = SG_VERDICT_CLOSED;
	facts.pipeline = SG_PIPELINE_RUNNING;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_RUNNING");
	facts.pipeline = SG_PIPELINE_SUCCESS;
	facts.merge = SG_MERGE_HUMAN;
	assert_false(sg_promotion_asks_publish_gates(&facts));
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "MERGE_BY_HAND");
	facts.merge = SG_MERGE_AUTO;
	facts.as_open = true;
	assert_false(sg_promotion_asks_publish_gates(&facts));
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
	facts.as_open = facts.head_wanted = false;
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
}

/* Anybody may push our branch, and ours by content is what the next version would be, too. */
static void what_nobody_asked_for_passes_the_early_gates_first(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.head_asked = false;
	for (int as_open = 0; as_open <= 1; as_open++) {
		facts.as_open = as_open;
		assert_true(sg_promotion_asks_publish_gates(&facts));
		facts.publish_gates = SG_VERDICT_WAIT;
		expect(&facts, SG_DO_STOP, SG_END_PENDING, "GATES_WAIT");
		facts.publish_gates = SG_VERDICT_PASS;
		expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
	}
	facts.merge = SG_MERGE_GITLAB;
	facts.publish_gates = SG_VERDICT_CLOSED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED");
	/* a person, who goes by what we say of the gates */
	facts.merge = SG_MERGE_HUMAN;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED");
	facts.publish_gates = SG_VERDICT_PASS;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "MERGE_BY_HAND");
	/* also while GitLab is not ready, for the status says what they say */
	facts.status = SG_MR_CLASS_PIPELINE;
	assert_true(sg_promotion_asks_publish_gates(&facts));
}

/* Set by ourselves while GitLab was to merge: a person is to do that now. */
static void what_we_armed_is_no_persons_merge(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.merge = SG_MERGE_HUMAN;
	facts.armed = true;
	for (int gated = 0; gated <= 1; gated++) {
		facts.gated = gated;
		facts.armed_by_us = false;
		expect(&facts, SG_DO_STOP, SG_END_PENDING, "MERGE_BY_HAND");
		facts.armed_by_us = true;
		expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	}
	facts.locked = true;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_MERGING");
}

/* Whatever the facts: no merge with a closed gate, a foreign head, or one that does not fit. */
static void no_facts_merge_what_must_not_be_merged(void **state)
{
	struct sg_promotion_facts facts;

	(void)state;
	for (unsigned bits = 0; bits < 1u << 13; bits++)
		for (int status = 0; status <= SG_MR_CLASS_FINAL; status++)
			for (int gate = 0; gate <= SG_VERDICT_CLOSED; gate++) {
				const struct sg_promotion_step *step;

				facts = (struct sg_promotion_facts){
					.publish = SG_PUBLISH_MERGE_REQUEST,
					.has_mr = bits & 1,
					.locked = bits & 2,
					.recorded = bits & 4,
					.head_asked = true,
					.head_known = bits & 8,
					.head_wanted = bits & 16,
					.head_ours = bits & 32,
					.head_fits = bits & 64,
					.published = bits & 128,
					.older = bits & 256,
					.head_older = bits & 4096,
					.prepared = bits & 512,
					.merge = bits & 1024 ? SG_MERGE_HUMAN : SG_MERGE_AUTO,
					.pipeline = bits & 2048 ? SG_PIPELINE_SUCCESS
								: SG_PIPELINE_RUNNING,
					.status = (enum sg_mr_class)status,
					.merge_gates = (enum sg_gate_state)gate,
					.publish_gates = SG_VERDICT_WAIT,
				};
				step = sg_promotion_decide(&facts);
				if (step->action != SG_DO_MERGE)
					continue;
				assert_true(facts.has_mr && facts.recorded && facts.head_known &&
					    facts.head_ours && facts.head_fits && facts.prepared);
				assert_false(facts.locked || facts.published || facts.older ||
					     facts.head_older);
				assert_int_equal(facts.merge, SG_MERGE_AUTO);
				assert_int_equal(facts.status, SG_MR_CLASS_GO);
				assert_int_equal(facts.pipeline, SG_PIPELINE_SUCCESS);
				assert_true(gate == SG_VERDICT_PASS || gate == SG_VERDICT_LATER);
			}
}

static void our_own_pending_status_does_not_hold_us_up(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.status = SG_MR_CLASS_PIPELINE;
	facts.pipeline = SG_PIPELINE_RUNNING;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_RUNNING");
	facts.pipeline_waits_for_us = true;
	assert_true(sg_promotion_asks_merge_gates(&facts));
	facts.merge_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "GATES_WAIT");
	facts.merge_gates = SG_VERDICT_PASS;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "GATES_OPENED");
}

static void every_row_says_why(void **state)
{
	int count = 0;

	(void)state;
	for (const struct sg_promotion_step *row; (row = sg_promotion_row(count)); count++) {
		assert_true(row->code[0] && row->sentence[0]);
		assert_int_equal(row->action == SG_DO_STOP, row->end != SG_END_NONE);
		assert_int_equal(sg_promotion_step_exit(row) != 0,
			row->action == SG_DO_STOP || row->action == SG_DO_LOOK_AGAIN ||
				row->action == SG_DO_RECHECK);
	}
	assert_true(count > 20);
	assert_null(sg_promotion_row(-1));
}

/* ---- GitLab merges by itself ---- */

static struct sg_promotion_facts handed(void)
{
	struct sg_promotion_facts facts = opened();

	facts.merge = SG_MERGE_GITLAB;
	return facts;
}

static void gitlab_is_told_only_what_it_may_do_at_any_moment(void **state)
{
	static const struct {
		enum sg_mr_class status;
		enum sg_pipeline_class pipeline;
		bool prepared, wanted;
		enum sg_promotion_action action;
		const char *code;
	} rows[] = {
		{SG_MR_CLASS_GO, SG_PIPELINE_SUCCESS, true, true, SG_DO_ARM, "AUTO_MERGE_DUE"},
		{SG_MR_CLASS_GO, SG_PIPELINE_RUNNING, true, true, SG_DO_ARM, "AUTO_MERGE_DUE"},
		{SG_MR_CLASS_PIPELINE, SG_PIPELINE_RUNNING, true, true, SG_DO_ARM,
			"AUTO_MERGE_DUE"},
		{SG_MR_CLASS_GO, SG_PIPELINE_NONE, true, false, SG_DO_ARM, "AUTO_MERGE_DUE"},
		{SG_MR_CLASS_GO, SG_PIPELINE_SKIPPED, true, true, SG_DO_ARM, "AUTO_MERGE_DUE"},
		{SG_MR_CLASS_GO, SG_PIPELINE_SUCCESS, false, true, SG_DO_LOOK_AGAIN,
			"MR_PREPARING"},
		{SG_MR_CLASS_GO, SG_PIPELINE_NONE, true, true, SG_DO_LOOK_AGAIN,
			"PIPELINE_MISSING"},
		{SG_MR_CLASS_PIPELINE, SG_PIPELINE_NONE, true, false, SG_DO_LOOK_AGAIN,
			"PIPELINE_MISSING"},
		{SG_MR_CLASS_PIPELINE, SG_PIPELINE_UNKNOWN, true, true, SG_DO_LOOK_AGAIN,
			"PIPELINE_RUNNING"},
		{SG_MR_CLASS_PIPELINE, SG_PIPELINE_SUCCESS, true, true, SG_DO_LOOK_AGAIN,
			"PIPELINE_SETTLING"},
		{SG_MR_CLASS_RECHECK, SG_PIPELINE_SUCCESS, true, true, SG_DO_RECHECK,
			"MR_UNCHECKED"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_promotion_facts facts = handed();

		facts.status = rows[i].status;
		facts.pipeline = rows[i].pipeline;
		facts.prepared = rows[i].prepared;
		facts.pipeline_wanted = rows[i].wanted;
		expect(&facts, rows[i].action, SG_END_NONE, rows[i].code);
	}
}

static void what_is_armed_is_waited_for(void **state)
{
	struct sg_promotion_facts facts = handed();

	(void)state;
	facts.armed = true;
	facts.status = SG_MR_CLASS_PIPELINE;
	facts.pipeline = SG_PIPELINE_RUNNING;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "AUTO_MERGE_SET");
	assert_false(sg_promotion_asks_merge_gates(&facts));
	facts.trains = true;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "ON_MERGE_TRAIN");
	facts.head_fits = false;
	expect(&facts, SG_DO_PUSH, SG_END_NONE, "TARGET_MOVED");
	facts = handed();
	facts.armed = true;
	facts.status = SG_MR_CLASS_PERSON;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "MR_WAITS_FOR_PERSON");
}

static void what_may_not_pass_any_more_is_taken_back_first(void **state)
{
	struct sg_promotion_facts armed = handed(), facts;

	(void)state;
	armed.armed = true;
	facts = armed;
	facts.head_ours = false;
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts.armed = false;
	expect(&facts, SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY");
	facts = armed;
	facts.older = true;
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts = armed;
	facts.pipeline = SG_PIPELINE_FAILED;
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts = armed;
	facts.publish_gates = SG_VERDICT_WAIT;
	assert_true(sg_promotion_asks_publish_gates(&facts));
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts.armed = false;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "GATES_WAIT");
	facts.publish_gates = SG_VERDICT_CLOSED;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED");
	facts = armed;
	facts.locked = true;
	facts.head_ours = false;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_MERGING");
}

/* The version of the open request, wherever the environment before is by now. */
static void the_gates_before_publishing_are_not_asked_about_another_version(void **state)
{
	struct sg_promotion_facts facts = handed();

	(void)state;
	facts.as_open = true;
	assert_false(sg_promotion_asks_publish_gates(&facts));
	facts.publish_gates = SG_VERDICT_CLOSED;
	expect(&facts, SG_DO_ARM, SG_END_NONE, "AUTO_MERGE_DUE");
}

static void what_a_person_took_back_is_not_done_again(void **state)
{
	struct sg_promotion_facts facts = handed();

	(void)state;
	facts.withdrawn = true;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "AUTO_MERGE_WITHDRAWN");
	facts.merge = SG_MERGE_AUTO;
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
}

static void a_train_is_used_only_where_no_gate_decides_right_before_the_merge(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.trains = true;
	expect(&facts, SG_DO_ARM, SG_END_NONE, "AUTO_MERGE_DUE");
	facts.gated = true;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "MERGE_TRAIN_NEEDED");
	assert_false(sg_promotion_asks_merge_gates(&facts));
	facts.merge = SG_MERGE_HUMAN;
	expect(&facts, SG_DO_STOP, SG_END_PENDING, "MERGE_BY_HAND");
	facts = fresh();
	facts.trains = facts.gated = true;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "MERGE_TRAIN_NEEDED");
	assert_false(sg_promotion_asks_publish_gates(&facts));
}

/* Somebody tells GitLab to merge it by itself, where that is decided right before the merge. */
static void what_somebody_armed_waits_for_no_closed_gate(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.gated = facts.armed = true;
	facts.status = SG_MR_CLASS_PIPELINE;
	facts.pipeline = SG_PIPELINE_RUNNING;
	/* they are open now, and GitLab would merge later: it is us who merge, right after asking
	 */
	assert_false(sg_promotion_asks_merge_gates(&facts));
	facts.merge_gates = SG_VERDICT_PASS;
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts.status = SG_MR_CLASS_GO;
	facts.pipeline = SG_PIPELINE_SUCCESS;
	expect(&facts, SG_DO_MERGE, SG_END_NONE, "MERGEABLE");
	facts.merge_gates = SG_VERDICT_WAIT;
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts.status = SG_MR_CLASS_PIPELINE;
	facts.pipeline = SG_PIPELINE_RUNNING;
	facts.merge = SG_MERGE_HUMAN;
	assert_true(sg_promotion_asks_merge_gates(&facts));
	facts.merge_gates = SG_VERDICT_PASS;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_RUNNING");
	facts.merge_gates = SG_VERDICT_CLOSED;
	expect(&facts, SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK");
	facts.gated = false;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_RUNNING");
}

static void a_pipeline_that_never_comes_is_said_and_started_once(void **state)
{
	struct sg_promotion_facts facts = opened();

	(void)state;
	facts.pipeline = SG_PIPELINE_NONE;
	facts.status = SG_MR_CLASS_PIPELINE;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_MISSING");
	facts.pipeline_overdue = true;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "PIPELINE_NEVER_CAME");
	facts.may_start = true;
	expect(&facts, SG_DO_START, SG_END_NONE, "PIPELINE_STARTED");
	facts.started = true;
	expect(&facts, SG_DO_STOP, SG_END_FAILED, "PIPELINE_NEVER_CAME");
	facts.pipeline = SG_PIPELINE_RUNNING;
	expect(&facts, SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_RUNNING");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_promotion_goes_step_by_step),
		cmocka_unit_test(an_environment_without_merge_requests_gets_a_commit),
		cmocka_unit_test(a_closed_publish_gate_opens_nothing),
		cmocka_unit_test(a_closed_merge_gate_merges_nothing),
		cmocka_unit_test(a_foreign_head_is_neither_reset_nor_merged),
		cmocka_unit_test(what_nobody_has_seen_is_not_pushed_over),
		cmocka_unit_test(a_request_without_its_branch_is_not_waited_for),
		cmocka_unit_test(a_head_that_does_not_fit_the_target_is_made_anew),
		cmocka_unit_test(a_newer_version_takes_over_only_through_its_own_gates),
		cmocka_unit_test(a_request_that_a_person_closed_stays_closed),
		cmocka_unit_test(an_older_version_never_replaces_a_newer_one),
		cmocka_unit_test(an_open_request_that_has_become_older_is_not_merged),
		cmocka_unit_test(an_open_request_that_is_void_is_closed),
		cmocka_unit_test(a_merge_past_a_gate_is_never_a_success),
		cmocka_unit_test(who_asked_is_written_down_before_anything_else_happens),
		cmocka_unit_test(approved_without_a_known_requester_the_request_is_opened_anew),
		cmocka_unit_test(machines_are_waited_for),
		cmocka_unit_test(a_project_without_ci_needs_no_pipeline),
		cmocka_unit_test(a_failed_pipeline_ends_it_and_a_manual_one_waits_for_a_person),
		cmocka_unit_test(people_are_not_waited_for),
		cmocka_unit_test(merge_gates_are_asked_right_before_the_merge_and_not_earlier),
		cmocka_unit_test(early_gates_are_asked_again_before_a_merge_of_ours),
		cmocka_unit_test(what_nobody_asked_for_passes_the_early_gates_first),
		cmocka_unit_test(what_we_armed_is_no_persons_merge),
		cmocka_unit_test(no_facts_merge_what_must_not_be_merged),
		cmocka_unit_test(our_own_pending_status_does_not_hold_us_up),
		cmocka_unit_test(every_row_says_why),
		cmocka_unit_test(gitlab_is_told_only_what_it_may_do_at_any_moment),
		cmocka_unit_test(what_is_armed_is_waited_for),
		cmocka_unit_test(what_may_not_pass_any_more_is_taken_back_first),
		cmocka_unit_test(the_gates_before_publishing_are_not_asked_about_another_version),
		cmocka_unit_test(what_a_person_took_back_is_not_done_again),
		cmocka_unit_test(a_train_is_used_only_where_no_gate_decides_right_before_the_merge),
		cmocka_unit_test(what_somebody_armed_waits_for_no_closed_gate),
		cmocka_unit_test(a_pipeline_that_never_comes_is_said_and_started_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
