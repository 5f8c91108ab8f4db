#include "step/places.h"

#include <string.h>

#include "step/discover.h"
#include "step/marked.h"

struct places {
	struct sg_place *items;
	size_t count;
};

/* What was found in one environment, and which files that came of. */
static int discover(struct sg_world *world, const struct sg_places_ask *ask,
	struct sg_tree_source *source, struct sg_layout *layout, struct places *ret,
	struct sg_err *err)
{
	const char *image = NULL;

	*layout = (struct sg_layout){
		.world = world,
		.source = source,
		.policy = ask->policy,
		.env = ask->env,
		.service = ask->service,
		.folder = "",
	};
	if (sg_service_name_check(ask->service, err) < 0 ||
		(ask->entry->path && sg_template_expand(world->arena, ask->entry->path,
					     ask->service, ask->env, &layout->folder, err) < 0) ||
		(ask->entry->image && sg_template_expand(world->arena, ask->entry->image,
					      ask->service, ask->env, &image, err) < 0))
		return -1;
	return sg_discover(layout, image, &ret->items, &ret->count, err);
}

static bool has_place(const struct places *places, const struct sg_place *place)
{
	for (size_t i = 0; i < places->count; i++)
		if (sg_place_same(&places->items[i], place))
			return true;
	return false;
}

static bool has_file(const struct sg_layout *layout, const char *file)
{
	for (size_t i = 0; i < layout->file_count; i++)
		if (!layout->files[i].absent && strcmp(layout->files[i].path, file) == 0)
			return true;
	return false;
}

/* Where OTHER's places cannot be told, each of its files may hold them. */
static int check_against(struct sg_world *world, const struct sg_places_ask *ask,
	const struct sg_environment *other, struct sg_tree_source *source,
	const struct places *places, struct sg_err *err)
{
	struct sg_places_ask theirs = *ask;
	struct sg_err why = SG_ERR_INIT;
	struct places found = {0};
	struct sg_layout layout;
	bool known;

	theirs.env = other;
	known = discover(world, &theirs, source, &layout, &found, &why) == 0;
	for (size_t i = 0; i < places->count; i++) {
		const struct sg_place *place = &places->items[i];

		if (known ? !has_place(&found, place) : !has_file(&layout, place->file))
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
	struct places places = {0};
	struct sg_layout layout;

	if (ask->entry->update_count) {
		if (sg_places(world->arena, ask->entry, ask->service, ask->env, ret_places,
			    ret_count, err) < 0)
			return -1;
		return sg_places_marked(world, source, ret_places, ret_count, err);
	}
	if (discover(world, ask, source, &layout, &places, err) < 0)
		return -1;
	for (size_t i = 0; i < ask->policy->environment_count; i++) {
		const struct sg_environment *other = &ask->policy->environments[i];

		if (is_beside(ask->env, other) &&
			check_against(world, ask, other, source, &places, err) < 0)
			return -1;
	}
	*ret_places = places.items;
	*ret_count = places.count;
	return 0;
}
