/*
 * One request of Git's smart HTTP protocol on the house's HTTP client: address, headers,
 * credential, retry by policy, and the check that the answer is Git's.
 */
#ifndef SG_REPO_WIRE_H
#define SG_REPO_WIRE_H

#include "base/log.h"
#include "io/http_retry.h"

struct sg_wire {
	struct sg_http *http;
	const char *url; /* of the repository, without a slash at the end */
	const struct sg_cred *cred;
	const struct sg_tls *tls;
	struct sg_log *log;
	int64_t deadline_ms;     /* SG_NEVER: none */
	size_t max_refs_bytes;   /* of a list of branches */
	size_t max_answer_bytes; /* of any other answer */
	struct sg_retry_policy retry;
	bool answered; /* the last call's headers came: what fails since then is in its body */
};

enum sg_wire_step {
	SG_WIRE_FETCH_REFS, /* GET info/refs?service=git-upload-pack */
	SG_WIRE_FETCH,      /* POST git-upload-pack */
	SG_WIRE_PUSH_REFS,  /* GET info/refs?service=git-receive-pack */
	SG_WIRE_PUSH        /* POST git-receive-pack */
};

/*
 * The address as `git clone` takes it, in ARENA: https (http on loopback only), with a host and a
 * path, without user info, query, fragment. CONFIG_INVALID.
 */
int sg_wire_url(struct sg_arena *arena, const char *url, const char **ret_url,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Sends it and returns when the answer's headers are there and are Git's (see
 * sg_git_answer_check); the caller reads the body and ends the call. BODY must live until then.
 * Everything but SG_WIRE_PUSH is tried again by the policy, until the first byte of a good answer.
 * `*ret_sent` (NULL: not wanted) becomes true when a request went out, also when -1 is returned.
 */
int sg_wire_call(struct sg_wire *wire, enum sg_wire_step step, struct sg_str body, bool *ret_sent,
	struct sg_http_call **ret_call, struct sg_err *err) SG_MUST_CHECK;

/* TIMEOUT once the deadline has come, CANCELLED after a signal; does not wait. */
int sg_wire_alive(struct sg_wire *wire, struct sg_err *err) SG_MUST_CHECK;

/*
 * Takes what is left of an answer whose Git part has ended, so that the connection can be used
 * again; gives up after a second or 4 KiB. Ends the call.
 */
void sg_wire_finish(struct sg_wire *wire, struct sg_http_call *call);

#endif
