#include "step/places.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "step/discover.h"
#include "step/marked.h"
#include "step/shelf.h"

/* What was found out for a service in one environment, once for a revision. */
struct found {
	struct sg_place *places;
	size_t count;
	const struct sg_err *why;           /* NULL: the places are known */
	const struct sg_layout_file *files; /* that were looked at */
	size_t file_count;
};

static int discover(struct sg_world *world, const struct sg_places_ask *ask,
	struct sg_tree_source *source, struct found *ret, struct sg_err *err)
{
	struct sg_layout layout = {
		.world = world,
		.source = source,
		.policy = ask->policy,
		.env = ask->env,
		.service = ask->service,
		.folder = "",
	};
	const char *image;
	int rc;

	if (sg_service_name_check(ask->service, err) < 0 ||
		(ask->entry->path && sg_template_expand(world->arena, ask->entry->path,
					     ask->service, ask->env, &layout.folder, err) < 0) ||
		sg_template_expand_if(
			world->arena, ask->entry->image, ask->service, ask->env, &image, err) < 0)
		return -1;
	rc = sg_discover(&layout, image, &ret->places, &ret->count, err);
	ret->files = layout.files;
	ret->file_count = layout.file_count;
	return rc;
}

/* What lies in the files stays as it is; what failed to read them may be better the next time. */
static bool is_lasting(const struct sg_err *why)
{
	int status = sg_reason_exit(why->reason);

	return status == 3 || status == 5 || status == 9;
}

static void put(struct sg_buf *out, const char *text)
{
	sg_buf_addf(out, "\n%s", text ? text : "");
}

/* All that finding out depends on, and the branch, which errors name. */
static void put_name(
	const struct sg_places_ask *ask, const struct sg_tree_source *source, struct sg_buf *name)
{
	const struct sg_policy *policy = ask->policy;

	sg_buf_init(name, SIZE_MAX);
	sg_buf_adds(name, "places");
	put(name, source->label);
	put(name, ask->service);
	put(name, ask->entry->path);
	put(name, ask->entry->image);
	put(name, ask->env->name);
	put(name, ask->env->short_name);
	put(name, ask->env->application);
	put(name, ask->env->branch);
	put(name, ask->env->kustomization);
	put(name, ask->env->helm_release);
	put(name, ask->env->cluster.namespace);
	for (size_t i = 0; i < policy->environment_count; i++) {
		put(name, policy->environments[i].name);
		put(name, policy->environments[i].short_name);
		put(name, policy->environments[i].kustomization);
		put(name, policy->environments[i].cluster.namespace);
	}
}

/* Never fails: `why` says what did. Lives as long as the shelf. */
static const struct found *find(
	struct sg_world *world, const struct sg_places_ask *ask, struct sg_tree_source *source)
{
	struct sg_shelf *shelf = sg_shelf_of(world, source);
	SG_AUTO(sg_buf_release) struct sg_buf name = {0};
	struct sg_world kept = *world;
	struct sg_err why = SG_ERR_INIT;
	struct found *found;

	put_name(ask, source, &name);
	found = sg_names_get(&shelf->kept, name.ptr);
	if (found)
		return found;
	kept.arena = &shelf->arena;
	found = sg_arena_calloc(kept.arena, 1, sizeof(*found));
	if (discover(&kept, ask, source, found, &why) < 0) {
		struct sg_err *copy = sg_arena_alloc(kept.arena, sizeof(*copy));

		*copy = why;
		found->why = copy;
		if (!is_lasting(&why))
			return found;
	}
	sg_names_put(kept.arena, &shelf->kept, name.ptr, found);
	return found;
}

/* For whoever asks, in the world's arena. */
static struct sg_place *copy_places(struct sg_arena *arena, const struct found *found)
{
	struct sg_place *places = sg_arena_calloc(arena, found->count + 1, sizeof(*places));

	for (size_t i = 0; i < found->count; i++) {
		places[i] = found->places[i];
		places[i].service = sg_arena_strdup(arena, places[i].service);
		places[i].file = sg_arena_strdup(arena, places[i].file);
		places[i].key = sg_arena_strdup(arena, places[i].key);
		places[i].image = sg_arena_strdup(arena, places[i].image);
		places[i].found = sg_arena_strdup(arena, places[i].found);
	}
	return places;
}

static bool has_place(const struct found *found, const struct sg_place *place)
{
	for (size_t i = 0; i < found->count; i++)
		if (sg_place_same(&found->places[i], place))
			return true;
	return false;
}

static bool has_file(const struct found *found, const char *file)
{
	for (size_t i = 0; i < found->file_count; i++)
		if (!found->files[i].absent && strcmp(found->files[i].path, file) == 0)
			return true;
	return false;
}

/* Where OTHER's places cannot be told, each of its files may hold them. */
static int check_against(const struct sg_places_ask *ask, const struct sg_environment *other,
	const struct found *theirs, const struct found *found, struct sg_err *err)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct sg_place *place = &found->places[i];

		if (theirs->why ? !has_file(theirs, place->file) : !has_place(theirs, place))
			continue;
		(void)sg_fail(err, SG_R_PLACE_SHARED,
			"%s of %s carries the image of %s in %s, too, on the same branch",
			place->key ? place->key : place->image, place->file, ask->service,
			other->name);
		return sg_hint(err,
			"give each environment a file of its own that sets it, or name the places "
			"by `update:`");
	}
	return 0;
}

static bool is_beside(const struct sg_environment *env, const struct sg_environment *other)
{
	return other != env && other->name && strcmp(other->name, env->name) != 0 &&
	       sg_str_same(other->branch, env->branch);
}

int sg_places_find(struct sg_world *world, const struct sg_places_ask *ask,
	struct sg_tree_source *source, struct sg_place **ret_places, size_t *ret_count,
	struct sg_err *err)
{
	const struct found *found;

	if (ask->entry->update_count) {
		if (sg_places(world->arena, ask->entry, ask->service, ask->env, ret_places,
			    ret_count, err) < 0)
			return -1;
		return sg_places_marked(world, source, ret_places, ret_count, err);
	}
	found = find(world, ask, source);
	if (found->why) {
		*err = *found->why;
		return -1;
	}
	for (size_t i = 0; i < ask->policy->environment_count; i++) {
		const struct sg_environment *other = &ask->policy->environments[i];
		struct sg_places_ask theirs = *ask;

		theirs.env = other;
		if (is_beside(ask->env, other) &&
			check_against(ask, other, find(world, &theirs, source), found, err) < 0)
			return -1;
	}
	*ret_places = copy_places(world->arena, found);
	*ret_count = found->count;
	return 0;
}
