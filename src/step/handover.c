#include "step/handover.h"

#include <string.h>

#include "gitlab/train.h"

/* How a system note of GitLab's begins (its system notes are in English, whatever the language of
 * the user), and whether nothing may follow. */
struct phrase {
	const char *words;
	bool whole;
};

static bool begins_with_one_of(const char *body, const struct phrase *phrases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (phrases[i].whole ? strcmp(body, phrases[i].words) == 0
				     : sg_str_starts(sg_str_of(body), phrases[i].words))
			return true;
	return false;
}

static bool is_put_there(const char *body)
{
	static const struct phrase phrases[] = {
		{"enabled an automatic merge", false},
		{"enabled automatic add to merge train", false},
		{"started a merge train", false},
		{"added this merge request to the merge train", false},
	};

	return begins_with_one_of(body, phrases, SG_COUNT(phrases));
}

/* By somebody. What GitLab does by itself goes on with "because ...". */
static bool is_taken_back(const char *body)
{
	static const struct phrase phrases[] = {
		{"canceled the automatic merge", true},
		{"canceled automatic add to merge train", true},
		{"removed this merge request from the merge train", true},
	};

	return begins_with_one_of(body, phrases, SG_COUNT(phrases));
}

/* "added 1 commit", "added 2 commits": another head, and nobody has said anything about that. */
static bool is_new_head(const char *body)
{
	struct sg_str rest = sg_str_of(body), word;

	return sg_str_cut(&rest, ' ', &word) && sg_str_is(word, "added") &&
	       sg_str_cut(&rest, ' ', &word) && sg_str_starts(rest, "commit");
}

bool sg_handover_is_withdrawn(const struct sg_forge *forge, const struct sg_policy *policy,
	const struct sg_gitlab_note *notes, size_t count)
{
	bool withdrawn = false;

	for (size_t i = 0; i < count; i++) {
		if (!notes[i].system)
			continue;
		if (is_put_there(notes[i].body) || is_new_head(notes[i].body))
			withdrawn = false;
		else if (is_taken_back(notes[i].body))
			withdrawn = !sg_forge_is_own(forge, policy, notes[i].author_id);
	}
	return withdrawn;
}

bool sg_handover_was_ours(const struct sg_forge *forge, const struct sg_policy *policy,
	const struct sg_gitlab_note *notes, size_t count)
{
	bool ours = false;

	for (size_t i = 0; i < count; i++) {
		if (!notes[i].system)
			continue;
		if (is_put_there(notes[i].body))
			ours = sg_forge_is_own(forge, policy, notes[i].author_id);
		else if (is_taken_back(notes[i].body) || is_new_head(notes[i].body) ||
			 sg_str_starts(sg_str_of(notes[i].body), "aborted "))
			ours = false;
	}
	return ours;
}

/* When the head came; 0: GitLab does not say. */
static int head_time(struct sg_world *world, struct sg_forge *forge, const struct sg_mr *mr,
	int64_t *ret_ms, struct sg_err *err)
{
	struct sg_gitlab_version *versions;
	size_t count;

	if (sg_gitlab_mr_versions(&forge->gitlab, mr->iid, world->arena, &versions, &count, err) <
		0)
		return -1;
	*ret_ms = count ? versions[count - 1].created_unix_ms : 0;
	return 0;
}

int sg_handover_has_pipeline(struct sg_world *world, struct sg_forge *forge, const struct sg_mr *mr,
	bool *ret_has, struct sg_err *err)
{
	struct sg_mr_pipeline *pipelines;
	int64_t *created_ms, head_ms;
	size_t count;

	*ret_has = false;
	if (sg_gitlab_mr_pipelines(&forge->gitlab, mr->iid, world->arena, &pipelines, &created_ms,
		    &count, err) < 0 ||
		head_time(world, forge, mr, &head_ms, err) < 0)
		return -1;
	for (size_t i = 0; i < count && !*ret_has; i++)
		*ret_has = sg_mr_pipeline_is_of(mr, &pipelines[i]) &&
			   (strcmp(pipelines[i].sha, mr->sha) == 0 || created_ms[i] >= head_ms);
	return 0;
}

const char *sg_handover_place(
	struct sg_world *world, struct sg_forge *forge, const struct sg_mr *mr)
{
	struct sg_err why = SG_ERR_INIT;
	size_t place, count;

	if (sg_gitlab_train_place(
		    &forge->gitlab, mr->target_branch, mr->iid, &place, &count, &why) < 0)
		sg_debug(world->log, "the merge train: %s", why.cause);
	else if (place)
		return sg_arena_printf(world->arena, "place %zu of %zu on it", place, count);
	return NULL;
}
