#include "repo/ahead.h"

#define DONE "0009done\n"

enum { REQUEST_MAX = 1024 * 1024 };

void sg_ahead_drop(struct sg_repo *repo)
{
	sg_http_end(repo->ahead);
	repo->ahead = NULL;
	sg_buf_release(&repo->ahead_request);
}

static size_t offer_count(const struct sg_repo *repo)
{
	size_t count = 0;

	for (size_t i = 0; i < SG_REPO_OFFERS; i++)
		if (repo->offers[i][0])
			count++;
	return count;
}

bool sg_ahead_ask(struct sg_repo *repo, struct sg_str request)
{
	struct sg_buf *ahead = &repo->ahead_request;

	if (sg_str_ends(request, DONE) || offer_count(repo) > 1)
		return false;
	sg_buf_init(ahead, REQUEST_MAX);
	sg_buf_addstr(ahead, request);
	for (size_t i = 0; i < SG_REPO_OFFERS; i++)
		if (repo->offers[i][0])
			sg_buf_addf(ahead, "0032have %s\n", repo->offers[i]);
	sg_buf_adds(ahead, DONE);
	return !ahead->overflow;
}

bool sg_ahead_is(const struct sg_repo *repo, struct sg_str request)
{
	return repo->ahead && sg_str_eq(request, sg_buf_str(&repo->ahead_request));
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length at the start of a pkt-line; -1 when there is none. */
static long pkt_length(const char *four)
{
	long len = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = hex_value(four[i]);

		if (digit < 0)
			return -1;
		len = len * 16 + digit;
	}
	return len > 0 && len < 4 ? -1 : len;
}

long sg_ahead_section(struct sg_str body)
{
	size_t at = 0;

	while (at + 4 <= body.len) {
		long len = pkt_length(body.ptr + at);

		if (len < 0)
			return -1;
		if (len == 0)
			return (long)at + 4;
		at += (size_t)len;
	}
	return 0;
}
