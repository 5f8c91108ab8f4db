#include "step/sites.h"

#include <string.h>

static bool is_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* True when one client does for both. */
static bool is_one_cluster(const struct sg_cluster_ref *a, const struct sg_cluster_ref *b)
{
	if (a->argocd != b->argocd || !is_same(a->workloads, b->workloads))
		return false;
	if (a->argocd)
		return is_same(a->namespace, b->namespace) && is_same(a->project, b->project);
	return a->insecure == b->insecure && is_same(a->context, b->context);
}

static bool is_there(const struct sg_sites *sites, const struct sg_environment *env)
{
	for (size_t i = 0; i < sites->count; i++)
		if (sites->items[i].env == env)
			return true;
	return false;
}

static int add(struct sg_world *world, const struct sg_loaded *loaded, const char *name,
	struct sg_sites *sites, struct sg_err *err)
{
	const struct sg_environment *env;

	if (sg_load_environment(loaded, name, &env, err) < 0)
		return -1;
	if (is_there(sites, env))
		return sg_fail(err, SG_R_USAGE, "--env names %s twice", env->name);
	((struct sg_site *)sg_arena_push(
		 world->arena, &sites->items, &sites->count, sizeof(struct sg_site)))
		->env = env;
	sites->name = sites->name ? sg_arena_printf(world->arena, "%s,%s", sites->name, env->name)
				  : env->name;
	return 0;
}

static int add_all(struct sg_world *world, const struct sg_loaded *loaded, const char *names,
	struct sg_sites *sites, struct sg_err *err)
{
	struct sg_str rest = sg_str_of(names), one;

	while (sg_str_cut(&rest, ',', &one)) {
		const char *name = sg_arena_dup(world->arena, sg_str_trim(one));

		if (!name[0]) {
			(void)sg_fail(err, SG_R_USAGE, "--env '%.80s' has an empty name", names);
			return sg_hint(err, "several environments are written as eu,us");
		}
		if (add(world, loaded, name, sites, err) < 0)
			return -1;
	}
	return 0;
}

/* --context is one cluster: it must not be taken for two that the configuration keeps apart. */
static int check_context(
	const struct sg_world *world, const struct sg_sites *sites, struct sg_err *err)
{
	const char *context = world->settings->context;
	const struct sg_environment *first = sites->items[0].env;

	for (size_t i = 1; context && i < sites->count; i++) {
		const struct sg_environment *env = sites->items[i].env;

		if (is_same(first->cluster.context, env->cluster.context))
			continue;
		(void)sg_fail(err, SG_R_USAGE,
			"--context '%.80s' is one cluster, but %s and %s are in different ones",
			context, first->name, env->name);
		return sg_hint(err, "leave it out: the configuration names the context of each");
	}
	return 0;
}

int sg_sites_open(struct sg_world *world, const struct sg_loaded *loaded, const char *names,
	struct sg_sites *ret, struct sg_err *err)
{
	*ret = (struct sg_sites){0};
	if ((names ? add_all(world, loaded, names, ret, err) : add(world, loaded, NULL, ret, err)) <
		0)
		return -1;
	for (size_t i = 0; i < ret->count; i++)
		ret->items[i].home = (struct sg_await_home){
			.environment = ret->items[i].env->name,
			.cluster = sg_cluster_name(world, ret->items[i].env, NULL),
			.policy = sg_await_policy(world),
		};
	return check_context(world, ret, err);
}

static struct sg_reached *reached_before(const struct sg_sites *sites, size_t number)
{
	const struct sg_cluster_ref *wanted = &sites->items[number].env->cluster;

	for (size_t i = 0; i < number; i++)
		if (sites->items[i].reached &&
			is_one_cluster(&sites->items[i].env->cluster, wanted))
			return sites->items[i].reached;
	return NULL;
}

int sg_site_reach(struct sg_world *world, struct sg_sites *sites, size_t number, struct sg_err *err)
{
	struct sg_site *site = &sites->items[number];
	struct sg_reached *reached = reached_before(sites, number);

	if (!reached) {
		reached = sg_arena_alloc(world->arena, sizeof(*reached));
		if (sg_reach(world, site->env, reached, err) < 0 ||
			sg_reach_workloads(world, site->env, reached, err) < 0) {
			sg_reached_release(reached);
			return -1;
		}
	}
	site->reached = reached;
	site->home.client = &reached->client;
	site->home.cluster = sg_cluster_name(world, site->env, reached);
	return 0;
}

void sg_sites_release(struct sg_sites *sites)
{
	for (size_t i = 0; i < sites->count; i++) {
		struct sg_reached *reached = sites->items[i].reached;
		bool is_first = reached != NULL;

		for (size_t k = 0; k < i; k++)
			is_first = is_first && sites->items[k].reached != reached;
		if (is_first)
			sg_reached_release(reached);
	}
}
