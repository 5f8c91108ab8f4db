/*
 * A real Git server behind the scripted network: the requests of a script are answered by
 * `git upload-pack` and `git receive-pack` (stateless) over a bare repository in a temporary
 * folder. Answers that a test scripts itself come first, in their order.
 */
#ifndef TESTS_GIT_BEHIND_H
#define TESTS_GIT_BEHIND_H

#include "script_http.h"

#define GIT_BEHIND_URL "https://git.test/gitops/config.git"

struct git_behind {
	struct script *script;
	char root[128];  /* everything below is removed at the end */
	char bare[160];  /* the server's repository */
	char clone[160]; /* somebody else's clone of it, made when a command names it */
	bool cloned;
	char tmp[160];   /* for the code under test */
	size_t requests; /* answered by git */
	size_t bytes_up, bytes_down;
	char drop[32];      /* "git-receive-pack": does the work, then loses the answer */
	size_t cut_after;   /* the answer of the POST ends after so many bytes; 0: whole */
	int64_t every_ms;   /* the answer comes in pieces, one each time; 0: at once */
	size_t piece_bytes; /* of such a piece; 0: 1 KiB */
};

/*
 * A bare repository whose `main` and `develop` hold apps/<service>/values-<env>.yaml for a few
 * services, with fixed identities and dates. The script is made and freed with it.
 */
void git_behind_init(struct git_behind *g);
void git_behind_release(struct git_behind *g);

/* Runs a shell command with $BARE, $CLONE and $TMP set; fails the test when it fails. */
void git_behind_sh(struct git_behind *g, const char *command);

/* The trimmed output of a shell command; lives in the caller's buffer. */
const char *git_behind_out(struct git_behind *g, const char *command, char *out, size_t size);

/* Somebody else writes TEXT into FILE on BRANCH and pushes. */
void git_behind_foreign(
	struct git_behind *g, const char *branch, const char *file, const char *text);

#endif
