#include "step/looks_follower.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "step/flux_eye.h"
#include "step/plain_eye.h"

#define INTERVAL_MS 5000 /* of looks, where --poll is no shorter */
#define READ_MAX_MS 30000
#define ODD_LOOKS 3
#define SCAN_EACH_MS 20 /* between two reads of workloads, for all together */
#define REST_MAX_MS 60000

static int64_t now_of(const struct sg_looks_follower *follower)
{
	return sg_loop_now_ms(sg_world_loop(follower->world));
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What ASK follows decides how it is looked at. */
static struct sg_eye *open_eye(const struct sg_eye *base)
{
	if (base->ask->follow == SG_FOLLOW_WORKLOAD)
		return sg_plain_eye_new(base);
	return sg_flux_eye_new(base, base->ask->home->ancestry, &base->ask->home->policy);
}

void sg_looks_follower_begin(
	struct sg_looks_follower *follower, struct sg_world *world, const struct sg_await_ask *ask)
{
	int64_t poll_ms = world->settings->poll_ms;

	follower->world = world;
	follower->ask = ask;
	follower->start_ms = follower->next_ms = now_of(follower);
	follower->deadline_ms = world->deadline_ms;
	if (ask->timeout_ms && ask->timeout_ms < world->deadline_ms - follower->start_ms)
		follower->deadline_ms = follower->start_ms + ask->timeout_ms;
	follower->interval_ms = poll_ms < INTERVAL_MS ? poll_ms : INTERVAL_MS;
	follower->denied_ms = SG_NEVER;
	follower->trouble = (struct sg_err)SG_ERR_INIT;
	follower->said = SG_APP_CODE_NOT_SEEN;
	follower->eye = open_eye(&(struct sg_eye){.world = world,
		.client = ask->home->client,
		.ask = ask,
		.deadline_ms = follower->deadline_ms});
}

static void let_go(struct sg_looks_follower *follower)
{
	if (follower->progress)
		sg_console_forget(follower->world->console, follower->progress);
	free(follower->progress);
	follower->progress = NULL;
	if (follower->eye)
		follower->eye->class->free(follower->eye);
	follower->eye = NULL;
}

void sg_looks_follower_release(struct sg_looks_follower *follower)
{
	if (follower->world && !follower->over)
		let_go(follower);
}

/* ---- the end ---- */

static struct sg_app_verdict verdict_of(const struct sg_looks_follower *follower)
{
	return follower->eye->class->verdict(follower->eye);
}

/* A success that was seen once is none yet. */
static void unconfirmed(const struct sg_looks_follower *follower, struct sg_app_verdict *verdict)
{
	verdict->kind = SG_APP_WAIT;
	verdict->code = SG_APP_CODE_NOT_CONFIRMED;
	verdict->message = sg_arena_printf(follower->world->arena, "%s: %.500s",
		sg_app_code_text(verdict->code),
		follower->trouble.reason == SG_R_OK ? "the time was up before it was answered"
						    : follower->trouble.cause);
}

static void close_it(struct sg_looks_follower *follower, bool final, bool timed_out)
{
	struct sg_arena *arena = follower->world->arena;
	const struct sg_eye *eye = follower->eye;
	struct sg_await_end end = {
		.verdict = verdict_of(follower),
		.final = final,
		.timed_out = timed_out,
		.sync = "",
		.health = "",
		.log = eye->log,
		.unreadable = eye->denied,
		.elapsed_ms = now_of(follower) - follower->start_ms,
	};
	struct sg_app_strings images;

	end.verdict.message = sg_arena_strdup(arena, end.verdict.message);
	if (!final && end.verdict.kind == SG_APP_SUCCESS)
		unconfirmed(follower, &end.verdict);
	images = eye->class->images(eye, arena);
	end.images = images.items;
	end.image_count = images.count;
	if (!final && follower->trouble.reason != SG_R_OK)
		end.trouble = sg_arena_strdup(arena, follower->trouble.cause);
	if (eye->refusal[0])
		end.refusal = sg_arena_strdup(arena, eye->refusal);
	follower->beside = eye->beside;
	follower->end = end;
	follower->over = true;
	let_go(follower);
}

void sg_looks_follower_stop(struct sg_looks_follower *follower)
{
	if (!follower->over)
		close_it(follower, false, false);
}

void sg_looks_follower_fail(struct sg_looks_follower *follower, const struct sg_err *why)
{
	close_it(follower, false, false);
	follower->end.error = why;
}

/* ---- a look ---- */

/* What was allowed before may be denied by a server that starts. */
static bool may_be_starting(struct sg_looks_follower *follower, const struct sg_err *why)
{
	int64_t now_ms = now_of(follower);

	if (!follower->eye->seen ||
		(why->reason != SG_R_FORBIDDEN && why->reason != SG_R_AUTH_FAILED &&
			why->reason != SG_R_NOT_FOUND))
		return false;
	if (follower->denied_ms == SG_NEVER)
		follower->denied_ms = now_ms;
	return now_ms - follower->denied_ms < SG_CLUSTER_STARTING_MS;
}

/* What makes no sense may come from a proxy between, where sense was made before. */
static bool may_pass(struct sg_looks_follower *follower, const struct sg_err *why)
{
	return why->transient || why->reason == SG_R_UNREACHABLE ||
	       why->reason == SG_R_REMOTE_FAILED || why->reason == SG_R_REMOTE_TIMEOUT ||
	       why->reason == SG_R_THROTTLED ||
	       (why->reason == SG_R_ANSWER_INVALID &&
		       (follower->eye->seen || ++follower->odd < ODD_LOOKS)) ||
	       may_be_starting(follower, why);
}

/* 1: looked. 0: the cluster did not answer well. 2: not yet. */
static int look(struct sg_looks_follower *follower, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	int64_t until_ms = sg_loop_after(sg_world_loop(follower->world), READ_MAX_MS);
	int n;

	if (!follower->looking)
		follower->until_ms = sooner(until_ms, follower->deadline_ms);
	n = follower->eye->class->look(follower->eye, follower->until_ms, &why);
	follower->looking = n == 1;
	if (n == 1)
		return 2;
	if (n < 0) {
		follower->good = false;
		follower->trouble = why;
		if (why.reason != SG_R_CANCELLED && may_pass(follower, &why))
			return 0;
		*err = why;
		return -1;
	}
	follower->trouble = (struct sg_err)SG_ERR_INIT;
	follower->denied_ms = SG_NEVER;
	return 1;
}

/* ---- a step ---- */

/* Of very many only a change of the code is a line. */
static void tell(struct sg_looks_follower *follower)
{
	const struct sg_app_verdict verdict = verdict_of(follower);
	bool well = follower->trouble.reason == SG_R_OK;
	const struct sg_progress_look shown = {
		.now_ms = now_of(follower),
		.deadline_ms = follower->deadline_ms,
		.next_look_ms = follower->next_ms,
		.what = sg_await_label(follower->ask),
		.code = sg_app_code_name(verdict.code),
		.sentence = well ? verdict.message : follower->trouble.cause,
	};

	if (follower->progress)
		sg_console_progress(follower->world->console, follower->progress, &shown);
	else if (verdict.code != follower->said)
		sg_console_did(follower->world->console, shown.what, shown.code, NULL, "%s",
			shown.sentence);
	follower->said = verdict.code;
}

/* Many that share large Kustomizations must not become a load by reading their workloads. */
static int64_t rest_ms(const struct sg_looks_follower *follower)
{
	return sooner(
		(int64_t)(follower->eye->reads * follower->crowd) * SCAN_EACH_MS, REST_MAX_MS);
}

static void plan(struct sg_looks_follower *follower)
{
	int64_t now_ms = now_of(follower);
	int64_t at_ms = sg_loop_after(sg_world_loop(follower->world), follower->interval_ms);

	follower->next_ms = at_ms;
	if (follower->eye->class->next_look)
		follower->next_ms =
			sooner(at_ms, follower->eye->class->next_look(follower->eye, now_ms));
	if (follower->next_ms <= now_ms)
		follower->next_ms = at_ms;
	if (follower->next_ms < now_ms + rest_ms(follower))
		follower->next_ms = now_ms + rest_ms(follower);
}

/* No look comes between a request and its answer: what it was made about stays as it was. */
static int ask(struct sg_looks_follower *follower, struct sg_err *err)
{
	int n = 0;

	if (follower->eye->class->ask && !follower->hushed)
		n = follower->eye->class->ask(follower->eye, err);
	follower->asking = n == 1;
	if (n != 0)
		return n < 0 ? -1 : 0;
	plan(follower);
	tell(follower);
	return 0;
}

static int judge(struct sg_looks_follower *follower, struct sg_err *err)
{
	enum sg_app_kind kind = verdict_of(follower).kind;
	bool was_good = follower->good;

	follower->good = kind == SG_APP_SUCCESS;
	if (kind == SG_APP_FAIL || (was_good && follower->good)) {
		close_it(follower, true, false);
		return 0;
	}
	if (follower->good) {
		follower->next_ms = now_of(follower); /* the second look */
		return 0;
	}
	return ask(follower, err);
}

int sg_looks_follower_step(struct sg_looks_follower *follower, struct sg_err *err)
{
	int n;

	if (follower->over)
		return 0;
	if (now_of(follower) >= follower->deadline_ms) {
		close_it(follower, false, follower->deadline_ms < follower->world->deadline_ms);
		return 0;
	}
	if (follower->asking)
		return ask(follower, err);
	if (!follower->looking && now_of(follower) < follower->next_ms)
		return 0;
	n = look(follower, err);
	if (n < 0 || n == 2)
		return n < 0 ? -1 : 0;
	if (n == 1)
		return judge(follower, err);
	follower->next_ms = sg_loop_after(sg_world_loop(follower->world), follower->interval_ms);
	tell(follower);
	return 0;
}

int64_t sg_looks_follower_due_ms(const struct sg_looks_follower *follower)
{
	int64_t due_ms = follower->next_ms;

	if (follower->over)
		return SG_NEVER;
	if (follower->looking || follower->asking)
		due_ms = follower->eye->class->due(follower->eye);
	return sooner(due_ms, follower->deadline_ms);
}
