/*
 * The resources of an application as Argo CD's own API shows them (argocd.md 2.1, `resource-tree`):
 * which pods and ReplicaSets there are, whose they are, and their labels. Inside cluster/ only.
 */
#ifndef SG_CLUSTER_ARGOCD_TREE_H
#define SG_CLUSTER_ARGOCD_TREE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "io/json_doc.h"

/* Nodes of one tree that are told apart; of more nothing is known. */
#define SG_TREE_NODES_MAX 5000

struct sg_tree_label {
	const char *key;
	const char *value;
};

/* Strings are set: what is absent is "". */
struct sg_tree_node {
	const char *group;
	const char *kind;
	const char *namespace;
	const char *name;
	const char *uid;
	const char *owner_uid; /* of the first parent */
	const char *revision;  /* of a ReplicaSet: the Deployment's number of its template */
	bool healthy;          /* or nothing is said of its health */
	const struct sg_tree_label *labels; /* of pods alone */
	size_t label_count;
};

struct sg_tree {
	const struct sg_tree_node *nodes; /* what is not healthy comes first */
	size_t count;
	bool cut; /* there are more */
};

/* RET lives in ARENA. ANSWER_INVALID when it is no tree. */
int sg_argocd_tree_decode(const struct sg_json *doc, struct sg_arena *arena, struct sg_tree *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* The node of that UID; NULL: there is none, or UID is "". */
const struct sg_tree_node *sg_argocd_tree_find(const struct sg_tree *tree, const char *uid);

/*
 * Whether the labels of NODE match SELECTOR, as a LIST takes it: "app=web,tier in (a,b),!old". What
 * is not understood selects nothing.
 */
bool sg_argocd_tree_selects(const struct sg_tree_node *node, const char *selector);

#endif
