#include "step/selection.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/names.h"
#include "step/cluster.h"
#include "step/services.h"

bool sg_selection_needs_cluster(const struct sg_selection_ask *ask)
{
	return ask->selector || ask->set;
}

struct selecting {
	struct sg_world *world;
	const struct sg_loaded *loaded;
	const struct sg_environment *env;
	const struct sg_selection_ask *ask;
	struct sg_selected *items;
	size_t count;
};

static int add(struct selecting *s, const char *service, struct sg_cluster_client *client,
	struct sg_err *err)
{
	struct sg_cluster_app *apps;
	size_t count;

	if (sg_targets_of(
		    s->world, &s->loaded->policy, s->env, service, client, &apps, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		*(struct sg_selected *)sg_arena_push(s->world->arena, &s->items, &s->count,
			sizeof(struct sg_selected)) = (struct sg_selected){service, apps[i]};
	return 0;
}

/* Of services that nobody named some have none here, where the environment selects them. */
static bool may_have_none(const struct selecting *s, const struct sg_err *why)
{
	return s->ask->count == 0 && why->reason == SG_R_APPLICATION_NOT_FOUND;
}

static int add_all(struct selecting *s, const char *const *services, size_t count,
	struct sg_cluster_client *client, struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		struct sg_err why = SG_ERR_INIT;

		if (add(s, services[i], client, &why) == 0)
			continue;
		if (!may_have_none(s, &why)) {
			*err = why;
			return sg_wrap(err, "%s in %s", services[i], s->env->name);
		}
		sg_console_note(s->world->console, "%s", why.cause);
	}
	return 0;
}

static int by_app(const void *a, const void *b)
{
	const struct sg_selected *x = a, *y = b;
	int n = strcmp(x->app.namespace, y->app.namespace);

	return n ? n : strcmp(x->app.name, y->app.name);
}

/* What the cluster names, each with the service that it is of, where there is one. */
static int pick(struct selecting *s, struct sg_cluster_client *client, struct sg_err *err)
{
	const struct sg_cluster_pick ask = {.namespace = s->env->cluster.namespace,
		.selector = s->ask->selector,
		.set = s->ask->set};
	struct sg_selected *services = s->items;
	size_t service_count = s->count, count;
	const char *const *names;

	if (sg_cluster_names(
		    client, &ask, s->world->deadline_ms, s->world->arena, &names, &count, err) < 0)
		return -1;
	if (service_count)
		qsort(services, service_count, sizeof(*services), by_app);
	s->items = NULL;
	s->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct sg_selected wanted = {.app = {ask.namespace, names[i]}};
		const struct sg_selected *found =
			service_count
				? bsearch(&wanted, services, service_count, sizeof(wanted), by_app)
				: NULL;

		if (s->ask->count && !found)
			continue; /* services were named: only theirs */
		wanted.service = found ? found->service : NULL;
		*(struct sg_selected *)sg_arena_push(
			s->world->arena, &s->items, &s->count, sizeof(wanted)) = wanted;
	}
	return 0;
}

static int nothing(const struct selecting *s, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_APPLICATION_NOT_FOUND, "no application of %s is meant%s%s%s%s",
		s->env->name, s->ask->selector ? " by the labels " : "",
		s->ask->selector ? s->ask->selector : "", s->ask->set ? " by the set " : "",
		s->ask->set ? s->ask->set : "");
	return sg_hint(err, "see `kubectl get applications -n %s --show-labels`",
		s->env->cluster.namespace);
}

int sg_select(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_tree_source *tip,
	struct sg_cluster_client *client, const struct sg_selection_ask *ask,
	struct sg_selected **ret, size_t *ret_count, struct sg_err *err)
{
	struct selecting s = {.world = world, .loaded = loaded, .env = env, .ask = ask};
	bool by_cluster = sg_selection_needs_cluster(ask);
	const char *const *services = ask->services;
	size_t count = ask->count;

	if (by_cluster && sg_environment_follows(env) != SG_FOLLOW_APPLICATION)
		return sg_fail(err, SG_R_USAGE,
			"%s follows %s: name services; labels and sets are of Applications",
			env->name, sg_follow_whose(sg_environment_follows(env)));
	if (count == 0 && (ask->all || sg_environment_has_applications(env)) &&
		sg_service_list(world, &loaded->policy, env, tip, &services, &count, err) < 0)
		return -1;
	if (add_all(&s, services, count, client, err) < 0 ||
		(by_cluster && pick(&s, client, err) < 0))
		return -1;
	if (s.count == 0)
		return nothing(&s, err);
	*ret = s.items;
	*ret_count = s.count;
	return 0;
}
