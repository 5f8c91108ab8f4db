#include "flow/explain.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"
#include "step/catalog.h"

/* "sync-failed" is SYNC_FAILED. */
static const char *spelt(struct sg_arena *arena, const char *name)
{
	char *upper = sg_arena_strdup(arena, name);

	for (char *p = upper; *p; p++) {
		if (*p == '-')
			*p = '_';
		else if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	}
	return upper;
}

static void add(struct sg_report *report, const struct sg_code *code, bool in_full)
{
	struct sg_report_code *row = sg_report_add_code(report);

	row->name = code->name;
	row->exit_code = code->exit_code;
	row->text = code->text;
	row->advice = in_full ? sg_advice_of(code->name) : NULL;
	for (int kind = 0; kind < SG_CODE_KIND_COUNT; kind++)
		if (code->kinds & (1u << kind))
			sg_report_line(report, &row->kinds, "%s",
				sg_code_kind_name((enum sg_code_kind)kind));
}

static int no_code(const char *name, struct sg_arena *arena, const struct sg_code *codes,
	size_t count, struct sg_err *err)
{
	const char **names = sg_arena_calloc(arena, count, sizeof(*names)), *near;

	for (size_t i = 0; i < count; i++)
		names[i] = codes[i].name;
	near = sg_str_nearest(spelt(arena, name), names, count);
	(void)sg_fail(err, SG_R_USAGE, "there is no code '%.60s'", name);
	if (near)
		return sg_hint(err, "did you mean %s?", near);
	return sg_hint(err, "stagegate explain lists the codes");
}

#define SIGNAL_EXIT 128

/* All codes that end a run with that exit status. */
static int explain_exit(uint64_t status, const struct sg_code *codes, size_t count,
	struct sg_report *report, struct sg_err *err)
{
	size_t before = report->code_count;

	/* 128 + signal */
	if (status > SIGNAL_EXIT && status <= UINT8_MAX)
		status = SIGNAL_EXIT;
	for (size_t i = 0; i < count; i++)
		if (codes[i].exit_code >= 0 && (uint64_t)codes[i].exit_code == status)
			add(report, &codes[i], /* in_full= */ false);
	if (report->code_count > before)
		return 0;
	return sg_fail(err, SG_R_USAGE, "no run ends with exit status %" PRIu64, status);
}

static int explain(const char *name, const struct sg_code *codes, size_t count,
	struct sg_report *report, struct sg_err *err)
{
	const char *wanted = spelt(report->arena, name);
	uint64_t status;

	if (sg_num_u64(sg_str_of(name), &status))
		return explain_exit(status, codes, count, report, err);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(codes[i].name, wanted) == 0) {
			add(report, &codes[i], /* in_full= */ true);
			return 0;
		}
	}
	return no_code(name, report->arena, codes, count, err);
}

int sg_flow_explain(
	const char *const *names, size_t count, struct sg_report *report, struct sg_err *err)
{
	size_t code_count;
	const struct sg_code *codes = sg_catalog(report->arena, &code_count);

	for (size_t i = 0; i < count; i++)
		if (explain(names[i], codes, code_count, report, err) < 0)
			return -1;
	for (size_t i = 0; count == 0 && i < code_count; i++)
		add(report, &codes[i], /* in_full= */ false);
	sg_report_end(report, SG_RESULT_DONE, "OK", "%zu code%s", report->code_count,
		report->code_count == 1 ? "" : "s");
	return 0;
}
