/* What the two ways to read workloads share: the cluster's API, and Argo CD's own. Inside cluster/
 * only. */
#ifndef SG_CLUSTER_WORKLOAD_READ_IMPL_H
#define SG_CLUSTER_WORKLOAD_READ_IMPL_H

#include "cluster/argocd_tree.h"
#include "cluster/workload_read.h"

#define SG_WORKLOAD_PATH_MAX_BYTES ((size_t)16 * 1024)
#define SG_WORKLOAD_OBJECT_MAX_BYTES ((size_t)2 * 1024 * 1024) /* etcd takes 1.5 MiB */

/* What is asked for, in the words of RBAC. */
struct sg_workload_about {
	const char *verb;
	const char *resource;
	const char *group;
	const char *namespace;
};

/* By Argo CD's own API? */
bool sg_workload_by_argocd(const struct sg_workload_call *read);

/* The same call, in a step of a pass. */
struct sg_workload_call sg_workload_call_in(
	const struct sg_workload_call *call, struct sg_arena *arena, int64_t deadline_ms);

/* Turns what came instead into an error, with the right that is missing. Returns -1. */
int sg_workload_refused(const struct sg_workload_call *read, const struct sg_fault *fault,
	const struct sg_workload_about *about, struct sg_err *err);

/* The document at PATH, or what came instead. WHAT: for errors. The caller frees *ret_doc. */
int sg_workload_ask(const struct sg_workload_call *read, const struct sg_buf *path,
	size_t max_bytes, const char *what, struct sg_json **ret_doc, struct sg_fault *ret_fault,
	struct sg_err *err) SG_MUST_CHECK;

/* An item of a list; 1: go on, 0: enough. */
typedef int sg_workload_item_fn(void *arg, const struct sg_json *item, struct sg_err *err);

/* ---- argocd_workload.c ---- */

/* Pods of one list that are read at most: each is a request. */
#define SG_ARGOCD_PODS_MAX 16

/* The tree of the application; once in a pass. */
int sg_argocd_tree(const struct sg_workload_call *read, const struct sg_tree **ret,
	struct sg_err *err) SG_MUST_CHECK;

/* The object itself. The caller frees *ret_doc. NOT_FOUND: the application has none of that name.
 */
int sg_argocd_object(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *name, struct sg_json **ret_doc,
	struct sg_err *err) SG_MUST_CHECK;

/* Which nodes of a tree are read. */
struct sg_argocd_wish {
	enum sg_workload_kind kind;
	const char *namespace;
	const char *selector; /* of its labels; NULL: what follows counts */
	const char *owner_uid;
	const char *revision; /* "": any */
};

/*
 * Each of them, handed to EACH as a list would; *at counts those that were, and a call with what it
 * was left at goes on there. *ret_cut: there are more than SG_ARGOCD_PODS_MAX.
 */
int sg_argocd_each(const struct sg_workload_call *read, const struct sg_tree *tree,
	const struct sg_argocd_wish *wish, sg_workload_item_fn *each, void *arg, int *at,
	bool *ret_cut, struct sg_err *err) SG_MUST_CHECK;

/* The address of the events about the object UID; NOT_FOUND: it is not in the tree. */
int sg_argocd_events_path(const struct sg_workload_call *read, const struct sg_tree *tree,
	const char *uid, struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;

/* The address of the last LINES of a log; PREVIOUS: of the container before this one. */
int sg_argocd_log_path(const struct sg_workload_call *read, const struct sg_pod *pod,
	const char *container, int64_t lines, bool previous, struct sg_buf *out,
	struct sg_err *err) SG_MUST_CHECK;

/* The lines of the log STREAM, a document each; in the arena of READ. */
const char *sg_argocd_log_text(const struct sg_workload_call *read, const char *stream);

#endif
