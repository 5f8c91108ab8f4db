#include "step/cluster.h"

#include <string.h>

#include "cluster/names.h"
#include "model/place.h"
#include "model/plain.h"
#include "step/argocd.h"

static struct sg_cluster_client client_of(struct sg_world *world, struct sg_cluster_access *access)
{
	return (struct sg_cluster_client){
		.http = world->http,
		.access = access,
		.retry = sg_world_retry(world, 0),
		.connect_timeout_ms = world->settings->connect_timeout_ms,
		.request_timeout_ms = world->settings->request_timeout_ms,
	};
}

static struct sg_cluster_ask ask_of(
	struct sg_world *world, const struct sg_environment *env, const char *context)
{
	return (struct sg_cluster_ask){
		.kubeconfig = world->settings->kubeconfig,
		.context = context,
		.allow_insecure = env->cluster.insecure,
		.allow_plugins = world->settings->exec_plugins,
		.loop = sg_world_loop(world),
		.env = world->env,
		.redactor = world->redactor,
	};
}

static const char *context_of(const struct sg_world *world, const struct sg_environment *env)
{
	return world->settings->context ? world->settings->context : env->cluster.context;
}

const char *sg_cluster_name(
	struct sg_world *world, const struct sg_environment *env, const struct sg_reached *reached)
{
	if (!env->cluster.argocd)
		return context_of(world, env);
	return reached ? sg_arena_strdup(world->arena, reached->access.server) : NULL;
}

int sg_reach(struct sg_world *world, const struct sg_environment *env, struct sg_reached *ret,
	struct sg_err *err)
{
	const struct sg_cluster_ask ask = ask_of(world, env, context_of(world, env));

	*ret = (struct sg_reached){0};
	if ((env->cluster.argocd ? sg_argocd_access(world, &env->cluster, &ret->access, err)
				 : sg_cluster_access_load(&ask, &ret->access, err)) < 0)
		return sg_wrap(err, "the cluster of %s", env->name);
	ret->client = client_of(world, &ret->access);
	return 0;
}

int sg_reach_workloads(struct sg_world *world, const struct sg_environment *env,
	struct sg_reached *ret, struct sg_err *err)
{
	const struct sg_cluster_ask ask = ask_of(world, env, env->cluster.workloads);

	if (!env->cluster.workloads)
		return 0;
	if (sg_cluster_access_load(&ask, &ret->beyond_access, err) < 0)
		return sg_wrap(err, "the cluster of the workloads of %s", env->name);
	ret->beyond = client_of(world, &ret->beyond_access);
	ret->client.beyond = &ret->beyond;
	return 0;
}

void sg_reached_release(struct sg_reached *reached)
{
	sg_cluster_access_release(&reached->beyond_access);
	sg_cluster_access_release(&reached->access);
}

int sg_application_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_app *ret,
	struct sg_err *err)
{
	if (sg_environment_follows(env) == SG_FOLLOW_APPLICATION)
		return sg_target_of(world, policy, env, service, ret, err);
	return sg_fail(err, SG_R_CONFIG_INVALID,
		"%s:%d: %s follows %s, and this looks at Applications of Argo CD only",
		policy->file, env->line, env->name, sg_follow_whose(sg_environment_follows(env)));
}

/* 1: the next of REST is RET, "KIND/NAME" as its name. 0: there is no more. */
static int next_workload(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, struct sg_str *rest, struct sg_cluster_app *ret,
	struct sg_err *err)
{
	struct sg_plain_name name;
	struct sg_str one;

	if (!sg_plain_name_cut(rest, &one))
		return 0;
	if (!sg_plain_name_parse(world->arena, one, env->cluster.namespace, &name))
		return sg_fail(err, SG_R_CONFIG_INVALID, "%s:%d: '%.*s' of %s is no KIND/NAME",
			policy->file, env->line, SG_STR_ARG(sg_str_sub(one, 0, 100)), env->name);
	ret->namespace = name.namespace;
	ret->name =
		sg_arena_printf(world->arena, "%s/%s", sg_workload_kind_name(name.kind), name.name);
	return 1;
}

static int first_workload(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *text, struct sg_cluster_app *ret,
	struct sg_err *err)
{
	struct sg_str rest = sg_str_of(text);
	int n = next_workload(world, policy, env, &rest, ret, err);

	if (n == 0)
		return sg_fail(err, SG_R_CONFIG_INVALID, "%s:%d: %s names no workload",
			policy->file, env->line, env->name);
	return n < 0 ? -1 : 0;
}

int sg_target_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_app *ret,
	struct sg_err *err)
{
	const char *text, *slash, *target = sg_environment_target(env);

	if (!target) {
		(void)sg_fail(err, SG_R_CONFIG_INVALID, "%s:%d: %s names no application",
			policy->file, env->line, env->name);
		return sg_hint(err, "add application: \"{service}-%s\"", env->short_name);
	}
	if (sg_template_expand(world->arena, target, service, env, &text, err) < 0)
		return -1;
	if (env->workload)
		return first_workload(world, policy, env, text, ret, err);
	slash = strchr(text, '/');
	ret->namespace =
		slash ? sg_arena_dup(world->arena, (struct sg_str){text, (size_t)(slash - text)})
		      : env->cluster.namespace;
	ret->name = slash ? slash + 1 : text;
	return 0;
}

bool sg_environment_selects(const struct sg_environment *env)
{
	return env->selector || env->application_set;
}

bool sg_environment_has_applications(const struct sg_environment *env)
{
	return sg_environment_target(env) || sg_environment_selects(env);
}

static int pick_of(struct sg_world *world, const struct sg_environment *env, const char *service,
	struct sg_cluster_pick *ret, struct sg_err *err)
{
	ret->namespace = env->cluster.namespace;
	if (sg_template_expand_if(world->arena, env->selector, service, env, &ret->selector, err) <
		0)
		return -1;
	return sg_template_expand_if(
		world->arena, env->application_set, service, env, &ret->set, err);
}

int sg_application_check(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_err *err)
{
	struct sg_cluster_pick pick;
	struct sg_cluster_app app;

	return sg_environment_selects(env) ? pick_of(world, env, service, &pick, err)
					   : sg_target_of(world, policy, env, service, &app, err);
}

static int none_picked(const struct sg_environment *env, const char *service,
	const struct sg_cluster_pick *pick, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_APPLICATION_NOT_FOUND,
		"%s has no application in %s%s%.200s%s%.200s", service, env->name,
		pick->selector ? " with the labels " : "", pick->selector ? pick->selector : "",
		pick->set ? " of the set " : "", pick->set ? pick->set : "");
	return sg_hint(err, "see `kubectl get applications -n %s --show-labels`", pick->namespace);
}

/* A selector that the cluster does not take is the configuration's, not the command line's. */
static int not_picked(
	const struct sg_policy *policy, const struct sg_environment *env, struct sg_err *err)
{
	if (err->reason != SG_R_USAGE)
		return -1;
	err->reason = SG_R_CONFIG_INVALID;
	return sg_wrap(err, "%s:%d", policy->file, env->line);
}

int sg_applications_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_client *client,
	struct sg_cluster_app **ret, size_t *ret_count, struct sg_err *err)
{
	struct sg_cluster_pick pick;
	const char *const *names;
	size_t count;

	if (!sg_environment_selects(env)) {
		*ret = sg_arena_alloc(world->arena, sizeof(**ret));
		*ret_count = 1;
		return sg_application_of(world, policy, env, service, *ret, err);
	}
	if (pick_of(world, env, service, &pick, err) < 0)
		return -1;
	if (sg_cluster_names(client, &pick, world->deadline_ms, world->arena, &names, &count, err) <
		0)
		return not_picked(policy, env, err);
	if (count == 0)
		return none_picked(env, service, &pick, err);
	*ret = sg_arena_calloc(world->arena, count, sizeof(**ret));
	*ret_count = count;
	for (size_t i = 0; i < count; i++)
		(*ret)[i] = (struct sg_cluster_app){pick.namespace, names[i]};
	return 0;
}

static int workloads_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_app **ret,
	size_t *ret_count, struct sg_err *err)
{
	struct sg_cluster_app app;
	const char *text;
	struct sg_str rest;
	int n;

	*ret = NULL;
	*ret_count = 0;
	if (sg_template_expand(world->arena, env->workload, service, env, &text, err) < 0)
		return -1;
	rest = sg_str_of(text);
	while ((n = next_workload(world, policy, env, &rest, &app, err)) > 0)
		*(struct sg_cluster_app *)sg_arena_push(world->arena, ret, ret_count, sizeof(app)) =
			app;
	if (n == 0 && *ret_count == 0)
		return first_workload(world, policy, env, text, &app, err);
	return n;
}

int sg_targets_of(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_cluster_client *client,
	struct sg_cluster_app **ret, size_t *ret_count, struct sg_err *err)
{
	if (sg_environment_selects(env))
		return sg_applications_of(world, policy, env, service, client, ret, ret_count, err);
	if (env->workload)
		return workloads_of(world, policy, env, service, ret, ret_count, err);
	*ret = sg_arena_alloc(world->arena, sizeof(**ret));
	*ret_count = 1;
	return sg_target_of(world, policy, env, service, *ret, err);
}
