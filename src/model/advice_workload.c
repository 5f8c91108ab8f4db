/* Advice: why pods or workloads of an application do not come up (model/app_code.h). */
#include "base/attr.h"
#include "model/advice.h"

#define LOOK_AT_PODS                                                                               \
	"kubectl -n APP_NAMESPACE get pods\n"                                                      \
	"kubectl -n APP_NAMESPACE describe pod POD\n"

static const struct sg_advice rows[] = {
	{
		.code = "IMAGE_PULL",
		.means = "A pod of the new version waits for its image for more than a minute and "
			 "a half, "
			 "and the node says why it does not get it.",
		.cause = "The tag was never pushed, or its pipeline failed; the name of the "
			 "registry is wrong; the pull secret is missing or out of date; the "
			 "registry limits how often it may be asked.",
		.remedy = "Push the image or correct the tag. Kubernetes tries again by itself: "
			  "then run the same command again.",
		.look = LOOK_AT_PODS "kubectl -n APP_NAMESPACE get events --field-selector "
				     "involvedObject.name=POD\n",
	},
	{
		.code = "CONFIG_ERROR",
		.means = "A container of the new version cannot be created from what its pod "
			 "says.",
		.cause = "A Secret or ConfigMap, or a key in it, does not exist; the command is "
			 "not in the image; a volume cannot be used as it is asked for.",
		.remedy = "Create what is missing, or correct the manifest, by a commit.",
		.look = LOOK_AT_PODS "kubectl -n APP_NAMESPACE get configmaps,secrets\n",
	},
	{
		.code = "CRASH_LOOP",
		.means = "A container of the new version was started three times or more, and "
			 "ended each time.",
		.cause = "The program ends at once: a missing setting, an unreachable database, a "
			 "failing liveness probe (exit code 137 or 143), the wrong architecture.",
		.remedy = "Read its last words (--pod-logs 50 puts them into the report), then "
			  "repair it by a new version or a commit, "
			  "or roll back.",
		.look = "kubectl -n APP_NAMESPACE logs POD -c CONTAINER --previous --tail "
			"50\n" LOOK_AT_PODS,
	},
	{
		.code = "OUT_OF_MEMORY",
		.means = "The kernel ended a container of the new version again and again, "
			 "because it needs more memory than its limit.",
		.cause = "The limit is too small for the new version, or the program leaks.",
		.remedy = "Raise resources.limits.memory by a commit, or roll back.",
		.look = LOOK_AT_PODS "kubectl -n APP_NAMESPACE top pods --containers\n",
	},
	{
		.code = "UNSCHEDULABLE",
		.means = "For five minutes no node could take a pod of the new version.",
		.cause = "Not enough CPU or memory is left, no node fits the selector, affinity "
			 "or tolerations, or a volume is bound to another zone. An autoscaler "
			 "would have added a node by now.",
		.remedy = "Ask for less, add nodes, or correct what the pod asks of a node.",
		.look = LOOK_AT_PODS "kubectl get nodes\n",
	},
	{
		.code = "QUOTA",
		.means = "The pods of the new version are not created: a quota of the namespace "
			 "is used up.",
		.cause = "The roll-out needs old and new pods side by side for a moment, or "
			 "requests were raised.",
		.remedy = "Raise the quota, ask for less, or let the roll-out need less room "
			  "(strategy.rollingUpdate.maxSurge: 0).",
		.look = "kubectl -n APP_NAMESPACE describe resourcequota\n"
			"kubectl -n APP_NAMESPACE get events --sort-by .lastTimestamp\n",
	},
	{
		.code = "PODS_REFUSED",
		.means = "The pods of the new version are not created: the cluster refuses them.",
		.cause = "A rule of pod security, an admission webhook, or a service account that "
			 "does not exist.",
		.remedy = "Correct the manifest so that it may pass, or have the rule changed.",
		.look = "kubectl -n APP_NAMESPACE describe replicaset\n"
			"kubectl -n APP_NAMESPACE get events --sort-by .lastTimestamp\n",
	},
	{
		.code = "VOLUME_FAILED",
		.means = "A pod of the new version does not start, because one of its volumes "
			 "cannot be attached or mounted.",
		.cause = "A secret or config map that it mounts does not exist, the claim is "
			 "bound to another node or zone, or the storage driver fails.",
		.remedy = "Create what is missing, or correct the volume by a commit.",
		.look = LOOK_AT_PODS "kubectl -n APP_NAMESPACE get events --sort-by "
				     ".lastTimestamp\n",
	},
	{
		.code = "PROBE_FAILING",
		.means = "A container of the new version runs, and in all the time that a "
			 "roll-out may take (progressDeadlineSeconds, else ten minutes) its probe "
			 "has not passed.",
		.cause = "The program does not listen where the probe asks, or waits for "
			 "something else that is not there.",
		.remedy = "Read its log; correct the probe or the program by a commit.",
		.look = "kubectl -n APP_NAMESPACE logs POD -c CONTAINER --tail 50\n" LOOK_AT_PODS,
	},
	{
		.code = "PROGRESS_DEADLINE",
		.means = "The roll-out of a Deployment or Rollout has made no progress for as "
			 "long as its progressDeadlineSeconds say.",
		.cause = "Its new pods do not get ready; the sentence says what their containers "
			 "wait for, where that can be read.",
		.remedy = "Repair it by a new version or a commit, or roll back.",
		.look = "kubectl -n APP_NAMESPACE rollout status deployment/NAME --timeout "
			"1s\n" LOOK_AT_PODS,
	},
	{
		.code = "EVICTED",
		.means = "A node ended the pod, because it needed the room itself.",
		.cause = "The node ran out of disk, memory or process ids.",
		.remedy = "Set requests that are true, and look after the node.",
		.look = LOOK_AT_PODS "kubectl describe node NODE\n",
	},
	{
		.code = "POD_FAILED",
		.means = "A pod that is not started again has failed.",
		.cause = "Its container ended with another exit code than 0.",
		.remedy = "Read its log, and correct it by a commit.",
		.look = "kubectl -n APP_NAMESPACE logs POD --all-containers --tail "
			"50\n" LOOK_AT_PODS,
	},
	{
		.code = "JOB_FAILED",
		.means = "A Job has given up.",
		.cause = "Its pods failed as often as backoffLimit allows, or it took longer than "
			 "activeDeadlineSeconds. Of a CronJob it is the last run, which may be one "
			 "of before the roll-out.",
		.remedy = "Read the log of its pods. A Job is made anew by the next sync only when "
			  "its name changes or the old one is removed. A CronJob is well again "
			  "after its next good run; where its runs are not to count, give it the "
			  "annotation argocd.argoproj.io/ignore-healthcheck: \"true\".",
		.look = "kubectl -n APP_NAMESPACE describe job NAME\n"
			"kubectl -n APP_NAMESPACE logs job/NAME --all-containers --tail 50\n",
	},
	{
		.code = "ROLLOUT_ABORTED",
		.means = "The Rollout was aborted. The old, stable version runs.",
		.cause = "Somebody aborted it, or an analysis or the deadline did.",
		.remedy = "Find out why, then retry it or go back in Git to the version that runs.",
		.look = "kubectl argo rollouts get rollout NAME -n APP_NAMESPACE\n"
			"kubectl argo rollouts retry rollout NAME -n APP_NAMESPACE\n",
	},
	{
		.code = "ROLLOUT_DEGRADED",
		.means = "The controller of Argo Rollouts cannot go on with the Rollout.",
		.cause = "Its spec is invalid, or an analysis run or an experiment failed.",
		.remedy = "Its own message says which; correct it by a commit.",
		.look = "kubectl argo rollouts get rollout NAME -n APP_NAMESPACE\n",
	},
};

const struct sg_advice_table sg_advice_workloads = {rows, SG_COUNT(rows)};
