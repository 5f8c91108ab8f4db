#include "gitlab/mr.h"

#include <inttypes.h>
#include <stdio.h>

#include "gitlab/decode.h"
#include "gitlab/mr_path.h"

#define PER_PAGE 100
#define PAGES_MAX 20

int sg_gitlab_mr_path(const struct sg_gitlab *gitlab, int64_t iid, const char *tail,
	struct sg_buf *path, struct sg_err *err)
{
	if (sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	sg_buf_addf(path, "/merge_requests/%" PRId64 "%s", iid, tail);
	return 0;
}

/* Of the project's own branch: anybody may have one of its name in a fork. */
static bool is_own(const struct sg_json *entry)
{
	int64_t source, target;

	return sg_json_i64(sg_json_get(entry, "source_project_id"), &source) &&
	       sg_json_i64(sg_json_get(entry, "target_project_id"), &target) && source == target;
}

struct listing {
	struct sg_arena *arena;
	struct sg_mr *items;
	size_t count, seen; /* seen: those of forks, too */
};

static int decode_list(struct listing *l, const struct sg_json *doc, struct sg_err *err)
{
	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "the merge requests: expected an array");
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e)) {
		l->seen++;
		if (!is_own(e))
			continue;
		if (sg_gitlab_decode_mr(e, l->arena,
			    sg_arena_push(l->arena, &l->items, &l->count, sizeof(*l->items)),
			    err) < 0)
			return -1;
	}
	return 0;
}

static int read_list_page(struct sg_gitlab *gitlab, struct sg_buf *path, uint64_t page,
	struct listing *l, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = path, .project = gitlab->project, .label = "list the merge requests"};
	size_t plain = path->len;
	char number[24];
	int rc;

	(void)snprintf(number, sizeof(number), "%" PRIu64, page);
	if (page > 1)
		sg_gitlab_path_param(path, "page", number);
	rc = sg_gitlab_get(gitlab, &call, &doc, err);
	sg_buf_splice(path, plain, path->len, SG_STR(""));
	if (rc < 0)
		return -1;
	return decode_list(l, doc, err) < 0 ? sg_wrap(err, "%s", call.label) : 0;
}

int sg_gitlab_mr_list(struct sg_gitlab *gitlab, const char *source_branch,
	const char *target_branch, const char *state, struct sg_arena *arena,
	struct sg_mr **ret_mrs, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct listing l = {.arena = arena};

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
	for (uint64_t page = 1; l.count < PER_PAGE && l.seen == (page - 1) * PER_PAGE; page++) {
		if (page > PAGES_MAX)
			return sg_fail(err, SG_R_TOO_LARGE,
				"too many merge requests come from branches of other projects that "
				"have the name %.100s",
				source_branch);
		if (read_list_page(gitlab, &path, page, &l, err) < 0)
			return -1;
	}
	*ret_mrs = l.items;
	*ret_count = l.count;
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
