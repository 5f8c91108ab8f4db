#include "edit/marked.h"

#include <string.h>

#include "edit/markers.h"
#include "edit/value.h"

bool sg_edit_marked_wish(struct sg_str text, struct sg_image *ret)
{
	struct sg_image_version version = sg_image_version_split(text);
	bool digest_ok = sg_image_digest_ok(version.digest);

	if (digest_ok && sg_str_find(text, '@') != 0 &&
		(!version.tag.len || sg_image_tag_ok(version.tag))) {
		*ret = (struct sg_image){.tag = version.tag, .digest = version.digest};
		return true;
	}
	if (sg_image_tag_ok(text)) {
		*ret = (struct sg_image){.tag = text};
		return true;
	}
	return sg_image_parse(text, ret) && (ret->tag.len || ret->digest.len);
}

/* What IMAGE says for a place of PART; empty: nothing. */
static const char *value_for(
	struct sg_arena *arena, enum sg_image_part part, const struct sg_image *image)
{
	switch (part) {
	case SG_PART_TAG:
	case SG_PART_VERSION:
		return sg_arena_dup(arena, image->tag);
	case SG_PART_DIGEST:
		return sg_arena_dup(arena, image->digest);
	case SG_PART_REPOSITORY:
		return sg_arena_dup(arena, image->repository);
	case SG_PART_REFERENCE:
		break;
	}
	return sg_arena_printf(arena, "%.*s%s%.*s", SG_STR_ARG(image->tag),
		image->tag.len && image->digest.len ? "@" : "", SG_STR_ARG(image->digest));
}

static int check(const char *file, const struct sg_edit_marker *marker, const char *value,
	struct sg_err *err)
{
	if (marker->fault) {
		*err = *marker->fault;
		return -1;
	}
	if (*value || marker->part == SG_PART_REPOSITORY)
		return 0;
	(void)sg_fail(err, SG_R_USAGE, "%s:%d:%d: the marker %.100s is for a %s, and none is given",
		file, marker->line, marker->column, marker->name, sg_image_part_name(marker->part));
	return sg_hint(err, "give TAG@DIGEST");
}

int sg_edit_marked(struct sg_arena *arena, const char *file, struct sg_str text, const char *name,
	const struct sg_image *image, struct sg_edit_asks *ret, struct sg_err *err)
{
	struct sg_edit_markers markers = {0};
	struct sg_edit_asks asks = {0};

	if (sg_edit_markers(arena, file, text, &markers, err) < 0)
		return -1;
	for (size_t i = 0; i < markers.count; i++) {
		const struct sg_edit_marker *marker = &markers.items[i];
		const char *value = value_for(arena, marker->part, image);

		if (strcmp(marker->name, name) != 0)
			continue;
		if (check(file, marker, value, err) < 0)
			return -1;
		if (!*value)
			continue;
		*(struct sg_edit_ask *)sg_arena_push(arena, &asks.items, &asks.count,
			sizeof(*asks.items)) = (struct sg_edit_ask){.file = file,
			.text = text,
			.key = marker->key,
			.part = marker->part,
			.value = value,
			.repository = image->repository.len ? sg_arena_dup(arena, image->repository)
							    : NULL,
			.with_digest = image->digest.len > 0};
	}
	*ret = asks;
	return 0;
}
