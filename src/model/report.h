/*
 * What a run has to say, as plain data: one value for every command, filled by flow/, shown by
 * report/. All strings live in the report's arena (or longer) and may hold untrusted text: the
 * renderers redact and escape. NULL and 0 mean "nothing known" and are shown as such.
 */
#ifndef SG_MODEL_REPORT_H
#define SG_MODEL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "model/advice.h"
#include "model/finding.h"
#include "model/plan.h"
#include "model/verdict.h"

/* X(NAME, word, exit code). An error is no result: cmd/ shows it instead of a report. */
#define SG_RESULTS(X)                                                                              \
	X(DONE, "done", 0)           /* what was asked for is so now */                            \
	X(UNCHANGED, "unchanged", 0) /* it was so already: nothing written */                      \
	X(PLANNED, "planned", 0)     /* dry run: nothing written */                                \
	X(FAILED, "failed", 1)       /* no, until somebody changes something */                    \
	X(CONFLICT, "conflict", 6)   /* somebody else's change stands, or ours is older */         \
	X(INVALID, "invalid", 3)     /* check: the configuration has errors */                     \
	X(TIMEOUT, "timeout", 8)     /* a machine did not finish in time */                        \
	X(PENDING, "pending", 75)    /* time or a person can make it yes */

enum sg_result {
#define SG_X(name, word, code) SG_RESULT_##name,
	SG_RESULTS(SG_X)
#undef SG_X
};

const char *sg_result_name(enum sg_result result);
int sg_result_exit(enum sg_result result);

/*
 * Of several answers the worst is the answer of the run: failed, conflict, invalid, timeout,
 * pending, then the good ones. A pipeline that allows 75 must not be told of patience where a
 * machine did not finish.
 */
bool sg_result_is_worse(enum sg_result one, enum sg_result than);

/* One value at one place, changed or found to be right already. */
struct sg_report_change {
	const char *service;
	const char *environment;
	const char *file;
	const char *place; /* "image.tag" */
	int line;
	const char *from;
	const char *to;
	bool noop;         /* it already stood there */
	bool added;        /* the key was not there; FROM is NULL */
	const char *found; /* by what the place was found out; NULL: the configuration names it */
};

/* A place that carries the image of a service, as `check` shows it. */
struct sg_report_place {
	const char *service;
	const char *environment;
	const char *file; /* NULL: there is none, see `code` */
	int line;
	const char *place; /* "image.tag" */
	const char *part;
	const char *value; /* that stands there now */
	const char *found; /* as in struct sg_report_change */
	const char *code;  /* why there is none: "PLACE_AMBIGUOUS"; NULL: there is one */
	const char *cause;
};

struct sg_report_lines {
	const char **items;
	size_t count;
};

/* How far a run over several services came with one of them. */
struct sg_report_service {
	const char *service;
	const char *environment;
	enum sg_result result;
	const char *code;
	const char *sentence;
};

/* The answer about one application. */
struct sg_report_verdict {
	enum sg_result result;
	const char *code; /* row of the decision table: "DEPLOYED", "SYNC_FAILED" */
	const char
		*cause; /* of DEGRADED or SYNC_FAILED: what the cluster says: "CRASH_LOOP"; NULL */
	const char *sentence;
	const char *environment;
	const char *cluster; /* context of the kubeconfig, or Argo CD's server; NULL: none named */
	const char *service;
	const char *application;
	const char *namespace;
	const char *revision_wanted;
	const char *revision_seen;
	const char *image_wanted;
	struct sg_report_lines images; /* that run */
	const char *sync;              /* words of Argo CD */
	const char *health;
	struct sg_report_lines evidence; /* resources, conditions, messages behind the answer */
	const char *last_blocker;        /* when the time ran out: what it still waited for */
	int64_t elapsed_ms;
	int64_t next_look_unix_s;
};

/* The answer of one gate. */
struct sg_report_gate {
	const char *service;
	const char *environment; /* the one that is to be entered */
	enum sg_gate_phase phase;
	enum sg_gate_type type;
	enum sg_gate_state state;
	const char *code; /* "SOAKING" */
	const char *sentence;
	const char *observed;
	const char *expected;
	int64_t since_unix_s;
	int64_t next_look_unix_s;
};

/* The merge request of one service. */
struct sg_report_mr {
	const char *service;
	const char *environment;
	int64_t iid; /* 0: there is none yet */
	const char *url;
	const char *state; /* GitLab's word */
	const char *branch;
	const char *head;
	const char *landed;      /* the commit on the target branch, once it is merged */
	const char *code;        /* what its status means: "MR_DRAFT" */
	const char *sentence;    /* and whose turn it is */
	const char *blocker;     /* "job deploy-check of pipeline 17: failed" */
	const char *blocker_url; /* where to look */
};

struct sg_report_warning {
	const char *code; /* model/outcome.h: "IMAGE_NOT_SEEN" */
	const char *text;
};

/* A library and its version. */
struct sg_report_part {
	const char *name;
	const char *version;
};

/* What became of a local file that was to be made. */
#define SG_FILE_STATES(X)                                                                          \
	X(CREATED, "created")                                                                      \
	X(PLANNED, "planned") /* dry run: it would be created */                                   \
	X(PRESENT, "present") /* it is there already, byte for byte */                             \
	X(KEPT, "kept")       /* something else is there and stays */

enum sg_file_state {
#define SG_X(name, word) SG_FILE_##name,
	SG_FILE_STATES(SG_X)
#undef SG_X
};

const char *sg_file_state_name(enum sg_file_state state);

struct sg_report_file {
	const char *path; /* below `folder` */
	enum sg_file_state state;
};

/* A code, for `explain`. */
struct sg_report_code {
	const char *name;
	struct sg_report_lines kinds; /* "error", "promotion" */
	int exit_code;                /* -1: it ends no run */
	const char *text;
	const struct sg_advice *advice; /* NULL in a list */
};

/* How long a part of the run took. */
struct sg_report_phase {
	const char *name; /* "read", "rollout" */
	int64_t ms;
};

struct sg_board; /* model/board.h */

struct sg_report {
	struct sg_arena *arena;
	const char *command;
	enum sg_result result;
	int exit_code;
	const char *code;     /* stable: "OK", "NOTHING_TO_DO", a verdict's code */
	const char *sentence; /* the outcome in one line */

	const char *repository;
	const char *config_from; /* "main@1a2b3c4d" or the local file */
	bool advisory;           /* gates of this configuration bind nobody */
	const char *environment;
	const char *branch;
	const char *commit;      /* published, or the tip at which the values already stand */
	const char *commit_url;  /* its page in GitLab */
	const char *id;          /* Stagegate-Id */
	int tries;               /* pushes made */
	const char *publish_via; /* "api", "git"; NULL: it is no run that commits */
	int64_t elapsed_ms;
	int64_t next_look_unix_s; /* PENDING: when to look again */

	struct sg_report_service *services;
	size_t service_count;
	struct sg_report_change *changes;
	size_t change_count;
	const struct sg_file_change *files; /* a diff: in JSON always, in text of dry runs */
	size_t file_count;
	struct sg_report_verdict *verdicts;
	size_t verdict_count;
	struct sg_report_gate *gates;
	size_t gate_count;
	struct sg_report_mr *mrs;
	size_t mr_count;
	const struct sg_board *board; /* of `status` */
	const char *folder;           /* of `init` */
	struct sg_report_file *made;  /* in it */
	size_t made_count;
	struct sg_report_place *places; /* of `check` */
	size_t place_count;
	struct sg_findings findings;
	struct sg_report_phase *phases;
	size_t phase_count;
	struct sg_report_warning *warnings;
	size_t warning_count;

	const char *version; /* of stagegate, for the command `version` */
	const char *version_commit;
	struct sg_report_part *parts;
	size_t part_count;
	/* Goes to stdout in place of the report, whatever form that has: a schema, a script. NULL:
	 * the report does. */
	const char *document;
	struct sg_report_code *codes; /* of `explain` */
	size_t code_count;
};

void sg_report_init(struct sg_report *report, struct sg_arena *arena, const char *command);

/* The outcome: RESULT with its exit code, a stable CODE and one formatted sentence. */
void sg_report_end(struct sg_report *report, enum sg_result result, const char *code,
	const char *fmt, ...) SG_PRINTF(4, 5);

/* New zeroed rows at the end, to be filled in; each stays where it is until the next of its kind.
 */
struct sg_report_service *sg_report_add_service(struct sg_report *report);
struct sg_report_change *sg_report_add_change(struct sg_report *report);
struct sg_report_place *sg_report_add_place(struct sg_report *report);
struct sg_report_verdict *sg_report_add_verdict(struct sg_report *report);
struct sg_report_mr *sg_report_add_mr(struct sg_report *report);
struct sg_report_code *sg_report_add_code(struct sg_report *report);

/* True when the verdicts are about several environments: then each has to name its own. */
bool sg_report_spans(const struct sg_report *report);

/* A row for a gate's verdict about SERVICE that is to enter ENVIRONMENT; strings are copied. */
void sg_report_add_gate(struct sg_report *report, const char *service, const char *environment,
	const struct sg_gate_verdict *verdict);

/* A row per value change of a plan or of what already stood there. */
void sg_report_add_values(struct sg_report *report, const char *environment,
	const struct sg_value_change *values, size_t count, bool noop);

/* The files of one more plan, behind those that are there. */
void sg_report_add_diffs(
	struct sg_report *report, const struct sg_file_change *files, size_t count);

void sg_report_add_file(struct sg_report *report, const char *path, enum sg_file_state state);

void sg_report_add_part(struct sg_report *report, const char *name, const char *version);

void sg_report_add_phase(struct sg_report *report, const char *name, int64_t ms);

/* The same code and text are kept once. */
void sg_report_warn(struct sg_report *report, const char *code, const char *fmt, ...)
	SG_PRINTF(3, 4);

/* Appends a formatted line. */
void sg_report_line(struct sg_report *report, struct sg_report_lines *lines, const char *fmt, ...)
	SG_PRINTF(3, 4);

#endif
