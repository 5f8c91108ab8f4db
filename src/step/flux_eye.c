#include "step/flux_eye.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "model/civil.h"
#include "model/sighting.h"
#include "step/flux_scan.h"
#include "step/flux_sight.h"

#define ASK_MAX_MS 10000

/* One request that is under way; `call` NULL: none is. */
struct asking {
	struct sg_cluster_read *call;
	struct sg_flux_request request; /* of the fold, which is told nothing meanwhile */
	char value[64];
	int64_t begin_ms;
};

struct flux_eye {
	struct sg_eye base;
	struct sg_flux_want want;
	struct sg_flux_policy policy;
	struct sg_flux_fold *fold;
	struct sg_flux_sight sight;
	struct sg_flux_scan scan;
	struct sg_cluster_pass pass; /* of the sight */
	bool judging;                /* Flux was read, and what that asks for is */
	struct asking asking;
};

static int64_t now_of(const struct flux_eye *eye)
{
	return sg_loop_now_ms(sg_world_loop(eye->base.world));
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* 0: seen. 1: not yet. */
static int see(struct flux_eye *eye, int64_t until_ms, struct sg_err *err)
{
	const struct sg_err *unreadable = &eye->sight.unreadable;
	int rc;

	if (!sg_cluster_pass_poll(&eye->pass))
		return 1;
	rc = sg_flux_sight_read(&eye->sight, until_ms, err);
	if (rc < 0 && eye->pass.waiting)
		return 1;
	eye->base.seen = eye->sight.seen;
	eye->base.beside = NULL;
	if (unreadable->reason != SG_R_OK)
		eye->base.beside = sg_arena_printf(
			eye->base.world->arena, "%s; %s", unreadable->cause, unreadable->hint);
	sg_flux_scan_clear(&eye->scan);
	return rc;
}

static int look(struct sg_eye *base, int64_t until_ms, struct sg_err *err)
{
	struct flux_eye *eye = (struct flux_eye *)base;
	int n = eye->judging ? 0 : see(eye, until_ms, err);

	if (n != 0)
		return n;
	n = sg_flux_scan_judge(
		&eye->scan, base->world, base->client, eye->fold, &eye->sight.look, err);
	eye->judging = n == 2;
	base->denied = eye->scan.denied;
	base->log = eye->scan.log;
	base->reads = eye->scan.app ? eye->scan.app->resource_count : 0;
	if (base->reads > SG_SCAN_WORKLOADS_MAX)
		base->reads = SG_SCAN_WORKLOADS_MAX;
	return n == 2 ? 1 : n;
}

static int64_t due(const struct sg_eye *base)
{
	const struct flux_eye *eye = (const struct flux_eye *)base;

	if (eye->asking.call)
		return sg_cluster_read_due_ms(eye->asking.call);
	return eye->judging ? sg_flux_scan_due_ms(&eye->scan) : sg_cluster_pass_due_ms(&eye->pass);
}

static struct sg_app_verdict verdict(const struct sg_eye *base)
{
	return sg_flux_app_verdict(((const struct flux_eye *)base)->fold);
}

/* A time with nine digits behind the point, of which nobody has used the like (RFC 3339). */
static void new_value(struct flux_eye *eye, char *out, size_t size)
{
	struct sg_clock *clock = sg_world_loop(eye->base.world)->clock;
	struct sg_civil t;
	unsigned nanos =
		(unsigned)(sg_retry_random(&eye->base.world->random) % UINT64_C(1000000000));

	sg_civil_of(clock->unix_s(clock), &t);
	(void)snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%09uZ", t.year, t.month, t.day,
		t.hour, t.minute, t.second, nanos);
}

static void note_refusal(struct flux_eye *eye, const struct sg_err *why)
{
	struct sg_cluster_client *client = eye->base.client;

	sg_debug(eye->base.world->log, "reconcile: %s", why->cause);
	(void)snprintf(eye->base.refusal, sizeof(eye->base.refusal),
		"no reconciliation could be asked for: %.250s", why->cause);
	if (why->reason != SG_R_FORBIDDEN || client->read_only)
		return;
	client->read_only = true;
	client->refusal = *why;
}

/* It was taken, or WHY it was not. */
static void asked(struct flux_eye *eye, const struct sg_err *why)
{
	struct asking *asking = &eye->asking;

	sg_cluster_read_free(asking->call);
	asking->call = NULL;
	eye->base.refusal[0] = '\0';
	if (why)
		note_refusal(eye, why);
	/* An answer that was lost may have been a yes: then the value is seen handled. */
	sg_flux_fold_requested(eye->fold, &asking->request,
		!why || why->reason != SG_R_FORBIDDEN ? asking->value : NULL, asking->begin_ms);
}

static struct sg_flux_name name_of(const struct asking *asking)
{
	return (struct sg_flux_name){
		asking->request.kind, asking->request.namespace, asking->request.name};
}

/* False: nothing is to be asked, or it could not be sent. */
static bool begin_asking(struct flux_eye *eye)
{
	struct asking *asking = &eye->asking;
	int64_t until_ms = sooner(
		sg_loop_after(sg_world_loop(eye->base.world), ASK_MAX_MS), eye->base.deadline_ms);
	struct sg_flux_name name;
	struct sg_err why = SG_ERR_INIT;

	if (!sg_flux_fold_request(eye->fold, now_of(eye), &asking->request))
		return false;
	asking->begin_ms = now_of(eye);
	new_value(eye, asking->value, sizeof(asking->value));
	name = name_of(asking);
	if (sg_cluster_reconcile(
		    eye->base.client, &name, asking->value, until_ms, &asking->call, &why) == 0)
		return true;
	asked(eye, &why);
	return false;
}

/* 1: answered. 0: not yet. -1: WHY it was not taken. */
static int step_asking(struct flux_eye *eye, struct sg_err *why)
{
	struct asking *asking = &eye->asking;
	const struct sg_flux_name name = name_of(asking);
	struct sg_json *nothing;
	struct sg_fault fault = {0};
	int n = sg_cluster_read_step(asking->call, &nothing, &fault, why);

	if (n > 0)
		return sg_cluster_reconciled(eye->base.client, &name, asking->call, &fault, why) < 0
			       ? -1
			       : 1;
	return n;
}

/* Trouble while asking is not the end: the fold asks again with its own back-off, behind another
 * look. */
static int ask(struct sg_eye *base, struct sg_err *err)
{
	struct flux_eye *eye = (struct flux_eye *)base;
	struct sg_err why = SG_ERR_INIT;
	int n;

	if (!eye->asking.call && !begin_asking(eye))
		return 0;
	n = step_asking(eye, &why);
	if (n == 0)
		return 1;
	if (n < 0 && why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	asked(eye, n < 0 ? &why : NULL);
	return 0;
}

static int64_t next_look(const struct sg_eye *base, int64_t now_ms)
{
	return sg_flux_fold_next_look(((const struct flux_eye *)base)->fold, now_ms);
}

static struct sg_app_strings images(const struct sg_eye *base, struct sg_arena *arena)
{
	return sg_pod_images(((const struct flux_eye *)base)->sight.look.images, arena);
}

static void free_eye(struct sg_eye *base)
{
	struct flux_eye *eye = (struct flux_eye *)base;

	sg_cluster_read_free(eye->asking.call);
	sg_flux_fold_free(eye->fold);
	sg_cluster_pass_release(&eye->pass);
	sg_flux_sight_release(&eye->sight);
	sg_flux_scan_release(&eye->scan);
	free(eye);
}

struct sg_eye *sg_flux_eye_new(
	const struct sg_eye *base, struct sg_ancestry *ancestry, const struct sg_app_policy *policy)
{
	static const struct sg_eye_class class = {.look = look,
		.due = due,
		.verdict = verdict,
		.ask = ask,
		.next_look = next_look,
		.images = images,
		.free = free_eye};
	const struct sg_await_ask *ask = base->ask;
	struct flux_eye *eye = sg_calloc(1, sizeof(*eye));

	eye->base = *base;
	eye->base.class = &class;
	eye->want = sg_flux_want_of(&ask->want, ask->follow == SG_FOLLOW_RELEASE);
	eye->policy = (struct sg_flux_policy){.grace_ms = policy->degraded_grace_ms,
		.image_grace_ms = policy->image_grace_ms,
		.may_request = policy->may_refresh};
	eye->fold = sg_flux_fold_new(&eye->want, &eye->policy, ancestry);
	sg_flux_sight_begin(&eye->sight, base->client,
		eye->want.release ? SG_FLUX_RELEASE : SG_FLUX_KUSTOMIZATION, &ask->app);
	eye->sight.with_parents = true;
	eye->sight.pass = &eye->pass;
	eye->scan.beside = true;
	eye->scan.memory.stuck.grace_ms = base->world->settings->pod_grace_ms;
	eye->scan.deadline_ms = base->deadline_ms;
	return &eye->base;
}
