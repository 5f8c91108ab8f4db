#include <stdio.h>

#include "gitlab/call.h"
#include "gitlab/project.h"
#include "model/ids.h"

int sg_gitlab_commit_id(struct sg_gitlab *gitlab, const char *project, const char *revision,
	struct sg_arena *arena, const char **ret_oid, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = project, .label = "read the commit"};
	const char *oid;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/repository/commits");
	if (sg_gitlab_path_part(&path, revision, err) < 0 ||
		sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	oid = sg_json_str(sg_json_get(doc, "id"), "");
	if (!sg_str_is_oid(sg_str_of(oid)))
		return sg_fail(err, SG_R_ANSWER_INVALID, "commit.id: expected a full commit id");
	*ret_oid = sg_arena_strdup(arena, oid);
	return 0;
}

int sg_gitlab_revision(struct sg_gitlab *gitlab, const char *project, const char *revision,
	struct sg_arena *arena, const char **ret_oid, struct sg_err *err)
{
	struct sg_err first = SG_ERR_INIT, second = SG_ERR_INIT;
	bool has_v = revision[0] == 'v' && revision[1] >= '0' && revision[1] <= '9';
	const char *other = has_v ? revision + 1 : sg_arena_printf(arena, "v%s", revision);

	if (sg_gitlab_commit_id(gitlab, project, revision, arena, ret_oid, &first) == 0)
		return 0;
	if (first.reason == SG_R_NOT_FOUND) {
		if (sg_gitlab_commit_id(gitlab, project, other, arena, ret_oid, &second) == 0)
			return 0;
		if (second.reason != SG_R_NOT_FOUND)
			first = second;
	}
	*err = first;
	return sg_wrap(err, "revision \"%.100s\"", revision);
}
