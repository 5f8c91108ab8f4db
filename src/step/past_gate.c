#include "step/past_gate.h"

#include <stdio.h>
#include <string.h>

#include "config/load.h"
#include "gitlab/file.h"
#include "model/place.h"
#include "step/gate_status.h"
#include "step/handover.h"

struct judging {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge *forge;
	struct sg_promotion *p;
};

static bool has_merge_gate(const struct sg_environment *env, bool about_before)
{
	for (size_t i = 0; i < env->gate_count; i++) {
		unsigned needs = sg_gate_needs(&env->gates[i], SG_PHASE_MERGE);

		if (about_before ? needs & SG_GATE_NEEDS_BEFORE
				 : needs & (SG_GATE_NEEDS_APPROVALS | SG_GATE_NEEDS_FREEZES))
			return true;
	}
	return false;
}

/* The gates that only we can have decided: our last word about that head before the merge. */
static int our_word(struct judging *j, const char **ret_why, struct sg_err *err)
{
	const struct sg_mr *merged = &j->p->request.merged;
	const struct sg_gitlab_status *last;
	struct sg_arena *arena = j->world->arena;
	const char *name = sg_gate_status_name(arena, j->p->env);

	if (sg_gate_status_last(j->world, j->loaded, j->forge, j->p->env, merged->sha,
		    merged->merged_unix_ms, &last, err) < 0)
		return -1;
	if (!last)
		*ret_why = sg_arena_printf(arena,
			"nothing had said that the gates were open (no status %s of ours on %.12s)",
			name, merged->sha);
	else if (strcmp(last->state, "success") != 0)
		*ret_why = sg_arena_printf(
			arena, "the status %s of %.12s was %s", name, merged->sha, last->state);
	return 0;
}

static int read_requesters(struct judging *j, struct sg_err *err)
{
	struct sg_gitlab_note *notes;
	size_t count;

	if (sg_gitlab_mr_notes(&j->forge->gitlab, j->p->request.merged.iid, j->world->arena, &notes,
		    &count, err) < 0)
		return -1;
	sg_requesters_read(j->world, j->forge, &j->loaded->policy, notes, count, &j->p->requesters);
	return 0;
}

/* The head as it was before the merge: its base is the one of its own version. */
static int read_head(struct judging *j, struct sg_head *ret, struct sg_err *err)
{
	const struct sg_mr *merged = &j->p->request.merged;
	struct sg_head_ask ask = {.env = j->p->env,
		.service = j->p->service,
		.head = merged->sha,
		.tip = j->p->tip,
		.was_merged = true};
	struct sg_gitlab_version *versions;
	size_t count;

	if (sg_gitlab_mr_versions(
		    &j->forge->gitlab, merged->iid, j->world->arena, &versions, &count, err) < 0)
		return -1;
	if (count == 0 || !sg_str_is_oid(sg_str_of(versions[count - 1].base)))
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"merge request !%lld: GitLab names no base of its head",
			(long long)merged->iid);
	ask.base = versions[count - 1].base;
	if (sg_repo_fetch_commits(j->loaded->repo, &ask.base, 1, err) < 0)
		return -1;
	return sg_head_judge(j->world, j->loaded, j->forge, &ask, ret, err);
}

/* The tag that the head takes away; NULL: it names none. */
static const char *replaced(struct sg_arena *arena, const struct sg_head *head)
{
	for (size_t i = 0; i < head->value_count; i++) {
		const struct sg_value_change *value = &head->values[i];
		struct sg_str tag = sg_place_version(value->part, value->from).tag;

		if (tag.len)
			return sg_arena_dup(arena, tag);
	}
	return NULL;
}

/* Approval and freeze, as of the moment of the merge. */
static int gitlabs_word(struct judging *j, const char **ret_why, struct sg_err *err)
{
	struct sg_request request = j->p->request;
	struct sg_gathered gathered;
	struct sg_head head;
	struct sg_gather_ask ask = {
		.env = j->p->env,
		.service = j->p->service,
		.phase = SG_PHASE_MERGE,
		.wish = j->p->wish,
		.befores = j->p->befores,
		.before_count = j->p->before_count,
		.request = &request,
		.head = &head,
		.requesters = &j->p->requesters,
		.tip = j->p->tip,
		.at_unix_ms = request.merged.merged_unix_ms,
	};

	request.open = true;
	request.mr = request.merged;
	if (read_requesters(j, err) < 0 || read_head(j, &head, err) < 0)
		return -1;
	ask.from = replaced(j->world->arena, &head);
	if (sg_gather(j->world, j->loaded, j->forge, &ask, &gathered, err) < 0)
		return -1;
	for (size_t i = 0; i < gathered.count; i++)
		if (sg_gate_was_not_answered(&gathered.verdicts[i]))
			return sg_fail(
				err, SG_R_REMOTE_FAILED, "%s", gathered.verdicts[i].sentence);
	for (size_t i = 0; i < gathered.count && !*ret_why; i++)
		if (gathered.verdicts[i].state == SG_VERDICT_WAIT ||
			gathered.verdicts[i].state == SG_VERDICT_CLOSED)
			*ret_why = sg_arena_printf(j->world->arena, "%s: %s",
				sg_gate_type_name(gathered.verdicts[i].type),
				gathered.verdicts[i].sentence);
	return 0;
}

/*
 * The commits by one of which the configuration was what it was at the merge. Where it lies on the
 * branch that was merged into, the merge itself has it; else GitLab's records say when another one
 * came.
 */
static int configs_then(const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *p, struct sg_gitlab_past *ret, struct sg_err *err)
{
	const struct sg_mr *merged = &p->request.merged;
	const char *landed = sg_mr_landed(merged);

	if (strcmp(loaded->config_branch, merged->target_branch) != 0 ||
		!sg_str_is_oid(sg_str_of(landed)))
		return sg_gitlab_file_at(&forge->gitlab, loaded->config_branch, SG_CONFIG_FILE,
			merged->merged_unix_ms, ret, err);
	(void)snprintf(ret->oids[0], sizeof(ret->oids[0]), "%s", landed);
	ret->count = 1;
	return 0;
}

/* One that cannot be used did not say that it had none. */
static int has_gates_at(struct sg_forge *forge, const struct sg_promotion *p, const char *oid,
	bool *ret_has, struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	struct sg_buf text SG_AUTO(sg_buf_release);
	const struct sg_environment *env;
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_file file;
	struct sg_policy policy;

	sg_buf_init(&text, SG_CONFIG_MAX_BYTES);
	*ret_has = true;
	if (sg_gitlab_file_read(&forge->gitlab, SG_CONFIG_FILE, oid, &scratch, &text, &file, &why) <
		0) {
		*ret_has = why.reason == SG_R_TOO_LARGE;
		if (*ret_has || why.reason == SG_R_FILE_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	if (sg_config_load(&scratch, SG_CONFIG_FILE, sg_buf_str(&text), &policy, &why) == 0) {
		env = sg_policy_environment(&policy, p->env->name);
		*ret_has = env && sg_environment_gates_merge(env);
	}
	return 0;
}

/* Had it gates right before the merge, or can that not be excluded? */
static int had_gates(const struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *p, bool *ret_had, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_past past;

	*ret_had = true;
	if (!loaded->config_branch)
		return 0;
	if (configs_then(loaded, forge, p, &past, &why) < 0) {
		if (why.reason == SG_R_TOO_LARGE)
			return 0;
		*err = why;
		return -1;
	}
	*ret_had = false;
	for (size_t i = 0; i < past.count && !*ret_had; i++)
		if (has_gates_at(forge, p, past.oids[i], ret_had, err) < 0)
			return -1;
	return 0;
}

int sg_past_gate_asks(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_promotion *p, bool *ret_asks, struct sg_err *err)
{
	const struct sg_mr *merged = &p->request.merged;
	struct sg_gitlab_note *notes;
	size_t count;

	*ret_asks = !sg_forge_is_own(forge, &loaded->policy, merged->merged_by.id);
	if (*ret_asks || !sg_environment_gates_merge(p->env) ||
		strcmp(p->merged_oid, merged->sha) == 0)
		return 0;
	if (sg_gitlab_mr_notes(&forge->gitlab, merged->iid, world->arena, &notes, &count, err) <
			0 ||
		(sg_handover_was_ours(forge, &loaded->policy, notes, count) &&
			had_gates(loaded, forge, p, ret_asks, err) < 0))
		return sg_wrap(err, "was it merged past a gate");
	return 0;
}

int sg_past_gate(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, bool *ret_past, const char **ret_why, struct sg_err *err)
{
	struct judging j = {.world = world, .loaded = loaded, .forge = forge, .p = promotion};
	const struct sg_environment *env = promotion->env;
	const char *why = NULL;

	if (has_merge_gate(env, false) && gitlabs_word(&j, &why, err) < 0)
		return sg_wrap(err, "was it merged past a gate");
	if (!why && has_merge_gate(env, true) && our_word(&j, &why, err) < 0)
		return sg_wrap(err, "was it merged past a gate");
	*ret_past = why != NULL;
	if (why)
		*ret_why = sg_arena_printf(world->arena, "!%lld was merged by %s: %s",
			(long long)promotion->request.merged.iid,
			promotion->request.merged.merged_by.username, why);
	return 0;
}
