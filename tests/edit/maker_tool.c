/*
 * A document in all styles (tests/fuzz/maker.h) for test_differential.py:
 *
 *   maker_tool SEED FILE    writes it to FILE, and its scalars to stdout, one a line: what is hoped
 *                           of an edit (E it is done, R it is refused, X either), and the path
 */
#include <stdio.h>
#include <stdlib.h>

#include "maker.h"

enum { DECISIONS_MAX = 700 };

/* splitmix64: the same document for the same seed, everywhere. */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int put(const char *path, struct sg_str text)
{
	FILE *file = fopen(path, "wb");
	bool whole = file && fwrite(text.ptr, 1, text.len, file) == text.len;

	return file && fclose(file) == 0 && whole ? 0 : -1;
}

int main(int argc, char **argv)
{
	static const char hopes[] = {
		[MAKER_EDITS] = 'E', [MAKER_REFUSES] = 'R', [MAKER_EITHER] = 'X'};
	uint8_t decisions[DECISIONS_MAX];
	struct maker_text made = {0};
	uint64_t state;
	size_t count;

	if (argc != 3) {
		fprintf(stderr, "usage: maker_tool SEED FILE\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 10);
	count = 20 + next(&state) % (DECISIONS_MAX - 20);
	for (size_t i = 0; i < count; i++)
		decisions[i] = (uint8_t)(next(&state) >> 32);
	maker_make(decisions, count, &made);
	if (put(argv[2], sg_buf_str(&made.text)) < 0)
		return 10;
	for (size_t i = 0; i < made.count; i++)
		printf("%c %s\n", hopes[made.scalars[i].hope], made.scalars[i].path);
	maker_release(&made);
	return 0;
}
