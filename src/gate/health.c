#include <string.h>

#include "base/attr.h"
#include "gate/decide.h"

/*
 * publish: the environment before runs exactly the image that is promoted, and its files say so.
 * merge: it runs what its files say, and that is this image or one published there after it.
 * Both: row 23 of the decision table, with the image seen.
 */

static bool is_none(const char *text)
{
	return !text || !*text;
}

static void close_unknown_image(
	const struct sg_gate_before *before, struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	if (is_none(before->image))
		sg_gate_say(ret, arena, SG_GATE_CODE_IMAGE_UNKNOWN,
			"nobody can tell which image is to be promoted from %s",
			before->environment);
	else
		sg_gate_say(ret, arena, SG_GATE_CODE_IMAGE_UNKNOWN,
			"the files of %s do not say which image it runs", before->environment);
}

/* False when the files name an image that does not let this one pass; said in RET then. */
static bool files_agree(const struct sg_gate_before *before, enum sg_gate_phase phase,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	if (strcmp(before->image, before->image_files) == 0)
		return true;
	if (phase == SG_PHASE_PUBLISH) {
		sg_gate_say(ret, arena, SG_GATE_CODE_OTHER_IMAGE,
			"the files of %s say %s, and %s is to be promoted", before->environment,
			before->image_files, before->image);
		return false;
	}
	switch (before->newer) {
	case SG_ANSWER_YES:
		return true;
	case SG_ANSWER_NO:
		sg_gate_say(ret, arena, SG_GATE_CODE_OLDER_IMAGE,
			"%s went back to %s, which was not published there after %s",
			before->environment, before->image_files, before->image);
		return false;
	case SG_ANSWER_UNKNOWN:
		break;
	}
	sg_gate_say(ret, arena, SG_GATE_CODE_ORDER_UNKNOWN,
		"the files of %s say %s, and Git does not tell whether that came after %s",
		before->environment, before->image_files, before->image);
	return false;
}

/* Row and words of the decision table, which are not the gate's own. */
static void say_row(const struct sg_gate_before *before, enum sg_gate_state state,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	const struct sg_app_verdict *verdict = &before->verdict;

	ret->state = state;
	ret->code = sg_app_code_name(verdict->code);
	ret->sentence =
		sg_arena_printf(arena, "%s in %s: %s", before->application, before->environment,
			verdict->message && verdict->message[0] ? verdict->message
								: sg_app_code_text(verdict->code));
}

/* What a success is called where the environment is. */
static const char *well(const struct sg_gate_before *before)
{
	if (before->follow == SG_FOLLOW_WORKLOAD)
		return "rolled out";
	return before->follow == SG_FOLLOW_APPLICATION ? "Synced and Healthy" : "applied and Ready";
}

static void judge_success(
	const struct sg_gate_before *before, struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	bool same = strcmp(before->image, before->image_files) == 0;

	if (before->verdict.row != SG_APP_ROW_23)
		say_row(before, SG_VERDICT_WAIT, arena, ret);
	else if (!before->image_seen)
		sg_gate_say(ret, arena, SG_GATE_CODE_IMAGE_NOT_SEEN,
			"%s in %s is %s, and %s is not seen to run there", before->application,
			before->environment, well(before), before->image_files);
	else if (same)
		sg_gate_say(ret, arena, SG_GATE_CODE_HEALTHY, "%s runs %s, %s", before->environment,
			before->image, well(before));
	else
		sg_gate_say(ret, arena, SG_GATE_CODE_HEALTHY,
			"%s runs %s, published there after %s, %s", before->environment,
			before->image_files, before->image, well(before));
}

static void judge_cluster(
	const struct sg_gate_before *before, struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	switch (before->verdict.kind) {
	case SG_APP_SUCCESS:
		judge_success(before, arena, ret);
		return;
	case SG_APP_POLICY:
	case SG_APP_WAIT:
		say_row(before, SG_VERDICT_WAIT, arena, ret);
		return;
	case SG_APP_FAIL:
		break;
	}
	say_row(before, SG_VERDICT_CLOSED, arena, ret);
}

/* Since when; only where the rows before say that the object is about this revision. */
static int64_t since(const struct sg_gate_before *before)
{
	static const enum sg_app_row of_health[] = {
		SG_APP_ROW_18, SG_APP_ROW_19, SG_APP_ROW_20, SG_APP_ROW_21, SG_APP_ROW_23};

	for (size_t i = 0; i < SG_COUNT(of_health); i++)
		if (before->verdict.row == of_health[i])
			return before->health_unix_s;
	return 0;
}

static void say_seen(const struct sg_gate_before *before, enum sg_gate_phase phase,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	ret->observed = sg_arena_printf(
		arena, "%s, %s", before->image_files, sg_app_code_name(before->verdict.code));
	ret->expected = sg_arena_printf(arena, "%s%s, %s", before->image,
		phase == SG_PHASE_MERGE ? " or one published after it" : "", well(before));
}

void sg_gate_health(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	const struct sg_gate_before *before = facts->before;

	(void)spec;
	if (before->trouble.words) {
		sg_gate_say(ret, arena, SG_GATE_CODE_BEFORE_UNREADABLE, "%s cannot be read: %s",
			before->environment, before->trouble.words);
		ret->next_look_unix_s = sg_gate_again(facts, &before->trouble);
		return;
	}
	if (is_none(before->image) || is_none(before->image_files)) {
		close_unknown_image(before, arena, ret);
	} else {
		say_seen(before, facts->phase, arena, ret);
		if (files_agree(before, facts->phase, arena, ret)) {
			judge_cluster(before, arena, ret);
			ret->since_unix_s = since(before);
		}
	}
	if (ret->state == SG_VERDICT_WAIT)
		ret->next_look_unix_s = before->next_look_unix_s;
}
