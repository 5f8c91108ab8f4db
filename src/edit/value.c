#include "edit/value.h"

#include <string.h>

#include "model/image.h"
#include "model/name.h"
#include "model/version_order.h"

#define SHOWN 100

static bool repository_ok(struct sg_str text)
{
	struct sg_image image;

	return sg_image_parse(text, &image) && image.tag.len == 0 && image.digest.len == 0;
}

bool sg_edit_is_tag_and_digest(struct sg_str text)
{
	return sg_str_find(text, '@') >= 0 && sg_image_version_ok(text);
}

static bool is_part(struct sg_str text, enum sg_image_part part)
{
	switch (part) {
	case SG_PART_TAG:
		return sg_image_tag_ok(text) || sg_edit_is_tag_and_digest(text);
	case SG_PART_REPOSITORY:
		return repository_ok(text);
	case SG_PART_DIGEST:
		return sg_image_digest_ok(text);
	case SG_PART_REFERENCE:
		return sg_image_version_ok(text);
	case SG_PART_VERSION:
		return sg_version_is_semantic(text);
	}
	return false;
}

int sg_edit_value_check(const struct sg_edit_ask *ask, struct sg_err *err)
{
	struct sg_str value = sg_str_of(ask->value);

	if (ask->any_text || is_part(value, ask->part))
		return 0;
	(void)sg_fail(err, SG_R_USAGE, "\"%.*s\" is no %s", SG_STR_ARG(sg_str_sub(value, 0, SHOWN)),
		ask->part == SG_PART_REFERENCE ? "tag" : sg_image_part_name(ask->part));
	if (ask->part == SG_PART_TAG || ask->part == SG_PART_REFERENCE)
		(void)sg_hint(err, SG_IMAGE_TAG_RULE);
	if (ask->part == SG_PART_VERSION)
		(void)sg_hint(err, "a version is MAJOR.MINOR.PATCH, with -PRERELEASE and +BUILD "
				   "behind it where wanted");
	if (ask->part == SG_PART_DIGEST)
		(void)sg_hint(
			err, "a digest is sha256: and 64, or sha512: and 128 digits of 0-9a-f");
	return -1;
}

static int refuse_old(
	const struct sg_edit_tree *tree, size_t node, const char *what, struct sg_err *err)
{
	struct sg_str old = sg_edit_event(tree, node).value;

	if (sg_str_search(old, "{{") >= 0) {
		(void)sg_edit_refuse(tree, node, SG_R_EDIT_TEMPLATE, err,
			"the value is computed by a template: %.*s",
			SG_STR_ARG(sg_str_sub(old, 0, SHOWN)));
		return sg_hint(err, "name the place that the template reads");
	}
	(void)sg_edit_refuse(tree, node, SG_R_EDIT_OTHER_VALUE, err,
		"\"%.*s\" stands there, which is no %s", SG_STR_ARG(sg_str_sub(old, 0, SHOWN)),
		what);
	return sg_hint(err, "name another key, or the `part` that stands there");
}

/* OLD=*[:TAG][@DIGEST]; NEW begins with the *. */
static bool parse_kept_name(struct sg_str old, struct sg_str new, struct sg_image *ret)
{
	struct sg_str version = sg_str_sub(new, 1, new.len), tag = version;
	long at = sg_str_find(version, '@');
	struct sg_image image;

	if (!sg_image_parse(old, &image) || image.tag.len || image.digest.len)
		return false;
	if (at >= 0) {
		tag = sg_str_sub(version, 0, (size_t)at);
		image.digest = sg_str_sub(version, (size_t)at + 1, version.len);
		if (!sg_image_digest_ok(image.digest))
			return false;
	}
	if (tag.len) {
		image.tag = sg_str_sub(tag, 1, tag.len);
		if (tag.ptr[0] != ':' || !sg_image_tag_ok(image.tag))
			return false;
	}
	*ret = image;
	return true;
}

bool sg_edit_reference_parse(
	struct sg_str text, struct sg_image *ret_image, struct sg_str *ret_front)
{
	size_t name = (size_t)(sg_str_find(text, '=') + 1);
	struct sg_str new = sg_str_sub(text, name, text.len);
	struct sg_image image;

	if (name && sg_str_starts(new, "*")) {
		if (!parse_kept_name(sg_str_sub(text, 0, name - 1), new, &image))
			return false;
		name++;
	} else {
		if (!sg_image_parse(new, &image))
			return false;
		name += image.repository.len;
	}
	*ret_image = image;
	if (ret_front)
		*ret_front = sg_str_sub(text, 0, name);
	return true;
}

static int wanted_reference(struct sg_arena *arena, const struct sg_edit_tree *tree, size_t node,
	const struct sg_edit_ask *ask, const char **ret, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, node);
	struct sg_image_version wanted = sg_image_version_split(sg_str_of(ask->value));
	struct sg_str must = sg_str_of(ask->repository);
	struct sg_image old = {.repository = must};
	struct sg_str front = must;

	if (event.value.len && !sg_edit_is_null(&event)) {
		if (!sg_edit_reference_parse(event.value, &old, &front))
			return refuse_old(tree, node, "image reference", err);
		if (must.len && !sg_image_same_repository(must, old.repository))
			return sg_edit_refuse(tree, node, SG_R_EDIT_OTHER_VALUE, err,
				"another image stands there: %.*s, not %.*s",
				SG_STR_ARG(sg_str_sub(old.repository, 0, SHOWN)),
				SG_STR_ARG(sg_str_sub(must, 0, SHOWN)));
	} else if (!must.len) {
		return refuse_old(tree, node, "image reference", err);
	}
	if (old.digest.len && !wanted.digest.len) {
		(void)sg_edit_refuse(tree, node, SG_R_EDIT_DIGEST, err,
			"a digest stands behind the tag and decides what runs");
		return sg_hint(err, "give TAG@DIGEST, or take the digest away");
	}
	*ret = sg_arena_printf(arena, "%.*s%s%.*s%s%.*s", SG_STR_ARG(front),
		wanted.tag.len ? ":" : "", SG_STR_ARG(wanted.tag), wanted.digest.len ? "@" : "",
		SG_STR_ARG(wanted.digest));
	return 0;
}

/* Where a tag and a digest stand in one scalar, both change or none. */
static int check_joined(const struct sg_edit_tree *tree, size_t node, const struct sg_edit_ask *ask,
	struct sg_err *err)
{
	bool has_both = sg_edit_is_tag_and_digest(sg_edit_event(tree, node).value);
	bool wants_both = sg_str_find(sg_str_of(ask->value), '@') >= 0;

	if (has_both == wants_both)
		return 0;
	if (wants_both)
		return refuse_old(tree, node, "tag with a digest", err);
	(void)sg_edit_refuse(tree, node, SG_R_EDIT_DIGEST, err,
		"a digest stands behind the tag and decides what runs");
	return sg_hint(err, "take the digest away; `edit --image REPOSITORY:TAG@DIGEST` and `edit "
			    "--set` change both");
}

/* A version may be a range, or no semantic one, before it is written for the first time. */
static bool may_stand(struct sg_str old, enum sg_image_part part)
{
	if (part != SG_PART_VERSION)
		return is_part(old, part);
	for (size_t i = 0; i < old.len; i++)
		if (!sg_name_is_char(old.ptr[i]) && !strchr("+*~^=<> ", old.ptr[i]))
			return false;
	return true;
}

int sg_edit_value_wanted(struct sg_arena *arena, const struct sg_edit_tree *tree, size_t node,
	const struct sg_edit_ask *ask, const char **ret, struct sg_err *err)
{
	struct sg_yaml_event event = sg_edit_event(tree, node);

	if (ask->part == SG_PART_REFERENCE && !ask->any_text)
		return wanted_reference(arena, tree, node, ask, ret, err);
	if (ask->part == SG_PART_TAG && !ask->any_text && check_joined(tree, node, ask, err) < 0)
		return -1;
	if (!ask->any_text && event.value.len && !sg_edit_is_null(&event) &&
		!may_stand(event.value, ask->part))
		return refuse_old(tree, node, sg_image_part_name(ask->part), err);
	*ret = sg_arena_strdup(arena, ask->value);
	return 0;
}
