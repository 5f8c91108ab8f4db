/* The cluster of each environment. */
#include <string.h>

#include "cluster/survey.h"
#include "io/http_proxy.h"
#include "step/survey_app.h"

static int ask_version(struct sg_survey_cluster *c, struct sg_err *err)
{
	struct sg_world *world = c->survey->world;
	struct sg_loop *loop = sg_world_loop(world);
	struct sg_doctor_server *server = &c->facts->server;
	struct sg_err why = SG_ERR_INIT;

	if (sg_cluster_version(&c->reached.client, sg_survey_until_ms(c->survey), world->arena,
		    &server->version, &why) < 0)
		return sg_survey_failed(c->survey, &why, &server->reached, err);
	server->reached.state = SG_DOCTOR_KNOWN;
	server->date_unix_s = c->reached.client.server_unix_s;
	server->local_unix_s = loop->clock->unix_s(loop->clock);
	return 0;
}

static int ask_rights(struct sg_survey_cluster *c, struct sg_err *err)
{
	struct sg_doctor_rights *rights = &c->facts->rights;
	const struct {
		const char *verb;
		enum sg_answer *answer;
	} questions[] = {
		{"get", &rights->get},
		{"list", &rights->list},
		{"watch", &rights->watch},
		{"patch", &rights->patch},
	};

	for (size_t i = 0; i < SG_COUNT(questions); i++) {
		struct sg_err why = SG_ERR_INIT;
		bool allowed;

		*questions[i].answer = SG_ANSWER_UNKNOWN;
		if (sg_cluster_may(&c->reached.client, c->facts->namespace, questions[i].verb,
			    sg_survey_until_ms(c->survey), &allowed, &why) < 0)
			return sg_survey_failed(c->survey, &why, &rights->seen, err);
		*questions[i].answer = allowed ? SG_ANSWER_YES : SG_ANSWER_NO;
	}
	rights->seen.state = SG_DOCTOR_KNOWN;
	return 0;
}

/* A server that was silent for an environment before is not waited for again. */
static bool was_silent(
	const struct sg_doctor_cluster *rows, size_t count, struct sg_doctor_cluster *row)
{
	for (size_t i = 0; i < count; i++) {
		const struct sg_doctor_seen *reached = &rows[i].server.reached;

		if (reached->state == SG_DOCTOR_FAILED && sg_survey_is_silence(reached->reason) &&
			strcmp(rows[i].server.url, row->server.url) == 0) {
			row->server.reached = *reached;
			return true;
		}
	}
	return false;
}

static void keep_access(struct sg_survey_cluster *c)
{
	struct sg_world *world = c->survey->world;
	const struct sg_cluster_access *access = &c->reached.access;
	struct sg_doctor_cluster *row = c->facts;

	row->access.state = SG_DOCTOR_KNOWN;
	row->source = sg_arena_strdup(world->arena, access->source);
	row->insecure = access->tls.insecure;
	row->server.url = sg_arena_strdup(world->arena, access->server);
	row->server.proxy =
		sg_http_proxy_of(world->arena, world->env, access->server, access->proxy);
}

static bool people_approve(const struct sg_environment *env)
{
	for (size_t i = 0; i < env->gate_count; i++)
		if (env->gates[i].type == SG_GATE_APPROVAL)
			return true;
	return false;
}

static int look(struct sg_survey_cluster *c, const struct sg_doctor_cluster *rows, size_t before,
	struct sg_err *err)
{
	enum sg_follow follow = sg_environment_follows(c->facts->env);
	struct sg_err why = SG_ERR_INIT;

	if (sg_reach(c->survey->world, c->facts->env, &c->reached, &why) < 0 ||
		sg_reach_workloads(c->survey->world, c->facts->env, &c->reached, &why) < 0)
		return sg_survey_failed(c->survey, &why, &c->facts->access, err);
	keep_access(c);
	sg_console_phase(c->survey->world->console, SG_CONSOLE_READ, "Asking %s about %s",
		c->facts->server.url, c->facts->env->name);
	if (was_silent(rows, before, c->facts))
		return 0;
	if (ask_version(c, err) < 0)
		return -1;
	if (c->facts->server.reached.state != SG_DOCTOR_KNOWN)
		return 0;
	if (sg_follow_is_flux(follow))
		return sg_survey_flux(c, err);
	if (follow == SG_FOLLOW_WORKLOAD)
		return sg_survey_plain(c, err);
	if (ask_rights(c, err) < 0 || sg_survey_apps(c, err) < 0)
		return -1;
	return sg_survey_workloads(c, err);
}

/* Where the applications are: their template may say so for all of them. */
static const char *namespace_of(struct sg_arena *arena, const struct sg_environment *env)
{
	struct sg_str rest = sg_str_of(env->application), part;

	if (sg_str_find(rest, '/') < 0 || !sg_str_cut(&rest, '/', &part) ||
		sg_str_find(part, '{') >= 0)
		return env->cluster.namespace;
	return sg_arena_dup(arena, part);
}

int sg_survey_clusters(struct sg_survey *survey, struct sg_err *err)
{
	const struct sg_policy *policy = &survey->loaded.policy;
	struct sg_doctor_cluster *rows =
		sg_arena_calloc(survey->world->arena, policy->environment_count + 1, sizeof(*rows));

	for (size_t i = 0; survey->has_policy && i < policy->environment_count; i++) {
		struct sg_survey_cluster c = {.survey = survey, .facts = &rows[i]};
		int rc;

		rows[i].env = &policy->environments[i];
		rows[i].namespace = namespace_of(survey->world->arena, rows[i].env);
		rows[i].people_approve = people_approve(rows[i].env);
		rc = look(&c, rows, i, err);
		sg_reached_release(&c.reached);
		if (rc < 0)
			return -1;
		survey->facts.cluster_count++;
	}
	survey->facts.clusters = rows;
	return 0;
}
