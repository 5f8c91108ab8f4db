#include "repo/ahead.h"

#include <string.h>

#include "repo/pkt.h"

#define DONE "0009done\n"
#define HAVE "0032have "

enum { REQUEST_MAX = 1024 * 1024, HAVE_LEN = 0x32 };

void sg_ahead_drop(struct sg_repo *repo)
{
	sg_http_end(repo->ahead);
	repo->ahead = NULL;
	sg_buf_release(&repo->ahead_request);
}

bool sg_ahead_ask(struct sg_repo *repo, struct sg_str request)
{
	struct sg_buf *ahead = &repo->ahead_request;

	if (sg_str_ends(request, DONE))
		return false;
	sg_buf_init(ahead, REQUEST_MAX);
	sg_buf_addstr(ahead, request);
	for (size_t i = 0; i < SG_REPO_OFFERS; i++)
		if (repo->offers[i][0])
			sg_buf_addf(ahead, HAVE "%s\n", repo->offers[i]);
	sg_buf_adds(ahead, DONE);
	return !ahead->overflow;
}

/* HAVE is a line among the LINES of the same length. */
static bool is_among(struct sg_str lines, struct sg_str have)
{
	for (size_t at = 0; at < lines.len; at += HAVE_LEN)
		if (sg_str_eq(sg_str_sub(lines, at, at + HAVE_LEN), have))
			return true;
	return false;
}

bool sg_ahead_same(struct sg_str sent, struct sg_str request)
{
	struct sg_str haves;
	size_t end, at;

	if (request.len != sent.len || !sg_str_ends(sent, DONE) || !sg_str_ends(request, DONE))
		return false;
	at = end = sent.len - strlen(DONE);
	while (at >= HAVE_LEN && sg_str_starts(sg_str_sub(sent, at - HAVE_LEN, at), HAVE))
		at -= HAVE_LEN;
	if (!sg_str_eq(sg_str_sub(sent, 0, at), sg_str_sub(request, 0, at)))
		return false;
	haves = sg_str_sub(sent, at, end);
	for (; at < end; at += HAVE_LEN)
		if (!is_among(haves, sg_str_sub(request, at, at + HAVE_LEN)))
			return false;
	return true;
}

bool sg_ahead_is(const struct sg_repo *repo, struct sg_str request)
{
	return repo->ahead && sg_ahead_same(sg_buf_str(&repo->ahead_request), request);
}

long sg_ahead_section(struct sg_str body)
{
	struct sg_str rest = body, line;

	for (;;) {
		switch (sg_pkt_next(&rest, &line)) {
		case SG_PKT_LINE:
			break;
		case SG_PKT_FLUSH:
			return (long)(body.len - rest.len);
		case SG_PKT_MORE:
			return 0;
		case SG_PKT_DELIM:
		case SG_PKT_END:
		case SG_PKT_BAD:
			return -1;
		}
	}
}
