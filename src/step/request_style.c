#include "step/request_style.h"

#include "base/text.h"

#define TITLE_MAX_BYTES 255 /* of characters GitLab takes no more */

struct asking {
	struct sg_forge *forge;
	const struct sg_policy *policy;
	const char *key;
};

static int unknown(const struct asking *a, const struct sg_policy_spot *spot, const char *what,
	const char *name, const char *hint, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CONFIG_INVALID, "%s:%d:%d: merge_request.%s: %s %s",
		a->policy->file, spot->line, spot->column, a->key, what, name);
	return sg_hint(err, "%s", hint);
}

static int ids_of(const struct asking *a, const char *const *names, size_t count,
	const struct sg_policy_spot *spots, const int64_t **ret_ids, struct sg_err *err)
{
	struct sg_arena *arena = a->forge->arena;
	int64_t *ids = sg_arena_calloc(arena, count + 1, sizeof(*ids));
	struct sg_gitlab_user user;
	bool found;

	for (size_t i = 0; i < count; i++) {
		if (sg_gitlab_user_find(
			    &a->forge->gitlab, names[i] + 1, arena, &found, &user, err) < 0)
			return -1;
		if (!found)
			return unknown(a, &spots[i], "GitLab has no user", names[i],
				"groups cannot be asked: name users", err);
		if (!user.active)
			return unknown(a, &spots[i],
				"this user is blocked or not active:", names[i],
				"name somebody else", err);
		ids[i] = user.id;
	}
	*ret_ids = ids;
	return 0;
}

static int milestone_of(const struct asking *a, const struct sg_request_style *style,
	int64_t *ret_id, struct sg_err *err)
{
	*ret_id = 0;
	if (!style->milestone)
		return 0;
	if (sg_gitlab_milestone_find(&a->forge->gitlab, style->milestone, ret_id, err) < 0)
		return -1;
	if (!*ret_id)
		return unknown(a, &style->milestone_spot, "there is no active milestone",
			style->milestone, "it is looked for in the project and the groups above it",
			err);
	return 0;
}

int sg_request_style_find(struct sg_forge *forge, const struct sg_policy *policy,
	const struct sg_environment *env, const struct sg_gitlab_mr_wish **ret_wish,
	struct sg_err *err)
{
	const struct sg_request_style *style = &env->request;
	struct asking a = {.forge = forge, .policy = policy, .key = "reviewers"};
	struct sg_gitlab_mr_wish *wish;

	if (forge->wish) {
		*ret_wish = forge->wish;
		return 0;
	}
	wish = sg_arena_calloc(forge->arena, 1, sizeof(*wish));
	wish->labels = style->labels;
	wish->label_count = style->label_count;
	wish->reviewer_count = style->reviewer_count;
	wish->assignee_count = style->assignee_count;
	wish->squash = style->squash;
	wish->squash_given = style->squash_given;
	wish->keep_branch = !sg_request_style_removes_branch(style);
	if (ids_of(&a, style->reviewers, style->reviewer_count, style->reviewer_spots,
		    &wish->reviewers, err) < 0)
		return -1;
	a.key = "assignees";
	if (ids_of(&a, style->assignees, style->assignee_count, style->assignee_spots,
		    &wish->assignees, err) < 0)
		return -1;
	a.key = "milestone";
	if (milestone_of(&a, style, &wish->milestone, err) < 0)
		return -1;
	*ret_wish = forge->wish = wish;
	return 0;
}

const char *sg_request_style_title(struct sg_arena *arena, const char *title, bool draft)
{
	char line[TITLE_MAX_BYTES + 1];

	sg_text_line(line, sizeof(line),
		sg_str_of(draft ? sg_arena_printf(arena, "Draft: %s", title) : title));
	return sg_arena_strdup(arena, line);
}
