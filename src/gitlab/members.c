/* Lists of members (gitlab.md 6.12). */
#include <string.h>

#include "gitlab/decode.h"
#include "gitlab/page.h"
#include "model/ids.h"

struct raw {
	struct sg_gitlab_member member;
	const char *state;
	const char *membership;
	const char *expires;
};

#define FIELD(type, member, path, needed) SG_GITLAB_FIELD(type, raw, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, member.id, "id", true),
	FIELD(SG_FIELD_STR, member.username, "username", false),
	FIELD(SG_FIELD_I64, member.role, "access_level", false),
	FIELD(SG_FIELD_STR, state, "state", true),
	FIELD(SG_FIELD_STR, membership, "membership_state", false),
	FIELD(SG_FIELD_STR, expires, "expires_at", false),
};

int sg_gitlab_decode_member(const struct sg_json *object, int64_t now_unix_s,
	struct sg_arena *arena, struct sg_gitlab_member *ret, struct sg_err *err)
{
	struct raw raw = {0};
	int64_t ends_s = INT64_MAX;

	if (sg_gitlab_fields(object, "member", fields, SG_COUNT(fields), arena, &raw, err) < 0)
		return -1;
	/* the day itself is no day of membership any more; at an unknown time any may have come */
	if (raw.expires[0] && !sg_time_parse_date(sg_str_of(raw.expires), &ends_s) &&
		!sg_time_parse(sg_str_of(raw.expires), &ends_s))
		return sg_fail(err, SG_R_ANSWER_INVALID, "member.expires_at: expected a date");
	raw.member.live = strcmp(raw.state, "active") == 0 &&
			  (!raw.membership[0] || strcmp(raw.membership, "active") == 0) &&
			  (!raw.expires[0] || (now_unix_s > 0 && now_unix_s < ends_s));
	*ret = raw.member;
	return 0;
}

struct members {
	struct sg_arena *arena;
	int64_t now_unix_s;
	struct sg_gitlab_member *items;
	size_t count;
};

static int take(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct members *m = arg;
	struct sg_gitlab_member *row =
		sg_arena_push(m->arena, &m->items, &m->count, sizeof(*m->items));

	return sg_gitlab_decode_member(item, m->now_unix_s, m->arena, row, err);
}

static void forget(void *arg)
{
	struct members *m = arg;

	m->items = NULL;
	m->count = 0;
}

static int members_path(
	const struct sg_gitlab *gitlab, const char *group, struct sg_buf *path, struct sg_err *err)
{
	sg_buf_init(path, SG_GITLAB_PATH_MAX);
	if (!group && sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	if (group) {
		sg_buf_adds(path, "/groups");
		if (sg_gitlab_path_part(path, group, err) < 0)
			return -1;
	}
	sg_buf_adds(path, "/members/all");
	return 0;
}

int sg_gitlab_members(struct sg_gitlab *gitlab, const char *group, int64_t now_unix_s,
	struct sg_arena *arena, struct sg_gitlab_member **ret_members, size_t *ret_count,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct members m = {.arena = arena, .now_unix_s = now_unix_s};
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = group ? NULL : gitlab->project,
			.label = "read the members"},
		.what = "the members",
		.max_items = SG_GITLAB_MEMBERS_MAX,
		.item = take,
		.restart = forget,
		.arg = &m,
	};

	if (members_path(gitlab, group, &path, err) < 0 ||
		sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	*ret_members = m.items;
	*ret_count = m.count;
	return 0;
}
