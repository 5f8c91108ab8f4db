/* Argo Rollouts that a follower lets go on, or stops, where the configuration lets it. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cluster/application.h"
#include "cluster/rollout.h"
#include "step/follower.h"

/* Its controller writes it all the time. */
#define TRIES 5

/* Something to be done to one Rollout. Strings outlive it. */
struct sg_follower_act {
	enum sg_rollout_act act;
	struct sg_rollout_mark mark;
	struct sg_cluster_app app;    /* whose it is, ours or a child ... */
	struct sg_app_revisions at;   /* ... and where that was judged */
	enum sg_app_sync sync;        /* OutOfSync: it has leftovers, which count for nothing */
	bool exact;                   /* that is the revision that is waited for, no later one */
	struct sg_cluster_client *by; /* who reaches it; NULL: nobody does any more */
	int64_t until_ms;             /* of all tries; 0: none was made */
};

struct reading {
	const struct sg_follower_act *act;
	const struct sg_follower *follower;
	struct sg_cluster_pass *pass;
};

/* 0: *ret_doc is the application, which the caller frees. */
static int get_application(const struct reading *reading, struct sg_arena *arena,
	int64_t deadline_ms, struct sg_json **ret_doc, struct sg_err *err)
{
	struct sg_cluster_client *client = reading->follower->client;
	const struct sg_cluster_app *app = &reading->act->app;
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct sg_cluster_req req = {.method = "GET", .label = "read the application"};
	struct sg_fault fault = {0};

	sg_buf_init(&path, 2048);
	if (sg_cluster_path_app(app, &path, err) < 0)
		return -1;
	req.path = path.ptr;
	if (sg_cluster_pass_ask(reading->pass, client, &req, deadline_ms, ret_doc, arena, NULL,
		    &fault, err) < 0)
		return -1;
	if (fault.kind != SG_FAULT_NONE)
		return sg_cluster_fail(client, app, "get", &fault, err);
	if (sg_cluster_is_app(*ret_doc, app))
		return 0;
	sg_json_free(*ret_doc);
	*ret_doc = NULL;
	return sg_cluster_fail_other(client, "application", app->name, NULL, err);
}

/* What has failed meanwhile gets no more traffic. Others that were let go on make it Progressing.
 */
static bool may_go_on(const struct sg_follower_act *a, const struct sg_app *app)
{
	return a->act != SG_ROLLOUT_RESUME || app->health != SG_APP_DEGRADED;
}

/*
 * A sync says so in the application before it touches anything: what was read before the
 * application, which still stands where it was judged, is of that revision. VALUE: whether.
 */
static int find_current(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct reading *reading = arg;
	const struct sg_follower_act *a = reading->act;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_app app;

	if (get_application(reading, arena, deadline_ms, &doc, err) < 0 ||
		sg_application_decode(doc, arena, &app, err) < 0)
		return -1;
	*(bool *)value = app.sync == a->sync && !app.operation_set && !app.deleting &&
			 app.operation.phase != SG_PHASE_RUNNING &&
			 app.operation.phase != SG_PHASE_TERMINATING &&
			 sg_app_revisions_same(&app.revision, &a->at) && may_go_on(a, &app);
	return 0;
}

static int is_current(const struct sg_follower *follower, const struct sg_follower_act *a,
	const struct sg_workload_call *call, bool *ret, struct sg_err *err)
{
	struct reading reading = {a, follower, call->pass};
	const struct sg_pass_step step = {.pass = call->pass,
		.key = "application",
		.deadline_ms = call->deadline_ms,
		.find = find_current,
		.arg = &reading,
		.size = sizeof(*ret)};

	*ret = false;
	return sg_cluster_pass_once(&step, call->arena, ret, err);
}

/* One that somebody else has put in its place, or that carries somebody else's version, is his. */
static bool is_ours(const struct sg_follower *follower, const struct sg_follower_act *a,
	const struct sg_workload *rollout)
{
	enum sg_answer carries = sg_rollout_carries(rollout, &follower->ask->want);

	if (!sg_rollout_is(rollout, &a->mark, a->act) || !sg_rollout_may(rollout, a->act))
		return false;
	if (a->act == SG_ROLLOUT_ABORT && !a->exact)
		return carries == SG_ANSWER_YES;
	return carries != SG_ANSWER_NO;
}

/* The answer to the try before was lost: whether it was carried out. */
static bool was_done(const struct sg_follower_act *a, const struct sg_workload *rollout)
{
	if (!sg_rollout_is(rollout, &a->mark, SG_ROLLOUT_ABORT))
		return false; /* another one, or another template */
	if (a->act == SG_ROLLOUT_ABORT)
		return rollout->rollout.aborted;
	return !rollout->rollout.aborted && !sg_rollout_is(rollout, &a->mark, a->act);
}

/* 1: done. 0: another try. 2: no longer ours to do, or not permitted. *DOUBT: the try before may
 * have been carried out. */
static int try_it(struct sg_follower *follower, const struct sg_follower_act *a,
	struct sg_cluster_pass *pass, bool *doubt, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_workload_call call = {
		.client = a->by, .arena = &arena, .deadline_ms = a->until_ms, .pass = pass};
	struct sg_workload rollout;
	enum sg_rollout_result result;
	bool current;

	if (!a->by || a->by->access->speech != SG_SPEAKS_KUBERNETES ||
		(a->act == SG_ROLLOUT_RESUME && !follower->policy.resume))
		return 2;
	if (sg_cluster_get_workload(
		    &call, SG_WORKLOAD_ROLLOUT, a->mark.namespace, a->mark.name, &rollout, err) < 0)
		return -1;
	if (*doubt && was_done(a, &rollout))
		return 1;
	if (!is_ours(follower, a, &rollout))
		return 2;
	if (is_current(follower, a, &call, &current, err) < 0)
		return -1;
	if (!current)
		return 2;
	if (sg_cluster_rollout_act(&call, &rollout, a->act, &result, err) < 0) {
		bool first = err->reason == SG_R_ANSWER_INVALID && !*doubt;

		*doubt = true;
		return first ? 0 : -1;
	}
	*doubt = *doubt || result == SG_ROLLOUT_DOUBT || a->act == SG_ROLLOUT_ABORT;
	if (result == SG_ROLLOUT_NOT_PERMITTED)
		follower->policy.resume = follower->policy.abort = false;
	if (result == SG_ROLLOUT_CHANGED || result == SG_ROLLOUT_DOUBT)
		return 0;
	return result == SG_ROLLOUT_ACTED ? 1 : 2;
}

static void note(struct sg_follower *follower, const struct sg_follower_act *a)
{
	struct sg_arena *arena = follower->world->arena;
	const char **slot =
		sg_arena_push(arena, &follower->did.items, &follower->did.count, sizeof(*slot));

	if (a->act == SG_ROLLOUT_ABORT)
		*slot = sg_arena_printf(arena, "Rollout %s/%s was aborted, at the template %s",
			a->mark.namespace, a->mark.name, a->mark.hash);
	else if (a->mark.step >= 0)
		*slot = sg_arena_printf(arena,
			"Rollout %s/%s was resumed after step %lld, at the template %s",
			a->mark.namespace, a->mark.name, (long long)a->mark.step + 1, a->mark.hash);
	else
		*slot = sg_arena_printf(arena, "Rollout %s/%s was resumed, at the template %s",
			a->mark.namespace, a->mark.name, a->mark.hash);
	sg_console_did(follower->world->console, a->app.name,
		sg_app_code_name(a->act == SG_ROLLOUT_ABORT ? SG_APP_CODE_ROLLOUT_ABORTED
							    : SG_APP_CODE_SUSPENDED),
		NULL, "%s", *slot);
}

/* Nothing else in that cluster will be told of now. */
static bool is_silent(const struct sg_err *trouble)
{
	return trouble->transient || trouble->reason == SG_R_UNREACHABLE ||
	       trouble->reason == SG_R_REMOTE_TIMEOUT || trouble->reason == SG_R_REMOTE_FAILED;
}

/* Trouble is no end of the wait: what was not done is tried with the next look, or said. 1: the
 * cluster does not answer. With pass->waiting: it has not answered yet. */
static int act(struct sg_follower *follower, const struct sg_follower_act *a,
	struct sg_cluster_pass *pass, struct sg_err *err)
{
	struct sg_err trouble = SG_ERR_INIT;
	bool doubt = false;
	int n = 0;

	for (int i = 0; i < TRIES && n == 0; i++)
		n = try_it(follower, a, pass, &doubt, &trouble);
	if (pass->waiting)
		return 0;
	if (n < 0 && trouble.reason == SG_R_CANCELLED) {
		*err = trouble;
		return -1;
	}
	if (n == 1)
		note(follower, a);
	if (n < 0)
		sg_debug(follower->world->log, "Rollout %s: %s", a->mark.name, trouble.cause);
	if (n < 0 || n == 1)
		sg_follower_refused(follower,
			a->act == SG_ROLLOUT_ABORT ? "Rollout could be aborted"
						   : "Rollout could be resumed",
			a->by, a->mark.namespace, a->mark.name, n < 0 ? &trouble : NULL);
	return n < 0 && is_silent(&trouble);
}

static struct sg_follower_act act_of(const struct sg_follower *follower, enum sg_rollout_act what,
	const struct sg_rollout_mark *mark, const struct sg_app_judged *judged)
{
	struct sg_arena *arena = follower->world->arena;
	const struct sg_app *app = judged->app;
	return (struct sg_follower_act){.act = what,
		.mark = sg_rollout_mark_keep(mark, arena),
		.sync = app->sync,
		.app = {sg_arena_strdup(arena, app->namespace), sg_arena_strdup(arena, app->name)},
		.at = sg_app_revisions_copy(&app->revision, arena),
		.exact = strcmp(judged->verdict->revision, follower->ask->want.revision) == 0,
		.by = sg_workloads_client(follower->workloads, app)};
}

static void push(struct sg_follower *follower, struct sg_follower_acts *acts,
	enum sg_rollout_act what, const struct sg_rollout_mark *mark,
	const struct sg_app_judged *judged)
{
	struct sg_follower_act *slot =
		sg_arena_push(follower->world->arena, &acts->items, &acts->count, sizeof(*slot));

	*slot = act_of(follower, what, mark, judged);
}

void sg_follower_drop_acts(struct sg_follower_acts *acts)
{
	if (acts->pass)
		sg_cluster_pass_release(acts->pass);
	free(acts->pass);
	*acts = (struct sg_follower_acts){0};
}

/* Each in a pass of its own. A cluster that does not answer is asked about one. 1: all were had.
 * 0: not yet. */
static int go_on(struct sg_follower *follower, struct sg_follower_acts *acts, struct sg_err *err)
{
	if (!acts->pass)
		acts->pass = sg_calloc(1, sizeof(*acts->pass));
	for (; acts->at < acts->count; acts->at++) {
		struct sg_follower_act *a = &acts->items[acts->at];
		int n;

		if (a->by == acts->silent)
			continue;
		if (!a->until_ms)
			a->until_ms = sg_follower_until_ms(follower);
		if (!sg_cluster_pass_poll(acts->pass))
			return 0;
		sg_cluster_pass_turn(acts->pass);
		n = act(follower, a, acts->pass, err);
		if (acts->pass->waiting)
			return 0;
		sg_cluster_pass_release(acts->pass);
		if (n < 0)
			return -1;
		if (n > 0)
			acts->silent = a->by;
	}
	sg_follower_drop_acts(acts);
	return 1;
}

int sg_follower_go_on_resuming(struct sg_follower *follower, struct sg_err *err)
{
	int n = go_on(follower, &follower->held, err);

	if (n == 1 && !follower->policy.resume)
		sg_follower_take_side(follower); /* judges anew */
	return n < 0 ? -1 : 0;
}

static void add(struct sg_follower *follower, const struct sg_app_judged *judged)
{
	const struct sg_app_workloads *facts = sg_workloads_facts(follower->workloads, judged->app);

	if (judged->verdict->row != SG_APP_ROW_20 || !facts)
		return;
	for (size_t i = 0; i < facts->held_count; i++)
		push(follower, &follower->held, SG_ROLLOUT_RESUME, &facts->held[i], judged);
}

int sg_follower_resume(struct sg_follower *follower, struct sg_err *err)
{
	struct sg_app_judged all[SG_WORKLOADS_APPS_MAX];
	size_t count = 0;

	if (follower->policy.resume && !follower->held.count)
		count = sg_app_fold_judged(follower->fold, all, SG_COUNT(all));
	for (size_t i = 0; i < count; i++)
		add(follower, &all[i]);
	return follower->held.count ? sg_follower_go_on_resuming(follower, err) : 0;
}

void sg_follower_note_broken(struct sg_follower *follower)
{
	struct sg_app_judged all[SG_WORKLOADS_APPS_MAX];
	size_t count = 0;

	if (follower->policy.abort)
		count = sg_app_fold_judged(follower->fold, all, SG_COUNT(all));
	for (size_t i = 0; i < count; i++) {
		const struct sg_app_workloads *facts =
			sg_workloads_facts(follower->workloads, all[i].app);
		enum sg_app_row row = all[i].verdict->row;

		if (all[i].verdict->kind != SG_APP_FAIL || !facts ||
			(row != SG_APP_ROW_18 && row != SG_APP_ROW_19))
			continue;
		for (size_t k = 0; k < facts->broken_count; k++)
			push(follower, &follower->broken, SG_ROLLOUT_ABORT, &facts->broken[k],
				&all[i]);
	}
}

int sg_follower_abort(struct sg_follower *follower, struct sg_err *err)
{
	return follower->broken.count ? go_on(follower, &follower->broken, err) : 1;
}
