/*
 * The board: for each service and environment what the files say, what the cluster runs, and which
 * merge request of ours stands between. Plain data in an arena; texts may hold untrusted bytes.
 */
#ifndef SG_MODEL_BOARD_H
#define SG_MODEL_BOARD_H

#include "model/policy.h"
#include "model/report.h"

/* Why something is not known. */
struct sg_board_trouble {
	const char *code; /* stable: "FORBIDDEN"; NULL: there is none */
	const char *text;
};

struct sg_board_column {
	const struct sg_environment *env;
	const char *commit; /* tip of its branch; NULL with `trouble` */
	struct sg_board_trouble trouble;
};

struct sg_board_cell {
	/* The files at the tip of the environment's branch; all unknown with `git`. */
	const char *image;   /* "repository:tag" */
	const char *version; /* its tag, digest or both */
	struct sg_board_trouble git;

	/* What the application says of itself; all unknown with `cluster`. */
	const char *application; /* "namespace/name"; NULL: the configuration names none */
	const char *running;     /* versions of that repository, "1.4.1, 1.4.2"; NULL: none seen */
	bool in_step;            /* what the files say runs, and nothing else of that repository */
	const char *sync;        /* words of Argo CD; NULL: it says nothing */
	const char *health;
	const char *remark;   /* why these words may not be about these files; NULL */
	int64_t since_unix_s; /* the later of deployment and change of health; 0: not said */
	int64_t age_s;        /* since then, by the clock of the API server; -1: not known */
	struct sg_board_trouble cluster;

	/* Our open merge request; iid 0: there is none, or `requests` of the board says why that
	 * is not known. */
	struct sg_report_mr request;
	int64_t request_since_unix_s; /* when it was opened; 0: not said */
};

struct sg_board_row {
	const char *service;
	struct sg_board_cell *cells; /* one for each column */
};

struct sg_board {
	struct sg_board_column *columns;
	size_t column_count;
	struct sg_board_row *rows;
	size_t row_count;
	struct sg_board_trouble requests;
};

/* Files and cluster could be read. */
bool sg_board_is_known(const struct sg_board_cell *cell);

/* Known, in step, Synced and Healthy, and nothing to remark. */
bool sg_board_is_good(const struct sg_board_cell *cell);

#endif
