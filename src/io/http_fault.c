#include "io/http_fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

static int64_t after(int64_t now_ms, int64_t delay_ms)
{
	return delay_ms > SG_NEVER - now_ms ? SG_NEVER : now_ms + delay_ms;
}

void sg_http_timers_start(
	struct sg_http_timers *timers, const struct sg_http_req *req, int64_t now_ms)
{
	timers->connect_ms = req->connect_timeout_ms ? req->connect_timeout_ms : SG_HTTP_CONNECT_MS;
	timers->idle_ms = req->idle_timeout_ms ? req->idle_timeout_ms : SG_HTTP_IDLE_MS;
	timers->total_ms = req->total_timeout_ms ? req->total_timeout_ms : SG_HTTP_TOTAL_MS;
	timers->connect_at = after(now_ms, timers->connect_ms);
	timers->idle_at = SG_NEVER; /* until the connection stands */
	timers->total_at = after(now_ms, timers->total_ms);
	timers->by_caller = req->until_ms > 0 && req->until_ms < timers->total_at;
	if (!timers->by_caller)
		return;
	timers->total_at = req->until_ms;
	timers->total_ms = req->until_ms > now_ms ? req->until_ms - now_ms : 0;
}

void sg_http_timers_touch(struct sg_http_timers *timers, int64_t now_ms)
{
	timers->idle_at = after(now_ms, timers->idle_ms);
}

void sg_http_timers_connected(struct sg_http_timers *timers, int64_t now_ms)
{
	timers->connect_at = SG_NEVER;
	sg_http_timers_touch(timers, now_ms);
}

int64_t sg_http_timers_next(const struct sg_http_timers *timers)
{
	int64_t next = timers->connect_at;

	if (timers->idle_at < next)
		next = timers->idle_at;
	return timers->total_at < next ? timers->total_at : next;
}

static int timed_out(
	struct sg_err *err, enum sg_reason reason, const char *what, int64_t ms, const char *option)
{
	char time[48];

	sg_num_format_ms(time, sizeof(time), ms);
	(void)sg_fail(err, reason, "%s within %s", what, time);
	(void)sg_hint(err, "a longer time can be given by %s", option);
	return sg_transient(err);
}

int sg_http_timers_check(
	const struct sg_http_timers *timers, int64_t now_ms, uint64_t received, struct sg_err *err)
{
	char what[96];

	if (now_ms >= timers->connect_at)
		return timed_out(err, SG_R_UNREACHABLE, "no connection", timers->connect_ms,
			"--connect-timeout");
	if (now_ms >= timers->total_at)
		return timed_out(err, SG_R_REMOTE_TIMEOUT, "the answer was not complete",
			timers->total_ms, timers->by_caller ? "--timeout" : "--request-timeout");
	if (now_ms < timers->idle_at)
		return 0;
	if (received == 0)
		return timed_out(err, SG_R_REMOTE_TIMEOUT, "no answer came", timers->idle_ms,
			"--idle-timeout");
	(void)snprintf(what, sizeof(what),
		"the answer stopped after %" PRIu64 " bytes: nothing more", received);
	return timed_out(err, SG_R_REMOTE_TIMEOUT, what, timers->idle_ms, "--idle-timeout");
}

int sg_http_fail_body(size_t max_body_bytes, struct sg_err *err)
{
	return sg_fail(err, SG_R_TOO_LARGE, "the answer is larger than the limit of %zu bytes",
		max_body_bytes);
}

int sg_http_fail_headers(struct sg_err *err)
{
	return sg_fail(err, SG_R_TOO_LARGE,
		"the headers of the answer are larger than the limit of %zu bytes",
		SG_HTTP_HEADERS_MAX);
}

int sg_http_wrap(const char *label, const char *method, const char *url, struct sg_err *err)
{
	size_t len = strcspn(url, "?#");
	const char *more = len > 160 ? "..." : "";
	int shown = len > 160 ? 160 : (int)len;

	if (label)
		return sg_wrap(err, "%s: %s %.*s%s", label, method, shown, url, more);
	return sg_wrap(err, "%s %.*s%s", method, shown, url, more);
}
