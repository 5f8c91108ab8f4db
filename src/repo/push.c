/* Publishing by compare-and-swap: the server moves the branch only from where we saw it. */
#include <stdio.h>
#include <string.h>

#include "repo/answer.h"
#include "repo/graph.h"
#include "repo/internal.h"
#include "repo/receive.h"
#include "repo/reject.h"
#include "repo/upload.h"

#define HEADS "refs/heads/"

enum { WORDS_SHOWN = 480 };

struct publisher {
	struct sg_publisher base; /* first */
	struct sg_repo *repo;
};

static void say(struct sg_published *published, enum sg_publish_outcome outcome, const char *why)
{
	published->outcome = outcome;
	sg_git_words(sg_str_of(why), published->why, sizeof(published->why));
}

static int fail_rejected(struct sg_repo *repo, const struct sg_push *push,
	const struct sg_reject *reject, struct sg_err *err)
{
	char words[WORDS_SHOWN];
	const char *status = push->status;

	sg_git_words(sg_buf_str(&repo->words), words, sizeof(words));
	sg_fail(err, reject->reason, "the server declined the push to \"%.120s\" (%.200s)%s%s",
		push->branch, status[0] ? status : "no reason given", words[0] ? ": " : "", words);
	err->transient = reject->transient;
	return reject->hint ? sg_hint(err, "%s", reject->hint) : -1;
}

/* The server said no: a lost race or a refusal. */
static int answered_no(struct sg_repo *repo, const struct sg_push *push,
	struct sg_published *published, struct sg_err *err)
{
	struct sg_str status = sg_str_of(push->status), words = sg_buf_str(&repo->words);
	struct sg_reject reject =
		push->forced ? sg_reject_of_forced(status, words) : sg_reject_of(status, words);

	if (!reject.stale)
		return fail_rejected(repo, push, &reject, err);
	say(published, SG_PUBLISH_STALE, push->status);
	return 0;
}

/* The push call failed with FAIL before the server said anything about the branch. */
static int unanswered(struct sg_repo *repo, struct sg_push *push, const struct sg_err *fail,
	struct sg_published *published, struct sg_err *err)
{
	if (sg_reject_unpack(sg_buf_str(&push->report), push->status, sizeof(push->status))) {
		struct sg_reject reject = {.reason = SG_R_PUSH_REJECTED, .transient = true};

		return fail_rejected(repo, push, &reject, err);
	}
	if (!push->sent || sg_git_answer_refused(fail->http_status)) {
		*err = *fail;
		return -1;
	}
	say(published, SG_PUBLISH_DOUBT, fail->cause);
	return 0;
}

static int send_push(struct sg_repo *repo, struct sg_push *push, struct sg_published *published,
	struct sg_err *err)
{
	struct sg_err fail = SG_ERR_INIT;
	int rc = sg_upload(repo, push, &fail);

	if (push->answered && push->accepted && rc == 0) {
		say(published, SG_PUBLISHED, "");
		return 0;
	}
	if (push->answered && !push->accepted)
		return answered_no(repo, push, published, err);
	if (rc == 0)
		sg_fail(&fail, SG_R_ANSWER_INVALID,
			"the server did not say what became of the branch");
	return unanswered(repo, push, &fail, published, err);
}

static bool is_ours(const char *branch)
{
	return sg_str_starts(sg_str_of(branch), SG_WORK_BRANCHES);
}

/* Sends PUSH, whose branch and ids are set. */
static int exchange(struct sg_repo *repo, struct sg_push *state, struct sg_published *ret_published,
	struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_published published = {0};
	int rc, valid = 0;

	state->ref = sg_arena_printf(&arena, HEADS "%s", state->branch);
	if (git_reference_name_is_valid(&valid, state->ref) < 0 || !valid)
		return sg_fail(
			err, SG_R_BUG, "\"%.200s\" cannot be the name of a branch", state->branch);
	sg_buf_init(&state->report, SG_PUSH_REPORT_MAX);
	/* the branches that were seen are about to be old, and the server's list is large */
	git_remote_free(repo->remote);
	repo->remote = NULL;
	if (state->option_count && sg_receive_require_options(repo, err) < 0)
		return -1;
	rc = send_push(repo, state, &published, err);
	sg_buf_release(&state->report);
	if (rc < 0)
		return -1;
	published.words = sg_buf_str(&repo->words);
	git_oid_tostr(published.commit, sizeof(published.commit), &state->commit);
	sg_debug(repo->wire.log, "push of %s to %s: outcome %d %s", published.commit, state->branch,
		(int)published.outcome, published.why);
	*ret_published = published;
	return 0;
}

static int take_lease(struct sg_push *state, const char *lease, struct sg_err *err)
{
	state->old = state->parent;
	if (!lease)
		return 0;
	if (lease[0] == '\0') {
		memset(&state->old, 0, sizeof(state->old));
		return 0;
	}
	if (sg_git_oid(lease, &state->old, err) < 0)
		return -1;
	state->forced = !git_oid_equal(&state->old, &state->parent);
	if (state->forced && !is_ours(state->branch))
		return sg_fail(err, SG_R_BUG,
			"only branches under " SG_WORK_BRANCHES " may be moved to another history");
	return 0;
}

static int publish(struct sg_publisher *base, const struct sg_plan *plan,
	struct sg_published *ret_published, struct sg_err *err)
{
	struct sg_repo *repo = ((struct publisher *)(void *)base)->repo;
	struct sg_push state = {.branch = plan->branch,
		.options = plan->options,
		.option_count = plan->option_count};

	if (sg_git_oid(plan->parent, &state.parent, err) < 0 ||
		take_lease(&state, plan->lease, err) < 0 ||
		sg_repo_commit(repo, plan, &state.commit, err) < 0)
		return sg_wrap(err, "commit to %s", plan->branch);
	if (exchange(repo, &state, ret_published, err) < 0)
		return sg_wrap(err, "publish to %s", plan->branch);
	return 0;
}

static int find(struct sg_publisher *base, const struct sg_plan *plan, const char *tip,
	enum sg_answer *ret_answer, char ret_commit[SG_OID_SIZE], struct sg_err *err)
{
	struct sg_repo *repo = ((struct publisher *)(void *)base)->repo;
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_ancestry *ancestry;

	if (sg_repo_plan_commit(repo, plan, ret_commit, err) < 0 ||
		sg_repo_ancestry(repo, plan->branch, &arena, &ancestry, err) < 0)
		return -1;
	*ret_answer = ancestry->contains(ancestry, tip, ret_commit);
	return 0;
}

/* Was this commit read from the server? */
static bool is_known(struct sg_repo *repo, const char *oid, const git_oid *id)
{
	for (size_t i = 0; i < repo->branch_count; i++)
		if (strcmp(repo->branches[i].tip, oid) == 0)
			return true;
	return sg_graph_has(repo->git, id);
}

int sg_repo_delete_branch(struct sg_repo *repo, const char *branch, const char *lease,
	struct sg_published *ret_published, struct sg_err *err)
{
	struct sg_push state = {.branch = branch};

	if (!is_ours(branch))
		return sg_fail(err, SG_R_BUG,
			"\"%.200s\" is not under " SG_WORK_BRANCHES " and is not deleted", branch);
	if (sg_git_oid(lease, &state.old, err) < 0)
		return sg_wrap(err, "delete %s", branch);
	/* Git deletes without comparing when it does not know the commit to compare with */
	if (!is_known(repo, lease, &state.old))
		return sg_fail(err, SG_R_BUG,
			"%s was not read from the server, and cannot guard a deletion", lease);
	state.parent = state.old;
	if (exchange(repo, &state, ret_published, err) < 0)
		return sg_wrap(err, "delete %s", branch);
	memcpy(ret_published->commit, lease, GIT_OID_SHA1_HEXSIZE + 1);
	return 0;
}

int sg_repo_publisher(struct sg_repo *repo, struct sg_arena *arena,
	struct sg_publisher **ret_publisher, struct sg_err *err)
{
	struct publisher *publisher = sg_arena_calloc(arena, 1, sizeof(*publisher));

	(void)err;
	publisher->base.publish = publish;
	publisher->base.find = find;
	publisher->repo = repo;
	*ret_publisher = &publisher->base;
	return 0;
}
