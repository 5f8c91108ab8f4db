#include <inttypes.h>
#include <string.h>

#include "gitlab/call.h"
#include "gitlab/decode.h"
#include "gitlab/people.h"

/* Is what GitLab says of a membership one that counts now? */
static int judge(const struct sg_json *doc, int64_t user_id, int64_t now_unix_s, bool *ret_member,
	struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_gitlab_member m;

	if (sg_gitlab_decode_member(doc, now_unix_s, &arena, &m, err) < 0)
		return -1;
	if (m.id != user_id)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"asked for member %" PRId64 ", the answer is member %" PRId64, user_id,
			m.id);
	*ret_member = m.live;
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

/* Names of users and groups are of one space. */
static int is_user_name(
	struct sg_gitlab *gitlab, const char *name, bool *ret_is, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_gitlab_user ignored;

	return sg_gitlab_user_find(gitlab, name, &arena, ret_is, &ignored, err);
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
