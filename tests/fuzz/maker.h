/*
 * YAML documents in all styles, made from bytes: each byte decides one thing, and where the bytes
 * end the simplest is chosen. The maker knows where it wrote each scalar, so that a test needs no
 * reader of YAML to know which bytes an edit may touch.
 */
#ifndef TESTS_FUZZ_MAKER_H
#define TESTS_FUZZ_MAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum maker_hope {
	MAKER_EDITS,   /* one line, alone: there is no reason to refuse it */
	MAKER_REFUSES, /* more than it would change, or its tag says that it is no text */
	MAKER_EITHER,  /* several lines: refused, or changed exactly */
};

struct maker_scalar {
	const char *path;  /* for an ask */
	size_t start, end; /* bytes of the scalar alone: quotes included, anchor and tag not */
	char quote;        /* ' or ", or 0 */
	enum maker_hope hope;
};

/* A mapping that can get a key more. */
struct maker_mapping {
	const char *path; /* "" and "N:" for the root of a document */
	size_t start,
		end; /* END: behind the line of its last entry; of { }: at the closing brace */
	int indent;  /* of its keys; -1: { } */
	enum maker_hope hope;
};

enum { MAKER_SCALARS_MAX = 200, MAKER_MAPPINGS_MAX = 200 };

struct maker_text {
	struct sg_buf text;
	struct sg_arena arena;
	struct maker_scalar scalars[MAKER_SCALARS_MAX]; /* in the order of the text */
	size_t count;
	struct maker_mapping mappings[MAKER_MAPPINGS_MAX]; /* inner ones before outer ones */
	size_t mapping_count;
};

/* Fills a zeroed RET. */
void maker_make(const uint8_t *data, size_t size, struct maker_text *ret);
void maker_release(struct maker_text *made);

#endif
