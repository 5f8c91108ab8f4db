#include <string.h>

#include "gitlab/page.h"
#include "gitlab/project.h"

#define FIELD(type, member, path) SG_GITLAB_FIELD(type, sg_freeze_period, member, path, false)

/* What is absent stays NULL: whoever decides says then that it cannot. */
static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, id, "id"),
	FIELD(SG_FIELD_STR, freeze_start, "freeze_start"),
	FIELD(SG_FIELD_STR, freeze_end, "freeze_end"),
	FIELD(SG_FIELD_STR, cron_timezone, "cron_timezone"),
};

struct periods {
	struct sg_arena *arena;
	struct sg_freeze_period *items;
	size_t count;
};

static int take_period(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct periods *p = arg;

	return sg_json_read(item, "freeze period", fields, SG_COUNT(fields), p->arena,
		sg_arena_push(p->arena, &p->items, &p->count, sizeof(*p->items)), err);
}

static void forget_periods(void *arg)
{
	struct periods *p = arg;

	p->items = NULL;
	p->count = 0;
}

int sg_gitlab_freeze_periods(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_freeze_period **ret_periods, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct periods p = {.arena = arena};
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "read the freeze periods"},
		.what = "the freeze periods of the project",
		.max_items = SG_FREEZE_MAX_PERIODS,
		.item = take_period,
		.restart = forget_periods,
		.arg = &p,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/freeze_periods");
	if (sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	*ret_periods = p.items;
	*ret_count = p.count;
	return 0;
}
