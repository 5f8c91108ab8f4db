/* wait: blocks until applications really run a revision and an image, or says why not. */
#ifndef SG_FLOW_WAIT_H
#define SG_FLOW_WAIT_H

#include "model/report.h"
#include "step/selection.h"

struct sg_wait_ask {
	struct sg_selection_ask which;
	const char *env;       /* or several: "eu,us"; NULL: the first one */
	const char *revision;  /* full id; NULL: the tip of the environment's branch */
	const char *image;     /* NULL: what the files of that revision say */
	const char *suspended; /* "wait", "ok" or "ask" */
	bool fail_on_sync_error;
	bool fail_on_sync_window;
	bool allow_prune_warning;
	bool keep_going;        /* one that cannot succeed does not end the wait for the others */
	int64_t app_timeout_ms; /* for each application; 0: as long as the run has */
};

/* The verdict is in the report; -1 only when there is none. */
int sg_flow_wait(struct sg_world *world, const struct sg_wait_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

#endif
