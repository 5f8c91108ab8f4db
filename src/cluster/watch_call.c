/* What the phases of a watch share: one call, its trouble, its events. */
#include <stdio.h>
#include <string.h>

#include "cluster/watch_impl.h"
#include "io/json_peek.h"

/* After so many failures in a row a watch does not trust its version any more. */
#define FAILURES_TO_LIST 3
/* Answers without sense before anything has worked: so many are the end. */
#define ODD_TRIES 3
/* So much of an answer that is no success is read. */
#define FAULT_BYTES ((size_t)64 * 1024)

enum sg_watch_step sg_watch_start(struct sg_watch *watch, const char *path, const char *label,
	bool endless, struct sg_err *err)
{
	const struct sg_cluster_req req = {.method = "GET", .path = path, .label = label};
	struct sg_err why = SG_ERR_INIT;

	sg_buf_reset(&watch->body);
	watch->eaten = 0;
	watch->frames = 0;
	if (sg_cluster_start(watch->client, &req, endless, &watch->call, &why) < 0)
		return sg_watch_retreat(watch, &why, -1, err);
	watch->started_ms = watch->byte_ms = sg_watch_now(watch);
	return SG_STEP_AGAIN;
}

void sg_watch_hang_up(struct sg_watch *watch)
{
	sg_http_end(watch->call);
	watch->call = NULL;
	watch->eaten = 0;
	sg_json_lines_reset(&watch->lines);
}

struct sg_str sg_watch_bytes(struct sg_watch *watch)
{
	struct sg_str all = sg_buf_str(&watch->call->body);

	if (all.len > watch->eaten) {
		watch->byte_ms = sg_watch_now(watch);
		watch->silences = 0;
	}
	return sg_str_sub(all, watch->eaten, all.len);
}

void sg_watch_ate(struct sg_watch *watch, struct sg_str left)
{
	watch->eaten = watch->call->body.len - left.len;
	if (left.len || watch->eaten == 0)
		return;
	sg_http_take(watch->call, watch->eaten);
	watch->eaten = 0;
}

void sg_watch_well(struct sg_watch *watch)
{
	watch->worked = true;
	watch->renewed = false;
	watch->troubled = false;
}

static int64_t delay_ms(struct sg_watch *watch, int64_t retry_after_ms)
{
	struct sg_retry_policy policy = watch->client->retry;
	struct sg_retry_step step;

	policy.deadline_ms = SG_NEVER;
	policy.tries = 0;
	step = sg_retry_next(&policy, watch->failures, true, 503, false, retry_after_ms,
		sg_watch_now(watch), sg_retry_random(&watch->random));
	return step.again ? step.wait_ms : policy.max_after_ms;
}

static void wait_and_retry(struct sg_watch *watch, const struct sg_err *why, int64_t retry_after_ms)
{
	sg_watch_hang_up(watch);
	watch->trouble = *why;
	watch->troubled = true;
	watch->failures++;
	watch->not_before_ms =
		sg_loop_after(watch->client->http->loop, delay_ms(watch, retry_after_ms));
	if (watch->phase != SG_PHASE_WATCH)
		return;
	if (++watch->stream_failures >= FAILURES_TO_LIST)
		watch->version[0] = '\0';
	if (!watch->version[0])
		watch->phase = SG_PHASE_LIST;
}

enum sg_watch_step sg_watch_retreat(struct sg_watch *watch, const struct sg_err *why,
	int64_t retry_after_ms, struct sg_err *err)
{
	if (!why->transient) {
		*err = *why;
		return SG_STEP_FINAL;
	}
	wait_and_retry(watch, why, retry_after_ms);
	return SG_STEP_AGAIN;
}

enum sg_watch_step sg_watch_confused(
	struct sg_watch *watch, const struct sg_err *why, struct sg_err *err)
{
	if (!watch->worked && watch->failures + 1 >= ODD_TRIES) {
		*err = *why;
		return SG_STEP_FINAL;
	}
	wait_and_retry(watch, why, -1);
	return SG_STEP_AGAIN;
}

static const char *verb_of(const struct sg_watch *watch)
{
	switch (watch->phase) {
	case SG_PHASE_LIST:
		return "list";
	case SG_PHASE_WATCH:
		return "watch";
	case SG_PHASE_POLL:
		return "get";
	case SG_PHASE_OVER:
		break;
	}
	return "";
}

/* What was allowed before is denied, and not for long yet: the server may be starting. */
static bool may_be_starting(struct sg_watch *watch)
{
	int64_t now_ms = sg_watch_now(watch), *denied_ms = &watch->denied_ms[watch->phase];

	if (!(watch->allowed & 1u << watch->phase))
		return false;
	if (*denied_ms == SG_NEVER)
		*denied_ms = now_ms;
	return now_ms - *denied_ms < SG_CLUSTER_STARTING_MS;
}

static enum sg_watch_step react_auth(
	struct sg_watch *watch, const struct sg_err *why, struct sg_err *err)
{
	struct sg_err ignored = SG_ERR_INIT;
	bool changed = false;

	if (!watch->renewed &&
		sg_cluster_access_token(watch->client->access, sg_watch_now(watch), true, &changed,
			&ignored) == 0 &&
		changed) {
		watch->renewed = true;
		sg_watch_hang_up(watch);
		return SG_STEP_AGAIN;
	}
	if (may_be_starting(watch)) {
		wait_and_retry(watch, why, -1);
		return SG_STEP_AGAIN;
	}
	*err = *why;
	return SG_STEP_FINAL;
}

static enum sg_watch_step react_forbidden(struct sg_watch *watch, const struct sg_err *why,
	struct sg_watch_event *ret, struct sg_err *err)
{
	if (may_be_starting(watch)) {
		wait_and_retry(watch, why, -1);
		return SG_STEP_AGAIN;
	}
	if (watch->phase == SG_PHASE_POLL) {
		*err = *why;
		return SG_STEP_FINAL;
	}
	sg_watch_hang_up(watch);
	watch->phase = watch->count > 1 ? SG_PHASE_OVER : SG_PHASE_POLL;
	watch->not_before_ms = watch->count > 1 ? SG_NEVER : 0;
	*ret = (struct sg_watch_event){
		.kind = watch->count > 1 ? SG_WATCH_REFUSED : SG_WATCH_POLLING, .why = *why};
	return SG_STEP_EVENT;
}

/* The version is too old: list at once, later with growing delays. */
static enum sg_watch_step react_expired(struct sg_watch *watch, const struct sg_err *why)
{
	watch->version[0] = '\0';
	sg_buf_reset(&watch->next_page);
	wait_and_retry(watch, why, -1);
	if (watch->failures == 1)
		watch->not_before_ms = 0;
	return SG_STEP_AGAIN;
}

/* No such kind of thing. An API server that starts may say so for a moment. */
static enum sg_watch_step react_missing(
	struct sg_watch *watch, const struct sg_err *why, struct sg_err *err)
{
	if (!watch->worked) {
		*err = *why;
		return SG_STEP_FINAL;
	}
	wait_and_retry(watch, why, -1);
	return SG_STEP_AGAIN;
}

/* The server does not like the request. A list says it for good; a watch may have a bad version. */
static enum sg_watch_step react_refused(
	struct sg_watch *watch, const struct sg_err *why, struct sg_err *err)
{
	if (watch->phase == SG_PHASE_WATCH) {
		watch->version[0] = '\0';
		wait_and_retry(watch, why, -1);
		return SG_STEP_AGAIN;
	}
	*err = *why;
	return SG_STEP_FINAL;
}

enum sg_watch_step sg_watch_react(struct sg_watch *watch, const struct sg_fault *fault,
	struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	(void)sg_cluster_fail(watch->client, &watch->app, verb_of(watch), fault, &why);
	switch (fault->kind) {
	case SG_FAULT_AUTH:
		return react_auth(watch, &why, err);
	case SG_FAULT_FORBIDDEN:
		return react_forbidden(watch, &why, ret, err);
	case SG_FAULT_EXPIRED:
		return react_expired(watch, &why);
	case SG_FAULT_THROTTLED:
	case SG_FAULT_UNAVAILABLE:
	case SG_FAULT_REDIRECTED:
		return sg_watch_retreat(watch, &why, fault->retry_after_ms, err);
	case SG_FAULT_NO_OBJECT:
		if (watch->phase == SG_PHASE_POLL)
			return sg_watch_polled(watch, NULL, ret);
		return react_missing(watch, &why, err);
	case SG_FAULT_NO_RESOURCE:
		return react_missing(watch, &why, err);
	case SG_FAULT_NONE:
	case SG_FAULT_CONFLICT:
	case SG_FAULT_TOO_LARGE:
	case SG_FAULT_REFUSED:
	case SG_FAULT_ODD:
		return react_refused(watch, &why, err);
	}
	return SG_STEP_IDLE;
}

enum sg_watch_step sg_watch_step_fault(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_str bytes = sg_watch_bytes(watch);
	struct sg_http_call *call = watch->call;
	struct sg_fault fault;

	sg_buf_addstr(&watch->body, bytes);
	sg_watch_ate(watch, (struct sg_str){"", 0});
	if (!call->done && watch->body.len < FAULT_BYTES &&
		sg_watch_now(watch) < sg_watch_due_ms(watch))
		return SG_STEP_IDLE;
	sg_fault_read(call->status, &call->headers, sg_buf_str(&watch->body), &fault);
	return sg_watch_react(watch, &fault, ret, err);
}

bool sg_watch_keep_version(char *out, const char *version)
{
	size_t len = strlen(version);

	if (len == 0 || len >= SG_WATCH_VERSION_SIZE)
		return false;
	memcpy(out, version, len + 1);
	return true;
}

static int compare_names(struct sg_str name, const char *other)
{
	size_t len = strlen(other);
	int n = memcmp(name.ptr, other, name.len < len ? name.len : len);

	return n ? n : (name.len > len) - (name.len < len);
}

struct sg_watch_item *sg_watch_named(const struct sg_watch *watch, struct sg_str name)
{
	size_t from = 0, to = watch->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int n = compare_names(name, watch->apps[middle].name);

		if (n == 0)
			return &watch->apps[middle];
		if (n < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

struct sg_watch_item *sg_watch_item_of(const struct sg_watch *watch, const struct sg_json *object)
{
	const char *name = sg_json_str(sg_json_at(object, "metadata.name"), "");
	const struct sg_cluster_app app = {watch->app.namespace, name};

	return sg_cluster_is_app(object, &app) ? sg_watch_named(watch, sg_str_of(name)) : NULL;
}

bool sg_watch_is_foreign(const struct sg_watch *watch, struct sg_str text, const char *path)
{
	struct sg_str name;

	return sg_json_peek(text, path, &name) && !sg_watch_named(watch, name);
}

enum sg_watch_step sg_watch_tell(struct sg_watch_item *item, struct sg_json *doc,
	const struct sg_json *object, struct sg_watch_event *ret)
{
	const char *version = sg_cluster_version_of(object);

	if (item->there && strcmp(version, item->version ? item->version : "") == 0) {
		sg_json_free(doc);
		return SG_STEP_AGAIN;
	}
	*ret = (struct sg_watch_event){
		.kind = item->there ? SG_WATCH_MODIFIED : SG_WATCH_ADDED,
		.index = item->index,
		.doc = doc,
		.object = object,
	};
	item->there = true;
	item->missed = true;
	sg_watch_keep_order(item, object);
	return SG_STEP_EVENT;
}

enum sg_watch_step sg_watch_tell_gone(struct sg_watch_item *item, struct sg_json *doc,
	const struct sg_json *object, struct sg_watch_event *ret)
{
	bool was_there = item->there, was_missed = item->missed;

	item->there = false;
	item->missed = true;
	if (object)
		sg_watch_keep_order(item, object);
	if (!was_there) {
		sg_json_free(doc);
		*ret = (struct sg_watch_event){.kind = SG_WATCH_MISSING, .index = item->index};
		return was_missed ? SG_STEP_AGAIN : SG_STEP_EVENT;
	}
	*ret = (struct sg_watch_event){
		.kind = SG_WATCH_DELETED, .index = item->index, .doc = doc, .object = object};
	return SG_STEP_EVENT;
}
