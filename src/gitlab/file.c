#include "gitlab/file.h"

#include <stdlib.h>
#include <string.h>

#include "gitlab/page.h"
#include "io/crypto.h"
#include "model/ids.h"
#include "model/trailer.h"

#define FOLDER_MAX 5000

static bool says(const struct sg_gitlab_fault *fault, const char *word)
{
	return fault->status == 404 && sg_str_search(sg_str_of(fault->message), word) >= 0;
}

static int no_file(const struct sg_gitlab *gitlab, const char *path, struct sg_err *err)
{
	return sg_fail(err, SG_R_FILE_NOT_FOUND, "%s has no \"%s\"", gitlab->project, path);
}

static int no_revision(const struct sg_gitlab *gitlab, const char *revision, struct sg_err *err)
{
	struct sg_str name = sg_str_of(revision);

	if (sg_str_starts(name, "refs/heads/"))
		name = sg_str_sub(name, strlen("refs/heads/"), name.len);
	return sg_fail(err, SG_R_BRANCH_NOT_FOUND, "project %s has no branch \"%.*s\"",
		gitlab->project, SG_STR_ARG(name));
}

static bool take_oid(struct sg_str oid, char ret_oid[SG_OID_SIZE])
{
	if (!sg_str_is_oid(oid))
		return false;
	memcpy(ret_oid, oid.ptr, oid.len);
	ret_oid[oid.len] = '\0';
	return true;
}

/* The bytes are those that the headers are about. */
static bool is_whole(const struct sg_http_res *res)
{
	struct sg_str said = sg_http_header(&res->headers, "X-Gitlab-Content-Sha256");
	char hex[65];

	if (!said.len)
		return true;
	sg_crypto_sha256_hex(sg_buf_str(&res->body), hex);
	return sg_str_is(said, hex);
}

static int take_file(const struct sg_http_res *res, const char *path, struct sg_arena *arena,
	struct sg_buf *buf, struct sg_gitlab_file *ret, struct sg_err *err)
{
	struct sg_gitlab_file file = {
		.ref = sg_arena_dup(arena, sg_http_header(&res->headers, "X-Gitlab-Ref"))};

	if (!take_oid(sg_http_header(&res->headers, "X-Gitlab-Commit-Id"), file.commit))
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"the answer about \"%s\" does not name the commit it is of", path);
	if (!is_whole(res))
		return sg_fail(err, SG_R_ANSWER_INVALID,
			"the bytes of \"%s\" are not those that the answer is about", path);
	file.just_changed =
		sg_str_is(sg_http_header(&res->headers, "X-Gitlab-Last-Commit-Id"), file.commit);
	if (res->body.len > buf->max - buf->len)
		return sg_fail(err, SG_R_TOO_LARGE, "\"%s\" has %zu bytes, the limit is %zu", path,
			res->body.len, buf->max);
	sg_buf_addstr(buf, sg_buf_str(&res->body));
	*ret = file;
	return 0;
}

int sg_gitlab_file_read(struct sg_gitlab *gitlab, const char *path, const char *revision,
	struct sg_arena *arena, struct sg_buf *buf, struct sg_gitlab_file *ret_file,
	struct sg_err *err)
{
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	SG_AUTO(sg_buf_release) struct sg_buf url;
	const struct sg_gitlab_call call = {
		.path = &url, .project = gitlab->project, .label = "read the file"};

	sg_buf_init(&url, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&url, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&url, "/repository/files");
	if (sg_gitlab_path_part(&url, path, err) < 0)
		return -1;
	sg_buf_adds(&url, "/raw");
	if (revision)
		sg_gitlab_path_param(&url, "ref", revision);
	if (sg_gitlab_ask(gitlab, &call, &reply, err) < 0)
		return -1;
	if (says(&reply.fault, "File Not Found"))
		return no_file(gitlab, path, err);
	if (says(&reply.fault, "Commit Not Found"))
		return no_revision(gitlab, revision ? revision : "HEAD", err);
	if (reply.fault.kind != SG_GITLAB_FAULT_NONE)
		return sg_gitlab_refuse(gitlab, &call, &reply.fault, err);
	if (take_file(&reply.res, path, arena, buf, ret_file, err) < 0)
		return sg_wrap(err, "%s", call.label);
	return 0;
}

/* ---- folders ---- */

struct folder {
	struct sg_arena *arena;
	struct sg_gitlab_entry *entries;
	size_t count;
};

static int take_entry(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct folder *folder = arg;
	const char *name = sg_json_str(sg_json_get(item, "name"), "");
	struct sg_gitlab_entry *entry;

	if (name[0] == '\0')
		return sg_fail(err, SG_R_ANSWER_INVALID, "entry.name: expected a string");
	entry = sg_arena_push(folder->arena, &folder->entries, &folder->count, sizeof(*entry));
	entry->name = sg_arena_strdup(folder->arena, name);
	entry->mode = sg_arena_strdup(folder->arena, sg_json_str(sg_json_get(item, "mode"), ""));
	entry->is_dir = strcmp(sg_json_str(sg_json_get(item, "type"), ""), "tree") == 0;
	return 0;
}

static void forget(void *arg)
{
	((struct folder *)arg)->count = 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sg_gitlab_entry *)a)->name,
		((const struct sg_gitlab_entry *)b)->name);
}

int sg_gitlab_folder_read(struct sg_gitlab *gitlab, const char *dir, const char *revision,
	struct sg_arena *arena, struct sg_gitlab_entry **ret_entries, size_t *ret_count,
	struct sg_err *err)
{
	struct folder folder = {.arena = arena};
	SG_AUTO(sg_buf_release) struct sg_buf path;
	const struct sg_gitlab_list list = {
		.call = {.path = &path, .project = gitlab->project, .label = "read the folder"},
		.what = "the files of the folder",
		.max_items = FOLDER_MAX,
		.item = take_entry,
		.restart = forget,
		.arg = &folder,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/repository/tree");
	sg_gitlab_path_param(&path, "ref", revision);
	if (dir[0])
		sg_gitlab_path_param(&path, "path", dir);
	if (sg_gitlab_list_read(gitlab, &list, err) < 0) {
		/* "404 Tree Not Found", "404 invalid revision or path Not Found" */
		if (err->reason == SG_R_NOT_FOUND && !strstr(err->cause, "404 Project Not Found"))
			return no_file(gitlab, dir, err);
		return -1;
	}
	if (folder.count)
		qsort(folder.entries, folder.count, sizeof(*folder.entries), by_name);
	*ret_entries = folder.entries;
	*ret_count = folder.count;
	return 0;
}

int sg_gitlab_branch_tip(
	struct sg_gitlab *gitlab, const char *branch, char ret_oid[SG_OID_SIZE], struct sg_err *err)
{
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	SG_AUTO(sg_buf_release) struct sg_buf path;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the branch"};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/repository/branches");
	if (sg_gitlab_path_part(&path, branch, err) < 0 ||
		sg_gitlab_fetch(gitlab, &call, &reply, &doc, err) < 0)
		return -1;
	if (says(&reply.fault, "Branch Not Found"))
		return no_revision(gitlab, branch, err);
	if (reply.fault.kind != SG_GITLAB_FAULT_NONE)
		return sg_gitlab_refuse(gitlab, &call, &reply.fault, err);
	if (take_oid(sg_str_of(sg_json_str(sg_json_at(doc, "commit.id"), "")), ret_oid))
		return 0;
	(void)sg_fail(err, SG_R_ANSWER_INVALID, "branch.commit.id: expected a full commit id");
	return sg_wrap(err, "%s", call.label);
}

static int dates_path(const struct sg_gitlab *gitlab, const struct sg_gitlab_dates_ask *ask,
	struct sg_buf *path, struct sg_err *err)
{
	char since[32];

	sg_buf_init(path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	sg_time_format(ask->since_s, since, sizeof(since));
	sg_buf_adds(path, "/repository/commits");
	sg_gitlab_path_param(path, "ref_name", ask->commit);
	sg_gitlab_path_param(path, "path", ask->path);
	sg_gitlab_path_param(path, "since", since);
	sg_gitlab_path_param(path, "per_page", "20");
	return 0;
}

int sg_gitlab_file_dates(struct sg_gitlab *gitlab, const struct sg_gitlab_dates_ask *ask,
	struct sg_gitlab_dates *ret_dates, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	const struct sg_gitlab_call call = {.path = &path,
		.project = gitlab->project,
		.label = "read when the file was changed"};
	struct sg_gitlab_dates dates = {0};

	if (dates_path(gitlab, ask, &path, err) < 0 || sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "commits: expected an array");
	for (const struct sg_json *e = sg_json_first(doc); e && dates.count < SG_GITLAB_DATES_MAX;
		e = sg_json_next(e)) {
		const char *when = sg_json_str(sg_json_get(e, "committed_date"), "");
		const char *message = sg_json_str(sg_json_get(e, "message"), "");

		if (ask->not_of &&
			sg_trailer_says(sg_str_of(message), "Stagegate-Pipeline", ask->not_of))
			continue;
		if (!sg_time_parse(sg_str_of(when), &dates.unix_s[dates.count]))
			dates.unix_s[dates.count] = 0;
		dates.count++;
	}
	*ret_dates = dates;
	return 0;
}
