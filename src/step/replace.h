/* Local files that get new bytes together: all of them or none. */
#ifndef SG_STEP_REPLACE_H
#define SG_STEP_REPLACE_H

#include "model/plan.h"
#include "step/world.h"

/*
 * Writes all new files beside the old ones and makes them durable before the first takes its place.
 * A file that is no longer what it was BEFORE is left alone (CONFLICT). When one cannot be
 * replaced, those before it get their bytes back, and the error names what could not be taken back.
 * Each file is whole at any moment, also in a run that is killed. LOCAL_IO, FILE_NOT_FOUND.
 */
int sg_replace_files(struct sg_world *world, const struct sg_file_change *files, size_t count,
	struct sg_err *err) SG_MUST_CHECK;

#endif
