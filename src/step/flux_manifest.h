/*
 * Kustomizations and GitRepositories of Flux among the files of the GitOps repository: which folder
 * a Kustomization reads. Pure.
 */
#ifndef SG_STEP_FLUX_MANIFEST_H
#define SG_STEP_FLUX_MANIFEST_H

#include "edit/node.h"
#include "model/policy.h"

struct sg_flux_written {
	bool repository; /* a GitRepository; else a Kustomization */
	const char *name;
	const char *namespace; /* "": none is said */
	const char *file;
	int line;
	/* Of a GitRepository: */
	const char *url;
	const char *branch; /* that it follows; NULL: a tag, a commit, or another ref */
	const char *ignore; /* what it leaves out, as .gitignore has it; "" */
	/* Of a Kustomization: */
	const char *path; /* from the root of its source */
	const char *source;
	bool from_git; /* the source is a GitRepository, in its own namespace */
	bool more;     /* it changes itself what it reads there: patches, images, components */
};

struct sg_flux_writtens {
	struct sg_flux_written *items;
	size_t count;
};

/* Appends those in the file of TREE, in ARENA. */
void sg_flux_written_add(
	struct sg_arena *arena, struct sg_edit_tree *tree, struct sg_flux_writtens *all);

/* Whether it may be the one of that name; one that says no namespace may be in any. */
bool sg_flux_written_is(const struct sg_flux_written *one, const char *namespace, const char *name);

/* Whether its file is below a folder that is named as ENV is: clusters/dev/apps.yaml of dev. */
bool sg_flux_written_near(const struct sg_flux_written *one, const struct sg_environment *env);

/*
 * The Kustomization NAME in NAMESPACE, where it is known for sure which one that is and what it
 * reads: it is there once, or once in a folder that is named as ENV is, and its source is not
 * known to be another repository than URL (NULL: not known), or another branch of it than ENV's, or
 * to leave out files that may be below its path. NULL: it is not.
 */
const struct sg_flux_written *sg_flux_written_find(const struct sg_flux_writtens *all,
	const struct sg_environment *env, const char *namespace, const char *name, const char *url);

#endif
