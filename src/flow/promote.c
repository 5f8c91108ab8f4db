#include "flow/promote.h"

#include <string.h>

#include "step/live.h"
#include "step/message.h"
#include "step/promotion_words.h"
#include "step/record.h"

struct promoting {
	struct sg_world *world;
	const struct sg_promote_ask *ask;
	struct sg_report *report;
	struct sg_stage stage;
	struct sg_progress *progress;
	bool timed_out;
};

static int64_t now_of(const struct promoting *run)
{
	return sg_loop_now_ms(sg_world_loop(run->world));
}

/* Where only people or time are missing it ends, unless it was told to stay. */
static bool is_over(const struct promoting *run, const struct sg_promotion *p)
{
	if (!p->step)
		return false;
	if (p->step->action == SG_DO_AWAIT)
		return true;
	return p->step->action == SG_DO_STOP &&
	       !(run->ask->wait_for_people && p->step->end == SG_END_PENDING);
}

/* Where to see for oneself; NULL: nowhere yet. */
static const char *url_of(
	struct sg_arena *arena, const struct promoting *run, const struct sg_promotion *p)
{
	const struct sg_mr *mr = &p->request.mr;

	if (p->facts.published)
		return p->landed[0]
			       ? sg_remote_commit_url(arena, &run->stage.loaded.remote, p->landed)
			       : NULL;
	if (!p->request.open)
		return NULL;
	return strncmp(p->step->code, "PIPELINE_", 9) == 0 && sg_mr_pipeline_is_current(mr)
		       ? mr->pipeline.web_url
		       : mr->web_url;
}

static void tell(struct promoting *run, size_t i)
{
	const struct sg_promotion *p = &run->stage.promotions[i];
	struct sg_arena words SG_AUTO(sg_arena_release) = {0};
	const struct sg_progress_look look = {
		.now_ms = now_of(run),
		.deadline_ms = run->world->deadline_ms,
		.what = sg_arena_printf(&words, "%s to %s", p->service, p->env->name),
		.code = p->step->code,
		.sentence = sg_promotion_sentence(&words, p),
		.url = url_of(&words, run, p),
	};

	sg_console_progress(run->world->console, &run->progress[i], &look);
	if (is_over(run, p))
		sg_console_forget(run->world->console, &run->progress[i]);
}

/* One look and at most one effect. *ret_moved: something was done that is worth a look at once. */
static int turn(struct promoting *run, size_t i, bool *ret_moved, struct sg_err *err)
{
	struct sg_promotion *p = &run->stage.promotions[i];
	struct sg_stage *stage = &run->stage;
	int refusals;

	if (sg_promotion_look(run->world, &stage->loaded, stage->forge, p, err) < 0)
		return -1;
	tell(run, i);
	if (run->ask->dry_run)
		return 0;
	if (stage->forge && sg_record_gates(run->world, &stage->loaded, stage->forge, p, err) < 0)
		return -1;
	if (is_over(run, p) || p->step->action == SG_DO_STOP || p->step->action == SG_DO_LOOK_AGAIN)
		return 0;
	refusals = p->refusals;
	if (sg_promotion_act(run->world, &stage->loaded, stage->forge, p, err) < 0)
		return -1;
	if (p->refusals == refusals)
		p->refusals = 0;
	*ret_moved = *ret_moved || (p->step->action != SG_DO_RECHECK && p->refusals == 0);
	return 0;
}

/* Waits before the next look. False when the time is up. */
static int pause_before(struct promoting *run, bool moved, bool *ret_on, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(run->world);
	int64_t until_ms = sg_loop_after(loop, run->ask->look_every_ms);

	*ret_on = now_of(run) < run->world->deadline_ms;
	if (moved || !*ret_on)
		return 0;
	if (until_ms > run->world->deadline_ms)
		until_ms = run->world->deadline_ms;
	return sg_loop_delay(loop, until_ms, err);
}

/* The time ran out in the middle of a look: what it waited for is the answer, not the request. */
static int unless_ran_out(
	struct promoting *run, const struct sg_promotion *p, const struct sg_err *err)
{
	run->timed_out = p->step && now_of(run) >= run->world->deadline_ms &&
			 (err->reason == SG_R_TIMEOUT || err->reason == SG_R_REMOTE_TIMEOUT);
	return run->timed_out ? 0 : -1;
}

/* One turn of each that goes on. *ret_over counts those that do not. */
static int round_of(struct promoting *run, bool *ret_moved, size_t *ret_over, struct sg_err *err)
{
	struct sg_stage *stage = &run->stage;

	*ret_moved = false;
	*ret_over = 0;
	for (size_t i = 0; i < stage->count; i++) {
		struct sg_promotion *p = &stage->promotions[i];

		if (!is_over(run, p) && turn(run, i, ret_moved, err) < 0)
			return unless_ran_out(run, p, err);
		*ret_over += is_over(run, p);
	}
	return 0;
}

static int turn_all(struct promoting *run, struct sg_err *err)
{
	bool moved, on;
	size_t over;

	for (;;) {
		if (round_of(run, &moved, &over, err) < 0)
			return -1;
		if (over == run->stage.count || run->ask->dry_run || run->timed_out)
			return 0;
		if (pause_before(run, moved, &on, err) < 0)
			return -1;
		run->timed_out = !on;
		if (run->timed_out)
			return 0;
		if (sg_load_again(&run->stage.loaded, err) < 0)
			return unless_ran_out(run, &run->stage.promotions[0], err);
	}
}

static const struct sg_promotion *worst(const struct promoting *run)
{
	const struct sg_promotion *found = &run->stage.promotions[0];

	for (size_t i = 1; i < run->stage.count; i++)
		if (sg_result_is_worse(sg_promotion_result(&run->stage.promotions[i]),
			    sg_promotion_result(found)))
			found = &run->stage.promotions[i];
	return found;
}

static int64_t next_look(const struct promoting *run)
{
	int64_t next = 0;

	for (size_t i = 0; i < run->stage.count; i++) {
		const struct sg_promotion *p = &run->stage.promotions[i];
		int64_t at = p->merge_gates.count ? p->merge_gates.next_look_unix_s
						  : p->publish_gates.next_look_unix_s;

		if (p->step->action == SG_DO_STOP && at && (!next || at < next))
			next = at;
	}
	return next;
}

static bool wrote(const struct promoting *run)
{
	for (size_t i = 0; i < run->stage.count; i++)
		if (run->stage.promotions[i].writes)
			return true;
	return false;
}

/* The end of a run in which the worst promotion did not get as far as the cluster. */
static void end_short(struct promoting *run, const struct sg_promotion *p)
{
	enum sg_result result = sg_promotion_result(p);

	run->report->next_look_unix_s = next_look(run);
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
	else if (wrote(run))
		sg_report_end(run->report, SG_RESULT_DONE, row->code, "%s runs %s",
			run->stage.env->name,
			run->stage.count == 1 ? p->target_image : "all of it");
	else
		sg_report_end(run->report, SG_RESULT_UNCHANGED, "NOTHING_TO_DO",
			"%s runs %s already; nothing was written", run->stage.env->name,
			run->stage.count == 1 ? p->target_image : "all of it");
}

/* Behind those of the services before: each has a merge request of its own. */
static void add_files(struct promoting *run, const struct sg_plan *plan)
{
	struct sg_report *report = run->report;
	size_t count = report->file_count + plan->file_count;
	struct sg_file_change *all = sg_arena_calloc(run->world->arena, count + 1, sizeof(*all));

	if (report->file_count)
		memcpy(all, report->files, report->file_count * sizeof(*all));
	if (plan->file_count)
		memcpy(all + report->file_count, plan->files, plan->file_count * sizeof(*all));
	report->files = all;
	report->file_count = count;
}

static int plan_one(struct promoting *run, struct sg_promotion *p, struct sg_err *err)
{
	struct sg_plan plan;
	const char *wish;

	if (p->facts.published || p->facts.older || p->facts.head_older)
		return 0;
	if (sg_promotion_plan(run->world, &run->stage.loaded, p, &plan, &wish, err) < 0)
		return -1;
	add_files(run, &plan);
	return 0;
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
	const struct sg_promotion *p = worst(run);

	for (size_t i = 0; i < run->stage.count; i++)
		if (plan_one(run, &run->stage.promotions[i], err) < 0)
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
	const struct sg_promotion *p = worst(run);
	const struct sg_report_verdict *row;

	if (run->ask->dry_run)
		return end_dry(run, err);
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

	sg_stage_report(&run->stage, run->report);
	run->report->publish_via = sg_publish_via_name(SG_VIA_GIT);
	if (run->stage.loaded.policy.publish_via == SG_VIA_API)
		sg_report_warn(run->report, "VIA_GIT",
			"publish.via: api is for bump; a promotion goes by Git");
	run->progress = sg_arena_calloc(run->world->arena, count, sizeof(*run->progress));
	for (size_t i = 0; i < count; i++) {
		sg_progress_init(&run->progress[i], now_of(run));
		run->stage.promotions[i].older_reason =
			sg_message_reason(run->world, run->ask->older_reason);
	}
	sg_console_phase(run->world->console, SG_CONSOLE_PROMOTE, "Promoting %s to %s",
		count == 1 ? run->stage.promotions[0].service
			   : sg_arena_printf(run->world->arena, "%zu services", count),
		run->stage.env->name);
	if (turn_all(run, err) < 0)
		return -1;
	return end(run, err);
}

int sg_flow_promote(struct sg_world *world, const struct sg_promote_ask *ask,
	struct sg_report *report, struct sg_err *err)
{
	struct promoting run = {.world = world, .ask = ask, .report = report};
	int rc;

	rc = sg_stage_open(
		world, ask->to, ask->services, ask->count, !ask->dry_run, &run.stage, err);
	if (rc == 0)
		rc = promote(&run, err);
	sg_stage_release(world, &run.stage);
	return rc;
}
