#include <inttypes.h>
#include <string.h>

#include "gitlab/call.h"
#include "gitlab/people.h"
#include "model/ids.h"

struct member {
	int64_t id;
	const char *state;
	const char *membership;
	const char *expires;
};

#define FIELD(type, member_name, path, needed)                                                     \
	SG_GITLAB_FIELD(type, member, member_name, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, id, "id", true),
	FIELD(SG_FIELD_STR, state, "state", true),
	FIELD(SG_FIELD_STR, membership, "membership_state", false),
	FIELD(SG_FIELD_STR, expires, "expires_at", false),
};

/* Is what GitLab says of a membership one that counts now (gitlab.md 6.12)? */
static int judge(const struct sg_json *doc, int64_t user_id, int64_t now_unix_s, bool *ret_member,
	struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct member m = {0};
	int64_t ends_s = INT64_MAX;

	if (sg_gitlab_fields(doc, "member", fields, SG_COUNT(fields), &arena, &m, err) < 0)
		return -1;
	if (m.id != user_id)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"asked for member %" PRId64 ", the answer is member %" PRId64, user_id,
			m.id);
	/* the day itself is no day of membership any more */
	if (m.expires[0] && !sg_time_parse_date(sg_str_of(m.expires), &ends_s) &&
		!sg_time_parse(sg_str_of(m.expires), &ends_s))
		return sg_fail(err, SG_R_ANSWER_INVALID, "member.expires_at: expected a date");
	*ret_member = strcmp(m.state, "active") == 0 &&
		      (!m.membership[0] || strcmp(m.membership, "active") == 0) &&
		      now_unix_s < ends_s;
	return 0;
}

/* A question about one group. */
struct ask {
	struct sg_gitlab *gitlab;
	const char *group;
	struct sg_buf path;
	struct sg_gitlab_call call;
};

static void ask_release(struct ask *ask)
{
	sg_buf_release(&ask->path);
}

static int ask_init(struct ask *ask, const char *first, const char *second, struct sg_err *err)
{
	sg_buf_init(&ask->path, SG_GITLAB_PATH_MAX);
	ask->call.path = &ask->path;
	sg_buf_adds(&ask->path, first);
	return second ? sg_gitlab_path_part(&ask->path, second, err) : 0;
}

/* -1 with NOT_FOUND or FORBIDDEN when the group is not there or not to be seen. */
static int see_group(struct sg_gitlab *gitlab, const char *group, struct sg_err *err)
{
	SG_AUTO(ask_release) struct ask ask = {.call = {.label = "read the group"}};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	if (ask_init(&ask, "/groups", group, err) < 0)
		return -1;
	sg_gitlab_path_param(&ask.path, "with_projects", "false");
	return sg_gitlab_get(gitlab, &ask.call, &doc, err);
}

/* Is there a user of this name? Names of users and groups are of one space. */
static int is_user_name(
	struct sg_gitlab *gitlab, const char *name, bool *ret_is, struct sg_err *err)
{
	SG_AUTO(ask_release) struct ask ask = {.call = {.label = "look for the user"}};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	if (ask_init(&ask, "/users", NULL, err) < 0)
		return -1;
	sg_gitlab_path_param(&ask.path, "username", name);
	if (sg_gitlab_get(gitlab, &ask.call, &doc, err) < 0)
		return -1;
	*ret_is = false;
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e))
		if (sg_str_ieq(sg_str_of(sg_json_str(sg_json_get(e, "username"), "")),
			    sg_str_of(name)))
			*ret_is = true;
	return 0;
}

/* The member is not there: because it is none, or because the group is not. */
static int explain_missing(
	struct sg_gitlab *gitlab, const char *name, bool *ret_member, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	bool is_user = false;

	*ret_member = false;
	if (see_group(gitlab, name, &why) == 0)
		return 0;
	if (why.reason == SG_R_NOT_FOUND && !strchr(name, '/')) {
		if (is_user_name(gitlab, name, &is_user, err) < 0)
			return -1;
		if (is_user)
			return 0;
	}
	*err = why;
	if (err->reason == SG_R_NOT_FOUND && gitlab->cred &&
		gitlab->cred->kind != SG_CRED_JOB_TOKEN)
		(void)sg_hint(err,
			"\"@%s\" is no group or user, or is hidden from this token: make its user "
			"a member of the group",
			name);
	return sg_wrap(err, "members of @%s", name);
}

static int ask_group(struct sg_gitlab *gitlab, const char *group, const struct sg_gitlab_user *user,
	int64_t now_unix_s, bool *ret_member, struct sg_err *err)
{
	SG_AUTO(ask_release) struct ask ask = {.call = {.label = "read the member of the group"}};
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	if (ask_init(&ask, "/groups", group, err) < 0)
		return -1;
	sg_buf_addf(&ask.path, "/members/all/%" PRId64, user->id);
	if (sg_gitlab_fetch(gitlab, &ask.call, &reply, &doc, err) < 0)
		return -1;
	if (reply.fault.kind == SG_GITLAB_FAULT_MISSING)
		return explain_missing(gitlab, group, ret_member, err);
	if (reply.fault.kind != SG_GITLAB_FAULT_NONE)
		return sg_gitlab_refuse(gitlab, &ask.call, &reply.fault, err);
	if (judge(doc, user->id, now_unix_s, ret_member, err) < 0)
		return sg_wrap(err, "members of @%s", group);
	return 0;
}

int sg_gitlab_is_member(struct sg_gitlab *gitlab, const char *at_name,
	const struct sg_gitlab_user *user, int64_t now_unix_s, bool *ret_member, struct sg_err *err)
{
	const char *name = at_name[0] == '@' ? at_name + 1 : at_name;
	bool member = false;

	if (sg_str_ieq(sg_str_of(name), sg_str_of(user->username)))
		member = true;
	else if (ask_group(gitlab, name, user, now_unix_s, &member, err) < 0)
		return -1;
	*ret_member = member && user->active;
	return 0;
}
