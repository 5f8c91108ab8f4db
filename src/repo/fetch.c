#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "repo/internal.h"
#include "repo/partial.h"

#define HEADS "refs/heads/"

#define BREAKS_MAX 3 /* tries to fetch the same */

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct sg_repo_branch *)a)->name, ((const struct sg_repo_branch *)b)->name);
}

/* N of "refs/merge-requests/N/head", or 0. */
static int64_t request_of(struct sg_str name)
{
	static const char before[] = "refs/merge-requests/", behind[] = "/head";
	uint64_t iid;

	if (!sg_str_starts(name, before) || !sg_str_ends(name, behind) ||
		name.len < strlen(before) + strlen(behind))
		return 0;
	name = sg_str_sub(name, strlen(before), name.len - strlen(behind));
	return sg_num_u64(name, &iid) && iid <= INT64_MAX ? (int64_t)iid : 0;
}

/* Heads of merge requests, which GitLab lists, too. */
static void keep_requests(struct sg_repo *repo, const git_remote_head **heads, size_t count)
{
	size_t wanted = 0;

	for (size_t i = 0; i < count; i++)
		wanted += request_of(sg_str_of(heads[i]->name)) ? 1 : 0;
	repo->requests = sg_arena_calloc(&repo->look, wanted + 1, sizeof(*repo->requests));
	for (size_t i = 0; i < count; i++) {
		int64_t iid = request_of(sg_str_of(heads[i]->name));

		if (iid)
			repo->requests[repo->request_count++] =
				(struct sg_repo_request){iid, heads[i]->oid};
	}
}

int64_t sg_repo_request_at(const struct sg_repo *repo, const char *oid)
{
	struct sg_err ignored = SG_ERR_INIT;
	int64_t found = 0;
	git_oid id;

	if (sg_git_oid(oid, &id, &ignored) < 0)
		return 0;
	for (size_t i = 0; i < repo->request_count; i++)
		if (git_oid_equal(&repo->requests[i].head, &id) && repo->requests[i].iid > found)
			found = repo->requests[i].iid;
	return found;
}

/* Keeps the branches of the connected remote in repo->look. */
static int keep_branches(struct sg_repo *repo, struct sg_err *err)
{
	const git_remote_head **heads;
	size_t count;
	int rc = git_remote_ls(&heads, &count, repo->remote);

	if (rc < 0)
		return sg_git_fail(repo, rc, "look at the branches", err);
	repo->branches = sg_arena_calloc(&repo->look, count + 1, sizeof(*repo->branches));
	for (size_t i = 0; i < count; i++) {
		struct sg_str name = sg_str_of(heads[i]->name);
		struct sg_repo_branch *branch = &repo->branches[repo->branch_count];
		int valid = 0;

		if (sg_str_is(name, "HEAD") && heads[i]->symref_target &&
			sg_str_starts(sg_str_of(heads[i]->symref_target), HEADS))
			repo->head_branch = sg_arena_strdup(
				&repo->look, heads[i]->symref_target + strlen(HEADS));
		if (!sg_str_starts(name, HEADS) ||
			git_reference_name_is_valid(&valid, heads[i]->name) < 0 || !valid)
			continue;
		branch->name = sg_arena_strdup(&repo->look, heads[i]->name + strlen(HEADS));
		git_oid_tostr(branch->tip, sizeof(branch->tip), &heads[i]->oid);
		repo->branch_count++;
	}
	qsort(repo->branches, repo->branch_count, sizeof(*repo->branches), by_name);
	keep_requests(repo, heads, count);
	return 0;
}

static void forget_look(struct sg_repo *repo)
{
	git_remote_free(repo->remote);
	repo->remote = NULL;
	repo->branches = NULL;
	repo->branch_count = 0;
	repo->requests = NULL;
	repo->request_count = 0;
	repo->head_branch = NULL;
	sg_arena_release(&repo->look);
}

bool sg_repo_after_break(struct sg_repo *repo, int tried, struct sg_err *err)
{
	struct sg_loop *loop = repo->wire.http->loop;
	struct sg_retry_step step;

	if (!repo->wire.answered || !err->transient || tried >= BREAKS_MAX)
		return false;
	step = sg_retry_next(&repo->wire.retry, tried, true, 0, true, -1, sg_loop_now_ms(loop),
		sg_retry_random(&repo->wire.retry.seed));
	if (!step.again)
		return false;
	sg_debug(repo->wire.log, "try %d broke off (%s), again in %lld ms", tried, err->cause,
		(long long)step.wait_ms);
	return sg_loop_delay(loop, sg_loop_after(loop, step.wait_ms), err) == 0;
}

static int connect_once(struct sg_repo *repo, struct sg_err *err)
{
	git_remote_connect_options opts;
	int rc;

	(void)git_remote_connect_options_init(&opts, GIT_REMOTE_CONNECT_OPTIONS_VERSION);
	forget_look(repo);
	repo->abilities = (struct sg_abilities){0};
	sg_repo_clear_fail(repo);
	repo->remote = sg_repo_remote(repo, err);
	if (!repo->remote)
		return -1;
	sg_repo_callbacks(repo, &opts.callbacks);
	rc = git_remote_connect_ext(repo->remote, GIT_DIRECTION_FETCH, &opts);
	if (rc < 0) {
		sg_git_fail(repo, rc, "look at the branches", err);
		forget_look(repo);
		return -1;
	}
	return keep_branches(repo, err);
}

int sg_repo_refs(struct sg_repo *repo, struct sg_err *err)
{
	for (int tried = 1;; tried++) {
		struct sg_err why = SG_ERR_INIT;

		if (connect_once(repo, &why) == 0)
			return 0;
		if (!sg_repo_after_break(repo, tried, &why)) {
			*err = why;
			return -1;
		}
	}
}

const char *sg_repo_head_branch(const struct sg_repo *repo)
{
	return repo->head_branch;
}

const struct sg_repo_branch *sg_repo_branches(const struct sg_repo *repo, size_t *ret_count)
{
	*ret_count = repo->branch_count;
	return repo->branches;
}

static void hint_branches(const struct sg_repo *repo, const char *wanted, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	const char **names = sg_arena_calloc(&arena, repo->branch_count + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < repo->branch_count; i++)
		names[i] = repo->branches[i].name;
	near = sg_str_nearest(wanted, names, repo->branch_count);
	if (repo->branch_count == 0)
		sg_hint(err,
			"the repository has no branches at all: it is empty, push a first commit");
	else if (near)
		sg_hint(err, "did you mean \"%.120s\"?", near);
	else
		sg_hint(err, "the repository has %zu branches, among them \"%.120s\"",
			repo->branch_count, repo->head_branch ? repo->head_branch : names[0]);
}

static const struct sg_repo_branch *find(const struct sg_repo *repo, const char *name)
{
	struct sg_repo_branch key = {.name = name};

	if (repo->branch_count == 0)
		return NULL;
	return bsearch(&key, repo->branches, repo->branch_count, sizeof(key), by_name);
}

int sg_repo_tip(const struct sg_repo *repo, const char *branch, char ret_oid[SG_OID_SIZE],
	struct sg_err *err)
{
	const struct sg_repo_branch *found = find(repo, branch);

	if (!found) {
		sg_fail(err, SG_R_BRANCH_NOT_FOUND, "the repository %s has no branch \"%.200s\"",
			repo->wire.url, branch);
		hint_branches(repo, branch, err);
		return -1;
	}
	memcpy(ret_oid, found->tip, sizeof(found->tip));
	return 0;
}

static bool is_here(struct sg_repo *repo, const char *oid)
{
	git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;
	struct sg_err ignored = SG_ERR_INIT;

	return sg_git_commit(repo, oid, &commit, &ignored) == 0;
}

struct wants {
	struct sg_arena arena;
	const char **specs; /* one for each tip */
	const char **tips;
	size_t tip_count;
};

static void wants_release(struct wants *wants)
{
	sg_arena_release(&wants->arena);
}

static bool among(const char *const *items, size_t count, const char *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(items[i], wanted) == 0)
			return true;
	return false;
}

/* Refspecs for the branches whose tips are not here, each tip once. */
static int collect(struct sg_repo *repo, const char *const *branches, size_t count,
	struct wants *wants, struct sg_err *err)
{
	wants->specs = sg_arena_calloc(&wants->arena, count + 1, sizeof(*wants->specs));
	wants->tips = sg_arena_calloc(&wants->arena, count + 1, sizeof(*wants->tips));
	for (size_t i = 0; i < count; i++) {
		char tip[SG_OID_SIZE];

		if (sg_repo_tip(repo, branches[i], tip, err) < 0)
			return -1;
		if (among(wants->tips, wants->tip_count, tip) || is_here(repo, tip))
			continue;
		wants->tips[wants->tip_count] = sg_arena_strdup(&wants->arena, tip);
		wants->specs[wants->tip_count++] =
			sg_arena_printf(&wants->arena, HEADS "%s", branches[i]);
	}
	return 0;
}

/* The tips are here, and libgit2 offers those that are whole to the server at the next fetch. */
static int take_tips(struct sg_repo *repo, const struct wants *wants, struct sg_err *err)
{
	for (size_t i = 0; i < wants->tip_count; i++) {
		if (!is_here(repo, wants->tips[i]))
			return sg_fail(err, SG_R_ANSWER_INVALID,
				"the server did not send the commit %s that it had announced",
				wants->tips[i]);
		sg_repo_end_at(repo, wants->tips[i]);
		/* what is offered counts as whole */
		if (!sg_partial_is(repo) && sg_repo_offer(repo, wants->tips[i], err) < 0)
			return -1;
	}
	return 0;
}

static int fetch_once(
	struct sg_repo *repo, const char *const *branches, size_t count, struct sg_err *err)
{
	struct wants wants SG_AUTO(wants_release) = {0};

	if (collect(repo, branches, count, &wants, err) < 0)
		return -1;
	if (wants.tip_count == 0)
		return 0;
	if (sg_partial_bring(repo, wants.specs, wants.tips, wants.tip_count, err) < 0)
		return -1;
	return take_tips(repo, &wants, err);
}

int sg_repo_fetch(
	struct sg_repo *repo, const char *const *branches, size_t count, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	const char **names = sg_arena_calloc(&arena, count + 1, sizeof(*names));

	/* they may be names of the last look, and a new one makes those go away */
	for (size_t i = 0; i < count; i++)
		names[i] = sg_arena_strdup(&arena, branches[i]);
	if (!repo->remote && sg_repo_refs(repo, err) < 0)
		return -1;
	for (int tried = 1;; tried++) {
		struct sg_err why = SG_ERR_INIT;

		if (fetch_once(repo, names, count, &why) == 0)
			return 0;
		if (why.reason == SG_R_BRANCH_MOVED && tried == 1) {
			/* a tip that was listed is not to be had any more: it was rewritten */
			if (sg_repo_refs(repo, err) < 0)
				return -1;
		} else if (!sg_repo_after_break(repo, tried, &why) ||
			   sg_repo_refs(repo, &why) < 0) {
			*err = why;
			return -1;
		}
	}
}

int sg_repo_commit_time(
	struct sg_repo *repo, const char *oid, int64_t *ret_unix_s, struct sg_err *err)
{
	git_commit *commit SG_AUTO(sg_git_commit_free_ptr) = NULL;

	if (sg_git_commit(repo, oid, &commit, err) < 0)
		return -1;
	*ret_unix_s = git_commit_time(commit);
	return 0;
}
