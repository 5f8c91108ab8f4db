#include <inttypes.h>

#include "step/close.h"

void sg_close_report(
	const struct sg_close_ask *ask, const struct sg_closed *closed, struct sg_report *report)
{
	const struct sg_request *request = &closed->request;
	const struct sg_mr *mr = request->open                               ? &request->mr
				 : request->closed.iid > request->merged.iid ? &request->closed
									     : &request->merged;
	struct sg_report_mr *row;

	if (closed->kept)
		sg_report_warn(report, "BRANCH_KEPT", "the branch %s stays: %s", request->branch,
			closed->kept);
	if (!mr->iid)
		return;
	row = sg_report_add_mr(report);
	row->service = ask->service;
	row->environment = ask->env->name;
	row->iid = mr->iid;
	row->url = mr->web_url;
	row->state = sg_mr_state_name(mr->state);
	row->branch = request->branch;
	row->head = mr->sha;
}

static struct sg_service_answer say(enum sg_result result, const char *code, const char *sentence)
{
	return (struct sg_service_answer){result, code, sentence};
}

struct sg_service_answer sg_close_merged(struct sg_arena *arena, const struct sg_mr *mr)
{
	return say(SG_RESULT_FAILED, "MR_MERGED_ALREADY",
		sg_arena_printf(arena,
			"!%" PRId64 " was merged by %s, so there is nothing to close", mr->iid,
			mr->merged_by.username[0] ? mr->merged_by.username : "somebody"));
}

struct sg_service_answer sg_close_answer(
	struct sg_arena *arena, const struct sg_close_ask *ask, const struct sg_closed *closed)
{
	int64_t iid = closed->iid ? closed->iid : ask->iid;

	if (closed->timed_out)
		return say(SG_RESULT_TIMEOUT, "TIMEOUT",
			sg_arena_printf(arena, "GitLab has not closed !%" PRId64 " yet", iid));
	if (iid && closed->request.merged.iid == iid)
		return sg_close_merged(arena, &closed->request.merged);
	if (ask->look_only && closed->pending)
		return say(SG_RESULT_PLANNED, "PLANNED",
			sg_arena_printf(arena,
				"the merge request and the branch %s would go; nothing was written",
				closed->request.branch));
	if (closed->wrote)
		return say(SG_RESULT_DONE, "MR_CLOSED",
			iid ? sg_arena_printf(arena, "!%" PRId64 " is closed", iid)
			    : "the branch that was left over is deleted");
	if (!iid)
		return say(
			SG_RESULT_UNCHANGED, "NOTHING_TO_DO", "no merge request of ours is open");
	return say(SG_RESULT_UNCHANGED, "NOTHING_TO_DO",
		closed->busy
			? sg_arena_printf(arena,
				  "!%" PRId64 " is closed already, and !%" PRId64 " is open now",
				  iid, closed->request.mr.iid)
			: sg_arena_printf(arena, "!%" PRId64 " is closed already", iid));
}
