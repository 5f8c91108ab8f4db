#include "repo/want.h"

#include <git2/sys/odb_backend.h>
#include <string.h>

#include "repo/pkt.h"

enum { REQUEST_MAX_BYTES = 1024 * 1024, WORDS_SHOWN = 600, SHALLOW_MAX = 10000 };

bool sg_want_abilities(struct sg_str list, struct sg_abilities *ret)
{
	long from = sg_str_find(list, '\0'), to;
	struct sg_abilities abilities = {0};
	struct sg_str words, word;

	if (from < 0)
		return false;
	words = sg_str_sub(list, (size_t)from + 1, list.len);
	to = sg_str_find(words, '\n');
	if (to < 0)
		return false;
	words = sg_str_sub(words, 0, (size_t)to);
	while (sg_str_cut(&words, ' ', &word)) {
		abilities.filter = abilities.filter || sg_str_is(word, "filter");
		abilities.shallow = abilities.shallow || sg_str_is(word, "shallow");
		abilities.side_band = abilities.side_band || sg_str_is(word, "side-band-64k");
		/* Git says it together with "allow-tip-sha1-in-want" where any object may be had */
		abilities.any_id =
			abilities.any_id || sg_str_is(word, "allow-reachable-sha1-in-want");
	}
	*ret = abilities;
	return true;
}

static int make_request(const struct sg_want *want, struct sg_buf *request, struct sg_err *err)
{
	SG_ASSERT(want->count > 0 && want->count <= SG_WANT_MAX);
	for (size_t i = 0; i < want->count; i++) {
		git_oid id;

		if (sg_git_oid(want->ids[i], &id, err) < 0)
			return -1;
		sg_pkt_add(request, "want %s%s%s%s\n", want->ids[i],
			i == 0 ? " side-band-64k ofs-delta no-progress" : "",
			i == 0 && want->depth ? " shallow" : "",
			i == 0 && want->filter ? " filter" : "");
	}
	if (want->depth)
		sg_pkt_add(request, "deepen %d\n", want->depth);
	if (want->filter)
		sg_pkt_add(request, "filter %s\n", want->filter);
	sg_buf_adds(request, "0000");
	sg_pkt_add(request, "done\n");
	SG_ASSERT(!request->overflow);
	return 0;
}

struct answer {
	struct sg_repo *repo;
	struct sg_pkt_reader reader;
	git_odb_writepack *pack;
	git_indexer_progress stats;
};

static int read_line(
	struct answer *a, enum sg_pkt *ret_kind, struct sg_str *ret_line, struct sg_err *err)
{
	if (sg_pkt_read(&a->reader, ret_kind, ret_line, err) < 0)
		return -1;
	if (*ret_kind == SG_PKT_END)
		return sg_pkt_fail_early_end(&a->reader, err);
	if (*ret_kind == SG_PKT_DELIM)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"the server's data cannot be used: a mark stands in it that was not asked "
			"for");
	if (*ret_kind == SG_PKT_LINE && sg_str_starts(*ret_line, "ERR "))
		return sg_git_fail_words(
			sg_str_trim(sg_str_sub(*ret_line, 4, 4 + WORDS_SHOWN)), err);
	return 0;
}

static int fail_line(const char *where, struct sg_str line, struct sg_err *err)
{
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"the server's data cannot be used: %s begins with byte 0x%02x", where,
		line.len ? (unsigned)(unsigned char)line.ptr[0] : 0u);
}

/* Where the server cuts history; the commits say it themselves. */
static int skip_boundary(struct answer *a, struct sg_err *err)
{
	enum sg_pkt kind;
	struct sg_str line;

	for (size_t i = 0; i <= SHALLOW_MAX; i++) {
		if (read_line(a, &kind, &line, err) < 0)
			return -1;
		if (kind == SG_PKT_FLUSH)
			return 0;
		if (!sg_str_starts(line, "shallow ") && !sg_str_starts(line, "unshallow "))
			return fail_line("what it says of history", line, err);
	}
	return sg_fail(err, SG_R_TOO_LARGE, "the server cuts history at more than %d commits",
		(int)SHALLOW_MAX);
}

static int take_data(struct answer *a, struct sg_str bytes, struct sg_err *err)
{
	int rc = a->pack->append(a->pack, bytes.ptr, bytes.len, &a->stats);

	return rc < 0 ? sg_git_fail(a->repo, rc, "fetch", err) : 0;
}

static int take_line(struct answer *a, struct sg_str line, struct sg_err *err)
{
	struct sg_buf *words = &a->repo->words;
	struct sg_str rest = sg_str_sub(line, 1, line.len);

	if (line.len == 0)
		return 0;
	switch ((enum sg_band)line.ptr[0]) {
	case SG_BAND_DATA:
		return take_data(a, rest, err);
	case SG_BAND_WORDS:
		sg_buf_addstr(words, sg_str_sub(rest, 0, words->max - words->len));
		return 0;
	case SG_BAND_ERROR:
		return sg_git_fail_words(sg_str_sub(rest, 0, WORDS_SHOWN), err);
	}
	return fail_line("a line", line, err);
}

/* "NAK", as nothing was said to be here, then the pack in its side band. */
static int read_pack(struct answer *a, struct sg_err *err)
{
	enum sg_pkt kind;
	struct sg_str line;
	int rc;

	if (read_line(a, &kind, &line, err) < 0)
		return -1;
	if (kind != SG_PKT_LINE || !sg_str_is(sg_str_trim(line), "NAK"))
		return fail_line("the answer", line, err);
	do {
		if (read_line(a, &kind, &line, err) < 0 ||
			(kind == SG_PKT_LINE && take_line(a, line, err) < 0))
			return -1;
	} while (kind == SG_PKT_LINE);
	rc = a->pack->commit(a->pack, &a->stats);
	return rc < 0 ? sg_git_fail(a->repo, rc, "fetch", err) : 0;
}

static int read_answer(struct answer *a, bool with_boundary, struct sg_err *err)
{
	git_odb *odb = NULL;
	int rc;

	if (with_boundary && skip_boundary(a, err) < 0)
		return -1;
	rc = git_repository_odb(&odb, a->repo->git);
	if (rc == 0)
		rc = git_odb_write_pack(&a->pack, odb, sg_repo_on_progress, a->repo);
	if (rc < 0) {
		git_odb_free(odb);
		return sg_git_fail(a->repo, rc, "fetch", err);
	}
	rc = read_pack(a, err);
	a->pack->free(a->pack);
	(void)git_odb_refresh(odb);
	git_odb_free(odb);
	return rc;
}

int sg_want_fetch(struct sg_repo *repo, const struct sg_want *want, struct sg_err *err)
{
	struct sg_buf request SG_AUTO(sg_buf_release);
	struct answer answer = {.repo = repo};
	struct sg_http_call *call;
	int rc;

	sg_buf_init(&request, REQUEST_MAX_BYTES);
	sg_repo_clear_fail(repo);
	if (make_request(want, &request, err) < 0 ||
		sg_wire_call(&repo->wire, SG_WIRE_FETCH, sg_buf_str(&request), NULL, &call, err) <
			0)
		return -1;
	answer.reader = (struct sg_pkt_reader){.wire = &repo->wire, .call = call};
	repo->max_objects = want->max_objects;
	rc = read_answer(&answer, want->depth > 0, err);
	repo->max_objects = 0;
	if (rc < 0) {
		sg_http_end(call);
		return -1;
	}
	sg_wire_finish(&repo->wire, call);
	return 0;
}
