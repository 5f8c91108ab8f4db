/* A Kustomization or a HelmRelease, looked at: each look is fed to its fold. */
#ifndef SG_STEP_FLUX_EYE_H
#define SG_STEP_FLUX_EYE_H

#include "step/eye.h"

/* What BASE, which is copied, asks for. All that it points to outlives the eye. Freed by its class.
 */
struct sg_eye *sg_flux_eye_new(const struct sg_eye *base, struct sg_ancestry *ancestry,
	const struct sg_app_policy *policy) SG_MUST_CHECK;

#endif
