/* A scripted GitLab with a client on it, for the tests of gitlab/. */
#ifndef TESTS_GITLAB_WORLD_H
#define TESTS_GITLAB_WORLD_H

#include "gitlab/call.h"
#include "script_http.h"

#define API "https://git.example.com:8443/gitlab/api/v4"
#define PROJECT API "/projects/gitops%2Fapps"
#define MR PROJECT "/merge_requests/15"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SHA_C "cccccccccccccccccccccccccccccccccccccccc"

struct gitlab_world {
	struct sg_arena arena;
	struct script *script;
	struct sg_redactor *redactor;
	struct sg_secret *token, *job_token;
	struct sg_cred cred, job;
	struct sg_gitlab gitlab; /* project "gitops/apps"; 60 s are left */
	struct sg_gitlab_answer answer;
	struct sg_err err;
};

int gitlab_world_setup(void **state);
int gitlab_world_teardown(void **state);

/* The main token is the job's from now on. */
void gitlab_world_job_token(struct gitlab_world *w);

/* The whole text of a file; fails the test when it cannot be read. */
struct sg_str gitlab_world_file(struct gitlab_world *w, const char *path);

/* "${STAGEGATE_CONTRACTS:-../shared/contracts}/data/gitlab/NAME"; NULL when absent. */
const char *gitlab_world_sample(struct gitlab_world *w, const char *name);

/* Parses TEXT, which must be JSON. The caller frees it. */
struct sg_json *gitlab_world_json(const char *text);

/* Fails the test unless the script went as expected and no call is left open. */
void gitlab_world_done(struct gitlab_world *w);

/* Fails the test unless the error has this reason and these parts. */
void gitlab_world_error(
	struct gitlab_world *w, enum sg_reason reason, const char *cause, const char *hint);

#endif
