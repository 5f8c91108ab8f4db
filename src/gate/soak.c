#include <stdint.h>
#include <string.h>

#include "gate/decide.h"

/*
 * How long has it run well? Counted from server-side times, and only while the health gate's own
 * condition holds: the two times are never evidence of a state (argocd.md 0.2).
 */

#define MS_PER_S 1000

static int64_t seconds_of(int64_t duration_ms)
{
	return duration_ms / MS_PER_S + (duration_ms % MS_PER_S != 0);
}

/* The health gate does not pass: the time has not begun. */
static void say_not_begun(
	const struct sg_gate_verdict *health, struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	if (strcmp(health->code, sg_gate_code_name(SG_GATE_CODE_BEFORE_UNREADABLE)) == 0) {
		ret->state = SG_VERDICT_WAIT;
		ret->code = health->code;
		ret->sentence = health->sentence;
	} else {
		sg_gate_say(ret, arena, SG_GATE_CODE_SOAK_NOT_BEGUN, "the time has not begun: %s",
			health->sentence);
	}
	ret->next_look_unix_s = health->next_look_unix_s;
}

static void say_time_unknown(
	const struct sg_gate_before *before, struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	if (before->follow != SG_FOLLOW_APPLICATION) {
		sg_gate_say(ret, arena, SG_GATE_CODE_SOAK_TIME_UNKNOWN,
			"nothing says since when %s in %s runs it: %s", before->application,
			before->environment, before->untimed ? before->untimed : "no time is read");
		return;
	}
	sg_gate_say(ret, arena, SG_GATE_CODE_SOAK_TIME_UNKNOWN,
		"%s in %s does not say since when: its %s is absent", before->application,
		before->environment,
		before->deployed_unix_s <= 0 ? "last deployedAt in status.history"
					     : "status.health.lastTransitionTime");
}

static void say_elapsed(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	const struct sg_gate_before *before = facts->before;
	int64_t needed_s = seconds_of(spec->duration_ms);
	int64_t start = ret->since_unix_s, now = facts->now_unix_s;
	int64_t elapsed_s = now > start ? now - start : 0;
	const char *image = before->image, *env = before->environment;

	ret->observed = sg_gate_span(
		arena, elapsed_s < INT64_MAX / MS_PER_S ? elapsed_s * MS_PER_S : INT64_MAX);
	if (now >= start && elapsed_s >= needed_s) {
		sg_gate_say(ret, arena, SG_GATE_CODE_SOAKED, "%s has run %s well since %s", env,
			image, sg_gate_time(arena, start));
		return;
	}
	ret->next_look_unix_s = start < INT64_MAX - needed_s ? start + needed_s : INT64_MAX;
	if (now < start)
		sg_gate_say(ret, arena, SG_GATE_CODE_SOAK_NOT_BEGUN,
			"the time begins at %s, which is still to come by the servers' clock",
			sg_gate_time(arena, start));
	else
		sg_gate_say(ret, arena, SG_GATE_CODE_SOAKING,
			"%s has run %s well since %s, and it is to be until %s", env, image,
			sg_gate_time(arena, start), sg_gate_time(arena, ret->next_look_unix_s));
}

void sg_gate_soak(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	const struct sg_gate_before *before = facts->before;
	struct sg_gate_verdict health = {.state = SG_VERDICT_CLOSED,
		.code = "",
		.sentence = "",
		.observed = "",
		.expected = ""};

	ret->expected = sg_gate_span(arena, spec->duration_ms);
	sg_gate_health(spec, facts, arena, &health);
	if (health.state != SG_VERDICT_PASS) {
		say_not_begun(&health, arena, ret);
	} else if (before->deployed_unix_s <= 0 || before->health_unix_s <= 0) {
		say_time_unknown(before, arena, ret);
	} else {
		ret->since_unix_s = before->deployed_unix_s > before->health_unix_s
					    ? before->deployed_unix_s
					    : before->health_unix_s;
		say_elapsed(spec, facts, arena, ret);
	}
}
