#include "step/follower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cluster/application.h"

int64_t sg_follower_now_ms(const struct sg_follower *follower)
{
	return sg_loop_now_ms(sg_world_loop(follower->world));
}

static enum sg_app_kind kind_of(const struct sg_follower *follower)
{
	return sg_app_fold_verdict(follower->fold)->kind;
}

/* ---- what stands beside ---- */

static const struct sg_app_project *project_of(void *arg, const char *name)
{
	struct sg_follower *follower = arg;
	const char *home = follower->ask->argocd_namespace;

	return sg_herd_project(
		follower->herd, home ? home : follower->ask->app.namespace, name, follower);
}

static const struct sg_app_set *set_of(void *arg, const char *namespace, const char *name)
{
	struct sg_follower *follower = arg;

	return sg_herd_set(follower->herd, namespace, name, follower);
}

static const struct sg_app *child_of(void *arg, const char *namespace, const char *name)
{
	struct sg_follower *follower = arg;
	const struct sg_cluster_app app = {namespace, name};
	bool first;
	struct sg_herd_app *child = sg_herd_child(follower->herd, &app, follower, &first);

	if (first)
		*(struct sg_herd_app **)sg_arena_push(&follower->herd->arena, &follower->children,
			&follower->child_count, sizeof(struct sg_herd_app *)) = child;
	return child->app;
}

static const struct sg_app_workloads *workloads_of(void *arg, const struct sg_app *app)
{
	const struct sg_follower *follower = arg;

	return sg_workloads_facts(follower->workloads, app);
}

/* ---- from the beginning to the end ---- */

void sg_follower_begin(struct sg_follower *follower, struct sg_world *world, struct sg_herd *herd,
	const struct sg_await_ask *ask)
{
	follower->world = world;
	follower->client = herd->client;
	follower->herd = herd;
	follower->ask = ask;
	follower->policy = ask->home->policy;
	follower->version = "";
	follower->start_ms = sg_follower_now_ms(follower);
	follower->deadline_ms = world->deadline_ms;
	if (ask->timeout_ms && ask->timeout_ms < world->deadline_ms - follower->start_ms)
		follower->deadline_ms = follower->start_ms + ask->timeout_ms;
	follower->poll_every_ms = world->settings->poll_ms;
	follower->poll_ms = follower->start_ms + follower->poll_every_ms;
	follower->workloads = sg_workloads_new(world, herd->client, /* at_once= */ false);
	follower->beside = (struct sg_app_beside){
		.project = project_of,
		.set = set_of,
		.item = child_of,
		.workloads = workloads_of,
		.arg = follower,
	};
	follower->fold = sg_app_fold_new(
		&ask->want, &follower->policy, ask->home->ancestry, &follower->beside);
	follower->seen = sg_herd_join(herd, &ask->app, follower);
	follower->looking = true;
	herd->looking++;
}

static void let_go(struct sg_follower *follower)
{
	if (follower->progress)
		sg_console_forget(follower->world->console, follower->progress);
	free(follower->progress);
	follower->progress = NULL;
	sg_follower_drop_look(follower);
	sg_app_fold_free(follower->fold);
	follower->fold = NULL;
	sg_workloads_free(follower->workloads);
	follower->workloads = NULL;
	sg_arena_release(&follower->facts);
	follower->app = NULL;
	follower->version = "";
	sg_follower_drop_sync(follower);
	sg_follower_drop_acts(&follower->held);
	sg_free_ptr(&follower->synced);
}

void sg_follower_release(struct sg_follower *follower)
{
	if (follower->world)
		let_go(follower);
	sg_follower_drop_refusals(follower);
	sg_follower_drop_acts(&follower->broken);
	free(follower->end);
}

bool sg_follower_over(const struct sg_follower *follower)
{
	return follower->end != NULL;
}

void sg_follower_judged(struct sg_follower *follower)
{
	bool looking = !follower->end && kind_of(follower) != SG_APP_SUCCESS;

	if (looking == follower->looking)
		return;
	follower->looking = looking;
	if (looking)
		follower->herd->looking++;
	else
		follower->herd->looking--;
}

static const char *const *images_of(const struct sg_follower *follower, size_t *ret_count)
{
	struct sg_arena *arena = follower->world->arena;
	const struct sg_app *app = follower->app;
	const char **images;

	*ret_count = app ? app->images.count : 0;
	images = sg_arena_calloc(arena, *ret_count + 1, sizeof(*images));
	for (size_t i = 0; i < *ret_count; i++)
		images[i] = sg_arena_strdup(arena, app->images.items[i]);
	return images;
}

/* A success that was seen once is none yet. */
static void unconfirmed(const struct sg_follower *follower, struct sg_app_verdict *verdict)
{
	const struct sg_err *trouble =
		follower->read ? sg_cluster_read_trouble(follower->read) : NULL;

	verdict->kind = SG_APP_WAIT;
	verdict->code = SG_APP_CODE_NOT_CONFIRMED;
	verdict->message = sg_arena_printf(follower->world->arena, "%s: %.500s",
		sg_app_code_text(verdict->code),
		trouble ? trouble->cause : "the time was up before it was answered");
}

static struct sg_await_end end_of(const struct sg_follower *follower, bool final)
{
	const struct sg_err *trouble = sg_herd_trouble(follower->seen);
	struct sg_arena *arena = follower->world->arena;
	struct sg_await_end end = {
		.verdict = *sg_app_fold_verdict(follower->fold),
		.sync = follower->app ? sg_app_sync_name(follower->app->sync) : "",
		.health = follower->app ? sg_app_health_name(follower->app->health) : "",
		.elapsed_ms = sg_follower_now_ms(follower) - follower->start_ms,
		.final = final,
	};

	if (!final && end.verdict.kind == SG_APP_SUCCESS)
		unconfirmed(follower, &end.verdict);
	else
		end.verdict.message = sg_arena_strdup(arena, end.verdict.message);
	end.images = images_of(follower, &end.image_count);
	end.log = sg_workloads_log(follower->workloads);
	end.unreadable = sg_workloads_denied(follower->workloads);
	if (trouble && end.verdict.kind == SG_APP_WAIT)
		end.trouble = sg_arena_strdup(arena, trouble->cause);
	return end;
}

/* What it held is given back at once: of thousands most are over long before the last one. */
void sg_follower_close(struct sg_follower *follower, bool final)
{
	struct sg_await_end end = end_of(follower, final);

	end.timed_out = !final;
	follower->end = sg_calloc(1, sizeof(end));
	*follower->end = end;
	let_go(follower);
	sg_follower_judged(follower);
}

void sg_follower_fail(struct sg_follower *follower, const struct sg_err *why)
{
	if (follower->end)
		return;
	sg_follower_close(follower, false);
	follower->end->timed_out = false;
	follower->end->error = why;
}

/* It has failed, and its Rollouts may be stopped for that. */
static bool may_abort(const struct sg_follower *follower)
{
	return kind_of(follower) == SG_APP_FAIL && follower->policy.abort;
}

bool sg_follower_has_to_look(const struct sg_follower *follower)
{
	struct sg_app_judged all[SG_WORKLOADS_APPS_MAX];
	size_t count = 0;

	if (kind_of(follower) == SG_APP_POLICY || kind_of(follower) == SG_APP_SUCCESS ||
		may_abort(follower))
		count = sg_app_fold_judged(follower->fold, all, SG_COUNT(all));
	for (size_t i = 0; i < count; i++)
		if ((!may_abort(follower) || all[i].verdict->kind == SG_APP_FAIL) &&
			sg_workloads_wanted(follower->workloads, all[i].app, all[i].verdict))
			return true;
	return false;
}

/* A Rollout that was stuck when it was read last may have come up since. */
static void renew_broken(struct sg_follower *follower)
{
	struct sg_app_judged all[SG_WORKLOADS_APPS_MAX];
	size_t count = 0;

	if (may_abort(follower))
		count = sg_app_fold_judged(follower->fold, all, SG_COUNT(all));
	for (size_t i = 0; i < count; i++)
		if (all[i].verdict->kind == SG_APP_FAIL)
			sg_workloads_renew(follower->workloads, all[i].app);
}

/* The first final verdict counts, whatever comes after it. */
static void judged(struct sg_follower *follower)
{
	enum sg_app_kind kind = kind_of(follower);

	renew_broken(follower);
	if ((kind == SG_APP_FAIL || kind == SG_APP_POLICY) && !sg_follower_has_to_look(follower)) {
		if (kind == SG_APP_FAIL)
			sg_follower_note_broken(follower);
		sg_follower_close(follower, true);
	} else {
		sg_follower_judged(follower);
	}
}

/* ---- what is seen ---- */

static void keep_version(struct sg_follower *follower, const char *version)
{
	follower->moved = follower->moved || strcmp(follower->version, version) != 0;
	follower->version = version;
}

void sg_follower_take(struct sg_follower *follower)
{
	const struct sg_herd_app *seen = follower->seen;

	if (follower->end)
		return;
	sg_follower_drop_look(follower); /* its answer may be older */
	keep_version(follower, seen->version);
	if (seen->app) {
		sg_app_fold_feed(follower->fold, seen->app, sg_follower_now_ms(follower));
		follower->app = seen->app;
		sg_arena_release(&follower->facts);
	} else {
		sg_app_fold_gone(follower->fold, sg_follower_now_ms(follower));
	}
	judged(follower);
}

void sg_follower_take_child(struct sg_follower *follower, const struct sg_herd_app *child)
{
	if (follower->end || child == follower->seen)
		return;
	if (follower->look == SG_LOOK_CONFIRM && !follower->confirmed)
		sg_follower_drop_look(follower);
	sg_app_fold_feed_other(follower->fold, child->name.namespace, child->name.name, child->app,
		sg_follower_now_ms(follower));
	judged(follower);
}

void sg_follower_take_side(struct sg_follower *follower)
{
	if (follower->end)
		return;
	sg_app_fold_tick(follower->fold, sg_follower_now_ms(follower));
	judged(follower);
}

int sg_follower_feed(struct sg_follower *follower, const struct sg_json *doc, struct sg_err *err)
{
	struct sg_arena old = follower->facts, facts = {0};
	struct sg_app *app = sg_arena_alloc(&facts, sizeof(*app));

	if (sg_application_decode(doc, &facts, app, err) < 0) {
		sg_arena_release(&facts);
		return sg_wrap(err, "application %s", follower->ask->app.name);
	}
	follower->facts = facts;
	follower->app = app;
	keep_version(follower, sg_arena_strdup(&follower->facts, sg_cluster_version_of(doc)));
	sg_app_fold_feed(follower->fold, app, sg_follower_now_ms(follower));
	sg_arena_release(&old);
	judged(follower);
	return 0;
}

/* ---- what is done ---- */

/* What Argo CD leaves open is asked of the workloads; what they say is judged at once. */
static int look_at_workloads(struct sg_follower *follower, struct sg_err *err)
{
	struct sg_app_judged all[SG_WORKLOADS_APPS_MAX];
	size_t count = sg_app_fold_judged(follower->fold, all, SG_COUNT(all));
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		bool read;

		if (sg_workloads_look(follower->workloads, all[i].app, all[i].verdict, &read, err) <
			0)
			return -1;
		any = any || read;
	}
	sg_workloads_turn(follower->workloads);
	if (any || (count && kind_of(follower) == SG_APP_POLICY) || may_abort(follower))
		sg_follower_take_side(follower);
	if (follower->end)
		return 0;
	if (follower->held.count)
		return sg_follower_go_on_resuming(follower, err);
	return any ? sg_follower_resume(follower, err) : 0;
}

/* Of very many only a change of the code is a line. */
static void tell_change(struct sg_follower *follower)
{
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(follower->fold);
	uint64_t said = (uint64_t)verdict->code + 1;

	if (said == follower->said)
		return;
	follower->said = said;
	if (verdict->code != SG_APP_CODE_NOT_SEEN)
		sg_console_did(follower->world->console, sg_await_label(follower->ask),
			sg_app_code_name(verdict->code), NULL, "%s", verdict->message);
}

static void tell(struct sg_follower *follower)
{
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(follower->fold);
	const struct sg_err *trouble = sg_herd_trouble(follower->seen);
	const struct sg_progress_look look = {
		.now_ms = sg_follower_now_ms(follower),
		.deadline_ms = follower->deadline_ms,
		.next_look_ms = sg_follower_due_ms(follower),
		.what = sg_await_label(follower->ask),
		.code = sg_app_code_name(verdict->code),
		.sentence = trouble ? trouble->cause : verdict->message,
	};

	if (follower->progress)
		sg_console_progress(follower->world->console, follower->progress, &look);
	else
		tell_change(follower);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What was to be looked at by some time is, whatever comes before it. */
static void tick(struct sg_follower *follower, int64_t now_ms)
{
	if (now_ms < follower->tick_ms && sg_app_fold_next_look(follower->fold, now_ms) > now_ms)
		return;
	follower->tick_ms = SG_NEVER;
	sg_follower_take_side(follower);
}

int sg_follower_step(struct sg_follower *follower, struct sg_err *err)
{
	int64_t now_ms = sg_follower_now_ms(follower);

	if (!follower->end)
		tick(follower, now_ms);
	if (!follower->end && look_at_workloads(follower, err) < 0)
		return -1;
	if (!follower->end && now_ms >= follower->deadline_ms &&
		follower->deadline_ms < follower->world->deadline_ms)
		sg_follower_close(follower, false);
	if (follower->end)
		return 0;
	if (kind_of(follower) != SG_APP_SUCCESS)
		sg_follower_ask(follower);
	if ((follower->sync || kind_of(follower) != SG_APP_SUCCESS) &&
		sg_follower_sync(follower, err) < 0)
		return -1;
	if (follower->end)
		return 0;
	follower->tick_ms =
		sooner(follower->tick_ms, sg_app_fold_next_look(follower->fold, now_ms));
	if (kind_of(follower) != SG_APP_SUCCESS)
		tell(follower);
	return 0;
}

bool sg_follower_reading(const struct sg_follower *follower, int64_t *ret_due_ms)
{
	int64_t due_ms = SG_NEVER, at_ms = SG_NEVER;
	bool reading;

	if (follower->end) {
		if (follower->broken.pass)
			*ret_due_ms = sg_cluster_pass_due_ms(follower->broken.pass);
		return follower->broken.pass;
	}
	reading = sg_workloads_reading(follower->workloads, &at_ms);
	if (reading)
		due_ms = at_ms;
	if (follower->sync)
		due_ms = sooner(due_ms, sg_sync_due_ms(follower->sync));
	if (follower->held.pass)
		due_ms = sooner(due_ms, sg_cluster_pass_due_ms(follower->held.pass));
	*ret_due_ms = due_ms;
	return reading || follower->sync || follower->held.count;
}

int64_t sg_follower_due_ms(const struct sg_follower *follower)
{
	int64_t now_ms = sg_follower_now_ms(follower);
	int64_t due_ms = follower->deadline_ms;
	struct sg_app_judged all[SG_WORKLOADS_APPS_MAX];
	size_t count = sg_app_fold_judged(follower->fold, all, SG_COUNT(all));

	if (!follower->queued) /* else it has its turn already */
		due_ms = sooner(due_ms, follower->poll_ms);
	for (size_t i = 0; i < count; i++)
		due_ms = sooner(due_ms,
			sg_workloads_due_ms(follower->workloads, all[i].app, all[i].verdict));
	return sooner(
		due_ms, sooner(follower->tick_ms, sg_app_fold_next_look(follower->fold, now_ms)));
}

struct sg_await_end sg_follower_end(const struct sg_follower *follower)
{
	struct sg_await_end end = follower->end ? *follower->end : end_of(follower, false);

	end.did = follower->did;
	end.refusal = sg_follower_refusals(follower);
	return end;
}
