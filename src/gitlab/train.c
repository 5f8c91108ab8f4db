#include "gitlab/train.h"

#include "base/text.h"
#include "gitlab/page.h"
#include "gitlab/project.h"

#define CARS_MAX 1000

struct train {
	int64_t iid;
	size_t count;
	size_t place;
};

static int take_car(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct train *train = arg;
	int64_t iid;

	(void)err;
	train->count++;
	if (sg_json_i64(sg_json_at(item, "merge_request.iid"), &iid) && iid == train->iid)
		train->place = train->count;
	return 0;
}

static void forget_cars(void *arg)
{
	struct train *train = arg;

	train->count = train->place = 0;
}

int sg_gitlab_train_place(struct sg_gitlab *gitlab, const char *branch, int64_t iid,
	size_t *ret_place, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct train train = {.iid = iid};
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "read the merge train"},
		.what = "the merge train",
		.max_items = CARS_MAX,
		.item = take_car,
		.restart = forget_cars,
		.arg = &train,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/merge_trains/");
	sg_text_url(sg_str_of(branch), &path);
	sg_gitlab_path_param(&path, "scope", "active");
	sg_gitlab_path_param(&path, "sort", "asc");
	if (sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	*ret_place = train.place;
	*ret_count = train.count;
	return 0;
}
