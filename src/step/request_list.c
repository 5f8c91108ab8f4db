#include "step/request_list.h"

#include <inttypes.h>
#include <string.h>

#include "step/board.h"
#include "step/gate_status.h"
#include "step/survey.h"

/* GitLab has nothing against it: then it is our own gates that it waits for. */
static const char *sentence_of(struct sg_arena *arena, const struct sg_mr_status *status,
	const struct sg_environment *env, const char *service)
{
	if (status->class != SG_MR_CLASS_GO)
		return status->sentence;
	if (env->merge == SG_MERGE_HUMAN)
		return "a person has to merge it";
	return sg_arena_printf(arena, "%s; `stagegate gate %s --to %s` tells about the gates",
		status->sentence, service, env->name);
}

static void fill(struct sg_arena *arena, const struct sg_environment *env, const char *service,
	const struct sg_mr *mr, struct sg_report_mr *row)
{
	const struct sg_mr_status *status = sg_mr_status_of(mr->detailed_status);
	enum sg_pipeline_class pipeline = sg_pipeline_class_of(&mr->pipeline);

	*row = (struct sg_report_mr){
		.service = service,
		.environment = env->name,
		.iid = mr->iid,
		.url = mr->web_url,
		.state = sg_mr_state_name(mr->state),
		.branch = mr->source_branch,
		.head = mr->sha,
		.code = status->code,
		.sentence = sentence_of(arena, status, env, service),
	};
	if (sg_mr_pipeline_is_current(mr) &&
		(pipeline == SG_PIPELINE_FAILED || pipeline == SG_PIPELINE_MANUAL)) {
		row->blocker = sg_arena_printf(
			arena, "pipeline %" PRId64 ": %s", mr->pipeline.id, mr->pipeline.status);
		row->blocker_url = mr->pipeline.web_url;
	}
}

/* GitLab calls it a running pipeline where it is our own word that is missing. */
int sg_request_row(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_environment *env, const char *service, const struct sg_mr *mr,
	struct sg_report_mr *ret_row, struct sg_err *err)
{
	const char *words;
	bool holds;

	fill(world->arena, env, service, mr, ret_row);
	if (!sg_mr_pipeline_is_current(mr) ||
		sg_pipeline_class_of(&mr->pipeline) != SG_PIPELINE_RUNNING)
		return 0;
	if (sg_gate_status_holds_pipeline(world, loaded, forge, env, mr, &holds, &words, err) < 0)
		return -1;
	if (!holds)
		return 0;
	ret_row->code = "GATES_WAIT";
	ret_row->sentence = sg_arena_printf(world->arena,
		"our gates hold it, as of the last run: %s", *words ? words : "no reason is said");
	return 0;
}

struct listing {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge *forge;
	const struct sg_environment *only; /* NULL: all */
	struct sg_report *report;
	struct sg_err silence; /* why GitLab is not asked any more; OK: it is */
	size_t unread;
};

/* The row of one that was read now, or none: it is over, or nothing that is configured. */
static int add(struct listing *l, int64_t iid, struct sg_err *err)
{
	const struct sg_environment *env;
	const char *service, *why;
	struct sg_report_mr row;
	struct sg_mr mr;

	if (sg_gitlab_mr_get(&l->forge->gitlab, iid, l->world->arena, &mr, err) < 0 ||
		sg_request_place(l->world, l->loaded, l->forge, &mr, &env, &service, &why, err) < 0)
		return -1;
	if (why || (l->only && l->only != env) ||
		(mr.state != SG_MR_OPENED && mr.state != SG_MR_LOCKED))
		return 0;
	if (sg_request_row(l->world, l->loaded, l->forge, env, service, &mr, &row, err) < 0)
		return -1;
	*sg_report_add_mr(l->report) = row;
	return 0;
}

/*
 * The row of one that could not be read, with what the list said of it. Where not even its place is
 * known it may be of any environment, and is shown.
 */
static int add_unread(
	struct listing *l, const struct sg_mr *entry, const struct sg_err *why, struct sg_err *err)
{
	struct sg_board_trouble trouble = sg_board_trouble_of(l->world->arena, why);
	const struct sg_environment *env = NULL;
	const char *service = NULL, *stranger = NULL;
	struct sg_err unplaced = SG_ERR_INIT;

	if (sg_request_place(l->world, l->loaded, l->forge, entry, &env, &service, &stranger,
		    &unplaced) < 0 &&
		unplaced.reason == SG_R_CANCELLED) {
		*err = unplaced;
		return -1;
	}
	if (stranger || (l->only && env && l->only != env))
		return 0;
	l->unread++;
	*sg_report_add_mr(l->report) = (struct sg_report_mr){
		.service = service,
		.environment = env ? env->name : NULL,
		.iid = entry->iid,
		.url = entry->web_url,
		.branch = entry->source_branch,
		.code = trouble.code,
		.sentence = sg_arena_printf(l->world->arena, "could not be read: %s", trouble.text),
	};
	return 0;
}

static int add_entry(struct listing *l, const struct sg_mr *entry, struct sg_err *err)
{
	struct sg_err why = l->silence;

	if (why.reason == SG_R_OK && add(l, entry->iid, &why) == 0)
		return 0;
	if (why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	if (sg_survey_is_silence(why.reason))
		l->silence = why;
	return add_unread(l, entry, &why, err);
}

int sg_request_list(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_environment *only, struct sg_report *report, size_t *ret_unread,
	struct sg_err *err)
{
	struct listing l = {.world = world,
		.loaded = loaded,
		.forge = forge,
		.only = only,
		.report = report,
		.silence = SG_ERR_INIT};
	struct sg_mr *mrs;
	size_t count;

	if (sg_forge_me(forge, err) < 0 ||
		sg_request_list_open(world, loaded, forge, &mrs, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (sg_request_is_ours(&mrs[i], forge, &loaded->policy) &&
			add_entry(&l, &mrs[i], err) < 0)
			return -1;
	*ret_unread = l.unread;
	return 0;
}
