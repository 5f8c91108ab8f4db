/* A workload that no GitOps controller brings, looked at. */
#ifndef SG_STEP_PLAIN_EYE_H
#define SG_STEP_PLAIN_EYE_H

#include "step/eye.h"

/*
 * What BASE, which is copied, asks for. All that it points to outlives the eye. Freed by its class.
 * Without an image to look for nothing could be proven: its looks are CONFIG_INVALID then.
 */
struct sg_eye *sg_plain_eye_new(const struct sg_eye *base) SG_MUST_CHECK;

#endif
