#include "repo/partial.h"

#include <string.h>

#include "repo/want.h"

enum {
	SMALL_ENTRIES = 256,   /* near the root: it may be small, and its rest is asked for whole */
	SMALL_OBJECTS = 10000, /* more than this is not small */
	FILLS_BEFORE_REST = 16,
	FILLS_MAX = 200
};

/* What a commit comes with, the best first: its root folder and what stands there, or all folders.
 */
static const char *const tip_filters[] = {"tree:2", "blob:none"};

/* What a folder comes with: what stands in it. */
#define FOLDER_FILTER "tree:1"

/* Commits only. */
#define HISTORY_FILTER "tree:0"

static bool can_filter(const struct sg_repo *repo)
{
	const struct sg_abilities *can = &repo->abilities;

	return repo->partial.wanted && can->filter && can->shallow && can->side_band &&
	       can->any_id && repo->partial.filter < SG_COUNT(tip_filters);
}

bool sg_partial_is(const struct sg_repo *repo)
{
	return repo->partial.on && !repo->partial.rest_here;
}

bool sg_partial_is_large(const struct sg_repo *repo)
{
	return sg_partial_is(repo) && !repo->partial.small;
}

/* An answer that breaks off is asked for again: it leans on no look that could be too old by then.
 */
static int bring(struct sg_repo *repo, const struct sg_want *want, struct sg_err *err)
{
	for (int tried = 1;; tried++) {
		struct sg_err why = SG_ERR_INIT;

		if (sg_want_fetch(repo, want, &why) == 0)
			return 0;
		if (!sg_repo_after_break(repo, tried, &why)) {
			*err = why;
			return -1;
		}
	}
}

int sg_partial_history(struct sg_repo *repo, const char *oid, int depth, struct sg_err *err)
{
	struct sg_want want = {&oid, 1, HISTORY_FILTER, depth, repo->max_objects};

	return bring(repo, &want, err);
}

void sg_partial_note(struct sg_repo *repo, const char *oid)
{
	struct sg_partial *p = &repo->partial;

	if (!sg_partial_is(repo))
		return;
	for (size_t i = 0; i < SG_PARTIAL_COMMITS; i++)
		if (strcmp(p->commits[i], oid) == 0)
			return;
	memcpy(p->commits[p->next], oid, GIT_OID_SHA1_HEXSIZE + 1);
	p->next = (p->next + 1) % SG_PARTIAL_COMMITS;
}

static bool is_here(git_odb *odb, const git_oid *id)
{
	return git_odb_exists_ext(odb, id, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

/* How many names stand in the root folder of a commit and in the folders there. */
static size_t names_near_root(struct sg_repo *repo, const char *oid)
{
	git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;
	git_tree *root SG_AUTO(sg_git_tree_free_ptr) = NULL;
	struct sg_err ignored = SG_ERR_INIT;
	size_t count;

	if (sg_git_commit(repo, oid, &commit, &ignored) < 0 || git_commit_tree(&root, commit) < 0)
		return 0;
	count = git_tree_entrycount(root);
	for (size_t i = 0; i < git_tree_entrycount(root); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(root, i);
		git_tree *folder SG_AUTO(sg_git_tree_free_ptr) = NULL;

		if (git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE &&
			git_tree_lookup(&folder, repo->git, git_tree_entry_id(entry)) == 0)
			count += git_tree_entrycount(folder);
	}
	return count;
}

static void take_tips(struct sg_repo *repo, const char *const *ids, size_t count)
{
	struct sg_partial *p = &repo->partial;
	bool first = !p->on;

	p->on = true;
	for (size_t i = 0; i < count; i++) {
		if (first && i == 0)
			p->small = true;
		p->small = p->small && names_near_root(repo, ids[i]) <= SMALL_ENTRIES;
		sg_partial_note(repo, ids[i]);
	}
}

/* Did the server say no to what was asked of it? Old ones say so by an answer that just ends. */
static bool is_refusal(const struct sg_err *err)
{
	return err->reason == SG_R_REMOTE_FAILED || err->reason == SG_R_BRANCH_MOVED ||
	       err->reason == SG_R_REVISION_NOT_FOUND;
}

int sg_partial_bring(struct sg_repo *repo, const char *const *specs, const char *const *ids,
	size_t count, struct sg_err *err)
{
	struct sg_partial *p = &repo->partial;

	while (can_filter(repo) && !p->small && !p->rest_here && count <= SG_WANT_MAX) {
		struct sg_want want = {ids, count, tip_filters[p->filter], 1, 0};
		struct sg_err why = SG_ERR_INIT;

		if (sg_want_fetch(repo, &want, &why) == 0) {
			take_tips(repo, ids, count);
			return 0;
		}
		if (!is_refusal(&why) || why.reason == SG_R_BRANCH_MOVED) {
			*err = why;
			return -1;
		}
		sg_debug(repo->wire.log, "fetch with %s: %s", want.filter, why.cause);
		p->filter++;
	}
	return sg_repo_download(repo, specs, count, 1, err);
}

/* The commits that are looked into, whole. */
static int bring_rest(struct sg_repo *repo, struct sg_err *err)
{
	struct sg_partial *p = &repo->partial;
	const char *ids[SG_PARTIAL_COMMITS];
	struct sg_want want = {.ids = ids, .depth = 1, .max_objects = p->small ? SMALL_OBJECTS : 0};

	for (size_t i = 0; i < SG_PARTIAL_COMMITS; i++)
		if (p->commits[i][0])
			ids[want.count++] = p->commits[i];
	if (want.count == 0)
		return 0;
	if (bring(repo, &want, err) < 0) {
		if (err->reason != SG_R_TOO_LARGE || !p->small)
			return -1;
		sg_debug(repo->wire.log, "not small: %s", err->cause);
		p->small = false;
		return 0;
	}
	p->rest_here = true;
	for (size_t i = 0; i < want.count && i < SG_REPO_OFFERS; i++)
		if (sg_repo_offer(repo, ids[i], err) < 0)
			return -1;
	return 0;
}

struct missing {
	struct sg_arena arena;
	const char **ids;
	size_t count;
};

static void missing_release(struct missing *missing)
{
	sg_arena_release(&missing->arena);
}

static int find_missing(struct sg_repo *repo, const git_oid *ids, size_t count,
	struct missing *missing, struct sg_err *err)
{
	git_odb *odb = NULL;
	int rc = git_repository_odb(&odb, repo->git);

	if (rc < 0)
		return sg_git_fail(NULL, rc, "look for what is here", err);
	missing->ids = sg_arena_calloc(&missing->arena, count + 1, sizeof(*missing->ids));
	missing->count = 0;
	for (size_t i = 0; i < count; i++) {
		char hex[GIT_OID_SHA1_HEXSIZE + 1];

		if (!is_here(odb, &ids[i]))
			missing->ids[missing->count++] = sg_arena_strdup(
				&missing->arena, git_oid_tostr(hex, sizeof(hex), &ids[i]));
	}
	git_odb_free(odb);
	return 0;
}

/* One request for what is missing, a part of it at a time. */
static int fill_missing(struct sg_repo *repo, const struct missing *missing, struct sg_err *err)
{
	for (size_t from = 0; from < missing->count; from += SG_WANT_MAX) {
		size_t left = missing->count - from;
		struct sg_want want = {.ids = missing->ids + from,
			.count = left < SG_WANT_MAX ? left : SG_WANT_MAX,
			.filter = FOLDER_FILTER};

		if (++repo->partial.fills > FILLS_MAX)
			return sg_fail(err, SG_R_TOO_LARGE,
				"more than %d requests for single folders and files", FILLS_MAX);
		if (repo->partial.filter > 0)
			want.filter = tip_filters[SG_COUNT(tip_filters) - 1];
		if (bring(repo, &want, err) < 0)
			return -1;
	}
	return 0;
}

static int fail_not_sent(const struct missing *missing, struct sg_err *err)
{
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"the server did not send the object %s, which a folder of it names",
		missing->ids[0]);
}

/* By what is cheaper now: these objects, or all that is not here. */
static int fill_once(struct sg_repo *repo, struct missing *missing, const git_oid *ids,
	size_t count, struct sg_err *err)
{
	struct sg_partial *p = &repo->partial;
	struct sg_err why = SG_ERR_INIT;

	if (!p->rest_here && (p->small || p->fills >= FILLS_BEFORE_REST)) {
		if (bring_rest(repo, err) < 0 || find_missing(repo, ids, count, missing, err) < 0)
			return -1;
		if (missing->count == 0)
			return 0;
	}
	if (fill_missing(repo, missing, &why) == 0)
		return 0;
	if (p->rest_here || !is_refusal(&why)) {
		*err = why;
		return -1;
	}
	sg_debug(repo->wire.log, "fetch by id: %s", why.cause);
	return bring_rest(repo, err);
}

int sg_fill(struct sg_repo *repo, const git_oid *ids, size_t count, struct sg_err *err)
{
	struct missing missing SG_AUTO(missing_release) = {0};

	if (!repo->partial.on)
		return 0;
	if (find_missing(repo, ids, count, &missing, err) < 0)
		return -1;
	if (missing.count == 0)
		return 0;
	if (fill_once(repo, &missing, ids, count, err) < 0 ||
		find_missing(repo, ids, count, &missing, err) < 0)
		return sg_wrap(err, "fetch what is looked into");
	return missing.count > 0 ? fail_not_sent(&missing, err) : 0;
}

int sg_fill_way(struct sg_repo *repo, const git_oid *root, const char *path, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_str rest = sg_str_of(path), part;
	git_oid id = *root;

	if (!repo->partial.on)
		return 0;
	while (sg_str_cut(&rest, '/', &part)) {
		git_tree *tree SG_AUTO(sg_git_tree_free_ptr) = NULL;
		const git_tree_entry *entry;

		if (sg_fill(repo, &id, 1, err) < 0)
			return -1;
		if (git_tree_lookup(&tree, repo->git, &id) < 0)
			return 0;
		entry = git_tree_entry_byname(tree, sg_arena_dup(&arena, part));
		if (!entry || git_tree_entry_filemode(entry) == GIT_FILEMODE_COMMIT)
			return 0;
		id = *git_tree_entry_id(entry);
	}
	return sg_fill(repo, &id, 1, err);
}
