/* The key that our commits are signed with; named outside the configuration, as every secret is. */
#ifndef SG_STEP_SIGNING_H
#define SG_STEP_SIGNING_H

#include "io/signer.h"
#include "model/policy.h"
#include "step/world.h"

/*
 * Reads the file of --signing-key-file; *ret_signer is NULL when none is named, and else the
 * caller's. A file of ours that others may read or change is refused as ssh refuses it, but for
 * those that GitLab makes in the job's own folder, with a mode that nobody chooses. FILE_NOT_FOUND,
 * LOCAL_IO, SIGNING_KEY_*.
 */
int sg_signing_open(
	struct sg_world *world, struct sg_signer **ret_signer, struct sg_err *err) SG_MUST_CHECK;

/*
 * Before a commit is published: SIGNING_KEY_MISSING when the configuration asks for signatures and
 * there is no SIGNER.
 */
int sg_signing_check(const struct sg_policy *policy, const struct sg_signer *signer,
	struct sg_err *err) SG_MUST_CHECK;

#endif
