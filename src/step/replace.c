#include "step/replace.h"

#include "io/fs.h"

/* Somebody may have saved the file while it was edited here. */
static int check_still_same(const struct sg_file_change *file, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf now = {0};
	int rc;

	sg_buf_init(&now, file->before.len + 1);
	rc = sg_fs_read(file->path, &now, err);
	if (rc < 0 && err->reason != SG_R_TOO_LARGE)
		return -1;
	if (rc == 0 && sg_str_eq(sg_buf_str(&now), file->before))
		return 0;
	(void)sg_fail(err, SG_R_CONFLICT, "%s was changed by somebody else meanwhile", file->path);
	return sg_hint(err, "nothing was written; run the same command again");
}

/* The first END files get their bytes back; the error stays. */
static void take_back(const struct sg_file_change *files, size_t end, struct sg_err *err)
{
	for (size_t i = end; i-- > 0;) {
		struct sg_err second = SG_ERR_INIT;

		if (sg_fs_write(files[i].path, files[i].before, 0666, &second) < 0)
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

static int place(const struct sg_file_change *files, size_t count, struct sg_fs_staged *staged,
	struct sg_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (check_still_same(&files[i], err) == 0 &&
			sg_fs_staged_place(&staged[i], err) == 0)
			continue;
		take_back(files, i, err);
		return -1;
	}
	sg_fs_staged_settle(staged, count);
	return 0;
}

int sg_replace_files(struct sg_world *world, const struct sg_file_change *files, size_t count,
	struct sg_err *err)
{
	struct sg_fs_staged *staged = sg_arena_calloc(world->arena, count, sizeof(*staged));
	int rc = stage(files, count, staged, err);

	if (rc == 0)
		rc = place(files, count, staged, err);
	for (size_t i = 0; i < count; i++)
		sg_fs_staged_release(&staged[i]);
	return rc;
}
