/* What script_http.c and script_answer.c share. */
#ifndef TESTS_SCRIPT_IMPL_H
#define TESTS_SCRIPT_IMPL_H

#include "io/http_fault.h"
#include "script_http.h"

struct piece {
	int64_t at_ms;
	struct sg_str bytes;
};

struct wanted {
	const char *name; /* NULL: part of the body */
	const char *value;
};

struct script_answer {
	struct script *script;
	const char *method;
	const char *url;
	struct wanted *wanted;
	size_t wanted_count;
	const char *cred;
	bool always;
	bool used;
	void (*compute)(void *arg, const struct script_request *, struct script_answer *);
	void *compute_arg;

	int status;
	int64_t headers_at;
	struct sg_buf headers;
	struct piece *pieces;
	size_t piece_count;
	int64_t end_at; /* -1: with the last piece */
	bool fails;
	struct sg_err failure;
	struct script_answer *next;
};

struct script_call {
	struct sg_http_call call;
	struct script *script;
	const struct script_answer *answer;
	const struct script_request *request;
	const char *label;
	int64_t start_ms;
	size_t next_piece;
	size_t received;
	size_t max_body;
	size_t window;
	struct sg_http_timers timers;
	struct script_call *next;
};

struct later {
	int64_t at_ms;
	void (*fn)(void *arg);
	void *arg;
	bool done;
};

struct script {
	struct sg_http http;
	struct sg_loop loop;
	struct sg_clock clock;
	struct sg_arena arena;
	int64_t now_ms;
	int64_t wall_s; /* by which the wall clock was turned */
	bool any_order;
	struct script_answer *answers;
	struct script_call *calls;
	struct script_request **requests;
	size_t request_count;
	struct later **laters;
	size_t later_count;
	int cancel_signo;
	int64_t cancel_at;
	long waits;
	const char *problem;
};

/* Remembers the first TEXT (which lives in the script's arena) and fails with it. */
int script_wrong(struct script *s, struct sg_err *err, const char *text);

/* Keeps a copy of REQ. */
const struct script_request *script_record(struct script *s, const struct sg_http_req *req);

/* What R is answered, NULL when it was not expected or is not as wanted. */
const struct script_answer *script_answer_for(
	struct script *s, const struct script_request *r, struct sg_err *err);

#endif
