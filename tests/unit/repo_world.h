/* A repository of repo/ opened on a git_behind, with what tests ask of both. */
#ifndef TESTS_REPO_WORLD_H
#define TESTS_REPO_WORLD_H

#include "git_behind.h"
#include "repo/repo.h"

#define REPO_FETCH_REFS GIT_BEHIND_URL "/info/refs?service=git-upload-pack"
#define REPO_FETCH GIT_BEHIND_URL "/git-upload-pack"
#define REPO_PUSH GIT_BEHIND_URL "/git-receive-pack"

struct repo_world {
	struct git_behind git;
	struct sg_arena arena;
	struct sg_repo *repo;
	struct sg_err err;
};

void repo_world_init(struct repo_world *w);

/* Fails the test when a call is open, a file of ours is left, or the server's repository is bad. */
void repo_world_release(struct repo_world *w);

/* Closes and opens again: another run, that knows nothing. */
void repo_world_again(struct repo_world *w);

void repo_ok(struct repo_world *w, int rc);
void repo_fails(struct repo_world *w, int rc, enum sg_reason reason, const char *in_cause);

/* The trimmed output of a shell command with $BARE set; lives as long as the world. */
const char *repo_out(struct repo_world *w, const char *command);

/* `git rev-parse` at the server; fails the test when there is no such thing. */
const char *repo_rev(struct repo_world *w, const char *name);

/* Fetches the branch; its tip. */
const char *repo_fetched(struct repo_world *w, const char *branch);

size_t repo_requests(struct repo_world *w);

#endif
