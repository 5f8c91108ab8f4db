#include "repo/pkt.h"

#include <string.h>

enum { LENGTH_BYTES = 4, LINE_MAX_BYTES = 65520 };

void sg_pkt_add(struct sg_buf *out, const char *fmt, ...)
{
	struct sg_buf line SG_AUTO(sg_buf_release);
	va_list args;

	sg_buf_init(&line, LINE_MAX_BYTES - LENGTH_BYTES);
	va_start(args, fmt);
	sg_buf_addv(&line, fmt, args);
	va_end(args);
	SG_ASSERT(!line.overflow);
	sg_buf_addf(out, "%04zx", line.len + LENGTH_BYTES);
	sg_buf_addstr(out, sg_buf_str(&line));
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* -1 when there is none. */
static long length_of(const char *four)
{
	long len = 0;

	for (size_t i = 0; i < LENGTH_BYTES; i++) {
		int digit = hex_value(four[i]);

		if (digit < 0)
			return -1;
		len = len * 16 + digit;
	}
	return len;
}

enum sg_pkt sg_pkt_next(struct sg_str *rest, struct sg_str *ret_line)
{
	static const enum sg_pkt marks[LENGTH_BYTES] = {
		SG_PKT_FLUSH, SG_PKT_DELIM, SG_PKT_END, SG_PKT_BAD};
	struct sg_str all = *rest;
	long len;

	*ret_line = SG_STR("");
	if (all.len < LENGTH_BYTES)
		return SG_PKT_MORE;
	len = length_of(all.ptr);
	if (len < 0)
		return SG_PKT_BAD;
	if (len < LENGTH_BYTES) {
		if (marks[len] != SG_PKT_BAD)
			*rest = sg_str_sub(all, LENGTH_BYTES, all.len);
		return marks[len];
	}
	if (all.len < (size_t)len)
		return SG_PKT_MORE;
	*ret_line = sg_str_sub(all, LENGTH_BYTES, (size_t)len);
	*rest = sg_str_sub(all, (size_t)len, all.len);
	return SG_PKT_LINE;
}

/* Waits until more bytes are here than before. False when there are none to come. */
static int await_more(struct sg_pkt_reader *reader, bool *ret_more, struct sg_err *err)
{
	struct sg_http_call *call = reader->call;
	size_t before = call->body.len;

	while (call->body.len == before && !call->done)
		if (sg_loop_wait(reader->wire->http->loop, SG_NEVER, err) < 0)
			return -1;
	*ret_more = call->body.len > before;
	if (*ret_more || !call->failed)
		return 0;
	*err = call->err;
	return -1;
}

int sg_pkt_fail_early_end(const struct sg_pkt_reader *reader, struct sg_err *err)
{
	sg_fail(err, SG_R_REMOTE_FAILED, "the server's answer ends too early, after %zu bytes",
		reader->received_bytes + reader->call->body.len);
	return sg_transient(err);
}

static int fail_no_pkt(struct sg_err *err)
{
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"the server's data cannot be used: it does not keep to Git's line format");
}

int sg_pkt_read(struct sg_pkt_reader *reader, enum sg_pkt *ret_kind, struct sg_str *ret_line,
	struct sg_err *err)
{
	sg_http_take(reader->call, reader->whole_bytes);
	reader->received_bytes += reader->whole_bytes;
	reader->whole_bytes = 0;
	for (;;) {
		struct sg_str all = sg_buf_str(&reader->call->body), rest = all;
		enum sg_pkt kind = sg_pkt_next(&rest, ret_line);
		bool more;

		*ret_kind = kind;
		if (kind == SG_PKT_BAD)
			return fail_no_pkt(err);
		if (kind != SG_PKT_MORE) {
			reader->whole_bytes = all.len - rest.len;
			return 0;
		}
		if (await_more(reader, &more, err) < 0)
			return -1;
		if (more)
			continue;
		*ret_kind = SG_PKT_END;
		return all.len == 0 ? 0 : sg_pkt_fail_early_end(reader, err);
	}
}
