#include <string.h>

#include "step/binding.h"
#include "step/board.h"
#include "step/request_list.h"

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
	cell->request_since_unix_s = fresh.created_unix_s;
	return sg_request_row(
		a->world, a->loaded, &a->forge, env, service, &fresh, &cell->request, err);
}

static int ask(struct asking *a, struct sg_board *board, struct sg_err *err)
{
	a->loaded->advisory = true;
	if (sg_binding_find(a->world, a->loaded, &a->forge, err) < 0 ||
		sg_request_list_open(a->world, a->loaded, &a->forge, &a->mrs, &a->count, err) < 0)
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
