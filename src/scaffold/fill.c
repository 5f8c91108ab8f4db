#include <string.h>

#include "scaffold/scaffold.h"

#define FILE_MAX_BYTES (1u << 20)

enum marker_kind { OF_TEXT, OF_SERVICE, OF_SERVICES, OF_APPROVERS };

static const struct marker {
	const char *name; /* with the signs around it */
	enum marker_kind kind;
	size_t offset; /* of a text in the values */
} markers[] = {
	{"@SERVICE@", OF_SERVICE, 0},
	{"@SERVICES@", OF_SERVICES, 0},
	{"@APPROVERS@", OF_APPROVERS, 0},
	{"@IMAGE@", OF_TEXT, offsetof(struct sg_scaffold_values, image)},
	{"@URL@", OF_TEXT, offsetof(struct sg_scaffold_values, url)},
	{"@BRANCH@", OF_TEXT, offsetof(struct sg_scaffold_values, branch)},
	{"@DEV_BRANCH@", OF_TEXT, offsetof(struct sg_scaffold_values, dev_branch)},
	{"@NAMESPACE@", OF_TEXT, offsetof(struct sg_scaffold_values, namespace)},
	{"@GITOPS@", OF_TEXT, offsetof(struct sg_scaffold_values, gitops)},
	{"@COMPONENTS@", OF_TEXT, offsetof(struct sg_scaffold_values, components)},
	{"@VERSION@", OF_TEXT, offsetof(struct sg_scaffold_values, version)},
	{"@JOB_IMAGE@", OF_TEXT, offsetof(struct sg_scaffold_values, job_image)},
	{"@BUILD_IMAGE@", OF_TEXT, offsetof(struct sg_scaffold_values, build_image)},
};

/* The marker that TEXT begins with, or NULL. */
static const struct marker *marker_at(struct sg_str text)
{
	for (size_t i = 0; i < SG_COUNT(markers); i++)
		if (sg_str_starts(text, markers[i].name))
			return &markers[i];
	return NULL;
}

static void add_services(const struct sg_scaffold_values *values, struct sg_buf *out)
{
	for (size_t i = 0; i < values->service_count; i++)
		sg_buf_addf(out, "%s%s", i ? " " : "", values->services[i]);
}

/* As items of a YAML list in brackets. */
static void add_approvers(const struct sg_scaffold_values *values, struct sg_buf *out)
{
	for (size_t i = 0; i < values->approver_count; i++)
		sg_buf_addf(out, "%s\"%s\"", i ? ", " : "", values->approvers[i]);
}

static void add_text(const char *text, struct sg_buf *out)
{
	if (!text)
		SG_BUG("a skeleton asks for a value that it was not given");
	sg_buf_adds(out, text);
}

static void add_value(const struct marker *marker, const struct sg_scaffold_values *values,
	const char *service, struct sg_buf *out)
{
	switch (marker->kind) {
	case OF_SERVICE:
		add_text(service, out);
		return;
	case OF_SERVICES:
		add_services(values, out);
		return;
	case OF_APPROVERS:
		add_approvers(values, out);
		return;
	case OF_TEXT:
		add_text(
			*(const char *const *)(const void *)((const char *)values + marker->offset),
			out);
		return;
	}
}

void sg_scaffold_fill(struct sg_str text, const struct sg_scaffold_values *values,
	const char *service, struct sg_buf *out)
{
	long at;

	while ((at = sg_str_find(text, '@')) >= 0) {
		const struct marker *marker;

		sg_buf_addstr(out, sg_str_sub(text, 0, (size_t)at));
		text = sg_str_sub(text, (size_t)at, text.len);
		marker = marker_at(text);
		if (marker)
			add_value(marker, values, service, out);
		else
			sg_buf_addc(out, '@');
		text = sg_str_sub(text, marker ? strlen(marker->name) : 1, text.len);
	}
	sg_buf_addstr(out, text);
}

static const char *filled(struct sg_arena *arena, struct sg_str text,
	const struct sg_scaffold_values *values, const char *service, size_t *ret_len)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};

	sg_buf_init(&out, FILE_MAX_BYTES);
	sg_scaffold_fill(text, values, service, &out);
	if (out.overflow)
		SG_BUG("a file of a skeleton is too large");
	*ret_len = out.len;
	return sg_arena_dup(arena, sg_buf_str(&out));
}

static void add_file(struct sg_arena *arena, const struct sg_scaffold_file *row,
	const struct sg_scaffold_values *values, const char *service, struct sg_file_change **files,
	size_t *count)
{
	struct sg_file_change *file = sg_arena_push(arena, files, count, sizeof(*file));
	size_t ignored;

	file->path = filled(arena, sg_str_of(row->path), values, service, &ignored);
	file->after.ptr = filled(arena, row->text, values, service, &file->after.len);
	file->before = SG_STR("");
}

void sg_scaffold_files(struct sg_arena *arena, const struct sg_scaffold_file *table, size_t count,
	const struct sg_scaffold_values *values, struct sg_file_change **ret_files,
	size_t *ret_count)
{
	struct sg_file_change *files = NULL;
	size_t made = 0;

	for (size_t i = 0; i < count; i++) {
		bool each = sg_str_search(sg_str_of(table[i].path), "@SERVICE@") >= 0;

		for (size_t s = 0; s < (each ? values->service_count : 1); s++)
			add_file(arena, &table[i], values, each ? values->services[s] : NULL,
				&files, &made);
	}
	*ret_files = files;
	*ret_count = made;
}
