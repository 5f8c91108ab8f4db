#include "step/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define SHELVES_MAX 16
#define SHELVES_MAX_BYTES (16u << 20)
#define TEXTS_MAX_BYTES (8u << 20)
#define TREES_MAX_BYTES (8u << 20)

struct sg_file {
	struct sg_file *next;
	struct sg_shelves *shelves;
	struct sg_arena *arena; /* of the shelf */
	const char *path;
	int holders;
	bool has_text, has_tree;
	struct sg_buf text;
	struct sg_arena events;
	struct sg_edit_tree tree;
	const struct sg_err *fault; /* why it has no tree */
	struct sg_edit_shapes *shapes;
	struct sg_edit_markers *markers;
};

/* ---- letting go ---- */

static void drop_tree(struct sg_file *file)
{
	file->shelves->trees_bytes -= file->events.used_bytes;
	sg_arena_release(&file->events);
	file->has_tree = false;
}

static void drop_text(struct sg_file *file)
{
	file->shelves->texts_bytes -= file->text.cap;
	sg_buf_release(&file->text);
	file->has_text = false;
}

/* What was parsed points into the text: it goes with it. */
static void let_go(struct sg_shelves *shelves, bool texts)
{
	for (struct sg_shelf *shelf = shelves->first; shelf; shelf = shelf->next)
		for (struct sg_file *file = shelf->files; file; file = file->next) {
			if (file->holders)
				continue;
			drop_tree(file);
			if (texts)
				drop_text(file);
		}
}

static void keep_small(struct sg_shelves *shelves)
{
	bool texts = shelves->texts_bytes > TEXTS_MAX_BYTES;

	if (texts || shelves->trees_bytes > TREES_MAX_BYTES)
		let_go(shelves, texts);
}

void sg_shelves_let_go(struct sg_world *world)
{
	if (world->shelves)
		let_go(world->shelves, true);
}

static void shelf_free(struct sg_shelves *shelves, struct sg_shelf *shelf)
{
	for (struct sg_file *file = shelf->files; file; file = file->next) {
		drop_tree(file);
		drop_text(file);
	}
	shelves->folders_bytes -= shelf->folders_bytes;
	sg_arena_release(&shelf->arena);
	free(shelf);
}

void sg_shelves_release(struct sg_world *world)
{
	struct sg_shelves *shelves = world->shelves;

	while (shelves && shelves->first) {
		struct sg_shelf *shelf = shelves->first;

		shelves->first = shelf->next;
		shelf_free(shelves, shelf);
	}
	free(shelves);
	world->shelves = NULL;
}

/* ---- shelves ---- */

static bool is_held(const struct sg_shelf *shelf)
{
	for (const struct sg_file *file = shelf->files; file; file = file->next)
		if (file->holders)
			return true;
	return false;
}

/* Those behind the ones that there is room for. */
static void drop_old(struct sg_shelves *shelves)
{
	struct sg_shelf **at = &shelves->first;
	size_t bytes = 0, count = 0;

	while (*at) {
		struct sg_shelf *shelf = *at;

		bytes += shelf->arena.used_bytes;
		if ((++count <= SHELVES_MAX && bytes <= SHELVES_MAX_BYTES) || is_held(shelf)) {
			at = &shelf->next;
			continue;
		}
		*at = shelf->next;
		shelf_free(shelves, shelf);
	}
}

static bool is_of(const struct sg_shelf *shelf, const struct sg_tree_source *source)
{
	if (!shelf->revision || !source->revision)
		return shelf->source == source;
	return strcmp(shelf->revision, source->revision) == 0;
}

struct sg_shelf *sg_shelf_of(struct sg_world *world, const struct sg_tree_source *source)
{
	struct sg_shelf **at, *shelf;

	if (!world->shelves)
		world->shelves = sg_calloc(1, sizeof(*world->shelves));
	at = &world->shelves->first;
	while (*at && !is_of(*at, source))
		at = &(*at)->next;
	shelf = *at;
	if (shelf) {
		*at = shelf->next;
	} else {
		drop_old(world->shelves);
		shelf = sg_calloc(1, sizeof(*shelf));
		shelf->source = source;
		shelf->revision = sg_arena_strdup(&shelf->arena, source->revision);
	}
	shelf->next = world->shelves->first;
	world->shelves->first = shelf;
	return shelf;
}

/* ---- files ---- */

static struct sg_file *file_at(struct sg_shelves *shelves, struct sg_shelf *shelf, const char *path)
{
	struct sg_file *file = sg_names_get(&shelf->names, path);

	if (file)
		return file;
	file = sg_arena_calloc(&shelf->arena, 1, sizeof(*file));
	file->shelves = shelves;
	file->next = shelf->files;
	file->arena = &shelf->arena;
	file->path = sg_arena_strdup(&shelf->arena, path);
	shelf->files = file;
	sg_names_put(&shelf->arena, &shelf->names, path, file);
	return file;
}

static void take_text(struct sg_file *file, struct sg_buf *text)
{
	file->text = *text;
	*text = (struct sg_buf){0};
	file->has_text = true;
	file->shelves->texts_bytes += file->text.cap;
}

static int too_large(const struct sg_tree_source *source, const struct sg_file *file, size_t max,
	struct sg_err *err)
{
	return sg_fail(err, SG_R_TOO_LARGE, "%s: \"%s\" has %zu bytes, the limit is %zu",
		source->label, file->path, file->text.len, max);
}

int sg_file_open(struct sg_world *world, struct sg_tree_source *source, const char *path,
	size_t max_bytes, struct sg_file **ret_file, struct sg_err *err)
{
	struct sg_shelf *shelf = sg_shelf_of(world, source);
	struct sg_file *file = sg_names_get(&shelf->names, path);

	*ret_file = NULL;
	if (!file || !file->has_text) {
		SG_AUTO(sg_buf_release) struct sg_buf text = {0};

		sg_buf_init(&text, max_bytes);
		if (source->read(source, path, &text, err) < 0)
			return -1;
		file = file_at(world->shelves, shelf, path);
		take_text(file, &text);
	}
	if (file->text.len > max_bytes)
		return too_large(source, file, max_bytes, err);
	file->holders++;
	keep_small(file->shelves);
	*ret_file = file;
	return 0;
}

void sg_file_close_ptr(struct sg_file **file)
{
	if (!*file)
		return;
	(*file)->holders--;
	keep_small((*file)->shelves);
	*file = NULL;
}

struct sg_str sg_file_text(const struct sg_file *file)
{
	return sg_buf_str(&file->text);
}

int sg_file_tree(struct sg_file *file, struct sg_edit_tree *ret_tree, struct sg_err *err)
{
	if (!file->has_tree && !file->fault) {
		struct sg_err fault = SG_ERR_INIT;

		file->tree = (struct sg_edit_tree){.file = file->path, .text = sg_file_text(file)};
		file->has_tree = sg_edit_tree_read(&file->events, &file->tree, &fault) == 0;
		file->shelves->trees_bytes += file->events.used_bytes;
		if (!file->has_tree) {
			struct sg_err *kept = sg_arena_alloc(file->arena, sizeof(*kept));

			*kept = fault;
			file->fault = kept;
			drop_tree(file);
		}
	}
	if (file->fault) {
		*err = *file->fault;
		return -1;
	}
	*ret_tree = file->tree;
	return 0;
}

int sg_file_shapes(struct sg_file *file, struct sg_edit_shapes *ret_shapes, struct sg_err *err)
{
	struct sg_edit_shapes shapes;
	struct sg_edit_tree tree;

	if (!file->shapes) {
		if (sg_file_tree(file, &tree, err) < 0 ||
			sg_edit_tree_shapes(file->arena, &tree, &shapes, err) < 0)
			return -1;
		file->shapes = sg_arena_alloc(file->arena, sizeof(shapes));
		*file->shapes = shapes;
	}
	*ret_shapes = *file->shapes;
	return 0;
}

int sg_file_markers(struct sg_file *file, struct sg_edit_markers *ret_markers, struct sg_err *err)
{
	struct sg_edit_markers markers;
	struct sg_edit_tree tree;

	if (!file->markers) {
		if (sg_file_tree(file, &tree, err) < 0 ||
			sg_edit_tree_markers(file->arena, &tree, &markers, err) < 0)
			return -1;
		file->markers = sg_arena_alloc(file->arena, sizeof(markers));
		*file->markers = markers;
	}
	*ret_markers = *file->markers;
	return 0;
}
