/* Which resources of an application a pass reads, and what is said by those that it does not. */
#include "step/workload_scan_impl.h"

#include <string.h>

/* What the message of a sync that runs waits for: "GROUP/KIND/NAME[ and N more ...]"
 * (argocd.md 1.6). */
static bool is_waited_for(const struct sg_app *app, const struct sg_app_resource *resource)
{
	static const char *const starts[] = {
		"waiting for healthy state of ", "waiting for completion of hook "};
	struct sg_str rest = sg_str_of(app->operation.message), group, kind;
	size_t i = 0;
	long end;

	while (i < SG_COUNT(starts) && !sg_str_starts(rest, starts[i]))
		i++;
	if (i == SG_COUNT(starts))
		return false;
	rest = sg_str_sub(rest, strlen(starts[i]), rest.len);
	end = sg_str_search(rest, " and ");
	if (end >= 0)
		rest = sg_str_sub(rest, 0, (size_t)end);
	return sg_str_cut(&rest, '/', &group) && sg_str_cut(&rest, '/', &kind) &&
	       sg_str_is(group, resource->group) && sg_str_is(kind, resource->kind) &&
	       sg_str_is(rest, resource->name);
}

bool sg_scan_is_waited_for(const struct sg_app *app)
{
	for (size_t i = 0; i < app->resource_count; i++)
		if (is_waited_for(app, &app->resources[i]))
			return true;
	return false;
}

bool sg_scan_is_asked_for(const struct scan *scan, const struct sg_app_resource *resource,
	enum sg_workload_kind *ret_kind)
{
	if (!sg_workload_kind_parse(resource->group, resource->kind, ret_kind))
		return false;
	if (scan->need == SG_SCAN_WAITED)
		return is_waited_for(scan->app, resource);
	return scan->need == SG_SCAN_IMAGES ||
	       (resource->sync != SG_SYNC_NONE && !resource->requires_pruning);
}

/* That is told beside what else is known, and for as long as the sync waits for that. */
void sg_scan_waited(struct scan *scan)
{
	scan->facts.waited = scan->facts.sentence;
	scan->facts.waited_for = sg_arena_strdup(scan->read->arena, scan->app->operation.message);
	scan->facts.sentence = "";
}

/* Beside workloads, kinds that Argo CD knows a suspended state of. */
static bool may_be_suspended(const struct sg_app_resource *resource)
{
	return !sg_workload_is_podless(resource->group, resource->kind) ||
	       strcmp(resource->group, "argoproj.io") == 0 ||
	       strcmp(resource->group, "keda.sh") == 0;
}

void sg_scan_rest(struct scan *scan, const struct sg_app_resource *resource,
	const struct sg_workload *workload)
{
	struct sg_workload_reading reading;

	if (resource->sync == SG_SYNC_NONE || (workload && workload->health_ignored))
		return;
	if (!workload ||
		(scan->claimed && sg_workload_is_of(workload, scan->app) != SG_ANSWER_YES)) {
		scan->moves = scan->moves || workload || may_be_suspended(resource);
		return;
	}
	sg_workload_state(workload, scan->read->arena, &reading);
	scan->moves = scan->moves || reading.state != SG_WORKLOAD_DONE;
	scan->suspends =
		scan->suspends || (workload->kind == SG_WORKLOAD_CRON_JOB && workload->paused);
}
