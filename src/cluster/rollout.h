/* Letting an Argo Rollout go on, and stopping it, as its own plugin does it (argocd.md 4.2). */
#ifndef SG_CLUSTER_ROLLOUT_H
#define SG_CLUSTER_ROLLOUT_H

#include "cluster/workload_read.h"
#include "model/rollout_act.h"

enum sg_rollout_result {
	SG_ROLLOUT_ACTED,
	SG_ROLLOUT_CHANGED, /* it is another one by now: read it again */
	SG_ROLLOUT_DOUBT,   /* the same, and that may be by our own request: its answer was lost */
	SG_ROLLOUT_NOT_PERMITTED /* client->rollout_refusal has the server's words */
};

/*
 * Does that to ROLLOUT exactly as it was read: the server compares its version. -1: FORBIDDEN that
 * may pass, AUTH_FAILED, CANCELLED, the network until the deadline, what the server does not like
 * about it (an admission webhook), or ANSWER_INVALID: what came with 200 is not the Rollout. CALL
 * has a pass: it does not block (cluster/workload_read.h).
 */
int sg_cluster_rollout_act(const struct sg_workload_call *call, const struct sg_workload *rollout,
	enum sg_rollout_act act, enum sg_rollout_result *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
