#include "workloads_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct sg_app_resource workloads_world_resource(
	const char *group, const char *kind, const char *name)
{
	return (struct sg_app_resource){.group = group,
		.kind = kind,
		.namespace = "shop",
		.name = name,
		.health_message = "",
		.sync = SG_SYNC_SYNCED};
}

void workloads_world_begin(struct workloads_world *b, struct cluster_world *w,
	enum sg_app_kind kind, enum sg_app_row row)
{
	*b = (struct workloads_world){.w = w, .settings = {.poll_ms = 20000}};
	b->world = (struct sg_world){
		.settings = &b->settings,
		.arena = &w->arena,
		.redactor = w->redactor,
		.http = script_http(w->script),
		.deadline_ms = script_now_ms(w->script) + 1200000,
	};
	b->resources[0] = workloads_world_resource("", "Service", "web");
	b->resources[1] = workloads_world_resource("apps", "Deployment", "web");
	b->app = (struct sg_app){.namespace = "argocd",
		.name = "web-prod",
		.destination = {"", "https://kubernetes.default.svc", "shop"},
		.revision.one = "1111111111111111111111111111111111111111",
		.resources = b->resources,
		.resource_count = 2};
	b->verdict = (struct sg_app_verdict){.kind = kind, .row = row};
	b->workloads = sg_workloads_new(&b->world, &w->client, false);
}

void workloads_world_end(struct workloads_world *b)
{
	sg_workloads_free(b->workloads);
	cluster_world_done(b->w);
}

int workloads_world_look_at(struct workloads_world *b, bool *ret_read)
{
	int64_t due_ms;

	for (;;) {
		if (sg_workloads_look(b->workloads, &b->app, &b->verdict, ret_read, &b->err) < 0)
			return -1;
		if (!sg_workloads_reading(b->workloads, &due_ms))
			return 0;
		if (sg_loop_wait(b->world.http->loop, due_ms, &b->err) < 0)
			return -1;
	}
}

bool workloads_world_look(struct workloads_world *b)
{
	bool read = false;

	if (workloads_world_look_at(b, &read) < 0)
		fail_msg("%s", b->err.cause);
	return read;
}

const struct sg_app_workloads *workloads_world_facts(const struct workloads_world *b)
{
	return sg_workloads_facts(b->workloads, &b->app);
}
