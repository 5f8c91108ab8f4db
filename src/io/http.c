#include "io/http.h"

#include <stdio.h>
#include <string.h>

#include "io/http_fault.h"
#include "io/http_url.h"

static void origin_of(const struct sg_http_url *url, char *out, size_t size)
{
	(void)snprintf(out, size, "%s://%.*s:%u", url->tls ? "https" : "http",
		SG_STR_ARG(url->host), url->port);
	for (char *p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
}

#define ORIGIN_SIZE 288

int sg_http_origin(
	struct sg_arena *arena, const char *url, const char **ret_origin, struct sg_err *err)
{
	struct sg_http_url parts;
	char origin[ORIGIN_SIZE];

	if (sg_http_url_parse(url, &parts, err) < 0)
		return -1;
	origin_of(&parts, origin, sizeof(origin));
	*ret_origin = sg_arena_strdup(arena, origin);
	return 0;
}

bool sg_http_is_loopback(const char *url)
{
	struct sg_http_url parts;
	struct sg_err ignored;

	return sg_http_url_parse(url, &parts, &ignored) == 0 && sg_http_url_loopback(&parts);
}

static bool has_control(struct sg_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t') || s.ptr[i] == 0x7f)
			return true;
	return false;
}

static int check_cred(const struct sg_cred *cred, const struct sg_http_url *url, struct sg_err *err)
{
	char origin[ORIGIN_SIZE];
	struct sg_str secret = sg_secret_bytes(cred->secret);

	origin_of(url, origin, sizeof(origin));
	if (strcmp(origin, cred->origin) != 0)
		return sg_fail(err, SG_R_CREDENTIAL_ORIGIN,
			"the credential belongs to %s and is not sent to %s", cred->origin, origin);
	if (secret.len == 0)
		return sg_fail(
			err, SG_R_CREDENTIAL_MISSING, "the credential for %s is empty", origin);
	if (has_control(secret) || has_control(sg_str_of(cred->user)) ||
		sg_str_find(sg_str_of(cred->user), ':') >= 0)
		return sg_fail(err, SG_R_CREDENTIAL_MISSING,
			"the credential for %s has a line break, a control byte, or a colon in its "
			"user name; no server can accept it",
			origin);
	return 0;
}

static int check_headers(const struct sg_http_req *req, struct sg_err *err)
{
	for (size_t i = 0; i < req->header_count; i++) {
		const struct sg_http_header *header = &req->headers[i];

		if (header->name[strcspn(header->name, ": \t\r\n")] != '\0' ||
			has_control(sg_str_of(header->value)))
			return sg_fail(err, SG_R_CONFIG_INVALID,
				"the header %.40s has a line break or a control byte in it",
				header->name);
	}
	return 0;
}

static int check(const struct sg_http_req *req, struct sg_err *err)
{
	struct sg_http_url url;

	SG_ASSERT(req->max_body_bytes > 0);
	if (sg_http_url_parse(req->url, &url, err) < 0)
		return -1; /* not wrapped: the address may hold a password */
	if (!url.tls && !sg_http_url_loopback(&url)) {
		(void)sg_fail(err, SG_R_CONFIG_INVALID,
			"plain http is spoken only to this machine itself, not to %.*s",
			SG_STR_ARG(url.host));
		(void)sg_hint(err, "use the https address of the server");
	} else if (check_headers(req, err) == 0 &&
		   (!req->cred || check_cred(req->cred, &url, err) == 0)) {
		return 0;
	}
	return sg_http_wrap(req->label, req->method, req->url, err);
}

int sg_http_start(struct sg_http *http, const struct sg_http_req *req,
	struct sg_http_call **ret_call, struct sg_err *err)
{
	if (check(req, err) < 0)
		return -1;
	return http->start(http, req, ret_call, err);
}

void sg_http_take(struct sg_http_call *call, size_t len)
{
	sg_buf_drop(&call->body, len);
	call->ops->resume(call);
}

void sg_http_end(struct sg_http_call *call)
{
	if (call)
		call->ops->end(call);
}

void sg_http_end_ptr(struct sg_http_call **call)
{
	sg_http_end(*call);
	*call = NULL;
}

static int verdict(const struct sg_http_call *call, struct sg_err *err)
{
	if (!call->failed)
		return 0;
	*err = call->err;
	return -1;
}

int sg_http_await_headers(struct sg_http *http, struct sg_http_call *call, struct sg_err *err)
{
	while (call->status == 0 && !call->done)
		if (sg_loop_wait(http->loop, SG_NEVER, err) < 0)
			return -1;
	return call->status == 0 ? verdict(call, err) : 0;
}

int sg_http_await_body(struct sg_http *http, struct sg_http_call *call, struct sg_err *err)
{
	while (call->body.len == 0 && !call->done)
		if (sg_loop_wait(http->loop, SG_NEVER, err) < 0)
			return -1;
	return call->body.len == 0 ? verdict(call, err) : 0;
}

void sg_http_res_release(struct sg_http_res *res)
{
	if (!res)
		return;
	sg_buf_release(&res->headers);
	sg_buf_release(&res->body);
}

/* Moves the contents; FROM stays usable and empty. */
static void move(struct sg_buf *to, struct sg_buf *from)
{
	*to = *from;
	sg_buf_init(from, from->max);
}

int sg_http_send(struct sg_http *http, const struct sg_http_req *req, struct sg_http_res *ret_res,
	struct sg_err *err)
{
	SG_AUTO(sg_http_end_ptr) struct sg_http_call *call = NULL;
	struct sg_http_req whole = *req;

	whole.window_bytes = req->max_body_bytes < SIZE_MAX ? req->max_body_bytes + 1 : SIZE_MAX;
	if (sg_http_start(http, &whole, &call, err) < 0)
		return -1;
	while (!call->done)
		if (sg_loop_wait(http->loop, SG_NEVER, err) < 0)
			return sg_http_wrap(req->label, req->method, req->url, err);
	if (verdict(call, err) < 0)
		return -1;
	ret_res->status = call->status;
	move(&ret_res->headers, &call->headers);
	move(&ret_res->body, &call->body);
	return 0;
}

struct sg_str sg_http_header(const struct sg_buf *headers, const char *name)
{
	struct sg_str rest = sg_buf_str(headers), line;

	while (sg_str_cut(&rest, '\n', &line)) {
		long colon = sg_str_find(line, ':');

		if (colon >= 0 && sg_str_ieq(sg_str_sub(line, 0, (size_t)colon), sg_str_of(name)))
			return sg_str_trim(sg_str_sub(line, (size_t)colon + 1, line.len));
	}
	return (struct sg_str){"", 0};
}
