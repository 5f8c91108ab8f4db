#include "step/turn.h"

#include <string.h>

#include "step/promotion_words.h"
#include "step/record.h"

static int64_t now_of(const struct sg_turning *t)
{
	return sg_loop_now_ms(sg_world_loop(t->world));
}

static bool is_over(const struct sg_turning *t, const struct sg_promotion *p)
{
	return p->step && t->is_over(t, p);
}

/* Where to see for oneself; NULL: nowhere yet. */
static const char *url_of(
	struct sg_arena *arena, const struct sg_turning *t, const struct sg_promotion *p)
{
	const struct sg_mr *mr = &p->request.mr;

	if (p->facts.published)
		return p->landed[0]
			       ? sg_remote_commit_url(arena, &t->stage->loaded.remote, p->landed)
			       : NULL;
	if (!p->request.open)
		return NULL;
	return strncmp(p->step->code, "PIPELINE_", 9) == 0 && sg_mr_pipeline_is_current(mr)
		       ? mr->pipeline.web_url
		       : mr->web_url;
}

static void tell(struct sg_turning *t, size_t i)
{
	const struct sg_promotion *p = &t->stage->promotions[i];
	struct sg_arena words SG_AUTO(sg_arena_release) = {0};
	const struct sg_progress_look look = {
		.now_ms = now_of(t),
		.deadline_ms = t->world->deadline_ms,
		.what = sg_arena_printf(&words, "%s to %s", p->service, p->env->name),
		.code = p->step->code,
		.sentence = sg_promotion_sentence(&words, p),
		.url = url_of(&words, t, p),
	};

	sg_console_progress(t->world->console, &t->progress[i], &look);
	if (is_over(t, p))
		sg_console_forget(t->world->console, &t->progress[i]);
}

/* A replica of GitLab's may not have yet what this run has just opened (gitlab.md 1.3). */
static int unless_lagging(
	const struct sg_turning *t, const struct sg_promotion *p, const struct sg_err *err)
{
	if (err->reason != SG_R_NOT_FOUND || !p->opened_ms ||
		now_of(t) - p->opened_ms >= SG_REPLICA_LAG_MS)
		return -1;
	sg_debug(t->world->log, "right after it was opened: %s", err->cause);
	return 0;
}

static bool is_at(const struct sg_loaded *loaded, const struct sg_environment *env,
	const struct sg_tree_source *tip)
{
	struct sg_err ignored = SG_ERR_INIT;
	char oid[SG_OID_SIZE];

	return sg_repo_tip(loaded->repo, env->branch, oid, &ignored) == 0 &&
	       strcmp(oid, tip->revision) == 0;
}

/* A fetch of this look may have looked anew: then it was judged for other tips than are known. */
static bool is_of_now(const struct sg_loaded *loaded, const struct sg_promotion *p)
{
	if (!is_at(loaded, p->env, p->tip))
		return false;
	for (size_t i = 0; i < p->before_count; i++)
		if (!is_at(loaded, p->befores[i].env, p->befores[i].tip))
			return false;
	return true;
}

/*
 * One look, judged by the configuration of its own moment, and at most one effect. *ret_moved:
 * something was done that is worth a look at once.
 */
static int turn(struct sg_turning *t, size_t i, bool *ret_moved, struct sg_err *err)
{
	struct sg_promotion *p = &t->stage->promotions[i];
	struct sg_stage *stage = t->stage;
	bool changed = true;
	int refusals;

	while (changed) {
		if (sg_promotion_look(t->world, &stage->loaded, stage->forge, p, err) < 0)
			return unless_lagging(t, p, err);
		if (sg_stage_config_again(t->world, stage, &changed, err) < 0)
			return -1;
	}
	tell(t, i);
	if (t->look_only)
		return 0;
	if (p->double_note_count &&
		sg_double_notes_remove(t->world, stage->forge, p->request.mr.iid, p->double_notes,
			p->double_note_count, err) < 0)
		return -1;
	if (stage->forge && sg_record_gates(t->world, &stage->loaded, stage->forge, p, err) < 0)
		return -1;
	if (is_over(t, p) || p->step->action == SG_DO_STOP || p->step->action == SG_DO_LOOK_AGAIN)
		return 0;
	if (!is_of_now(&stage->loaded, p)) {
		*ret_moved = true;
		return 0;
	}
	refusals = p->refusals;
	if (sg_promotion_act(t->world, &stage->loaded, stage->forge, p, err) < 0)
		return -1;
	if (p->refusals == refusals)
		p->refusals = 0;
	/* one lost answer is looked after at once; more of them need time */
	*ret_moved = *ret_moved ||
		     (p->step->action != SG_DO_RECHECK && p->refusals == 0 && p->doubts < 2);
	return 0;
}

/* Waits before the next look. False when the time is up. */
static int pause_before(struct sg_turning *t, bool moved, bool *ret_on, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(t->world);
	int64_t until_ms = sg_loop_after(loop, t->look_every_ms);

	*ret_on = now_of(t) < t->world->deadline_ms;
	if (moved || !*ret_on)
		return 0;
	if (until_ms > t->world->deadline_ms)
		until_ms = t->world->deadline_ms;
	return sg_loop_delay(loop, until_ms, err);
}

/* The time ran out in the middle of a look: what it waited for is the answer, not the request. */
static int unless_ran_out(
	struct sg_turning *t, const struct sg_promotion *p, const struct sg_err *err)
{
	t->timed_out = p->step && now_of(t) >= t->world->deadline_ms &&
		       (err->reason == SG_R_TIMEOUT || err->reason == SG_R_REMOTE_TIMEOUT);
	return t->timed_out ? 0 : -1;
}

/* One turn of each that goes on. *ret_over counts those that do not. */
static int round_of(struct sg_turning *t, bool *ret_moved, size_t *ret_over, struct sg_err *err)
{
	struct sg_stage *stage = t->stage;

	*ret_moved = false;
	*ret_over = 0;
	for (size_t i = 0; i < stage->count; i++) {
		struct sg_promotion *p = &stage->promotions[i];

		if (!is_over(t, p) && turn(t, i, ret_moved, err) < 0)
			return unless_ran_out(t, p, err);
		*ret_over += is_over(t, p);
	}
	return 0;
}

int sg_turn_all(struct sg_turning *t, struct sg_err *err)
{
	size_t over, count = t->stage->count;
	bool moved, on;

	t->progress = sg_arena_calloc(t->world->arena, count, sizeof(*t->progress));
	for (size_t i = 0; i < count; i++)
		sg_progress_init(&t->progress[i], now_of(t));
	for (;;) {
		if (round_of(t, &moved, &over, err) < 0)
			return -1;
		if (over == count || t->look_only || t->timed_out)
			return 0;
		if (pause_before(t, moved, &on, err) < 0)
			return -1;
		t->timed_out = !on;
		if (t->timed_out)
			return 0;
		if (sg_stage_look_again(t->world, t->stage, err) < 0)
			return unless_ran_out(t, &t->stage->promotions[0], err);
	}
}
