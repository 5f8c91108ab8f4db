#include "step/look_children.h"

#include <string.h>

#include "cluster/application.h"

static int64_t now_of(const struct sg_look_children *children)
{
	return sg_loop_now_ms(sg_world_loop(children->world));
}

struct sg_look_child *sg_look_child_find(
	const struct sg_look_children *children, const struct sg_cluster_app *app)
{
	for (size_t i = 0; i < children->count; i++)
		if (strcmp(children->items[i].name.name, app->name) == 0 &&
			strcmp(children->items[i].name.namespace, app->namespace) == 0)
			return &children->items[i];
	return NULL;
}

static int keep(struct sg_look_children *children, struct sg_look_child *child,
	const struct sg_json *doc, struct sg_err *err)
{
	struct sg_arena *arena = children->world->arena;
	struct sg_app *app = sg_arena_alloc(arena, sizeof(*app));

	if (sg_application_decode(doc, arena, app, err) < 0)
		return sg_wrap(err, "application %s", child->name.name);
	child->app = app;
	child->version = sg_arena_strdup(arena, sg_cluster_version_of(doc));
	return 0;
}

/* What cannot be read is no error here: the table says so. Only a signal is one. */
static int read_child(
	struct sg_look_children *children, struct sg_look_child *child, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	child->app = NULL;
	if (sg_cluster_get_application(
		    children->client, &child->name, children->until_ms, &doc, &why) == 0 &&
		keep(children, child, doc, &why) == 0)
		return 0;
	if (why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	sg_debug(children->world->log, "child %s: %s", child->name.name, why.cause);
	return 0;
}

const struct sg_app *sg_look_child(
	struct sg_look_children *children, const char *namespace, const char *name)
{
	struct sg_arena *arena = children->world->arena;
	const struct sg_cluster_app wanted = {namespace, name};
	struct sg_look_child *child = sg_look_child_find(children, &wanted);

	if (child)
		return child->app;
	child = sg_arena_push(arena, &children->items, &children->count, sizeof(*child));
	*child = (struct sg_look_child){
		.name = {sg_arena_strdup(arena, namespace), sg_arena_strdup(arena, name)}};
	if (children->stop.reason == SG_R_OK)
		(void)read_child(children, child, &children->stop);
	return child->app;
}

static void feed(struct sg_look_children *children, const struct sg_look_child *child,
	struct sg_app_fold *fold)
{
	sg_app_fold_feed_other(
		fold, child->name.namespace, child->name.name, child->app, now_of(children));
}

int sg_look_child_take(struct sg_look_children *children, struct sg_look_child *child,
	const struct sg_json *doc, struct sg_app_fold *fold, struct sg_err *err)
{
	if (keep(children, child, doc, err) < 0)
		return -1;
	feed(children, child, fold);
	return 0;
}

int sg_look_children_again(
	struct sg_look_children *children, struct sg_app_fold *fold, struct sg_err *err)
{
	for (size_t i = 0; i < children->count; i++) {
		if (!children->items[i].app)
			continue;
		if (read_child(children, &children->items[i], err) < 0)
			return -1;
		feed(children, &children->items[i], fold);
	}
	return 0;
}
