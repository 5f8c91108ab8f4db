/* Users, members, and who asked (gitlab.md 6.12). */
#ifndef SG_GITLAB_PEOPLE_H
#define SG_GITLAB_PEOPLE_H

#include "gitlab/client.h"
#include "model/ancestry.h"

struct sg_gitlab_user {
	int64_t id;
	const char *username;
	const char *name;
	const char *email, *commit_email; /* told to the user alone; "" for all others */
	bool active;                      /* state is "active" */
	bool bot;                         /* `bot`, else the name pattern of access tokens' users */
};

/* The user that the token acts as. AUTH_FAILED; FORBIDDEN for a job token, which has none. */
int sg_gitlab_whoami(struct sg_gitlab *gitlab, struct sg_arena *arena, struct sg_gitlab_user *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* The user who started the job that this runs in, by its own token: variables cannot forge it.
 * CREDENTIAL_MISSING outside a job. */
int sg_gitlab_job_user(struct sg_gitlab *gitlab, struct sg_arena *arena, struct sg_gitlab_user *ret,
	struct sg_err *err) SG_MUST_CHECK;

/* NOT_FOUND when there is no such user. */
int sg_gitlab_user_get(struct sg_gitlab *gitlab, int64_t id, struct sg_arena *arena,
	struct sg_gitlab_user *ret, struct sg_err *err) SG_MUST_CHECK;

/* A member, direct or not, of a project or group (gitlab.md 6.12). */
struct sg_gitlab_member {
	int64_t id;
	const char *username;
	int64_t role; /* access level, 30 for a Developer */
	bool live;    /* an active user whose membership has not ended */
};

/* More than this are not read: TOO_LARGE. */
#define SG_GITLAB_MEMBERS_MAX 5000u

/*
 * All members of the group at path GROUP, or of the client's project when it is NULL, inherited and
 * invited ones too. NOT_FOUND when the group is not there, or hidden from this token.
 */
int sg_gitlab_members(struct sg_gitlab *gitlab, const char *group, int64_t now_unix_s,
	struct sg_arena *arena, struct sg_gitlab_member **ret_members, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * The user named NAME (without "@"), as far as a list tells: *ret_found is false when there is
 * none. A name may be one of a group instead.
 */
int sg_gitlab_user_find(struct sg_gitlab *gitlab, const char *name, struct sg_arena *arena,
	bool *ret_found, struct sg_gitlab_user *ret, struct sg_err *err) SG_MUST_CHECK;

/*
 * Is the user behind "@name" ("@group/sub" with all inherited and invited members, or "@user"
 * itself)? A member that has expired or is not active is none. -1 with NOT_FOUND or FORBIDDEN when
 * the group cannot be read: a missing member and a missing group are told apart.
 */
int sg_gitlab_is_member(struct sg_gitlab *gitlab, const char *at_name,
	const struct sg_gitlab_user *user, int64_t now_unix_s, bool *ret_member,
	struct sg_err *err) SG_MUST_CHECK;

#endif
