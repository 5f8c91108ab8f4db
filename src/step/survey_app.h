/* The applications of one environment, for step/survey_cluster.c only. */
#ifndef SG_STEP_SURVEY_APP_H
#define SG_STEP_SURVEY_APP_H

#include "step/cluster.h"
#include "step/survey.h"

struct sg_survey_cluster {
	struct sg_survey *survey;
	struct sg_doctor_cluster *facts; /* of its environment */
	struct sg_reached reached;       /* points into itself: do not copy */
};

/* Reads each application and its project; -1 for a signal only. */
int sg_survey_apps(struct sg_survey_cluster *cluster, struct sg_err *err) SG_MUST_CHECK;

/* survey_workloads.c, after that: the cluster that they deploy to; -1 for a signal only. */
int sg_survey_workloads(struct sg_survey_cluster *cluster, struct sg_err *err) SG_MUST_CHECK;

/* survey_flux.c: what is followed, where that is Flux; -1 for a signal only. */
int sg_survey_flux(struct sg_survey_cluster *cluster, struct sg_err *err) SG_MUST_CHECK;

/* survey_plain.c: the same where that is workloads; -1 for a signal only. */
int sg_survey_plain(struct sg_survey_cluster *cluster, struct sg_err *err) SG_MUST_CHECK;

#endif
