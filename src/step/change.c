#include "step/change.h"

#include <stdlib.h>
#include <string.h>

#include "edit/edit.h"
#include "io/yaml.h"
#include "model/image.h"
#include "model/place.h"
#include "step/kustomized.h"
#include "step/places.h"
#include "step/services.h"
#include "step/shelf.h"

/* Editing takes several times the memory of a file. */
#define LARGE_BYTES (1u << 20)

/* A place and what shall stand there. */
struct edit {
	size_t wish, file;
	struct sg_place place;
	struct sg_edit_ask ask;
	struct sg_edit_done done;
};

/* The change being put together. */
struct build {
	struct sg_world *world;
	const struct sg_policy *policy;
	const struct sg_environment *env;
	const struct sg_bump_wish *wishes;
	struct sg_tree_source *source;
	struct edit *edits; /* in the order of the wishes and their places */
	size_t edit_count;
	struct sg_changes out;
};

static int refuse_tag(const struct sg_bump_wish *wish, struct sg_err *err)
{
	struct sg_image image;

	(void)sg_fail(err, SG_R_USAGE, "\"%.100s\" is no tag", wish->tag);
	if (sg_image_parse(sg_str_of(wish->tag), &image) && image.tag.len)
		(void)sg_hint(err, "give the tag alone: %.*s", SG_STR_ARG(image.tag));
	else if (!*wish->tag || strchr(wish->tag, '$'))
		(void)sg_hint(err, "the variable that it comes from is not set here; in a job: "
				   "CI_COMMIT_TAG is there in pipelines of tags alone, protected "
				   "variables on protected refs alone");
	else
		(void)sg_hint(err, SG_IMAGE_TAG_RULE);
	return sg_wrap(err, "%.100s", wish->service);
}

int sg_wish_check(const struct sg_bump_wish *wish, struct sg_err *err)
{
	struct sg_str tag = sg_str_of(wish->tag);
	int rc = sg_service_name_check(wish->service, err);

	/* with a sign it is for the place of a chart's version, which knows what that may be */
	if (rc == 0 && !sg_image_version_ok(tag) && sg_str_find(tag, '+') < 0)
		rc = refuse_tag(wish, err);
	return rc < 0 && wish->place ? sg_wrap(err, "%s", wish->place) : rc;
}

static int read_file(struct sg_world *world, struct sg_tree_source *source, const char *path,
	struct sg_str *ret_text, struct sg_err *err)
{
	SG_AUTO(sg_file_close_ptr) struct sg_file *file = NULL;
	struct sg_str text;

	if (sg_file_open(world, source, path, SG_YAML_EDIT_MAX_BYTES, &file, err) < 0)
		return sg_wrap(err, "%s", source->label);
	text = sg_file_text(file);
	*ret_text = (struct sg_str){sg_arena_dup(world->arena, text), text.len};
	return 0;
}

/* The index of the file among those of the change; it is read once. */
static int file_at(struct build *build, const char *path, size_t *ret_file, struct sg_err *err)
{
	struct sg_file_change *file;
	struct sg_str text;

	*ret_file = build->out.file_count;
	for (size_t i = 0; i < build->out.file_count; i++) {
		if (strcmp(build->out.files[i].path, path) == 0) {
			*ret_file = i;
			return 0;
		}
	}
	if (read_file(build->world, build->source, path, &text, err) < 0)
		return -1;
	file = sg_arena_push(
		build->world->arena, &build->out.files, &build->out.file_count, sizeof(*file));
	*file = (struct sg_file_change){path, text, text};
	return 0;
}

/* What stands at a place of PART when the wish is TAG[@DIGEST]. */
static int value_for(struct build *build, const struct sg_place *place, const char *image,
	const char *wish, const char **ret_value, struct sg_err *err)
{
	struct sg_image_version parts = sg_image_version_split(sg_str_of(wish));
	struct sg_arena *arena = build->world->arena;

	*ret_value = NULL;
	switch (place->part) {
	case SG_PART_TAG:
	case SG_PART_VERSION:
		if (parts.tag.len)
			*ret_value = sg_arena_dup(arena, parts.tag);
		break;
	case SG_PART_DIGEST:
		if (parts.digest.len)
			*ret_value = sg_arena_dup(arena, parts.digest);
		break;
	case SG_PART_REPOSITORY:
		*ret_value = image;
		break;
	case SG_PART_REFERENCE:
		*ret_value = wish;
		break;
	}
	if (*ret_value)
		return 0;
	if (place->part == SG_PART_REPOSITORY)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"%s:%d: a place for the repository needs `image:` of the service",
			build->policy->file, place->line);
	return sg_fail(err, SG_R_USAGE, "%s holds the %s of %s, and '%.100s' names none",
		place->file, sg_image_part_name(place->part), place->service, wish);
}

static void note_value(
	struct build *build, const struct sg_place *place, const struct sg_edit_done *done)
{
	struct sg_value_change *value;

	if (done->unchanged)
		value = sg_arena_push(build->world->arena, &build->out.same, &build->out.same_count,
			sizeof(*value));
	else
		value = sg_arena_push(build->world->arena, &build->out.values,
			&build->out.value_count, sizeof(*value));
	*value = (struct sg_value_change){
		.service = place->service,
		.path = place->file,
		.place = done->place,
		.part = place->part,
		.line = done->line,
		.from = done->from,
		.to = done->to,
		.added = done->added,
		.found = place->found,
	};
}

static int add_place(struct build *build, size_t wish, const struct sg_place *place,
	const char *image, bool with_digest, struct sg_err *err)
{
	struct edit edit = {
		.wish = wish,
		.place = *place,
		.ask = {.file = place->file,
			.key = place->key,
			.image = place->image,
			.part = place->part,
			.repository = image,
			.with_digest = with_digest,
			.add = SG_EDIT_ADD_USUAL}, /* the configuration names the place */
	};

	if (value_for(build, place, image, build->wishes[wish].tag, &edit.ask.value, err) < 0 ||
		file_at(build, place->file, &edit.file, err) < 0)
		return -1;
	edit.ask.text = build->out.files[edit.file].before;
	*(struct edit *)sg_arena_push(
		build->world->arena, &build->edits, &build->edit_count, sizeof(edit)) = edit;
	return 0;
}

/* A file that is not there, where nobody has looked whether the folder is. */
static int blame_folder(struct build *build, const struct sg_service *entry, const char *service,
	struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (build->source->by_request && err->reason == SG_R_FILE_NOT_FOUND &&
		sg_service_check(build->world, entry, service, build->env, build->source, &why) <
			0 &&
		why.reason == SG_R_SERVICE_UNKNOWN)
		*err = why;
	return -1;
}

static int add_wish(struct build *build, size_t i, struct sg_err *err)
{
	const char *service = build->wishes[i].service, *image;
	struct sg_places_ask ask = {.policy = build->policy, .service = service, .env = build->env};
	struct sg_place *places;
	bool with_digest = false;
	size_t count;

	if (sg_service_find(build->world, build->policy, service, build->env, build->source,
		    &ask.entry, err) < 0)
		return -1;
	if (sg_template_expand_if(
		    build->world->arena, ask.entry->image, service, build->env, &image, err) < 0)
		return -1;
	if (sg_places_find(build->world, &ask, build->source, &places, &count, err) < 0)
		return -1;
	for (size_t j = 0; j < count; j++)
		if (places[j].image &&
			sg_kustomized_check(build->world, &ask, build->source, &places[j], err) < 0)
			return -1;
	for (size_t j = 0; j < count; j++)
		with_digest = with_digest || places[j].part == SG_PART_DIGEST;
	for (size_t j = 0; j < count; j++)
		if (add_place(build, i, &places[j], image, with_digest, err) < 0)
			return blame_folder(build, ask.entry, service, err);
	return 0;
}

static int blame_wish(const struct build *build, size_t wish, struct sg_err *err)
{
	const struct sg_bump_wish *w = &build->wishes[wish];

	return sg_wrap(err, "%s%s%s in %s", w->place ? w->place : "", w->place ? ": " : "",
		w->service, build->env->name);
}

static int compare_files(const void *left, const void *right)
{
	const struct edit *const *a = left, *const *b = right;

	if ((*a)->file != (*b)->file)
		return (*a)->file < (*b)->file ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

/* All edits of one file in one pass. */
static int apply_file(
	struct build *build, struct edit *const *edits, size_t count, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct sg_edit_ask *asks = sg_arena_calloc(&scratch, count, sizeof(*asks));
	struct sg_edit_done *dones = sg_arena_calloc(&scratch, count, sizeof(*dones));
	size_t failed;

	if (edits[0]->ask.text.len > LARGE_BYTES)
		sg_shelves_let_go(build->world);
	for (size_t i = 0; i < count; i++)
		asks[i] = edits[i]->ask;
	if (sg_edit_apply_all(build->world->arena, asks, count, dones, &failed, err) < 0) {
		(void)sg_wrap(err, "%s", build->source->label);
		return blame_wish(build, edits[failed]->wish, err);
	}
	for (size_t i = 0; i < count; i++)
		edits[i]->done = dones[i];
	build->out.files[edits[0]->file].after = dones[0].text;
	return 0;
}

static int apply_files(struct build *build, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	size_t count = build->edit_count;
	struct edit **edits = sg_arena_calloc(&scratch, count + 1, sizeof(*edits));

	for (size_t i = 0; i < count; i++)
		edits[i] = &build->edits[i];
	qsort(edits, count, sizeof(struct edit *), compare_files);
	for (size_t first = 0, end; first < count; first = end) {
		for (end = first + 1; end < count && edits[end]->file == edits[first]->file;)
			end++;
		if (apply_file(build, &edits[first], end - first, err) < 0)
			return -1;
	}
	return 0;
}

/* Files whose values were all as wished are no change. */
static void drop_same_files(struct sg_changes *changes)
{
	size_t kept = 0;

	for (size_t i = 0; i < changes->file_count; i++)
		if (!sg_str_eq(changes->files[i].before, changes->files[i].after))
			changes->files[kept++] = changes->files[i];
	changes->file_count = kept;
}

int sg_change_build(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const struct sg_bump_wish *wishes, size_t count,
	struct sg_tree_source *source, struct sg_changes *ret_changes, struct sg_err *err)
{
	struct build build = {
		.world = world, .policy = policy, .env = env, .wishes = wishes, .source = source};

	for (size_t i = 0; i < count; i++)
		if (add_wish(&build, i, err) < 0)
			return blame_wish(&build, i, err);
	if (apply_files(&build, err) < 0)
		return -1;
	for (size_t i = 0; i < build.edit_count; i++)
		note_value(&build, &build.edits[i].place, &build.edits[i].done);
	drop_same_files(&build.out);
	*ret_changes = build.out;
	return 0;
}
