/* What is concluded from a Kustomization, its source and its release: each rule, and its edges. */
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

#define OLD "0000000000000000000000000000000000000000"
#define X "1111111111111111111111111111111111111111"
#define NEW "2222222222222222222222222222222222222222"
#define OTHER "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
#define FAR "ffffffffffffffffffffffffffffffffffffffff"
#define AT(sha) "main@sha1:" sha
#define URL "https://git.example.org/team/deploy.git"

/* OLD, X and NEW follow each other, OTHER is on another line, of FAR nobody knows anything. */
static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	(void)ancestry;
	if (descendant[0] == 'f' || ancestor[0] == 'f')
		return SG_ANSWER_UNKNOWN;
	if (descendant[0] == 'e' || ancestor[0] == 'e')
		return SG_ANSWER_NO;
	return descendant[0] >= ancestor[0] ? SG_ANSWER_YES : SG_ANSWER_NO;
}

#define CONDITIONS_MAX 6

struct world {
	struct sg_ancestry ancestry;
	struct sg_flux_want want;
	struct sg_flux_policy policy;
	struct sg_flux_kustomization kustomization;
	struct sg_flux_repository repository;
	struct sg_flux_release release;
	struct sg_app_workloads workloads;
	struct sg_flux_look look;
	struct sg_flux_condition conditions[SG_FLUX_KIND_COUNT][CONDITIONS_MAX];
	struct sg_flux_fold *fold;
	int64_t now_ms;
	char value[64];                       /* of the last request ... */
	char handled[SG_FLUX_KIND_COUNT][64]; /* ... and of those that were taken up */
	unsigned requests;
};

static void set(struct world *w, struct sg_flux_object *object, const char *type,
	const char *status, const char *reason, const char *message)
{
	struct sg_flux_condition *items = w->conditions[object->kind];
	size_t i = 0;

	while (i < object->condition_count && strcmp(items[i].type, type) != 0)
		i++;
	assert_true(i < CONDITIONS_MAX);
	items[i] = (struct sg_flux_condition){.type = type,
		.status = status,
		.reason = reason,
		.message = message,
		.observed = object->generation,
		.changed_s = w->now_ms / 1000};
	if (i == object->condition_count)
		object->condition_count++;
	object->conditions = items;
}

static void unset(struct world *w, struct sg_flux_object *object)
{
	(void)w;
	object->condition_count = 0;
}

static struct sg_flux_object object_of(enum sg_flux_kind kind, const char *name)
{
	return (struct sg_flux_object){.kind = kind,
		.namespace = "shop",
		.name = name,
		.generation = 3,
		.observed = 3,
		.handled = ""};
}

/* All is well: the source is at X, the Kustomization has applied it and waits for it. */
static void good(struct world *w)
{
	*w = (struct world){.ancestry = {contains},
		.want = {.revision = X, .repo_url = URL, .branch = "main"},
		.policy = sg_flux_policy_default(),
		.kustomization = {.object = object_of(SG_FLUX_KUSTOMIZATION, "apps"),
			.source_kind = "GitRepository",
			.source_namespace = "shop",
			.source_name = "deploy",
			.waits = true,
			.applied = AT(X),
			.attempted = AT(X),
			.origin = ""},
		.repository = {.object = object_of(SG_FLUX_REPOSITORY, "deploy"),
			.url = URL,
			.branch = "main",
			.tag = "",
			.semver = "",
			.ref_name = "",
			.commit = "",
			.revision = AT(X)},
		.release = {.object = object_of(SG_FLUX_RELEASE, "web"),
			.chart_version = "1.2.3",
			.release_status = "deployed"},
		.workloads = {.sentence = ""},
		.now_ms = 1000000};
	w->look.kustomization = &w->kustomization;
	w->look.repository = &w->repository;
	set(w, &w->kustomization.object, "Ready", "True", "ReconciliationSucceeded", "Applied");
	set(w, &w->repository.object, "Ready", "True", "Succeeded", "stored");
	set(w, &w->release.object, "Ready", "True", "UpgradeSucceeded", "upgraded");
	w->fold = sg_flux_fold_new(&w->want, &w->policy, &w->ancestry);
}

static void with_release(struct world *w)
{
	w->want.release = true;
	w->look.release = &w->release;
}

static void done(struct world *w)
{
	sg_flux_fold_free(w->fold);
}

static void feed(struct world *w)
{
	sg_flux_fold_feed(w->fold, &w->look, w->now_ms);
}

static void expect_at(
	struct world *w, int line, enum sg_app_kind kind, enum sg_app_code code, const char *words)
{
	const struct sg_flux_verdict *verdict = sg_flux_fold_verdict(w->fold);

	if (verdict->kind != kind || verdict->code != code || !strstr(verdict->message, words))
		fail_msg("line %d: %s %s: %s", line, sg_app_kind_name(verdict->kind),
			sg_app_code_name(verdict->code), verdict->message);
}

#define EXPECT(w, kind, code, words)                                                               \
	expect_at(w, __LINE__, SG_APP_##kind, SG_APP_CODE_##code, words)

static void look_after(struct world *w, int64_t ms)
{
	w->now_ms += ms;
	feed(w);
}

/* Takes the request that must be due, of that kind; the controller has not handled it yet. */
static void request(struct world *w, enum sg_flux_kind kind)
{
	struct sg_flux_request due;

	assert_true(sg_flux_fold_request(w->fold, w->now_ms, &due));
	assert_int_equal(due.kind, kind);
	(void)snprintf(w->value, sizeof(w->value), "value-%u", ++w->requests);
	sg_flux_fold_requested(w->fold, &due, w->value, w->now_ms);
	assert_false(sg_flux_fold_request(w->fold, w->now_ms, &due));
}

/* The controller has taken up the last request. */
static void handle(struct world *w, struct sg_flux_object *object)
{
	(void)snprintf(w->handled[object->kind], sizeof(w->handled[0]), "%s", w->value);
	object->handled = w->handled[object->kind];
}

static void no_request(struct world *w)
{
	struct sg_flux_request due;

	assert_false(sg_flux_fold_request(w->fold, w->now_ms, &due));
}

/* ---- success ---- */

static void success_needs_all_of_it(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "Kustomization shop/apps is at 111111111111");
	assert_string_equal(sg_flux_fold_verdict(w.fold)->revision, X);
	assert_false(sg_flux_fold_verdict(w.fold)->workloads_wanted);
	no_request(&w);
	w.kustomization.applied = AT(NEW);
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "222222222222");
	w.look.repository = NULL; /* may not be read: the Kustomization speaks for itself */
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

/* Each of these takes one thing away from what is good. */
static void not_observed(struct world *w)
{
	w->kustomization.object.generation = 4;
}

static void generation_unsaid(struct world *w)
{
	w->kustomization.object.generation = SG_FLUX_UNSAID;
	w->kustomization.object.observed = SG_FLUX_UNSAID;
	w->conditions[SG_FLUX_KUSTOMIZATION][0].observed = SG_FLUX_UNSAID;
}

static void never_observed(struct world *w)
{
	w->kustomization.object.observed = -1;
}

static void ready_of_before(struct world *w)
{
	w->conditions[SG_FLUX_KUSTOMIZATION][0].observed = 2;
}

static void ready_unknown(struct world *w)
{
	set(w, &w->kustomization.object, "Ready", "Unknown", "Progressing", "at work");
}

static void ready_absent(struct world *w)
{
	unset(w, &w->kustomization.object);
}

static void reconciling(struct world *w)
{
	set(w, &w->kustomization.object, "Reconciling", "True", "Progressing", "at work");
}

static void applied_nothing(struct world *w)
{
	w->kustomization.applied = "";
	w->kustomization.attempted = "";
}

static void applied_old(struct world *w)
{
	w->kustomization.applied = w->kustomization.attempted = AT(OLD);
}

static void attempts_it(struct world *w)
{
	w->kustomization.applied = AT(OLD);
}

static void applied_other(struct world *w)
{
	w->kustomization.applied = w->kustomization.attempted = AT(OTHER);
}

static void applied_far(struct world *w)
{
	w->kustomization.applied = w->kustomization.attempted = AT(FAR);
}

static void applied_digest(struct world *w)
{
	w->kustomization.source_kind = "OCIRepository";
	w->kustomization.applied = w->kustomization.attempted = "1.2.3@sha256:" X;
}

static void source_old(struct world *w)
{
	applied_old(w);
	w->repository.revision = AT(OLD);
}

static void source_far(struct world *w)
{
	applied_old(w);
	w->repository.revision = AT(FAR);
}

static void source_empty(struct world *w)
{
	applied_old(w);
	w->repository.revision = "";
}

static void source_went_back(struct world *w)
{
	w->repository.revision = AT(OLD);
}

static void source_went_back_and_sleeps(struct world *w)
{
	source_went_back(w);
	w->repository.object.suspended = true;
}

static void source_other(struct world *w)
{
	w->repository.revision = AT(OTHER);
}

static void dependency(struct world *w)
{
	set(w, &w->kustomization.object, "Ready", "False", "DependencyNotReady", "shop/db");
}

static void cancelled(struct world *w)
{
	set(w, &w->kustomization.object, "Ready", "False", "HealthCheckCanceled", "newer");
}

static void never_seen(struct world *w)
{
	w->look.kustomization = NULL;
}

static void release_unread(struct world *w)
{
	w->want.release = true;
}

static void release_unobserved(struct world *w)
{
	with_release(w);
	w->release.object.generation = 4;
}

static void release_not_ended(struct world *w)
{
	with_release(w);
	w->release.object.observed = 2;
}

static void release_at_work(struct world *w)
{
	with_release(w);
	set(w, &w->release.object, "Ready", "Unknown", "Progressing", "Running 'upgrade'");
}

static void release_reconciling(struct world *w)
{
	with_release(w);
	set(w, &w->release.object, "Reconciling", "True", "Progressing", "Running");
}

static void release_odd_reason(struct world *w)
{
	with_release(w);
	set(w, &w->release.object, "Ready", "True", "SomethingNew", "new words");
}

static void release_rolled_back(struct world *w)
{
	with_release(w);
	set(w, &w->release.object, "Ready", "True", "RollbackSucceeded", "rolled back");
}

static void release_uninstalled(struct world *w)
{
	with_release(w);
	set(w, &w->release.object, "Ready", "False", "UninstallSucceeded", "uninstalled");
}

static void release_pending(struct world *w)
{
	with_release(w);
	w->release.release_status = "pending-upgrade";
}

static void release_dependency(struct world *w)
{
	with_release(w);
	set(w, &w->release.object, "Ready", "False", "DependencyNotReady", "shop/db");
}

static void blind_release(struct world *w)
{
	with_release(w);
	w->release.applied_only = true;
}

static void does_not_wait(struct world *w)
{
	w->kustomization.waits = false;
}

static void does_not_wait_elsewhere(struct world *w)
{
	w->kustomization.waits = false;
	w->kustomization.elsewhere = true;
}

static void blind_release_elsewhere(struct world *w)
{
	blind_release(w);
	w->release.elsewhere = true;
}

static void workloads_move(struct world *w)
{
	w->kustomization.waits = false;
	w->workloads.sentence = "Deployment shop/web: 1 of 2";
	w->workloads.cause = SG_APP_CODE_IMAGE_PULL;
	w->look.workloads = &w->workloads;
}

static void every_doubt_waits(void **state)
{
	static const struct {
		void (*spoil)(struct world *w);
		enum sg_app_code code;
		const char *words;
		bool asks;
		enum sg_flux_kind whom;
	} cases[] = {
#define ASKS(fn, code, words, kind) {fn, SG_APP_CODE_##code, words, true, SG_FLUX_##kind}
#define SITS(fn, code, words)                                                                      \
	{                                                                                          \
		fn, SG_APP_CODE_##code, words, false, SG_FLUX_KUSTOMIZATION                        \
	}
		ASKS(not_observed, FLUX_RECONCILING, "Applied", KUSTOMIZATION),
		ASKS(generation_unsaid, FLUX_RECONCILING, "", KUSTOMIZATION),
		ASKS(never_observed, FLUX_RECONCILING, "", KUSTOMIZATION),
		ASKS(ready_of_before, FLUX_RECONCILING, "", KUSTOMIZATION),
		ASKS(ready_unknown, FLUX_RECONCILING, "at work", KUSTOMIZATION),
		ASKS(ready_absent, FLUX_RECONCILING, "shop/apps", KUSTOMIZATION),
		ASKS(reconciling, FLUX_RECONCILING, "", KUSTOMIZATION),
		ASKS(applied_nothing, FLUX_RECONCILING, "", KUSTOMIZATION),
		ASKS(applied_old, FLUX_OLDER_REVISION, "is at 000000000000", KUSTOMIZATION),
		ASKS(attempts_it, FLUX_RECONCILING, "", KUSTOMIZATION),
		ASKS(applied_other, SUPERSEDED, "eeeeeeeeeeee", KUSTOMIZATION),
		ASKS(applied_far, ANCESTRY_UNKNOWN, "ffffffffffff", KUSTOMIZATION),
		SITS(applied_digest, FLUX_NO_COMMIT, ""),
		ASKS(source_old, FLUX_SOURCE_BEHIND, "shop/deploy is at 0000", REPOSITORY),
		ASKS(source_far, ANCESTRY_UNKNOWN, "shop/deploy is at ffff", REPOSITORY),
		ASKS(source_empty, FLUX_SOURCE_BEHIND, "shop/deploy", REPOSITORY),
		ASKS(source_went_back, FLUX_SOURCE_BEHIND, "0000", REPOSITORY),
		ASKS(source_went_back_and_sleeps, FLUX_SOURCE_BEHIND, "0000", REPOSITORY),
		ASKS(source_other, SUPERSEDED, "does not contain 111111111111", REPOSITORY),
		ASKS(dependency, FLUX_DEPENDENCY, "shop/db", KUSTOMIZATION),
		ASKS(cancelled, FLUX_RECONCILING, "newer", KUSTOMIZATION),
		SITS(never_seen, NOT_SEEN, ""),
		SITS(release_unread, FLUX_RELEASE_UNREAD, ""),
		ASKS(release_unobserved, FLUX_RECONCILING, "HelmRelease shop/web", RELEASE),
		ASKS(release_not_ended, FLUX_RECONCILING, "HelmRelease shop/web", RELEASE),
		ASKS(release_at_work, FLUX_RECONCILING, "Running 'upgrade'", RELEASE),
		ASKS(release_reconciling, FLUX_RECONCILING, "", RELEASE),
		ASKS(release_odd_reason, FLUX_RECONCILING, "new words", RELEASE),
		SITS(release_rolled_back, FLUX_RELEASE_REMEDIATED, "rolled back"),
		SITS(release_uninstalled, FLUX_RELEASE_REMEDIATED, "uninstalled"),
		ASKS(release_pending, FLUX_RECONCILING, "", RELEASE),
		ASKS(release_dependency, FLUX_DEPENDENCY, "shop/db", RELEASE),
		SITS(blind_release, FLUX_WORKLOADS_UNREAD, ""),
		SITS(does_not_wait, FLUX_WORKLOADS_UNREAD, ""),
		SITS(does_not_wait_elsewhere, FLUX_WORKLOADS_UNREAD, "set spec.wait"),
		SITS(blind_release_elsewhere, FLUX_WORKLOADS_UNREAD, "no disableWait"),
		SITS(workloads_move, PROGRESSING, "1 of 2"),
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_flux_request due;
		struct world w;

		good(&w);
		cases[i].spoil(&w);
		feed(&w);
		expect_at(&w, (int)i, SG_APP_WAIT, cases[i].code, cases[i].words);
		assert_int_equal(sg_flux_fold_request(w.fold, w.now_ms, &due), cases[i].asks);
		if (cases[i].asks)
			assert_int_equal(due.kind, cases[i].whom);
		assert_true(sg_flux_fold_next_look(w.fold, w.now_ms) <= w.now_ms + 30000);
		done(&w);
	}
}

/* ---- failures at first sight ---- */

static void suspended(struct world *w)
{
	w->kustomization.object.suspended = true;
}

static void deleting(struct world *w)
{
	w->kustomization.object.deleting = true;
}

static void source_suspended(struct world *w)
{
	source_old(w);
	w->repository.object.suspended = true;
}

static void another_repository(struct world *w)
{
	w->repository.url = "https://git.example.org/team/other.git";
}

static void another_branch(struct world *w)
{
	w->repository.branch = "release";
}

static void no_branch(struct world *w)
{
	w->repository.branch = "";
}

static void another_name(struct world *w)
{
	w->repository.branch = "";
	w->repository.ref_name = "refs/pull/7/head";
	w->repository.revision = AT(OLD);
}

static void pinned_to_a_tag(struct world *w)
{
	w->repository.tag = "v1";
	w->repository.revision = "v1@sha1:" OLD;
}

static void pinned_to_a_commit(struct world *w)
{
	w->repository.commit = OLD;
}

static void release_suspended(struct world *w)
{
	with_release(w);
	w->release.object.suspended = true;
}

static void release_deleting(struct world *w)
{
	with_release(w);
	w->release.object.deleting = true;
}

static void stuck_workload(struct world *w)
{
	workloads_move(w);
	w->workloads.ripe = true;
}

static void child(struct world *w)
{
	static const struct sg_flux_ref refs[] = {
		{"shop", "web", "apps", "Deployment"},
		{"shop", "web", "helm.toolkit.fluxcd.io", "HelmRelease"},
	};

	w->kustomization.waits = false;
	w->kustomization.inventory = (struct sg_flux_inventory){refs, SG_COUNT(refs)};
	w->look.workloads = &w->workloads;
}

static void orders_are_believed_at_once(void **state)
{
	static const struct {
		void (*spoil)(struct world *w);
		enum sg_app_code code;
		const char *words;
	} cases[] = {
		{suspended, SG_APP_CODE_FLUX_SUSPENDED, "Kustomization shop/apps"},
		{deleting, SG_APP_CODE_FLUX_DELETED, "Kustomization shop/apps"},
		{source_suspended, SG_APP_CODE_FLUX_SUSPENDED, "GitRepository shop/deploy"},
		{another_repository, SG_APP_CODE_FLUX_WRONG_REPOSITORY, "other.git"},
		{another_branch, SG_APP_CODE_FLUX_WRONG_REF, "tracks release"},
		{no_branch, SG_APP_CODE_FLUX_WRONG_REF, "tracks master"},
		{another_name, SG_APP_CODE_FLUX_WRONG_REF, "refs/pull/7/head"},
		{pinned_to_a_tag, SG_APP_CODE_FLUX_WRONG_REF, "tracks v1"},
		{pinned_to_a_commit, SG_APP_CODE_FLUX_WRONG_REF, "tracks 0000"},
		{release_suspended, SG_APP_CODE_FLUX_SUSPENDED, "HelmRelease shop/web"},
		{release_deleting, SG_APP_CODE_FLUX_DELETED, "HelmRelease shop/web"},
		{stuck_workload, SG_APP_CODE_IMAGE_PULL, "1 of 2"},
		{child, SG_APP_CODE_FLUX_CHILD_UNWATCHED, "HelmRelease shop/web"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct world w;

		good(&w);
		cases[i].spoil(&w);
		feed(&w);
		expect_at(&w, (int)i, SG_APP_FAIL, cases[i].code, cases[i].words);
		no_request(&w);
		done(&w);
	}
}

static void what_holds_the_revision_is_followed(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	w.repository.tag = "v2";
	w.repository.revision = "v2@sha1:" NEW;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	w.repository.tag = "";
	w.repository.commit = X;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	w.repository.commit = "";
	w.repository.ref_name = "refs/heads/main";
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	w.repository.ref_name = "";
	w.repository.branch = "";
	w.want.branch = "master";
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

static void an_artifact_may_name_its_commit(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	applied_digest(&w);
	w.kustomization.origin = AT(X);
	w.look.repository = NULL;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	w.kustomization.origin = AT(OLD);
	feed(&w);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "");
	done(&w);
}

static void a_named_release_is_all_that_counts(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	child(&w);
	with_release(&w);
	w.look.workloads = NULL;
	w.release.object.name = "api"; /* the others are others' */
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	assert_false(sg_flux_fold_verdict(w.fold)->workloads_wanted);
	w.release.applied_only = true;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_WORKLOADS_UNREAD, "");
	assert_true(sg_flux_fold_verdict(w.fold)->workloads_wanted);
	w.look.workloads = &w.workloads;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

/* Values of other objects are taken late: without a reconciliation after them nothing is proven. */
static void values_from_elsewhere_need_a_proof(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	w.release.indirect = true;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "valuesFrom");
	request(&w, SG_FLUX_RELEASE);
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "valuesFrom");
	handle(&w, &w.release.object);
	look_after(&w, 1000);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	w.kustomization.applied = w.kustomization.attempted = AT(NEW); /* and new values with it */
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "valuesFrom");
	w.now_ms += 60000;
	feed(&w);
	request(&w, SG_FLUX_RELEASE);
	handle(&w, &w.release.object);
	look_after(&w, 1000);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

/* ---- what brings it ---- */

static void what_brings_it_has_to_be_through(void **state)
{
	struct sg_flux_kustomization parent;
	struct sg_flux_condition failed = {.type = "Ready",
		.status = "False",
		.reason = "HealthCheckFailed",
		.message = "others",
		.observed = 3};
	struct world w;

	(void)state;
	good(&w);
	parent = w.kustomization;
	parent.object.name = "root";
	parent.applied = parent.attempted = AT(OLD);
	w.look.parents[0] = &parent;
	w.look.parent_count = 1;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "Kustomization shop/root, which brings it");
	request(&w, SG_FLUX_KUSTOMIZATION);
	parent.attempted = AT(X);
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "root");
	parent.object.conditions = &failed; /* all is applied; somebody's does not get healthy */
	parent.object.condition_count = 1;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	failed.observed = 2;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "others");
	failed = (struct sg_flux_condition){
		.type = "Healthy", .status = "Unknown", .reason = "Progressing", .observed = 3};
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	failed.reason = "BuildFailed";
	failed.status = "False";
	feed(&w);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "");
	parent.object.suspended = true; /* brings nothing any more */
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	parent.object.suspended = false;
	parent.applied = AT(NEW);
	parent.object.generation++; /* with a spec of before: the newest is not applied yet */
	feed(&w);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "Kustomization shop/root, which brings it");
	parent.object.observed++;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

/* Of whatever repository such an artifact is: only a commit that Git knows says something. */
static void what_brings_it_may_be_an_artifact_of_another_kind(void **state)
{
	static const struct {
		const char *origin;
		enum sg_app_kind kind;
	} rows[] = {{AT(OLD), SG_APP_WAIT}, {AT(X), SG_APP_SUCCESS}, {AT(NEW), SG_APP_SUCCESS},
		{AT(OTHER), SG_APP_SUCCESS}, {AT(FAR), SG_APP_SUCCESS}, {"v1", SG_APP_SUCCESS}};
	struct sg_flux_kustomization parent;
	struct world w;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		good(&w);
		parent = w.kustomization;
		parent.source_kind = "OCIRepository";
		parent.applied = parent.attempted = "latest@sha256:" X;
		parent.origin = rows[i].origin;
		w.look.parents[0] = &parent;
		w.look.parent_count = 1;
		feed(&w);
		assert_int_equal(sg_flux_fold_verdict(w.fold)->kind, rows[i].kind);
		if (rows[i].kind == SG_APP_WAIT)
			EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "is at " AT(OLD));
		done(&w);
	}
	good(&w);
	parent = w.kustomization;
	parent.source_kind = "OCIRepository";
	parent.origin = AT(X);
	parent.object.generation++; /* by a spec of before */
	w.look.parents[0] = &parent;
	w.look.parent_count = 1;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "");
	done(&w);
}

static void what_is_not_read_of_those_that_bring_it_is_no_success(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	w.look.more_parents = true;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "more than 8 levels");
	done(&w);
}

static void what_helm_waits_for_is_told_and_fails_nothing(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	release_at_work(&w);
	set(&w, &w.release.object, "Reconciling", "True", "Progressing", "Running 'upgrade'");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "");
	assert_true(sg_flux_fold_verdict(w.fold)->workloads_wanted);
	w.workloads.sentence = "Deployment shop/web: 0 of 1";
	w.look.workloads = &w.workloads;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "Deployment shop/web: 0 of 1; HelmRelease shop/web");
	w.workloads.ripe = true;
	w.workloads.cause = SG_APP_CODE_CRASH_LOOP;
	look_after(&w, 600000);
	EXPECT(&w, WAIT, CRASH_LOOP, "Deployment shop/web: 0 of 1; HelmRelease shop/web");
	done(&w);
}

/* ---- what runs ---- */

#define IMAGE(tag) "registry.example.com/shop/web:" tag

static const char *new_image[] = {IMAGE("2")}, *old_image[] = {IMAGE("1")};
static const char *alien_image[] = {"registry.example.com/shop/proxy:7"};

static struct sg_app_pod pod_of(const char *name, const char **image)
{
	return (struct sg_app_pod){.name = name, .images = {image, 1}};
}

static void expecting(struct world *w, struct sg_app_pod *pods, size_t count)
{
	w->want.image = IMAGE("2");
	w->workloads = (struct sg_app_workloads){
		.sentence = "", .pods = pods, .pod_count = count, .complete = true};
	w->look.images = &w->workloads;
}

static void the_image_has_to_run(void **state)
{
	struct sg_app_pod pods[] = {
		pod_of("shop/web-1", old_image), pod_of("shop/web-2", new_image)};
	struct world w;

	(void)state;
	good(&w);
	expecting(&w, pods, 2);
	w.look.images = NULL;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_WORKLOADS_UNREAD, "");
	assert_true(sg_flux_fold_verdict(w.fold)->images_wanted);
	w.look.images = &w.workloads;
	feed(&w);
	EXPECT(&w, WAIT, OLD_IMAGE_RUNNING, "in shop/web-1");
	look_after(&w, 3600000); /* for as long as it takes */
	EXPECT(&w, WAIT, OLD_IMAGE_RUNNING, "");
	pods[0].finished = true;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	assert_false(sg_flux_fold_verdict(w.fold)->image_unseen);
	done(&w);
}

static void another_image_fails_after_its_grace(void **state)
{
	struct sg_app_pod pods[] = {pod_of("shop/web-1", old_image)};
	struct world w;

	(void)state;
	good(&w);
	expecting(&w, pods, 1);
	feed(&w);
	EXPECT(&w, WAIT, IMAGE_MISMATCH, "shop/web:1; in shop/web-1");
	w.look.images = NULL; /* the first half of each look */
	look_after(&w, w.policy.image_grace_ms - 1);
	w.look.images = &w.workloads;
	feed(&w);
	EXPECT(&w, WAIT, IMAGE_MISMATCH, "");
	w.workloads.pods = NULL; /* gone for a moment: it begins anew */
	w.workloads.pod_count = 0;
	look_after(&w, 1);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	expecting(&w, pods, 1);
	feed(&w);
	look_after(&w, w.policy.image_grace_ms - 1);
	EXPECT(&w, WAIT, IMAGE_MISMATCH, "");
	look_after(&w, 1);
	EXPECT(&w, FAIL, IMAGE_MISMATCH, "expected");
	done(&w);
}

static void an_image_may_run_nowhere(void **state)
{
	struct sg_app_pod pods[] = {pod_of("shop/proxy-1", alien_image)};
	struct world w;

	(void)state;
	good(&w);
	expecting(&w, pods, 1);
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	assert_true(sg_flux_fold_verdict(w.fold)->image_unseen);
	w.workloads.templates = (struct sg_app_strings){new_image, 1}; /* scaled to nothing */
	feed(&w);
	assert_false(sg_flux_fold_verdict(w.fold)->image_unseen);
	w.workloads.templates = (struct sg_app_strings){old_image, 1};
	feed(&w);
	EXPECT(&w, WAIT, IMAGE_MISMATCH, "");
	w.workloads.complete = false;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	assert_true(sg_flux_fold_verdict(w.fold)->image_unseen);
	done(&w);
}

static void a_chart_moves_is_proven_by_what_runs(void **state)
{
	struct sg_app_pod pods[] = {pod_of("shop/web-1", new_image)};
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	w.release.chart_moves = true;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_NO_COMMIT, "HelmRelease shop/web");
	expecting(&w, pods, 0);
	feed(&w);
	EXPECT(&w, WAIT, FLUX_NO_COMMIT, "HelmRelease shop/web");
	expecting(&w, pods, 1);
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

static void for_a_gate_the_image_is_proof_enough(void **state)
{
	struct sg_app_pod pods[] = {pod_of("shop/web-1", new_image)};
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	w.release.indirect = true;
	w.policy.image_proves = true;
	feed(&w); /* there is none to be seen */
	EXPECT(&w, WAIT, FLUX_RECONCILING, "valuesFrom");
	expecting(&w, pods, 0);
	feed(&w);
	EXPECT(&w, WAIT, FLUX_NO_COMMIT, "without its spec");
	expecting(&w, pods, 1);
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

static void checks_of_health(struct world *w)
{
	attempts_it(w);
	set(w, &w->kustomization.object, "Ready", "Unknown", "Progressing",
		"Running health checks");
	set(w, &w->kustomization.object, "Healthy", "Unknown", "Progressing",
		"Running health checks");
	set(w, &w->kustomization.object, "Reconciling", "True", "Progressing", "at work");
}

/* Nothing is read of workloads before they are applied: what is stuck then is the old version. */
static void a_stuck_rollout_ends_the_health_checks_early(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	w.workloads = (struct sg_app_workloads){
		.sentence = "Deployment shop/web: 1 of 2", .cause = SG_APP_CODE_IMAGE_PULL};
	w.look.workloads = &w.workloads;
	checks_of_health(&w);
	feed(&w);
	EXPECT(&w, WAIT, PROGRESSING, "1 of 2");
	assert_true(sg_flux_fold_verdict(w.fold)->workloads_wanted);
	no_request(&w);
	w.workloads.ripe = true;
	w.kustomization.attempted = AT(OLD);
	feed(&w);
	assert_int_equal(sg_flux_fold_verdict(w.fold)->kind, SG_APP_WAIT);
	w.kustomization.attempted = AT(X);
	w.conditions[SG_FLUX_KUSTOMIZATION][1].observed = 2;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "Running");
	w.conditions[SG_FLUX_KUSTOMIZATION][1].observed = 3;
	feed(&w);
	EXPECT(&w, FAIL, IMAGE_PULL, "1 of 2");
	done(&w);
}

static void gone_is_deleted(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	applied_old(&w);
	feed(&w);
	w.look.kustomization = NULL;
	feed(&w);
	EXPECT(&w, FAIL, FLUX_DELETED, "");
	done(&w);
}

/* ---- failures that need a second sight ---- */

static void fails(struct world *w, const char *reason, const char *message)
{
	set(w, &w->kustomization.object, "Ready", "False", reason, message);
	set(w, &w->kustomization.object, "Reconciling", "True", "ProgressingWithRetry", message);
}

static void reasons_have_their_codes(void **state)
{
	static const struct {
		const char *reason;
		enum sg_app_code code;
	} cases[] = {
		{"ArtifactFailed", SG_APP_CODE_FLUX_ARTIFACT_FAILED},
		{"BuildFailed", SG_APP_CODE_FLUX_BUILD_FAILED},
		{"ReconciliationFailed", SG_APP_CODE_FLUX_APPLY_FAILED},
		{"PruneFailed", SG_APP_CODE_FLUX_PRUNE_FAILED},
		{"HealthCheckFailed", SG_APP_CODE_FLUX_UNHEALTHY},
		{"SomethingNew", SG_APP_CODE_FLUX_APPLY_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct world w;

		good(&w);
		attempts_it(&w);
		fails(&w, cases[i].reason, "boom");
		feed(&w);
		expect_at(&w, (int)i, SG_APP_WAIT, cases[i].code, "boom");
		look_after(&w, 29000);
		fails(&w, cases[i].reason, "boom");
		look_after(&w, 500);
		expect_at(&w, (int)i, SG_APP_WAIT, cases[i].code, "boom");
		w.now_ms += 20000; /* in between it has failed again, maybe within the grace */
		fails(&w, cases[i].reason, "boom");
		feed(&w);
		expect_at(&w, (int)i, SG_APP_WAIT, cases[i].code, "boom");
		w.now_ms += 1000;
		fails(&w, cases[i].reason, "boom again");
		feed(&w);
		expect_at(&w, (int)i, SG_APP_FAIL, cases[i].code, "boom again");
		no_request(&w);
		done(&w);
	}
}

static void a_failure_that_stands_is_none_yet(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	w.policy.may_request = false;
	attempts_it(&w);
	fails(&w, "BuildFailed", "boom");
	for (int i = 0; i < 100; i++) {
		look_after(&w, 30000);
		EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
		no_request(&w);
	}
	done(&w);
}

static void a_request_is_the_second_try(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	attempts_it(&w);
	fails(&w, "BuildFailed", "boom");
	feed(&w);
	request(&w, SG_FLUX_KUSTOMIZATION);
	handle(&w, &w.kustomization.object); /* within the grace: proves nothing */
	look_after(&w, 5000);
	no_request(&w);
	look_after(&w, 5000);
	request(&w, SG_FLUX_KUSTOMIZATION);
	handle(&w, &w.kustomization.object);
	look_after(&w, 19000);
	assert_int_equal(sg_flux_fold_next_look(w.fold, w.now_ms), w.now_ms + 1000);
	no_request(&w);
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	request(&w, SG_FLUX_KUSTOMIZATION);
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	w.kustomization.object.handled = "value-of-somebody-else";
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	handle(&w, &w.kustomization.object);
	look_after(&w, 1000);
	EXPECT(&w, FAIL, FLUX_BUILD_FAILED, "boom");
	done(&w);
}

static void a_try_on_its_way_keeps_the_failure_in_mind(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	attempts_it(&w);
	fails(&w, "HealthCheckFailed", "boom");
	feed(&w);
	look_after(&w, 31000);
	w.now_ms += 1000;
	set(&w, &w.kustomization.object, "Ready", "Unknown", "Progressing", "at work");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "at work");
	w.now_ms += 1000;
	fails(&w, "HealthCheckFailed", "boom");
	feed(&w);
	EXPECT(&w, FAIL, FLUX_UNHEALTHY, "boom");
	done(&w);
}

static void another_commit_or_spec_begins_anew(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	attempts_it(&w);
	fails(&w, "BuildFailed", "boom");
	feed(&w);
	w.now_ms += 31000;
	w.repository.revision = AT(NEW); /* it is to be tried first */
	fails(&w, "BuildFailed", "boom");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "maybe");
	w.now_ms += 31000;
	w.kustomization.attempted = AT(NEW);
	fails(&w, "BuildFailed", "boom");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	look_after(&w, 31000);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	w.now_ms += 1000;
	w.kustomization.object.generation = 4;
	fails(&w, "BuildFailed", "boom");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	look_after(&w, 31000);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	w.now_ms += 1000;
	fails(&w, "BuildFailed", "boom");
	feed(&w);
	EXPECT(&w, FAIL, FLUX_BUILD_FAILED, "boom");
	done(&w);
}

/* What failed with the spec of before is no failure of this one. */
static void a_failure_of_the_spec_before_does_not_count(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	w.policy.may_request = false;
	attempts_it(&w);
	for (int i = 0; i < 5; i++) {
		fails(&w, "BuildFailed", "boom");
		w.kustomization.object.generation = 4;
		w.conditions[SG_FLUX_KUSTOMIZATION][0].observed = 3;
		look_after(&w, 31000);
		assert_int_equal(sg_flux_fold_verdict(w.fold)->kind, SG_APP_WAIT);
	}
	done(&w);
}

static void what_gets_well_is_forgotten(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	fails(&w, "HealthCheckFailed", "boom");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_UNHEALTHY, "boom");
	unset(&w, &w.kustomization.object);
	set(&w, &w.kustomization.object, "Ready", "True", "ReconciliationSucceeded", "Applied");
	look_after(&w, 31000);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	fails(&w, "HealthCheckFailed", "boom");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_UNHEALTHY, "boom");
	done(&w);
}

/* A failure at the revision of before is no failure of ours, however often it comes. */
static void failures_of_before_are_waited_out(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	w.policy.may_request = false;
	applied_old(&w);
	for (int i = 0; i < 10; i++) {
		w.look.repository = i < 5 ? &w.repository : NULL;
		fails(&w, "ReconciliationFailed", "old trouble");
		look_after(&w, 31000);
		EXPECT(&w, WAIT, FLUX_APPLY_FAILED, "at another revision maybe: old trouble");
	}
	done(&w);
}

/* "path not found" does not say at which revision: a request that was made when the source had it
 * and has been handled does. */
static void errors_before_the_build_are_proven(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	applied_old(&w);
	w.repository.revision = AT(OLD);
	fails(&w, "ArtifactFailed", "path not found");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_SOURCE_BEHIND, "");
	request(&w, SG_FLUX_REPOSITORY);
	w.repository.revision = AT(X);
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_ARTIFACT_FAILED, "maybe");
	request(&w, SG_FLUX_KUSTOMIZATION);
	handle(&w, &w.kustomization.object);
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_ARTIFACT_FAILED, "shop/apps: path not found");
	look_after(&w, 30000);
	EXPECT(&w, WAIT, FLUX_ARTIFACT_FAILED, "");
	request(&w, SG_FLUX_KUSTOMIZATION);
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_ARTIFACT_FAILED, "");
	handle(&w, &w.kustomization.object);
	look_after(&w, 1000);
	EXPECT(&w, FAIL, FLUX_ARTIFACT_FAILED, "path not found");
	done(&w);
}

/* A request that was made before the source had the revision proves nothing. */
static void an_early_request_is_no_proof(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	applied_old(&w);
	w.look.repository = NULL;
	fails(&w, "ArtifactFailed", "path not found");
	feed(&w);
	request(&w, SG_FLUX_KUSTOMIZATION);
	w.look.repository = &w.repository;
	for (int i = 0; i < 3; i++) {
		handle(&w, &w.kustomization.object);
		fails(&w, "ArtifactFailed", "path not found");
		look_after(&w, 31000);
		EXPECT(&w, WAIT, FLUX_ARTIFACT_FAILED, "maybe");
	}
	done(&w);
}

static void a_request_that_was_refused_is_no_proof(void **state)
{
	struct sg_flux_request due;
	struct world w;

	(void)state;
	good(&w);
	attempts_it(&w);
	fails(&w, "BuildFailed", "boom");
	feed(&w);
	look_after(&w, 31000);
	assert_true(sg_flux_fold_request(w.fold, w.now_ms, &due));
	sg_flux_fold_requested(w.fold, &due, NULL, w.now_ms);
	w.kustomization.object.handled = "";
	look_after(&w, 1000);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "boom");
	done(&w);
}

static void stalls(struct world *w, struct sg_flux_object *object)
{
	set(w, object, "Stalled", "True", "Invalid", "bad spec");
}

static void stalled_fails_when_it_stands(void **state)
{
	static const struct {
		enum sg_flux_kind kind;
		const char *label;
	} cases[] = {
		{SG_FLUX_KUSTOMIZATION, "Kustomization shop/apps: bad spec"},
		{SG_FLUX_REPOSITORY, "GitRepository shop/deploy: bad spec"},
		{SG_FLUX_RELEASE, "HelmRelease shop/web: bad spec"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct world w;
		struct sg_flux_object *const objects[] = {
			&w.kustomization.object, &w.repository.object, &w.release.object};
		struct sg_flux_object *object = objects[cases[i].kind];

		good(&w);
		if (cases[i].kind == SG_FLUX_REPOSITORY)
			source_old(&w);
		if (cases[i].kind == SG_FLUX_RELEASE)
			with_release(&w);
		stalls(&w, object);
		feed(&w);
		EXPECT(&w, WAIT, FLUX_STALLED, cases[i].label);
		assert_int_equal(sg_flux_fold_next_look(w.fold, w.now_ms), w.now_ms + 30000);
		object->generation++; /* somebody has corrected it */
		look_after(&w, 30000);
		assert_int_not_equal(sg_flux_fold_verdict(w.fold)->code, SG_APP_CODE_FLUX_STALLED);
		stalls(&w, object);
		feed(&w);
		EXPECT(&w, WAIT, FLUX_STALLED, cases[i].label);
		look_after(&w, 30000);
		EXPECT(&w, FAIL, FLUX_STALLED, cases[i].label);
		done(&w);
	}
}

static void a_fetch_that_fails_twice_fails(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	source_old(&w);
	set(&w, &w.repository.object, "FetchFailed", "True", "GitOperationFailed", "auth");
	set(&w, &w.repository.object, "Ready", "False", "GitOperationFailed", "auth");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_SOURCE_FAILED, "GitRepository shop/deploy: auth");
	look_after(&w, 30000);
	EXPECT(&w, WAIT, FLUX_SOURCE_FAILED, "auth");
	request(&w, SG_FLUX_REPOSITORY);
	handle(&w, &w.repository.object);
	look_after(&w, 1000);
	EXPECT(&w, FAIL, FLUX_SOURCE_FAILED, "auth");
	done(&w);
}

static void a_fetch_on_its_way_keeps_the_failure_in_mind(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	source_old(&w);
	set(&w, &w.repository.object, "Ready", "False", "GitOperationFailed", "auth");
	feed(&w);
	look_after(&w, 30000);
	w.now_ms += 1000;
	set(&w, &w.repository.object, "Ready", "Unknown", "Progressing", "at work");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_SOURCE_BEHIND, "");
	w.now_ms += 1000;
	set(&w, &w.repository.object, "Ready", "False", "GitOperationFailed", "auth");
	feed(&w);
	EXPECT(&w, FAIL, FLUX_SOURCE_FAILED, "auth");
	done(&w);
}

/* What runs is what was asked for: that the source cannot be fetched now does not matter. */
static void a_fetch_that_fails_later_is_none_of_ours(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	set(&w, &w.repository.object, "FetchFailed", "True", "GitOperationFailed", "auth");
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

static void superseded_is_confirmed(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	source_other(&w);
	feed(&w);
	request(&w, SG_FLUX_REPOSITORY);
	handle(&w, &w.repository.object);
	look_after(&w, 29000);
	EXPECT(&w, WAIT, SUPERSEDED, "");
	look_after(&w, 1000);
	EXPECT(&w, WAIT, SUPERSEDED, "");
	request(&w, SG_FLUX_REPOSITORY);
	handle(&w, &w.repository.object);
	look_after(&w, 1000);
	EXPECT(&w, FAIL, SUPERSEDED, "shop/deploy is at eeee");
	done(&w);
}

/* ---- releases ---- */

static void a_release_that_fails_twice_fails(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	set(&w, &w.release.object, "Ready", "False", "UpgradeFailed", "timed out");
	w.release.failures = 1;
	w.release.object.observed = 2;
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RELEASE_FAILED, "timed out");
	look_after(&w, 31000);
	EXPECT(&w, WAIT, FLUX_RELEASE_FAILED, "timed out");
	w.release.failures = 2;
	look_after(&w, 1000);
	EXPECT(&w, FAIL, FLUX_RELEASE_FAILED, "HelmRelease shop/web: timed out");
	done(&w);
}

static void an_upgrade_on_its_way_keeps_the_failure_in_mind(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	set(&w, &w.release.object, "Ready", "False", "UpgradeFailed", "timed out");
	feed(&w);
	look_after(&w, 31000);
	w.now_ms += 1000;
	set(&w, &w.release.object, "Ready", "Unknown", "Progressing", "at work");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RECONCILING, "at work");
	w.now_ms += 1000;
	set(&w, &w.release.object, "Ready", "False", "UpgradeFailed", "timed out");
	feed(&w);
	EXPECT(&w, FAIL, FLUX_RELEASE_FAILED, "timed out");
	done(&w);
}

static void a_release_that_is_taken_back_fails(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	set(&w, &w.release.object, "Ready", "True", "UpgradeSucceeded", "fine");
	set(&w, &w.release.object, "Released", "False", "UpgradeFailed", "webhook denied");
	set(&w, &w.release.object, "Remediated", "True", "RollbackSucceeded", "rolled back");
	feed(&w);
	EXPECT(&w, WAIT, FLUX_RELEASE_REMEDIATED, "rolled back; webhook denied");
	look_after(&w, 30000);
	EXPECT(&w, FAIL, FLUX_RELEASE_REMEDIATED, "rolled back; webhook denied");
	done(&w);
}

/* What was taken back at the spec of before says nothing about this one. */
static void an_old_remedy_does_not_count(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	with_release(&w);
	set(&w, &w.release.object, "Remediated", "True", "RollbackSucceeded", "rolled back");
	w.conditions[SG_FLUX_RELEASE][1].observed = 2;
	feed(&w);
	EXPECT(&w, SUCCESS, DEPLOYED, "");
	done(&w);
}

/* A release of before is not looked at as long as the Kustomization has not applied the change. */
static void the_kustomization_comes_first(void **state)
{
	struct world w;

	(void)state;
	good(&w);
	release_rolled_back(&w);
	applied_old(&w);
	for (int i = 0; i < 3; i++) {
		look_after(&w, 31000);
		EXPECT(&w, WAIT, FLUX_OLDER_REVISION, "");
	}
	done(&w);
}

/* ---- requests, time, text ---- */

static void requests_back_off(void **state)
{
	static const int64_t pauses_ms[] = {10000, 20000, 40000, 60000, 60000};
	struct world w;

	(void)state;
	good(&w);
	applied_old(&w);
	feed(&w);
	for (size_t i = 0; i < SG_COUNT(pauses_ms); i++) {
		int64_t due_ms = w.now_ms + pauses_ms[i];

		request(&w, SG_FLUX_KUSTOMIZATION);
		while (w.now_ms < due_ms) {
			int64_t next = sg_flux_fold_next_look(w.fold, w.now_ms);

			no_request(&w);
			assert_true(next > w.now_ms && next <= due_ms);
			look_after(&w, next - w.now_ms);
		}
	}
	done(&w);
}

static void long_texts_are_cut(void **state)
{
	static char text[8000];
	struct world w;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	good(&w);
	attempts_it(&w);
	fails(&w, "BuildFailed", text);
	feed(&w);
	EXPECT(&w, WAIT, FLUX_BUILD_FAILED, "xxx");
	assert_true(strlen(sg_flux_fold_verdict(w.fold)->message) < SG_APP_MESSAGE_MAX);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_needs_all_of_it),
		cmocka_unit_test(every_doubt_waits),
		cmocka_unit_test(orders_are_believed_at_once),
		cmocka_unit_test(what_holds_the_revision_is_followed),
		cmocka_unit_test(an_artifact_may_name_its_commit),
		cmocka_unit_test(a_named_release_is_all_that_counts),
		cmocka_unit_test(values_from_elsewhere_need_a_proof),
		cmocka_unit_test(what_brings_it_has_to_be_through),
		cmocka_unit_test(what_brings_it_may_be_an_artifact_of_another_kind),
		cmocka_unit_test(what_is_not_read_of_those_that_bring_it_is_no_success),
		cmocka_unit_test(what_helm_waits_for_is_told_and_fails_nothing),
		cmocka_unit_test(the_image_has_to_run),
		cmocka_unit_test(another_image_fails_after_its_grace),
		cmocka_unit_test(an_image_may_run_nowhere),
		cmocka_unit_test(for_a_gate_the_image_is_proof_enough),
		cmocka_unit_test(a_chart_moves_is_proven_by_what_runs),
		cmocka_unit_test(a_stuck_rollout_ends_the_health_checks_early),
		cmocka_unit_test(gone_is_deleted),
		cmocka_unit_test(reasons_have_their_codes),
		cmocka_unit_test(a_failure_that_stands_is_none_yet),
		cmocka_unit_test(a_request_is_the_second_try),
		cmocka_unit_test(a_try_on_its_way_keeps_the_failure_in_mind),
		cmocka_unit_test(another_commit_or_spec_begins_anew),
		cmocka_unit_test(a_failure_of_the_spec_before_does_not_count),
		cmocka_unit_test(what_gets_well_is_forgotten),
		cmocka_unit_test(failures_of_before_are_waited_out),
		cmocka_unit_test(errors_before_the_build_are_proven),
		cmocka_unit_test(an_early_request_is_no_proof),
		cmocka_unit_test(a_request_that_was_refused_is_no_proof),
		cmocka_unit_test(stalled_fails_when_it_stands),
		cmocka_unit_test(a_fetch_that_fails_twice_fails),
		cmocka_unit_test(a_fetch_on_its_way_keeps_the_failure_in_mind),
		cmocka_unit_test(a_fetch_that_fails_later_is_none_of_ours),
		cmocka_unit_test(superseded_is_confirmed),
		cmocka_unit_test(a_release_that_fails_twice_fails),
		cmocka_unit_test(an_upgrade_on_its_way_keeps_the_failure_in_mind),
		cmocka_unit_test(a_release_that_is_taken_back_fails),
		cmocka_unit_test(an_old_remedy_does_not_count),
		cmocka_unit_test(the_kustomization_comes_first),
		cmocka_unit_test(requests_back_off),
		cmocka_unit_test(long_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
