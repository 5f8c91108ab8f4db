/*
 * Random histories of a source-controller and a kustomize-controller that know what really runs. No
 * verdict may differ from that: nothing is called deployed that does not run, nothing failed that
 * gets well by itself, and nothing is waited for for ever that is over.
 *
 * Commits follow each other on the branch; some cannot be built, applied or get healthy. Trouble
 * that passes (fetching, applying) lasts less than the grace. A step is a second.
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
#include "model/flux_verdict.h"

#define HISTORIES 20000
#define COMMITS 6
#define WANTED 2
#define COMMITS_UNTIL_S 600
#define END_S 2400
#define TROUBLE_S 20
#define NEVER (-1)

enum fate { GOOD, NO_PATH, NO_BUILD, REFUSED, UNHEALTHY, FATES };

static const char *const reasons[FATES] = {"ReconciliationSucceeded", "ArtifactFailed",
	"BuildFailed", "ReconciliationFailed", "HealthCheckFailed"};

struct controller {
	char requested[32]; /* the annotation */
	char taken[32];     /* the annotation at the start of the run that goes on */
	char handled[32];
	int64_t next_s;  /* the next run by itself */
	int64_t until_s; /* of the run that goes on; NEVER */
	char revision[64];
	struct sg_flux_condition conditions[2];
};

struct history {
	struct sg_ancestry ancestry;
	uint64_t random;
	int64_t now_s;
	int head; /* of the branch */
	enum fate fates[COMMITS];
	int64_t commit_s;  /* of the next commit */
	int64_t trouble_s; /* until then nothing works */
	int64_t interval_s;

	struct controller source, kustomization;
	int artifact; /* what the source has; NEVER */
	int building; /* what the Kustomization works on */
	int runs;     /* what it has brought to its end, and what runs; NEVER */
	char attempted[64];
	int64_t generation, observed;

	struct sg_flux_fold *fold;
	int64_t look_s;
	unsigned requests;
	struct sg_flux_policy policy;
};

static unsigned roll(struct history *h, unsigned below)
{
	h->random = h->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(h->random >> 33) % below;
}

static void sha(int commit, char out[SG_OID_SIZE])
{
	(void)snprintf(out, SG_OID_SIZE, "%040d", commit);
}

static void revision(int commit, char out[64])
{
	(void)snprintf(out, 64, "main@sha1:%040d", commit);
}

static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	(void)ancestry;
	return strcmp(descendant, ancestor) >= 0 ? SG_ANSWER_YES : SG_ANSWER_NO;
}

static void set(struct history *h, struct controller *c, const char *status, const char *reason)
{
	struct sg_flux_condition *ready = &c->conditions[0];
	bool works = strcmp(status, "True") != 0;

	if (!ready->type || strcmp(ready->status, status) != 0)
		ready->changed_s = h->now_s;
	ready->type = "Ready";
	ready->status = status;
	ready->reason = ready->message = reason;
	ready->observed = c == &h->kustomization ? h->generation : 1;
	c->conditions[1] = (struct sg_flux_condition){.type = "Reconciling",
		.status = works ? "True" : "False",
		.reason = "Progressing",
		.message = "",
		.observed = ready->observed,
		.changed_s = h->now_s};
}

/* Does a run begin now? A request is taken up soon, not at once. */
static bool begins(struct history *h, struct controller *c)
{
	bool asked = strcmp(c->requested, c->handled) != 0;

	if (c->until_s != NEVER || (h->now_s < c->next_s && !(asked && roll(h, 2))))
		return false;
	memcpy(c->taken, c->requested, sizeof(c->taken));
	c->until_s = h->now_s + roll(h, 4);
	return true;
}

static bool ends(const struct history *h, const struct controller *c)
{
	return c->until_s != NEVER && h->now_s >= c->until_s;
}

static void close_run(struct history *h, struct controller *c, int64_t pause_s)
{
	memcpy(c->handled, c->taken, sizeof(c->handled));
	c->until_s = NEVER;
	c->next_s = h->now_s + pause_s;
}

static void run_source(struct history *h)
{
	struct controller *c = &h->source;
	int got = h->head;

	(void)begins(h, c);
	if (!ends(h, c))
		return;
	if (h->now_s < h->trouble_s) {
		set(h, c, "False", "GitOperationFailed");
		close_run(h, c, 5 + (int64_t)roll(h, 10));
		return;
	}
	if (got != h->artifact)
		h->kustomization.next_s = h->now_s + roll(h, 5);
	h->artifact = got;
	revision(got, c->revision);
	set(h, c, "True", "Succeeded");
	close_run(h, c, h->interval_s);
}

static void begin_build(struct history *h)
{
	enum fate fate;

	h->building = h->artifact;
	set(h, &h->kustomization, "Unknown", "Progressing");
	if (h->building == NEVER)
		return;
	fate = h->fates[h->building];
	if (fate != NO_PATH)
		revision(h->building, h->attempted);
	if (fate == REFUSED || fate == UNHEALTHY)
		h->runs = NEVER; /* a part of it may be there */
}

static void run_kustomization(struct history *h)
{
	struct controller *c = &h->kustomization;
	enum fate fate;

	if (begins(h, c))
		begin_build(h);
	if (!ends(h, c))
		return;
	fate = h->building == NEVER ? NO_PATH : h->fates[h->building];
	if (fate == GOOD && h->now_s < h->trouble_s)
		fate = roll(h, 2) ? REFUSED : UNHEALTHY;
	if (fate != GOOD) {
		set(h, c, "False", reasons[fate]);
		close_run(h, c, 5 + (int64_t)roll(h, 30));
		return;
	}
	h->runs = h->building;
	revision(h->building, c->revision);
	set(h, c, "True", reasons[fate]);
	h->observed = h->generation;
	close_run(h, c, h->interval_s);
}

static void happen(struct history *h)
{
	h->now_s++;
	if (h->now_s >= h->commit_s && h->head + 1 < COMMITS) {
		h->head++;
		h->commit_s = h->now_s < COMMITS_UNTIL_S ? h->now_s + 1 + roll(h, 300) : INT64_MAX;
	}
	if (h->now_s < COMMITS_UNTIL_S && h->now_s > h->trouble_s + 60 && roll(h, 150) == 0)
		h->trouble_s = h->now_s + 1 + roll(h, TROUBLE_S);
	if (h->now_s < COMMITS_UNTIL_S && roll(h, 200) == 0) {
		h->generation++;
		h->kustomization.next_s = h->now_s + roll(h, 5);
	}
	run_source(h);
	run_kustomization(h);
}

static struct sg_flux_object object_of(
	const struct controller *c, enum sg_flux_kind kind, int64_t generation, int64_t observed)
{
	return (struct sg_flux_object){.kind = kind,
		.namespace = "shop",
		.name = "apps",
		.generation = generation,
		.observed = observed,
		.handled = c->handled,
		.conditions = c->conditions,
		.condition_count = c->conditions[0].type ? SG_COUNT(c->conditions) : 0};
}

#define URL "https://git.example.org/team/deploy.git"

static void look(struct history *h)
{
	const struct sg_flux_kustomization kustomization = {
		.object = object_of(
			&h->kustomization, SG_FLUX_KUSTOMIZATION, h->generation, h->observed),
		.source_kind = "GitRepository",
		.source_namespace = "shop",
		.source_name = "apps",
		.waits = true,
		.applied = h->kustomization.revision,
		.attempted = h->attempted,
		.origin = ""};
	const struct sg_flux_repository repository = {
		.object = object_of(&h->source, SG_FLUX_REPOSITORY, 1, 1),
		.url = URL,
		.branch = "main",
		.tag = "",
		.semver = "",
		.ref_name = "",
		.commit = "",
		.revision = h->source.revision};
	const struct sg_flux_look all = {
		.kustomization = &kustomization, .repository = &repository};
	struct sg_flux_request request;
	int64_t now_ms = h->now_s * 1000;

	sg_flux_fold_feed(h->fold, &all, now_ms);
	while (sg_flux_fold_request(h->fold, now_ms, &request)) {
		struct controller *c =
			request.kind == SG_FLUX_REPOSITORY ? &h->source : &h->kustomization;

		(void)snprintf(c->requested, sizeof(c->requested), "request-%u", ++h->requests);
		sg_flux_fold_requested(h->fold, &request, c->requested, now_ms);
	}
	h->look_s = (sg_flux_fold_next_look(h->fold, now_ms) + 999) / 1000;
	if (h->look_s <= h->now_s)
		h->look_s = h->now_s + 1;
	if (roll(h, 3) == 0)
		h->look_s = h->now_s + 1 + (int64_t)roll(h, 5);
}

static void begin(struct history *h, uint64_t seed)
{
	*h = (struct history){.ancestry = {contains},
		.random = seed * 2654435761u + 1,
		.interval_s = 60,
		.artifact = NEVER,
		.runs = NEVER,
		.generation = 1,
		.observed = -1,
		.source = {.until_s = NEVER},
		.kustomization = {.until_s = NEVER}};
	for (unsigned i = 0; i < 10; i++)
		(void)roll(h, 2);
	h->policy = sg_flux_policy_default();
	h->policy.may_request = roll(h, 4) != 0;
	h->interval_s = 60 + (int64_t)roll(h, 600);
	for (int i = 0; i < COMMITS; i++)
		h->fates[i] = roll(h, 3) ? GOOD : (enum fate)(1 + roll(h, FATES - 1));
	h->head = (int)roll(h, WANTED + 1);
	h->commit_s = 1 + (int64_t)roll(h, 100);
	for (unsigned i = roll(h, 200); i > 0; i--)
		happen(h);
}

static void tell(const struct history *h, uint64_t seed, const char *what)
{
	const struct sg_flux_verdict *verdict = sg_flux_fold_verdict(h->fold);

	fail_msg("history %llu, %llds: %s: %s, %s; head %d, artifact %d, runs %d",
		(unsigned long long)seed, (long long)h->now_s, what,
		sg_app_kind_name(verdict->kind), verdict->message, h->head, h->artifact, h->runs);
}

/* From here on nobody commits any more, and no trouble comes; what is not fetched never was. */
static bool gets_well(struct history *h)
{
	h->head = h->artifact;
	h->commit_s = INT64_MAX;
	for (int64_t end_s = h->now_s + END_S; h->now_s < end_s; happen(h))
		if (h->runs >= WANTED && h->observed == h->generation &&
			strcmp(h->kustomization.conditions[0].status, "True") == 0)
			return true;
	return false;
}

static void judge(struct history *h, uint64_t seed, size_t kinds[4])
{
	const struct sg_flux_verdict *verdict = sg_flux_fold_verdict(h->fold);

	while (h->now_s < END_S * 2 && verdict->kind == SG_APP_WAIT) {
		if (h->now_s >= h->look_s)
			look(h);
		if (verdict->kind == SG_APP_WAIT)
			happen(h);
	}
	kinds[verdict->kind]++;
	if (verdict->kind == SG_APP_SUCCESS && h->runs < WANTED)
		tell(h, seed, "does not run");
	if (verdict->kind == SG_APP_FAIL && gets_well(h))
		tell(h, seed, "gets well");
	/* Without requests nobody can tell which artifact could not be built. */
	if (verdict->kind == SG_APP_WAIT && h->head >= WANTED &&
		(h->policy.may_request || h->fates[h->head] != NO_PATH))
		tell(h, seed, "is over");
}

static void verdicts_are_what_is_so(void **state)
{
	static const struct sg_flux_want want_of_all = {.repo_url = URL, .branch = "main"};
	struct sg_flux_want want = want_of_all;
	char wanted[SG_OID_SIZE];
	size_t kinds[4] = {0};

	(void)state;
	sha(WANTED, wanted);
	want.revision = wanted;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct history h;

		begin(&h, seed);
		h.fold = sg_flux_fold_new(&want, &h.policy, &h.ancestry);
		judge(&h, seed, kinds);
		sg_flux_fold_free(h.fold);
	}
	/* Both ends are met often: the histories are of use. */
	assert_true(kinds[SG_APP_SUCCESS] > HISTORIES / 3);
	assert_true(kinds[SG_APP_FAIL] > HISTORIES / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_what_is_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
