#include "repo/ahead.h"

#include "repo/pkt.h"

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
