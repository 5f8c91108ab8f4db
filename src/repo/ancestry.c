/*
 * Ancestry for those who wait: from the history that is here, which grows in steps while the
 * question is open. Never a guess: what Git cannot say, or the server does not, is UNKNOWN.
 */
#include <string.h>

#include "repo/graph.h"
#include "repo/internal.h"
#include "repo/partial.h"

enum {
	COMMITS_MAX = 100000,
	OBJECTS_MAX = 150000, /* of the last step; bounds memory */
	PAUSE_MS = 10000,     /* between attempts on the network that settled nothing */
	PAUSE_MAX_MS = 160000
};

static const int depths[] = {64, 1024, GIT_FETCH_DEPTH_UNSHALLOW};

struct known {
	git_oid descendant;
	git_oid ancestor;
	enum sg_answer answer; /* YES or NO: commits never change */
};

struct ancestry {
	struct sg_ancestry base; /* first */
	struct sg_repo *repo;
	struct sg_arena *arena;
	const char *branch;
	struct known *known;
	size_t known_count;
	int64_t next_try_ms;
	int64_t pause_ms;
};

static bool recall(const struct ancestry *a, const git_oid *descendant, const git_oid *ancestor,
	enum sg_answer *ret)
{
	for (size_t i = a->known_count; i-- > 0;) {
		const struct known *known = &a->known[i];

		if (!git_oid_equal(&known->descendant, descendant) ||
			!git_oid_equal(&known->ancestor, ancestor))
			continue;
		*ret = known->answer;
		return true;
	}
	return false;
}

static enum sg_answer from_here(
	struct ancestry *a, const git_oid *descendant, const git_oid *ancestor)
{
	enum sg_answer answer;
	struct known *known;

	if (recall(a, descendant, ancestor, &answer))
		return answer;
	answer = sg_graph_contains(a->repo->git, descendant, ancestor, COMMITS_MAX);
	if (answer == SG_ANSWER_UNKNOWN)
		return answer;
	known = sg_arena_push(a->arena, &a->known, &a->known_count, sizeof(*known));
	*known = (struct known){*descendant, *ancestor, answer};
	return answer;
}

struct question {
	const char *name; /* of a tag, or NULL when the descendant is a commit id */
	git_oid descendant;
	git_oid ancestor;
};

/* A tag's commit at the last look. A name that is also a branch stays unknown. */
static bool resolve_tag(struct ancestry *a, struct question *q)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	const char *plain = sg_arena_printf(&arena, "refs/tags/%s", q->name);
	const char *peeled = sg_arena_printf(&arena, "refs/tags/%s^{}", q->name);
	const char *branch = sg_arena_printf(&arena, "refs/heads/%s", q->name);
	const git_remote_head **heads;
	bool found = false, is_peeled = false;
	size_t count;

	if (!a->repo->remote || git_remote_ls(&heads, &count, a->repo->remote) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		bool now_peeled = strcmp(heads[i]->name, peeled) == 0;

		if (strcmp(heads[i]->name, branch) == 0)
			return false;
		if (!now_peeled && (is_peeled || strcmp(heads[i]->name, plain) != 0))
			continue;
		q->descendant = heads[i]->oid;
		is_peeled = now_peeled;
		found = true;
	}
	return found;
}

/* With all that the commits hold; TIP (NULL: none) is one that is offered from then on. */
static int bring(
	struct ancestry *a, const char *spec, const char *tip, int depth, struct sg_err *err)
{
	if (sg_repo_download(a->repo, &spec, 1, depth, err) < 0)
		return -1;
	return tip ? sg_repo_offer(a->repo, tip, err) : 0;
}

/*
 * Fetches what SPEC names (now the commit ID), DEPTH commits deep; with OFFER it is a tip. Failures
 * leave the question open.
 */
static bool deepen(struct ancestry *a, const char *spec, const char *id, bool offer, int depth)
{
	struct sg_err err = SG_ERR_INIT;
	int rc;

	a->repo->max_objects = OBJECTS_MAX;
	if (sg_partial_is_large(a->repo))
		rc = sg_partial_history(a->repo, id, depth, &err);
	else
		rc = bring(a, spec, offer ? id : NULL, depth, &err);
	a->repo->max_objects = 0;
	if (rc < 0)
		sg_debug(a->repo->wire.log, "history of %s, %d deep: %s", spec, depth, err.cause);
	return rc == 0;
}

static bool is_settled(struct ancestry *a, const struct question *q, enum sg_answer *ret)
{
	*ret = from_here(a, &q->descendant, &q->ancestor);
	return *ret != SG_ANSWER_UNKNOWN;
}

/* Asks the server for one commit that the branch does not lead to, where the server allows that. */
static void fetch_commit(struct ancestry *a, const git_oid *id, int depth)
{
	char spec[GIT_OID_SHA1_HEXSIZE + 1];

	(void)git_oid_tostr(spec, sizeof(spec), id);
	if (!sg_graph_has(a->repo->git, id))
		(void)deepen(a, spec, spec, true, depth);
}

/* One step: the branch, and what the question names beside it. False when the server fails. */
static bool dig_once(struct ancestry *a, const struct question *q, const char *tip, int depth)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	char id[GIT_OID_SHA1_HEXSIZE + 1];
	bool good =
		deepen(a, sg_arena_printf(&arena, "refs/heads/%s", a->branch), tip, true, depth);

	if (good && q->name && !sg_graph_has(a->repo->git, &q->descendant))
		good = deepen(a, sg_arena_printf(&arena, "refs/tags/%s", q->name),
			git_oid_tostr(id, sizeof(id), &q->descendant), false, depth);
	return good;
}

static enum sg_answer dig(struct ancestry *a, const struct question *q, const char *tip)
{
	enum sg_answer answer;

	for (size_t i = 0; i < SG_COUNT(depths); i++) {
		if (!dig_once(a, q, tip, depths[i]) || is_settled(a, q, &answer))
			return from_here(a, &q->descendant, &q->ancestor);
		if (i > 0)
			continue;
		fetch_commit(a, &q->descendant, depths[i]);
		fetch_commit(a, &q->ancestor, depths[i]);
		if (is_settled(a, q, &answer))
			return answer;
	}
	return SG_ANSWER_UNKNOWN;
}

/* One attempt with the network's help: a new look, then history until the question is settled. */
static enum sg_answer ask_server(struct ancestry *a, struct question *q)
{
	struct sg_err err = SG_ERR_INIT;
	enum sg_answer answer;
	char tip[SG_OID_SIZE];

	if (sg_repo_refs(a->repo, &err) < 0 || sg_repo_tip(a->repo, a->branch, tip, &err) < 0) {
		sg_debug(a->repo->wire.log, "look for ancestry: %s", err.cause);
		return SG_ANSWER_UNKNOWN;
	}
	if (q->name && !resolve_tag(a, q))
		return SG_ANSWER_UNKNOWN;
	return is_settled(a, q, &answer) ? answer : dig(a, q, tip);
}

static enum sg_answer ask_server_sometimes(struct ancestry *a, struct question *q)
{
	struct sg_loop *loop = a->repo->wire.http->loop;
	enum sg_answer answer;

	if (sg_loop_now_ms(loop) < a->next_try_ms)
		return SG_ANSWER_UNKNOWN;
	answer = ask_server(a, q);
	if (answer != SG_ANSWER_UNKNOWN) {
		a->pause_ms = PAUSE_MS;
		return answer;
	}
	a->next_try_ms = sg_loop_after(loop, a->pause_ms);
	a->pause_ms = a->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : a->pause_ms * 2;
	return answer;
}

static enum sg_answer contains(
	struct sg_ancestry *base, const char *descendant, const char *ancestor)
{
	struct ancestry *a = (struct ancestry *)(void *)base;
	struct sg_err ignored = SG_ERR_INIT;
	struct question q = {0};
	enum sg_answer answer;

	if (!descendant || !*descendant || sg_git_oid(ancestor, &q.ancestor, &ignored) < 0)
		return SG_ANSWER_UNKNOWN;
	if (sg_git_oid(descendant, &q.descendant, &ignored) < 0) {
		q.name = descendant;
		if (!resolve_tag(a, &q))
			return ask_server_sometimes(a, &q);
	}
	if (is_settled(a, &q, &answer))
		return answer;
	return ask_server_sometimes(a, &q);
}

int sg_repo_ancestry(struct sg_repo *repo, const char *branch, struct sg_arena *arena,
	struct sg_ancestry **ret_ancestry, struct sg_err *err)
{
	struct ancestry *a = sg_arena_calloc(arena, 1, sizeof(*a));

	(void)err;
	a->base.contains = contains;
	a->repo = repo;
	a->arena = arena;
	a->branch = sg_arena_strdup(arena, branch);
	a->pause_ms = PAUSE_MS;
	*ret_ancestry = &a->base;
	return 0;
}
