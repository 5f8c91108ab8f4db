/*
 * Repositories too large to be fetched whole: a commit comes with its root folder and what stands
 * in that, everything else when somebody looks into it. Who opens an object that a folder names
 * asks sg_fill() for it before.
 *
 * Where the server cannot do that, refuses it, or the repository turns out to be small, commits
 * come whole, and nothing is missing.
 */
#ifndef SG_REPO_PARTIAL_H
#define SG_REPO_PARTIAL_H

#include "repo/internal.h"

/*
 * Brings commits without history, in one request if the server does what it said: by SPECS with
 * libgit2, or by IDS and partly. Both name the same commits.
 */
int sg_partial_bring(struct sg_repo *repo, const char *const *specs, const char *const *ids,
	size_t count, struct sg_err *err) SG_MUST_CHECK;

/* Are there commits here of which not all is here? */
bool sg_partial_is(const struct sg_repo *repo);

/* ... as there is too much of it? */
bool sg_partial_is_large(const struct sg_repo *repo);

/* Brings DEPTH commits from this one backwards without their files, from a server that filters. */
int sg_partial_history(
	struct sg_repo *repo, const char *oid, int depth, struct sg_err *err) SG_MUST_CHECK;

/* Keeps in mind that this commit is looked into. */
void sg_partial_note(struct sg_repo *repo, const char *oid);

/*
 * Makes sure that these folders and files are here, with one request for all that are not. After
 * some of these requests one brings the rest of the commits that are looked into. ANSWER_INVALID
 * when the server does not send what it names itself.
 */
int sg_fill(
	struct sg_repo *repo, const git_oid *ids, size_t count, struct sg_err *err) SG_MUST_CHECK;

/* The folders on the way to PATH below this one, and it. What is absent is left to others. */
int sg_fill_way(struct sg_repo *repo, const git_oid *root, const char *path,
	struct sg_err *err) SG_MUST_CHECK;

#endif
