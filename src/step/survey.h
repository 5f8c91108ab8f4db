/*
 * A look at everything that a promotion will need, for `doctor`: it only reads, and goes on past
 * whatever cannot be read. What it saw are the facts of model/doctor_facts.h.
 */
#ifndef SG_STEP_SURVEY_H
#define SG_STEP_SURVEY_H

#include "model/doctor_facts.h"
#include "step/forge.h"

struct sg_survey {
	struct sg_world *world;
	struct sg_loaded loaded;
	bool has_repo;          /* the repository was read */
	bool has_policy;        /* and its configuration can be used */
	struct sg_forge forge;  /* unless facts.no_gitlab_why */
	const char *silent_why; /* why GitLab is not asked any more; NULL: it is */
	struct sg_doctor_facts facts;
};

/*
 * Finds the remote and reads the repository and its configuration. -1 when nothing names a
 * repository, or the token is no token at all. SURVEY points into itself: filled in place, released
 * by the caller also after a failure.
 */
int sg_survey_open(
	struct sg_world *world, struct sg_survey *survey, struct sg_err *err) SG_MUST_CHECK;

void sg_survey_release(struct sg_survey *survey);

/* Each of these adds its part of the facts; -1 for a signal only. In this order. */
int sg_survey_gitlab(struct sg_survey *survey, struct sg_err *err) SG_MUST_CHECK;
int sg_survey_publishing(struct sg_survey *survey, struct sg_err *err) SG_MUST_CHECK;
int sg_survey_branches(struct sg_survey *survey, struct sg_err *err) SG_MUST_CHECK;
int sg_survey_people(struct sg_survey *survey, struct sg_err *err) SG_MUST_CHECK;
int sg_survey_clusters(struct sg_survey *survey, struct sg_err *err) SG_MUST_CHECK;

/* ---- inside step/survey*.c ---- */

/* One question may take so long, tries and pauses included: people wait for the whole. */
#define SG_SURVEY_QUESTION_MS 15000

/* The moment at which the question that is asked now ends. */
int64_t sg_survey_until_ms(const struct sg_survey *survey);

/* What failed with WHY, in words; -1 when that is a signal, which ends the run as *err. */
int sg_survey_failed(const struct sg_survey *survey, const struct sg_err *why,
	struct sg_doctor_seen *ret, struct sg_err *err) SG_MUST_CHECK;

/* True for an error of the way to a server: the next question would end in the same way. */
bool sg_survey_is_silence(enum sg_reason reason);

/*
 * May GitLab be asked now? If not, *ret says why. Sets the question's deadline. OF_PROJECT: it is
 * about the project, which must have been found.
 */
bool sg_survey_may_ask(struct sg_survey *survey, bool of_project, struct sg_doctor_seen *ret);

/* RC and WHY of a question to GitLab as what became of it; -1 for a signal. */
int sg_survey_answered(struct sg_survey *survey, int rc, const struct sg_err *why,
	struct sg_doctor_seen *ret, struct sg_err *err) SG_MUST_CHECK;

/* The services of ENV at its branch's tip; *ret_why says why they are not known, else NULL. */
int sg_survey_services(struct sg_survey *survey, const struct sg_environment *env,
	const char *const **ret_names, size_t *ret_count, const char **ret_why,
	struct sg_err *err) SG_MUST_CHECK;

#endif
