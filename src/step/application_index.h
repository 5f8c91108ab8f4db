/*
 * Which files of a revision have applications and sets of applications, and objects of Flux: those
 * that step/applications.h names, read once.
 */
#ifndef SG_STEP_APPLICATION_INDEX_H
#define SG_STEP_APPLICATION_INDEX_H

#include "model/policy.h"
#include "step/flux_manifest.h"
#include "step/shelf.h"

struct sg_application_entry {
	const char *name; /* of the application, or the template of names */
	const char *file;
};

struct sg_application_entries {
	struct sg_application_entry *items;
	size_t count;
};

struct sg_application_index {
	struct sg_application_entries applications; /* by name */
	struct sg_application_entries sets;
	struct sg_flux_writtens flux;
	size_t files, bytes;
	bool cut; /* there are more files than are looked at */
};

enum { SG_APPLICATION_FILES_MAX = 10000 };

int sg_application_index(struct sg_world *world, const struct sg_policy *policy,
	struct sg_tree_source *source, struct sg_application_index **ret,
	struct sg_err *err) SG_MUST_CHECK;

/* ---- for step/applications.c, too ---- */

bool sg_application_is_yaml(const char *name);

/* As sg_file_open(); NULL, and no error, where there is nothing, or nothing that may be read. */
int sg_application_open(struct sg_world *world, struct sg_tree_source *source, const char *path,
	struct sg_file **ret_file, struct sg_err *err) SG_MUST_CHECK;

/* As sg_shelf_list(); nothing, and no error, where there is nothing that may be read. */
int sg_application_list(struct sg_world *world, struct sg_tree_source *source, const char *folder,
	struct sg_tree_entry **ret, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

/* Whether FILE, which may be NULL, is a manifest of Argo CD or of Flux; not so a text that is no
 * YAML (a chart's template), or another kind. */
bool sg_application_parse(struct sg_file *file, struct sg_edit_tree *ret_tree);

#endif
