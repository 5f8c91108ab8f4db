#include "gitlab/call.h"
#include "gitlab/decode.h"

#define WHERE "merge request"

struct raw {
	struct sg_mr mr;
	const char *state;
	const char *created;
	const char *prepared;
	const char *merged;
	struct sg_mr_user merge_user;
	bool can_merge;
	const struct sg_json *can_merge_said;
};

#define FIELD(type, member, path) SG_GITLAB_FIELD(type, raw, member, path, false)
#define NEEDED(type, member, path) SG_GITLAB_FIELD(type, raw, member, path, true)

static const struct sg_json_field fields[] = {
	NEEDED(SG_FIELD_I64, mr.iid, "iid"),
	NEEDED(SG_FIELD_STR, state, "state"),
	NEEDED(SG_FIELD_STR, mr.source_branch, "source_branch"),
	NEEDED(SG_FIELD_STR, mr.target_branch, "target_branch"),
	NEEDED(SG_FIELD_I64, mr.target_project_id, "target_project_id"),
	FIELD(SG_FIELD_I64, mr.source_project_id,
		"source_project_id"), /* null: a fork was deleted */
	FIELD(SG_FIELD_I64, mr.id, "id"),
	FIELD(SG_FIELD_STR, mr.title, "title"),
	FIELD(SG_FIELD_STR, mr.description, "description"),
	FIELD(SG_FIELD_I64, mr.author.id, "author.id"),
	FIELD(SG_FIELD_STR, mr.author.username, "author.username"),
	FIELD(SG_FIELD_I64, mr.merged_by.id, "merged_by.id"),
	FIELD(SG_FIELD_STR, mr.merged_by.username, "merged_by.username"),
	FIELD(SG_FIELD_I64, merge_user.id, "merge_user.id"),
	FIELD(SG_FIELD_STR, merge_user.username, "merge_user.username"),
	FIELD(SG_FIELD_I64, mr.closed_by.id, "closed_by.id"),
	FIELD(SG_FIELD_STR, mr.closed_by.username, "closed_by.username"),
	FIELD(SG_FIELD_STR, mr.sha, "sha"),
	FIELD(SG_FIELD_STR, mr.base_sha, "diff_refs.base_sha"),
	FIELD(SG_FIELD_STR, mr.merge_commit_sha, "merge_commit_sha"),
	FIELD(SG_FIELD_STR, mr.squash_commit_sha, "squash_commit_sha"),
	FIELD(SG_FIELD_STR, mr.detailed_status, "detailed_merge_status"),
	FIELD(SG_FIELD_STR, mr.merge_error, "merge_error"),
	FIELD(SG_FIELD_STR, mr.web_url, "web_url"),
	FIELD(SG_FIELD_STR, created, "created_at"),
	FIELD(SG_FIELD_STR, prepared, "prepared_at"),
	FIELD(SG_FIELD_STR, merged, "merged_at"),
	FIELD(SG_FIELD_BOOL, mr.draft, "draft"),
	FIELD(SG_FIELD_BOOL, mr.auto_merge, "merge_when_pipeline_succeeds"),
	FIELD(SG_FIELD_BOOL, can_merge, "user.can_merge"),
	FIELD(SG_FIELD_JSON, can_merge_said, "user.can_merge"),
	FIELD(SG_FIELD_I64, mr.pipeline.id, "head_pipeline.id"),
	FIELD(SG_FIELD_STR, mr.pipeline.status, "head_pipeline.status"),
	FIELD(SG_FIELD_STR, mr.pipeline.sha, "head_pipeline.sha"),
	FIELD(SG_FIELD_STR, mr.pipeline.ref, "head_pipeline.ref"),
	FIELD(SG_FIELD_STR, mr.pipeline.web_url, "head_pipeline.web_url"),
};

static int check_ids(const struct sg_mr *mr, const char *where, struct sg_err *err)
{
	if (mr->iid <= 0)
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "%s.iid: expected a number above 0", where);
	if (sg_gitlab_check_oid(mr->sha, where, "sha", err) < 0 ||
		sg_gitlab_check_oid(mr->base_sha, where, "diff_refs.base_sha", err) < 0 ||
		sg_gitlab_check_oid(mr->merge_commit_sha, where, "merge_commit_sha", err) < 0)
		return -1;
	return sg_gitlab_check_oid(mr->squash_commit_sha, where, "squash_commit_sha", err);
}

static int read_times(struct raw *raw, const char *where, struct sg_err *err)
{
	struct sg_mr *mr = &raw->mr;

	if (sg_gitlab_time_s(raw->created, where, "created_at", &mr->created_unix_s, err) < 0 ||
		sg_gitlab_time_s(raw->prepared, where, "prepared_at", &mr->prepared_unix_s, err) <
			0)
		return -1;
	return sg_gitlab_time_ms(raw->merged, where, "merged_at", &mr->merged_unix_ms, err);
}

int sg_gitlab_decode_mr(
	const struct sg_json *object, struct sg_arena *arena, struct sg_mr *ret, struct sg_err *err)
{
	struct raw raw = {0};
	const char *where = WHERE;
	int64_t iid;

	if (sg_json_i64(sg_json_get(object, "iid"), &iid))
		where = sg_arena_printf(arena, WHERE " !%lld", (long long)iid);
	if (sg_gitlab_fields(object, where, fields, SG_COUNT(fields), arena, &raw, err) < 0 ||
		check_ids(&raw.mr, where, err) < 0 || read_times(&raw, where, err) < 0)
		return -1;
	raw.mr.state = sg_mr_state_of(raw.state);
	raw.mr.may_not_merge = sg_json_type(raw.can_merge_said) == SG_JSON_BOOL && !raw.can_merge;
	/* merge_user is also who armed the auto-merge of an open request */
	if (raw.mr.state != SG_MR_MERGED)
		raw.mr.armed_by = raw.merge_user;
	else if (raw.mr.merged_by.id == 0)
		raw.mr.merged_by = raw.merge_user;
	*ret = raw.mr;
	return 0;
}
