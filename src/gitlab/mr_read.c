#include <stdlib.h>
#include <string.h>

#include "gitlab/decode.h"
#include "gitlab/mr_path.h"
#include "gitlab/page.h"

#define OPEN_MAX 5000
#define NOTES_MAX 10000
#define VERSIONS_MAX 10000
/* As those of ours begin; the longest of them (step/record.c) has 512 KiB. */
#define NOTE_MARK "<!-- stagegate:"
#define NOTE_MARKED_MAX_BYTES ((size_t)512 * 1024)
#define NOTE_OTHER_MAX_BYTES ((size_t)1024)
#define NOTES_KEPT_MAX_BYTES ((size_t)16 * 1024 * 1024)
/* Of all answers. GitLab takes a million characters, and sends "<" as six bytes: 40 such notes. */
#define NOTES_MAX_BYTES ((size_t)256 * 1024 * 1024)

struct requests {
	struct sg_arena *arena;
	const char *prefix;
	struct sg_mr *items;
	size_t count;
};

static int take_request(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct requests *requests = arg;
	const char *branch = sg_json_str(sg_json_get(item, "source_branch"), "");

	if (!sg_str_starts(sg_str_of(branch), requests->prefix) || !sg_gitlab_mr_is_own(item))
		return 0;
	return sg_gitlab_decode_mr(item, requests->arena,
		sg_arena_push(requests->arena, &requests->items, &requests->count,
			sizeof(*requests->items)),
		err);
}

static void forget_requests(void *arg)
{
	struct requests *requests = arg;

	requests->items = NULL;
	requests->count = 0;
}

int sg_gitlab_mr_list_open(struct sg_gitlab *gitlab, const char *prefix, int64_t author_id,
	struct sg_arena *arena, struct sg_mr **ret_mrs, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct requests requests = {.arena = arena, .prefix = prefix};
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "list the open merge requests"},
		.what = "the open merge requests",
		.max_items = OPEN_MAX,
		.item = take_request,
		.restart = forget_requests,
		.arg = &requests,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/merge_requests");
	sg_gitlab_path_param(&path, "state", "opened");
	sg_gitlab_mr_author(&path, author_id);
	sg_gitlab_path_param(&path, "order_by", "created_at");
	sg_gitlab_path_param(&path, "sort", "desc");
	if (sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	*ret_mrs = requests.items;
	*ret_count = requests.count;
	return 0;
}

struct notes {
	struct sg_arena *arena;
	struct sg_gitlab_note *items;
	size_t count, kept_bytes;
};

/* What anybody may have written, of which only that it is no note of ours matters. */
static size_t kept_of(const struct sg_gitlab_note *note, size_t len)
{
	bool matters = note->system || sg_str_starts(sg_str_of(note->body), NOTE_MARK);
	size_t max = matters ? NOTE_MARKED_MAX_BYTES : NOTE_OTHER_MAX_BYTES;

	return len < max ? len : max;
}

static int take_note(void *arg, const struct sg_json *item, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct notes *notes = arg;
	struct sg_gitlab_note note;
	size_t len;

	if (sg_gitlab_decode_note(item, &scratch, &note, err) < 0)
		return -1;
	len = kept_of(&note, strlen(note.body));
	notes->kept_bytes += len;
	if (notes->kept_bytes > NOTES_KEPT_MAX_BYTES)
		return sg_fail(err, SG_R_TOO_LARGE, "the notes are larger than %zu bytes",
			NOTES_KEPT_MAX_BYTES);
	note.body = sg_arena_dup(notes->arena, (struct sg_str){note.body, len});
	*(struct sg_gitlab_note *)sg_arena_push(
		notes->arena, &notes->items, &notes->count, sizeof(*notes->items)) = note;
	return 0;
}

static void forget_notes(void *arg)
{
	struct notes *notes = arg;

	*notes = (struct notes){.arena = notes->arena};
}

static int older_note(const void *a, const void *b)
{
	const struct sg_gitlab_note *x = a, *y = b;

	if (x->created_unix_ms != y->created_unix_ms)
		return x->created_unix_ms < y->created_unix_ms ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

int sg_gitlab_mr_notes(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_gitlab_note **ret_notes, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct notes notes = {.arena = arena};
	const struct sg_gitlab_list list = {
		.call = {.path = &path, .project = gitlab->project, .label = "read the notes"},
		.what = "the notes of the merge request",
		.max_items = NOTES_MAX,
		.max_bytes = NOTES_MAX_BYTES,
		.item = take_note,
		.restart = forget_notes,
		.arg = &notes,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_mr_path(gitlab, iid, "/notes", &path, err) < 0)
		return -1;
	sg_gitlab_path_param(&path, "sort", "asc");
	sg_gitlab_path_param(&path, "order_by", "created_at");
	if (sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	if (notes.count)
		qsort(notes.items, notes.count, sizeof(*notes.items), older_note);
	*ret_notes = notes.items;
	*ret_count = notes.count;
	return 0;
}

struct numbered {
	struct sg_gitlab_version version;
	int64_t id;
};

struct versions {
	struct sg_arena *arena;
	struct numbered *items;
	size_t count;
};

static int take_version(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct versions *versions = arg;
	struct numbered *one = sg_arena_push(
		versions->arena, &versions->items, &versions->count, sizeof(*versions->items));

	return sg_gitlab_decode_version(item, versions->arena, &one->version, &one->id, err);
}

static void forget_versions(void *arg)
{
	struct versions *versions = arg;

	versions->items = NULL;
	versions->count = 0;
}

static int older_version(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

int sg_gitlab_mr_versions(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_gitlab_version **ret_versions, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct versions versions = {.arena = arena};
	struct sg_gitlab_version *out;
	const struct sg_gitlab_list list = {
		.call = {.path = &path, .project = gitlab->project, .label = "read the versions"},
		.what = "the versions of the merge request",
		.max_items = VERSIONS_MAX,
		.item = take_version,
		.restart = forget_versions,
		.arg = &versions,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_mr_path(gitlab, iid, "/versions", &path, err) < 0 ||
		sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	if (versions.count)
		qsort(versions.items, versions.count, sizeof(*versions.items), older_version);
	out = sg_arena_calloc(arena, versions.count + 1, sizeof(*out));
	for (size_t i = 0; i < versions.count; i++)
		out[i] = versions.items[i].version;
	*ret_versions = out;
	*ret_count = versions.count;
	return 0;
}

int sg_gitlab_mr_approvals(struct sg_gitlab *gitlab, int64_t iid, struct sg_arena *arena,
	struct sg_gitlab_approval **ret_approvals, size_t *ret_count, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_gitlab_call call = {
		.path = &path, .project = gitlab->project, .label = "read the approvals"};
	struct sg_gitlab_approval *items = NULL;
	const struct sg_json *array;
	size_t count = 0;

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_mr_path(gitlab, iid, "/approvals", &path, err) < 0 ||
		sg_gitlab_get(gitlab, &call, &doc, err) < 0)
		return -1;
	array = sg_json_get(doc, "approved_by");
	if (sg_json_type(array) != SG_JSON_ARRAY) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID, "approvals.approved_by: expected an array");
		return sg_wrap(err, "%s", call.label);
	}
	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e))
		if (sg_gitlab_decode_approval(e, arena,
			    sg_arena_push(arena, &items, &count, sizeof(*items)), err) < 0)
			return sg_wrap(err, "%s", call.label);
	*ret_approvals = items;
	*ret_count = count;
	return 0;
}
