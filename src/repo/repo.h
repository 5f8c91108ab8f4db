/*
 * The GitOps repository behind Git's smart HTTP: look at its branches, fetch their tips without
 * history, read files, publish a plan by compare-and-swap. A commit that "is here" need not be here
 * with all its files: where the server can leave them out, reading a file, comparing and planning
 * may each make requests for what is missing, and fail as fetches do. No work tree, no hooks, no
 * filters; the objects live in a private temporary folder that is gone after sg_repo_close(). Works
 * with any Git server, on the HTTP client it is handed (one connection for all of it).
 */
#ifndef SG_REPO_REPO_H
#define SG_REPO_REPO_H

#include "base/log.h"
#include "io/http_retry.h"
#include "io/signer.h"
#include "model/ancestry.h"
#include "model/source.h"

struct sg_repo;

struct sg_repo_opts {
	struct sg_http *http;
	const char *url;            /* of the repository, as `git clone` takes it; no user info */
	const struct sg_cred *cred; /* NULL: none; goes with the first request */
	const struct sg_tls *tls;   /* NULL: the client's defaults */
	struct sg_log *log;         /* NULL: silent */
	const char *tmpdir;         /* NULL: /tmp */
	const struct sg_signer *signer; /* of the commits that plans make; NULL: not signed */
	bool partial; /* commits come without the files that nobody looks into, where they can */
	int64_t deadline_ms;   /* of the loop's clock; 0: none */
	size_t max_pack_bytes; /* of one fetch; 0: 512 MiB */
	struct sg_retry_policy retry;
};

/*
 * Makes the temporary folder; nothing is sent yet. What the options point to must live until
 * sg_repo_close().
 */
int sg_repo_open(const struct sg_repo_opts *opts, struct sg_repo **ret_repo,
	struct sg_err *err) SG_MUST_CHECK;

/* Removes the temporary folder. NULL is fine; call it also after every failure. */
void sg_repo_close(struct sg_repo *repo);
void sg_repo_close_ptr(struct sg_repo **repo);

struct sg_repo_branch {
	const char *name; /* without refs/heads/ */
	char tip[SG_OID_SIZE];
};

/*
 * Looks at the server's branches (one request) and keeps them, in place of those of the look
 * before. AUTH_FAILED, CREDENTIAL_MISSING, FORBIDDEN, REPOSITORY_NOT_FOUND, REDIRECTED,
 * ANSWER_INVALID, REMOTE_FAILED, THROTTLED, ...
 */
int sg_repo_refs(struct sg_repo *repo, struct sg_err *err) SG_MUST_CHECK;

/* The branch HEAD stands for; NULL when the server does not say. Valid until the next look. */
const char *sg_repo_head_branch(const struct sg_repo *repo);

/* All branches of the last look, by name order; valid until the next look. */
const struct sg_repo_branch *sg_repo_branches(const struct sg_repo *repo, size_t *ret_count);

/* Full id of the branch's tip at the last look. BRANCH_NOT_FOUND with the near names. */
int sg_repo_tip(const struct sg_repo *repo, const char *branch, char ret_oid[SG_OID_SIZE],
	struct sg_err *err) SG_MUST_CHECK;

/*
 * The merge request of GitLab that has, or had while it was open, this commit as its head, as far
 * as the last look shows it (refs/merge-requests/N/head, gone two weeks after its end); of several
 * the newest. 0: none is seen.
 */
int64_t sg_repo_request_at(const struct sg_repo *repo, const char *oid);

/*
 * Brings the tips of these branches, without history and in one exchange (one request; two when
 * more than one commit is here already). Looks first when nobody did since the last publish, and
 * anew when a tip was taken away meanwhile or the answer broke off, which is tried three times: the
 * names and tips of the look before are gone then.
 * Tips that are here already cost nothing. BRANCH_NOT_FOUND.
 */
int sg_repo_fetch(struct sg_repo *repo, const char *const *branches, size_t count,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Brings single commits with their files, without history, in one exchange (after a look, when
 * nobody did since the last publish); those that are here already cost nothing. What a name of the
 * server stands for can always be had, other commits where the server gives them by id (GitLab
 * does). REVISION_NOT_FOUND when one cannot be had; nothing is said of the others then.
 */
int sg_repo_fetch_commits(struct sg_repo *repo, const char *const *oids, size_t count,
	struct sg_err *err) SG_MUST_CHECK;

enum {
	SG_COMMIT_TEXT_MAX = 256,
	SG_COMMIT_MESSAGE_MAX = 65536,
	SG_COMMIT_PARENTS_MAX = 1000,
	SG_REPO_PATHS_MAX = 64
};

/* What a commit says of itself: anybody can write anything there. Lives in an arena. */
struct sg_commit_facts {
	const char *const *parents; /* full ids, as the commit names them; need not be here */
	size_t parent_count;
	char tree[SG_OID_SIZE];
	struct sg_ident author; /* name and email cut after SG_COMMIT_TEXT_MAX bytes */
	struct sg_ident committer;
	const char *subject; /* cut likewise; may be empty */
	const char *message; /* all of it, up to SG_COMMIT_MESSAGE_MAX bytes */
};

/* REVISION_NOT_FOUND when the commit is not here; TOO_LARGE for more than so many parents. */
int sg_repo_commit_facts(struct sg_repo *repo, const char *oid, struct sg_arena *arena,
	struct sg_commit_facts *ret_facts, struct sg_err *err) SG_MUST_CHECK;

/*
 * The tree that these changes make of the tree of the commit BASE, which is here; nothing is
 * published. File modes stay. BUG when a file is not what the change was made from; EDIT_REFUSED
 * when it is no plain file. REVISION_NOT_FOUND.
 */
int sg_repo_plan_tree(struct sg_repo *repo, const struct sg_file_change *files, size_t count,
	const char *base, char ret_tree[SG_OID_SIZE], struct sg_err *err) SG_MUST_CHECK;

/*
 * The tree of a merge of THEIRS into OURS, whose best common ancestor is BASE; all three commits
 * are here. *ret_conflict says that there is none, and ret_tree is not written
 * then.
 *
 * What merges here merges with Git's "ort" strategy to the same bytes, but for what only the
 * detection of renames sees: renames are not followed. In doubt it is a conflict: a file that both
 * sides changed merges only when two ways of comparing lines give the same result; binary files
 * and those above 4 MiB never do. Attributes and drivers of the repository are not looked at.
 */
int sg_repo_merge_tree(struct sg_repo *repo, const char *base, const char *ours, const char *theirs,
	char ret_tree[SG_OID_SIZE], bool *ret_conflict, struct sg_err *err) SG_MUST_CHECK;

/*
 * The paths of the files that differ between two commits that are here, folder by folder in name
 * order, the first SG_REPO_PATHS_MAX of them; each is cut after 1,024 bytes. Untrusted bytes.
 */
int sg_repo_changed_paths(struct sg_repo *repo, const char *base, const char *head,
	struct sg_arena *arena, const char *const **ret_paths, size_t *ret_count,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * The files of a commit that is here. LABEL is copied; the source lives in ARENA and must not
 * be used after sg_repo_close(). REVISION_NOT_FOUND.
 */
int sg_repo_source(struct sg_repo *repo, const char *oid, const char *label, struct sg_arena *arena,
	struct sg_tree_source **ret_source, struct sg_err *err) SG_MUST_CHECK;

/* Committer date of a commit that is here. REVISION_NOT_FOUND. */
int sg_repo_commit_time(struct sg_repo *repo, const char *oid, int64_t *ret_unix_s,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Publishes plans onto parents that are here, in one request: the server compares the branch with
 * the plan's lease when it takes the commit. The same plan on the same parent with the same signer
 * is the same commit id. A branch that is not ours is only ever moved to what follows the commit it
 * is at. BRANCH_PROTECTED or PUSH_REJECTED when the server lets no branch be moved to another
 * history.
 */
int sg_repo_publisher(struct sg_repo *repo, struct sg_arena *arena,
	struct sg_publisher **ret_publisher, struct sg_err *err) SG_MUST_CHECK;

/* The id that the plan's commit is going to have; nothing is published. Its parent is here. */
int sg_repo_plan_commit(struct sg_repo *repo, const struct sg_plan *plan, char ret_oid[SG_OID_SIZE],
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Deletes one of our work branches (BUG for any other) if it is at LEASE, an id that this
 * repository has read from the server (BUG otherwise: Git does not compare with what it does not
 * know). One request; outcomes and errors as for publishing. STALE also when the branch is gone
 * already. ret_published->commit is LEASE.
 */
int sg_repo_delete_branch(struct sg_repo *repo, const char *branch, const char *lease,
	struct sg_published *ret_published, struct sg_err *err) SG_MUST_CHECK;

/*
 * Ancestry of commits for those who wait for BRANCH. Answers from what is here; else looks at the
 * server and fetches the branch's history in steps (64 commits, 1,024, all of it up to a cap), and
 * single commits where the server allows it. YES and NO are kept for ever; after an attempt that
 * settled nothing the server is left alone for a while (10 s, doubled each time up to 160 s).
 * Network failures read as UNKNOWN. Lives in ARENA; not to be used after sg_repo_close().
 */
int sg_repo_ancestry(struct sg_repo *repo, const char *branch, struct sg_arena *arena,
	struct sg_ancestry **ret_ancestry, struct sg_err *err) SG_MUST_CHECK;

/*
 * The same reading over a folder (a clone's work tree), for `check --repo DIR`. Symbolic links are
 * refused wherever they stand; `.git` is not listed. FILE_NOT_FOUND when DIR is no folder.
 */
int sg_repo_folder_source(const char *dir, struct sg_arena *arena,
	struct sg_tree_source **ret_source, struct sg_err *err) SG_MUST_CHECK;

/* "1.9.0": of the libgit2 that is linked. */
const char *sg_repo_library_version(void);

#endif
