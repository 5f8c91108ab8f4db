/* Bytes that an edit puts into a file, and the events that come of them. */
#ifndef SG_EDIT_SPLICE_H
#define SG_EDIT_SPLICE_H

#include "base/arena.h"
#include "edit/node.h"

/* One event as it must read in the new file; without anchor and without tag where it is new. */
struct sg_edit_claim {
	enum sg_yaml_kind kind;
	enum sg_yaml_style style;
	struct sg_str value;
	int *ret_line, *ret_column; /* where the proof saw it; NULL: nobody asks */
};

/*
 * A changed scalar: NODE is its event, and one claim says what it reads as now. Added entries: all
 * claims are new events that come before the old event NODE; or, where that was nothing and is
 * FILLED, in its stead.
 */
struct sg_edit_splice {
	size_t node;
	bool added, filled;
	size_t start, end;   /* the old bytes that go; the same when entries are added */
	struct sg_str bytes; /* what stands there instead */
	size_t lead;         /* bytes before the first new token: a line end, blanks */
	const struct sg_edit_claim *claims;
	size_t claim_count;
	size_t ask;   /* whose */
	size_t order; /* of what is added at one place */
};

/* Into the order of the file, which is the order of their events. */
void sg_edit_splices_sort(struct sg_edit_splice *splices, size_t count);

/* The new file, in the arena: TEXT with all splices, which are sorted. */
struct sg_str sg_edit_splices_write(struct sg_arena *arena, struct sg_str text,
	const struct sg_edit_splice *splices, size_t count);

/* How many lines end in TEXT, as libyaml counts them: at LF, CRLF, CR, NEL, LS and PS. */
int sg_edit_count_lines(struct sg_str text);

#endif
