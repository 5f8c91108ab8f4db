/* One source of an Application: shared by the files manifest*.c. */
#ifndef SG_STEP_MANIFEST_SOURCE_H
#define SG_STEP_MANIFEST_SOURCE_H

#include "step/generator.h"
#include "step/manifest.h"

struct sg_manifest_reader {
	struct sg_arena *arena;
	struct sg_edit_tree *tree;
	const struct sg_params
		*params; /* of an ApplicationSet's template; NULL: nothing to fill in */
};

/* The source at NODE, which stands at PATH. */
void sg_manifest_source_read(struct sg_manifest_reader *reader, size_t node, const char *path,
	struct sg_manifest_source *ret);

/* What is set for Helm and Kustomize in the mapping NODE, into SOURCE. */
void sg_manifest_source_set(struct sg_manifest_reader *reader, size_t node, const char *path,
	struct sg_manifest_source *source);

#endif
