#include "flow/doctor.h"

#include "model/doctor.h"
#include "step/survey.h"

/* An answer is wanted soon: what does not answer three times is a finding. */
#define TRIES 3

static const char *amount(struct sg_arena *arena, size_t count, const char *one)
{
	return sg_arena_printf(arena, "%zu %s%s", count, one, count == 1 ? "" : "s");
}

static void end(struct sg_report *report)
{
	const struct sg_findings *findings = &report->findings;
	size_t errors = sg_findings_errors(findings);

	sg_report_end(report, errors ? SG_RESULT_FAILED : SG_RESULT_DONE,
		errors ? "NOT_READY" : "OK", "%s, %s, %s; %zu right",
		amount(report->arena, errors, "error"),
		amount(report->arena, sg_findings_count(findings, SG_SEVERITY_WARNING), "warning"),
		amount(report->arena, sg_findings_count(findings, SG_SEVERITY_NOTE), "note"),
		sg_findings_count(findings, SG_SEVERITY_OK));
}

static int look(struct sg_survey *survey, struct sg_err *err)
{
	if (sg_survey_gitlab(survey, err) < 0 || sg_survey_publishing(survey, err) < 0 ||
		sg_survey_branches(survey, err) < 0 || sg_survey_people(survey, err) < 0)
		return -1;
	return sg_survey_clusters(survey, err);
}

int sg_flow_doctor(struct sg_world *world, struct sg_report *report, struct sg_err *err)
{
	struct sg_survey *survey = sg_arena_calloc(world->arena, 1, sizeof(*survey));
	int rc;

	world->tries = TRIES;
	rc = sg_survey_open(world, survey, err);
	if (rc == 0)
		rc = look(survey, err);
	if (rc == 0) {
		report->repository = survey->loaded.remote.name;
		report->config_from = survey->facts.config_from;
		report->advisory = survey->facts.advisory;
		sg_doctor_judge(&survey->facts, world->arena, &report->findings);
		end(report);
	}
	sg_survey_release(survey);
	return rc;
}
