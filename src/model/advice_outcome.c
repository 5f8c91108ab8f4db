/* Advice: outcomes of runs and warnings (model/outcome.h). */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "COMMITTED",
		.means = "A commit with the change is on the branch. Its id is in the report and "
			 "in STAGEGATE_COMMIT.",
		.cause = "The push was accepted, or its lost answer was read back.",
		.remedy = "Wait until the cluster runs it: stagegate wait.",
	},
	{
		.code = "NOTHING_TO_DO",
		.means = "The values stand there already. Nothing was written.",
		.cause = "The same command has run before, or somebody else brought the version "
			 "there.",
		.remedy = "Nothing.",
	},
	{
		.code = "PLANNED",
		.means = "A dry run: the report has the plan and the diff, and nothing was "
			 "written.",
		.cause = "--dry-run, or edit without --write.",
		.remedy = "Run it without --dry-run; edit with --write.",
	},
	{
		.code = "GATES_OPEN",
		.means = "All gates are open for what would be promoted now. It is an answer of "
			 "this moment: promote asks again.",
		.cause = "Every gate passed.",
		.remedy = "stagegate promote.",
	},
	{
		.code = "MR_OPEN",
		.means = "The merge request is open for that version. What it waits for stands in "
			 "the sentence and in the report.",
		.cause = "mr open made it, or found it.",
		.remedy = "Nothing. mr merge or promote goes on when it may pass.",
		.look = "stagegate mr status SERVICE --to ENVIRONMENT\n",
	},
	{
		.code = "MR_MERGED",
		.means = "The merge request is merged. The report names the commit by which it "
			 "reached its branch.",
		.cause = "All gates were open, or it had been merged before.",
		.remedy = "Wait until the cluster runs it: stagegate wait, or promote.",
	},
	{
		.code = "MR_CLOSED",
		.means = "The merge request is closed with a note, and our branch is deleted; with "
			 "the warning BRANCH_KEPT the branch is there still.",
		.cause = "mr close.",
		.remedy = "Nothing. mr open or promote makes a new one.",
	},
	{
		.code = "MR_LIST",
		.means = "The report has every open merge request of ours, none when it is empty.",
		.cause = "mr list.",
		.remedy = "Nothing. mr status tells more about one of them.",
	},
	{
		.code = "MR_LIST_INCOMPLETE",
		.means =
			"The list is there, and some of its merge requests could not be read. Each "
			"such row says why, and has only what GitLab's list said of it.",
		.cause = "GitLab stopped answering in between, or did not let that one be read.",
		.remedy = "Explain the code that stands in the row; ask again later.",
		.look = "stagegate mr list --output json\n",
	},
	{
		.code = "MR_NONE",
		.means = "No merge request of ours is open for the service in this environment, "
			 "and its branch does not carry the version either. Nothing was done.",
		.cause = "None was opened, or it was closed since.",
		.remedy = "stagegate mr open, or promote.",
		.look = "stagegate mr list --env ENVIRONMENT\n",
	},
	{
		.code = "MR_NOT_MERGED",
		.means = "The merge request was closed, and its change did not reach the branch.",
		.cause = "A person closed it, a newer one took its place, or mr close did.",
		.remedy = "Ask whoever closed it. What a person has closed is not opened again for "
			  "the same version: reopen it in GitLab, or bring another version.",
		.look = "glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "MR_MERGED_ALREADY",
		.means = "The merge request was merged before it could be closed: the version is "
			 "on the branch.",
		.cause = "A run or a person merged it.",
		.remedy = "To take the version back, bring the one before: promote or bump with "
			  "--allow-older.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "FINDINGS",
		.means = "check found errors. Each stands in the report with its file and line, "
			 "often with a hint.",
		.cause = "The configuration or a place that it names is not right.",
		.remedy = "Correct them. Warnings alone do not fail a check.",
		.look = "stagegate check --repo .\n",
	},
	{
		.code = "NOT_READY",
		.means = "doctor found at least one error: a promotion would fail, or a gate would "
			 "bind nobody. Each stands in the report with what to do.",
		.cause = "A token, a setting of GitLab, a permission in the cluster or an "
			 "application is not as promotions need it, or a system does not answer.",
		.remedy = "Correct the errors, then run doctor again. Explain the id of a finding "
			  "to read more about it.",
		.look = "stagegate doctor --output json\n",
	},
	{
		.code = "BOARD",
		.means = "The board is complete: every cell could be read.",
		.cause = "Nothing was in the way.",
		.remedy = "Nothing. A board decides nothing: gate and wait do.",
	},
	{
		.code = "BOARD_INCOMPLETE",
		.means = "The board is there, and some of it could not be read. Each such cell "
			 "says why.",
		.cause = "A cluster does not answer, a branch is missing, or GitLab could not be "
			 "asked for merge requests.",
		.remedy = "Explain the code that stands in the cell.",
		.look = "stagegate status --output json\n",
	},
	{
		.code = "WRITTEN",
		.means = "Local files were written. init leaves what was there before as it was; "
			 "edit replaces the values that it names, and not a byte besides.",
		.cause = "init made what was missing, or edit --write changed values.",
		.remedy = "Read them, put in what is yours, commit and push them.",
		.look = "git status; git diff\n"
			"stagegate check --repo .\n",
	},
	{
		.code = "CHANGED_SINCE",
		.means = "The commit arrived, and somebody has changed the same values again "
			 "since.",
		.cause = "Another pipeline was right behind, or a person went back.",
		.remedy = "Look at the branch before you wait for this version.",
		.look = "git log --format='%h %cI %an %s' -5 origin/BRANCH\n",
	},
	{
		.code = "WENT_BACK",
		.means = "An older version took the place of a newer one. The commit keeps the "
			 "reason as its trailer Stagegate-Reason.",
		.cause = "--allow-older, with the --reason that the warning shows.",
		.remedy = "Nothing now. The next bump brings a newer version back: stop the "
			  "pipeline that would bring the bad one.",
		.look = "git log --grep=Stagegate-Reason -5 origin/BRANCH\n",
	},
	{
		.code = "CAME_BETWEEN",
		.means = "GitLab made our commit on top of one that changed the same file a moment "
			 "before, and took its change away. A second commit of ours has both.",
		.cause = "GitLab compares files before it commits, and not in the same moment.",
		.remedy =
			"Nothing is lost; look at the second commit. Where several writers of one "
			"file are at work all the time, publish by Git: `publish.via: git`.",
		.look = "git log --grep='keep what came in between' -5 origin/BRANCH\n",
	},
	{
		.code = "MR_NOT_SEEN",
		.means = "The branch carries this version, and a merge request was opened for it. "
			 "Whether that is still open cannot be seen.",
		.cause = "The token is for Git alone (`write_repository`), or GitLab did not "
			 "answer. "
			 "Git shows which merge requests there were, and not what became of them.",
		.remedy = "Look at it. If somebody closed it, ask why; to ask again, delete the "
			  "branch "
			  "and run again. With `read_api` beside `write_repository`, or with the "
			  "job's own token, bump sees for itself.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "MR_STYLE_LEFT_OUT",
		.means = "The merge request was opened without all that `merge_request:` of the "
			 "environment asks for; the warning names what is missing.",
		.cause = "bump opens it by push options, and GitLab has none for reviewers, and "
			 "none that says no to squashing or to deleting the branch.",
		.remedy = "Set it by hand, or open merge requests by `mr open`, with a token that "
			  "may "
			  "use the API.",
		.look = "glab mr update IID -R PROJECT --reviewer NAME\n",
	},
	{
		.code = "VIA_GIT",
		.means = "`publish.via: api` is configured, and this promotion or merge request "
			 "read "
			 "and wrote by Git.",
		.cause = "GitLab's API moves a branch without comparing where it is, and shows no "
			 "tree of a commit. So it could take away somebody's commit on our branch, "
			 "and "
			 "nothing could prove that a head carries our change and no other.",
		.remedy = "Nothing is wrong. The token needs `write_repository`, which is part of "
			  "`api`; with `publish.via: auto` it is not said.",
		.look = "stagegate explain VIA_GIT\n",
	},
	{
		.code = "SHARED_VALUE",
		.means = "The value has an anchor that other places use: they changed with it.",
		.cause = "--shared, which allows that.",
		.remedy = "Look at all places of the anchor, whether they were meant.",
		.look = "grep -n '[&*]NAME' FILE\n",
	},
	{
		.code = "IMAGE_NOT_CHECKED",
		.means = "No image was expected, so only revision, sync and health were looked at.",
		.cause = "The service has no `image:`, or the files of that commit could not be "
			 "read from here.",
		.remedy = "Set `image:` of the service, or name one with --image.",
		.look = "stagegate check\n",
	},
	{
		.code = "REVISION_NOT_COMPARED",
		.means = "The environment follows workloads, which say no revision: the one that "
			 "was "
			 "named only says which image is expected.",
		.cause = "--revision, where no GitOps controller is asked.",
		.remedy =
			"None is needed: the image was compared. What else that commit changed was "
			"not.",
		.look = "stagegate explain NOT_APPLIED\n",
	},
	{
		.code = "READ_ONLY",
		.means = "No refresh could be asked for, so this relied on Argo CD's own polling. "
			 "It is slower, and says no less.",
		.cause = "The Role allows no patch on applications.",
		.remedy = "Allow patch, if you want it faster (docs/argocd-permissions.md says "
			  "what else that allows).",
		.look = "kubectl auth can-i patch applications.argoproj.io -n NAMESPACE\n",
	},
	{
		.code = "SYNC_NOT_PERMITTED",
		.means = "`sync: true` allows to start a sync, and the cluster does not.",
		.cause = "The Role allows no patch on applications; of Argo CD's own API, the "
			 "token's role has no `sync`.",
		.remedy = "Allow it, start the sync by hand, or switch automated sync on.",
		.look = "kubectl auth can-i patch applications.argoproj.io -n NAMESPACE\n",
	},
	{
		.code = "ROLLOUT_NOT_PERMITTED",
		.means = "`rollout:` of the environment allows to resume or to abort Rollouts, and "
			 "the cluster does not.",
		.cause = "The Role in the namespace of the Rollout allows no patch on "
			 "rollouts/status.",
		.remedy = "Apply docs/rbac/rollouts.yaml there, or resume it by hand.",
		.look = "kubectl auth can-i patch rollouts.argoproj.io --subresource=status -n "
			"NAMESPACE\n"
			"kubectl argo rollouts promote NAME -n NAMESPACE\n",
	},
	{
		.code = "POLLING",
		.means = "The Application is read again and again, because it may not be watched.",
		.cause = "The Role allows no list or watch on applications.",
		.remedy = "Allow get, list and watch.",
		.look = "kubectl auth can-i watch applications.argoproj.io -n NAMESPACE\n",
	},
	{
		.code = "BESIDE_UNREADABLE",
		.means = "A child application, the project or the application set could not be "
			 "read. Where the answer depends on it, the wait goes on until its time is "
			 "up; else only a cause may be missing.",
		.cause = "The Role does not allow to get appprojects or applicationsets, or "
			 "children are in a namespace where it allows nothing.",
		.remedy = "Allow what docs/argocd-permissions.md lists, also in the namespaces of "
			  "the children.",
		.look = "kubectl auth can-i get applicationsets.argoproj.io -n NAMESPACE\n",
	},
	{
		.code = "WORKLOADS_UNREADABLE",
		.means = "Deployments, pods or other workloads of the application could not be "
			 "read, so that a stuck pod fails a roll-out no earlier than Argo CD says "
			 "so, and its reason is not in the report.",
		.cause = "No Role in the namespace of the workloads lets this user read them: the "
			 "warning names the first rule that is missing. Or the context that "
			 "`cluster: {workloads: ...}` names does not answer, or is not the "
			 "cluster that the application deploys to: the warning names the "
			 "context.",
		.remedy = "Allow get and list there on deployments, statefulsets, daemonsets, "
			  "replicasets (apps), jobs, cronjobs (batch), rollouts (argoproj.io) and "
			  "pods, list on events, and get on pods/log for --pod-logs; of Argo CD's "
			  "own API `applications, get` and `logs, get`.",
		.look = "kubectl auth can-i list pods -n APP_NAMESPACE\n"
			"kubectl auth can-i get deployments.apps -n APP_NAMESPACE\n",
	},
	{
		.code = "DEPLOYMENT_NOT_RECORDED",
		.means = "The roll-out went as the report says, and GitLab's list of deployments "
			 "does not show it.",
		.cause = "GitLab refused it or did not answer: the environment is protected from "
			 "this token's user, the job's own token is of another project, or no "
			 "GitLab is named.",
		.remedy = "Give the token the role Developer in the GitOps project, or let it "
			  "deploy to the protected environment; or take away "
			  "`gitlab.environment`. The next run for the same commit records it.",
		.look = "glab api projects/:id/deployments\n",
	},
	{
		.code = "DOTENV_LEFT_OUT",
		.means = "A value is not in the dotenv report, because GitLab could not take it.",
		.cause = "It is longer than 1 KiB, has a line break, or the file would be larger "
			 "than 5 KiB.",
		.remedy = "Name fewer services at once, or read the value from --report-json.",
	},
	{
		.code = "BRANCH_KEPT",
		.means = "The merge request is closed, and its branch was not deleted.",
		.cause = "The branch carries something that is not our change, or another merge "
			 "request from it is open and would end with it; the warning names the "
			 "commit or the request.",
		.remedy = "Keep what is wanted elsewhere and close that request, then delete the "
			  "branch. Until then the next promotion of the service answers "
			  "BRANCH_BUSY where something else is on it.",
		.look = "git push origin --delete stagegate/ENVIRONMENT/SERVICE\n",
	},
	{
		.code = "NO_GITLAB",
		.means = "The board has no merge requests, because there is no GitLab to ask.",
		.cause = "The repository is on another Git server, or no token for GitLab's API "
			 "was given.",
		.remedy = "Set STAGEGATE_GITLAB_URL and STAGEGATE_GITLAB_TOKEN, if it is a GitLab.",
	},
	{
		.code = "SAMPLE_IMAGES",
		.means = "The files name images of a registry that does not exist.",
		.cause = "init was not told where your images are.",
		.remedy = "Run init again in an empty folder with --image-prefix, or replace the "
			  "name in the files.",
		.look = "grep -rn registry.example.com .\n",
	},
};

const struct sg_advice_table sg_advice_outcomes = {rows, SG_COUNT(rows)};
