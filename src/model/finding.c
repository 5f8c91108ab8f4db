#include "model/finding.h"

#include <stdarg.h>

#include "base/buf.h"

#define TEXT_MAX_BYTES 2048

struct sg_finding *sg_finding_add(struct sg_arena *arena, struct sg_findings *findings,
	enum sg_severity severity, const char *file, int line, int column, const char *fmt, ...)
{
	struct sg_finding *row =
		sg_arena_push(arena, &findings->items, &findings->count, sizeof(*row));
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	va_list args;

	sg_buf_init(&text, TEXT_MAX_BYTES);
	va_start(args, fmt);
	sg_buf_addv(&text, fmt, args);
	va_end(args);
	*row = (struct sg_finding){
		.severity = severity,
		.file = sg_arena_strdup(arena, file),
		.line = line,
		.column = column,
		.text = text.overflow ? "(a message that is too long)"
				      : sg_arena_dup(arena, sg_buf_str(&text)),
	};
	return row;
}

size_t sg_findings_count(const struct sg_findings *findings, enum sg_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->items[i].severity == severity;
	return count;
}

size_t sg_findings_errors(const struct sg_findings *findings)
{
	return sg_findings_count(findings, SG_SEVERITY_ERROR);
}

void sg_findings_sort(struct sg_arena *arena, struct sg_findings *findings)
{
	struct sg_findings sorted = {0};

	for (int severity = SG_SEVERITY_ERROR; severity <= SG_SEVERITY_OK; severity++)
		for (size_t i = 0; i < findings->count; i++) {
			struct sg_finding *row = &findings->items[i];

			if ((int)row->severity == severity)
				*(struct sg_finding *)sg_arena_push(
					arena, &sorted.items, &sorted.count, sizeof(*row)) = *row;
		}
	*findings = sorted;
}

const char *sg_severity_name(enum sg_severity severity)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_SEVERITY_##name] = word,
		SG_SEVERITIES(SG_X)
#undef SG_X
	};

	return names[severity];
}
