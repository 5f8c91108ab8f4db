/*
 * Which manifest of the GitOps repository is the application of a service in an environment. Looked
 * at are files *.yaml and *.yml up to 256 KiB in
 *   the service's folder and its argocd/,
 *   the root, apps/, apps/ENV/ (each without the folders below),
 *   argocd/ argo-cd/ argo/ applications/ applicationsets/ bootstrap/ clusters/ environments/ envs/
 *   infrastructure/ infra/ ENV/ (with three levels of folders below, but `templates`).
 */
#ifndef SG_STEP_APPLICATIONS_H
#define SG_STEP_APPLICATIONS_H

#include "model/policy.h"
#include "model/source.h"
#include "step/manifest.h"
#include "step/world.h"

struct sg_applications_ask {
	const struct sg_policy *policy;
	const struct sg_environment *env;
	const char *service;
	const char *folder;         /* of the service */
	const char *const *folders; /* as in struct sg_manifest_wish */
};

/*
 * All manifests that say to be that application; none where the environment names no
 * `application:`. With `kustomization:` that of Flux, where it is known for sure. What was read of
 * SOURCE once is kept for the next question. TOO_LARGE when the folders hold more than 10,000 files
 * or 64 MiB and the application was not among those.
 */
int sg_applications_find(struct sg_world *world, const struct sg_applications_ask *ask,
	struct sg_tree_source *source, struct sg_manifests *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
