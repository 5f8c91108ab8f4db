/*
 * Random histories of workloads, their controllers and whoever applies them, which know what really
 * runs. No verdict may differ from that: nothing is called deployed that does not run, or beside
 * which something else does, nothing failed that gets well by itself, and nothing is waited for for
 * ever that is over.
 *
 * Versions are applied one after the other, also back and forth; some never get ready. A controller
 * looks at what was applied seconds later, and what it says is what it saw then; pods are as they
 * are. A step is a second.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/plain.h"

#define HISTORIES 20000
#define WANTED 2
#define VERSIONS 4
#define APPLIED_UNTIL_S 400
#define END_S 3000
#define DEADLINE_S 120 /* of progress */
#define GRACE_S 30
#define PODS 12
#define NEVER INT64_MAX
#define REPOSITORY "registry.example.com/shop/web"

struct pod {
	bool there;
	int version;
	int64_t ready_s; /* from then on; NEVER */
	int64_t gone_s;  /* it is being deleted until then; NEVER */
};

struct history {
	uint64_t random;
	int64_t now_s;
	enum sg_workload_kind kind;
	bool on_delete;
	bool broken[VERSIONS]; /* never ready */

	/* What is applied. */
	bool there;
	int version;
	int64_t replicas;
	bool paused;
	int64_t generation;
	int64_t life; /* which object of that name it is */
	int64_t apply_s;
	int64_t made_s; /* it is made anew then; NEVER: it is there, or nobody makes it */

	/* What its controller has seen, and said. */
	int64_t look_s;
	int64_t observed, updated, total, available;
	bool exceeded, complete, failed;
	int64_t moved_s;
	int runs; /* of a Pod: what its container was started with */

	struct pod pods[PODS];
	struct sg_plain_fold fold;
	int64_t next_s;
	bool was_rolled_out; /* when the workload was read last */
	bool was_alone;      /* when its pods were */
};

static unsigned roll(struct history *h, unsigned below)
{
	h->random = h->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(h->random >> 33) % below;
}

static bool makes_pods(const struct history *h)
{
	return h->kind != SG_WORKLOAD_POD && h->kind != SG_WORKLOAD_JOB &&
	       h->kind != SG_WORKLOAD_CRON_JOB;
}

static bool is_living(const struct history *h, const struct pod *pod)
{
	return pod->there && h->now_s < pod->gone_s;
}

static bool is_ready(const struct history *h, const struct pod *pod)
{
	return is_living(h, pod) && pod->gone_s == NEVER && h->now_s >= pod->ready_s;
}

static int64_t count(const struct history *h, int version, bool ready)
{
	int64_t found = 0;

	for (size_t i = 0; i < PODS; i++) {
		const struct pod *pod = &h->pods[i];

		found += is_living(h, pod) && pod->gone_s == NEVER &&
			 (version < 0 || pod->version == version) && (!ready || is_ready(h, pod));
	}
	return found;
}

static void start(struct history *h)
{
	for (size_t i = 0; i < PODS; i++) {
		struct pod *pod = &h->pods[i];

		if (is_living(h, pod))
			continue;
		*pod = (struct pod){.there = true, .version = h->version, .gone_s = NEVER};
		pod->ready_s = h->broken[h->version] ? NEVER : h->now_s + 1 + roll(h, 40);
		return;
	}
}

static void end_one(struct history *h, bool of_version)
{
	for (size_t i = 0; i < PODS; i++) {
		struct pod *pod = &h->pods[i];

		if (!is_living(h, pod) || pod->gone_s != NEVER ||
			(pod->version == h->version) != of_version)
			continue;
		pod->gone_s = h->now_s + 1 + roll(h, 40);
		return;
	}
}

/* One step of a roll-out: one more, or one less. */
static void roll_out(struct history *h)
{
	int64_t newer = count(h, h->version, false), all = count(h, -1, false);
	bool replaces = h->kind != SG_WORKLOAD_REPLICA_SET && !h->on_delete;

	if (!replaces) {
		if (all < h->replicas)
			start(h);
		else if (all > h->replicas)
			end_one(h, count(h, h->version, false) == all);
		return;
	}
	if (newer < h->replicas && all <= h->replicas)
		start(h);
	else if (newer > h->replicas)
		end_one(h, true);
	else if (all > newer && count(h, h->version, true) + 1 >= newer)
		end_one(h, false);
}

/* A person or a node ends an old pod where nobody else does. */
static void replace_by_hand(struct history *h)
{
	if (h->on_delete && roll(h, 60) == 0)
		end_one(h, false);
}

static void control(struct history *h)
{
	int64_t before = h->available;
	bool was_exceeded = h->exceeded, anew = h->observed != h->generation;

	h->look_s = h->now_s + 1 + roll(h, 5);
	if (!h->there)
		return;
	if (anew)
		h->moved_s = h->now_s;
	h->observed = h->generation;
	if (h->kind == SG_WORKLOAD_JOB) {
		h->complete = !h->broken[h->version] && h->now_s - h->made_s > 10;
		h->failed = h->broken[h->version] && h->now_s - h->made_s > 10;
		return;
	}
	if (!makes_pods(h))
		return;
	if (!h->paused)
		roll_out(h);
	h->total = count(h, -1, false);
	h->updated = h->kind == SG_WORKLOAD_REPLICA_SET ? h->total : count(h, h->version, false);
	h->available = count(h, -1, true);
	if (h->available != before)
		h->moved_s = h->now_s;
	h->exceeded =
		!h->paused && h->now_s - h->moved_s > DEADLINE_S &&
		(h->updated < h->replicas || h->available < h->replicas || h->total > h->updated);
	if (anew && roll(h, 2)) /* its conditions are written a moment later */
		h->exceeded = was_exceeded;
}

static void begin_object(struct history *h)
{
	h->there = true;
	h->life++;
	h->generation = 1;
	h->observed = 0;
	h->updated = h->total = h->available = 0;
	h->complete = h->failed = h->exceeded = false;
	h->runs = h->version;
	h->made_s = h->moved_s = h->now_s;
}

static void apply(struct history *h, int version)
{
	bool same = version == h->version;

	h->apply_s = h->now_s + 5 + roll(h, 200);
	h->version = version;
	if (h->kind == SG_WORKLOAD_JOB || !h->there) {
		h->there = false;
		h->made_s = h->now_s + roll(h, 5);
		return;
	}
	h->generation += !same;
	if (makes_pods(h) && roll(h, 4) == 0) {
		h->replicas = roll(h, 4);
		h->generation++;
	}
	if (h->kind == SG_WORKLOAD_DEPLOYMENT && roll(h, 8) == 0) {
		h->paused = !h->paused;
		h->generation++;
	}
}

/* Runs of a CronJob, of whatever its template says by then. */
static void run_cron_job(struct history *h)
{
	if (h->kind != SG_WORKLOAD_CRON_JOB || !h->there || roll(h, 40))
		return;
	start(h);
	for (size_t i = 0; i < PODS; i++)
		if (h->pods[i].gone_s == NEVER)
			h->pods[i].gone_s = h->now_s + 1 + roll(h, 30);
}

static void happen(struct history *h)
{
	h->now_s++;
	if (h->now_s >= h->apply_s && h->now_s < APPLIED_UNTIL_S)
		apply(h, (int)roll(h, VERSIONS));
	if (!h->there && h->made_s != NEVER && h->now_s >= h->made_s)
		begin_object(h);
	if (h->there && h->kind == SG_WORKLOAD_POD && h->runs != h->version && roll(h, 10) == 0)
		h->runs = h->version;
	run_cron_job(h);
	replace_by_hand(h);
	if (h->now_s >= h->look_s)
		control(h);
}

/* ---- what is so ---- */

static bool other_runs(const struct history *h)
{
	for (size_t i = 0; i < PODS; i++)
		if (is_living(h, &h->pods[i]) && h->pods[i].version != WANTED)
			return true;
	return false;
}

/* Whatever else runs beside it. */
static bool is_rolled_out(const struct history *h)
{
	if (!h->there || h->version != WANTED || h->paused)
		return false;
	if (h->kind == SG_WORKLOAD_JOB)
		return h->complete;
	if (h->kind == SG_WORKLOAD_POD)
		return h->runs == WANTED && !h->broken[WANTED];
	return h->kind == SG_WORKLOAD_CRON_JOB || count(h, WANTED, true) >= h->replicas;
}

static bool is_live(const struct history *h)
{
	return is_rolled_out(h) && !other_runs(h);
}

/* ---- what is seen ---- */

static const char *image_of(int version)
{
	static const char *const images[VERSIONS] = {
		REPOSITORY ":v0", REPOSITORY ":v1", REPOSITORY ":v2", REPOSITORY ":v3"};

	return images[version];
}

struct sight {
	struct sg_workload workload;
	struct sg_workload_condition condition;
	const char *template[2];
	struct sg_container container;
	struct sg_app_pod items[PODS];
	const char *pod_images[PODS];
	struct sg_app_workloads pods;
	char uid[24];
};

static void look_at_workload(const struct history *h, struct sight *s)
{
	struct sg_workload *w = &s->workload;
	const char *condition = h->exceeded ? "Progressing" : h->complete ? "Complete" : "Failed";

	*w = (struct sg_workload){.kind = h->kind,
		.namespace = "shop",
		.name = "web",
		.uid = s->uid,
		.paused = h->paused,
		.generation = h->generation,
		.observed = h->observed,
		.wanted = h->kind == SG_WORKLOAD_POD ? 1 : h->replicas,
		.replicas = h->total,
		.updated = h->updated,
		.ready = h->available,
		.available = h->available,
		.partition = SG_WORKLOAD_UNSAID,
		.on_delete = h->on_delete,
		.rolling = h->kind == SG_WORKLOAD_STATEFUL_SET && !h->on_delete,
		.current_revision = "",
		.update_revision = "",
		.images = {s->template, 2},
		.images_known = true};
	(void)snprintf(s->uid, sizeof(s->uid), "%lld", (long long)h->life);
	s->template[0] = "registry.example.com/proxy:1";
	s->template[1] = image_of(h->version);
	if (h->exceeded || h->complete || h->failed) {
		s->condition = (struct sg_workload_condition){.type = condition,
			.status = h->exceeded ? "False" : "True",
			.reason = h->exceeded ? "ProgressDeadlineExceeded" : "",
			.message = ""};
		w->conditions = &s->condition;
		w->condition_count = 1;
	}
	w->pod = (struct sg_pod){.phase = SG_POD_RUNNING,
		.restart_policy = "Always",
		.reason = "",
		.message = "",
		.unschedulable = "",
		.ready = !h->broken[h->runs]};
}

static void look_at_pods(const struct history *h, struct sight *s)
{
	s->pods = (struct sg_app_workloads){.sentence = "", .pods = s->items, .complete = true};
	for (size_t i = 0; i < PODS; i++) {
		const struct pod *pod = &h->pods[i];

		if (!is_living(h, pod))
			continue;
		s->pod_images[i] = image_of(pod->version);
		s->items[s->pods.pod_count++] = (struct sg_app_pod){.name = "web-x",
			.images = {&s->pod_images[i], 1},
			.ending = pod->gone_s != NEVER};
	}
	if (h->kind == SG_WORKLOAD_POD) {
		s->pod_images[0] = image_of(h->runs);
		s->items[0] = (struct sg_app_pod){.name = "web", .images = {&s->pod_images[0], 1}};
		s->pods.pod_count = 1;
	}
}

/* Between the two reads of a look something may happen. */
static void look(struct history *h)
{
	struct sight s = {0};
	struct sg_plain_look seen = {0};

	look_at_workload(h, &s);
	seen.workload = h->there ? &s.workload : NULL;
	h->was_rolled_out = is_rolled_out(h);
	sg_plain_fold_feed(&h->fold, &seen, h->now_s * 1000);
	if (h->fold.pods_wanted) {
		if (roll(h, 4) == 0)
			happen(h);
		look_at_pods(h, &s);
		seen.pods = &s.pods;
		h->was_alone = !other_runs(h);
		sg_plain_fold_feed(&h->fold, &seen, h->now_s * 1000);
	}
	h->next_s = h->now_s + 1 + roll(h, 10);
}

/* ---- the histories ---- */

static void begin(struct history *h, uint64_t seed)
{
	static const enum sg_workload_kind kinds[] = {SG_WORKLOAD_DEPLOYMENT,
		SG_WORKLOAD_DEPLOYMENT, SG_WORKLOAD_STATEFUL_SET, SG_WORKLOAD_DAEMON_SET,
		SG_WORKLOAD_REPLICA_SET, SG_WORKLOAD_JOB, SG_WORKLOAD_CRON_JOB, SG_WORKLOAD_POD};

	*h = (struct history){.random = seed * 2654435761u + 1, .made_s = 0};
	for (unsigned i = 0; i < 10; i++)
		(void)roll(h, 2);
	h->kind = kinds[roll(h, SG_COUNT(kinds))];
	h->on_delete = roll(h, 4) == 0 &&
		       (h->kind == SG_WORKLOAD_STATEFUL_SET || h->kind == SG_WORKLOAD_DAEMON_SET);
	for (int i = 0; i < VERSIONS; i++)
		h->broken[i] = roll(h, 4) == 0;
	h->version = (int)roll(h, VERSIONS);
	h->replicas = 1 + (int64_t)roll(h, 3);
	h->made_s = roll(h, 3) ? 0 : 20;
	h->apply_s = 1 + (int64_t)roll(h, 200);
	for (unsigned i = roll(h, 100); i > 0; i--)
		happen(h);
	sg_plain_fold_begin(&h->fold, "Deployment shop/web", image_of(WANTED), GRACE_S * 1000);
}

static void tell(const struct history *h, uint64_t seed, const char *what)
{
	fail_msg("history %llu, %llds: %s: %s: %s, %s; version %d of %lld, observed %lld of %lld",
		(unsigned long long)seed, (long long)h->now_s, what, sg_workload_kind_name(h->kind),
		sg_app_kind_name(h->fold.verdict.kind), h->fold.message, h->version,
		(long long)h->replicas, (long long)h->observed, (long long)h->generation);
}

/* From here on nobody applies anything any more. */
static bool gets_well(struct history *h)
{
	h->apply_s = INT64_MAX;
	for (int64_t end_s = h->now_s + END_S; h->now_s < end_s; happen(h))
		if (is_live(h))
			return true;
	return false;
}

/* Two looks, one after the other, as the follower takes them. */
static void judge(struct history *h, uint64_t seed, size_t kinds[4])
{
	bool was_good = false;

	while (h->now_s < END_S) {
		enum sg_app_kind kind;

		if (h->now_s < h->next_s) {
			happen(h);
			continue;
		}
		look(h);
		kind = h->fold.verdict.kind;
		if (kind == SG_APP_FAIL || (kind == SG_APP_SUCCESS && was_good))
			break;
		was_good = kind == SG_APP_SUCCESS;
		if (was_good)
			h->next_s = h->now_s;
	}
	kinds[h->fold.verdict.kind]++;
	if (h->fold.verdict.kind == SG_APP_SUCCESS && !(h->was_rolled_out && h->was_alone))
		tell(h, seed, "does not run");
	if (h->fold.verdict.kind == SG_APP_FAIL && gets_well(h))
		tell(h, seed, "gets well");
	if (h->fold.verdict.kind == SG_APP_WAIT && is_live(h))
		tell(h, seed, "is over");
}

static void verdicts_are_what_is_so(void **state)
{
	size_t kinds[4] = {0};

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct history h;

		begin(&h, seed);
		judge(&h, seed, kinds);
	}
	/* All ends are met often: the histories are of use. */
	assert_true(kinds[SG_APP_SUCCESS] > HISTORIES / 4);
	assert_true(kinds[SG_APP_FAIL] > HISTORIES / 100);
	assert_true(kinds[SG_APP_WAIT] > HISTORIES / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_what_is_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
