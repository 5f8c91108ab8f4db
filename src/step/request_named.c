#include <inttypes.h>
#include <string.h>

#include "step/request.h"
#include "step/services.h"

/* NULL when the branch is that of no service of ENV. */
static int service_of(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const char *branch, const char **ret_service,
	struct sg_err *err)
{
	struct sg_tree_source *tip;
	const char *const *names;
	size_t count;

	*ret_service = NULL;
	if (sg_load_branch(world, loaded, env->branch, &tip, err) < 0 ||
		sg_service_list(world, &loaded->policy, env, tip, &names, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && !*ret_service; i++)
		if (strcmp(sg_request_branch(world->arena, env->name, names[i]), branch) == 0)
			*ret_service = names[i];
	return 0;
}

/* Is BRANCH named as those of ENV are? */
static bool is_branch_of(
	struct sg_arena *arena, const struct sg_environment *env, const char *branch)
{
	/* With the shortest name of a service: what stands before it is the environment's. */
	const char *any = sg_request_branch(arena, env->name, "s");

	return strncmp(branch, any, strlen(any) - 1) == 0;
}

static const char *why_not(struct sg_arena *arena, const struct sg_mr *mr,
	const struct sg_forge *forge, const struct sg_policy *policy)
{
	if (mr->source_project_id != mr->target_project_id || !mr->target_project_id)
		return sg_arena_printf(arena, "it comes from another project (id %" PRId64 ")",
			mr->source_project_id);
	if (!sg_forge_is_own(forge, policy, mr->author.id))
		return sg_arena_printf(arena, "it was opened by %s, not by %s",
			mr->author.username[0] ? mr->author.username : "nobody known",
			forge->me.username);
	return NULL;
}

int sg_request_place(struct sg_world *world, struct sg_loaded *loaded, const struct sg_forge *forge,
	const struct sg_mr *mr, const struct sg_environment **ret_env, const char **ret_service,
	const char **ret_why, struct sg_err *err)
{
	const struct sg_policy *policy = &loaded->policy;

	*ret_env = NULL;
	*ret_service = NULL;
	*ret_why = why_not(world->arena, mr, forge, policy);
	for (size_t i = 0; !*ret_why && !*ret_service && i < policy->environment_count; i++) {
		const struct sg_environment *env = &policy->environments[i];

		if (strcmp(mr->target_branch, env->branch) != 0 ||
			!is_branch_of(world->arena, env, mr->source_branch))
			continue;
		if (service_of(world, loaded, env, mr->source_branch, ret_service, err) < 0)
			return -1;
		*ret_env = env;
	}
	if (!*ret_why && !*ret_service)
		*ret_why = sg_arena_printf(world->arena,
			"its branch %s, which goes to %s, is that of no service here",
			mr->source_branch, mr->target_branch);
	return 0;
}

int sg_request_named(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	int64_t iid, struct sg_mr *ret_mr, const struct sg_environment **ret_env,
	const char **ret_service, struct sg_err *err)
{
	struct sg_mr mr;
	const char *why;

	if (sg_forge_me(forge, err) < 0 ||
		sg_gitlab_mr_get(&forge->gitlab, iid, world->arena, &mr, err) < 0 ||
		sg_request_place(world, loaded, forge, &mr, ret_env, ret_service, &why, err) < 0)
		return sg_wrap(err, "merge request !%" PRId64, iid);
	if (why) {
		(void)sg_fail(err, SG_R_MR_NOT_OURS, "merge request !%" PRId64 " is not ours: %s",
			iid, why);
		return sg_hint(err,
			"only requests that stagegate opened are followed, merged and closed; look "
			"at %s",
			mr.web_url);
	}
	*ret_mr = mr;
	return 0;
}
