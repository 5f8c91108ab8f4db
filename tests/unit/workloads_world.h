/* An application whose workloads are read, on a scripted cluster: for the tests of step/workloads.
 */
#ifndef SG_TESTS_WORKLOADS_WORLD_H
#define SG_TESTS_WORKLOADS_WORLD_H

#include "cluster_world.h"
#include "step/workloads.h"

struct workloads_world {
	struct cluster_world *w;
	struct sg_settings settings;
	struct sg_world world;
	struct sg_app_resource
		resources[4]; /* Service "web", Deployment "web", of namespace shop */
	struct sg_app app;    /* argocd/web-prod */
	struct sg_app_verdict verdict;
	struct sg_workloads *workloads;
	struct sg_cluster_access access; /* of another cluster ... */
	struct sg_cluster_client beyond; /* ... for tests that set it up */
	struct sg_err err;
};

/* Of namespace shop, and Synced. */
struct sg_app_resource workloads_world_resource(
	const char *group, const char *kind, const char *name);

/* The verdict so far is KIND by ROW. */
void workloads_world_begin(struct workloads_world *b, struct cluster_world *w,
	enum sg_app_kind kind, enum sg_app_row row);

/* Fails the test unless the script went as expected. */
void workloads_world_end(struct workloads_world *b);

/* To its end: the answers are awaited where somebody else would go on meanwhile. */
int workloads_world_look_at(struct workloads_world *b, bool *ret_read);

/* The same; an error fails the test. True: there are new facts. */
bool workloads_world_look(struct workloads_world *b);

const struct sg_app_workloads *workloads_world_facts(const struct workloads_world *b);

#endif
