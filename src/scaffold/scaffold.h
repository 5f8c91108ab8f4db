/*
 * Skeletons: the files of a new GitOps repository, or of a pipeline for an application, with the
 * caller's names in them. Pure: values in, texts out.
 */
#ifndef SG_SCAFFOLD_SCAFFOLD_H
#define SG_SCAFFOLD_SCAFFOLD_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/plan.h"
#include "scaffold/table.h"

/* What the markers stand for. NULL and empty lists: this skeleton does not need it. */
struct sg_scaffold_values {
	/* @SERVICE@, one at a time, a path with it is made for each; @SERVICES@: all, with blanks
	 */
	const char *const *services;
	size_t service_count;
	const char *image;      /* @IMAGE@: where the images are, "registry.example.com/shop" */
	const char *url;        /* @URL@: https URL of the GitOps repository */
	const char *gitops;     /* @GITOPS@: how a pipeline names it, project path or https URL */
	const char *branch;     /* @BRANCH@: of staging and production */
	const char *dev_branch; /* @DEV_BRANCH@ */
	const char *namespace;  /* @NAMESPACE@: of the Applications */
	const char *const *approvers; /* @APPROVERS@: "@user", "@group/subgroup" */
	size_t approver_count;
	const char *components; /* @COMPONENTS@: project with the CI components */
	const char *version;    /* @VERSION@ of them */
	const char *job_image; /* @JOB_IMAGE@: has stagegate in it; variables of GitLab may stand in
				  it */
	const char
		*build_image; /* @BUILD_IMAGE@: repository that a pipeline builds; variables, too */
};

/*
 * The values are so narrow that each of them, in double quotes, is the same text for every reader
 * of YAML, and a service's name can be that of a chart, a Kubernetes Service and, with "-staging"
 * behind it, a namespace (RFC 1035 label; 55 bytes). USAGE with the option's name otherwise.
 */
int sg_scaffold_check(const struct sg_scaffold_values *values, struct sg_err *err) SG_MUST_CHECK;

/* Appends TEXT with its markers replaced; SERVICE may be NULL where @SERVICE@ does not stand. */
void sg_scaffold_fill(struct sg_str text, const struct sg_scaffold_values *values,
	const char *service, struct sg_buf *out);

/*
 * The files of a skeleton for checked values, in the table's order, a file of every service in the
 * place of @SERVICE@; `before` is empty. In the arena.
 */
void sg_scaffold_files(struct sg_arena *arena, const struct sg_scaffold_file *table, size_t count,
	const struct sg_scaffold_values *values, struct sg_file_change **ret_files,
	size_t *ret_count);

#endif
