/* Waiting for the turn: what each look leads to. Many processes at once are in t_crowd_town.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "io/http_retry.h"
#include "model/crowd.h"

#define PLENTY INT64_C(1200000)
#define LOW UINT64_C(0)
#define HIGH UINT64_MAX

enum { ATTEMPT_MS = 1000, LOOK_MS = 200 };

static void a_branch_that_stands_still_is_free(void **state)
{
	struct sg_crowd crowd = {0};

	(void)state;
	assert_int_equal(sg_crowd_lost(&crowd, ATTEMPT_MS, LOOK_MS, PLENTY, LOW), ATTEMPT_MS);
	assert_int_equal(sg_crowd_looked(&crowd, false, ATTEMPT_MS, LOOK_MS, LOW), -1);
	assert_int_equal(crowd.losses, 1);
}

static void the_first_look_comes_within_two_attempts(void **state)
{
	(void)state;
	for (uint64_t i = 0, random = 7; i < 1000; i++) {
		struct sg_crowd crowd = {0};
		int64_t wait_ms = sg_crowd_lost(
			&crowd, ATTEMPT_MS, LOOK_MS, PLENTY, sg_retry_random(&random));

		assert_true(wait_ms >= ATTEMPT_MS && wait_ms <= 2 * ATTEMPT_MS);
	}
}

/* How long a turn is waited for on a branch that moves at every look, until the looks for a commit
 * to go behind begin; all draws are RANDOM. */
static int64_t patience_ms(struct sg_crowd *crowd, int64_t left_ms, uint64_t random)
{
	int64_t wait_ms = sg_crowd_lost(crowd, ATTEMPT_MS, LOOK_MS, left_ms, random), waited_ms = 0;

	while (crowd->patience > 0) {
		assert_true(wait_ms > 0);
		waited_ms += wait_ms;
		wait_ms = sg_crowd_looked(crowd, true, wait_ms, LOOK_MS, random);
	}
	return waited_ms;
}

static void in_a_crowd_the_others_are_let_by(void **state)
{
	struct sg_crowd low = {0}, high = {0};
	int64_t least_ms = (int64_t)SG_CROWD_PATIENCE * ATTEMPT_MS * 85 / 100;
	int64_t most_ms = (int64_t)SG_CROWD_PATIENCE * ATTEMPT_MS * 115 / 100;

	(void)state;
	assert_in_range(patience_ms(&low, PLENTY, LOW), least_ms, least_ms + ATTEMPT_MS);
	assert_in_range(patience_ms(&high, PLENTY, HIGH), most_ms, most_ms + ATTEMPT_MS);
}

static void each_loss_brings_the_turn_nearer(void **state)
{
	struct sg_crowd crowd = {0};
	int64_t before_ms = INT64_MAX, all_ms = 0;

	(void)state;
	for (int i = 0; i < 8; i++) {
		int64_t now_ms = patience_ms(&crowd, PLENTY, HIGH);

		assert_true(i > 4 ? now_ms == before_ms : now_ms < before_ms);
		before_ms = now_ms;
		all_ms += now_ms;
	}
	assert_in_range(before_ms, ATTEMPT_MS, 2 * ATTEMPT_MS);
	/* with the worst draws of all; nobody waits longer than this for so many chances */
	assert_true(all_ms < (int64_t)SG_CROWD_PATIENCE * 3 * ATTEMPT_MS);
}

static void at_its_turn_it_goes_right_behind_a_commit(void **state)
{
	struct sg_crowd crowd = {0};
	int64_t wait_ms;

	(void)state;
	(void)patience_ms(&crowd, PLENTY, LOW);
	wait_ms = sg_crowd_looked(&crowd, false, 300, LOOK_MS, LOW);
	assert_in_range(wait_ms, ATTEMPT_MS / 16, ATTEMPT_MS / 8);
	assert_int_equal(sg_crowd_looked(&crowd, true, wait_ms, LOOK_MS, LOW), -1);
}

static void who_lost_more_looks_more_often_at_its_turn(void **state)
{
	struct sg_crowd crowd = {0};
	int64_t before_ms = INT64_MAX;

	(void)state;
	for (int i = 0; i < 6; i++) {
		int64_t wait_ms;

		(void)patience_ms(&crowd, PLENTY, LOW);
		wait_ms = sg_crowd_looked(&crowd, false, 300, LOOK_MS, LOW);
		assert_true(i > 2 ? wait_ms == before_ms : wait_ms < before_ms);
		before_ms = wait_ms;
	}
	assert_true(before_ms >= ATTEMPT_MS / 30);
}

static void at_its_turn_it_does_not_wait_for_a_commit_for_ever(void **state)
{
	struct sg_crowd crowd = {0};
	int64_t wait_ms = 0, waited_ms = 0;

	(void)state;
	(void)patience_ms(&crowd, PLENTY, HIGH);
	for (int looks = 0; wait_ms >= 0; looks++) {
		assert_true(looks < 14);
		waited_ms += wait_ms;
		wait_ms = sg_crowd_looked(&crowd, false, wait_ms, LOOK_MS, HIGH);
	}
	assert_in_range(waited_ms, ATTEMPT_MS / 2, 2 * ATTEMPT_MS);
}

static void a_turn_takes_no_more_than_a_quarter_of_what_is_left(void **state)
{
	struct sg_crowd crowd = {0}, none = {0};

	(void)state;
	assert_in_range(patience_ms(&crowd, 8 * ATTEMPT_MS, HIGH), ATTEMPT_MS, 9 * ATTEMPT_MS / 4);
	assert_in_range(patience_ms(&none, -5, HIGH), 0, 10);
}

static void a_server_that_is_fast_again_is_not_waited_for_as_if_it_were_slow(void **state)
{
	struct sg_crowd crowd = {0};
	int64_t wait_ms = sg_crowd_lost(&crowd, 4000, 2000, PLENTY, LOW), waited_ms = 0;

	(void)state;
	assert_int_equal(wait_ms, 4000);
	while (crowd.patience > 0) {
		waited_ms += wait_ms;
		wait_ms = sg_crowd_looked(&crowd, true, wait_ms, 10, LOW);
	}
	assert_true(waited_ms < (int64_t)SG_CROWD_PATIENCE * 4000 / 3);
	assert_true(wait_ms < 1000);
}

/* Thirty-two that came at once made the first attempt slow; they wait now, and a look is quick. */
static void an_attempt_in_the_first_rush_is_no_measure(void **state)
{
	struct sg_crowd rush = {0}, calm = {0};
	int64_t wait_ms, waited_ms = 0;

	(void)state;
	wait_ms = sg_crowd_lost(&rush, 3000, 20, PLENTY, LOW);
	assert_true(wait_ms <= 2 * 8 * 30);
	while (rush.patience > 0) {
		assert_true(wait_ms <= 32 * 20);
		waited_ms += wait_ms;
		wait_ms = sg_crowd_looked(&rush, true, wait_ms, 20, LOW);
	}
	assert_true(waited_ms <= (int64_t)SG_CROWD_PATIENCE * 8 * 30);
	/* a look is no more than the attempt that it was a part of */
	assert_in_range(sg_crowd_lost(&calm, 200, 5000, PLENTY, LOW), 200, 400);
}

/* A machine that was busy for a moment: the next look comes as soon as after the quick ones. */
static void one_slow_look_does_not_make_it_blind(void **state)
{
	struct sg_crowd crowd = {0};
	int64_t wait_ms = sg_crowd_lost(&crowd, 5000, 600, PLENTY, LOW);

	(void)state;
	(void)sg_crowd_looked(&crowd, true, wait_ms, 20, LOW);
	for (int i = 0; i < 3; i++)
		assert_in_range(sg_crowd_looked(&crowd, true, 10, 3000, HIGH), 20, 64 * 20);
}

/* Each of these looks saw that somebody got through; a clock that is wrong does not count more. */
static void a_turn_ends_when_many_were_seen_to_go_by(void **state)
{
	struct sg_crowd crowd = {0};
	int looks = 0;

	(void)state;
	(void)sg_crowd_lost(&crowd, 5000, 5000, PLENTY, HIGH);
	for (; crowd.patience > 0; looks++)
		assert_true(sg_crowd_looked(&crowd, true, 1, 5000, HIGH) > 0);
	assert_in_range(looks, 10, 17);
}

static void without_a_branch_to_look_at_the_pause_shrinks(void **state)
{
	struct sg_crowd low = {0}, high = {0};
	int64_t mean_ms = (int64_t)SG_CROWD_PAUSE * ATTEMPT_MS;

	(void)state;
	for (int i = 0; i < 6; i++) {
		assert_int_equal(sg_crowd_pause(&low, ATTEMPT_MS, LOW), mean_ms * 30 / 100);
		assert_int_equal(sg_crowd_pause(&high, ATTEMPT_MS, HIGH), mean_ms * 170 / 100);
		mean_ms = mean_ms / 2 > ATTEMPT_MS / 4 ? mean_ms / 2 : ATTEMPT_MS / 4;
	}
	assert_int_equal(high.losses, 6);
	assert_in_range(sg_crowd_pause(&low, INT64_MAX, HIGH), 1, SG_CROWD_ATTEMPT_MAX_MS);
	assert_int_equal(sg_crowd_pause(&low, INT64_MIN, LOW), 1);
}

static void having_let_others_by_counts_as_a_loss(void **state)
{
	struct sg_crowd lost = {0}, polite = {.let_by = true};

	(void)state;
	(void)sg_crowd_pause(&lost, ATTEMPT_MS, HIGH);
	for (int i = 0; i < 6; i++)
		assert_int_equal(sg_crowd_pause(&polite, ATTEMPT_MS, HIGH),
			sg_crowd_pause(&lost, ATTEMPT_MS, HIGH));
}

#define NOW INT64_C(1800000000)

/* COUNT commits that are AGE_S seconds old. */
static int64_t let_by(int64_t age_s, size_t count, uint64_t random)
{
	struct sg_crowd crowd = {0};
	int64_t dates_s[40];

	for (size_t i = 0; i < count; i++)
		dates_s[i] = NOW - age_s;
	return sg_crowd_let_by(&crowd, dates_s, count, NOW, 100, PLENTY, random);
}

static void a_newcomer_lets_as_many_by_as_came_of_late(void **state)
{
	(void)state;
	assert_int_equal(let_by(1, 0, HIGH), 0);
	assert_int_equal(let_by(0, 1, HIGH), 0); /* our own pipeline's last one, perhaps */
	assert_int_equal(let_by(1, 2, LOW), 55);
	assert_int_equal(let_by(1, 2, HIGH), 165);
	assert_int_equal(let_by(SG_CROWD_WINDOW_S, 5, LOW), 220);
	assert_int_equal(let_by(SG_CROWD_WINDOW_S, 5, HIGH), 660);
	assert_int_equal(let_by(1, SG_CROWD_SEEN_MAX, HIGH), let_by(1, 40, HIGH));
	for (uint64_t i = 0, random = 7; i < 1000; i++)
		assert_in_range(let_by(1, 5, sg_retry_random(&random)), 220, 660);
}

static void what_is_old_or_yet_to_come_or_no_date_is_no_crowd(void **state)
{
	static const int64_t odd[] = {0, -1, INT64_MIN, INT64_MAX, NOW - SG_CROWD_WINDOW_S - 1,
		NOW + 2, NOW - 86400, NOW + 86400};
	struct sg_crowd crowd = {0};

	(void)state;
	assert_int_equal(sg_crowd_let_by(&crowd, odd, SG_COUNT(odd), NOW, 100, PLENTY, HIGH), 0);
	assert_false(crowd.let_by);
	assert_int_equal(let_by(-1, 5, HIGH), 660); /* clocks of two servers */
	for (size_t i = 0; i < SG_COUNT(odd); i++) {
		const int64_t all[] = {odd[i], odd[i], odd[i]};

		assert_in_range(sg_crowd_let_by(&crowd, all, 3, odd[i], 100, PLENTY, HIGH), 0,
			SG_CROWD_LET_BY_MAX_MS);
	}
	/* the server did not say what time it is */
	assert_int_equal(sg_crowd_let_by(&crowd, odd, 3, 0, 100, PLENTY, HIGH), 0);
}

static void nobody_is_let_by_for_long(void **state)
{
	int64_t now[40];
	static const int64_t attempts_ms[] = {INT64_MIN, -1, 0, 1, 5000, INT64_MAX};
	struct sg_crowd crowd = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(now); i++)
		now[i] = NOW;
	for (size_t i = 0; i < SG_COUNT(attempts_ms); i++)
		assert_in_range(sg_crowd_let_by(&crowd, now, 40, NOW, attempts_ms[i], PLENTY, HIGH),
			1, SG_CROWD_LET_BY_MAX_MS);
	/* two in a row by one pipeline, on a slow server */
	assert_in_range(sg_crowd_let_by(&crowd, now, 2, NOW, 5000, PLENTY, HIGH), 1, 1000);
	assert_int_equal(sg_crowd_let_by(&crowd, now, 40, NOW, 5000, 400, HIGH), 100);
	assert_int_equal(sg_crowd_let_by(&crowd, now, 40, NOW, 5000, 0, HIGH), 0);
	assert_int_equal(sg_crowd_let_by(&crowd, now, 40, NOW, 5000, INT64_MIN, HIGH), 0);
}

static void odd_times_do_no_harm(void **state)
{
	static const int64_t odd[] = {INT64_MIN / 4, -1, 0, 1, INT64_MAX / 4};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(odd) * SG_COUNT(odd) * SG_COUNT(odd); i++) {
		int64_t a = odd[i % 5], b = odd[i / 5 % 5], c = odd[i / 25];
		struct sg_crowd crowd = {0};
		int64_t wait_ms = sg_crowd_lost(&crowd, a, b, c, HIGH);

		for (int n = 0; n < 50 && wait_ms >= 0; n++) {
			assert_in_range(wait_ms, 1, 40 * SG_CROWD_ATTEMPT_MAX_MS);
			wait_ms = sg_crowd_looked(&crowd, n % 3 != 0, b, a, LOW);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_branch_that_stands_still_is_free),
		cmocka_unit_test(the_first_look_comes_within_two_attempts),
		cmocka_unit_test(in_a_crowd_the_others_are_let_by),
		cmocka_unit_test(each_loss_brings_the_turn_nearer),
		cmocka_unit_test(at_its_turn_it_goes_right_behind_a_commit),
		cmocka_unit_test(who_lost_more_looks_more_often_at_its_turn),
		cmocka_unit_test(at_its_turn_it_does_not_wait_for_a_commit_for_ever),
		cmocka_unit_test(a_turn_takes_no_more_than_a_quarter_of_what_is_left),
		cmocka_unit_test(a_server_that_is_fast_again_is_not_waited_for_as_if_it_were_slow),
		cmocka_unit_test(an_attempt_in_the_first_rush_is_no_measure),
		cmocka_unit_test(one_slow_look_does_not_make_it_blind),
		cmocka_unit_test(a_turn_ends_when_many_were_seen_to_go_by),
		cmocka_unit_test(without_a_branch_to_look_at_the_pause_shrinks),
		cmocka_unit_test(having_let_others_by_counts_as_a_loss),
		cmocka_unit_test(a_newcomer_lets_as_many_by_as_came_of_late),
		cmocka_unit_test(what_is_old_or_yet_to_come_or_no_date_is_no_crowd),
		cmocka_unit_test(nobody_is_let_by_for_long),
		cmocka_unit_test(odd_times_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
