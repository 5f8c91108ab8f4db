#include "step/workload_scan_impl.h"

#include <string.h>

/* So long a denial is believed: a server that starts denies what is allowed. */
#define DENIED_MS 60000

bool sg_scan_is_denied(const struct scan *scan, enum sg_workload_kind kind)
{
	return scan->memory->denied & 1u << kind;
}

static void leave_out(struct scan *scan)
{
	scan->facts.complete = false;
	scan->facts.cut = true;
	scan->moves = true;
	scan->more->left_out = true;
}

int sg_scan_leave_out(
	struct scan *scan, enum sg_workload_kind kind, const struct sg_err *why, struct sg_err *err)
{
	leave_out(scan);
	if (why->reason == SG_R_FORBIDDEN) {
		if (!scan->memory->denied)
			scan->memory->denied_ms = scan->now_ms;
		scan->memory->denied |= 1u << kind;
		if (scan->more->denied.reason == SG_R_OK)
			scan->more->denied = *why;
		return 0;
	}
	if (why->reason == SG_R_NOT_FOUND)
		return 0;
	*err = *why;
	return -1;
}

/* ---- what keeps a workload from being done ---- */

/* Takes what is nearer than what was found so far. */
static void take(struct scan *scan, enum rank rank, enum sg_app_code cause, const char *sentence)
{
	if (scan->rank != RANK_NONE)
		scan->others++;
	if (rank <= scan->rank)
		return;
	scan->rank = rank;
	scan->facts.cause = cause;
	scan->facts.sentence = sentence;
	scan->facts.ripe = rank == RANK_RIPE && scan->need == SG_SCAN_PROGRESS;
}

/* Selects the pods of the newest template; "" when it cannot be told which those are. */
struct newest {
	const char *selector;
	const char *owner_uid; /* NULL: the selector says enough */
	const char *template;  /* what tells the template from others, for the memory */
	const struct sg_app_strings
		*images; /* all of which they name; NULL: the selector says it */
};

static struct newest by_label(const struct scan *scan, const struct sg_workload *workload,
	const char *label, const char *value, const char *owner_uid)
{
	if (!value[0] || !workload->selector[0])
		return (struct newest){"", NULL, "", NULL};
	return (struct newest){
		sg_arena_printf(scan->read->arena, "%s,%s=%s", workload->selector, label, value),
		owner_uid, value, NULL};
}

/* Nothing replaces the pods of a ReplicaSet: new are those that run the images of its template. */
static struct newest by_images(const struct sg_workload *workload)
{
	const struct sg_app_strings *images = &workload->images;

	if (!workload->images_known || !images->count)
		return (struct newest){"", NULL, "", NULL};
	return (struct newest){workload->selector, workload->uid, images->items[0], images};
}

static bool names_all(const struct sg_pod *pod, const struct sg_app_strings *images)
{
	for (size_t i = 0; images && i < images->count; i++) {
		size_t k = 0;

		while (k < pod->images.count && strcmp(pod->images.items[k], images->items[i]) != 0)
			k++;
		if (k == pod->images.count)
			return false;
	}
	return true;
}

/* What makes the pods of the newest template; NULL: there is none, or it may not be read. */
static int find_set(struct scan *scan, const struct sg_workload *workload,
	const struct sg_workload **ret_set, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret_set = NULL;
	if (sg_scan_is_denied(scan, SG_WORKLOAD_REPLICA_SET) ||
		sg_cluster_newest_replica_set(scan->read, workload, ret_set, &why) == 0)
		return 0;
	return sg_scan_leave_out(scan, SG_WORKLOAD_REPLICA_SET, &why, err);
}

/* 0: *ret says which; also when it is nobody. */
static int newest_of(struct scan *scan, const struct sg_workload *workload,
	const struct sg_workload **ret_set, struct newest *ret, struct sg_err *err)
{
	*ret_set = NULL;
	*ret = (struct newest){"", NULL, "", NULL};
	switch (workload->kind) {
	case SG_WORKLOAD_DEPLOYMENT:
		if (find_set(scan, workload, ret_set, err) < 0)
			return -1;
		if (*ret_set)
			*ret = by_label(scan, workload, "pod-template-hash",
				(*ret_set)->template_hash, (*ret_set)->uid);
		return 0;
	case SG_WORKLOAD_STATEFUL_SET:
		*ret = by_label(scan, workload, "controller-revision-hash",
			workload->update_revision, workload->uid);
		return 0;
	case SG_WORKLOAD_DAEMON_SET:
		*ret = by_label(scan, workload, "pod-template-generation", workload->revision,
			workload->uid);
		return 0;
	case SG_WORKLOAD_ROLLOUT:
		*ret = by_label(scan, workload, "rollouts-pod-template-hash",
			workload->rollout.current_hash, NULL);
		return 0;
	case SG_WORKLOAD_JOB:
		*ret = (struct newest){workload->selector, workload->uid, workload->uid, NULL};
		return 0;
	case SG_WORKLOAD_REPLICA_SET:
		*ret = by_images(workload);
		return 0;
	case SG_WORKLOAD_CRON_JOB:
	case SG_WORKLOAD_POD:
	case SG_WORKLOAD_KIND_COUNT:
		break;
	}
	return 0;
}

struct found {
	bool any;
	bool ripe;
	struct sg_stuck stuck;
	struct sg_scan_mute mute; /* whose events may say more, when there is none */
};

/* Of several: a ripe one, then the one that has to last the shortest. */
static bool is_worse(const struct found *a, const struct found *b)
{
	if (!b->any || a->ripe != b->ripe)
		return !b->any || a->ripe;
	return a->stuck.grace_ms < b->stuck.grace_ms;
}

static bool is_crash(enum sg_app_code code)
{
	return code == SG_APP_CODE_CRASH_LOOP || code == SG_APP_CODE_OUT_OF_MEMORY;
}

static void add_stuck(struct scan *scan, const char *label, const struct sg_stuck *stuck,
	const struct sg_pod *pod, struct found *found)
{
	struct found one = {.any = true, .stuck = *stuck};

	one.ripe = scan->need == SG_SCAN_PROGRESS &&
		   sg_stuck_seen(&scan->memory->stuck, label, stuck, scan->now_ms);
	one.mute = found->mute;
	if (is_worse(&one, found))
		*found = one;
	if (pod && is_crash(stuck->code) && !scan->more->crashed) {
		struct sg_pod *kept = sg_arena_alloc(scan->read->arena, sizeof(*kept));

		*kept = *pod;
		scan->more->crashed = kept;
		scan->more->container = stuck->container;
	}
}

static void look_at_pods(struct scan *scan, const struct sg_workload *workload,
	const struct newest *newest, const char *label, struct found *found)
{
	for (size_t i = 0; i < scan->pods.count; i++) {
		const struct sg_pod *pod = &scan->pods.items[i];
		struct sg_stuck stuck;

		if ((newest->owner_uid && strcmp(pod->owner.uid, newest->owner_uid) != 0) ||
			!names_all(pod, newest->images))
			continue;
		if (sg_pod_stuck(pod, sg_workload_progress_ms(workload), scan->read->arena, &stuck))
			add_stuck(scan, label, &stuck, pod, found);
		else if (pod->phase == SG_POD_PENDING && !pod->deleting && !found->mute.pod)
			found->mute =
				(struct sg_scan_mute){pod->namespace, label, pod->uid, pod->name};
	}
}

/* Of a Rollout what makes its pods is read only where no pod says more. */
static int look_at_set(struct scan *scan, const struct sg_workload *workload, const char *label,
	struct found *found, struct sg_err *err)
{
	const struct sg_workload *set;
	struct sg_stuck stuck;

	if (workload->kind != SG_WORKLOAD_ROLLOUT || found->any || found->mute.pod)
		return 0;
	if (find_set(scan, workload, &set, err) < 0)
		return -1;
	if (!set)
		return 0;
	found->mute.uid = set->uid;
	if (sg_workload_pods_refused(set, scan->read->arena, &stuck))
		add_stuck(scan, label, &stuck, NULL, found);
	return 0;
}

/* Reasons among the pods of the newest template, and for which there are none. */
static int find_stuck(struct scan *scan, const struct sg_workload *workload, struct found *found,
	struct sg_err *err)
{
	struct sg_arena *arena = scan->read->arena;
	const struct sg_workload *set;
	struct newest newest;
	struct sg_err why = SG_ERR_INIT;
	struct sg_stuck stuck;
	const char *label;

	*found = (struct found){0};
	if (newest_of(scan, workload, &set, &newest, err) < 0)
		return -1;
	label = sg_arena_printf(
		arena, "%s@%.63s", sg_workload_label(workload, arena), newest.template);
	if (sg_workload_pods_refused(workload, arena, &stuck) ||
		(set && sg_workload_pods_refused(set, arena, &stuck)))
		add_stuck(scan, label, &stuck, NULL, found);
	found->mute = (struct sg_scan_mute){
		workload->namespace, label, set ? set->uid : workload->uid, NULL};
	if (workload->kind == SG_WORKLOAD_POD &&
		sg_pod_stuck(&workload->pod, sg_workload_progress_ms(workload), arena, &stuck))
		add_stuck(scan, label, &stuck, &workload->pod, found);
	if (!newest.selector[0] || sg_scan_is_denied(scan, SG_WORKLOAD_POD))
		return 0;
	scan->pods = (struct sg_pods){0};
	if (sg_cluster_list_pods(
		    scan->read, workload->namespace, newest.selector, &scan->pods, &why) < 0)
		return sg_scan_leave_out(scan, SG_WORKLOAD_POD, &why, err);
	look_at_pods(scan, workload, &newest, label, found);
	return look_at_set(scan, workload, label, found, err);
}

/* Where nothing else tells the reason, events may. */
static int ask_events(struct scan *scan, const struct sg_workload *workload, struct found *found,
	struct sg_err *err)
{
	struct sg_scan_mute mute = found->mute;
	const char *label = mute.label;
	struct sg_stuck stuck;
	int known;

	if (found->any || !label || workload->kind == SG_WORKLOAD_CRON_JOB)
		return 0;
	mute.label = sg_arena_printf(scan->read->arena, "%s#%lld/%lld/%lld/%lld/%.253s", label,
		(long long)workload->replicas, (long long)workload->updated,
		(long long)workload->ready, (long long)workload->available,
		mute.pod ? mute.pod : "");
	if (workload->kind == SG_WORKLOAD_POD)
		mute.pod = workload->name;
	known = sg_scan_events(scan, &mute, &stuck, err);
	if (known == 1)
		add_stuck(scan, label, &stuck, NULL, found);
	else if (known == 2)
		sg_stuck_keep(&scan->memory->stuck, label);
	return known < 0 ? -1 : 0;
}

static enum rank rank_of(const struct scan *scan, const struct sg_workload_reading *reading,
	const struct found *found)
{
	if (found->ripe)
		return RANK_RIPE;
	switch (reading->state) {
	case SG_WORKLOAD_FAILED:
		return RANK_FAILED;
	case SG_WORKLOAD_PAUSED:
		return scan->need == SG_SCAN_PAUSE ? RANK_RIPE : RANK_PAUSED;
	case SG_WORKLOAD_PROGRESSING:
		break;
	case SG_WORKLOAD_DONE:
		return RANK_NONE;
	}
	return found->any ? RANK_STUCK : RANK_PROGRESSING;
}

/* What may be done to it, where it is for sure one of this application. */
static void mark(struct scan *scan, const struct sg_workload *workload,
	const struct sg_workload_reading *reading, const struct found *found)
{
	bool broken = found->ripe || reading->code == SG_APP_CODE_PROGRESS_DEADLINE ||
		      (scan->need == SG_SCAN_CAUSE && found->any);
	struct sg_rollout_mark *slot;

	if (scan->need == SG_SCAN_WAITED ||
		(scan->claimed && sg_workload_is_of(workload, scan->app) != SG_ANSWER_YES))
		return;
	if (scan->need == SG_SCAN_PAUSE && sg_rollout_may(workload, SG_ROLLOUT_RESUME))
		slot = sg_arena_push(
			scan->read->arena, &scan->held, &scan->facts.held_count, sizeof(*slot));
	else if (scan->need != SG_SCAN_PAUSE && broken &&
		 sg_rollout_may(workload, SG_ROLLOUT_ABORT))
		slot = sg_arena_push(
			scan->read->arena, &scan->broken, &scan->facts.broken_count, sizeof(*slot));
	else
		return;
	*slot = sg_rollout_mark_of(workload);
}

/* A workload that has failed itself is nearer to the cause. */
static int judge_runs(struct scan *scan, const struct sg_workload *cron, struct sg_err *err)
{
	struct sg_scan_run run;

	if (sg_scan_cron_job(scan, cron, &run, err) < 0)
		return -1;
	if (run.any)
		take(scan, run.stuck ? RANK_STUCK : RANK_PROGRESSING, run.code, run.sentence);
	return 0;
}

static const char *sentence_of(const struct scan *scan, const struct sg_workload *workload,
	const struct sg_workload_reading *reading, const struct found *found)
{
	struct sg_arena *arena = scan->read->arena;
	const char *more = found->any ? found->stuck.sentence : NULL;

	if (!more && workload->kind == SG_WORKLOAD_JOB && reading->state == SG_WORKLOAD_FAILED)
		more = sg_scan_job_end(scan, workload->uid);
	return sg_arena_printf(arena, "%s: %s%s%s", sg_workload_label(workload, arena),
		reading->sentence, more ? "; " : "", more ? more : "");
}

static int judge(struct scan *scan, const struct sg_workload *workload, struct sg_err *err)
{
	struct sg_arena *arena = scan->read->arena;
	struct sg_workload_reading reading;
	struct found found = {0};
	enum rank rank;
	const char *sentence;

	sg_workload_state(workload, arena, &reading);
	if (workload->health_ignored)
		return 0;
	if (reading.state == SG_WORKLOAD_DONE)
		return workload->kind == SG_WORKLOAD_CRON_JOB && scan->ask->runs
			       ? judge_runs(scan, workload, err)
			       : 0;
	if (!reading.unobserved && reading.state != SG_WORKLOAD_PAUSED &&
		scan->need != SG_SCAN_PAUSE &&
		(find_stuck(scan, workload, &found, err) < 0 ||
			ask_events(scan, workload, &found, err) < 0))
		return -1;
	mark(scan, workload, &reading, &found);
	rank = rank_of(scan, &reading, &found);
	sentence = sentence_of(scan, workload, &reading, &found);
	if (found.any)
		take(scan, rank, found.stuck.code, sentence);
	else
		take(scan, rank,
			reading.state == SG_WORKLOAD_FAILED ? reading.code : SG_APP_CODE_NOT_SEEN,
			sentence);
	return 0;
}

/* ---- the pass ---- */

/* Of a cluster that is only claimed: what is another application's says nothing about this one. */
static bool is_foreign(struct scan *scan, const struct sg_workload *workload)
{
	struct sg_err *why = &scan->more->denied;
	enum sg_answer ours = sg_workload_is_of(workload, scan->app);

	if (!scan->claimed || ours == SG_ANSWER_YES)
		return false;
	scan->facts.complete = false;
	if (ours == SG_ANSWER_UNKNOWN)
		return false;
	if (why->reason == SG_R_OK) {
		(void)sg_fail(why, SG_R_CONFIG_INVALID,
			"%s at %s is of another application than %s: it is tracked as '%.300s'",
			sg_workload_label(workload, scan->read->arena),
			scan->read->client->access->server, scan->app->name,
			workload->marks.tracking);
		(void)sg_hint(why, "`workloads:` has to name the context of the cluster that the "
				   "application deploys to");
	}
	return true;
}

static int look_at(struct scan *scan, const struct sg_app_resource *resource,
	enum sg_workload_kind kind, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	struct sg_workload workload;

	if (sg_cluster_get_workload(
		    scan->read, kind, resource->namespace, resource->name, &workload, &why) < 0)
		return sg_scan_leave_out(scan, kind, &why, err);
	sg_scan_rest(scan, resource, &workload);
	if (is_foreign(scan, &workload))
		return 0;
	if (scan->need == SG_SCAN_IMAGES)
		return sg_scan_images(scan, &workload, err);
	return judge(scan, &workload, err);
}

static int look_at_all(struct scan *scan, struct sg_err *err)
{
	size_t count = 0;

	for (size_t i = 0; i < scan->app->resource_count; i++) {
		const struct sg_app_resource *resource = &scan->app->resources[i];
		enum sg_workload_kind kind;

		if (!sg_scan_is_asked_for(scan, resource, &kind)) {
			sg_scan_rest(scan, resource, NULL);
			if (!sg_workload_is_podless(resource->group, resource->kind))
				scan->facts.complete = false;
			continue;
		}
		if (sg_scan_is_denied(scan, kind)) {
			leave_out(scan);
			continue;
		}
		if (count++ == SG_SCAN_WORKLOADS_MAX) {
			leave_out(scan);
			break;
		}
		if (look_at(scan, resource, kind, err) < 0)
			return -1;
	}
	return 0;
}

int sg_workload_scan(const struct sg_workload_call *read, const struct sg_scan_ask *ask,
	struct sg_scan_memory *memory, struct sg_app_workloads *ret, struct sg_scan_more *ret_more,
	struct sg_err *err)
{
	struct scan scan = {.read = read,
		.app = ask->app,
		.need = ask->need,
		.claimed = ask->claimed,
		.ask = ask,
		.memory = memory,
		.now_ms = ask->now_ms,
		.facts = {.sentence = "", .complete = ask->need == SG_SCAN_IMAGES},
		.more = ret_more};

	*ret_more = (struct sg_scan_more){.denied = SG_ERR_INIT};
	if (ask->now_ms - memory->denied_ms >= DENIED_MS)
		memory->denied = 0;
	if (ask->need == SG_SCAN_PROGRESS) {
		sg_stuck_begin(&memory->stuck);
		sg_idle_begin(ask->idle);
	}
	if (look_at_all(&scan, err) < 0)
		return -1;
	if (ask->need == SG_SCAN_PROGRESS)
		sg_stuck_end(&memory->stuck);
	if (scan.facts.complete &&
		sg_scan_job_pods(&scan, ask->app->destination.namespace, err) < 0)
		return -1;
	if (scan.others)
		scan.facts.sentence = sg_arena_printf(
			read->arena, "%s (and %zu more)", scan.facts.sentence, scan.others);
	scan.facts.at_rest = scan.suspends && !scan.moves;
	if (ask->need == SG_SCAN_WAITED)
		sg_scan_waited(&scan);
	scan.facts.pods = scan.seen;
	scan.facts.pod_count = scan.seen_count;
	scan.facts.held = scan.held;
	scan.facts.broken = scan.broken;
	*ret = scan.facts;
	return 0;
}
