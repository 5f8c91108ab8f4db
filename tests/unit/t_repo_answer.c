/* repo/answer.h and repo/reject.h: what a Git server's words mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "repo/ahead.h"
#include "repo/answer.h"
#include "repo/pkt.h"
#include "repo/reject.h"

#define URL "https://git.test/group/config.git"

struct given {
	int status;
	const char *headers;
	const char *body;
	bool push;
	bool post;
	const char *user; /* NULL: no credential */
};

static int check(struct given g, struct sg_err *err)
{
	struct sg_buf headers SG_AUTO(sg_buf_release);
	struct sg_git_answer answer = {
		.url = URL,
		.service = g.push ? "git-receive-pack" : "git-upload-pack",
		.post = g.post,
		.with_cred = g.user != NULL,
		.user = g.user,
		.status = g.status,
		.headers = &headers,
		.body = sg_str_of(g.body),
	};

	sg_buf_init(&headers, 65536);
	sg_buf_adds(&headers, g.headers ? g.headers : "");
	*err = (struct sg_err)SG_ERR_INIT;
	return sg_git_answer_check(&answer, err);
}

static void fails(struct given g, enum sg_reason reason, const char *in_cause, const char *in_hint)
{
	struct sg_err err;

	assert_int_equal(check(g, &err), -1);
	if (err.reason != reason || err.http_status != g.status)
		fail_msg("%d gives %s (%s)", g.status, sg_reason_name(err.reason), err.cause);
	if (in_cause && !strstr(err.cause, in_cause))
		fail_msg("\"%s\" lacks \"%s\"", err.cause, in_cause);
	if (in_hint && !strstr(err.hint, in_hint))
		fail_msg("\"%s\" lacks \"%s\"", err.hint, in_hint);
}

static void git_answers_pass(void **state)
{
	struct sg_err err;

	(void)state;
	assert_int_equal(check((struct given){.status = 200,
				       .headers = "Content-Type: "
						  "application/x-git-upload-pack-advertisement\n"},
				 &err),
		0);
	assert_int_equal(
		check((struct given){.status = 200,
			      .headers = "content-type: Application/x-git-upload-pack-result; "
					 "charset=x\n",
			      .post = true},
			&err),
		0);
	assert_int_equal(check((struct given){.status = 200,
				       .headers = "Content-Type: "
						  "application/x-git-receive-pack-advertisement\n",
				       .push = true},
				 &err),
		0);
}

static void other_types_are_no_git_answer(void **state)
{
	(void)state;
	fails((struct given){.status = 200,
		      .headers = "Content-Type: text/html; charset=utf-8\n",
		      .body = "<!DOCTYPE html><html><head><title>Sign in\n &middot; "
			      "GitLab</title></head><body>x</body>"},
		SG_R_ANSWER_INVALID,
		"text/html, not with Git's protocol: \"Sign in &middot; GitLab\"", "login page");
	fails((struct given){.status = 200,
		      .headers = "Content-Type: application/json\n",
		      .body = "{\"message\":\"hello\"}"},
		SG_R_ANSWER_INVALID, "{\"message\":\"hello\"}", "git clone");
	fails((struct given){.status = 200, .headers = "", .body = ""}, SG_R_ANSWER_INVALID,
		"no content type", NULL);
	fails((struct given){.status = 200,
		      .headers = "Content-Type: text/plain\n",
		      .body = "0123\trefs"},
		SG_R_ANSWER_INVALID, "text/plain", "dumb");
	/* the answer to the other question is none */
	fails((struct given){.status = 200,
		      .headers = "Content-Type: application/x-git-upload-pack-advertisement\n",
		      .push = true},
		SG_R_ANSWER_INVALID, NULL, NULL);
	fails((struct given){.status = 200,
		      .headers = "Content-Type: application/x-git-upload-pack-advertisement\n",
		      .post = true},
		SG_R_ANSWER_INVALID, NULL, NULL);
	fails((struct given){.status = 204, .headers = ""}, SG_R_ANSWER_INVALID, NULL, NULL);
}

static void refusals_are_told_apart(void **state)
{
	(void)state;
	fails((struct given){.status = 401, .body = "HTTP Basic: Access denied.", .user = "oauth2"},
		SG_R_AUTH_FAILED, "HTTP Basic: Access denied.", "expired");
	fails((struct given){.status = 401, .user = "gitlab-ci-token"}, SG_R_AUTH_FAILED, NULL,
		"job");
	fails((struct given){.status = 401}, SG_R_CREDENTIAL_MISSING, NULL,
		"STAGEGATE_GITLAB_TOKEN");
	fails((struct given){.status = 403,
		      .push = true,
		      .user = "oauth2",
		      .body = "You are not allowed to push code to this project.\n"},
		SG_R_FORBIDDEN, "You are not allowed to push code to this project.",
		"write_repository");
	fails((struct given){.status = 403, .push = true, .user = "gitlab-ci-token"},
		SG_R_FORBIDDEN, "pushing", "Allow Git push requests");
	fails((struct given){.status = 404, .user = "oauth2"}, SG_R_REPOSITORY_NOT_FOUND,
		"does not exist, or this credential may not see it", "member");
	fails((struct given){.status = 410}, SG_R_REPOSITORY_NOT_FOUND, NULL, NULL);
	fails((struct given){.status = 413, .push = true, .post = true}, SG_R_TOO_LARGE, "413",
		NULL);
	fails((struct given){.status = 407}, SG_R_AUTH_FAILED, "proxy", NULL);
	fails((struct given){.status = 418}, SG_R_REMOTE_FAILED, "418", NULL);
}

static void servers_in_trouble_are_transient(void **state)
{
	static const int busy[] = {408, 429, 500, 502, 503, 504};
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(busy); i++) {
		assert_int_equal(
			check((struct given){.status = busy[i], .body = "Retry later"}, &err), -1);
		assert_true(err.transient);
		assert_int_equal(err.reason, busy[i] == 429 ? SG_R_THROTTLED : SG_R_REMOTE_FAILED);
		assert_non_null(strstr(err.cause, "Retry later"));
	}
	assert_int_equal(check((struct given){.status = 404}, &err), -1);
	assert_false(err.transient);
}

static void redirects_name_the_new_address(void **state)
{
	(void)state;
	fails((struct given){.status = 301,
		      .headers = "Location: https://git.test/new/config.git/info/"
				 "refs?service=git-upload-pack&private_token=abc\n"},
		SG_R_REDIRECTED, "is at https://git.test/new/config.git",
		"--gitops https://git.test/new/config.git");
	fails((struct given){.status = 302, .headers = "Location: /moved.git/git-upload-pack\n"},
		SG_R_REDIRECTED, "is at https://git.test/moved.git", "--gitops");
	fails((struct given){.status = 307,
		      .headers = "Location: https://sso.test/saml/login?next=x\n"},
		SG_R_REDIRECTED, "https://sso.test/saml/login", "login page");
	fails((struct given){.status = 302}, SG_R_REDIRECTED, "without a usable address",
		"--gitops");
	fails((struct given){.status = 302,
		      .headers = "Location: https://user:secret@evil.test/x\n"},
		SG_R_REDIRECTED, "without a usable address", NULL);
}

static void redirects_show_no_query(void **state)
{
	struct sg_err err;

	(void)state;
	assert_int_equal(
		check((struct given){.status = 301,
			      .headers = "Location: https://h.test/a?token=s3cret#s3cret\n"},
			&err),
		-1);
	assert_null(strstr(err.cause, "s3cret"));
	assert_null(strstr(err.hint, "s3cret"));
}

static void only_clear_refusals_are_certain(void **state)
{
	static const int certain[] = {301, 302, 400, 401, 403, 404, 413, 429};
	static const int open[] = {0, 200, 204, 408, 500, 502, 503, 504};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(certain); i++)
		assert_true(sg_git_answer_refused(certain[i]));
	for (size_t i = 0; i < SG_COUNT(open); i++)
		assert_false(sg_git_answer_refused(open[i]));
}

static void words_are(const char *body, const char *expected)
{
	char out[40];

	sg_git_words(sg_str_of(body), out, sizeof(out));
	assert_string_equal(out, expected);
}

static void words_are_one_clean_line(void **state)
{
	(void)state;
	words_are("", "");
	words_are(" \n\t ", "");
	words_are("remote: no\n\n  way\r\n", "remote: no way");
	words_are("a\x1b[31mred\x07", "a [31mred");
	words_are("<html><body><h1>502 Bad</h1><p>Gateway</p></body></html>", "502 Bad Gateway");
	words_are("<html><head><title>", "");
	words_are("a < b", "a < b");
	words_are("0123456789012345678901234567890123456\xc3\xa9\xc3\xa9",
		"0123456789012345678901234567890123456\xc3\xa9");
	words_are("bad\xff\xfe utf8", "bad utf8");
}

static void rejected(
	const char *status, const char *words, bool stale, enum sg_reason reason, bool transient)
{
	struct sg_reject got = sg_reject_of(sg_str_of(status), sg_str_of(words));

	if (got.stale != stale || (!stale && got.reason != reason) || got.transient != transient)
		fail_msg("\"%s\" / \"%s\" gives %s%s%s", status, words, got.stale ? "STALE " : "",
			sg_reason_name(got.reason), got.transient ? " transient" : "");
}

static void lost_races_are_stale(void **state)
{
	static const char *const texts[] = {"non-fast-forward", "fetch first",
		"cannot lock ref 'refs/heads/main': is at 1 but expected 2", "failed to update ref",
		"reference update: incorrect old value provided", "reference already exists",
		"stale info", "Cannot Lock Ref"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++)
		rejected(texts[i], "", true, SG_R_OK, false);
}

/* The server compares histories with the lease, so its rule says nothing about a race. */
static void a_rule_against_rewriting_is_no_lost_race(void **state)
{
	struct sg_reject got = sg_reject_of_forced(SG_STR("non-fast-forward"), SG_STR(""));

	(void)state;
	assert_false(got.stale);
	assert_int_equal(got.reason, SG_R_PUSH_REJECTED);
	assert_non_null(strstr(got.hint, "stagegate/*"));
	got = sg_reject_of_forced(SG_STR("pre-receive hook declined"),
		SG_STR("GitLab: You are not allowed to force push code to a protected branch on "
		       "this project."));
	assert_int_equal(got.reason, SG_R_BRANCH_PROTECTED);
	assert_non_null(strstr(got.hint, "force push"));
	assert_true(sg_reject_of_forced(SG_STR("failed to update ref"), SG_STR("")).stale);
	assert_true(sg_reject_of_forced(SG_STR("cannot lock ref"), SG_STR("")).stale);
	got = sg_reject_of_forced(SG_STR("deletion prohibited"), SG_STR(""));
	assert_int_equal(got.reason, SG_R_FORBIDDEN);
}

static void hooks_cannot_fake_a_lost_race(void **state)
{
	(void)state;
	rejected("pre-receive hook declined", "please fetch first, non-fast-forward", false,
		SG_R_HOOK_DECLINED, false);
}

static void refusals_have_their_reason(void **state)
{
	(void)state;
	rejected("pre-receive hook declined",
		"GitLab: You are not allowed to push code to protected branches on this project.",
		false, SG_R_BRANCH_PROTECTED, false);
	rejected("protected branch hook declined", "", false, SG_R_BRANCH_PROTECTED, false);
	rejected("pre-receive hook declined",
		"GitLab: You are not allowed to push code to this project.", false, SG_R_FORBIDDEN,
		false);
	rejected("pre-receive hook declined", "GL-HOOK-ERR: Author is no member of the team", false,
		SG_R_HOOK_DECLINED, false);
	rejected("pre-receive hook declined",
		"GitLab: Commit message does not follow the pattern 'JIRA-'", false,
		SG_R_HOOK_DECLINED, false);
	rejected("hook declined", "", false, SG_R_HOOK_DECLINED, false);
	rejected("pre-receive hook declined", "GitLab: Internal API unreachable", false,
		SG_R_REMOTE_FAILED, true);
	rejected("pre-receive hook declined",
		"GitLab: Your push to this repository would cause it to be larger than the allowed "
		"size",
		false, SG_R_PUSH_REJECTED, false);
	rejected("pre-receive hook declined",
		"GitLab: File 'a.yaml' is larger than the allowed size of 1 MiB. Use Git LFS to "
		"manage this file.",
		false, SG_R_HOOK_DECLINED, false);
	rejected("deny updating a hidden ref", "", false, SG_R_FORBIDDEN, false);
	rejected("branch is currently checked out", "", false, SG_R_PUSH_REJECTED, false);
	rejected("unpacker error", "", false, SG_R_PUSH_REJECTED, true);
	rejected("something new", "", false, SG_R_PUSH_REJECTED, false);
	rejected("", "", false, SG_R_PUSH_REJECTED, false);
}

static void the_first_section_ends_with_a_flush(void **state)
{
	(void)state;
	assert_int_equal(sg_ahead_section(SG_STR("0000")), 4);
	assert_int_equal(sg_ahead_section(SG_STR("0008abcd0000rest")), 12);
	assert_int_equal(sg_ahead_section(SG_STR("0008ab")), 0);
	assert_int_equal(sg_ahead_section(SG_STR("0008abcd000")), 0);
	assert_int_equal(sg_ahead_section(SG_STR("")), 0);
	assert_int_equal(sg_ahead_section(SG_STR("ffff")), 0);
	assert_int_equal(sg_ahead_section(SG_STR("0003")), -1);
	assert_int_equal(sg_ahead_section(SG_STR("PACK")), -1);
	assert_int_equal(sg_ahead_section(SG_STR("0008abcd-001")), -1);
}

#define FIRST "0032want 1111111111111111111111111111111111111111\n0000"
#define HAVE(x) "0032have " x x x x "\n"
#define A HAVE("aaaaaaaaaa")
#define B HAVE("bbbbbbbbbb")
#define C HAVE("cccccccccc")
#define DONE "0009done\n"

static void what_is_offered_may_come_in_any_order(void **state)
{
	(void)state;
	assert_true(sg_ahead_same(SG_STR(FIRST A B DONE), SG_STR(FIRST B A DONE)));
	assert_true(sg_ahead_same(SG_STR(FIRST A DONE), SG_STR(FIRST A DONE)));
	assert_true(sg_ahead_same(SG_STR(FIRST DONE), SG_STR(FIRST DONE)));
	assert_false(sg_ahead_same(SG_STR(FIRST A B DONE), SG_STR(FIRST A C DONE)));
	assert_false(sg_ahead_same(SG_STR(FIRST A B DONE), SG_STR(FIRST A DONE)));
	assert_false(sg_ahead_same(SG_STR(FIRST A DONE), SG_STR(FIRST A B DONE)));
	assert_false(sg_ahead_same(SG_STR(FIRST A B), SG_STR(FIRST B A)));
	assert_false(sg_ahead_same(SG_STR(A B DONE), SG_STR(A FIRST)));
	assert_false(sg_ahead_same(SG_STR("x" FIRST A DONE), SG_STR("y" FIRST A DONE)));
	assert_false(sg_ahead_same(SG_STR(FIRST A "0000" B DONE), SG_STR(FIRST B "0000" A DONE)));
	assert_false(sg_ahead_same(SG_STR(""), SG_STR("")));
}

static void pkt_lines_are_taken_one_by_one(void **state)
{
	struct sg_str rest = SG_STR("0008abcd000400010000000200"), line;

	(void)state;
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_LINE);
	assert_true(sg_str_is(line, "abcd"));
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_LINE);
	assert_int_equal(line.len, 0);
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_DELIM);
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_FLUSH);
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_END);
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_MORE);
	assert_true(sg_str_is(rest, "00"));
	rest = SG_STR("0003");
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_BAD);
	rest = SG_STR("00 8abcd");
	assert_int_equal(sg_pkt_next(&rest, &line), SG_PKT_BAD);
}

static void a_pkt_line_knows_its_length(void **state)
{
	struct sg_buf out SG_AUTO(sg_buf_release);

	(void)state;
	sg_buf_init(&out, 64);
	sg_pkt_add(&out, "want %s%c", "x", '\0');
	assert_int_equal(out.len, 11);
	assert_memory_equal(out.ptr, "000bwant x", 11);
}

static void a_failed_unpack_is_told_from_silence(void **state)
{
	char out[80] = "";

	(void)state;
	assert_true(
		sg_reject_unpack(SG_STR("001dunpack index-pack failed\n0000"), out, sizeof(out)));
	assert_string_equal(out, "unpack index-pack failed");
	assert_false(sg_reject_unpack(SG_STR("000eunpack ok\n0000"), out, sizeof(out)));
	assert_false(sg_reject_unpack(SG_STR("0000"), out, sizeof(out)));
	assert_false(sg_reject_unpack(SG_STR("0020\2we will unpack it later\n"), out, sizeof(out)));
	assert_false(sg_reject_unpack(SG_STR(""), out, sizeof(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(git_answers_pass),
		cmocka_unit_test(other_types_are_no_git_answer),
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(servers_in_trouble_are_transient),
		cmocka_unit_test(redirects_name_the_new_address),
		cmocka_unit_test(redirects_show_no_query),
		cmocka_unit_test(only_clear_refusals_are_certain),
		cmocka_unit_test(words_are_one_clean_line),
		cmocka_unit_test(lost_races_are_stale),
		cmocka_unit_test(a_rule_against_rewriting_is_no_lost_race),
		cmocka_unit_test(hooks_cannot_fake_a_lost_race),
		cmocka_unit_test(refusals_have_their_reason),
		cmocka_unit_test(a_failed_unpack_is_told_from_silence),
		cmocka_unit_test(the_first_section_ends_with_a_flush),
		cmocka_unit_test(what_is_offered_may_come_in_any_order),
		cmocka_unit_test(pkt_lines_are_taken_one_by_one),
		cmocka_unit_test(a_pkt_line_knows_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
