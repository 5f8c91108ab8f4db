/* Every sample of an Application and of an ApplicationSet has its expected reading. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "cluster/application.h"
#include "model/app_verdict.h"
#include "sample.h"

/* What the table says when a reading is the first object, and X, repository, branch are these. */
struct reading {
	const char *file;
	enum sg_app_sync sync;
	enum sg_app_health health;
	const char *revision; /* of the first source */
	enum sg_app_phase phase;
	const char *operation_revision;
	size_t conditions, resources, images;
	size_t results; /* that went wrong: the others are not kept */
	bool automated, prune, self_heal;
	const char *repo_url, *branch, *wanted;
	enum sg_app_kind kind;
	enum sg_app_row row;
	enum sg_app_code code;
	const char *words;
};

#define REV_WATCHER "d4c2b0a8f6e4d2c0b8a6f4e2d0c8b6a4f2e0d8c6"
#define REV_WATCHED "b6a9f1c4e2d8a7b5c3f1e9d7c5b3a1f9e7d5c3b1"
#define REV_API "39313e1c4af397986a5e1bbb53bde6fef15d6a50"
#define REV_BEFORE "a656a333006bb50b480d00c42370bbbd1f45555d"
#define REV_MANY "CURRENT_REPO_02_000000000000000000000000"
#define OTHER "https://git.example.org/team/deploy.git"

static const struct reading readings[] = {
	{"application-degraded.yaml", SG_SYNC_NONE, SG_APP_DEGRADED, "", SG_PHASE_NONE, "", 0, 0, 0,
		0, false, false, false, OTHER, "main", REV_API, SG_APP_FAIL, SG_APP_ROW_1B,
		SG_APP_CODE_WRONG_REPOSITORY, OTHER},
	{"application-healthy.yaml", SG_SYNC_NONE, SG_APP_HEALTHY, "", SG_PHASE_NONE, "", 0, 0, 0,
		0, false, false, false, OTHER, "main", REV_API, SG_APP_FAIL, SG_APP_ROW_1B,
		SG_APP_CODE_WRONG_REPOSITORY, OTHER},
	{"argo-watcher-failed-deployment.json", SG_SYNC_SYNCED, SG_APP_UNKNOWN, "",
		SG_PHASE_RUNNING, "", 0, 2, 3, 1, false, false, false, OTHER, "main", REV_API,
		SG_APP_FAIL, SG_APP_ROW_1B, SG_APP_CODE_WRONG_REPOSITORY, OTHER},
	{"argo-watcher-out-of-sync-deployment.json", SG_SYNC_OUT_OF_SYNC, SG_APP_HEALTHY,
		REV_WATCHER, SG_PHASE_SUCCEEDED, REV_WATCHED, 2, 4, 1, 0, true, true, false, OTHER,
		"main", REV_WATCHER, SG_APP_FAIL, SG_APP_ROW_1B, SG_APP_CODE_WRONG_REPOSITORY,
		OTHER},
	{"argo-watcher-out-of-sync-multi-source.json", SG_SYNC_OUT_OF_SYNC, SG_APP_HEALTHY,
		REV_WATCHED, SG_PHASE_SUCCEEDED, REV_WATCHED, 0, 1, 1, 0, false, true, true, OTHER,
		"main", REV_WATCHER, SG_APP_FAIL, SG_APP_ROW_1B, SG_APP_CODE_WRONG_REPOSITORY,
		OTHER},
	{"real-comparison-error.yaml", SG_SYNC_UNKNOWN, SG_APP_HEALTHY, "", SG_PHASE_SUCCEEDED,
		REV_BEFORE, 1, 3, 0, 0, true, true, true,
		"https://github.com/noam-codefresh/git-source", "main", REV_BEFORE, SG_APP_WAIT,
		SG_APP_ROW_3, SG_APP_CODE_COMPARISON_ERROR, "app path does not exist"},
	{"real-multi-source-synced.yaml", SG_SYNC_SYNCED, SG_APP_HEALTHY, REV_MANY,
		SG_PHASE_SUCCEEDED, REV_MANY, 0, 4, 0, 0, true, true, true,
		"https://github.com/dudinea/cfrepo01", "main", REV_API, SG_APP_WAIT, SG_APP_ROW_3,
		SG_APP_CODE_COMPARISON_ERROR, "no comparison yet"},
	{"real-sync-failed-syncerror.yaml", SG_SYNC_OUT_OF_SYNC, SG_APP_HEALTHY, "0.1.0",
		SG_PHASE_FAILED, "0.1.0", 1, 8, 1, 1, true, false, false,
		"https://alexfiz.github.io/jenkins_helm", "main", REV_API, SG_APP_FAIL,
		SG_APP_ROW_1B, SG_APP_CODE_WRONG_REPOSITORY, "jenkins_helm"},
	{"real-synced-healthy-api.json", SG_SYNC_SYNCED, SG_APP_HEALTHY, REV_API,
		SG_PHASE_SUCCEEDED, REV_API, 0, 2, 1, 0, false, false, false,
		"git@gitee.com:finley/argocd-demo", "main", REV_API, SG_APP_SUCCESS, SG_APP_ROW_23,
		SG_APP_CODE_DEPLOYED, "39313e1c4af3"},
};

static const char *first_of(const struct sg_app_revisions *revisions)
{
	return revisions->many.count ? revisions->many.items[0] : revisions->one;
}

static void check_facts(const struct reading *r, const struct sg_app *app)
{
	if (app->sync != r->sync || app->health != r->health || app->operation.phase != r->phase ||
		app->automated != r->automated || app->prune != r->prune ||
		app->self_heal != r->self_heal)
		fail_msg("%s: sync %d, health %d, phase %d, automated %d, prune %d, heals %d",
			r->file, (int)app->sync, (int)app->health, (int)app->operation.phase,
			app->automated, app->prune, app->self_heal);
	if (app->condition_count != r->conditions || app->resource_count != r->resources ||
		app->images.count != r->images || app->operation.result_count != r->results)
		fail_msg("%s: %zu conditions, %zu resources, %zu images, %zu results", r->file,
			app->condition_count, app->resource_count, app->images.count,
			app->operation.result_count);
	if (strcmp(first_of(&app->revision), r->revision) != 0 ||
		strcmp(first_of(&app->operation.result), r->operation_revision) != 0)
		fail_msg("%s: at \"%s\", synced \"%s\"", r->file, first_of(&app->revision),
			first_of(&app->operation.result));
}

static void check_verdict(const struct reading *r, const struct sg_app *app)
{
	const struct sg_app_want want = {.revision = r->wanted,
		.repo_url = r->repo_url,
		.branch = r->branch,
		.branch_is_default = true};
	const struct sg_app_policy policy = sg_app_policy_default();
	static const struct sg_app_beside beside = {0};
	struct sg_app_fold *fold = sg_app_fold_new(&want, &policy, NULL, &beside);
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(fold);

	sg_app_fold_feed(fold, app, 0);
	if (verdict->kind != r->kind || verdict->row != r->row || verdict->code != r->code ||
		!strstr(verdict->message, r->words))
		fail_msg("%s: %s, row %s, %s: %s", r->file, sg_app_kind_name(verdict->kind),
			sg_app_row_label(verdict->row), sg_app_code_name(verdict->code),
			verdict->message);
	sg_app_fold_free(fold);
}

/* A sample that nobody has read is a failure, too. */
static size_t files_in(struct sg_arena *arena, const char *root, const char *folder)
{
	DIR *dir = opendir(sg_arena_printf(arena, "%s/data/argocd/samples/%s", root, folder));
	size_t count = 0;

	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

/* Some samples are a status only. Without a name nothing is an application; they get one here. */
static struct sg_json *named(struct sg_arena *arena, const struct reading *r, const char *path)
{
	struct sg_json *doc = sample_open(arena, path);
	struct sg_err err = SG_ERR_INIT;
	struct sg_app app;
	const char *text;

	if (sg_json_get(doc, "metadata"))
		return doc;
	if (sg_application_decode(doc, arena, &app, &err) == 0 ||
		!strstr(err.cause, "metadata.name"))
		fail_msg("%s: taken without a name", r->file);
	sg_json_free(doc);
	text = sg_arena_printf(
		arena, "{\"metadata\":{\"name\":\"sample\"},%s", sample_json(arena, path).ptr + 1);
	err = (struct sg_err)SG_ERR_INIT;
	if (sg_json_parse(sg_str_of(text), &doc, &err) < 0)
		fail_msg("%s: %s", r->file, err.cause);
	return doc;
}

static void every_application_has_its_reading(void **state)
{
	const char *root = sample_root();
	struct sg_arena arena = {0};

	(void)state;
	if (!root)
		skip();
	assert_int_equal(files_in(&arena, root, "application"), SG_COUNT(readings));
	for (size_t i = 0; i < SG_COUNT(readings); i++) {
		const char *path = sg_arena_printf(
			&arena, "%s/data/argocd/samples/application/%s", root, readings[i].file);
		struct sg_json *doc = named(&arena, &readings[i], path);
		struct sg_err err = SG_ERR_INIT;
		struct sg_app app;

		if (sg_application_decode(doc, &arena, &app, &err) < 0)
			fail_msg("%s: %s", readings[i].file, err.cause);
		check_facts(&readings[i], &app);
		check_verdict(&readings[i], &app);
		sg_json_free(doc);
	}
	sg_arena_release(&arena);
}

/* None of them names the type of its strategy: that is AllAtOnce, whatever else stands there. */
static void every_set_has_its_reading(void **state)
{
	static const char *const files[] = {"errorApplicationSetWithStatusMessage.yaml",
		"healthyApplicationSet.yaml", "noStatusApplicationSet.yaml",
		"progressiveSyncApplicationSet.yaml", "resourceNotUpdatedApplicationSet.yaml"};
	const char *root = sample_root();
	struct sg_arena arena = {0};

	(void)state;
	if (!root)
		skip();
	assert_int_equal(files_in(&arena, root, "applicationset"), SG_COUNT(files));
	for (size_t i = 0; i < SG_COUNT(files); i++) {
		struct sg_json *doc = sample_open(
			&arena, sg_arena_printf(&arena, "%s/data/argocd/samples/applicationset/%s",
					root, files[i]));
		struct sg_err err = SG_ERR_INIT;
		struct sg_app_set set;

		if (sg_application_set_decode(doc, &arena, &set, &err) < 0)
			fail_msg("%s: %s", files[i], err.cause);
		assert_string_equal(set.name, "cluster-git");
		assert_string_equal(set.namespace, "argocd");
		assert_true(set.strategy_known);
		assert_false(set.rolling_sync);
		assert_int_equal(set.step_count, 0);
		sg_json_free(doc);
	}
	sg_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_application_has_its_reading),
		cmocka_unit_test(every_set_has_its_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
