/* A run on the GitLab of gitlab_world.h, with a service "*" whose source is another project there.
 */
#ifndef TESTS_SOURCE_WORLD_H
#define TESTS_SOURCE_WORLD_H

#include "gitlab_world.h"
#include "step/load.h"
#include "step/world.h"

#define ROOT "https://git.example.com:8443/gitlab"
#define SOURCE API "/projects/shop%2Fcatalog"
#define COMMIT(name) SOURCE "/repository/commits/" name
#define BASE(a, b) SOURCE "/repository/merge_base?refs%5B%5D=" a "&refs%5B%5D=" b
#define ID(oid) "{\"id\":\"" oid "\"}"

struct source_world {
	struct gitlab_world *g;
	struct sg_settings settings;
	struct sg_world world; /* 60 s are left */
	struct sg_loaded loaded;
	struct sg_service service;
	const char *pipeline; /* CI_PIPELINE_URL, the only variable there may be; NULL: none */
	struct sg_env env;
};

void source_world_begin(struct source_world *w);
void source_world_end(struct source_world *w);

/* The answer to a GET. */
void source_world_reply(struct source_world *w, const char *url, int status, const char *body);

#endif
