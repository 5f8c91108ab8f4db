#include <string.h>

#include "base/num.h"
#include "gitlab/page.h"
#include "gitlab/project.h"

int sg_gitlab_path_between(struct sg_buf *path, const char *project, const char *from,
	const char *to, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf range = {0};

	sg_buf_init(&range, SG_GITLAB_PATH_MAX);
	sg_buf_addf(&range, "%s..%s", from, to);
	if (sg_gitlab_path_project(path, project, err) < 0)
		return -1;
	sg_buf_adds(path, "/repository/commits");
	sg_gitlab_path_param(path, "ref_name", range.ptr);
	return 0;
}

#define FIELD(member, path, needed)                                                                \
	SG_GITLAB_FIELD(SG_FIELD_STR, sg_gitlab_subject, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(id, "id", true), FIELD(subject, "title", false), FIELD(web_url, "web_url", false)};

/* A server that does not understand the range answers with nothing, or with the whole history. */
static int check(const struct sg_gitlab_between *between, const char *from, const char *to,
	struct sg_err *err)
{
	bool wrong = !between->count || strcmp(between->commits[0].id, to) != 0;

	for (size_t i = 0; i < between->count; i++)
		wrong = wrong || strcmp(between->commits[i].id, from) == 0;
	if (!wrong)
		return 0;
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"the list is not that of the commits between %.12s and %.12s", from, to);
}

static int take(const struct sg_json *doc, struct sg_arena *arena, struct sg_gitlab_between *ret,
	struct sg_err *err)
{
	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "commits: expected an array");
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e)) {
		struct sg_gitlab_subject *commit =
			sg_arena_push(arena, &ret->commits, &ret->count, sizeof(*commit));

		if (sg_gitlab_fields(e, "commit", fields, SG_COUNT(fields), arena, commit, err) < 0)
			return -1;
		if (!sg_str_is_oid(sg_str_of(commit->id)))
			return sg_fail(
				err, SG_R_ANSWER_INVALID, "commit.id: expected a full commit id");
	}
	return 0;
}

/* A full page without a word about the next one, whose headers a proxy may have dropped, may not be
 * the last. */
static bool has_more(const struct sg_http_res *res, size_t count)
{
	struct sg_str next = sg_http_header(&res->headers, "X-Next-Page");

	return sg_gitlab_link_next(sg_http_header(&res->headers, "Link")).len || next.len ||
	       (count >= SG_GITLAB_PER_PAGE && !sg_http_header(&res->headers, "X-Page").len);
}

int sg_gitlab_commits_between(struct sg_gitlab *gitlab, const char *from, const char *to,
	struct sg_arena *arena, struct sg_gitlab_between *ret_between, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the commits"};
	struct sg_gitlab_between between = {0};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_between(&path, gitlab->project, from, to, err) < 0)
		return -1;
	sg_gitlab_path_param(&path, "per_page", "100");
	if (sg_gitlab_fetch(gitlab, &call, &reply, &doc, err) < 0)
		return -1;
	if (reply.fault.kind != SG_GITLAB_FAULT_NONE)
		return sg_gitlab_refuse(gitlab, &call, &reply.fault, err);
	if (take(doc, arena, &between, err) < 0 || check(&between, from, to, err) < 0)
		return sg_wrap(err, "%s", call.label);
	between.more = has_more(&reply.res, between.count);
	*ret_between = between;
	return 0;
}
