/* The children of an app-of-apps within one look (step/look.h): each is read when it is asked for.
 */
#ifndef SG_STEP_LOOK_CHILDREN_H
#define SG_STEP_LOOK_CHILDREN_H

#include "cluster/client.h"
#include "model/app_fold.h"
#include "step/world.h"

struct sg_look_child {
	struct sg_cluster_app name;
	const struct sg_app *app; /* NULL: it cannot be read, or is gone */
	const char *version;
};

/* Everything is in the world's arena. */
struct sg_look_children {
	struct sg_world *world;
	struct sg_cluster_client *client;
	int64_t until_ms;
	struct sg_look_child *items;
	size_t count;
	struct sg_err stop; /* CANCELLED: a signal came; else OK */
};

/*
 * A child as it is now, read at the first call: NULL when it cannot be, which is not tried again.
 * It lives as long as the run.
 */
const struct sg_app *sg_look_child(
	struct sg_look_children *children, const char *namespace, const char *name);

/* NULL: it was not asked for. */
struct sg_look_child *sg_look_child_find(
	const struct sg_look_children *children, const struct sg_cluster_app *app);

/* DOC is the child as it has become: it is fed to FOLD. */
int sg_look_child_take(struct sg_look_children *children, struct sg_look_child *child,
	const struct sg_json *doc, struct sg_app_fold *fold, struct sg_err *err) SG_MUST_CHECK;

/* Reads all of them once more and feeds them to FOLD. */
int sg_look_children_again(struct sg_look_children *children, struct sg_app_fold *fold,
	struct sg_err *err) SG_MUST_CHECK;

#endif
