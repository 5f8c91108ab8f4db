#include "step/look_flux.h"

#include "model/sighting.h"
#include "step/await.h"
#include "step/cluster.h"
#include "step/flux_scan.h"
#include "step/flux_sight.h"

#define LOOK_MAX_MS 10000 /* a gate is asked again anyway */

struct looking {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_cluster_client *client;
	const struct sg_look_ask *ask;
	struct sg_flux_want want;
	struct sg_flux_policy policy;
	struct sg_flux_fold *fold;
	struct sg_flux_sight sight;
	struct sg_flux_scan scan;
	int64_t until_ms;
};

static const char *revision_of(struct looking *l)
{
	char applied[SG_OID_SIZE];

	sg_flux_commit(l->sight.look.kustomization->applied, applied);
	return sg_look_revision(
		l->world, l->loaded, l->ask, sg_arena_strdup(l->world->arena, applied));
}

static int judge(struct looking *l, struct sg_err *err)
{
	return sg_flux_scan_judge(&l->scan, l->world, l->client, l->fold, &l->sight.look, err);
}

static bool is_success(const struct looking *l)
{
	return sg_flux_fold_verdict(l->fold)->kind == SG_APP_SUCCESS;
}

/* A success is read a second time. */
static int judge_twice(struct looking *l, struct sg_err *err)
{
	if (judge(l, err) < 0)
		return -1;
	if (!is_success(l))
		return 0;
	sg_flux_scan_clear(&l->scan);
	return sg_flux_sight_read(&l->sight, l->until_ms, err) < 0 ? -1 : judge(l, err);
}

static bool is_seen(const struct looking *l)
{
	const struct sg_app_workloads *seen = l->sight.look.images;
	struct sg_sighting sighting = {0};
	struct sg_image want;

	if (!seen || !sg_image_parse(sg_str_of(l->ask->image), &want))
		return false;
	sg_sighting_pods(&sighting, &want, seen);
	sg_sighting_templates(&sighting, &want, seen);
	return sighting.right > 0;
}

static void fill(const struct looking *l, struct sg_look *look)
{
	struct sg_app_strings images;
	struct sg_soak soak;

	look->verdict = sg_flux_app_verdict(l->fold);
	look->verdict.message = sg_arena_strdup(l->world->arena, look->verdict.message);
	look->image_seen = is_seen(l);
	images = sg_pod_images(l->sight.look.images, l->world->arena);
	look->images = images.items;
	look->image_count = images.count;
	sg_soak_of_pods(l->sight.look.images, l->ask->image, l->client->server_unix_s,
		l->world->arena, &soak);
	sg_look_since(look, &soak);
}

static int look_at(struct looking *l, struct sg_look *look, struct sg_err *err)
{
	const struct sg_look_ask *ask = l->ask;
	struct sg_ancestry *ancestry;
	struct sg_app_want want;
	int rc;

	if (sg_repo_ancestry(l->loaded->repo, ask->env->branch, l->world->arena, &ancestry, err) <
			0 ||
		sg_flux_sight_read(&l->sight, l->until_ms, err) < 0)
		return -1;
	want = sg_await_want(l->world, l->loaded, ask->env, revision_of(l), ask->image);
	l->want = sg_flux_want_of(&want, sg_environment_follows(ask->env) == SG_FOLLOW_RELEASE);
	l->policy = sg_flux_policy_default();
	l->policy.may_request = false;
	l->policy.image_proves = ask->image_proves;
	look->revision = want.revision;
	l->fold = sg_flux_fold_new(&l->want, &l->policy, ancestry);
	rc = judge_twice(l, err);
	if (rc == 0)
		fill(l, look);
	sg_flux_fold_free(l->fold);
	return rc;
}

int sg_look_flux(struct sg_world *world, struct sg_loaded *loaded, struct sg_cluster_client *client,
	const struct sg_look_ask *ask, struct sg_look *ret_look, struct sg_err *err)
{
	struct looking l = {.world = world, .loaded = loaded, .client = client, .ask = ask};
	struct sg_look look = {
		.sync = "", .health = "", .follow = sg_environment_follows(ask->env)};
	struct sg_err trouble = SG_ERR_INIT;
	struct sg_cluster_app name;
	int rc;

	if (sg_target_of(world, &loaded->policy, ask->env, ask->service, &name, err) < 0)
		return -1;
	l.until_ms = sg_loop_after(sg_world_loop(world), LOOK_MAX_MS);
	if (l.until_ms > world->deadline_ms)
		l.until_ms = world->deadline_ms;
	sg_flux_sight_begin(&l.sight, client,
		sg_environment_follows(ask->env) == SG_FOLLOW_RELEASE ? SG_FLUX_RELEASE
								      : SG_FLUX_KUSTOMIZATION,
		&name);
	l.sight.with_parents = true;
	look.application = sg_arena_printf(world->arena, "%s/%s", name.namespace, name.name);
	rc = look_at(&l, &look, &trouble) < 0
		     ? sg_world_trouble(world, &trouble, &look.trouble, err)
		     : 0;
	sg_flux_sight_release(&l.sight);
	sg_flux_scan_release(&l.scan);
	if (rc < 0)
		return -1;
	look.server_unix_s = client->server_unix_s;
	*ret_look = look;
	return 0;
}
