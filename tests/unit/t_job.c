/* Which jobs may write: what GitLab's variables say about the ref and about forks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "step/job.h"

#define PAIRS_MAX 12

struct job {
	const char *env[PAIRS_MAX];
	bool allowed_anyway;
	bool may_write;
	const char *says; /* in the error */
};

static void may_write(void **state)
{
	static const struct job jobs[] = {
		{{"X", "y"}, .may_write = true},
		/* gitlab-ci-local and shells that have copied a few variables are no jobs. */
		{{"GITLAB_CI", "false", "CI_COMMIT_REF_PROTECTED", "false"}, .may_write = true},
		{{"CI_COMMIT_REF_PROTECTED", "false"}, .may_write = true},
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "true"}, .may_write = true},
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "false", "CI_COMMIT_REF_NAME",
			 "feature/x"},
			.says = "(feature/x)"},
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "false"}, .allowed_anyway = true,
			.may_write = true},
		{{"GITLAB_CI", "true"}, .says = "(unnamed)"},
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", ""}, .says = "does not protect"},
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "TRUE"}, .says = "not protect"},
		/* A merge request between protected branches of one project. */
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "true", "CI_PROJECT_ID", "7",
			 "CI_MERGE_REQUEST_PROJECT_ID", "7", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
			 "7"},
			.may_write = true},
		/* From a fork: run in the parent, in the fork, and with a variable gone. */
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "true", "CI_PROJECT_ID", "7",
			 "CI_MERGE_REQUEST_PROJECT_ID", "7", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
			 "8"},
			.says = "another project (8)"},
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "true", "CI_PROJECT_ID", "8",
			 "CI_MERGE_REQUEST_PROJECT_ID", "7", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
			 "8"},
			.says = "another project (8)"},
		{{"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "true",
			 "CI_MERGE_REQUEST_PROJECT_ID", "8", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
			 "8"},
			.says = "another project"},
		{{"GITLAB_CI", "true", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "8"},
			.allowed_anyway = true, .may_write = true},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(jobs); i++) {
		SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
		const struct sg_settings settings = {.allow_unprotected = jobs[i].allowed_anyway};
		const struct sg_world world = {
			.settings = &settings, .env = sg_env_fixed(&arena, jobs[i].env)};
		struct sg_err err = SG_ERR_INIT;
		int rc = sg_job_require_protected(&world, &err);

		assert_int_equal(rc, jobs[i].may_write ? 0 : -1);
		if (rc == 0)
			continue;
		assert_int_equal(err.reason, SG_R_UNPROTECTED_REF);
		assert_int_equal(sg_err_exit(&err), 4);
		assert_non_null(strstr(err.cause, jobs[i].says));
		assert_non_null(strstr(err.hint, "--allow-unprotected"));
	}
}

static void missing_variables(void **state)
{
	static const char *const open_ref[] = {"GITLAB_CI", "true", NULL};
	static const char *const closed_ref[] = {
		"GITLAB_CI", "true", "CI_COMMIT_REF_PROTECTED", "true", NULL};
	static const char *const nowhere[] = {NULL};
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};

	(void)state;
	assert_non_null(strstr(sg_job_missing_why(sg_env_fixed(&arena, open_ref)), "protected"));
	assert_null(sg_job_missing_why(sg_env_fixed(&arena, closed_ref)));
	assert_null(sg_job_missing_why(sg_env_fixed(&arena, nowhere)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(may_write),
		cmocka_unit_test(missing_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
