/*
 * The two small interfaces between a plan and the world: reading files at a commit, and publishing.
 * Implemented by repo/ (Git smart HTTP), by repo/ for a local folder, and by gitlab/ (API).
 */
#ifndef SG_MODEL_SOURCE_H
#define SG_MODEL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/ancestry.h"
#include "model/plan.h"

struct sg_tree_entry {
	const char *name;
	bool is_dir;
};

/* The files of one revision. */
struct sg_tree_source {
	const char *label; /* for messages: the branch, or the folder */
	/*
	 * Full commit id; NULL for a folder. Over an API it is NULL until the first read, whose
	 * answer names the commit that all later ones are of.
	 */
	const char *revision;
	const char *url; /* of the repository; NULL for a folder: not known */
	bool by_request; /* each read and each list is a request of its own: ask for little */
	/* A file that was read was changed by the revision itself, as far as reads say so. */
	bool just_changed;
	/*
	 * Appends the file to BUF (whose max is the cap, TOO_LARGE). FILE_NOT_FOUND when absent;
	 * EDIT_REFUSED when it is a symlink, a submodule or a folder, or when a folder on the way
	 * is a symlink (security.md 4.4).
	 */
	int (*read)(struct sg_tree_source *source, const char *path, struct sg_buf *buf,
		struct sg_err *err);
	/* The direct children of a folder by name order; FILE_NOT_FOUND when there is none. */
	int (*list)(struct sg_tree_source *source, const char *dir, struct sg_arena *arena,
		struct sg_tree_entry **ret_entries, size_t *ret_count, struct sg_err *err);
};

enum sg_publish_outcome {
	SG_PUBLISHED,     /* the server said yes */
	SG_PUBLISH_STALE, /* the branch has moved: nothing was written; look, apply again, retry */
	SG_PUBLISH_DOUBT  /* no answer or no sense in it: read back before anything else */
};

struct sg_published {
	enum sg_publish_outcome outcome;
	/* The id that was or would have been published; "" where only the server makes ids. */
	char commit[SG_OID_SIZE];
	char why[256]; /* STALE and DOUBT: the server's or the transport's words */
	/* By Git: what the server said beside its answer; until the next call on the repository. */
	struct sg_str words;
	/*
	 * PUBLISHED: "", or the commit before ours, whose change of one of the plan's files ours
	 * took away, where the server compares files before it commits and not with it.
	 */
	char beside[SG_OID_SIZE];
};

struct sg_publisher {
	/*
	 * Publishes the plan on top of plan->parent by compare-and-swap: only if the branch is at
	 * plan->lease. -1 for what trying again cannot heal (BRANCH_PROTECTED, HOOK_DECLINED,
	 * AUTH_FAILED, ...); in that case nothing was written. BUG for a lease that would move a
	 * branch that is not ours. MR_NOT_OPENED for a plan with options, where the server takes
	 * none.
	 */
	int (*publish)(struct sg_publisher *publisher, const struct sg_plan *plan,
		struct sg_published *ret_published, struct sg_err *err);
	/*
	 * After DOUBT: is the commit of PLAN (as it was published) in its branch, whose commit TIP
	 * was read since then? YES fills ret_commit. UNKNOWN when nobody can say.
	 */
	int (*find)(struct sg_publisher *publisher, const struct sg_plan *plan, const char *tip,
		enum sg_answer *ret_answer, char ret_commit[SG_OID_SIZE], struct sg_err *err);
};

#endif
