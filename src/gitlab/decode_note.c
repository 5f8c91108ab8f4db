#include "gitlab/call.h"
#include "gitlab/decode.h"

struct raw_note {
	struct sg_gitlab_note note;
	const char *created;
	const char *updated;
};

#define NOTE(type, member, path, needed) SG_GITLAB_FIELD(type, raw_note, member, path, needed)

static const struct sg_json_field note_fields[] = {
	NOTE(SG_FIELD_I64, note.id, "id", true),
	NOTE(SG_FIELD_I64, note.author_id, "author.id", false), /* null: the user was deleted */
	NOTE(SG_FIELD_BOOL, note.system, "system", false),
	NOTE(SG_FIELD_STR, note.body, "body", false),
	NOTE(SG_FIELD_STR, created, "created_at", true),
	NOTE(SG_FIELD_STR, updated, "updated_at", false),
};

int sg_gitlab_decode_note(const struct sg_json *object, struct sg_arena *arena,
	struct sg_gitlab_note *ret, struct sg_err *err)
{
	struct raw_note raw = {0};
	int64_t updated_ms;

	if (sg_gitlab_fields(object, "note", note_fields, SG_COUNT(note_fields), arena, &raw, err) <
			0 ||
		sg_gitlab_time_ms(
			raw.created, "note", "created_at", &raw.note.created_unix_ms, err) < 0 ||
		sg_gitlab_time_ms(raw.updated, "note", "updated_at", &updated_ms, err) < 0)
		return -1;
	/* GitLab itself touches system notes some milliseconds after it made them */
	raw.note.edited = !raw.note.system && updated_ms > raw.note.created_unix_ms;
	*ret = raw.note;
	return 0;
}

struct raw_version {
	struct sg_gitlab_version version;
	int64_t id;
	const char *created;
};

#define VERSION(type, member, path) SG_GITLAB_FIELD(type, raw_version, member, path, true)

static const struct sg_json_field version_fields[] = {
	VERSION(SG_FIELD_I64, id, "id"),
	VERSION(SG_FIELD_STR, version.head, "head_commit_sha"),
	VERSION(SG_FIELD_STR, version.base, "base_commit_sha"),
	VERSION(SG_FIELD_STR, created, "created_at"),
};

int sg_gitlab_decode_version(const struct sg_json *object, struct sg_arena *arena,
	struct sg_gitlab_version *ret, int64_t *ret_id, struct sg_err *err)
{
	static const char where[] = "merge request version";
	struct raw_version raw = {0};

	if (sg_gitlab_fields(object, where, version_fields, SG_COUNT(version_fields), arena, &raw,
		    err) < 0 ||
		sg_gitlab_check_oid(raw.version.head, where, "head_commit_sha", err) < 0 ||
		sg_gitlab_check_oid(raw.version.base, where, "base_commit_sha", err) < 0 ||
		sg_gitlab_time_ms(
			raw.created, where, "created_at", &raw.version.created_unix_ms, err) < 0)
		return -1;
	*ret = raw.version;
	*ret_id = raw.id;
	return 0;
}

struct raw_approval {
	struct sg_gitlab_approval approval;
	const char *approved;
};

#define APPROVAL(type, member, path, needed)                                                       \
	SG_GITLAB_FIELD(type, raw_approval, member, path, needed)

static const struct sg_json_field approval_fields[] = {
	APPROVAL(SG_FIELD_I64, approval.user_id, "user.id", true),
	APPROVAL(SG_FIELD_STR, approval.username, "user.username", false),
	APPROVAL(SG_FIELD_STR, approved, "approved_at", false),
};

int sg_gitlab_decode_approval(const struct sg_json *object, struct sg_arena *arena,
	struct sg_gitlab_approval *ret, struct sg_err *err)
{
	static const char where[] = "approvals.approved_by[]";
	struct raw_approval raw = {0};

	if (sg_gitlab_fields(object, where, approval_fields, SG_COUNT(approval_fields), arena, &raw,
		    err) < 0 ||
		sg_gitlab_time_ms(raw.approved, where, "approved_at",
			&raw.approval.approved_unix_ms, err) < 0)
		return -1;
	*ret = raw.approval;
	return 0;
}
