/* Questions that are asked one after the other while others go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/workload_read.h"
#include "cluster_world.h"

#define PODS SERVER "/api/v1/namespaces/shop/pods"
#define LIST(selector) PODS "?limit=50&labelSelector=" selector
#define POD(name)                                                                                  \
	"{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"shop\"},\"spec\":{\"containers\":"   \
	"[]},\"status\":{\"phase\":\"Running\"}}"
#define PAGE(token, items) "{\"metadata\":{\"continue\":\"" token "\"},\"items\":[" items "]}"

struct bench {
	struct cluster_world *w;
	struct sg_cluster_pass pass;
	struct sg_arena scratch;
	int64_t deadline_ms;
	size_t turns;
	struct sg_pods pods, more;
	const char *second; /* the selector of the second question */
	struct sg_err err;
};

static void begin(struct bench *b, void **state)
{
	*b = (struct bench){.w = *state, .second = "b"};
	b->deadline_ms = cluster_world_in(b->w, 10000);
}

static void end(struct bench *b)
{
	sg_cluster_pass_release(&b->pass);
	sg_arena_release(&b->scratch);
	cluster_world_done(b->w);
}

/* One turn: two lists. 1: done, 0: not yet. */
static int turn(struct bench *b)
{
	const struct sg_workload_call read = {
		&b->w->client, &b->scratch, b->deadline_ms, &b->pass, {NULL, NULL}};
	int rc;

	sg_arena_release(&b->scratch);
	sg_cluster_pass_turn(&b->pass);
	b->turns++;
	rc = sg_cluster_list_pods(&read, "shop", "a", &b->pods, &b->err);
	if (rc == 0)
		rc = sg_cluster_list_pods(&read, "shop", b->second, &b->more, &b->err);
	if (b->pass.waiting)
		return 0;
	return rc < 0 ? -1 : 1;
}

static int to_the_end(struct bench *b)
{
	for (;;) {
		if (sg_cluster_pass_poll(&b->pass)) {
			int n = turn(b);

			if (n != 0)
				return n;
		}
		if (sg_loop_wait(
			    b->w->client.http->loop, sg_cluster_pass_due_ms(&b->pass), &b->err) < 0)
			return -1;
	}
}

static void reply(struct bench *b, const char *url, const char *body)
{
	script_reply(b->w->script, "GET", url, 200, body);
}

static void what_was_answered_is_not_asked_again(void **state)
{
	struct bench b;

	begin(&b, state);
	reply(&b, LIST("a"), PAGE("more", POD("one")));
	reply(&b, LIST("a") "&continue=more", PAGE("", POD("two")));
	reply(&b, LIST("b"), PAGE("", POD("three")));
	assert_int_equal(to_the_end(&b), 1);
	assert_int_equal(b.turns, 4);
	assert_int_equal(b.pods.count, 2);
	assert_string_equal(b.pods.items[0].name, "one");
	assert_string_equal(b.pods.items[1].name, "two");
	assert_int_equal(b.more.count, 1);
	end(&b);
}

static void another_question_is_asked_anew(void **state)
{
	struct bench b;

	begin(&b, state);
	reply(&b, LIST("a"), PAGE("", POD("one")));
	script_silence(script_expect(b.w->script, "GET", LIST("b")));
	reply(&b, LIST("c"), PAGE("", POD("three")));
	assert_int_equal(turn(&b), 0);
	assert_int_equal(sg_loop_wait(b.w->client.http->loop, SG_NEVER, &b.err), 0);
	assert_true(sg_cluster_pass_poll(&b.pass));
	assert_int_equal(turn(&b), 0);
	b.second = "c";
	assert_int_equal(turn(&b), 0); /* `b` is dropped */
	assert_int_equal(script_open_calls(b.w->script), 1);
	assert_int_equal(to_the_end(&b), 1);
	assert_string_equal(b.more.items[0].name, "three");
	end(&b);
}

static void its_time_is_up(void **state)
{
	struct bench b;

	begin(&b, state);
	reply(&b, LIST("a"), PAGE("", ""));
	script_silence(script_expect(b.w->script, "GET", LIST("b")));
	assert_int_equal(to_the_end(&b), -1);
	assert_int_equal(b.err.reason, SG_R_REMOTE_TIMEOUT);
	assert_true(b.err.transient);
	assert_int_equal(script_now_ms(b.w->script), b.deadline_ms);
	end(&b);
}

static void what_went_wrong_last_is_why(void **state)
{
	struct bench b;

	begin(&b, state);
	script_any_order(b.w->script);
	script_always(script_reply(b.w->script, "GET", "*", 503, "busy"));
	assert_int_equal(to_the_end(&b), -1);
	assert_non_null(strstr(b.err.cause, "503"));
	assert_in_range(script_now_ms(b.w->script), b.deadline_ms - 1, b.deadline_ms + 1);
	end(&b);
}

static void a_refusal_is_an_answer(void **state)
{
	struct bench b;

	begin(&b, state);
	script_reply(b.w->script, "GET", LIST("a"), 403,
		"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":"
		"\"Forbidden\",\"message\":\"no\",\"code\":403}");
	assert_int_equal(to_the_end(&b), -1);
	assert_int_equal(b.err.reason, SG_R_FORBIDDEN);
	assert_non_null(strstr(b.err.hint, "\"list\" on resource \"pods\""));
	end(&b);
}

static void a_signal_is_no_answer(void **state)
{
	struct bench b;

	begin(&b, state);
	script_silence(script_expect(b.w->script, "GET", LIST("a")));
	script_cancel(b.w->script, 100, 15);
	assert_int_equal(to_the_end(&b), -1);
	assert_int_equal(b.err.reason, SG_R_CANCELLED);
	assert_int_equal(b.err.signo, 15);
	end(&b);
}

static void no_more_is_taken_than_asked_for(void **state)
{
	struct bench b;
	char *huge;

	begin(&b, state);
	huge = sg_arena_alloc(&b.w->arena, (size_t)5 * 1024 * 1024);
	memset(huge, ' ', (size_t)5 * 1024 * 1024 - 1);
	script_any_order(b.w->script);
	script_always(script_reply(b.w->script, "GET", LIST("a"), 200, huge));
	assert_int_equal(to_the_end(&b), -1);
	assert_int_equal(b.err.reason, SG_R_ANSWER_INVALID);
	assert_non_null(strstr(b.err.cause, "too large"));
	end(&b);
}

#define STORY(fn) cmocka_unit_test_setup_teardown(fn, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(what_was_answered_is_not_asked_again),
		STORY(another_question_is_asked_anew),
		STORY(its_time_is_up),
		STORY(what_went_wrong_last_is_why),
		STORY(a_refusal_is_an_answer),
		STORY(a_signal_is_no_answer),
		STORY(no_more_is_taken_than_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
