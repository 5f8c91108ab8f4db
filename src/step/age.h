/*
 * Which of two versions of a service is the older one: by the commits that they were built from,
 * where the `source:` project of the service can be read; else by what the tags say.
 */
#ifndef SG_STEP_AGE_H
#define SG_STEP_AGE_H

#include "step/load.h"

/* What the source project says of two tags; kept for the run. */
struct sg_age {
	const char *project;
	const char *wish;
	const char *than;
	const char *words; /* NULL: no answer by commits */
	bool older;
};

struct sg_age_ask {
	const struct sg_environment *env;
	const char *service;
	const char *wish; /* "tag", "sha256:..." or "tag@sha256:..."; NULL is never older */
	const char *than; /* likewise; nothing is older than NULL */
};

/*
 * Is the wish older? *ret_why is NULL when it is not, or when that cannot be known; else how it is
 * known: "" by the versions alone, or in words by the commits. GitLab is asked about versions and
 * commit ids only (a branch is no version), with the token of the repository, and three reads at
 * most; a GitLab that does not answer or hides the project leaves it to the versions. In the
 * world's arena. Fails only for a signal and for a template that cannot be expanded.
 */
int sg_age_older(struct sg_world *world, struct sg_loaded *loaded, const struct sg_age_ask *ask,
	const char **ret_why, struct sg_err *err) SG_MUST_CHECK;

#endif
