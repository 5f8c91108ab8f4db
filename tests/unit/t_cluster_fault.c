#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include <cmocka.h>

#include "cluster_world.h"

static const struct sg_fault_about about = {
	.verb = "watch",
	.server = SERVER,
	.identity = "context \"prod\" of config",
	.namespace = "argocd",
	.name = "web-prod",
};

static void read_fault(int status, const char *headers, struct sg_str body, struct sg_fault *ret)
{
	struct sg_buf lines;

	sg_buf_init(&lines, 4096);
	sg_buf_adds(&lines, headers);
	sg_fault_read(status, &lines, body, ret);
	sg_buf_release(&lines);
}

#define STATUS(reason, message, code)                                                              \
	"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"" message \
	"\",\"reason\":\"" reason "\",\"code\":" code "}"

struct row {
	int status;
	const char *headers, *body;
	enum sg_fault_kind kind;
	enum sg_reason reason;
	int64_t retry_after_ms;
	const char *cause, *hint; /* parts */
};

static const struct row rows[] = {
	{401, "", STATUS("Unauthorized", "Unauthorized", "401"), SG_FAULT_AUTH, SG_R_AUTH_FAILED,
		-1, "answers 401: Unauthorized", "context \"prod\" of config"},
	{403, "", STATUS("Forbidden", "User \\\"ci\\\" cannot watch", "403"), SG_FAULT_FORBIDDEN,
		SG_R_FORBIDDEN, -1, "User \"ci\" cannot watch",
		"namespace \"argocd\" must allow verb \"watch\""},
	{403, "", STATUS("Forbidden", "User \\\"system:anonymous\\\" cannot get resource", "403"),
		SG_FAULT_FORBIDDEN, SG_R_FORBIDDEN, -1, "system:anonymous", "no credential at all"},
	{403, "", "{\"message\":\"403 Forbidden\"}", SG_FAULT_FORBIDDEN, SG_R_FORBIDDEN, -1,
		"403 Forbidden", "gateway"},
	{404, "", STATUS("NotFound", "x not found", "404"), SG_FAULT_NO_OBJECT,
		SG_R_APPLICATION_NOT_FOUND, -1, "no application \"web-prod\" in namespace", ""},
	{404, "Content-Type: text/plain\n", "404 page not found\n", SG_FAULT_NO_RESOURCE,
		SG_R_NOT_FOUND, -1, "knows no applications.argoproj.io", "not installed"},
	{404, "", "{\"message\":\"agent not found\"}", SG_FAULT_NO_RESOURCE, SG_R_NOT_FOUND, -1,
		"agent not found", "server address"},
	{404, "", "", SG_FAULT_NO_RESOURCE, SG_R_NOT_FOUND, -1, "(nothing more)", "server address"},
	{404, "", "<html><h1>Not Found", SG_FAULT_NO_RESOURCE, SG_R_NOT_FOUND, -1, "(an HTML page)",
		"server address"},
	{409, "", STATUS("Conflict", "modified", "409"), SG_FAULT_CONFLICT, SG_R_CONFLICT, -1,
		"modified", ""},
	{410, "", STATUS("Expired", "too old", "410"), SG_FAULT_EXPIRED, SG_R_REMOTE_FAILED, -1,
		"too old", ""},
	{413, "", STATUS("RequestEntityTooLarge", "limit is 3145728", "413"), SG_FAULT_TOO_LARGE,
		SG_R_REMOTE_FAILED, -1, "3145728", ""},
	{415, "", STATUS("UnsupportedMediaType", "unknown format", "415"), SG_FAULT_REFUSED,
		SG_R_REMOTE_FAILED, -1, "unknown format", ""},
	{422, "", STATUS("Invalid", "rejected", "422"), SG_FAULT_REFUSED, SG_R_REMOTE_FAILED, -1,
		"rejected", ""},
	{429, "Retry-After: 1\n", "Too many requests, please try again later.\n",
		SG_FAULT_THROTTLED, SG_R_THROTTLED, 1000, "please try again later.", ""},
	{429, "",
		"{\"kind\":\"Status\",\"reason\":\"TooManyRequests\",\"message\":\"x\",\"details\":"
		"{"
		"\"retryAfterSeconds\":3}}",
		SG_FAULT_THROTTLED, SG_R_THROTTLED, 3000, "", ""},
	{500, "", "{\"kind\":\"Status\",\"message\":\"etcdserver: request is too large\"}",
		SG_FAULT_TOO_LARGE, SG_R_REMOTE_FAILED, -1, "etcdserver", ""},
	{500, "", "{\"kind\":\"Status\",\"message\":\"strconv.ParseUint: parsing\"}",
		SG_FAULT_REFUSED, SG_R_REMOTE_FAILED, -1, "strconv", ""},
	{500, "", "{\"kind\":\"Status\",\"message\":\"etcdserver: leader changed\"}",
		SG_FAULT_UNAVAILABLE, SG_R_REMOTE_FAILED, -1, "leader changed", ""},
	{502, "", "<!DOCTYPE html><p>Bad Gateway", SG_FAULT_UNAVAILABLE, SG_R_REMOTE_FAILED, -1,
		"(an HTML page)", ""},
	{503, "Retry-After: 5\n", "", SG_FAULT_UNAVAILABLE, SG_R_REMOTE_FAILED, 5000, "(no text)",
		""},
	{504, "",
		"{\"kind\":\"Status\",\"message\":\"Too large resource version\",\"details\":{"
		"\"retryAfterSeconds\":1}}",
		SG_FAULT_UNAVAILABLE, SG_R_REMOTE_FAILED, 1000, "Too large", ""},
	{302, "Location: https://login.example.com/\n", "", SG_FAULT_REDIRECTED, SG_R_REDIRECTED,
		-1, "https://login.example.com/", "not followed"},
	{418, "", "{broken", SG_FAULT_ODD, SG_R_ANSWER_INVALID, -1, "{broken", ""},
};

static void answers_become_faults_and_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_fault fault;
		struct sg_err err = SG_ERR_INIT;

		read_fault(rows[i].status, rows[i].headers, sg_str_of(rows[i].body), &fault);
		assert_int_equal(fault.kind, rows[i].kind);
		assert_int_equal(fault.retry_after_ms, rows[i].retry_after_ms);
		assert_int_equal(sg_fault_fail(&fault, &about, &err), -1);
		assert_int_equal(err.reason, rows[i].reason);
		assert_int_equal(err.http_status, rows[i].status);
		assert_int_equal(err.transient, sg_fault_may_pass(&fault));
		assert_non_null(strstr(err.cause, rows[i].cause));
		assert_non_null(strstr(err.hint, rows[i].hint));
	}
}

static void a_success_is_no_fault(void **state)
{
	struct sg_fault fault;

	(void)state;
	read_fault(200, "", SG_STR("<html>"), &fault);
	assert_int_equal(fault.kind, SG_FAULT_NONE);
	assert_string_equal(fault.message, "");
}

static void a_long_text_is_cut_between_characters(void **state)
{
	char body[2000];
	struct sg_fault fault;

	(void)state;
	memset(body, 'x', sizeof(body));
	for (size_t i = 1; i + 1 < sizeof(body); i += 2)
		memcpy(body + i, "\xc3\xa9", 2);
	read_fault(502, "", (struct sg_str){body, sizeof(body)}, &fault);
	assert_int_equal(strlen(fault.message), 399);
	read_fault(502, "", SG_STR("one\r\ntwo\xff"), &fault);
	assert_string_equal(fault.message, "one  two\xff");
}

static void frames_of_a_watch_become_faults(void **state)
{
	static const struct {
		const char *text;
		enum sg_fault_kind kind;
	} frames[] = {
		{"{\"kind\":\"Status\",\"reason\":\"Expired\",\"code\":410}", SG_FAULT_EXPIRED},
		{"{\"kind\":\"Status\",\"reason\":\"Gone\"}", SG_FAULT_EXPIRED},
		{"{\"kind\":\"Status\",\"code\":429,\"details\":{\"retryAfterSeconds\":2}}",
			SG_FAULT_THROTTLED},
		{"{\"kind\":\"Status\",\"reason\":\"InternalError\",\"code\":500}",
			SG_FAULT_UNAVAILABLE},
		{"{\"kind\":\"Status\",\"code\":504}", SG_FAULT_UNAVAILABLE},
		{"{\"kind\":\"Status\",\"code\":200}", SG_FAULT_ODD},
		{"{\"kind\":\"Status\",\"code\":\"410\"}", SG_FAULT_ODD},
		{"null", SG_FAULT_ODD},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(frames); i++) {
		struct sg_json *doc;
		struct sg_fault fault;
		struct sg_err err = SG_ERR_INIT;

		assert_int_equal(sg_json_parse(sg_str_of(frames[i].text), &doc, &err), 0);
		sg_fault_read_frame(doc, &fault);
		assert_int_equal(fault.kind, frames[i].kind);
		sg_json_free(doc);
	}
}

/* What a status must become, whatever the body says beside it. */
static bool is_expected(int status, enum sg_fault_kind kind)
{
	switch (kind) {
	case SG_FAULT_NONE:
		return status >= 200 && status < 300;
	case SG_FAULT_AUTH:
		return status == 401;
	case SG_FAULT_FORBIDDEN:
		return status == 403;
	case SG_FAULT_NO_OBJECT:
	case SG_FAULT_NO_RESOURCE:
		return status == 404;
	case SG_FAULT_CONFLICT:
		return status == 409;
	case SG_FAULT_EXPIRED:
		return status == 410;
	case SG_FAULT_TOO_LARGE:
		return status == 413 || status == 500;
	case SG_FAULT_REFUSED:
		return status == 400 || status == 415 || status == 422 || status == 500;
	case SG_FAULT_THROTTLED:
		return status == 429;
	case SG_FAULT_UNAVAILABLE:
		return status >= 500;
	case SG_FAULT_REDIRECTED:
	case SG_FAULT_ODD:
		return false;
	}
	return false;
}

static void check_answer(
	const struct sg_json *body, const char *text, int64_t status, const char *name)
{
	struct sg_buf bytes;
	struct sg_fault fault;

	sg_buf_init(&bytes, SG_CLUSTER_OBJECT_MAX_BYTES);
	if (text)
		sg_buf_adds(&bytes, text);
	else if (body)
		sg_json_text(body, &bytes);
	read_fault((int)status, "", sg_buf_str(&bytes), &fault);
	if (!is_expected((int)status, fault.kind))
		fail_msg("%s: %d became %d", name, (int)status, (int)fault.kind);
	if (status == 404 && (text != NULL) != (fault.kind == SG_FAULT_NO_RESOURCE))
		fail_msg("%s: the two kinds of 404 are confused", name);
	if (fault.kind != SG_FAULT_NONE && !fault.message[0])
		fail_msg("%s: no message", name);
	sg_buf_release(&bytes);
}

static void check_rows(struct cluster_world *w, const char *path)
{
	struct sg_json *doc;
	size_t n = 0;

	assert_int_equal(sg_json_parse(cluster_world_file(w, path), &doc, &w->err), 0);
	for (const struct sg_json *row = sg_json_first(sg_json_get(doc, "items")); row;
		row = sg_json_next(row), n++) {
		int64_t status = 0;

		assert_true(sg_json_i64(sg_json_get(row, "httpStatus"), &status));
		check_answer(sg_json_get(row, "body"),
			sg_json_str(sg_json_get(row, "bodyText"), NULL), status, path);
	}
	assert_true(n > 5);
	sg_json_free(doc);
}

static void check_pair(struct cluster_world *w, const char *path)
{
	const struct sg_json *response;
	struct sg_json *doc;
	int64_t status = 0;

	assert_int_equal(sg_json_parse(cluster_world_file(w, path), &doc, &w->err), 0);
	response = sg_json_get(doc, "response");
	assert_true(sg_json_i64(sg_json_get(response, "status"), &status));
	if (!sg_json_get(response, "lines"))
		check_answer(sg_json_get(response, "body"),
			sg_json_str(sg_json_get(response, "bodyText"), NULL), status, path);
	sg_json_free(doc);
}

static void own_samples_are_understood(void **state)
{
	static const char *const names[] = {"kube-apf-429", "kube-unknown-group-404",
		"kube-patch-object-too-large-etcd", "kube-forbidden-watch-403"};
	struct cluster_world *w = *state;

	check_rows(w, "tests/data/cluster/wire-k8s-errors.json");
	for (size_t i = 0; i < SG_COUNT(names); i++)
		check_pair(w, sg_arena_printf(&w->arena, "tests/data/cluster/%s.json", names[i]));
}

static void recorded_answers_are_understood(void **state)
{
	struct cluster_world *w = *state;
	const char *folder = cluster_world_samples(w, "recorded-http");
	DIR *dir = folder ? opendir(folder) : NULL;
	int n = 0;

	if (!dir) {
		print_message("skipped: the recorded answers are not there\n");
		skip();
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (strncmp(entry->d_name, "kube-", 5) != 0)
			continue;
		check_pair(w, sg_arena_printf(&w->arena, "%s/%s", folder, entry->d_name));
		n++;
	}
	(void)closedir(dir);
	check_rows(w, cluster_world_samples(w, "constructed/wire-k8s-errors.json"));
	assert_true(n > 60);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(answers_become_faults_and_errors),
		T(a_success_is_no_fault),
		T(a_long_text_is_cut_between_characters),
		T(frames_of_a_watch_become_faults),
		T(own_samples_are_understood),
		T(recorded_answers_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
