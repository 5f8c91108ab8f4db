/* Which repository, and which credential for it: none goes where it does not belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "step/remote.h"

struct found {
	struct sg_arena arena;
	struct sg_settings settings;
	struct sg_world world;
	struct sg_remote remote;
	struct sg_err err;
	int rc;
};

static void find(struct found *f, const char *gitops, const char *const *env)
{
	*f = (struct found){.rc = 0};
	f->settings.gitops = gitops;
	f->world = (struct sg_world){
		.settings = &f->settings,
		.env = sg_env_fixed(&f->arena, env),
		.arena = &f->arena,
		.redactor = sg_redactor_new(),
	};
	f->rc = sg_remote_find(&f->world, &f->remote, &f->err);
}

static void release(struct found *f)
{
	sg_remote_release(&f->remote);
	sg_redactor_free(f->world.redactor);
	sg_arena_release(&f->arena);
}

#define ENV(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_url_and_own_token(void **state)
{
	struct found f;

	(void)state;
	find(&f, "https://git.example.com/gitops/apps.git",
		ENV("STAGEGATE_GITLAB_TOKEN", "glpat-0123456789"));
	assert_int_equal(f.rc, 0);
	assert_string_equal(f.remote.url, "https://git.example.com/gitops/apps.git");
	assert_string_equal(f.remote.name, "gitops/apps");
	assert_string_equal(f.remote.cred->origin, "https://git.example.com:443");
	assert_string_equal(f.remote.cred->user, "oauth2");
	assert_int_equal(f.remote.cred->kind, SG_CRED_BASIC);
	release(&f);
}

static void test_project_path_needs_a_gitlab(void **state)
{
	struct found f;

	(void)state;
	find(&f, "gitops/apps", ENV("CI_SERVER_URL", "https://gitlab.example.com/sub/"));
	assert_int_equal(f.rc, 0);
	assert_string_equal(f.remote.url, "https://gitlab.example.com/sub/gitops/apps.git");
	assert_null(f.remote.cred);
	release(&f);
	find(&f, "gitops/apps", ENV("X", "y"));
	assert_int_equal(f.rc, -1);
	assert_int_equal(f.err.reason, SG_R_USAGE);
	release(&f);
}

static void test_the_jobs_own_project(void **state)
{
	struct found f;

	(void)state;
	find(&f, NULL,
		ENV("CI_SERVER_URL", "https://gitlab.example.com", "CI_PROJECT_PATH", "gitops/apps",
			"CI_JOB_TOKEN", "job-token-value"));
	assert_int_equal(f.rc, 0);
	assert_string_equal(f.remote.url, "https://gitlab.example.com/gitops/apps.git");
	assert_string_equal(f.remote.cred->user, "gitlab-ci-token");
	release(&f);
	find(&f, NULL, ENV("X", "y"));
	assert_int_equal(f.rc, -1);
	assert_int_equal(f.err.reason, SG_R_USAGE);
	release(&f);
}

static void test_order_of_tokens(void **state)
{
	struct found f;

	(void)state;
	find(&f, "https://gitlab.example.com/a/b.git",
		ENV("CI_SERVER_URL", "https://gitlab.example.com", "CI_JOB_TOKEN",
			"job-token-value", "GITLAB_TOKEN", "gitlab-token", "STAGEGATE_GITLAB_TOKEN",
			"own-token"));
	assert_int_equal(f.rc, 0);
	assert_true(sg_str_is(sg_secret_bytes(f.remote.cred->secret), "own-token"));
	release(&f);
	find(&f, "https://gitlab.example.com/a/b.git",
		ENV("CI_SERVER_URL", "https://gitlab.example.com", "CI_JOB_TOKEN",
			"job-token-value", "GITLAB_TOKEN", "gitlab-token"));
	assert_true(sg_str_is(sg_secret_bytes(f.remote.cred->secret), "gitlab-token"));
	release(&f);
}

static void test_gitlabs_tokens_stay_at_gitlab(void **state)
{
	static const char *const names[] = {"GITLAB_TOKEN", "CI_JOB_TOKEN"};
	static const char *const urls[] = {"https://evil.example.com/a/b.git",
		"https://gitlab.example.com:8443/a/b.git", "http://127.0.0.1:9/a/b.git"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < 3; j++) {
			struct found f;

			find(&f, urls[j],
				ENV("CI_SERVER_URL", "https://gitlab.example.com", names[i],
					"token-value"));
			assert_int_equal(f.rc, 0);
			assert_null(f.remote.cred);
			assert_non_null(strstr(f.remote.no_cred_why, names[i]));
			release(&f);
		}
	}
}

static void test_a_job_token_without_a_gitlab_goes_nowhere(void **state)
{
	struct found f;

	(void)state;
	find(&f, "https://git.example.com/a/b.git", ENV("CI_JOB_TOKEN", "token-value"));
	assert_int_equal(f.rc, 0);
	assert_null(f.remote.cred);
	release(&f);
}

static void test_token_file(void **state)
{
	char path[] = "/tmp/t_remote_XXXXXX";
	int fd = mkstemp(path);
	struct found f;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "file-token\n", 11), 11);
	close(fd);
	find(&f, "https://git.example.com/a/b.git", ENV("STAGEGATE_GITLAB_TOKEN_FILE", path));
	assert_int_equal(f.rc, 0);
	assert_true(sg_str_is(sg_secret_bytes(f.remote.cred->secret), "file-token"));
	release(&f);
	unlink(path);
	find(&f, "https://git.example.com/a/b.git", ENV("STAGEGATE_GITLAB_TOKEN_FILE", path));
	assert_int_equal(f.rc, -1);
	assert_non_null(strstr(f.err.where, "STAGEGATE_GITLAB_TOKEN_FILE"));
	release(&f);
}

static void test_a_token_in_place_of_the_file_is_not_shown(void **state)
{
	struct found f;

	(void)state;
	find(&f, "https://git.example.com/a/b.git",
		ENV("STAGEGATE_GITLAB_TOKEN_FILE", "w3Nn1LqE9xT0kPzRb7uc"));
	assert_int_equal(f.rc, -1);
	assert_int_equal(f.err.reason, SG_R_CREDENTIAL_MISSING);
	assert_null(strstr(f.err.cause, "w3Nn"));
	assert_null(strstr(f.err.where, "w3Nn"));
	assert_non_null(strstr(f.err.cause, "STAGEGATE_GITLAB_TOKEN_FILE"));
	assert_null(f.remote.cred);
	release(&f);
}

static void test_bad_tokens_and_addresses(void **state)
{
	static const char *const bad[] = {"https://u:p@git.example.com/a.git", "ftp://x/y", "../a",
		"a//b", "/a/b", "a b", "a/b/"};
	struct found f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		find(&f, bad[i], ENV("STAGEGATE_GITLAB_URL", "https://gitlab.example.com"));
		if (f.rc == 0)
			fail_msg("%s was taken", bad[i]);
		release(&f);
	}
	find(&f, "https://git.example.com/a.git", ENV("STAGEGATE_GITLAB_TOKEN", "two\nlines"));
	assert_int_equal(f.rc, -1);
	assert_null(strstr(f.err.cause, "two"));
	release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url_and_own_token),
		cmocka_unit_test(test_project_path_needs_a_gitlab),
		cmocka_unit_test(test_the_jobs_own_project),
		cmocka_unit_test(test_order_of_tokens),
		cmocka_unit_test(test_gitlabs_tokens_stay_at_gitlab),
		cmocka_unit_test(test_a_job_token_without_a_gitlab_goes_nowhere),
		cmocka_unit_test(test_token_file),
		cmocka_unit_test(test_a_token_in_place_of_the_file_is_not_shown),
		cmocka_unit_test(test_bad_tokens_and_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
