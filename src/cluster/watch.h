/*
 * Applications of one namespace as one stream of their changes: LIST, then WATCH from the list's
 * version, opened again whenever it ends, whatever the reason (argocd.md 3.2). The consumer pulls;
 * nothing blocks longer than it says, and all waiting goes through the loop.
 *
 * One application is asked for by its name, which a Role with resourceNames permits. For several
 * the namespace is asked for, page by page; what nobody waits for is dropped as soon as its name is
 * read, so that memory follows the largest object and not the list.
 *
 * Events come in the order of the server and never go back behind one that was delivered, also
 * where several servers of Argo CD's own API are not equally far. They may be older than what a
 * plain GET answered a moment ago: facts from a GET may be mixed into the same sequence only with
 * sg_watch_overtake() (else an annotation would seem to come and go). A success is confirmed by a
 * GET beside the stream, as argocd.md 0.1 step 5 asks.
 */
#ifndef SG_CLUSTER_WATCH_H
#define SG_CLUSTER_WATCH_H

#include "cluster/client.h"

struct sg_watch;

enum sg_watch_event_kind {
	SG_WATCH_NOTHING,  /* the time is up */
	SG_WATCH_ADDED,    /* first sight, or back after DELETED */
	SG_WATCH_MODIFIED, /* another version */
	SG_WATCH_DELETED, /* it was there and is gone; object NULL: a list or read does not have it.
			     Argo CD's own API may leave out what is there: then it is said again
			     with each list or read */
	SG_WATCH_MISSING, /* the first whole answer does not have it; it may come later. Said once
			   */
	SG_WATCH_POLLING, /* list or watch are not permitted: from here on it is read every few
			     seconds; said once, `why` has the server's words */
	SG_WATCH_REFUSED  /* the same for a namespace: nothing more comes from this watch, but
			     each of the applications may be watched on its own */
};

struct sg_watch_event {
	enum sg_watch_event_kind kind;
	size_t index;                 /* of the application among those that were asked for */
	struct sg_json *doc;          /* owns `object` */
	const struct sg_json *object; /* the Application */
	struct sg_err why;            /* with POLLING and REFUSED */
};

/* Frees what the event owns. */
void sg_watch_event_release(struct sg_watch_event *event);

enum sg_watch_state {
	SG_WATCH_LISTING,  /* reading the present state */
	SG_WATCH_OPENING,  /* the watch was asked for, nothing has come yet */
	SG_WATCH_STREAMING /* connected; in polling: the last read succeeded */
};

/*
 * A watch of APP (copied; must be a Kubernetes name, see cluster/path.h, else -1). Nothing is sent
 * before the first sg_watch_next(). CLIENT outlives the watch. SEED spreads the reconnects of many
 * runs.
 */
int sg_watch_new(struct sg_cluster_client *client, const struct sg_cluster_app *app, uint64_t seed,
	struct sg_watch **ret_watch, struct sg_err *err) SG_MUST_CHECK;

/*
 * The same for COUNT applications of NAMESPACE (at least one; no name twice): one connection for
 * all. Events say by `index` whose they are. With one name it is sg_watch_new().
 */
int sg_watch_new_many(struct sg_cluster_client *client, const char *namespace,
	const char *const *names, size_t count, uint64_t seed, struct sg_watch **ret_watch,
	struct sg_err *err) SG_MUST_CHECK;

/* How often to read in polling, where the default of five seconds is too often for so many. */
void sg_watch_pace(struct sg_watch *watch, int64_t poll_ms);

void sg_watch_free(struct sg_watch *watch);
void sg_watch_free_ptr(struct sg_watch **watch);

/*
 * The next event, or NOTHING when the loop's clock says UNTIL_MS; with a time that is past it only
 * looks at what has arrived and sends what is due (for several watches on one loop). The caller
 * releases the event. Trouble that may pass is repaired inside, without limit: the deadline is the
 * caller's, who can tell the cause by sg_watch_trouble().
 *
 * -1 is final: AUTH_FAILED, FORBIDDEN (not even `get`), NOT_FOUND (no Argo CD there), TLS_FAILED,
 * REDIRECTED, CANCELLED, ANSWER_INVALID.
 */
int sg_watch_next(struct sg_watch *watch, int64_t until_ms, struct sg_watch_event *ret_event,
	struct sg_err *err) SG_MUST_CHECK;

/* After -1: begins again at the next call, as if it had not been. */
void sg_watch_resume(struct sg_watch *watch);

/* When sg_watch_next() has to be called again even if no byte arrives; of the loop's clock. */
int64_t sg_watch_due_ms(const struct sg_watch *watch);

enum sg_watch_state sg_watch_state_of(const struct sg_watch *watch);

/* What went wrong last, while it is not overcome; NULL when all is well. */
const struct sg_err *sg_watch_trouble(const struct sg_watch *watch);

/* False while a list is still to be read to its end: more of the present state will come. */
bool sg_watch_listed(const struct sg_watch *watch);

/*
 * In polling, makes OBJECT (an application as our own patch left it) the next event, so that a
 * refresh is seen to appear although the next read may come after it is consumed. While there is a
 * stream it is dropped: the stream may still bring older versions. Takes OBJECT; NULL is fine.
 */
void sg_watch_feed(struct sg_watch *watch, struct sg_json *object);

/*
 * The caller takes OBJECT, an application of this watch that was read beside it just now, into the
 * same sequence: what the watch brings of that application from before it is left out. The others
 * notice nothing; only where the versions of this server are no numbers the list begins anew.
 */
void sg_watch_overtake(struct sg_watch *watch, const struct sg_json *object);

/*
 * Lists again at the next call: for a caller who knows better than the stream (a GET shows a
 * version that the watch has not brought for long).
 */
void sg_watch_restart(struct sg_watch *watch);

#endif
