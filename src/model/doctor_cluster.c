/* The cluster of each environment, and what this run may do there (argocd.md 3.6, 3.8). */
#include "base/attr.h"
#include "model/doctor_say.h"

static void judge_get(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	const char *env = cluster->env->name;

	switch (cluster->rights.get) {
	case SG_ANSWER_YES:
		sg_doctor_ok(pass, SG_DOCTOR_CLUSTER_GET, env, "get is allowed in %s",
			cluster->namespace);
		return;
	case SG_ANSWER_NO:
		sg_doctor_fault(pass, SG_DOCTOR_CLUSTER_GET, env,
			"get on applications.argoproj.io is not allowed in %s", cluster->namespace);
		return;
	case SG_ANSWER_UNKNOWN:
		sg_doctor_unseen(pass, SG_DOCTOR_CLUSTER_GET, env, "the cluster does not say so");
		return;
	}
}

static const char *missing(enum sg_answer list, enum sg_answer watch)
{
	if (list == SG_ANSWER_NO)
		return watch == SG_ANSWER_NO ? "list and watch are" : "list is";
	return watch == SG_ANSWER_NO ? "watch is" : NULL;
}

static void judge_watch(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	const struct sg_doctor_rights *rights = &cluster->rights;
	const char *words = missing(rights->list, rights->watch);

	if (words)
		sg_doctor_fault(pass, SG_DOCTOR_CLUSTER_WATCH, cluster->env->name,
			"%s not allowed in %s", words, cluster->namespace);
	else if (rights->list == SG_ANSWER_UNKNOWN || rights->watch == SG_ANSWER_UNKNOWN)
		sg_doctor_unseen(pass, SG_DOCTOR_CLUSTER_WATCH, cluster->env->name,
			"the cluster does not say so");
	else
		sg_doctor_ok(pass, SG_DOCTOR_CLUSTER_WATCH, cluster->env->name,
			"list and watch are allowed in %s", cluster->namespace);
}

static void judge_patch(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	const char *env = cluster->env->name;

	switch (cluster->rights.patch) {
	case SG_ANSWER_YES:
		sg_doctor_ok(pass, SG_DOCTOR_CLUSTER_PATCH, env, "patch is allowed in %s",
			cluster->namespace);
		return;
	case SG_ANSWER_NO:
		sg_doctor_fault(pass, SG_DOCTOR_CLUSTER_PATCH, env,
			"patch is not allowed in %s: no comparison can be asked for",
			cluster->namespace);
		return;
	case SG_ANSWER_UNKNOWN:
		sg_doctor_unseen(pass, SG_DOCTOR_CLUSTER_PATCH, env, "the cluster does not say so");
		return;
	}
}

static void judge_rights(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	static const enum sg_doctor_check all[] = {
		SG_DOCTOR_CLUSTER_GET, SG_DOCTOR_CLUSTER_WATCH, SG_DOCTOR_CLUSTER_PATCH};

	if (cluster->rights.seen.state == SG_DOCTOR_KNOWN) {
		judge_get(pass, cluster);
		judge_watch(pass, cluster);
		judge_patch(pass, cluster);
		return;
	}
	for (size_t i = 0; i < SG_COUNT(all); i++)
		(void)sg_doctor_known(
			pass, all[i], cluster->env->name, &cluster->rights.seen, false);
}

static void judge_workloads(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	const struct sg_doctor_workloads *there = &cluster->workloads;
	const char *env = cluster->env->name;
	struct sg_doctor_names missing = {0};

	if (!there->source || !sg_doctor_known(pass, SG_DOCTOR_WORKLOADS_REACHED, env,
				      &there->server.reached, true))
		return;
	sg_doctor_ok(pass, SG_DOCTOR_WORKLOADS_REACHED, env, "%s: %s: %s answers", there->source,
		there->server.url,
		there->server.version ? there->server.version : "Kubernetes (of no known version)");
	if (!sg_doctor_known(pass, SG_DOCTOR_WORKLOADS_READ, env, &there->rights, false))
		return;
	for (size_t i = 0; i < there->missing_count; i++)
		sg_doctor_name(pass, &missing, there->missing[i]);
	if (there->missing_count)
		sg_doctor_fault(pass, SG_DOCTOR_WORKLOADS_READ, env, "not allowed: %s",
			sg_doctor_names_text(pass, &missing));
	else
		sg_doctor_ok(pass, SG_DOCTOR_WORKLOADS_READ, env,
			"workloads and pods may be read in %zu namespaces", there->namespace_count);
}

static void judge_cluster(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	const char *env = cluster->env->name;

	if (!sg_doctor_known(pass, SG_DOCTOR_CLUSTER_ACCESS, env, &cluster->access, true))
		return;
	sg_doctor_ok(pass, SG_DOCTOR_CLUSTER_ACCESS, env, "%s: %s%s", cluster->source,
		cluster->server.url, cluster->insecure ? ", whose certificate is not checked" : "");
	sg_doctor_way(pass, env, cluster->server.url, cluster->server.proxy);
	if (!sg_doctor_known(pass, SG_DOCTOR_CLUSTER_REACHED, env, &cluster->server.reached, true))
		return;
	sg_doctor_ok(pass, SG_DOCTOR_CLUSTER_REACHED, env, "%s answers",
		cluster->server.version ? cluster->server.version
					: "Kubernetes (of no known version)");
	sg_doctor_clock(pass, SG_DOCTOR_CLUSTER_CLOCK, env, &cluster->server);
	judge_rights(pass, cluster);
	sg_doctor_judge_apps(pass, cluster);
	judge_workloads(pass, cluster);
	sg_doctor_judge_flux(pass, cluster);
	sg_doctor_judge_plain(pass, cluster);
}

void sg_doctor_judge_clusters(const struct sg_doctor_pass *pass)
{
	for (size_t i = 0; i < pass->facts->cluster_count; i++)
		judge_cluster(pass, &pass->facts->clusters[i]);
}
