/*
 * Which of two pipelines is the older one: by the numbers that GitLab gives them within their
 * project, never by what a variable or a trailer says of such a number.
 */
#ifndef SG_STEP_BUILD_ORDER_H
#define SG_STEP_BUILD_ORDER_H

#include "step/load.h"

struct sg_build_order_ask {
	const char *wish;   /* address of a pipeline; NULL: the one that this runs in */
	const char *than;   /* likewise; NULL has no order */
	const char *source; /* project (path or number) that both must be of; NULL: any */
};

/*
 * *ret_words is NULL when there is no order: a pipeline is not named or is of another project or
 * GitLab, both are the same, or our token may not read them. Else it says the order, and *ret_older
 * whether WISH is before THAN. The pipeline that this runs in is asked for with the job's own
 * token, and without one by CI_PIPELINE_URL; every pipeline is asked for once in a run, three reads
 * for the first answer at most. Words in the world's arena. Fails only for a signal.
 */
int sg_build_order(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_build_order_ask *ask, bool *ret_older, const char **ret_words,
	struct sg_err *err) SG_MUST_CHECK;

#endif
