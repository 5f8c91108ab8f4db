#include "step/push_request.h"

/* The words of one service, and what the run has done for it. */
static struct sg_report_service *answer_one(const struct sg_push_request_ask *ask,
	const struct sg_push_request_done *done, struct sg_report *report)
{
	struct sg_report_service *row = sg_report_add_service(report);
	const char *tag = ask->wish.tag;
	struct sg_arena *arena = report->arena;

	*row = (struct sg_report_service){.service = ask->wish.service,
		.environment = ask->env->name,
		.result = SG_RESULT_UNCHANGED,
		.code = "NOTHING_TO_DO"};
	switch (done->state) {
	case SG_PUSH_REQUEST_CARRIED:
		row->sentence = sg_arena_printf(
			arena, "%s carries %s already; nothing was written", ask->env->branch, tag);
		break;
	case SG_PUSH_REQUEST_REJECTED:
		row->result = SG_RESULT_FAILED;
		row->code = "MR_REJECTED";
		row->sentence = sg_arena_printf(arena,
			"merge request !%lld of %s was closed, and is not opened again",
			(long long)done->iid, tag);
		break;
	case SG_PUSH_REQUEST_PLANNED:
		row->result = SG_RESULT_PLANNED;
		row->code = "PLANNED";
		row->sentence = sg_arena_printf(
			arena, "%s would be pushed to %s; nothing was written", tag, done->branch);
		break;
	case SG_PUSH_REQUEST_STANDS:
		row->code = done->seen_open ? "MR_OPEN" : "NOTHING_TO_DO";
		row->sentence = sg_arena_printf(arena,
			done->seen_open ? "!%lld is open for %s already"
					: "!%lld was opened for %s; nothing was pushed",
			(long long)done->iid, tag);
		break;
	case SG_PUSH_REQUEST_OPENED:
		row->result = SG_RESULT_DONE;
		row->code = "MR_OPEN";
		row->sentence =
			sg_arena_printf(arena, "!%lld is open for %s", (long long)done->iid, tag);
		break;
	}
	return row;
}

static void report_request(const struct sg_push_request_ask *ask,
	const struct sg_push_request_done *done, const struct sg_report_service *row,
	struct sg_report *report)
{
	struct sg_report_mr *mr;

	if (!done->iid)
		return;
	mr = sg_report_add_mr(report);
	*mr = (struct sg_report_mr){.service = ask->wish.service,
		.environment = ask->env->name,
		.iid = done->iid,
		.url = done->url,
		.state = done->state == SG_PUSH_REQUEST_REJECTED ? "closed"
			 : done->seen_open                       ? "opened"
								 : NULL,
		.branch = done->branch,
		.head = done->state == SG_PUSH_REQUEST_REJECTED ? NULL : done->commit,
		.code = row->code,
		.sentence = row->sentence};
}

static void warn_of(const struct sg_push_request_ask *ask, const struct sg_push_request_done *done,
	struct sg_report *report)
{
	if (done->state == SG_PUSH_REQUEST_STANDS && !done->seen_open)
		sg_report_warn(report, "MR_NOT_SEEN",
			"whether !%lld is still open cannot be seen: %.200s", (long long)done->iid,
			done->unseen_why ? done->unseen_why : "GitLab was not asked");
	if (done->left_out)
		sg_report_warn(report, "MR_STYLE_LEFT_OUT",
			"a push cannot say this of merge_request: %s", done->left_out);
	if (done->went_back)
		sg_report_warn(report, "WENT_BACK", "a newer version gives way: %s",
			ask->guard.older_reason);
}

void sg_push_request_report(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_push_request_ask *ask, const struct sg_push_request_done *done,
	struct sg_report *report)
{
	struct sg_report_service *row = answer_one(ask, done, report);

	report_request(ask, done, row, report);
	warn_of(ask, done, report);
	report->tries += done->tries;
	report->commit = done->commit;
	report->commit_url = sg_remote_commit_url(world->arena, &loaded->remote, done->commit);
	report->id = done->plan.id;
	sg_report_add_diffs(report, done->changes.files, done->changes.file_count);
	sg_report_add_values(
		report, ask->env->name, done->changes.values, done->changes.value_count, false);
	sg_report_add_values(
		report, ask->env->name, done->changes.same, done->changes.same_count, true);
	if (done->state == SG_PUSH_REQUEST_OPENED)
		sg_console_did(world->console, ask->env->name, "MR_OPEN", done->url, "%s: %s",
			ask->wish.service, row->sentence);
}
