#include <string.h>

#include "gitlab/call.h"
#include "gitlab/mr.h"

int sg_gitlab_milestone_find(
	struct sg_gitlab *gitlab, const char *title, int64_t *ret_id, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "look for the milestone"};
	int64_t id;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/milestones");
	sg_gitlab_path_param(&path, "title", title);
	sg_gitlab_path_param(&path, "state", "active");
	sg_gitlab_path_param(&path, "include_ancestors", "true");
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (sg_json_type(doc) != SG_JSON_ARRAY) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID, "milestones: expected an array");
		return sg_wrap(err, "%s", call.label);
	}
	*ret_id = 0;
	for (const struct sg_json *e = sg_json_first(doc); e && !*ret_id; e = sg_json_next(e))
		if (strcmp(sg_json_str(sg_json_get(e, "title"), ""), title) == 0 &&
			sg_json_i64(sg_json_get(e, "id"), &id) && id > 0)
			*ret_id = id;
	return 0;
}
