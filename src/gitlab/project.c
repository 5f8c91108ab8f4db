#include "gitlab/project.h"

#include <string.h>

#include "gitlab/call.h"

struct raw {
	struct sg_gitlab_project project;
	int64_t role_here, role_above; /* 0: not said, as for members of invited groups */
	const char *builds_access;
	bool jobs_enabled;
	const struct sg_json *jobs_said;
};

#define FIELD(type, member, path, needed) SG_GITLAB_FIELD(type, raw, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, project.id, "id", true),
	FIELD(SG_FIELD_STR, project.path, "path_with_namespace", true),
	FIELD(SG_FIELD_STR, project.web_url, "web_url", false),
	FIELD(SG_FIELD_STR, project.default_branch, "default_branch", false),
	FIELD(SG_FIELD_STR, project.merge_method, "merge_method", false),
	FIELD(SG_FIELD_STR, project.squash_option, "squash_option", false),
	FIELD(SG_FIELD_BOOL, project.pipeline_must_succeed, "only_allow_merge_if_pipeline_succeeds",
		false),
	FIELD(SG_FIELD_BOOL, project.skipped_pipeline_is_success, "allow_merge_on_skipped_pipeline",
		false),
	FIELD(SG_FIELD_BOOL, project.archived, "archived", false),
	FIELD(SG_FIELD_BOOL, project.merge_trains, "merge_trains_enabled", false),
	FIELD(SG_FIELD_BOOL, project.auto_devops, "auto_devops_enabled", false),
	FIELD(SG_FIELD_STR, project.ci_path, "ci_config_path", false),
	FIELD(SG_FIELD_I64, role_here, "permissions.project_access.access_level", false),
	FIELD(SG_FIELD_I64, role_above, "permissions.group_access.access_level", false),
	FIELD(SG_FIELD_STR, builds_access, "builds_access_level", false),
	FIELD(SG_FIELD_BOOL, jobs_enabled, "jobs_enabled", false),
	FIELD(SG_FIELD_JSON, jobs_said, "jobs_enabled", false),
};

static int decode(const struct sg_json *doc, struct sg_arena *arena, struct sg_gitlab_project *ret,
	struct sg_err *err)
{
	struct raw raw = {0};

	if (sg_gitlab_fields(doc, "project", fields, SG_COUNT(fields), arena, &raw, err) < 0)
		return -1;
	if (raw.project.id <= 0)
		return sg_fail(err, SG_R_ANSWER_INVALID, "project.id: expected a number above 0");
	/* a project that does not say is taken to have pipelines: they are waited for */
	raw.project.has_ci =
		strcmp(raw.builds_access, "disabled") != 0 && (!raw.jobs_said || raw.jobs_enabled);
	raw.project.role = raw.role_here > raw.role_above ? raw.role_here : raw.role_above;
	if (raw.project.role <= 0)
		raw.project.role = -1;
	*ret = raw.project;
	return 0;
}

int sg_gitlab_project_get(struct sg_gitlab *gitlab, struct sg_arena *arena,
	struct sg_gitlab_project *ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the project"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0 ||
		sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (decode(doc, arena, ret, err) < 0)
		return sg_wrap(err, "%s", call.label);
	return 0;
}

/* The branch itself, which job tokens may not read: they may list (gitlab.md 2.1). */
static int branch_path(const struct sg_gitlab *gitlab, const char *branch, bool list,
	struct sg_buf *path, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf exactly = {0};

	if (sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(path, "/repository/branches");
	if (!list)
		return sg_gitlab_path_part(path, branch, err);
	sg_buf_init(&exactly, SG_GITLAB_PATH_MAX);
	sg_buf_addf(&exactly, "^%s$", branch);
	sg_gitlab_path_param(path, "search", exactly.ptr);
	return 0;
}

static const struct sg_json *find_branch(const struct sg_json *doc, const char *branch)
{
	if (sg_json_type(doc) == SG_JSON_OBJECT)
		return strcmp(sg_json_str(sg_json_get(doc, "name"), ""), branch) == 0 ? doc : NULL;
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e))
		if (strcmp(sg_json_str(sg_json_get(e, "name"), ""), branch) == 0)
			return e;
	return NULL;
}

static int no_branch(const struct sg_gitlab *gitlab, const char *branch, struct sg_err *err)
{
	return sg_fail(err, SG_R_BRANCH_NOT_FOUND, "project %s has no branch \"%s\"",
		gitlab->project, branch);
}

/* GitLab says "404 Branch Not Found", and "404 Project Not Found" of what it hides. */
static bool is_about_branch(const struct sg_gitlab_fault *fault)
{
	return fault->status == 404 && sg_str_search(sg_str_of(fault->message), "Branch") >= 0;
}

int sg_gitlab_branch_protected(
	struct sg_gitlab *gitlab, const char *branch, bool *ret_protected, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the branch"};
	bool list = gitlab->cred && gitlab->cred->kind == SG_CRED_JOB_TOKEN;
	const struct sg_json *found, *flag;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (branch_path(gitlab, branch, list, &path, err) < 0 ||
		sg_gitlab_fetch(gitlab, &call, &reply, &doc, err) < 0)
		return -1;
	if (is_about_branch(&reply.fault))
		return no_branch(gitlab, branch, err);
	if (reply.fault.kind != SG_GITLAB_FAULT_NONE)
		return sg_gitlab_refuse(gitlab, &call, &reply.fault, err);
	found = find_branch(doc, branch);
	if (!found && sg_json_type(doc) == SG_JSON_ARRAY)
		return no_branch(gitlab, branch, err);
	flag = sg_json_get(found, "protected");
	if (sg_json_type(flag) != SG_JSON_BOOL) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID,
			"branch \"%s\".protected: expected true or false", branch);
		return sg_wrap(err, "%s", call.label);
	}
	*ret_protected = sg_json_bool(flag, false);
	return 0;
}

static bool is_about_project(const struct sg_gitlab_fault *fault)
{
	return sg_str_search(sg_str_of(fault->message), "Project") >= 0;
}

int sg_gitlab_merge_base(struct sg_gitlab *gitlab, const char *a, const char *b,
	char ret_oid[SG_OID_SIZE], struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the merge base"};
	struct sg_str oid;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/repository/merge_base");
	sg_gitlab_path_param(&path, "refs[]", a);
	sg_gitlab_path_param(&path, "refs[]", b);
	if (sg_gitlab_fetch(gitlab, &call, &reply, &doc, err) < 0)
		return -1;
	if (reply.status == 400 || (reply.status == 404 && !is_about_project(&reply.fault))) {
		(void)sg_fail(err, SG_R_REVISION_NOT_FOUND,
			"project %s has no common ancestor of %.64s and %.64s: %s", gitlab->project,
			a, b, sg_gitlab_fault_text(&reply.fault));
		return sg_wrap(err, "%s", call.label);
	}
	if (reply.fault.kind != SG_GITLAB_FAULT_NONE)
		return sg_gitlab_refuse(gitlab, &call, &reply.fault, err);
	oid = sg_str_of(sg_json_str(sg_json_get(doc, "id"), ""));
	if (!sg_str_is_oid(oid)) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID, "commit.id: expected a full commit id");
		return sg_wrap(err, "%s", call.label);
	}
	memcpy(ret_oid, oid.ptr, oid.len);
	ret_oid[oid.len] = '\0';
	return 0;
}
