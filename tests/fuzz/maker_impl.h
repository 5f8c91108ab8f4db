/* What the parts of the maker share. */
#ifndef TESTS_FUZZ_MAKER_IMPL_H
#define TESTS_FUZZ_MAKER_IMPL_H

#include <stdint.h>

#include "maker.h"

enum { MAKER_DEPTH_MAX = 7, MAKER_ANCHORS_MAX = 24, MAKER_TEXT_MAX = 16384 };

/* Places in what was recorded. */
struct maker_mark {
	size_t scalars, mappings;
};

/* What is anchored, and the scalars and mappings in it, which an alias would change too. */
struct maker_anchor {
	struct maker_mark first, behind;
	bool is_map;
};

struct maker {
	struct maker_text *out;
	const uint8_t *data;
	size_t left;
	struct sg_buf path;
	const char *newline;
	unsigned keys, names; /* handed out, so that no key and no anchor stands twice */
	struct maker_anchor anchors[MAKER_ANCHORS_MAX]; /* complete ones of this document */
	unsigned anchor_ids[MAKER_ANCHORS_MAX];
	size_t anchor_count;
	int depth;
	bool tabs;         /* between tokens; libyaml and YAML 1.2 take them, PyYAML does not */
	bool no_tab;       /* libyaml takes none right behind "-" and the ":" of an explicit key */
	bool behind_colon; /* the line began with the ":" of an explicit key */
	bool long_end;     /* the last line is of a scalar of several */
};

/* A number below N; 0 where the bytes have ended. */
unsigned maker_pick(struct maker *m, unsigned n);
bool maker_once_in(struct maker *m, unsigned n);
/* A tab where the document may have it here, else a blank. */
const char *maker_tab(const struct maker *m);
void maker_add(struct maker *m, const char *text);
void maker_pad(struct maker *m, int columns);

/* The end of a line, with or without a comment; then, perhaps, lines that say nothing. */
void maker_line_end(struct maker *m);
void maker_noise(struct maker *m, int indent);

/* The scalar that was just written from START on stands at the current path. */
void maker_record(struct maker *m, size_t start, char quote, enum maker_hope hope);
/* The mapping that was just written from START on stands at the current path. */
void maker_record_mapping(struct maker *m, size_t start, int indent, enum maker_hope hope);

/* Anchors and tags. BEGIN returns an id for END, or 0. */
unsigned maker_anchor_begin(struct maker *m);
void maker_anchor_end(struct maker *m, unsigned id, struct maker_mark first, bool is_map);
/* Where the recording is. */
struct maker_mark maker_here(const struct maker *m);
/* Writes an alias for something complete (a mapping, when MAP); false when there is nothing. */
bool maker_alias(struct maker *m, bool map);

/* The path goes one step on; returns the length to go back to. */
size_t maker_step_key(struct maker *m, const char *key);
size_t maker_step_index(struct maker *m, size_t index);
void maker_step_back(struct maker *m, size_t len);

/* A key as it stands before its colon, and its text. */
const char *maker_key(struct maker *m, bool flow);

void maker_scalar(struct maker *m, bool flow);
/* A scalar of several lines, and the end of its last line; the node around it has INDENT. */
void maker_long_scalar(struct maker *m, int indent);
void maker_flow(struct maker *m, int indent);
void maker_root(struct maker *m);

#endif
