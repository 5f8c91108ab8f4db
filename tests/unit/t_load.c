/* step/load.h: the configuration that is read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "git_behind.h"
#include "step/load.h"
#include "step/shelf.h"
#include "step/world.h"

#define TIP_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TIP_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define TIP_C "cccccccccccccccccccccccccccccccccccccccc"

#define CONFIG(branch)                                                                             \
	"version: 1\nenvironments:\n  - name: dev\n    branch: " branch                            \
	"\n    publish: commit\nservices:\n  - name: web\n    path: apps/web\n    image: "         \
	"r.example.com/web\n"

struct reading {
	struct sg_arena arena;
	struct sg_world world;
	struct sg_loaded loaded;
	struct sg_err err;
	bool changed;
};

static int take(struct reading *r, const char *text, const char *tip)
{
	return sg_load_take_config(
		&r->world, &r->loaded, sg_str_of(text), tip, &r->changed, &r->err);
}

static int setup(void **state)
{
	static struct reading r;

	r = (struct reading){.loaded = {.config_name = "stagegate.yaml", .config_branch = "main"}};
	r.world.arena = r.loaded.arena = &r.arena;
	r.loaded.remote.url = "https://h/apps.git";
	if (take(&r, CONFIG("one"), TIP_A) < 0)
		fail_msg("%s", r.err.cause);
	assert_true(r.changed);
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	struct reading *r = *state;

	sg_arena_release(&r->arena);
	return 0;
}

static const char *branch_of(const struct reading *r)
{
	return r->loaded.policy.environments[0].branch;
}

static void the_same_text_at_another_commit_is_no_change(void **state)
{
	struct reading *r = *state;

	assert_int_equal(take(r, CONFIG("one"), TIP_B), 0);
	assert_false(r->changed);
	assert_string_equal(r->loaded.config_tip, TIP_B);
}

static void another_one_is_taken(void **state)
{
	struct reading *r = *state;

	assert_int_equal(take(r, CONFIG("two"), TIP_B), 0);
	assert_true(r->changed);
	assert_string_equal(branch_of(r), "two");
	assert_string_equal(r->loaded.config_from, "main@bbbbbbbb");
}

static void one_that_cannot_be_used_fails_each_time(void **state)
{
	struct reading *r = *state;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(take(r, "version: 1\nenvironments: 7\n", TIP_B), -1);
		assert_int_equal(r->err.reason, SG_R_CONFIG_INVALID);
		assert_true(r->changed);
		assert_non_null(strstr(r->err.where, "main@bbbbbbbb"));
		assert_string_equal(r->loaded.config_tip, TIP_A);
		assert_string_equal(branch_of(r), "one");
	}
	assert_int_equal(take(r, CONFIG("one"), TIP_C), 0);
	assert_false(r->changed);
	assert_string_equal(r->loaded.config_from, "main@aaaaaaaa");
}

static void one_that_changes_without_end_fails_each_time(void **state)
{
	struct reading *r = *state;
	int rc = 0;

	for (int i = 0; i < 100000 && rc == 0; i++)
		rc = take(r, i % 2 ? CONFIG("one") : CONFIG("two"), i % 2 ? TIP_A : TIP_B);
	assert_int_equal(rc, -1);
	assert_int_equal(r->err.reason, SG_R_TOO_LARGE);
	assert_int_equal(take(r, CONFIG("three"), TIP_C), -1);
	assert_string_not_equal(r->loaded.config_tip, TIP_C);
}

/* While the configuration is fetched the answer breaks off, and somebody changes it meanwhile. */
static void breaks_off(void *arg, const struct script_request *request, struct script_answer *a)
{
	(void)request;
	git_behind_foreign(arg, "main", "stagegate.yaml", CONFIG("three"));
	script_status(a, 200);
	script_header(a, "Content-Type", "application/x-git-upload-pack-result");
	script_piece(a, 0, SG_STR("00000008NAK\n"));
}

static void the_commit_is_that_of_the_text(void **state)
{
	struct reading *r = *state;
	struct git_behind git;
	struct sg_repo_opts opts = {.url = GIT_BEHIND_URL,
		.retry = {.base_ms = 1, .max_ms = 1, .tries = 4, .deadline_ms = SG_NEVER}};
	char tip[SG_OID_SIZE], server[SG_OID_SIZE + 1];

	git_behind_init(&git);
	opts.http = script_http(git.script);
	opts.tmpdir = git.tmp;
	assert_int_equal(sg_repo_open(&opts, &r->loaded.repo, &r->err), 0);
	git_behind_foreign(&git, "main", "stagegate.yaml", CONFIG("two"));
	assert_int_equal(sg_repo_refs(r->loaded.repo, &r->err), 0);
	assert_int_equal(sg_repo_tip(r->loaded.repo, "main", tip, &r->err), 0);
	script_compute(script_expect(git.script, "POST", GIT_BEHIND_URL "/git-upload-pack"),
		breaks_off, &git);
	if (sg_load_config_again(&r->world, &r->loaded, &r->changed, &r->err) < 0)
		fail_msg("%s", r->err.cause);
	assert_string_equal(branch_of(r), "three");
	(void)git_behind_out(&git, "git -C \"$BARE\" rev-parse main", server, sizeof(server));
	assert_string_not_equal(server, tip);
	assert_string_equal(r->loaded.config_tip, server);
	sg_shelves_release(&r->world);
	sg_repo_close(r->loaded.repo);
	git_behind_release(&git);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_same_text_at_another_commit_is_no_change),
		T(another_one_is_taken),
		T(one_that_cannot_be_used_fails_each_time),
		T(one_that_changes_without_end_fails_each_time),
		T(the_commit_is_that_of_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
