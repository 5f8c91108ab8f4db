/*
 * The environments of one run, each with the cluster that it is in. Those that are in one cluster
 * share the client, so that what is watched there is watched once.
 */
#ifndef SG_STEP_SITES_H
#define SG_STEP_SITES_H

#include "step/await.h"
#include "step/cluster.h"

struct sg_site {
	const struct sg_environment *env;
	struct sg_reached *reached; /* NULL: not yet, or not at all */
	struct sg_await_home home;
};

struct sg_sites {
	struct sg_site *items; /* in the world's arena: they stay where they are */
	size_t count;
	const char *name; /* all their names: "eu,us" */
};

/*
 * The environments of NAMES ("eu,us"; NULL: the first one). ENVIRONMENT_UNKNOWN; USAGE: an empty
 * name, one that is there twice, or --context for environments in different clusters. Nothing is
 * reached yet.
 */
int sg_sites_open(struct sg_world *world, const struct sg_loaded *loaded, const char *names,
	struct sg_sites *ret, struct sg_err *err) SG_MUST_CHECK;
void sg_sites_release(struct sg_sites *sites);

/* Reaches the cluster of the site NUMBER, or shares it with one before; and of its workloads. */
int sg_site_reach(struct sg_world *world, struct sg_sites *sites, size_t number,
	struct sg_err *err) SG_MUST_CHECK;

#endif
