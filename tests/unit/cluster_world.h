/* A scripted API server with a client on it, for the tests of cluster/. */
#ifndef TESTS_CLUSTER_WORLD_H
#define TESTS_CLUSTER_WORLD_H

#include "cluster/client.h"
#include "cluster/watch.h"
#include "script_http.h"

#define SERVER "https://k8s.example.com:6443"
#define BASE SERVER "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
#define ONE_APP BASE "/web-prod"
#define LIST_URL BASE "?fieldSelector=metadata.name%3Dweb-prod&limit=500"

struct cluster_world {
	struct sg_arena arena;
	struct script *script;
	struct sg_redactor *redactor;
	struct sg_cluster_access access;
	struct sg_cluster_client client;
	struct sg_cluster_app app; /* argocd/web-prod */
	struct sg_err err;
	const char *folder; /* temporary; holds `token` once the token is a file */
};

int cluster_world_setup(void **state);
int cluster_world_teardown(void **state);

/* From now on the token is read from a file with this text. */
void cluster_world_token_file(struct cluster_world *w, const char *text);

/* The deadline in so many milliseconds from now. */
int64_t cluster_world_in(struct cluster_world *w, int64_t ms);

/* An Application "web-prod" of that version; MORE goes into its metadata (",\"x\":1"). */
const char *cluster_world_app(struct cluster_world *w, const char *version, const char *more);

/* A list answer with ITEMS between the brackets. */
const char *cluster_world_list(struct cluster_world *w, const char *version, const char *items);

/* A watch frame with its newline. */
const char *cluster_world_frame(struct cluster_world *w, const char *type, const char *object);

/* The whole text of a file; fails the test when it cannot be read. */
struct sg_str cluster_world_file(struct cluster_world *w, const char *path);

/* "${STAGEGATE_CONTRACTS:-../shared/contracts}/data/argocd/samples/NAME"; NULL when absent. */
const char *cluster_world_samples(struct cluster_world *w, const char *name);

/* Fails the test unless the script went as expected and no call is left open. */
void cluster_world_done(struct cluster_world *w);

#endif
