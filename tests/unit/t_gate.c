#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "gate/code.h"
#include "gate/gate.h"

#define NOW INT64_C(1770000000) /* 2026-02-02T02:40:00Z */
#define MINUTE 60
#define OLD "registry.example.com/shop/web:1.2.2"
#define WEB "registry.example.com/shop/web:1.2.3"
#define NEW "registry.example.com/shop/web:1.2.4"

/* The environment before runs WEB well, since ten minutes. */
struct story {
	struct sg_arena arena;
	struct sg_gate_spec spec;
	struct sg_gate_before before;
	struct sg_gate_facts facts;
	struct sg_gate_verdict verdict;
};

static int begin_story(void **state)
{
	struct story *story = calloc(1, sizeof(*story));

	if (!story)
		return -1;
	story->before = (struct sg_gate_before){
		.environment = "staging",
		.application = "argocd/web-staging",
		.image = WEB,
		.image_files = WEB,
		.revision = "0123456789012345678901234567890123456789",
		.verdict = {.kind = SG_APP_SUCCESS,
			.code = SG_APP_CODE_DEPLOYED,
			.row = SG_APP_ROW_23},
		.image_seen = true,
		.newer = SG_ANSWER_UNKNOWN,
		.deployed_unix_s = NOW - 12 * MINUTE,
		.health_unix_s = NOW - 10 * MINUTE,
		.next_look_unix_s = NOW + 30,
	};
	story->facts = (struct sg_gate_facts){
		.phase = SG_PHASE_PUBLISH, .now_unix_s = NOW, .before = &story->before};
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

static void decide(struct story *story, enum sg_gate_type type)
{
	const struct sg_gate_verdict *verdict = &story->verdict;

	story->spec.type = type;
	sg_gate_decide(&story->spec, &story->facts, &story->arena, &story->verdict);
	assert_int_equal(verdict->type, type);
	assert_int_equal(verdict->phase, story->facts.phase);
	assert_non_null(verdict->observed);
	assert_non_null(verdict->expected);
	assert_int_not_equal(strlen(verdict->code), 0);
	assert_int_not_equal(strlen(verdict->sentence), 0);
}

static void expect(struct story *story, enum sg_gate_state state, const char *code)
{
	assert_string_equal(sg_gate_state_name(story->verdict.state), sg_gate_state_name(state));
	assert_string_equal(story->verdict.code, code);
	if (state != SG_VERDICT_WAIT)
		assert_int_equal(story->verdict.next_look_unix_s, 0);
}

static void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("'%s' is not in '%s'", words, text);
}

static void row(struct story *story, enum sg_app_kind kind, enum sg_app_code code,
	enum sg_app_row at, const char *message)
{
	story->before.verdict.kind = kind;
	story->before.verdict.code = code;
	story->before.verdict.row = at;
	story->before.verdict.message = message;
}

/* ---- phases ---- */

static void each_gate_has_its_phases(void **state)
{
	static const struct {
		enum sg_gate_type type;
		unsigned publish, merge;
	} gates[] = {
		{SG_GATE_HEALTH, SG_GATE_NEEDS_BEFORE, SG_GATE_NEEDS_BEFORE},
		{SG_GATE_SOAK, SG_GATE_NEEDS_BEFORE, 0},
		{SG_GATE_APPROVAL, 0, SG_GATE_NEEDS_APPROVALS},
		{SG_GATE_FREEZE, SG_GATE_NEEDS_FREEZES, SG_GATE_NEEDS_FREEZES},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(gates); i++) {
		const struct sg_gate_spec spec = {.type = gates[i].type};

		assert_int_equal(sg_gate_needs(&spec, SG_PHASE_PUBLISH), gates[i].publish);
		assert_int_equal(sg_gate_needs(&spec, SG_PHASE_MERGE), gates[i].merge);
		assert_int_equal(
			sg_gate_type_in_phase(spec.type, SG_PHASE_PUBLISH), gates[i].publish != 0);
		assert_int_equal(
			sg_gate_type_in_phase(spec.type, SG_PHASE_MERGE), gates[i].merge != 0);
	}
}

static void approval_is_pending_before_there_is_a_merge_request(void **state)
{
	static const struct sg_approval_facts none = {.has_mr = false};
	static const struct sg_approval_facts open = {.has_mr = true};
	struct story *story = *state;

	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_LATER, "NO_MERGE_REQUEST_YET");
	assert_string_equal(story->verdict.sentence, "pending: no merge request yet");
	story->facts.approvals = &none;
	decide(story, SG_GATE_APPROVAL);
	assert_string_equal(story->verdict.sentence, "pending: no merge request yet");
	story->facts.approvals = &open;
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_LATER, "OTHER_PHASE");
}

static void soak_is_not_decided_again_at_the_merge(void **state)
{
	struct story *story = *state;

	story->facts = (struct sg_gate_facts){.phase = SG_PHASE_MERGE, .now_unix_s = NOW};
	decide(story, SG_GATE_SOAK);
	expect(story, SG_VERDICT_LATER, "OTHER_PHASE");
}

/* ---- health ---- */

static void health_passes_when_the_image_runs_well(void **state)
{
	struct story *story = *state;

	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_PASS, "HEALTHY");
	assert_string_equal(story->verdict.sentence, "staging runs " WEB ", Synced and Healthy");
	assert_string_equal(story->verdict.observed, WEB ", DEPLOYED");
	assert_string_equal(story->verdict.expected, WEB ", Synced and Healthy");
	assert_int_equal(story->verdict.since_unix_s, NOW - 10 * MINUTE);
}

static void health_is_closed_by_a_failing_row(void **state)
{
	struct story *story = *state;

	row(story, SG_APP_FAIL, SG_APP_CODE_DEGRADED, SG_APP_ROW_18, "2 of 3 pods crash");
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_CLOSED, "DEGRADED");
	assert_string_equal(
		story->verdict.sentence, "argocd/web-staging in staging: 2 of 3 pods crash");
	assert_int_equal(story->verdict.since_unix_s, NOW - 10 * MINUTE);
	row(story, SG_APP_FAIL, SG_APP_CODE_SYNC_FAILED, SG_APP_ROW_6, "");
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_CLOSED, "SYNC_FAILED");
	says(story->verdict.sentence, "the sync failed");
	assert_int_equal(story->verdict.since_unix_s, 0);
}

static void health_waits_on_a_waiting_row_and_on_people(void **state)
{
	struct story *story = *state;

	row(story, SG_APP_WAIT, SG_APP_CODE_PROGRESSING, SG_APP_ROW_19, "rolling out");
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_WAIT, "PROGRESSING");
	assert_int_equal(story->verdict.next_look_unix_s, NOW + 30);
	row(story, SG_APP_POLICY, SG_APP_CODE_SUSPENDED, SG_APP_ROW_20, "paused");
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_WAIT, "SUSPENDED");
}

static void health_waits_when_the_environment_cannot_be_read(void **state)
{
	struct story *story = *state;

	story->before.trouble.words = "connection refused";
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_WAIT, "BEFORE_UNREADABLE");
	assert_int_equal(story->verdict.next_look_unix_s, 0);
	says(story->verdict.sentence, "connection refused");
	story->before.trouble.passes = true;
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_WAIT, "BEFORE_UNREADABLE");
	assert_int_equal(story->verdict.next_look_unix_s, NOW + 60);
	decide(story, SG_GATE_SOAK);
	expect(story, SG_VERDICT_WAIT, "BEFORE_UNREADABLE");
}

static void health_is_closed_while_the_image_is_not_seen(void **state)
{
	struct story *story = *state;

	story->before.image_seen = false;
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_CLOSED, "IMAGE_NOT_SEEN");
	story->facts.phase = SG_PHASE_MERGE;
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_CLOSED, "IMAGE_NOT_SEEN");
}

static void only_row_23_is_a_success(void **state)
{
	struct story *story = *state;

	for (int at = SG_APP_ROW_NONE; at < SG_APP_ROW_23; at++) {
		story->before.verdict.row = (enum sg_app_row)at;
		decide(story, SG_GATE_HEALTH);
		assert_int_equal(story->verdict.state, SG_VERDICT_WAIT);
		decide(story, SG_GATE_SOAK);
		assert_int_equal(story->verdict.state, SG_VERDICT_WAIT);
	}
}

static void health_before_publishing_wants_exactly_this_image(void **state)
{
	struct story *story = *state;

	story->before.image_files = NEW;
	story->before.newer = SG_ANSWER_YES;
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_CLOSED, "OTHER_IMAGE");
	says(story->verdict.sentence, NEW);
	says(story->verdict.sentence, WEB);
}

static void health_is_closed_when_nobody_knows_the_image(void **state)
{
	static const char *const none[] = {NULL, ""};
	struct story *story = *state;

	for (size_t i = 0; i < SG_COUNT(none); i++) {
		story->before.image = none[i];
		story->before.image_files = WEB;
		decide(story, SG_GATE_HEALTH);
		expect(story, SG_VERDICT_CLOSED, "IMAGE_UNKNOWN");
		story->before.image = WEB;
		story->before.image_files = none[i];
		decide(story, SG_GATE_HEALTH);
		expect(story, SG_VERDICT_CLOSED, "IMAGE_UNKNOWN");
	}
}

static void health_at_the_merge_takes_a_newer_image(void **state)
{
	struct story *story = *state;

	story->facts.phase = SG_PHASE_MERGE;
	story->before.image_files = NEW;
	story->before.newer = SG_ANSWER_YES;
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_PASS, "HEALTHY");
	says(story->verdict.sentence, "published there after");
	row(story, SG_APP_FAIL, SG_APP_CODE_DEGRADED, SG_APP_ROW_18, "crash");
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_CLOSED, "DEGRADED");
}

static void health_at_the_merge_refuses_an_environment_that_went_back(void **state)
{
	struct story *story = *state;

	story->facts.phase = SG_PHASE_MERGE;
	story->before.image_files = OLD;
	story->before.newer = SG_ANSWER_NO;
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_CLOSED, "OLDER_IMAGE");
	story->before.newer = SG_ANSWER_UNKNOWN;
	decide(story, SG_GATE_HEALTH);
	expect(story, SG_VERDICT_WAIT, "ORDER_UNKNOWN");
	assert_int_equal(story->verdict.next_look_unix_s, NOW + 30);
}

/* ---- soak ---- */

static void soak(struct story *story, int64_t duration_ms)
{
	story->spec.duration_ms = duration_ms;
	decide(story, SG_GATE_SOAK);
}

static void soak_counts_from_the_later_of_both_times(void **state)
{
	struct story *story = *state;

	soak(story, 11 * MINUTE * 1000);
	expect(story, SG_VERDICT_WAIT, "SOAKING");
	assert_int_equal(story->verdict.since_unix_s, NOW - 10 * MINUTE);
	assert_int_equal(story->verdict.next_look_unix_s, NOW + MINUTE);
	assert_string_equal(story->verdict.observed, "10m");
	assert_string_equal(story->verdict.expected, "11m");
	says(story->verdict.sentence, "2026-02-02T02:30:00Z");
	says(story->verdict.sentence, "2026-02-02T02:41:00Z");
	story->before.health_unix_s = NOW - 50 * MINUTE;
	soak(story, 11 * MINUTE * 1000);
	expect(story, SG_VERDICT_PASS, "SOAKED");
	assert_int_equal(story->verdict.since_unix_s, NOW - 12 * MINUTE);
}

static void soak_is_over_at_the_second_and_not_before(void **state)
{
	struct story *story = *state;

	soak(story, 10 * MINUTE * 1000);
	expect(story, SG_VERDICT_PASS, "SOAKED");
	soak(story, 10 * MINUTE * 1000 + 1);
	expect(story, SG_VERDICT_WAIT, "SOAKING");
	assert_int_equal(story->verdict.next_look_unix_s, NOW + 1);
	story->facts.now_unix_s = story->verdict.next_look_unix_s;
	soak(story, 10 * MINUTE * 1000 + 1);
	expect(story, SG_VERDICT_PASS, "SOAKED");
}

static void soak_is_closed_when_a_time_is_absent(void **state)
{
	struct story *story = *state;

	story->before.deployed_unix_s = 0;
	soak(story, 1000);
	expect(story, SG_VERDICT_CLOSED, "SOAK_TIME_UNKNOWN");
	says(story->verdict.sentence, "deployedAt");
	story->before.deployed_unix_s = NOW - 12 * MINUTE;
	story->before.health_unix_s = 0;
	soak(story, 1000);
	expect(story, SG_VERDICT_CLOSED, "SOAK_TIME_UNKNOWN");
	says(story->verdict.sentence, "lastTransitionTime");
}

static void soak_has_not_begun_while_it_does_not_run_well(void **state)
{
	struct story *story = *state;

	row(story, SG_APP_FAIL, SG_APP_CODE_DEGRADED, SG_APP_ROW_18, "crash");
	soak(story, 1000);
	expect(story, SG_VERDICT_WAIT, "SOAK_NOT_BEGUN");
	says(story->verdict.sentence, "crash");
	assert_int_equal(story->verdict.since_unix_s, 0);
}

static void soak_of_an_unseen_image_has_not_begun(void **state)
{
	struct story *story = *state;

	story->before.image_seen = false;
	soak(story, 1000);
	expect(story, SG_VERDICT_WAIT, "SOAK_NOT_BEGUN");
	story->before.image_seen = true;
	story->before.image_files = NEW;
	soak(story, 1000);
	expect(story, SG_VERDICT_WAIT, "SOAK_NOT_BEGUN");
}

static void soak_that_begins_in_the_future_waits(void **state)
{
	struct story *story = *state;

	story->before.health_unix_s = NOW + 5;
	soak(story, 1000);
	expect(story, SG_VERDICT_WAIT, "SOAK_NOT_BEGUN");
	assert_int_equal(story->verdict.next_look_unix_s, NOW + 6);
	assert_string_equal(story->verdict.observed, "0ms");
	soak(story, 0);
	expect(story, SG_VERDICT_WAIT, "SOAK_NOT_BEGUN");
}

static void soak_is_not_fooled_by_absurd_times(void **state)
{
	struct story *story = *state;

	story->before.health_unix_s = INT64_MAX;
	soak(story, INT64_MAX);
	assert_int_equal(story->verdict.state, SG_VERDICT_WAIT);
	story->before.health_unix_s = INT64_MIN;
	soak(story, 1000);
	assert_int_equal(story->verdict.state, SG_VERDICT_CLOSED);
	story->before.health_unix_s = 1;
	story->before.deployed_unix_s = 1;
	story->facts.now_unix_s = INT64_MAX;
	soak(story, 1000);
	assert_int_equal(story->verdict.state, SG_VERDICT_PASS);
	story->facts.now_unix_s = INT64_MIN;
	soak(story, 1000);
	assert_int_equal(story->verdict.state, SG_VERDICT_WAIT);
}

/* ---- approval ---- */

#define HEAD "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"

static const enum sg_answer member[] = {SG_ANSWER_YES};
static const struct sg_approver approvers[] = {
	{.id = 11,
		.username = "manager-1",
		.approved_unix_ms = (NOW - 60) * 1000,
		.known = true,
		.active = true,
		.member = member},
	{.id = 10,
		.username = "dev",
		.approved_unix_ms = (NOW - 50) * 1000,
		.known = true,
		.active = true,
		.member = member},
	{.id = 12,
		.username = "manager-2",
		.approved_unix_ms = (NOW - 40) * 1000,
		.known = true,
		.active = true,
		.member = member},
	{.id = 13,
		.username = "manager-3",
		.approved_unix_ms = (NOW - 30) * 1000,
		.known = true,
		.active = true,
		.member = member},
};
static const struct sg_requester asked[] = {{10, "dev"}};
static const struct sg_mr_version heads[] = {{"1111", (NOW - 900) * 1000, SG_ANSWER_NO},
	{"2222", (NOW - 600) * 1000, SG_ANSWER_YES}, {HEAD, (NOW - 300) * 1000, SG_ANSWER_YES}};
static const char *const managers[] = {"@platform/release-managers"};

static struct sg_approval_facts approval_story(struct story *story, size_t people)
{
	story->spec.count = 2;
	story->spec.from = managers;
	story->spec.from_count = 1;
	story->facts.phase = SG_PHASE_MERGE;
	return (struct sg_approval_facts){.has_mr = true,
		.author_id = 1,
		.approvers = approvers,
		.approver_count = people,
		.versions = heads,
		.version_count = SG_COUNT(heads),
		.head = HEAD,
		.requesters = asked,
		.requester_count = 1};
}

static void approval_waits_and_says_who_is_missing(void **state)
{
	struct story *story = *state;
	const struct sg_approval_facts facts = approval_story(story, 2);

	story->facts.approvals = &facts;
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_WAIT, "APPROVALS_MISSING");
	assert_string_equal(story->verdict.sentence,
		"waits for 1 approval, 1 of 2: @manager-1 counts; @dev asked for this promotion");
	assert_string_equal(story->verdict.observed, "1 of 2: @manager-1");
	assert_string_equal(story->verdict.expected, "2 of @platform/release-managers");
	assert_int_equal(story->verdict.since_unix_s, NOW - 600);
	assert_int_equal(story->verdict.next_look_unix_s, 0);
}

static void approval_that_nobody_gave_waits(void **state)
{
	struct story *story = *state;
	const struct sg_approval_facts facts = approval_story(story, 0);

	story->facts.approvals = &facts;
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_WAIT, "APPROVALS_MISSING");
	assert_string_equal(story->verdict.sentence, "waits for 2 approvals, 0 of 2");
	assert_string_equal(story->verdict.observed, "0 of 2");
}

static void approval_passes_with_the_second_person(void **state)
{
	struct story *story = *state;
	const struct sg_approval_facts facts = approval_story(story, 4);

	story->facts.approvals = &facts;
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_PASS, "APPROVED");
	assert_string_equal(story->verdict.sentence,
		"approved by @manager-1 (2026-02-02T02:39:00Z), @manager-2 "
		"(2026-02-02T02:39:20Z), "
		"@manager-3 (2026-02-02T02:39:30Z)");
	assert_int_equal(story->verdict.since_unix_s, NOW - 40);
}

static void approval_is_closed_when_it_cannot_be_counted(void **state)
{
	struct story *story = *state;
	struct sg_approval_facts facts = approval_story(story, 4);

	story->facts.approvals = &facts;
	facts.requesters_trouble.words = "the note of who asked was edited";
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_CLOSED, "APPROVALS_UNREADABLE");
	assert_string_equal(story->verdict.sentence, "the note of who asked was edited");
	assert_false(sg_gate_was_not_answered(&story->verdict));
	facts.requesters_trouble.words = NULL;
	facts.has_mr = false;
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_CLOSED, "NO_MERGE_REQUEST");
}

static void approval_that_is_not_answered_now_waits_for_another_look(void **state)
{
	static const struct sg_trouble away = {"no answer came within 30s", true};
	struct story *story = *state;
	struct sg_approval_facts facts = approval_story(story, 4);

	story->facts.approvals = &facts;
	facts.trouble = away;
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_WAIT, "APPROVALS_NOT_ANSWERED");
	assert_string_equal(story->verdict.sentence, away.words);
	assert_int_equal(story->verdict.next_look_unix_s, NOW + 60);
	assert_true(sg_gate_was_not_answered(&story->verdict));
	facts.trouble = (struct sg_trouble){0};
	facts.from_trouble = &away;
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_WAIT, "APPROVALS_NOT_ANSWERED");
}

static void approval_looks_again_when_the_head_moved(void **state)
{
	struct story *story = *state;
	struct sg_approval_facts facts = approval_story(story, 4);

	story->facts.approvals = &facts;
	facts.head = "2222";
	decide(story, SG_GATE_APPROVAL);
	expect(story, SG_VERDICT_WAIT, "HEAD_MOVED");
	assert_int_equal(story->verdict.next_look_unix_s, NOW);
}

static void a_crowd_of_approvers_is_not_listed_whole(void **state)
{
	static char name[4096];
	struct sg_approver crowd[100];
	struct story *story = *state;
	struct sg_approval_facts facts = approval_story(story, 4);

	memset(name, 'x', sizeof(name) - 1);
	for (size_t i = 0; i < SG_COUNT(crowd); i++)
		crowd[i] = (struct sg_approver){.id = 100 + (int64_t)i, .username = name};
	facts.approvers = crowd;
	facts.approver_count = SG_COUNT(crowd);
	story->facts.approvals = &facts;
	decide(story, SG_GATE_APPROVAL);
	assert_int_equal(story->verdict.state, SG_VERDICT_WAIT);
	assert_true(strlen(story->verdict.sentence) < 2048);
}

/* ---- freeze ---- */

/* From Saturday 23:00 until Monday 07:00; NOW is Monday 02:40 in UTC. */
static const struct sg_freeze_period weekend = {
	.id = 7, .freeze_start = "0 23 * * 6", .freeze_end = "0 7 * * 1", .cron_timezone = "UTC"};

static void freeze_lets_pass_when_no_period_holds(void **state)
{
	static const struct sg_gate_freezes none = {0}, one = {{0}, &weekend, 1};
	struct story *story = *state;

	story->facts.freezes = &none;
	decide(story, SG_GATE_FREEZE);
	expect(story, SG_VERDICT_PASS, "NOT_FROZEN");
	story->facts.freezes = &one;
	story->facts.now_unix_s = NOW + 24 * 60 * MINUTE;
	decide(story, SG_GATE_FREEZE);
	expect(story, SG_VERDICT_PASS, "NOT_FROZEN");
	says(story->verdict.sentence, "2026-02-07T23:00:00Z");
	assert_string_equal(story->verdict.observed, "open");
	assert_string_equal(story->verdict.expected, "no freeze period");
}

static void freeze_waits_until_the_period_ends_in_both_phases(void **state)
{
	static const struct sg_gate_freezes one = {{0}, &weekend, 1};
	struct story *story = *state;

	story->facts.freezes = &one;
	for (int phase = SG_PHASE_PUBLISH; phase <= SG_PHASE_MERGE; phase++) {
		story->facts.phase = (enum sg_gate_phase)phase;
		decide(story, SG_GATE_FREEZE);
		expect(story, SG_VERDICT_WAIT, "FROZEN");
		says(story->verdict.sentence, "0 23 * * 6");
		assert_string_equal(story->verdict.observed, "frozen until 2026-02-02T07:00:00Z");
		assert_int_equal(story->verdict.since_unix_s, NOW - 27 * 3600 - 40 * MINUTE);
		assert_int_equal(story->verdict.next_look_unix_s, NOW + 4 * 3600 + 20 * MINUTE + 1);
	}
}

static void freeze_that_cannot_be_read_or_understood_is_closed(void **state)
{
	static const struct sg_freeze_period bad[] = {
		{.id = 7,
			.freeze_start = "0 23 * * 5",
			.freeze_end = "0 7 * * 1",
			.cron_timezone = "Nowhere/Town"},
		{.id = 8,
			.freeze_start = "every day",
			.freeze_end = "0 7 * * 1",
			.cron_timezone = "UTC"},
	};
	static struct sg_gate_freezes freezes = {.trouble = {.words = "403 Forbidden"}};
	struct story *story = *state;

	story->facts.freezes = &freezes;
	decide(story, SG_GATE_FREEZE);
	expect(story, SG_VERDICT_CLOSED, "FREEZE_UNREADABLE");
	says(story->verdict.sentence, "403 Forbidden");
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		freezes = (struct sg_gate_freezes){{0}, &bad[i], 1};
		decide(story, SG_GATE_FREEZE);
		expect(story, SG_VERDICT_CLOSED, "FREEZE_UNREADABLE");
		says(story->verdict.sentence, i ? "every day" : "Nowhere/Town");
	}
}

static void freeze_that_is_not_answered_now_waits_for_another_look(void **state)
{
	static const struct sg_gate_freezes away = {.trouble = {"502", true}};
	struct story *story = *state;

	story->facts.freezes = &away;
	decide(story, SG_GATE_FREEZE);
	expect(story, SG_VERDICT_WAIT, "FREEZE_NOT_ANSWERED");
	says(story->verdict.sentence, "502");
	assert_int_equal(story->verdict.next_look_unix_s, NOW + 60);
	assert_true(sg_gate_was_not_answered(&story->verdict));
	story->facts.now_unix_s = 0;
	decide(story, SG_GATE_FREEZE);
	expect(story, SG_VERDICT_WAIT, "FREEZE_NOT_ANSWERED");
	assert_int_equal(story->verdict.next_look_unix_s, 0);
}

static void freeze_without_a_clock_is_closed(void **state)
{
	static const struct sg_gate_freezes one = {{0}, &weekend, 1};
	struct story *story = *state;

	story->facts.freezes = &one;
	story->facts.now_unix_s = 0;
	decide(story, SG_GATE_FREEZE);
	expect(story, SG_VERDICT_CLOSED, "FREEZE_UNREADABLE");
}

/* ---- several ---- */

static void the_worst_verdict_counts(void **state)
{
	struct sg_gate_verdict all[] = {{.state = SG_VERDICT_PASS}, {.state = SG_VERDICT_LATER},
		{.state = SG_VERDICT_WAIT, .next_look_unix_s = 20},
		{.state = SG_VERDICT_WAIT, .next_look_unix_s = 10}, {.state = SG_VERDICT_WAIT},
		{.state = SG_VERDICT_CLOSED, .next_look_unix_s = 5}};

	(void)state;
	assert_int_equal(sg_gates_worst(NULL, 0), SG_VERDICT_PASS);
	assert_int_equal(sg_gates_worst(all, 1), SG_VERDICT_PASS);
	assert_int_equal(sg_gates_worst(all, 2), SG_VERDICT_LATER);
	assert_int_equal(sg_gates_worst(all, 5), SG_VERDICT_WAIT);
	assert_int_equal(sg_gates_worst(all, 6), SG_VERDICT_CLOSED);
	assert_null(sg_gates_blocker(NULL, 0));
	assert_null(sg_gates_blocker(all, 2));
	assert_int_equal(sg_gates_blocker(all, 5)->state, SG_VERDICT_WAIT);
	assert_ptr_equal(sg_gates_blocker(all, 6), &all[5]);
	assert_int_equal(sg_gates_next_look(all, 6), 10);
	assert_int_equal(sg_gates_next_look(all, 2), 0);
}

static void exit_codes_of_the_states(void **state)
{
	(void)state;
	assert_int_equal(sg_gate_state_exit(SG_VERDICT_PASS), 0);
	assert_int_equal(sg_gate_state_exit(SG_VERDICT_LATER), 0);
	assert_int_equal(sg_gate_state_exit(SG_VERDICT_WAIT), 75);
	assert_int_equal(sg_gate_state_exit(SG_VERDICT_CLOSED), 1);
	assert_string_equal(sg_gate_phase_name(SG_PHASE_PUBLISH), "publish");
	assert_string_equal(sg_gate_phase_name(SG_PHASE_MERGE), "merge");
}

static void codes_are_told_apart_from_those_of_the_cluster(void **state)
{
	(void)state;
	for (int i = 0; i < sg_gate_code_count(); i++) {
		const char *name = sg_gate_code_name((enum sg_gate_code)i);

		assert_int_not_equal(strlen(sg_gate_code_text((enum sg_gate_code)i)), 0);
		for (int j = 0; j < sg_app_code_count(); j++)
			assert_string_not_equal(name, sg_app_code_name((enum sg_app_code)j));
	}
}

#define STORY(f) cmocka_unit_test_setup_teardown(f, begin_story, end_story)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_gate_has_its_phases),
		STORY(approval_is_pending_before_there_is_a_merge_request),
		STORY(soak_is_not_decided_again_at_the_merge),
		STORY(health_passes_when_the_image_runs_well),
		STORY(health_is_closed_by_a_failing_row),
		STORY(health_waits_on_a_waiting_row_and_on_people),
		STORY(health_waits_when_the_environment_cannot_be_read),
		STORY(health_is_closed_while_the_image_is_not_seen),
		STORY(only_row_23_is_a_success),
		STORY(health_before_publishing_wants_exactly_this_image),
		STORY(health_is_closed_when_nobody_knows_the_image),
		STORY(health_at_the_merge_takes_a_newer_image),
		STORY(health_at_the_merge_refuses_an_environment_that_went_back),
		STORY(soak_counts_from_the_later_of_both_times),
		STORY(soak_is_over_at_the_second_and_not_before),
		STORY(soak_is_closed_when_a_time_is_absent),
		STORY(soak_has_not_begun_while_it_does_not_run_well),
		STORY(soak_of_an_unseen_image_has_not_begun),
		STORY(soak_that_begins_in_the_future_waits),
		STORY(soak_is_not_fooled_by_absurd_times),
		STORY(approval_waits_and_says_who_is_missing),
		STORY(approval_that_nobody_gave_waits),
		STORY(approval_passes_with_the_second_person),
		STORY(approval_is_closed_when_it_cannot_be_counted),
		STORY(approval_that_is_not_answered_now_waits_for_another_look),
		STORY(approval_looks_again_when_the_head_moved),
		STORY(a_crowd_of_approvers_is_not_listed_whole),
		STORY(freeze_lets_pass_when_no_period_holds),
		STORY(freeze_waits_until_the_period_ends_in_both_phases),
		STORY(freeze_that_cannot_be_read_or_understood_is_closed),
		STORY(freeze_that_is_not_answered_now_waits_for_another_look),
		STORY(freeze_without_a_clock_is_closed),
		cmocka_unit_test(the_worst_verdict_counts),
		cmocka_unit_test(exit_codes_of_the_states),
		cmocka_unit_test(codes_are_told_apart_from_those_of_the_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
