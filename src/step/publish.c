#include "step/publish.h"

#include <string.h>

#include "step/beside.h"
#include "step/crowd.h"
#include "step/neighbours.h"
#include "step/plan.h"
#include "step/way.h"

/* The delay before a doubtful push is looked for: full jitter under a ceiling that doubles. */
#define FIRST_CEILING_MS 250
#define LAST_CEILING_MS 8000

#define PUSH_FINISH_MS 5000

struct attempt {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const struct sg_publish_ask *ask;
	const struct sg_environment *env; /* that of the ask, as it is configured now */
	bool config_is_old;               /* something happened since it was read */
	struct sg_publish_done done;
	struct sg_publisher *publisher;
	struct sg_tree_source *tip; /* of the last look; NULL: it saw none */
	struct sg_plan doubted;     /* one that may have arrived; no id: none */
	const char *doubted_commit; /* its commit; "" where only the server makes ids */
	bool in_doubt;              /* and nobody has looked since */
	struct sg_plan declined;    /* what the server said no to last */
	const char *declined_commit;
	bool unseen; /* ... and since then nobody has looked */
	struct sg_crowd crowd;
	int64_t looked_ms; /* when the look began that the plan stands on */
};

static int no_time(const struct attempt *attempt, const char *why, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_BRANCH_MOVED, "%s moved under each of %d tries; last answer: %s",
		attempt->env->branch, attempt->done.tries, why);
	return sg_hint(err, "nothing of this run was written; run it again, or give it more "
			    "--timeout");
}

/* Somebody else came first: waits for our turn, and looks. */
static int after_others(struct attempt *attempt, const char *why, struct sg_err *err)
{
	if (sg_crowd_wait(attempt->world, attempt->loaded, attempt->env->branch, &attempt->crowd,
		    &attempt->looked_ms, err) == 0)
		return 0;
	return err->reason == SG_R_BRANCH_MOVED ? no_time(attempt, why, err) : -1;
}

/* Waits so long, and looks. */
static int look_after(struct attempt *attempt, int64_t wait_ms, const char *why, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(attempt->world);
	int64_t until_ms = sg_loop_after(loop, wait_ms);

	if (until_ms >= attempt->world->deadline_ms)
		return no_time(attempt, why, err);
	if (sg_loop_delay(loop, until_ms, err) < 0)
		return -1;
	attempt->looked_ms = sg_loop_now_ms(loop);
	return sg_way_again(attempt->loaded, err);
}

/* There is something to read back: soon. */
static int after_doubt(struct attempt *attempt, const char *why, struct sg_err *err)
{
	int shift = attempt->done.tries - 1 < 5 ? attempt->done.tries - 1 : 5;
	int64_t ceiling_ms = (int64_t)FIRST_CEILING_MS << shift;

	if (ceiling_ms > LAST_CEILING_MS)
		ceiling_ms = LAST_CEILING_MS;
	return look_after(attempt,
		(int64_t)(sg_retry_random(&attempt->world->random) % (uint64_t)(ceiling_ms + 1)),
		why, err);
}

/* Over the API: somebody changed the same file. */
static int after_neighbours(struct attempt *attempt, const char *why, struct sg_err *err)
{
	int64_t attempt_ms = sg_loop_now_ms(sg_world_loop(attempt->world)) - attempt->looked_ms;

	return look_after(attempt,
		sg_crowd_pause(
			&attempt->crowd, attempt_ms, sg_retry_random(&attempt->world->random)),
		why, err);
}

/* Before the first try over the API. *ret_waited: the plan is old. */
static int let_others_by(struct attempt *attempt, bool *ret_waited, struct sg_err *err)
{
	const struct sg_neighbours_ask ask = {.env = attempt->env,
		.plan = &attempt->done.plan,
		.tip = attempt->tip,
		.looked_ms = attempt->looked_ms};
	int64_t wait_ms;

	*ret_waited = false;
	if (!attempt->loaded->way || attempt->ask->one_try || attempt->done.tries ||
		attempt->crowd.let_by)
		return 0;
	if (sg_neighbours_wait(
		    attempt->world, attempt->loaded, &ask, &attempt->crowd, &wait_ms, err) < 0)
		return -1;
	*ret_waited = wait_ms > 0;
	if (!*ret_waited)
		return 0;
	attempt->config_is_old = true;
	return look_after(attempt, wait_ms, "none yet", err);
}

static struct sg_plan_ask plan_ask_of(const struct attempt *attempt)
{
	return (struct sg_plan_ask){
		.env = attempt->env,
		.wishes = attempt->ask->wishes,
		.count = attempt->ask->count,
		.branch = attempt->env->branch,
		.reason = attempt->ask->guard.older_reason,
		.origin = attempt->ask->origin,
	};
}

/* Reads the tip and makes the plan on it; no plan when nothing differs. */
static int plan_once(struct attempt *attempt, struct sg_err *err)
{
	const struct sg_plan_ask ask = plan_ask_of(attempt);
	struct sg_tree_source *tip;

	attempt->tip = NULL;
	if (sg_way_branch(attempt->world, attempt->loaded, ask.branch, &tip, err) < 0)
		return -1;
	attempt->tip = tip;
	if (sg_plan_on(attempt->world, attempt->loaded, &ask, tip, &attempt->done.changes,
		    &attempt->done.plan, err) < 0)
		return -1;
	attempt->done.commit = tip->revision;
	return 0;
}

static int turn(struct attempt *attempt, const char *why, struct sg_err *err)
{
	if (sg_way_turn(attempt->world, attempt->loaded, why, err) < 0)
		return -1;
	attempt->config_is_old = true;
	return sg_way_publisher(attempt->world, attempt->loaded, &attempt->publisher, err);
}

/* With gates the caller asks them, and looks at the configuration, himself. */
static int look_at_config(struct attempt *attempt, struct sg_err *err)
{
	if (!attempt->config_is_old || attempt->ask->one_try)
		return 0;
	attempt->config_is_old = false;
	return sg_way_environment_again(attempt->world, attempt->loaded, &attempt->env, err);
}

/* The configuration, by Git where the API does not get that far. */
static int config_of_now(struct attempt *attempt, struct sg_err *err)
{
	struct sg_err why;

	if (look_at_config(attempt, &why) == 0)
		return 0;
	if (!attempt->doubted.id && sg_way_may_turn(attempt->loaded, &why))
		return turn(attempt, sg_arena_strdup(attempt->world->arena, why.cause), err) < 0
			       ? -1
			       : look_at_config(attempt, err);
	*err = why;
	return -1;
}

/* A plan on the tip, the same way. One in doubt stays where it is. */
static int plan_on_tip(struct attempt *attempt, struct sg_err *err)
{
	struct sg_loaded *loaded = attempt->loaded;
	const char *why = NULL;

	if (plan_once(attempt, err) < 0) {
		if (attempt->doubted.id || !sg_way_may_turn(loaded, err))
			return -1;
		why = sg_arena_strdup(attempt->world->arena, err->cause);
	} else if (loaded->way && !loaded->way->only && !attempt->doubted.id &&
		   attempt->done.plan.file_count > SG_WAY_FILES_MAX) {
		why = sg_arena_printf(
			attempt->world->arena, "%zu files change", attempt->done.plan.file_count);
	}
	if (!why)
		return 0;
	if (turn(attempt, why, err) < 0 || look_at_config(attempt, err) < 0)
		return -1;
	return plan_once(attempt, err);
}

static int unknown_outcome(const struct attempt *attempt, struct sg_err *err)
{
	const char *branch = attempt->env->branch, *commit = attempt->doubted_commit;
	const char *answer =
		attempt->unseen ? "may have been to a second delivery of it" : "was lost";

	if (commit[0]) {
		(void)sg_fail(err, SG_R_OUTCOME_UNKNOWN,
			"the answer to the push of %.12s %s, and Git cannot say whether it is in "
			"%s",
			commit, answer, branch);
		return sg_hint(err,
			"look with: git fetch origin %s && git merge-base --is-ancestor %s "
			"FETCH_HEAD",
			branch, commit);
	}
	(void)sg_fail(err, SG_R_OUTCOME_UNKNOWN,
		"the answer to the commit %s, and GitLab cannot say whether it is in %s", answer,
		branch);
	return sg_hint(err,
		"look with: git fetch origin %s && git log --grep='Stagegate-Id: %s' "
		"%.12s..FETCH_HEAD",
		branch, attempt->doubted.id, attempt->doubted.parent);
}

/*
 * After a doubtful answer: is our commit in the branch? Sets done.written when it is. A commit of
 * ours that somebody has since changed again is not published a second time: that would undo a
 * person's change.
 */
static int read_back(struct attempt *attempt, struct sg_err *err)
{
	enum sg_answer answer;
	char commit[SG_OID_SIZE];

	if (!attempt->in_doubt)
		return 0;
	if (attempt->publisher->find(attempt->publisher, &attempt->doubted, attempt->done.commit,
		    &answer, commit, err) < 0)
		return -1;
	switch (answer) {
	case SG_ANSWER_YES:
		attempt->done.written = true;
		attempt->done.later_changed = attempt->done.changes.file_count > 0;
		attempt->done.commit = sg_arena_strdup(attempt->world->arena, commit);
		break;
	case SG_ANSWER_NO:
		attempt->in_doubt = false;
		break;
	case SG_ANSWER_UNKNOWN:
		/* The values stand at the tip: whoever put them there, the wish is fulfilled. */
		if (attempt->done.changes.file_count > 0)
			return unknown_outcome(attempt, err);
		break;
	}
	return 0;
}

/* The commit that the tip is, which over the API only a read says. */
static bool has_tip(const struct attempt *attempt, struct sg_err *why)
{
	struct sg_tree_entry *entries;
	size_t count;

	return attempt->tip && (attempt->tip->revision ||
				       attempt->tip->list(attempt->tip, ".", attempt->world->arena,
					       &entries, &count, why) == 0);
}

/* No plan can be made any more: what may have arrived before is looked for all the same. */
static bool arrived_without_plan(struct attempt *attempt)
{
	struct sg_err ignored = SG_ERR_INIT;
	enum sg_answer answer;
	char commit[SG_OID_SIZE];

	if (!attempt->in_doubt || !has_tip(attempt, &ignored) ||
		attempt->publisher->find(attempt->publisher, &attempt->doubted,
			attempt->tip->revision, &answer, commit, &ignored) < 0)
		return false;
	attempt->in_doubt = answer == SG_ANSWER_UNKNOWN;
	if (answer != SG_ANSWER_YES)
		return false;
	attempt->done.written = true;
	attempt->done.plan = attempt->doubted;
	attempt->done.commit = sg_arena_strdup(attempt->world->arena, commit);
	return true;
}

/* A commit of ours that is there has passed the guard before: it is not judged by what came later.
 */
static int guard(struct attempt *attempt, struct sg_err *err)
{
	if (attempt->done.written)
		return 0;
	return sg_guard_check(attempt->world, attempt->loaded, attempt->env, &attempt->ask->guard,
		&attempt->done.changes, attempt->tip, &attempt->done.went_back, err);
}

static void doubt(struct attempt *attempt)
{
	attempt->doubted = attempt->declined;
	attempt->doubted_commit = attempt->declined_commit;
	attempt->in_doubt = true;
}

/*
 * The server said no, and then nothing more could be seen. A proxy may have delivered the push
 * twice, and the no be to the second (security.md 5.5): so our commit is looked for.
 */
static bool arrived_all_the_same(struct attempt *attempt)
{
	struct sg_err why = SG_ERR_INIT;

	if (!attempt->unseen || attempt->in_doubt)
		return false;
	doubt(attempt);
	attempt->tip = NULL;
	if (sg_way_again(attempt->loaded, &why) == 0 &&
		sg_way_branch(attempt->world, attempt->loaded, attempt->env->branch, &attempt->tip,
			&why) < 0)
		attempt->tip = NULL;
	if (has_tip(attempt, &why))
		return arrived_without_plan(attempt);
	/* a branch that is gone was seen: nothing is in it */
	attempt->in_doubt = why.reason != SG_R_BRANCH_NOT_FOUND;
	return false;
}

static void tell(const struct attempt *attempt)
{
	const char *commit = attempt->done.commit;

	sg_console_did(attempt->world->console, attempt->env->name, "COMMITTED",
		sg_remote_commit_url(attempt->world->arena, &attempt->loaded->remote, commit),
		"committed %.12s to %s", commit, attempt->env->branch);
}

/* What was not published: by Git from now on, or that is the end. */
static int push_failed(struct attempt *attempt, bool *ret_again, struct sg_err *err)
{
	if (attempt->doubted.id || !sg_way_may_turn(attempt->loaded, err) ||
		turn(attempt, sg_arena_strdup(attempt->world->arena, err->cause), err) < 0)
		return -1;
	*ret_again = true;
	return 0;
}

/* The commit is there, and with it what it may have taken away. */
static int published_at(
	struct attempt *attempt, const struct sg_published *published, struct sg_err *err)
{
	const struct sg_plan_ask plan_ask = plan_ask_of(attempt);
	struct sg_loop *loop = sg_world_loop(attempt->world);
	const struct sg_beside_ask ask = {
		.plan_ask = &plan_ask,
		.guard = &attempt->ask->guard,
		.plan = &attempt->done.plan,
		.published = published,
		.publisher = attempt->publisher,
		.went_back = &attempt->done.went_back,
	};
	int rc;

	attempt->done.written = true;
	attempt->done.commit = sg_arena_strdup(attempt->world->arena, published->commit);
	tell(attempt);
	if (!published->beside[0])
		return 0;
	loop->finish_ms = PUSH_FINISH_MS;
	rc = sg_beside_keep(attempt->world, attempt->loaded, &ask, &attempt->done.kept_by, err);
	loop->finish_ms = 0;
	return rc;
}

/* One push. *ret_again says whether to look and try again. */
static int push(struct attempt *attempt, bool *ret_again, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(attempt->world);
	struct sg_arena *arena = attempt->world->arena;
	struct sg_published published;
	int rc;

	if (sg_signing_check(&attempt->loaded->policy, attempt->loaded->signer, err) < 0)
		return -1;
	/* A push that is under way when a signal comes may finish (security.md 5.2). */
	loop->finish_ms = PUSH_FINISH_MS;
	rc = attempt->publisher->publish(attempt->publisher, &attempt->done.plan, &published, err);
	loop->finish_ms = 0;
	if (rc < 0)
		return push_failed(attempt, ret_again, err);
	attempt->done.tries++;
	attempt->config_is_old = true;
	*ret_again = published.outcome != SG_PUBLISHED;
	if (!*ret_again)
		return published_at(attempt, &published, err);
	attempt->declined = attempt->done.plan;
	attempt->declined_commit = sg_arena_strdup(arena, published.commit);
	attempt->unseen = published.outcome != SG_PUBLISH_DOUBT && !attempt->doubted.id;
	if (published.outcome == SG_PUBLISH_DOUBT)
		doubt(attempt);
	/* What was not there at the last look may have come late, and be what was in the way. */
	attempt->in_doubt = attempt->doubted.id != NULL;
	sg_debug(attempt->world->log, "push try %d: %s", attempt->done.tries, published.why);
	if (attempt->in_doubt)
		return after_doubt(attempt, published.why, err);
	if (attempt->loaded->way)
		return after_neighbours(attempt, published.why, err);
	return after_others(attempt, published.why, err);
}

/* An error while a push is in doubt says so, whatever its own reason. 0: it has arrived. */
static int fail_or_arrived(struct attempt *attempt, struct sg_err *err)
{
	struct sg_err cause = *err;

	if (err->reason != SG_R_CANCELLED && arrived_all_the_same(attempt))
		return 0;
	if (!attempt->in_doubt || err->reason == SG_R_OUTCOME_UNKNOWN ||
		err->reason == SG_R_CANCELLED)
		return -1;
	/* a commit that was seen; but one of the configuration says nothing of the commit */
	if (err->reason == SG_R_CONFLICT && !attempt->unseen)
		return -1;
	(void)unknown_outcome(attempt, err);
	return sg_wrap(err, "%.200s", cause.cause);
}

/* A fetch that looked anew may have brought a tip with another configuration. */
static bool looked_anew(struct attempt *attempt)
{
	attempt->config_is_old = !attempt->ask->one_try && sg_way_config_is_old(attempt->loaded);
	return attempt->config_is_old;
}

/*
 * The plan of another push, by the configuration as it is now. Where that does not let it through
 * any more, only what this run has pushed already is looked for.
 */
static int prepare(struct attempt *attempt, struct sg_err *err)
{
	struct sg_err refused;
	bool may_push;

	do {
		may_push = config_of_now(attempt, &refused) == 0;
		if (!may_push && !attempt->in_doubt) {
			*err = refused;
			return -1;
		}
		if (plan_on_tip(attempt, err) < 0)
			return arrived_without_plan(attempt) ? 0 : -1;
	} while (may_push && looked_anew(attempt));
	attempt->unseen = false;
	if (read_back(attempt, err) < 0)
		return -1;
	if (attempt->done.written || may_push)
		return guard(attempt, err);
	*err = refused;
	if (!attempt->in_doubt)
		return -1;
	(void)unknown_outcome(attempt, err);
	return sg_wrap(err, "%.200s", refused.cause);
}

int sg_publish(struct sg_world *world, struct sg_loaded *loaded, const struct sg_publish_ask *ask,
	struct sg_publish_done *ret_done, struct sg_err *err)
{
	struct attempt attempt = {.world = world,
		.loaded = loaded,
		.ask = ask,
		.env = ask->env,
		.looked_ms = loaded->looked_ms};
	bool again = true, waited;

	if (ask->one_try)
		attempt.crowd = *ask->one_try;
	/* over the API nothing was looked at yet; with gates the first look may be long ago */
	if (loaded->way || ask->one_try)
		attempt.looked_ms = sg_loop_now_ms(sg_world_loop(world));
	if (sg_way_publisher(world, loaded, &attempt.publisher, err) < 0)
		return -1;
	while (again) {
		if (prepare(&attempt, err) < 0 && fail_or_arrived(&attempt, err) < 0)
			return -1;
		if (attempt.done.written || ask->dry_run || !attempt.done.plan.parent)
			break;
		attempt.done.lost = ask->one_try && attempt.done.tries;
		if (attempt.done.lost)
			break;
		if (let_others_by(&attempt, &waited, err) < 0)
			return -1;
		if (waited || push(&attempt, &again, err) == 0)
			continue;
		if (fail_or_arrived(&attempt, err) < 0)
			return -1;
		break;
	}
	if (ask->one_try)
		*ask->one_try = attempt.crowd;
	*ret_done = attempt.done;
	return 0;
}
