/*
 * What this run has read of a revision. Each text is read once, and parsed once, however many
 * services and environments it is asked for. Texts, and what was parsed of them, take 8 MiB each at
 * most: when there is more, those that nobody holds are let go, and read again when they are asked
 * for. Names of folders take 4 MiB; beyond that a folder is listed each time.
 *
 * A shelf has an arena of its own: what a run looks at now may be let go sooner than what it has
 * read. Of a run that goes on for days the shelves that were asked for longest ago go.
 */
#ifndef SG_STEP_SHELF_H
#define SG_STEP_SHELF_H

#include "base/names.h"
#include "edit/markers.h"
#include "edit/shapes.h"
#include "model/source.h"
#include "step/world.h"

struct sg_file;

struct sg_shelf {
	struct sg_shelf *next;               /* asked for before */
	const struct sg_tree_source *source; /* of a folder, which has no revision */
	const char *revision;
	struct sg_arena arena;
	struct sg_file *files; /* all of `names` */
	struct sg_names names, folders;
	size_t folders_bytes;
	struct sg_names kept; /* what others make of it, by names that they choose */
};

/* All of a run. */
struct sg_shelves {
	struct sg_shelf *first;
	size_t texts_bytes, trees_bytes, folders_bytes;
};

/* Of the revision of SOURCE, made where there is none yet. It stays until another revision is asked
 * for; with a file that is held, until that is closed. */
struct sg_shelf *sg_shelf_of(struct sg_world *world, const struct sg_tree_source *source);

/* Frees all; nobody may hold a file then. The world can be used on. */
void sg_shelves_release(struct sg_world *world);

/* Lets go of all that nobody holds, before something large needs the memory. */
void sg_shelves_let_go(struct sg_world *world);

/* A file, to be held until it is closed. Reasons: as source->read(), TOO_LARGE above MAX_BYTES. */
int sg_file_open(struct sg_world *world, struct sg_tree_source *source, const char *path,
	size_t max_bytes, struct sg_file **ret_file, struct sg_err *err) SG_MUST_CHECK;

/* What SG_AUTO() calls; a NULL file is fine. */
void sg_file_close_ptr(struct sg_file **file);

/* Until it is closed. */
struct sg_str sg_file_text(const struct sg_file *file);

/* Its events, until it is closed. Reasons: as sg_edit_tree_read(). */
int sg_file_tree(
	struct sg_file *file, struct sg_edit_tree *ret_tree, struct sg_err *err) SG_MUST_CHECK;

/* These live as long as the shelf. Reasons: as sg_edit_shapes(), sg_edit_markers(). */
int sg_file_shapes(
	struct sg_file *file, struct sg_edit_shapes *ret_shapes, struct sg_err *err) SG_MUST_CHECK;
int sg_file_markers(struct sg_file *file, struct sg_edit_markers *ret_markers,
	struct sg_err *err) SG_MUST_CHECK;

/* As source->list() of the folder PATH, in memory that lives as long as the shelf. */
int sg_shelf_list(struct sg_world *world, struct sg_tree_source *source, const char *path,
	struct sg_tree_entry **ret_entries, size_t *ret_count, struct sg_err *err) SG_MUST_CHECK;

/* What the names in the folder above say that PATH is. */
enum sg_shelf_kind {
	SG_SHELF_UNKNOWN, /* nothing: whoever reads it will see */
	SG_SHELF_NOTHING,
	SG_SHELF_FILE, /* or a link, or a submodule */
	SG_SHELF_FOLDER
};
enum sg_shelf_kind sg_shelf_kind(
	struct sg_world *world, struct sg_tree_source *source, const char *path);

#endif
