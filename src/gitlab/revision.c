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

static void add_until(struct sg_buf *path, int64_t unix_s)
{
	char text[32];

	sg_time_format(unix_s, text, sizeof(text));
	sg_gitlab_path_param(path, "until", text);
}

int sg_gitlab_commit_at(struct sg_gitlab *gitlab, const char *branch, int64_t unix_s,
	char ret_oid[SG_OID_SIZE], struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the branch's past"};
	const char *oid = "";

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/repository/commits");
	sg_gitlab_path_param(&path, "ref_name", branch);
	sg_gitlab_path_param(&path, "first_parent", "true");
	add_until(&path, unix_s);
	sg_gitlab_path_param(&path, "per_page", "1");
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "commits: expected an array");
	if (sg_json_first(doc)) {
		oid = sg_json_str(sg_json_get(sg_json_first(doc), "id"), "");
		if (!sg_str_is_oid(sg_str_of(oid)))
			return sg_fail(
				err, SG_R_ANSWER_INVALID, "commit.id: expected a full commit id");
	}
	(void)snprintf(ret_oid, SG_OID_SIZE, "%s", oid);
	return 0;
}
