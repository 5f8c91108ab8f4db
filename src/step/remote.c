#include "step/remote.h"

#include <string.h>

#include "base/str.h"
#include "io/fs.h"
#include "step/job.h"

#define TOKEN_MAX_BYTES (16u * 1024)

#define GITLAB_URL "STAGEGATE_GITLAB_URL"

static const char *gitlab_url(const struct sg_world *world)
{
	const char *url = sg_env_nonempty(world->env, GITLAB_URL);

	return url ? url : sg_env_nonempty(world->env, "CI_SERVER_URL");
}

/* The variable that gitlab_url() is from, as context of an error. */
static int blame_gitlab_url(const struct sg_world *world, struct sg_err *err)
{
	return sg_wrap(
		err, "%s", sg_env_nonempty(world->env, GITLAB_URL) ? GITLAB_URL : "CI_SERVER_URL");
}

static struct sg_str without_end(struct sg_str s, const char *end)
{
	return sg_str_ends(s, end) ? sg_str_sub(s, 0, s.len - strlen(end)) : s;
}

/* An address that is for people, or for another program. */
static int hint_address(const char *gitops, struct sg_err *err)
{
	if (strchr(gitops, '$'))
		return sg_hint(err, "a variable in it is not set here: in a job, protected ones "
				    "are there on protected refs alone");
	if (strchr(gitops, '@') || sg_str_starts(sg_str_of(gitops), "ssh:"))
		return sg_hint(err, "Git is spoken over https: https://HOST/GROUP/PROJECT.git, or "
				    "GROUP/PROJECT with STAGEGATE_GITLAB_URL");
	return -1;
}

/* USER:PASSWORD@HOST is shown from the sign on. */
static const char *without_password(const char *address)
{
	const char *sign = strrchr(address, '@'), *colon = strchr(address, ':');

	return sign && colon && colon < sign ? sign : address;
}

static int project_path_check(const char *path, struct sg_err *err)
{
	for (const char *p = path; *p; p++) {
		bool ok = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			  (*p >= '0' && *p <= '9') || strchr("/._-", *p);

		/* As GitLab has it, no component starts with a dot or a dash, and none is empty. */
		bool starts = p == path || p[-1] == '/';

		if (!ok || (starts && strchr("/.-", *p)) || (*p == '/' && p[1] == '\0')) {
			(void)sg_fail(err, SG_R_USAGE,
				"--gitops '%.100s' is neither a URL nor a project path",
				without_password(path));
			return hint_address(path, err);
		}
	}
	return 0;
}

/* GitLab keeps "/-/" for its pages. */
static int page_check(const char *url, struct sg_err *err)
{
	const char *page = strstr(url, "/-/");

	if (!page || strchr(url, '@'))
		return 0;
	(void)sg_fail(err, SG_R_USAGE, "--gitops names a page of GitLab's, not a repository");
	return sg_hint(err, "give %.*s.git", (int)(page - url), url);
}

static int url_of(struct sg_world *world, const char **ret_url, struct sg_err *err)
{
	const char *gitops = world->settings->gitops, *base = gitlab_url(world), *origin;

	if (gitops && strstr(gitops, "://")) {
		*ret_url = gitops;
		return page_check(gitops, err);
	}
	if (!gitops)
		gitops = sg_env_nonempty(world->env, "CI_PROJECT_PATH");
	if (!gitops) {
		(void)sg_fail(err, SG_R_USAGE, "nothing names it");
		return sg_hint(err, "give --gitops URL or STAGEGATE_GITOPS: a project path or the "
				    "https URL of a Git server");
	}
	if (project_path_check(gitops, err) < 0)
		return -1;
	if (!base) {
		(void)sg_fail(err, SG_R_USAGE,
			"--gitops '%s' is a project path, but no GitLab is named", gitops);
		return sg_hint(err, "set STAGEGATE_GITLAB_URL (inside a job CI_SERVER_URL is "
				    "there), or give the whole https URL");
	}
	if (sg_http_origin(world->arena, base, &origin, err) < 0)
		return blame_gitlab_url(world, err);
	*ret_url = sg_arena_printf(
		world->arena, "%.*s/%s.git", SG_STR_ARG(without_end(sg_str_of(base), "/")), gitops);
	return 0;
}

/* The part of the URL that people call the repository: "gitops/apps". */
static const char *name_of(struct sg_world *world, const char *url)
{
	struct sg_str s = sg_str_of(url);
	long at = sg_str_search(s, "://");

	s = sg_str_sub(s, (size_t)at + 3, s.len);
	at = sg_str_find(s, '/');
	s = at < 0 ? s : sg_str_sub(s, (size_t)at + 1, s.len);
	return sg_arena_dup(world->arena, without_end(without_end(s, "/"), ".git"));
}

static struct sg_str without_slashes(struct sg_str s)
{
	while (s.len && s.ptr[s.len - 1] == '/')
		s = sg_str_sub(s, 0, s.len - 1);
	return s;
}

/* The root of the GitLab that is named, without a slash at its end; NULL: none is. */
static const char *root_of(struct sg_world *world)
{
	const char *url = gitlab_url(world);

	return url ? sg_arena_dup(world->arena, without_slashes(sg_str_of(url))) : NULL;
}

/* Everything of URL behind the GitLab's root and before ".git"; NULL when it lies elsewhere. */
static const char *project_of(struct sg_world *world, const char *root, const char *url)
{
	struct sg_str base = sg_str_of(root);
	struct sg_str rest = without_slashes(sg_str_of(url));

	if (!root || rest.len <= base.len + 1 || memcmp(rest.ptr, base.ptr, base.len) != 0 ||
		rest.ptr[base.len] != '/')
		return NULL;
	rest = sg_str_sub(rest, base.len + 1, rest.len);
	return sg_arena_dup(world->arena, without_end(rest, ".git"));
}

/* A token as it may stand in a header: one line of printable ASCII. */
static int token_check(struct sg_str token, const char *from, struct sg_err *err)
{
	size_t good = sg_str_visible(token);

	if (token.len == 0)
		return sg_fail(err, SG_R_CREDENTIAL_MISSING, "%s is empty", from);
	if (good < token.len)
		return sg_fail(err, SG_R_CREDENTIAL_MISSING,
			"%s holds a byte that no token has (byte %zu)", from, good + 1);
	return 0;
}

struct finding {
	const char *from; /* the variable */
	struct sg_secret *secret;
	bool of_gitlab; /* bound to CI_SERVER_URL, not to the repository's origin */
	bool job_token;
};

static int take(struct sg_world *world, struct sg_str token, const char *from,
	struct finding *found, struct sg_err *err)
{
	token = sg_str_trim(token);
	if (token_check(token, from, err) < 0)
		return -1;
	found->from = from;
	found->secret = sg_secret_new(world->redactor, token);
	return 0;
}

#define TOKEN_FILE "STAGEGATE_GITLAB_TOKEN_FILE"

/* What has no "/" may be a token itself, put there by mistake: no message may show that. */
static int fail_file(struct sg_world *world, const char *path, struct sg_err *err)
{
	if (strchr(path, '/'))
		return sg_wrap(err, TOKEN_FILE);
	sg_redactor_learn(world->redactor, sg_str_of(path));
	sg_env_forget(TOKEN_FILE);
	(void)sg_fail(
		err, SG_R_CREDENTIAL_MISSING, TOKEN_FILE ": no file of that name can be read here");
	return sg_hint(err, "the variable names a file; where it holds the token itself, in GitLab "
			    "make it one of type File, or use STAGEGATE_GITLAB_TOKEN");
}

static int take_file(
	struct sg_world *world, const char *path, struct finding *found, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_wipe);

	sg_buf_init(&text, TOKEN_MAX_BYTES);
	if (sg_fs_read(path, &text, err) < 0)
		return fail_file(world, path, err);
	if (take(world, sg_buf_str(&text), TOKEN_FILE, found, err) < 0)
		return sg_wrap(err, TOKEN_FILE);
	return 0;
}

/* In order of strength. */
static const struct variable {
	const char *name;
	bool is_file;
	bool of_gitlab;
	bool job_token;
} variables[] = {
	{"STAGEGATE_GITLAB_TOKEN", false, false, false},
	{TOKEN_FILE, true, false, false},
	{"GITLAB_TOKEN", false, true, false},
	{"CI_JOB_TOKEN", false, true, true},
};

static int find_token(struct sg_world *world, struct finding *found, struct sg_err *err)
{
	for (size_t i = 0; i < SG_COUNT(variables); i++) {
		const struct variable *variable = &variables[i];
		const char *value = sg_env_nonempty(world->env, variable->name);

		if (!value)
			continue;
		found->of_gitlab = variable->of_gitlab;
		found->job_token = variable->job_token;
		return variable->is_file
			       ? take_file(world, value, found, err)
			       : take(world, sg_str_of(value), variable->name, found, err);
	}
	return 0;
}

/*
 * The job's own token, which says who started the job, whatever token does the work. It belongs to
 * the GitLab that the job runs at.
 */
static int find_job(struct sg_world *world, struct sg_remote *remote, struct sg_err *err)
{
	const char *token = sg_env_nonempty(world->env, "CI_JOB_TOKEN");
	const char *base = gitlab_url(world), *origin;
	struct finding found = {0};
	struct sg_cred *cred;

	if (!token || !base)
		return 0;
	if (sg_http_origin(world->arena, base, &origin, err) < 0)
		return blame_gitlab_url(world, err);
	if (take(world, sg_str_of(token), "CI_JOB_TOKEN", &found, err) < 0)
		return -1;
	cred = sg_arena_alloc(world->arena, sizeof(*cred));
	*cred = (struct sg_cred){
		.kind = SG_CRED_JOB_TOKEN, .origin = origin, .secret = found.secret};
	remote->job = cred;
	remote->job_token = found.secret;
	return 0;
}

/* Those that are not used, too: masked from now on, and gone from this process's environment. */
static void forget_tokens(struct sg_world *world)
{
	for (size_t i = 0; i < SG_COUNT(variables); i++) {
		const char *value = sg_env_nonempty(world->env, variables[i].name);

		if (!value || variables[i].is_file)
			continue;
		sg_redactor_learn(world->redactor, sg_str_trim(sg_str_of(value)));
		sg_env_forget(variables[i].name);
	}
}

/* The origin that a token belongs to; NULL when it is GitLab's and no GitLab is named. */
static int origin_of(struct sg_world *world, const struct finding *found, const char *repo_origin,
	const char **ret_origin, struct sg_err *err)
{
	const char *base = found->of_gitlab ? gitlab_url(world) : NULL;

	*ret_origin = repo_origin;
	if (base)
		return sg_http_origin(world->arena, base, ret_origin, err);
	if (found->job_token)
		*ret_origin = NULL;
	return 0;
}

static const char *no_token_why(struct sg_world *world)
{
	const char *missing = sg_job_missing_why(world->env);

	return sg_arena_printf(world->arena,
		"no token was given: set STAGEGATE_GITLAB_TOKEN or STAGEGATE_GITLAB_TOKEN_FILE%s%s",
		missing ? "; " : "", missing ? missing : "");
}

/* What sg_remote_name() gives, and the repository's origin. */
static int name_remote(struct sg_world *world, struct sg_remote *remote, const char **ret_origin,
	struct sg_err *err)
{
	if (url_of(world, &remote->url, err) < 0)
		return sg_wrap(err, "the GitOps repository");
	if (sg_http_origin(world->arena, remote->url, ret_origin, err) < 0) {
		if (!err->hint[0])
			(void)hint_address(remote->url, err);
		return sg_wrap(err, "the GitOps repository");
	}
	remote->name = name_of(world, remote->url);
	remote->gitlab = root_of(world);
	remote->project = project_of(world, remote->gitlab, remote->url);
	return 0;
}

int sg_remote_name(struct sg_world *world, struct sg_remote *ret_remote, struct sg_err *err)
{
	struct sg_remote remote = {0};
	const char *origin;

	if (name_remote(world, &remote, &origin, err) < 0)
		return -1;
	*ret_remote = remote;
	return 0;
}

int sg_remote_find(struct sg_world *world, struct sg_remote *ret_remote, struct sg_err *err)
{
	struct sg_remote remote = {0};
	struct finding found = {0};
	const char *repo_origin, *origin;
	struct sg_cred *cred;
	int rc;

	if (name_remote(world, &remote, &repo_origin, err) < 0)
		return -1;
	rc = find_token(world, &found, err);
	if (rc == 0)
		rc = find_job(world, &remote, err);
	forget_tokens(world);
	remote.token = found.secret;
	if (rc < 0) {
		sg_remote_release(&remote);
		return -1;
	}
	remote.is_job_token = found.job_token;
	remote.no_cred_why = no_token_why(world);
	if (!found.secret) {
		*ret_remote = remote;
		return 0;
	}
	if (origin_of(world, &found, repo_origin, &origin, err) < 0) {
		sg_remote_release(&remote);
		return blame_gitlab_url(world, err);
	}
	if (!origin || strcmp(origin, repo_origin) != 0) {
		remote.no_cred_why = sg_arena_printf(world->arena,
			"%s belongs to %s and is not sent to %s: set STAGEGATE_GITLAB_TOKEN",
			found.from, origin ? origin : "an unnamed GitLab", repo_origin);
		*ret_remote = remote;
		return 0;
	}
	cred = sg_arena_alloc(world->arena, sizeof(*cred));
	*cred = (struct sg_cred){
		.kind = SG_CRED_BASIC,
		.origin = origin,
		.user = world->settings->git_user ? world->settings->git_user
			: found.job_token         ? "gitlab-ci-token"
						  : "oauth2",
		.secret = found.secret,
	};
	remote.cred = cred;
	remote.cred_from = found.from;
	*ret_remote = remote;
	return 0;
}

const char *sg_remote_commit_url(
	struct sg_arena *arena, const struct sg_remote *remote, const char *oid)
{
	if (!remote->gitlab || !remote->project || !oid)
		return NULL;
	return sg_arena_printf(arena, "%s/%s/-/commit/%s", remote->gitlab, remote->project, oid);
}

void sg_remote_release(struct sg_remote *remote)
{
	sg_secret_free(remote->token);
	sg_secret_free(remote->job_token);
	remote->token = remote->job_token = NULL;
	remote->cred = remote->job = NULL;
}
