#include "io/http_curl_impl.h"

#include <limits.h>
#include <string.h>

#include "io/signal.h"

static struct sg_curl_client *client_of(struct sg_loop *loop)
{
	return (struct sg_curl_client *)(void *)((char *)loop -
						 offsetof(struct sg_curl_client, loop));
}

static void finish(struct sg_curl_call *call, const struct sg_err *err)
{
	call->call.done = true;
	SG_CURL_MOMENT(call, SG_SEAM_END);
	if (err) {
		call->call.failed = true;
		call->call.err = *err;
		call->call.err.http_status = call->call.status;
		(void)sg_http_wrap(call->label, call->method, call->url, &call->call.err);
	}
	sg_curl_trace_done(call);
	sg_curl_detach(call);
	call->client->progress = true;
}

/* Transfers that libcurl says are over. */
static void collect(struct sg_curl_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left))) {
		struct sg_curl_call *call = NULL;
		struct sg_err err = SG_ERR_INIT;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE || curl_easy_getinfo(message->easy_handle,
							    CURLINFO_PRIVATE, &call) != CURLE_OK)
			continue;
		if (code != CURLE_OK || !call->headers_done) {
			sg_curl_fault(call, code, &err);
			finish(call, &err);
		} else {
			finish(call, NULL);
		}
	}
}

/* While the consumer holds the stream up, its silence is not the server's. */
static int64_t deadline(const struct sg_curl_call *call)
{
	return call->paused ? call->timers.total_at : sg_http_timers_next(&call->timers);
}

static void expire(struct sg_curl_client *client)
{
	int64_t now = sg_loop_now_ms(&client->loop);
	struct sg_err err = SG_ERR_INIT;

	for (struct sg_curl_call *call = client->calls; call; call = call->next) {
		if (call->call.done || now < deadline(call))
			continue;
		if (sg_http_timers_check(&call->timers, now, call->received, &err) < 0) {
			sg_curl_timeout_detail(call, &err);
			finish(call, &err);
		}
	}
}

static int64_t next_deadline(const struct sg_curl_client *client, int64_t until_ms)
{
	for (const struct sg_curl_call *call = client->calls; call; call = call->next)
		if (!call->call.done && deadline(call) < until_ms)
			until_ms = deadline(call);
	return until_ms;
}

/* When a signal ends the wait; SG_NEVER when none came. */
static int64_t cancel_at(const struct sg_curl_client *client)
{
	int64_t finish = client->loop.finish_ms;

	if (!client->signalled)
		return SG_NEVER;
	return finish > 0 ? client->signalled_at + finish : client->signalled_at;
}

static int cancelled(struct sg_curl_client *client, struct sg_err *err)
{
	int signo = sg_signal_seen();

	if (signo && !client->signalled) {
		client->signalled = true;
		client->signalled_at = sg_loop_now_ms(&client->loop);
	}
	if (sg_loop_now_ms(&client->loop) < cancel_at(client))
		return 0;
	(void)sg_fail(err, SG_R_CANCELLED, "the run was asked to end (signal %d)", signo);
	err->signo = signo;
	return sg_hint(err, "the same command again looks what was done, and goes on from there");
}

static void poll_until(struct sg_curl_client *client, int64_t until_ms)
{
	/* once seen, the pipe stays readable and has nothing more to tell */
	int fd = client->signalled ? -1 : sg_signal_fd();
	struct curl_waitfd wakes[2];
	unsigned count = 0;
	int64_t end = until_ms < cancel_at(client) ? until_ms : cancel_at(client);
	int64_t left = end - sg_loop_now_ms(&client->loop);
	int timeout = left > INT_MAX ? INT_MAX : left < 0 ? 0 : (int)left;

	if (client->loop.wake_fd)
		wakes[count++] = (struct curl_waitfd){
			.fd = *client->loop.wake_fd, .events = CURL_WAIT_POLLIN};
	if (fd >= 0)
		wakes[count++] = (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
	if (curl_multi_poll(client->multi, wakes, count, timeout, NULL) != CURLM_OK)
		SG_BUG("curl_multi_poll");
	if (client->loop.wake_fd && wakes[0].revents)
		client->progress = true;
}

int sg_curl_wait(struct sg_loop *loop, int64_t until_ms, struct sg_err *err)
{
	struct sg_curl_client *client = client_of(loop);
	int running;

	for (;;) {
		if (cancelled(client, err) < 0)
			return -1;
		if (curl_multi_perform(client->multi, &running) != CURLM_OK)
			SG_BUG("curl_multi_perform");
		collect(client);
		expire(client);
		if (client->progress || sg_loop_now_ms(loop) >= until_ms)
			break;
		poll_until(client, next_deadline(client, until_ms));
	}
	client->progress = false;
	return 0;
}
