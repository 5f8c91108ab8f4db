/* What stands at the places of a service. */
#include "io/yaml.h"
#include "model/image.h"
#include "step/change.h"
#include "step/places.h"
#include "step/services.h"
#include "step/shelf.h"

static struct sg_str known(const char *text, struct sg_str before)
{
	return text ? sg_str_of(text) : before;
}

static int read_place(struct sg_world *world, const struct sg_place *place,
	struct sg_tree_source *source, struct sg_edit_value *ret, struct sg_err *err)
{
	SG_AUTO(sg_file_close_ptr) struct sg_file *file = NULL;
	struct sg_edit_tree tree;
	const struct sg_edit_ask ask = {
		.file = place->file,
		.key = place->key,
		.image = place->image,
		.part = place->part,
	};

	if (sg_file_open(world, source, place->file, SG_YAML_EDIT_MAX_BYTES, &file, err) < 0 ||
		sg_file_tree(file, &tree, err) < 0 ||
		sg_edit_tree_value(world->arena, &tree, &ask, ret, err) < 0)
		return sg_wrap(err, "%s", source->label);
	return 0;
}

int sg_change_places(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_tree_source *source,
	struct sg_change_place **ret_places, size_t *ret_count, struct sg_err *err)
{
	struct sg_places_ask ask = {.policy = policy, .service = service, .env = env};
	struct sg_change_place *read;
	struct sg_place *places;
	size_t count;

	if (sg_service_find(world, policy, service, env, source, &ask.entry, err) < 0 ||
		sg_places_find(world, &ask, source, &places, &count, err) < 0)
		return -1;
	read = sg_arena_calloc(world->arena, count + 1, sizeof(*read));
	for (size_t i = 0; i < count; i++) {
		read[i].place = places[i];
		if (read_place(world, &places[i], source, &read[i].value, err) < 0)
			return -1;
	}
	*ret_places = read;
	*ret_count = count;
	return 0;
}

int sg_change_image(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *service, struct sg_tree_source *source,
	const char **ret_image, struct sg_err *err)
{
	const struct sg_service *entry = sg_policy_service(policy, service);
	struct sg_change_place *places;
	struct sg_image image = {0};
	const char *repository;
	size_t count;

	if (sg_change_places(world, policy, env, service, source, &places, &count, err) < 0 ||
		sg_template_expand_if(world->arena, entry ? entry->image : NULL, service, env,
			&repository, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		image.repository = known(places[i].value.repository, image.repository);
		image.tag = known(places[i].value.tag, image.tag);
		image.digest = known(places[i].value.digest, image.digest);
	}
	if (repository)
		image.repository = sg_str_of(repository);
	*ret_image = NULL;
	if (image.repository.len && (image.tag.len || image.digest.len))
		*ret_image = sg_arena_printf(world->arena, "%.*s%s%.*s%s%.*s",
			SG_STR_ARG(image.repository), image.tag.len ? ":" : "",
			SG_STR_ARG(image.tag), image.digest.len ? "@" : "",
			SG_STR_ARG(image.digest));
	return 0;
}
