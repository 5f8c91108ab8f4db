#include "step/due.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "io/loop.h"

void sg_due_init(struct sg_due *due, size_t count)
{
	*due = (struct sg_due){.count = count};
	due->at_ms = sg_calloc(count + 1, sizeof(*due->at_ms));
	due->heap = sg_calloc(count + 1, sizeof(*due->heap));
	due->place = sg_calloc(count + 1, sizeof(*due->place));
	for (size_t i = 0; i < count; i++) {
		due->at_ms[i] = SG_NEVER;
		due->heap[i] = due->place[i] = i;
	}
}

void sg_due_release(struct sg_due *due)
{
	free(due->at_ms);
	free(due->heap);
	free(due->place);
	*due = (struct sg_due){0};
}

static int64_t at(const struct sg_due *due, size_t place)
{
	return due->at_ms[due->heap[place]];
}

static void swap(struct sg_due *due, size_t a, size_t b)
{
	size_t number = due->heap[a];

	due->heap[a] = due->heap[b];
	due->heap[b] = number;
	due->place[due->heap[a]] = a;
	due->place[due->heap[b]] = b;
}

static void rise(struct sg_due *due, size_t place)
{
	while (place && at(due, place) < at(due, (place - 1) / 2)) {
		swap(due, place, (place - 1) / 2);
		place = (place - 1) / 2;
	}
}

static void sink(struct sg_due *due, size_t place)
{
	for (;;) {
		size_t least = place, left = 2 * place + 1;

		if (left < due->count && at(due, left) < at(due, least))
			least = left;
		if (left + 1 < due->count && at(due, left + 1) < at(due, least))
			least = left + 1;
		if (least == place)
			return;
		swap(due, place, least);
		place = least;
	}
}

void sg_due_set(struct sg_due *due, size_t number, int64_t at_ms)
{
	due->at_ms[number] = at_ms;
	rise(due, due->place[number]);
	sink(due, due->place[number]);
}

int64_t sg_due_first(const struct sg_due *due, size_t *ret_number)
{
	if (due->count == 0)
		return SG_NEVER;
	*ret_number = due->heap[0];
	return at(due, 0);
}
