/* Advice: what an Argo CD Application answers (model/app_verdict.h). */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "NOT_SEEN",
		.means = "The Application could not be read even once before the time was up.",
		.cause = "The API server does not answer, or the watch never came up. If it does "
			 "not exist, the code is APPLICATION_NOT_FOUND instead.",
		.remedy = "Look whether the cluster answers from this runner, and run it again.",
		.look = "kubectl --context CONTEXT -n NAMESPACE get application APP\n"
			"kubectl get --raw /readyz\n",
	},
	{
		.code = "APP_DELETED",
		.means = "The Application was there and is gone, or is being deleted.",
		.cause = "Somebody deleted it, an ApplicationSet no longer generates it, or a "
			 "parent application pruned it.",
		.remedy = "Find out who wanted that. If it is made anew, run the same wait again.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.metadata.deletionTimestamp}'\n"
			"kubectl -n NAMESPACE get applicationsets.argoproj.io\n",
	},
	{
		.code = "RECONCILE_OFF",
		.means = "Argo CD is told to leave this Application alone, so it will never "
			 "change by itself.",
		.cause = "The annotation argocd.argoproj.io/skip-reconcile is \"true\": set by a "
			 "person during an incident, or by a tool.",
		.remedy = "Ask who set it. Remove it when it is no longer wanted.",
		.look = "kubectl -n NAMESPACE annotate application APP "
			"argocd.argoproj.io/skip-reconcile-\n",
	},
	{
		.code = "WRONG_REPOSITORY",
		.means = "No source of the Application reads from the GitOps repository that was "
			 "changed.",
		.cause = "The Application deploys from another repository or a chart registry, "
			 "`application:` names the wrong one, or the repository moved and the "
			 "Application was not told.",
		.remedy = "Compare repoURL with the repository in the report. Correct "
			  "`application:` or the Application.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.spec.source.repoURL} {.spec.sources[*].repoURL}'\n",
	},
	{
		.code = "WRONG_REVISION_TARGET",
		.means = "The Application reads from the repository, and tracks another branch, "
			 "tag or commit than the environment's branch. It will never deploy this "
			 "change.",
		.cause = "targetRevision was pinned during an incident and left so, `branch:` in "
			 "stagegate.yaml is wrong, or the branch was renamed.",
		.remedy = "Let targetRevision name the environment's branch, or correct `branch:`.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.spec.source.targetRevision} "
			"{.spec.sources[*].targetRevision}'\n",
	},
	{
		.code = "SPEC_INVALID",
		.means = "Argo CD refuses the Application's own specification (condition "
			 "InvalidSpecError), and the refusal stood.",
		.cause = "The project does not allow this repository, cluster or namespace, the "
			 "project does not exist, the destination is unknown, or two sources "
			 "contradict each other.",
		.remedy = "The condition's text says which. Correct the Application or its "
			  "AppProject.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.conditions}'\n"
			"kubectl -n NAMESPACE get appproject PROJECT -o yaml\n",
	},
	{
		.code = "CONTROLLER_ERROR",
		.means = "Argo CD reports an error of its own about the Application (condition "
			 "UnknownError), and it stood.",
		.cause = "The cluster is not reachable from Argo CD, its cache or repo server "
			 "fails, or the status has become too large for the API server.",
		.remedy = "The condition's text says more, the controller's log the rest.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.conditions}'\n"
			"kubectl -n NAMESPACE logs statefulset/argocd-application-controller "
			"--tail 100\n",
	},
	{
		.code = "COMPARISON_ERROR",
		.means = "Argo CD cannot produce or compare the manifests, after a hard refresh "
			 "and again after a grace period. What runs is what ran before.",
		.cause = "Helm or kustomize fails on the change, a values file or path is "
			 "missing, a chart cannot be fetched, or Argo CD cannot reach the Git "
			 "server.",
		.remedy = "The condition's text is the tool's own error. Render it at the same "
			  "commit, correct the files, push. A Git server that was away heals by "
			  "itself.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.conditions}'\n"
			"helm template PATH -f PATH/values.yaml\n",
	},
	{
		.code = "HYDRATION_FAILED",
		.means = "The source hydrator could not write the hydrated manifests for this "
			 "commit, so nothing new is deployed.",
		.cause = "The dry manifests cannot be generated, or Argo CD may not push to the "
			 "branch it hydrates to.",
		.remedy = "The message names the cause. Correct the files, or give Argo CD write "
			  "access to that branch.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.sourceHydrator.currentOperation}'\n",
	},
	{
		.code = "SYNC_RETRYING",
		.means = "The sync failed at least once, and Argo CD is about to try it again.",
		.cause = "A resource is refused or not ready yet. By default there are five "
			 "retries with growing pauses, together more than five minutes.",
		.remedy = "Look at the message now rather than at the end. With "
			  "--fail-on-sync-error wait does not stay for the retries.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.operationState.message}'\n",
	},
	{
		.code = "SYNC_FAILED",
		.means = "The sync of this change ended in failure. Part of it may have been "
			 "applied.",
		.cause = "The API server refused a resource (invalid field, immutable field, "
			 "webhook, quota, missing CRD or namespace), or Argo CD's account may not "
			 "write it.",
		.remedy = "The sentence names resource and message, and `cause` which of these it "
			  "is, where that can be told. Correct the manifests and "
			  "push: Argo CD does not try the same commit again by itself.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.operationState.syncResult.resources}'\n"
			"argocd app get APP --show-operation\n",
	},
	{
		.code = "HOOK_FAILED",
		.means = "A hook of the sync (PreSync, Sync, PostSync) failed. With a failed "
			 "PostSync hook the new version may well be running.",
		.cause = "The hook's Job failed: a migration, a smoke test, a missing secret, or "
			 "its deadline.",
		.remedy = "Read the log of the Job that the evidence names, before its pods are "
			  "cleaned up. Correct it and push.",
		.look = "kubectl -n APP_NAMESPACE get jobs,pods\n"
			"kubectl -n APP_NAMESPACE logs job/HOOK\n",
	},
	{
		.code = "SYNC_TERMINATED",
		.means = "Somebody ended the running sync.",
		.cause = "A person pressed terminate, a tool did before starting another one, or "
			 "it took longer than Argo CD lets a sync take (its controller's "
			 "sync timeout).",
		.remedy = "Ask who and why. Start it again with a new commit, or sync by hand.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.operationState.operation.initiatedBy}'\n",
	},
	{
		.code = "CRD_MISSING",
		.means = "A resource is of a kind, or of a version of it, that the cluster does "
			 "not have. It is the cause of a sync that failed.",
		.cause = "The CustomResourceDefinition is not installed there, not yet, or serves "
			 "other versions than the one that the manifest names.",
		.remedy = "Install what brings the CRD, in an earlier sync wave or an Application "
			  "of its own, or correct apiVersion; then push, or sync again.",
		.look = "kubectl get crds\n"
			"kubectl api-resources --api-group GROUP\n",
	},
	{
		.code = "ADMISSION_DENIED",
		.means = "An admission webhook, or a ValidatingAdmissionPolicy, does not let a "
			 "resource into the cluster. It is the cause of a sync that failed.",
		.cause = "A rule of the cluster (Kyverno, Gatekeeper, a policy of its own) that "
			 "the manifest breaks; the message names the webhook, and mostly the rule.",
		.remedy = "Correct the manifest and push, or have the rule changed by whoever owns "
			  "it.",
		.look = "kubectl get validatingwebhookconfigurations,"
			"mutatingwebhookconfigurations\n"
			"kubectl get validatingadmissionpolicies\n",
	},
	{
		.code = "WEBHOOK_DOWN",
		.means = "The API server could not ask an admission webhook, and applies nothing "
			 "without it. It is the cause of a sync that failed.",
		.cause = "The pods of the webhook's service are down or just starting, its "
			 "certificate is wrong, or a network policy keeps the API server from it.",
		.remedy = "Bring the service back, then sync again: the commit is all right.",
		.look = "kubectl get validatingwebhookconfigurations,"
			"mutatingwebhookconfigurations\n",
	},
	{
		.code = "SYNC_WINDOW",
		.means = "A sync window of the AppProject keeps the Application from being synced "
			 "now.",
		.cause = "A deny window is open, or an allow window is closed. Argo CD writes "
			 "nothing about that: the Application just stays out of sync.",
		.remedy = "Wait until the window ends, or change the window. With "
			  "--fail-on-sync-window wait ends at once.",
		.look = "kubectl -n NAMESPACE get appproject PROJECT -o "
			"jsonpath='{.spec.syncWindows}'\n",
	},
	{
		.code = "SYNC_RUNNING",
		.means = "A sync of this change was still running when the time was up.",
		.cause = "A hook or a sync wave that takes long or never gets healthy, or many "
			 "resources.",
		.remedy = "See what it waits for. Run the same command again to go on, with more "
			  "--timeout if that is normal here.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.operationState.message}'\n",
	},
	{
		.code = "OLDER_SYNC_RUNNING",
		.means = "A sync of an older commit is still running or retrying, and this change "
			 "has to wait for it.",
		.cause = "The older commit is broken and is retried for minutes, or one of its "
			 "hooks hangs. Argo CD does not let a newer commit overtake it.",
		.remedy = "If it cannot succeed, end it; the newer one starts by itself.",
		.look = "argocd app terminate-op APP\n"
			"kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.operationState}'\n",
	},
	{
		.code = "OLDER_REVISION",
		.means = "Argo CD has not compared the Application at this change yet. However "
			 "green it looks, that is the commit before.",
		.cause = "No webhook, and its own polling takes up to six minutes; the refresh "
			 "could not be asked for; the controller is down or busy; or the commit "
			 "does not touch the paths that it watches.",
		.remedy = "Run it again. If it stays so, see whether the controller is up and "
			  "whether Argo CD reaches the branch.",
		.look = "kubectl -n NAMESPACE annotate application APP "
			"argocd.argoproj.io/refresh=normal\n"
			"kubectl -n NAMESPACE get pods\n",
	},
	{
		.code = "HYDRATING",
		.means = "The source hydrator is still working on this commit.",
		.cause = "Rendering takes long, or many Applications are hydrated to one branch.",
		.remedy = "Run the same command again to go on.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.sourceHydrator}'\n",
	},
	{
		.code = "SUPERSEDED",
		.means = "What was waited for is no longer on the branch, or no longer what the "
			 "target needs. As the code of a wait it is a failure; as a step of a "
			 "promotion it closes a merge request whose version the target carries "
			 "already.",
		.cause = "The branch was force-pushed or reset; or somebody brought the same "
			 "version there by another way.",
		.remedy = "Look what is on the branch now. If your change is still wanted, bump "
			  "or promote it again.",
		.look = "git fetch origin && git log --oneline -10 origin/BRANCH\n"
			"git branch -r --contains SHA\n",
	},
	{
		.code = "ANCESTRY_UNKNOWN",
		.means = "Git could not tell whether the commit that Argo CD compared contains "
			 "this change.",
		.cause = "The Git server did not answer, or does not hand out that commit (a "
			 "shallow mirror, a commit that was removed by a force push).",
		.remedy = "Run it again. If it stays, see whether the server has that commit.",
		.look = "git fetch origin SHA && git merge-base --is-ancestor WANTED SHA; echo "
			"$?\n",
	},
	{
		.code = "SPEC_CHANGED",
		.means = "The Application was changed after Argo CD last compared it, so its "
			 "status is about something else.",
		.cause = "Somebody, or a parent application, is changing source or destination "
			 "right now.",
		.remedy = "Run it again. If it stays, two writers fight about the Application.",
		.look = "kubectl -n NAMESPACE get application APP -o yaml\n",
	},
	{
		.code = "STALE_STATUS",
		.means = "The status is older than the last sync, so it proves nothing.",
		.cause = "The controller is busy, or its compare after the sync has not come yet.",
		.remedy = "Run it again. If it stays, see whether the controller is up.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.reconciledAt} {.status.operationState.finishedAt}'\n",
	},
	{
		.code = "AUTOSYNC_REFUSED",
		.means = "Automated sync has given up on this commit, and never tries the same "
			 "one again.",
		.cause = "The sync of exactly this commit failed before, or it would have removed "
			 "every resource (allowEmpty is off).",
		.remedy = "The condition SyncError says which. Correct and push a new commit, or "
			  "sync by hand.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.conditions}'\n"
			"argocd app sync APP\n",
	},
	{
		.code = "NEEDS_PRUNE",
		.means = "All that differs are resources that are no longer in Git and that "
			 "nobody prunes.",
		.cause = "Prune is off for the Application, or a resource is kept by the "
			 "annotation Prune=false.",
		.remedy = "Delete them, or turn prune on. With --allow-prune-warning this is a "
			  "warning and no failure.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.resources[?(@.requiresPruning==true)]}'\n"
			"argocd app sync APP --prune\n",
	},
	{
		.code = "OUT_OF_SYNC",
		.means = "The commit was compared, and automated sync had not started when the "
			 "time was up.",
		.cause = "A sync window, a controller that is busy, or a difference that comes "
			 "back after each sync (an operator or a webhook that writes to the same "
			 "fields, while selfHeal syncs it again and again).",
		.remedy = "Look which resources differ, and run it again.",
		.look = "argocd app diff APP\n"
			"kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.resources}'\n",
	},
	{
		.code = "STILL_OUT_OF_SYNC",
		.means = "This very commit was synced, and the cluster still differs from it.",
		.cause = "An operator, a webhook or an autoscaler writes to fields that Git sets, "
			 "a field is normalised by the API server, or somebody changes it by hand "
			 "while selfHeal is off.",
		.remedy = "See the difference. Take the field out of Git or add it to "
			  "ignoreDifferences; end the other writer.",
		.look = "argocd app diff APP\n",
	},
	{
		.code = "APPSET_STEP",
		.means = "The ApplicationSet decides when this Application may sync, and its turn "
			 "has not come.",
		.cause = "A RollingSync strategy: an earlier step is not healthy yet, or waits "
			 "for a person; or no step selects the Application, so that the set never "
			 "syncs it.",
		.remedy = "The sentence names what the step waits for. Let a step select the "
			  "Application, or sync it by hand.",
		.look = "kubectl -n NAMESPACE get applicationset SET -o "
			"jsonpath='{.status.applicationStatus}'\n",
	},
	{
		.code = "NEEDS_MANUAL_SYNC",
		.means = "The change is compared and waits for a sync that nobody starts by "
			 "itself.",
		.cause = "Automated sync is off for this Application.",
		.remedy = "Sync it by hand, turn automated sync on, or let stagegate start it: "
			  "`sync: true` of the environment.",
		.look = "argocd app sync APP\n"
			"kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.spec.syncPolicy}'\n",
	},
	{
		.code = "DEGRADED",
		.means = "The new version is there and its health is Degraded, without a break "
			 "for the whole grace period.",
		.cause = "Pods crash or cannot pull their image, a roll-out passed its deadline, "
			 "a Rollout was aborted (then the old version runs), or a certificate or "
			 "volume is broken.",
		.remedy = "The evidence names the resources. Look at the pods; the previous "
			  "version comes back with a commit that sets the previous tag.",
		.look = "kubectl -n APP_NAMESPACE get pods\n"
			"kubectl -n APP_NAMESPACE describe deployment NAME\n"
			"kubectl -n APP_NAMESPACE logs deployment/NAME --all-containers --tail "
			"50\n",
	},
	{
		.code = "PROGRESSING",
		.means = "The roll-out was still going on when the time was up.",
		.cause = "Slow start, a readiness probe that does not pass, an image that cannot "
			 "be pulled, no room in the cluster. Argo CD calls it Degraded only after "
			 "the deadline of the Deployment (ten minutes).",
		.remedy = "Look at the newest pods. Run the same command again to go on.",
		.look = "kubectl -n APP_NAMESPACE get pods\n"
			"kubectl -n APP_NAMESPACE get events --sort-by .lastTimestamp\n",
	},
	{
		.code = "SUSPENDED",
		.means = "The roll-out is paused and waits for somebody.",
		.cause = "A Rollout at a pause step, a paused Deployment, a suspended Job; also a "
			 "suspended CronJob, where the workloads cannot be read. "
			 "--suspended says what that counts for.",
		.remedy = "Let it go on, or use --suspended ok where a pause is as good as "
			  "healthy.",
		.look = "kubectl argo rollouts get rollout NAME -n APP_NAMESPACE\n"
			"kubectl argo rollouts promote NAME -n APP_NAMESPACE\n",
	},
	{
		.code = "MISSING",
		.means = "None of the resources exist yet.",
		.cause = "The first sync has not happened, or the namespace is missing.",
		.remedy = "Look whether a sync runs or is held back.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.resources}'\n",
	},
	{
		.code = "HEALTH_UNKNOWN",
		.means = "Argo CD says nothing about the health.",
		.cause = "It cannot reach the cluster, or a health check of its own fails.",
		.remedy = "Look at the conditions and at the cluster's connection in Argo CD.",
		.look = "kubectl -n NAMESPACE get application APP -o jsonpath='{.status.health} "
			"{.status.conditions}'\n"
			"argocd cluster list\n",
	},
	{
		.code = "IMAGE_MISMATCH",
		.means = "Git says one tag, and only other tags of that image run. Synced and "
			 "Healthy, and wrong.",
		.cause = "Something overrides the tag outside of Git: parameters or kustomize "
			 "images in the Application, ignoreDifferences on the image, an image "
			 "updater, or a mutating webhook that rewrites it.",
		.remedy = "Compare the images in the report with the files. Remove the override.",
		.look = "kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.spec.source.kustomize.images} {.spec.source.helm}'\n"
			"kubectl -n NAMESPACE get application APP -o "
			"jsonpath='{.status.summary.images}'\n",
	},
	{
		.code = "OLD_IMAGE_RUNNING",
		.means = "The new image runs, and the old one still does, too.",
		.cause = "A rolling update that has not finished, pods that take long to end, "
			 "finished Jobs and CronJobs that still show the old tag, or a workload "
			 "that keeps old pods (OnDelete, a partition).",
		.remedy = "Run the same command again to go on. Old finished pods can be deleted.",
		.look = "kubectl -n APP_NAMESPACE get pods -o "
			"custom-columns=NAME:.metadata.name,PHASE:.status.phase,IMAGE:.spec."
			"containers[*].image\n",
	},
	{
		.code = "CHILD_UNREADABLE",
		.means = "An application that this one is made of cannot be read, so nobody can "
			 "say that it is done.",
		.cause = "The child is in another namespace, the Role does not reach it, or the "
			 "parent deploys it to another cluster: an Application of the same name "
			 "beside the parent is another one, unless Argo CD's marks say otherwise.",
		.remedy = "Allow get and watch there. Of another cluster wait for the children "
			  "there, by an environment with that `cluster:`.",
		.look = "kubectl auth can-i get applications.argoproj.io -n NAMESPACE\n",
	},
	{
		.code = "NOT_CONFIRMED",
		.means = "The watch showed all that a success needs, and the plain read that has "
			 "to show it again got no answer before the time was up.",
		.cause = "The API server, or a gateway before it, was overloaded or unreachable "
			 "just then; the report names its answer.",
		.remedy = "Run the same command again: it looks anew and goes on from there.",
		.look = "kubectl -n NAMESPACE get application APP\n"
			"kubectl get --raw /readyz\n",
	},
	{
		.code = "DEPLOYED",
		.means = "The cluster runs it: compared at this commit or one that contains it, "
			 "Synced, Healthy, the right image and no other, seen twice.",
		.cause = "All of the decision table's questions were answered with yes.",
		.remedy = "Nothing.",
	},
};

const struct sg_advice_table sg_advice_deployments = {rows, SG_COUNT(rows)};
