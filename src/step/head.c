#include "step/head.h"

#include <string.h>

#define SHOWN_PATHS 5

struct judging {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const struct sg_head_ask *ask;
};

static int source_of(
	struct judging *judging, const char *oid, struct sg_tree_source **ret, struct sg_err *err)
{
	return sg_repo_source(judging->loaded->repo, oid, judging->ask->env->branch,
		judging->world->arena, ret, err);
}

/* The tree that our plan for WISH makes of the files of PARENT; no change: the parent's own. */
static int tree_of_plan(struct judging *judging, const char *wish, struct sg_tree_source *parent,
	struct sg_changes *ret_changes, char ret_tree[SG_OID_SIZE], struct sg_err *err)
{
	const struct sg_bump_wish bump = {.service = judging->ask->service, .tag = wish};

	if (sg_change_build(judging->world, &judging->loaded->policy, judging->ask->env, &bump, 1,
		    parent, ret_changes, err) < 0)
		return -1;
	return sg_repo_plan_tree(judging->loaded->repo, ret_changes->files, ret_changes->file_count,
		parent->revision, ret_tree, err);
}

static int wish_of(
	struct judging *judging, const char *oid, const char **ret_wish, struct sg_err *err)
{
	struct sg_tree_source *source;
	const char *image;

	if (source_of(judging, oid, &source, err) < 0)
		return -1;
	/* Files that cannot be read as ours carry no version; why is of no interest here. */
	*ret_wish = NULL;
	if (sg_change_image(judging->world, &judging->loaded->policy, judging->ask->env,
		    judging->ask->service, source, &image, err) == 0)
		*ret_wish = sg_plan_wish(judging->world->arena, image);
	return 0;
}

/* Names the commit and the files that are not ours. */
static const char *words_about(
	struct judging *judging, const char *base, const char *oid, const char *why)
{
	struct sg_arena *arena = judging->world->arena;
	struct sg_commit_facts facts;
	struct sg_err ignored = SG_ERR_INIT;
	const char *const *paths, *list = "";
	size_t count;

	if (sg_repo_commit_facts(judging->loaded->repo, oid, arena, &facts, &ignored) < 0)
		return sg_arena_printf(arena, "commit %.12s (%s)", oid, why);
	if (base && sg_repo_changed_paths(
			    judging->loaded->repo, base, oid, arena, &paths, &count, &ignored) == 0)
		for (size_t i = 0; i < count && i < SHOWN_PATHS; i++)
			list = sg_arena_printf(arena, "%s%s%s", list, i ? ", " : "", paths[i]);
	return sg_arena_printf(arena, "commit %.12s by %s <%s>, \"%s\", which changes %s (%s)", oid,
		facts.author.name, facts.author.email, facts.subject,
		list[0] ? list : "other files", why);
}

static int judge_ours(
	struct judging *judging, const char *tree, struct sg_head *head, struct sg_err *err)
{
	struct sg_changes changes;
	struct sg_tree_source *base;
	struct sg_err why = SG_ERR_INIT;
	char wanted[SG_OID_SIZE];

	if (!head->base) {
		head->foreign = words_about(judging, NULL, head->oid,
			"it has no history in common with the branch that it goes to");
		return 0;
	}
	if (!head->wish) {
		head->foreign = words_about(judging, head->base, head->oid,
			"its files carry no version of the service");
		return 0;
	}
	if (source_of(judging, head->base, &base, err) < 0)
		return -1;
	if (tree_of_plan(judging, head->wish, base, &changes, wanted, &why) < 0) {
		if (why.reason == SG_R_CANCELLED) {
			*err = why;
			return -1;
		}
		head->foreign = words_about(judging, head->base, head->oid, why.cause);
		return 0;
	}
	head->values = changes.values;
	head->value_count = changes.value_count;
	head->ours = strcmp(wanted, tree) == 0;
	if (!head->ours)
		head->foreign = words_about(judging, head->base, head->oid,
			"more or other than the version of the service is changed");
	return 0;
}

static int judge_fit(struct judging *judging, struct sg_head *head, struct sg_err *err)
{
	struct sg_tree_source *tip = judging->ask->tip;
	struct sg_changes changes;
	char wanted[SG_OID_SIZE], merged[SG_OID_SIZE];
	bool conflict;

	head->on_tip = head->base && strcmp(head->base, tip->revision) == 0;
	if (!head->ours || head->on_tip || judging->ask->was_merged) {
		head->fits = head->ours;
		return 0;
	}
	if (tree_of_plan(judging, head->wish, tip, &changes, wanted, err) < 0 ||
		sg_repo_merge_tree(judging->loaded->repo, head->base, tip->revision, head->oid,
			merged, &conflict, err) < 0)
		return -1;
	head->fits = !conflict && strcmp(wanted, merged) == 0;
	return 0;
}

/* GitLab knows both commits: then it is no lag that it finds no base. */
static bool are_known(struct sg_forge *forge, const struct sg_head_ask *ask)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	struct sg_gitlab *gitlab = &forge->gitlab;
	struct sg_err ignored = SG_ERR_INIT;
	const char *oid;

	return sg_gitlab_commit_id(gitlab, gitlab->project, ask->head, &scratch, &oid, &ignored) ==
		       0 &&
	       sg_gitlab_commit_id(
		       gitlab, gitlab->project, ask->tip->revision, &scratch, &oid, &ignored) == 0;
}

/* *ret_base is NULL where the head has no history in common with the branch. */
static int base_of(
	struct judging *judging, struct sg_forge *forge, const char **ret_base, struct sg_err *err)
{
	const struct sg_head_ask *ask = judging->ask;
	char oid[SG_OID_SIZE];

	*ret_base = ask->base;
	if (!ask->base) {
		if (sg_gitlab_merge_base(&forge->gitlab, ask->tip->revision, ask->head, oid, err) <
			0)
			return err->reason == SG_R_REVISION_NOT_FOUND && are_known(forge, ask) ? 0
											       : -1;
		*ret_base = sg_arena_strdup(judging->world->arena, oid);
	}
	return sg_repo_fetch_commits(judging->loaded->repo, ret_base, 1, err);
}

int sg_head_judge(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_head_ask *ask, struct sg_head *ret_head, struct sg_err *err)
{
	struct judging judging = {.world = world, .loaded = loaded, .ask = ask};
	struct sg_head head = {.oid = ask->head};
	struct sg_commit_facts facts;

	if (sg_repo_fetch_commits(loaded->repo, &ask->head, 1, err) < 0 ||
		sg_repo_commit_facts(loaded->repo, ask->head, world->arena, &facts, err) < 0 ||
		base_of(&judging, forge, &head.base, err) < 0 ||
		wish_of(&judging, ask->head, &head.wish, err) < 0 ||
		judge_ours(&judging, facts.tree, &head, err) < 0 ||
		judge_fit(&judging, &head, err) < 0)
		return sg_wrap(err, "the head of %s", ask->env->name);
	*ret_head = head;
	return 0;
}

bool sg_head_has_values(
	const struct sg_head *head, const struct sg_value_change *values, size_t count)
{
	if (head->value_count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct sg_value_change *a = &head->values[i], *b = &values[i];

		if (strcmp(a->path, b->path) != 0 || strcmp(a->place, b->place) != 0 ||
			strcmp(a->from, b->from) != 0 || strcmp(a->to, b->to) != 0)
			return false;
	}
	return true;
}

/* What another try could read is not taken for something that is not there. */
static int unless_gone(const struct sg_err *why, struct sg_err *err)
{
	if (!why->transient && why->reason != SG_R_CANCELLED && why->reason != SG_R_TIMEOUT)
		return 0;
	*err = *why;
	return -1;
}

int sg_head_same_plan(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_head_ask *ask, const struct sg_head *head, const char *other,
	const char *base, enum sg_answer *ret_same, struct sg_err *err)
{
	struct judging judging = {.world = world, .loaded = loaded, .ask = ask};
	const char *wanted[] = {other, base};
	struct sg_commit_facts facts;
	struct sg_changes changes;
	struct sg_tree_source *source;
	struct sg_err why = SG_ERR_INIT;
	char tree[SG_OID_SIZE];

	*ret_same = head->ours ? SG_ANSWER_YES : SG_ANSWER_NO;
	if (strcmp(other, head->oid) == 0)
		return 0;
	*ret_same = SG_ANSWER_UNKNOWN;
	if (!head->ours || !sg_str_is_oid(sg_str_of(other)) || !sg_str_is_oid(sg_str_of(base)))
		return 0;
	if (sg_repo_fetch_commits(loaded->repo, wanted, SG_COUNT(wanted), &why) < 0 ||
		sg_repo_commit_facts(loaded->repo, other, world->arena, &facts, &why) < 0 ||
		source_of(&judging, base, &source, &why) < 0)
		return unless_gone(&why, err);
	*ret_same = SG_ANSWER_NO;
	if (tree_of_plan(&judging, head->wish, source, &changes, tree, &why) < 0)
		return unless_gone(&why, err);
	if (strcmp(tree, facts.tree) == 0 &&
		sg_head_has_values(head, changes.values, changes.value_count))
		*ret_same = SG_ANSWER_YES;
	return 0;
}
