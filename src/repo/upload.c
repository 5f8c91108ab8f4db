#include "repo/upload.h"

#include <string.h>

#include "repo/answer.h"
#include "repo/pack.h"
#include "repo/pkt.h"

enum { REQUEST_MAX_BYTES = 64 * 1024 * 1024, WORDS_SHOWN = 600 };

/* A line end in one would make another option of what is behind it, where the server hands them on.
 */
static int add_options(const struct sg_push *push, struct sg_buf *request, struct sg_err *err)
{
	for (size_t i = 0; i < push->option_count; i++) {
		struct sg_str option = sg_str_of(push->options[i]);

		if (option.len == 0 || option.len > SG_PUSH_OPTION_MAX ||
			sg_str_find(option, '\n') >= 0 || sg_str_find(option, '\r') >= 0)
			return sg_fail(err, SG_R_BUG,
				"\"%.40s\" cannot be a push option: it must be one line of at "
				"most %d bytes",
				option.ptr, SG_PUSH_OPTION_MAX);
		sg_pkt_add(request, "%.*s", SG_STR_ARG(option));
	}
	return 0;
}

static int make_request(struct sg_repo *repo, const struct sg_push *push, struct sg_buf *request,
	struct sg_err *err)
{
	char old[SG_OID_SIZE], new[SG_OID_SIZE];

	git_oid_tostr(old, sizeof(old), &push->old);
	git_oid_tostr(new, sizeof(new), &push->commit);
	/* what is named here is what every server has known for long, but for the options, after
	 * which it was asked (receive.h) */
	sg_pkt_add(request, "%s %s %s%c report-status side-band-64k%s", old, new, push->ref, '\0',
		push->option_count ? " push-options" : "");
	sg_buf_adds(request, "0000");
	if (push->option_count) {
		if (add_options(push, request, err) < 0)
			return -1;
		sg_buf_adds(request, "0000");
	}
	if (!git_oid_is_zero(&push->commit) && sg_pack_write(repo, push, request, err) < 0)
		return -1;
	if (request->overflow)
		return sg_fail(err, SG_R_TOO_LARGE, "the request would be larger than %d MiB",
			REQUEST_MAX_BYTES >> 20);
	return 0;
}

static void add_capped(struct sg_buf *to, struct sg_str bytes)
{
	sg_buf_addstr(to, sg_str_sub(bytes, 0, to->max - to->len));
}

/* One line of the answer: of a side band, or of the report itself where the server knows none. */
static int take_line(
	struct sg_repo *repo, struct sg_push *push, struct sg_str line, struct sg_err *err)
{
	struct sg_str rest = sg_str_sub(line, 1, line.len);

	if (sg_str_starts(line, "ERR "))
		return sg_git_fail_words(sg_str_sub(line, 4, 4 + WORDS_SHOWN), err);
	if (line.len == 0)
		return 0;
	switch ((enum sg_band)line.ptr[0]) {
	case SG_BAND_DATA:
		add_capped(&push->report, rest);
		return 0;
	case SG_BAND_WORDS:
		add_capped(&repo->words, rest);
		return 0;
	case SG_BAND_ERROR:
		return sg_git_fail_words(sg_str_sub(rest, 0, WORDS_SHOWN), err);
	}
	sg_pkt_add(&push->report, "%.*s", SG_STR_ARG(line));
	return 0;
}

/* All lines until the flush. */
static int read_answer(
	struct sg_repo *repo, struct sg_push *push, struct sg_http_call *call, struct sg_err *err)
{
	struct sg_pkt_reader reader = {.wire = &repo->wire, .call = call};
	enum sg_pkt kind;
	struct sg_str line;

	do {
		if (sg_pkt_read(&reader, &kind, &line, err) < 0)
			return -1;
		if (kind == SG_PKT_LINE && take_line(repo, push, line, err) < 0)
			return -1;
	} while (kind == SG_PKT_LINE);
	return kind == SG_PKT_FLUSH ? 0 : sg_pkt_fail_early_end(&reader, err);
}

static bool names_branch(struct sg_str *rest, const struct sg_push *push)
{
	struct sg_str name;

	return sg_str_cut(rest, ' ', &name) && sg_str_is(name, push->ref);
}

/* "unpack ok", then "ok REF" or "ng REF WHY". */
static int read_report(struct sg_push *push, struct sg_err *err)
{
	struct sg_str rest = sg_buf_str(&push->report), line;
	bool unpacked = false;

	while (sg_pkt_next(&rest, &line) == SG_PKT_LINE) {
		line = sg_str_trim(line);
		unpacked = unpacked || sg_str_is(line, "unpack ok");
		if (sg_str_starts(line, "ok ")) {
			line = sg_str_sub(line, 3, line.len);
			if (!names_branch(&line, push))
				continue;
			push->answered = push->accepted = true;
		} else if (sg_str_starts(line, "ng ")) {
			line = sg_str_sub(line, 3, line.len);
			if (!names_branch(&line, push))
				continue;
			push->answered = true;
			sg_git_words(line, push->status, sizeof(push->status));
		}
	}
	if (unpacked)
		return 0;
	push->answered = push->accepted = false;
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"the server's report does not say that it could unpack the pack");
}

int sg_upload(struct sg_repo *repo, struct sg_push *push, struct sg_err *err)
{
	struct sg_buf request SG_AUTO(sg_buf_release);
	struct sg_http_call *call;

	sg_buf_init(&request, REQUEST_MAX_BYTES);
	sg_buf_reset(&repo->words);
	if (make_request(repo, push, &request, err) < 0 ||
		sg_wire_call(&repo->wire, SG_WIRE_PUSH, sg_buf_str(&request), &push->sent, &call,
			err) < 0)
		return -1;
	if (read_answer(repo, push, call, err) < 0) {
		sg_http_end(call);
		return sg_wrap(err, "push");
	}
	sg_wire_finish(&repo->wire, call);
	return read_report(push, err);
}
