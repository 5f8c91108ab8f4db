/*
 * Applications as one cluster shows them, for all who follow some of them: one watch for each
 * namespace, each object decoded once and handed to whom it concerns. An application concerns the
 * follower whose own it is, and those that asked for it as a child of theirs. Projects and
 * application sets are read beside the watches, once in a while.
 */
#ifndef SG_STEP_HERD_H
#define SG_STEP_HERD_H

#include "cluster/refresh.h"
#include "cluster/watch.h"
#include "model/app.h"
#include "step/world.h"

struct sg_follower;
struct sg_herd_watch;

/* Followers, each of them once. */
struct sg_herd_list {
	struct sg_follower **items;
	size_t count;
};

/* One application. Strings live as long as the herd. */
struct sg_herd_app {
	struct sg_cluster_app name;
	const struct sg_app *app; /* as it was seen last; NULL: not yet, or it is gone */
	const char *version;      /* of it, "" when it is NULL */
	struct sg_arena facts;    /* of both, kept also when it is gone */
	struct sg_herd_watch *watch;
	struct sg_herd_list owners;
	struct sg_herd_list askers;
	size_t news;     /* it changes with each that is seen */
	bool refreshing; /* a refresh waits for its turn, or its answer */
};

struct sg_herd_side;
struct sg_herd_refresh;
struct sg_herd_unlisted;

struct sg_herd {
	struct sg_world *world;
	struct sg_cluster_client *client;
	struct sg_arena arena;
	struct sg_herd_app **apps; /* by namespace and name */
	size_t count;
	struct sg_herd_app **fresh; /* those without a watch */
	size_t fresh_count;
	struct sg_herd_watch **watches;
	size_t watch_count;
	struct sg_herd_side **sides;
	size_t side_count;
	struct sg_herd_refresh *refreshes;      /* in the order in which they were asked for */
	struct sg_herd_refresh **refreshes_end; /* where the next one goes, behind others */
	struct sg_herd_unlisted *unlisted;
	struct sg_follower *stirred; /* who has something new to look at, the first first */
	struct sg_follower *stirred_last;
	size_t looking;         /* followers that wait for events; the watches rest at 0 */
	bool keep_going;        /* what is wrong with one application ends its owners only */
	bool more;              /* events wait that this step did not take */
	const char *polling;    /* watching is not permitted: the cluster's words; or NULL */
	const char *unreadable; /* of what stands beside: the first trouble; or NULL */
};

/* WORLD and CLIENT outlive the herd. */
void sg_herd_init(struct sg_herd *herd, struct sg_world *world, struct sg_cluster_client *client);
void sg_herd_release(struct sg_herd *herd);
/* Nobody waits for events any more: the connections end. */
void sg_herd_rest(struct sg_herd *herd);

/* The application NAME, known from now on; OWNER follows it as its own. */
struct sg_herd_app *sg_herd_join(
	struct sg_herd *herd, const struct sg_cluster_app *name, struct sg_follower *owner);

/*
 * What FOLLOWER wants to know beside its own application, as struct sg_app_beside has it: NULL
 * while it is not read yet, or cannot be. From then on the follower hears of each change.
 * RET_FIRST: it had not asked for that one before; may be NULL.
 */
struct sg_herd_app *sg_herd_child(struct sg_herd *herd, const struct sg_cluster_app *name,
	struct sg_follower *follower, bool *ret_first);
const struct sg_app_project *sg_herd_project(struct sg_herd *herd, const char *namespace,
	const char *name, struct sg_follower *follower);
const struct sg_app_set *sg_herd_set(struct sg_herd *herd, const char *namespace, const char *name,
	struct sg_follower *follower);

/* Takes what has arrived and sends what is due; followers that it concerns are stirred. */
int sg_herd_step(struct sg_herd *herd, struct sg_err *err) SG_MUST_CHECK;

/* When a step is due even if no byte arrives. */
int64_t sg_herd_due_ms(const struct sg_herd *herd);

/* FOLLOWER is to be looked at; and the next one of those, NULL when there is none. */
void sg_herd_stir(struct sg_herd *herd, struct sg_follower *follower);
struct sg_follower *sg_herd_next_stirred(struct sg_herd *herd);

/* APP as DOC has it, read beside the watch: told to all whom it concerns. */
int sg_herd_renew(struct sg_herd *herd, struct sg_herd_app *app, const struct sg_json *doc,
	struct sg_err *err) SG_MUST_CHECK;
/* APP is not there any more. */
void sg_herd_gone(struct sg_herd *herd, struct sg_herd_app *app);

/* What was heard of APP cannot be taken: its owners end with that. -1: so does the run. */
int sg_herd_untaken(
	struct sg_herd *herd, struct sg_herd_app *app, struct sg_err *err) SG_MUST_CHECK;

/*
 * herd_unlisted.c: a list has APP no more. Argo CD's own API lists what the token may see: what is
 * missing may be there all the same, and only a read of it tells (argocd.md 2.1, 2.3).
 */
void sg_herd_unlisted(struct sg_herd *herd, struct sg_herd_app *app);
int sg_herd_step_unlisted(struct sg_herd *herd, struct sg_err *err) SG_MUST_CHECK;
int64_t sg_herd_unlisted_due_ms(const struct sg_herd *herd);
void sg_herd_release_unlisted(struct sg_herd *herd);

/* Of the application's watch; see cluster/watch.h. */
void sg_herd_restart(struct sg_herd_app *app);
void sg_herd_overtake(struct sg_herd_app *app, const struct sg_json *object);
void sg_herd_feed(struct sg_herd_app *app, struct sg_json *object);
const struct sg_err *sg_herd_trouble(const struct sg_herd_app *app);

/* herd_refresh.c: of an APP that is not `refreshing`. FOLLOWER, where it is not over by then, is
 * told by sg_follower_refreshed(). */
void sg_herd_refresh(struct sg_herd *herd, struct sg_herd_app *app, enum sg_refresh_kind kind,
	struct sg_follower *follower);
int sg_herd_step_refreshes(struct sg_herd *herd, struct sg_err *err) SG_MUST_CHECK;
int64_t sg_herd_refreshes_due_ms(const struct sg_herd *herd);
void sg_herd_release_refreshes(struct sg_herd *herd);

/* herd_side.c */
int sg_herd_step_sides(struct sg_herd *herd, struct sg_err *err) SG_MUST_CHECK;
int64_t sg_herd_sides_due_ms(const struct sg_herd *herd);
void sg_herd_release_sides(struct sg_herd *herd);

/* Something beside cannot be read: kept if it is the first. */
void sg_herd_note(struct sg_herd *herd, const char *what, const struct sg_err *why);
/* False when it is there already. */
bool sg_herd_list_add(struct sg_arena *arena, struct sg_herd_list *list, struct sg_follower *one);

#endif
