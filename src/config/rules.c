#include "config/rules.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "config/rules_service.h"
#include "model/verdict.h"

#define ENVIRONMENTS_MAX 64
#define SERVICES_MAX 10000
#define DEFAULT_BRANCH "main"
#define SOAK_MIN_MS 1000
#define SOAK_MAX_MS (INT64_C(90) * 24 * 3600 * 1000)

/* The value node of KEY, else the map itself: where to point at. */
static const struct sg_yaml_node *at_key(const struct sg_yaml_node *map, const char *key)
{
	const struct sg_yaml_node *node = sg_yaml_get(map, key);

	return node ? node : map;
}

static struct sg_environment *environments_of(struct sg_policy *policy)
{
	/* Decoded a moment ago into memory of ours; const is for everybody after us. */
	return (struct sg_environment *)(uintptr_t)policy->environments;
}

static size_t index_of(const struct sg_policy *policy, const char *name)
{
	const struct sg_environment *env = sg_policy_environment(policy, name);

	return env ? (size_t)(env - policy->environments) : policy->environment_count;
}

/* ---- names ---- */

struct name_row {
	const char *name;
	const struct sg_yaml_node *node;
	size_t index;
};

static int by_name(const void *a, const void *b)
{
	const struct name_row *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return left->index < right->index ? -1 : left->index > right->index;
}

/* Reports every row whose name another row before it has. Sorts ROWS. */
static void check_unique(
	struct sg_config_notes *notes, struct name_row *rows, size_t count, const char *what)
{
	if (count)
		qsort(rows, count, sizeof(*rows), by_name);
	for (size_t i = 1; i < count; i++)
		if (strcmp(rows[i - 1].name, rows[i].name) == 0)
			sg_config_note(notes, rows[i].node->line, rows[i].node->column, NULL,
				"%s '%s' is there twice", what, rows[i].name);
}

static void check_service_names(struct sg_config_notes *notes, const struct sg_yaml_node *list,
	const struct sg_policy *policy)
{
	struct name_row *rows = sg_calloc(policy->service_count, sizeof(*rows));
	const struct sg_yaml_node *node = list->first;
	size_t count = 0;

	for (size_t i = 0; i < policy->service_count; i++, node = node->next)
		if (policy->services[i].name)
			rows[count++] = (struct name_row){
				policy->services[i].name, at_key(node, "name"), i};
	check_unique(notes, rows, count, "service");
	free(rows);
}

static void check_environment_names(struct sg_config_notes *notes, const struct sg_yaml_node *list,
	const struct sg_policy *policy)
{
	struct name_row rows[2 * ENVIRONMENTS_MAX];
	const struct sg_yaml_node *node = list->first;
	size_t count = 0;

	for (size_t i = 0; i < policy->environment_count; i++, node = node->next) {
		const struct sg_environment *env = &policy->environments[i];

		if (!env->name)
			continue;
		rows[count] = (struct name_row){env->name, at_key(node, "name"), count};
		count++;
		if (strcmp(env->short_name, env->name) == 0)
			continue;
		rows[count] = (struct name_row){env->short_name, at_key(node, "short"), count};
		count++;
	}
	check_unique(notes, rows, count, "environment name");
}

/* ---- order ---- */

static void set_after(struct sg_config_notes *notes, struct sg_policy *policy)
{
	struct sg_environment *envs = environments_of(policy);

	for (size_t i = 0; i < policy->environment_count; i++) {
		const char **before;

		if (envs[i].after || i == 0 || !envs[i - 1].name)
			continue;
		before = sg_arena_calloc(notes->arena, 1, sizeof(*before));
		before[0] = envs[i - 1].name;
		envs[i].after = before;
		envs[i].after_count = 1;
	}
}

static void note_unknown_environment(struct sg_config_notes *notes, const struct sg_policy *policy,
	const char *name, const struct sg_yaml_node *node)
{
	const char *names[ENVIRONMENTS_MAX] = {NULL};
	size_t count = 0;
	const char *near;

	for (size_t i = 0; i < policy->environment_count; i++)
		if (policy->environments[i].name)
			names[count++] = policy->environments[i].name;
	near = sg_str_nearest(name, names, count);
	sg_config_note(notes, node->line, node->column,
		near ? sg_arena_printf(notes->arena, "did you mean '%s'?", near) : NULL,
		"'after' names the environment '%.60s', which is not there", name);
}

static void check_after(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_policy *policy, const struct sg_environment *env)
{
	const struct sg_yaml_node *list = at_key(node, "after");

	for (const struct sg_yaml_node *item = list == node ? NULL : list->first; item;
		item = item->next) {
		if (item->kind != SG_NODE_SCALAR)
			continue;
		if (env->name && strcmp(item->value, env->name) == 0)
			sg_config_note(notes, item->line, item->column, NULL,
				"environment '%s' comes after itself", env->name);
		else if (!sg_policy_environment(policy, item->value))
			note_unknown_environment(notes, policy, item->value, item);
	}
}

enum colour { WHITE, GREY, BLACK };

/* Depth first along `after`; true when a way leads back to where it is. Depth <= ENVIRONMENTS_MAX.
 */
static bool finds_cycle(const struct sg_policy *policy, size_t at, enum colour *colours)
{
	const struct sg_environment *env = &policy->environments[at];

	colours[at] = GREY;
	for (size_t i = 0; i < env->after_count; i++) {
		size_t next = index_of(policy, env->after[i]);

		if (next == policy->environment_count || next == at || colours[next] == BLACK)
			continue;
		if (colours[next] == GREY || finds_cycle(policy, next, colours))
			return true;
	}
	colours[at] = BLACK;
	return false;
}

static void check_cycles(struct sg_config_notes *notes, const struct sg_yaml_node *list,
	const struct sg_policy *policy)
{
	enum colour colours[ENVIRONMENTS_MAX] = {WHITE};
	const struct sg_yaml_node *node = list->first;

	for (size_t i = 0; i < policy->environment_count; i++, node = node->next) {
		const struct sg_yaml_node *place = at_key(node, "after");

		if (colours[i] != WHITE || !finds_cycle(policy, i, colours))
			continue;
		sg_config_note(notes, place->line, place->column,
			"an environment without 'after' comes after the one listed before it",
			"the order of the environments runs in a circle through '%s'",
			policy->environments[i].name ? policy->environments[i].name : "?");
		return;
	}
}

/* ---- gates ---- */

static void check_duration(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_gate_spec *gate)
{
	const struct sg_yaml_node *place = at_key(node, "duration");

	/* None is one that could not be read, which is said already. */
	if (gate->duration_ms > 0 &&
		(gate->duration_ms < SOAK_MIN_MS || gate->duration_ms > SOAK_MAX_MS))
		sg_config_note(notes, place->line, place->column, NULL,
			"a soak takes from 1s to 90d, not '%.60s'", place->value);
}

static void check_gate(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env, const struct sg_gate_spec *gate)
{
	const char *type = sg_gate_type_name(gate->type);

	if (gate->type == SG_GATE_SOAK)
		check_duration(notes, node, gate);
	switch (gate->type) {
	case SG_GATE_APPROVAL:
		if (env->publish == SG_PUBLISH_COMMIT)
			sg_config_note(notes, gate->line, gate->column,
				"set 'publish: merge-request'",
				"an approval gate needs a merge request, and '%s' publishes by "
				"commit",
				env->name ? env->name : "?");
		break;
	case SG_GATE_HEALTH:
	case SG_GATE_SOAK:
		if (env->after_count == 0)
			sg_config_note(notes, gate->line, gate->column, NULL,
				"a %s gate looks at the environment before, and '%s' has none",
				type, env->name ? env->name : "?");
		break;
	case SG_GATE_FREEZE:
		break;
	}
}

static void check_merge(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env)
{
	const struct sg_yaml_node *place = at_key(node, "merge");
	const char *name = env->name ? env->name : "?";

	if (env->merge != SG_MERGE_AUTO && env->publish == SG_PUBLISH_COMMIT)
		sg_config_note(notes, place->line, place->column, "set 'publish: merge-request'",
			"'merge: %s' needs a merge request, and '%s' publishes by commit",
			sg_merge_mode_name(env->merge), name);
	for (size_t i = 0; env->merge == SG_MERGE_GITLAB && i < env->gate_count; i++)
		if (sg_gate_type_in_phase(env->gates[i].type, SG_PHASE_MERGE)) {
			sg_config_note(notes, place->line, place->column,
				"set 'merge: auto', or leave the gate away",
				"with 'merge: gitlab' GitLab merges when it likes, and the gate "
				"'%s' of '%s' is decided right before the merge",
				sg_gate_type_name(env->gates[i].type), name);
			break;
		}
}

static void check_gates(
	struct sg_config_notes *notes, const struct sg_yaml_node *node, struct sg_environment *env)
{
	const struct sg_yaml_node *list = sg_yaml_get(node, "gates");
	const struct sg_yaml_node *item = list ? list->first : NULL;
	struct sg_gate_spec *gates = (struct sg_gate_spec *)(uintptr_t)env->gates;

	for (size_t i = 0; item && i < env->gate_count; i++, item = item->next) {
		if (gates[i].type == SG_GATE_APPROVAL && gates[i].count == 0)
			gates[i].count = 1;
		if (item->kind == SG_NODE_MAP && sg_yaml_get(item, "type"))
			check_gate(notes, item, env, &gates[i]);
	}
	check_merge(notes, node, env);
}

static void check_request_style(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env)
{
	const struct sg_yaml_node *place = sg_yaml_get(node, "merge_request");

	if (place && env->publish == SG_PUBLISH_COMMIT)
		sg_config_note(notes, place->key_line, place->key_column,
			"set 'publish: merge-request'",
			"'merge_request' says how merge requests are made, and '%s' publishes by "
			"commit",
			env->name ? env->name : "?");
}

/* A kubeconfig's words mean nothing to Argo CD's own API, and the other way round. */
static void check_cluster(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env)
{
	/* the second is about the context of the workloads, too */
	const char *const with_argocd[] = {"context", "insecure"};
	const struct sg_yaml_node *cluster = sg_yaml_get(node, "cluster"), *place;
	size_t count = env->cluster.workloads ? 1 : SG_COUNT(with_argocd);

	if (!cluster)
		return;
	for (size_t i = 0; i < count && env->cluster.argocd; i++) {
		place = sg_yaml_get(cluster, with_argocd[i]);
		if (place)
			sg_config_note(notes, place->key_line, place->key_column, NULL,
				"'%s' is about a kubeconfig, and 'argocd: true' uses none",
				with_argocd[i]);
	}
	place = sg_yaml_get(cluster, "project");
	if (place && !env->cluster.argocd)
		sg_config_note(notes, place->key_line, place->key_column, "set 'argocd: true'",
			"'project' is for Argo CD's own API");
}

/* Argo CD's own API has no Rollouts. */
static void check_rollout(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env)
{
	const struct sg_yaml_node *place = sg_yaml_get(node, "rollout");

	if (place && env->cluster.argocd && !env->cluster.workloads)
		sg_config_note(notes, place->key_line, place->key_column,
			"name the context of the cluster that runs them: 'cluster.workloads'",
			"'rollout' changes objects of the cluster, and 'argocd: true' reaches "
			"none");
}

static void fill_environment(struct sg_environment *env, const struct sg_policy *policy)
{
	if (!env->branch)
		env->branch = policy->branch;
	if (!env->short_name)
		env->short_name = env->name;
	if (!env->cluster.namespace)
		env->cluster.namespace = sg_follow_namespace(sg_environment_follows(env));
}

static void check_environments(
	struct sg_config_notes *notes, const struct sg_yaml_node *list, struct sg_policy *policy)
{
	struct sg_environment *envs = environments_of(policy);
	const struct sg_yaml_node *node = list->first;

	for (size_t i = 0; i < policy->environment_count; i++)
		fill_environment(&envs[i], policy);
	set_after(notes, policy);
	check_environment_names(notes, list, policy);
	for (size_t i = 0; i < policy->environment_count; i++, node = node->next) {
		check_after(notes, node, policy, &envs[i]);
		check_gates(notes, node, &envs[i]);
		check_request_style(notes, node, &envs[i]);
		check_cluster(notes, node, &envs[i]);
		check_rollout(notes, node, &envs[i]);
		sg_config_application_rule(notes, node, &envs[i]);
	}
	check_cycles(notes, list, policy);
}

static bool too_many(struct sg_config_notes *notes, const struct sg_yaml_node *list, size_t max)
{
	if (list->count <= max)
		return false;
	sg_config_note(notes, list->line, list->column, NULL, "'%s' has %zu items; at most %zu",
		list->key, list->count, max);
	return true;
}

static void check_publish(struct sg_config_notes *notes, const struct sg_yaml_node *root,
	const struct sg_policy *policy)
{
	const struct sg_yaml_node *publish = sg_yaml_get(root, "publish");
	const struct sg_yaml_node *place;

	if (!publish || policy->publish_via != SG_VIA_API ||
		policy->commit.sign != SG_SIGN_REQUIRED)
		return;
	place = at_key(publish, "via");
	sg_config_note(notes, place->line, place->column, "set 'via: git' or 'via: auto'",
		"GitLab's API takes no signature of ours, and 'commit.sign' asks for one");
}

void sg_config_rules(
	struct sg_config_notes *notes, const struct sg_yaml_node *root, struct sg_policy *policy)
{
	const struct sg_yaml_node *envs = sg_yaml_get(root, "environments");
	const struct sg_yaml_node *services = sg_yaml_get(root, "services");

	if (!policy->branch)
		policy->branch = DEFAULT_BRANCH;
	if ((envs && too_many(notes, envs, ENVIRONMENTS_MAX)) ||
		(services && too_many(notes, services, SERVICES_MAX)))
		return;
	check_publish(notes, root, policy);
	if (envs && policy->environments)
		check_environments(notes, envs, policy);
	if (services && policy->services) {
		check_service_names(notes, services, policy);
		sg_config_service_rules(notes, services, policy);
	}
}
