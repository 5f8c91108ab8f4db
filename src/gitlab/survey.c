#include "gitlab/survey.h"

#include "gitlab/page.h"
#include "model/ids.h"

#define SCOPES_MAX 64u
#define ROWS_MAX 256u /* of one rule; more of them are people that nobody can oversee */

int sg_gitlab_version(struct sg_gitlab *gitlab, struct sg_arena *arena, const char **ret_version,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {.path = &path, .label = "read the version of GitLab"};
	const char *version;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_adds(&path, "/version");
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	version = sg_json_str(sg_json_get(doc, "version"), NULL);
	if (!version) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID, "version: expected a text");
		return sg_wrap(err, "%s", call.label);
	}
	*ret_version = sg_arena_strdup(arena, version);
	return 0;
}

#define TOKEN(type, member, path, needed) SG_GITLAB_FIELD(type, raw_token, member, path, needed)

struct raw_token {
	struct sg_gitlab_token token;
	const char *expires;
};

static const struct sg_json_field token_fields[] = {
	TOKEN(SG_FIELD_I64, token.user_id, "user_id", false),
	TOKEN(SG_FIELD_STR, expires, "expires_at", false),
};

static int read_scopes(const struct sg_json *array, struct sg_arena *arena,
	struct sg_gitlab_token *token, struct sg_err *err)
{
	const char **scopes = NULL;

	if (sg_json_type(array) != SG_JSON_ARRAY || sg_json_count(array) > SCOPES_MAX)
		return sg_fail(err, SG_R_ANSWER_INVALID, "token.scopes: expected a list");
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e))
		*(const char **)sg_arena_push(arena, &scopes, &token->scope_count,
			sizeof(*scopes)) = sg_arena_strdup(arena, sg_json_str(e, ""));
	token->scopes = scopes;
	return 0;
}

static int decode_token(const struct sg_json *doc, struct sg_arena *arena,
	struct sg_gitlab_token *ret, struct sg_err *err)
{
	struct raw_token raw = {0};

	if (sg_gitlab_fields(doc, "token", token_fields, SG_COUNT(token_fields), arena, &raw, err) <
			0 ||
		read_scopes(sg_json_get(doc, "scopes"), arena, &raw.token, err) < 0)
		return -1;
	if (raw.expires[0] &&
		!sg_time_parse_date(sg_str_of(raw.expires), &raw.token.expires_unix_s) &&
		!sg_time_parse(sg_str_of(raw.expires), &raw.token.expires_unix_s))
		return sg_fail(err, SG_R_ANSWER_INVALID, "token.expires_at: expected a date");
	*ret = raw.token;
	return 0;
}

int sg_gitlab_token_self(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_gitlab_token *ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {.path = &path, .label = "read the token itself"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_adds(&path, "/personal_access_tokens/self");
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (decode_token(doc, arena, ret, err) < 0)
		return sg_wrap(err, "%s", call.label);
	return 0;
}

struct raw_allowed {
	int64_t role;
	struct sg_doctor_allowed row;
};

#define ALLOWED(type, member, path) SG_GITLAB_FIELD(type, raw_allowed, member, path, false)

static const struct sg_json_field allowed_fields[] = {
	ALLOWED(SG_FIELD_I64, role, "access_level"),
	ALLOWED(SG_FIELD_I64, row.user_id, "user_id"),
	ALLOWED(SG_FIELD_I64, row.group_id, "group_id"),
	ALLOWED(SG_FIELD_I64, row.deploy_key_id, "deploy_key_id"),
	ALLOWED(SG_FIELD_STR, row.description, "access_level_description"),
};

static int read_allowed(const struct sg_json *array, struct sg_arena *arena,
	const struct sg_doctor_allowed **ret_rows, size_t *ret_count, struct sg_err *err)
{
	struct sg_doctor_allowed *rows = NULL;
	size_t count = 0;

	if (sg_json_type(array) != SG_JSON_ARRAY || sg_json_count(array) > ROWS_MAX)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"protected branch: expected its access levels as a list");
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e)) {
		struct raw_allowed raw = {0};

		if (sg_gitlab_fields(e, "access level", allowed_fields, SG_COUNT(allowed_fields),
			    arena, &raw, err) < 0)
			return -1;
		if (raw.role < 0 || raw.role > INT16_MAX)
			return sg_fail(err, SG_R_ANSWER_INVALID,
				"access level.access_level: expected a role");
		raw.row.role = (int)raw.role;
		*(struct sg_doctor_allowed *)sg_arena_push(arena, &rows, &count, sizeof(*rows)) =
			raw.row;
	}
	*ret_rows = rows;
	*ret_count = count;
	return 0;
}

#define RULE(type, member, path, needed) SG_GITLAB_FIELD(type, sg_doctor_rule, member, path, needed)

static const struct sg_json_field rule_fields[] = {
	RULE(SG_FIELD_STR, name, "name", true),
	RULE(SG_FIELD_BOOL, force_push, "allow_force_push", false),
};

struct rules {
	struct sg_arena *arena;
	struct sg_doctor_rule *items;
	size_t count;
};

static int take_rule(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct rules *r = arg;
	struct sg_doctor_rule *rule =
		sg_arena_push(r->arena, &r->items, &r->count, sizeof(*r->items));

	if (sg_gitlab_fields(item, "protected branch", rule_fields, SG_COUNT(rule_fields), r->arena,
		    rule, err) < 0 ||
		read_allowed(sg_json_get(item, "push_access_levels"), r->arena, &rule->push,
			&rule->push_count, err) < 0)
		return -1;
	return read_allowed(sg_json_get(item, "merge_access_levels"), r->arena, &rule->merge,
		&rule->merge_count, err);
}

static void forget_rules(void *arg)
{
	struct rules *r = arg;

	r->items = NULL;
	r->count = 0;
}

int sg_gitlab_rules(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_doctor_rule **ret_rules, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct rules r = {.arena = arena};
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "read the protected branches"},
		.what = "the protected branches of the project",
		.max_items = SG_GITLAB_RULES_MAX,
		.item = take_rule,
		.restart = forget_rules,
		.arg = &r,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/protected_branches");
	if (sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	*ret_rules = r.items;
	*ret_count = r.count;
	return 0;
}

int sg_gitlab_sees_project(struct sg_gitlab *gitlab, const char *path, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf address = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &address, .project = path, .label = "read the source project"};

	sg_buf_init(&address, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&address, path, err) < 0)
		return -1;
	return sg_gitlab_get(gitlab, &call, &doc, err);
}
