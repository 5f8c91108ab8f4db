#include "step/load.h"

#include <stdio.h>
#include <string.h>

#include "config/load.h"
#include "config/match.h"
#include "io/fs.h"

/* With so few branches the target branch comes in the configuration's own fetch. */
#define FEW_BRANCHES 8
/* A misspelt host must not be asked for twenty minutes; with jitter this is about one. */
#define GIT_TRIES 8
/* Configurations that took the place of another one during a run. */
#define AGAIN_MAX_BYTES ((size_t)4 << 20)

int sg_load_repo(struct sg_world *world, struct sg_loaded *loaded, struct sg_err *err)
{
	const struct sg_repo_opts opts = {
		.http = world->http,
		.url = loaded->remote.url,
		.cred = loaded->remote.cred,
		.log = world->log,
		.tmpdir = world->tmpdir,
		.signer = loaded->signer,
		.partial = sg_str_same(world->settings->git_fetch, "part"),
		.deadline_ms = world->deadline_ms,
		.retry = sg_world_retry(world, GIT_TRIES),
	};

	loaded->looked_ms = sg_loop_now_ms(sg_world_loop(world));
	if (sg_repo_open(&opts, &loaded->repo, err) < 0)
		return -1;
	return sg_repo_refs(loaded->repo, err);
}

/* Our own work branches are never targets. */
static bool is_work_branch(const char *name)
{
	return sg_str_starts(sg_str_of(name), SG_WORK_BRANCHES);
}

/* One negotiation for the configuration branch and, when there are few, every possible target. */
static int fetch_first(struct sg_loaded *loaded, const char *config_branch, struct sg_err *err)
{
	const char *wanted[FEW_BRANCHES + 1];
	size_t count = 0, targets = 0, all;
	const struct sg_repo_branch *branches = sg_repo_branches(loaded->repo, &all);

	for (size_t i = 0; i < all; i++)
		targets += !is_work_branch(branches[i].name);
	if (config_branch)
		wanted[count++] = config_branch;
	for (size_t i = 0; targets <= FEW_BRANCHES && i < all; i++) {
		const char *name = branches[i].name;

		if (!is_work_branch(name) && (!config_branch || strcmp(name, config_branch) != 0))
			wanted[count++] = name;
	}
	return count ? sg_repo_fetch(loaded->repo, wanted, count, err) : 0;
}

int sg_load_local(struct sg_world *world, struct sg_loaded *loaded, struct sg_str *ret_text,
	struct sg_err *err)
{
	const char *path = world->settings->config;
	struct sg_buf text SG_AUTO(sg_buf_release);

	sg_buf_init(&text, SG_CONFIG_MAX_BYTES);
	if (sg_fs_read(path, &text, err) < 0)
		return sg_wrap(err, "--config");
	loaded->config_name = path;
	loaded->config_from = path;
	loaded->advisory = true;
	*ret_text = (struct sg_str){sg_arena_dup(world->arena, sg_buf_str(&text)), text.len};
	return 0;
}

int sg_load_missing(const struct sg_loaded *loaded, const char *branch, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CONFIG_MISSING, "%s has no %s on %s", loaded->remote.name,
		SG_CONFIG_FILE, branch);
	return sg_hint(err, "the configuration lives at the root of the GitOps repository; "
			    "--gitops-ref names another branch");
}

static int config_from_branch(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	struct sg_str *ret_text, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	struct sg_tree_source *source;
	const char *head;

	sg_buf_init(&text, SG_CONFIG_MAX_BYTES);
	if (sg_load_branch(world, loaded, branch, &source, err) < 0)
		return -1;
	head = sg_repo_head_branch(loaded->repo);
	if (source->read(source, SG_CONFIG_FILE, &text, err) < 0)
		return err->reason == SG_R_FILE_NOT_FOUND ? sg_load_missing(loaded, branch, err)
							  : -1;
	loaded->advisory = !head || strcmp(head, branch) != 0;
	loaded->config_branch = sg_arena_strdup(world->arena, branch);
	loaded->config_from = sg_arena_printf(world->arena, "%s@%.8s", branch, source->revision);
	loaded->config_name = SG_CONFIG_FILE;
	*ret_text = (struct sg_str){sg_arena_dup(world->arena, sg_buf_str(&text)), text.len};
	loaded->config_text = *ret_text;
	(void)snprintf(loaded->config_tip, sizeof(loaded->config_tip), "%s", source->revision);
	return 0;
}

/* The file at the tip of the configuration branch, which may be a newer one than that of the last
 * look: a fetch may look anew. Nothing of it is kept. */
static int read_again(struct sg_world *world, struct sg_loaded *loaded, struct sg_buf *text,
	char ret_tip[SG_OID_SIZE], struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	struct sg_arena *of_the_run = world->arena;
	struct sg_tree_source *source;
	int rc;

	world->arena = &scratch;
	rc = sg_load_branch(world, loaded, loaded->config_branch, &source, err);
	if (rc == 0)
		rc = source->read(source, SG_CONFIG_FILE, text, err);
	if (rc == 0)
		(void)snprintf(ret_tip, SG_OID_SIZE, "%s", source->revision);
	world->arena = of_the_run;
	if (rc < 0)
		return err->reason == SG_R_FILE_NOT_FOUND
			       ? sg_load_missing(loaded, loaded->config_branch, err)
			       : -1;
	return 0;
}

int sg_load_take_config(struct sg_world *world, struct sg_loaded *loaded, struct sg_str text,
	const char tip[SG_OID_SIZE], bool *ret_changed, struct sg_err *err)
{
	const char *from = loaded->config_from;
	struct sg_str kept;

	*ret_changed = false;
	if (sg_str_eq(loaded->config_text, text)) {
		(void)snprintf(loaded->config_tip, sizeof(loaded->config_tip), "%s", tip);
		return 0;
	}
	loaded->config_bytes += text.len;
	if (loaded->config_bytes > AGAIN_MAX_BYTES) {
		(void)sg_fail(err, SG_R_TOO_LARGE,
			"%s changed so often during this run that it is not read again",
			SG_CONFIG_FILE);
		return sg_hint(err, "run again");
	}
	kept = (struct sg_str){sg_arena_dup(world->arena, text), text.len};
	loaded->config_from = sg_arena_printf(world->arena, "%s@%.8s", loaded->config_branch, tip);
	*ret_changed = true;
	/* one that cannot be used is not taken for known: the next look says so again */
	if (sg_load_policy(world, loaded, kept, err) < 0) {
		loaded->config_from = from;
		return -1;
	}
	loaded->config_text = kept;
	(void)snprintf(loaded->config_tip, sizeof(loaded->config_tip), "%s", tip);
	return 0;
}

int sg_load_config_again(
	struct sg_world *world, struct sg_loaded *loaded, bool *ret_changed, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	char tip[SG_OID_SIZE];

	*ret_changed = false;
	sg_buf_init(&text, SG_CONFIG_MAX_BYTES);
	if (!loaded->config_branch)
		return 0;
	if (sg_repo_tip(loaded->repo, loaded->config_branch, tip, err) < 0)
		return -1;
	if (strcmp(tip, loaded->config_tip) == 0)
		return 0;
	if (read_again(world, loaded, &text, tip, err) < 0)
		return -1;
	return sg_load_take_config(world, loaded, sg_buf_str(&text), tip, ret_changed, err);
}

static void note_what_was_read(struct sg_world *world, const struct sg_loaded *loaded)
{
	size_t count;

	(void)sg_repo_branches(loaded->repo, &count);
	sg_console_note(world->console, "repository %s, %zu branch%s", loaded->remote.url, count,
		count == 1 ? "" : "es");
	sg_console_note(world->console, "credential %s",
		loaded->remote.cred ? loaded->remote.cred_from : "none");
	sg_console_note(world->console, "configuration %s", loaded->config_from);
	if (loaded->signer)
		sg_console_note(
			world->console, "signing key %s", sg_signer_fingerprint(loaded->signer));
}

static int find_config_branch(const struct sg_world *world, struct sg_loaded *loaded,
	const char **ret, struct sg_err *err)
{
	*ret = NULL;
	if (world->settings->config)
		return 0;
	*ret = world->settings->gitops_ref;
	/* a fetch that has to look anew forgets the names of this look */
	if (!*ret && sg_repo_head_branch(loaded->repo))
		*ret = sg_arena_strdup(world->arena, sg_repo_head_branch(loaded->repo));
	if (*ret)
		return 0;
	return sg_fail(err, SG_R_BRANCH_NOT_FOUND,
		"%s has no HEAD branch; name one with --gitops-ref", loaded->remote.name);
}

int sg_load_found(struct sg_world *world, struct sg_loaded *loaded, struct sg_str *ret_text,
	struct sg_err *err)
{
	const char *branch = NULL;
	int rc;

	sg_console_phase(world->console, SG_CONSOLE_READ, "Reading %s", loaded->remote.name);
	rc = sg_load_repo(world, loaded, err);
	if (rc == 0)
		rc = find_config_branch(world, loaded, &branch, err);
	if (rc == 0)
		rc = fetch_first(loaded, branch, err);
	if (rc == 0)
		rc = branch ? config_from_branch(world, loaded, branch, ret_text, err)
			    : sg_load_local(world, loaded, ret_text, err);
	if (rc == 0)
		note_what_was_read(world, loaded);
	else if (err->reason == SG_R_CREDENTIAL_MISSING)
		(void)sg_hint(err, "%s", loaded->remote.no_cred_why);
	return rc;
}

int sg_load_text(struct sg_world *world, struct sg_loaded *ret_loaded, struct sg_str *ret_text,
	struct sg_err *err)
{
	struct sg_loaded loaded = {.arena = world->arena};

	if (sg_remote_find(world, &loaded.remote, err) < 0)
		return -1;
	if (sg_signing_open(world, &loaded.signer, err) < 0 ||
		sg_load_found(world, &loaded, ret_text, err) < 0) {
		sg_loaded_release(&loaded);
		return -1;
	}
	*ret_loaded = loaded;
	return 0;
}

int sg_load_policy(
	struct sg_world *world, struct sg_loaded *loaded, struct sg_str text, struct sg_err *err)
{
	if (sg_config_load(world->arena, loaded->config_name, text, &loaded->policy, err) < 0)
		return sg_wrap(err, "%s: %s", loaded->remote.url, loaded->config_from);
	return 0;
}

int sg_load(struct sg_world *world, struct sg_loaded *ret_loaded, struct sg_err *err)
{
	struct sg_loaded loaded;
	struct sg_str text = {0};

	if (sg_load_text(world, &loaded, &text, err) < 0)
		return -1;
	if (sg_load_policy(world, &loaded, text, err) < 0) {
		sg_loaded_release(&loaded);
		return -1;
	}
	*ret_loaded = loaded;
	return 0;
}

void sg_loaded_release(struct sg_loaded *loaded)
{
	if (!loaded)
		return;
	sg_repo_close(loaded->repo);
	loaded->repo = NULL;
	sg_signer_free_ptr(&loaded->signer);
	sg_remote_release(&loaded->remote);
}

int sg_load_branch(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	struct sg_tree_source **ret_source, struct sg_err *err)
{
	char oid[SG_OID_SIZE];

	/* in this order: a fetch may have to look anew, and brings the tip of that look */
	if (sg_repo_fetch(loaded->repo, &branch, 1, err) < 0 ||
		sg_repo_tip(loaded->repo, branch, oid, err) < 0)
		return -1;
	return sg_repo_source(loaded->repo, oid, branch, world->arena, ret_source, err);
}

int sg_load_again(struct sg_loaded *loaded, struct sg_err *err)
{
	return sg_repo_refs(loaded->repo, err);
}

int sg_load_environment(const struct sg_loaded *loaded, const char *name,
	const struct sg_environment **ret_env, struct sg_err *err)
{
	if (name)
		return sg_config_environment(&loaded->policy, name, ret_env, err);
	*ret_env = &loaded->policy.environments[0];
	return 0;
}
