/* JSON of GitLab's objects into their structs. Inside gitlab/ and its tests only. */
#ifndef SG_GITLAB_DECODE_H
#define SG_GITLAB_DECODE_H

#include "gitlab/mr.h"
#include "gitlab/people.h"
#include "io/json_doc.h"

/*
 * Keys that are unknown are passed over, null is absent. ANSWER_INVALID names the object and the
 * field: a wrong type, a required field that is missing, a time or a commit id that is none.
 */
int sg_gitlab_decode_mr(const struct sg_json *object, struct sg_arena *arena, struct sg_mr *ret,
	struct sg_err *err) SG_MUST_CHECK;

int sg_gitlab_decode_note(const struct sg_json *object, struct sg_arena *arena,
	struct sg_gitlab_note *ret, struct sg_err *err) SG_MUST_CHECK;

/* *ret_id is the number of the version, which grows with time. */
int sg_gitlab_decode_version(const struct sg_json *object, struct sg_arena *arena,
	struct sg_gitlab_version *ret, int64_t *ret_id, struct sg_err *err) SG_MUST_CHECK;

/* An element of approved_by. */
int sg_gitlab_decode_approval(const struct sg_json *object, struct sg_arena *arena,
	struct sg_gitlab_approval *ret, struct sg_err *err) SG_MUST_CHECK;

/* NOW_UNIX_S decides whether the membership has ended. */
int sg_gitlab_decode_member(const struct sg_json *object, int64_t now_unix_s,
	struct sg_arena *arena, struct sg_gitlab_member *ret, struct sg_err *err) SG_MUST_CHECK;

/* WHERE names the object in errors ("user", "job.user"). */
int sg_gitlab_decode_user(const struct sg_json *object, const char *where, struct sg_arena *arena,
	struct sg_gitlab_user *ret, struct sg_err *err) SG_MUST_CHECK;

#endif
