#include <inttypes.h>
#include <string.h>

#include "gitlab/call.h"
#include "gitlab/decode.h"
#include "gitlab/people.h"

struct raw {
	struct sg_gitlab_user user;
	const char *state;
	const struct sg_json *bot;
};

#define FIELD(type, member, path, needed) SG_GITLAB_FIELD(type, raw, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, user.id, "id", true),
	FIELD(SG_FIELD_STR, user.username, "username", true),
	FIELD(SG_FIELD_STR, user.name, "name", false),
	FIELD(SG_FIELD_STR, user.email, "email", false),
	FIELD(SG_FIELD_STR, user.commit_email, "commit_email", false),
	FIELD(SG_FIELD_STR, state, "state", false),
	FIELD(SG_FIELD_BOOL, user.bot, "bot", false),
	FIELD(SG_FIELD_JSON, bot, "bot", false),
};

/* "project_101_bot_2c7d", "group_7_bot", "project_101_bot3": users of access tokens. */
static bool looks_like_bot(const char *username)
{
	struct sg_str rest = sg_str_of(username), part;
	size_t i = 0;

	if (sg_str_starts(rest, "service_account_"))
		return true;
	if (!sg_str_cut(&rest, '_', &part) ||
		!(sg_str_is(part, "project") || sg_str_is(part, "group")) ||
		!sg_str_cut(&rest, '_', &part) || !sg_str_is_digits(part) ||
		!sg_str_starts(rest, "bot"))
		return false;
	for (i = 3; i < rest.len && rest.ptr[i] >= '0' && rest.ptr[i] <= '9'; i++)
		;
	return i == rest.len || rest.ptr[i] == '_';
}

int sg_gitlab_decode_user(const struct sg_json *object, const char *where, struct sg_arena *arena,
	struct sg_gitlab_user *ret, struct sg_err *err)
{
	struct raw raw = {0};

	if (sg_gitlab_fields(object, where, fields, SG_COUNT(fields), arena, &raw, err) < 0)
		return -1;
	if (raw.user.id <= 0)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s.id: expected a number above 0", where);
	raw.user.active = strcmp(raw.state, "active") == 0;
	if (!raw.bot)
		raw.user.bot = looks_like_bot(raw.user.username);
	*ret = raw.user;
	return 0;
}

/* An answer that is one user. */
static int read_user(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_arena *arena, struct sg_gitlab_user *ret, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	if (sg_gitlab_get(gitlab, call, &doc, err) < 0)
		return -1;
	if (sg_gitlab_decode_user(doc, "user", arena, ret, err) < 0)
		return sg_wrap(err, "%s", call->label);
	return 0;
}

int sg_gitlab_whoami(struct sg_gitlab *gitlab, struct sg_arena *arena, struct sg_gitlab_user *ret,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	const struct sg_gitlab_call call = {.path = &path, .label = "read the token's own user"};

	if (gitlab->cred && gitlab->cred->kind == SG_CRED_JOB_TOKEN) {
		(void)sg_fail(err, SG_R_FORBIDDEN, "a job token has no user of its own");
		(void)sg_hint(err, "set STAGEGATE_GITLAB_TOKEN");
		return sg_wrap(err, "%s", call.label);
	}
	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_adds(&path, "/user");
	return read_user(gitlab, &call, arena, ret, err);
}

int sg_gitlab_job_user(struct sg_gitlab *gitlab, struct sg_arena *arena, struct sg_gitlab_user *ret,
	struct sg_err *err)
{
	static const char label[] = "read who started this job";
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	if (sg_gitlab_get_job(gitlab, label, &doc, err) < 0)
		return -1;
	if (sg_gitlab_decode_user(sg_json_get(doc, "user"), "job.user", arena, ret, err) < 0)
		return sg_wrap(err, "%s", label);
	return 0;
}

int sg_gitlab_user_get(struct sg_gitlab *gitlab, int64_t id, struct sg_arena *arena,
	struct sg_gitlab_user *ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	const struct sg_gitlab_call call = {.path = &path, .label = "read the user"};
	struct sg_gitlab_user user;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_addf(&path, "/users/%" PRId64, id);
	if (read_user(gitlab, &call, arena, &user, err) < 0)
		return -1;
	if (user.id != id)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"asked for user %" PRId64 ", the answer is user %" PRId64, id, user.id);
	*ret = user;
	return 0;
}

int sg_gitlab_user_find(struct sg_gitlab *gitlab, const char *name, struct sg_arena *arena,
	bool *ret_found, struct sg_gitlab_user *ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {.path = &path, .label = "look for the user"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_adds(&path, "/users");
	sg_gitlab_path_param(&path, "username", name);
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	*ret_found = false;
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e)) {
		if (!sg_str_ieq(sg_str_of(sg_json_str(sg_json_get(e, "username"), "")),
			    sg_str_of(name)))
			continue;
		if (sg_gitlab_decode_user(e, "user", arena, ret, err) < 0)
			return sg_wrap(err, "%s", call.label);
		*ret_found = true;
		return 0;
	}
	return 0;
}
