#include "step/pod_log.h"

#define LINE_MAX_BYTES 500

int sg_pod_log_read(const struct sg_workload_call *read, const struct sg_scan_more *more,
	int64_t lines, const char **ret, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret = NULL;
	if (lines <= 0 || !more->crashed ||
		sg_cluster_pod_log(read, more->crashed, more->container, lines, ret, &why) == 0)
		return 0;
	if (why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	*ret = sg_arena_printf(read->arena, "the log cannot be read: %s", why.cause);
	return 0;
}

void sg_pod_log_keep(struct sg_arena *arena, const char *text, struct sg_app_strings *log)
{
	struct sg_str rest = sg_str_of(text), line;

	*log = (struct sg_app_strings){0};
	while (rest.len && sg_str_cut(&rest, '\n', &line)) {
		const char **slot = sg_arena_push(arena, &log->items, &log->count, sizeof(*slot));

		*slot = sg_arena_dup(arena, sg_str_sub(line, 0, LINE_MAX_BYTES));
	}
}
