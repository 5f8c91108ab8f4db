/* What happens in a history, by the dice and by nothing else: Git, applications, people, weather.
 */
#ifndef SG_TESTS_HISTORIES_PLAN_H
#define SG_TESTS_HISTORIES_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/app_verdict.h"

#define NEVER (INT64_MAX / 4)
#define COMMITS_MAX 24
#define APPS_MAX 4
#define DEEDS_MAX 16

struct dice {
	uint64_t state;
};

uint64_t dice_roll(struct dice *dice);
bool dice_chance(struct dice *dice, unsigned percent);
int64_t dice_span(struct dice *dice, int64_t low, int64_t high); /* both can come */

/* --- the repository: a graph of commits; a commit says for each application what should run --- */

enum hook { HOOK_NONE, HOOK_GOOD, HOOK_BAD, HOOK_BAD_ONCE };

struct manifest {
	uint8_t version; /* of the image; below 32 */
	uint8_t config;
	bool paused;      /* the roll-out stops for a person */
	bool extra;       /* a second resource; without it a leftover has to be pruned */
	bool scaled_down; /* no pods at all */
	bool broken;      /* cannot be rendered */
	bool refused;     /* one object is refused by the API server */
	bool crash;       /* its pods never get ready */
	bool wave;        /* the sync waits for its health */
	enum hook pre, post;
	int32_t rollout_ms;
};

struct commit {
	int parent; /* -1: the first one */
	struct manifest apps[APPS_MAX];
	int64_t known_ms; /* since when our Git can say something about it; NEVER: it cannot */
	char sha[41];
};

/* --- the applications --- */

enum target { TARGET_BRANCH, TARGET_HEAD, TARGET_NONE, TARGET_FULL, TARGET_OTHER };

#define SOURCE_ONE 0     /* spec.source */
#define SOURCE_CHART 1   /* spec.sources: ours and a chart of somebody else */
#define SOURCE_TWICE 2   /* spec.sources: ours twice, values by reference */
#define SOURCE_FOREIGN 3 /* a chart: follows no branch of ours */

struct app_plan {
	int parent; /* index of the application that lists it, -1: nobody */
	int sources;
	bool automated, self_heal, prune;
	int retry_limit;
	int64_t retry_base_ms;
	bool by_set; /* an ApplicationSet rolls it */
	bool set_readable;
	int64_t term_ms; /* how long old pods take to go */
	int64_t poll_ms;
	bool followed;
	bool wants_image;
	bool webhook;
	bool stale_once; /* the manifests of the first compare of X come from a cache (#19275) */
};

/* --- people, and the weather --- */

enum deed_kind {
	DEED_PUSH,      /* the branch goes to commit `value` */
	DEED_REFRESH,   /* somebody sets the annotation */
	DEED_SYNC,      /* a whole manual sync */
	DEED_SYNC_BARE, /* the same by kubectl: what was there leaks into it */
	DEED_SYNC_PART,
	DEED_DRY_RUN,
	DEED_TERMINATE,
	DEED_EDIT, /* kubectl edits the workload: another version */
	DEED_EDIT_BACK,
	DEED_SKIP, /* annotation skip-reconcile */
	DEED_DELETE,
	DEED_RETARGET, /* another branch */
	DEED_MOVE,     /* another path of the same content */
	DEED_AUTO_OFF,
	DEED_AUTO_ON,
	DEED_ROGUE, /* a sync that fails before it has a revision */
	DEED_RESUME /* a person lets a paused roll-out go on */
};

struct deed {
	int64_t at_ms;
	enum deed_kind kind;
	int app;
	int value;
};

struct span {
	int64_t from_ms, to_ms; /* [from, to); never: both NEVER */
};

struct plan {
	uint64_t seed;
	uint64_t number;
	int commit_count;
	struct commit commits[COMMITS_MAX];
	int wanted; /* X */
	int app_count;
	struct app_plan apps[APPS_MAX];
	struct deed deeds[DEEDS_MAX]; /* by time */
	int deed_count;

	struct span git_down, controller_down, window_closed, project_bad;
	struct span flap[APPS_MAX];         /* degraded, and back */
	struct span render_flake[APPS_MAX]; /* the render fails for a while ... */
	bool flake_cached;                  /* ... and the failure stays until `hard` */
	struct span controller_error[APPS_MAX];
	bool window_visible;
	bool slow;      /* the controller is overloaded */
	bool old_words; /* before 3.2 a ComparisonError left an empty revision */
	bool can_late_write;

	int64_t start_ms; /* the tool comes */
	int64_t deadline_ms;
	struct sg_app_policy policy;
	bool git_silent; /* our Git never answers about commits that it does not have */
	int64_t watch_lag_ms;
	struct span watch_cut[2]; /* the stream is broken: only the newest state is seen after it */
};

/* git.c */
bool git_contains(const struct plan *plan, int descendant, int ancestor);
int git_by_sha(const struct plan *plan, const char *sha); /* -1: none */
bool span_holds(const struct span *span, int64_t now_ms);

/* plan.c */
void plan_make(uint64_t seed, uint64_t number, struct plan *ret);
void plan_print(const struct plan *plan);

/* people.c, facts.c */
const char *deed_name(enum deed_kind kind);
const char *facts_name(int app);

#endif
