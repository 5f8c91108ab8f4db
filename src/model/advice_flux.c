/* Advice: what the objects of Flux answer (model/flux_verdict.h). */
#include "base/attr.h"
#include "model/advice.h"

#define LOOK_KUSTOMIZATION                                                                         \
	"kubectl -n NAMESPACE get kustomizations.kustomize.toolkit.fluxcd.io APP -o "              \
	"jsonpath='{.status}'\n"
#define LOOK_SOURCE "kubectl -n NAMESPACE get gitrepositories.source.toolkit.fluxcd.io -o wide\n"
#define LOOK_RELEASE                                                                               \
	"kubectl -n NAMESPACE get helmreleases.helm.toolkit.fluxcd.io\n"                           \
	"helm -n APP_NAMESPACE history APP\n"

static const struct sg_advice rows[] = {
	{
		.code = "FLUX_DELETED",
		.means = "The Kustomization or the HelmRelease was there and is gone, or is being "
			 "deleted.",
		.cause = "Somebody deleted it, or the Kustomization above pruned it.",
		.remedy = "Find out who wanted that. If it is made anew, run the same wait again.",
		.look = LOOK_KUSTOMIZATION,
	},
	{
		.code = "FLUX_SUSPENDED",
		.means = "spec.suspend is true: Flux leaves the object alone, so nothing new is "
			 "brought.",
		.cause = "A person suspended it during an incident, and left it so.",
		.remedy = "Ask who suspended it. Set spec.suspend to false when it may go on.",
		.look = LOOK_KUSTOMIZATION LOOK_SOURCE,
	},
	{
		.code = "FLUX_WRONG_REPOSITORY",
		.means =
			"The GitRepository that the Kustomization reads from is another repository "
			"than the one that was changed.",
		.cause = "The wrong Kustomization is named, or the repository moved and the "
			 "GitRepository was not told.",
		.remedy = "Compare spec.url with the repository in the report, and correct one of "
			  "them.",
		.look = LOOK_SOURCE,
	},
	{
		.code = "FLUX_WRONG_REF",
		.means = "The GitRepository tracks another branch, tag or commit than the "
			 "environment's branch. It will never bring this change.",
		.cause = "spec.ref was pinned during an incident, or it is not set at all: Flux "
			 "then reads the branch master.",
		.remedy = "Let spec.ref.branch name the environment's branch, or correct `branch:` "
			  "in stagegate.yaml.",
		.look = LOOK_SOURCE,
	},
	{
		.code = "FLUX_STALLED",
		.means = "The condition Stalled is True: the controller does not try again before "
			 "the spec changes.",
		.cause = "The spec is not valid or not allowed; of a HelmRelease: all its retries "
			 "are used up.",
		.remedy = "The message names the cause. Correct the spec in Git and push.",
		.look = LOOK_KUSTOMIZATION LOOK_RELEASE,
	},
	{
		.code = "FLUX_SOURCE_FAILED",
		.means = "The GitRepository could not fetch, twice, so the change does not reach "
			 "the "
			 "cluster.",
		.cause = "Wrong or expired credentials, an unknown host key or authority, a branch "
			 "that does not exist, or a Git server that does not answer.",
		.remedy = "The message names the cause. Correct spec.url, spec.ref or the Secret.",
		.look = LOOK_SOURCE,
	},
	{
		.code = "FLUX_SOURCE_BEHIND",
		.means = "The newest artifact of the GitRepository does not contain the change.",
		.cause = "It fetches once in an interval, and a request to do so now was not "
			 "allowed or has not been taken up yet.",
		.remedy = "Wait, or allow this account to patch gitrepositories. If it stays, look "
			  "at the source-controller.",
		.look = LOOK_SOURCE,
	},
	{
		.code = "FLUX_ARTIFACT_FAILED",
		.means = "The Kustomization could not get at the artifact of its source, or not "
			 "find its path there.",
		.cause =
			"The source does not exist or has no artifact, or spec.path does not exist "
			"in this commit.",
		.remedy = "Compare spec.sourceRef and spec.path with what stands in Git.",
		.look = LOOK_KUSTOMIZATION LOOK_SOURCE,
	},
	{
		.code = "FLUX_BUILD_FAILED",
		.means = "The manifests of this commit cannot be built.",
		.cause = "An error in a kustomization.yaml or a manifest, a missing variable, or a "
			 "value that cannot be decrypted.",
		.remedy = "Build it on your machine, correct it and push.",
		.look = LOOK_KUSTOMIZATION "kubectl kustomize PATH\n",
	},
	{
		.code = "FLUX_APPLY_FAILED",
		.means = "The cluster refused what this commit wants, twice. Part of it may have "
			 "been applied.",
		.cause = "An invalid or immutable field, a webhook, a quota, a missing CRD or "
			 "namespace, or missing rights of the controller's account.",
		.remedy = "The message names the object. Correct the manifests and push.",
		.look = LOOK_KUSTOMIZATION,
	},
	{
		.code = "FLUX_PRUNE_FAILED",
		.means = "The new manifests are applied, and objects that are no longer in Git "
			 "could "
			 "not be deleted.",
		.cause = "A finalizer that nobody serves, a webhook, or missing rights.",
		.remedy = "Look at the object that the message names.",
		.look = LOOK_KUSTOMIZATION,
	},
	{
		.code = "FLUX_UNHEALTHY",
		.means = "The change is applied, and what it brought did not get healthy in the "
			 "time "
			 "of the Kustomization, twice.",
		.cause = "Pods that do not start or do not get ready, a job that fails, or a "
			 "spec.timeout that is too short.",
		.remedy = "Look at the object that the message names, and at its pods.",
		.look = LOOK_KUSTOMIZATION "kubectl -n APP_NAMESPACE get pods\n",
	},
	{
		.code = "FLUX_DEPENDENCY",
		.means = "The object waits for another one that it depends on.",
		.cause = "An object of spec.dependsOn is not ready.",
		.remedy = "Look at the one that the message names.",
		.look = LOOK_KUSTOMIZATION LOOK_RELEASE,
	},
	{
		.code = "FLUX_RECONCILING",
		.means = "Flux is building, applying or checking it, or has not looked at the "
			 "newest "
			 "spec yet.",
		.cause = "That takes as long as the health checks take; nothing is known to be "
			 "wrong.",
		.remedy = "Wait. If it stays, look at the conditions and at the controller's log.",
		.look = LOOK_KUSTOMIZATION LOOK_RELEASE,
	},
	{
		.code = "FLUX_OLDER_REVISION",
		.means = "The source has the change, and the Kustomization has applied an older "
			 "commit.",
		.cause = "It reconciles once in an interval, and a request to do so now was not "
			 "allowed or has not been taken up yet.",
		.remedy = "Wait, or allow this account to patch kustomizations.",
		.look = LOOK_KUSTOMIZATION,
	},
	{
		.code = "FLUX_NO_COMMIT",
		.means = "The Kustomization names what it has applied by something that is no "
			 "commit "
			 "of Git, so nobody can tell whether the change is in it.",
		.cause = "Its source is an OCI artifact or a bucket that does not say which commit "
			 "it "
			 "was made from.",
		.remedy =
			"Push the artifact with its origin revision, or let the Kustomization read "
			"from a GitRepository.",
		.look = LOOK_KUSTOMIZATION,
	},
	{
		.code = "FLUX_RELEASE_UNREAD",
		.means = "The Kustomization has applied the change, and the HelmRelease that is "
			 "named "
			 "beside it was not seen.",
		.cause = "It has another name or namespace, is not part of this Kustomization, or "
			 "may not be read.",
		.remedy = "Compare the name with the files, and the rights of this account.",
		.look = LOOK_RELEASE,
	},
	{
		.code = "FLUX_RELEASE_FAILED",
		.means = "Helm could not install or upgrade the release with this change, twice.",
		.cause = "The chart cannot be had or rendered, the cluster refused an object, a "
			 "test "
			 "failed, or the pods did not get ready in time.",
		.remedy = "The message names the cause. Correct chart or values and push.",
		.look = LOOK_RELEASE,
	},
	{
		.code = "FLUX_RELEASE_REMEDIATED",
		.means = "The release failed with this change, and Flux rolled it back or "
			 "uninstalled "
			 "it. What runs now, if anything, is the old one.",
		.cause = "As for FLUX_RELEASE_FAILED, and spec.upgrade.remediation says what to do "
			 "then.",
		.remedy = "Correct chart or values and push. The message says how the upgrade "
			  "failed.",
		.look = LOOK_RELEASE,
	},
	{
		.code = "FLUX_CHILD_UNWATCHED",
		.means = "The Kustomization does not wait for what it brings, and among that is a "
			 "HelmRelease or Kustomization that nobody was told to look at. That it is "
			 "applied does not mean that anything runs.",
		.cause = "spec.wait is not set.",
		.remedy = "Set spec.wait, or wait for the object that is named.",
		.look = LOOK_KUSTOMIZATION,
	},
	{
		.code = "FLUX_WORKLOADS_UNREAD",
		.means = "The change is applied. Whether it runs is not known: the Kustomization "
			 "does "
			 "not wait for it, and the workloads could not be read.",
		.cause = "spec.wait is not set, and this account may not read the workloads, they "
			 "are in another cluster (spec.kubeConfig), or the time was up.",
		.remedy = "Set spec.wait, or allow this account to read the workloads.",
		.look = "kubectl -n APP_NAMESPACE get deployments,statefulsets,daemonsets,pods\n",
	},
};

const struct sg_advice_table sg_advice_flux = {rows, SG_COUNT(rows)};
