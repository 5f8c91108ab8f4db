/*
 * What only a survey of the whole asks GitLab: its version, what a token says of itself, and the
 * rules of the protected branches (gitlab.md 2, 5). Results live in the arena.
 */
#ifndef SG_GITLAB_SURVEY_H
#define SG_GITLAB_SURVEY_H

#include "gitlab/client.h"
#include "model/doctor_facts.h"

/* "19.5.0-pre". */
int sg_gitlab_version(struct sg_gitlab *gitlab, struct sg_arena *arena, const char **ret_version,
	struct sg_err *err) SG_MUST_CHECK;

struct sg_gitlab_token {
	int64_t user_id;
	const char *const *scopes;
	size_t scope_count;
	int64_t expires_unix_s; /* its last day is over then; 0: it does not expire */
};

/* The token in use. REMOTE_FAILED for an OAuth token: GitLab has that for others only. */
int sg_gitlab_token_self(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_gitlab_token *ret, struct sg_err *err) SG_MUST_CHECK;

/* More than this are not read: TOO_LARGE. */
#define SG_GITLAB_RULES_MAX 1000u

/* All rules of the project's protected branches, those of its groups included. */
int sg_gitlab_rules(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_doctor_rule **ret_rules, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

/* Can the project at PATH be read? NOT_FOUND when it is not there, or hidden from this token. */
int sg_gitlab_sees_project(
	struct sg_gitlab *gitlab, const char *path, struct sg_err *err) SG_MUST_CHECK;

#endif
