#include "step/marked.h"

#include <string.h>

#include "base/buf.h"
#include "step/shelf.h"

#define NAMED_MAX 10

struct marked {
	struct sg_world *world;
	struct sg_tree_source *source;
	struct sg_place *items;
	size_t count;
};

static void add(struct marked *out, const struct sg_place *place)
{
	*(struct sg_place *)sg_arena_push(
		out->world->arena, &out->items, &out->count, sizeof(*place)) = *place;
}

static int read_markers(struct marked *out, const struct sg_place *place,
	struct sg_edit_markers *ret, struct sg_err *err)
{
	SG_AUTO(sg_file_close_ptr) struct sg_file *file = NULL;

	if (sg_file_open(out->world, out->source, place->file, SG_YAML_EDIT_MAX_BYTES, &file, err) <
			0 ||
		sg_file_markers(file, ret, err) < 0)
		return sg_wrap(err, "%s", out->source->label);
	return 0;
}

static bool was_named(const struct sg_edit_markers *markers, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(markers->items[i].name, markers->items[index].name) == 0)
			return true;
	return false;
}

static int no_marker(
	const struct sg_place *place, const struct sg_edit_markers *markers, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf names = {0};
	size_t named = 0;

	(void)sg_fail(err, SG_R_KEY_NOT_FOUND, "%s: no comment has the marker \"%.100s\"",
		place->file, place->marker);
	sg_buf_init(&names, 4096);
	for (size_t i = 0; i < markers->count && named < NAMED_MAX; i++)
		if (!was_named(markers, i))
			sg_buf_addf(
				&names, "%s%.100s", named++ ? ", " : "", markers->items[i].name);
	if (named)
		return sg_hint(err, "there are: %s", names.ptr);
	return sg_hint(err, "write it behind the value: # stagegate: %.100s:tag", place->marker);
}

static int add_marked(struct marked *out, const struct sg_place *place, struct sg_err *err)
{
	struct sg_edit_markers markers = {0};
	size_t before = out->count;

	if (read_markers(out, place, &markers, err) < 0)
		return -1;
	for (size_t i = 0; i < markers.count; i++) {
		const struct sg_edit_marker *marker = &markers.items[i];
		struct sg_place one = *place;

		if (strcmp(marker->name, place->marker) != 0)
			continue;
		if (marker->fault) {
			*err = *marker->fault;
			return sg_wrap(err, "%s", out->source->label);
		}
		one.key = sg_arena_strdup(out->world->arena, marker->key);
		one.part = marker->part;
		add(out, &one);
	}
	return out->count > before ? 0 : no_marker(place, &markers, err);
}

int sg_places_marked(struct sg_world *world, struct sg_tree_source *source,
	struct sg_place **places, size_t *count, struct sg_err *err)
{
	struct marked out = {.world = world, .source = source};

	for (size_t i = 0; i < *count; i++) {
		const struct sg_place *place = &(*places)[i];

		if (!place->marker)
			add(&out, place);
		else if (add_marked(&out, place, err) < 0)
			return -1;
	}
	*places = out.items;
	*count = out.count;
	return 0;
}
