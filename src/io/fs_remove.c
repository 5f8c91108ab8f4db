/* The removal of what was staged, or of what it took the place of. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/fs.h"
#include "io/fs_impl.h"
#include "io/seam.h"

/* More neighbours than this are removed by REMOVERS processes. */
#define MANY_FILES 1000
#define REMOVERS 8

/* Every STEP-th neighbour from FIRST on. One that is not there is no harm. */
static void remove_some(const struct sg_fs_staged *staged, size_t count, size_t first, size_t step)
{
	for (size_t i = first; i < count; i += step)
		if (staged[i].temp)
			(void)SG_SEAM_EFFECT(unlink(staged[i].temp));
}

static bool ended_well(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

/*
 * A file system that frees the blocks of a file at once waits for the disk each time: several
 * processes wait together. What one of them leaves, for whatever reason, is removed here.
 */
static void remove_many(const struct sg_fs_staged *staged, size_t count)
{
	pid_t children[REMOVERS];

	for (size_t i = 0; i < REMOVERS; i++) {
		children[i] = fork();
		if (children[i] != 0)
			continue;
		remove_some(staged, count, i, REMOVERS);
		_exit(0);
	}
	for (size_t i = 0; i < REMOVERS; i++)
		if (children[i] < 0 || !ended_well(children[i]))
			remove_some(staged, count, i, REMOVERS);
}

void sg_fs_staged_remove(const struct sg_fs_staged *staged, size_t count)
{
	if (count > MANY_FILES)
		remove_many(staged, count);
	else
		remove_some(staged, count, 0, 1);
}
