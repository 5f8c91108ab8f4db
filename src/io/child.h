/* Another program, run to its end: what a kubeconfig names to log in (argocd.md 3.6). */
#ifndef SG_IO_CHILD_H
#define SG_IO_CHILD_H

#include "base/buf.h"
#include "io/loop.h"

struct sg_child {
	const char *const
		*argv; /* NULL at the end; the first is sought in PATH unless it has a '/' */
	const char *const *environment; /* NAME=VALUE, NULL at the end: over the process's own */
	int64_t until_ms;               /* of the loop's clock: it is killed then */
};

/*
 * Runs it with nothing on stdin and our stderr; what it writes to stdout is appended to OUT, whose
 * max is the limit. Waits in the loop, so that transfers go on meanwhile. *ret_status is its exit
 * status, 128 + N for signal N. -1 with nothing of it left running: LOCAL_IO (there is no such
 * program, it is not executable), TOO_LARGE, TIMEOUT, CANCELLED.
 */
int sg_child_run(struct sg_loop *loop, const struct sg_child *child, struct sg_buf *out,
	int *ret_status, struct sg_err *err) SG_MUST_CHECK;

#endif
