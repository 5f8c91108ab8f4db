/* What Flux says of what an environment follows, each rule over all services (argocd.md 4.1). */
#include <string.h>

#include "base/attr.h"
#include "model/doctor_say.h"
#include "model/repo_url.h"

struct look {
	const struct sg_doctor_pass *pass;
	const struct sg_doctor_cluster *cluster;
	const struct sg_doctor_flux *row;
	const char *detail; /* of what is wrong or open */
};

static bool is_read(const struct look *look)
{
	return look->row->seen.state == SG_DOCTOR_KNOWN;
}

static enum sg_doctor_judgement found(struct look *look)
{
	const struct sg_doctor_seen *seen = &look->row->seen;

	if (seen->state == SG_DOCTOR_KNOWN)
		return SG_DOCTOR_RIGHT;
	look->detail = seen->why;
	return seen->state == SG_DOCTOR_FAILED ? SG_DOCTOR_WRONG : SG_DOCTOR_OPEN;
}

static enum sg_doctor_judgement source(struct look *look)
{
	const struct sg_doctor_flux *row = look->row;
	const char *branch =
		sg_arena_printf(look->pass->arena, "refs/heads/%s", look->cluster->env->branch);

	if (!is_read(look))
		return SG_DOCTOR_BESIDE;
	if (!row->source_url) {
		look->detail = row->source_why;
		return SG_DOCTOR_OPEN;
	}
	if (!sg_repo_url_same(row->source_url, look->pass->facts->repository_url)) {
		look->detail = row->source_url;
		return SG_DOCTOR_WRONG;
	}
	if (strcmp(row->tracked, branch) == 0)
		return SG_DOCTOR_RIGHT;
	look->detail = sg_arena_printf(look->pass->arena, "tracks %s", row->tracked);
	/* tags and the like may come to contain what is committed */
	return strncmp(row->tracked, "refs/heads/", strlen("refs/heads/")) == 0 ? SG_DOCTOR_WRONG
										: SG_DOCTOR_OPEN;
}

static enum sg_doctor_judgement reconciled(struct look *look)
{
	if (!is_read(look))
		return SG_DOCTOR_BESIDE;
	look->detail = look->row->left_alone;
	return look->detail ? SG_DOCTOR_WRONG : SG_DOCTOR_RIGHT;
}

static enum sg_doctor_judgement ready(struct look *look)
{
	if (!is_read(look))
		return SG_DOCTOR_BESIDE;
	look->detail = look->row->not_ready;
	return look->detail ? SG_DOCTOR_WRONG : SG_DOCTOR_RIGHT;
}

static const struct rule {
	enum sg_doctor_check check;
	enum sg_doctor_judgement (*judge)(struct look *look);
	const char *fault;
	const char *right;
} rules[] = {
	{SG_DOCTOR_FLUX_FOUND, found, "not found or not read:", "they are there and can be read"},
	{SG_DOCTOR_FLUX_SOURCE, source,
		"another source is read:", "they read the branch of the environment"},
	{SG_DOCTOR_FLUX_RECONCILED, reconciled, "Flux leaves alone:", "Flux looks after them"},
	{SG_DOCTOR_FLUX_READY, ready, "not ready:", "none of them says that it is not ready"},
};

static void judge_rule(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster,
	const struct rule *rule)
{
	struct sg_doctor_tally tally = {0};

	for (size_t i = 0; i < cluster->flux_count; i++) {
		struct look look = {pass, cluster, &cluster->flux[i], NULL};
		enum sg_doctor_judgement judgement = rule->judge(&look);

		sg_doctor_count(pass, &tally, judgement, look.row->name, look.detail);
	}
	sg_doctor_tell(pass, rule->check, cluster->env->name, &tally, rule->fault, rule->right);
}

static void judge_patch(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	const char *env = cluster->env->name;

	if (!sg_doctor_known(pass, SG_DOCTOR_FLUX_PATCH, env, &cluster->flux_patch_seen, false))
		return;
	if (cluster->flux_patch)
		sg_doctor_ok(pass, SG_DOCTOR_FLUX_PATCH, env, "patch is allowed in %s",
			cluster->flux_namespace);
	else
		sg_doctor_fault(pass, SG_DOCTOR_FLUX_PATCH, env,
			"patch is not allowed in %s: no reconciliation can be asked for",
			cluster->flux_namespace);
}

void sg_doctor_judge_flux(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	for (size_t i = 0; i < SG_COUNT(rules); i++)
		judge_rule(pass, cluster, &rules[i]);
	judge_patch(pass, cluster);
}
