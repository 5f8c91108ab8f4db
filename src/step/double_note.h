/*
 * A note of ours that stands on a merge request twice: its POST came twice through a proxy, or two
 * runs wrote it at once (gitlab.md 6.10).
 */
#ifndef SG_STEP_DOUBLE_NOTE_H
#define SG_STEP_DOUBLE_NOTE_H

#include "step/forge.h"

#define SG_DOUBLE_NOTES_MAX 8 /* that are taken away at one look */

/*
 * Each note that says what an older one says, both by our token's user (sg_forge_me() came
 * before): of who asked, the same text, never changed; of the gates, the same part of their table,
 * of which the oldest is the one that is kept up to date. NOTES oldest first. Returns how many
 * stand in IDS.
 */
size_t sg_double_notes_find(const struct sg_forge *forge, const struct sg_gitlab_note *notes,
	size_t count, int64_t ids[SG_DOUBLE_NOTES_MAX]);

/* Takes them away. That they are there binds nobody: fails only for a signal. */
int sg_double_notes_remove(struct sg_world *world, struct sg_forge *forge, int64_t iid,
	const int64_t *ids, size_t count, struct sg_err *err) SG_MUST_CHECK;

#endif
