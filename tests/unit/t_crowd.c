/*
 * Waiting for the turn: what each look leads to, and many processes that push to one branch on a
 * virtual clock, on a machine whose two cores they share.
 */
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
	assert_in_range(before_ms, 2 * ATTEMPT_MS, 3 * ATTEMPT_MS);
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
	assert_in_range(wait_ms, ATTEMPT_MS / 8, ATTEMPT_MS / 3);
	assert_int_equal(sg_crowd_looked(&crowd, true, wait_ms, LOOK_MS, LOW), -1);
}

static void at_its_turn_it_does_not_wait_for_a_commit_for_ever(void **state)
{
	struct sg_crowd crowd = {0};
	int64_t wait_ms = 0, waited_ms = 0;

	(void)state;
	(void)patience_ms(&crowd, PLENTY, HIGH);
	for (int looks = 0; wait_ms >= 0; looks++) {
		assert_true(looks < 10);
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

static void without_a_branch_to_look_at_the_window_halves(void **state)
{
	struct sg_crowd low = {0}, high = {0};
	int64_t before_ms = (int64_t)SG_CROWD_PAUSE * 2 * ATTEMPT_MS;

	(void)state;
	for (int i = 0; i < 6; i++) {
		int64_t wait_ms = sg_crowd_pause(&high, ATTEMPT_MS, HIGH);

		assert_int_equal(sg_crowd_pause(&low, ATTEMPT_MS, LOW), 1);
		assert_int_equal(
			wait_ms, before_ms / 2 > 2 * ATTEMPT_MS ? before_ms / 2 : 2 * ATTEMPT_MS);
		before_ms = wait_ms;
	}
	assert_int_equal(high.losses, 6);
	assert_in_range(sg_crowd_pause(&low, INT64_MAX, HIGH), 1, 10 * SG_CROWD_ATTEMPT_MAX_MS);
	assert_int_equal(sg_crowd_pause(&low, INT64_MIN, LOW), 1);
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

/* --- a town ------------------------------------------------------------------------------ */

enum step { COMING, START, LOOK, FETCH, PUSH, ANSWER, LOST_LOOK, PAUSE, TURN_LOOK, DONE };

enum { CROWD_MAX = 32, CORES = 2, CHANGES_MAX = 320, COMING_US = 10000 };

/* Processor time of each step in microseconds; a pause is not among them. */
static const int64_t work_us[] = {
	[START] = 12000,
	[LOOK] = 8000,
	[FETCH] = 14000,
	[PUSH] = 24000,
	[ANSWER] = 4000,
	[LOST_LOOK] = 8000,
	[TURN_LOOK] = 8000,
};

struct process {
	enum step step;
	int64_t left_us; /* of processor time, or of the pause */
	int64_t begun_us, looked_us, look_began_us, waited_from_us;
	int seen;
	int tries;
	int changes; /* left */
	struct sg_crowd crowd;
};

struct town {
	struct process all[CROWD_MAX];
	size_t count;
	bool hasty; /* whoever loses begins again at once */
	int64_t now_us;
	int tip;
	uint64_t random;
	int pushes;
	int most_tries;
	int64_t times_us[CHANGES_MAX];
	size_t done;
};

static bool works(const struct process *p)
{
	return p->step != COMING && p->step != PAUSE && p->step != DONE;
}

static void enter(struct town *town, struct process *p, enum step step)
{
	p->step = step;
	/* no two runs of a step are alike */
	p->left_us = work_us[step] * (int64_t)(80 + sg_retry_random(&town->random) % 41) / 100;
}

static void rest(struct town *town, struct process *p, int64_t wait_ms)
{
	if (wait_ms < 0) {
		p->looked_us = p->look_began_us;
		enter(town, p, FETCH);
		return;
	}
	p->waited_from_us = p->look_began_us;
	p->step = PAUSE;
	p->left_us = wait_ms * 1000;
}

static void begin_change(struct town *town, struct process *p)
{
	p->step = DONE;
	if (p->changes-- == 0)
		return;
	p->begun_us = town->now_us;
	p->crowd = (struct sg_crowd){0};
	p->tries = 0;
	enter(town, p, START);
}

static void answered(struct town *town, struct process *p)
{
	town->pushes++;
	p->tries++;
	if (p->seen >= 0) {
		p->look_began_us = town->now_us;
		enter(town, p, LOST_LOOK);
		return;
	}
	if (p->tries > town->most_tries)
		town->most_tries = p->tries;
	town->times_us[town->done++] = town->now_us - p->begun_us;
	begin_change(town, p);
}

/* The step that P was in has ended. */
static void advance(struct town *town, struct process *p)
{
	int64_t look_ms = (town->now_us - p->look_began_us) / 1000;
	bool moved = p->seen != town->tip;

	switch (p->step) {
	case COMING:
		begin_change(town, p);
		break;
	case START:
		p->looked_us = town->now_us;
		enter(town, p, LOOK);
		break;
	case LOOK:
		p->seen = town->tip;
		enter(town, p, FETCH);
		break;
	case FETCH:
		enter(town, p, PUSH);
		break;
	case PUSH:
		if (!moved) {
			town->tip++;
			p->seen = -1;
		}
		enter(town, p, ANSWER);
		break;
	case ANSWER:
		answered(town, p);
		break;
	case LOST_LOOK:
		p->seen = town->tip;
		if (town->hasty) {
			rest(town, p, -1);
			break;
		}
		rest(town, p,
			sg_crowd_lost(&p->crowd, (p->look_began_us - p->looked_us) / 1000, look_ms,
				PLENTY, sg_retry_random(&town->random)));
		break;
	case PAUSE:
		p->look_began_us = town->now_us;
		enter(town, p, TURN_LOOK);
		break;
	case TURN_LOOK:
		p->seen = town->tip;
		rest(town, p,
			sg_crowd_looked(&p->crowd, moved,
				(p->look_began_us - p->waited_from_us) / 1000, look_ms,
				sg_retry_random(&town->random)));
		break;
	case DONE:
		break;
	}
}

/* Time goes on until the next step ends; false when all is done. */
static bool go_on(struct town *town)
{
	int64_t working = 0, slow, next_us = INT64_MAX;

	for (size_t i = 0; i < town->count; i++)
		working += works(&town->all[i]);
	slow = working > CORES ? working : CORES; /* over CORES: how much slower each is */
	for (size_t i = 0; i < town->count; i++) {
		const struct process *p = &town->all[i];
		int64_t us = works(p) ? (p->left_us * slow + CORES - 1) / CORES : p->left_us;

		if (p->step != DONE && us < next_us)
			next_us = us;
	}
	if (next_us == INT64_MAX)
		return false;
	town->now_us += next_us;
	for (size_t i = 0; i < town->count; i++) {
		struct process *p = &town->all[i];

		p->left_us -= works(p) ? (next_us * CORES + slow - 1) / slow : next_us;
		if (p->step != DONE && p->left_us <= 0)
			advance(town, p);
	}
	return true;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* COUNT processes at a time, each making CHANGES changes one after another, all at once. */
static void run_crowd(struct town *town, size_t count, int changes, uint64_t seed, bool hasty)
{
	*town = (struct town){.count = count, .random = seed, .hasty = hasty};
	for (size_t i = 0; i < count; i++) {
		town->all[i].changes = changes;
		town->all[i].left_us = (int64_t)i * COMING_US;
	}
	while (go_on(town))
		;
	assert_int_equal(town->done, count * (size_t)changes);
	assert_int_equal(town->tip, town->done);
	qsort(town->times_us, town->done, sizeof(town->times_us[0]), by_time);
}

static int64_t serial_us(size_t changes)
{
	return (int64_t)changes *
	       (work_us[START] + work_us[LOOK] + work_us[FETCH] + work_us[PUSH] + work_us[ANSWER]);
}

static void say(const struct town *town, uint64_t seed)
{
	print_message("seed %d: %.2f pushes for a change, at most %d; %.2f of the serial time; the "
		      "slowest takes %.1f medians\n",
		(int)seed, (double)town->pushes / (double)town->done, town->most_tries,
		(double)town->now_us / (double)serial_us(town->done),
		(double)town->times_us[town->done - 1] / (double)town->times_us[town->done / 2]);
}

static void thirty_two_that_never_rest_get_along(void **state)
{
	struct town *town = sg_calloc(1, sizeof(*town));

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		run_crowd(town, 32, 10, seed, false);
		say(town, seed);
		assert_true(town->pushes * 10 <= (int)town->done * 25);
		assert_true(town->now_us <= 2 * serial_us(town->done));
		assert_true(town->times_us[town->done - 1] <= 8 * town->times_us[town->done / 2]);
		assert_true(town->most_tries <= 2 * 32);
	}
	free(town);
}

/* The town shows the difference: it would not let everything pass. */
static void thirty_two_that_begin_again_at_once_do_not(void **state)
{
	struct town *town = sg_calloc(1, sizeof(*town));

	(void)state;
	run_crowd(town, 32, 10, 1, true);
	say(town, 1);
	assert_true(town->pushes > 10 * (int)town->done);
	assert_true(town->now_us > 2 * serial_us(town->done));
	free(town);
}

static void those_that_come_all_at_once_sort_themselves_out(void **state)
{
	static const size_t sizes[] = {2, 4, 8, 32};
	struct town *town = sg_calloc(1, sizeof(*town));

	(void)state;
	for (size_t i = 0; i < SG_COUNT(sizes) * 10; i++) {
		run_crowd(town, sizes[i % SG_COUNT(sizes)], 1, i, false);
		say(town, i);
		assert_true(town->pushes <= 4 * (int)town->done);
		assert_true(town->now_us <= 10 * serial_us(town->done));
	}
	free(town);
}

static void one_alone_never_waits(void **state)
{
	struct town *town = sg_calloc(1, sizeof(*town));

	(void)state;
	run_crowd(town, 1, 20, 1, false);
	assert_int_equal(town->pushes, 20);
	assert_true(town->now_us <= serial_us(20) * 12 / 10);
	free(town);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_branch_that_stands_still_is_free),
		cmocka_unit_test(the_first_look_comes_within_two_attempts),
		cmocka_unit_test(in_a_crowd_the_others_are_let_by),
		cmocka_unit_test(each_loss_brings_the_turn_nearer),
		cmocka_unit_test(at_its_turn_it_goes_right_behind_a_commit),
		cmocka_unit_test(at_its_turn_it_does_not_wait_for_a_commit_for_ever),
		cmocka_unit_test(a_turn_takes_no_more_than_a_quarter_of_what_is_left),
		cmocka_unit_test(a_server_that_is_fast_again_is_not_waited_for_as_if_it_were_slow),
		cmocka_unit_test(without_a_branch_to_look_at_the_window_halves),
		cmocka_unit_test(odd_times_do_no_harm),
		cmocka_unit_test(thirty_two_that_never_rest_get_along),
		cmocka_unit_test(thirty_two_that_begin_again_at_once_do_not),
		cmocka_unit_test(those_that_come_all_at_once_sort_themselves_out),
		cmocka_unit_test(one_alone_never_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
