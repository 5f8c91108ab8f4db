#include "step/gather.h"

#include <string.h>

#include "model/image.h"
#include "step/cluster.h"
#include "step/gather_approval.h"

struct gathering {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge *forge;
	const struct sg_gather_ask *ask;
	struct sg_gate_freezes freezes;
	bool freezes_read;
};

/* The look at the environment before, taken once. */
static int look(struct gathering *g, struct sg_before *before, struct sg_err *err)
{
	const struct sg_look_ask ask = {
		.env = before->env,
		.service = g->ask->service,
		.image = before->image,
		.tip = before->tip,
		.image_proves = true,
		.reads_only = g->ask->reads_only,
	};
	struct sg_reached reached;
	struct sg_err why = SG_ERR_INIT;
	int rc;

	if (before->looked || !before->image)
		return 0;
	before->looked = true;
	if (sg_reach(g->world, before->env, &reached, &why) < 0)
		return sg_world_trouble(g->world, &why, &before->look.trouble, err);
	if (sg_reach_workloads(g->world, before->env, &reached, &why) < 0) {
		sg_reached_release(&reached);
		return sg_world_trouble(g->world, &why, &before->look.trouble, err);
	}
	rc = sg_look(g->world, g->loaded, &reached.client, &ask, &before->look, err);
	sg_reached_release(&reached);
	return rc;
}

static bool carried(struct gathering *g, const struct sg_before *before, const char *commit)
{
	const char *wish =
		sg_plan_wish_at(g->world, g->loaded, before->env, g->ask->service, commit);

	return wish && strcmp(wish, g->ask->wish) == 0;
}

/*
 * Was what the environment before carries now published there after WISH? The notes about who asked
 * name the commits at which it was asked; one that lies in the branch and carries WISH is the
 * proof. That the note says so is none.
 */
static enum sg_answer is_newer(struct gathering *g, const struct sg_before *before)
{
	const struct sg_requesters *requesters = g->ask->requesters;
	struct sg_ancestry *ancestry;
	struct sg_err ignored = SG_ERR_INIT;

	if (!requesters || sg_repo_ancestry(g->loaded->repo, before->env->branch, g->world->arena,
				   &ancestry, &ignored) < 0)
		return SG_ANSWER_UNKNOWN;
	for (size_t i = 0; i < requesters->from_count; i++)
		if (ancestry->contains(ancestry, before->tip->revision, requesters->froms[i]) ==
				SG_ANSWER_YES &&
			carried(g, before, requesters->froms[i]))
			return SG_ANSWER_YES;
	return SG_ANSWER_UNKNOWN;
}

/* "repo:WISH" with the repository of IMAGE, so that two versions can be compared as images. */
static const char *image_with(struct gathering *g, const char *image, const char *wish)
{
	struct sg_image parts;

	if (!image || !wish || !sg_image_parse(sg_str_of(image), &parts))
		return NULL;
	return sg_arena_printf(g->world->arena, "%.*s%s%s", SG_STR_ARG(parts.repository),
		strncmp(wish, "sha256:", 7) == 0 ? "@" : ":", wish);
}

static int before_facts(struct gathering *g, struct sg_before *before, struct sg_gate_before *ret,
	struct sg_err *err)
{
	const struct sg_look *seen = &before->look;

	if (look(g, before, err) < 0)
		return -1;
	*ret = (struct sg_gate_before){
		.environment = before->env->name,
		.application = seen->application ? seen->application : "",
		.trouble = seen->trouble,
		.image = image_with(g, before->image, g->ask->wish),
		.image_files = before->image,
		.revision = seen->revision,
		.verdict = seen->verdict,
		.image_seen = seen->image_seen,
		.newer = SG_ANSWER_UNKNOWN,
		.deployed_unix_s = seen->deployed_unix_s,
		.health_unix_s = seen->health_unix_s,
		.follow = seen->follow,
		.untimed = seen->untimed,
	};
	if (!before->image)
		ret->trouble.words = "the files of the environment before name no image of the "
				     "service that could be looked for";
	if (g->ask->phase == SG_PHASE_MERGE && before->wish &&
		strcmp(before->wish, g->ask->wish) != 0)
		ret->newer = is_newer(g, before);
	return 0;
}

static int freezes(struct gathering *g, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	struct sg_freeze_period *periods;

	if (g->freezes_read)
		return 0;
	g->freezes_read = true;
	if (!g->forge) {
		g->freezes.trouble.words = "freeze periods are GitLab's, and no GitLab is named";
		return 0;
	}
	if (sg_gitlab_freeze_periods(
		    &g->forge->gitlab, g->world->arena, &periods, &g->freezes.count, &why) < 0) {
		return sg_world_trouble(g->world, &why, &g->freezes.trouble, err);
	}
	g->freezes.periods = periods;
	return 0;
}

/* Each gate is timed by the clock of the server that its facts come from. */
static int64_t now_for(const struct gathering *g, unsigned needs, const struct sg_before *before)
{
	int64_t cluster = before ? before->look.server_unix_s : 0;
	int64_t gitlab = g->forge ? g->forge->gitlab.server_unix_s : 0;

	if (needs & SG_GATE_NEEDS_BEFORE)
		return cluster ? cluster : gitlab;
	return gitlab ? gitlab : cluster;
}

static int decide(struct gathering *g, const struct sg_gate_spec *spec, struct sg_before *before,
	struct sg_gate_verdict *ret, struct sg_err *err)
{
	unsigned needs = sg_gate_needs(spec, g->ask->phase);
	struct sg_gate_facts facts = {.phase = g->ask->phase};
	struct sg_gate_before before_said;
	struct sg_approval_facts approvals;

	if (needs & SG_GATE_NEEDS_BEFORE) {
		SG_ASSERT(before);
		if (before_facts(g, before, &before_said, err) < 0)
			return -1;
		facts.before = &before_said;
	}
	if (needs & SG_GATE_NEEDS_FREEZES) {
		if (freezes(g, err) < 0)
			return -1;
		facts.freezes = &g->freezes;
	}
	if (needs & SG_GATE_NEEDS_APPROVALS) {
		if (sg_gather_approval(
			    g->world, g->loaded, g->forge, g->ask, spec, &approvals, err) < 0)
			return -1;
		facts.approvals = &approvals;
	}
	facts.now_unix_s =
		g->ask->at_unix_ms ? g->ask->at_unix_ms / 1000 : now_for(g, needs, before);
	sg_gate_decide(spec, &facts, g->world->arena, ret);
	return 0;
}

static int add(struct gathering *g, const struct sg_gate_spec *spec, struct sg_before *before,
	struct sg_gathered *all, struct sg_err *err)
{
	struct sg_gate_verdict verdict;

	if (decide(g, spec, before, &verdict, err) < 0)
		return -1;
	*(struct sg_gate_verdict *)sg_arena_push(
		g->world->arena, &all->verdicts, &all->count, sizeof(verdict)) = verdict;
	return 0;
}

/* A gate about the environment before is asked for each of several. */
static int add_all(struct gathering *g, const struct sg_gate_spec *spec, struct sg_gathered *all,
	struct sg_err *err)
{
	bool about_before = sg_gate_needs(spec, g->ask->phase) & SG_GATE_NEEDS_BEFORE;

	if (!about_before)
		return add(g, spec, NULL, all, err);
	if (g->ask->at_unix_ms)
		return 0;
	for (size_t i = 0; i < g->ask->before_count; i++)
		if (add(g, spec, &g->ask->befores[i], all, err) < 0)
			return -1;
	return 0;
}

/* Without a health gate, too, only what really runs in the environment before is promoted. */
static bool has_health(const struct sg_environment *env)
{
	for (size_t i = 0; i < env->gate_count; i++)
		if (env->gates[i].type == SG_GATE_HEALTH)
			return true;
	return false;
}

int sg_gather(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gather_ask *ask, struct sg_gathered *ret_gathered, struct sg_err *err)
{
	static const struct sg_gate_spec implied = {.type = SG_GATE_HEALTH};
	struct gathering g = {.world = world, .loaded = loaded, .forge = forge, .ask = ask};
	struct sg_gathered all = {0};

	if (ask->phase == SG_PHASE_PUBLISH && !has_health(ask->env) &&
		add_all(&g, &implied, &all, err) < 0)
		return -1;
	for (size_t i = 0; i < ask->env->gate_count; i++)
		if (add_all(&g, &ask->env->gates[i], &all, err) < 0)
			return -1;
	all.worst = sg_gates_worst(all.verdicts, all.count);
	all.next_look_unix_s = sg_gates_next_look(all.verdicts, all.count);
	*ret_gathered = all;
	return 0;
}
