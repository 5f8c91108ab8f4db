#include <stdio.h>

#include "gitlab/call.h"
#include "gitlab/project.h"
#include "model/ids.h"
#include "model/tag.h"
#include "model/version_order.h"

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

/* What looks like a commit id must be that commit, and no branch or tag of such a name. */
static int commit_by_id(struct sg_gitlab *gitlab, const char *project, const char *id,
	struct sg_arena *arena, const char **ret_oid, struct sg_err *err)
{
	if (sg_gitlab_commit_id(gitlab, project, id, arena, ret_oid, err) < 0)
		return -1;
	if (!sg_str_starts(sg_str_of(*ret_oid), id))
		return sg_fail(err, SG_R_NOT_FOUND, "%.100s names another thing than a commit", id);
	return 0;
}

static int commit_by_name(struct sg_gitlab *gitlab, const char *project, const char *name,
	struct sg_arena *arena, const char **ret_oid, struct sg_err *err)
{
	struct sg_err other = SG_ERR_INIT;
	bool has_v = name[0] == 'v' && name[1] >= '0' && name[1] <= '9';

	if (sg_gitlab_commit_id(gitlab, project, name, arena, ret_oid, err) == 0)
		return 0;
	if (err->reason != SG_R_NOT_FOUND)
		return -1;
	if (sg_gitlab_commit_id(gitlab, project,
		    has_v ? name + 1 : sg_arena_printf(arena, "v%s", name), arena, ret_oid,
		    &other) == 0)
		return 0;
	if (other.reason != SG_R_NOT_FOUND)
		*err = other;
	return -1;
}

int sg_gitlab_revision(struct sg_gitlab *gitlab, const char *project, const char *tag,
	struct sg_arena *arena, const char **ret_oid, struct sg_err *err)
{
	struct sg_str id = sg_tag_commit(sg_str_of(tag));
	struct sg_err why = SG_ERR_INIT;
	int rc = -1;

	if (id.len)
		rc = commit_by_id(gitlab, project, sg_arena_dup(arena, id), arena, ret_oid, &why);
	if (!id.len || (rc < 0 && why.reason == SG_R_NOT_FOUND && sg_version_is(sg_str_of(tag)))) {
		why = (struct sg_err)SG_ERR_INIT;
		rc = commit_by_name(gitlab, project, tag, arena, ret_oid, &why);
	}
	if (rc == 0)
		return 0;
	*err = why;
	return sg_wrap(err, "revision \"%.100s\"", tag);
}
