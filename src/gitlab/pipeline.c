#include <inttypes.h>
#include <string.h>

#include "gitlab/page.h"
#include "gitlab/project.h"

#define JOBS_MAX 5000

struct raw {
	struct sg_gitlab_job job;
	bool allow_failure;
};

#define FIELD(type, member, path, needed) SG_GITLAB_FIELD(type, raw, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_STR, job.name, "name", true),
	FIELD(SG_FIELD_STR, job.status, "status", true),
	FIELD(SG_FIELD_STR, job.web_url, "web_url", false),
	FIELD(SG_FIELD_STR, job.failure_reason, "failure_reason", false),
	FIELD(SG_FIELD_BOOL, allow_failure, "allow_failure", false),
};

/* What was seen of a pipeline. Lists are newest first: the last one that fits is the first cause.
 */
struct blockers {
	struct sg_arena *arena;
	struct sg_gitlab_job failed, manual;
	bool has_failed, has_manual;
	bool has_unfinished; /* one that a machine is going to end */
};

static bool is_finished(const char *status)
{
	static const char *const ends[] = {"success", "failed", "canceled", "skipped", "manual"};

	for (size_t i = 0; i < SG_COUNT(ends); i++)
		if (strcmp(status, ends[i]) == 0)
			return true;
	return false;
}

static int take_job(void *arg, const struct sg_json *item, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct blockers *b = arg;
	struct raw raw = {0};
	struct sg_gitlab_job *place;

	if (sg_gitlab_fields(item, "job", fields, SG_COUNT(fields), &scratch, &raw, err) < 0)
		return -1;
	b->has_unfinished = b->has_unfinished || !is_finished(raw.job.status);
	if (raw.allow_failure)
		return 0;
	if (strcmp(raw.job.status, "failed") == 0)
		place = &b->failed;
	else if (strcmp(raw.job.status, "manual") == 0)
		place = &b->manual;
	else
		return 0;
	b->has_failed = b->has_failed || place == &b->failed;
	b->has_manual = b->has_manual || place == &b->manual;
	*place = (struct sg_gitlab_job){
		.name = sg_arena_strdup(b->arena, raw.job.name),
		.status = sg_arena_strdup(b->arena, raw.job.status),
		.web_url = sg_arena_strdup(b->arena, raw.job.web_url),
		.failure_reason = sg_arena_strdup(b->arena, raw.job.failure_reason),
	};
	return 0;
}

static void forget_jobs(void *arg)
{
	struct blockers *b = arg;

	b->has_failed = b->has_manual = b->has_unfinished = false;
}

static int read_jobs(struct sg_gitlab *gitlab, int64_t pipeline_id, const char *kind,
	struct blockers *b, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "read the jobs of the pipeline"},
		.what = "the jobs of the pipeline",
		.max_items = JOBS_MAX,
		.item = take_job,
		.restart = forget_jobs,
		.arg = b,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_addf(&path, "/pipelines/%" PRId64 "/%s", pipeline_id, kind);
	return sg_gitlab_list_read(gitlab, &list, err);
}

int sg_gitlab_pipeline_blocker(struct sg_gitlab *gitlab, int64_t pipeline_id,
	struct sg_arena *arena, bool *ret_found, struct sg_gitlab_job *ret_job, struct sg_err *err)
{
	struct blockers jobs = {.arena = arena}, bridges = {.arena = arena};

	if (read_jobs(gitlab, pipeline_id, "jobs", &jobs, err) < 0)
		return -1;
	/* jobs that start other pipelines have a list of their own */
	if (!jobs.has_failed && read_jobs(gitlab, pipeline_id, "bridges", &bridges, err) < 0)
		return -1;
	*ret_found = jobs.has_failed || bridges.has_failed || jobs.has_manual || bridges.has_manual;
	if (jobs.has_failed)
		*ret_job = jobs.failed;
	else if (bridges.has_failed)
		*ret_job = bridges.failed;
	else if (*ret_found)
		*ret_job = jobs.has_manual ? jobs.manual : bridges.manual;
	return 0;
}

static bool is_done(const struct blockers *b)
{
	return !b->has_unfinished && !b->has_failed && !b->has_manual;
}

int sg_gitlab_pipeline_jobs_done(
	struct sg_gitlab *gitlab, int64_t pipeline_id, bool *ret_done, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct blockers jobs = {.arena = &scratch}, bridges = {.arena = &scratch};

	if (read_jobs(gitlab, pipeline_id, "jobs", &jobs, err) < 0)
		return -1;
	*ret_done = is_done(&jobs);
	if (!*ret_done)
		return 0;
	if (read_jobs(gitlab, pipeline_id, "bridges", &bridges, err) < 0)
		return -1;
	*ret_done = is_done(&bridges);
	return 0;
}
