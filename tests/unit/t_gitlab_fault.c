#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gitlab_world.h"

static const struct sg_gitlab_fault_about about = {.api = API, .project = "gitops/apps"};

static void read_fault(
	int status, const char *headers, struct sg_str body, struct sg_gitlab_fault *ret)
{
	struct sg_buf lines;

	sg_buf_init(&lines, 4096);
	sg_buf_adds(&lines, headers);
	sg_gitlab_fault_read(status, &lines, body, ret);
	sg_buf_release(&lines);
}

struct row {
	int status;
	const char *headers, *body;
	enum sg_gitlab_fault_kind kind;
	enum sg_reason reason;
	const char *message; /* whole */
	const char *hint;    /* a part */
};

/* gitlab.md 1.1, row by row. */
static const struct row rows[] = {
	{404, "", "{\"message\":\"404 Project Not Found\"}", SG_GITLAB_FAULT_MISSING,
		SG_R_NOT_FOUND, "404 Project Not Found", "hidden from this token"},
	{404, "", "{\"message\":\"404 Not found\"}", SG_GITLAB_FAULT_MISSING, SG_R_NOT_FOUND,
		"404 Not found", "hidden"},
	{410, "", "", SG_GITLAB_FAULT_MISSING, SG_R_NOT_FOUND, "", "hidden"},
	{403, "", "{\"message\":\"403 Forbidden - You are not allowed to push into this branch\"}",
		SG_GITLAB_FAULT_FORBIDDEN, SG_R_FORBIDDEN,
		"403 Forbidden - You are not allowed to push into this branch", "lacks a role"},
	{400, "", "{\"message\":\"400 Bad request - Unplayable Job\"}", SG_GITLAB_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, "400 Bad request - Unplayable Job", ""},
	{401, "", "{\"message\":\"401 Unauthorized\"}", SG_GITLAB_FAULT_AUTH, SG_R_AUTH_FAILED,
		"401 Unauthorized", "wrong, expired or revoked"},
	{405, "", "{\"message\":\"405 Method Not Allowed\"}", SG_GITLAB_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, "405 Method Not Allowed", ""},
	{406, "", "{\"message\":\"406 Not Acceptable\"}", SG_GITLAB_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, "406 Not Acceptable", ""},
	{409, "", "{\"message\":\"409 Conflict\"}", SG_GITLAB_FAULT_REFUSED, SG_R_CONFLICT,
		"409 Conflict", ""},
	{412, "", "", SG_GITLAB_FAULT_REFUSED, SG_R_REMOTE_FAILED, "", ""},
	{413, "", "<html>", SG_GITLAB_FAULT_TOO_LARGE, SG_R_TOO_LARGE, "(an HTML page)", ""},
	{422, "", "{\"message\":\"422 Unprocessable Entity\"}", SG_GITLAB_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, "422 Unprocessable Entity", ""},
	{503, "", "{\"message\":\"503 Service Unavailable\"}", SG_GITLAB_FAULT_UNAVAILABLE,
		SG_R_REMOTE_FAILED, "503 Service Unavailable", ""},
	{400, "",
		"{\"message\":{\"ref\":[\"The branch or tag does not "
		"exist\",\"b\"],\"x\":[\"c\"]}}",
		SG_GITLAB_FAULT_REFUSED, SG_R_REMOTE_FAILED,
		"ref: The branch or tag does not exist, b; x: c", ""},
	{400, "", "{\"message\":{\"base\":[\"Reference not found\"]}}", SG_GITLAB_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, "Reference not found", ""},
	{409, "",
		"{\"message\":[\"Another open merge request already exists for this source branch: "
		"!4\"]}",
		SG_GITLAB_FAULT_REFUSED, SG_R_CONFLICT,
		"Another open merge request already exists for this source branch: !4", ""},
	{400, "", "{\"error\":\"branch is missing, commit_message is missing\"}",
		SG_GITLAB_FAULT_REFUSED, SG_R_REMOTE_FAILED,
		"branch is missing, commit_message is missing", ""},
	{403, "",
		"{\"error\":\"insufficient_scope\",\"error_description\":\"The request requires "
		"higher privileges than provided by the access token.\",\"scope\":\"api\"}",
		SG_GITLAB_FAULT_FORBIDDEN, SG_R_FORBIDDEN,
		"The request requires higher privileges than provided by the access token.",
		"the token needs the scope api"},
	{403, "",
		"{\"error\":\"insufficient_scope\",\"error_description\":\"The request requires "
		"higher privileges than provided by the access token.\",\"scope\":\"api "
		"read_api\"}",
		SG_GITLAB_FAULT_FORBIDDEN, SG_R_FORBIDDEN,
		"The request requires higher privileges than provided by the access token.",
		"the token needs one of the scopes api read_api"},
	{401, "",
		"{\"error\":\"invalid_token\",\"error_description\":\"Token was revoked. You have "
		"to re-authorize from the user.\"}",
		SG_GITLAB_FAULT_AUTH, SG_R_AUTH_FAILED,
		"Token was revoked. You have to re-authorize from the user.", "expired or revoked"},
	{429, "",
		"{\"message\":{\"error\":\"This endpoint has been requested too many times. Try "
		"again later.\"}}",
		SG_GITLAB_FAULT_THROTTLED, SG_R_THROTTLED,
		"This endpoint has been requested too many times. Try again later.", ""},
	{429, "Retry-After: 60\n", "Retry later\n", SG_GITLAB_FAULT_THROTTLED, SG_R_THROTTLED,
		"Retry later", ""},
	{502, "", "  <!DOCTYPE html><title>GitLab is not responding", SG_GITLAB_FAULT_UNAVAILABLE,
		SG_R_REMOTE_FAILED, "(an HTML page)", ""},
	{504, "", "", SG_GITLAB_FAULT_UNAVAILABLE, SG_R_REMOTE_FAILED, "", ""},
	{408, "", "", SG_GITLAB_FAULT_UNAVAILABLE, SG_R_REMOTE_FAILED, "", ""},
	{301, "Location: " API "/projects/81\n",
		"This resource has been moved permanently to " API "/projects/81",
		SG_GITLAB_FAULT_REDIRECTED, SG_R_REDIRECTED,
		"This resource has been moved permanently to " API "/projects/81",
		"no redirect is followed"},
	{302, "Location: https://login.example.com/\n", "<html>", SG_GITLAB_FAULT_REDIRECTED,
		SG_R_REDIRECTED, "(an HTML page)", "no redirect is followed"},
	{304, "", "", SG_GITLAB_FAULT_REFUSED, SG_R_REMOTE_FAILED, "", ""},
	{418, "", "{broken", SG_GITLAB_FAULT_ODD, SG_R_ANSWER_INVALID, "{broken", ""},
	/* hostile */
	{400, "", "{\"message\":{\"a\":{\"b\":{\"c\":{\"d\":\"deep\"}}}}}", SG_GITLAB_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, "a: b: c:", ""},
	{400, "", "{\"message\":7}", SG_GITLAB_FAULT_REFUSED, SG_R_REMOTE_FAILED, "", ""},
	{400, "", "{\"message\":null,\"error\":\"x\"}", SG_GITLAB_FAULT_REFUSED, SG_R_REMOTE_FAILED,
		"x", ""},
	{400, "", "[\"x\"]", SG_GITLAB_FAULT_REFUSED, SG_R_REMOTE_FAILED, "[\"x\"]", ""},
	{400, "", "{\"message\":\"one\\r\\ntwo\\tthree\"}", SG_GITLAB_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, "one  two three", ""},
	{404, "", "{\"message\":\"404 Proj", SG_GITLAB_FAULT_MISSING, SG_R_NOT_FOUND,
		"{\"message\":\"404 Proj", "hidden"},
};

static void every_shape_becomes_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_gitlab_fault fault;
		struct sg_err err = SG_ERR_INIT;

		read_fault(rows[i].status, rows[i].headers, sg_str_of(rows[i].body), &fault);
		if (fault.kind != rows[i].kind || strcmp(fault.message, rows[i].message) != 0)
			fail_msg("row %zu: %d \"%s\"", i, (int)fault.kind, fault.message);
		assert_int_equal(sg_gitlab_fault_fail(&fault, &about, &err), -1);
		if (err.reason != rows[i].reason || !strstr(err.hint, rows[i].hint))
			fail_msg("row %zu: %s, %s", i, sg_reason_name(err.reason), err.hint);
		assert_int_equal(err.http_status, rows[i].status);
		assert_int_equal(
			err.transient, rows[i].kind == SG_GITLAB_FAULT_THROTTLED ||
					       rows[i].kind == SG_GITLAB_FAULT_UNAVAILABLE);
		assert_true(err.cause[0] && sg_gitlab_fault_text(&fault)[0]);
	}
}

static void who_asked_changes_the_hint(void **state)
{
	struct sg_gitlab_fault_about other = about;
	struct sg_gitlab_fault fault;
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	read_fault(401, "", SG_STR("{\"message\":\"401 Unauthorized\"}"), &fault);
	other.may_not_act = true;
	(void)sg_gitlab_fault_fail(&fault, &other, &err);
	assert_int_equal(err.reason, SG_R_FORBIDDEN);
	assert_non_null(strstr(err.hint, "allowed to merge"));
	other = about;
	other.job_token = true;
	(void)sg_gitlab_fault_fail(&fault, &other, &err);
	assert_int_equal(err.reason, SG_R_AUTH_FAILED);
	assert_non_null(strstr(err.hint, "STAGEGATE_GITLAB_TOKEN"));
	read_fault(404, "", SG_STR("{\"message\":\"404 Not Found\"}"), &fault);
	(void)sg_gitlab_fault_fail(&fault, &other, &err);
	assert_non_null(strstr(err.hint, "a job token cannot do this"));
}

static void a_success_is_no_fault(void **state)
{
	struct sg_gitlab_fault fault;

	(void)state;
	for (int status = 200; status < 300; status++) {
		read_fault(status, "", SG_STR("<html>"), &fault);
		assert_int_equal(fault.kind, SG_GITLAB_FAULT_NONE);
		assert_string_equal(fault.message, "");
	}
}

static void a_long_text_is_cut(void **state)
{
	struct sg_gitlab_fault fault;
	static char body[100000];

	(void)state;
	memset(body, 'x', sizeof(body));
	read_fault(500, "", (struct sg_str){body, sizeof(body)}, &fault);
	assert_int_equal(strlen(fault.message), sizeof(fault.message) - 1);
	memcpy(body, "{\"message\":[\"", 13);
	memcpy(body + sizeof(body) - 3, "\"]}", 3);
	read_fault(500, "", (struct sg_str){body, sizeof(body)}, &fault);
	assert_int_equal(fault.kind, SG_GITLAB_FAULT_UNAVAILABLE);
	assert_int_equal(strlen(fault.message), sizeof(fault.message) - 1);
}

static void recorded_errors_are_understood(void **state)
{
	struct gitlab_world *w = *state;
	const char *path = gitlab_world_sample(w, "recorded-gitlab.com-19.5/errors_recorded.json");
	struct sg_json *doc;
	size_t n = 0;

	if (!path) {
		print_message("skipped: the recorded answers are not there\n");
		skip();
	}
	doc = gitlab_world_json(gitlab_world_file(w, path).ptr);
	for (const struct sg_json *row = sg_json_first(doc); row; row = sg_json_next(row), n++) {
		struct sg_gitlab_fault fault;
		struct sg_buf body;
		int64_t status = 0;

		sg_buf_init(&body, 65536);
		sg_json_text(sg_json_get(row, "body"), &body);
		assert_true(sg_json_i64(sg_json_get(row, "status"), &status));
		read_fault((int)status, "", sg_buf_str(&body), &fault);
		if ((fault.kind == SG_GITLAB_FAULT_NONE) != (status < 300) ||
			(status >= 300 && (!fault.message[0] || fault.message[0] == '{')))
			fail_msg("%s: \"%s\"", body.ptr, fault.message);
		sg_buf_release(&body);
	}
	assert_true(n >= 15);
	sg_json_free(doc);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, gitlab_world_setup, gitlab_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(every_shape_becomes_words),
		T(who_asked_changes_the_hint),
		T(a_success_is_no_fault),
		T(a_long_text_is_cut),
		T(recorded_errors_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
