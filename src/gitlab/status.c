#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gitlab/page.h"
#include "gitlab/project.h"
#include "io/json_write.h"

#define TEXT_MAX 255 /* of description and target_url (gitlab.md 7.1) */
#define STATUSES_MAX 10000

/*
 * "Cannot transition status via :enqueue from :pending (Reason(s): ...)" to the state in which it
 * is: what was to be said is said already.
 */
static bool says_so_already(const struct sg_gitlab_answer *answer, const char *state)
{
	struct sg_str why = sg_str_of(answer->why);
	long at = sg_str_search(why, " from :");
	struct sg_str from;

	if (answer->status != 400 || !sg_str_starts(why, "Cannot transition status via :") ||
		at < 0)
		return false;
	from = sg_str_sub(why, (size_t)at + strlen(" from :"), why.len);
	return sg_str_starts(from, state) &&
	       (from.len == strlen(state) || from.ptr[strlen(state)] == ' ');
}

static void write_status(struct sg_buf *body, const struct sg_gitlab_status_ask *ask)
{
	SG_AUTO(sg_buf_release) struct sg_buf shown = {0};
	struct sg_json_out json;
	char text[TEXT_MAX + 1];

	/* GitLab shows it as it is. A byte may become four, and the rest is cut. */
	sg_text_line(text, sizeof(text), sg_str_of(ask->description));
	sg_buf_init(&shown, sizeof(text) * 4);
	sg_text_terminal(sg_str_of(text), false, &shown);
	sg_text_line(text, sizeof(text), sg_buf_str(&shown));
	sg_json_out_init(&json, body, false);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "state", ask->state);
	sg_json_put_str(&json, "name", ask->name);
	sg_json_put_str(&json, "description", text);
	if (ask->target_url && strlen(ask->target_url) <= TEXT_MAX)
		sg_json_put_str(&json, "target_url", ask->target_url);
	if (ask->pipeline_id)
		sg_json_put_i64(&json, "pipeline_id", ask->pipeline_id);
	sg_json_close_object(&json);
}

int sg_gitlab_status_set(struct sg_gitlab *gitlab, const struct sg_gitlab_status_ask *ask,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0}, body = {0};
	struct sg_gitlab_call call = {.method = "POST",
		.path = &path,
		.project = gitlab->project,
		.label = "set the commit status",
		.repeat_409 = true};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	sg_buf_init(&body, SG_GITLAB_SEND_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/statuses");
	if (sg_gitlab_path_part(&path, ask->sha, err) < 0)
		return -1;
	write_status(&body, ask);
	call.body = sg_buf_str(&body);
	if (sg_gitlab_write(gitlab, &call, NULL, ret_answer, err) < 0)
		return -1;
	if (ret_answer->outcome == SG_GITLAB_REFUSED && says_so_already(ret_answer, ask->state))
		ret_answer->outcome = SG_GITLAB_DONE;
	return 0;
}

struct raw {
	struct sg_gitlab_status status;
	int64_t id;
	const char *created;
	const char *finished;
};

#define FIELD(type, member, path, needed) SG_GITLAB_FIELD(type, raw, member, path, needed)

static const struct sg_json_field fields[] = {
	FIELD(SG_FIELD_I64, id, "id", true),
	FIELD(SG_FIELD_STR, status.name, "name", true),
	FIELD(SG_FIELD_STR, status.state, "status", true),
	FIELD(SG_FIELD_STR, status.description, "description", false),
	FIELD(SG_FIELD_I64, status.author_id, "author.id", false),
	FIELD(SG_FIELD_STR, created, "created_at", true),
	FIELD(SG_FIELD_STR, finished, "finished_at", false),
};

struct statuses {
	struct sg_arena *arena;
	const char *name;
	struct raw *items;
	size_t count;
};

static int take_status(void *arg, const struct sg_json *item, struct sg_err *err)
{
	static const char where[] = "commit status";
	struct statuses *s = arg;
	struct raw raw = {0};

	if (sg_gitlab_fields(item, where, fields, SG_COUNT(fields), s->arena, &raw, err) < 0 ||
		sg_gitlab_time_ms(
			raw.created, where, "created_at", &raw.status.created_unix_ms, err) < 0 ||
		sg_gitlab_time_ms(
			raw.finished, where, "finished_at", &raw.status.finished_unix_ms, err) < 0)
		return -1;
	if (strcmp(raw.status.name, s->name) == 0)
		*(struct raw *)sg_arena_push(s->arena, &s->items, &s->count, sizeof(raw)) = raw;
	return 0;
}

static void forget_statuses(void *arg)
{
	struct statuses *s = arg;

	s->items = NULL;
	s->count = 0;
}

static int older(const void *a, const void *b)
{
	const struct raw *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

int sg_gitlab_statuses(struct sg_gitlab *gitlab, const char *sha, const char *name,
	struct sg_arena *arena, struct sg_gitlab_status **ret_statuses, size_t *ret_count,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;
	struct statuses s = {.arena = arena, .name = name};
	struct sg_gitlab_status *out;
	const struct sg_gitlab_list list = {
		.call = {.path = &path,
			.project = gitlab->project,
			.label = "read the commit statuses"},
		.what = "the statuses of the commit",
		.max_items = STATUSES_MAX,
		.item = take_status,
		.restart = forget_statuses,
		.arg = &s,
	};

	sg_buf_init(&path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(&path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&path, "/repository/commits");
	if (sg_gitlab_path_part(&path, sha, err) < 0)
		return -1;
	sg_buf_adds(&path, "/statuses");
	sg_gitlab_path_param(&path, "name", name);
	sg_gitlab_path_param(&path, "all", "true");
	if (sg_gitlab_list_read(gitlab, &list, err) < 0)
		return -1;
	if (s.count)
		qsort(s.items, s.count, sizeof(*s.items), older);
	out = sg_arena_calloc(arena, s.count + 1, sizeof(*out));
	for (size_t i = 0; i < s.count; i++)
		out[i] = s.items[i].status;
	*ret_statuses = out;
	*ret_count = s.count;
	return 0;
}
