/* Advice: the verdicts of gates (gate/code.h). */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "OTHER_PHASE",
		.means = "This gate is not asked now, but in the other phase: before publishing, "
			 "or right before the merge.",
		.cause = "Soak is asked before a merge request is opened, approvals right before "
			 "it is merged; health and freeze are asked both times.",
		.remedy = "Nothing.",
	},
	{
		.code = "NO_MERGE_REQUEST_YET",
		.means = "Approvals are counted on the merge request, and there is none yet.",
		.cause = "The gates before it have not opened, or promote has not run yet.",
		.remedy = "Run promote; it opens the merge request as soon as it may.",
		.look = "stagegate promote SERVICE --to ENVIRONMENT\n",
	},
	{
		.code = "BEFORE_UNREADABLE",
		.means = "The environment before could not be read, so nobody can say that it is "
			 "healthy. What cannot be read keeps a gate closed.",
		.cause = "Its API server does not answer from this job, the kubeconfig has no "
			 "context for it, or its branch could not be fetched.",
		.remedy = "The gate's sentence has the cause. promote needs read access to the "
			  "clusters of both environments.",
		.look = "kubectl --context CONTEXT get applications.argoproj.io -A\n"
			"stagegate wait SERVICE --env BEFORE\n",
	},
	{
		.code = "IMAGE_UNKNOWN",
		.means = "Nobody can tell which image is to be promoted, or which one the files "
			 "of the environment before name.",
		.cause = "`image:` of the service is missing, its files carry no tag or digest, "
			 "or two environments before carry different ones.",
		.remedy = "Set `image:` of the service and let the files name a tag.",
		.look = "stagegate status SERVICE\n"
			"stagegate check\n",
	},
	{
		.code = "OTHER_IMAGE",
		.means = "The environment before no longer carries the version that is to be "
			 "promoted.",
		.cause = "A newer or another version was bumped there after this promotion began.",
		.remedy = "Promote what is there now, or bump the wanted version there again. A "
			  "merge request for the old one can be closed.",
		.look = "stagegate status SERVICE\n",
	},
	{
		.code = "OLDER_IMAGE",
		.means = "The environment before went back to an earlier version than the one to "
			 "promote.",
		.cause = "Somebody rolled back there, usually for a reason.",
		.remedy = "Ask for the reason before anything else. Close the merge request, or "
			  "bump the version there again.",
		.look = "git log --format='%h %cI %an %s' -10 origin/BRANCH -- apps/SERVICE\n",
	},
	{
		.code = "ORDER_UNKNOWN",
		.means = "The environment before carries another version, and Git does not tell "
			 "whether it came later.",
		.cause = "The history between the two could not be read: a shallow mirror, a "
			 "force push, or a server that does not answer.",
		.remedy = "Run it again later. If it stays, bump the wanted version there once "
			  "more.",
		.look = "git log --oneline -20 origin/BRANCH -- apps/SERVICE\n",
	},
	{
		.code = "IMAGE_NOT_SEEN",
		.means = "The application is Synced and Healthy, and no running pod shows the "
			 "wanted image. wait takes that as a success with this warning; a health "
			 "gate stays closed.",
		.cause = "The application has no pods now (a CronJob, zero replicas), its image "
			 "is named differently than `image:` says, or another place in the files "
			 "decides about it.",
		.remedy = "Compare `image:` with what runs. A service without pods cannot pass a "
			  "health gate.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.summary.images}'\n",
	},
	{
		.code = "HEALTHY",
		.means = "The gate is open: the environment before runs it, Synced and Healthy.",
		.cause = "Looked at just now, and not remembered.",
		.remedy = "Nothing.",
	},
	{
		.code = "SOAK_NOT_BEGUN",
		.means = "The soak time has not begun, because the environment before does not "
			 "run it well now.",
		.cause = "It is still rolling out, or it is not healthy. Each interruption begins "
			 "the time anew.",
		.remedy = "Get the environment before healthy first; the sentence names what is "
			  "wrong with it.",
		.look = "stagegate wait SERVICE --env BEFORE\n",
	},
	{
		.code = "SOAK_TIME_UNKNOWN",
		.means = "The cluster does not say since when the environment before runs it, so "
			 "the soak time cannot be counted.",
		.cause = "status.history of the Application is empty, or health has no "
			 "lastTransitionTime: it was never synced by a full sync, or its history "
			 "was cut off. With Flux, and without a controller, it is read from the "
			 "pods: none runs, or they cannot all be read, or a Deployment has no "
			 "progressDeadlineSeconds.",
		.remedy = "Sync it once in full. A revisionHistoryLimit of 0 makes soak gates "
			  "impossible. Otherwise the sentence says what is missing.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.history[-1:]} {.status.health}'\n"
			"kubectl -n NAMESPACE get deployment NAME -o "
			"jsonpath='{.status.conditions}'\n",
	},
	{
		.code = "SOAKING",
		.means = "It runs well in the environment before, and has not done so for long "
			 "enough.",
		.cause = "The soak time counts from the later of the deployment and the last "
			 "change of health, or without Argo CD from when the youngest pod was "
			 "ready, by the clock of the servers.",
		.remedy = "Wait. The report says when to look again; a scheduled pipeline runs "
			  "the same command then.",
		.look = "stagegate gate SERVICE --to ENVIRONMENT\n",
	},
	{
		.code = "SOAKED",
		.means = "The gate is open: it has run well for long enough.",
		.cause = "Counted by the clock of the servers.",
		.remedy = "Nothing.",
	},
	{
		.code = "APPROVALS_MISSING",
		.means = "Fewer people have approved than the gate asks for. Only approvals that "
			 "count are counted, and the report says of each why it does not.",
		.cause = "The author, bots, the person who asked for the promotion, people "
			 "outside of `from:` and, with `exclude: [authors]`, those who wrote the "
			 "version do not count; nor does an approval that was given for another "
			 "change.",
		.remedy = "Ask somebody of the named groups to approve the merge request. After "
			  "its content has changed, approve again. docs/gates.md has the rules.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/approvals\n"
			"stagegate gate SERVICE --to ENVIRONMENT\n",
	},
	{
		.code = "APPROVALS_UNREADABLE",
		.means = "Who approved, who asked, or who may approve cannot be told, and what "
			 "cannot be read keeps the gate closed.",
		.cause = "The token cannot see a group of `from:`, a note that records who asked "
			 "was changed or deleted, `exclude: [authors]` without `source:`, or a "
			 "commit whose author is no user of GitLab.",
		.remedy = "The sentence names which. Make the token's user a member of that group "
			  "(Guest is enough), set `source:`. When the record was changed or is "
			  "gone in part, delete the rest of it (our notes about who asked): the "
			  "next run begins it anew, and on a new merge request when somebody has "
			  "approved.",
		.look = "glab api groups/GROUP/members/all\n"
			"glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "APPROVALS_NOT_ANSWERED",
		.means = "GitLab does not answer about approvals at the moment, so the gate stays "
			 "closed for now.",
		.cause = "GitLab or something before it failed, was too slow or asks to come back "
			 "later, also after several tries.",
		.remedy = "Run it again; the report says when. If it stays so, look at GitLab's "
			  "health and rate limits.",
		.look = "glab api projects/GROUP%2FPROJECT/merge_requests/IID/approvals\n",
	},
	{
		.code = "NO_MERGE_REQUEST",
		.means = "The gate counts approvals, and this environment has no merge request to "
			 "count them on.",
		.cause = "The environment publishes by commit.",
		.remedy = "Set `publish: merge-request` for the environment.",
		.look = "stagegate check\n",
	},
	{
		.code = "HEAD_MOVED",
		.means = "The merge request changed while its approvals were read, so the count "
			 "would be of two moments.",
		.cause = "A push, a rebase or a merge happened in this very second.",
		.remedy = "Run it again. If it stays so, something pushes to the work branch all "
			  "the time.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "APPROVED",
		.means = "The gate is open: enough people have approved this very change.",
		.cause = "Counted when it was asked, against the membership of now.",
		.remedy = "Nothing.",
	},
	{
		.code = "FROZEN",
		.means = "A freeze period of the GitOps project holds.",
		.cause = "Somebody planned it: holidays, an audit, an incident.",
		.remedy = "Wait; the report says until when. Ending it early is a decision for "
			  "whoever planned it (Settings, CI/CD, Deploy freezes).",
		.look = "glab api projects/GROUP%2FPROJECT/freeze_periods\n",
	},
	{
		.code = "FREEZE_UNREADABLE",
		.means = "The freeze periods cannot be read, or one of them cannot be decided.",
		.cause = "The token lacks api, or a period's cron or time zone is one that GitLab "
			 "itself reads in a way of its own (docs/freeze-periods.md lists them).",
		.remedy = "The sentence names period and field. Rewrite it as two simple periods.",
		.look = "glab api projects/GROUP%2FPROJECT/freeze_periods\n",
	},
	{
		.code = "FREEZE_NOT_ANSWERED",
		.means = "GitLab does not answer about its freeze periods at the moment, so the "
			 "gate stays closed for now.",
		.cause = "GitLab or something before it failed, was too slow or asks to come back "
			 "later, also after several tries.",
		.remedy = "Run it again; the report says when. If it stays so, look at GitLab's "
			  "health and rate limits.",
		.look = "glab api projects/GROUP%2FPROJECT/freeze_periods\n",
	},
	{
		.code = "NOT_FROZEN",
		.means = "The gate is open: no freeze period holds now.",
		.cause = "Decided by GitLab's own rule and clock.",
		.remedy = "Nothing.",
	},
};

const struct sg_advice_table sg_advice_gates = {rows, SG_COUNT(rows)};
