#include "flow/promote.h"

#include <string.h>

#include "step/live.h"
#include "step/message.h"
#include "step/promotion_words.h"
#include "step/turn.h"

struct promoting {
	struct sg_world *world;
	const struct sg_promote_ask *ask;
	struct sg_report *report;
	struct sg_stage stage;
};

/* Where only people or time are missing it ends, unless it was told to stay. */
static bool is_over(const struct sg_turning *turning, const struct sg_promotion *p)
{
	const struct promoting *run = turning->arg;

	if (p->step->action == SG_DO_AWAIT)
		return true;
	return p->step->action == SG_DO_STOP &&
	       !(run->ask->wait_for_people && p->step->end == SG_END_PENDING);
}

/* The end of a run in which the worst promotion did not get as far as the cluster. */
static void end_short(struct promoting *run, const struct sg_promotion *p)
{
	enum sg_result result = sg_promotion_result(p);

	run->report->next_look_unix_s = sg_stage_next_look(&run->stage);
	sg_report_end(run->report, result, p->step->code, "%s: %s", p->service,
		sg_promotion_sentence(run->world->arena, p));
}

static void end_live(struct promoting *run, const struct sg_report_verdict *row)
{
	const struct sg_promotion *p = &run->stage.promotions[0];

	run->report->commit = p->landed[0] ? p->landed : p->tip->revision;
	run->report->commit_url = sg_remote_commit_url(
		run->world->arena, &run->stage.loaded.remote, run->report->commit);
	if (row->result != SG_RESULT_DONE)
		sg_report_end(run->report, row->result, row->code, "%s: %s", row->application,
			row->sentence);
	else if (sg_stage_wrote(&run->stage))
		sg_report_end(run->report, SG_RESULT_DONE, row->code, "%s runs %s",
			run->stage.env->name,
			run->stage.count == 1 ? p->target_image : "all of it");
	else
		sg_report_end(run->report, SG_RESULT_UNCHANGED, "NOTHING_TO_DO",
			"%s runs %s already; nothing was written", run->stage.env->name,
			run->stage.count == 1 ? p->target_image : "all of it");
}

/* How the roll-out of a service ended; NULL: it was not waited for. */
static const struct sg_report_verdict *verdict_of(
	const struct promoting *run, const struct sg_promotion *p)
{
	for (size_t i = 0; i < run->report->verdict_count; i++)
		if (strcmp(run->report->verdicts[i].service, p->service) == 0)
			return &run->report->verdicts[i];
	return NULL;
}

/* The rows of one promotion. The first says how far it came: the run's own outcome is that of the
 * worst one. */
static void report_one(struct promoting *run, const struct sg_promotion *p)
{
	const struct sg_report_verdict *verdict = verdict_of(run, p);
	struct sg_report_service *row = sg_report_add_service(run->report);

	row->service = p->service;
	row->environment = p->env->name;
	row->result = verdict ? verdict->result : sg_promotion_result(p);
	row->code = verdict ? verdict->code : p->step->code;
	row->sentence = verdict ? verdict->sentence : sg_promotion_sentence(run->world->arena, p);
	if (run->ask->dry_run) {
		row->result = SG_RESULT_PLANNED;
		row->sentence = sg_promotion_next(run->world->arena, p);
	}
	sg_stage_report_one(p, run->report);
}

/* What would be done, and what each gate says; all of it was found by reading. */
static int end_dry(struct promoting *run, struct sg_err *err)
{
	const struct sg_promotion *p = sg_stage_worst(&run->stage);

	if (sg_stage_plan(run->world, &run->stage, run->report, err) < 0)
		return -1;
	for (size_t i = 0; i < run->stage.count; i++)
		report_one(run, &run->stage.promotions[i]);
	sg_report_end(run->report, SG_RESULT_PLANNED, p->step->code,
		"%s to %s: %s; nothing was written", p->service, p->env->name,
		sg_promotion_next(run->world->arena, p));
	return 0;
}

static int end(struct promoting *run, struct sg_err *err)
{
	const struct sg_promotion *p = sg_stage_worst(&run->stage);
	const struct sg_report_verdict *row;

	if (run->ask->dry_run)
		return end_dry(run, err);
	/* the configuration may be another one by now */
	sg_stage_report(&run->stage, run->report);
	if (sg_live_await(run->world, &run->stage, run->report, &row, err) < 0)
		return -1;
	for (size_t i = 0; i < run->stage.count; i++)
		report_one(run, &run->stage.promotions[i]);
	if (row && !sg_result_is_worse(sg_promotion_result(p), row->result))
		end_live(run, row);
	else
		end_short(run, p);
	return 0;
}

static int promote(struct promoting *run, struct sg_err *err)
{
	size_t count = run->stage.count;
	struct sg_turning turning = {
		.world = run->world,
		.stage = &run->stage,
		.is_over = is_over,
		.arg = run,
		.look_only = run->ask->dry_run,
		.look_every_ms = run->ask->look_every_ms,
	};

	sg_stage_report(&run->stage, run->report);
	run->report->publish_via = sg_publish_via_name(SG_VIA_GIT);
	if (run->stage.loaded.policy.publish_via == SG_VIA_API)
		sg_report_warn(run->report, "VIA_GIT",
			"publish.via: api is for bump; a promotion goes by Git");
	for (size_t i = 0; i < count; i++)
		run->stage.promotions[i].older_reason =
			sg_message_reason(run->world, run->ask->older_reason);
	sg_console_phase(run->world->console, SG_CONSOLE_PROMOTE, "Promoting %s to %s",
		count == 1 ? run->stage.promotions[0].service
			   : sg_arena_printf(run->world->arena, "%zu services", count),
		run->stage.env->name);
	if (sg_turn_all(&turning, err) < 0)
		return -1;
	return end(run, err);
}

int sg_flow_promote(struct sg_world *world, const struct sg_promote_ask *ask,
	struct sg_report *report, struct sg_err *err)
{
	struct promoting run = {.world = world, .ask = ask, .report = report};
	const struct sg_stage_ask stage = {
		.to = ask->to,
		.services = ask->services,
		.count = ask->count,
		.writes = !ask->dry_run,
	};
	int rc;

	rc = sg_stage_open(world, &stage, &run.stage, err);
	if (rc == 0)
		rc = promote(&run, err);
	sg_stage_release(world, &run.stage);
	return rc;
}
