#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/repo_url.h"

static const char plain[] = "https://git.example.com/team/deploy.git";

static void spellings_of_one_repository(void **state)
{
	static const char *const others[] = {"https://git.example.com/team/deploy",
		"https://git.example.com/team/deploy/", "https://git.example.com/team/deploy.git/",
		"https://GIT.example.com/Team/Deploy.GIT", "http://git.example.com/team/deploy",
		"http://git.example.com:80/team/deploy", "https://git.example.com:443/team/deploy",
		"https://user@git.example.com/team/deploy",
		"https://u:p@git.example.com/team/deploy",
		"https://u:p%40x@git.example.com/team/deploy",
		"ssh://git@git.example.com/team/deploy",
		"ssh://git@git.example.com:22/team/deploy.git",
		"git@git.example.com:team/deploy.git", "git@git.example.com:/team/deploy.git",
		"git.example.com:team/deploy", "git://git.example.com:9418/team/deploy",
		"git.example.com/team/deploy", " https://git.example.com/team/deploy \n"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(others); i++) {
		if (!sg_repo_url_same(plain, others[i]) || !sg_repo_url_same(others[i], plain))
			fail_msg("%s", others[i]);
	}
}

static void other_repositories(void **state)
{
	static const char *const others[] = {"https://git.example.com/team/deploy-2.git",
		"https://git.example.com/team", "https://git.example.com/team/deploy/more",
		"https://git.example.net/team/deploy", "https://git.example.com:8443/team/deploy",
		"https://git.example.com:80/team/deploy",
		"ssh://git@git.example.com:2222/team/deploy",
		"https://git.example.com.evil.net/team/deploy",
		"https://git.example.com@evil.net/team/deploy",
		"https://evil.net/git.example.com/team/deploy",
		"https://git.example.com/team/deploy.gitx", "https://git.example.com", "", " ",
		"deploy"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(others); i++)
		if (sg_repo_url_same(plain, others[i]) || sg_repo_url_same(others[i], plain))
			fail_msg("%s", others[i]);
}

static void nothing_is_the_same_as_nothing(void **state)
{
	(void)state;
	assert_false(sg_repo_url_same("", ""));
	assert_false(sg_repo_url_same(NULL, NULL));
	assert_false(sg_repo_url_same(plain, NULL));
	assert_false(sg_repo_url_same("https://", "https://"));
	assert_true(sg_repo_url_same("/srv/git/a.git", "/srv/git/a"));
	assert_true(sg_repo_url_same("file:///srv/git/a.git", "/srv/git/a"));
}

static void another_name_of_the_host(void **state)
{
	static const struct {
		const char *a, *b;
		bool alike;
	} rows[] = {
		{"https://git.example.com/gitops/apps.git", "https://127.0.0.1:8443/gitops/apps",
			true},
		{"https://x/gitlab/gitops/apps.git", "git@y:gitops/apps.git", true},
		{"https://x/gitops/apps", "https://x/gitops/apps2", false},
		{"https://x/my-gitops/apps", "https://x/gitops/apps", false},
		{"https://x/a/apps", "https://y/b/apps", false},
		/* one name says too little */
		{"https://x/group/apps", "https://y/apps", false},
		{"https://x/apps", "https://y/apps", false},
		{"", "", false},
		{NULL, "https://x/a/b", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(sg_repo_url_alike(rows[i].a, rows[i].b), rows[i].alike);
		assert_int_equal(sg_repo_url_alike(rows[i].b, rows[i].a), rows[i].alike);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_name_of_the_host),
		cmocka_unit_test(spellings_of_one_repository),
		cmocka_unit_test(other_repositories),
		cmocka_unit_test(nothing_is_the_same_as_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
