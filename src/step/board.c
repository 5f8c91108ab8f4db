#include "step/board.h"

#include <stdlib.h>
#include <string.h>

#include "model/place.h"
#include "step/change.h"
#include "step/plan.h"
#include "step/services.h"

struct opening {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_board *board;
	struct sg_tree_source **sources; /* one for each column; NULL: the column has a trouble */
};

struct sg_board_trouble sg_board_trouble_of(struct sg_arena *arena, const struct sg_err *err)
{
	const char *cause = err->cause[0] ? err->cause : sg_reason_text(err->reason);

	return (struct sg_board_trouble){
		.code = sg_reason_name(err->reason),
		.text = err->where[0] ? sg_arena_printf(arena, "%s: %s", err->where, cause)
				      : sg_arena_strdup(arena, cause),
	};
}

static int open_columns(struct opening *o, struct sg_err *err)
{
	const struct sg_policy *policy = &o->loaded->policy;
	struct sg_arena *arena = o->world->arena;

	o->board->column_count = policy->environment_count;
	o->board->columns =
		sg_arena_calloc(arena, policy->environment_count, sizeof(*o->board->columns));
	o->sources =
		sg_arena_calloc(arena, policy->environment_count, sizeof(struct sg_tree_source *));
	for (size_t i = 0; i < policy->environment_count; i++) {
		struct sg_board_column *column = &o->board->columns[i];

		column->env = &policy->environments[i];
		if (sg_load_branch(o->world, o->loaded, column->env->branch, &o->sources[i], err) ==
			0) {
			column->commit = o->sources[i]->revision;
			continue;
		}
		if (err->reason != SG_R_BRANCH_NOT_FOUND)
			return sg_wrap(err, "%s", column->env->name);
		o->sources[i] = NULL;
		column->trouble = sg_board_trouble_of(arena, err);
	}
	return 0;
}

static void add_row(struct opening *o, const char *service)
{
	struct sg_board *board = o->board;
	struct sg_board_row *row;

	for (size_t i = 0; i < board->row_count; i++)
		if (strcmp(board->rows[i].service, service) == 0)
			return;
	row = sg_arena_push(o->world->arena, &board->rows, &board->row_count, sizeof(*row));
	row->service = service;
	row->cells = sg_arena_calloc(o->world->arena, board->column_count, sizeof(*row->cells));
}

static int add_named(struct opening *o, const char *const *names, size_t count, struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (sg_service_name_check(names[i], err) < 0)
			return -1;
		add_row(o, names[i]);
		if (o->board->row_count == i)
			return sg_fail(err, SG_R_USAGE, "%.100s is named twice", names[i]);
	}
	return 0;
}

static int by_service(const void *a, const void *b)
{
	const struct sg_board_row *x = a, *y = b;

	return strcmp(x->service, y->service);
}

static int too_many(struct sg_err *err)
{
	(void)sg_fail(
		err, SG_R_TOO_LARGE, "a board of more than %d services", SG_BOARD_SERVICES_MAX);
	return sg_hint(err, "name the services that you want to see");
}

/* The folder of services may be missing on one branch; on all of them it leaves nothing to show. */
static int add_all(struct opening *o, struct sg_err *err)
{
	struct sg_err missing = SG_ERR_INIT, trouble;

	for (size_t i = 0; i < o->board->column_count; i++) {
		const char *const *names;
		size_t count;

		if (!o->sources[i])
			continue;
		if (sg_service_list(o->world, &o->loaded->policy, o->board->columns[i].env,
			    o->sources[i], &names, &count, &trouble) < 0) {
			*err = missing = trouble;
			if (trouble.reason != SG_R_FILE_NOT_FOUND)
				return -1;
			continue;
		}
		if (count > SG_BOARD_SERVICES_MAX)
			return too_many(err);
		for (size_t k = 0; k < count; k++)
			add_row(o, names[k]);
	}
	if (o->board->row_count > SG_BOARD_SERVICES_MAX)
		return too_many(err);
	if (o->board->row_count == 0 && missing.reason != SG_R_OK) {
		*err = missing;
		return -1;
	}
	if (o->board->row_count)
		qsort(o->board->rows, o->board->row_count, sizeof(*o->board->rows), by_service);
	return 0;
}

/* -1 only for what ends the run. */
static int read_cell(struct opening *o, const char *service, size_t column,
	struct sg_board_cell *cell, struct sg_err *trouble)
{
	struct sg_arena *arena = o->world->arena;

	cell->age_s = -1;
	if (!o->sources[column]) {
		cell->git = o->board->columns[column].trouble;
		return 0;
	}
	if (sg_change_image(o->world, &o->loaded->policy, o->board->columns[column].env, service,
		    o->sources[column], &cell->image, trouble) < 0) {
		cell->git = sg_board_trouble_of(arena, trouble);
		return trouble->reason == SG_R_CANCELLED ? -1 : 0;
	}
	cell->version = sg_plan_wish(arena, cell->image);
	if (!cell->version)
		cell->git = (struct sg_board_trouble){
			sg_reason_name(SG_R_IMAGE_NOT_FOUND), "the files carry no tag or digest"};
	return 0;
}

static int read_row(struct opening *o, struct sg_board_row *row, bool named, struct sg_err *err)
{
	struct sg_err unknown = SG_ERR_INIT;
	size_t unknown_count = 0, read = 0;

	for (size_t i = 0; i < o->board->column_count; i++) {
		struct sg_err trouble = SG_ERR_INIT;

		if (read_cell(o, row->service, i, &row->cells[i], &trouble) < 0) {
			*err = trouble;
			return -1;
		}
		read += o->sources[i] != NULL;
		if (trouble.reason == SG_R_SERVICE_UNKNOWN) {
			unknown = trouble;
			unknown_count++;
		}
	}
	if (!named || unknown_count == 0 || unknown_count < read)
		return 0;
	*err = unknown;
	return -1;
}

int sg_board_open(struct sg_world *world, struct sg_loaded *loaded, const char *const *names,
	size_t count, struct sg_board *ret_board, struct sg_err *err)
{
	struct sg_board board = {0};
	struct opening o = {.world = world, .loaded = loaded, .board = &board};

	if (count > SG_BOARD_SERVICES_MAX)
		return too_many(err);
	if (open_columns(&o, err) < 0 ||
		(count ? add_named(&o, names, count, err) : add_all(&o, err)) < 0)
		return -1;
	for (size_t i = 0; i < board.row_count; i++)
		if (read_row(&o, &board.rows[i], count != 0, err) < 0)
			return -1;
	*ret_board = board;
	return 0;
}
