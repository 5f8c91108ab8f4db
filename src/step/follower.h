/* One application being followed: its fold, what stands beside it, and what was seen last. */
#ifndef SG_STEP_FOLLOWER_H
#define SG_STEP_FOLLOWER_H

#include "cluster/pass.h"
#include "cluster/sync.h"
#include "report/console.h"
#include "step/await.h"
#include "step/herd.h"
#include "step/workloads.h"

/* What a follower reads beside its watch. */
enum sg_follower_look {
	SG_LOOK_NOTHING,
	SG_LOOK_CONFIRM, /* the second look at a success, at its children, too */
	SG_LOOK_CHECK    /* whether the watch is alive */
};

struct sg_follower_act;
struct sg_follower_refusal;

/* What is to be done to Rollouts, one after the other. */
struct sg_follower_acts {
	struct sg_follower_act *items; /* in the world's arena */
	size_t count, at;
	struct sg_cluster_pass *pass; /* large, and of few; NULL before the first step, and behind
					 the last one */
	const struct sg_cluster_client *silent; /* who did not answer is asked no more */
};

struct sg_follower {
	struct sg_world *world;
	struct sg_cluster_client *client;
	const struct sg_await_ask *ask;
	struct sg_app_policy policy; /* of its own: what the cluster denies goes off */
	struct sg_herd *herd;
	struct sg_herd_app *seen; /* as the watch shows it */
	struct sg_app_fold *fold;
	struct sg_app_beside beside; /* of the fold */
	struct sg_workloads *workloads;
	struct sg_herd_side *sides[2]; /* that were asked for last */
	struct sg_herd_app **children; /* that were ever asked for */
	size_t child_count;
	struct sg_arena facts;    /* of an object that was read beside the watch, and fed */
	const struct sg_app *app; /* the last object that the fold got; NULL before the first */
	const char *version;      /* its resourceVersion, which lives as it does; "" */
	bool moved;               /* it is another one than at the last check */
	int64_t tick_ms;          /* when time alone may have changed what the fold says */
	int64_t poll_ms;          /* when to check */
	int64_t poll_every_ms;
	int64_t start_ms;
	int64_t deadline_ms;
	enum sg_follower_look look;
	struct sg_cluster_read *read;
	size_t confirmed; /* that were seen a second time: the application, then its children */
	bool looking;     /* waits for events */
	bool got;         /* a read beside the watch was allowed */
	bool queued;      /* for a look */
	bool reading;     /* is known as one whose workloads are read */
	bool stirred;
	struct sg_follower *next_stirred;
	size_t number;        /* in the order of the asks */
	char *synced;         /* the version at which a sync was asked for last; NULL */
	struct sg_sync *sync; /* one that is being started; NULL ... */
	char *sync_revision;  /* ... at this */
	const struct sg_herd_app *sync_app; /* ... and of this, ours or a child */
	int64_t sync_ms;                    /* when it may be asked for again, after a refusal */
	uint64_t said;                /* a digest of what was said last, where there is no line */
	struct sg_progress *progress; /* its own line; NULL: one of very many */
	struct sg_await_end *end;     /* set when it is over */
	struct sg_follower_refusal *refusals; /* of what was asked for and not taken */
	struct sg_app_strings did;            /* syncs, and to Rollouts; in the world's arena */
	struct sg_follower_acts held;         /* Rollouts that are to go on */
	struct sg_follower_acts broken;       /* Rollouts that are to be stopped, when it is over */
};

/* FOLLOWER is zeroed before; call sg_follower_release() in any case. */
void sg_follower_begin(struct sg_follower *follower, struct sg_world *world, struct sg_herd *herd,
	const struct sg_await_ask *ask);

void sg_follower_release(struct sg_follower *follower);

/* For the herd: the own application, a child, or what else stands beside was seen anew. */
void sg_follower_take(struct sg_follower *follower);
void sg_follower_take_child(struct sg_follower *follower, const struct sg_herd_app *child);
void sg_follower_take_side(struct sg_follower *follower);

/* It ends with WHY, which lives as long as the run: no verdict can be had of it. */
void sg_follower_fail(struct sg_follower *follower, const struct sg_err *why);

/* What became of a refresh of APP, ours or a child: WHY it was not taken, or NULL; DENIED: we may
 * not ask for any. */
void sg_follower_refreshed(struct sg_follower *follower, const struct sg_herd_app *app,
	enum sg_refresh_kind kind, bool denied, const struct sg_err *why);

/* Lets time count, looks at the workloads, asks for a refresh when the fold wants one. */
int sg_follower_step(struct sg_follower *follower, struct sg_err *err) SG_MUST_CHECK;

/* Of one that is over: stops the Rollouts that made it fail, once, where it may, and does not
 * block. 1: that is done, or given up. 0: not yet; sg_follower_reading() says when to go on. */
int sg_follower_abort(struct sg_follower *follower, struct sg_err *err) SG_MUST_CHECK;

/* True when something is to be read beside the watch: sg_follower_look() is to be called. */
bool sg_follower_wants_look(const struct sg_follower *follower);

/* Goes on with that. 1: done, for now. 0: an answer is awaited. */
int sg_follower_look(struct sg_follower *follower, struct sg_err *err) SG_MUST_CHECK;

/* True when its verdict is final, or its own time is up. */
bool sg_follower_over(const struct sg_follower *follower);

/* True while its workloads are read, a sync is being started, or Rollouts are changed: a step is
 * due then. */
bool sg_follower_reading(const struct sg_follower *follower, int64_t *ret_due_ms);

/* When the next step is due at the latest, of the loop's clock. */
int64_t sg_follower_due_ms(const struct sg_follower *follower);

/* What to say at the end, also of one that is not over; strings in the world's arena. */
struct sg_await_end sg_follower_end(const struct sg_follower *follower);

/* Inside, follower_ask.c: a refresh, when the fold wants one. */
void sg_follower_ask(struct sg_follower *follower);
/* Inside: until when a request of ours may take; the others wait for it. */
int64_t sg_follower_until_ms(const struct sg_follower *follower);
/* Inside: the version that was seen last of an application that is ours or a child; NULL: none. */
const char *sg_follower_version_of(struct sg_follower *follower, const struct sg_cluster_app *app);
/* Inside, follower_sync.c: a sync, when the fold wants one. */
int sg_follower_sync(struct sg_follower *follower, struct sg_err *err) SG_MUST_CHECK;
void sg_follower_drop_sync(struct sg_follower *follower);
/* Inside, follower_ask.c: that application, ours or a child. */
struct sg_herd_app *sg_follower_herd_app(
	struct sg_follower *follower, const struct sg_cluster_app *app);
/* Inside, follower_refused.c: the REQUEST ("refresh could be asked for") was not taken, of the
 * object NAME in NAMESPACE of the cluster that CLIENT reaches; WHY NULL: it was, and what was said
 * of it before is past. REQUEST and CLIENT outlive FOLLOWER. */
void sg_follower_refused(struct sg_follower *follower, const char *request,
	const struct sg_cluster_client *client, const char *namespace, const char *name,
	const struct sg_err *why);
/* Inside: all that is not past, in one line, in the world's arena; NULL: nothing is. */
const char *sg_follower_refusals(const struct sg_follower *follower);
void sg_follower_drop_refusals(struct sg_follower *follower);
/* Inside, follower_rollout.c: Rollouts at a pause go on, where they may. */
int sg_follower_resume(struct sg_follower *follower, struct sg_err *err) SG_MUST_CHECK;
/* ... and where that is under way (`held`). */
int sg_follower_go_on_resuming(struct sg_follower *follower, struct sg_err *err) SG_MUST_CHECK;
void sg_follower_drop_acts(struct sg_follower_acts *acts);
/* Inside, before it is closed: what sg_follower_abort() is to do. */
void sg_follower_note_broken(struct sg_follower *follower);
/* Inside, follower_look.c. */
int64_t sg_follower_now_ms(const struct sg_follower *follower);
void sg_follower_drop_look(struct sg_follower *follower);
/* Feeds an object that was read beside the watch. */
int sg_follower_feed(
	struct sg_follower *follower, const struct sg_json *doc, struct sg_err *err) SG_MUST_CHECK;
/* Before people are asked, the workloads say what for; and what they show may speak against a
 * success. */
bool sg_follower_has_to_look(const struct sg_follower *follower);
/* The verdict may be another one. */
void sg_follower_judged(struct sg_follower *follower);
/* It is over: FINAL, or its time is up. */
void sg_follower_close(struct sg_follower *follower, bool final);

#endif
