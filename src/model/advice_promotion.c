/* Advice: the steps of a promotion (model/promotion.h). */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "MERGED_PAST_GATE",
		.means = "It was merged while a gate was closed, and not by a run that had asked "
			 "it. It is on the branch and may run, and it is never reported as a "
			 "success.",
		.cause = "A person who may merge pressed the button, an administrator did, or "
			 "another bot; or GitLab did by itself, told by stagegate before the "
			 "gates came. The message says who and which gate.",
		.remedy = "Decide whether it stays. To take it back, revert the merge. Then close "
			  "the door: only the bot may be \"allowed to merge\". docs/recovery.md "
			  "goes through it.",
		.look = "glab mr view IID -R PROJECT\n"
			"git revert -m 1 SHA\n"
			"glab api projects/GROUP%2FPROJECT/protected_branches\n",
	},
	{
		.code = "PUBLISHED",
		.means = "The branch carries the version; what is left is that the cluster runs "
			 "it.",
		.cause = "It was merged or committed, by this run or an earlier one.",
		.remedy = "Nothing: promote goes on as wait does. If that fails, the report has "
			  "the deployment's own code.",
	},
	{
		.code = "OLDER",
		.means = "The files carry a newer version than the one to bump or promote. Older "
			 "never replaces newer by itself. Nothing was written.",
		.cause = "Another pipeline was faster, somebody fixed the target by hand, the "
			 "pipeline of an older commit runs again, or the environment before was "
			 "rolled back.",
		.remedy = "Look at both. To go back on purpose, run the same command with "
			  "--allow-older and --reason TEXT: a promotion goes through all gates as "
			  "ever, and its merge request shows the reason to those who approve.",
		.look = "stagegate status SERVICE\n"
			"git log --oneline -10 origin/BRANCH -- apps/SERVICE\n",
	},
	{
		.code = "MR_MERGING",
		.means = "GitLab is merging the request right now (state \"locked\").",
		.cause = "A merge takes some seconds. One that stays so was interrupted inside "
			 "GitLab.",
		.remedy = "Run the same command again. After minutes, an administrator can unlock "
			  "it.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_HEAD_UNKNOWN",
		.means = "GitLab and Git name different heads of the work branch, so nothing was "
			 "concluded.",
		.cause = "A push has just happened, or one of GitLab's replicas lags behind.",
		.remedy = "Run the same command again.",
		.look = "git ls-remote URL refs/heads/stagegate/ENVIRONMENT/SERVICE\n"
			"glab mr view IID -R PROJECT\n",
	},
	{
		.code = "REQUESTER_UNRECORDED",
		.means = "Nothing on the merge request says yet who asked for this promotion; it "
			 "is written down now.",
		.cause = "A run was killed between opening it and writing the note.",
		.remedy = "Nothing: promote does it.",
	},
	{
		.code = "REQUESTER_UNKNOWN",
		.means = "Nothing on the merge request says who asked for this promotion, and "
			 "somebody has approved already. It is closed and opened anew.",
		.cause = "The note that said it was changed or deleted, or a run was killed "
			 "before it wrote the note. Whoever asked may be among those who approved.",
		.remedy = "Nothing: promote does it. Approvals have to be given again.",
	},
	{
		.code = "NEWER_VERSION",
		.means = "A newer version takes the place of the one in the open merge request.",
		.cause = "The environment before has moved on, and its gates let the newer one in.",
		.remedy = "Nothing: promote does it. Approvals of the older version no longer "
			  "count.",
	},
	{
		.code = "TARGET_MOVED",
		.means = "The target branch has moved, and the edit is made again on its present "
			 "tip.",
		.cause = "Another service was promoted, or somebody committed there.",
		.remedy = "Nothing: promote does it. Approvals go on counting, because the change "
			  "is the same.",
	},
	{
		.code = "MR_NEEDS_REBASE",
		.means = "GitLab wants the change on the target's tip before it merges, and "
			 "promote puts it there.",
		.cause = "The project merges by fast-forward or semi-linear, or GitLab sees a "
			 "conflict that is none.",
		.remedy = "Nothing: promote does it.",
	},
	{
		.code = "MR_SETTLING",
		.means = "GitLab says that the merge request is not open any more, and does not "
			 "say yet what it is.",
		.cause = "It was merged or closed a moment ago.",
		.remedy = "Run the same command again.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "PIPELINE_FAILED",
		.means = "The pipeline of the merge request failed or was cancelled. It is not "
			 "merged.",
		.cause = "A check of the GitOps repository found something, or a runner was "
			 "missing or broke.",
		.remedy = "The report names the job. Correct and run again, or retry the job: the "
			  "same command then goes on.",
		.look = "glab ci view stagegate/ENVIRONMENT/SERVICE -R PROJECT\n"
			"glab ci retry JOB -R PROJECT\n",
	},
	{
		.code = "PIPELINE_MANUAL",
		.means = "The pipeline waits for somebody to play a job.",
		.cause = "A job with `when: manual` that is not allowed to fail stands before the "
			 "end.",
		.remedy = "Play it, then run the same command again.",
		.look = "glab ci view stagegate/ENVIRONMENT/SERVICE -R PROJECT\n",
	},
	{
		.code = "PIPELINE_RUNNING",
		.means = "The pipeline of the merge request had not ended when the time was up.",
		.cause = "It is slow, or waits for a runner or a resource group.",
		.remedy = "Run the same command again; it goes on. Give it more --timeout if that "
			  "is normal here.",
		.look = "glab ci view stagegate/ENVIRONMENT/SERVICE -R PROJECT\n",
	},
	{
		.code = "PIPELINE_MISSING",
		.means = "The project has CI, and the head of the merge request had no pipeline "
			 "when the time was up. It is not merged without one.",
		.cause = "No job matches (`rules:`, `workflow:`), the commit message or a push "
			 "option skips CI, the limit of pipelines is reached, or the push was made "
			 "with a job token, which starts none.",
		.remedy = "Let at least one job run for merge requests, and push with a project "
			  "access token.",
		.look = "glab ci list -R PROJECT\n"
			"glab api projects/GROUP%2FPROJECT/merge_requests/IID/pipelines\n",
	},
	{
		.code = "PIPELINE_STARTED",
		.means = "\"Pipelines must succeed\" is on, no pipeline came for the head, and "
			 "one is started for it, once.",
		.cause = "`merge_request: {start_pipeline: true}` says so.",
		.remedy = "Nothing: it goes on when the pipeline has succeeded.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/pipelines\n",
	},
	{
		.code = "PIPELINE_NEVER_CAME",
		.means = "\"Pipelines must succeed\" is on, and the head of the merge request got "
			 "no pipeline within --pipeline-grace. GitLab never merges it so.",
		.cause = "No job matches (`rules:`, `workflow:`), the commit message or a push "
			 "option skips CI, or the push was made with a job token, which starts "
			 "none. Where one was started, the sentence has GitLab's words.",
		.remedy = "Let at least one job run for merge requests. `merge_request: "
			  "{start_pipeline: true}` in stagegate.yaml lets stagegate start one, "
			  "once for each head. Where an outside service reports late, give it "
			  "more --pipeline-grace. Then run the same command again.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/pipelines\n"
			"glab api -X POST projects/GROUP%2FPROJECT/merge_requests/IID/pipelines\n",
	},
	{
		.code = "PIPELINE_SETTLING",
		.means = "The pipeline has ended, and GitLab has not taken note of it yet.",
		.cause = "GitLab works that off in the background.",
		.remedy = "Run the same command again.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_BLOCKED",
		.means = "GitLab would not merge it, and neither we nor time can heal that.",
		.cause = "Another merge request blocks it, it has no change, its branch is "
			 "missing, or GitLab gives a reason that is not known here.",
		.remedy = "Open the merge request; GitLab says there what it wants. Closing it "
			  "lets the next run open a new one.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "GATES_CLOSED",
		.means = "A gate is closed and stays so until somebody changes something. The "
			 "report names it, with what was observed and expected.",
		.cause = "The environment before failed or went back, or something that the gate "
			 "needs cannot be read.",
		.remedy = "Explain the gate's own code, which stands in its row.",
		.look = "stagegate gate SERVICE --to ENVIRONMENT\n",
	},
	{
		.code = "GATES_WAIT",
		.means = "A gate is closed, and time or a person can open it.",
		.cause = "Soak time, an approval, a freeze period, or an environment before that "
			 "is still rolling out.",
		.remedy = "Explain the gate's own code. Run the same command again at \"next "
			  "look\", or when the person has approved.",
		.look = "stagegate gate SERVICE --to ENVIRONMENT\n",
	},
	{
		.code = "MR_WAITS_FOR_PERSON",
		.means = "GitLab itself waits for a person before it merges.",
		.cause = "A draft, open threads, requested changes, approvals that GitLab "
			 "requires, another merge request that goes first, or locked files.",
		.remedy = "Do what the sentence says in GitLab, then run the same command again.",
		.look = "glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "GATES_OPENED",
		.means = "All gates are open and our status on the commit says so; GitLab has not "
			 "let the pipeline end yet.",
		.cause = "GitLab works that off in the background.",
		.remedy = "Run the same command again.",
		.look = "glab ci status -b stagegate/ENVIRONMENT/SERVICE -R PROJECT\n",
	},
	{
		.code = "MERGE_BY_HAND",
		.means = "All gates are open, and the environment says that a person merges "
			 "(`merge: human`).",
		.cause = "That is what stagegate.yaml wants.",
		.remedy = "Merge it in GitLab, then run the same command again: it waits until "
			  "the cluster runs it.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MERGEABLE",
		.means = "All gates are open and GitLab would merge; promote merges now.",
		.cause = "Everything was looked at right before.",
		.remedy = "Nothing.",
	},
	{
		.code = "MERGE_TRAIN_NEEDED",
		.means = "The project merges by merge trains, and the environment has gates that "
			 "are decided right before the merge. A train merges later than that, and "
			 "a merge of our own would pass by the train. Neither is done.",
		.cause = "Merge trains are on in the settings of the GitOps project, and the "
			 "environment has a health, approval or freeze gate.",
		.remedy = "Turn merge trains off for the GitOps project (Settings > Merge "
			  "requests): stagegate makes the edit again wherever the target moves. "
			  "Or keep the trains and leave the gates away; a soak gate may stay. Or "
			  "let a person merge (`merge: human`).",
		.look = "glab api projects/GROUP%2FPROJECT\n",
	},
	{
		.code = "AUTO_MERGE_DUE",
		.means = "GitLab is told to merge this very head by itself: by its merge train "
			 "where the project has them, else by auto-merge.",
		.cause = "`merge: gitlab`, or a project with merge trains and no gates that are "
			 "decided right before the merge.",
		.remedy = "Nothing.",
	},
	{
		.code = "AUTO_MERGE_SET",
		.means =
			"GitLab merges it by itself, when its pipeline succeeds. It was not merged "
			"when the time was up.",
		.cause = "`merge: gitlab`. The pipeline is slow, or waits for a runner.",
		.remedy = "Run the same command again; it goes on. GitLab merges also while nobody "
			  "waits.",
		.look = "glab mr view IID -R PROJECT\n"
			"glab ci status -b stagegate/ENVIRONMENT/SERVICE -R PROJECT\n",
	},
	{
		.code = "ON_MERGE_TRAIN",
		.means = "It is on GitLab's merge train, or gets on it when its pipeline succeeds. "
			 "It was not merged when the time was up.",
		.cause = "Other merge requests are before it, or a pipeline of the train is slow.",
		.remedy = "Run the same command again; it goes on. GitLab merges also while nobody "
			  "waits.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_trains/BRANCH\n"
			"glab mr view IID -R PROJECT\n",
	},
	{
		.code = "AUTO_MERGE_WITHDRAWN",
		.means =
			"A person has told GitLab not to merge this head by itself. stagegate does "
			"not tell it again.",
		.cause = "Somebody cancelled the auto-merge, or took it from the merge train; "
			 "GitLab's own note on the merge request says who.",
		.remedy = "Ask that person. To go on, set the auto-merge in GitLab, or put it back "
			  "on the train, and run the same command again. A new version begins "
			  "anew.",
		.look = "glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "AUTO_MERGE_TAKEN_BACK",
		.means = "GitLab was going to merge it by itself, and it may not pass now: that is "
			 "taken back.",
		.cause = "A gate has closed since, the head is not our change any more, or the "
			 "pipeline failed. Or somebody set the auto-merge in an environment whose "
			 "gates are decided right before the merge.",
		.remedy = "The sentence says which. When it is so again, the same command goes on.",
		.look = "stagegate gate SERVICE --to ENVIRONMENT\n"
			"glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "MR_REJECTED",
		.means = "A person closed the merge request of exactly this version. promote does "
			 "not open it again.",
		.cause = "Somebody said no.",
		.remedy = "Ask who closed it and why. Reopen it to say yes after all; another "
			  "version gets a merge request of its own.",
		.look = "glab mr view IID -R PROJECT --comments\n"
			"glab mr reopen IID -R PROJECT\n",
	},
	{
		.code = "PUBLISHABLE",
		.means = "All gates before publishing are open; promote commits, or opens the "
			 "merge request.",
		.cause = "Everything was looked at right before.",
		.remedy = "Nothing.",
	},
};

const struct sg_advice_table sg_advice_promotions = {rows, SG_COUNT(rows)};
