#include <string.h>

#include "step/request.h"

/* GitLab keeps the text as it was sent, but for line ends around it. */
static bool is_noted(const struct sg_forge *forge, const struct sg_policy *policy,
	const struct sg_gitlab_note *notes, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (!notes[i].system && sg_forge_is_own(forge, policy, notes[i].author_id) &&
			sg_str_is(sg_str_trim(sg_str_of(notes[i].body)), text))
			return true;
	return false;
}

int sg_request_close(struct sg_world *world, struct sg_forge *forge, const struct sg_policy *policy,
	int64_t iid, const char *why, struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	struct sg_gitlab_note *notes;
	size_t count;

	if (sg_forge_me(forge, err) < 0 ||
		sg_gitlab_mr_notes(&forge->gitlab, iid, world->arena, &notes, &count, err) < 0)
		return -1;
	if (!is_noted(forge, policy, notes, count, why)) {
		if (sg_gitlab_mr_note_add(&forge->gitlab, iid, why, ret_answer, err) < 0)
			return -1;
		/* Whether it is there is seen by the next look; closed without it nobody knows why.
		 */
		if (ret_answer->outcome == SG_GITLAB_DOUBT)
			return 0;
	}
	return sg_gitlab_mr_close(&forge->gitlab, iid, ret_answer, err);
}
