#include "step/board_flux.h"

#include <string.h>

#include "model/repo_url.h"
#include "model/sighting.h"
#include "step/flux_scan.h"
#include "step/flux_sight.h"

/* A board is looked at by people who wait for it. */
#define ASK_MAX_MS 10000

struct reading {
	struct sg_world *world;
	const char *url; /* of the GitOps repository */
	struct sg_flux_sight sight;
	struct sg_flux_scan scan;
};

static const struct sg_flux_object *named(const struct reading *r)
{
	const struct sg_flux_look *look = &r->sight.look;

	return look->release ? &look->release->object : &look->kustomization->object;
}

static const char *remark(const struct reading *r)
{
	const struct sg_flux_look *look = &r->sight.look;

	if (named(r)->deleting || look->kustomization->object.deleting)
		return "being deleted";
	if (named(r)->suspended || look->kustomization->object.suspended)
		return "suspended";
	if (look->repository && look->repository->object.suspended)
		return "its source is suspended";
	if (look->repository && !sg_repo_url_same(look->repository->url, r->url))
		return "reads another repository";
	return r->sight.named.kind == SG_FLUX_RELEASE && !look->release ? "its release is gone"
									: NULL;
}

static const char *sync_of(const struct reading *r)
{
	const struct sg_flux_look *look = &r->sight.look;
	char applied[SG_OID_SIZE], fetched[SG_OID_SIZE];

	sg_flux_commit(look->kustomization->applied, applied);
	sg_flux_commit(look->repository ? look->repository->revision : "", fetched);
	if (!applied[0] || !fetched[0])
		return sg_app_sync_name(SG_SYNC_UNKNOWN);
	return sg_app_sync_name(
		strcmp(applied, fetched) == 0 ? SG_SYNC_SYNCED : SG_SYNC_OUT_OF_SYNC);
}

static enum sg_app_health health_of(const struct sg_flux_object *object)
{
	const struct sg_flux_condition *ready = sg_flux_condition(object, "Ready");

	if (!ready || !sg_flux_is_current(object, ready) || !sg_flux_is_observed(object) ||
		sg_flux_is(object, "Reconciling", "True") || strcmp(ready->status, "Unknown") == 0)
		return ready && strcmp(ready->status, "False") == 0 ? SG_APP_DEGRADED
								    : SG_APP_PROGRESSING;
	return strcmp(ready->status, "True") == 0 ? SG_APP_HEALTHY : SG_APP_DEGRADED;
}

static bool ready_is_enough(const struct sg_flux_look *look)
{
	return look->release ? !look->release->applied_only : look->kustomization->waits;
}

/* Ready, and where that means applied only, what was applied has rolled out. */
static int put_health(
	struct reading *r, const struct sg_flux_verdict *wish, const char **ret, struct sg_err *err)
{
	struct sg_flux_look *look = &r->sight.look;
	enum sg_app_health health = health_of(named(r));

	if (health == SG_APP_HEALTHY && look->release)
		health = health_of(&look->kustomization->object);
	if (health == SG_APP_HEALTHY && !ready_is_enough(look)) {
		if (sg_flux_scan_fill(&r->scan, r->world, r->sight.client, wish, look, err) < 0)
			return -1;
		if (!look->workloads)
			health = SG_APP_UNKNOWN;
		else if (look->workloads->sentence[0])
			health = SG_APP_PROGRESSING;
	}
	*ret = sg_app_health_name(health);
	return 0;
}

static int put_running(struct reading *r, struct sg_board_cell *cell, struct sg_err *err)
{
	const struct sg_flux_verdict wish = {.images_wanted = true};
	struct sg_app_strings images;

	if (sg_flux_scan_fill(&r->scan, r->world, r->sight.client, &wish, &r->sight.look, err) < 0)
		return -1;
	images = sg_pod_images(r->sight.look.images, r->world->arena);
	sg_board_running(r->world->arena, &images, cell);
	return 0;
}

static int fill(struct reading *r, struct sg_board_cell *cell, struct sg_err *err)
{
	const struct sg_flux_verdict wish = {.workloads_wanted = true};

	cell->remark = remark(r);
	cell->sync = sync_of(r);
	return put_health(r, &wish, &cell->health, err) < 0 ? -1 : put_running(r, cell, err);
}

int sg_board_flux(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_cluster_client *client, const struct sg_environment *env,
	const struct sg_cluster_app *name, struct sg_board_cell *cell, struct sg_err *err)
{
	struct reading r = {.world = world, .url = loaded->remote.url};
	int64_t until_ms = sg_loop_after(sg_world_loop(world), ASK_MAX_MS);
	int rc;

	sg_flux_sight_begin(&r.sight, client,
		sg_environment_follows(env) == SG_FOLLOW_RELEASE ? SG_FLUX_RELEASE
								 : SG_FLUX_KUSTOMIZATION,
		name);
	rc = sg_flux_sight_read(
		&r.sight, until_ms < world->deadline_ms ? until_ms : world->deadline_ms, err);
	if (rc == 0)
		rc = fill(&r, cell, err);
	sg_flux_sight_release(&r.sight);
	sg_flux_scan_release(&r.scan);
	return rc;
}
