/* What every exchange with libgit2's remotes needs, and the download itself. */
#include <stdio.h>
#include <string.h>

#include "io/fs.h"
#include "repo/ahead.h"
#include "repo/internal.h"
#include "repo/memory.h"

/* libgit2 wants an address; the transport knows the real one, and this one can leak nothing. */
#define STAND_IN "https://repository.invalid/r.git"

enum { ALIVE_EVERY_MS = 100 };

/* libgit2 works for long stretches without the network; signals and the deadline count there too.
 */
int sg_repo_on_progress(const git_indexer_progress *stats, void *payload)
{
	struct sg_repo *repo = payload;
	int64_t now = sg_loop_now_ms(repo->wire.http->loop);
	uint32_t max = repo->max_objects > 0 ? repo->max_objects : SG_REPO_OBJECTS_MAX;
	struct sg_err err = SG_ERR_INIT;

	if (stats->total_objects > max) {
		sg_fail(&err, SG_R_TOO_LARGE, "the server would send %u objects, the limit is %u",
			stats->total_objects, (unsigned)max);
		return sg_repo_keep_fail(repo, &err);
	}
	if (now < repo->next_alive_ms)
		return 0;
	repo->next_alive_ms = now + ALIVE_EVERY_MS;
	if (sg_wire_alive(&repo->wire, &err) < 0)
		return sg_repo_keep_fail(repo, &err);
	return 0;
}

static int on_words(const char *text, int len, void *payload)
{
	struct sg_repo *repo = payload;
	size_t room = repo->words.max - repo->words.len;

	if (len > 0)
		sg_buf_add(&repo->words, text, (size_t)len < room ? (size_t)len : room);
	return 0;
}

void sg_repo_callbacks(struct sg_repo *repo, git_remote_callbacks *ret)
{
	git_remote_callbacks callbacks;

	(void)git_remote_init_callbacks(&callbacks, GIT_REMOTE_CALLBACKS_VERSION);
	callbacks.transport = sg_repo_transport;
	callbacks.sideband_progress = on_words;
	callbacks.transfer_progress = sg_repo_on_progress;
	callbacks.payload = repo;
	*ret = callbacks;
}

git_remote *sg_repo_remote(struct sg_repo *repo, struct sg_err *err)
{
	git_remote_create_options opts;
	git_remote *remote = NULL;
	int rc;

	(void)git_remote_create_options_init(&opts, GIT_REMOTE_CREATE_OPTIONS_VERSION);
	opts.repository = repo->git;
	opts.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
	git_error_clear();
	rc = git_remote_create_with_opts(&remote, STAND_IN, &opts);
	if (rc < 0) {
		sg_git_fail(NULL, rc, "make a remote", err);
		return NULL;
	}
	return remote;
}

static bool is_offered(const struct sg_repo *repo, const char *oid)
{
	for (size_t i = 0; i < SG_REPO_OFFERS; i++)
		if (strcmp(repo->offers[i], oid) == 0)
			return true;
	return false;
}

void sg_repo_end_at(struct sg_repo *repo, const char *oid)
{
	for (size_t i = 0; i < SG_REPO_ENDS; i++)
		if (strcmp(repo->ends[i], oid) == 0)
			return;
	memcpy(repo->ends[repo->next_end], oid, GIT_OID_SHA1_HEXSIZE + 1);
	repo->next_end = (repo->next_end + 1) % SG_REPO_ENDS;
}

int sg_repo_offer(struct sg_repo *repo, const char *oid, struct sg_err *err)
{
	size_t slot = repo->next_offer;
	git_reference *ref = NULL;
	char name[32];
	git_oid id;
	int rc;

	if (is_offered(repo, oid))
		return 0;
	if (sg_git_oid(oid, &id, err) < 0)
		return -1;
	(void)snprintf(name, sizeof(name), "refs/here/%zu", slot);
	git_error_clear();
	rc = git_reference_create(&ref, repo->git, name, &id, 1, NULL);
	git_reference_free(ref);
	if (rc < 0)
		return sg_git_fail(NULL, rc, "keep a commit", err);
	sg_repo_end_at(repo, oid);
	memcpy(repo->offers[slot], oid, GIT_OID_SHA1_HEXSIZE + 1);
	repo->next_offer = (slot + 1) % SG_REPO_OFFERS;
	return 0;
}

/* Does the file say just that, in any order? libgit2 adds what a server says. */
static bool is_declared(const struct sg_repo *repo, const char *path, size_t bytes)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;
	struct sg_err ignored = SG_ERR_INIT;

	sg_buf_init(&text, bytes);
	if (sg_fs_read(path, &text, &ignored) < 0 || text.len != bytes)
		return false;
	for (size_t i = 0; i < SG_REPO_ENDS; i++)
		if (repo->ends[i][0] && sg_str_search(sg_buf_str(&text), repo->ends[i]) < 0)
			return false;
	return true;
}

/*
 * Declares history to end at the commits that came without it. That is never more than what is
 * here, and keeps what libgit2 tells the server to the few that are offered: with 20 commits and
 * more its stateless negotiation does not work together with a depth.
 */
static int declare_shallow(struct sg_repo *repo, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_buf text SG_AUTO(sg_buf_release);
	const char *path = sg_arena_printf(&arena, "%sshallow", git_repository_path(repo->git));

	sg_buf_init(&text, SG_REPO_ENDS * (GIT_OID_SHA1_HEXSIZE + 1));
	for (size_t i = 0; i < SG_REPO_ENDS; i++)
		if (repo->ends[i][0])
			sg_buf_addf(&text, "%s\n", repo->ends[i]);
	if (text.len == 0 || is_declared(repo, path, text.len))
		return 0;
	return sg_fs_write_passing(path, sg_buf_str(&text), err);
}

int sg_repo_download(
	struct sg_repo *repo, const char *const *specs, size_t count, int depth, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	git_strarray wanted = {sg_arena_calloc(&arena, count + 1, sizeof(char *)), count};
	git_fetch_options opts;
	int rc;

	for (size_t i = 0; i < count; i++)
		wanted.strings[i] = sg_arena_strdup(&arena, specs[i]);
	if (declare_shallow(repo, err) < 0)
		return -1;
	sg_repo_clear_fail(repo);
	(void)git_fetch_options_init(&opts, GIT_FETCH_OPTIONS_VERSION);
	sg_repo_callbacks(repo, &opts.callbacks);
	opts.prune = GIT_FETCH_NO_PRUNE;
	opts.update_fetchhead = 0;
	opts.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	opts.depth = depth;
	rc = git_remote_download(repo->remote, &wanted, &opts);
	sg_ahead_drop(repo);
	return rc < 0 ? sg_git_fail(repo, rc, "fetch", err) : 0;
}
