#include <stdlib.h>

#include "base/alloc.h"
#include "io/fs.h"
#include "repo/internal.h"
#include "repo/memory.h"

#define PACK_BYTES ((size_t)512 * 1024 * 1024)

/* libgit2 reads nothing of this machine: no configuration, no home, no templates (security.md 4.4).
 */
static int isolate(const char *home)
{
	static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};
	int rc = git_libgit2_opts(GIT_OPT_SET_HOMEDIR, home);

	for (size_t i = 0; rc == 0 && i < SG_COUNT(levels); i++)
		rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "");
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	/* folders name what is not here, and go into merged ones (partial.h) */
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0);
	return rc;
}

static int init_bare(struct sg_repo *repo)
{
	git_repository_init_options opts;

	(void)git_repository_init_options_init(&opts, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
	opts.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT |
		     GIT_REPOSITORY_INIT_MKDIR;
	opts.initial_head = "main";
	return git_repository_init_ext(
		&repo->git, sg_arena_printf(&repo->arena, "%s/objects.git", repo->dir), &opts);
}

static int set_up(struct sg_repo *repo, const struct sg_repo_opts *opts, struct sg_err *err)
{
	int rc;

	if (sg_wire_url(&repo->arena, opts->url, &repo->wire.url, err) < 0)
		return -1;
	if (sg_fs_tempdir(&repo->arena, opts->tmpdir, &repo->dir, err) < 0)
		return sg_wrap(err, "make a temporary repository");
	if (sg_repo_bound_memory(err) < 0)
		return -1;
	rc = isolate(repo->dir);
	if (rc == 0)
		rc = init_bare(repo);
	return rc < 0 ? sg_git_fail(NULL, rc, "make a temporary repository", err) : 0;
}

int sg_repo_open(const struct sg_repo_opts *opts, struct sg_repo **ret_repo, struct sg_err *err)
{
	struct sg_repo *repo SG_AUTO(sg_repo_close_ptr) = NULL;

	/* never shut down: built without threads, libgit2 starts only eight times in a process */
	if (git_libgit2_init() < 0)
		return sg_git_fail(NULL, -1, "start libgit2", err);
	repo = sg_calloc(1, sizeof(*repo));
	repo->wire = (struct sg_wire){
		.http = opts->http,
		.cred = opts->cred,
		.tls = opts->tls,
		.log = opts->log,
		.deadline_ms = opts->deadline_ms > 0 ? opts->deadline_ms : SG_NEVER,
		.max_refs_bytes = SG_REPO_REFS_BYTES_MAX,
		.max_answer_bytes = opts->max_pack_bytes > 0 ? opts->max_pack_bytes : PACK_BYTES,
		.retry = opts->retry,
	};
	repo->signer = opts->signer;
	repo->partial.wanted = opts->partial;
	sg_buf_init(&repo->words, SG_REPO_WORDS_MAX);
	if (set_up(repo, opts, err) < 0)
		return -1;
	*ret_repo = repo;
	repo = NULL;
	return 0;
}

void sg_repo_close(struct sg_repo *repo)
{
	if (!repo)
		return;
	git_remote_free(repo->remote);
	git_repository_free(repo->git);
	if (repo->dir)
		sg_fs_rmtree(repo->dir);
	sg_buf_release(&repo->words);
	sg_arena_release(&repo->look);
	sg_arena_release(&repo->arena);
	free(repo);
}

void sg_repo_close_ptr(struct sg_repo **repo)
{
	sg_repo_close(*repo);
	*repo = NULL;
}

const char *sg_repo_library_version(void)
{
	return LIBGIT2_VERSION;
}
