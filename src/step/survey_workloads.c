/* The cluster that the applications of an environment deploy to, where it is named. */
#include <string.h>

#include "base/attr.h"
#include "cluster/survey.h"
#include "step/survey_app.h"
#include "step/workloads.h"

#define NAMESPACES_MAX 20

struct there {
	struct sg_survey_cluster *c;
	struct sg_doctor_workloads *facts;
	const char *namespaces[NAMESPACES_MAX];
	const char **missing;
};

static int ask_version(struct there *t, struct sg_err *err)
{
	struct sg_survey *survey = t->c->survey;
	struct sg_doctor_server *server = &t->facts->server;
	struct sg_err why = SG_ERR_INIT;

	if (sg_cluster_version(&t->c->reached.beyond, sg_survey_until_ms(survey),
		    survey->world->arena, &server->version, &why) < 0)
		return sg_survey_failed(survey, &why, &server->reached, err);
	server->reached.state = SG_DOCTOR_KNOWN;
	return 0;
}

static void add_namespace(struct there *t, const char *namespace)
{
	for (size_t i = 0; i < NAMESPACES_MAX; i++) {
		if (!t->namespaces[i]) {
			t->namespaces[i] = namespace;
			t->facts->namespace_count = i + 1;
			return;
		}
		if (strcmp(t->namespaces[i], namespace) == 0)
			return;
	}
}

/* What is deployed beside Argo CD is read there. */
static void find_namespaces(struct there *t)
{
	for (size_t i = 0; i < t->c->facts->app_count; i++) {
		const struct sg_app *app = t->c->facts->apps[i].app;

		if (app && app->destination.namespace[0] && !sg_app_is_beside(&app->destination))
			add_namespace(t, app->destination.namespace);
	}
}

static int ask(struct there *t, const struct sg_cluster_right *right, const char *namespace,
	struct sg_err *err)
{
	struct sg_survey *survey = t->c->survey;
	struct sg_err why = SG_ERR_INIT;
	bool allowed;

	if (sg_cluster_may_do(&t->c->reached.beyond, right, namespace, sg_survey_until_ms(survey),
		    &allowed, &why) < 0)
		return sg_survey_failed(survey, &why, &t->facts->rights, err);
	if (!allowed)
		*(const char **)sg_arena_push(survey->world->arena, &t->missing,
			&t->facts->missing_count, sizeof(*t->missing)) =
			sg_arena_printf(survey->world->arena, "%s %s%s%s in %s", right->verb,
				right->resource, right->subresource ? "/" : "",
				right->subresource ? right->subresource : "", namespace);
	return 0;
}

static int ask_rights(struct there *t, struct sg_err *err)
{
	static const struct sg_cluster_right rights[] = {
		{"get", "apps", "deployments", NULL},
		{"list", "", "pods", NULL},
		{"patch", "argoproj.io", "rollouts", "status"},
	};
	const struct sg_rollout_rules *rollout = &t->c->facts->env->rollout;
	bool acts = rollout->pause == SG_PAUSE_RESUME || rollout->on_failure == SG_FAILURE_ABORT;
	size_t count = acts ? SG_COUNT(rights) : SG_COUNT(rights) - 1;

	for (size_t i = 0; i < t->facts->namespace_count; i++)
		for (size_t k = 0; k < count; k++) {
			if (ask(t, &rights[k], t->namespaces[i], err) < 0)
				return -1;
			if (t->facts->rights.state == SG_DOCTOR_FAILED)
				return 0;
		}
	if (t->facts->namespace_count)
		t->facts->rights.state = SG_DOCTOR_KNOWN;
	else
		t->facts->rights = (struct sg_doctor_seen){.state = SG_DOCTOR_UNASKED,
			.why = "no application that can be read deploys to another cluster"};
	return 0;
}

int sg_survey_workloads(struct sg_survey_cluster *cluster, struct sg_err *err)
{
	struct sg_arena *arena = cluster->survey->world->arena;
	const struct sg_cluster_access *access = &cluster->reached.beyond_access;
	struct there t = {.c = cluster, .facts = &cluster->facts->workloads};

	if (!cluster->reached.client.beyond)
		return 0;
	t.facts->source = sg_arena_strdup(arena, access->source);
	t.facts->server.url = sg_arena_strdup(arena, access->server);
	if (ask_version(&t, err) < 0)
		return -1;
	if (t.facts->server.reached.state != SG_DOCTOR_KNOWN)
		return 0;
	find_namespaces(&t);
	if (ask_rights(&t, err) < 0)
		return -1;
	t.facts->missing = t.missing;
	return 0;
}
