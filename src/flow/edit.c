#include "flow/edit.h"

#include "base/attr.h"
#include "edit/images.h"
#include "edit/kustomize.h"
#include "edit/marked.h"
#include "edit/path.h"
#include "io/fs.h"
#include "io/yaml.h"
#include "step/replace.h"

/* The files being edited: one change each, also where nothing came of it. */
struct edit {
	struct sg_world *world;
	const struct sg_edit_files_ask *ask;
	struct sg_report *report;
	struct sg_image image;
	struct sg_file_change *files;
	bool *marker_found;             /* for each of the markers, in any file */
	struct sg_file_change *changed; /* of these, the ones that differ */
	size_t changed_count;
};

static int read_file(
	struct sg_arena *arena, const char *path, struct sg_str *ret_text, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf = {0};

	sg_buf_init(&buf, SG_YAML_EDIT_MAX_BYTES);
	if (sg_fs_read(path, &buf, err) < 0)
		return -1;
	*ret_text = (struct sg_str){sg_arena_dup(arena, sg_buf_str(&buf)), buf.len};
	return 0;
}

static void note(struct edit *edit, const char *file, const struct sg_edit_done *done)
{
	struct sg_report_change *row = sg_report_add_change(edit->report);

	row->file = file;
	row->place = done->place;
	row->line = done->line;
	row->from = done->added ? NULL : done->from;
	row->added = done->added;
	row->to = done->to;
	row->noop = done->unchanged;
	if (done->shared_line && !done->unchanged)
		sg_report_warn(edit->report, "SHARED_VALUE",
			"%s:%d: %s also changes what line %d uses by its anchor", file, done->line,
			done->place, done->shared_line);
}

static int apply(struct edit *edit, struct sg_file_change *file, const struct sg_edit_ask *asks,
	size_t count, const char *option, struct sg_err *err)
{
	struct sg_edit_done *dones = sg_arena_calloc(edit->world->arena, count, sizeof(*dones));
	size_t failed;

	if (count == 0)
		return 0;
	if (sg_edit_apply_all(edit->world->arena, asks, count, dones, &failed, err) < 0) {
		if (err->reason == SG_R_CONFIG_INVALID)
			err->reason = SG_R_USAGE; /* argv said so, not the configuration */
		return asks[failed].key ? sg_wrap(err, "%s%s", option, asks[failed].key)
					: sg_wrap(err, "--image");
	}
	file->after = dones[0].text;
	for (size_t i = 0; i < count; i++)
		note(edit, file->path, &dones[i]);
	return 0;
}

/* Every --set of a file at once. */
static int apply_wishes(struct edit *edit, struct sg_file_change *file, struct sg_err *err)
{
	size_t count = edit->ask->wish_count;
	struct sg_edit_ask *asks = sg_arena_calloc(edit->world->arena, count, sizeof(*asks));

	for (size_t i = 0; i < count; i++)
		asks[i] = (struct sg_edit_ask){
			.file = file->path,
			.text = file->before,
			.key = edit->ask->wishes[i].path,
			.value = edit->ask->wishes[i].value,
			.any_text = true,
			.add = edit->ask->add ? SG_EDIT_ADD_ANY : SG_EDIT_ADD_USUAL,
			.shared = edit->ask->shared,
		};
	return apply(edit, file, asks, count, "--set ", err);
}

/* What an entry under `images` of a kustomization has to say that no entry says yet. */
static size_t ask_for_entry(
	const struct edit *edit, const struct sg_file_change *file, struct sg_edit_ask *asks)
{
	const struct sg_str parts[] = {edit->image.tag, edit->image.digest};
	static const enum sg_image_part names[] = {SG_PART_TAG, SG_PART_DIGEST};
	struct sg_arena *arena = edit->world->arena;
	size_t count = 0;

	if (!edit->ask->add || !sg_edit_is_kustomization(file->path, file->before))
		return 0;
	for (size_t i = 0; i < SG_COUNT(parts); i++) {
		if (!parts[i].len)
			continue;
		asks[count++] = (struct sg_edit_ask){
			.file = file->path,
			.text = file->before,
			.image = sg_arena_dup(arena, edit->image.repository),
			.part = names[i],
			.value = sg_arena_dup(arena, parts[i]),
			.with_digest = edit->image.digest.len > 0,
			.add = SG_EDIT_ADD_ANY,
			.shared = edit->ask->shared,
		};
	}
	return count;
}

static int apply_image(struct edit *edit, struct sg_file_change *file, struct sg_err *err)
{
	struct sg_edit_ask of_entry[2];
	struct sg_edit_asks asks;

	if (sg_edit_images(edit->world->arena, file->path, file->before, &edit->image, &asks, err) <
		0)
		return sg_wrap(err, "--image");
	for (size_t i = 0; i < asks.count; i++)
		asks.items[i].shared = edit->ask->shared;
	if (asks.count == 0)
		asks = (struct sg_edit_asks){of_entry, ask_for_entry(edit, file, of_entry)};
	return apply(edit, file, asks.items, asks.count, "--image at ", err);
}

static int add_marked(struct edit *edit, const struct sg_file_change *file, size_t wish,
	struct sg_edit_asks *all, struct sg_err *err)
{
	const struct sg_edit_wish *marked = &edit->ask->marked[wish];
	struct sg_arena *arena = edit->world->arena;
	struct sg_image image = {0};
	struct sg_edit_asks asks;

	(void)sg_edit_marked_wish(sg_str_of(marked->value), &image);
	if (sg_edit_marked(arena, file->path, file->before, marked->path, &image, &asks, err) < 0)
		return sg_wrap(err, "--marker %s", marked->path);
	for (size_t i = 0; i < asks.count; i++) {
		asks.items[i].shared = edit->ask->shared;
		*(struct sg_edit_ask *)sg_arena_push(
			arena, &all->items, &all->count, sizeof(*all->items)) = asks.items[i];
		edit->marker_found[wish] = true;
	}
	return 0;
}

/* Every --marker of a file at once. */
static int apply_marked(struct edit *edit, struct sg_file_change *file, struct sg_err *err)
{
	struct sg_edit_asks asks = {0};

	for (size_t i = 0; i < edit->ask->marked_count; i++)
		if (add_marked(edit, file, i, &asks, err) < 0)
			return -1;
	return apply(edit, file, asks.items, asks.count, "--marker at ", err);
}

static int edit_file(struct edit *edit, size_t i, struct sg_err *err)
{
	struct sg_file_change *file = &edit->files[i];

	file->path = edit->ask->files[i];
	if (read_file(edit->world->arena, file->path, &file->before, err) < 0)
		return -1;
	file->after = file->before;
	if (edit->ask->marked_count)
		return apply_marked(edit, file, err);
	return edit->ask->image ? apply_image(edit, file, err) : apply_wishes(edit, file, err);
}

static void note_changed(struct edit *edit)
{
	for (size_t i = 0; i < edit->ask->file_count; i++) {
		const struct sg_file_change *file = &edit->files[i];

		if (!sg_str_eq(file->before, file->after))
			*(struct sg_file_change *)sg_arena_push(edit->report->arena, &edit->changed,
				&edit->changed_count, sizeof(*file)) = *file;
	}
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void end(struct edit *edit)
{
	struct sg_report *report = edit->report;
	size_t files = report->file_count, values = 0;

	for (size_t i = 0; i < report->change_count; i++)
		values += !report->changes[i].noop;
	if (!files)
		sg_report_end(report, SG_RESULT_UNCHANGED, "NOTHING_TO_DO",
			"already so; nothing was written");
	else if (edit->ask->write)
		sg_report_end(report, SG_RESULT_DONE, "WRITTEN",
			"%zu value%s in %zu file%s written", values, plural(values), files,
			plural(files));
	else
		sg_report_end(report, SG_RESULT_PLANNED, "PLANNED",
			"%zu value%s would change in %zu file%s; nothing was written", values,
			plural(values), files, plural(files));
}

static int check_image(struct edit *edit, struct sg_err *err)
{
	const char *text = edit->ask->image;

	if (!text)
		return 0;
	if (!sg_image_parse(sg_str_of(text), &edit->image))
		return sg_fail(err, SG_R_USAGE, "--image: '%.200s' is no image", text);
	if (edit->image.tag.len || edit->image.digest.len)
		return 0;
	(void)sg_fail(err, SG_R_USAGE, "--image: '%.200s' has no tag and no digest", text);
	return sg_hint(err, "give REPOSITORY:TAG, REPOSITORY@DIGEST or REPOSITORY:TAG@DIGEST");
}

/* Before any file is read. A path in stagegate.yaml is the configuration's, this one is argv's. */
static int check_paths(const struct edit *edit, struct sg_err *err)
{
	for (size_t i = 0; i < edit->ask->wish_count; i++) {
		struct sg_edit_path path;

		if (sg_edit_path_parse(edit->world->arena, edit->ask->wishes[i].path, &path, err) ==
			0)
			continue;
		err->reason = SG_R_USAGE;
		return sg_wrap(err, "--set");
	}
	return 0;
}

static int no_image(const struct edit *edit, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_IMAGE_NOT_FOUND, "%s%s names no image %.*s", edit->files[0].path,
		edit->ask->file_count > 1 ? " and no other file" : "",
		SG_STR_ARG(edit->image.repository));
	return sg_hint(err,
		"--set PATH=VALUE edits any place; --add writes an entry into `images` of "
		"a kustomization");
}

static int check_marked(const struct edit *edit, struct sg_err *err)
{
	for (size_t i = 0; i < edit->ask->marked_count; i++) {
		const struct sg_edit_wish *marked = &edit->ask->marked[i];
		struct sg_image image;

		if (sg_edit_marked_wish(sg_str_of(marked->value), &image))
			continue;
		(void)sg_fail(err, SG_R_USAGE, "--marker %.100s: '%.200s' is no tag and no image",
			marked->path, marked->value);
		return sg_hint(
			err, "give NAME=TAG, NAME=TAG@DIGEST or NAME=REPOSITORY:TAG[@DIGEST]");
	}
	return 0;
}

static int check_markers_found(const struct edit *edit, struct sg_err *err)
{
	for (size_t i = 0; i < edit->ask->marked_count; i++) {
		const char *name = edit->ask->marked[i].path;

		if (edit->marker_found[i])
			continue;
		(void)sg_fail(err, SG_R_KEY_NOT_FOUND,
			"%s%s: no comment behind a value has the marker %.100s",
			edit->files[0].path, edit->ask->file_count > 1 ? " and the others" : "",
			name);
		return sg_hint(err, "write it behind the value: # stagegate: %.100s:tag", name);
	}
	return 0;
}

int sg_flow_edit(struct sg_world *world, const struct sg_edit_files_ask *ask,
	struct sg_report *report, struct sg_err *err)
{
	struct edit edit = {.world = world, .ask = ask, .report = report};

	if (check_image(&edit, err) < 0 || check_paths(&edit, err) < 0 ||
		check_marked(&edit, err) < 0)
		return -1;
	edit.marker_found = sg_arena_calloc(world->arena, ask->marked_count + 1, sizeof(bool));
	edit.files = sg_arena_calloc(world->arena, ask->file_count, sizeof(*edit.files));
	for (size_t i = 0; i < ask->file_count; i++)
		if (edit_file(&edit, i, err) < 0)
			return -1;
	if (ask->image && report->change_count == 0)
		return no_image(&edit, err);
	if (check_markers_found(&edit, err) < 0)
		return -1;
	note_changed(&edit);
	if (ask->write && sg_replace_files(world, edit.changed, edit.changed_count, err) < 0)
		return -1;
	report->files = edit.changed;
	report->file_count = edit.changed_count;
	end(&edit);
	return 0;
}
