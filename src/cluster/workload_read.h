/*
 * Reading workloads and their pods: one object by its name, the pods of one by its selector, in few
 * requests and bounded in bytes and number (argocd.md 3.1, 4.3).
 *
 * All of these answer 0, or -1 with an error: FORBIDDEN with the rule that is missing, NOT_FOUND
 * when there is no such object (any more) or no such kind, ANSWER_INVALID for what is no such
 * object, CANCELLED for a signal, and what sg_cluster_send() says. Results live in the arena, or in
 * that of the pass: then none of these blocks, and -1 with pass->waiting is no error.
 */
#ifndef SG_CLUSTER_WORKLOAD_READ_H
#define SG_CLUSTER_WORKLOAD_READ_H

#include "cluster/pass.h"
#include "model/event.h"
#include "model/workload.h"

/* Pods of one workload that are read at most. */
#define SG_CLUSTER_PODS_MAX 300

struct sg_workload_call {
	struct sg_cluster_client *client;
	struct sg_arena *arena;
	int64_t deadline_ms;
	struct sg_cluster_pass *pass; /* NULL: it blocks */
	struct sg_cluster_app app; /* whose resources these are; Argo CD's own API asks by that */
};

int sg_cluster_get_workload(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *name, struct sg_workload *ret,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_pods {
	struct sg_pod *items;
	size_t count;
	bool cut; /* there are more than SG_CLUSTER_PODS_MAX */
};

/* Pods of NAMESPACE that SELECTOR selects. */
int sg_cluster_list_pods(const struct sg_workload_call *read, const char *namespace,
	const char *selector, struct sg_pods *ret, struct sg_err *err) SG_MUST_CHECK;

/*
 * The ReplicaSet with the newest template of the Deployment (its own, and of its revision) or of
 * the Rollout (by the hash of its pods). *ret is NULL when there is none (yet).
 */
int sg_cluster_newest_replica_set(const struct sg_workload_call *read,
	const struct sg_workload *maker, const struct sg_workload **ret,
	struct sg_err *err) SG_MUST_CHECK;

/* Events of one object that are read at most; of more nothing is said. */
#define SG_CLUSTER_EVENTS_MAX 200

struct sg_events {
	struct sg_event *items;
	size_t count;
	bool cut;
};

/* The events about the object UID of NAMESPACE. */
int sg_cluster_list_events(const struct sg_workload_call *read, const char *namespace,
	const char *uid, struct sg_events *ret, struct sg_err *err) SG_MUST_CHECK;

/*
 * The last LINES lines that the container said before it ended; of one that has not ended yet, the
 * last that it has said. At most 64 KiB. Untrusted text.
 */
int sg_cluster_pod_log(const struct sg_workload_call *read, const struct sg_pod *pod,
	const char *container, int64_t lines, const char **ret, struct sg_err *err) SG_MUST_CHECK;

#endif
