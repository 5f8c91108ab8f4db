#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab/publisher.h"
#include "gitlab_world.h"

#define POST PROJECT "/repository/commits"
#define RAW(ref) PROJECT "/repository/files/a.yaml/raw?ref=" ref
#define BRANCH PROJECT "/repository/branches/develop"
#define HEAD "refs%2Fheads%2Fdevelop"
#define AT(oid) "{\"name\":\"develop\",\"commit\":{\"id\":\"" oid "\"}}"
#define BEFORE "tag: 1\n"
#define AFTER "tag: 2\n"
#define SAYS "m\\n\\nStagegate-Id: 0123456789abcdef0123\\n"
#define MADE(id, parent, message)                                                                  \
	"{\"id\":\"" id "\",\"parent_ids\":[\"" parent "\"],\"message\":\"" message "\"}"
#define LIST(tip) POST "?ref_name=" SHA_A ".." tip "&path=a.yaml&per_page=100"
#define NO(text) "{\"message\":\"" text "\"}"

static const struct sg_file_change files[] = {{"a.yaml", {BEFORE, 7}, {AFTER, 7}}};

static const struct sg_plan plan = {
	.branch = "develop",
	.parent = SHA_A,
	.files = files,
	.file_count = 1,
	.id = "0123456789abcdef0123",
	.message = "m\n\nStagegate-Id: 0123456789abcdef0123\n",
	.author = {.name = "A \"B\"", .email = "a@example.com"},
};

static struct sg_publisher *publisher(struct gitlab_world *w)
{
	struct sg_publisher *made;

	sg_gitlab_publisher(&w->gitlab, &w->arena, &made);
	return made;
}

/* One publishing whose answer is this; -1 as publish(). */
static int publish(struct gitlab_world *w, int status, const char *body, struct sg_published *ret)
{
	struct sg_publisher *p = publisher(w);

	script_reply(w->script, "POST", POST, status, body);
	w->err = (struct sg_err)SG_ERR_INIT;
	return p->publish(p, &plan, ret, &w->err);
}

static void file(struct gitlab_world *w, const char *url, const char *text, const char *commit)
{
	script_header(script_reply(w->script, "GET", url, 200, text), "X-Gitlab-Commit-Id", commit);
}

static void one_request_compares_every_file(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_publisher *p = publisher(w);
	struct sg_published done;
	struct script_answer *a =
		script_reply(w->script, "POST", POST, 201, MADE(SHA_B, SHA_A, SAYS));

	script_want_body(a,
		"{\"branch\":\"develop\",\"commit_message\":\"m\\n\\nStagegate-Id: "
		"0123456789abcdef0123\\n\",\"author_name\":\"A \\\"B\\\"\",\"author_email\":"
		"\"a@example.com\",\"stats\":false,\"actions\":[{\"action\":\"update\","
		"\"file_path\":\"a.yaml\",\"last_commit_id\":\"" SHA_A
		"\",\"encoding\":\"base64\",\"content\":\"dGFnOiAyCg==\"}]}");
	assert_int_equal(p->publish(p, &plan, &done, &w->err), 0);
	assert_int_equal(done.outcome, SG_PUBLISHED);
	assert_string_equal(done.commit, SHA_B);
	gitlab_world_done(w);
}

static void a_yes_that_is_not_about_the_plan_is_doubted(void **state)
{
	static const char *const bodies[] = {"{}", "[]", "", "<html>", "{\"id\":\"" SHA_B "\"}",
		MADE("bbbb", SHA_A, SAYS), MADE(SHA_B, "aaaa", SAYS), MADE(SHA_B, SHA_A, "m"),
		MADE(SHA_B, SHA_A, "m\\n\\nStagegate-Id: 0123456789abcdef0124"),
		"{\"id\":\"" SHA_B "\",\"parent_ids\":[\"" SHA_A "\",\"" SHA_C
		"\"],\"message\":\"" SAYS "\"}",
		"{\"id\":7,\"parent_ids\":{},\"message\":[]}"};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(bodies); i++) {
		struct sg_published done;

		assert_int_equal(publish(w, 201, bodies[i], &done), 0);
		assert_int_equal(done.outcome, SG_PUBLISH_DOUBT);
		assert_string_equal(done.commit, "");
		assert_true(done.why[0]);
	}
	gitlab_world_done(w);
}

static void no_answer_is_doubted(void **state)
{
	static const int statuses[] = {500, 502, 503, 504, 599, 700};
	struct gitlab_world *w = *state;
	struct sg_publisher *p = publisher(w);
	struct sg_published done;

	for (size_t i = 0; i < SG_COUNT(statuses); i++) {
		assert_int_equal(publish(w, statuses[i], "<html>", &done), 0);
		assert_int_equal(done.outcome, SG_PUBLISH_DOUBT);
	}
	script_fail(script_expect(w->script, "POST", POST), 5, SG_R_UNREACHABLE, true, "gone");
	assert_int_equal(p->publish(p, &plan, &done, &w->err), 0);
	assert_int_equal(done.outcome, SG_PUBLISH_DOUBT);
	gitlab_world_done(w);
}

static void texts_of_a_lost_race(void **state)
{
	static const struct {
		int status;
		const char *body;
	} cases[] = {
		{400, NO("The file has changed since you started editing it: a.yaml")},
		{400, NO("You are attempting to update a file that has changed since you started "
			 "editing it.")},
		{400, NO("Could not update refs/heads/develop. Please refresh and try again.")},
		{400, NO("A file with this name doesn't exist")},
		{400, "{\"message\":[\"Could not update refs/heads/develop\"]}"},
		{409, NO("409 Conflict")},
		{423, NO("locked")},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_published done;

		assert_int_equal(publish(w, cases[i].status, cases[i].body, &done), 0);
		assert_int_equal(done.outcome, SG_PUBLISH_STALE);
		assert_string_equal(done.commit, "");
	}
	gitlab_world_done(w);
}

static void other_texts_are_decided_by_the_branch(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_publisher *p = publisher(w);
	struct sg_published done;

	/* it has moved: again, but not for ever */
	for (int i = 0; i < 2; i++) {
		script_reply(w->script, "POST", POST, 400, NO("Something"));
		script_reply(w->script, "GET", BRANCH, 200, AT(SHA_B));
		assert_int_equal(p->publish(p, &plan, &done, &w->err), 0);
		assert_int_equal(done.outcome, SG_PUBLISH_STALE);
	}
	script_reply(w->script, "POST", POST, 400, NO("Something"));
	script_reply(w->script, "GET", BRANCH, 200, AT(SHA_B));
	script_reply(w->script, "GET", LIST(SHA_B), 200, "[]");
	assert_int_equal(p->publish(p, &plan, &done, &w->err), -1);
	gitlab_world_error(w, SG_R_HOOK_DECLINED, "Something", "push rules");
	/* it stands still */
	script_reply(w->script, "GET", BRANCH, 200, AT(SHA_A));
	script_any_order(w->script);
	assert_int_equal(publish(w, 400, "{\"message\":[\"rule\",\"two\"]}", &done), -1);
	gitlab_world_error(w, SG_R_HOOK_DECLINED, "rule, two", "");
	/* it is gone */
	script_reply(w->script, "GET", BRANCH, 404, NO("404 Branch Not Found"));
	assert_int_equal(publish(w, 400, NO("You can only create or edit files"), &done), -1);
	gitlab_world_error(w, SG_R_BRANCH_NOT_FOUND, "develop", "");
	gitlab_world_done(w);
}

/* The text may answer a second delivery of what has arrived. */
static void a_text_that_the_branch_cannot_explain_is_no_refusal(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_publisher *p = publisher(w);
	struct sg_published done;

	for (int i = 0; i < 3; i++) {
		script_reply(w->script, "POST", POST, 400, NO("Something"));
		script_reply(w->script, "GET", BRANCH, 403, NO("403 Forbidden"));
		script_reply(w->script, "GET", RAW(HEAD), 403, NO("403 Forbidden"));
		assert_int_equal(p->publish(p, &plan, &done, &w->err), i < 2 ? 0 : -1);
		assert_int_equal(done.outcome, SG_PUBLISH_STALE);
	}
	gitlab_world_error(w, SG_R_OUTCOME_UNKNOWN, "second delivery", "git fetch origin develop");
	gitlab_world_done(w);
}

/* A token may be kept from the branches and read the files. */
static void where_the_branch_is_closed_a_file_of_it_tells(void **state)
{
	static const int closed[] = {403, 404};
	struct gitlab_world *w = *state;
	struct sg_published done;

	for (size_t i = 0; i < SG_COUNT(closed); i++) {
		struct sg_publisher *p = publisher(w);

		script_reply(w->script, "POST", POST, 400, NO("Something"));
		script_reply(w->script, "GET", BRANCH, closed[i], NO("no"));
		file(w, RAW(HEAD), BEFORE, SHA_A);
		assert_int_equal(p->publish(p, &plan, &done, &w->err), -1);
		gitlab_world_error(w, SG_R_HOOK_DECLINED, "Something", "push rules");
		script_reply(w->script, "POST", POST, 400, NO("Something"));
		script_reply(w->script, "GET", BRANCH, closed[i], NO("no"));
		file(w, RAW(HEAD), "tag: 3\n", SHA_B);
		assert_int_equal(p->publish(p, &plan, &done, &w->err), 0);
		assert_int_equal(done.outcome, SG_PUBLISH_STALE);
	}
	gitlab_world_done(w);
}

static void the_last_text_may_answer_a_second_delivery(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_publisher *p = publisher(w);
	struct sg_published done;

	for (int i = 0; i < 4; i++) {
		script_reply(w->script, "POST", POST, 400, NO("Something"));
		script_reply(w->script, "GET", BRANCH, 200, AT(SHA_B));
		if (i == 2) {
			script_reply(w->script, "GET", LIST(SHA_B), 200,
				"[" MADE(SHA_B, SHA_A, SAYS) "]");
			file(w, RAW(SHA_B), AFTER, SHA_B);
		} else if (i == 3) {
			script_reply(w->script, "GET", LIST(SHA_B), 403, NO("403 Forbidden"));
		}
		assert_int_equal(p->publish(p, &plan, &done, &w->err), 0);
		assert_int_equal(done.outcome, i < 2    ? SG_PUBLISH_STALE
					       : i == 2 ? SG_PUBLISHED
							: SG_PUBLISH_DOUBT);
	}
	gitlab_world_done(w);
}

static void refusals_that_stay(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_reason reason;
		const char *hint;
	} cases[] = {
		{403, NO("403 Forbidden - You are not allowed to push into this branch"),
			SG_R_BRANCH_PROTECTED, "protected branches"},
		{403, NO("403 Forbidden"), SG_R_FORBIDDEN, "role"},
		{403,
			"{\"error\":\"insufficient_scope\",\"error_description\":\"x\",\"scope\":"
			"\"api\"}",
			SG_R_FORBIDDEN, "scope api"},
		{401, NO("401 Unauthorized"), SG_R_AUTH_FAILED, "STAGEGATE_GITLAB_TOKEN"},
		{404, NO("404 Project Not Found"), SG_R_NOT_FOUND, "hidden"},
		{413, "", SG_R_TOO_LARGE, ""},
		{301, "moved", SG_R_REDIRECTED, "redirect"},
	};
	struct gitlab_world *w = *state;

	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_published done;

		assert_int_equal(publish(w, cases[i].status, cases[i].body, &done), -1);
		gitlab_world_error(w, cases[i].reason, "", cases[i].hint);
	}
	gitlab_world_done(w);
}

static void who_came_between_is_looked_for(void **state)
{
	struct gitlab_world *w = *state;
	struct sg_published done;

	script_any_order(w->script);
	/* another file */
	file(w, RAW(SHA_C), BEFORE, SHA_C);
	assert_int_equal(publish(w, 201, MADE(SHA_B, SHA_C, SAYS), &done), 0);
	assert_int_equal(done.outcome, SG_PUBLISHED);
	assert_string_equal(done.beside, "");
	/* ours: shorter, longer, gone */
	file(w, RAW(SHA_C), "tag: 3\n", SHA_C);
	assert_int_equal(publish(w, 201, MADE(SHA_B, SHA_C, SAYS), &done), 0);
	assert_int_equal(done.outcome, SG_PUBLISHED);
	assert_string_equal(done.beside, SHA_C);
	file(w, RAW(SHA_C), "tag: 3 and so on\n", SHA_C);
	assert_int_equal(publish(w, 201, MADE(SHA_B, SHA_C, SAYS), &done), 0);
	assert_string_equal(done.beside, SHA_C);
	script_reply(w->script, "GET", RAW(SHA_C), 404, NO("404 File Not Found"));
	assert_int_equal(publish(w, 201, MADE(SHA_B, SHA_C, SAYS), &done), 0);
	assert_string_equal(done.beside, SHA_C);
	/* nobody can say */
	script_reply(w->script, "GET", RAW(SHA_C), 403, NO("403 Forbidden"));
	assert_int_equal(publish(w, 201, MADE(SHA_B, SHA_C, SAYS), &done), -1);
	gitlab_world_error(w, SG_R_OUTCOME_UNKNOWN, "bbbbbbbbbbbb is on develop", "git diff");
	gitlab_world_done(w);
}

/* ---- reading back ---- */

static int find(
	struct gitlab_world *w, const char *tip, enum sg_answer *answer, char commit[SG_OID_SIZE])
{
	struct sg_publisher *p = publisher(w);

	w->err = (struct sg_err)SG_ERR_INIT;
	return p->find(p, &plan, tip, answer, commit, &w->err);
}

static void a_branch_that_has_not_moved_does_not_have_it(void **state)
{
	struct gitlab_world *w = *state;
	enum sg_answer answer = SG_ANSWER_UNKNOWN;
	char commit[SG_OID_SIZE];

	assert_int_equal(find(w, SHA_A, &answer, commit), 0);
	assert_int_equal(answer, SG_ANSWER_NO);
	gitlab_world_done(w);
}

static void it_is_found_by_its_id_and_its_bytes(void **state)
{
	struct gitlab_world *w = *state;
	enum sg_answer answer = SG_ANSWER_UNKNOWN;
	char commit[SG_OID_SIZE];

	/* a forged one before ours */
	script_reply(w->script, "GET", LIST(SHA_C), 200,
		"[" MADE(SHA_C, SHA_B, SAYS) "," MADE(SHA_B, SHA_A, SAYS) "]");
	file(w, RAW(SHA_C), BEFORE, SHA_C);
	file(w, RAW(SHA_B), AFTER, SHA_B);
	assert_int_equal(find(w, SHA_C, &answer, commit), 0);
	assert_int_equal(answer, SG_ANSWER_YES);
	assert_string_equal(commit, SHA_B);
	/* others, and what is no commit */
	script_reply(w->script, "GET", LIST(SHA_C), 200,
		"[" MADE(SHA_C, SHA_B, "m") ",{},7," MADE("x", SHA_A, SAYS) "]");
	assert_int_equal(find(w, SHA_C, &answer, commit), 0);
	assert_int_equal(answer, SG_ANSWER_NO);
	script_reply(w->script, "GET", LIST(SHA_C), 200, "[]");
	assert_int_equal(find(w, SHA_C, &answer, commit), 0);
	assert_int_equal(answer, SG_ANSWER_NO);
	gitlab_world_done(w);
}

static void what_cannot_be_read_is_an_error(void **state)
{
	struct gitlab_world *w = *state;
	enum sg_answer answer;
	char commit[SG_OID_SIZE];

	script_reply(w->script, "GET", LIST(SHA_C), 403, NO("403 Forbidden"));
	assert_int_equal(find(w, SHA_C, &answer, commit), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "", "");
	script_reply(w->script, "GET", LIST(SHA_C), 200, "[" MADE(SHA_B, SHA_A, SAYS) "]");
	script_reply(w->script, "GET", RAW(SHA_B), 403, NO("403 Forbidden"));
	assert_int_equal(find(w, SHA_C, &answer, commit), -1);
	gitlab_world_error(w, SG_R_FORBIDDEN, "", "");
	script_reply(w->script, "GET", LIST(SHA_C), 200, "[" MADE(SHA_B, SHA_C, SAYS) "]");
	file(w, RAW(SHA_B), AFTER, SHA_B);
	file(w, RAW(SHA_C), "tag: 3\n", SHA_C);
	assert_int_equal(find(w, SHA_C, &answer, commit), -1);
	gitlab_world_error(w, SG_R_CONFLICT, "took away", "");
	gitlab_world_done(w);
}

#define T(name) cmocka_unit_test_setup_teardown(name, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_request_compares_every_file),
		T(a_yes_that_is_not_about_the_plan_is_doubted),
		T(no_answer_is_doubted),
		T(texts_of_a_lost_race),
		T(other_texts_are_decided_by_the_branch),
		T(a_text_that_the_branch_cannot_explain_is_no_refusal),
		T(where_the_branch_is_closed_a_file_of_it_tells),
		T(the_last_text_may_answer_a_second_delivery),
		T(refusals_that_stay),
		T(who_came_between_is_looked_for),
		T(a_branch_that_has_not_moved_does_not_have_it),
		T(it_is_found_by_its_id_and_its_bytes),
		T(what_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
