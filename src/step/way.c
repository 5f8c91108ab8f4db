#include "step/way.h"

#include <string.h>

#include "gitlab/file.h"
#include "gitlab/publisher.h"
#include "gitlab/source.h"

/* Where Git is there, too, an API that is down is not asked for long. */
#define AUTO_TRIES 3
#define ONLY_TRIES 8
/* Of one reading of the files of a plan; `auto` gives up early: Git needs three. */
#define AUTO_REQUESTS 24
#define ONLY_REQUESTS 1000

#define OPTION "--publish-via"

/* Why the API cannot be used; words NULL: it can. */
struct obstacle {
	enum sg_reason reason;
	const char *words;
	const char *hint;
};

static struct obstacle obstacle_of(const struct sg_loaded *loaded, bool signs)
{
	const struct sg_remote *remote = &loaded->remote;
	const char *why;

	if (signs)
		return (struct obstacle){SG_R_CONFIG_INVALID,
			"a signing key is given, and GitLab's API takes no signature of ours",
			"leave the key away, or publish by Git: publish.via: auto or git"};
	if (!sg_forge_is_there(loaded, &why))
		return (struct obstacle){SG_R_CONFIG_INVALID, why,
			"publish by Git: publish.via: "
			"auto or git"};
	if (!remote->cred)
		return (struct obstacle){
			SG_R_CREDENTIAL_MISSING, "there is no token for it", remote->no_cred_why};
	if (remote->is_job_token)
		return (struct obstacle){SG_R_CREDENTIAL_MISSING,
			"a job's own token may not commit over GitLab's API",
			"set STAGEGATE_GITLAB_TOKEN or STAGEGATE_GITLAB_TOKEN_FILE to a project "
			"access token with the scope `api`"};
	return (struct obstacle){0};
}

const char *sg_way_obstacle(const struct sg_loaded *loaded, bool signs, const char **ret_hint)
{
	struct obstacle obstacle = obstacle_of(loaded, signs);

	*ret_hint = obstacle.hint;
	return obstacle.words;
}

static int fail_obstacle(const struct obstacle *obstacle, const char *from, struct sg_err *err)
{
	(void)sg_fail(err, obstacle->reason, "%s asks for GitLab's API: %s", from, obstacle->words);
	return sg_hint(err, "%s", obstacle->hint);
}

static void open_api(struct sg_world *world, struct sg_loaded *loaded, bool only)
{
	struct sg_way *way = sg_arena_calloc(world->arena, 1, sizeof(*way));

	sg_forge_client(world, loaded, &way->forge);
	way->forge.gitlab.retry = sg_world_retry(world, only ? ONLY_TRIES : AUTO_TRIES);
	way->only = only;
	loaded->way = way;
}

/* ---- the configuration over the API ---- */

/* GitLab may say the name of the default branch, or only that it is that. */
static const char *name_of(const struct sg_world *world, const struct sg_gitlab_file *file)
{
	if (world->settings->gitops_ref)
		return world->settings->gitops_ref;
	return file->ref[0] ? file->ref : "HEAD";
}

/* A branch that is named is the default branch, or its configuration binds nobody. */
static int find_binding(struct sg_world *world, struct sg_loaded *loaded, struct sg_err *err)
{
	struct sg_forge *forge = &loaded->way->forge;
	const char *branch = world->settings->gitops_ref;

	if (!branch)
		return 0;
	if (sg_forge_project(forge, err) < 0)
		return -1;
	loaded->advisory = strcmp(forge->project.default_branch, branch) != 0;
	return 0;
}

static int read_file(struct sg_world *world, struct sg_loaded *loaded, struct sg_buf *text,
	struct sg_gitlab_file *file, struct sg_err *err)
{
	const char *branch = world->settings->gitops_ref;
	const char *ref = branch ? sg_arena_printf(world->arena, "refs/heads/%s", branch) : NULL;

	if (sg_gitlab_file_read(&loaded->way->forge.gitlab, SG_CONFIG_FILE, ref, world->arena, text,
		    file, err) == 0)
		return 0;
	return err->reason == SG_R_FILE_NOT_FOUND
		       ? sg_load_missing(loaded, branch ? branch : "its default branch", err)
		       : -1;
}

static int read_config(struct sg_world *world, struct sg_loaded *loaded, struct sg_str *ret_text,
	struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	struct sg_gitlab_file file;

	sg_buf_init(&text, SG_CONFIG_MAX_BYTES);
	if (world->settings->config)
		return sg_load_local(world, loaded, ret_text, err);
	if (read_file(world, loaded, &text, &file, err) < 0 || find_binding(world, loaded, err) < 0)
		return -1;
	loaded->config_branch = name_of(world, &file);
	loaded->config_from =
		sg_arena_printf(world->arena, "%s@%.8s", loaded->config_branch, file.commit);
	loaded->config_name = SG_CONFIG_FILE;
	*ret_text = (struct sg_str){sg_arena_dup(world->arena, sg_buf_str(&text)), text.len};
	loaded->config_text = *ret_text;
	memcpy(loaded->config_tip, file.commit, sizeof(loaded->config_tip));
	return 0;
}

int sg_way_config_again(
	struct sg_world *world, struct sg_loaded *loaded, bool *ret_changed, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	struct sg_gitlab_file file;

	sg_buf_init(&text, SG_CONFIG_MAX_BYTES);
	if (!loaded->way)
		return sg_load_config_again(world, loaded, ret_changed, err);
	*ret_changed = false;
	if (!loaded->config_branch)
		return 0;
	if (read_file(world, loaded, &text, &file, err) < 0)
		return -1;
	return sg_load_take_config(world, loaded, sg_buf_str(&text), file.commit, ret_changed, err);
}

bool sg_way_config_is_old(const struct sg_loaded *loaded)
{
	struct sg_err ignored = SG_ERR_INIT;
	char tip[SG_OID_SIZE];

	return !loaded->way && loaded->config_branch &&
	       (sg_repo_tip(loaded->repo, loaded->config_branch, tip, &ignored) < 0 ||
		       strcmp(tip, loaded->config_tip) != 0);
}

int sg_way_environment_again(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment **env, struct sg_err *err)
{
	const struct sg_environment *before = *env, *now;
	bool changed;

	if (sg_way_config_again(world, loaded, &changed, err) < 0 ||
		sg_load_environment(loaded, before->name, &now, err) < 0)
		return -1;
	if (now->gate_count <= before->gate_count && now->publish == before->publish &&
		strcmp(now->branch, before->branch) == 0) {
		*env = now;
		return 0;
	}
	(void)sg_fail(err, SG_R_CONFLICT,
		"while others pushed to %s the configuration of %s became another one (%s)",
		before->branch, before->name, loaded->config_from);
	return sg_hint(err, "run again, and it is decided by that one");
}

static int load_by_api(struct sg_world *world, struct sg_loaded *loaded, struct sg_str *ret_text,
	struct sg_err *err)
{
	if (read_config(world, loaded, ret_text, err) < 0)
		return -1;
	sg_console_note(world->console, "repository %s, over GitLab's API", loaded->remote.url);
	sg_console_note(world->console, "credential %s", loaded->remote.cred_from);
	sg_console_note(world->console, "configuration %s", loaded->config_from);
	return 0;
}

/* ---- deciding ---- */

struct deciding {
	struct sg_world *world;
	struct sg_loaded *loaded;
	size_t services;
	bool is_said;             /* by the option, */
	enum sg_publish_via said; /* this; else AUTO */
	struct obstacle obstacle;
	struct sg_err api_failed; /* what the API said to reading the configuration */
};

/* False where the option leaves it to the configuration. */
static bool read_option(const struct sg_world *world, enum sg_publish_via *ret_said)
{
	static const enum sg_publish_via vias[] = {SG_VIA_AUTO, SG_VIA_API, SG_VIA_GIT};

	for (size_t i = 0; i < SG_COUNT(vias); i++)
		if (sg_str_same(world->settings->publish_via, sg_publish_via_name(vias[i]))) {
			*ret_said = vias[i];
			return true;
		}
	return false;
}

enum sg_publish_via sg_way_asked(
	const struct sg_world *world, const struct sg_policy *policy, const char **ret_from)
{
	enum sg_publish_via via = policy->publish_via;
	bool is_said = read_option(world, &via);

	*ret_from = sg_arena_printf(
		world->arena, is_said ? OPTION " %s" : "publish.via: %s", sg_publish_via_name(via));
	return via;
}

/* Reads the configuration the way that is likely to be taken. */
static int load_config(struct deciding *d, struct sg_str *ret_text, struct sg_err *err)
{
	struct sg_loaded *loaded = d->loaded;
	bool first = d->said == SG_VIA_API || (d->said == SG_VIA_AUTO && !d->obstacle.words &&
						      d->services <= SG_WAY_FILES_MAX);

	if (!first)
		return sg_load_found(d->world, loaded, ret_text, err);
	sg_console_phase(d->world->console, SG_CONSOLE_READ, "Reading %s", loaded->remote.name);
	open_api(d->world, loaded, d->said == SG_VIA_API);
	if (load_by_api(d->world, loaded, ret_text, err) == 0)
		return 0;
	if (!sg_way_may_turn(loaded, err))
		return -1;
	d->api_failed = *err;
	sg_debug(d->world->log, "GitLab's API: %s; by Git then", err->cause);
	loaded->way = NULL;
	return sg_load_found(d->world, loaded, ret_text, err);
}

/* `api` in the configuration, which may have been read by Git. */
static int insist(struct deciding *d, struct sg_err *err)
{
	if (d->obstacle.words)
		return fail_obstacle(&d->obstacle, "publish.via: api", err);
	if (d->api_failed.reason != SG_R_OK) {
		*err = d->api_failed;
		return sg_wrap(err, "publish.via: api");
	}
	sg_repo_close(d->loaded->repo);
	d->loaded->repo = NULL;
	open_api(d->world, d->loaded, true);
	return 0;
}

static int decide(struct deciding *d, struct sg_err *err)
{
	enum sg_publish_via via = d->is_said ? d->said : d->loaded->policy.publish_via;

	if (via == SG_VIA_API)
		return insist(d, err);
	if (via == SG_VIA_GIT && d->loaded->way)
		return sg_way_turn(d->world, d->loaded, "publish.via: git", err);
	if (d->obstacle.words)
		sg_debug(d->world->log, "by Git: %s", d->obstacle.words);
	return 0;
}

static int load(struct deciding *d, struct sg_err *err)
{
	struct sg_str text = {0};

	d->obstacle = obstacle_of(d->loaded, d->loaded->signer != NULL);
	if (d->said == SG_VIA_API && d->obstacle.words)
		return fail_obstacle(&d->obstacle, OPTION " api", err);
	if (load_config(d, &text, err) < 0 || sg_load_policy(d->world, d->loaded, text, err) < 0)
		return -1;
	return decide(d, err);
}

int sg_way_load(
	struct sg_world *world, size_t services, struct sg_loaded *ret_loaded, struct sg_err *err)
{
	struct sg_loaded loaded = {.arena = world->arena};
	struct deciding d = {.world = world,
		.loaded = &loaded,
		.services = services,
		.said = SG_VIA_AUTO,
		.api_failed = SG_ERR_INIT};

	d.is_said = read_option(world, &d.said);
	if (sg_remote_find(world, &loaded.remote, err) < 0)
		return -1;
	if (sg_signing_open(world, &loaded.signer, err) < 0 || load(&d, err) < 0) {
		sg_loaded_release(&loaded);
		return -1;
	}
	*ret_loaded = loaded;
	return 0;
}

/* ---- the way that is taken ---- */

const char *sg_way_name(const struct sg_loaded *loaded)
{
	return sg_publish_via_name(loaded->way ? SG_VIA_API : SG_VIA_GIT);
}

static void open_source(struct sg_world *world, const struct sg_loaded *loaded, const char *branch,
	const char *commit, struct sg_tree_source **ret_source)
{
	const struct sg_gitlab_source_ask ask = {.branch = branch,
		.commit = commit,
		.url = loaded->remote.url,
		.max_requests = loaded->way->only ? ONLY_REQUESTS : AUTO_REQUESTS};

	sg_gitlab_source(&loaded->way->forge.gitlab, &ask, world->arena, ret_source);
}

int sg_way_branch(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	struct sg_tree_source **ret_source, struct sg_err *err)
{
	if (!loaded->way)
		return sg_load_branch(world, loaded, branch, ret_source, err);
	open_source(world, loaded, branch, NULL, ret_source);
	return 0;
}

int sg_way_at(struct sg_world *world, struct sg_loaded *loaded, const char *branch,
	const char *commit, struct sg_tree_source **ret_source, struct sg_err *err)
{
	if (!loaded->way)
		return sg_fail(err, SG_R_BUG, "by Git nothing comes between");
	open_source(world, loaded, branch, commit, ret_source);
	return 0;
}

int sg_way_again(struct sg_loaded *loaded, struct sg_err *err)
{
	return loaded->way ? 0 : sg_load_again(loaded, err);
}

int sg_way_publisher(struct sg_world *world, const struct sg_loaded *loaded,
	struct sg_publisher **ret_publisher, struct sg_err *err)
{
	if (!loaded->way)
		return sg_repo_publisher(loaded->repo, world->arena, ret_publisher, err);
	sg_gitlab_publisher(&loaded->way->forge.gitlab, world->arena, ret_publisher);
	return 0;
}

bool sg_way_may_turn(const struct sg_loaded *loaded, const struct sg_err *why)
{
	static const enum sg_reason reasons[] = {SG_R_AUTH_FAILED, SG_R_FORBIDDEN, SG_R_NOT_FOUND,
		SG_R_BRANCH_NOT_FOUND, SG_R_FILE_NOT_FOUND, SG_R_CONFIG_MISSING, SG_R_REDIRECTED,
		SG_R_CREDENTIAL_ORIGIN, SG_R_UNREACHABLE, SG_R_REMOTE_FAILED, SG_R_REMOTE_TIMEOUT,
		SG_R_THROTTLED, SG_R_ANSWER_INVALID, SG_R_JSON_INVALID, SG_R_TOO_LARGE};

	if (!loaded->way || loaded->way->only)
		return false;
	for (size_t i = 0; i < SG_COUNT(reasons); i++)
		if (why->reason == reasons[i])
			return true;
	return false;
}

/* Over the API the default branch needs no name. */
static void name_config_branch(const struct sg_world *world, struct sg_loaded *loaded)
{
	const char *head = sg_repo_head_branch(loaded->repo);

	if (loaded->config_branch && !world->settings->gitops_ref && head)
		loaded->config_branch = sg_arena_strdup(world->arena, head);
}

int sg_way_turn(
	struct sg_world *world, struct sg_loaded *loaded, const char *why, struct sg_err *err)
{
	struct sg_way *api = loaded->way;

	sg_console_note(world->console, "by Git from here: %s", why);
	loaded->way = NULL;
	if (sg_load_repo(world, loaded, err) == 0) {
		name_config_branch(world, loaded);
		return 0;
	}
	if (err->reason == SG_R_CREDENTIAL_MISSING)
		(void)sg_hint(err, "%s", loaded->remote.no_cred_why);
	sg_repo_close(loaded->repo);
	loaded->repo = NULL;
	loaded->way = api;
	return -1;
}
