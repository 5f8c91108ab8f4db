/* Events of Kubernetes: which of them says why something stands still, and which is history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "cluster/workload.h"
#include "model/event.h"

#define EVENTS_MAX 4
#define NO SG_APP_CODE_NOT_SEEN

struct row {
	const char *pod; /* NULL: about what makes pods */
	enum sg_app_code code;
	struct sg_event events[EVENTS_MAX];
};

#define BAD(reason, message, at)                                                                   \
	{                                                                                          \
		"u", "Warning", reason, message, true, at                                          \
	}
#define GOOD(reason, at)                                                                           \
	{                                                                                          \
		"u", "Normal", reason, "", true, at                                                \
	}

static void what_keeps_it_from_going_on(void **state)
{
	static const struct row rows[] = {
		{NULL, SG_APP_CODE_QUOTA, {BAD("FailedCreate", "exceeded quota: small", 1000)}},
		{NULL, SG_APP_CODE_PODS_REFUSED, {BAD("FailedCreate", "admission webhook", 1000)}},
		{NULL, SG_APP_CODE_PODS_REFUSED, {BAD("ReplicaSetCreateError", "no", 1000)}},
		{"p", SG_APP_CODE_VOLUME_FAILED, {BAD("FailedMount", "secret \"x\"", 1000)}},
		{"p", SG_APP_CODE_VOLUME_FAILED, {BAD("FailedAttachVolume", "busy", 1000)}},
		{"p", SG_APP_CODE_UNSCHEDULABLE, {BAD("FailedScheduling", "0/3", 1000)}},
		/* too old, of another subject, or no warning */
		{NULL, NO, {BAD("FailedCreate", "exceeded quota: small", 999)}},
		{"p", NO, {BAD("FailedCreate", "exceeded quota: small", 1000)}},
		{NULL, NO, {BAD("FailedMount", "x", 1000)}},
		{"p", NO, {BAD("BackOff", "x", 1000)}},
		{"p", NO, {GOOD("FailedMount", 1000)}},
		{"p", NO, {{"u", "Warning", "FailedMount", "", false, 1000}}},
		/* it went on since */
		{NULL, NO, {BAD("FailedCreate", "x", 1000), GOOD("SuccessfulCreate", 1000)}},
		{NULL, NO, {BAD("FailedCreate", "x", 1000), GOOD("SuccessfulCreate", 1001)}},
		{NULL, SG_APP_CODE_PODS_REFUSED,
			{GOOD("SuccessfulCreate", 1000), BAD("FailedCreate", "x", 1001)}},
		{"p", NO, {BAD("FailedMount", "x", 1000), GOOD("Pulling", 1002)}},
		{"p", SG_APP_CODE_VOLUME_FAILED,
			{GOOD("Scheduled", 1000), BAD("FailedMount", "x", 1001)}},
		{"p", NO,
			{BAD("FailedMount", "x", 1000), {"u", "Normal", "Started", "", false, 0}}},
		{"p", NO,
			{BAD("FailedAttachVolume", "x", 1000),
				GOOD("SuccessfulAttachVolume", 1002)}},
		{"p", SG_APP_CODE_VOLUME_FAILED,
			{GOOD("SuccessfulAttachVolume", 1000), BAD("FailedMount", "x", 1002)}},
		/* the newest counts */
		{"p", SG_APP_CODE_VOLUME_FAILED,
			{BAD("FailedScheduling", "x", 1000), GOOD("Scheduled", 1001),
				BAD("FailedMount", "y", 1002)}},
		{"p", NO, {{NULL, "", "", "", false, 0}}},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_arena arena = {0};
		struct sg_stuck stuck = {.code = NO};
		size_t count = 0;

		while (count < EVENTS_MAX && rows[i].events[count].about_uid)
			count++;
		if (sg_events_stuck(rows[i].events, count, 1000, rows[i].pod, &arena, &stuck) !=
				(rows[i].code != NO) ||
			stuck.code != rows[i].code)
			fail_msg("row %zu", i);
		if (rows[i].code != NO)
			assert_non_null(strstr(stuck.sentence, ": event "));
		sg_arena_release(&arena);
	}
}

static void a_long_message_is_cut(void **state)
{
	char text[5000];
	struct sg_event event = BAD("FailedMount", text, 1000);
	struct sg_arena arena = {0};
	struct sg_stuck stuck;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(sg_events_stuck(&event, 1, 1000, "web-1", &arena, &stuck));
	assert_true(strlen(stuck.sentence) < 400);
	sg_arena_release(&arena);
}

static void decode(const char *text, struct sg_event *ret, struct sg_arena *arena, int expected)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc;

	assert_int_equal(sg_json_parse(sg_str_of(text), &doc, &err), 0);
	if (sg_event_decode(doc, arena, ret, &err) != expected)
		fail_msg("%s: %s", text, err.cause);
	sg_json_free(doc);
}

static void the_last_time_counts(void **state)
{
	struct sg_arena arena = {0};
	struct sg_event event;

	(void)state;
	decode("{\"involvedObject\":{\"uid\":\"u\"},\"type\":\"Warning\",\"reason\":\"R\","
	       "\"message\":\"m\",\"lastTimestamp\":\"1970-01-01T00:16:40Z\",\"eventTime\":null}",
		&event, &arena, 0);
	assert_string_equal(event.about_uid, "u");
	assert_true(event.timed && event.last_s == 1000);
	decode("{\"lastTimestamp\":null,\"eventTime\":\"1970-01-01T00:16:40.123456Z\",\"series\":{"
	       "\"lastObservedTime\":\"1970-01-01T00:16:41.000000Z\"}}",
		&event, &arena, 0);
	assert_true(event.timed && event.last_s == 1001);
	decode("{\"lastTimestamp\":\"today\"}", &event, &arena, 0);
	assert_false(event.timed);
	assert_string_equal(event.message, "");
	decode("[]", &event, &arena, -1);
	decode("{\"reason\":1}", &event, &arena, -1);
	decode("{\"involvedObject\":[]}", &event, &arena, 0);
	assert_string_equal(event.about_uid, "");
	sg_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_keeps_it_from_going_on),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(the_last_time_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
