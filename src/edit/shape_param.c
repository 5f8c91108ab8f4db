/* `parameters` of a Helm source of Argo CD: {name: image.tag, value: ...}. */
#include "edit/shape_walk.h"
#include "model/image.h"

/* More are not joined: each is looked for among all. */
#define PARAMETERS_MAX 500

struct param {
	struct sg_str name, prefix, last; /* "web.image.tag" is "web.image." and "tag" */
	size_t item, index, value;
};

struct params {
	struct sg_shape_walk *w;
	size_t list;
	struct sg_str registry;
	struct param *items;
	size_t count;
};

static void split(struct param *param)
{
	size_t at = param->name.len;

	while (at > 0 && param->name.ptr[at - 1] != '.')
		at--;
	param->prefix = sg_str_sub(param->name, 0, at);
	param->last = sg_str_sub(param->name, at, param->name.len);
}

static void collect(struct params *params)
{
	struct sg_edit_tree *tree = params->w->tree;
	size_t index = 0;

	for (size_t at = params->list + 1; sg_edit_event(tree, at).kind != SG_YAML_SEQ_END;
		at = sg_edit_node_end(tree, at), index++) {
		struct param param = {.item = at, .index = index};

		param.name = sg_edit_member_text(tree, at, "name");
		param.value = sg_edit_member(tree, at, "value");
		if (!param.name.len || !param.value)
			continue;
		split(&param);
		*(struct param *)sg_arena_push(
			params->w->scratch, &params->items, &params->count, sizeof(param)) = param;
	}
}

/* The parameter LAST beside one; the last of that name counts for Helm. */
static const struct param *beside(
	const struct params *params, const struct param *param, const char *last)
{
	for (size_t i = params->count; i-- > 0;)
		if (sg_str_is(params->items[i].last, last) &&
			sg_str_eq(params->items[i].prefix, param->prefix))
			return &params->items[i];
	return NULL;
}

static struct sg_str text_of(const struct params *params, const struct param *param)
{
	return param ? sg_shape_text(params->w, param->value) : (struct sg_str){"", 0};
}

static struct sg_edit_scalar field_of(const struct params *params, const struct param *param)
{
	struct sg_edit_scalar field = {0};
	size_t len;

	if (!param)
		return field;
	len = params->w->path.len;
	(void)sg_shape_push_item(params->w, params->list, param->item, param->index);
	field = sg_shape_field(params->w, param->value, "value");
	sg_shape_pop(params->w, len);
	return field;
}

static struct sg_edit_shape *add(const struct params *params, enum sg_edit_shape_kind kind,
	const struct param *param, struct sg_str repository)
{
	size_t len = params->w->path.len;
	struct sg_edit_shape *row;

	(void)sg_shape_push_item(params->w, params->list, param->item, param->index);
	row = sg_shape_add(params->w, kind, param->value, "value", repository);
	sg_shape_pop(params->w, len);
	return row;
}

static void add_reference(
	const struct params *params, const struct param *param, const struct sg_image *image)
{
	struct sg_edit_shape *row = add(params, SG_SHAPE_REFERENCE, param, image->repository);

	if (!row)
		return;
	row->reference = field_of(params, param);
	row->tag = sg_arena_dup_or_null(params->w->arena, image->tag);
	row->digest = sg_arena_dup_or_null(params->w->arena, image->digest);
}

static void add_fields(const struct params *params, const struct param *param,
	const struct param *tag, const struct param *digest)
{
	const struct param *repository = beside(params, param, "repository");
	const struct param *registry = beside(params, param, "registry");
	struct sg_edit_shape *row;
	struct sg_image image = {0};

	if (!repository)
		repository = beside(params, param, "image");
	if (!sg_image_parse(sg_shape_join(params->w, params->registry, text_of(params, registry),
				    text_of(params, repository)),
		    &image) ||
		image.tag.len || image.digest.len)
		image.repository = (struct sg_str){"", 0};
	row = add(params, SG_SHAPE_FIELDS, param, image.repository);
	if (!row)
		return;
	row->registry_field = field_of(params, registry);
	row->repository_field = field_of(params, repository);
	row->tag_field = field_of(params, tag);
	row->digest_field = field_of(params, digest);
	sg_shape_note_version(params->w, row, text_of(params, tag), text_of(params, digest));
	row->tag_name = "tag";
}

static void look_at(const struct params *params, const struct param *param)
{
	const struct param *tag = beside(params, param, "tag");
	const struct param *digest = beside(params, param, "digest");
	struct sg_image image;
	bool full;

	tag = tag ? tag : beside(params, param, "imageTag");
	if (param == tag || (param == digest && !tag)) {
		add_fields(params, param, tag, digest);
		return;
	}
	if (!sg_str_is(param->last, "image") && !sg_str_is(param->last, "repository"))
		return;
	full = sg_image_parse(text_of(params, param), &image) &&
	       (image.tag.len || image.digest.len);
	if (full)
		add_reference(params, param, &image);
}

void sg_shape_look_at_parameters(struct sg_shape_walk *w, const struct sg_shape_up *up, size_t list)
{
	struct params params = {.w = w, .list = list, .registry = up->registry};

	collect(&params);
	for (size_t i = 0; i < params.count && params.count <= PARAMETERS_MAX; i++)
		look_at(&params, &params.items[i]);
}
