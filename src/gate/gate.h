/*
 * Gates: facts in, a verdict out, nothing else. Each gate says which facts it needs (a mask);
 * whoever gathers them does so once for all gates. What could not be read closes the gate.
 * Phases, and what each gate means in them: design, "Gates have a phase".
 */
#ifndef SG_GATE_GATE_H
#define SG_GATE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/app_verdict.h"
#include "model/approval.h"
#include "model/freeze.h"
#include "model/gate_spec.h"
#include "model/policy.h"
#include "model/trouble.h"
#include "model/verdict.h"

/* Facts about the environment before. */
#define SG_GATE_NEEDS_BEFORE 1u
#define SG_GATE_NEEDS_APPROVALS 2u
#define SG_GATE_NEEDS_FREEZES 4u

/*
 * The environment before, for one service. `verdict` is the decision table's answer for the image
 * and revision that the environment's own files say, seen twice when it is a success.
 */
struct sg_gate_before {
	const char *environment;
	const char *application;   /* "namespace/name" */
	struct sg_trouble trouble; /* with reading it; none: all below is known */
	const char *image;         /* what is promoted: "repo:tag"; NULL: nobody knows */
	const char *image_files;   /* what the environment's files say now; NULL: unknown */
	const char *revision;      /* at which they say so */
	struct sg_app_verdict verdict;
	bool image_seen;          /* the image of the files is among those that run */
	enum sg_answer newer;     /* was image_files published there after `image`? (MERGE) */
	int64_t deployed_unix_s;  /* deployedAt of the last entry of status.history; 0: absent */
	int64_t health_unix_s;    /* status.health.lastTransitionTime; 0: absent */
	enum sg_follow follow;    /* of nothing but an Application are these two times */
	const char *untimed;      /* of others: why there is no time; NULL: there is */
	int64_t next_look_unix_s; /* of the verdict; 0: unknown */
};

struct sg_gate_freezes {
	struct sg_trouble trouble; /* with reading the periods */
	const struct sg_freeze_period *periods;
	size_t count;
};

struct sg_gate_facts {
	enum sg_gate_phase phase;
	int64_t now_unix_s;                        /* by the servers' clock, not ours */
	const struct sg_gate_before *before;       /* with NEEDS_BEFORE never NULL */
	const struct sg_approval_facts *approvals; /* with NEEDS_APPROVALS never NULL */
	const struct sg_gate_freezes *freezes;     /* with NEEDS_FREEZES never NULL */
};

/* Which facts it needs in that phase; 0 when it is not decided there. */
unsigned sg_gate_needs(const struct sg_gate_spec *spec, enum sg_gate_phase phase);

/*
 * Decides one gate. A gate of the other phase is SG_VERDICT_LATER (approval before there is a merge
 * request: "pending: no merge request yet") and blocks nothing in this one. Strings of the verdict
 * live in ARENA or in the facts.
 */
void sg_gate_decide(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret);

/*
 * Is it a closed gate only because GitLab could not be asked at this moment? It says nothing about
 * whether the gate would be open.
 */
bool sg_gate_was_not_answered(const struct sg_gate_verdict *verdict);

#endif
