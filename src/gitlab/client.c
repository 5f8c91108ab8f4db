#include "gitlab/client.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "gitlab/call.h"
#include "io/http_date.h"

#define URL_MAX_BYTES ((size_t)20 * 1024)
#define TRIES_409 4
/* An answer that makes no sense may be a gateway's hiccup; more of them are not. */
#define ODD_TRIES 3

void sg_gitlab_reply_release(struct sg_gitlab_reply *reply)
{
	sg_http_res_release(&reply->res);
}

static bool is_get(const struct sg_gitlab_call *call)
{
	return !call->method || strcmp(call->method, "GET") == 0;
}

static const struct sg_cred *cred_of(
	const struct sg_gitlab *gitlab, const struct sg_gitlab_call *call)
{
	return call->cred ? call->cred : gitlab->cred;
}

static int too_long(const struct sg_gitlab_call *call, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_TOO_LARGE, "the address of the request is too long");
	return sg_wrap(err, "%s", call->label);
}

static int send_once(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_http_res *ret_res, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf url;
	const struct sg_http_header headers[] = {
		{"Accept", "application/json"}, {"Content-Type", "application/json"}};
	struct sg_http_req req = {
		.method = is_get(call) ? "GET" : call->method,
		.headers = headers,
		.header_count = call->body.len ? 2 : 1,
		.body = call->body,
		.cred = cred_of(gitlab, call),
		.max_body_bytes = SG_GITLAB_BODY_MAX,
		.connect_timeout_ms = gitlab->connect_timeout_ms,
		.total_timeout_ms = gitlab->request_timeout_ms,
		.until_ms = gitlab->retry.deadline_ms,
		.replayable = is_get(call),
		.label = call->label,
	};

	sg_buf_init(&url, URL_MAX_BYTES);
	sg_buf_adds(&url, gitlab->api);
	sg_buf_addstr(&url, sg_buf_str(call->path));
	if (url.overflow || call->path->overflow)
		return too_long(call, err);
	if (sg_loop_now_ms(gitlab->http->loop) >= gitlab->retry.deadline_ms) {
		(void)sg_fail(err, SG_R_TIMEOUT, "no time is left to ask %s", gitlab->api);
		return sg_wrap(err, "%s", call->label);
	}
	req.url = url.ptr;
	gitlab->requests++;
	return sg_http_send(gitlab->http, &req, ret_res, err);
}

/* True when the answer says that nothing was done: even a write may be sent again. */
static bool is_harmless(const struct sg_gitlab_call *call, const struct sg_gitlab_fault *fault)
{
	return fault->status == 429 || (fault->status == 503 && fault->retry_after_ms >= 0) ||
	       (fault->status == 409 && call->repeat_409);
}

static bool may_pass(
	const struct sg_gitlab_call *call, const struct sg_gitlab_fault *fault, int tried)
{
	if (fault->status == 409)
		return call->repeat_409 && tried < TRIES_409;
	if (fault->kind != SG_GITLAB_FAULT_THROTTLED && fault->kind != SG_GITLAB_FAULT_UNAVAILABLE)
		return false;
	return is_get(call) || is_harmless(call, fault);
}

/* 1: the wait is over, ask again. 0: what we have is the end. -1: ERR is new. */
static int decide(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	const struct sg_gitlab_fault *fault, int tried, struct sg_err *err)
{
	struct sg_loop *loop = gitlab->http->loop;
	bool failed = fault == NULL;
	/* the pure table knows 429 as the answer that is harmless to whatever was asked */
	int status = failed ? 0 : is_harmless(call, fault) ? 429 : 500;
	struct sg_retry_step step;

	if (failed ? !err->transient || !is_get(call) : !may_pass(call, fault, tried))
		return 0;
	step = sg_retry_next(&gitlab->retry, tried, is_get(call), status, failed,
		failed ? -1 : fault->retry_after_ms, sg_loop_now_ms(loop),
		sg_retry_random(&gitlab->retry.seed));
	if (!step.again)
		return 0;
	sg_debug(gitlab->log, "%s: try %d did not succeed (%s); again in %d ms", call->label, tried,
		failed ? err->cause : sg_gitlab_fault_text(fault), (int)step.wait_ms);
	return sg_loop_delay(loop, sg_loop_after(loop, step.wait_ms), err) < 0 ? -1 : 1;
}

static void keep_facts(struct sg_gitlab *gitlab, const struct sg_http_res *res)
{
	int64_t date;
	uint64_t observed;
	bool there = sg_http_date(sg_http_header(&res->headers, "Date"), &date);

	gitlab->server_unix_s = there ? date : 0;
	there = sg_num_u64(sg_http_header(&res->headers, "Ratelimit-Observed"), &observed) &&
		observed <= INT64_MAX;
	gitlab->observed = there ? (int64_t)observed : -1;
}

int sg_gitlab_ask(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_gitlab_reply *ret_reply, struct sg_err *err)
{
	for (int tried = 1;; tried++) {
		struct sg_gitlab_reply reply = {0};
		struct sg_err why = SG_ERR_INIT;
		bool failed = send_once(gitlab, call, &reply.res, &why) < 0;
		int n;

		if (!failed) {
			keep_facts(gitlab, &reply.res);
			reply.status = reply.res.status;
			sg_gitlab_fault_read(reply.status, &reply.res.headers,
				sg_buf_str(&reply.res.body), &reply.fault);
		}
		n = decide(gitlab, call, failed ? NULL : &reply.fault, tried, &why);
		if (n == 0 && !failed) {
			*ret_reply = reply;
			return 0;
		}
		sg_gitlab_reply_release(&reply);
		if (n <= 0) {
			*err = why;
			return -1;
		}
	}
}

int sg_gitlab_refuse(const struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	const struct sg_gitlab_fault *fault, struct sg_err *err)
{
	const struct sg_cred *cred = cred_of(gitlab, call);
	const struct sg_gitlab_fault_about about = {
		.api = gitlab->api,
		.project = call->project,
		.job_token = cred && cred->kind == SG_CRED_JOB_TOKEN,
		.may_not_act = call->may_not_act,
	};

	(void)sg_gitlab_fault_fail(fault, &about, err);
	return sg_wrap(err, "%s", call->label);
}

int sg_gitlab_parse(const struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	const struct sg_gitlab_reply *reply, struct sg_json **ret_doc, struct sg_err *err)
{
	struct sg_str body = sg_str_trim(sg_buf_str(&reply->res.body));
	struct sg_err why = SG_ERR_INIT;

	if (sg_json_parse(body, ret_doc, &why) == 0)
		return 0;
	(void)sg_fail(err, SG_R_ANSWER_INVALID, "%s answers %d with no JSON but %s (%.200s)",
		gitlab->api, reply->status,
		sg_str_starts(body, "<") ? "an HTML page"
		: body.len               ? "other text"
					 : "nothing",
		why.cause);
	(void)sg_hint(err, "is this the address of GitLab's API? It ends with /api/v4; see the "
			   "address and the proxy");
	return sg_wrap(err, "%s", call->label);
}

/* 1: the wait is over. 0: no further try. -1: ERR is new. */
static int wait_after_odd(struct sg_gitlab *gitlab, int tried, struct sg_err *err)
{
	struct sg_loop *loop = gitlab->http->loop;
	struct sg_retry_step step;

	if (tried >= ODD_TRIES)
		return 0;
	step = sg_retry_next(&gitlab->retry, tried, true, 503, false, -1, sg_loop_now_ms(loop),
		sg_retry_random(&gitlab->retry.seed));
	if (!step.again)
		return 0;
	return sg_loop_delay(loop, sg_loop_after(loop, step.wait_ms), err) < 0 ? -1 : 1;
}

int sg_gitlab_fetch(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_gitlab_reply *ret_reply, struct sg_json **ret_doc, struct sg_err *err)
{
	for (int tried = 1;; tried++) {
		struct sg_gitlab_reply reply = {0};
		struct sg_err why = SG_ERR_INIT;
		int n;

		if (sg_gitlab_ask(gitlab, call, &reply, err) < 0)
			return -1;
		if (reply.fault.kind != SG_GITLAB_FAULT_NONE ||
			sg_gitlab_parse(gitlab, call, &reply, ret_doc, &why) == 0) {
			*ret_reply = reply;
			return 0;
		}
		sg_gitlab_reply_release(&reply);
		n = wait_after_odd(gitlab, tried, err);
		if (n == 0)
			*err = why;
		if (n <= 0)
			return -1;
	}
}

int sg_gitlab_get(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_json **ret_doc, struct sg_err *err)
{
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};

	if (sg_gitlab_fetch(gitlab, call, &reply, ret_doc, err) < 0)
		return -1;
	return reply.fault.kind == SG_GITLAB_FAULT_NONE
		       ? 0
		       : sg_gitlab_refuse(gitlab, call, &reply.fault, err);
}

int sg_gitlab_get_job(
	struct sg_gitlab *gitlab, const char *label, struct sg_json **ret_doc, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	const struct sg_gitlab_call call = {.path = &path, .cred = gitlab->job, .label = label};

	if (!gitlab->job) {
		(void)sg_fail(err, SG_R_CREDENTIAL_MISSING,
			"this does not run in a job of GitLab's: there is no CI_JOB_TOKEN");
		return sg_wrap(err, "%s", label);
	}
	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_adds(&path, "/job");
	return sg_gitlab_get(gitlab, &call, ret_doc, err);
}
