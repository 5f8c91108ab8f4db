#include "step/work_head.h"

#include <string.h>

#include "step/age.h"
#include "step/head.h"

struct looking {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const struct sg_work_head_ask *ask;
};

int sg_work_head_in_target(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const char *tip, const char *commit, bool *ret_in,
	struct sg_err *err)
{
	struct sg_ancestry *ancestry;
	enum sg_answer answer;

	if (sg_repo_ancestry(loaded->repo, env->branch, world->arena, &ancestry, err) < 0)
		return -1;
	answer = ancestry->contains(ancestry, tip, commit);
	if (answer == SG_ANSWER_UNKNOWN)
		return sg_fail(err, SG_R_REMOTE_FAILED, "Git cannot say whether %.12s is in %s",
			commit, env->branch);
	*ret_in = answer == SG_ANSWER_YES;
	return 0;
}

static int fail_busy(const struct looking *l, const char *what, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_BRANCH_BUSY,
		"the branch %s carries something that is not our change: %s", l->ask->plan->branch,
		what);
	return sg_hint(err, "nothing was written; take it away from there, or delete the branch");
}

/* Our branches are one commit on one of the target's: anything below it is somebody else's. */
static int base_of(const struct looking *l, const char **ret_base, struct sg_err *err)
{
	const struct sg_work_head_ask *ask = l->ask;
	struct sg_arena *arena = l->world->arena;
	struct sg_repo *repo = l->loaded->repo;
	struct sg_commit_facts facts;
	bool is_in = true;

	if (sg_repo_fetch_commits(repo, &ask->head, 1, err) < 0 ||
		sg_repo_commit_facts(repo, ask->head, arena, &facts, err) < 0)
		return -1;
	*ret_base = facts.parent_count == 1 ? facts.parents[0] : NULL;
	if (!*ret_base)
		return fail_busy(l, sg_arena_printf(arena, "%.12s is a merge", ask->head), err);
	if (strcmp(*ret_base, ask->tip->revision) != 0 &&
		sg_work_head_in_target(l->world, l->loaded, ask->env, ask->tip->revision, *ret_base,
			&is_in, err) < 0)
		return -1;
	if (!is_in)
		return fail_busy(l,
			sg_arena_printf(arena,
				"commit %.12s by %s, \"%s\", stands on %.12s, which %s has not",
				ask->head, facts.author.name, facts.subject, *ret_base,
				ask->env->branch),
			err);
	return sg_repo_fetch_commits(repo, ret_base, 1, err);
}

static int check_order(
	const struct looking *l, const struct sg_head *head, bool *ret_back, struct sg_err *err)
{
	const struct sg_age_ask ask = {
		.env = l->ask->env,
		.service = l->ask->wish->service,
		.wish = l->ask->wish->tag,
		.than = head->wish,
		.than_at = {.env = l->ask->env, .tip = head->oid},
	};
	const char *why;

	if (sg_age_older(l->world, l->loaded, &ask, &why, err) < 0)
		return -1;
	*ret_back = why != NULL;
	if (!why || l->ask->older_reason)
		return 0;
	(void)sg_fail(err, SG_R_OLDER, "%s carries %s, and %s is older%s", l->ask->plan->branch,
		head->wish, l->ask->wish->tag, why);
	return sg_hint(
		err, "nothing was written; to go back on purpose add --allow-older --reason TEXT");
}

int sg_work_head_look(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_work_head_ask *ask, struct sg_work_head *ret_head, struct sg_err *err)
{
	const struct looking l = {world, loaded, ask};
	struct sg_head_ask judge = {
		.env = ask->env, .service = ask->wish->service, .head = ask->head, .tip = ask->tip};
	char planned[SG_OID_SIZE];
	struct sg_head head;

	*ret_head = (struct sg_work_head){0};
	if (sg_repo_plan_commit(loaded->repo, ask->plan, planned, err) < 0)
		return -1;
	ret_head->same = ret_head->stands = strcmp(planned, ask->head) == 0;
	if (ret_head->stands)
		return 0;
	if (base_of(&l, &judge.base, err) < 0 ||
		sg_head_judge(world, loaded, NULL, &judge, &head, err) < 0)
		return -1;
	if (!head.ours)
		return fail_busy(&l, head.foreign, err);
	ret_head->below_tip = !head.on_tip;
	ret_head->same = sg_head_has_values(&head, ask->plan->values, ask->plan->value_count);
	ret_head->stands = head.fits && ret_head->same;
	return ret_head->stands ? 0 : check_order(&l, &head, &ret_head->goes_back, err);
}
