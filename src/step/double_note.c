#include "step/double_note.h"

#include <string.h>

#define REQUESTER "<!-- stagegate:requester "
#define GATES "<!-- stagegate:gates "

static struct sg_str first_line(const char *body)
{
	struct sg_str rest = sg_str_of(body), line = {0};

	(void)sg_str_cut(&rest, '\n', &line);
	return line;
}

static bool says_the_same(const struct sg_gitlab_note *older, const struct sg_gitlab_note *note)
{
	if (sg_str_starts(sg_str_of(note->body), GATES))
		return sg_str_eq(first_line(older->body), first_line(note->body));
	return sg_str_starts(sg_str_of(note->body), REQUESTER) && !older->edited && !note->edited &&
	       strcmp(older->body, note->body) == 0;
}

static bool is_ours(const struct sg_forge *forge, const struct sg_gitlab_note *note)
{
	return !note->system && forge->me.id && note->author_id == forge->me.id;
}

static bool is_double(
	const struct sg_forge *forge, const struct sg_gitlab_note *notes, size_t index)
{
	if (!is_ours(forge, &notes[index]))
		return false;
	for (size_t i = 0; i < index; i++)
		if (is_ours(forge, &notes[i]) && says_the_same(&notes[i], &notes[index]))
			return true;
	return false;
}

size_t sg_double_notes_find(const struct sg_forge *forge, const struct sg_gitlab_note *notes,
	size_t count, int64_t ids[SG_DOUBLE_NOTES_MAX])
{
	size_t found = 0;

	for (size_t i = 1; i < count && found < SG_DOUBLE_NOTES_MAX; i++)
		if (is_double(forge, notes, i))
			ids[found++] = notes[i].id;
	return found;
}

static int remove_one(struct sg_world *world, struct sg_forge *forge, int64_t iid, int64_t note_id,
	struct sg_err *err)
{
	struct sg_gitlab_answer answer;
	struct sg_err why = SG_ERR_INIT;

	sg_debug(world->log, "note %lld of !%lld stands there twice: it is taken away",
		(long long)note_id, (long long)iid);
	if (sg_gitlab_mr_note_delete(&forge->gitlab, iid, note_id, &answer, &why) == 0)
		return 0;
	sg_debug(world->log, "it stays: %s", why.cause);
	if (why.reason != SG_R_CANCELLED)
		return 0;
	*err = why;
	return -1;
}

int sg_double_notes_remove(struct sg_world *world, struct sg_forge *forge, int64_t iid,
	const int64_t *ids, size_t count, struct sg_err *err)
{
	for (size_t i = 0; i < count; i++)
		if (remove_one(world, forge, iid, ids[i], err) < 0)
			return -1;
	return 0;
}
