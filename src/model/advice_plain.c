/* Advice: what workloads answer that no GitOps controller brings (model/plain.h). */
#include "base/attr.h"
#include "model/advice.h"

#define LOOK_TEMPLATE                                                                              \
	"kubectl -n APP_NAMESPACE get APP -o "                                                     \
	"jsonpath='{.spec.template.spec.containers[*].image}'\n"

static const struct sg_advice rows[] = {
	{
		.code = "WORKLOAD_MISSING",
		.means = "The workload that `workload:` names is not there, or is being deleted.",
		.cause = "It has not been applied yet, the kind, name or namespace in the "
			 "configuration is another one, or a Job was removed after it had ended "
			 "(`ttlSecondsAfterFinished`).",
		.remedy = "Apply it, or correct `workload:` and `cluster: {namespace: ...}`. Then "
			  "run the same command again.",
		.look = "kubectl get deployments,statefulsets,daemonsets,jobs,cronjobs -A\n",
	},
	{
		.code = "NOT_APPLIED",
		.means = "The template of the workload still has another version of the image than "
			 "the one that is expected.",
		.cause = "Whatever applies the manifests has not done so yet, has failed, or "
			 "applied another commit; one of several containers was left behind; or "
			 "somebody has applied another version since.",
		.remedy = "Look at the job that applies them. Then run the same command again.",
		.look = LOOK_TEMPLATE,
	},
	{
		.code = "NO_SUCH_CONTAINER",
		.means = "No container of the workload has an image of the expected repository, so "
			 "nothing can be said about its version.",
		.cause = "The workload is not the one of this service, its image comes from a "
			 "mirror under another name, or `image:` names another repository.",
		.remedy = "Let `workload:` and `image:` name the same thing as the manifest.",
		.look = LOOK_TEMPLATE,
	},
	{
		.code = "IMAGE_UNCLEAR",
		.means = "The workload runs the expected repository, and its version cannot be "
			 "compared: one side has a digest only, the other a tag only.",
		.cause = "The manifest is applied with digests, and the files name tags, or the "
			 "other way round.",
		.remedy = "Name the image as the manifest does, with --image or in the files.",
		.look = LOOK_TEMPLATE,
	},
	{
		.code = "PODS_UNREAD",
		.means = "The workload says that it has rolled out, and its pods, which alone show "
			 "that nothing older runs, could not all be read.",
		.cause = "More than 300 pods of a kind whose numbers do not say which version they "
			 "are of, or a workload without a selector.",
		.remedy = "Use a Deployment, or look by hand.",
		.look = "kubectl -n APP_NAMESPACE get pods\n",
	},
};

const struct sg_advice_table sg_advice_plain = {rows, SG_COUNT(rows)};
