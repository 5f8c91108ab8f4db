/*
 * A cluster with an Argo CD in it, small enough to know everything: which revision and image really
 * run and how healthy, at each moment. The plan of a history is made once from its seed and never
 * changes; the world is plain memory, so that a copy of it can be run on to see where things lead.
 *
 * Times are milliseconds of the history. The controller follows argocd.md 1.4 to 1.7.
 */
#ifndef SG_TESTS_HISTORIES_WORLD_H
#define SG_TESTS_HISTORIES_WORLD_H

#include "plan.h"

/* --- what stands in the cluster's API: an Application, in short --- */

#define REV_EMPTY (-1)
#define REV_LITERAL (-2)

enum initiator { BY_NOBODY, BY_AUTOSYNC, BY_PERSON, BY_SET };

struct object_operation {
	enum sg_app_phase phase;
	int64_t started_s, finished_s;
	int retry_count;
	enum initiator by;
	bool dry_run, partial, prune;
	int asked, result; /* commits, or REV_EMPTY */
	bool hook_failed, sync_failed, prune_skipped;
	enum message { SAYS_RUNNING, SAYS_DONE, SAYS_FAILED, SAYS_TERMINATED, SAYS_WINDOW } message;
};

enum refresh_word { REFRESH_ABSENT, REFRESH_NORMAL, REFRESH_HARD };

struct object {
	uint64_t version; /* resourceVersion */
	bool there;
	bool deleting;
	bool skip;
	enum refresh_word refresh;
	enum target target;
	int path, compared_path;
	bool automated;

	enum sg_app_sync sync;
	int rev; /* of all our sources */
	enum sg_app_health health;
	bool health_set;
	int64_t reconciled_s;
	bool invalid_spec, controller_error, comparison_error, sync_error;
	int sync_error_rev; /* REV_EMPTY: it names none */
	bool workload_off, extra_listed, extra_off, extra_prune, refused_off;
	uint32_t images; /* versions */
	bool operation_set;
	struct object_operation op;
};

/* --- what really is --- */

struct live {
	uint8_t version, config;
	bool paused, extra, scaled_down;
};

struct workload {
	struct live spec;
	bool crash;
	int64_t ready_ms;   /* NEVER: not by itself */
	int64_t failing_ms; /* from then on Degraded */
	int64_t gone_ms;    /* the last old pod */
	uint32_t pods;      /* versions that have pods */
};

struct sight { /* the controller's cache of the cluster */
	struct live spec;
	enum sg_app_health health;
	uint32_t pods;
	int64_t at_ms;
};

struct compare {
	bool running;
	bool decided; /* the operation is set, the status patch is still to come */
	int level;
	int64_t next_ms;
	enum refresh_word had_refresh;
	int rev;
	int64_t began_s;
	struct sight seen;
	int64_t began_ms, snapshot_ms;
	bool good, images_good; /* what it sees is as wanted */
	int path;
	bool fails, spec_fails, controller_fails;
	bool refuses; /* automated sync does not try it again */
	int refused_rev;
	bool keeps_sync_error;
};

enum op_step { OP_IDLE, OP_PICK, OP_BEGIN, OP_PRE, OP_APPLY, OP_WAVE, OP_POST, OP_END, OP_BACKOFF };

struct operation {
	enum op_step step;
	int64_t next_ms;
	int asked; /* REV_EMPTY: the branch */
	int rev;
	int leaked; /* REV_EMPTY, or what is applied in truth */
	int path;
	bool dry_run, partial, bare, rogue;
	bool prune;
	enum initiator by;
	int attempt, limit;
	bool failing, hook_failing;
	int64_t wave_until_ms;
	int64_t worked_ms; /* when it changed something last */
};

#define TRUTHS 64

/* What was true when a version of the object was written. */
struct written_truth {
	uint64_t version;
	bool sync_failed; /* a sync of X, or of a commit that contains it, had failed for good */
	bool attempt_failed;
	bool manual;
	bool leftover;      /* and nobody prunes it by himself */
	bool blocked;       /* by a window, as the controller says */
	int64_t picture_ms; /* when the controller looked for what it says */
};

/* Something is wrong: the last time, since when and how long; and the time before that. */
struct trouble {
	bool now;
	int64_t since_ms, last_ms;
	int64_t before_since_ms, before_last_ms;
};

struct app_state {
	struct object object;
	struct workload work;
	struct sight seen;
	int64_t see_ms;   /* when the cache catches up */
	int64_t poll_ms;  /* next tick of the poll */
	int wanted_level; /* -1: no compare is asked for */
	int64_t wanted_ms;
	int refs; /* cached head of the branch */
	int64_t refs_ms;
	int cached_failure; /* commit whose failure to render is cached; REV_EMPTY: none */
	bool cache_cleared; /* `hard` has thrown the stale manifests away */
	struct compare compare;
	struct operation op;
	int64_t late_ms; /* a late write of Running comes then */
	struct object_operation late;
	int64_t set_ms; /* the ApplicationSet looks again */
	int64_t swallow_ms;
	int failed_rev; /* of the last operation that was no dry run, REV_EMPTY: it did not fail */
	bool failed_hook;
	bool failed_nameless;
	bool refused; /* automated sync refuses what it compared last, and that contains X */
	struct written_truth truths[TRUTHS]; /* by version */
	int64_t unseen_ms;   /* first change that the cache does not show; NEVER: it shows all */
	int64_t snapshot_ms; /* of what the object says */
	bool picture_good, images_good; /* it was as wanted, as the controller saw it */
	int64_t picture_began_ms;
	int64_t outdated_ms; /* the object itself says that pictures from before are old */

	/* the truth, kept by oracle.c */
	bool good;
	int64_t good_ms;       /* last moment at which it was good */
	int64_t good_since_ms; /* NEVER: it is not */
	struct trouble sick, broken, drift, image, controller;
	struct trouble says_sick, says_broken, says_refused; /* the same, as the object has it */
};

struct world {
	const struct plan *plan;
	struct dice dice;
	int64_t now_ms;
	int head;
	uint32_t pushed; /* commits that the branch has been at, and all before them */
	bool with_people;
	int deed; /* next one */
	uint64_t version;
	struct app_state apps[APPS_MAX];
	struct trouble off_branch;

	/* who is told of every write; NULL: nobody */
	void (*written)(void *arg, int app);
	void *arg;
	bool trace;
};

/* world.c */
void world_start(const struct plan *plan, struct world *ret);
int64_t world_next(const struct world *world);         /* when something happens next */
void world_run(struct world *world, int64_t until_ms); /* everything up to then, that included */
void world_write(struct world *world, int app);        /* the object has changed */
bool world_refresh(struct world *world, int app, enum refresh_word word); /* false: it stood */
int64_t world_s(int64_t ms); /* the cluster's clock, in seconds */
int64_t world_pace(struct world *world, int64_t low_ms, int64_t high_ms);
void world_say(const struct world *world, int app, const char *fmt, ...) SG_PRINTF(3, 4);
bool controller_up(const struct world *world, int app);

/* workload.c */
enum sg_app_health workload_health(const struct world *world, int app);
void workload_apply(struct world *world, int app, const struct manifest *manifest, bool part);
void workload_set(struct world *world, int app, struct live spec, const struct manifest *manifest);
int64_t workload_next(const struct world *world, int app);
void workload_step(struct world *world, int app);
void workload_see(struct world *world, int app); /* the controller's cache catches up */
/* What a path makes of a manifest's config: other paths hold other files. */
uint8_t workload_config(const struct manifest *manifest, int path);
bool workload_matches(const struct live *live, const struct manifest *manifest, int path);

/* compare.c */
void compare_want(struct world *world, int app, int level, int64_t delay_ms);
int64_t compare_next(const struct world *world, int app);
void compare_step(struct world *world, int app);

/* operation.c */
void operation_set(struct world *world, int app, const struct operation *op);
int64_t operation_next(const struct world *world, int app);
void operation_step(struct world *world, int app);
void operation_terminate(struct world *world, int app);
/* What REV says for an application; a stale cache may say something older. */
const struct manifest *rendered(const struct world *world, int app, int rev);

/* people.c */
void people_do(struct world *world, const struct deed *deed);

/* facts.c: an object as the decision table reads it; the buffer holds the strings. */
struct facts {
	struct sg_app app;
	struct sg_app_source sources[2];
	const char *revs[2], *asked[2], *results[2];
	struct sg_app_condition conditions[4];
	struct sg_app_resource resources[4 + APPS_MAX];
	struct sg_app_result result[2];
	const char *images[34];
	char message[160];
};
void facts_make(const struct plan *plan, int app, const struct object *object, struct facts *ret);
const char *facts_image(int version);
extern const char facts_repository[], facts_namespace[];

/* oracle.c */
void oracle_note(struct world *world); /* before and after each change */
void oracle_written(struct world *world, int app);
void oracle_outdate(struct world *world, int app, int64_t at_ms); /* see outdated_ms */
bool oracle_sees_good(const struct world *world, int app);
bool oracle_sees_images(const struct world *world, int app);
bool oracle_sync_failed(const struct world *world, int app);
bool oracle_is_wanted(const struct world *world, int app);
struct judgement {
	bool false_green, false_red, hang;
	char why[400];
};
void oracle_green(const struct world *world, int app, struct judgement *ret);
void oracle_red(const struct world *world, int app, const struct sg_app_verdict *verdict,
	const uint64_t *versions, struct judgement *ret); /* versions: what was judged, by app */
void oracle_end(const struct world *world, int app, const struct sg_app_verdict *verdict,
	struct judgement *ret);

/* breaks.c: the ways in which a table can be wrong; NULL or "": it is not. */
bool breaks_know(const char *name);
void breaks_print(void);
struct broken {
	const char *name;
};
void breaks_policy(const char *name, struct sg_app_policy *policy);
void breaks_facts(const char *name, const char *wanted, struct facts *facts);
enum sg_answer breaks_answer(const char *name, enum sg_answer answer);
bool breaks_is(const char *name, const char *what);

/* tool.c: the one under test, driven as step/follower drives it. */
struct outcome {
	struct judgement judgement;
	char ended[120]; /* what was said at last */
};
void tool_run(const struct plan *plan, const char *broken, bool trace, struct outcome *ret);

#endif
