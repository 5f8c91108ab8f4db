#include "repo/memory.h"

#include <git2.h>
#include <git2/sys/alloc.h>
#include <stdlib.h>

/*
 * libgit2 maps packs and keeps parsed objects for ever by default; a bump looks at a handful. With
 * these a repository of 9,000 files needs about 10 MiB.
 */
enum { WINDOW_BYTES = 1 << 20, MAPPED_BYTES = 4 << 20, CACHE_BYTES = 2 << 20 };

static void *take(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size > SG_REPO_ALLOC_MAX ? NULL : malloc(size);
}

static void *retake(void *ptr, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size > SG_REPO_ALLOC_MAX ? NULL : realloc(ptr, size);
}

static void give(void *ptr)
{
	free(ptr);
}

int sg_repo_bound_memory(struct sg_err *err)
{
	git_allocator allocator = {.gmalloc = take, .grealloc = retake, .gfree = give};
	int rc = git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);

	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)SG_REPO_OBJECTS_MAX);
	return rc == 0 ? 0 : sg_fail(err, SG_R_LOCAL_IO, "libgit2 refuses a limit of memory");
}
