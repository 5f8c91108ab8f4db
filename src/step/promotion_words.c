#include "step/promotion_words.h"

#include <string.h>

/* The gate at which STEP stops; NULL when it is something else. */
static const struct sg_gate_verdict *gate_of(
	const struct sg_promotion *p, const struct sg_promotion_step *step)
{
	const struct sg_gathered *merge = &p->merge_gates, *publish = &p->publish_gates;
	const struct sg_gate_verdict *gate, *early;

	if (step->action != SG_DO_STOP || strncmp(step->code, "GATES", 5) != 0)
		return NULL;
	gate = sg_gates_blocker(merge->verdicts, merge->count);
	early = sg_gates_blocker(publish->verdicts, publish->count);
	return gate && (!early || gate->state >= early->state) ? gate : early;
}

/* What GitLab may not merge it for. */
static const char *in_vain(const struct sg_promotion *p)
{
	struct sg_promotion_facts facts = p->facts;
	const struct sg_gate_verdict *gate;

	facts.armed = false;
	gate = sg_gates_blocker(p->merge_gates.verdicts, p->merge_gates.count);
	if (!gate)
		gate = gate_of(p, sg_promotion_decide(&facts));
	if (gate)
		return gate->sentence;
	if (facts.merge == SG_MERGE_HUMAN && facts.armed_by_us)
		return "it is a person who merges here";
	return facts.gated && sg_promotion_decide(&facts)->action != SG_DO_STOP
		       ? "its gates are decided right before the merge"
		       : sg_promotion_decide(&facts)->sentence;
}

/* The table's words and GitLab's, unless both say the same. */
static const char *status_in_words(struct sg_arena *arena, const struct sg_promotion *p)
{
	const struct sg_mr_status *status = sg_mr_status_of(p->request.mr.detailed_status);

	if (strcmp(status->code, p->step->code) == 0)
		return status->sentence;
	return sg_arena_printf(arena, "%s: %s", p->step->sentence, status->sentence);
}

const char *sg_promotion_sentence(struct sg_arena *arena, const struct sg_promotion *p)
{
	const struct sg_gate_verdict *gate = gate_of(p, p->step);
	const char *more = p->blocker;

	if (gate)
		return gate->sentence;
	if (strcmp(p->step->code, "BRANCH_BUSY") == 0)
		more = p->head.foreign;
	else if (p->step->action == SG_DO_DISARM)
		more = in_vain(p);
	else if (strncmp(p->step->code, "MR_", 3) == 0 && p->request.open)
		return status_in_words(arena, p);
	else if (strcmp(p->step->code, "OLDER") == 0)
		more = sg_arena_printf(arena, "%s stands there, and %s is older%s", p->target_wish,
			p->facts.older ? p->wish : p->head.wish, p->older_why);
	else if (p->step->action == SG_DO_MERGE && p->refusals && p->request.mr.merge_error[0])
		more = p->request.mr.merge_error;
	else if (strcmp(p->step->code, "MR_REJECTED") == 0)
		more = p->request.closed.web_url;
	return more ? sg_arena_printf(arena, "%s: %s", p->step->sentence, more) : p->step->sentence;
}

enum sg_result sg_promotion_result(const struct sg_promotion *p)
{
	if (p->step->action != SG_DO_STOP)
		return p->step->action == SG_DO_AWAIT ? SG_RESULT_DONE : SG_RESULT_TIMEOUT;
	switch (p->step->end) {
	case SG_END_PENDING:
		return SG_RESULT_PENDING;
	case SG_END_CONFLICT:
		return SG_RESULT_CONFLICT;
	case SG_END_FAILED:
	case SG_END_NONE:
		break;
	}
	return SG_RESULT_FAILED;
}

const char *sg_promotion_next(struct sg_arena *arena, const struct sg_promotion *p)
{
	return sg_arena_printf(arena, "next would be \"%s\" (%s)",
		sg_promotion_action_name(p->step->action), sg_promotion_sentence(arena, p));
}
