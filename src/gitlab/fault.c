#include "gitlab/fault.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "io/http.h"
#include "io/http_retry.h"

#define WORDS_MAX_BYTES 2048
#define TEXT_MAX 512 /* of one text among several */

static enum sg_gitlab_fault_kind kind_of(int status)
{
	switch (status) {
	case 304:
	case 400:
	case 405:
	case 406:
	case 409:
	case 412:
	case 415:
	case 422:
	case 423:
		return SG_GITLAB_FAULT_REFUSED;
	case 401:
		return SG_GITLAB_FAULT_AUTH;
	case 403:
		return SG_GITLAB_FAULT_FORBIDDEN;
	case 404:
	case 410:
		return SG_GITLAB_FAULT_MISSING;
	case 408:
		return SG_GITLAB_FAULT_UNAVAILABLE;
	case 413:
	case 414:
		return SG_GITLAB_FAULT_TOO_LARGE;
	case 429:
		return SG_GITLAB_FAULT_THROTTLED;
	}
	if (status >= 200 && status < 300)
		return SG_GITLAB_FAULT_NONE;
	if (status >= 300 && status < 400)
		return SG_GITLAB_FAULT_REDIRECTED;
	return status >= 500 && status < 600 ? SG_GITLAB_FAULT_UNAVAILABLE : SG_GITLAB_FAULT_ODD;
}

/* "base" and "error" name no field of the user's. */
static bool is_field(const char *key)
{
	return key && strcmp(key, "base") != 0 && strcmp(key, "error") != 0;
}

/* A string, a list of them, or an object of lists by field; deeper things are not texts. */
static void add_words(const struct sg_json *value, int depth, struct sg_buf *out)
{
	const char *separator = "";

	if (sg_json_type(value) == SG_JSON_STRING) {
		sg_buf_addstr(out, sg_str_sub(sg_str_of(sg_json_str(value, "")), 0, TEXT_MAX));
		return;
	}
	if (depth >= 3 ||
		(sg_json_type(value) != SG_JSON_ARRAY && sg_json_type(value) != SG_JSON_OBJECT))
		return;
	for (const struct sg_json *e = sg_json_first(value); e; e = sg_json_next(e)) {
		const char *key = sg_json_key(e);

		sg_buf_adds(out, separator);
		separator = key ? "; " : ", ";
		if (is_field(key))
			sg_buf_addf(out, "%.64s: ", key);
		add_words(e, depth + 1, out);
	}
}

void sg_gitlab_fault_words(const struct sg_json *doc, struct sg_buf *out)
{
	static const char *const keys[] = {"message", "error_description", "error"};

	for (size_t i = 0; i < SG_COUNT(keys) && out->len == 0; i++)
		add_words(sg_json_get(doc, keys[i]), 0, out);
}

static void read_json(const struct sg_json *doc, struct sg_gitlab_fault *fault)
{
	SG_AUTO(sg_buf_release) struct sg_buf words;

	sg_buf_init(&words, WORDS_MAX_BYTES);
	sg_gitlab_fault_words(doc, &words);
	sg_text_line(fault->message, sizeof(fault->message), sg_buf_str(&words));
	sg_text_line(fault->error, sizeof(fault->error),
		sg_str_of(sg_json_str(sg_json_get(doc, "error"), "")));
	sg_text_line(fault->scope, sizeof(fault->scope),
		sg_str_of(sg_json_str(sg_json_get(doc, "scope"), "")));
}

static void read_body(struct sg_str body, struct sg_gitlab_fault *fault)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err ignored = SG_ERR_INIT;

	body = sg_str_trim(body);
	if (sg_str_starts(body, "<"))
		sg_text_line(fault->message, sizeof(fault->message), SG_STR("(an HTML page)"));
	else if (sg_str_starts(body, "{") && sg_json_parse(body, &doc, &ignored) == 0)
		read_json(doc, fault);
	else
		sg_text_line(fault->message, sizeof(fault->message), body);
}

void sg_gitlab_fault_read(int http_status, const struct sg_buf *headers, struct sg_str body,
	struct sg_gitlab_fault *ret_fault)
{
	struct sg_gitlab_fault fault = {
		.kind = kind_of(http_status), .status = http_status, .retry_after_ms = -1};

	if (fault.kind != SG_GITLAB_FAULT_NONE) {
		fault.retry_after_ms = sg_retry_after_ms(headers);
		sg_text_line(fault.location, sizeof(fault.location),
			sg_http_header(headers, "Location"));
		read_body(body, &fault);
	}
	*ret_fault = fault;
}

const char *sg_gitlab_fault_text(const struct sg_gitlab_fault *fault)
{
	return fault->message[0] ? fault->message : "(no text)";
}

static enum sg_reason reason_of(
	const struct sg_gitlab_fault *fault, const struct sg_gitlab_fault_about *about)
{
	switch (fault->kind) {
	case SG_GITLAB_FAULT_AUTH:
		return about->may_not_act ? SG_R_FORBIDDEN : SG_R_AUTH_FAILED;
	case SG_GITLAB_FAULT_FORBIDDEN:
		return SG_R_FORBIDDEN;
	case SG_GITLAB_FAULT_MISSING:
		return SG_R_NOT_FOUND;
	case SG_GITLAB_FAULT_TOO_LARGE:
		return SG_R_TOO_LARGE;
	case SG_GITLAB_FAULT_THROTTLED:
		return SG_R_THROTTLED;
	case SG_GITLAB_FAULT_REDIRECTED:
		return SG_R_REDIRECTED;
	case SG_GITLAB_FAULT_REFUSED:
		return fault->status == 409 ? SG_R_CONFLICT : SG_R_REMOTE_FAILED;
	case SG_GITLAB_FAULT_UNAVAILABLE:
		return SG_R_REMOTE_FAILED;
	case SG_GITLAB_FAULT_NONE:
	case SG_GITLAB_FAULT_ODD:
		return SG_R_ANSWER_INVALID;
	}
	return SG_R_ANSWER_INVALID;
}

static void hint_token(const struct sg_gitlab_fault *fault,
	const struct sg_gitlab_fault_about *about, struct sg_err *err)
{
	if (about->job_token)
		(void)sg_hint(err, "a job token cannot do this, or its project is not on the allow "
				   "list of the other; set STAGEGATE_GITLAB_TOKEN");
	else if (strcmp(fault->error, "insufficient_scope") == 0)
		(void)sg_hint(err, "the token needs %s %s",
			strchr(fault->scope, ' ') ? "one of the scopes" : "the scope",
			fault->scope[0] ? fault->scope : "api");
	else if (fault->kind == SG_GITLAB_FAULT_AUTH && about->may_not_act)
		(void)sg_hint(err, "the user of this token lacks the right: see who is allowed to "
				   "merge into the protected branch");
	else if (fault->kind == SG_GITLAB_FAULT_AUTH)
		(void)sg_hint(err, "the token is wrong, expired or revoked; see "
				   "STAGEGATE_GITLAB_TOKEN");
	else if (fault->kind == SG_GITLAB_FAULT_FORBIDDEN)
		(void)sg_hint(err, "the user of this token lacks a role in the project, or the "
				   "token a scope");
	else
		(void)sg_hint(err, "it does not exist, or is hidden from this token: GitLab "
				   "answers 404 to both");
}

static void hint(const struct sg_gitlab_fault *fault, const struct sg_gitlab_fault_about *about,
	struct sg_err *err)
{
	switch (fault->kind) {
	case SG_GITLAB_FAULT_AUTH:
	case SG_GITLAB_FAULT_FORBIDDEN:
	case SG_GITLAB_FAULT_MISSING:
		hint_token(fault, about, err);
		break;
	case SG_GITLAB_FAULT_REDIRECTED:
		(void)sg_hint(err, "no redirect is followed with a token; name the present path of "
				   "the project, and the address that GitLab has itself");
		break;
	case SG_GITLAB_FAULT_THROTTLED:
	case SG_GITLAB_FAULT_UNAVAILABLE:
		(void)sg_transient(err);
		break;
	case SG_GITLAB_FAULT_NONE:
	case SG_GITLAB_FAULT_REFUSED:
	case SG_GITLAB_FAULT_TOO_LARGE:
	case SG_GITLAB_FAULT_ODD:
		break;
	}
}

static void fail_throttled(const struct sg_gitlab_fault *fault,
	const struct sg_gitlab_fault_about *about, struct sg_err *err)
{
	char when[48];

	sg_num_format_ms(when, sizeof(when), fault->retry_after_ms);
	(void)sg_fail(err, SG_R_THROTTLED,
		"%s answers %d (%s) and asks to come back in %s, later than this run may wait",
		about->api, fault->status, sg_gitlab_fault_text(fault), when);
}

int sg_gitlab_fault_fail(const struct sg_gitlab_fault *fault,
	const struct sg_gitlab_fault_about *about, struct sg_err *err)
{
	enum sg_reason reason = reason_of(fault, about);

	if (fault->kind == SG_GITLAB_FAULT_REDIRECTED)
		(void)sg_fail(err, reason, "%s answers %d: %s%s has moved to %s", about->api,
			fault->status, about->project ? "project " : "this",
			about->project ? about->project : "",
			fault->location[0] ? fault->location : "an address that it does not name");
	else if (fault->kind == SG_GITLAB_FAULT_MISSING && about->project)
		(void)sg_fail(err, reason, "%s answers %d about project %s: %s", about->api,
			fault->status, about->project, sg_gitlab_fault_text(fault));
	else if (fault->kind == SG_GITLAB_FAULT_THROTTLED && fault->retry_after_ms >= 0)
		fail_throttled(fault, about, err);
	else
		(void)sg_fail(err, reason, "%s answers %d: %s", about->api, fault->status,
			sg_gitlab_fault_text(fault));
	hint(fault, about, err);
	err->http_status = fault->status;
	return -1;
}
