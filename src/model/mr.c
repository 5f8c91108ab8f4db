#include "model/mr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/str.h"

static const char *const state_names[] = {
#define SG_X(name, word) [SG_MR_##name] = word,
	SG_MR_STATES(SG_X)
#undef SG_X
};

enum sg_mr_state sg_mr_state_of(const char *word)
{
	for (int i = 0; i < SG_MR_OTHER; i++)
		if (word && strcmp(state_names[i], word) == 0)
			return (enum sg_mr_state)i;
	return SG_MR_OTHER;
}

const char *sg_mr_state_name(enum sg_mr_state state)
{
	return state == SG_MR_OTHER ? "other" : state_names[state];
}

const char *sg_mr_class_name(enum sg_mr_class class)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_MR_CLASS_##name] = word,
		SG_MR_CLASSES(SG_X)
#undef SG_X
	};

	return names[class];
}

#define ROW(word, class, code, sentence)                                                           \
	{                                                                                          \
		word, SG_MR_CLASS_##class, code, sentence                                          \
	}

/* clang-format off */
/* The values of gitlab.md 6.6, older names beside the new ones; the last row is for all others. */
static const struct sg_mr_status statuses[] = {
	ROW("mergeable", GO, "MR_MERGEABLE", "GitLab would merge it"),
	ROW("preparing", WAIT, "MR_PREPARING", "GitLab is preparing its diff"),
	ROW("checking", WAIT, "MR_CHECKING", "GitLab is testing whether it can be merged"),
	ROW("approvals_syncing", WAIT, "MR_APPROVALS_SYNCING",
		"GitLab is recalculating its approvals after a push"),
	ROW("merge_time", WAIT, "MR_MERGE_TIME", "its \"merge after\" time has not come yet"),
	ROW("status_checks_must_pass", WAIT, "MR_STATUS_CHECKS",
		"external status checks have not passed; their services have to answer"),
	ROW("external_status_checks", WAIT, "MR_STATUS_CHECKS",
		"external status checks have not passed; their services have to answer"),
	ROW("unchecked", RECHECK, "MR_UNCHECKED",
		"GitLab has not tested yet whether it can be merged"),
	ROW("conflict", REAPPLY, "MR_CONFLICT", "it conflicts with its target branch"),
	ROW("need_rebase", REAPPLY, "MR_NEED_REBASE", "it is behind its target branch"),
	ROW("ci_still_running", PIPELINE, "MR_CI_RUNNING", "its pipeline is running"),
	ROW("ci_must_pass", PIPELINE, "MR_CI_MUST_PASS",
		"its pipeline has to succeed, and failed, waits or is missing"),
	ROW("security_policy_pipeline_check", PIPELINE, "MR_POLICY_PIPELINES",
		"all pipelines of its latest commit have to pass, as a security policy says"),
	ROW("draft_status", PERSON, "MR_DRAFT", "it is a draft; somebody has to mark it as ready"),
	ROW("discussions_not_resolved", PERSON, "MR_DISCUSSIONS",
		"it has open threads; somebody has to resolve them"),
	ROW("requested_changes", PERSON, "MR_REQUESTED_CHANGES",
		"a reviewer requested changes and has to take that back"),
	ROW("not_approved", PERSON, "MR_NOT_APPROVED",
		"it lacks approvals that GitLab requires; somebody has to approve it"),
	ROW("merge_request_blocked", PERSON, "MR_BLOCKED_BY_OTHER",
		"it depends on another merge request, which has to be merged first"),
	ROW("security_policy_violations", PERSON, "MR_POLICY_VIOLATED",
		"it violates a security policy; somebody has to approve or resolve that"),
	ROW("policies_denied", PERSON, "MR_POLICY_VIOLATED",
		"it violates a security policy; somebody has to approve or resolve that"),
	ROW("jira_association_missing", PERSON, "MR_JIRA_MISSING",
		"its title or description has to name a Jira issue"),
	ROW("title_regex", PERSON, "MR_TITLE",
		"its title does not match what the project demands"),
	ROW("locked_paths", PERSON, "MR_LOCKED_PATHS",
		"it changes paths that somebody has locked and has to unlock"),
	ROW("locked_lfs_files", PERSON, "MR_LOCKED_FILES",
		"it changes LFS files that somebody has locked and has to unlock"),
	ROW("commits_status", BLOCKED, "MR_NO_COMMITS",
		"its source branch is missing or has no change"),
	ROW("broken_status", BLOCKED, "MR_BROKEN",
		"GitLab says that it is broken: it may conflict, or its branch is missing"),
	ROW("blocked_status", BLOCKED, "MR_BLOCKED_BY_OTHER",
		"GitLab says that another merge request blocks it"),
	ROW("not_open", FINAL, "MR_NOT_OPEN", "it is merged or closed"),
	ROW("", BLOCKED, "MR_STATUS_UNKNOWN",
		"GitLab gives a reason that stagegate does not know; look at it in GitLab"),
};
/* clang-format on */

const struct sg_mr_status *sg_mr_status_of(const char *detailed_status)
{
	const struct sg_mr_status *unknown = &statuses[SG_COUNT(statuses) - 1];

	for (const struct sg_mr_status *row = statuses; row < unknown; row++)
		if (detailed_status && strcmp(row->word, detailed_status) == 0)
			return row;
	return unknown;
}

const struct sg_mr_status *sg_mr_status_table(int *ret_count)
{
	*ret_count = (int)SG_COUNT(statuses);
	return statuses;
}

static const struct {
	const char *word;
	enum sg_pipeline_class class;
} pipeline_words[] = {
	{"created", SG_PIPELINE_RUNNING},
	{"waiting_for_resource", SG_PIPELINE_RUNNING},
	{"preparing", SG_PIPELINE_RUNNING},
	{"waiting_for_callback", SG_PIPELINE_RUNNING},
	{"pending", SG_PIPELINE_RUNNING},
	{"running", SG_PIPELINE_RUNNING},
	{"scheduled", SG_PIPELINE_RUNNING},
	{"canceling", SG_PIPELINE_RUNNING},
	{"success", SG_PIPELINE_SUCCESS},
	{"failed", SG_PIPELINE_FAILED},
	{"canceled", SG_PIPELINE_FAILED},
	{"skipped", SG_PIPELINE_SKIPPED},
	{"manual", SG_PIPELINE_MANUAL},
};

enum sg_pipeline_class sg_pipeline_class_of(const struct sg_mr_pipeline *pipeline)
{
	if (pipeline->id == 0)
		return SG_PIPELINE_NONE;
	for (size_t i = 0; i < SG_COUNT(pipeline_words); i++)
		if (pipeline->status && strcmp(pipeline_words[i].word, pipeline->status) == 0)
			return pipeline_words[i].class;
	return SG_PIPELINE_UNKNOWN;
}

const char *sg_pipeline_class_name(enum sg_pipeline_class class)
{
	static const char *const names[] = {
#define SG_X(name, word) [SG_PIPELINE_##name] = word,
		SG_PIPELINE_CLASSES(SG_X)
#undef SG_X
	};

	return names[class];
}

/* "refs/merge-requests/15/merge" of the request itself, or ".../train". */
static bool is_synthetic(const struct sg_mr *mr, const struct sg_mr_pipeline *pipeline)
{
	char ref[64];
	int len = snprintf(ref, sizeof(ref), "refs/merge-requests/%" PRId64 "/", mr->iid);
	struct sg_str rest = sg_str_of(pipeline->ref);

	if (!sg_str_starts(rest, ref))
		return false;
	rest = sg_str_sub(rest, (size_t)len, rest.len);
	return sg_str_is(rest, "merge") || sg_str_is(rest, "train");
}

bool sg_mr_pipeline_is_of(const struct sg_mr *mr, const struct sg_mr_pipeline *pipeline)
{
	struct sg_str sha = sg_str_of(mr->sha);

	if (pipeline->id == 0)
		return false;
	return is_synthetic(mr, pipeline) ||
	       (sha.len != 0 && sg_str_eq(sha, sg_str_of(pipeline->sha)));
}

bool sg_mr_pipeline_is_current(const struct sg_mr *mr)
{
	return sg_mr_pipeline_is_of(mr, &mr->pipeline);
}

static bool is_set(const char *text)
{
	return text && text[0];
}

const char *sg_mr_landed(const struct sg_mr *mr)
{
	if (is_set(mr->merge_commit_sha))
		return mr->merge_commit_sha;
	if (is_set(mr->squash_commit_sha))
		return mr->squash_commit_sha;
	return is_set(mr->sha) ? mr->sha : "";
}
