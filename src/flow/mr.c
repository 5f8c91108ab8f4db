#include "flow/mr.h"

#include <inttypes.h>
#include <string.h>

#include "step/change.h"
#include "step/close.h"
#include "step/message.h"
#include "step/over.h"
#include "step/turn.h"

#define CLOSE_NOTE                                                                                 \
	"Closed by `stagegate mr close`. The same version can be asked for again: `stagegate mr "  \
	"open`."

struct handling {
	struct sg_world *world;
	const struct sg_mr_ask *ask;
	struct sg_report *report;
	struct sg_stage stage;
	/* What came of one of the promotions. */
	int (*judge)(struct handling *h, struct sg_promotion *p, struct sg_service_answer *ret,
		struct sg_err *err);
};

static struct sg_service_answer say(enum sg_result result, const char *code, const char *sentence)
{
	return (struct sg_service_answer){result, code, sentence};
}

/* As the table has it. */
static struct sg_service_answer as_it_stands(const struct handling *h, const struct sg_promotion *p)
{
	return say(
		sg_promotion_result(p), p->step->code, sg_promotion_sentence(h->world->arena, p));
}

static const char *carries(const struct handling *h, const struct sg_promotion *p)
{
	return sg_arena_printf(h->world->arena, "%s carries %s already", p->env->name, p->wish);
}

/* ---- the end of every command ---- */

static void add_row(
	struct handling *h, const struct sg_promotion *p, const struct sg_service_answer *answer)
{
	struct sg_report_service *row = sg_report_add_service(h->report);

	row->service = p->service;
	row->environment = p->env->name;
	row->result = answer->result;
	row->code = answer->code;
	row->sentence = answer->sentence;
}

static int end(struct handling *h, struct sg_err *err)
{
	struct sg_service_answer worst = {0}, answer;
	const char *service = NULL;

	for (size_t i = 0; i < h->stage.count; i++) {
		struct sg_promotion *p = &h->stage.promotions[i];

		if (h->judge(h, p, &answer, err) < 0)
			return -1;
		add_row(h, p, &answer);
		if (service && !sg_result_is_worse(answer.result, worst.result))
			continue;
		service = p->service;
		worst = answer;
	}
	sg_report_end(h->report, worst.result, worst.code, "%s: %s", service, worst.sentence);
	return 0;
}

/* Rows of what was looked at, and what would be done next, for a dry run. */
static int end_looked(struct handling *h, struct sg_err *err)
{
	struct sg_stage *stage = &h->stage;

	/* the configuration may be another one by now */
	sg_stage_report(stage, h->report);
	h->report->next_look_unix_s = sg_stage_next_look(stage);
	if (h->ask->dry_run && sg_stage_plan(h->world, stage, h->report, err) < 0)
		return -1;
	if (end(h, err) < 0)
		return -1;
	for (size_t i = 0; i < stage->count; i++)
		sg_stage_report_one(&stage->promotions[i], h->report);
	return 0;
}

static int judge_plan(struct handling *h, struct sg_promotion *p, struct sg_service_answer *ret,
	struct sg_err *err)
{
	(void)err;
	*ret = say(SG_RESULT_PLANNED, p->step->code,
		sg_arena_printf(h->world->arena, "%s; nothing was written",
			sg_promotion_next(h->world->arena, p)));
	return 0;
}

static int turn(struct handling *h,
	bool (*is_over)(const struct sg_turning *turning, const struct sg_promotion *p),
	struct sg_err *err)
{
	struct sg_turning turning = {
		.world = h->world,
		.stage = &h->stage,
		.is_over = is_over,
		.look_only = h->ask->dry_run,
		.look_every_ms = h->ask->look_every_ms,
	};

	for (size_t i = 0; i < h->stage.count; i++)
		h->stage.promotions[i].older_reason =
			sg_message_reason(h->world, h->ask->older_reason);
	h->report->publish_via = sg_publish_via_name(SG_VIA_GIT);
	if (h->stage.loaded.policy.publish_via == SG_VIA_API)
		sg_report_warn(h->report, "VIA_GIT",
			"publish.via: api is for commits; a merge request goes by Git");
	if (h->ask->dry_run)
		h->judge = judge_plan;
	return sg_turn_all(&turning, err) < 0 ? -1 : end_looked(h, err);
}

/* Opens the stage, does WORK on it, and lets it go. */
static int on_stage(struct handling *h, bool writes, bool as_open,
	int (*work)(struct handling *h, struct sg_err *err), struct sg_err *err)
{
	const struct sg_stage_ask ask = {
		.to = h->ask->to,
		.services = h->ask->services,
		.tags = h->ask->tags,
		.count = h->ask->count,
		.iid = h->ask->iid,
		.writes = writes,
		.by_request = true,
		.as_open = as_open,
	};
	int rc = sg_stage_open(h->world, &ask, &h->stage, err);

	if (rc == 0) {
		sg_stage_report(&h->stage, h->report);
		rc = work(h, err);
	}
	sg_stage_release(h->world, &h->stage);
	return rc;
}

/* ---- open ---- */

/* It is open, and nothing is left to be written about it. */
static bool is_opened(const struct sg_turning *turning, const struct sg_promotion *p)
{
	(void)turning;
	switch (p->step->action) {
	case SG_DO_COMMIT:
	case SG_DO_PUSH:
	case SG_DO_OPEN:
	case SG_DO_RECORD:
	case SG_DO_RENEW:
	case SG_DO_CLOSE:
	case SG_DO_DISARM:
		return false;
	case SG_DO_LOOK_AGAIN:
		return p->facts.head_known && !p->facts.locked;
	case SG_DO_RECHECK:
	case SG_DO_START:
	case SG_DO_ARM:
	case SG_DO_MERGE:
	case SG_DO_AWAIT:
	case SG_DO_STOP:
		break;
	}
	return true;
}

/* Another version is open, and the gates do not let this one take its place yet. */
static struct sg_service_answer held_up(const struct handling *h, const struct sg_promotion *p)
{
	const struct sg_gathered *gates = &p->publish_gates;
	const struct sg_gate_verdict *gate = sg_gates_blocker(gates->verdicts, gates->count);
	bool waits = gates->worst == SG_VERDICT_WAIT;

	return say(waits ? SG_RESULT_PENDING : SG_RESULT_FAILED,
		waits ? "GATES_WAIT" : "GATES_CLOSED",
		sg_arena_printf(h->world->arena,
			"!%" PRId64 " is open for %s, and %s may not take its place yet: %s",
			p->request.mr.iid, p->head.wish, p->wish,
			gate ? gate->sentence : "a gate is closed"));
}

static int judge_open(struct handling *h, struct sg_promotion *p, struct sg_service_answer *ret,
	struct sg_err *err)
{
	bool stopped = p->step->action == SG_DO_STOP &&
		       (p->step->end == SG_END_CONFLICT || !p->facts.head_known);

	(void)err;
	if (p->facts.published && p->step->action == SG_DO_AWAIT)
		*ret = say(SG_RESULT_UNCHANGED, "NOTHING_TO_DO", carries(h, p));
	else if (!p->facts.has_mr || stopped || !is_opened(NULL, p))
		*ret = as_it_stands(h, p);
	else if (!p->facts.head_wanted)
		*ret = held_up(h, p);
	else
		*ret = say(p->writes ? SG_RESULT_DONE : SG_RESULT_UNCHANGED, "MR_OPEN",
			sg_arena_printf(h->world->arena, "!%" PRId64 " is open for %s (%s)",
				p->request.mr.iid, p->head.wish,
				sg_promotion_sentence(h->world->arena, p)));
	return 0;
}

static int open_all(struct handling *h, struct sg_err *err)
{
	sg_console_phase(h->world->console, SG_CONSOLE_PROMOTE, "Opening merge requests to %s",
		h->stage.env->name);
	return turn(h, is_opened, err);
}

int sg_flow_mr_open(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct handling h = {.world = world, .ask = ask, .report = report, .judge = judge_open};

	for (size_t i = 0; i < ask->count; i++) {
		const struct sg_bump_wish wish = {.service = ask->services[i], .tag = ask->tags[i]};

		if (wish.tag && sg_wish_check(&wish, err) < 0)
			return -1;
	}
	return on_stage(&h, !ask->dry_run, false, open_all, err);
}

/* ---- status ---- */

static bool is_seen(const struct sg_turning *turning, const struct sg_promotion *p)
{
	(void)turning;
	(void)p;
	return true;
}

static int judge_status(struct handling *h, struct sg_promotion *p, struct sg_service_answer *ret,
	struct sg_err *err)
{
	const struct sg_mr *mr = &h->stage.mr;

	if (mr->iid && sg_over_is(mr) && !(p->facts.published && p->facts.past_gate))
		return sg_over(h->world, &h->stage, p, mr, ret, err);
	*ret = as_it_stands(h, p);
	return 0;
}

/* GitLab tests an idle request only when it is asked; that is a read, too. */
static int look_tested(struct handling *h, struct sg_promotion *p, struct sg_err *err)
{
	struct sg_stage *stage = &h->stage;

	if (p->step->action != SG_DO_RECHECK)
		return 0;
	if (sg_gitlab_mr_recheck(&stage->forge->gitlab, p->request.mr.iid, err) < 0)
		return -1;
	return sg_promotion_look(h->world, &stage->loaded, stage->forge, p, err);
}

static int look_at_all(struct handling *h, struct sg_err *err)
{
	struct sg_turning turning = {
		.world = h->world, .stage = &h->stage, .is_over = is_seen, .look_only = true};
	struct sg_promotion *p = &h->stage.promotions[0];
	const struct sg_mr *mr = &h->stage.mr;

	/* It is about the version of that one, whatever is open by now. */
	if (mr->iid && sg_over_is(mr)) {
		p->as_open = false;
		p->asked = sg_plan_wish_at(h->world, &h->stage.loaded, p->env, p->service, mr->sha);
	}
	if (sg_turn_all(&turning, err) < 0)
		return -1;
	for (size_t i = 0; i < h->stage.count; i++)
		if (look_tested(h, &h->stage.promotions[i], err) < 0)
			return -1;
	return end_looked(h, err);
}

int sg_flow_mr_status(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct handling h = {.world = world, .ask = ask, .report = report, .judge = judge_status};

	return on_stage(&h, false, true, look_at_all, err);
}

/* ---- merge ---- */

/* What is not open is not opened here. */
static bool is_merged(const struct sg_turning *turning, const struct sg_promotion *p)
{
	(void)turning;
	return !p->facts.has_mr || p->step->action == SG_DO_STOP ||
	       p->step->action == SG_DO_AWAIT || p->step->action == SG_DO_RENEW;
}

static const struct sg_mr *followed(const struct sg_promotion *p)
{
	if (!p->followed_iid)
		return NULL;
	if (p->request.merged.iid == p->followed_iid)
		return &p->request.merged;
	return p->request.closed.iid == p->followed_iid ? &p->request.closed : NULL;
}

static int judge_merge(struct handling *h, struct sg_promotion *p, struct sg_service_answer *ret,
	struct sg_err *err)
{
	const struct sg_mr *mr = followed(p);

	if (p->facts.has_mr || p->facts.past_gate || p->facts.rejected) {
		*ret = as_it_stands(h, p);
		if (p->step->action == SG_DO_RENEW)
			ret->result = SG_RESULT_FAILED;
		return 0;
	}
	if (!mr && h->stage.mr.iid && sg_over_is(&h->stage.mr))
		mr = &h->stage.mr;
	if (mr)
		return sg_over(h->world, &h->stage, p, mr, ret, err);
	if (p->facts.published)
		*ret = say(SG_RESULT_UNCHANGED, "NOTHING_TO_DO", carries(h, p));
	else
		*ret = say(SG_RESULT_FAILED, "MR_NONE",
			"no merge request of ours is open: `stagegate mr open` makes one");
	return 0;
}

static int merge_all(struct handling *h, struct sg_err *err)
{
	if (h->stage.mr.iid && sg_over_is(&h->stage.mr))
		return look_at_all(h, err);
	sg_console_phase(
		h->world->console, SG_CONSOLE_PROMOTE, "Merging into %s", h->stage.env->name);
	return turn(h, is_merged, err);
}

int sg_flow_mr_merge(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct handling h = {.world = world, .ask = ask, .report = report, .judge = judge_merge};

	return on_stage(&h, !ask->dry_run, true, merge_all, err);
}

/* ---- close ---- */

static int judge_close(struct handling *h, struct sg_promotion *p, struct sg_service_answer *ret,
	struct sg_err *err)
{
	const struct sg_close_ask ask = {
		.env = p->env,
		.service = p->service,
		.iid = h->ask->iid,
		.why = CLOSE_NOTE,
		.look_only = h->ask->dry_run,
		.look_every_ms = h->ask->look_every_ms,
	};
	struct sg_closed closed;

	if (h->stage.mr.state == SG_MR_MERGED && h->stage.mr.iid) {
		*ret = sg_close_merged(h->world->arena, &h->stage.mr);
		return 0;
	}
	if (sg_close(h->world, &h->stage.loaded, h->stage.forge, &ask, &closed, err) < 0)
		return -1;
	sg_close_report(&ask, &closed, h->report);
	*ret = sg_close_answer(h->world->arena, &ask, &closed);
	return 0;
}

int sg_flow_mr_close(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct handling h = {.world = world, .ask = ask, .report = report, .judge = judge_close};

	return on_stage(&h, !ask->dry_run, true, end, err);
}
