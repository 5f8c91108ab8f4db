#include "model/policy.h"

#include <string.h>

#include "model/verdict.h"

#define ANY "*"

const struct sg_environment *sg_policy_environment(const struct sg_policy *policy, const char *name)
{
	for (size_t i = 0; name && i < policy->environment_count; i++)
		if (policy->environments[i].name && strcmp(policy->environments[i].name, name) == 0)
			return &policy->environments[i];
	return NULL;
}

static const struct sg_service *named(const struct sg_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->service_count; i++)
		if (policy->services[i].name && strcmp(policy->services[i].name, name) == 0)
			return &policy->services[i];
	return NULL;
}

const struct sg_service *sg_policy_service(const struct sg_policy *policy, const char *name)
{
	const struct sg_service *own = name ? named(policy, name) : NULL;

	if (!name)
		return NULL;
	return own ? own : named(policy, ANY);
}

const char *sg_image_part_name(enum sg_image_part part)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_PART_##name] = word,
		SG_IMAGE_PARTS(SG_X)
#undef SG_X
	};

	return names[part];
}

const char *sg_publish_mode_name(enum sg_publish_mode mode)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_PUBLISH_##name] = word,
		SG_PUBLISH_MODES(SG_X)
#undef SG_X
	};

	return names[mode];
}

const char *sg_merge_mode_name(enum sg_merge_mode mode)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_MERGE_##name] = word,
		SG_MERGE_MODES(SG_X)
#undef SG_X
	};

	return names[mode];
}

const char *sg_publish_via_name(enum sg_publish_via via)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_VIA_##name] = word,
		SG_PUBLISH_VIAS(SG_X)
#undef SG_X
	};

	return names[via];
}

bool sg_request_style_removes_branch(const struct sg_request_style *style)
{
	return !style->remove_branch_given || style->remove_branch;
}

bool sg_environment_gates_publish_only(const struct sg_environment *env)
{
	for (size_t i = 0; i < env->gate_count; i++)
		if (!sg_gate_type_in_phase(env->gates[i].type, SG_PHASE_MERGE))
			return true;
	return false;
}

bool sg_environment_gates_merge(const struct sg_environment *env)
{
	for (size_t i = 0; i < env->gate_count; i++)
		if (sg_gate_type_in_phase(env->gates[i].type, SG_PHASE_MERGE))
			return true;
	return false;
}

enum sg_follow sg_environment_follows(const struct sg_environment *env)
{
	if (env->workload)
		return SG_FOLLOW_WORKLOAD;
	if (env->helm_release)
		return SG_FOLLOW_RELEASE;
	return env->kustomization ? SG_FOLLOW_KUSTOMIZATION : SG_FOLLOW_APPLICATION;
}

const char *sg_environment_target(const struct sg_environment *env)
{
	if (env->workload)
		return env->workload;
	if (env->helm_release)
		return env->helm_release;
	return env->kustomization ? env->kustomization : env->application;
}

bool sg_follow_is_flux(enum sg_follow follow)
{
	return follow == SG_FOLLOW_KUSTOMIZATION || follow == SG_FOLLOW_RELEASE;
}

const char *sg_follow_whose(enum sg_follow follow)
{
	if (follow == SG_FOLLOW_APPLICATION)
		return "Argo CD";
	return follow == SG_FOLLOW_WORKLOAD ? "workloads" : "Flux";
}

const char *sg_follow_namespace(enum sg_follow follow)
{
	if (follow == SG_FOLLOW_APPLICATION)
		return "argocd";
	return follow == SG_FOLLOW_WORKLOAD ? "default" : "flux-system";
}
