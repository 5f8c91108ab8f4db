/*
 * The facts that gates need, read once for all gates of a phase, and their verdicts. What cannot be
 * read is a fact, too: the gate that needs it stays closed and says so. Only a signal, or a
 * configuration that cannot be used, is an error.
 */
#ifndef SG_STEP_GATHER_H
#define SG_STEP_GATHER_H

#include "gate/gate.h"
#include "step/head.h"
#include "step/look.h"
#include "step/request.h"
#include "step/requester.h"

/* One environment before the one that is promoted to, with its cluster. */
struct sg_before {
	const struct sg_environment *env;
	struct sg_tree_source *tip;
	const char *image; /* that its files carry: "repo:tag"; NULL: none that we know of */
	const char *wish;  /* its tag or digest */
	struct sg_look look;
	bool looked;
};

struct sg_gather_ask {
	const struct sg_environment *env;
	const char *service;
	enum sg_gate_phase phase;
	const char *wish;          /* the version that is to pass */
	const char *from;          /* the one that it replaces; NULL: unknown */
	struct sg_before *befores; /* the look is taken on first need */
	size_t before_count;
	const struct sg_request *request;       /* NULL: there is none */
	const struct sg_head *head;             /* of the open request; NULL: none */
	const struct sg_requesters *requesters; /* NULL: none */
	struct sg_tree_source *tip;             /* of the environment's branch */
	bool reads_only;                        /* as in struct sg_look_ask */
	int64_t at_unix_ms; /* decide as of that moment: approvals and freeze only; 0: now */
};

struct sg_gathered {
	struct sg_gate_verdict *verdicts; /* of the gates of this phase, as configured */
	size_t count;
	enum sg_gate_state worst;
	int64_t next_look_unix_s; /* 0: nobody says */
};

int sg_gather(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gather_ask *ask, struct sg_gathered *ret_gathered,
	struct sg_err *err) SG_MUST_CHECK;

#endif
