/*
 * Git's pkt-lines: four hex digits of length, then so many bytes less four. From a text that is
 * here, or from an answer as it comes.
 */
#ifndef SG_REPO_PKT_H
#define SG_REPO_PKT_H

#include "repo/wire.h"

enum sg_pkt {
	SG_PKT_LINE,
	SG_PKT_FLUSH, /* "0000" */
	SG_PKT_DELIM, /* "0001" */
	SG_PKT_END,   /* "0002", or nothing comes any more */
	SG_PKT_MORE,  /* the rest of it is not here yet; never from sg_pkt_read() */
	SG_PKT_BAD    /* no pkt-line; never from sg_pkt_read() */
};

/* Appends one line with its length. */
void sg_pkt_add(struct sg_buf *out, const char *fmt, ...) SG_PRINTF(2, 3);

/* The pkt-line at the start of *REST, which then begins behind it (but for MORE and BAD). */
enum sg_pkt sg_pkt_next(struct sg_str *rest, struct sg_str *ret_line);

/* An answer that is read line by line; both are the caller's. */
struct sg_pkt_reader {
	struct sg_wire *wire;
	struct sg_http_call *call;
	size_t whole_bytes; /* of the line that was read last, still in the call */
	size_t received_bytes;
};

/*
 * Waits for the next pkt-line; LINE is valid until the next read. REMOTE_FAILED (transient) when
 * the answer ends inside of a line, ANSWER_INVALID for what is none, and the call's own errors.
 */
int sg_pkt_read(struct sg_pkt_reader *reader, enum sg_pkt *ret_kind, struct sg_str *ret_line,
	struct sg_err *err) SG_MUST_CHECK;

/* REMOTE_FAILED (transient): the answer ends where it must not. Returns -1. */
int sg_pkt_fail_early_end(const struct sg_pkt_reader *reader, struct sg_err *err);

/* The lines of a side band: data, words for people, the end of all with its words. */
enum sg_band { SG_BAND_DATA = 1, SG_BAND_WORDS = 2, SG_BAND_ERROR = 3 };

#endif
