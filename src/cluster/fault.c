#include "cluster/fault.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "io/http.h"
#include "io/http_retry.h"

#define PAGE_NOT_FOUND "404 page not found"

static bool is_html(struct sg_str body)
{
	return sg_str_starts(sg_str_trim(body), "<");
}

/* A 500 that no repetition heals (argocd.md 3.2, 3.4). */
static enum sg_fault_kind kind_of_500(const struct sg_fault *fault)
{
	struct sg_str message = sg_str_of(fault->message);

	if (sg_str_search(message, "request is too large") >= 0)
		return SG_FAULT_TOO_LARGE;
	if (sg_str_search(message, "strconv.Parse") >= 0)
		return SG_FAULT_REFUSED;
	return SG_FAULT_UNAVAILABLE;
}

#define GRPC_NOT_FOUND 5

static enum sg_fault_kind kind_of_404(const struct sg_fault *fault)
{
	if (fault->grpc == GRPC_NOT_FOUND)
		return SG_FAULT_NO_OBJECT;
	return fault->is_status && strcmp(fault->reason, "NotFound") == 0 ? SG_FAULT_NO_OBJECT
									  : SG_FAULT_NO_RESOURCE;
}

static enum sg_fault_kind kind_of(const struct sg_fault *fault)
{
	int status = fault->status;

	switch (status) {
	case 401:
		return SG_FAULT_AUTH;
	case 403:
		return SG_FAULT_FORBIDDEN;
	case 404:
		return kind_of_404(fault);
	case 408:
		return SG_FAULT_UNAVAILABLE;
	case 409:
		return SG_FAULT_CONFLICT;
	case 410:
		return SG_FAULT_EXPIRED;
	case 413:
		return SG_FAULT_TOO_LARGE;
	case 429:
		return SG_FAULT_THROTTLED;
	case 500:
		return kind_of_500(fault);
	case 400:
	case 405:
	case 406:
	case 415:
	case 422:
		return SG_FAULT_REFUSED;
	}
	if (status >= 200 && status < 300)
		return SG_FAULT_NONE;
	if (status >= 300 && status < 400)
		return SG_FAULT_REDIRECTED;
	return status > 500 && status < 600 ? SG_FAULT_UNAVAILABLE : SG_FAULT_ODD;
}

static void read_status(const struct sg_json *object, struct sg_fault *fault)
{
	int64_t seconds;

	sg_text_line(fault->reason, sizeof(fault->reason),
		sg_str_of(sg_json_str(sg_json_get(object, "reason"), "")));
	sg_text_line(fault->message, sizeof(fault->message),
		sg_str_of(sg_json_str(sg_json_get(object, "message"), "")));
	if (fault->retry_after_ms < 0 &&
		sg_json_i64(sg_json_at(object, "details.retryAfterSeconds"), &seconds) &&
		seconds >= 0 && seconds < INT32_MAX)
		fault->retry_after_ms = seconds * 1000;
}

/*
 * JSON of a gateway, which is no Status: {"message": ...} or {"error": ..., ...}. Argo CD's own API
 * is one, and says its code, too.
 */
static void read_foreign(const struct sg_json *object, struct sg_fault *fault)
{
	static const char *const keys[] = {"message", "error_description", "error"};
	int64_t code;

	if (sg_json_get(object, "error") && sg_json_i64(sg_json_get(object, "code"), &code) &&
		code > 0 && code <= 16)
		fault->grpc = (int)code;
	for (size_t i = 0; i < SG_COUNT(keys) && !fault->message[0]; i++)
		sg_text_line(fault->message, sizeof(fault->message),
			sg_str_of(sg_json_str(sg_json_get(object, keys[i]), "")));
}

static void read_text(struct sg_str body, struct sg_fault *fault)
{
	if (is_html(body))
		sg_text_line(fault->message, sizeof(fault->message), SG_STR("(an HTML page)"));
	else
		sg_text_line(fault->message, sizeof(fault->message), body);
}

static void read_body(struct sg_str body, struct sg_fault *fault)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err ignored = SG_ERR_INIT;

	if (!sg_str_starts(sg_str_trim(body), "{") || sg_json_parse(body, &doc, &ignored) < 0) {
		read_text(body, fault);
		return;
	}
	fault->is_status = strcmp(sg_json_str(sg_json_get(doc, "kind"), ""), "Status") == 0;
	if (fault->is_status)
		read_status(doc, fault);
	else
		read_foreign(doc, fault);
}

void sg_fault_read(int http_status, const struct sg_buf *headers, struct sg_str body,
	struct sg_fault *ret_fault)
{
	struct sg_fault fault = {.status = http_status, .retry_after_ms = -1};

	if (http_status < 200 || http_status >= 300) {
		fault.retry_after_ms = sg_retry_after_ms(headers);
		sg_text_line(fault.location, sizeof(fault.location),
			sg_http_header(headers, "Location"));
		read_body(body, &fault);
	}
	fault.kind = kind_of(&fault);
	*ret_fault = fault;
}

void sg_fault_read_frame(const struct sg_json *object, struct sg_fault *ret_fault)
{
	struct sg_fault fault = {.retry_after_ms = -1, .is_status = true};
	int64_t code = 0;

	if (sg_json_i64(sg_json_get(object, "code"), &code) && code >= 300 && code < 600)
		fault.status = (int)code;
	read_status(object, &fault);
	fault.kind = fault.status ? kind_of(&fault) : SG_FAULT_ODD;
	if (strcmp(fault.reason, "Expired") == 0 || strcmp(fault.reason, "Gone") == 0)
		fault.kind = SG_FAULT_EXPIRED;
	*ret_fault = fault;
}

void sg_fault_read_stream(const struct sg_json *error, struct sg_fault *ret_fault)
{
	struct sg_fault fault = {.retry_after_ms = -1};
	int64_t status = 0, code = 0;

	if (sg_json_i64(sg_json_get(error, "http_code"), &status) && status >= 300 && status < 600)
		fault.status = (int)status;
	if (sg_json_i64(sg_json_get(error, "grpc_code"), &code) && code > 0 && code <= 16)
		fault.grpc = (int)code;
	read_foreign(error, &fault);
	fault.kind = fault.status ? kind_of(&fault) : SG_FAULT_ODD;
	*ret_fault = fault;
}

bool sg_fault_may_pass(const struct sg_fault *fault)
{
	return fault->kind == SG_FAULT_THROTTLED || fault->kind == SG_FAULT_UNAVAILABLE;
}

static enum sg_reason reason_of(const struct sg_fault *fault)
{
	switch (fault->kind) {
	case SG_FAULT_AUTH:
		return SG_R_AUTH_FAILED;
	case SG_FAULT_FORBIDDEN:
		return SG_R_FORBIDDEN;
	case SG_FAULT_NO_OBJECT:
		return SG_R_APPLICATION_NOT_FOUND;
	case SG_FAULT_NO_RESOURCE:
		return SG_R_NOT_FOUND;
	case SG_FAULT_CONFLICT:
		return SG_R_CONFLICT;
	case SG_FAULT_THROTTLED:
		return SG_R_THROTTLED;
	case SG_FAULT_REDIRECTED:
		return SG_R_REDIRECTED;
	case SG_FAULT_EXPIRED:
	case SG_FAULT_TOO_LARGE:
	case SG_FAULT_REFUSED:
	case SG_FAULT_UNAVAILABLE:
		return SG_R_REMOTE_FAILED;
	case SG_FAULT_NONE:
	case SG_FAULT_ODD:
		return SG_R_ANSWER_INVALID;
	}
	return SG_R_ANSWER_INVALID;
}

static void fail_no_object(const struct sg_fault_about *about, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_APPLICATION_NOT_FOUND,
		"there is no application \"%s\" in namespace \"%s\" of %s%s", about->name,
		about->namespace, about->server,
		about->argocd ? ", or this token may not see it" : "");
	(void)sg_hint(err,
		"see `%s`; the configuration says which namespace and name%s are looked for",
		about->argocd ? "argocd app list" : "kubectl get applications -A",
		about->argocd ? ", and which project," : "");
}

static void fail_404(
	const struct sg_fault *fault, const struct sg_fault_about *about, struct sg_err *err)
{
	if (fault->kind == SG_FAULT_NO_OBJECT) {
		fail_no_object(about, err);
		return;
	}
	if (sg_str_starts(sg_str_of(fault->message), PAGE_NOT_FOUND)) {
		(void)sg_fail(
			err, SG_R_NOT_FOUND, "%s knows no applications.argoproj.io", about->server);
		(void)sg_hint(err, "Argo CD is not installed in this cluster, or it is the wrong "
				   "cluster; see `kubectl api-resources`");
		return;
	}
	(void)sg_fail(err, SG_R_NOT_FOUND, "%s answers 404: %s", about->server,
		fault->message[0] ? fault->message : "(nothing more)");
	(void)sg_hint(err,
		"this is not the API server's own answer: check the server address and "
		"its path%s",
		about->argocd ? "" : " in the kubeconfig");
}

static void fail_403(
	const struct sg_fault *fault, const struct sg_fault_about *about, struct sg_err *err)
{
	if (sg_str_search(sg_str_of(fault->message), "system:anonymous") >= 0)
		(void)sg_hint(err, "the server saw no credential at all; it came from %s",
			about->identity);
	else if (about->argocd)
		(void)sg_hint(err,
			"the token's role must allow `applications, %s, PROJECT/%s`; an "
			"application "
			"that is missing is answered in the same way unless `cluster: {argocd: "
			"true, project: PROJECT}` says its project",
			about->verb, about->name);
	else if (fault->is_status)
		(void)sg_hint(err,
			"a Role in namespace \"%s\" must allow verb \"%s\" on resource "
			"\"applications\" of apiGroup \"argoproj.io\"; with resourceNames a "
			"missing "
			"application is answered in the same way",
			about->namespace, about->verb);
	else
		(void)sg_hint(err, "a gateway before the API server refused it: is this project or "
				   "environment "
				   "allowed to use the agent?");
}

static void hint(
	const struct sg_fault *fault, const struct sg_fault_about *about, struct sg_err *err)
{
	switch (fault->kind) {
	case SG_FAULT_AUTH:
		(void)sg_hint(err,
			"the credential came from %s; it is wrong or expired (a job token dies "
			"with its "
			"job)",
			about->identity);
		break;
	case SG_FAULT_FORBIDDEN:
		fail_403(fault, about, err);
		break;
	case SG_FAULT_REDIRECTED:
		(void)sg_hint(err, "redirects are not followed; name the right server address");
		break;
	case SG_FAULT_THROTTLED:
	case SG_FAULT_UNAVAILABLE:
		(void)sg_transient(err);
		break;
	case SG_FAULT_NONE:
	case SG_FAULT_NO_OBJECT:
	case SG_FAULT_NO_RESOURCE:
	case SG_FAULT_CONFLICT:
	case SG_FAULT_EXPIRED:
	case SG_FAULT_TOO_LARGE:
	case SG_FAULT_REFUSED:
	case SG_FAULT_ODD:
		break;
	}
}

int sg_fault_fail(
	const struct sg_fault *fault, const struct sg_fault_about *about, struct sg_err *err)
{
	const char *text = fault->message[0] ? fault->message : "(no text)";

	if (fault->kind == SG_FAULT_NO_OBJECT || fault->kind == SG_FAULT_NO_RESOURCE)
		fail_404(fault, about, err);
	else if (fault->kind == SG_FAULT_REDIRECTED)
		(void)sg_fail(err, SG_R_REDIRECTED, "%s answers %d and names %s", about->server,
			fault->status, fault->location[0] ? fault->location : "no address");
	else
		(void)sg_fail(err, reason_of(fault), "%s answers %d: %s", about->server,
			fault->status, text);
	hint(fault, about, err);
	err->http_status = fault->status;
	return -1;
}
