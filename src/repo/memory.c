#include "repo/memory.h"

#include <git2.h>
#include <git2/sys/alloc.h>

/*
 * libgit2 maps packs and keeps parsed objects for ever by default; a bump looks at a handful. With
 * these a repository of 9,000 files needs about 10 MiB.
 */
enum { WINDOW_BYTES = 1 << 20, MAPPED_BYTES = 4 << 20, CACHE_BYTES = 2 << 20 };
/* A folder of thousands is looked into for each of them: kept, it is unpacked once. */
enum { TREE_BYTES = 1 << 20 };

/* libgit2's own, asked for each time: it is three pointers, and nothing has to be kept. */
static git_allocator standard(void)
{
	git_allocator allocator = {0};

	(void)git_stdalloc_init_allocator(&allocator);
	return allocator;
}

static void *take(size_t size, const char *file, int line)
{
	return size > SG_REPO_ALLOC_MAX ? NULL : standard().gmalloc(size, file, line);
}

static void *retake(void *ptr, size_t size, const char *file, int line)
{
	return size > SG_REPO_ALLOC_MAX ? NULL : standard().grealloc(ptr, size, file, line);
}

int sg_repo_bound_memory(struct sg_err *err)
{
	git_allocator allocator = {.gmalloc = take, .grealloc = retake, .gfree = standard().gfree};
	int rc = git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);

	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES);
	if (rc == 0)
		rc = git_libgit2_opts(
			GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, (size_t)TREE_BYTES);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)SG_REPO_OBJECTS_MAX);
	return rc == 0 ? 0 : sg_fail(err, SG_R_LOCAL_IO, "libgit2 refuses a limit of memory");
}
