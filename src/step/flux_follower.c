#include "step/flux_follower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/civil.h"

#define INTERVAL_MS 5000 /* of looks, where --poll is no shorter */
#define READ_MAX_MS 30000
#define ASK_MAX_MS 10000

static int64_t now_of(const struct sg_flux_follower *follower)
{
	return sg_loop_now_ms(sg_world_loop(follower->world));
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static struct sg_flux_want want_of(const struct sg_await_ask *ask)
{
	return (struct sg_flux_want){
		.revision = ask->want.revision,
		.repo_url = ask->want.repo_url,
		.branch = ask->want.branch,
		.release = ask->follow == SG_FOLLOW_RELEASE,
		.image = ask->want.image_count ? ask->want.images[0] : NULL,
	};
}

void sg_flux_follower_begin(struct sg_flux_follower *follower, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_ancestry *ancestry,
	const struct sg_app_policy *policy, const struct sg_await_ask *ask)
{
	const struct sg_settings *settings = world->settings;

	follower->world = world;
	follower->client = client;
	follower->ask = ask;
	follower->want = want_of(ask);
	follower->policy = (struct sg_flux_policy){.grace_ms = policy->degraded_grace_ms,
		.image_grace_ms = policy->image_grace_ms,
		.may_request = policy->may_refresh};
	follower->fold = sg_flux_fold_new(&follower->want, &follower->policy, ancestry);
	sg_flux_sight_begin(&follower->sight, client,
		follower->want.release ? SG_FLUX_RELEASE : SG_FLUX_KUSTOMIZATION, &ask->app);
	follower->sight.with_parents = true;
	follower->scan.memory.stuck.grace_ms = settings->pod_grace_ms;
	follower->start_ms = follower->next_ms = now_of(follower);
	follower->deadline_ms = world->deadline_ms;
	if (ask->timeout_ms && ask->timeout_ms < world->deadline_ms - follower->start_ms)
		follower->deadline_ms = follower->start_ms + ask->timeout_ms;
	follower->scan.deadline_ms = follower->deadline_ms;
	follower->interval_ms = settings->poll_ms < INTERVAL_MS ? settings->poll_ms : INTERVAL_MS;
	follower->denied_ms = SG_NEVER;
	follower->trouble = (struct sg_err)SG_ERR_INIT;
	follower->said = SG_APP_CODE_NOT_SEEN;
}

static void let_go(struct sg_flux_follower *follower)
{
	if (follower->progress)
		sg_console_forget(follower->world->console, follower->progress);
	free(follower->progress);
	follower->progress = NULL;
	sg_flux_fold_free(follower->fold);
	follower->fold = NULL;
	sg_flux_sight_release(&follower->sight);
	sg_flux_scan_release(&follower->scan);
}

void sg_flux_follower_release(struct sg_flux_follower *follower)
{
	if (follower->world && !follower->over)
		let_go(follower);
}

/* ---- the end ---- */

static struct sg_app_verdict verdict_of(const struct sg_flux_follower *follower)
{
	const struct sg_flux_verdict *flux = sg_flux_fold_verdict(follower->fold);
	struct sg_app_verdict verdict = {
		.kind = flux->kind, .code = flux->code, .images_unseen = flux->image_unseen};

	verdict.message = sg_arena_strdup(follower->world->arena, flux->message);
	memcpy(verdict.revision, flux->revision, sizeof(verdict.revision));
	return verdict;
}

/* A success that was seen once is none yet. */
static void unconfirmed(const struct sg_flux_follower *follower, struct sg_app_verdict *verdict)
{
	verdict->kind = SG_APP_WAIT;
	verdict->code = SG_APP_CODE_NOT_CONFIRMED;
	verdict->message = sg_arena_printf(follower->world->arena, "%s: %.500s",
		sg_app_code_text(verdict->code),
		follower->trouble.reason == SG_R_OK ? "the time was up before it was answered"
						    : follower->trouble.cause);
}

static void close_it(struct sg_flux_follower *follower, bool final, bool timed_out)
{
	struct sg_arena *arena = follower->world->arena;
	struct sg_await_end end = {
		.verdict = verdict_of(follower),
		.final = final,
		.timed_out = timed_out,
		.sync = "",
		.health = "",
		.unreadable = follower->scan.denied,
		.elapsed_ms = now_of(follower) - follower->start_ms,
	};
	struct sg_app_strings images;

	if (!final && end.verdict.kind == SG_APP_SUCCESS)
		unconfirmed(follower, &end.verdict);
	images = sg_flux_scan_images(follower->sight.look.images, arena);
	end.images = images.items;
	end.image_count = images.count;
	if (!final && follower->trouble.reason != SG_R_OK)
		end.trouble = sg_arena_strdup(arena, follower->trouble.cause);
	if (follower->refusal[0])
		end.refusal = sg_arena_strdup(arena, follower->refusal);
	follower->end = end;
	follower->over = true;
	let_go(follower);
}

void sg_flux_follower_stop(struct sg_flux_follower *follower)
{
	if (!follower->over)
		close_it(follower, false, false);
}

void sg_flux_follower_fail(struct sg_flux_follower *follower, const struct sg_err *why)
{
	close_it(follower, false, false);
	follower->end.error = why;
}

/* ---- a look ---- */

/* What was allowed before may be denied by a server that starts. */
static bool may_be_starting(struct sg_flux_follower *follower, const struct sg_err *why)
{
	int64_t now_ms = now_of(follower);

	if (!follower->sight.seen ||
		(why->reason != SG_R_FORBIDDEN && why->reason != SG_R_AUTH_FAILED &&
			why->reason != SG_R_NOT_FOUND))
		return false;
	if (follower->denied_ms == SG_NEVER)
		follower->denied_ms = now_ms;
	return now_ms - follower->denied_ms < SG_CLUSTER_STARTING_MS;
}

/* What makes no sense may come from a proxy between, where sense was made before. */
static bool may_pass(struct sg_flux_follower *follower, const struct sg_err *why)
{
	return why->transient || why->reason == SG_R_UNREACHABLE ||
	       why->reason == SG_R_REMOTE_FAILED || why->reason == SG_R_REMOTE_TIMEOUT ||
	       why->reason == SG_R_THROTTLED ||
	       (why->reason == SG_R_ANSWER_INVALID && follower->sight.seen) ||
	       may_be_starting(follower, why);
}

/* 1: looked. 0: the cluster did not answer well. */
static int look(struct sg_flux_follower *follower, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	int64_t until_ms = sg_loop_after(sg_world_loop(follower->world), READ_MAX_MS);

	sg_flux_scan_clear(&follower->scan);
	if (sg_flux_sight_read(&follower->sight, sooner(until_ms, follower->deadline_ms), &why) <
		0) {
		follower->good = false;
		follower->trouble = why;
		if (why.reason != SG_R_CANCELLED && may_pass(follower, &why))
			return 0;
		*err = why;
		return -1;
	}
	follower->trouble = (struct sg_err)SG_ERR_INIT;
	follower->denied_ms = SG_NEVER;
	return sg_flux_scan_judge(&follower->scan, follower->world, follower->client,
		       follower->fold, &follower->sight.look, err) < 0
		       ? -1
		       : 1;
}

/* ---- requests ---- */

/* A time with nine digits behind the point, of which nobody has used the like (RFC 3339). */
static void new_value(struct sg_flux_follower *follower, char *out, size_t size)
{
	struct sg_clock *clock = sg_world_loop(follower->world)->clock;
	struct sg_civil t;
	unsigned nanos =
		(unsigned)(sg_retry_random(&follower->world->random) % UINT64_C(1000000000));

	sg_civil_of(clock->unix_s(clock), &t);
	(void)snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%09uZ", t.year, t.month, t.day,
		t.hour, t.minute, t.second, nanos);
}

static void note_refusal(struct sg_flux_follower *follower, const struct sg_err *why)
{
	struct sg_cluster_client *client = follower->client;

	sg_debug(follower->world->log, "reconcile: %s", why->cause);
	(void)snprintf(follower->refusal, sizeof(follower->refusal),
		"no reconciliation could be asked for: %.250s", why->cause);
	if (why->reason != SG_R_FORBIDDEN || client->read_only)
		return;
	client->read_only = true;
	client->refusal = *why;
}

/* Trouble while asking is not the end: the fold asks again with its own back-off. */
static int ask(struct sg_flux_follower *follower, struct sg_err *err)
{
	struct sg_flux_request request;
	char value[64];

	while (sg_flux_fold_request(follower->fold, now_of(follower), &request)) {
		const struct sg_flux_name name = {request.kind, request.namespace, request.name};
		int64_t until_ms = sg_loop_after(sg_world_loop(follower->world), ASK_MAX_MS);
		struct sg_err why = SG_ERR_INIT;
		bool asked;

		new_value(follower, value, sizeof(value));
		asked = sg_cluster_reconcile(follower->client, &name, value,
				sooner(until_ms, follower->deadline_ms), &why) == 0;
		if (!asked && why.reason == SG_R_CANCELLED) {
			*err = why;
			return -1;
		}
		follower->refusal[0] = '\0';
		if (!asked)
			note_refusal(follower, &why);
		/* An answer that was lost may have been a yes: then the value is seen handled. */
		sg_flux_fold_requested(follower->fold, &request,
			asked || why.reason != SG_R_FORBIDDEN ? value : NULL, now_of(follower));
	}
	return 0;
}

/* ---- a step ---- */

/* Of very many only a change of the code is a line. */
static void tell(struct sg_flux_follower *follower)
{
	const struct sg_flux_verdict *verdict = sg_flux_fold_verdict(follower->fold);
	bool well = follower->trouble.reason == SG_R_OK;
	const struct sg_progress_look shown = {
		.now_ms = now_of(follower),
		.deadline_ms = follower->deadline_ms,
		.next_look_ms = follower->next_ms,
		.what = follower->ask->app.name,
		.code = sg_app_code_name(verdict->code),
		.sentence = well ? verdict->message : follower->trouble.cause,
	};

	if (follower->progress)
		sg_console_progress(follower->world->console, follower->progress, &shown);
	else if (verdict->code != follower->said)
		sg_console_did(follower->world->console, shown.what, shown.code, NULL, "%s",
			shown.sentence);
	follower->said = verdict->code;
}

static void plan(struct sg_flux_follower *follower)
{
	int64_t now_ms = now_of(follower);
	int64_t at_ms = sg_loop_after(sg_world_loop(follower->world), follower->interval_ms);

	follower->next_ms = sooner(at_ms, sg_flux_fold_next_look(follower->fold, now_ms));
	if (follower->next_ms <= now_ms)
		follower->next_ms = at_ms;
}

static int judge(struct sg_flux_follower *follower, struct sg_err *err)
{
	enum sg_app_kind kind = sg_flux_fold_verdict(follower->fold)->kind;
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
	if (ask(follower, err) < 0)
		return -1;
	plan(follower);
	tell(follower);
	return 0;
}

int sg_flux_follower_step(struct sg_flux_follower *follower, struct sg_err *err)
{
	int n;

	if (follower->over)
		return 0;
	if (now_of(follower) >= follower->deadline_ms) {
		close_it(follower, false, follower->deadline_ms < follower->world->deadline_ms);
		return 0;
	}
	if (now_of(follower) < follower->next_ms)
		return 0;
	n = look(follower, err);
	if (n < 0)
		return -1;
	if (n > 0)
		return judge(follower, err);
	follower->next_ms = sg_loop_after(sg_world_loop(follower->world), follower->interval_ms);
	tell(follower);
	return 0;
}

int64_t sg_flux_follower_due_ms(const struct sg_flux_follower *follower)
{
	return follower->over ? SG_NEVER : sooner(follower->next_ms, follower->deadline_ms);
}
