/*
 * The commit status stagegate/ENV, by which our gates' answer is known to GitLab: it belongs to the
 * pipeline of its commit.
 */
#ifndef SG_STEP_GATE_STATUS_H
#define SG_STEP_GATE_STATUS_H

#include "step/forge.h"

/* The name of that status: "stagegate/production". */
const char *sg_gate_status_name(struct sg_arena *arena, const struct sg_environment *env);

/*
 * Our last word about the commit SHA, written not later than UNTIL_UNIX_MS (INT64_MAX: whenever);
 * *ret_status is NULL when there is none. The status of anybody else is no word of ours. One that
 * came to its end later was pending at that time: GitLab keeps its record, and when that began.
 */
int sg_gate_status_last(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, const struct sg_environment *env, const char *sha,
	int64_t until_unix_ms, const struct sg_gitlab_status **ret_status,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Has the running pipeline of MR ended but for our own status of its head, which says that a gate
 * waits? *ret_words is what it says then, as of the run that wrote it.
 */
int sg_gate_status_holds_pipeline(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_forge *forge, const struct sg_environment *env, const struct sg_mr *mr,
	bool *ret_holds, const char **ret_words, struct sg_err *err) SG_MUST_CHECK;

#endif
