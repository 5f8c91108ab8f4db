/* Projects and application sets: read when a follower asks for one, and again while it does. */
#include "cluster/application.h"
#include "cluster/read.h"
#include "step/follower.h"

#include <string.h>

#define PROJECT_MS 60000
#define SET_MS 10000

enum kind { PROJECT, SET };

struct sg_herd_side {
	enum kind kind;
	const char *namespace;
	const char *name;
	const char *path; /* NULL: there can be no such object */
	struct sg_arena facts;
	const void *value; /* a project or a set; NULL: not read yet, or it cannot be */
	struct sg_cluster_read *read;
	int64_t again_ms; /* when it is read next, if somebody has asked since */
	bool asked;
	struct sg_herd_list askers;
};

void sg_herd_release_sides(struct sg_herd *herd)
{
	for (size_t i = 0; i < herd->side_count; i++) {
		sg_cluster_read_free(herd->sides[i]->read);
		sg_arena_release(&herd->sides[i]->facts);
	}
}

static int64_t now_of(const struct sg_herd *herd)
{
	return sg_loop_now_ms(herd->client->http->loop);
}

static const char *path_of(
	struct sg_herd *herd, enum kind kind, const char *namespace, const char *name)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct sg_err why = SG_ERR_INIT;
	int n;

	sg_buf_init(&path, 2048);
	n = kind == PROJECT ? sg_cluster_path_project(namespace, name, &path, &why)
			    : sg_cluster_path_set(namespace, name, &path, &why);
	if (n == 0)
		return sg_arena_dup(&herd->arena, sg_buf_str(&path));
	sg_herd_note(herd, name, &why);
	return NULL;
}

static struct sg_herd_side *side_of(
	struct sg_herd *herd, enum kind kind, const char *namespace, const char *name)
{
	struct sg_arena *arena = &herd->arena;
	struct sg_herd_side *side;

	for (size_t i = 0; i < herd->side_count; i++) {
		side = herd->sides[i];
		if (side->kind == kind && strcmp(side->namespace, namespace) == 0 &&
			strcmp(side->name, name) == 0)
			return side;
	}
	side = sg_arena_alloc(arena, sizeof(*side));
	side->kind = kind;
	side->namespace = sg_arena_strdup(arena, namespace);
	side->name = sg_arena_strdup(arena, name);
	side->path = path_of(herd, kind, namespace, name);
	*(struct sg_herd_side **)sg_arena_push(
		arena, &herd->sides, &herd->side_count, sizeof(struct sg_herd_side *)) = side;
	return side;
}

static const void *ask(struct sg_herd *herd, enum kind kind, const char *namespace,
	const char *name, struct sg_follower *follower)
{
	struct sg_herd_side *side = side_of(herd, kind, namespace, name);

	side->asked = true;
	if (follower->sides[kind] != side) { /* one of each kind, mostly */
		follower->sides[kind] = side;
		(void)sg_herd_list_add(&herd->arena, &side->askers, follower);
	}
	return side->value;
}

const struct sg_app_project *sg_herd_project(
	struct sg_herd *herd, const char *namespace, const char *name, struct sg_follower *follower)
{
	return ask(herd, PROJECT, namespace, name, follower);
}

const struct sg_app_set *sg_herd_set(
	struct sg_herd *herd, const char *namespace, const char *name, struct sg_follower *follower)
{
	return ask(herd, SET, namespace, name, follower);
}

static const void *decode(const struct sg_herd_side *side, const struct sg_json *doc,
	struct sg_arena *facts, struct sg_err *err)
{
	if (side->kind == PROJECT) {
		struct sg_app_project *project = sg_arena_alloc(facts, sizeof(*project));

		return sg_application_project_decode(doc, facts, project, err) < 0 ? NULL : project;
	} else {
		struct sg_app_set *set = sg_arena_alloc(facts, sizeof(*set));

		return sg_application_set_decode(doc, facts, set, err) < 0 ? NULL : set;
	}
}

/* The answer, or why there is none; DOC may be NULL then. */
static void settle(struct sg_herd *herd, struct sg_herd_side *side, const struct sg_json *doc,
	struct sg_err *why)
{
	struct sg_arena old = side->facts;

	side->facts = (struct sg_arena){0};
	side->value = doc ? decode(side, doc, &side->facts, why) : NULL;
	if (!side->value)
		sg_herd_note(herd, side->name, why);
	sg_cluster_read_free(side->read);
	side->read = NULL;
	side->again_ms = now_of(herd) + (side->kind == PROJECT ? PROJECT_MS : SET_MS);
	side->asked = false;
	for (size_t i = 0; i < side->askers.count; i++) {
		sg_follower_take_side(side->askers.items[i]);
		sg_herd_stir(herd, side->askers.items[i]);
	}
	sg_arena_release(&old);
}

static int step_side(struct sg_herd *herd, struct sg_herd_side *side, struct sg_err *err)
{
	struct sg_json *doc = NULL;
	struct sg_fault fault;
	struct sg_err why = SG_ERR_INIT;
	int n;

	if (!side->read)
		side->read = sg_cluster_read_new(herd->client, side->path,
			side->kind == PROJECT ? "read the project" : "read the application set",
			SG_NEVER);
	n = sg_cluster_read_step(side->read, &doc, &fault, &why);
	if (n == 0)
		return 0;
	if (n < 0 && why.reason == SG_R_CANCELLED) {
		*err = why;
		return -1;
	}
	if (n > 0 && !doc)
		(void)sg_fail(&why, SG_R_REMOTE_FAILED, "%s answers %d: %s",
			herd->client->access->server, fault.status, fault.message);
	settle(herd, side, doc, &why);
	sg_json_free(doc);
	return 0;
}

static bool is_due(const struct sg_herd *herd, const struct sg_herd_side *side)
{
	return side->read || (side->path && side->asked && now_of(herd) >= side->again_ms);
}

int sg_herd_step_sides(struct sg_herd *herd, struct sg_err *err)
{
	for (size_t i = 0; i < herd->side_count; i++)
		if (is_due(herd, herd->sides[i]) && step_side(herd, herd->sides[i], err) < 0)
			return -1;
	return 0;
}

int64_t sg_herd_sides_due_ms(const struct sg_herd *herd)
{
	int64_t due_ms = SG_NEVER;

	for (size_t i = 0; i < herd->side_count; i++) {
		const struct sg_herd_side *side = herd->sides[i];
		int64_t at_ms = SG_NEVER;

		if (side->read)
			at_ms = sg_cluster_read_due_ms(side->read);
		else if (side->path && side->asked)
			at_ms = side->again_ms;
		if (at_ms < due_ms)
			due_ms = at_ms;
	}
	return due_ms;
}
