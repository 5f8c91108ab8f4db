#include <inttypes.h>
#include <string.h>

#include "step/binding.h"
#include "step/board.h"
#include "step/gate_status.h"
#include "step/request.h"

struct asking {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge forge;
	struct sg_mr *mrs; /* open ones from branches of our naming, by anybody */
	size_t count;
};

static const struct sg_mr *find(
	const struct asking *a, const struct sg_environment *env, const char *branch)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->mrs[i].source_branch, branch) == 0 &&
			strcmp(a->mrs[i].target_branch, env->branch) == 0 &&
			sg_request_is_ours(&a->mrs[i], &a->forge, &a->loaded->policy))
			return &a->mrs[i];
	return NULL;
}

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

static void fill(struct asking *a, const struct sg_environment *env, const char *service,
	const struct sg_mr *mr, struct sg_board_cell *cell)
{
	const struct sg_mr_status *status = sg_mr_status_of(mr->detailed_status);
	enum sg_pipeline_class pipeline = sg_pipeline_class_of(&mr->pipeline);
	struct sg_arena *arena = a->world->arena;

	cell->request_since_unix_s = mr->created_unix_s;
	cell->request = (struct sg_report_mr){
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
		cell->request.blocker = sg_arena_printf(
			arena, "pipeline %" PRId64 ": %s", mr->pipeline.id, mr->pipeline.status);
		cell->request.blocker_url = mr->pipeline.web_url;
	}
}

/* GitLab calls it a running pipeline where it is our own word that is missing. */
static int look_behind(struct asking *a, const struct sg_environment *env, const struct sg_mr *mr,
	struct sg_board_cell *cell, struct sg_err *err)
{
	const char *words;
	bool holds;

	if (!sg_mr_pipeline_is_current(mr) ||
		sg_pipeline_class_of(&mr->pipeline) != SG_PIPELINE_RUNNING)
		return 0;
	if (sg_gate_status_holds_pipeline(
		    a->world, a->loaded, &a->forge, env, mr, &holds, &words, err) < 0)
		return -1;
	if (!holds)
		return 0;
	cell->request.code = "GATES_WAIT";
	cell->request.sentence = sg_arena_printf(a->world->arena,
		"our gates hold it, as of the last run: %s", *words ? words : "no reason is said");
	return 0;
}

/* The list may be stale; what is shown is read again. */
static int ask_cell(struct asking *a, const struct sg_environment *env, const char *service,
	struct sg_board_cell *cell, struct sg_err *err)
{
	const char *branch = sg_request_branch(a->world->arena, env->name, service);
	const struct sg_mr *entry = find(a, env, branch);
	struct sg_mr fresh;

	if (!entry)
		return 0;
	if (sg_gitlab_mr_get(&a->forge.gitlab, entry->iid, a->world->arena, &fresh, err) < 0)
		return -1;
	if (fresh.state != SG_MR_OPENED && fresh.state != SG_MR_LOCKED)
		return 0;
	fill(a, env, service, &fresh, cell);
	return look_behind(a, env, &fresh, cell, err);
}

static int ask(struct asking *a, struct sg_board *board, struct sg_err *err)
{
	a->loaded->advisory = true;
	if (sg_binding_find(a->world, a->loaded, &a->forge, err) < 0 ||
		sg_gitlab_mr_list_open(&a->forge.gitlab, SG_WORK_BRANCHES, a->world->arena, &a->mrs,
			&a->count, err) < 0)
		return -1;
	if (a->count && sg_forge_me(&a->forge, err) < 0)
		return -1;
	for (size_t i = 0; i < board->row_count && a->count; i++)
		for (size_t k = 0; k < board->column_count; k++)
			if (ask_cell(a, board->columns[k].env, board->rows[i].service,
				    &board->rows[i].cells[k], err) < 0)
				return -1;
	return 0;
}

int sg_board_ask(struct sg_world *world, struct sg_loaded *loaded, struct sg_board *board,
	struct sg_err *err)
{
	struct asking a = {.world = world, .loaded = loaded};
	struct sg_err trouble = SG_ERR_INIT;
	const char *why;

	if (!sg_forge_is_there(loaded, &why)) {
		board->requests = (struct sg_board_trouble){"NO_GITLAB", why};
		return 0;
	}
	if (sg_forge_open(world, loaded, &a.forge, &trouble) == 0 && ask(&a, board, &trouble) == 0)
		return 0;
	if (trouble.reason == SG_R_CANCELLED) {
		*err = trouble;
		return -1;
	}
	board->requests = sg_board_trouble_of(world->arena, &trouble);
	return 0;
}
