#include "model/stuck.h"

#include <stdio.h>
#include <string.h>

/* Two reads are so far apart at least, or the second says nothing new. */
#define APART_MS 5000

void sg_stuck_begin(struct sg_stuck_memory *memory)
{
	memory->mark++;
}

static struct sg_stuck_since *find(
	struct sg_stuck_memory *memory, const char *label, enum sg_app_code code)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->items[i].code == code && strcmp(memory->items[i].label, label) == 0)
			return &memory->items[i];
	return NULL;
}

static struct sg_stuck_since *add(struct sg_stuck_memory *memory, const char *label,
	const struct sg_stuck *stuck, int64_t now_ms)
{
	struct sg_stuck_since *item;

	if (memory->count == SG_STUCK_MAX)
		return NULL;
	item = &memory->items[memory->count++];
	*item = (struct sg_stuck_since){.code = stuck->code, .since_ms = now_ms};
	(void)snprintf(item->label, sizeof(item->label), "%s", label);
	return item;
}

/* How long it has to be shown. */
static int64_t lasts_ms(const struct sg_stuck_memory *memory, const struct sg_stuck_since *item)
{
	if (memory->grace_ms)
		return memory->grace_ms;
	return item->grace_ms > APART_MS ? item->grace_ms : APART_MS;
}

bool sg_stuck_seen(struct sg_stuck_memory *memory, const char *label, const struct sg_stuck *stuck,
	int64_t now_ms)
{
	struct sg_stuck_since *item = find(memory, label, stuck->code);

	if (!item)
		item = add(memory, label, stuck, now_ms);
	if (!item)
		return false;
	if (item->mark != memory->mark) {
		item->reads++;
		item->grace_ms = stuck->grace_ms;
	} else if (stuck->grace_ms < item->grace_ms) {
		item->grace_ms = stuck->grace_ms;
	}
	item->mark = memory->mark;
	return item->reads >= 2 && now_ms - item->since_ms >= lasts_ms(memory, item);
}

void sg_stuck_keep(struct sg_stuck_memory *memory, const char *label)
{
	for (size_t i = 0; i < memory->count; i++)
		if (strcmp(memory->items[i].label, label) == 0)
			memory->items[i].mark = memory->mark;
}

void sg_stuck_end(struct sg_stuck_memory *memory)
{
	size_t kept = 0;

	for (size_t i = 0; i < memory->count; i++) {
		if (memory->items[i].mark != memory->mark)
			continue;
		if (kept != i)
			memory->items[kept] = memory->items[i];
		kept++;
	}
	memory->count = kept;
}

int64_t sg_stuck_due_ms(const struct sg_stuck_memory *memory)
{
	int64_t due_ms = INT64_MAX;

	for (size_t i = 0; i < memory->count; i++) {
		const struct sg_stuck_since *item = &memory->items[i];
		int64_t ripe_ms = item->since_ms + lasts_ms(memory, item);

		if (ripe_ms < due_ms)
			due_ms = ripe_ms;
	}
	return due_ms;
}

void sg_idle_begin(struct sg_idle_memory *memory)
{
	size_t kept = 0;

	for (size_t i = 0; i < memory->count; i++)
		if (memory->items[i].mark == memory->mark)
			memory->items[kept++] = memory->items[i];
	memory->count = kept;
	memory->mark++;
}

static uint64_t digest(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

int64_t sg_idle_since_ms(struct sg_idle_memory *memory, const char *what, int64_t now_ms)
{
	uint64_t wanted = digest(what);

	for (size_t i = 0; i < memory->count; i++)
		if (memory->items[i].what == wanted) {
			memory->items[i].mark = memory->mark;
			return memory->items[i].since_ms;
		}
	if (memory->count < SG_IDLE_MAX)
		memory->items[memory->count++] =
			(struct sg_idle_since){wanted, now_ms, memory->mark};
	return now_ms;
}
