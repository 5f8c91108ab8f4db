#include "edit/splice.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
	const struct sg_edit_splice *a = left, *b = right;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	if (a->added != b->added)
		return a->added ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a->ask < b->ask ? -1 : a->ask > b->ask;
}

void sg_edit_splices_sort(struct sg_edit_splice *splices, size_t count)
{
	if (count)
		qsort(splices, count, sizeof(*splices), compare);
}

static char *put(char *at, struct sg_str part)
{
	if (part.len)
		memcpy(at, part.ptr, part.len);
	return at + part.len;
}

/* At its last place at once: a large file stands in memory twice, and not three times. */
struct sg_str sg_edit_splices_write(struct sg_arena *arena, struct sg_str text,
	const struct sg_edit_splice *splices, size_t count)
{
	size_t len = text.len, from = 0;
	char *start, *at;

	for (size_t i = 0; i < count; i++)
		len += splices[i].bytes.len - (splices[i].end - splices[i].start);
	start = at = sg_arena_alloc(arena, len + 1);
	for (size_t i = 0; i < count; i++) {
		at = put(at, sg_str_sub(text, from, splices[i].start));
		at = put(at, splices[i].bytes);
		from = splices[i].end;
	}
	at = put(at, sg_str_sub(text, from, text.len));
	return (struct sg_str){start, (size_t)(at - start)};
}

int sg_edit_count_lines(struct sg_str text)
{
	int lines = 0;

	for (size_t at = 0, len; at < text.len; at += len ? len : 1) {
		len = sg_yaml_line_end(sg_str_sub(text, at, text.len));
		lines += len > 0;
	}
	return lines;
}
