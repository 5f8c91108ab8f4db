/* init: the files of a new GitOps repository, or of a pipeline for an application. */
#ifndef SG_FLOW_INIT_H
#define SG_FLOW_INIT_H

#include "model/report.h"
#include "step/world.h"

enum sg_init_kind { SG_INIT_GITOPS, SG_INIT_PIPELINE };

/* As the command line has them; lists are separated by commas. NULL: nothing was said. */
struct sg_init_ask {
	enum sg_init_kind kind;
	const char *folder;
	const char *services;
	const char *image_prefix;
	const char *branch;
	const char *dev_branch;
	const char *namespace;
	const char *approvers;
	const char *components;
	const char *job_image;
	bool dry_run;
};

/*
 * Makes the files that are not there and leaves every other one alone: the report has a row for
 * each. Every file is looked at before the first is written. No network.
 */
int sg_flow_init(struct sg_world *world, const struct sg_init_ask *ask, struct sg_report *report,
	struct sg_err *err) SG_MUST_CHECK;

#endif
