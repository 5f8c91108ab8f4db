/* Facts of a world in which all is well, for tests of `doctor` that break one thing each. */
#ifndef TESTS_DOCTOR_WORLD_H
#define TESTS_DOCTOR_WORLD_H

#include "base/arena.h"
#include "model/doctor.h"

#define BOT_ID 51
#define NOW_S INT64_C(1770091200) /* 2026-02-03T04:00:00Z */

/* dev (commits to develop, no gates) and production (merge requests to main, all gates). */
struct doctor_world {
	struct sg_arena arena;
	struct sg_findings findings;
	struct sg_doctor_facts facts;
	struct sg_gate_spec gates[2]; /* approval, freeze */
	struct sg_environment envs[2];
	const char *scopes[1];
	struct sg_doctor_allowed levels[2]; /* of main and develop: Maintainers */
	struct sg_doctor_rule rules[2];
	struct sg_doctor_member members[3];     /* the bot, a Developer, and room for one more */
	struct sg_doctor_branch branches[2];    /* main, develop */
	struct sg_doctor_approval approvals[2]; /* room for one more */
	struct sg_doctor_source sources[1];
	struct sg_doctor_request requests[1];
	const char *strangers[2];
	struct sg_app_source app_sources[2];
	struct sg_app apps[2]; /* catalog-dev, catalog-prod */
	struct sg_app_window windows[1];
	const char *window_apps[1];
	struct sg_app_project project;
	const char *foreign[1];
	struct sg_doctor_app rows[2];
	struct sg_doctor_flux flux[1];
	struct sg_doctor_plain plain[1];
	struct sg_doctor_cluster clusters[2];
};

void doctor_world_init(struct doctor_world *w);
void doctor_world_release(struct doctor_world *w);

/* Judges; what was found before is forgotten. */
void doctor_world_judge(struct doctor_world *w);

/* The first finding of CHECK with SEVERITY whose text has WORDS; NULL: none. */
const struct sg_finding *doctor_world_find(const struct doctor_world *w, enum sg_doctor_check check,
	enum sg_severity severity, const char *words);

/* All findings as lines, for messages. */
const char *doctor_world_text(struct doctor_world *w);

#endif
