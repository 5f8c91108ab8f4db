#include "cluster/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Answers without sense: so many are the end. */
#define ODD_TRIES 3

struct sg_cluster_read {
	struct sg_cluster_client *client;
	char *path;
	struct sg_http_call *call; /* NULL between tries */
	struct sg_buf body;
	struct sg_cluster_req req; /* its body in SENT */
	struct sg_buf sent;
	bool once;   /* it is not sent again */
	bool resent; /* though an earlier try may have been carried out */
	int64_t not_before_ms, start_ms, until_ms;
	int failures;
	int odd;
	bool renewed;
	bool text;
	struct sg_err trouble; /* with failures: the last one */
	int64_t patient_ms;    /* until then a server that starts is not believed; 0: it is */
};

struct sg_cluster_read *sg_cluster_read_new(
	struct sg_cluster_client *client, const char *path, const char *label, int64_t until_ms)
{
	struct sg_cluster_read *read = sg_calloc(1, sizeof(*read));

	read->client = client;
	read->start_ms = sg_loop_now_ms(client->http->loop);
	read->until_ms = until_ms;
	read->path = sg_strdup(path);
	read->req = (struct sg_cluster_req){.method = "GET", .path = read->path, .label = label};
	sg_buf_init(&read->body, SG_CLUSTER_OBJECT_MAX_BYTES);
	return read;
}

static int64_t now_of(const struct sg_cluster_read *read)
{
	return sg_loop_now_ms(read->client->http->loop);
}

void sg_cluster_read_be_patient(struct sg_cluster_read *read, int64_t patience_ms)
{
	read->patient_ms = now_of(read) + patience_ms;
}

void sg_cluster_read_limit(struct sg_cluster_read *read, size_t max_bytes, bool text)
{
	sg_buf_release(&read->body);
	sg_buf_init(&read->body, max_bytes ? max_bytes : SG_CLUSTER_OBJECT_MAX_BYTES);
	read->text = text;
}

void sg_cluster_read_send(struct sg_cluster_read *read, const struct sg_cluster_req *req)
{
	sg_buf_init(&read->sent, req->body.len + 1);
	sg_buf_addstr(&read->sent, req->body);
	read->req.method = req->method;
	read->req.content_type = req->content_type;
	read->req.body = sg_buf_str(&read->sent);
	read->once = strcmp(req->method, "POST") == 0;
	read->text = true;
}

struct sg_str sg_cluster_read_text(const struct sg_cluster_read *read)
{
	return sg_buf_str(&read->body);
}

void sg_cluster_read_free(struct sg_cluster_read *read)
{
	if (!read)
		return;
	sg_http_end(read->call);
	sg_buf_release(&read->body);
	sg_buf_release(&read->sent);
	free(read->path);
	free(read);
}

/* Ends the try; the next one begins after a while. STATUS: of the answer; 0: none, or none that
 * says anything. */
static int try_later(struct sg_cluster_read *read, int status, int64_t retry_after_ms,
	const struct sg_err *why, struct sg_err *err)
{
	struct sg_retry_policy policy = read->client->retry;
	struct sg_retry_step step;

	if (read->once && status != 429) {
		*err = *why;
		return -1;
	}
	sg_http_end(read->call);
	read->call = NULL;
	read->failures++;
	read->resent = read->resent || status != 429;
	read->trouble = *why;
	policy.deadline_ms = SG_NEVER;
	policy.tries = 0;
	step = sg_retry_next(&policy, read->failures, true, 503, false, retry_after_ms,
		now_of(read), sg_retry_random(&read->client->retry.seed));
	read->not_before_ms = sg_loop_after(
		read->client->http->loop, step.again ? step.wait_ms : policy.max_after_ms);
	return 0;
}

static int failed(struct sg_cluster_read *read, const struct sg_err *why, struct sg_err *err)
{
	if (why->transient)
		return try_later(read, 0, -1, why, err);
	*err = *why;
	return -1;
}

static int begin(struct sg_cluster_read *read, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	sg_buf_reset(&read->body);
	if (sg_cluster_start(read->client, &read->req, false, &read->call, &why) < 0)
		return failed(read, &why, err);
	return 0;
}

/* A credential that is another one by now is worth one more try. */
static bool renewed(struct sg_cluster_read *read)
{
	struct sg_err ignored = SG_ERR_INIT;
	bool changed = false;

	if (read->renewed)
		return false;
	read->renewed = true;
	return sg_cluster_access_token(
		       read->client->access, now_of(read), true, &changed, &ignored) == 0 &&
	       changed;
}

static int take_object(struct sg_cluster_read *read, struct sg_json **ret_doc, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT, odd = SG_ERR_INIT;

	if (!read->body.overflow && read->text)
		return 1;
	if (!read->body.overflow && sg_json_parse(sg_buf_str(&read->body), ret_doc, &why) == 0)
		return 1;
	(void)sg_cluster_fail_other(read->client, "an object", NULL,
		read->body.overflow ? "too large" : why.cause, &odd);
	if (++read->odd < ODD_TRIES)
		return try_later(read, 0, -1, &odd, err);
	*err = odd;
	return -1;
}

/*
 * A server that starts knows neither rules nor kinds of objects. It is asked once more when the
 * patience ends, not only when the back-off does.
 */
static bool is_denial(const struct sg_cluster_read *read, const struct sg_fault *fault)
{
	return (fault->kind == SG_FAULT_AUTH || fault->kind == SG_FAULT_FORBIDDEN ||
		       fault->kind == SG_FAULT_NO_RESOURCE) &&
	       now_of(read) < read->patient_ms;
}

static int try_again(struct sg_cluster_read *read, const struct sg_fault *fault, struct sg_err *err)
{
	bool denied = is_denial(read, fault);
	struct sg_err why = SG_ERR_INIT;
	int rc;

	(void)sg_cluster_gave_up(read->client, fault, &why);
	rc = try_later(read, fault->status, fault->retry_after_ms, &why, err);
	if (denied && read->not_before_ms > read->patient_ms)
		read->not_before_ms = read->patient_ms;
	return rc;
}

static int finish(struct sg_cluster_read *read, struct sg_json **ret_doc,
	struct sg_fault *ret_fault, struct sg_err *err)
{
	struct sg_http_call *call = read->call;

	sg_cluster_note_date(read->client, &call->headers);
	sg_fault_read(call->status, &call->headers, sg_buf_str(&read->body), ret_fault);
	ret_fault->resent = read->resent || call->resent;
	if (ret_fault->kind == SG_FAULT_AUTH && renewed(read)) {
		sg_http_end(read->call);
		read->call = NULL;
		return begin(read, err);
	}
	if (sg_fault_may_pass(ret_fault) || is_denial(read, ret_fault))
		return try_again(read, ret_fault, err);
	return ret_fault->kind == SG_FAULT_NONE ? take_object(read, ret_doc, err) : 1;
}

static int step(struct sg_cluster_read *read, struct sg_json **ret_doc, struct sg_fault *ret_fault,
	struct sg_err *err)
{
	struct sg_str bytes;

	if (!read->call) {
		if (now_of(read) < read->not_before_ms)
			return 0;
		if (begin(read, err) < 0)
			return -1;
		if (!read->call)
			return 0;
	}
	bytes = sg_buf_str(&read->call->body);
	sg_buf_addstr(&read->body, bytes);
	sg_http_take(read->call, bytes.len);
	if (!read->call->done)
		return 0;
	if (read->call->failed) {
		struct sg_err why = read->call->err;

		return failed(read, &why, err);
	}
	return finish(read, ret_doc, ret_fault, err);
}

int sg_cluster_read_step(struct sg_cluster_read *read, struct sg_json **ret_doc,
	struct sg_fault *ret_fault, struct sg_err *err)
{
	int64_t taken_ms;
	int n;

	*ret_doc = NULL;
	n = step(read, ret_doc, ret_fault, err);
	if (n != 0 || now_of(read) < read->until_ms)
		return n;
	taken_ms = now_of(read) - read->start_ms;
	if (read->failures)
		*err = read->trouble;
	else
		(void)sg_fail(err, SG_R_REMOTE_TIMEOUT, "%s did not answer in time (%s, %lld s)",
			read->client->access->server, read->req.label,
			(long long)(taken_ms + 999) / 1000);
	return sg_transient(err);
}

const struct sg_err *sg_cluster_read_trouble(const struct sg_cluster_read *read)
{
	return read->failures ? &read->trouble : NULL;
}

int64_t sg_cluster_read_due_ms(const struct sg_cluster_read *read)
{
	int64_t due_ms = SG_NEVER;

	if (!read->call)
		due_ms = read->not_before_ms;
	/* what came while somebody waited for something else is due at once */
	else if (read->call->done || read->call->body.len)
		due_ms = 0;
	return due_ms < read->until_ms ? due_ms : read->until_ms;
}
