#include <string.h>

#include "step/promotion_words.h"
#include "step/stage.h"

const struct sg_promotion *sg_stage_worst(const struct sg_stage *stage)
{
	const struct sg_promotion *found = &stage->promotions[0];

	for (size_t i = 1; i < stage->count; i++)
		if (sg_result_is_worse(
			    sg_promotion_result(&stage->promotions[i]), sg_promotion_result(found)))
			found = &stage->promotions[i];
	return found;
}

int64_t sg_stage_next_look(const struct sg_stage *stage)
{
	int64_t next = 0;

	for (size_t i = 0; i < stage->count; i++) {
		const struct sg_promotion *p = &stage->promotions[i];
		int64_t at = p->merge_gates.next_look_unix_s ? p->merge_gates.next_look_unix_s
							     : p->publish_gates.next_look_unix_s;

		if (p->step->action == SG_DO_STOP && at && (!next || at < next))
			next = at;
	}
	return next;
}

bool sg_stage_wrote(const struct sg_stage *stage)
{
	for (size_t i = 0; i < stage->count; i++)
		if (stage->promotions[i].writes)
			return true;
	return false;
}

int sg_stage_plan(struct sg_world *world, struct sg_stage *stage, struct sg_report *report,
	struct sg_err *err)
{
	struct sg_plan plan;
	const char *wish;

	for (size_t i = 0; i < stage->count; i++) {
		struct sg_promotion *p = &stage->promotions[i];

		if (p->facts.published || p->facts.older || p->facts.head_older)
			continue;
		if (sg_promotion_plan(world, &stage->loaded, p, &plan, &wish, err) < 0)
			return -1;
		sg_report_add_diffs(report, plan.files, plan.file_count);
	}
	return 0;
}

void sg_stage_report(const struct sg_stage *stage, struct sg_report *report)
{
	report->repository = stage->loaded.remote.name;
	report->config_from = stage->loaded.config_from;
	report->advisory = stage->loaded.advisory;
	report->environment = stage->env->name;
	report->branch = stage->env->branch;
}

/* The open one; else, of those that are over, the one that says where it stands. */
static const struct sg_mr *shown_request(const struct sg_promotion *p)
{
	const struct sg_request *request = &p->request;

	if (request->open)
		return &request->mr;
	if (request->closed.iid > request->merged.iid && !p->facts.published)
		return &request->closed;
	return request->merged.iid ? &request->merged : NULL;
}

static void report_request(const struct sg_promotion *p, struct sg_report *report)
{
	const struct sg_mr *mr = shown_request(p);
	struct sg_report_mr *row;

	if (!mr || p->env->publish != SG_PUBLISH_MERGE_REQUEST)
		return;
	row = sg_report_add_mr(report);
	row->service = p->service;
	row->environment = p->env->name;
	row->iid = mr->iid;
	row->url = mr->web_url;
	row->state = sg_mr_state_name(mr->state);
	row->branch = p->request.branch;
	row->head = mr->sha;
	row->landed = mr->state == SG_MR_MERGED && p->landed[0] ? p->landed : NULL;
	row->code = p->step->code;
	row->sentence = p->step->sentence;
	row->blocker = p->blocker;
	if (p->request.open && !p->facts.pipeline_waits_for_us &&
		sg_mr_status_of(mr->detailed_status)->class != SG_MR_CLASS_GO) {
		row->code = sg_mr_status_of(mr->detailed_status)->code;
		row->sentence = sg_mr_status_of(mr->detailed_status)->sentence;
	}
}

/* Where a gate was asked in both phases, the row that says less is left out. */
static bool is_told(const struct sg_gathered *gates, const struct sg_gathered *others, size_t i)
{
	const struct sg_gate_verdict *own = &gates->verdicts[i];

	if (i >= others->count || own->state > SG_VERDICT_LATER)
		return true;
	if (others->verdicts[i].state == SG_VERDICT_LATER)
		return own->state != SG_VERDICT_LATER || own->phase == SG_PHASE_PUBLISH;
	return own->state == SG_VERDICT_PASS && own->phase == SG_PHASE_MERGE;
}

static void report_gates(const struct sg_promotion *p, struct sg_report *report)
{
	const struct sg_gathered *publish = &p->publish_gates, *merge = &p->merge_gates;

	for (size_t i = 0; i < publish->count; i++)
		if (is_told(publish, merge, i))
			sg_report_add_gate(report, p->service, p->env->name, &publish->verdicts[i]);
	for (size_t i = 0; i < merge->count; i++)
		if (is_told(merge, publish, i))
			sg_report_add_gate(report, p->service, p->env->name, &merge->verdicts[i]);
}

void sg_stage_report_one(const struct sg_promotion *p, struct sg_report *report)
{
	report_gates(p, report);
	report_request(p, report);
	sg_report_add_values(
		report, p->env->name, p->changes.values, p->changes.value_count, false);
}
