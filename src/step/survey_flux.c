/* What an environment follows, where that is Flux. */
#include <string.h>

#include "cluster/survey.h"
#include "step/flux_sight.h"
#include "step/survey_app.h"

struct flux {
	struct sg_survey_cluster *c;
	struct sg_arena *arena;
	struct sg_doctor_seen down; /* why the server is not asked any more */
	struct sg_doctor_flux *rows;
	size_t count;
};

static const char *left_alone(const struct sg_flux_object *object, struct sg_arena *arena)
{
	if (object->suspended || object->deleting)
		return sg_arena_printf(arena, "%s is %s", sg_flux_label(object, arena),
			object->deleting ? "being deleted" : "suspended");
	return NULL;
}

/* Only about the spec as it is: what was said of an older one is over. */
static const char *not_ready(const struct sg_flux_object *object, struct sg_arena *arena)
{
	const struct sg_flux_condition *ready = sg_flux_condition(object, "Ready");

	if (!ready || strcmp(ready->status, "False") != 0 || !sg_flux_is_current(object, ready))
		return NULL;
	return sg_arena_printf(arena, "%s: %s: %.200s", sg_flux_label(object, arena), ready->reason,
		ready->message);
}

static const char *why_no_source(const struct sg_flux_sight *sight,
	const struct sg_flux_kustomization *kustomization, struct sg_arena *arena)
{
	if (sight->unreadable.reason != SG_R_OK)
		return sg_arena_strdup(arena, sight->unreadable.cause);
	if (!sight->source.name[0])
		return sg_arena_printf(arena, "reads from %s %s/%s", kustomization->source_kind,
			kustomization->source_namespace, kustomization->source_name);
	return sg_arena_printf(arena, "there is no GitRepository %s/%s", sight->source.namespace,
		sight->source.name);
}

/* What the judgement needs; the rest, which may be large, is let go. */
static void keep(struct flux *f, const struct sg_flux_sight *sight, struct sg_doctor_flux *row)
{
	const struct sg_flux_look *look = &sight->look;
	const struct sg_flux_object *objects[] = {
		look->repository ? &look->repository->object : NULL, &look->kustomization->object,
		look->release ? &look->release->object : NULL};

	row->seen.state = SG_DOCTOR_KNOWN;
	for (size_t i = 0; i < SG_COUNT(objects); i++) {
		if (!objects[i])
			continue;
		row->left_alone =
			row->left_alone ? row->left_alone : left_alone(objects[i], f->arena);
		row->not_ready = row->not_ready ? row->not_ready : not_ready(objects[i], f->arena);
	}
	if (!look->repository) {
		row->source_why = why_no_source(sight, look->kustomization, f->arena);
		return;
	}
	row->source_url = sg_arena_strdup(f->arena, look->repository->url);
	row->tracked = sg_flux_tracked(look->repository, f->arena);
}

/* What went away while it was read is not there. */
static int is_whole(const struct sg_flux_sight *sight, struct sg_err *err)
{
	if (sight->look.kustomization &&
		(sight->named.kind != SG_FLUX_RELEASE || sight->look.release))
		return 0;
	return sg_fail(err, SG_R_APPLICATION_NOT_FOUND, "there is no %s \"%s\" any more",
		sg_flux_kind_name(sight->named.kind), sight->named.name);
}

static int look_at(struct flux *f, const struct sg_cluster_app *name, struct sg_doctor_flux *row,
	struct sg_err *err)
{
	enum sg_follow follow = sg_environment_follows(f->c->facts->env);
	struct sg_flux_sight sight;
	struct sg_err why = SG_ERR_INIT;
	int rc;

	row->name = sg_arena_printf(f->arena, "%s/%s", name->namespace, name->name);
	if (f->down.why) {
		row->seen = f->down;
		return 0;
	}
	sg_flux_sight_begin(&sight, &f->c->reached.client,
		follow == SG_FOLLOW_RELEASE ? SG_FLUX_RELEASE : SG_FLUX_KUSTOMIZATION, name);
	rc = sg_flux_sight_read(&sight, sg_survey_until_ms(f->c->survey), &why);
	if (rc == 0)
		rc = is_whole(&sight, &why);
	if (rc == 0)
		keep(f, &sight, row);
	if (rc < 0 && sg_survey_is_silence(why.reason))
		f->down.why = "the cluster stopped answering";
	if (rc < 0)
		rc = sg_survey_failed(f->c->survey, &why, &row->seen, err);
	sg_flux_sight_release(&sight);
	return rc;
}

static int look_at_service(
	struct flux *f, const char *service, struct sg_cluster_app *ret_name, struct sg_err *err)
{
	struct sg_survey *survey = f->c->survey;
	struct sg_doctor_flux *row = sg_arena_push(f->arena, &f->rows, &f->count, sizeof(*row));
	struct sg_err why = SG_ERR_INIT;

	row->name = service;
	if (sg_target_of(survey->world, &survey->loaded.policy, f->c->facts->env, service, ret_name,
		    &why) < 0)
		return sg_survey_failed(survey, &why, &row->seen, err);
	return look_at(f, ret_name, row, err);
}

/* Both are asked to reconcile, one after the other. */
static int ask_patch(struct sg_survey_cluster *c, const char *namespace, struct sg_err *err)
{
	static const struct sg_cluster_right rights[] = {
		{"patch", "kustomize.toolkit.fluxcd.io", "kustomizations", NULL},
		{"patch", "source.toolkit.fluxcd.io", "gitrepositories", NULL}};
	struct sg_doctor_cluster *facts = c->facts;

	facts->flux_namespace = namespace;
	facts->flux_patch = true;
	for (size_t i = 0; i < SG_COUNT(rights); i++) {
		struct sg_err why = SG_ERR_INIT;
		bool allowed;

		if (sg_cluster_may_do(&c->reached.client, &rights[i], namespace,
			    sg_survey_until_ms(c->survey), &allowed, &why) < 0)
			return sg_survey_failed(c->survey, &why, &facts->flux_patch_seen, err);
		facts->flux_patch = facts->flux_patch && allowed;
	}
	facts->flux_patch_seen.state = SG_DOCTOR_KNOWN;
	return 0;
}

int sg_survey_flux(struct sg_survey_cluster *c, struct sg_err *err)
{
	struct flux f = {.c = c, .arena = c->survey->world->arena};
	const char *const *names;
	const char *namespace = c->facts->env->cluster.namespace;
	size_t count;

	if (sg_survey_services(
		    c->survey, c->facts->env, &names, &count, &c->facts->no_apps_why, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct sg_cluster_app name = {namespace, ""};

		if (look_at_service(&f, names[i], &name, err) < 0)
			return -1;
		namespace = name.namespace;
	}
	c->facts->flux = f.rows;
	c->facts->flux_count = f.count;
	return count && !f.down.why ? ask_patch(c, namespace, err) : 0;
}
