#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "gitlab/decode.h"
#include "gitlab/mr_path.h"
#include "io/json_write.h"

/* A write about a merge request, with what it points to. */
struct wish {
	struct sg_buf path;
	struct sg_buf body;
	struct sg_json_out json;
	struct sg_gitlab_call call;
};

static void wish_release(struct wish *wish)
{
	sg_buf_release(&wish->path);
	sg_buf_release(&wish->body);
}

/* Begins the body; IID 0: of the project. */
static int wish_init(struct wish *wish, const struct sg_gitlab *gitlab, const char *method,
	int64_t iid, const char *tail, const char *label, struct sg_err *err)
{
	sg_buf_init(&wish->path, SG_GITLAB_PATH_MAX);
	sg_buf_init(&wish->body, SG_GITLAB_SEND_MAX);
	wish->call = (struct sg_gitlab_call){
		.method = method, .path = &wish->path, .project = gitlab->project, .label = label};
	sg_json_out_init(&wish->json, &wish->body, false);
	sg_json_open_object(&wish->json, NULL);
	if (iid)
		return sg_gitlab_mr_path(gitlab, iid, tail, &wish->path, err);
	if (sg_gitlab_path_project(&wish->path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(&wish->path, tail);
	return 0;
}

static int wish_send(struct wish *wish, struct sg_gitlab *gitlab, struct sg_json **ret_doc,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	sg_json_close_object(&wish->json);
	if (wish->body.overflow) {
		(void)sg_fail(err, SG_R_TOO_LARGE, "the text is longer than GitLab takes");
		return sg_wrap(err, "%s", wish->call.label);
	}
	wish->call.body = sg_buf_str(&wish->body);
	return sg_gitlab_write(gitlab, &wish->call, ret_doc, ret_answer, err);
}

/* What GitLab says of a success must be the object that was meant; else nobody knows. */
static void doubt(struct sg_gitlab_answer *answer, const char *why)
{
	answer->outcome = SG_GITLAB_DOUBT;
	sg_text_line(answer->why, sizeof(answer->why), sg_str_of(why));
}

static void put_ids(struct sg_json_out *json, const char *key, const int64_t *ids, size_t count)
{
	if (!count)
		return;
	sg_json_open_array(json, key);
	for (size_t i = 0; i < count; i++)
		sg_json_put_i64(json, NULL, ids[i]);
	sg_json_close_array(json);
}

static void put_wish(struct sg_json_out *json, const struct sg_gitlab_mr_wish *wish)
{
	if (wish->label_count) {
		sg_json_open_array(json, "labels");
		for (size_t i = 0; i < wish->label_count; i++)
			sg_json_put_str(json, NULL, wish->labels[i]);
		sg_json_close_array(json);
	}
	put_ids(json, "reviewer_ids", wish->reviewers, wish->reviewer_count);
	put_ids(json, "assignee_ids", wish->assignees, wish->assignee_count);
	if (wish->milestone)
		sg_json_put_i64(json, "milestone_id", wish->milestone);
	if (wish->squash_given)
		sg_json_put_bool(json, "squash", wish->squash);
	sg_json_put_bool(json, "remove_source_branch", !wish->keep_branch);
}

int sg_gitlab_mr_create(struct sg_gitlab *gitlab, const char *source_branch,
	const char *target_branch, const struct sg_gitlab_mr_text *text,
	const struct sg_gitlab_mr_wish *with, struct sg_arena *arena, struct sg_mr *ret_mr,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	if (wish_init(&wish, gitlab, "POST", 0, "/merge_requests", "open the merge request", err) <
		0)
		return -1;
	sg_json_put_str(&wish.json, "source_branch", source_branch);
	sg_json_put_str(&wish.json, "target_branch", target_branch);
	sg_json_put_str(&wish.json, "title", text->title);
	if (text->description)
		sg_json_put_str(&wish.json, "description", text->description);
	put_wish(&wish.json, with);
	if (wish_send(&wish, gitlab, &doc, ret_answer, err) < 0)
		return -1;
	if (ret_answer->outcome == SG_GITLAB_DONE &&
		sg_gitlab_decode_mr(doc, arena, ret_mr, &why) < 0)
		doubt(ret_answer, why.cause);
	return 0;
}

int sg_gitlab_mr_update(struct sg_gitlab *gitlab, int64_t iid, const struct sg_gitlab_mr_text *text,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};

	if (!text->title && !text->description) {
		*ret_answer = (struct sg_gitlab_answer){.outcome = SG_GITLAB_DONE};
		return 0;
	}
	if (wish_init(&wish, gitlab, "PUT", iid, "", "update the merge request", err) < 0)
		return -1;
	if (text->title)
		sg_json_put_str(&wish.json, "title", text->title);
	if (text->description)
		sg_json_put_str(&wish.json, "description", text->description);
	return wish_send(&wish, gitlab, NULL, ret_answer, err);
}

/* DONE only when the request is in STATE now. */
static int send_for_state(struct wish *wish, struct sg_gitlab *gitlab, enum sg_mr_state state,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const char *word;
	char why[128];

	if (wish_send(wish, gitlab, &doc, ret_answer, err) < 0)
		return -1;
	word = sg_json_str(sg_json_get(doc, "state"), "");
	if (ret_answer->outcome == SG_GITLAB_DONE && sg_mr_state_of(word) != state) {
		(void)snprintf(
			why, sizeof(why), "GitLab accepts it, and the state is \"%.40s\"", word);
		doubt(ret_answer, why);
	}
	return 0;
}

int sg_gitlab_mr_close(struct sg_gitlab *gitlab, int64_t iid, struct sg_gitlab_answer *ret_answer,
	struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};

	if (wish_init(&wish, gitlab, "PUT", iid, "", "close the merge request", err) < 0)
		return -1;
	sg_json_put_str(&wish.json, "state_event", "close");
	return send_for_state(&wish, gitlab, SG_MR_CLOSED, ret_answer, err);
}

int sg_gitlab_mr_merge(struct sg_gitlab *gitlab, int64_t iid, const char *sha, bool keep_branch,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};

	SG_ASSERT(sg_str_is_oid(sg_str_of(sha)));
	if (wish_init(&wish, gitlab, "PUT", iid, "/merge", "merge the merge request", err) < 0)
		return -1;
	wish.call.may_not_act = true;
	sg_json_put_str(&wish.json, "sha", sha);
	sg_json_put_bool(&wish.json, "should_remove_source_branch", !keep_branch);
	if (send_for_state(&wish, gitlab, SG_MR_MERGED, ret_answer, err) < 0)
		return -1;
	if (ret_answer->outcome == SG_GITLAB_REFUSED && ret_answer->status == 400) {
		(void)sg_fail(err, SG_R_REMOTE_FAILED, "%s answers 400: %s", gitlab->api,
			ret_answer->why);
		err->http_status = 400;
		return sg_wrap(err, "%s", wish.call.label);
	}
	return 0;
}

int sg_gitlab_mr_arm(struct sg_gitlab *gitlab, int64_t iid, const char *sha, bool keep_branch,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};

	SG_ASSERT(sg_str_is_oid(sg_str_of(sha)));
	if (wish_init(&wish, gitlab, "PUT", iid, "/merge", "set the auto-merge", err) < 0)
		return -1;
	wish.call.may_not_act = true;
	sg_json_put_str(&wish.json, "sha", sha);
	sg_json_put_bool(&wish.json, "auto_merge", true);
	/* its name before 17.11 */
	sg_json_put_bool(&wish.json, "merge_when_pipeline_succeeds", true);
	sg_json_put_bool(&wish.json, "should_remove_source_branch", !keep_branch);
	return wish_send(&wish, gitlab, NULL, ret_answer, err);
}

int sg_gitlab_mr_join_train(struct sg_gitlab *gitlab, int64_t iid, const char *sha, bool waits,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};
	char tail[64];

	SG_ASSERT(sg_str_is_oid(sg_str_of(sha)));
	(void)snprintf(tail, sizeof(tail), "/merge_trains/merge_requests/%" PRId64, iid);
	if (wish_init(&wish, gitlab, "POST", 0, tail, "join the merge train", err) < 0)
		return -1;
	wish.call.may_not_act = true;
	wish.call.answers_list = true;
	sg_json_put_str(&wish.json, "sha", sha);
	if (waits) {
		sg_json_put_bool(&wish.json, "auto_merge", true);
		/* its name before 17.11 */
		sg_json_put_bool(&wish.json, "when_pipeline_succeeds", true);
	}
	return wish_send(&wish, gitlab, NULL, ret_answer, err);
}

int sg_gitlab_mr_disarm(struct sg_gitlab *gitlab, int64_t iid, struct sg_gitlab_answer *ret_answer,
	struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};

	if (wish_init(&wish, gitlab, "POST", iid, "/cancel_merge_when_pipeline_succeeds",
		    "take the auto-merge back", err) < 0)
		return -1;
	wish.call.may_not_act = true;
	return wish_send(&wish, gitlab, NULL, ret_answer, err);
}

int sg_gitlab_mr_start_pipeline(struct sg_gitlab *gitlab, int64_t iid,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};

	if (wish_init(&wish, gitlab, "POST", iid, "/pipelines", "start a pipeline", err) < 0)
		return -1;
	return wish_send(&wish, gitlab, NULL, ret_answer, err);
}

int sg_gitlab_mr_note_add(struct sg_gitlab *gitlab, int64_t iid, const char *body,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	int64_t id;

	if (wish_init(&wish, gitlab, "POST", iid, "/notes", "add a note", err) < 0)
		return -1;
	sg_json_put_str(&wish.json, "body", body);
	if (wish_send(&wish, gitlab, &doc, ret_answer, err) < 0)
		return -1;
	if (ret_answer->outcome != SG_GITLAB_DONE || sg_json_i64(sg_json_get(doc, "id"), &id))
		return 0;
	/* 202: the text was nothing but quick actions, and no note was made (gitlab.md 6.10) */
	doubt(ret_answer, "GitLab took the text, and names no note that it made of it");
	if (ret_answer->status == 202)
		ret_answer->outcome = SG_GITLAB_REFUSED;
	return 0;
}

int sg_gitlab_mr_note_edit(struct sg_gitlab *gitlab, int64_t iid, int64_t note_id, const char *body,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};
	char tail[48];

	(void)snprintf(tail, sizeof(tail), "/notes/%" PRId64, note_id);
	if (wish_init(&wish, gitlab, "PUT", iid, tail, "edit a note", err) < 0)
		return -1;
	sg_json_put_str(&wish.json, "body", body);
	return wish_send(&wish, gitlab, NULL, ret_answer, err);
}

int sg_gitlab_mr_note_delete(struct sg_gitlab *gitlab, int64_t iid, int64_t note_id,
	struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(wish_release) struct wish wish = {0};
	char tail[48];

	(void)snprintf(tail, sizeof(tail), "/notes/%" PRId64, note_id);
	if (wish_init(&wish, gitlab, "DELETE", iid, tail, "delete a note", err) < 0)
		return -1;
	return wish_send(&wish, gitlab, NULL, ret_answer, err);
}
