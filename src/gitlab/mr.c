#include "gitlab/mr.h"

#include <inttypes.h>
#include <stdio.h>

#include "gitlab/decode.h"
#include "gitlab/mr_path.h"
#include "gitlab/page.h"

#define ENOUGH 100
/* Of what strangers have in forks nothing is kept. */
#define SEEN_MAX 2000
#define SEEN_MAX_BYTES ((size_t)64 * 1024 * 1024)

int sg_gitlab_mr_path(const struct sg_gitlab *gitlab, int64_t iid, const char *tail,
	struct sg_buf *path, struct sg_err *err)
{
	if (sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	sg_buf_addf(path, "/merge_requests/%" PRId64 "%s", iid, tail);
	return 0;
}

bool sg_gitlab_mr_is_own(const struct sg_json *entry)
{
	int64_t source, target;

	return sg_json_i64(sg_json_get(entry, "source_project_id"), &source) &&
	       sg_json_i64(sg_json_get(entry, "target_project_id"), &target) && source == target;
}

struct listing {
	struct sg_arena *arena;
	struct sg_mr *items;
	size_t count;
};

static int take(void *arg, const struct sg_json *entry, struct sg_err *err)
{
	struct listing *l = arg;

	if (!sg_gitlab_mr_is_own(entry))
		return 0;
	return sg_gitlab_decode_mr(entry, l->arena,
		sg_arena_push(l->arena, &l->items, &l->count, sizeof(*l->items)), err);
}

static void forget(void *arg)
{
	struct listing *l = arg;

	*l = (struct listing){.arena = l->arena};
}

static bool is_enough(const void *arg)
{
	const struct listing *l = arg;

	return l->count >= ENOUGH;
}

void sg_gitlab_mr_author(struct sg_buf *path, int64_t author_id)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%" PRId64, author_id);
	if (author_id)
		sg_gitlab_path_param(path, "author_id", number);
}

int sg_gitlab_mr_list(struct sg_gitlab *gitlab, const struct sg_gitlab_mr_list_ask *ask,
	struct sg_arena *arena, struct sg_mr **ret_mrs, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct listing l = {.arena = arena};
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "list the merge requests"},
		.what = "the merge requests from branches of that name, in other projects, too,",
		.max_items = SEEN_MAX,
		.max_bytes = SEEN_MAX_BYTES,
		.item = take,
		.restart = forget,
		.enough = is_enough,
		.arg = &l,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/merge_requests");
	sg_gitlab_path_param(&path, "source_branch", ask->source_branch);
	if (ask->target_branch)
		sg_gitlab_path_param(&path, "target_branch", ask->target_branch);
	sg_gitlab_mr_author(&path, ask->author_id);
	sg_gitlab_path_param(&path, "state", ask->state);
	sg_gitlab_path_param(&path, "order_by", "created_at");
	sg_gitlab_path_param(&path, "sort", "desc");
	if (sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
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
