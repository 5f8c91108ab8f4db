/* Places that comments in the files name. */
#ifndef SG_STEP_MARKED_H
#define SG_STEP_MARKED_H

#include "model/place.h"
#include "model/source.h"
#include "step/world.h"

/*
 * Puts what the markers name in the files of SOURCE in the stead of places by `marker`: one for
 * each comment of that name, by key. Files without such places are not read. KEY_NOT_FOUND, with
 * the names that are there, when a file has no such marker; else the reasons of reading and of
 * edit/markers.h.
 */
int sg_places_marked(struct sg_world *world, struct sg_tree_source *source,
	struct sg_place **places, size_t *count, struct sg_err *err) SG_MUST_CHECK;

#endif
