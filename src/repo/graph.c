#include "repo/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/str.h"

/* Commits that were met, in the order of meeting; `slots` finds them. */
struct met {
	git_oid *ids;
	size_t count;
	size_t *slots; /* index + 1 into ids; 0 is free */
	size_t slot_count;
};

static void met_release(struct met *met)
{
	free(met->ids);
	free(met->slots);
}

/* Object ids are uniformly distributed already. */
static size_t hash_of(const git_oid *id)
{
	size_t hash;

	memcpy(&hash, id->id, sizeof(hash));
	return hash;
}

static size_t *slot_of(const struct met *met, const git_oid *id)
{
	size_t at = hash_of(id) & (met->slot_count - 1);

	while (met->slots[at] && !git_oid_equal(&met->ids[met->slots[at] - 1], id))
		at = (at + 1) & (met->slot_count - 1);
	return &met->slots[at];
}

static bool has_met(const struct met *met, const git_oid *id)
{
	return met->slot_count > 0 && *slot_of(met, id) != 0;
}

static void grow(struct met *met)
{
	size_t count = met->slot_count ? met->slot_count * 2 : 256;

	free(met->slots);
	met->slots = sg_calloc(count, sizeof(*met->slots));
	met->slot_count = count;
	met->ids = sg_realloc(met->ids, count / 2, sizeof(*met->ids));
	for (size_t i = 0; i < met->count; i++)
		*slot_of(met, &met->ids[i]) = i + 1;
}

static void meet(struct met *met, const git_oid *id)
{
	if (has_met(met, id))
		return;
	if (met->count + 1 > met->slot_count / 2)
		grow(met);
	met->ids[met->count] = *id;
	*slot_of(met, id) = met->count + 1;
	met->count++;
}

static bool read_commit(git_odb *odb, const git_oid *id, git_odb_object **ret)
{
	if (!git_odb_exists_ext(odb, id, GIT_ODB_LOOKUP_NO_REFRESH) ||
		git_odb_read(ret, odb, id) < 0)
		return false;
	if (git_odb_object_type(*ret) == GIT_OBJECT_COMMIT)
		return true;
	git_odb_object_free(*ret);
	return false;
}

/* Meets the parents that stand in a commit's header; false for a header that cannot be read. */
static bool meet_parents(struct met *met, struct sg_str commit)
{
	struct sg_str line;

	while (sg_str_cut(&commit, '\n', &line) && line.len > 0) {
		git_oid id;

		if (!sg_str_starts(line, "parent "))
			continue;
		line = sg_str_sub(line, 7, line.len);
		if (!sg_str_is_oid(line) || git_oid_fromstrn(&id, line.ptr, line.len) < 0)
			return false;
		meet(met, &id);
	}
	return true;
}

/*
 * Meets everything that can be reached from the one commit in MET, but goes on behind none of STOP
 * (NULL: none). Returns false when history is cut off or too long.
 */
static bool walk(git_odb *odb, struct met *met, const struct met *stop, size_t max_commits)
{
	bool whole = true;

	for (size_t i = 0; i < met->count; i++) {
		git_oid id = met->ids[i];
		git_odb_object *object;

		if (i >= max_commits)
			return false;
		if (stop && has_met(stop, &id))
			continue;
		if (!read_commit(odb, &id, &object)) {
			whole = false;
			continue;
		}
		if (!meet_parents(met, (struct sg_str){git_odb_object_data(object),
					       git_odb_object_size(object)}))
			whole = false;
		git_odb_object_free(object);
	}
	return whole;
}

static enum sg_answer decide(
	git_odb *odb, const git_oid *descendant, const git_oid *ancestor, size_t max_commits)
{
	struct met below SG_AUTO(met_release) = {0}, above SG_AUTO(met_release) = {0};
	bool whole;

	meet(&below, ancestor);
	(void)walk(odb, &below, NULL, max_commits);
	meet(&above, descendant);
	whole = walk(odb, &above, &below, max_commits);
	if (has_met(&above, ancestor))
		return SG_ANSWER_YES;
	return whole ? SG_ANSWER_NO : SG_ANSWER_UNKNOWN;
}

enum sg_answer sg_graph_contains(
	git_repository *git, const git_oid *descendant, const git_oid *ancestor, size_t max_commits)
{
	enum sg_answer answer;
	git_odb *odb = NULL;

	if (git_oid_equal(descendant, ancestor))
		return SG_ANSWER_YES;
	if (git_repository_odb(&odb, git) < 0)
		return SG_ANSWER_UNKNOWN;
	(void)git_odb_refresh(odb); /* once, instead of at every commit that is missing */
	answer = decide(odb, descendant, ancestor, max_commits);
	git_odb_free(odb);
	return answer;
}

bool sg_graph_has(git_repository *git, const git_oid *id)
{
	git_odb_object *object;
	git_odb *odb = NULL;
	bool here;

	if (git_repository_odb(&odb, git) < 0)
		return false;
	(void)git_odb_refresh(odb);
	here = read_commit(odb, id, &object);
	if (here)
		git_odb_object_free(object);
	git_odb_free(odb);
	return here;
}
