#include "step/survey_app.h"

#include <string.h>

#include "cluster/application.h"
#include "cluster/survey.h"
#include "step/places.h"

/* Projects of Argo CD that were read already; an environment has few. */
struct project {
	const char *namespace;
	const char *name;
	struct sg_doctor_seen seen;
	struct sg_app_project *facts;
};

struct apps {
	struct sg_survey_cluster *c;
	struct sg_arena *arena;
	struct project *projects;
	size_t project_count;
	struct sg_doctor_seen down; /* why the server is not asked any more */
	struct sg_doctor_app *rows;
	size_t count;
};

/* What the judgement needs of an application; the rest, which may be large, is let go. */
static struct sg_app *keep(struct sg_arena *arena, const struct sg_app *app)
{
	struct sg_app *kept = sg_arena_calloc(arena, 1, sizeof(*kept));
	struct sg_app_source *sources =
		sg_arena_calloc(arena, app->source_count + 1, sizeof(*sources));

	for (size_t i = 0; i < app->source_count; i++)
		sources[i] = (struct sg_app_source){
			.repo_url = sg_arena_strdup(arena, app->sources[i].repo_url),
			.target_revision = sg_arena_strdup(arena, app->sources[i].target_revision),
			.path = sg_arena_strdup(arena, app->sources[i].path),
			.chart = sg_arena_strdup(arena, app->sources[i].chart),
		};
	*kept = (struct sg_app){
		.namespace = sg_arena_strdup(arena, app->namespace),
		.name = sg_arena_strdup(arena, app->name),
		.deleting = app->deleting,
		.skip_reconcile = app->skip_reconcile,
		.project = sg_arena_strdup(arena, app->project),
		.sources = sources,
		.source_count = app->source_count,
		.destination = {.name = sg_arena_strdup(arena, app->destination.name),
			.server = sg_arena_strdup(arena, app->destination.server),
			.namespace = sg_arena_strdup(arena, app->destination.namespace)},
		.automated = app->automated,
		.prune = app->prune,
		.self_heal = app->self_heal,
	};
	return kept;
}

static int read_app(struct apps *a, const struct sg_cluster_app *name, struct sg_doctor_app *row,
	struct sg_err *why)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_app app;

	if (sg_cluster_get_application(
		    &a->c->reached.client, name, sg_survey_until_ms(a->c->survey), &doc, why) < 0 ||
		sg_application_decode(doc, &scratch, &app, why) < 0)
		return -1;
	row->app = keep(a->arena, &app);
	row->seen.state = SG_DOCTOR_KNOWN;
	return 0;
}

static int read_project(struct apps *a, struct project *project, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	project->facts = sg_arena_calloc(a->arena, 1, sizeof(*project->facts));
	if (sg_cluster_get_project(&a->c->reached.client, project->namespace, project->name,
		    sg_survey_until_ms(a->c->survey), &doc, &why) < 0 ||
		sg_application_project_decode(doc, a->arena, project->facts, &why) < 0)
		return sg_survey_failed(a->c->survey, &why, &project->seen, err);
	project->seen.state = SG_DOCTOR_KNOWN;
	return 0;
}

/* Projects lie where Argo CD itself is: the namespace of the environment (argocd.md 1.12). */
static int project_of(struct apps *a, struct sg_doctor_app *row, struct sg_err *err)
{
	const char *namespace = a->c->facts->env->cluster.namespace;
	struct project *found = NULL;

	for (size_t i = 0; i < a->project_count; i++)
		if (strcmp(a->projects[i].name, row->app->project) == 0)
			found = &a->projects[i];
	if (!found) {
		found = sg_arena_push(a->arena, &a->projects, &a->project_count, sizeof(*found));
		found->namespace = namespace;
		found->name = row->app->project;
		if (read_project(a, found, err) < 0)
			return -1;
	}
	row->project_seen = found->seen;
	row->project = found->facts;
	return 0;
}

static bool has_place_in(
	const struct sg_place *places, size_t count, struct sg_arena *arena, const char *folder)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(sg_repo_folder_of(arena, places[i].file), folder) == 0)
			return true;
	return false;
}

struct folders {
	const char **items;
	size_t count;
};

struct found {
	struct sg_place *items;
	size_t count;
};

/* Where the image stands in ENV, at its branch's tip. Nowhere, when that cannot be told: -1 is for
 * a signal. */
static int find_places(struct apps *a, const struct sg_service *entry, const char *service,
	const struct sg_environment *env, struct found *ret, struct sg_err *err)
{
	struct sg_survey *survey = a->c->survey;
	const struct sg_places_ask ask = {&survey->loaded.policy, entry, service, env};
	struct sg_err why = SG_ERR_INIT;
	struct sg_tree_source *source;
	struct sg_trouble ignored;

	*ret = (struct found){0};
	if (sg_load_branch(survey->world, &survey->loaded, env->branch, &source, &why) == 0 &&
		sg_places_find(survey->world, &ask, source, &ret->items, &ret->count, &why) == 0)
		return 0;
	*ret = (struct found){0};
	return sg_world_trouble(survey->world, &why, &ignored, err);
}

/* The folders of OTHER's kustomizations, unless this environment has a place there, too. */
static int add_foreign(struct apps *a, const struct sg_service *entry, const char *service,
	const struct sg_environment *other, const struct found *mine, struct folders *folders,
	struct sg_err *err)
{
	struct found theirs;

	if (find_places(a, entry, service, other, &theirs, err) < 0)
		return -1;
	for (size_t i = 0; i < theirs.count; i++) {
		const char *folder = sg_repo_folder_of(a->arena, theirs.items[i].file);

		if (theirs.items[i].image &&
			!has_place_in(mine->items, mine->count, a->arena, folder))
			*(const char **)sg_arena_push(a->arena, &folders->items, &folders->count,
				sizeof(folder)) = folder;
	}
	return 0;
}

/* Without a place of this environment nothing tells which folders are its own. */
static int find_folders(struct apps *a, struct sg_doctor_app *row, struct sg_err *err)
{
	const struct sg_policy *policy = &a->c->survey->loaded.policy;
	const struct sg_service *entry = sg_policy_service(policy, row->service);
	struct folders folders = {0};
	struct sg_err ignored = SG_ERR_INIT;
	struct found mine;

	if (!entry || sg_template_expand(a->arena, entry->path, row->service, a->c->facts->env,
			      &row->path, &ignored) < 0)
		return 0;
	if (find_places(a, entry, row->service, a->c->facts->env, &mine, err) < 0)
		return -1;
	for (size_t i = 0; mine.count && i < policy->environment_count; i++)
		if (&policy->environments[i] != a->c->facts->env &&
			add_foreign(a, entry, row->service, &policy->environments[i], &mine,
				&folders, err) < 0)
			return -1;
	row->foreign = folders.items;
	row->foreign_count = folders.count;
	return 0;
}

static int look_at(struct apps *a, const struct sg_cluster_app *name, struct sg_doctor_app *row,
	struct sg_err *err)
{
	struct sg_survey *survey = a->c->survey;
	struct sg_err why = SG_ERR_INIT;

	row->name = sg_arena_printf(a->arena, "%s/%s", name->namespace, name->name);
	if (a->down.why) {
		row->seen = a->down;
		return 0;
	}
	if (read_app(a, name, row, &why) == 0) {
		if (find_folders(a, row, err) < 0)
			return -1;
		return project_of(a, row, err);
	}
	if (sg_survey_is_silence(why.reason))
		a->down.why = "the cluster stopped answering";
	return sg_survey_failed(survey, &why, &row->seen, err);
}

static struct sg_doctor_app *add_row(struct apps *a, const char *service)
{
	struct sg_doctor_app *row = sg_arena_push(a->arena, &a->rows, &a->count, sizeof(*row));

	row->service = row->name = service;
	return row;
}

static int look_at_service(struct apps *a, const char *service, struct sg_err *err)
{
	struct sg_survey *survey = a->c->survey;
	struct sg_cluster_app *apps;
	struct sg_err why = SG_ERR_INIT;
	size_t count = 0;

	if (a->down.why && sg_environment_selects(a->c->facts->env)) {
		add_row(a, service)->seen = a->down;
		return 0;
	}
	if (sg_applications_of(survey->world, &survey->loaded.policy, a->c->facts->env, service,
		    &a->c->reached.client, &apps, &count, &why) < 0)
		return sg_survey_failed(survey, &why, &add_row(a, service)->seen, err);
	for (size_t i = 0; i < count; i++)
		if (look_at(a, &apps[i], add_row(a, service), err) < 0)
			return -1;
	return 0;
}

int sg_survey_apps(struct sg_survey_cluster *c, struct sg_err *err)
{
	struct apps a = {.c = c, .arena = c->survey->world->arena};
	const char *const *names;
	size_t count;

	if (!sg_environment_has_applications(c->facts->env)) {
		c->facts->no_apps_why = "the environment names no `application:`";
		return 0;
	}
	if (sg_survey_services(
		    c->survey, c->facts->env, &names, &count, &c->facts->no_apps_why, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (look_at_service(&a, names[i], err) < 0)
			return -1;
	c->facts->apps = a.rows;
	c->facts->app_count = a.count;
	return 0;
}
