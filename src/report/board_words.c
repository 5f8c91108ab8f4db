#include "report/board_words.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"

static void add(struct sg_arena *arena, const char **words, const char *word)
{
	*words = *words ? sg_arena_printf(arena, "%s, %s", *words, word) : word;
}

static const char * or (const char *text, const char *other)
{
	return text && *text ? text : other;
}

static void add_cluster(
	struct sg_arena *arena, const char **words, const struct sg_board_cell *cell)
{
	char age[32];

	if (cell->cluster.code) {
		add(arena, words, sg_arena_printf(arena, "cluster? %s", cell->cluster.code));
		return;
	}
	if (!cell->running)
		add(arena, words, "no image seen");
	else if (!cell->in_step)
		add(arena, words, sg_arena_printf(arena, "runs %s", cell->running));
	add(arena, words, or (cell->sync, "sync?"));
	add(arena, words, or (cell->health, "health?"));
	if (cell->remark)
		add(arena, words, cell->remark);
	if (cell->age_s < 0 || cell->age_s > INT64_MAX / 1000) {
		add(arena, words, "age?");
		return;
	}
	sg_num_format_ms(age, sizeof(age), cell->age_s * 1000);
	add(arena, words, sg_arena_strdup(arena, age));
}

const char *sg_board_cell_words(struct sg_arena *arena, const struct sg_board *board,
	const struct sg_board_column *column, const struct sg_board_cell *cell)
{
	const char *words = NULL;

	if (cell->git.code)
		add(arena, &words, sg_arena_printf(arena, "files? %s", cell->git.code));
	else
		add(arena, &words, or (cell->version, "no version"));
	add_cluster(arena, &words, cell);
	if (cell->request.iid)
		add(arena, &words,
			sg_arena_printf(arena, "!%" PRId64 " %s", cell->request.iid,
				or (cell->request.code, "MR_STATUS_UNKNOWN")));
	else if (board->requests.code && column->env->publish == SG_PUBLISH_MERGE_REQUEST)
		add(arena, &words,
			sg_arena_printf(arena, "merge request? %s", board->requests.code));
	return words;
}

struct notes {
	struct sg_arena *arena;
	struct sg_board_note *items;
	size_t count;
	size_t first; /* of this column */
};

static void note(struct notes *notes, const char *environment, const char *what,
	const char *service, const struct sg_board_trouble *trouble)
{
	struct sg_board_note *row;

	if (!trouble->code)
		return;
	for (size_t i = notes->first; i < notes->count; i++)
		if (strcmp(notes->items[i].what, what) == 0 &&
			strcmp(notes->items[i].trouble->code, trouble->code) == 0) {
			notes->items[i].others++;
			return;
		}
	row = sg_arena_push(notes->arena, &notes->items, &notes->count, sizeof(*row));
	*row = (struct sg_board_note){environment, what, service, 0, trouble};
}

struct sg_board_note *sg_board_notes(
	struct sg_arena *arena, const struct sg_board *board, size_t *ret_count)
{
	struct notes notes = {.arena = arena};

	for (size_t k = 0; k < board->column_count; k++) {
		const char *environment = board->columns[k].env->name;

		notes.first = notes.count;
		for (size_t i = 0; i < board->row_count; i++) {
			const struct sg_board_row *row = &board->rows[i];

			note(&notes, environment, "files", row->service, &row->cells[k].git);
			note(&notes, environment, "cluster", row->service, &row->cells[k].cluster);
		}
	}
	notes.first = notes.count;
	note(&notes, NULL, "merge requests", NULL, &board->requests);
	*ret_count = notes.count;
	return notes.items;
}
