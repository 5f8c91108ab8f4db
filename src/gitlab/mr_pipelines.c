#include "gitlab/decode.h"
#include "gitlab/mr_path.h"
#include "gitlab/page.h"

#define PIPELINES_MAX 5000

struct raw {
	struct sg_mr_pipeline pipeline;
	const char *created;
};

#define FIELD(type, member, path, needed) SG_GITLAB_FIELD(type, raw, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, pipeline.id, "id", true),
	FIELD(SG_FIELD_STR, pipeline.sha, "sha", true),
	FIELD(SG_FIELD_STR, pipeline.ref, "ref", false),
	FIELD(SG_FIELD_STR, pipeline.status, "status", false),
	FIELD(SG_FIELD_STR, pipeline.web_url, "web_url", false),
	FIELD(SG_FIELD_STR, created, "created_at", false),
};

struct pipelines {
	struct sg_arena *arena;
	struct sg_mr_pipeline *items;
	int64_t *created;
	size_t count, created_count;
};

static int take(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct pipelines *all = arg;
	struct raw raw = {0};
	int64_t created_ms;

	if (sg_gitlab_fields(item, "pipeline", fields, SG_COUNT(fields), all->arena, &raw, err) <
			0 ||
		sg_gitlab_check_oid(raw.pipeline.sha, "pipeline", "sha", err) < 0 ||
		sg_gitlab_time_ms(raw.created, "pipeline", "created_at", &created_ms, err) < 0)
		return -1;
	*(struct sg_mr_pipeline *)sg_arena_push(
		all->arena, &all->items, &all->count, sizeof(*all->items)) = raw.pipeline;
	*(int64_t *)sg_arena_push(
		all->arena, &all->created, &all->created_count, sizeof(*all->created)) = created_ms;
	return 0;
}

static void forget(void *arg)
{
	struct pipelines *all = arg;

	*all = (struct pipelines){.arena = all->arena};
}

int sg_gitlab_mr_pipelines(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_mr_pipeline **ret_pipelines, int64_t **ret_created, size_t *ret_count,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct pipelines all = {.arena = arena};
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "read the pipelines of the merge request"},
		.what = "the pipelines of the merge request",
		.max_items = PIPELINES_MAX,
		.item = take,
		.restart = forget,
		.arg = &all,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_mr_path(gitlab, iid, "/pipelines", &path, err) < 0 ||
		sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	*ret_pipelines = all.items;
	*ret_created = all.created;
	*ret_count = all.count;
	return 0;
}
