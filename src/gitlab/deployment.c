#include "gitlab/deployment.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "gitlab/call.h"
#include "io/json_write.h"

#define FIELD(type, member, path, needed)                                                          \
	SG_GITLAB_FIELD(type, sg_gitlab_deployment, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, id, "id", true),
	FIELD(SG_FIELD_I64, user_id, "user.id", false),
	FIELD(SG_FIELD_STR, sha, "sha", true),
	FIELD(SG_FIELD_STR, status, "status", true),
};

static int decode(const struct sg_json *doc, struct sg_arena *arena,
	struct sg_gitlab_deployment *ret, struct sg_err *err)
{
	static const char where[] = "deployment";
	struct sg_gitlab_deployment made = {0};

	if (sg_gitlab_fields(doc, where, fields, SG_COUNT(fields), arena, &made, err) < 0)
		return -1;
	if (made.id <= 0)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s.id: expected a number above 0", where);
	if (sg_gitlab_check_oid(made.sha, where, "sha", err) < 0)
		return -1;
	made.of_job = sg_json_type(sg_json_get(doc, "deployable")) == SG_JSON_OBJECT;
	*ret = made;
	return 0;
}

static int take_all(const struct sg_json *doc, struct sg_arena *arena,
	struct sg_gitlab_deployment **ret_items, size_t *ret_count, struct sg_err *err)
{
	struct sg_gitlab_deployment *items = NULL;
	size_t count = 0;

	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "deployments: expected an array");
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e)) {
		struct sg_gitlab_deployment one;

		if (decode(e, arena, &one, err) < 0)
			return -1;
		*(struct sg_gitlab_deployment *)sg_arena_push(arena, &items, &count, sizeof(one)) =
			one;
	}
	*ret_items = items;
	*ret_count = count;
	return 0;
}

/* ID 0: of all. */
static int path_of(
	const struct sg_gitlab *gitlab, int64_t id, struct sg_buf *path, struct sg_err *err)
{
	sg_buf_init(path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(path, "/deployments");
	if (id)
		sg_buf_addf(path, "/%" PRId64, id);
	return 0;
}

int sg_gitlab_deployments(struct sg_gitlab *gitlab, const char *environment, struct sg_arena *arena,
	struct sg_gitlab_deployment **ret_items, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the deployments"};

	if (path_of(gitlab, 0, &path, err) < 0)
		return -1;
	sg_gitlab_path_param(&path, "environment", environment);
	sg_gitlab_path_param(&path, "order_by", "id");
	sg_gitlab_path_param(&path, "sort", "desc"); /* ascending unless said */
	sg_gitlab_path_param(&path, "per_page", "20");
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (take_all(doc, arena, ret_items, ret_count, err) < 0)
		return sg_wrap(err, "%s", call.label);
	return 0;
}

int sg_gitlab_deployment_add(struct sg_gitlab *gitlab, const struct sg_gitlab_deployment_ask *ask,
	struct sg_arena *arena, struct sg_gitlab_deployment *ret_made,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0}, body = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_gitlab_call call = {.method = "POST",
		.path = &path,
		.project = gitlab->project,
		.label = "record the deployment"};
	struct sg_err why = SG_ERR_INIT;
	struct sg_json_out json;

	sg_buf_init(&body, SG_GITLAB_SEND_MAX);
	if (path_of(gitlab, 0, &path, err) < 0)
		return -1;
	sg_json_out_init(&json, &body, false);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "environment", ask->environment);
	sg_json_put_str(&json, "sha", ask->sha);
	sg_json_put_str(&json, "ref", ask->branch);
	sg_json_put_bool(&json, "tag", false);
	sg_json_put_str(&json, "status", ask->status);
	sg_json_close_object(&json);
	call.body = sg_buf_str(&body);
	if (sg_gitlab_write(gitlab, &call, &doc, ret_answer, err) < 0)
		return -1;
	if (ret_answer->outcome == SG_GITLAB_DONE && decode(doc, arena, ret_made, &why) < 0) {
		ret_answer->outcome = SG_GITLAB_DOUBT;
		sg_text_line(ret_answer->why, sizeof(ret_answer->why), sg_str_of(why.cause));
	}
	return 0;
}

int sg_gitlab_deployment_end(struct sg_gitlab *gitlab, int64_t id, const char *status,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0}, body = {0};
	struct sg_gitlab_call call = {.method = "PUT",
		.path = &path,
		.project = gitlab->project,
		.label = "record how the deployment ended"};
	struct sg_json_out json;

	sg_buf_init(&body, SG_GITLAB_SEND_MAX);
	if (path_of(gitlab, id, &path, err) < 0)
		return -1;
	sg_json_out_init(&json, &body, false);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "status", status);
	sg_json_close_object(&json);
	call.body = sg_buf_str(&body);
	return sg_gitlab_write(gitlab, &call, NULL, ret_answer, err);
}
