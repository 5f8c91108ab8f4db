/* io/http_retry.h: the decision, and Retry-After. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/http_date.h"
#include "io/http_retry.h"

static struct sg_retry_policy policy(void)
{
	return (struct sg_retry_policy){.base_ms = 500,
		.max_ms = 30000,
		.max_after_ms = 120000,
		.deadline_ms = 1000000,
		.seed = 42};
}

struct row {
	const char *name;
	bool replayable, transport;
	int status, tried;
	int64_t after_ms, now_ms;
	bool again;
	enum sg_reason reason;
	int64_t least_ms, most_ms; /* of the delay, over all random numbers */
};

static const struct row rows[] = {
	/* what is worth another try */
	{"200", true, false, 200, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"301", true, false, 301, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"400", true, false, 400, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"401", true, false, 401, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"403", true, false, 403, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"404", true, false, 404, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"409", true, false, 409, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"501", true, false, 501, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"408", true, false, 408, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"429", true, false, 429, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"500", true, false, 500, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"502", true, false, 502, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"503", true, false, 503, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"504", true, false, 504, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"522", true, false, 522, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"524", true, false, 524, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"transport", true, true, 0, 1, -1, 0, true, SG_R_OK, 0, 500},
	/* what may be sent only once is repeated only when it surely was not carried out */
	{"once 429", false, false, 429, 1, -1, 0, true, SG_R_OK, 0, 500},
	{"once 500", false, false, 500, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"once 502", false, false, 502, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"once 503", false, false, 503, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"once 504", false, false, 504, 1, -1, 0, false, SG_R_OK, 0, 0},
	{"once transport", false, true, 0, 1, -1, 0, false, SG_R_OK, 0, 0},
	/* the ceiling doubles up to the highest */
	{"second", true, true, 0, 2, -1, 0, true, SG_R_OK, 0, 1000},
	{"fourth", true, true, 0, 4, -1, 0, true, SG_R_OK, 0, 4000},
	{"seventh", true, true, 0, 7, -1, 0, true, SG_R_OK, 0, 30000},
	{"thousandth", true, true, 0, 1000, -1, 0, true, SG_R_OK, 0, 30000},
	/* the server's own wish comes first, a little spread */
	{"after 7 s", true, false, 429, 1, 7000, 0, true, SG_R_OK, 7000, 7500},
	{"after 0 s", true, false, 503, 9, 0, 0, true, SG_R_OK, 0, 500},
	{"after 120 s", true, false, 503, 1, 120000, 0, true, SG_R_OK, 120000, 120500},
	{"after too long", true, false, 503, 1, 120001, 0, false, SG_R_THROTTLED, 0, 0},
	{"after ages", true, false, 429, 1, SG_NEVER, 0, false, SG_R_THROTTLED, 0, 0},
	{"after the end", true, false, 429, 1, 7000, 994000, false, SG_R_THROTTLED, 0, 0},
	/* never beyond the end */
	{"near the end", true, true, 0, 9, -1, 999400, true, SG_R_OK, 0, 599},
	{"too near the end", true, true, 0, 9, -1, 999500, false, SG_R_TIMEOUT, 0, 0},
	{"after, near the end", true, false, 429, 1, 90, 999900, true, SG_R_OK, 90, 99},
	{"at the end", true, true, 0, 1, -1, 1000000, false, SG_R_TIMEOUT, 0, 0},
	{"behind the end", true, false, 503, 1, -1, 1000001, false, SG_R_TIMEOUT, 0, 0},
};

static void check_row(const struct row *row)
{
	struct sg_retry_policy p = policy();
	int64_t low = SG_NEVER, high = -1;
	uint64_t state = 7;

	for (int i = 0; i < 20000; i++) {
		struct sg_retry_step step =
			sg_retry_next(&p, row->tried, row->replayable, row->status, row->transport,
				row->after_ms, row->now_ms, sg_retry_random(&state));

		if (step.again != row->again || (!step.again && step.reason != row->reason))
			fail_msg("%s: again %d, reason %s", row->name, step.again,
				sg_reason_name(step.reason));
		if (!step.again)
			return;
		low = step.wait_ms < low ? step.wait_ms : low;
		high = step.wait_ms > high ? step.wait_ms : high;
	}
	/* the whole range is used, and nothing outside of it */
	if (low < row->least_ms || high > row->most_ms ||
		low > row->least_ms + (row->most_ms - row->least_ms) / 20 ||
		high < row->most_ms - (row->most_ms - row->least_ms) / 20)
		fail_msg("%s: delays from %ld to %ld", row->name, (long)low, (long)high);
}

static void the_decision_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		check_row(&rows[i]);
}

static void tries_can_be_counted(void **state)
{
	struct sg_retry_policy p = policy();

	(void)state;
	p.tries = 3;
	assert_true(sg_retry_next(&p, 2, true, 503, false, -1, 0, 1).again);
	assert_false(sg_retry_next(&p, 3, true, 503, false, -1, 0, 1).again);
	assert_int_equal(sg_retry_next(&p, 3, true, 503, false, -1, 0, 1).reason, SG_R_OK);
}

static void the_generator_is_splitmix64(void **state)
{
	uint64_t s = 1234567;

	(void)state;
	assert_true(sg_retry_random(&s) == UINT64_C(6457827717110365317));
	assert_true(sg_retry_random(&s) == UINT64_C(3203168211198807973));
}

static void after_is(const char *headers, int64_t expected)
{
	struct sg_buf buf;

	sg_buf_init(&buf, 1000);
	sg_buf_adds(&buf, headers);
	if (sg_retry_after_ms(&buf) != expected)
		fail_msg("%s: %ld", headers, (long)sg_retry_after_ms(&buf));
	sg_buf_release(&buf);
}

#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\n"

static void retry_after_forms(void **state)
{
	(void)state;
	after_is("", -1);
	after_is("Retry-After: 7\n", 7000);
	after_is("retry-after:0\n", 0);
	after_is("Retry-After: 99999999999999999999999\n", SG_NEVER);
	after_is("Retry-After: 9223372036854775807\n", SG_NEVER);
	after_is("Retry-After: -5\n", -1);
	after_is("Retry-After: 1.5\n", -1);
	after_is("Retry-After: soon\n", -1);
	after_is("Retry-After:\n", -1);
	after_is(DATE "Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\n", 60000);
	after_is(DATE "Retry-After: Sun, 06 Nov 1994 08:40:00 GMT\n", 0);
	after_is("Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\n", -1); /* relative to what? */
	after_is(DATE "Retry-After: Sunday, 06-Nov-94 08:50:37 GMT\n", -1);
	after_is(DATE "RateLimit-Remaining: 0\nRateLimit-Reset: 784111787\n", 10000);
	after_is(DATE "RateLimit-Remaining: 5\nRateLimit-Reset: 784111787\n", -1);
	after_is(DATE "Retry-After: 3\nRateLimit-Remaining: 0\nRateLimit-Reset: 784111787\n", 3000);
}

static void date_is(const char *text, int64_t expected)
{
	int64_t got = -1;

	if (sg_http_date(sg_str_of(text), &got) != (expected >= 0) || got != expected)
		fail_msg("%s: %ld", text, (long)got);
}

static void http_dates(void **state)
{
	(void)state;
	date_is("Sun, 06 Nov 1994 08:49:37 GMT", 784111777);
	date_is("Thu, 01 Jan 1970 00:00:00 GMT", 0);
	date_is("Thu, 29 Feb 2024 12:00:00 GMT", 1709208000);
	date_is("Fri, 01 Mar 2024 00:00:00 GMT", 1709251200);
	date_is("Thu, 31 Dec 2099 23:59:59 GMT", 4102444799);
	date_is("", -1);
	date_is("Sun, 06 Nov 1994 08:49:37 UTC", -1);
	date_is("Sun, 06 Foo 1994 08:49:37 GMT", -1);
	date_is("Sun, 06 Nov 1994 24:49:37 GMT", -1);
	date_is("Sun, 6 Nov 1994 08:49:37 GMT", -1);
	date_is("Sun; 06 Nov 1994 08:49:37 GMT", -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_decision_table),
		cmocka_unit_test(tries_can_be_counted),
		cmocka_unit_test(the_generator_is_splitmix64),
		cmocka_unit_test(retry_after_forms),
		cmocka_unit_test(http_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
