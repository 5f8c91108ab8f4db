/* Objects of Flux: what is read from them, what is refused, and how the samples read. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "cluster/flux.h"
#include "model/flux_verdict.h"
#include "sample.h"

#define SHA "08238eada746de8114efa36d36e2aa93bd76cfab"
#define LONG "08238eada746de8114efa36d36e2aa93bd76cfab08238eada746de8114efa36d"

/* ---- samples ---- */

struct sample {
	const char *file;
	enum sg_flux_kind kind;
	const char *ready; /* status of Ready, "" when there is none */
	const char *reason;
	size_t conditions;
	int64_t observed;
	/* Of a wait for SHA that takes it beside objects that are good: as it stands, and as an API
	 * server has it, which numbers every spec: the newest one that a condition is about. */
	enum sg_app_kind bare_kind;
	enum sg_app_code bare;
	enum sg_app_kind numbered_kind;
	enum sg_app_code numbered;
	const char *words;
};

#define U SG_FLUX_UNSAID
#define WAITS(code) SG_APP_WAIT, SG_APP_CODE_##code

static const struct sample samples[] = {
	{"gitrepository-degraded.yaml", SG_FLUX_REPOSITORY, "False", "GitOperationFailed", 4, U,
		WAITS(FLUX_SOURCE_BEHIND), WAITS(FLUX_SOURCE_FAILED), "authentication required"},
	{"gitrepository-healthy.yaml", SG_FLUX_REPOSITORY, "True", "Succeeded", 2, U,
		WAITS(FLUX_SOURCE_BEHIND), WAITS(FLUX_SOURCE_BEHIND), "default/podinfo"},
	{"gitrepository-progressing.yaml", SG_FLUX_REPOSITORY, "", "", 0, U,
		WAITS(FLUX_SOURCE_BEHIND), WAITS(FLUX_SOURCE_BEHIND), "default/podinfo"},
	{"helmrelease-degraded.yaml", SG_FLUX_RELEASE, "False", "RollbackSucceeded", 4, U,
		WAITS(FLUX_RECONCILING), WAITS(FLUX_RELEASE_REMEDIATED), "admission webhook"},
	{"helmrelease-healthy.yaml", SG_FLUX_RELEASE, "True", "InstallSucceeded", 2, U,
		WAITS(FLUX_RECONCILING), SG_APP_SUCCESS, SG_APP_CODE_DEPLOYED, "08238eada746"},
	{"helmrelease-progressing.yaml", SG_FLUX_RELEASE, "Unknown", "Progressing", 3, U,
		WAITS(FLUX_RECONCILING), WAITS(FLUX_RECONCILING), "Running 'upgrade'"},
	{"kustomization-degraded.yaml", SG_FLUX_KUSTOMIZATION, "False", "ArtifactFailed", 1, -1,
		WAITS(FLUX_ARTIFACT_FAILED), WAITS(FLUX_ARTIFACT_FAILED), "not found"},
	{"kustomization-healthy.yaml", SG_FLUX_KUSTOMIZATION, "True", "InstallSucceeded", 2, U,
		WAITS(FLUX_RECONCILING), WAITS(FLUX_RECONCILING), "default/podinfo"},
	{"kustomization-progressing.yaml", SG_FLUX_KUSTOMIZATION, "Unknown", "Progressing", 3, U,
		WAITS(FLUX_RECONCILING), WAITS(FLUX_RECONCILING), "Running 'upgrade'"},
};

#define READY                                                                                      \
	"\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"UpgradeSucceeded\"," \
	"\"message\":\"\",\"observedGeneration\":1}],\"observedGeneration\":1"

#define GOOD_KUSTOMIZATION                                                                         \
	"{\"metadata\":{\"namespace\":\"default\",\"name\":\"podinfo\",\"generation\":1},"         \
	"\"spec\":{\"wait\":true,\"sourceRef\":{\"kind\":\"GitRepository\",\"name\":\"podinfo\"}}" \
	","                                                                                        \
	"\"status\":{\"lastAppliedRevision\":\"master@sha1:" SHA "\"," READY "}}"

/* The same before it has applied anything: the source is asked. */
#define NEW_KUSTOMIZATION                                                                          \
	"{\"metadata\":{\"namespace\":\"default\",\"name\":\"podinfo\",\"generation\":1},"         \
	"\"spec\":{\"sourceRef\":{\"kind\":\"GitRepository\",\"name\":\"podinfo\"}}}"

struct objects {
	struct sg_flux_kustomization kustomization;
	struct sg_flux_repository repository;
	struct sg_flux_release release;
};

static struct sg_flux_object *decode(const struct sg_json *doc, enum sg_flux_kind kind,
	struct sg_arena *arena, struct objects *ret, struct sg_err *err)
{
	int rc;

	if (kind == SG_FLUX_KUSTOMIZATION) {
		rc = sg_flux_kustomization_decode(doc, arena, &ret->kustomization, err);
		return rc < 0 ? NULL : &ret->kustomization.object;
	}
	if (kind == SG_FLUX_REPOSITORY) {
		rc = sg_flux_repository_decode(doc, arena, &ret->repository, err);
		return rc < 0 ? NULL : &ret->repository.object;
	}
	rc = sg_flux_release_decode(doc, arena, &ret->release, err);
	return rc < 0 ? NULL : &ret->release.object;
}

static struct sg_flux_object *decode_text(const char *text, enum sg_flux_kind kind,
	struct sg_arena *arena, struct objects *ret, struct sg_err *err)
{
	struct sg_flux_object *object;
	struct sg_json *doc = NULL;

	*err = (struct sg_err)SG_ERR_INIT;
	if (sg_json_parse(sg_str_of(text), &doc, err) < 0)
		fail_msg("%s: %s", text, err->cause);
	object = decode(doc, kind, arena, ret, err);
	sg_json_free(doc);
	return object;
}

/* What a wait says about the sample, with good objects in the place of the others. */
static void check_verdict(const struct sample *s, const struct objects *objects,
	enum sg_app_kind kind, enum sg_app_code code)
{
	const struct sg_flux_want want = {.revision = SHA,
		.repo_url = objects->repository.url,
		.branch = "master",
		.release = s->kind == SG_FLUX_RELEASE};
	const struct sg_flux_policy policy = sg_flux_policy_default();
	const struct sg_flux_look look = {.kustomization = &objects->kustomization,
		.repository = s->kind == SG_FLUX_REPOSITORY ? &objects->repository : NULL,
		.release = &objects->release};
	struct sg_flux_fold *fold = sg_flux_fold_new(&want, &policy, NULL);
	const struct sg_flux_verdict *verdict = sg_flux_fold_verdict(fold);

	sg_flux_fold_feed(fold, &look, 0);
	if (verdict->kind != kind || verdict->code != code)
		fail_msg("%s: %s, %s: %s", s->file, sg_app_kind_name(verdict->kind),
			sg_app_code_name(verdict->code), verdict->message);
	if (code == s->numbered && !strstr(verdict->message, s->words))
		fail_msg("%s: %s", s->file, verdict->message);
	sg_flux_fold_free(fold);
}

static void number(struct sg_flux_object *object)
{
	for (size_t i = 0; i < object->condition_count; i++)
		if (object->generation == U || object->conditions[i].observed > object->generation)
			object->generation = object->conditions[i].observed;
	if (sg_flux_is(object, "Ready", "True"))
		object->observed = object->generation;
}

static void check_sample(struct sg_arena *arena, const struct sample *s, const char *path)
{
	struct sg_json *doc = sample_open(arena, path);
	struct sg_err err = SG_ERR_INIT;
	struct objects objects = {0};
	const struct sg_flux_condition *ready;
	struct sg_flux_object *object;

	assert_non_null(
		decode_text(s->kind == SG_FLUX_REPOSITORY ? NEW_KUSTOMIZATION : GOOD_KUSTOMIZATION,
			SG_FLUX_KUSTOMIZATION, arena, &objects, &err));
	objects.repository.url = "https://git.example.org/team/deploy.git";
	object = decode(doc, s->kind, arena, &objects, &err);
	if (!object)
		fail_msg("%s: %s", s->file, err.cause);
	ready = sg_flux_condition(object, "Ready");
	assert_string_equal(object->namespace, "default");
	assert_string_equal(object->name, "podinfo");
	assert_int_equal(object->condition_count, s->conditions);
	assert_true(object->observed == s->observed);
	assert_true(object->generation == U);
	assert_false(object->suspended || object->deleting);
	assert_string_equal(ready ? ready->status : "", s->ready);
	assert_string_equal(ready ? ready->reason : "", s->reason);
	for (size_t i = 0; i < object->condition_count; i++)
		assert_true(object->conditions[i].changed_s == 1721131200);
	check_verdict(s, &objects, s->bare_kind, s->bare);
	number(object);
	check_verdict(s, &objects, s->numbered_kind, s->numbered);
	sg_json_free(doc);
}

static void every_sample_has_its_reading(void **state)
{
	const char *root = sample_root();
	struct sg_arena arena = {0};
	size_t count = 0;
	DIR *dir;

	(void)state;
	if (!root)
		skip();
	dir = opendir(sg_arena_printf(&arena, "%s/data/argocd/samples/flux", root));
	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	assert_int_equal(count, SG_COUNT(samples));
	for (size_t i = 0; i < SG_COUNT(samples); i++)
		check_sample(&arena, &samples[i],
			sg_arena_printf(
				&arena, "%s/data/argocd/samples/flux/%s", root, samples[i].file));
	sg_arena_release(&arena);
}

/* ---- revisions and inventories ---- */

static void commits_are_found_in_revisions(void **state)
{
	static const struct {
		const char *text, *commit;
	} cases[] = {
		{"main@sha1:" SHA, SHA},
		{"feature/a@b@sha1:" SHA, SHA},
		{"v1.2.3@sha1:" SHA, SHA},
		{"sha1:" SHA, SHA},
		{"main/" SHA, SHA},
		{"feature/x/" SHA, SHA},
		{SHA, SHA},
		{"main@sha256:" LONG, LONG},
		{"", ""},
		{"main", ""},
		{"main@sha1:", ""},
		{"main@sha1:" SHA "0", ""},
		{"main@sha1:08238EADA746DE8114EFA36D36E2AA93BD76CFAB", ""},
		{"main@sha256:" SHA, ""},
		{"main@sha1:" LONG, ""},
		{"main@md5:" SHA, ""},
		{"main@:" SHA, ""},
		{":" SHA, ""},
		{"main@sha1:" SHA " ", ""},
		{"main@sha1:" SHA ":x", ""},
		{"1.2.3+0123456789ab", ""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		char commit[SG_OID_SIZE];

		sg_flux_commit(cases[i].text, commit);
		if (strcmp(commit, cases[i].commit) != 0)
			fail_msg("\"%s\": \"%s\"", cases[i].text, commit);
	}
}

static void inventories_name_objects(void **state)
{
	static const struct {
		const char *id, *namespace, *name, *group, *kind;
	} cases[] = {
		{"shop_web_apps_Deployment", "shop", "web", "apps", "Deployment"},
		{"shop_web__Service", "shop", "web", "", "Service"},
		{"_shop__Namespace", "", "shop", "", "Namespace"},
		{"_system__node-reader_rbac.authorization.k8s.io_ClusterRole", "",
			"system:node-reader", "rbac.authorization.k8s.io", "ClusterRole"},
		{"shop_a.b-c_argoproj.io_Rollout", "shop", "a.b-c", "argoproj.io", "Rollout"},
	};
	static const char *const wrong[] = {
		"", "_", "__", "___", "web", "shop_web", "shop_web_Deployment", "shop_web_apps_"};
	struct sg_arena arena = {0};
	struct sg_flux_ref ref;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		assert_true(sg_flux_ref_parse(cases[i].id, &arena, &ref));
		assert_string_equal(ref.namespace, cases[i].namespace);
		assert_string_equal(ref.name, cases[i].name);
		assert_string_equal(ref.group, cases[i].group);
		assert_string_equal(ref.kind, cases[i].kind);
	}
	for (size_t i = 0; i < SG_COUNT(wrong); i++)
		if (sg_flux_ref_parse(wrong[i], &arena, &ref))
			fail_msg("\"%s\" is taken for an object", wrong[i]);
	sg_arena_release(&arena);
}

/* ---- decoding ---- */

static void all_fields_are_read(void **state)
{
	struct sg_arena arena = {0};
	struct objects o;
	struct sg_err err;

	(void)state;
	assert_non_null(decode_text(
		"{\"metadata\":{\"namespace\":\"shop\",\"name\":\"apps\",\"generation\":7,"
		"\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"},"
		"\"spec\":{\"suspend\":true,\"wait\":true,\"sourceRef\":{\"kind\":"
		"\"OCIRepository\","
		"\"name\":\"a\",\"namespace\":\"other\"}},"
		"\"status\":{\"observedGeneration\":6,\"lastHandledReconcileAt\":\"t\","
		"\"lastAppliedRevision\":\"a\",\"lastAttemptedRevision\":\"b\","
		"\"lastAppliedOriginRevision\":\"c\",\"inventory\":{\"entries\":["
		"{\"id\":\"shop_web_apps_Deployment\",\"v\":\"v1\"}]}}}",
		SG_FLUX_KUSTOMIZATION, &arena, &o, &err));
	assert_true(o.kustomization.object.suspended && o.kustomization.object.deleting);
	assert_true(o.kustomization.waits);
	assert_int_equal(o.kustomization.object.generation, 7);
	assert_int_equal(o.kustomization.object.observed, 6);
	assert_string_equal(o.kustomization.object.handled, "t");
	assert_string_equal(o.kustomization.source_kind, "OCIRepository");
	assert_string_equal(o.kustomization.source_namespace, "other");
	assert_string_equal(o.kustomization.source_name, "a");
	assert_string_equal(o.kustomization.applied, "a");
	assert_string_equal(o.kustomization.attempted, "b");
	assert_string_equal(o.kustomization.origin, "c");
	assert_int_equal(o.kustomization.inventory.count, 1);
	assert_string_equal(o.kustomization.inventory.refs[0].kind, "Deployment");
	assert_non_null(decode_text("{\"metadata\":{\"name\":\"deploy\"},\"spec\":{\"url\":\"u\","
				    "\"ref\":{\"branch\":\"b\",\"tag\":\"t\",\"semver\":\"s\","
				    "\"name\":\"n\",\"commit\":\"c\"}},\"status\":{\"artifact\":{"
				    "\"revision\":\"r\"}}}",
		SG_FLUX_REPOSITORY, &arena, &o, &err));
	assert_string_equal(o.repository.url, "u");
	assert_string_equal(o.repository.branch, "b");
	assert_string_equal(o.repository.tag, "t");
	assert_string_equal(o.repository.semver, "s");
	assert_string_equal(o.repository.ref_name, "n");
	assert_string_equal(o.repository.commit, "c");
	assert_string_equal(o.repository.revision, "r");
	assert_non_null(
		decode_text("{\"metadata\":{\"name\":\"web\"},\"spec\":{\"upgrade\":{"
			    "\"disableWait\":true}},\"status\":{\"failures\":2,\"history\":["
			    "{\"chartVersion\":\"2\",\"status\":\"failed\"},"
			    "{\"chartVersion\":\"1\",\"status\":\"superseded\"}]}}",
			SG_FLUX_RELEASE, &arena, &o, &err));
	assert_true(o.release.applied_only);
	assert_int_equal(o.release.failures, 2);
	assert_string_equal(o.release.chart_version, "2");
	assert_string_equal(o.release.release_status, "failed");
	assert_false(o.release.indirect || o.release.chart_moves || o.release.elsewhere);
	assert_false(o.kustomization.elsewhere);
	sg_arena_release(&arena);
}

static void where_a_release_is_from(void **state)
{
	struct sg_arena arena = {0};
	struct objects o;
	struct sg_err err;

	(void)state;
	assert_non_null(
		decode_text("{\"metadata\":{\"name\":\"web\",\"labels\":{"
			    "\"kustomize.toolkit.fluxcd.io/name\":\"apps\","
			    "\"kustomize.toolkit.fluxcd.io/namespace\":\"flux-system\"}},"
			    "\"spec\":{\"kubeConfig\":{\"secretRef\":{\"name\":\"x\"}},"
			    "\"valuesFrom\":[{\"kind\":\"Secret\"}],"
			    "\"chart\":{\"spec\":{\"sourceRef\":{\"kind\":\"GitRepository\"}}}}}",
			SG_FLUX_RELEASE, &arena, &o, &err));
	assert_string_equal(o.release.owner, "apps");
	assert_string_equal(o.release.owner_namespace, "flux-system");
	assert_true(o.release.indirect && o.release.chart_moves && o.release.elsewhere);
	assert_non_null(
		decode_text("{\"metadata\":{\"name\":\"web\",\"labels\":{"
			    "\"kustomize.toolkit.fluxcd.io/name\":7}},\"spec\":{\"valuesFrom\":[],"
			    "\"chart\":{\"spec\":{\"sourceRef\":{\"kind\":\"HelmRepository\"}}}}}",
			SG_FLUX_RELEASE, &arena, &o, &err));
	assert_string_equal(o.release.owner, "");
	assert_false(o.release.indirect || o.release.chart_moves);
	assert_non_null(
		decode_text("{\"metadata\":{\"name\":\"web\"},\"spec\":{\"chartRef\":{\"kind\":"
			    "\"OCIRepository\",\"name\":\"web\"}}}",
			SG_FLUX_RELEASE, &arena, &o, &err));
	assert_true(o.release.chart_moves);
	assert_non_null(decode_text("{\"metadata\":{\"name\":\"a\"},\"spec\":{\"kubeConfig\":{"
				    "\"configMapRef\":{\"name\":\"x\"}}}}",
		SG_FLUX_KUSTOMIZATION, &arena, &o, &err));
	assert_true(o.kustomization.elsewhere);
	sg_arena_release(&arena);
}

static void nothing_is_nothing(void **state)
{
	static const char *const texts[] = {
		"{\"metadata\":{\"name\":\"a\"}}",
		"{\"metadata\":{\"name\":\"a\",\"namespace\":null},\"spec\":{},\"status\":{}}",
		("{\"metadata\":{\"name\":\"a\"},\"spec\":null,\"status\":{\"conditions\":null,"
		 "\"inventory\":{},\"history\":[],\"artifact\":null}}"),
	};
	struct sg_arena arena = {0};
	struct objects o;
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		assert_non_null(decode_text(texts[i], SG_FLUX_KUSTOMIZATION, &arena, &o, &err));
		assert_string_equal(o.kustomization.applied, "");
		assert_string_equal(o.kustomization.source_namespace, "");
		assert_int_equal(o.kustomization.inventory.count, 0);
		assert_non_null(decode_text(texts[i], SG_FLUX_REPOSITORY, &arena, &o, &err));
		assert_string_equal(o.repository.url, "");
		assert_string_equal(o.repository.revision, "");
		assert_non_null(decode_text(texts[i], SG_FLUX_RELEASE, &arena, &o, &err));
		assert_string_equal(o.release.release_status, "");
		assert_false(o.release.applied_only);
		assert_true(o.release.object.generation == U && o.release.object.observed == U);
		assert_string_equal(o.release.object.handled, "");
	}
	sg_arena_release(&arena);
}

#define WITH(rest) "{\"metadata\":{\"name\":\"a\"}," rest "}"

static void wrong_types_are_named(void **state)
{
	static const struct {
		enum sg_flux_kind kind;
		const char *text, *words;
	} cases[] = {
		{SG_FLUX_RELEASE, "{}", "metadata.name"},
		{SG_FLUX_RELEASE, "[]", ""},
		{SG_FLUX_RELEASE, "{\"metadata\":[]}", "metadata"},
		{SG_FLUX_RELEASE, "{\"metadata\":{\"name\":7}}", "metadata.name"},
		{SG_FLUX_RELEASE, WITH("\"spec\":{\"suspend\":\"true\"}"), "spec.suspend"},
		{SG_FLUX_RELEASE, WITH("\"status\":{\"observedGeneration\":1.5}"),
			"observedGeneration"},
		{SG_FLUX_RELEASE, WITH("\"status\":{\"conditions\":{\"a\":1}}"), "conditions"},
		{SG_FLUX_RELEASE, WITH("\"status\":{\"conditions\":[7]}"), "conditions[]"},
		{SG_FLUX_RELEASE, WITH("\"status\":{\"conditions\":[{\"status\":true}]}"),
			"conditions[].status"},
		{SG_FLUX_RELEASE,
			WITH("\"status\":{\"conditions\":[{\"lastTransitionTime\":\"now\"}]}"),
			"lastTransitionTime"},
		{SG_FLUX_RELEASE, WITH("\"status\":{\"history\":{\"a\":1}}"), "history"},
		{SG_FLUX_RELEASE, WITH("\"status\":{\"failures\":\"2\"}"), "failures"},
		{SG_FLUX_RELEASE, WITH("\"spec\":{\"valuesFrom\":{\"a\":1}}"), "valuesFrom"},
		{SG_FLUX_RELEASE,
			WITH("\"spec\":{\"chart\":{\"spec\":{\"sourceRef\":{\"kind\":1}}}}"),
			"sourceRef.kind"},
		{SG_FLUX_RELEASE, WITH("\"spec\":{\"install\":{\"disableWait\":1}}"),
			"disableWait"},
		{SG_FLUX_KUSTOMIZATION, WITH("\"spec\":{\"wait\":1}"), "spec.wait"},
		{SG_FLUX_KUSTOMIZATION, WITH("\"spec\":{\"sourceRef\":{\"kind\":{}}}"), ""},
		{SG_FLUX_KUSTOMIZATION, WITH("\"status\":{\"lastAppliedRevision\":[1]}"),
			"lastAppliedRevision"},
		{SG_FLUX_KUSTOMIZATION, WITH("\"status\":{\"inventory\":{\"entries\":7}}"),
			"inventory.entries"},
		{SG_FLUX_KUSTOMIZATION,
			WITH("\"status\":{\"inventory\":{\"entries\":[{\"id\":\"x\"}]}}"),
			"names no object"},
		{SG_FLUX_KUSTOMIZATION, WITH("\"status\":{\"inventory\":{\"entries\":[{}]}}"),
			"names no object"},
		{SG_FLUX_KUSTOMIZATION, WITH("\"status\":{\"inventory\":{\"entries\":[null]}}"),
			"inventory.entries[]"},
		{SG_FLUX_REPOSITORY, WITH("\"spec\":{\"url\":7}"), "spec.url"},
		{SG_FLUX_REPOSITORY, WITH("\"spec\":{\"ref\":{\"branch\":true}}"),
			"spec.ref.branch"},
		{SG_FLUX_REPOSITORY, WITH("\"status\":{\"artifact\":{\"revision\":1}}"),
			"artifact.revision"},
	};
	struct sg_arena arena = {0};
	struct objects o;
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		bool empty = strstr(cases[i].text, "\"kind\":{}") != NULL;
		bool taken = decode_text(cases[i].text, cases[i].kind, &arena, &o, &err) != NULL;

		if (taken && !empty)
			fail_msg("%s: taken", cases[i].text);
		if (!taken &&
			(err.reason != SG_R_ANSWER_INVALID || !strstr(err.cause, cases[i].words)))
			fail_msg("%s: %s", cases[i].text, err.cause);
	}
	sg_arena_release(&arena);
}

/* Messages are cut, names and revisions are not: half a revision would be another one. */
static void lengths_have_limits(void **state)
{
	struct sg_arena arena = {0};
	char *text = sg_arena_alloc(&arena, 6001);
	struct objects o;
	struct sg_err err;

	(void)state;
	memset(text, 'x', 6000);
	assert_non_null(decode_text(sg_arena_printf(&arena,
					    WITH("\"status\":{\"conditions\":[{\"type\":\"Ready\","
						 "\"message\":\"%s\"}]}"),
					    text),
		SG_FLUX_RELEASE, &arena, &o, &err));
	assert_true(strlen(o.release.object.conditions[0].message) < 4200);
	assert_null(decode_text(
		sg_arena_printf(&arena, WITH("\"status\":{\"lastAppliedRevision\":\"%s\"}"), text),
		SG_FLUX_KUSTOMIZATION, &arena, &o, &err));
	assert_non_null(strstr(err.cause, "too long"));
	sg_arena_release(&arena);
}

static void kinds_are_told_by_their_group(void **state)
{
	enum sg_flux_kind kind;

	(void)state;
	assert_true(sg_flux_kind_parse("helm.toolkit.fluxcd.io", "HelmRelease", &kind));
	assert_int_equal(kind, SG_FLUX_RELEASE);
	assert_true(sg_flux_kind_parse("kustomize.toolkit.fluxcd.io", "Kustomization", &kind));
	assert_int_equal(kind, SG_FLUX_KUSTOMIZATION);
	assert_false(sg_flux_kind_parse("kustomize.config.k8s.io", "Kustomization", &kind));
	assert_false(sg_flux_kind_parse("", "", &kind));
	assert_string_equal(sg_flux_kind_name(SG_FLUX_REPOSITORY), "GitRepository");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_has_its_reading),
		cmocka_unit_test(commits_are_found_in_revisions),
		cmocka_unit_test(inventories_name_objects),
		cmocka_unit_test(all_fields_are_read),
		cmocka_unit_test(where_a_release_is_from),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(wrong_types_are_named),
		cmocka_unit_test(lengths_have_limits),
		cmocka_unit_test(kinds_are_told_by_their_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
