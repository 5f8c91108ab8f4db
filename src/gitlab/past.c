#include <stdio.h>
#include <string.h>

#include "gitlab/decode.h"
#include "gitlab/page.h"
#include "gitlab/project.h"

/* Merge requests that have a commit. */
#define REQUESTS_MAX 500

#define LABEL "read the branch's past"

struct asking {
	struct sg_gitlab *gitlab;
	const char *branch;
	struct sg_buf path; /* of the request at hand */
};

static int begin_path(struct asking *a, const char *tail, struct sg_err *err)
{
	sg_buf_reset(&a->path);
	if (sg_gitlab_path_project(&a->path, a->gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&a->path, tail);
	return 0;
}

/* The first merge that brought a commit to the branch. */
struct merge {
	const char *branch;
	int64_t unix_ms; /* 0: there was none */
};

static int take_request(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct merge *merge = arg;
	const char *merged = sg_json_str(sg_json_get(item, "merged_at"), "");
	int64_t at_ms;

	if (strcmp(sg_json_str(sg_json_get(item, "target_branch"), ""), merge->branch) != 0)
		return 0;
	if (sg_gitlab_time_ms(merged, "merge request", "merged_at", &at_ms, err) < 0)
		return -1;
	if (at_ms && (!merge->unix_ms || at_ms < merge->unix_ms))
		merge->unix_ms = at_ms;
	return 0;
}

static void forget_requests(void *arg)
{
	((struct merge *)arg)->unix_ms = 0;
}

static int find_merge(struct asking *a, const char *oid, int64_t *ret_ms, struct sg_err *err)
{
	struct merge merge = {.branch = a->branch};
	const struct sg_gitlab_list list = {
		.call = {.path = &a->path, .project = a->gitlab->project, .label = LABEL},
		.what = "the merge requests of a commit",
		.max_items = REQUESTS_MAX,
		.item = take_request,
		.restart = forget_requests,
		.arg = &merge,
	};

	if (begin_path(a, "/repository/commits/", err) < 0)
		return -1;
	sg_buf_addf(&a->path, "%s/merge_requests", oid);
	if (sg_gitlab_list_read(a->gitlab, &list, err) < 0)
		return -1;
	*ret_ms = merge.unix_ms;
	return 0;
}

/* The first pipeline of the branch at that commit; 0: there is none, or none may be seen. */
static int find_pipeline(struct asking *a, const char *oid, int64_t *ret_ms, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &a->path, .project = a->gitlab->project, .label = LABEL};
	struct sg_err why = SG_ERR_INIT;
	const struct sg_json *first;

	*ret_ms = 0;
	if (begin_path(a, "/pipelines", err) < 0)
		return -1;
	sg_gitlab_path_param(&a->path, "ref", a->branch);
	sg_gitlab_path_param(&a->path, "sha", oid);
	sg_gitlab_path_param(&a->path, "order_by", "id");
	sg_gitlab_path_param(&a->path, "sort", "asc");
	sg_gitlab_path_param(&a->path, "per_page", "1");
	if (sg_gitlab_get(a->gitlab, &call, &doc, &why) < 0) {
		if (why.reason == SG_R_FORBIDDEN || why.reason == SG_R_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "pipelines: expected an array");
	first = sg_json_first(doc);
	if (!first || strcmp(sg_json_str(sg_json_get(first, "sha"), ""), oid) != 0)
		return 0;
	return sg_gitlab_time_ms(sg_json_str(sg_json_get(first, "created_at"), ""), "pipeline",
		"created_at", ret_ms, err);
}

enum there { NO, MAYBE, YES };

/* Had the commit come to the branch by then? */
static int find_whether(struct asking *a, const struct sg_json *commit, int64_t unix_ms,
	enum there *ret_there, struct sg_err *err)
{
	const char *oid = sg_json_str(sg_json_get(commit, "id"), "");
	int64_t dated_ms, merge_ms, pipeline_ms;
	bool ran_by_then;

	*ret_there = YES;
	if (sg_gitlab_time_ms(sg_json_str(sg_json_get(commit, "committed_date"), ""), "commit",
		    "committed_date", &dated_ms, err) < 0 ||
		find_merge(a, oid, &merge_ms, err) < 0)
		return -1;
	if (merge_ms && merge_ms <= unix_ms)
		return 0;
	if (find_pipeline(a, oid, &pipeline_ms, err) < 0)
		return -1;
	ran_by_then = pipeline_ms && pipeline_ms <= unix_ms;
	if (merge_ms)
		*ret_there = ran_by_then ? MAYBE : NO;
	else if (!ran_by_then)
		*ret_there = dated_ms > unix_ms ? NO : MAYBE;
	return 0;
}

static int find(struct asking *a, const struct sg_json *commits, int64_t unix_ms,
	struct sg_gitlab_past *past, struct sg_err *err)
{
	enum there there = NO;
	size_t seen = 0;

	past->count = 0;
	if (sg_json_type(commits) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "commits: expected an array");
	for (const struct sg_json *e = sg_json_first(commits); e && there != YES;
		e = sg_json_next(e)) {
		const char *oid = sg_json_str(sg_json_get(e, "id"), "");

		if (seen++ >= SG_GITLAB_PAST_MAX)
			break;
		if (!sg_str_is_oid(sg_str_of(oid)))
			return sg_fail(
				err, SG_R_ANSWER_INVALID, "commit.id: expected a full commit id");
		if (find_whether(a, e, unix_ms, &there, err) < 0)
			return -1;
		if (there != NO)
			(void)snprintf(past->oids[past->count++], SG_OID_SIZE, "%s", oid);
	}
	if (there == YES || seen < SG_GITLAB_PAST_MAX)
		return 0;
	return sg_fail(err, SG_R_TOO_LARGE,
		"none of the last %d commits was there at that time for certain",
		SG_GITLAB_PAST_MAX);
}

int sg_gitlab_file_at(struct sg_gitlab *gitlab, const char *branch, const char *file,
	int64_t unix_ms, struct sg_gitlab_past *ret_past, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct asking a = {.gitlab = gitlab, .branch = branch};
	const struct sg_gitlab_call call = {
		.path = &a.path, .project = gitlab->project, .label = LABEL};
	int rc;

	sg_buf_init(&a.path, SG_GITLAB_PATH_MAX);
	rc = begin_path(&a, "/repository/commits", err);
	if (rc == 0) {
		sg_gitlab_path_param(&a.path, "ref_name", branch);
		sg_gitlab_path_param(&a.path, "path", file);
		sg_gitlab_path_param(&a.path, "first_parent", "true");
		sg_gitlab_path_param(&a.path, "per_page", "20");
		rc = sg_gitlab_get(gitlab, &call, &doc, err);
	}
	if (rc == 0 && find(&a, doc, unix_ms, ret_past, err) < 0)
		rc = sg_wrap(err, LABEL ": %s", file);
	sg_buf_release(&a.path);
	return rc;
}
