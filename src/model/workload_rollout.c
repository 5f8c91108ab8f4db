/* Argo Rollouts: the phase that its controller writes, and before version 1.0 what it meant. */
#include <string.h>

#include "base/num.h"
#include "model/workload.h"

#define TEXT_MAX 300

static void say(struct sg_workload_reading *ret, enum sg_workload_state state,
	enum sg_app_code code, const char *sentence)
{
	*ret = (struct sg_workload_reading){state, code, sentence, false};
}

static void progresses(struct sg_workload_reading *ret, const char *sentence)
{
	say(ret, SG_WORKLOAD_PROGRESSING, SG_APP_CODE_PROGRESSING, sentence);
}

static void done(struct sg_workload_reading *ret)
{
	say(ret, SG_WORKLOAD_DONE, SG_APP_CODE_DEPLOYED, "");
}

/*
 * Has the controller seen the newest spec? Very old ones wrote a hash in the place of the number,
 * which may look like a number, too: then a larger one than any generation.
 */
static bool is_observed(const struct sg_workload *workload)
{
	uint64_t observed;

	if (workload->generation == SG_WORKLOAD_UNSAID)
		return true;
	if (!workload->rollout.observed[0])
		return false;
	if (!sg_num_u64(sg_str_of(workload->rollout.observed), &observed))
		return true;
	return observed >= (uint64_t)workload->generation;
}

/* The same for a template that is in another object. */
static bool is_workload_observed(const struct sg_rollout *rollout)
{
	return !rollout->workload_generation[0] || !rollout->workload_observed[0] ||
	       strcmp(rollout->workload_generation, rollout->workload_observed) == 0;
}

static bool has_reason(
	const struct sg_workload *workload, const char *type, const char *reason, const char **ret)
{
	const struct sg_workload_condition *condition = sg_workload_condition(workload, type);

	if (!condition || strcmp(condition->reason, reason) != 0)
		return false;
	*ret = condition->message;
	return true;
}

/* What went wrong, by the conditions that all versions write. */
static enum sg_app_code failure(const struct sg_workload *workload, const char **ret_message)
{
	*ret_message = workload->rollout.message;
	if (has_reason(workload, "Progressing", "ProgressDeadlineExceeded", ret_message))
		return SG_APP_CODE_PROGRESS_DEADLINE;
	if (has_reason(workload, "Progressing", "RolloutAborted", ret_message) ||
		workload->rollout.aborted)
		return SG_APP_CODE_ROLLOUT_ABORTED;
	if (has_reason(workload, "InvalidSpec", "InvalidSpec", ret_message))
		return SG_APP_CODE_ROLLOUT_DEGRADED;
	return SG_APP_CODE_NOT_SEEN;
}

static void failed(const struct sg_workload *workload, enum sg_app_code code, const char *message,
	struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const char *words = workload->rollout.message[0] ? workload->rollout.message : message;

	say(ret, SG_WORKLOAD_FAILED,
		code == SG_APP_CODE_NOT_SEEN ? SG_APP_CODE_ROLLOUT_DEGRADED : code,
		sg_arena_printf(arena, "%s%s%.*s",
			code == SG_APP_CODE_ROLLOUT_ABORTED ? "aborted, the stable version runs"
							    : "Degraded",
			words[0] ? ": " : "", TEXT_MAX, words));
}

static void paused(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const struct sg_rollout *rollout = &workload->rollout;
	const char *why = rollout->message;

	if (workload->paused)
		why = "spec.paused";
	else if (rollout->pauses.count)
		why = rollout->pauses.items[0];
	say(ret, SG_WORKLOAD_PAUSED, SG_APP_CODE_SUSPENDED,
		sg_arena_printf(arena, "paused%s%.*s", why[0] ? ": " : "", TEXT_MAX, why));
}

static bool is_stable(const struct sg_rollout *rollout)
{
	return rollout->current_hash[0] && strcmp(rollout->current_hash, rollout->stable_hash) == 0;
}

/* Where no phase is written: by the numbers and hashes (Argo Rollouts before 1.0). */
static void by_numbers(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const struct sg_rollout *rollout = &workload->rollout;

	if (workload->updated < workload->wanted && rollout->blue_green)
		progresses(ret, sg_arena_printf(arena, "%lld of %lld pods are of the new template",
					(long long)workload->updated, (long long)workload->wanted));
	else if (workload->available < workload->updated)
		progresses(
			ret, sg_arena_printf(arena, "%lld of %lld new pods are available",
				     (long long)workload->available, (long long)workload->updated));
	else if (rollout->blue_green
			 ? !rollout->current_hash[0] ||
				   strcmp(rollout->current_hash, rollout->active_hash) != 0
			 : !is_stable(rollout))
		progresses(ret, "not all of its steps are done");
	else if (!rollout->blue_green && workload->replicas > workload->updated)
		progresses(ret, "old pods are still there");
	else
		done(ret);
}

static void by_phase(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const struct sg_rollout *rollout = &workload->rollout;
	const char *phase = rollout->phase;

	if (strcmp(phase, "Healthy") == 0 && is_stable(rollout))
		done(ret);
	else if (strcmp(phase, "Paused") == 0)
		paused(workload, arena, ret);
	else if (strcmp(phase, "Degraded") == 0)
		failed(workload, SG_APP_CODE_NOT_SEEN, "", arena, ret);
	else
		progresses(ret, rollout->message[0]
					? sg_arena_printf(arena, "%.*s", TEXT_MAX, rollout->message)
					: "its new version is not the stable one yet");
}

void sg_workload_rollout_state(
	const struct sg_workload *workload, struct sg_arena *arena, struct sg_workload_reading *ret)
{
	const struct sg_rollout *rollout = &workload->rollout;
	const char *message, *ignored;
	enum sg_app_code code;

	if (!is_observed(workload) || !is_workload_observed(rollout)) {
		progresses(ret, "its controller has not looked at the new spec yet");
		ret->unobserved = true;
		return;
	}
	code = failure(workload, &message);
	if (code != SG_APP_CODE_NOT_SEEN)
		failed(workload, code, message, arena, ret);
	else if (rollout->controller_pause && rollout->pauses.count == 0 && !workload->paused)
		progresses(ret, "it goes on after a pause");
	else if (workload->paused || rollout->pauses.count ||
		 has_reason(workload, "Progressing", "RolloutPaused", &ignored))
		paused(workload, arena, ret);
	else if (rollout->phase[0])
		by_phase(workload, arena, ret);
	else
		by_numbers(workload, arena, ret);
}
