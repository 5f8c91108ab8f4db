/*
 * The source commits between the version that stands at a place and the one that takes its place:
 * what people want to know of a change. It decides nothing.
 */
#ifndef SG_STEP_SPAN_H
#define SG_STEP_SPAN_H

#include "model/plan.h"
#include "step/load.h"

/* As many are named at most; the rest is counted. */
#define SG_SPAN_SHOWN 10

enum sg_span_kind {
	SG_SPAN_UNKNOWN,
	SG_SPAN_SAME,    /* both versions are of one commit */
	SG_SPAN_FORWARD, /* the commits are new */
	SG_SPAN_BACK,    /* the commits go away */
	SG_SPAN_BESIDE   /* the commits are new, and others go away */
};

/* From outside but for the ids. */
struct sg_span_commit {
	const char *id;
	const char *subject; /* cut */
};

struct sg_span {
	enum sg_span_kind kind;
	const char *service;
	const char *env;
	const char *from; /* tag that is replaced */
	const char *to;
	const char *url;                /* where GitLab shows the commits; NULL: not known */
	struct sg_span_commit *commits; /* the newest ones; with SAME the one */
	size_t shown;
	size_t count;
	bool more; /* than COUNT */
};

/*
 * The span of what the plan changes of the service; *ret_span NULL when it is not known: no
 * `source:`, no versions or commits in the tags, a project that is hidden or does not answer (in
 * the log then). One request where sg_age_older() was asked about the two, and ten seconds at most;
 * asked once in a run, also what was not known. Fails as sg_age_older() does.
 */
int sg_span_find(struct sg_world *world, struct sg_loaded *loaded, const struct sg_environment *env,
	const char *service, const struct sg_plan *plan, const struct sg_span **ret_span,
	struct sg_err *err) SG_MUST_CHECK;

#endif
