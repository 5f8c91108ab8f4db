/* Who is due next, of many: a heap by time, so that one turn costs the logarithm of their number.
 */
#ifndef SG_STEP_DUE_H
#define SG_STEP_DUE_H

#include <stddef.h>
#include <stdint.h>

struct sg_due {
	int64_t *at_ms; /* of each; SG_NEVER: not at all */
	size_t *heap;   /* their numbers, the soonest first */
	size_t *place;  /* of each in the heap */
	size_t count;
};

/* COUNT of them, numbered from 0, none due. */
void sg_due_init(struct sg_due *due, size_t count);
void sg_due_release(struct sg_due *due);

void sg_due_set(struct sg_due *due, size_t number, int64_t at_ms);

/* The time of the soonest, SG_NEVER when there is none; its number in *ret_number. */
int64_t sg_due_first(const struct sg_due *due, size_t *ret_number);

#endif
