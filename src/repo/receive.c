#include "repo/receive.h"

#include "repo/pkt.h"

#define PUSH_OPTIONS "push-options"

bool sg_receive_has(struct sg_str line, const char *ability)
{
	struct sg_str rest = line, word;

	if (!sg_str_cut(&rest, '\0', &word))
		return false;
	rest = sg_str_trim(rest);
	while (rest.len) {
		if (!sg_str_cut(&rest, ' ', &word)) {
			word = rest;
			rest = SG_STR("");
		}
		if (sg_str_is(word, ability))
			return true;
	}
	return false;
}

/* Before the list stand a line with the service, a flush, and in protocol 1 the version. */
static bool is_before_list(enum sg_pkt kind, struct sg_str line)
{
	return kind == SG_PKT_FLUSH || sg_str_starts(line, "# ") || sg_str_starts(line, "version ");
}

static int read_abilities(struct sg_repo *repo, struct sg_http_call *call, struct sg_err *err)
{
	struct sg_pkt_reader reader = {.wire = &repo->wire, .call = call};
	enum sg_pkt kind;
	struct sg_str line;

	do {
		if (sg_pkt_read(&reader, &kind, &line, err) < 0)
			return -1;
		if (kind != SG_PKT_LINE && kind != SG_PKT_FLUSH)
			return sg_pkt_fail_early_end(&reader, err);
		if (sg_str_starts(line, "ERR "))
			return sg_git_fail_words(sg_str_sub(line, 4, line.len), err);
	} while (is_before_list(kind, line));
	repo->takes = sg_receive_has(line, PUSH_OPTIONS) ? SG_TAKES_OPTIONS : SG_TAKES_NONE;
	return 0;
}

static int ask(struct sg_repo *repo, struct sg_err *err)
{
	struct sg_http_call *call;

	if (sg_wire_call(&repo->wire, SG_WIRE_PUSH_REFS, SG_STR(""), NULL, &call, err) < 0)
		return -1;
	if (read_abilities(repo, call, err) < 0) {
		sg_http_end(call);
		return sg_wrap(err, "what a push may carry");
	}
	sg_wire_finish(&repo->wire, call);
	return 0;
}

int sg_receive_require_options(struct sg_repo *repo, struct sg_err *err)
{
	if (repo->takes == SG_TAKES_NOT_ASKED && ask(repo, err) < 0)
		return -1;
	if (repo->takes == SG_TAKES_OPTIONS)
		return 0;
	(void)sg_fail(err, SG_R_MR_NOT_OPENED,
		"the server takes no push options, by which a push opens a merge request");
	return sg_hint(err, "nothing was pushed; only GitLab opens merge requests so");
}
