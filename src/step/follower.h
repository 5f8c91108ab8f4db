/* One application being followed: its watch, its fold, and what was seen last. */
#ifndef SG_STEP_FOLLOWER_H
#define SG_STEP_FOLLOWER_H

#include "cluster/watch.h"
#include "report/console.h"
#include "step/await.h"
#include "step/workloads.h"

#define SG_FOLLOWER_VERSION_MAX 128

struct sg_follower {
	struct sg_world *world;
	struct sg_cluster_client *client;
	const struct sg_await_ask *ask;
	struct sg_app_policy *policy; /* may_refresh goes off when the cluster says no */
	struct sg_watch *watch;
	struct sg_app_fold *fold;
	struct sg_app_beside beside; /* of the fold */
	struct sg_workloads *workloads;
	struct sg_arena facts[2]; /* of the object that the fold holds, and of the next one */
	struct sg_app apps[2];
	int current;
	const struct sg_app *app;              /* the last object; NULL before the first */
	char version[SG_FOLLOWER_VERSION_MAX]; /* its resourceVersion */
	char polled[SG_FOLLOWER_VERSION_MAX];  /* the version that the watch had at the last poll */
	int64_t poll_ms;                       /* when to read it beside the watch */
	int64_t start_ms;
	bool confirmed;      /* a success that a plain GET has shown, too */
	const char *polling; /* the cluster does not let us watch: its words */
	struct sg_progress progress;
};

/*
 * Reads the application once, so that one that is missing or hidden is an error at once, and opens
 * its watch. FOLLOWER is zeroed before; call sg_follower_release() also after a failure.
 */
int sg_follower_begin(struct sg_follower *follower, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_ancestry *ancestry,
	struct sg_app_policy *policy, const struct sg_await_ask *ask,
	struct sg_err *err) SG_MUST_CHECK;

void sg_follower_release(struct sg_follower *follower);

/*
 * One look: takes what has arrived, lets time count, asks for a refresh when the fold wants one,
 * reads the application when that is due, confirms a success. Does not wait for the watch.
 */
int sg_follower_step(struct sg_follower *follower, struct sg_err *err) SG_MUST_CHECK;

/* True when its verdict is final. */
bool sg_follower_ended(const struct sg_follower *follower);

/* When the next step is due at the latest, of the loop's clock. */
int64_t sg_follower_due_ms(const struct sg_follower *follower);

/* What to say at the end; strings in the world's arena. */
struct sg_await_end sg_follower_end(const struct sg_follower *follower);

#endif
