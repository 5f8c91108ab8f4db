/*
 * Which files carry the image of a service in an environment, by rank, and what they say about
 * images: the material that a place is chosen from.
 */
#ifndef SG_STEP_LAYOUT_H
#define SG_STEP_LAYOUT_H

#include "model/policy.h"
#include "step/manifest.h"
#include "step/shelf.h"

struct sg_layout_row {
	const char *file;
	const struct sg_edit_shape *shape;
	const char *at; /* as in the shape, seen from the chart that is installed */
	/* Of two files that say the same the one of the higher rank counts: of values, whoever says
	 * the same `at` and kind; of manifests, whoever names the same repository. */
	int rank;
	int group; /* values of one group are merged */
	bool values;
};

struct sg_layout_file {
	const char *path;
	bool absent;
	bool passed_over; /* without the needle */
	struct sg_edit_shapes shapes;
	struct sg_edit_markers markers; /* those that name the service */
	int rank;                       /* the highest that it has */
};

/* A values file in its place of the order; a file may have several. */
struct sg_layout_values {
	const char *file;
	const char *prefix; /* of the paths in it */
	int rank, group;
};

/* A parameter of Helm: it sets the value at NAME over all files of its group. */
struct sg_layout_set {
	const char *name;
	const char *file;
	int line, group;
};

struct sg_layout {
	struct sg_world *world;
	struct sg_tree_source *source;
	const struct sg_policy *policy;
	const struct sg_environment *env;
	const char *service;
	const char *folder;   /* of the service */
	bool wide;            /* it may have other services, too */
	bool filled_in;       /* Flux reads the image, of which another one fills in the version */
	const char *needle;   /* a manifest without this text names no image of it; NULL: any may */
	const char *found_by; /* "application catalog-dev of clusters/dev/catalog.yaml" */
	struct sg_layout_row *rows;
	size_t row_count;
	struct sg_layout_file *files; /* that were looked at */
	size_t file_count;
	struct sg_layout_values *values;
	size_t values_count;
	struct sg_layout_set *sets;
	size_t set_count;
	size_t bytes, steps; /* read so far */
};

/* Ranks: of the values of a chart, and of manifests from the last overlay down. */
enum { SG_RANK_CHART = 100, SG_RANK_TOP = 1000, SG_RANK_OWN = 10000, SG_RANK_PARAMETERS = 10002 };

/* The manifests that say to be the application; none where the repository has it not. Reasons: as
 * sg_applications_find(). */
int sg_layout_manifests(struct sg_layout *layout, struct sg_manifests *ret_manifests,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Fills the rows anew: by MANIFEST, or by the names of files where it is NULL. Reasons:
 * PLACE_NOT_FOUND (it reads nothing of this repository, something that is not there, or what is
 * left to others), CONFIG_INVALID (its paths lead out of the repository), FILE_NOT_FOUND (the
 * service has no folder), TOO_LARGE, and what reading a file gives.
 */
int sg_layout_read(struct sg_layout *layout, const struct sg_manifest *manifest,
	struct sg_err *err) SG_MUST_CHECK;

/* The names that files of this environment have: its name, and the short one. NULL ends them. */
void sg_layout_names(const struct sg_layout *layout, const char *ret_names[3]);

/* ---- for the files layout_*.c ---- */

/* The rows of FILE. One that is not there has none; FILE_NOT_FOUND where it is REQUIRED. */
int sg_layout_values(struct sg_layout *layout, const char *file, const char *prefix, int rank,
	int group, bool required, struct sg_err *err) SG_MUST_CHECK;
int sg_layout_manifest(struct sg_layout *layout, const char *file, int rank, bool required,
	struct sg_err *err) SG_MUST_CHECK;
void sg_layout_add(struct sg_layout *layout, const char *file, const struct sg_edit_shapes *shapes,
	const struct sg_layout_row *like);

/* A file whose text is wanted, to be closed. NULL: there is none. */
int sg_layout_open(struct sg_layout *layout, const char *path, struct sg_file **ret_file,
	struct sg_err *err) SG_MUST_CHECK;

/* The children of FOLDER; `*ret_there` false: there is no such folder. */
struct sg_layout_list {
	struct sg_tree_entry *items;
	size_t count;
	bool there;
};
int sg_layout_list(struct sg_layout *layout, const char *folder, struct sg_layout_list *ret,
	struct sg_err *err) SG_MUST_CHECK;
/* FILE_NOT_FOUND where there is no such folder. */
int sg_layout_require(struct sg_layout *layout, const char *folder, struct sg_layout_list *ret,
	struct sg_err *err) SG_MUST_CHECK;
bool sg_layout_has(const struct sg_layout_list *list, const char *name, bool is_dir);

/* FOLDER/NAME; both may be "". */
const char *sg_layout_path(struct sg_layout *layout, const char *folder, const char *name);

/* The values of the chart in FOLDER and of the charts in it. */
int sg_layout_chart(
	struct sg_layout *layout, const char *folder, int group, struct sg_err *err) SG_MUST_CHECK;

/* The name of FOLDER's kustomization, or NULL. */
const char *sg_layout_kustomization(const struct sg_layout_list *list);

/* That kustomization and all that it stands on. */
int sg_layout_kustomize(
	struct sg_layout *layout, const char *folder, struct sg_err *err) SG_MUST_CHECK;

/* What a Kustomization of Flux reads at PATH: a kustomization, or all below that is one or is none
 * and a manifest, as Flux makes one of it. FILE_NOT_FOUND where there is no such folder. */
int sg_layout_flux(struct sg_layout *layout, const char *path, struct sg_err *err) SG_MUST_CHECK;

/* The manifests of LIST, which FOLDER holds, and of so many LEVELS of folders below. */
enum { SG_LAYOUT_LEVELS = 16 };
int sg_layout_directory(struct sg_layout *layout, const char *folder,
	const struct sg_layout_list *list, int levels, struct sg_err *err) SG_MUST_CHECK;

/* By the sources of an application. */
int sg_layout_application(struct sg_layout *layout, const struct sg_manifest *manifest,
	struct sg_err *err) SG_MUST_CHECK;

/* By the names of files. */
int sg_layout_by_names(struct sg_layout *layout, struct sg_err *err) SG_MUST_CHECK;

#endif
