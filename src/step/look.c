#include "step/look.h"

#include <string.h>

#include "cluster/application.h"
#include "cluster/refresh.h"
#include "model/image.h"
#include "step/await.h"
#include "step/change.h"
#include "step/cluster.h"
#include "step/look_children.h"
#include "step/look_flux.h"
#include "step/look_plain.h"
#include "step/workloads.h"

/* A refresh is consumed within a second or two; a gate is asked again anyway. */
#define PROOF_MAX_MS 10000
#define PROOF_POLL_MS 250

struct looking {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_cluster_client *client;
	const struct sg_look_ask *ask;
	struct sg_cluster_app name;
	struct sg_app_policy policy;
	struct sg_app_fold *fold;
	struct sg_workloads *workloads;
	const struct sg_app *app; /* in the world's arena */
	const char *version;      /* its resourceVersion */
	int64_t until_ms;
	int64_t grace_ms; /* of a Degraded application, as it is where nothing says since when */
	struct sg_look_children children;
};

static int64_t now_of(const struct looking *looking)
{
	return sg_loop_now_ms(sg_world_loop(looking->world));
}

static int take(struct looking *looking, const struct sg_json *doc, struct sg_err *err)
{
	struct sg_arena *arena = looking->world->arena;
	struct sg_app *app = sg_arena_alloc(arena, sizeof(*app));

	if (sg_application_decode(doc, arena, app, err) < 0)
		return sg_wrap(err, "application %s", looking->name.name);
	looking->app = app;
	looking->version = sg_arena_strdup(arena, sg_cluster_version_of(doc));
	if (looking->fold)
		sg_app_fold_feed(looking->fold, app, now_of(looking));
	return 0;
}

static int read_app(struct looking *looking, struct sg_err *err)
{
	struct sg_json *doc SG_AUTO(sg_json_free_ptr) = NULL;

	if (sg_cluster_get_application(
		    looking->client, &looking->name, looking->until_ms, &doc, err) < 0)
		return -1;
	return take(looking, doc, err);
}

/* The application and its children, once more. */
static int read_again(struct looking *looking, struct sg_err *err)
{
	if (read_app(looking, err) < 0)
		return -1;
	return sg_look_children_again(&looking->children, looking->fold, err);
}

/* The commit that the application was compared at, when it says a whole one. */
static const char *compared_at(const struct sg_app *app)
{
	if (sg_str_is_oid(sg_str_of(app->revision.one)))
		return app->revision.one;
	for (size_t i = 0; i < app->revision.many.count; i++)
		if (sg_str_is_oid(sg_str_of(app->revision.many.items[i])))
			return app->revision.many.items[i];
	return NULL;
}

const char *sg_look_revision(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_look_ask *ask, const char *at)
{
	const char *image;
	struct sg_tree_source *source;
	struct sg_err ignored;

	if (!at || !at[0] || strcmp(at, ask->tip->revision) == 0 ||
		sg_repo_fetch_commits(loaded->repo, &at, 1, &ignored) < 0 ||
		sg_repo_source(
			loaded->repo, at, ask->env->branch, world->arena, &source, &ignored) < 0 ||
		sg_change_image(world, &loaded->policy, ask->env, ask->service, source, &image,
			&ignored) < 0)
		return ask->tip->revision;
	return image && strcmp(image, ask->image) == 0 ? at : ask->tip->revision;
}

/*
 * Asks for a refresh when the table wants one. That the request is there has to be seen, or its
 * going away proves nothing; it may be gone before the next read.
 */
static int prove(struct looking *looking, bool *ret_asked, struct sg_err *err)
{
	struct sg_json *patched SG_AUTO(sg_json_free_ptr) = NULL;
	struct sg_app_request request;
	struct sg_cluster_app name;
	struct sg_look_child *child;
	enum sg_refresh_result result;

	*ret_asked = false;
	if (!looking->policy.may_refresh ||
		!sg_app_fold_request(looking->fold, now_of(looking), &request))
		return 0;
	name = (struct sg_cluster_app){request.namespace, request.name};
	child = sg_look_child_find(&looking->children, &name);
	if (sg_cluster_refresh(looking->client, &name, sg_refresh_kind_of(&request),
		    child ? child->version : looking->version, looking->until_ms, &result, &patched,
		    err) < 0)
		return -1;
	looking->policy.may_refresh = result != SG_REFRESH_NOT_PERMITTED;
	sg_app_fold_requested(looking->fold, &request, now_of(looking));
	*ret_asked = true;
	if (!patched)
		return 0;
	if (child)
		return sg_look_child_take(&looking->children, child, patched, looking->fold, err);
	return take(looking, patched, err);
}

static bool has_lasted(const struct looking *looking, int64_t since_s)
{
	return since_s != SG_APP_NO_TIME &&
	       looking->client->server_unix_s - since_s >= looking->grace_ms / 1000;
}

/*
 * Nothing is followed, so no time passes in which a failure could be watched to last: the server's
 * own times tell how long it has, where it has any.
 */
static void believe_at_once(struct looking *looking)
{
	looking->policy.confirm_ms = 0;
	looking->grace_ms = looking->policy.degraded_grace_ms;
	if (has_lasted(looking, looking->app->health_changed_s))
		looking->policy.degraded_grace_ms = 0;
}

/* One that is Degraded since a moment, or since nobody knows when, may be well in another. */
static const struct sg_app *child_of(void *arg, const char *namespace, const char *name)
{
	struct looking *looking = arg;
	const struct sg_app *child = sg_look_child(&looking->children, namespace, name);

	if (child && child->health == SG_APP_DEGRADED &&
		!has_lasted(looking, child->health_changed_s))
		looking->policy.degraded_grace_ms = looking->grace_ms;
	return child;
}

static const struct sg_app_workloads *workloads_of(void *arg, const struct sg_app *app)
{
	const struct looking *looking = arg;

	return sg_workloads_facts(looking->workloads, app);
}

/* What Argo CD leaves open is asked of the workloads. */
static int look_at_workloads(struct looking *looking, struct sg_err *err)
{
	struct sg_app_judged all[SG_WORKLOADS_APPS_MAX];
	size_t count = sg_app_fold_judged(looking->fold, all, SG_COUNT(all));
	bool read, any = false;

	for (size_t i = 0; i < count; i++) {
		if (sg_workloads_look(looking->workloads, all[i].app, all[i].verdict, &read, err) <
			0)
			return -1;
		any = any || read;
	}
	if (any)
		sg_app_fold_tick(looking->fold, now_of(looking));
	return 0;
}

/* A signal came while the table asked for a child. */
static bool stopped(const struct looking *looking, struct sg_err *err)
{
	if (looking->children.stop.reason == SG_R_OK)
		return false;
	*err = looking->children.stop;
	return true;
}

/* Reads on while the table waits for the proof that it asked for. */
static int judge(struct looking *looking, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(looking->world);
	bool asked = false, now_asked;

	sg_app_fold_feed(looking->fold, looking->app, now_of(looking));
	for (;;) {
		enum sg_app_kind kind;

		if (look_at_workloads(looking, err) < 0 || stopped(looking, err))
			return -1;
		kind = sg_app_fold_verdict(looking->fold)->kind;
		if (kind == SG_APP_SUCCESS)
			return read_again(looking, err);
		if (kind != SG_APP_WAIT)
			return 0;
		if (prove(looking, &now_asked, err) < 0)
			return -1;
		asked = asked || now_asked;
		if (!asked || now_of(looking) + PROOF_POLL_MS >= looking->until_ms)
			return 0;
		if (sg_loop_delay(loop, sg_loop_after(loop, PROOF_POLL_MS), err) < 0 ||
			read_again(looking, err) < 0)
			return -1;
	}
}

static int64_t time_of(int64_t unix_s)
{
	return unix_s == SG_APP_NO_TIME ? 0 : unix_s;
}

static bool is_among(const struct sg_app_strings *images, const char *wanted)
{
	struct sg_image want, seen;

	if (!sg_image_parse(sg_str_of(wanted), &want))
		return false;
	for (size_t i = 0; i < images->count; i++)
		if (sg_image_parse(sg_str_of(images->items[i]), &seen) &&
			sg_image_same_repository(seen.repository, want.repository) &&
			sg_str_eq(seen.tag, want.tag) &&
			(!want.digest.len || sg_str_eq(seen.digest, want.digest)))
			return true;
	return false;
}

/* Where no pod shows it, the templates of workloads that are all known do. */
static bool would_run(const struct looking *looking, const struct sg_app_verdict *verdict)
{
	const struct sg_app_workloads *facts = sg_workloads_facts(looking->workloads, looking->app);

	return verdict->kind == SG_APP_SUCCESS && !verdict->images_unseen && facts &&
	       facts->complete && is_among(&facts->templates, looking->ask->image);
}

/* 0 where one of them does not say. */
static int64_t later_of(int64_t a_unix_s, int64_t b_unix_s)
{
	if (!a_unix_s || !b_unix_s)
		return 0;
	return a_unix_s > b_unix_s ? a_unix_s : b_unix_s;
}

static void add_images(
	struct sg_look *look, const char **images, const struct sg_app *app, const char *wanted)
{
	for (size_t i = 0; i < app->images.count; i++)
		images[look->image_count++] = app->images.items[i];
	look->image_seen = look->image_seen || is_among(&app->images, wanted);
}

/* All is there since the last of the children is. */
static void add_children(const struct looking *looking, struct sg_look *look)
{
	const struct sg_look_children *children = &looking->children;
	size_t count = looking->app->images.count;
	const char **images;

	for (size_t i = 0; i < children->count; i++)
		count += children->items[i].app ? children->items[i].app->images.count : 0;
	images = sg_arena_calloc(looking->world->arena, count + 1, sizeof(*images));
	add_images(look, images, looking->app, looking->ask->image);
	for (size_t i = 0; i < children->count; i++) {
		const struct sg_app *child = children->items[i].app;

		if (!child)
			continue;
		add_images(look, images, child, looking->ask->image);
		look->deployed_unix_s = later_of(look->deployed_unix_s, time_of(child->deployed_s));
		look->health_unix_s =
			later_of(look->health_unix_s, time_of(child->health_changed_s));
	}
	look->images = images;
}

static void fill(struct looking *looking, struct sg_look *look)
{
	const struct sg_app *app = looking->app;

	look->verdict = *sg_app_fold_verdict(looking->fold);
	look->verdict.message = sg_arena_strdup(looking->world->arena, look->verdict.message);
	look->sync = sg_app_sync_name(app->sync);
	look->health = sg_app_health_name(app->health);
	look->image_seen = would_run(looking, &look->verdict);
	look->deployed_unix_s = time_of(app->deployed_s);
	look->health_unix_s = time_of(app->health_changed_s);
	add_children(looking, look);
}

static int look_at(struct looking *looking, struct sg_look *look, struct sg_err *err)
{
	const struct sg_app_beside beside = {
		.item = child_of, .workloads = workloads_of, .arg = looking};
	const struct sg_look_ask *ask = looking->ask;
	struct sg_ancestry *ancestry;
	struct sg_app_want want;
	int rc;

	if (sg_repo_ancestry(looking->loaded->repo, ask->env->branch, looking->world->arena,
		    &ancestry, err) < 0 ||
		read_app(looking, err) < 0)
		return -1;
	want = sg_await_want(looking->world, looking->loaded, ask->env,
		sg_look_revision(looking->world, looking->loaded, ask, compared_at(looking->app)),
		ask->image);
	believe_at_once(looking);
	look->revision = want.revision;
	looking->fold = sg_app_fold_new(&want, &looking->policy, ancestry, &beside);
	looking->workloads = sg_workloads_new(looking->world, looking->client, /* at_once= */ true);
	rc = judge(looking, err);
	if (rc == 0)
		fill(looking, look);
	sg_app_fold_free(looking->fold);
	sg_workloads_free(looking->workloads);
	return rc;
}

static int look_at_kind(struct looking *looking, struct sg_look *look, struct sg_err *err)
{
	if (sg_environment_follows(looking->ask->env) == SG_FOLLOW_WORKLOAD)
		return sg_look_plain(looking->world, looking->client, looking->ask, &looking->name,
			looking->until_ms, look, err);
	return look_at(looking, look, err);
}

static int look_at_one(struct sg_world *world, struct sg_loaded *loaded,
	struct sg_cluster_client *client, const struct sg_look_ask *ask,
	const struct sg_cluster_app *name, struct sg_look *ret_look, struct sg_err *err)
{
	struct looking looking = {
		.world = world,
		.loaded = loaded,
		.client = client,
		.ask = ask,
		.name = *name,
		.policy = sg_await_policy(world),
		.until_ms = sg_loop_after(sg_world_loop(world), PROOF_MAX_MS),
	};
	struct sg_look look = {0};
	struct sg_err trouble = SG_ERR_INIT;

	looking.policy.may_refresh = !ask->reads_only;
	if (looking.until_ms > world->deadline_ms)
		looking.until_ms = world->deadline_ms;
	looking.children = (struct sg_look_children){.world = world,
		.client = client,
		.until_ms = looking.until_ms,
		.stop = SG_ERR_INIT};
	look.application =
		sg_arena_printf(world->arena, "%s/%s", looking.name.namespace, looking.name.name);
	if (look_at_kind(&looking, &look, &trouble) < 0 &&
		sg_world_trouble(world, &trouble, &look.trouble, err) < 0)
		return -1;
	look.server_unix_s = client->server_unix_s;
	*ret_look = look;
	return 0;
}

void sg_look_since(struct sg_look *look, const struct sg_soak *soak)
{
	look->deployed_unix_s = look->health_unix_s = time_of(soak->since_s);
	look->untimed = look->deployed_unix_s ? NULL : soak->why;
}

static int badness(const struct sg_look *look)
{
	static const int by_kind[] = {
		[SG_APP_SUCCESS] = 0, [SG_APP_WAIT] = 1, [SG_APP_POLICY] = 2, [SG_APP_FAIL] = 4};

	return look->trouble.words ? 3 : by_kind[look->verdict.kind];
}

/*
 * The worst of several is the answer, with its own times; where all are good, they are since the
 * last one is.
 */
static void merge(struct sg_look *all, const struct sg_look *one)
{
	bool image_seen = all->image_seen || one->image_seen;

	if (badness(one) > badness(all)) {
		*all = *one;
	} else if (badness(all) == 0) {
		all->untimed = all->untimed ? all->untimed : one->untimed;
		all->deployed_unix_s = later_of(all->deployed_unix_s, one->deployed_unix_s);
		all->health_unix_s = later_of(all->health_unix_s, one->health_unix_s);
	}
	all->image_seen = image_seen;
}

int sg_look(struct sg_world *world, struct sg_loaded *loaded, struct sg_cluster_client *client,
	const struct sg_look_ask *ask, struct sg_look *ret_look, struct sg_err *err)
{
	struct sg_cluster_app *apps;
	struct sg_look look = {0}, all = {0};
	struct sg_err why = SG_ERR_INIT;
	size_t count;

	if (sg_follow_is_flux(sg_environment_follows(ask->env)))
		return sg_look_flux(world, loaded, client, ask, ret_look, err);
	if (sg_application_check(world, &loaded->policy, ask->env, ask->service, err) < 0)
		return -1;
	if (sg_targets_of(world, &loaded->policy, ask->env, ask->service, client, &apps, &count,
		    &why) < 0) {
		ret_look[0] = all;
		return sg_world_trouble(world, &why, &ret_look->trouble, err);
	}
	for (size_t i = 0; i < count; i++) {
		if (look_at_one(world, loaded, client, ask, &apps[i], &look, err) < 0)
			return -1;
		if (i == 0)
			all = look;
		else
			merge(&all, &look);
	}
	*ret_look = all;
	return 0;
}
