#include <string.h>

#include "cluster/application.h"
#include "model/image.h"
#include "model/repo_url.h"
#include "step/board.h"
#include "step/board_flux.h"
#include "step/board_plain.h"
#include "step/cluster.h"
#include "step/plan.h"

/* A board is looked at by people who wait for it. */
#define ASK_MAX_MS 10000
#define RUNNING_MAX 4

/* Servers that did not answer, one at most for each column. */
struct silent {
	const char *server;
	struct sg_board_trouble trouble;
};

struct looking {
	struct sg_world *world;
	const struct sg_loaded *loaded;
	const struct sg_environment *env;
	struct sg_reached reached;
	struct sg_board_trouble down; /* of the whole cluster */
	struct silent *silent;
	size_t silent_count;
};

static bool is_about_one(enum sg_reason reason)
{
	return reason == SG_R_APPLICATION_NOT_FOUND || reason == SG_R_FORBIDDEN ||
	       reason == SG_R_ANSWER_INVALID || reason == SG_R_CONFIG_INVALID ||
	       reason == SG_R_TOO_LARGE;
}

/* Another environment may reach the same server with other rights, but not over another network. */
static bool is_of_the_server(enum sg_reason reason)
{
	return reason == SG_R_UNREACHABLE || reason == SG_R_REMOTE_FAILED ||
	       reason == SG_R_REMOTE_TIMEOUT || reason == SG_R_TIMEOUT;
}

static bool is_same(const struct sg_image *want, const struct sg_image *live)
{
	if (want->digest.len && live->digest.len)
		return sg_str_eq(want->digest, live->digest);
	return want->tag.len && sg_str_eq(want->tag, live->tag);
}

/* The versions of the image's repository that run; without an image whole references. */
void sg_board_running(
	struct sg_arena *arena, const struct sg_app_strings *images, struct sg_board_cell *cell)
{
	struct sg_image want = {0}, live;
	bool known = cell->image && sg_image_parse(sg_str_of(cell->image), &want);
	size_t seen = 0, same = 0;

	for (size_t i = 0; i < images->count; i++) {
		const char *text = images->items[i], *version = text;

		if (known) {
			if (!sg_image_parse(sg_str_of(text), &live) ||
				!sg_image_same_repository(want.repository, live.repository))
				continue;
			same += is_same(&want, &live);
			version = sg_plan_wish(arena, text);
		}
		if (seen++ >= RUNNING_MAX)
			continue;
		version = version ? version : "latest";
		cell->running = cell->running
					? sg_arena_printf(arena, "%s, %s", cell->running, version)
					: sg_arena_strdup(arena, version);
	}
	if (seen > RUNNING_MAX)
		cell->running = sg_arena_printf(
			arena, "%s and %zu more", cell->running, seen - RUNNING_MAX);
	cell->in_step = seen != 0 && same == seen;
}

static bool reads_from(const struct sg_app *app, const char *url)
{
	for (size_t i = 0; i < app->source_count; i++)
		if (sg_repo_url_same(app->sources[i].repo_url, url))
			return true;
	return false;
}

static const char *remark_of(const struct sg_app *app, const char *url)
{
	if (app->deleting)
		return "being deleted";
	if (app->skip_reconcile)
		return "reconciliation is off";
	return reads_from(app, url) ? NULL : "reads another repository";
}

static int64_t later(int64_t a_unix_s, int64_t b_unix_s)
{
	int64_t latest = a_unix_s > b_unix_s ? a_unix_s : b_unix_s;

	return latest > 0 ? latest : 0;
}

static void fill(struct looking *l, const struct sg_app *app, struct sg_board_cell *cell)
{
	int64_t now_s = l->reached.client.server_unix_s;

	sg_board_running(l->world->arena, &app->images, cell);
	cell->sync = app->sync == SG_SYNC_NONE ? NULL : sg_app_sync_name(app->sync);
	cell->health = sg_app_health_name(app->health);
	cell->remark = remark_of(app, l->loaded->remote.url);
	cell->since_unix_s = later(app->deployed_s, app->health_changed_s);
	if (cell->since_unix_s && now_s)
		cell->age_s = now_s > cell->since_unix_s ? now_s - cell->since_unix_s : 0;
}

static bool is_good(const struct sg_app *app)
{
	return app->sync == SG_SYNC_SYNCED && app->health == SG_APP_HEALTHY;
}

static int64_t until_of(const struct looking *l)
{
	int64_t until_ms = sg_loop_after(sg_world_loop(l->world), ASK_MAX_MS);

	return until_ms < l->world->deadline_ms ? until_ms : l->world->deadline_ms;
}

static int read_app(struct looking *l, const struct sg_cluster_app *name, bool shows,
	struct sg_board_cell *cell, bool *ret_good, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_app app;

	if (shows)
		cell->application =
			sg_arena_printf(l->world->arena, "%s/%s", name->namespace, name->name);
	if (sg_cluster_get_application(&l->reached.client, name, until_of(l), &doc, err) < 0 ||
		sg_application_decode(doc, &scratch, &app, err) < 0)
		return -1;
	*ret_good = is_good(&app);
	if (!shows && *ret_good)
		return 0;
	cell->application = sg_arena_printf(l->world->arena, "%s/%s", name->namespace, name->name);
	fill(l, &app, cell);
	return 0;
}

static int read_workloads(struct looking *l, const struct sg_cluster_app *names, size_t count,
	struct sg_board_cell *cell, struct sg_err *err)
{
	const struct sg_board_cell blank = *cell;
	bool good = true;

	for (size_t i = 0; i < count && good; i++) {
		struct sg_board_cell one = blank;

		one.application = sg_arena_printf(
			l->world->arena, "%s/%s", names[i].namespace, names[i].name);
		if (i == 0)
			*cell = one;
		if (sg_board_plain(l->world, &l->reached.client, &names[i], until_of(l), &one,
			    &good, err) < 0)
			return -1;
		if (i == 0 || !good)
			*cell = one;
	}
	return 0;
}

/* Of several the first one shows that is not as it should be, else the first. */
static int read_apps(
	struct looking *l, const char *service, struct sg_board_cell *cell, struct sg_err *err)
{
	struct sg_cluster_app *apps;
	size_t count = 0;
	bool good = true;

	if (l->down.code && sg_environment_selects(l->env)) {
		cell->cluster = l->down;
		return 0;
	}
	if (sg_targets_of(l->world, &l->loaded->policy, l->env, service, &l->reached.client, &apps,
		    &count, err) < 0)
		return -1;
	if (l->down.code) {
		cell->application =
			sg_arena_printf(l->world->arena, "%s/%s", apps->namespace, apps->name);
		cell->cluster = l->down;
		return 0;
	}
	if (l->env->workload)
		return read_workloads(l, apps, count, cell, err);
	if (sg_environment_follows(l->env) != SG_FOLLOW_APPLICATION) {
		cell->application =
			sg_arena_printf(l->world->arena, "%s/%s", apps->namespace, apps->name);
		return sg_board_flux(
			l->world, l->loaded, &l->reached.client, l->env, apps, cell, err);
	}
	for (size_t i = 0; i < count && good; i++)
		if (read_app(l, &apps[i], i == 0, cell, &good, err) < 0)
			return -1;
	return 0;
}

/* What a failure about one application means for the others. */
static void learn(
	struct looking *l, const struct sg_err *trouble, const struct sg_board_trouble *shown)
{
	struct silent *row;

	if (is_about_one(trouble->reason))
		return;
	l->down = *shown;
	if (!is_of_the_server(trouble->reason))
		return;
	row = sg_arena_push(l->world->arena, &l->silent, &l->silent_count, sizeof(*row));
	row->server = sg_arena_strdup(l->world->arena, l->reached.access.server);
	row->trouble = *shown;
}

static int look_at_column(
	struct looking *l, struct sg_board *board, size_t column, struct sg_err *err)
{
	for (size_t i = 0; i < board->row_count; i++) {
		struct sg_board_cell *cell = &board->rows[i].cells[column];
		struct sg_err trouble = SG_ERR_INIT;

		if (read_apps(l, board->rows[i].service, cell, &trouble) == 0)
			continue;
		if (trouble.reason == SG_R_CANCELLED) {
			*err = trouble;
			return -1;
		}
		cell->cluster = sg_board_trouble_of(l->world->arena, &trouble);
		learn(l, &trouble, &cell->cluster);
	}
	return 0;
}

/* A server that was silent for another environment is not waited for again. */
static int reach(struct looking *l, struct sg_err *err)
{
	struct sg_err trouble = SG_ERR_INIT;

	if (sg_reach(l->world, l->env, &l->reached, &trouble) < 0) {
		if (trouble.reason == SG_R_CANCELLED) {
			*err = trouble;
			return -1;
		}
		l->down = sg_board_trouble_of(l->world->arena, &trouble);
		return 0;
	}
	for (size_t i = 0; i < l->silent_count; i++)
		if (strcmp(l->silent[i].server, l->reached.access.server) == 0)
			l->down = l->silent[i].trouble;
	return 0;
}

int sg_board_look(struct sg_world *world, const struct sg_loaded *loaded, struct sg_board *board,
	struct sg_err *err)
{
	struct looking l = {.world = world, .loaded = loaded};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < board->column_count; i++) {
		l.env = board->columns[i].env;
		l.down = (struct sg_board_trouble){0};
		rc = reach(&l, err);
		if (rc == 0)
			rc = look_at_column(&l, board, i, err);
		sg_reached_release(&l.reached);
	}
	return rc;
}
