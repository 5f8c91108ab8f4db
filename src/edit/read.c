#include "edit/edit.h"
#include "edit/find.h"
#include "edit/helm.h"
#include "edit/kustomize.h"
#include "edit/nested.h"
#include "edit/quote.h"
#include "edit/target.h"
#include "edit/value.h"
#include "model/image.h"

int sg_edit_find(struct sg_arena *arena, struct sg_edit_tree *tree, const struct sg_edit_ask *ask,
	struct sg_edit_found *ret, struct sg_err *err)
{
	if (!ask->key == !ask->image)
		return sg_fail(
			err, SG_R_CONFIG_INVALID, "%s: say either `key` or `image`", tree->file);
	if (ask->image)
		return sg_edit_kustomize_find(arena, tree, ask, ret, err);
	return sg_edit_helm_find(arena, tree, ask, ret, err);
}

bool sg_edit_reads_as_text(const struct sg_yaml_event *scalar)
{
	return scalar->style != SG_YAML_PLAIN || !scalar->implicit ||
	       sg_edit_resolves_to_text(scalar->value);
}

/* The parts of the value itself come before what stands beside it. */
static void tell_image(struct sg_arena *arena, enum sg_image_part part, struct sg_edit_value *value)
{
	struct sg_image_version version;
	struct sg_image image;

	switch (part) {
	case SG_PART_TAG:
		version = sg_image_version_split(sg_str_of(value->value));
		value->tag = value->value;
		if (!sg_edit_is_tag_and_digest(sg_str_of(value->value)))
			break;
		value->tag = sg_arena_dup(arena, version.tag);
		value->digest = sg_arena_dup(arena, version.digest);
		break;
	case SG_PART_VERSION:
		break;
	case SG_PART_DIGEST:
		value->digest = value->value;
		break;
	case SG_PART_REPOSITORY:
		if (!value->repository)
			value->repository = value->value;
		break;
	case SG_PART_REFERENCE:
		if (!sg_edit_reference_parse(sg_str_of(value->value), &image, NULL))
			break;
		value->repository = sg_arena_dup(arena, image.repository);
		value->tag = sg_arena_dup_or_null(arena, image.tag);
		value->digest = sg_arena_dup_or_null(arena, image.digest);
		break;
	}
}

/* What stands in the text of SCALAR; the place is KEY, in the file. */
static int read_inner(struct sg_arena *arena, const struct sg_yaml_event *scalar,
	const struct sg_edit_ask *inner, const char *key, struct sg_edit_value *ret,
	struct sg_err *err)
{
	if (sg_edit_read(arena, inner, ret, err) < 0)
		return -1;
	ret->place = sg_arena_strdup(arena, key);
	ret->line = sg_edit_nested_line(scalar, ret->line);
	return 0;
}

int sg_edit_tree_value(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_value *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_edit_found found = {0};
	struct sg_edit_ask inner;
	struct sg_yaml_event event;

	if (sg_edit_nested_enter(&scratch, tree, ask, &inner, &found.site, err) < 0)
		return -1;
	if (inner.key) {
		event = sg_edit_event(tree, found.site.node);
		return read_inner(arena, &event, &inner, ask->key, ret, err);
	}
	if (sg_edit_find(&scratch, tree, ask, &found, err) < 0 ||
		sg_edit_scalar_check(tree, &found.site, err) < 0)
		return -1;
	event = sg_edit_event(tree, found.site.node);
	*ret = (struct sg_edit_value){
		.value = sg_arena_dup(arena, event.value),
		.is_text = sg_edit_reads_as_text(&event),
		.place = sg_arena_strdup(arena, found.place),
		.line = event.line,
		.column = event.column,
		.repository = sg_arena_strdup(arena, found.repository),
		.tag = sg_arena_strdup(arena, found.tag),
		.digest = sg_arena_strdup(arena, found.digest),
	};
	if (event.value.len > 0 && !sg_edit_is_null(&event))
		tell_image(arena, ask->part, ret);
	return 0;
}

int sg_edit_read(struct sg_arena *arena, const struct sg_edit_ask *ask, struct sg_edit_value *ret,
	struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena events = {0};
	struct sg_edit_tree tree = {.file = ask->file, .text = ask->text};

	if (sg_edit_tree_read(&events, &tree, err) < 0)
		return -1;
	return sg_edit_tree_value(arena, &tree, ask, ret, err);
}
