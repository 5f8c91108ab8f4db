#include "gate/gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/num.h"
#include "gate/decide.h"
#include "model/ids.h"

#define SENTENCE_MAX_BYTES 2048
/* What was tried again and again already is given this time. */
#define AGAIN_S 60

typedef void decide_fn(const struct sg_gate_spec *, const struct sg_gate_facts *, struct sg_arena *,
	struct sg_gate_verdict *);

static const struct {
	unsigned needs; /* in each of its phases */
	decide_fn *decide;
	const char *elsewhere; /* said in the other phase */
} rows[] = {
	[SG_GATE_HEALTH] = {SG_GATE_NEEDS_BEFORE, sg_gate_health, ""},
	[SG_GATE_SOAK] = {SG_GATE_NEEDS_BEFORE, sg_gate_soak,
		"decided before the merge request is made"},
	[SG_GATE_APPROVAL] = {SG_GATE_NEEDS_APPROVALS, sg_gate_approval,
		"pending: decided immediately before the merge"},
	[SG_GATE_FREEZE] = {SG_GATE_NEEDS_FREEZES, sg_gate_freeze, ""},
};

unsigned sg_gate_needs(const struct sg_gate_spec *spec, enum sg_gate_phase phase)
{
	return sg_gate_type_in_phase(spec->type, phase) ? rows[spec->type].needs : 0;
}

void sg_gate_say(struct sg_gate_verdict *verdict, struct sg_arena *arena, enum sg_gate_code code,
	const char *fmt, ...)
{
	char text[SENTENCE_MAX_BYTES];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	verdict->state = sg_gate_code_state(code);
	verdict->code = sg_gate_code_name(code);
	verdict->sentence = sg_arena_strdup(arena, text);
}

const char *sg_gate_time(struct sg_arena *arena, int64_t unix_s)
{
	char text[24];

	sg_time_format(unix_s, text, sizeof(text));
	return sg_arena_strdup(arena, text);
}

const char *sg_gate_span(struct sg_arena *arena, int64_t ms)
{
	char text[32];

	sg_num_format_ms(text, sizeof(text), ms);
	return sg_arena_strdup(arena, text);
}

int64_t sg_gate_again(const struct sg_gate_facts *facts, const struct sg_trouble *trouble)
{
	return trouble->passes && facts->now_unix_s ? facts->now_unix_s + AGAIN_S : 0;
}

bool sg_gate_was_not_answered(const struct sg_gate_verdict *verdict)
{
	static const enum sg_gate_code codes[] = {
		SG_GATE_CODE_APPROVALS_NOT_ANSWERED, SG_GATE_CODE_FREEZE_NOT_ANSWERED};

	for (size_t i = 0; i < SG_COUNT(codes); i++)
		if (strcmp(verdict->code, sg_gate_code_name(codes[i])) == 0)
			return true;
	return false;
}

static void say_elsewhere(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	bool has_mr = facts->approvals && facts->approvals->has_mr;

	if (spec->type == SG_GATE_APPROVAL && !has_mr)
		sg_gate_say(ret, arena, SG_GATE_CODE_NO_MERGE_REQUEST_YET,
			"pending: no merge request yet");
	else
		sg_gate_say(ret, arena, SG_GATE_CODE_OTHER_PHASE, "%s", rows[spec->type].elsewhere);
}

static void check_facts(unsigned needs, const struct sg_gate_facts *facts)
{
	SG_ASSERT(!(needs & SG_GATE_NEEDS_BEFORE) || facts->before);
	SG_ASSERT(!(needs & SG_GATE_NEEDS_APPROVALS) || facts->approvals);
	SG_ASSERT(!(needs & SG_GATE_NEEDS_FREEZES) || facts->freezes);
}

void sg_gate_decide(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	*ret = (struct sg_gate_verdict){
		.type = spec->type,
		.phase = facts->phase,
		.state = SG_VERDICT_CLOSED,
		.code = "",
		.sentence = "",
		.observed = "",
		.expected = "",
	};
	check_facts(sg_gate_needs(spec, facts->phase), facts);
	if (sg_gate_type_in_phase(spec->type, facts->phase))
		rows[spec->type].decide(spec, facts, arena, ret);
	else
		say_elsewhere(spec, facts, arena, ret);
}
