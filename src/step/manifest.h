/*
 * Application and ApplicationSet manifests of the GitOps repository, as far as they say which files
 * carry the values of an application (argocd.md 1.1). Pure.
 */
#ifndef SG_STEP_MANIFEST_H
#define SG_STEP_MANIFEST_H

#include "edit/shapes.h"

/* One of the names that Helm is given a value for, over all files. */
struct sg_manifest_set {
	const char *name; /* image.tag, as Helm writes paths */
	int line;
};

struct sg_manifest_source {
	const char *repo_url; /* texts are never NULL: "" where nothing is said */
	const char *path;
	const char *chart;
	const char *ref;
	const char *const *value_files; /* as written */
	size_t value_file_count;
	bool ignore_missing; /* ignoreMissingValueFiles */
	bool recurse;        /* directory.recurse */
	/* What the manifest itself sets, with places in it, where `at` is as in a values file;
	 * `key` NULL: it cannot be edited there. The parameters win over the values. */
	struct sg_edit_shapes values;       /* helm.valuesObject, else helm.values */
	struct sg_edit_shapes parameters;   /* helm.parameters and fileParameters */
	struct sg_edit_shapes images;       /* kustomize.images */
	const struct sg_manifest_set *sets; /* all parameters, whatever they are for */
	size_t set_count;
	/* Whether the lists and the values are there at all. */
	bool has_values, has_parameters, has_images;
	/* What the manifest leaves to others: "valueFiles[0]: '{{x}}'"; NULL: nothing. */
	const char *unknown;
};

struct sg_manifest {
	const char *file;
	int line;
	const char *name;
	const char *namespace; /* "": none is said */
	bool generated;        /* by an ApplicationSet */
	bool flux;             /* a Kustomization of Flux: its one source has a path alone */
	bool open; /* by one that asks elsewhere, so that there may be no such application */
	const struct sg_manifest_source *sources;
	size_t source_count;
};

struct sg_manifests {
	struct sg_manifest *items;
	size_t count;
};

/* Which application is looked for. */
struct sg_manifest_wish {
	const char *name;
	const char *namespace; /* "": in any */
	/* Of the service and the environment, NULL ends them: generators by directories may find
	 * them. */
	const char *const *folders;
};

/*
 * Appends the application that is wished for where the file of TREE has it, or an ApplicationSet
 * that makes it by a list or by directories.
 */
void sg_manifest_find(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_manifest_wish *wish, struct sg_manifests *found);

/* Calls EACH for every Application (with its name) and every ApplicationSet (with the template of
 * its applications' names) in the file of TREE. */
void sg_manifest_each(struct sg_edit_tree *tree,
	void (*each)(void *arg, struct sg_str name, bool is_set), void *arg);

/*
 * What a file `.argocd-source-NAME.yaml` puts in the place of what SOURCE says. EDIT_DOCUMENTS,
 * KEY_NOT_FOUND where it has not one document.
 */
int sg_manifest_override(struct sg_arena *arena, struct sg_edit_tree *tree,
	struct sg_manifest_source *source, struct sg_err *err) SG_MUST_CHECK;

#endif
