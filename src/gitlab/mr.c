#include "gitlab/mr.h"

#include <inttypes.h>

#include "gitlab/decode.h"
#include "gitlab/mr_path.h"

int sg_gitlab_mr_path(const struct sg_gitlab *gitlab, int64_t iid, const char *tail,
	struct sg_buf *path, struct sg_err *err)
{
	if (sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	sg_buf_addf(path, "/merge_requests/%" PRId64 "%s", iid, tail);
	return 0;
}

static int decode_list(const struct sg_json *doc, struct sg_arena *arena, struct sg_mr **ret_mrs,
	size_t *ret_count, struct sg_err *err)
{
	struct sg_mr *items = NULL;
	size_t count = 0;

	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "the merge requests: expected an array");
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e))
		if (sg_gitlab_decode_mr(e, arena,
			    sg_arena_push(arena, &items, &count, sizeof(*items)), err) < 0)
			return -1;
	*ret_mrs = items;
	*ret_count = count;
	return 0;
}

int sg_gitlab_mr_list(struct sg_gitlab *gitlab, const char *source_branch,
	const char *target_branch, const char *state, struct sg_arena *arena,
	struct sg_mr **ret_mrs, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "list the merge requests"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/merge_requests");
	sg_gitlab_path_param(&path, "source_branch", source_branch);
	if (target_branch)
		sg_gitlab_path_param(&path, "target_branch", target_branch);
	sg_gitlab_path_param(&path, "state", state);
	sg_gitlab_path_param(&path, "order_by", "created_at");
	sg_gitlab_path_param(&path, "sort", "desc");
	sg_gitlab_path_param(&path, "per_page", "100");
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (decode_list(doc, arena, ret_mrs, ret_count, err) < 0)
		return sg_wrap(err, "%s", call.label);
	return 0;
}

int sg_gitlab_mr_get(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_mr *ret_mr, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the merge request"};
	struct sg_mr mr;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_mr_path(gitlab, iid, "", &path, err) < 0 ||
		sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (sg_gitlab_decode_mr(doc, arena, &mr, err) < 0)
		return sg_wrap(err, "%s", call.label);
	if (mr.iid != iid)
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"asked for merge request !%" PRId64 ", the answer is !%" PRId64, iid,
			mr.iid);
	*ret_mr = mr;
	return 0;
}

int sg_gitlab_mr_recheck(struct sg_gitlab *gitlab, int64_t iid, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "test the mergeability"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_mr_path(gitlab, iid, "/merge_ref", &path, err) < 0 ||
		sg_gitlab_ask(gitlab, &call, &reply, err) < 0)
		return -1;
	if (reply.fault.kind == SG_GITLAB_FAULT_NONE || reply.status == 400)
		return 0;
	return sg_gitlab_refuse(gitlab, &call, &reply.fault, err);
}
