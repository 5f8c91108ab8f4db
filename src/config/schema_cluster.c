#include "config/schema_cluster.h"

#include "base/attr.h"
#include "model/policy.h"

_Static_assert(sizeof(enum sg_rollout_pause) == sizeof(int), "enums are written as int");
_Static_assert(sizeof(enum sg_rollout_failure) == sizeof(int), "enums are written as int");

#define SG_X(name, word) word " "
static const char pause_words[] = SG_ROLLOUT_PAUSES(SG_X);
static const char failure_words[] = SG_ROLLOUT_FAILURES(SG_X);
#undef SG_X

#define AT(type, field) .offset = offsetof(struct type, field)

static const struct sg_config_key cluster_keys[] = {
	{.name = "context",
		.type = SG_CONFIG_TEXT,
		AT(sg_cluster_ref, context),
		.fallback = "the current context; inside a cluster its own service account",
		.doc = "Context of the kubeconfig."},
	{.name = "workloads",
		.type = SG_CONFIG_TEXT,
		AT(sg_cluster_ref, workloads),
		.fallback = "only those beside their Applications are read",
		.doc = "Context of the kubeconfig for the cluster that the Applications deploy "
		       "to, when that is another one: its workloads and pods are read there."},
	{.name = "namespace",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_LABEL,
		AT(sg_cluster_ref, namespace),
		.fallback = "argocd; with `kustomization` or `helm_release` flux-system; with "
			    "`workload` default",
		.doc = "Namespace in which the Applications, the objects of Flux, or the "
		       "workloads are."},
	{.name = "insecure",
		.type = SG_CONFIG_BOOL,
		AT(sg_cluster_ref, insecure),
		.fallback = "false",
		.doc = "Accept `insecure-skip-tls-verify` of that kubeconfig."},
	{.name = "argocd",
		.type = SG_CONFIG_BOOL,
		AT(sg_cluster_ref, argocd),
		.fallback = "false",
		.doc = "Ask Argo CD's own API server (`--argocd-server`) instead of the "
		       "cluster's."},
	{.name = "project",
		.type = SG_CONFIG_TEXT,
		.format = SG_FORMAT_LABEL,
		AT(sg_cluster_ref, project),
		.fallback = "not said: one that is missing and one that is hidden look the same",
		.doc = "With `argocd`: the AppProject of the Applications."},
};

const struct sg_config_map sg_config_cluster_map = {
	.name = "cluster",
	.doc = "Where the Applications of an environment, its objects of Flux, or its workloads "
	       "are.",
	.keys = cluster_keys,
	.key_count = SG_COUNT(cluster_keys),
	.size = sizeof(struct sg_cluster_ref),
	.line_offset = SG_CONFIG_NOWHERE,
	.column_offset = SG_CONFIG_NOWHERE,
};

static const struct sg_config_key rollout_keys[] = {
	{.name = "pause",
		.type = SG_CONFIG_WORD,
		.words = pause_words,
		AT(sg_rollout_rules, pause),
		.fallback = "wait",
		.doc = "At a pause that ends only when somebody says so: `wait` for that, or "
		       "`resume` it once all else is well."},
	{.name = "on_failure",
		.type = SG_CONFIG_WORD,
		.words = failure_words,
		AT(sg_rollout_rules, on_failure),
		.fallback = "leave",
		.doc = "A Rollout whose new pods make the wait fail: `leave` it, or `abort` it, so "
		       "that the stable version gets all traffic again."},
};

const struct sg_config_map sg_config_rollout_map = {
	.name = "rollout",
	.doc = "What is done to Argo Rollouts, of exactly the landed version.",
	.keys = rollout_keys,
	.key_count = SG_COUNT(rollout_keys),
	.size = sizeof(struct sg_rollout_rules),
	.line_offset = SG_CONFIG_NOWHERE,
	.column_offset = SG_CONFIG_NOWHERE,
};
