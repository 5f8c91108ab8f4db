#include "step/kustomized.h"

#include <string.h>

#include "model/place.h"
#include "step/layout.h"

static bool is_entry(const struct sg_edit_shape *shape, const char *image)
{
	return shape->kind == SG_SHAPE_ENTRY && sg_str_same(shape->entry, image);
}

static int has_entry(struct sg_world *world, struct sg_tree_source *source,
	const struct sg_place *place, bool *ret, struct sg_err *err)
{
	SG_AUTO(sg_file_close_ptr) struct sg_file *file = NULL;
	struct sg_edit_shapes shapes;

	*ret = false;
	if (sg_file_open(world, source, place->file, SG_YAML_EDIT_MAX_BYTES, &file, err) < 0 ||
		sg_file_shapes(file, &shapes, err) < 0)
		return sg_wrap(err, "%s", source->label);
	for (size_t i = 0; i < shapes.count; i++)
		*ret = *ret || is_entry(&shapes.items[i], place->image);
	return 0;
}

static int renamed(
	const struct sg_place *place, const struct sg_layout_row *row, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_IMAGE_NOT_FOUND,
		"%s has no entry of %s, and %s:%d, which it stands on, makes %s of it: an entry "
		"here would change nothing",
		place->file, place->image, row->file, row->shape->line, row->shape->repository);
	return sg_hint(
		err, "name %s by `file:`, or %s by `image:`", row->file, row->shape->repository);
}

int sg_kustomized_check(struct sg_world *world, const struct sg_places_ask *ask,
	struct sg_tree_source *source, const struct sg_place *place, struct sg_err *err)
{
	struct sg_layout layout = {
		.world = world,
		.source = source,
		.policy = ask->policy,
		.env = ask->env,
		.service = ask->service,
		.needle = place->image,
	};
	struct sg_err ignored = SG_ERR_INIT;
	bool there;

	if (has_entry(world, source, place, &there, err) < 0)
		return -1;
	if (there || sg_layout_kustomize(
			     &layout, sg_repo_folder_of(world->arena, place->file), &ignored) < 0)
		return 0;
	for (size_t i = 0; i < layout.row_count; i++) {
		const struct sg_layout_row *row = &layout.rows[i];

		if (is_entry(row->shape, place->image) && row->shape->repository &&
			strcmp(row->shape->repository, place->image) != 0)
			return renamed(place, row, err);
	}
	return 0;
}
