#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "cluster/application.h"

struct decoded {
	struct sg_arena arena;
	struct sg_app app;
	struct sg_err err;
};

/* Decodes a text; the document is gone when this returns. */
static int decode(const char *text, struct decoded *out)
{
	struct sg_json *doc = NULL;
	int rc;

	*out = (struct decoded){.err = SG_ERR_INIT};
	if (sg_json_parse(sg_str_of(text), &doc, &out->err) < 0)
		fail_msg("%s", out->err.cause);
	rc = sg_application_decode(doc, &out->arena, &out->app, &out->err);
	sg_json_free(doc);
	return rc;
}

static void nothing_but_a_name(void **state)
{
	static const char *const texts[] = {"{\"metadata\":{\"name\":\"a\"}}",
		"{\"metadata\":{\"name\":\"a\",\"annotations\":null},\"spec\":{},\"status\":{}}",
		"{\"metadata\":{\"name\":\"a\"},\"operation\":{},\"status\":{\"operationState\":"
		"null,"
		"\"health\":{},\"sync\":{\"status\":\"\",\"revision\":null},\"summary\":{}},"
		"\"spec\":{\"source\":{},\"sources\":[],\"sourceHydrator\":{},"
		"\"syncPolicy\":{\"automated\":null}}}"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		struct decoded d;

		assert_int_equal(decode(texts[i], &d), 0);
		assert_string_equal(d.app.name, "a");
		assert_string_equal(d.app.namespace, "");
		assert_string_equal(d.app.project, "default");
		assert_string_equal(d.app.revision.one, "");
		assert_string_equal(d.app.spec_source, "");
		assert_string_equal(d.app.hydrator.phase, "");
		assert_int_equal(d.app.source_count, 0);
		assert_int_equal(d.app.sync, SG_SYNC_NONE);
		assert_int_equal(d.app.health, SG_APP_UNKNOWN);
		assert_int_equal(d.app.operation.phase, SG_PHASE_NONE);
		assert_true(d.app.reconciled_s == SG_APP_NO_TIME);
		assert_true(d.app.operation.finished_s == SG_APP_NO_TIME);
		assert_false(d.app.operation_set || d.app.automated || d.app.refresh ||
			     d.app.many_sources || d.app.hydrator.used);
		sg_arena_release(&d.arena);
	}
}

static const char full[] =
	"{\"metadata\":{\"name\":\"shop\",\"namespace\":\"argocd\",\"uid\":\"u-1\","
	"\"deletionTimestamp\":"
	"\"2026-01-01T00:00:00Z\",\"annotations\":{\"argocd.argoproj.io/refresh\":\"\","
	"\"argocd.argoproj.io/skip-reconcile\":\"true\"},\"ownerReferences\":[{\"kind\":\"Job\","
	"\"name\":\"j\"},{\"kind\":\"ApplicationSet\",\"name\":\"set\"}]},"
	"\"spec\":{\"project\":\"team\",\"source\":{\"repoURL\":\"https://x/y\",\"path\":\"p\","
	"\"targetRevision\":\"main\",\"kustomize\":{\"images\":[\"i:1\"]}},"
	"\"destination\":{\"name\":\"c\",\"namespace\":\"ns\"},"
	"\"ignoreDifferences\":[{\"kind\":\"Deployment\",\"jsonPointers\":[\"/spec/replicas\","
	"\"/spec/template/spec/containers/0/image\"]},{\"kind\":\"CronJob\","
	"\"jqPathExpressions\":[\".spec.jobTemplate.spec.template.spec.containers[].image\"]}],"
	"\"syncPolicy\":{\"automated\":{\"prune\":true,\"selfHeal\":true,\"enabled\":false}}},"
	"\"operation\":{\"sync\":{}},"
	"\"status\":{\"sync\":{\"status\":\"OutOfSync\",\"revision\":\"r\",\"revisions\":[\"a\","
	"null],"
	"\"comparedTo\":{\"source\":{\"path\":\"p\",\"repoURL\":\"https://x/y\","
	"\"targetRevision\":\"main\",\"kustomize\":{\"images\":[\"i:1\"]}},"
	"\"destination\":{\"server\":\"s\"}}},\"health\":{\"status\":\"Degraded\",\"message\":"
	"\"m\"},"
	"\"reconciledAt\":\"2026-01-01T00:00:10Z\",\"conditions\":[{\"type\":\"SyncError\","
	"\"message\":\"e\"},{\"type\":\"New\"}],\"summary\":{\"images\":[\"i:1\",\"i:2\"]},"
	"\"resources\":[{\"group\":\"apps\",\"kind\":\"Deployment\",\"namespace\":\"n\",\"name\":"
	"\"d\","
	"\"status\":\"OutOfSync\",\"requiresPruning\":true,\"health\":{\"message\":\"h\"}},"
	"{\"kind\":\"Job\",\"name\":\"j\"}],"
	"\"operationState\":{\"phase\":\"Failed\",\"message\":\"om\",\"startedAt\":"
	"\"2026-01-01T00:00:01Z\",\"finishedAt\":\"2026-01-01T01:00:02+01:00\",\"retryCount\":2,"
	"\"operation\":{\"initiatedBy\":{\"username\":\"u\"},\"sync\":{\"dryRun\":true,"
	"\"autoHealAttemptsCount\":3,"
	"\"resources\":[{\"kind\":\"X\"}],\"revision\":\"asked\"}},"
	"\"syncResult\":{\"revision\":\"done\",\"resources\":[{\"kind\":\"Job\",\"name\":\"h\","
	"\"hookType\":\"PreSync\",\"hookPhase\":\"Failed\",\"status\":\"SyncFailed\"},"
	"{\"kind\":\"S\",\"hookPhase\":\"Failed\",\"status\":\"PruneSkipped\"},"
	"{\"kind\":\"D\",\"hookPhase\":\"Failed\",\"status\":\"Synced\"},"
	"{\"kind\":\"E\",\"hookPhase\":\"Running\",\"status\":\"Synced\"}]}}}}";

static void spec_and_metadata(void **state)
{
	struct decoded d;

	(void)state;
	if (decode(full, &d) < 0)
		fail_msg("%s", d.err.cause);
	assert_true(d.app.deleting && d.app.skip_reconcile && d.app.refresh);
	assert_string_equal(d.app.owner_set, "set");
	assert_string_equal(d.app.uid, "u-1");
	assert_string_equal(d.app.project, "team");
	assert_int_equal(d.app.source_count, 1);
	assert_string_equal(d.app.sources[0].path, "p");
	assert_string_equal(d.app.spec_source, d.app.compared_source);
	assert_string_equal(d.app.destination.name, "c");
	assert_string_equal(d.app.compared_destination.server, "s");
	assert_false(d.app.automated);
	assert_true(d.app.prune && d.app.self_heal);
	assert_string_equal(d.app.image_overrides,
		"i:1 (kustomize.images), Deployment /spec/template/spec/containers/0/image "
		"(ignoreDifferences), CronJob "
		".spec.jobTemplate.spec.template.spec.containers[].image (ignoreDifferences)");
	sg_arena_release(&d.arena);
}

/* What the message says goes into logs and reports. */
static void other_parameters_are_nobodys_business(void **state)
{
	struct decoded d;

	(void)state;
	assert_int_equal(
		decode("{\"metadata\":{\"name\":\"a\"},\"spec\":{\"source\":{\"helm\":{"
		       "\"parameters\":[{\"name\":\"db.password\",\"value\":\"hunter2\"},{\"name\":"
		       "\"stage.key\",\"value\":\"hunter3\"},"
		       "{\"name\":\"imageCredentials.password\",\"value\":\"hunter4\"},"
		       "{\"name\":\"image.pullSecret\",\"value\":\"hunter5\"},"
		       "{\"name\":\"global.imageRegistry\",\"value\":\"r.example\"},"
		       "{\"name\":\"web.image.tag\",\"value\":\"1.2\"}]}}}}",
			&d),
		0);
	assert_string_equal(d.app.image_overrides,
		"global.imageRegistry=r.example (helm.parameters), "
		"web.image.tag=1.2 (helm.parameters)");
	sg_arena_release(&d.arena);
}

static void status_and_operation(void **state)
{
	const struct sg_app_operation *op;
	struct decoded d;

	(void)state;
	assert_int_equal(decode(full, &d), 0);
	op = &d.app.operation;
	assert_int_equal(d.app.sync, SG_SYNC_OUT_OF_SYNC);
	assert_int_equal(d.app.revision.many.count, 2);
	assert_string_equal(d.app.revision.many.items[1], "");
	assert_int_equal(d.app.health, SG_APP_DEGRADED);
	assert_int_equal(d.app.condition_count, 2);
	assert_int_equal(d.app.conditions[0].type, SG_CONDITION_SYNC);
	assert_int_equal(d.app.conditions[1].type, SG_CONDITION_OTHER);
	assert_int_equal(d.app.resource_count, 2);
	assert_true(d.app.resources[0].requires_pruning);
	assert_int_equal(d.app.resources[1].sync, SG_SYNC_NONE);
	assert_int_equal(d.app.images.count, 2);
	assert_true(d.app.operation_set && op->dry_run && op->partial);
	assert_int_equal(op->phase, SG_PHASE_FAILED);
	assert_int_equal(op->finished_s - op->started_s, 1);
	assert_int_equal(op->retry_count, 2);
	assert_int_equal(op->heals, 3);
	assert_string_equal(op->asked.one, "asked");
	assert_string_equal(op->result.one, "done");
	assert_int_equal(op->result_count, 3);
	assert_true(op->results[0].hook_failed && op->results[0].sync_failed);
	assert_false(op->results[1].hook_failed);
	assert_true(op->results[1].prune_skipped && !op->results[1].unhealthy);
	assert_true(op->results[2].unhealthy);
	assert_string_equal(op->results[2].kind, "D");
	sg_arena_release(&d.arena);
}

static void automated_is_on_when_it_is_there(void **state)
{
	static const struct {
		const char *automated;
		bool on;
	} rows[] = {{"{}", true}, {"{\"enabled\":null}", true}, {"{\"enabled\":true}", true},
		{"{\"enabled\":false}", false}, {"null", false}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		char text[200];
		struct decoded d;

		(void)snprintf(text, sizeof(text),
			"{\"metadata\":{\"name\":\"a\"},\"spec\":{\"syncPolicy\":{\"automated\":%s}"
			"}}",
			rows[i].automated);
		assert_int_equal(decode(text, &d), 0);
		assert_int_equal(d.app.automated, rows[i].on);
		sg_arena_release(&d.arena);
	}
}

static void wrong_types_are_named(void **state)
{
	static const struct {
		const char *rest;
		const char *words;
	} rows[] = {{"\"spec\":[1]", "spec: expected an object"},
		{"\"spec\":{\"sources\":{\"a\":1}}", "sources: expected an array"},
		{"\"spec\":{\"sources\":[7]}", "spec.sources[]: expected an object"},
		{"\"spec\":{\"source\":{\"repoURL\":1}}", "spec.source.repoURL: expected a string"},
		{"\"spec\":{\"syncPolicy\":{\"automated\":{\"prune\":\"yes\"}}}",
			"spec.syncPolicy.automated.prune: expected true or false"},
		{"\"status\":{\"sync\":{\"revision\":5}}",
			"status.sync.revision: expected a string"},
		{"\"status\":{\"sync\":{\"revisions\":[\"a\",5]}}",
			"sync.revisions[1]: expected a string"},
		{"\"status\":{\"reconciledAt\":\"soon\"}", "status.reconciledAt: expected a time"},
		{"\"status\":{\"conditions\":[\"x\"]}", "status.conditions[]: expected an object"},
		{"\"status\":{\"operationState\":{\"retryCount\":1.5}}",
			"status.operationState.retryCount: expected an integer"},
		{"\"status\":{\"operationState\":{\"finishedAt\":\"x\"}}",
			"status.operationState.finishedAt: expected a time"}};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		char text[400];
		struct decoded d;

		(void)snprintf(text, sizeof(text),
			"{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"},%s}", rows[i].rest);
		assert_int_equal(decode(text, &d), -1);
		assert_int_equal(d.err.reason, SG_R_ANSWER_INVALID);
		if (!strstr(d.err.cause, rows[i].words) || !strstr(d.err.cause, "application n/a"))
			fail_msg("said '%s', wanted '%s'", d.err.cause, rows[i].words);
		sg_arena_release(&d.arena);
	}
}

static void a_name_is_needed(void **state)
{
	static const char *const texts[] = {"{}", "[]", "7", "{\"metadata\":{}}",
		"{\"metadata\":{\"name\":\"\"}}", "{\"metadata\":[]}"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		struct decoded d;

		assert_int_equal(decode(texts[i], &d), -1);
		sg_arena_release(&d.arena);
	}
}

static char *with_long(const char *path)
{
	struct sg_buf buf;

	sg_buf_init(&buf, 100000);
	sg_buf_addf(&buf, "{\"metadata\":{\"name\":\"a\"},\"status\":%s\"", path);
	for (int i = 0; i < 5000; i++)
		sg_buf_addc(&buf, 'x');
	sg_buf_adds(&buf, "\"}}}");
	return sg_buf_take(&buf);
}

static void long_messages_are_cut_and_long_names_refused(void **state)
{
	SG_AUTO(sg_free_ptr) char *message = with_long("{\"health\":{\"message\":");
	SG_AUTO(sg_free_ptr) char *revision = with_long("{\"sync\":{\"revision\":");
	struct decoded d;

	(void)state;
	assert_int_equal(decode(message, &d), 0);
	assert_int_equal(strlen(d.app.health_message), 4096 + 4);
	sg_arena_release(&d.arena);
	assert_int_equal(decode(revision, &d), -1);
	assert_non_null(strstr(d.err.cause, "status.sync.revision: too long"));
	sg_arena_release(&d.arena);
}

static void projects_and_sets(void **state)
{
	static const char project_text[] =
		"{\"metadata\":{\"name\":\"team\"},\"spec\":{\"syncWindows\":[{\"kind\":\"deny\","
		"\"applications\":[\"*\"],\"andOperator\":true},{}]}}";
	static const char set_text[] = "{\"metadata\":{\"name\":\"s\",\"namespace\":\"n\"},"
				       "\"spec\":{\"strategy\":{\"type\":"
				       "\"RollingSync\"}},\"status\":{\"applicationStatus\":[{"
				       "\"application\":\"a\",\"step\":\"1\"}]}}";
	struct sg_err err = SG_ERR_INIT;
	struct sg_arena arena = {0};
	struct sg_app_project project;
	struct sg_app_set set;
	struct sg_json *doc = NULL;

	(void)state;
	assert_int_equal(sg_json_parse(sg_str_of(project_text), &doc, &err), 0);
	assert_int_equal(sg_application_project_decode(doc, &arena, &project, &err), 0);
	assert_int_equal(project.window_count, 2);
	assert_true(project.windows[0].and_operator);
	assert_int_equal(project.windows[0].applications.count, 1);
	sg_json_free(doc);
	assert_int_equal(sg_json_parse(sg_str_of(set_text), &doc, &err), 0);
	assert_int_equal(sg_application_set_decode(doc, &arena, &set, &err), 0);
	assert_true(set.strategy_known && set.rolling_sync);
	assert_int_equal(set.step_count, 1);
	sg_json_free(doc);
	assert_int_equal(sg_json_parse(SG_STR("{\"metadata\":{\"name\":\"s\"}}"), &doc, &err), 0);
	assert_int_equal(sg_application_set_decode(doc, &arena, &set, &err), 0);
	assert_false(set.strategy_known || set.rolling_sync);
	sg_json_free(doc);
	sg_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_a_name),
		cmocka_unit_test(spec_and_metadata),
		cmocka_unit_test(other_parameters_are_nobodys_business),
		cmocka_unit_test(status_and_operation),
		cmocka_unit_test(automated_is_on_when_it_is_there),
		cmocka_unit_test(wrong_types_are_named),
		cmocka_unit_test(a_name_is_needed),
		cmocka_unit_test(long_messages_are_cut_and_long_names_refused),
		cmocka_unit_test(projects_and_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
