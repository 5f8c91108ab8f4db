#include "source_world.h"

#include <string.h>

static const char *variable(const struct sg_env *env, const char *name)
{
	const struct source_world *w =
		(const struct source_world *)((const char *)env -
					      offsetof(struct source_world, env));

	return strcmp(name, "CI_PIPELINE_URL") == 0 ? w->pipeline : NULL;
}

void source_world_begin(struct source_world *w)
{
	void *g;

	(void)gitlab_world_setup(&g);
	w->g = g;
	w->env.get = variable;
	w->service = (struct sg_service){.name = "*", .source = "shop/{service}"};
	w->world = (struct sg_world){.settings = &w->settings,
		.env = &w->env,
		.arena = &w->g->arena,
		.http = script_http(w->g->script),
		.deadline_ms = script_now_ms(w->g->script) + 60000,
		.random = 7};
	w->loaded = (struct sg_loaded){.arena = &w->g->arena,
		.remote = {.gitlab = ROOT,
			.project = "gitops/apps",
			.cred = &w->g->cred,
			.token = w->g->token},
		.policy = {.services = &w->service, .service_count = 1}};
}

void source_world_end(struct source_world *w)
{
	void *g = w->g;

	(void)gitlab_world_teardown(&g);
}

void source_world_reply(struct source_world *w, const char *url, int status, const char *body)
{
	script_reply(w->g->script, "GET", url, status, body);
}
