/*
 * What only a survey of the whole asks a cluster: its version, what this run's identity may do
 * there, and the projects of Argo CD. Nothing is changed by any of it.
 */
#ifndef SG_CLUSTER_SURVEY_H
#define SG_CLUSTER_SURVEY_H

#include "cluster/client.h"
#include "model/ancestry.h"

/*
 * "Kubernetes v1.35.4", "Argo CD v3.5.1". *ret_version is NULL where the server answers, but does
 * not tell it to this identity. AUTH_FAILED, UNREACHABLE, ANSWER_INVALID when it is neither.
 */
int sg_cluster_version(struct sg_cluster_client *client, int64_t deadline_ms,
	struct sg_arena *arena, const char **ret_version, struct sg_err *err) SG_MUST_CHECK;

/*
 * May we VERB ("get", "list", "watch", "patch") applications.argoproj.io in NAMESPACE? Asked by a
 * SelfSubjectAccessReview, which every authenticated identity may create and which is kept nowhere;
 * of Argo CD's own API by its can-i, for the project that is named.
 * -1 when the server does not answer such questions.
 */
int sg_cluster_may(struct sg_cluster_client *client, const char *namespace, const char *verb,
	int64_t deadline_ms, bool *ret_allowed, struct sg_err *err) SG_MUST_CHECK;

/* A right in the words of RBAC. */
struct sg_cluster_right {
	const char *verb;
	const char *group;
	const char *resource;
	const char *subresource; /* NULL: of the resource itself */
};

/* The same of any right, of the cluster's API only. */
int sg_cluster_may_do(struct sg_cluster_client *client, const struct sg_cluster_right *right,
	const char *namespace, int64_t deadline_ms, bool *ret_allowed,
	struct sg_err *err) SG_MUST_CHECK;

/* Reads the AppProject NAME. FORBIDDEN, NOT_FOUND; the caller frees *ret_doc. */
int sg_cluster_get_project(struct sg_cluster_client *client, const char *namespace,
	const char *name, int64_t deadline_ms, struct sg_json **ret_doc,
	struct sg_err *err) SG_MUST_CHECK;

#endif
