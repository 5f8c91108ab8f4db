/* The inside of a watch. For cluster/watch*.c only. */
#ifndef SG_CLUSTER_WATCH_IMPL_H
#define SG_CLUSTER_WATCH_IMPL_H

#include "cluster/watch.h"
#include "io/json_stream.h"

#define SG_WATCH_VERSION_SIZE 128u

enum sg_watch_phase { SG_PHASE_LIST, SG_PHASE_WATCH, SG_PHASE_POLL, SG_PHASE_OVER };

/* What one step of a watch ends with. */
enum sg_watch_step {
	SG_STEP_FINAL = -1, /* the error is set */
	SG_STEP_IDLE = 0,   /* nothing more without waiting */
	SG_STEP_EVENT = 1,  /* the event is set */
	SG_STEP_AGAIN = 2   /* go on at once */
};

/* One application of a watch, and what events have told of it. */
struct sg_watch_item {
	const char *name;
	size_t index;              /* in the caller's order */
	bool there;                /* as far as events have told */
	bool listed;               /* the list under way has shown it */
	bool missed;               /* MISSING was said, or need not be */
	bool overtaken;            /* by a read beside, since the list under way began */
	char *version;             /* of the newest that was told, or read beside; NULL */
	int64_t reconciled_unix_s; /* of the same; 0: it says nothing */
	int64_t started_unix_s;    /* of its operation */
};

struct sg_watch {
	struct sg_cluster_client *client;
	struct sg_arena arena;      /* of the strings below */
	struct sg_cluster_app app;  /* the name is "" when there are several */
	struct sg_watch_item *apps; /* by name */
	size_t count;
	size_t sweep; /* the next one to tell of if the list has not shown it; count: none */
	const char *select_path; /* of the list and the watch */
	const char *app_path;    /* of a single read */
	uint64_t random;

	enum sg_watch_phase phase;
	struct sg_http_call *call; /* NULL between requests */
	size_t eaten;              /* bytes of call->body that were looked at */
	int64_t started_ms;        /* of the call */
	int64_t byte_ms;           /* when the last byte came, or the call began */
	int64_t silence_ms;        /* how long no byte may come */
	unsigned timeout_s;        /* how long a watch is asked to last */
	int silences;              /* of them in a row */
	int frames;                /* that this call brought */
	int64_t not_before_ms;     /* back-off */
	int failures;              /* in a row, of any request */
	int stream_failures;       /* of them since the last list */
	bool renewed;              /* the credential was read again and no success came since */
	bool worked;               /* some request has succeeded */
	unsigned allowed;          /* the phases whose requests were answered well, 1 << phase */
	int64_t denied_ms[SG_PHASE_OVER]; /* since when one is not any more; SG_NEVER: it is */
	bool troubled;                    /* `trouble` is not overcome */
	struct sg_err trouble;

	char version[SG_WATCH_VERSION_SIZE]; /* to watch from; "": list first */

	struct sg_json_lines lines;
	struct sg_json_items items;
	struct sg_buf body; /* of a fault or a single read */
	struct sg_buf next_page;
	int pages;
	int64_t poll_every_ms;
	struct sg_json *fed; /* by sg_watch_feed() */
};

/* One step of each phase with a call under way. */
enum sg_watch_step sg_watch_step_list(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err);
enum sg_watch_step sg_watch_step_stream(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err);
enum sg_watch_step sg_watch_step_poll(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err);

/* Begins the request of the phase. */
enum sg_watch_step sg_watch_open_list(struct sg_watch *watch, struct sg_err *err);
enum sg_watch_step sg_watch_open_stream(struct sg_watch *watch, struct sg_err *err);
enum sg_watch_step sg_watch_open_poll(struct sg_watch *watch, struct sg_err *err);

/* Sends GET PATH; ENDLESS for the stream. */
enum sg_watch_step sg_watch_start(struct sg_watch *watch, const char *path, const char *label,
	bool endless, struct sg_err *err);

/* Ends the call, if any. */
void sg_watch_hang_up(struct sg_watch *watch);

/* Bytes of the answer that were not looked at yet; notes that some came. */
struct sg_str sg_watch_bytes(struct sg_watch *watch);
/* LEFT of them remain; gives the room back when there are none. */
void sg_watch_ate(struct sg_watch *watch, struct sg_str left);

/* Collects the body of an answer that is no success, and reacts to it once it is whole. */
enum sg_watch_step sg_watch_step_fault(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err);

/* What FAULT means for the phase. */
enum sg_watch_step sg_watch_react(struct sg_watch *watch, const struct sg_fault *fault,
	struct sg_watch_event *ret, struct sg_err *err);

/* Hangs up and tries the phase again after a while; final when WHY can never pass. */
enum sg_watch_step sg_watch_retreat(struct sg_watch *watch, const struct sg_err *why,
	int64_t retry_after_ms, struct sg_err *err);

/* The same for an answer that makes no sense: final for the third one before anything has worked.
 */
enum sg_watch_step sg_watch_confused(
	struct sg_watch *watch, const struct sg_err *why, struct sg_err *err);

/* A request was answered as it should be. Only frames and long streams end a row of failures. */
void sg_watch_well(struct sg_watch *watch);

/* A single read is over: OBJECT (taken), or NULL when there is no such application. */
enum sg_watch_step sg_watch_polled(
	struct sg_watch *watch, struct sg_json *object, struct sg_watch_event *ret);

/* Copies VERSION; false when it is empty or too long to be one. */
bool sg_watch_keep_version(char *out, const char *version);

/* watch_order.c: true for a version that is a number: two of them can be compared. */
bool sg_watch_counts(const char *version);

/* How far the application has come: OBJECT is the newest that is known of it. */
void sg_watch_keep_order(struct sg_watch_item *item, const struct sg_json *object);

/*
 * True when OBJECT is from before that: by the versions where both are numbers (the API server
 * counts), else by the times that the controller writes.
 */
bool sg_watch_is_behind(const struct sg_watch_item *item, const struct sg_json *object);

/* The item of that name, NULL when nobody waits for it. */
struct sg_watch_item *sg_watch_named(const struct sg_watch *watch, struct sg_str name);

/* The item that OBJECT is, NULL when it is another application or none. */
struct sg_watch_item *sg_watch_item_of(const struct sg_watch *watch, const struct sg_json *object);

/* True when TEXT says at PATH a name that nobody waits for; it need not be parsed then. */
bool sg_watch_is_foreign(const struct sg_watch *watch, struct sg_str text, const char *path);

/*
 * Hands DOC over as the event of OBJECT (inside DOC) unless that version was told already; takes
 * DOC in any case.
 */
enum sg_watch_step sg_watch_tell(struct sg_watch_item *item, struct sg_json *doc,
	const struct sg_json *object, struct sg_watch_event *ret);

/* The application is gone or was never there; DOC (may be NULL) has what the server said last.
 * Takes DOC. */
enum sg_watch_step sg_watch_tell_gone(struct sg_watch_item *item, struct sg_json *doc,
	const struct sg_json *object, struct sg_watch_event *ret);

/* Tells of the next item that the list has not shown. */
enum sg_watch_step sg_watch_sweep(struct sg_watch *watch, struct sg_watch_event *ret);

int64_t sg_watch_now(const struct sg_watch *watch);

#endif
