#include "step/flux_sight.h"

#include <string.h>

#include "cluster/flux.h"
#include "model/repo_url.h"

/* An owner or a source that changes while it is read is read again so often. */
#define TURNS 3

void sg_flux_sight_begin(struct sg_flux_sight *sight, struct sg_cluster_client *client,
	enum sg_flux_kind kind, const struct sg_cluster_app *app)
{
	const struct sg_flux_name named = {kind, app->namespace, app->name};

	*sight = (struct sg_flux_sight){.client = client,
		.named = named,
		.kustomization = {SG_FLUX_KUSTOMIZATION, "", ""},
		.source = {SG_FLUX_REPOSITORY, "", ""},
		.unreadable = SG_ERR_INIT};
	if (kind == SG_FLUX_KUSTOMIZATION)
		sight->kustomization = named;
}

void sg_flux_sight_release(struct sg_flux_sight *sight)
{
	sg_arena_release(&sight->names);
	sg_arena_release(&sight->facts);
}

/* True when it was another one. */
static bool rename_to(struct sg_flux_sight *sight, struct sg_flux_name *name, const char *namespace,
	const char *text)
{
	if (strcmp(name->namespace, namespace) == 0 && strcmp(name->name, text) == 0)
		return false;
	name->namespace = sg_arena_strdup(&sight->names, namespace);
	name->name = sg_arena_strdup(&sight->names, text);
	return true;
}

/* True when it reads from another source than was known. */
static bool learn_source(
	struct sg_flux_sight *sight, const struct sg_flux_kustomization *kustomization)
{
	bool was_known = sight->source_known;
	bool is_git =
		strcmp(kustomization->source_kind, sg_flux_kind_name(SG_FLUX_REPOSITORY)) == 0;
	bool changed =
		rename_to(sight, &sight->source, is_git ? kustomization->source_namespace : "",
			is_git ? kustomization->source_name : "");

	sight->source_known = true;
	return changed || !was_known;
}

static int no_owner(const struct sg_flux_sight *sight, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CONFIG_INVALID,
		"the HelmRelease \"%s\" in namespace \"%s\" has no label that says which "
		"Kustomization brings it",
		sight->named.name, sight->named.namespace);
	return sg_hint(
		err, "only what a Kustomization brings from Git can be followed to a commit");
}

static int learn_owner(struct sg_flux_sight *sight, const struct sg_flux_release *release,
	bool *ret_changed, struct sg_err *err)
{
	if (!release->owner[0] || !release->owner_namespace[0])
		return no_owner(sight, err);
	*ret_changed =
		rename_to(sight, &sight->kustomization, release->owner_namespace, release->owner);
	return 0;
}

struct ask {
	const struct sg_flux_sight *sight;
	const struct sg_flux_name *name;
};

static int decode(enum sg_flux_kind kind, const struct sg_json *doc, struct sg_arena *arena,
	void **ret, struct sg_err *err)
{
	switch (kind) {
	case SG_FLUX_KUSTOMIZATION:
		*ret = sg_arena_alloc(arena, sizeof(struct sg_flux_kustomization));
		return sg_flux_kustomization_decode(doc, arena, *ret, err);
	case SG_FLUX_REPOSITORY:
		*ret = sg_arena_alloc(arena, sizeof(struct sg_flux_repository));
		return sg_flux_repository_decode(doc, arena, *ret, err);
	case SG_FLUX_RELEASE:
		*ret = sg_arena_alloc(arena, sizeof(struct sg_flux_release));
		return sg_flux_release_decode(doc, arena, *ret, err);
	case SG_FLUX_KIND_COUNT:
		break;
	}
	SG_BUG("kind of Flux");
}

static int find(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct ask *ask = arg;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	if (sg_cluster_get_flux(
		    ask->sight->client, ask->sight->pass, ask->name, deadline_ms, &doc, err) < 0)
		return -1;
	return doc ? decode(ask->name->kind, doc, arena, value, err) : 0;
}

/* *ret: the object as its facts; NULL when it is not there. */
static int get(struct sg_flux_sight *sight, const struct sg_flux_name *name, int64_t deadline_ms,
	void **ret, struct sg_err *err)
{
	struct ask ask = {sight, name};
	const struct sg_pass_step step = {.pass = sight->pass,
		.key = sg_arena_printf(
			&sight->facts, "%d %s/%s", (int)name->kind, name->namespace, name->name),
		.deadline_ms = deadline_ms,
		.find = find,
		.arg = &ask,
		.size = sizeof(*ret)};

	*ret = NULL;
	return sg_cluster_pass_once(&step, &sight->facts, ret, err);
}

static int read_kustomization(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	void *facts;
	int rc = get(sight, &sight->kustomization, deadline_ms, &facts, err);

	sight->look.kustomization = rc < 0 ? NULL : facts;
	return rc;
}

static int read_release(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	void *facts;
	int rc = get(sight, &sight->named, deadline_ms, &facts, err);

	sight->look.release = rc < 0 ? NULL : facts;
	return rc;
}

/* What may not be read is left out: what was applied speaks for itself. */
static int read_source(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;
	void *facts = NULL;

	sight->look.repository = NULL;
	sight->unreadable = why;
	if (!sight->source.name[0])
		return 0;
	if (get(sight, &sight->source, deadline_ms, &facts, &why) < 0) {
		if (why.reason == SG_R_FORBIDDEN || why.reason == SG_R_NOT_FOUND) {
			sight->unreadable = why;
			return 0;
		}
		*err = why;
		return -1;
	}
	sight->look.repository = facts;
	return 0;
}

static int missing(
	const struct sg_flux_sight *sight, const struct sg_flux_name *name, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_APPLICATION_NOT_FOUND,
		"there is no %s \"%s\" in namespace \"%s\" of %s", sg_flux_kind_name(name->kind),
		name->name, name->namespace, sight->client->access->server);
	return sg_hint(err, "see `flux get all -A`; the configuration says which namespace and "
			    "name are looked for");
}

/* Who brings it and from where, when that is not known yet. */
static int find_names(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	bool ignored;

	if (!sight->kustomization.name[0]) {
		if (read_release(sight, deadline_ms, err) < 0)
			return -1;
		if (!sight->look.release)
			return missing(sight, &sight->named, err);
		if (learn_owner(sight, sight->look.release, &ignored, err) < 0)
			return -1;
	}
	if (sight->source_known)
		return 0;
	if (read_kustomization(sight, deadline_ms, err) < 0)
		return -1;
	if (sight->look.kustomization)
		(void)learn_source(sight, sight->look.kustomization);
	return 0;
}

/* What may not be read or is not there counts for nothing, and is said. */
static int read_beside(struct sg_flux_sight *sight, const struct sg_flux_name *name,
	int64_t deadline_ms, void **ret, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (get(sight, name, deadline_ms, ret, &why) == 0)
		return 0;
	if (why.reason != SG_R_FORBIDDEN && why.reason != SG_R_NOT_FOUND) {
		*err = why;
		return -1;
	}
	*ret = NULL;
	if (sight->unreadable.reason == SG_R_OK)
		sight->unreadable = why;
	return 0;
}

static bool is_same_source(const struct sg_flux_repository *a, const struct sg_flux_repository *b,
	struct sg_arena *arena)
{
	return sg_repo_url_same(a->url, b->url) &&
	       strcmp(sg_flux_tracked(a, arena), sg_flux_tracked(b, arena)) == 0;
}

/*
 * 1: PARENT reads the same of the same repository as the Kustomization, or an artifact that names
 * the commit that it was made of. 0: it does not.
 */
static int is_same_repository(struct sg_flux_sight *sight,
	const struct sg_flux_kustomization *parent, int64_t deadline_ms, struct sg_err *err)
{
	const struct sg_flux_name name = {
		SG_FLUX_REPOSITORY, parent->source_namespace, parent->source_name};
	void *facts;

	if (strcmp(parent->source_kind, sg_flux_kind_name(SG_FLUX_REPOSITORY)) != 0)
		return parent->origin[0] != '\0';
	if (strcmp(name.namespace, sight->source.namespace) == 0 &&
		strcmp(name.name, sight->source.name) == 0)
		return 1;
	if (!sight->look.repository)
		return 0;
	if (read_beside(sight, &name, deadline_ms, &facts, err) < 0)
		return -1;
	return facts && is_same_source(facts, sight->look.repository, &sight->facts);
}

static bool is_brought_by(
	const struct sg_flux_kustomization *kustomization, const struct sg_flux_object *object)
{
	return strcmp(kustomization->owner, object->name) == 0 &&
	       strcmp(kustomization->owner_namespace, object->namespace) == 0;
}

/* The root brings itself; nobody is read twice. */
static bool is_root(const struct sg_flux_kustomization *at, const struct sg_flux_object *const *way,
	size_t count)
{
	if (!at->owner[0] || !at->owner_namespace[0])
		return true;
	for (size_t i = 0; i < count; i++)
		if (is_brought_by(at, way[i]))
			return true;
	return false;
}

/* Up to the root. */
static int read_parents(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	const struct sg_flux_object *way[SG_FLUX_PARENTS_MAX + 1];
	const struct sg_flux_kustomization *at = sight->look.kustomization;
	size_t count = 0;

	while (at) {
		const struct sg_flux_name name = {
			SG_FLUX_KUSTOMIZATION, at->owner_namespace, at->owner};
		void *facts;
		int same;

		way[count++] = &at->object;
		if (is_root(at, way, count))
			return 0;
		if (count > SG_FLUX_PARENTS_MAX) {
			sight->look.more_parents = true;
			return 0;
		}
		if (read_beside(sight, &name, deadline_ms, &facts, err) < 0)
			return -1;
		at = facts;
		if (!at)
			return 0;
		same = is_same_repository(sight, at, deadline_ms, err);
		if (same < 0)
			return -1;
		if (same)
			sight->look.parents[sight->look.parent_count++] = at;
	}
	return 0;
}

/* 1: all belongs together. 0: a name has changed meanwhile. */
static int read_all(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	bool changed = false;

	if (find_names(sight, deadline_ms, err) < 0 || read_source(sight, deadline_ms, err) < 0 ||
		read_kustomization(sight, deadline_ms, err) < 0)
		return -1;
	if (sight->look.kustomization && learn_source(sight, sight->look.kustomization))
		return 0;
	if (sight->with_parents && read_parents(sight, deadline_ms, err) < 0)
		return -1;
	if (sight->named.kind != SG_FLUX_RELEASE)
		return 1;
	if (read_release(sight, deadline_ms, err) < 0)
		return -1;
	if (sight->look.release && learn_owner(sight, sight->look.release, &changed, err) < 0)
		return -1;
	sight->source_known = sight->source_known && !changed;
	return !changed;
}

static int read_turns(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	for (int turn = 0; turn < TURNS; turn++) {
		int n;

		sg_arena_release(&sight->facts);
		sight->look = (struct sg_flux_look){0};
		n = read_all(sight, deadline_ms, err);
		if (n != 0)
			return n < 0 ? -1 : 0;
	}
	(void)sg_fail(err, SG_R_CONFLICT, "the %s \"%s\" changes too fast to be read",
		sg_flux_kind_name(sight->named.kind), sight->named.name);
	return sg_transient(err);
}

/* What it finds out is kept where it came to an end. */
static int read_turn(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	struct sg_flux_sight next = *sight;
	int rc;

	next.facts = (struct sg_arena){0};
	rc = read_turns(&next, deadline_ms, err);
	if (rc == 0 && !next.seen && !next.look.kustomization)
		rc = missing(&next, &next.kustomization, err);
	if (rc < 0 && sight->pass && sight->pass->waiting) {
		sg_arena_release(&next.facts);
		sight->names = next.names;
		return -1;
	}
	sg_arena_release(&sight->facts);
	if (sight->pass) {
		sg_arena_adopt(&next.facts, &sight->pass->arena);
		sg_cluster_pass_release(sight->pass);
	}
	*sight = next;
	return rc;
}

int sg_flux_sight_read(struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err)
{
	int rc;

	if (sight->pass)
		sg_cluster_pass_turn(sight->pass);
	rc = read_turn(sight, deadline_ms, err);
	if (rc < 0 && sight->pass && sight->pass->waiting)
		return -1;
	if (rc < 0) {
		sg_arena_release(&sight->facts);
		sight->look = (struct sg_flux_look){0};
		return -1;
	}
	sight->seen = true;
	return 0;
}
