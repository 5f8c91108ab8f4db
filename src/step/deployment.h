/*
 * What GitLab is told of a roll-out: a deployment in the environment that `gitlab.environment`
 * names, running and then as it ended, and a commit status stagegate/ENV/SERVICE on the commit that
 * was published. Without that key nothing is told.
 *
 * The record of a run that ended in between (killed, out of time) stays "running"; the next run for
 * the same commit goes on with it, and a success ends those of commits before. That GitLab cannot
 * be told is a warning: it changes nothing of what runs.
 */
#ifndef SG_STEP_DEPLOYMENT_H
#define SG_STEP_DEPLOYMENT_H

#include "gitlab/deployment.h"
#include "model/report.h"
#include "step/await.h"
#include "step/forge.h"

struct sg_deployment_record {
	const char *service;
	const char *environment; /* GitLab's name for it */
	const char *revision;
	int64_t id;         /* 0: nothing is recorded */
	const char *status; /* that it has in GitLab */
	bool is_more;       /* another application of the service before: that has the record */
	bool is_new;        /* this run has made it */
	bool is_said;       /* it stood there as a success before */
	const struct sg_gitlab_deployment *seen; /* what was there before, newest first */
	size_t seen_count;
	int64_t user_id; /* whose record it is */
};

struct sg_deployments {
	struct sg_world *world;
	const struct sg_loaded *loaded;
	const struct sg_environment *env;
	struct sg_report *report;
	struct sg_forge forge;
	bool is_on;        /* GitLab is to be told */
	bool has_statuses; /* the token may set commit statuses: a job's own may not */
	struct sg_deployment_record *records; /* one for each ask that began, in their order */
	size_t count;
};

/* Nothing is sent yet. What is pointed to outlives RET. */
void sg_deployments_open(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_report *report, struct sg_deployments *ret);

/* The roll-outs of these begin. -1 for nothing but the end of the run by a signal. */
int sg_deployments_begin(struct sg_deployments *deployments, const struct sg_await_ask *asks,
	size_t count, struct sg_err *err) SG_MUST_CHECK;

/*
 * They ended as the rows of the report say: ROWS are those of the asks that began, in their order.
 * An answer that is not final leaves its record running. -1 as above.
 */
int sg_deployments_end(struct sg_deployments *deployments, const struct sg_report_verdict *rows,
	struct sg_err *err) SG_MUST_CHECK;

/* One that was found to run already: recorded as a success, unless it is so already. */
int sg_deployments_live(struct sg_deployments *deployments, const struct sg_await_ask *ask,
	struct sg_err *err) SG_MUST_CHECK;

#endif
