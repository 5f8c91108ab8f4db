/* Advice: what GitLab says about a merge request (model/mr.h). */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "MR_MERGEABLE",
		.means = "GitLab would merge it.",
		.cause = "All of GitLab's own checks pass. Our gates are another question.",
		.remedy = "Nothing.",
	},
	{
		.code = "MR_PREPARING",
		.means = "GitLab is still preparing the merge request, and nothing is merged "
			 "before that.",
		.cause = "It is new. A busy GitLab takes minutes.",
		.remedy = "Run the same command again. If it stays so, Sidekiq is stuck: tell an "
			  "administrator.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_CHECKING",
		.means = "GitLab is testing whether it can be merged.",
		.cause = "Its head or target has just moved.",
		.remedy = "Run the same command again.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_APPROVALS_SYNCING",
		.means = "GitLab is recalculating its own approvals.",
		.cause = "A push happened a moment ago.",
		.remedy = "Run the same command again.",
	},
	{
		.code = "MR_MERGE_TIME",
		.means = "The merge request has a \"merge after\" time, and it has not come.",
		.cause = "Somebody set it in GitLab.",
		.remedy = "Wait, or take the time away.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_STATUS_CHECKS",
		.means = "An external status check has not passed.",
		.cause = "The service behind it has not answered, or said no.",
		.remedy = "Look at that service.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/status_checks\n",
	},
	{
		.code = "MR_UNCHECKED",
		.means = "GitLab has not tested whether it can be merged, and was asked to.",
		.cause = "An idle merge request is tested only when somebody asks; with a busy "
			 "GitLab that takes minutes.",
		.remedy = "Run the same command again.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/merge_ref\n",
	},
	{
		.code = "MR_CONFLICT",
		.means = "GitLab sees a conflict with the target branch.",
		.cause = "The target has changed the same lines.",
		.remedy = "Nothing at first: promote makes the edit again on the present tip. If "
			  "it stays, the files on the target are of another shape.",
		.look = "git fetch origin && git diff "
			"origin/TARGET...origin/stagegate/ENVIRONMENT/SERVICE\n",
	},
	{
		.code = "MR_NEED_REBASE",
		.means = "It is behind its target, and the project wants it on the tip.",
		.cause = "Fast-forward or semi-linear merges.",
		.remedy = "Nothing: promote makes the edit again on the present tip.",
	},
	{
		.code = "MR_CI_RUNNING",
		.means = "Its pipeline is running.",
		.cause = "It has not ended yet.",
		.remedy = "Wait, or run the same command again.",
		.look = "glab ci view stagegate/ENVIRONMENT/SERVICE -R PROJECT\n",
	},
	{
		.code = "MR_CI_MUST_PASS",
		.means = "The project wants a pipeline that succeeded; this one failed, waits, or "
			 "is missing.",
		.cause = "\"Pipelines must succeed\" is on.",
		.remedy = "Look at the pipeline. One that only waits for our own status goes on "
			  "by itself.",
		.look = "glab ci view stagegate/ENVIRONMENT/SERVICE -R PROJECT\n",
	},
	{
		.code = "MR_POLICY_PIPELINES",
		.means = "A security policy wants all pipelines of the latest commit to pass.",
		.cause = "One of them has not.",
		.remedy = "Look at all pipelines of the merge request.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/pipelines\n",
	},
	{
		.code = "MR_DRAFT",
		.means = "It is a draft.",
		.cause = "Somebody marked it so, to hold it back.",
		.remedy = "Ask who did; mark it as ready.",
		.look = "glab mr update IID --ready -R PROJECT\n",
	},
	{
		.code = "MR_DISCUSSIONS",
		.means = "It has threads that are not resolved, and the project wants them "
			 "resolved.",
		.cause = "Somebody asked something.",
		.remedy = "Answer, and resolve the threads.",
		.look = "glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "MR_REQUESTED_CHANGES",
		.means = "A reviewer requested changes.",
		.cause = "Somebody does not want it merged as it is.",
		.remedy = "Talk to them; they take it back.",
		.look = "glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "MR_NOT_APPROVED",
		.means = "GitLab's own approval rules are not satisfied.",
		.cause = "The project has rules of its own beside our gate (Premium).",
		.remedy = "Approve as those rules want.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/approvals\n",
	},
	{
		.code = "MR_BLOCKED_BY_OTHER",
		.means = "Another merge request has to be merged first.",
		.cause = "Somebody made it depend on that one.",
		.remedy = "Merge the other one, or take the dependency away.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/blocks\n",
	},
	{
		.code = "MR_POLICY_VIOLATED",
		.means = "It violates a security policy.",
		.cause = "A scan found something, or the policy wants an approval of its own.",
		.remedy = "Open the merge request; its security section says what.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_JIRA_MISSING",
		.means = "The project wants a Jira issue in title or description.",
		.cause = "The Jira integration demands it.",
		.remedy = "Exempt this project, or write the key into `commit: subject`.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_TITLE",
		.means = "The title does not match what the project demands.",
		.cause = "A rule about titles.",
		.remedy = "Let the rule accept our titles, or change `commit: subject` in "
			  "stagegate.yaml.",
		.look = "glab api projects/GROUP%2FPROJECT\n",
	},
	{
		.code = "MR_LOCKED_PATHS",
		.means = "It changes a path that somebody has locked.",
		.cause = "A path lock in GitLab.",
		.remedy = "Ask whoever holds the lock.",
		.look = "glab api projects/GROUP%2FPROJECT/path_locks\n",
	},
	{
		.code = "MR_LOCKED_FILES",
		.means = "It changes LFS files that somebody has locked.",
		.cause = "A lock of Git LFS.",
		.remedy = "Ask whoever holds the lock.",
		.look = "git lfs locks\n",
	},
	{
		.code = "MR_NO_COMMITS",
		.means = "Its source branch is missing or has no change.",
		.cause = "Somebody deleted or reset the branch.",
		.remedy = "Close it; the next run makes both anew.",
		.look = "git ls-remote URL refs/heads/stagegate/ENVIRONMENT/SERVICE\n",
	},
	{
		.code = "MR_BROKEN",
		.means = "GitLab calls it broken: a conflict, or a branch that is missing.",
		.cause = "Older versions of GitLab say no more than that.",
		.remedy = "Open it in GitLab. Closing it lets the next run make a new one.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_NOT_OPEN",
		.means = "It is merged or closed.",
		.cause = "Somebody did that, or we did.",
		.remedy = "Run the same command again: it finds out which.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_STATUS_UNKNOWN",
		.means = "GitLab gives a reason that this version of stagegate does not know. An "
			 "unknown reason is never taken as a yes.",
		.cause = "GitLab is newer than this stagegate.",
		.remedy = "Open the merge request, and do what it says there. Update stagegate.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID\n",
	},
};

const struct sg_advice_table sg_advice_requests = {rows, SG_COUNT(rows)};
