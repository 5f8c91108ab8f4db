#include "model/promotion.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"

static bool is_past_gate(const struct sg_promotion_facts *f)
{
	return f->past_gate;
}

static bool is_void(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->locked && (f->published || (f->head_known && f->head_done));
}

static bool is_published(const struct sg_promotion_facts *f)
{
	return f->published;
}

static bool is_older(const struct sg_promotion_facts *f)
{
	return f->older;
}

static bool is_locked(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->locked;
}

/* Its branch was deleted, and GitLab has seen that: no head will come. */
static bool is_headless(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->has_branch && f->status == SG_MR_CLASS_BLOCKED;
}

static bool may_be_headless(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->has_branch && f->status == SG_MR_CLASS_RECHECK;
}

static bool is_unknown_head(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->head_known;
}

static bool is_foreign(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->head_ours;
}

static bool is_unrecorded(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->recorded && !f->approved;
}

/* It was written down once, perhaps, and whoever it was may be among those who approved. */
static bool is_approved_unrecorded(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->recorded && f->approved;
}

static bool lets_pass(enum sg_gate_state worst)
{
	return worst == SG_VERDICT_PASS || worst == SG_VERDICT_LATER;
}

/* A newer version takes the place of the open one only when its own publish gates let it. */
static bool is_overtaken(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->head_wanted && lets_pass(f->publish_gates);
}

/* The target went on since, and nothing newer may take the place of the open one yet. */
static bool has_older_head(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->head_older;
}

static bool is_behind(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->head_fits;
}

/* GitLab sees a conflict, or wants a rebase, though the merge is clean: it wants our tip. */
static bool is_to_be_moved(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_REAPPLY && !f->head_on_tip;
}

/* The head is on the tip already: GitLab has not looked yet. */
static bool is_unseen(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_REAPPLY;
}

static bool is_unprepared(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->prepared;
}

static bool is_unchecked(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_RECHECK;
}

static bool is_checking(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_WAIT;
}

static bool is_settling(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_FINAL;
}

static bool has_failed_pipeline(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->pipeline == SG_PIPELINE_FAILED;
}

static bool has_manual_pipeline(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->pipeline == SG_PIPELINE_MANUAL;
}

static bool has_running_pipeline(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->pipeline_waits_for_us &&
	       (f->pipeline == SG_PIPELINE_RUNNING || f->pipeline == SG_PIPELINE_UNKNOWN);
}

/*
 * Right after a push the pipeline is not linked yet, and a merge then would go through without it
 * (gitlab.md 6.5).
 */
static bool lacks_pipeline(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->pipeline == SG_PIPELINE_NONE &&
	       (f->pipeline_wanted || f->status == SG_MR_CLASS_PIPELINE);
}

static bool is_pipeline_settling(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_PIPELINE && !f->pipeline_waits_for_us;
}

static bool is_blocked(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_BLOCKED;
}

static bool is_at_merge_gates(const struct sg_promotion_facts *f)
{
	return f->has_mr && (f->status == SG_MR_CLASS_GO || f->status == SG_MR_CLASS_PERSON ||
				    f->pipeline_waits_for_us);
}

/* It is ours by what it carries, and it was not us who brought it: anybody may push our branch. */
static bool is_unasked(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->head_asked;
}

/*
 * A gate that is decided before publishing may have come into the configuration after that. It is
 * asked again before a merge of ours, while the environment before has this very version; and one
 * that nobody asked for has not passed any yet, whoever is to merge it.
 */
static bool has_early_gates(const struct sg_promotion_facts *f)
{
	bool came_later = f->merge == SG_MERGE_AUTO && f->early_gated && !f->as_open;

	return is_at_merge_gates(f) && f->head_wanted &&
	       (came_later || (f->merge != SG_MERGE_GITLAB && is_unasked(f)));
}

/* All gates are open: our status says so now, and GitLab takes note of it. */
static bool is_to_be_told(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->pipeline_waits_for_us;
}

static bool has_closed_merge_gate(const struct sg_promotion_facts *f)
{
	return (is_at_merge_gates(f) && f->merge_gates == SG_VERDICT_CLOSED) ||
	       (has_early_gates(f) && f->publish_gates == SG_VERDICT_CLOSED);
}

static bool has_waiting_merge_gate(const struct sg_promotion_facts *f)
{
	return (is_at_merge_gates(f) && f->merge_gates == SG_VERDICT_WAIT) ||
	       (has_early_gates(f) && f->publish_gates == SG_VERDICT_WAIT);
}

static bool is_a_persons_turn(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_PERSON;
}

static bool is_merged_by_hand(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->merge == SG_MERGE_HUMAN;
}

static bool is_mergeable(const struct sg_promotion_facts *f)
{
	return f->has_mr && f->status == SG_MR_CLASS_GO;
}

static bool is_rejected(const struct sg_promotion_facts *f)
{
	return f->rejected;
}

static bool has_closed_publish_gate(const struct sg_promotion_facts *f)
{
	return f->publish_gates == SG_VERDICT_CLOSED;
}

static bool has_waiting_publish_gate(const struct sg_promotion_facts *f)
{
	return f->publish_gates == SG_VERDICT_WAIT;
}

static bool is_committed(const struct sg_promotion_facts *f)
{
	return f->publish == SG_PUBLISH_COMMIT;
}

/* What nobody has seen is not pushed over. */
static bool has_unknown_branch(const struct sg_promotion_facts *f)
{
	return f->has_branch && !f->head_known;
}

static bool has_foreign_branch(const struct sg_promotion_facts *f)
{
	return f->has_branch && !f->head_ours;
}

static bool has_ready_branch(const struct sg_promotion_facts *f)
{
	return f->has_branch && f->head_ours && f->head_wanted && f->head_fits;
}

/* Where GitLab is to merge by itself. It decides later than we look: only without gates for that.
 * On a project with merge trains a merge of our own would pass by them. */
static bool is_gitlabs(const struct sg_promotion_facts *f)
{
	return f->has_mr && !f->gated &&
	       (f->merge == SG_MERGE_GITLAB || (f->merge == SG_MERGE_AUTO && f->trains));
}

/* Neither we nor a train can merge it as the project and the environment want it. */
static bool needs_train(const struct sg_promotion_facts *f)
{
	return f->trains && f->gated && f->publish == SG_PUBLISH_MERGE_REQUEST &&
	       f->merge != SG_MERGE_HUMAN;
}

/* GitLab has nothing against it, but for a pipeline perhaps. */
static bool may_be_gitlabs(const struct sg_promotion_facts *f)
{
	return is_gitlabs(f) && !f->pipeline_waits_for_us &&
	       (f->status == SG_MR_CLASS_GO || f->status == SG_MR_CLASS_PIPELINE);
}

static bool is_on_train(const struct sg_promotion_facts *f)
{
	return may_be_gitlabs(f) && f->armed && f->trains;
}

static bool is_armed(const struct sg_promotion_facts *f)
{
	return may_be_gitlabs(f) && f->armed;
}

static bool is_withdrawn(const struct sg_promotion_facts *f)
{
	return may_be_gitlabs(f) && f->withdrawn;
}

/* Without a pipeline GitLab would merge at once, where one is still to come (gitlab.md 6.5). */
static bool is_to_be_armed(const struct sg_promotion_facts *f)
{
	return may_be_gitlabs(f) &&
	       (f->pipeline == SG_PIPELINE_RUNNING ||
		       (f->status == SG_MR_CLASS_GO &&
			       (f->pipeline == SG_PIPELINE_SUCCESS ||
				       f->pipeline == SG_PIPELINE_SKIPPED ||
				       (f->pipeline == SG_PIPELINE_NONE && !f->pipeline_wanted))));
}

/* The gates before publishing go on being asked while GitLab may merge at any moment. */
static bool has_left_gates(const struct sg_promotion_facts *f)
{
	return is_gitlabs(f) && f->head_wanted && (!f->as_open || is_unasked(f));
}

static bool has_closed_left_gate(const struct sg_promotion_facts *f)
{
	return has_left_gates(f) && f->publish_gates == SG_VERDICT_CLOSED;
}

static bool has_waiting_left_gate(const struct sg_promotion_facts *f)
{
	return has_left_gates(f) && f->publish_gates == SG_VERDICT_WAIT;
}

static bool is_overdue(const struct sg_promotion_facts *f)
{
	return lacks_pipeline(f) && f->pipeline_overdue;
}

static bool is_to_be_started(const struct sg_promotion_facts *f)
{
	return is_overdue(f) && f->may_start && !f->started;
}

/* Who merges, with gates or because a person is to: our own name on it is left of another time. */
static bool is_anothers_merge(const struct sg_promotion_facts *f)
{
	return (f->gated && (f->merge == SG_MERGE_AUTO || !lets_pass(f->merge_gates))) ||
	       (f->merge == SG_MERGE_HUMAN && f->armed_by_us);
}

/*
 * GitLab may merge it at any moment, whoever told it to, and we would not: it ends here, a gate is
 * not open, it is us who merge once the gates were asked right before, or a person does.
 */
static bool is_armed_in_vain(const struct sg_promotion_facts *f)
{
	struct sg_promotion_facts plain = *f;
	const struct sg_promotion_step *step;

	if (!f->has_mr || f->locked || !f->armed)
		return false;
	plain.armed = false;
	step = sg_promotion_decide(&plain);
	if (step->action == SG_DO_STOP &&
		(step->end != SG_END_PENDING || strcmp(step->code, "GATES_WAIT") == 0))
		return true;
	return is_anothers_merge(f) &&
	       (step->action == SG_DO_STOP || step->action == SG_DO_LOOK_AGAIN ||
		       step->action == SG_DO_RECHECK);
}

static bool always(const struct sg_promotion_facts *f)
{
	(void)f;
	return true;
}

static const struct row {
	bool (*fits)(const struct sg_promotion_facts *f);
	struct sg_promotion_step step;
} rows[] = {
	{is_armed_in_vain, {SG_DO_DISARM, SG_END_NONE, "AUTO_MERGE_TAKEN_BACK",
				   "GitLab would merge it by itself, and it may not pass now"}},
	{is_past_gate, {SG_DO_STOP, SG_END_FAILED, "MERGED_PAST_GATE",
			       "it was merged while a gate was closed"}},
	{is_void,
		{SG_DO_CLOSE, SG_END_NONE, "SUPERSEDED", "the target carries the version already"}},
	{is_published, {SG_DO_AWAIT, SG_END_NONE, "PUBLISHED",
			       "the target carries the version; the cluster has to run it"}},
	{is_older, {SG_DO_STOP, SG_END_CONFLICT, "OLDER",
			   "the target carries a newer version than the one to promote"}},
	{is_locked, {SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_MERGING", "GitLab is merging it"}},
	{is_headless, {SG_DO_STOP, SG_END_FAILED, "MR_BLOCKED", "GitLab would not merge it"}},
	{may_be_headless, {SG_DO_RECHECK, SG_END_NONE, "MR_UNCHECKED",
				  "GitLab has not tested whether it can be merged"}},
	{is_unknown_head, {SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_HEAD_UNKNOWN",
				  "GitLab and Git do not agree about the head yet"}},
	{is_foreign, {SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY",
			     "the branch carries something that is not our change"}},
	{needs_train, {SG_DO_STOP, SG_END_FAILED, "MERGE_TRAIN_NEEDED",
			      "the project merges by merge trains, which decide later than the "
			      "gates of this environment"}},
	{is_unrecorded, {SG_DO_RECORD, SG_END_NONE, "REQUESTER_UNRECORDED",
				"who asks for it is not written down yet"}},
	{is_approved_unrecorded,
		{SG_DO_RENEW, SG_END_NONE, "REQUESTER_UNKNOWN", "nothing says who asked for it"}},
	{is_overtaken, {SG_DO_PUSH, SG_END_NONE, "NEWER_VERSION",
			       "a newer version takes the place of the open one"}},
	{has_older_head, {SG_DO_STOP, SG_END_CONFLICT, "OLDER",
				 "the target carries a newer version than the open merge request"}},
	{is_behind, {SG_DO_PUSH, SG_END_NONE, "TARGET_MOVED",
			    "the edit goes onto the target as it is now"}},
	{is_to_be_moved, {SG_DO_PUSH, SG_END_NONE, "MR_NEEDS_REBASE",
				 "the edit goes onto the target as it is now"}},
	{is_unseen, {SG_DO_RECHECK, SG_END_NONE, "MR_CHECKING",
			    "GitLab has not tested the new head yet"}},
	{is_unprepared, {SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_PREPARING",
				"GitLab is preparing the merge request"}},
	{is_unchecked, {SG_DO_RECHECK, SG_END_NONE, "MR_UNCHECKED",
			       "GitLab has not tested whether it can be merged"}},
	{is_checking, {SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_CHECKING", "GitLab is at work"}},
	{is_settling, {SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_SETTLING",
			      "GitLab says that it is not open any more"}},
	{has_failed_pipeline, {SG_DO_STOP, SG_END_FAILED, "PIPELINE_FAILED",
				      "the pipeline of the merge request has failed"}},
	{has_manual_pipeline, {SG_DO_STOP, SG_END_PENDING, "PIPELINE_MANUAL",
				      "the pipeline waits for somebody to play a job"}},
	{has_closed_left_gate, {SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED",
				       "a gate is closed until somebody changes something"}},
	{has_waiting_left_gate,
		{SG_DO_STOP, SG_END_PENDING, "GATES_WAIT", "a gate waits for time or a person"}},
	{is_on_train, {SG_DO_LOOK_AGAIN, SG_END_NONE, "ON_MERGE_TRAIN",
			      "GitLab's merge train takes it, when its pipelines succeed"}},
	{is_armed, {SG_DO_LOOK_AGAIN, SG_END_NONE, "AUTO_MERGE_SET",
			   "GitLab merges it when its pipeline succeeds"}},
	{is_withdrawn, {SG_DO_STOP, SG_END_PENDING, "AUTO_MERGE_WITHDRAWN",
			       "somebody has told GitLab not to merge it by itself"}},
	{is_to_be_armed,
		{SG_DO_ARM, SG_END_NONE, "AUTO_MERGE_DUE", "GitLab is to merge it by itself"}},
	{has_running_pipeline,
		{SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_RUNNING", "the pipeline is running"}},
	{is_to_be_started, {SG_DO_START, SG_END_NONE, "PIPELINE_STARTED",
				   "no pipeline came for the head: it is given one"}},
	{is_overdue, {SG_DO_STOP, SG_END_FAILED, "PIPELINE_NEVER_CAME",
			     "the head has to have a pipeline, and none came"}},
	{lacks_pipeline, {SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_MISSING",
				 "the head has no pipeline yet"}},
	{is_pipeline_settling, {SG_DO_LOOK_AGAIN, SG_END_NONE, "PIPELINE_SETTLING",
				       "GitLab has not taken note of the pipeline's end yet"}},
	{is_blocked, {SG_DO_STOP, SG_END_FAILED, "MR_BLOCKED", "GitLab would not merge it"}},
	{has_closed_merge_gate, {SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED",
					"a gate is closed until somebody changes something"}},
	{has_waiting_merge_gate,
		{SG_DO_STOP, SG_END_PENDING, "GATES_WAIT", "a gate waits for time or a person"}},
	{is_a_persons_turn, {SG_DO_STOP, SG_END_PENDING, "MR_WAITS_FOR_PERSON",
				    "somebody has to do something in GitLab"}},
	{is_to_be_told, {SG_DO_LOOK_AGAIN, SG_END_NONE, "GATES_OPENED",
				"all gates are open; GitLab has to take note of that"}},
	{is_merged_by_hand, {SG_DO_STOP, SG_END_PENDING, "MERGE_BY_HAND",
				    "all gates are open; a person merges it"}},
	{is_mergeable, {SG_DO_MERGE, SG_END_NONE, "MERGEABLE", "all gates are open"}},
	{is_rejected, {SG_DO_STOP, SG_END_FAILED, "MR_REJECTED",
			      "a person has closed the merge request of this version"}},
	{has_closed_publish_gate, {SG_DO_STOP, SG_END_FAILED, "GATES_CLOSED",
					  "a gate is closed until somebody changes something"}},
	{has_waiting_publish_gate,
		{SG_DO_STOP, SG_END_PENDING, "GATES_WAIT", "a gate waits for time or a person"}},
	{is_committed, {SG_DO_COMMIT, SG_END_NONE, "PUBLISHABLE", "all gates are open"}},
	{has_unknown_branch, {SG_DO_LOOK_AGAIN, SG_END_NONE, "MR_HEAD_UNKNOWN",
				     "GitLab and Git do not agree about the head yet"}},
	{has_foreign_branch, {SG_DO_STOP, SG_END_CONFLICT, "BRANCH_BUSY",
				     "the branch carries something that is not our change"}},
	{has_ready_branch, {SG_DO_OPEN, SG_END_NONE, "PUBLISHABLE", "our branch is ready"}},
	{always, {SG_DO_PUSH, SG_END_NONE, "PUBLISHABLE", "all gates are open"}},
};

const struct sg_promotion_step *sg_promotion_row(int index)
{
	return index >= 0 && index < (int)SG_COUNT(rows) ? &rows[index].step : NULL;
}

const struct sg_promotion_step *sg_promotion_decide(const struct sg_promotion_facts *f)
{
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (rows[i].fits(f))
			return &rows[i].step;
	SG_BUG("a promotion that no row fits");
}

bool sg_promotion_asks_publish_gates(const struct sg_promotion_facts *f)
{
	if (f->past_gate || f->published || f->older || needs_train(f))
		return false;
	if (!f->has_mr)
		return !f->rejected;
	return f->head_known && f->head_ours && !f->locked &&
	       (!f->head_wanted || is_unasked(f) || has_left_gates(f) || has_early_gates(f));
}

/* Does it matter what they say? */
bool sg_promotion_asks_merge_gates(const struct sg_promotion_facts *f)
{
	struct sg_promotion_facts open = *f, closed = *f;

	open.merge_gates = SG_VERDICT_PASS;
	closed.merge_gates = SG_VERDICT_CLOSED;
	return f->has_mr && sg_promotion_decide(&open) != sg_promotion_decide(&closed);
}
