/* Commits that are asked for by id. */
#include <stdio.h>
#include <string.h>

#include "repo/graph.h"
#include "repo/internal.h"
#include "repo/partial.h"

struct wanted {
	struct sg_arena arena;
	const char **ids; /* not here, each once */
	const char **specs;
	size_t count;
	const char *unnamed; /* one of them that no name of the server stands for, or NULL */
};

static void wanted_release(struct wanted *wanted)
{
	sg_arena_release(&wanted->arena);
}

static bool is_wanted(const struct wanted *wanted, const char *oid)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (strcmp(wanted->ids[i], oid) == 0)
			return true;
	return false;
}

static int collect(struct sg_repo *repo, const char *const *oids, size_t count,
	struct wanted *wanted, struct sg_err *err)
{
	wanted->ids = sg_arena_calloc(&wanted->arena, count + 1, sizeof(*wanted->ids));
	wanted->specs = sg_arena_calloc(&wanted->arena, count + 1, sizeof(*wanted->specs));
	for (size_t i = 0; i < count; i++) {
		git_oid id;

		if (sg_git_oid(oids[i], &id, err) < 0)
			return -1;
		if (!is_wanted(wanted, oids[i]) && !sg_graph_has(repo->git, &id))
			wanted->ids[wanted->count++] = sg_arena_strdup(&wanted->arena, oids[i]);
	}
	return 0;
}

/* A name of the server that stands for this commit at the last look, or NULL. */
static const char *name_of(struct sg_repo *repo, const char *oid)
{
	const git_remote_head **heads;
	size_t count;
	git_oid id;

	if (git_oid_fromstr(&id, oid) < 0 || git_remote_ls(&heads, &count, repo->remote) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		int valid = 0;

		if (git_oid_equal(&heads[i]->oid, &id) &&
			sg_str_starts(sg_str_of(heads[i]->name), "refs/") &&
			git_reference_name_is_valid(&valid, heads[i]->name) == 0 && valid)
			return heads[i]->name;
	}
	return NULL;
}

static void name_all(struct sg_repo *repo, struct wanted *wanted)
{
	wanted->unnamed = NULL;
	for (size_t i = 0; i < wanted->count; i++) {
		const char *name = name_of(repo, wanted->ids[i]);

		wanted->specs[i] = name ? sg_arena_strdup(&wanted->arena, name) : wanted->ids[i];
		if (!name && !wanted->unnamed)
			wanted->unnamed = wanted->ids[i];
	}
}

static int no_single_commits(const struct wanted *wanted, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_REVISION_NOT_FOUND,
		"the server gives no commit by its id, and no name stands for %s", wanted->unnamed);
	return sg_hint(err, "allow it on the server (uploadpack.allowAnySHA1InWant)");
}

static int download(struct sg_repo *repo, struct wanted *wanted, struct sg_err *err)
{
	char words[256];

	name_all(repo, wanted);
	if (sg_partial_bring(repo, wanted->specs, wanted->ids, wanted->count, err) == 0)
		return 0;
	if (err->reason == SG_R_REVISION_NOT_FOUND && wanted->unnamed)
		return no_single_commits(wanted, err);
	if (err->reason != SG_R_BRANCH_MOVED)
		return -1;
	/* "not our ref": there is no such commit, or the server does not give it to us */
	(void)snprintf(words, sizeof(words), "%.255s", err->cause);
	return sg_fail(err, SG_R_REVISION_NOT_FOUND,
		"the server does not give a commit that is asked for by its id: %s", words);
}

static int take(struct sg_repo *repo, const struct wanted *wanted, struct sg_err *err)
{
	for (size_t i = 0; i < wanted->count; i++) {
		git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;

		if (sg_git_commit(repo, wanted->ids[i], &commit, err) < 0)
			return sg_fail(err, SG_R_REVISION_NOT_FOUND,
				"what the server sent holds no commit %s", wanted->ids[i]);
		sg_repo_end_at(repo, wanted->ids[i]);
	}
	return 0;
}

int sg_repo_fetch_commits(
	struct sg_repo *repo, const char *const *oids, size_t count, struct sg_err *err)
{
	struct wanted wanted SG_AUTO(wanted_release) = {0};
	bool fresh = false;

	if (collect(repo, oids, count, &wanted, err) < 0)
		return -1;
	if (wanted.count == 0)
		return 0;
	if (!repo->remote) {
		if (sg_repo_refs(repo, err) < 0)
			return -1;
		fresh = true;
	}
	for (int tried = 1;; tried++) {
		struct sg_err why = SG_ERR_INIT;

		if (download(repo, &wanted, &why) == 0)
			return take(repo, &wanted, err);
		/* a name may stand for it now that did not at the last look */
		if ((fresh || why.reason != SG_R_REVISION_NOT_FOUND) &&
			!sg_repo_after_break(repo, tried, &why)) {
			*err = why;
			return -1;
		}
		if (sg_repo_refs(repo, err) < 0)
			return -1;
		fresh = true;
	}
}
