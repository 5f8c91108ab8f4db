/* libgit2's smart protocol on the house's HTTP client: a stateless (rpc) subtransport. */
#include <git2/sys/transport.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "repo/ahead.h"
#include "repo/answer.h"
#include "repo/internal.h"
#include "repo/want.h"

enum {
	REQUEST_MAX = 64 * 1024 * 1024,
	SECTION_MAX = 64 * 1024,
	ABILITIES_MAX = 16 * 1024,
	ERR_MAX = 600
};

struct channel {
	git_smart_subtransport base; /* first: libgit2 hands this back */
	struct sg_repo *repo;
};

struct stream {
	git_smart_subtransport_stream base; /* first */
	struct sg_repo *repo;
	enum sg_wire_step step;
	struct sg_buf request;
	struct sg_http_call *call; /* NULL until the first read */
	bool broken;               /* the rest of the answer is of no use */
	bool looked;               /* the first bytes of the answer have been seen */
	bool ahead;                /* shows only the first section of an answer */
	size_t section;            /* its length, 0 until it is known */
	size_t shown;              /* of it */
};

static struct stream *stream_of(git_smart_subtransport_stream *base)
{
	return (struct stream *)(void *)base;
}

static int keep(struct stream *s, const struct sg_err *err)
{
	s->broken = true;
	return sg_repo_keep_fail(s->repo, err);
}

static int open_call(struct stream *s)
{
	struct sg_err err = SG_ERR_INIT;

	s->repo->received_bytes = 0;
	if (s->step == SG_WIRE_FETCH && sg_ahead_is(s->repo, sg_buf_str(&s->request))) {
		s->call = s->repo->ahead;
		s->repo->ahead = NULL;
		return 0;
	}
	sg_ahead_drop(s->repo);
	s->ahead = s->step == SG_WIRE_FETCH && sg_ahead_ask(s->repo, sg_buf_str(&s->request));
	if (sg_wire_call(&s->repo->wire, s->step,
		    sg_buf_str(s->ahead ? &s->repo->ahead_request : &s->request), NULL, &s->call,
		    &err) < 0)
		return keep(s, &err);
	return 0;
}

/* Waits for the first section; an answer without one is read as it comes. */
static int await_section(struct stream *s)
{
	struct sg_http_call *call = s->call;
	struct sg_err err = SG_ERR_INIT;
	long len;

	while ((len = sg_ahead_section(sg_buf_str(&call->body))) == 0 && !call->done &&
		call->body.len < SECTION_MAX) {
		size_t before = call->body.len;

		while (call->body.len == before && !call->done)
			if (sg_loop_wait(s->repo->wire.http->loop, SG_NEVER, &err) < 0)
				return keep(s, &err);
	}
	if (len <= 0)
		s->ahead = false;
	else
		s->section = (size_t)len;
	return 0;
}

/* The section stays in the call for the second stream. */
static size_t read_section(struct stream *s, char *buf, size_t size)
{
	size_t len = s->section - s->shown < size ? s->section - s->shown : size;

	memcpy(buf, s->call->body.ptr + s->shown, len);
	s->shown += len;
	return len;
}

static bool is_list(const struct stream *s)
{
	return s->step == SG_WIRE_FETCH_REFS;
}

/* What libgit2 would not say, or not in a way that helps; from the first bytes of an answer. */
static int check_first(struct stream *s, struct sg_str bytes)
{
	struct sg_err err = SG_ERR_INIT;
	char seen[80];

	if (s->looked || bytes.len < 8)
		return 0;
	s->looked = true;
	if (sg_str_starts(sg_str_sub(bytes, 4, 8), "ERR ")) {
		(void)sg_git_fail_words(sg_str_sub(bytes, 8, 8 + ERR_MAX), &err);
		return keep(s, &err);
	}
	if (is_list(s) && bytes.ptr[4] != '#') {
		sg_git_words(sg_str_sub(bytes, 0, 64), seen, sizeof(seen));
		sg_fail(&err, SG_R_ANSWER_INVALID,
			"the list of branches does not begin as Git's does: \"%s\"", seen);
		return keep(s, &err);
	}
	if (is_list(s) && sg_str_search(bytes, "object-format=sha256") >= 0) {
		sg_fail(&err, SG_R_ANSWER_INVALID,
			"the repository uses SHA-256 object names, which are not supported");
		return keep(s, &err);
	}
	return 0;
}

/* Waits until the list has said what the server can do; a list that does not is libgit2's matter.
 */
static int await_abilities(struct stream *s)
{
	struct sg_http_call *call = s->call;
	struct sg_err err = SG_ERR_INIT;

	while (!sg_want_abilities(sg_buf_str(&call->body), &s->repo->abilities) && !call->done &&
		call->body.len < ABILITIES_MAX) {
		size_t before = call->body.len;

		while (call->body.len == before && !call->done)
			if (sg_loop_wait(s->repo->wire.http->loop, SG_NEVER, &err) < 0)
				return keep(s, &err);
	}
	return 0;
}

static int stream_read(git_smart_subtransport_stream *base, char *buf, size_t size, size_t *ret_len)
{
	struct stream *s = stream_of(base);
	struct sg_err err = SG_ERR_INIT;
	size_t len;

	*ret_len = 0;
	if (!s->call && open_call(s) != 0)
		return GIT_EUSER;
	if (s->ahead && s->section == 0 && await_section(s) != 0)
		return GIT_EUSER;
	if (s->ahead) {
		*ret_len = read_section(s, buf, size);
		return 0;
	}
	if (is_list(s) && !s->looked && await_abilities(s) != 0)
		return GIT_EUSER;
	if (sg_http_await_body(s->repo->wire.http, s->call, &err) < 0)
		return keep(s, &err);
	if (check_first(s, sg_buf_str(&s->call->body)) != 0)
		return GIT_EUSER;
	len = s->call->body.len < size ? s->call->body.len : size;
	memcpy(buf, s->call->body.ptr, len);
	sg_http_take(s->call, len);
	s->repo->received_bytes += len;
	*ret_len = len;
	return 0;
}

static int stream_write(git_smart_subtransport_stream *base, const char *bytes, size_t len)
{
	struct stream *s = stream_of(base);
	struct sg_err err = SG_ERR_INIT;

	sg_buf_add(&s->request, bytes, len);
	if (!s->request.overflow)
		return 0;
	sg_fail(&err, SG_R_TOO_LARGE, "the request would be larger than %d MiB", REQUEST_MAX >> 20);
	return keep(s, &err);
}

static void stream_free(git_smart_subtransport_stream *base)
{
	struct stream *s = stream_of(base);

	if (s->call && s->broken)
		sg_http_end(s->call);
	else if (s->call && s->ahead)
		s->repo->ahead = s->call;
	else if (s->call)
		sg_wire_finish(&s->repo->wire, s->call);
	sg_buf_release(&s->request);
	free(s);
}

static bool step_of(git_smart_service_t service, enum sg_wire_step *ret)
{
	switch (service) {
	case GIT_SERVICE_UPLOADPACK_LS:
		*ret = SG_WIRE_FETCH_REFS;
		return true;
	case GIT_SERVICE_UPLOADPACK:
		*ret = SG_WIRE_FETCH;
		return true;
	case GIT_SERVICE_RECEIVEPACK_LS: /* upload.h pushes */
	case GIT_SERVICE_RECEIVEPACK:
		break;
	}
	return false;
}

static int channel_action(git_smart_subtransport_stream **out, git_smart_subtransport *base,
	const char *url, git_smart_service_t service)
{
	struct channel *channel = (struct channel *)(void *)base;
	enum sg_wire_step step;
	struct stream *s;

	(void)url; /* always the repository's own */
	if (!step_of(service, &step))
		return GIT_EINVALID;
	s = sg_calloc(1, sizeof(*s));
	s->base.subtransport = base;
	s->base.read = stream_read;
	s->base.write = stream_write;
	s->base.free = stream_free;
	s->repo = channel->repo;
	s->step = step;
	sg_buf_init(&s->request, REQUEST_MAX);
	*out = &s->base;
	return 0;
}

static int channel_close(git_smart_subtransport *base)
{
	(void)base;
	return 0;
}

static void channel_free(git_smart_subtransport *base)
{
	free(base);
}

static int channel_new(git_smart_subtransport **out, git_transport *owner, void *param)
{
	struct channel *channel = sg_calloc(1, sizeof(*channel));

	(void)owner;
	channel->base.action = channel_action;
	channel->base.close = channel_close;
	channel->base.free = channel_free;
	channel->repo = param;
	*out = &channel->base;
	return 0;
}

int sg_repo_transport(git_transport **out, git_remote *owner, void *payload)
{
	git_smart_subtransport_definition definition = {channel_new, 1, payload};

	return git_transport_smart(out, owner, &definition);
}
