#include "gitlab/build.h"

#include <inttypes.h>

#include "gitlab/call.h"

#define FIELD(type, member, path, needed)                                                          \
	SG_GITLAB_FIELD(type, sg_gitlab_build, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, id, "id", true),
	FIELD(SG_FIELD_I64, iid, "iid", false),
	FIELD(SG_FIELD_I64, project_id, "project_id", false),
	FIELD(SG_FIELD_STR, web_url, "web_url", false),
};

static int decode(const struct sg_json *doc, const char *where, struct sg_arena *arena,
	struct sg_gitlab_build *ret, struct sg_err *err)
{
	struct sg_gitlab_build build = {0};

	if (sg_gitlab_fields(doc, where, fields, SG_COUNT(fields), arena, &build, err) < 0)
		return -1;
	if (build.id <= 0 || build.iid < 0 || build.project_id < 0)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s.id: expected numbers above 0", where);
	*ret = build;
	return 0;
}

int sg_gitlab_build_get(struct sg_gitlab *gitlab, const char *project, int64_t id,
	struct sg_arena *arena, struct sg_gitlab_build *ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = project, .label = "read the pipeline"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, project, err) < 0)
		return -1;
	sg_buf_addf(&path, "/pipelines/%" PRId64, id);
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (decode(doc, "pipeline", arena, ret, err) < 0)
		return sg_wrap(err, "%s", call.label);
	if (ret->id == id && ret->iid && ret->project_id)
		return 0;
	(void)sg_fail(err, SG_R_ANSWER_INVALID,
		"asked for pipeline %" PRId64 ", the answer is pipeline %" PRId64 " (%" PRId64
		" of project %" PRId64 ")",
		id, ret->id, ret->iid, ret->project_id);
	return sg_wrap(err, "%s", call.label);
}

int sg_gitlab_build_own(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_gitlab_build *ret, struct sg_err *err)
{
	static const char label[] = "read the pipeline of this job";
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_gitlab_build build;

	if (sg_gitlab_get_job(gitlab, label, &doc, err) < 0)
		return -1;
	if (decode(sg_json_get(doc, "pipeline"), "job.pipeline", arena, &build, err) < 0)
		return sg_wrap(err, "%s", label);
	if (!build.project_id) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID,
			"job.pipeline.project_id: expected a number above 0");
		return sg_wrap(err, "%s", label);
	}
	if (build.iid) {
		*ret = build;
		return 0;
	}
	return sg_gitlab_build_get(gitlab, sg_arena_printf(arena, "%" PRId64, build.project_id),
		build.id, arena, ret, err);
}

static int take_commits(const struct sg_json *doc, struct sg_arena *arena,
	struct sg_gitlab_commit **ret_commits, size_t *ret_count, struct sg_err *err)
{
	struct sg_gitlab_commit *items = NULL;
	size_t count = 0;

	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "commits: expected an array");
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e)) {
		const char *id = sg_json_str(sg_json_get(e, "id"), "");
		struct sg_gitlab_commit *commit;

		if (!sg_str_is_oid(sg_str_of(id)))
			return sg_fail(
				err, SG_R_ANSWER_INVALID, "commit.id: expected a full commit id");
		commit = sg_arena_push(arena, &items, &count, sizeof(*commit));
		commit->id = sg_arena_strdup(arena, id);
		commit->message =
			sg_arena_strdup(arena, sg_json_str(sg_json_get(e, "message"), ""));
	}
	*ret_commits = items;
	*ret_count = count;
	return 0;
}

int sg_gitlab_commits_of(struct sg_gitlab *gitlab, const char *revision, const char *file,
	struct sg_arena *arena, struct sg_gitlab_commit **ret_commits, size_t *ret_count,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the last commits"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/repository/commits");
	sg_gitlab_path_param(&path, "ref_name", revision);
	if (file)
		sg_gitlab_path_param(&path, "path", file);
	sg_gitlab_path_param(&path, "per_page", "100");
	if (sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (take_commits(doc, arena, ret_commits, ret_count, err) < 0)
		return sg_wrap(err, "%s", call.label);
	return 0;
}
