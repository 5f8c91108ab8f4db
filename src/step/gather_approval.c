#include "step/gather_approval.h"

#include <string.h>

#include "model/image.h"
#include "model/place.h"

struct gathering {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge *forge;
	const struct sg_gather_ask *ask;
	const struct sg_gate_spec *spec;
	struct sg_approval_facts facts;
	struct sg_trouble *troubles; /* what facts.from_trouble shows */
};

static int64_t now_of(const struct gathering *g)
{
	return g->forge->gitlab.server_unix_s;
}

/* Is the user a member behind one `from`? A group that cannot be read is told once, for the gate.
 */
static int member_of(struct gathering *g, size_t from, const struct sg_gitlab_user *user,
	enum sg_answer *ret, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	bool member;

	*ret = SG_ANSWER_UNKNOWN;
	if (sg_gitlab_is_member(
		    &g->forge->gitlab, g->spec->from[from], user, now_of(g), &member, &why) == 0)
		*ret = member ? SG_ANSWER_YES : SG_ANSWER_NO;
	else if (sg_world_trouble(g->world, &why, &g->troubles[from], err) < 0)
		return -1;
	else
		g->troubles[from].words = sg_arena_printf(
			g->world->arena, "%s cannot be read: %s", g->spec->from[from], why.cause);
	return 0;
}

static int one_approver(struct gathering *g, const struct sg_gitlab_approval *approval,
	struct sg_approver *approver, struct sg_err *err)
{
	enum sg_answer *members =
		sg_arena_calloc(g->world->arena, g->spec->from_count + 1, sizeof(*members));
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_user user;
	struct sg_trouble trouble;

	*approver = (struct sg_approver){
		.id = approval->user_id,
		.username = approval->username,
		.approved_unix_ms = approval->approved_unix_ms,
		.member = members,
	};
	for (size_t i = 0; i < g->spec->from_count; i++)
		members[i] = SG_ANSWER_UNKNOWN;
	if (sg_gitlab_user_get(&g->forge->gitlab, approval->user_id, g->world->arena, &user, &why) <
		0)
		return sg_world_trouble(g->world, &why, &trouble, err);
	approver->known = true;
	approver->active = user.active;
	approver->bot = user.bot;
	for (size_t i = 0; i < g->spec->from_count; i++)
		if (member_of(g, i, &user, &members[i], err) < 0)
			return -1;
	return 0;
}

static int approvers(struct gathering *g, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_approval *approvals;
	struct sg_approver *items;
	size_t count, kept = 0;

	if (sg_gitlab_mr_approvals(&g->forge->gitlab, g->ask->request->mr.iid, g->world->arena,
		    &approvals, &count, &why) < 0)
		return sg_world_trouble(g->world, &why, &g->facts.trouble, err);
	items = sg_arena_calloc(g->world->arena, count + 1, sizeof(*items));
	for (size_t i = 0; i < count; i++) {
		if (g->ask->at_unix_ms && approvals[i].approved_unix_ms > g->ask->at_unix_ms)
			continue;
		if (one_approver(g, &approvals[i], &items[kept++], err) < 0)
			return -1;
	}
	g->facts.approvers = items;
	g->facts.approver_count = kept;
	return 0;
}

/* A group that nobody can be looked up in is told at once, not when the first person approves. */
static int groups(struct gathering *g, struct sg_err *err)
{
	enum sg_answer ignored;

	if (g->facts.approver_count)
		return 0;
	for (size_t i = 0; i < g->spec->from_count; i++)
		if (member_of(g, i, &g->forge->me, &ignored, err) < 0)
			return -1;
	return 0;
}

/* The head at which the present plan came in has to be one that somebody is known to have asked
 * for; later ones carry the same plan onto other tips. */
static void check_record(struct gathering *g, const struct sg_mr_version *items, size_t count)
{
	const struct sg_requesters *requesters = g->ask->requesters;
	size_t first = count;

	if (!requesters || !requesters->recorded) {
		g->facts.requesters_trouble.words = "nothing says who asked for this promotion";
		return;
	}
	g->facts.requesters_trouble.words = requesters->trouble;
	g->facts.requesters = requesters->people;
	g->facts.requester_count = requesters->count;
	while (first > 0 && items[first - 1].same_plan == SG_ANSWER_YES) {
		if (sg_requesters_have(requesters, items[first - 1].head, 0))
			return;
		first--;
	}
	if (!g->facts.requesters_trouble.words)
		g->facts.requesters_trouble.words =
			"no note says who asked for the version that the merge request carries";
}

static int versions(struct gathering *g, struct sg_err *err)
{
	const struct sg_head_ask ask = {
		.env = g->ask->env,
		.service = g->ask->service,
		.head = g->ask->head->oid,
		.tip = g->ask->tip,
		.base = g->ask->head->base,
	};
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_version *all;
	struct sg_mr_version *items;
	size_t count;

	if (sg_gitlab_mr_versions(&g->forge->gitlab, g->ask->request->mr.iid, g->world->arena, &all,
		    &count, &why) < 0)
		return sg_world_trouble(g->world, &why, &g->facts.trouble, err);
	items = sg_arena_calloc(g->world->arena, count + 1, sizeof(*items));
	for (size_t i = 0; i < count; i++)
		items[i] = (struct sg_mr_version){
			.head = all[i].head,
			.created_unix_ms = all[i].created_unix_ms,
			.same_plan = SG_ANSWER_UNKNOWN,
		};
	/* From the present one back: behind the first other plan nothing counts any more. */
	for (size_t i = count; i-- > 0;) {
		if (sg_head_same_plan(g->world, g->loaded, &ask, g->ask->head, all[i].head,
			    all[i].base, &items[i].same_plan, &why) < 0)
			return sg_world_trouble(g->world, &why, &g->facts.trouble, err);
		if (items[i].same_plan != SG_ANSWER_YES)
			break;
	}
	g->facts.versions = items;
	g->facts.version_count = count;
	check_record(g, items, count);
	return 0;
}

static bool excludes_authors(const struct sg_gate_spec *spec)
{
	for (size_t i = 0; i < spec->exclude_count; i++)
		if (strcmp(spec->exclude[i], "authors") == 0)
			return true;
	return false;
}

static int authors_of(struct gathering *g, const char *project, struct sg_str from,
	struct sg_str to, struct sg_err *err)
{
	struct sg_arena *arena = g->world->arena;
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_author *all;
	struct sg_source_author *items;
	size_t count;

	if (sg_gitlab_authors_between(&g->forge->gitlab, project, sg_arena_dup(arena, from),
		    sg_arena_dup(arena, to), arena, &all, &count, &why) < 0)
		return sg_world_trouble(g->world, &why, &g->facts.authors_trouble, err);
	items = sg_arena_calloc(arena, count + 1, sizeof(*items));
	for (size_t i = 0; i < count; i++)
		items[i] = (struct sg_source_author){all[i].user_id, all[i].email};
	g->facts.authors = items;
	g->facts.author_count = count;
	return 0;
}

/* NULL: what there is says which commits are new. */
static const char *authors_unknown(
	const struct sg_service *entry, struct sg_str from, struct sg_str to)
{
	if (!entry || !entry->source)
		return "the configuration names no `source:` project for the service, so the "
		       "authors of what is new are not known";
	if (!from.len || !to.len)
		return "no tag says which version is replaced, or by which one, so the authors of "
		       "what is new are not known";
	if (sg_str_eq(from, to))
		return "both versions have the same tag, so the authors of what is new are not "
		       "known";
	return NULL;
}

static int authors(struct gathering *g, struct sg_err *err)
{
	const struct sg_service *entry = sg_policy_service(&g->loaded->policy, g->ask->service);
	struct sg_str from = sg_image_version_split(sg_str_of(g->ask->from)).tag;
	struct sg_str to = sg_image_version_split(sg_str_of(g->ask->wish)).tag;
	const char *project;

	if (!excludes_authors(g->spec))
		return 0;
	g->facts.authors_trouble.words = authors_unknown(entry, from, to);
	if (g->facts.authors_trouble.words)
		return 0;
	if (sg_template_expand(g->world->arena, entry->source, g->ask->service, g->ask->env,
		    &project, err) < 0)
		return -1;
	return authors_of(g, project, from, to, err);
}

static void own_ids(struct gathering *g)
{
	const struct sg_policy *policy = &g->loaded->policy;
	int64_t *ids = sg_arena_calloc(g->world->arena, policy->former_bot_count + 1, sizeof(*ids));

	ids[0] = g->forge->me.id;
	for (size_t i = 0; i < policy->former_bot_count; i++)
		ids[i + 1] = policy->former_bots[i];
	g->facts.own_ids = ids;
	g->facts.own_id_count = policy->former_bot_count + 1;
}

int sg_gather_approval(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gather_ask *ask, const struct sg_gate_spec *spec,
	struct sg_approval_facts *ret_facts, struct sg_err *err)
{
	struct gathering g = {
		.world = world, .loaded = loaded, .forge = forge, .ask = ask, .spec = spec};

	g.troubles = sg_arena_calloc(world->arena, spec->from_count + 1, sizeof(*g.troubles));
	g.facts.from_trouble = g.troubles;
	g.facts.has_mr = ask->request && ask->request->open && ask->head;
	if (g.facts.has_mr) {
		g.facts.author_id = ask->request->mr.author.id;
		g.facts.head = ask->head->oid;
		own_ids(&g);
		if (approvers(&g, err) < 0 || groups(&g, err) < 0 || versions(&g, err) < 0 ||
			authors(&g, err) < 0)
			return -1;
	}
	*ret_facts = g.facts;
	return 0;
}

int sg_gather_asked_for(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_gather_ask *ask, bool *ret_asked, struct sg_err *err)
{
	struct gathering g = {.world = world, .loaded = loaded, .forge = forge, .ask = ask};

	*ret_asked = sg_requesters_have(ask->requesters, ask->head->oid, 0);
	if (*ret_asked)
		return 0;
	if (versions(&g, err) < 0)
		return -1;
	if (g.facts.trouble.words)
		return sg_fail(err, SG_R_REMOTE_FAILED, "%s", g.facts.trouble.words);
	*ret_asked = !g.facts.requesters_trouble.words;
	return 0;
}
