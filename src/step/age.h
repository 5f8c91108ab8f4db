/*
 * Which of two versions of a service is the older one. In this order: the commits that they were
 * built from, where the `source:` project can be read; versions by their names; the pipelines that
 * brought them; times in their names (docs/gates.md).
 */
#ifndef SG_STEP_AGE_H
#define SG_STEP_AGE_H

#include "step/origin.h"

/* What the source project says of two tags; kept for the run. */
struct sg_age {
	const char *project;
	const char *wish;
	const char *than;
	const char *words; /* NULL: no answer by commits */
	bool older;
	/* Full ids of both commits, which share a history; NULL: not known. Other ids and no words:
	 * neither is in the history of the other. */
	const char *wish_oid;
	const char *than_oid;
};

struct sg_age_ask {
	const struct sg_environment *env;
	const char *service;
	const char *wish; /* "tag", "sha256:..." or "tag@sha256:..."; NULL is never older */
	const char *than; /* likewise; nothing is older than NULL */
	struct sg_origin_at wish_at; /* where the wish stands; tip NULL: this pipeline brings it */
	struct sg_origin_at than_at; /* where the other stands; tip NULL: not asked for pipelines */
};

/*
 * Is the wish older? *ret_why is NULL when it is not, or when that cannot be known; else how it is
 * known: "" by the versions alone, or in words. GitLab is asked with the token of the repository,
 * about versions and commit ids (a branch is no version), and about pipelines only where commits
 * and names say nothing; a GitLab that does not answer or hides the project leaves it to the names.
 * In the world's arena. Fails only for a signal and for a template that cannot be expanded.
 */
int sg_age_older(struct sg_world *world, struct sg_loaded *loaded, const struct sg_age_ask *ask,
	const char **ret_why, struct sg_err *err) SG_MUST_CHECK;

/*
 * What the commits alone say of the two, until UNTIL_MS of the loop's clock; nothing is asked that
 * sg_age_older() has asked in this run. All but `words` and the ids may be set without an answer.
 * Fails as that does.
 */
int sg_age_by_commits(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_age_ask *ask, int64_t until_ms, struct sg_age *ret_age,
	struct sg_err *err) SG_MUST_CHECK;

#endif
