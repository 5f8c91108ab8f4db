#include "step/replace.h"

#include "io/fs.h"

/* The first END files get their bytes back; the error stays. */
static void take_back(const struct sg_file_change *files, struct sg_fs_staged *staged, size_t end,
	struct sg_err *err)
{
	for (size_t i = end; i-- > 0;) {
		struct sg_err second = SG_ERR_INIT;

		if (sg_fs_staged_back(&staged[i], files[i].before, files[i].after, &second) < 0)
			(void)sg_hint(
				err, "%s keeps its new bytes: %s", files[i].path, second.cause);
	}
}

static int stage(const struct sg_file_change *files, size_t count, struct sg_fs_staged *staged,
	struct sg_err *err)
{
	for (size_t i = 0; i < count; i++)
		if (sg_fs_stage(files[i].path, files[i].after, &staged[i], err) < 0)
			return -1;
	return sg_fs_staged_sync(staged, count, err);
}

/* Somebody may have saved the file while it was edited here. */
static int place_one(
	const struct sg_file_change *file, struct sg_fs_staged *staged, struct sg_err *err)
{
	bool same;

	if (sg_fs_staged_place(staged, file->before, &same, err) < 0)
		return -1;
	if (same)
		return 0;
	(void)sg_fail(err, SG_R_CONFLICT, "%s was changed by somebody else meanwhile", file->path);
	return sg_hint(err, "nothing was written; run the same command again");
}

static int place(const struct sg_file_change *files, size_t count, struct sg_fs_staged *staged,
	struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (place_one(&files[i], &staged[i], err) == 0)
			continue;
		take_back(files, staged, i, err);
		return -1;
	}
	return 0;
}

int sg_replace_files(struct sg_world *world, const struct sg_file_change *files, size_t count,
	struct sg_err *err)
{
	struct sg_fs_staged *staged = sg_arena_calloc(world->arena, count, sizeof(*staged));
	int rc = stage(files, count, staged, err);

	if (rc == 0)
		rc = place(files, count, staged, err);
	sg_fs_staged_end(staged, count);
	return rc;
}
