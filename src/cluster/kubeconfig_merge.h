/* The files of a kubeconfig as one set of named entries. For cluster/kubeconfig*.c only. */
#ifndef SG_CLUSTER_KUBECONFIG_MERGE_H
#define SG_CLUSTER_KUBECONFIG_MERGE_H

#include "cluster/access.h"
#include "io/yaml.h"

/* An entry of contexts, clusters or users: its `context`, `cluster` or `user` mapping. */
struct sg_kube_entry {
	const char *kind; /* "context", "cluster", "user" */
	const char *name;
	const char *file;                /* path as it was given */
	const char *folder;              /* of the file; relative paths start here */
	const struct sg_yaml_node *body; /* NULL: empty */
	int line, column;                /* of the entry */
};

struct sg_kube_set {
	const struct sg_kube_entry *items;
	size_t count;
};

struct sg_kube_merged {
	struct sg_kube_set contexts, clusters, users;
	const char *current; /* current-context; NULL when no file names one */
	const char *files;   /* the paths that were looked at, for messages */
	size_t file_count;   /* how many were there */
};

/* Everything in *ret lives in ARENA. */
int sg_kube_merge(const struct sg_cluster_ask *ask, struct sg_arena *arena,
	struct sg_kube_merged *ret, struct sg_err *err) SG_MUST_CHECK;

/* NULL when there is none of that name. */
const struct sg_kube_entry *sg_kube_find(const struct sg_kube_set *set, const char *name);

/* True for an absent node and for null. */
bool sg_kube_is_null(const struct sg_yaml_node *node);

/* The member KEY of the entry; NULL when absent or null. */
const struct sg_yaml_node *sg_kube_get(const struct sg_kube_entry *entry, const char *key);

/* Its text; NULL when absent, null or empty. An error when it is no scalar. */
int sg_kube_text(const struct sg_kube_entry *entry, const char *key, const char **ret,
	struct sg_err *err) SG_MUST_CHECK;

/* false when absent; an error when it is neither true nor false. */
int sg_kube_flag(const struct sg_kube_entry *entry, const char *key, bool *ret,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * KUBECONFIG_INVALID: "FILE:LINE:COLUMN: user "ci": FIELD: CAUSE", at the field when the entry has
 * it, else at the entry. Returns -1.
 */
int sg_kube_fail(const struct sg_kube_entry *entry, const char *field, struct sg_err *err,
	const char *fmt, ...) SG_PRINTF(4, 5);

#endif
