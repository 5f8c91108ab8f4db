/*
 * A merge request as Git push options, for whoever may push and may not use GitLab's API
 * (gitlab.md 2.2).
 */
#ifndef SG_STEP_REQUEST_OPTIONS_H
#define SG_STEP_REQUEST_OPTIONS_H

#include "step/request.h"

struct sg_request_options_ask {
	const struct sg_environment *env;
	const char *service;
	const struct sg_plan *plan;
	const struct sg_span *span; /* NULL: source commits are not named */
	bool draft;
};

struct sg_request_options {
	const char *const *items; /* one line each */
	size_t count;
	const char *left_out; /* keys of merge_request: that no push option says; NULL: none */
};

/*
 * Where a request is open for the branch already GitLab gives it this text and these labels, too;
 * of anything else it changes nothing. No text in it becomes a line, an option or a quick action of
 * its own. In the world's arena.
 */
void sg_request_options_make(struct sg_world *world, const struct sg_request_options_ask *ask,
	struct sg_request_options *ret);

#endif
