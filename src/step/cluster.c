#include "step/cluster.h"

#include <string.h>

#include "model/place.h"
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

int sg_reach(struct sg_world *world, const struct sg_environment *env, struct sg_reached *ret,
	struct sg_err *err)
{
	const struct sg_cluster_ask ask = ask_of(world, env,
		world->settings->context ? world->settings->context : env->cluster.context);

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
		"%s:%d: %s follows Flux, and this looks at Applications of Argo CD only",
		policy->file, env->line, env->name);
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
	slash = strchr(text, '/');
	ret->namespace =
		slash ? sg_arena_dup(world->arena, (struct sg_str){text, (size_t)(slash - text)})
		      : env->cluster.namespace;
	ret->name = slash ? slash + 1 : text;
	return 0;
}
