#include "flow/gate.h"

#include "step/stage.h"

static enum sg_gate_state worse(enum sg_gate_state a, enum sg_gate_state b)
{
	return a > b ? a : b;
}

/*
 * Before there is a merge request the publish gates count; those of the merge phase are shown as to
 * come. While one is open its merge gates count.
 */
static int ask_one(struct sg_world *world, struct sg_stage *stage, struct sg_promotion *p,
	enum sg_gate_state *worst, int64_t *next, struct sg_err *err)
{
	const struct sg_gathered *counts;
	enum sg_gate_phase phase;

	if (sg_promotion_look(world, &stage->loaded, stage->forge, p, err) < 0)
		return -1;
	phase = p->request.open ? SG_PHASE_MERGE : SG_PHASE_PUBLISH;
	counts = p->request.open ? &p->merge_gates : &p->publish_gates;
	if (counts->count == 0 &&
		sg_promotion_gates(world, &stage->loaded, stage->forge, p, phase, err) < 0)
		return -1;
	*worst = worse(*worst, counts->worst);
	if (counts->next_look_unix_s && (!*next || counts->next_look_unix_s < *next))
		*next = counts->next_look_unix_s;
	return 0;
}

static void end(struct sg_report *report, const char *to, enum sg_gate_state worst, int64_t next)
{
	report->next_look_unix_s = next;
	switch (worst) {
	case SG_VERDICT_PASS:
	case SG_VERDICT_LATER:
		sg_report_end(report, SG_RESULT_DONE, "GATES_OPEN", "all gates of %s are open", to);
		break;
	case SG_VERDICT_WAIT:
		sg_report_end(report, SG_RESULT_PENDING, "GATES_WAIT",
			"a gate of %s waits for time or a person", to);
		break;
	case SG_VERDICT_CLOSED:
		sg_report_end(report, SG_RESULT_FAILED, "GATES_CLOSED",
			"a gate of %s is closed until somebody changes something", to);
		break;
	}
}

int sg_flow_gate(struct sg_world *world, const struct sg_gate_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	enum sg_gate_state worst = SG_VERDICT_PASS;
	const struct sg_stage_ask about = {
		.to = ask->to, .services = ask->services, .count = ask->count};
	struct sg_stage stage;
	int64_t next = 0;
	int rc = sg_stage_open(world, &about, &stage, err);

	if (rc == 0)
		sg_stage_report(&stage, report);
	for (size_t i = 0; rc == 0 && i < stage.count; i++)
		rc = ask_one(world, &stage, &stage.promotions[i], &worst, &next, err);
	for (size_t i = 0; rc == 0 && i < stage.count; i++)
		sg_stage_report_one(&stage.promotions[i], report);
	if (rc == 0)
		end(report, stage.env->name, worst, next);
	sg_stage_release(world, &stage);
	return rc;
}
