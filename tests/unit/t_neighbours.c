/* A change over the API, and when it lets others by: all of sg_publish(), on a scripted GitLab. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "source_world.h"
#include "step/neighbours.h"
#include "step/publish.h"
#include "step/shelf.h"
#include "step/way.h"

#define FILE_URL PROJECT "/repository/files/apps%2Fshared.yaml/raw?ref=refs%2Fheads%2Fdevelop"
/* three seconds before the script's clock begins */
#define DATES_URL                                                                                  \
	PROJECT "/repository/commits?ref_name=" SHA_A                                              \
		"&path=apps%2Fshared.yaml&since=2024-01-02T03%3A04%3A02Z&per_page=20"
#define NOW "Tue, 02 Jan 2024 03:04:05 GMT"
#define AT(second, message)                                                                        \
	"{\"committed_date\":\"2024-01-02T03:04:" second "Z\",\"message\":\"" message "\"}"
#define HOT "[" AT("05", "a") "," AT("04", "b") "," AT("03", "c") "]"
#define OURS ROOT "/gitops/apps/-/pipelines/7"
#define BY_US "deploy\\n\\nStagegate-Pipeline: " OURS "\\n"

struct shared {
	struct source_world r; /* first */
	struct sg_service services[2];
	struct sg_update updates[2];
	struct sg_way way;
	struct sg_environment env;
	struct sg_publish_ask ask;
	struct sg_publish_done done;
	struct script_answer *file;
};

static int setup(void **state)
{
	static const struct sg_bump_wish wish = {.service = "one", .tag = "2.0.0"};
	struct shared *s = sg_calloc(1, sizeof(*s));

	source_world_begin(&s->r);
	s->updates[0] = (struct sg_update){.file = "shared.yaml", .key = "one.tag"};
	s->updates[1] = (struct sg_update){.file = "../apps/shared.yaml", .key = "two.tag"};
	s->services[0] = (struct sg_service){
		.name = "one", .path = "apps", .updates = &s->updates[0], .update_count = 1};
	s->services[1] = (struct sg_service){
		.name = "two", .path = "other", .updates = &s->updates[1], .update_count = 1};
	s->env = (struct sg_environment){.name = "dev", .branch = "develop"};
	s->r.loaded.policy = (struct sg_policy){.services = s->services,
		.service_count = 2,
		.environments = &s->env,
		.environment_count = 1};
	s->r.loaded.remote.name = "gitops/apps";
	s->r.loaded.remote.url = ROOT "/gitops/apps.git";
	s->way.forge.gitlab = s->r.g->gitlab;
	s->r.loaded.way = &s->way;
	s->ask = (struct sg_publish_ask){.env = &s->env, .wishes = &wish, .count = 1};
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct shared *s = *state;

	sg_shelves_release(&s->r.world);
	source_world_end(&s->r);
	free(s);
	return 0;
}

/* One reading of the file, which LAST changed; the branch is at SHA_A. */
static void reads_at(struct shared *s, const char *last, const char *date)
{
	s->file = script_reply(
		s->r.g->script, "GET", FILE_URL, 200, "one:\n  tag: 1.0.0\ntwo:\n  tag: 1.0.0\n");
	script_header(s->file, "X-Gitlab-Commit-Id", SHA_A);
	script_header(s->file, "X-Gitlab-Last-Commit-Id", last);
	script_header(s->file, "Date", date);
	script_delay(s->file, 100);
}

static void reads(struct shared *s, const char *last)
{
	reads_at(s, last, NOW);
}

static struct script_answer *dates(struct shared *s, int status, const char *body)
{
	struct script_answer *a = script_reply(s->r.g->script, "GET", DATES_URL, status, body);

	script_header(a, "Date", NOW);
	return a;
}

static void accepts_it(void *arg, const struct script_request *request, struct script_answer *a)
{
	struct shared *s = arg;
	const char *id = strstr(request->body.ptr, "Stagegate-Id: ");
	const char *body;

	assert_non_null(id);
	body = sg_arena_printf(&s->r.g->arena,
		"{\"id\":\"" SHA_B "\",\"parent_ids\":[\"" SHA_A
		"\"],\"message\":\"x\\n\\n%.34s\"}",
		id);
	script_status(a, 201);
	script_piece(a, 0, sg_str_of(body));
}

static void commits(struct shared *s)
{
	struct script_answer *a =
		script_expect(s->r.g->script, "POST", PROJECT "/repository/commits");

	script_compute(a, accepts_it, s);
}

/* Returns the milliseconds that it took. */
static int64_t publish(struct shared *s)
{
	int64_t began_ms = script_now_ms(s->r.g->script);

	if (sg_publish(&s->r.world, &s->r.loaded, &s->ask, &s->done, &s->r.g->err) < 0)
		fail_msg("%s", s->r.g->err.cause);
	assert_true(s->done.written != s->ask.dry_run);
	gitlab_world_done(s->r.g);
	return script_now_ms(s->r.g->script) - began_ms;
}

static void a_hot_file_of_several_is_asked_about_and_others_are_let_by(void **state)
{
	struct shared *s = *state;
	int64_t took_ms;

	reads(s, SHA_A);
	dates(s, 200, HOT);
	reads(s, SHA_A);
	commits(s);
	took_ms = publish(s);
	/* two readings, and a bit more than two attempts, give or take a half */
	assert_in_range(took_ms, 200 + 110, 200 + 330);
	assert_int_equal(s->done.tries, 1);
}

static void a_busy_token_is_a_hint_and_so_is_one_of_which_nothing_is_said(void **state)
{
	static const struct {
		const char *observed;
		bool asked;
	} cases[] = {{"60", true}, {"2000", true}, {"59", false}, {"0", false}, {NULL, true},
		{"", true}, {"-70", true}, {"99999999999999999999", true}, {"many", true}};
	struct shared *s = *state;

	/* what is no number says nothing, as where limits are off */
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		reads(s, SHA_C);
		if (cases[i].observed)
			script_header(s->file, "Ratelimit-Observed", cases[i].observed);
		if (cases[i].asked)
			dates(s, 200, "[]");
		commits(s);
		assert_int_equal(publish(s), 100);
	}
}

static void nobody_is_asked_in_quiet(void **state)
{
	struct shared *s = *state;

	/* nobody changed it just now; GitLab does not say who did; nor what time it is */
	reads(s, SHA_C);
	script_header(s->file, "Ratelimit-Observed", "1");
	commits(s);
	(void)publish(s);
	reads(s, "");
	script_header(s->file, "Ratelimit-Observed", "1");
	commits(s);
	(void)publish(s);
	reads_at(s, SHA_A, "yesterday");
	commits(s);
	(void)publish(s);
}

static void nobody_is_asked_about_a_file_of_one(void **state)
{
	static const char *const others[] = {"../apps/other.yaml", "../../shared.yaml", "{word}"};
	struct shared *s = *state;

	for (size_t i = 0; i < SG_COUNT(others); i++) {
		s->updates[1].file = others[i];
		reads(s, SHA_A);
		script_header(s->file, "Ratelimit-Observed", "1000");
		commits(s);
		assert_int_equal(publish(s), 100);
	}
}

static void a_wildcard_shares_only_what_its_templates_do_not_tell_apart(void **state)
{
	struct shared *s = *state;

	s->services[1].name = "*";
	s->services[1].path = "apps/{service}";
	s->updates[1].file = "shared.yaml";
	reads(s, SHA_A);
	commits(s);
	(void)publish(s);
	s->updates[1].file = "../shared.yaml";
	reads(s, SHA_A);
	dates(s, 200, "[]");
	commits(s);
	(void)publish(s);
}

static void our_own_pipeline_does_not_wait_for_itself(void **state)
{
	struct shared *s = *state;

	s->r.pipeline = OURS;
	reads(s, SHA_A);
	/* which pipelines its versions are from */
	script_reply(s->r.g->script, "GET",
		PROJECT "/repository/commits?ref_name=" SHA_A
			"&path=apps%2Fshared.yaml&per_page=100",
		200, "[]");
	dates(s, 200,
		"[" AT("05", BY_US) "," AT("05", BY_US) "," AT("04", BY_US) "," AT("05", "x") "]");
	commits(s);
	assert_int_equal(publish(s), 100);
}

static void whatever_is_answered_the_change_goes_on(void **state)
{
	static const struct {
		int status;
		const char *body;
	} cases[] = {{200, "[]"}, {200, "[7,null,[],{},\"x\"]"}, {200, "{}"}, {200, "<html>"},
		{200, ""}, {200, "[" AT("99", "a") "," AT("99", "b") "]"},
		{200, "[{\"committed_date\":5},{\"committed_date\":null}]"},
		{401, "{\"message\":\"401 Unauthorized\"}"},
		{403, "{\"message\":\"403 Forbidden\"}"},
		{404, "{\"message\":\"404 Project Not Found\"}"}, {429, "Retry later"},
		{500, "{\"message\":\"500\"}"}, {502, "<html>"}};
	struct shared *s = *state;

	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		reads(s, SHA_A);
		dates(s, cases[i].status, cases[i].body);
		commits(s);
		assert_int_equal(publish(s), 100);
	}
	reads(s, SHA_A);
	script_fail(dates(s, 200, "["), 10, SG_R_UNREACHABLE, true, "reset");
	commits(s);
	assert_in_range(publish(s), 100, 200);
}

static void an_answer_that_does_not_come_is_not_waited_for(void **state)
{
	struct shared *s = *state;

	reads(s, SHA_A);
	script_silence(dates(s, 200, ""));
	commits(s);
	assert_in_range(publish(s), 100, 5100);
}

static void no_time_is_left_for_it(void **state)
{
	struct shared *s = *state;

	s->r.world.deadline_ms = script_now_ms(s->r.g->script) + 120;
	reads(s, SHA_A);
	dates(s, 200, HOT);
	reads(s, SHA_A);
	script_delay(s->file, 0);
	commits(s);
	assert_in_range(publish(s), 101, 105);
}

static void a_dry_run_does_not_wait(void **state)
{
	struct shared *s = *state;

	s->ask.dry_run = true;
	reads(s, SHA_A);
	assert_int_equal(publish(s), 100);
}

static void gates_let_it_through_now_and_not_later(void **state)
{
	struct shared *s = *state;
	struct sg_crowd crowd = {0};

	s->ask.one_try = &crowd;
	reads(s, SHA_A);
	commits(s);
	assert_int_equal(publish(s), 100);
}

static void a_signal_ends_the_wait(void **state)
{
	struct shared *s = *state;

	reads(s, SHA_A);
	dates(s, 200, HOT);
	script_cancel(s->r.g->script, 150, 15);
	assert_int_equal(
		sg_publish(&s->r.world, &s->r.loaded, &s->ask, &s->done, &s->r.g->err), -1);
	gitlab_world_error(s->r.g, SG_R_CANCELLED, "", "");
}

/* RECENT: what GitLab says before the first try, which is lost. Returns what the second one waited.
 */
static int64_t lost_after(struct shared *s, const char *recent, bool waits)
{
	int64_t reading_ms = waits ? 300 : 200;

	reads(s, SHA_A);
	dates(s, 200, recent);
	if (waits)
		reads(s, SHA_A);
	script_reply(s->r.g->script, "POST", PROJECT "/repository/commits", 400,
		"{\"message\":\"The file has changed since you started editing it: x\"}");
	reads(s, SHA_A);
	commits(s);
	reading_ms = publish(s) - reading_ms;
	assert_int_equal(s->done.tries, 2);
	return reading_ms;
}

static void who_lost_asks_no_more_and_is_back_soon(void **state)
{
	/* saw nobody: two attempts; has let two by for 110 to 330 ms: one; give or take 70 percent
	 */
	assert_in_range(lost_after(*state, "[]", false), 60, 340);
	assert_in_range(lost_after(*state, HOT, true), 110 + 30, 330 + 170);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_hot_file_of_several_is_asked_about_and_others_are_let_by),
		STORY(a_busy_token_is_a_hint_and_so_is_one_of_which_nothing_is_said),
		STORY(nobody_is_asked_in_quiet),
		STORY(nobody_is_asked_about_a_file_of_one),
		STORY(a_wildcard_shares_only_what_its_templates_do_not_tell_apart),
		STORY(our_own_pipeline_does_not_wait_for_itself),
		STORY(whatever_is_answered_the_change_goes_on),
		STORY(an_answer_that_does_not_come_is_not_waited_for),
		STORY(no_time_is_left_for_it),
		STORY(a_dry_run_does_not_wait),
		STORY(gates_let_it_through_now_and_not_later),
		STORY(a_signal_ends_the_wait),
		STORY(who_lost_asks_no_more_and_is_back_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
