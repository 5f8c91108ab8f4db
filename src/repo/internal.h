/* The room's own view of a repository; nobody outside repo/ includes this. */
#ifndef SG_REPO_INTERNAL_H
#define SG_REPO_INTERNAL_H

#include <git2.h>
#include <git2/sys/errors.h>

#include "repo/repo.h"
#include "repo/wire.h"

enum {
	SG_REPO_WORDS_MAX = 65536,
	SG_PUSH_REPORT_MAX = 4096,
	SG_REPO_OFFERS = 8,
	SG_REPO_ENDS = 256,
	SG_PARTIAL_COMMITS = 16
};

/* What the server said at the last look that it can do. */
struct sg_abilities {
	bool filter;
	bool shallow;
	bool side_band;
	bool any_id; /* gives objects by their ids, whatever they are */
};

/* Does the side that takes pushes take push options? */
enum sg_takes { SG_TAKES_NOT_ASKED, SG_TAKES_NONE, SG_TAKES_OPTIONS };

/* Commits that came without all that they hold (partial.h). */
struct sg_partial {
	bool wanted;    /* there shall be */
	bool on;        /* there are some */
	bool small;     /* the repository seems to be: its rest comes at once */
	bool rest_here; /* it has come */
	size_t filter;  /* the servers' best that was not refused */
	size_t fills;   /* requests for single objects */
	char commits[SG_PARTIAL_COMMITS][GIT_OID_SHA1_HEXSIZE + 1]; /* the last so many */
	size_t next;
};

/* The head of a merge request, as GitLab lists it beside the branches. */
struct sg_repo_request {
	int64_t iid;
	git_oid head;
};

/* One push under way: what is compared, and what the server said. */
struct sg_push {
	const char *branch;
	const char *ref; /* "refs/heads/..." */
	git_oid parent;  /* the server has it: the pack holds what COMMIT has beyond it */
	git_oid old;     /* what the branch must be at; zero: it must not exist */
	git_oid commit;  /* what it shall be at; zero: it shall not exist */
	bool forced;     /* COMMIT need not follow OLD */
	const char *const *options; /* as in struct sg_plan */
	size_t option_count;
	bool sent;            /* the request with the pack went out */
	bool answered;        /* the server said something about the branch: */
	bool accepted;        /* ... yes */
	char status[512];     /* ... else this */
	struct sg_buf report; /* the server's report, in pkt-lines; capped */
};

struct sg_repo {
	struct sg_arena arena; /* lives as long as the repository */
	struct sg_wire wire;
	const char *dir;                /* the temporary folder */
	const struct sg_signer *signer; /* NULL: commits are not signed */
	git_repository *git;

	/* What our own code said while libgit2 was calling it: the real cause (see sg_git_fail). */
	struct sg_err fail;
	bool failed;

	/* The last look; the remote stays connected so that fetches need no new look. */
	git_remote *remote;
	struct sg_arena look;
	struct sg_repo_branch *branches;
	size_t branch_count;
	const char *head_branch;
	struct sg_repo_request *requests;
	size_t request_count;

	struct sg_abilities abilities;
	enum sg_takes takes;
	struct sg_partial partial;

	struct sg_buf words;   /* what the server said beside the data; capped */
	size_t received_bytes; /* of the answer that is being read */
	int64_t next_alive_ms; /* when to look for signals and the deadline again */
	uint32_t max_objects;  /* of the fetch under way; 0: the general limit */

	/* A fetch that was asked for in one request instead of two (ahead.h). */
	struct sg_http_call *ahead; /* its answer, not yet read; NULL: none */
	struct sg_buf ahead_request;
	char offers[SG_REPO_OFFERS][GIT_OID_SHA1_HEXSIZE + 1];
	size_t next_offer;

	/* Commits that came without what is before them: the last so many. */
	char ends[SG_REPO_ENDS][GIT_OID_SHA1_HEXSIZE + 1];
	size_t next_end;
};

/* git_transport_cb: a smart transport on our HTTP; PAYLOAD is the sg_repo. */
int sg_repo_transport(git_transport **out, git_remote *owner, void *payload);

/* Callbacks with our transport, side band and progress; payload is the repository. */
void sg_repo_callbacks(struct sg_repo *repo, git_remote_callbacks *ret);

/* git_indexer_progress_cb: our limits, signals and the deadline; PAYLOAD is the sg_repo. */
int sg_repo_on_progress(const git_indexer_progress *stats, void *payload);

/*
 * Writes the plan's commit into the local repository. CONFIG_INVALID for an identity that Git
 * cannot carry; BUG when the plan does not fit its parent.
 */
int sg_repo_commit(struct sg_repo *repo, const struct sg_plan *plan, git_oid *ret_oid,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Fetches refspecs (or full ids) of the connected remote, DEPTH commits deep, into the object
 * database; no local name is made.
 */
int sg_repo_download(struct sg_repo *repo, const char *const *specs, size_t count, int depth,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Tells the server of this commit (which is here) at the next downloads, so that it sends only what
 * is new. The last few are kept.
 */
int sg_repo_offer(struct sg_repo *repo, const char *oid, struct sg_err *err) SG_MUST_CHECK;

/*
 * Keeps in mind that what is before this commit (which is here) may be missing: libgit2 then does
 * not look for it when the commit is built upon. sg_repo_offer() does it too.
 */
void sg_repo_end_at(struct sg_repo *repo, const char *oid);

/*
 * Of a question that only reads, TRIED times, the last time without success: waits before it may be
 * asked again as its answer broke off half-way, of which nothing was kept. Three times in all.
 * False: it stays with ERR, which may be another one then.
 */
bool sg_repo_after_break(struct sg_repo *repo, int tried, struct sg_err *err);

/* A remote on our transport, not connected. NULL with the error set. */
git_remote *sg_repo_remote(struct sg_repo *repo, struct sg_err *err);

/* Before every call into libgit2 that may reach the network. */
void sg_repo_clear_fail(struct sg_repo *repo);

/* Keeps what ERR says for sg_git_fail(); returns GIT_EUSER for libgit2. */
int sg_repo_keep_fail(struct sg_repo *repo, const struct sg_err *err);

/*
 * The error of a libgit2 call that returned RC: our own cause where there is one, else
 * libgit2's text under the reason that fits its class. WHAT is the context. REPO may be NULL.
 */
int sg_git_fail(const struct sg_repo *repo, int rc, const char *what, struct sg_err *err);

/* The error for what a server says in words only. */
int sg_git_fail_words(struct sg_str words, struct sg_err *err);

/* Parses a full id. REVISION_NOT_FOUND for anything else. */
int sg_git_oid(const char *text, git_oid *ret_oid, struct sg_err *err) SG_MUST_CHECK;

/* The commit, which must be here. The caller frees it. */
int sg_git_commit(struct sg_repo *repo, const char *oid, git_commit **ret_commit,
	struct sg_err *err) SG_MUST_CHECK;

/* For SG_AUTO. */
void sg_git_commit_free_ptr(git_commit **commit);
void sg_git_tree_free_ptr(git_tree **tree);
void sg_git_entry_free_ptr(git_tree_entry **entry);
void sg_git_remote_free_ptr(git_remote **remote);

#endif
