#include "step/plan.h"

#include "model/image.h"
#include "step/message.h"

int sg_plan_on(struct sg_world *world, struct sg_loaded *loaded, const struct sg_plan_ask *ask,
	struct sg_tree_source *parent, struct sg_changes *ret_changes, struct sg_plan *ret_plan,
	struct sg_err *err)
{
	struct sg_changes changes;
	struct sg_plan plan = {.branch = ask->branch,
		.lease = ask->lease,
		.reason = ask->reason,
		.origin = ask->origin};
	int64_t parent_s = 0;

	if (sg_change_build(world, &loaded->policy, ask->env, ask->wishes, ask->count, parent,
		    &changes, err) < 0)
		return -1;
	plan.parent = parent->revision;
	*ret_changes = changes;
	*ret_plan = (struct sg_plan){0};
	if (changes.file_count == 0)
		return 0;
	plan.files = changes.files;
	plan.file_count = changes.file_count;
	plan.values = changes.values;
	plan.value_count = changes.value_count;
	/* where there is no repository here, the server dates the commit */
	if ((loaded->repo && sg_repo_commit_time(loaded->repo, plan.parent, &parent_s, err) < 0) ||
		sg_message_build(world, &loaded->policy, ask->env, loaded->remote.name, parent_s,
			&plan, err) < 0)
		return -1;
	*ret_plan = plan;
	return 0;
}

const char *sg_plan_wish(struct sg_arena *arena, const char *image)
{
	struct sg_image parts;

	if (!image || !sg_image_parse(sg_str_of(image), &parts) ||
		(!parts.tag.len && !parts.digest.len))
		return NULL;
	if (!parts.tag.len)
		return sg_arena_dup(arena, parts.digest);
	return sg_arena_printf(arena, "%.*s%s%.*s", SG_STR_ARG(parts.tag),
		parts.digest.len ? "@" : "", SG_STR_ARG(parts.digest));
}

const char *sg_plan_wish_at(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const char *service, const char *oid)
{
	struct sg_err ignored = SG_ERR_INIT;
	struct sg_tree_source *source;
	const char *image;

	if (!sg_str_is_oid(sg_str_of(oid)) ||
		sg_repo_fetch_commits(loaded->repo, &oid, 1, &ignored) < 0 ||
		sg_repo_source(loaded->repo, oid, env->branch, world->arena, &source, &ignored) <
			0 ||
		sg_change_image(world, &loaded->policy, env, service, source, &image, &ignored) < 0)
		return NULL;
	return sg_plan_wish(world->arena, image);
}
