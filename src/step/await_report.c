#include "step/await_report.h"

static enum sg_result result_of(const struct sg_await_end *end, bool timed_out)
{
	if (end->error)
		return SG_RESULT_FAILED;
	switch (end->verdict.kind) {
	case SG_APP_SUCCESS:
		if (end->final)
			return SG_RESULT_DONE;
		break;
	case SG_APP_POLICY:
		return SG_RESULT_PENDING;
	case SG_APP_FAIL:
		return SG_RESULT_FAILED;
	case SG_APP_WAIT:
		break;
	}
	return timed_out || end->timed_out ? SG_RESULT_TIMEOUT : SG_RESULT_PENDING;
}

static void add_row(struct sg_world *world, const struct sg_await_ask *ask,
	const struct sg_await_end *end, bool timed_out, struct sg_report *report)
{
	struct sg_arena *arena = world->arena;
	struct sg_report_verdict *row = sg_report_add_verdict(report);

	row->result = result_of(end, timed_out);
	row->code = end->error ? sg_reason_name(end->error->reason)
			       : sg_app_code_name(end->verdict.code);
	if (end->verdict.cause != SG_APP_CODE_NOT_SEEN && !end->error)
		row->cause = sg_app_code_name(end->verdict.cause);
	row->sentence = end->error ? end->error->cause : end->verdict.message;
	row->environment = ask->home->environment;
	row->cluster = ask->home->cluster;
	row->service = ask->service;
	row->application = ask->app.name;
	row->namespace = ask->app.namespace;
	/* nothing in the cluster says of which revision a plain workload is */
	row->revision_wanted = ask->follow == SG_FOLLOW_WORKLOAD ? NULL : ask->want.revision;
	row->revision_seen = sg_arena_strdup(arena, end->verdict.revision);
	row->image_wanted = ask->want.image_count ? ask->want.images[0] : NULL;
	for (size_t i = 0; i < end->image_count; i++)
		sg_report_line(report, &row->images, "%s", end->images[i]);
	row->sync = end->sync;
	row->health = end->health;
	row->elapsed_ms = end->elapsed_ms;
	if (end->error && end->error->hint[0])
		sg_report_line(report, &row->evidence, "%s", end->error->hint);
	if (end->trouble)
		sg_report_line(report, &row->evidence, "the cluster: %s", end->trouble);
	if (end->refusal)
		sg_report_line(report, &row->evidence, "%s", end->refusal);
	for (size_t i = 0; i < end->did.count; i++)
		sg_report_line(report, &row->evidence, "%s", end->did.items[i]);
	for (size_t i = 0; i < end->log.count; i++)
		sg_report_line(report, &row->evidence, "log: %s", end->log.items[i]);
	if (row->result == SG_RESULT_TIMEOUT)
		row->last_blocker = end->trouble ? end->trouble : row->sentence;
	if (end->verdict.images_unseen)
		sg_report_warn(report, "IMAGE_NOT_SEEN",
			"no running pod of %s shows the image %s; it may have no pods",
			sg_await_label(ask), row->image_wanted);
	if (end->verdict.leftovers)
		sg_report_warn(report, "NEEDS_PRUNE",
			"%s has resources left over that nobody prunes", sg_await_label(ask));
}

const struct sg_report_verdict *sg_await_worst(const struct sg_report *report)
{
	const struct sg_report_verdict *found = report->verdicts;

	SG_ASSERT(report->verdict_count);
	for (size_t i = 1; i < report->verdict_count; i++)
		if (sg_result_is_worse(report->verdicts[i].result, found->result))
			found = &report->verdicts[i];
	return found;
}

/* What one cluster did not let us do. */
static void warn(const struct sg_await_cluster *cluster, struct sg_report *report)
{
	const char *whose = sg_follow_whose(cluster->follow);
	const char *where = cluster->where ? cluster->where : "";
	const char *colon = cluster->where ? ": " : "";

	if (cluster->read_only)
		sg_report_warn(report, "READ_ONLY",
			"%s%sno refresh could be asked for (%s); this relied on the polling of %s",
			where, colon, cluster->read_only, whose);
	if (cluster->unreadable && cluster->follow == SG_FOLLOW_WORKLOAD)
		sg_report_warn(report, "WORKLOADS_UNREADABLE",
			"%s%swhy a workload is not done could not be read (%s)", where, colon,
			cluster->unreadable);
	else if (cluster->unreadable)
		sg_report_warn(report, "WORKLOADS_UNREADABLE",
			"%s%sworkloads or their pods could not be read (%s); this relied on "
			"what %s says about them",
			where, colon, cluster->unreadable, whose);
	if (cluster->sync_refused)
		sg_report_warn(report, "SYNC_NOT_PERMITTED", "%s%sno sync could be started: %s",
			where, colon, cluster->sync_refused);
	if (cluster->rollout_refused)
		sg_report_warn(report, "ROLLOUT_NOT_PERMITTED",
			"%s%sno Rollout could be resumed or aborted: %s", where, colon,
			cluster->rollout_refused);
	if (cluster->polling)
		sg_report_warn(report, "POLLING", "%s%swatching is not permitted (%s)", where,
			colon, cluster->polling);
	if (cluster->beside)
		sg_report_warn(report, "BESIDE_UNREADABLE",
			"%s%snot all that stands beside could be read: %s", where, colon,
			cluster->beside);
}

const struct sg_report_verdict *sg_await_report(struct sg_world *world,
	const struct sg_await_ask *asks, size_t count, const struct sg_await_done *done,
	struct sg_report *report)
{
	for (size_t i = 0; i < count; i++)
		add_row(world, &asks[i], &done->ends[i], done->timed_out, report);
	for (size_t i = 0; i < done->cluster_count; i++)
		warn(&done->clusters[i], report);
	return sg_await_worst(report);
}
