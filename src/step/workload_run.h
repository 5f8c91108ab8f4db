/*
 * A pass over workloads (step/workload_scan.h) that is under way: while its answers are awaited
 * everybody else goes on. So many are under way in a run of the program at the same time at most.
 */
#ifndef SG_STEP_WORKLOAD_RUN_H
#define SG_STEP_WORKLOAD_RUN_H

#include "step/workload_scan.h"
#include "step/world.h"

#define SG_WORKLOAD_RUNS_MAX 8

struct sg_workload_run {
	struct sg_world *world; /* NULL: none is under way */
	struct sg_cluster_client *client;
	bool blocking; /* the first turn is the last; set before it begins */
	size_t turn;   /* for whoever has it */
	enum sg_scan_need need;
	struct sg_app_revisions at; /* in ABOUT */
	struct sg_arena about;
	int64_t start_ms;
	int64_t until_ms;
	struct sg_cluster_pass pass;
	struct sg_arena arena;        /* of what was made of the answers */
	struct sg_scan_memory memory; /* a copy, that of this turn */
	struct sg_idle_memory idle;
};

/* What a turn is about, and what comes of it. */
struct sg_workload_turn {
	struct sg_scan_ask ask; /* its idle memory, and the one below, change at the end only */
	struct sg_scan_memory *memory;
	int64_t log_lines; /* of a container that crashes, where that is the cause; 0: none */
	struct sg_app_workloads facts;
	struct sg_scan_more more;
	const char *log; /* NULL: none was asked for */
};

/*
 * Begins one, zeroed before, until UNTIL_MS at the latest. AT says what the application has been
 * compared at. False: too many are under way; try again after SG_WORKLOAD_RUN_LATER_MS.
 */
#define SG_WORKLOAD_RUN_LATER_MS 250
bool sg_workload_run_begin(struct sg_workload_run *run, struct sg_world *world,
	struct sg_cluster_client *client, int64_t until_ms, enum sg_scan_need need,
	const struct sg_app_revisions *at);

/* False: it answers another question by now. */
bool sg_workload_run_is_about(const struct sg_workload_run *run, enum sg_scan_need need,
	const struct sg_app_revisions *at);

/* Ends it, also one that is not over; answers that are not adopted are gone. */
void sg_workload_run_end(struct sg_workload_run *run);

/*
 * 1: TURN says what has come of it, in the arenas of RUN. 0: not yet. -1: as sg_workload_scan().
 * The asks of a run differ in what the application has become at most.
 */
int sg_workload_run_turn(struct sg_workload_run *run, struct sg_workload_turn *turn,
	struct sg_err *err) SG_MUST_CHECK;

/* Hands what RUN has read to ARENA. */
void sg_workload_run_adopt(struct sg_workload_run *run, struct sg_arena *arena);

/* When the next turn is due even if no byte arrives; SG_NEVER: none is under way. */
int64_t sg_workload_run_due_ms(const struct sg_workload_run *run);

#endif
