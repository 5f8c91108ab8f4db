#include "step/publish.h"

#include <string.h>

#include "step/plan.h"

/* The delay before a new try: full jitter under a ceiling that doubles (pitfalls.md P2). */
#define FIRST_CEILING_MS 250
#define LAST_CEILING_MS 8000

#define PUSH_FINISH_MS 5000

struct attempt {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const struct sg_publish_ask *ask;
	struct sg_publish_done done;
	const struct sg_tree_source *tip; /* of the last plan */
	char doubted[SG_OID_SIZE];        /* a commit of ours that may have arrived */
};

static int pause_before_retry(struct attempt *attempt, const char *why, struct sg_err *err)
{
	struct sg_world *world = attempt->world;
	struct sg_loop *loop = sg_world_loop(world);
	int shift = attempt->done.tries - 1 < 5 ? attempt->done.tries - 1 : 5;
	int64_t ceiling_ms = (int64_t)FIRST_CEILING_MS << shift;
	int64_t until_ms;

	if (ceiling_ms > LAST_CEILING_MS)
		ceiling_ms = LAST_CEILING_MS;
	until_ms = sg_loop_after(
		loop, (int64_t)(sg_retry_random(&world->random) % (uint64_t)(ceiling_ms + 1)));
	sg_debug(world->log, "push try %d: %s", attempt->done.tries, why);
	if (until_ms < world->deadline_ms)
		return sg_loop_delay(loop, until_ms, err);
	(void)sg_fail(err, SG_R_BRANCH_MOVED, "%s moved under each of %d tries; last answer: %s",
		attempt->ask->env->branch, attempt->done.tries, why);
	return sg_hint(err, "nothing of this run was written; run it again, or give it more "
			    "--timeout");
}

/* Reads the tip and makes the plan on it; no plan when nothing differs. */
static int plan_on_tip(struct attempt *attempt, struct sg_err *err)
{
	const struct sg_plan_ask ask = {
		.env = attempt->ask->env,
		.wishes = attempt->ask->wishes,
		.count = attempt->ask->count,
		.branch = attempt->ask->env->branch,
		.reason = attempt->ask->guard.older_reason,
		.origin = attempt->ask->origin,
	};
	struct sg_tree_source *tip;

	if (sg_load_branch(attempt->world, attempt->loaded, ask.branch, &tip, err) < 0 ||
		sg_plan_on(attempt->world, attempt->loaded, &ask, tip, &attempt->done.changes,
			&attempt->done.plan, err) < 0)
		return -1;
	attempt->done.commit = tip->revision;
	attempt->tip = tip;
	return 0;
}

static int unknown_outcome(const struct attempt *attempt, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_OUTCOME_UNKNOWN,
		"the answer to the push of %.12s was lost, and Git cannot say whether it is in %s",
		attempt->doubted, attempt->ask->env->branch);
	return sg_hint(err,
		"look with: git fetch origin %s && git merge-base --is-ancestor %s "
		"FETCH_HEAD",
		attempt->ask->env->branch, attempt->doubted);
}

/*
 * After a doubtful answer: is our commit in the branch? Sets done.written when it is. A commit of
 * ours that somebody has since changed again is not published a second time: that would undo a
 * person's change.
 */
static int read_back(struct attempt *attempt, struct sg_err *err)
{
	struct sg_ancestry *ancestry;

	if (attempt->doubted[0] == '\0')
		return 0;
	if (sg_repo_ancestry(attempt->loaded->repo, attempt->ask->env->branch,
		    attempt->world->arena, &ancestry, err) < 0)
		return -1;
	switch (ancestry->contains(ancestry, attempt->done.commit, attempt->doubted)) {
	case SG_ANSWER_YES:
		attempt->done.written = true;
		attempt->done.later_changed = attempt->done.changes.file_count > 0;
		attempt->done.commit = sg_arena_strdup(attempt->world->arena, attempt->doubted);
		break;
	case SG_ANSWER_NO:
		attempt->doubted[0] = '\0';
		break;
	case SG_ANSWER_UNKNOWN:
		/* The values stand at the tip: whoever put them there, the wish is fulfilled. */
		if (attempt->done.changes.file_count > 0)
			return unknown_outcome(attempt, err);
		break;
	}
	return 0;
}

/* A commit of ours that is there has passed the guard before: it is not judged by what came later.
 */
static int guard(struct attempt *attempt, struct sg_err *err)
{
	if (attempt->done.written)
		return 0;
	return sg_guard_check(attempt->world, attempt->loaded, attempt->ask->env,
		&attempt->ask->guard, &attempt->done.changes, attempt->tip,
		&attempt->done.went_back, err);
}

static void tell(const struct attempt *attempt)
{
	const char *commit = attempt->done.commit;

	sg_console_did(attempt->world->console, attempt->ask->env->name, "COMMITTED",
		sg_remote_commit_url(attempt->world->arena, &attempt->loaded->remote, commit),
		"committed %.12s to %s", commit, attempt->ask->env->branch);
}

/* One push. *ret_again says whether to look and try again. */
static int push(struct attempt *attempt, struct sg_publisher *publisher, bool *ret_again,
	struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(attempt->world);
	struct sg_published published;
	int rc;

	if (sg_signing_check(&attempt->loaded->policy, attempt->loaded->signer, err) < 0)
		return -1;
	/* A push that is under way when a signal comes may finish (security.md 5.2). */
	loop->finish_ms = PUSH_FINISH_MS;
	rc = publisher->publish(publisher, &attempt->done.plan, &published, err);
	loop->finish_ms = 0;
	if (rc < 0)
		return -1;
	attempt->done.tries++;
	*ret_again = published.outcome != SG_PUBLISHED;
	if (!*ret_again) {
		attempt->done.written = true;
		attempt->done.commit = sg_arena_strdup(attempt->world->arena, published.commit);
		tell(attempt);
		return 0;
	}
	if (published.outcome == SG_PUBLISH_DOUBT)
		memcpy(attempt->doubted, published.commit, sizeof(attempt->doubted));
	if (pause_before_retry(attempt, published.why, err) < 0)
		return -1;
	return sg_load_again(attempt->loaded, err);
}

/* An error while a push is in doubt says so, whatever its own reason. */
static int fail_in_doubt(const struct attempt *attempt, struct sg_err *err)
{
	struct sg_err cause = *err;

	if (attempt->doubted[0] == '\0' || err->reason == SG_R_OUTCOME_UNKNOWN ||
		err->reason == SG_R_CANCELLED)
		return -1;
	(void)unknown_outcome(attempt, err);
	return sg_wrap(err, "%.200s", cause.cause);
}

int sg_publish(struct sg_world *world, struct sg_loaded *loaded, const struct sg_publish_ask *ask,
	struct sg_publish_done *ret_done, struct sg_err *err)
{
	struct attempt attempt = {.world = world, .loaded = loaded, .ask = ask};
	struct sg_publisher *publisher;
	bool again = true;

	if (sg_repo_publisher(loaded->repo, world->arena, &publisher, err) < 0)
		return -1;
	while (again) {
		if (plan_on_tip(&attempt, err) < 0 || read_back(&attempt, err) < 0 ||
			guard(&attempt, err) < 0)
			return fail_in_doubt(&attempt, err);
		if (attempt.done.written || ask->dry_run || !attempt.done.plan.parent)
			break;
		if (push(&attempt, publisher, &again, err) < 0)
			return fail_in_doubt(&attempt, err);
	}
	*ret_done = attempt.done;
	return 0;
}
