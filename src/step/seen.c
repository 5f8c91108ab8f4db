#include "step/seen.h"

#include <stdlib.h>
#include <string.h>

#include "edit/edit.h"
#include "model/image.h"

#define JOINED_MAX 4096

static int compare(int a, int b)
{
	return (a > b) - (a < b);
}

/* What is one image stands together, whoever is to be believed last. */
static int by_image(const void *a, const void *b)
{
	const struct sg_layout_row *x = a, *y = b;
	int order = compare(x->values, y->values);

	if (order == 0)
		order = compare(x->group, y->group);
	if (order == 0 && !x->values)
		order = compare(x->rank, y->rank);
	if (order == 0 && !x->values)
		order = strcmp(x->file, y->file);
	if (order == 0)
		order = strcmp(x->at, y->at);
	if (order == 0)
		order = compare(x->rank, y->rank);
	if (order == 0)
		order = strcmp(x->file, y->file);
	/* Of two parameters of one name the later one counts. */
	return order ? order : compare(x->shape->line, y->shape->line);
}

static bool is_same_image(const struct sg_layout_row *a, const struct sg_layout_row *b)
{
	return a->values == b->values && a->group == b->group && strcmp(a->at, b->at) == 0 &&
	       (a->values || (a->rank == b->rank && strcmp(a->file, b->file) == 0));
}

/* "a.list" of "a.list[0].image"; the empty view where no list is on the way. */
static struct sg_str list_of(const char *at)
{
	long open = sg_str_find(sg_str_of(at), '[');

	return sg_str_sub(sg_str_of(at), 0, open < 0 ? 0 : (size_t)open);
}

static bool has_path(struct sg_choosing *c, const char *file, const char *path)
{
	const struct sg_edit_ask ask = {.file = file, .key = path, .any_text = true};
	SG_AUTO(sg_file_close_ptr) struct sg_file *opened = NULL;
	struct sg_err why = SG_ERR_INIT;
	struct sg_edit_value value;
	struct sg_edit_tree tree;

	if (sg_layout_open(c->layout, file, &opened, &why) < 0 || !opened ||
		sg_file_tree(opened, &tree, &why) < 0)
		return false;
	return sg_edit_tree_value(c->arena, &tree, &ask, &value, &why) == 0 ||
	       why.reason != SG_R_KEY_NOT_FOUND;
}

/* The rank of the last values file that has the list. */
static int rank_of_list(struct sg_choosing *c, struct sg_str list, int group)
{
	const struct sg_layout *layout = c->layout;

	if (c->list_group == group && sg_str_eq(list, c->list))
		return c->list_rank;
	c->list = list;
	c->list_group = group;
	c->list_rank = 0;
	for (size_t i = 0; i < layout->values_count; i++) {
		const struct sg_layout_values *values = &layout->values[i];
		size_t skip = *values->prefix ? strlen(values->prefix) + 1 : 0;

		if (values->group == group && values->rank > c->list_rank &&
			sg_str_starts(list, values->prefix) && list.len > skip &&
			has_path(c, values->file,
				sg_arena_dup(c->arena, sg_str_sub(list, skip, list.len))))
			c->list_rank = values->rank;
	}
	return c->list_rank;
}

/* Helm takes a list whole from the last file that has it. */
static bool is_replaced(struct sg_choosing *c, const struct sg_layout_row *row)
{
	struct sg_str list = list_of(row->at);

	return row->values && list.len && row->rank < rank_of_list(c, list, row->group);
}

static void take_part(struct sg_seen_image *image, enum sg_image_field part,
	const struct sg_layout_row *row, const struct sg_edit_scalar *scalar)
{
	struct sg_said *said = &image->parts[part];

	if (!scalar->value)
		return;
	if (said->row && said->row->rank == row->rank && strcmp(said->row->file, row->file) != 0)
		image->rival = *said;
	else if (said->row && said->row->rank < row->rank)
		image->rival = (struct sg_said){0};
	*said = (struct sg_said){row, scalar};
}

static void take(struct sg_seen_image *image, const struct sg_layout_row *row)
{
	const struct sg_edit_shape *shape = row->shape;

	take_part(image, SG_SEEN_REGISTRY, row, &shape->registry_field);
	take_part(image, SG_SEEN_REPOSITORY, row, &shape->repository_field);
	take_part(image, SG_SEEN_TAG, row, &shape->tag_field);
	take_part(image, SG_SEEN_DIGEST, row, &shape->digest_field);
	take_part(image, SG_SEEN_REFERENCE, row, &shape->reference);
	if (shape->fault)
		image->fault = shape->fault;
}

const char *sg_seen_value(const struct sg_seen_image *image, enum sg_image_field part)
{
	return image->parts[part].row ? image->parts[part].scalar->value : "";
}

static bool sets_version(const struct sg_seen_image *image)
{
	const struct sg_layout_row *reference = image->parts[SG_SEEN_REFERENCE].row;

	if (reference)
		return reference->shape->tag || reference->shape->digest;
	return image->parts[SG_SEEN_TAG].row || *sg_seen_value(image, SG_SEEN_DIGEST);
}

bool sg_seen_has_repository(const struct sg_choosing *c, const struct sg_seen_image *image)
{
	return *image->repository &&
	       (!c->wanted || sg_image_same_repository(
				      sg_str_of(image->repository), sg_str_of(c->wanted)));
}

bool sg_seen_is_nothing(const struct sg_seen_image *image)
{
	return image->is_part || (!image->parts[SG_SEEN_REFERENCE].row && !sets_version(image));
}

static const char *joined(struct sg_choosing *c, const char *registry, const char *repository)
{
	if (!*registry || sg_image_has_host(sg_str_of(repository)))
		return repository;
	return sg_arena_printf(c->arena, "%s/%s", registry, repository);
}

static void finish(struct sg_choosing *c, struct sg_seen_image *image)
{
	const struct sg_layout_row *whole = image->parts[SG_SEEN_REFERENCE].row
						    ? image->parts[SG_SEEN_REFERENCE].row
						    : image->parts[SG_SEEN_REPOSITORY].row;
	const char *registry = sg_seen_value(image, SG_SEEN_REGISTRY);

	image->has_registry = *registry != '\0';
	if (whole && whole->shape->repository)
		image->repository = whole->shape->repository;
	/* Said by another file than the repository. */
	if (whole && image->parts[SG_SEEN_REGISTRY].row &&
		image->parts[SG_SEEN_REGISTRY].row != whole)
		image->repository = joined(c, registry, sg_seen_value(image, SG_SEEN_REPOSITORY));
	for (size_t i = 0; i < SG_SEEN_COUNT; i++)
		if (image->parts[i].row)
			image->rank = image->parts[i].row->values ? SG_RANK_TOP
								  : image->parts[i].row->rank;
	/* Who names an image without a version leaves it to others. */
	if (!sets_version(image))
		image->rank = 0;
}

/* `image: web` in one file, and `tag` beside it in another: one image. */
static void join_image_and_tag(struct sg_choosing *c, struct sg_seen_image *reference)
{
	static const char last[] = "image";
	struct sg_str at = sg_str_of(reference->at), map;

	/* A file with so many is no chart's; then a place is not found, never a wrong one. */
	if (c->count > JOINED_MAX || !reference->parts[SG_SEEN_REFERENCE].row ||
		sets_version(reference) || !reference->parts[SG_SEEN_REFERENCE].row->values ||
		!sg_str_ends(at, last))
		return;
	/* Without the dot before it, which the root has not. */
	map = sg_str_sub(at, 0, at.len > strlen(last) ? at.len - strlen(last) - 1 : 0);
	for (size_t i = 0; i < c->count; i++) {
		struct sg_seen_image *image = &c->images[i];

		if (!sg_str_is(map, image->at) || *image->repository || !sets_version(image))
			continue;
		image->repository = reference->repository;
		reference->is_part = true;
	}
}

void sg_seen_images(struct sg_choosing *c)
{
	struct sg_layout *layout = c->layout;
	struct sg_seen_image *image = NULL;
	const struct sg_layout_row *before = NULL;

	if (layout->row_count)
		qsort(layout->rows, layout->row_count, sizeof(*layout->rows), by_image);
	for (size_t i = 0; i < layout->row_count; i++) {
		const struct sg_layout_row *row = &layout->rows[i];

		if (is_replaced(c, row))
			continue;
		if (!before || !is_same_image(before, row)) {
			image = sg_arena_push(c->arena, &c->images, &c->count, sizeof(*image));
			image->at = row->at;
			image->repository = "";
		}
		take(image, row);
		before = row;
	}
	for (size_t i = 0; i < c->count; i++)
		finish(c, &c->images[i]);
	for (size_t i = 0; i < c->count; i++)
		join_image_and_tag(c, &c->images[i]);
}
