#include "gitlab/publisher.h"

#include <string.h>

#include "base/text.h"
#include "gitlab/file.h"
#include "gitlab/page.h"
#include "io/crypto.h"
#include "io/json_write.h"
#include "model/trailer.h"

#define COMMITS_MAX 2000
/* A branch that moves all the time must not hide a refusal that stays. */
#define ODD_MAX 3

struct publisher {
	struct sg_publisher base; /* first */
	struct sg_gitlab *gitlab;
	int odd; /* refusals in a row whose words say nothing about a lost race */
};

static struct publisher *publisher_of(struct sg_publisher *base)
{
	return (struct publisher *)(void *)base;
}

static bool contains(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sg_str_search(sg_str_of(text), words[i]) >= 0)
			return true;
	return false;
}

/* Texts of a lost race (gitlab.md 3, 4). Others may mean it, too: then the branch is looked at. */
static bool says_stale(const char *why)
{
	static const char *const words[] = {"Could not update", "has changed since you started",
		"A file with this name", "cannot lock ref", "incorrect old value"};

	return contains(why, words, SG_COUNT(words));
}

static void say(struct sg_published *published, enum sg_publish_outcome outcome, const char *why)
{
	published->outcome = outcome;
	sg_text_line(published->why, sizeof(published->why), sg_str_of(why));
}

/* ---- the request ---- */

static void put_action(
	struct sg_json_out *json, const struct sg_plan *plan, const struct sg_file_change *file)
{
	SG_AUTO(sg_buf_release) struct sg_buf content;

	sg_buf_init(&content, SG_GITLAB_SEND_MAX);
	sg_crypto_base64(file->after, &content);
	json->out->overflow = json->out->overflow || content.overflow;
	sg_json_open_object(json, NULL);
	sg_json_put_str(json, "action", "update");
	sg_json_put_str(json, "file_path", file->path);
	sg_json_put_str(json, "last_commit_id", plan->parent);
	sg_json_put_str(json, "encoding", "base64");
	sg_json_put_strn(json, "content", sg_buf_str(&content));
	sg_json_close_object(json);
}

static void put_plan(struct sg_buf *body, const struct sg_plan *plan)
{
	struct sg_json_out json;

	sg_json_out_init(&json, body, false);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "branch", plan->branch);
	sg_json_put_str(&json, "commit_message", plan->message);
	sg_json_put_str(&json, "author_name", plan->author.name);
	sg_json_put_str(&json, "author_email", plan->author.email);
	sg_json_put_bool(&json, "stats", false);
	sg_json_open_array(&json, "actions");
	for (size_t i = 0; i < plan->file_count; i++)
		put_action(&json, plan, &plan->files[i]);
	sg_json_close_array(&json);
	sg_json_close_object(&json);
}

static int commits_path(const struct sg_gitlab *gitlab, struct sg_buf *path, struct sg_err *err)
{
	sg_buf_init(path, SG_GITLAB_PATH_MAX);
	if (sg_gitlab_path_project(path, gitlab->project, err) < 0)
		return -1;
	sg_buf_adds(path, "/repository/commits");
	return 0;
}

/* ---- what came between ---- */

static bool is_as_before(struct sg_gitlab *gitlab, const struct sg_file_change *file,
	const char *parent, bool *ret_known, struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	SG_AUTO(sg_buf_release) struct sg_buf text;
	struct sg_gitlab_file facts;

	sg_buf_init(&text, file->before.len + 1);
	*ret_known = true;
	if (sg_gitlab_file_read(gitlab, file->path, parent, &scratch, &text, &facts, err) == 0)
		return sg_str_eq(sg_buf_str(&text), file->before);
	*ret_known = err->reason == SG_R_TOO_LARGE || err->reason == SG_R_FILE_NOT_FOUND;
	return false;
}

static int hint_between(const struct sg_plan *plan, const char *path, const char *parent,
	const char *commit, struct sg_err *err)
{
	return sg_hint(err, "look with: git fetch origin %s && git diff %.12s %.12s -- %s",
		plan->branch, parent, commit, path);
}

/*
 * GitLab compares the files, and then commits to whatever the branch is at: a change of the same
 * file that comes between the two is gone with ours. *ret_path is that file; NULL: there is none.
 */
static int look_between(struct sg_gitlab *gitlab, const struct sg_plan *plan, const char *parent,
	const char *commit, const char **ret_path, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*ret_path = NULL;
	if (strcmp(parent, plan->parent) == 0)
		return 0;
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct sg_file_change *file = &plan->files[i];
		bool known;

		if (is_as_before(gitlab, file, parent, &known, &why))
			continue;
		*ret_path = file->path;
		if (known)
			return 0;
		(void)sg_fail(err, SG_R_OUTCOME_UNKNOWN,
			"%.12s is on %s, and whether it took away a change of %s that came in the "
			"last moment cannot be read: %.300s",
			commit, plan->branch, file->path, why.cause);
		return hint_between(plan, file->path, parent, commit, err);
	}
	return 0;
}

/* ---- the answer ---- */

/* The one parent of a commit in JSON; NULL when there is another number of them. */
static const char *parent_of(const struct sg_json *commit)
{
	const struct sg_json *parents = sg_json_get(commit, "parent_ids");
	const char *oid =
		sg_json_count(parents) == 1 ? sg_json_str(sg_json_first(parents), "") : "";

	return sg_str_is_oid(sg_str_of(oid)) ? oid : NULL;
}

/* The id of a commit in JSON that says it is of this plan; NULL otherwise. */
static const char *id_of(const struct sg_json *commit, const struct sg_plan *plan)
{
	const char *id = sg_json_str(sg_json_get(commit, "id"), "");
	const char *message = sg_json_str(sg_json_get(commit, "message"), "");

	return sg_str_is_oid(sg_str_of(id)) && parent_of(commit) &&
			       sg_trailer_says(sg_str_of(message), "Stagegate-Id", plan->id)
		       ? id
		       : NULL;
}

static int accepted(struct sg_gitlab *gitlab, const struct sg_plan *plan, const struct sg_json *doc,
	struct sg_published *ret, struct sg_err *err)
{
	const char *id = id_of(doc, plan), *path;

	if (!id) {
		say(ret, SG_PUBLISH_DOUBT, "GitLab says yes, and names no commit of this plan");
		return 0;
	}
	if (look_between(gitlab, plan, parent_of(doc), id, &path, err) < 0)
		return -1;
	say(ret, SG_PUBLISHED, "");
	if (path)
		memcpy(ret->beside, parent_of(doc), strlen(parent_of(doc)) + 1);
	memcpy(ret->commit, id, strlen(id) + 1);
	return 0;
}

static int fail_declined(const struct sg_plan *plan, const char *why, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_HOOK_DECLINED, "GitLab declined the commit to \"%.120s\": %s",
		plan->branch, why);
	return sg_hint(err, "see the push rules of the project; where commits must be signed by "
			    "us, give a signing key: that goes by Git");
}

/*
 * Too many texts of no known race: that is a refusal, unless this very commit is there by now,
 * since the text may be the answer to a second delivery of it.
 */
static int refused_for_good(struct publisher *publisher, const struct sg_plan *plan,
	const char *tip, const char *why, struct sg_published *ret, struct sg_err *err)
{
	struct sg_publisher *base = &publisher->base;
	struct sg_err unread = SG_ERR_INIT;
	enum sg_answer answer;
	char commit[SG_OID_SIZE];

	if (base->find(base, plan, tip, &answer, commit, &unread) < 0)
		answer = SG_ANSWER_UNKNOWN;
	if (answer == SG_ANSWER_NO)
		return fail_declined(plan, why, err);
	say(ret, answer == SG_ANSWER_YES ? SG_PUBLISHED : SG_PUBLISH_DOUBT, why);
	if (answer == SG_ANSWER_YES)
		memcpy(ret->commit, commit, sizeof(commit));
	return 0;
}

/* The branch's own answer, or that about one of its files: a token may be let into one of them. */
static int read_tip(struct sg_gitlab *gitlab, const struct sg_plan *plan, char ret_oid[SG_OID_SIZE],
	struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	SG_AUTO(sg_buf_release) struct sg_buf text;
	struct sg_err why = SG_ERR_INIT;
	struct sg_gitlab_file facts;

	sg_buf_init(&text, SG_GITLAB_BODY_MAX);
	if (sg_gitlab_branch_tip(gitlab, plan->branch, ret_oid, err) == 0)
		return 0;
	if (err->reason != SG_R_FORBIDDEN && err->reason != SG_R_NOT_FOUND)
		return -1;
	if (sg_gitlab_file_read(gitlab, plan->files[0].path,
		    sg_arena_printf(&scratch, "refs/heads/%s", plan->branch), &scratch, &text,
		    &facts, &why) == 0) {
		memcpy(ret_oid, facts.commit, sizeof(facts.commit));
		return 0;
	}
	if (why.reason == SG_R_CANCELLED)
		*err = why;
	return -1;
}

static int unseen_for_good(const struct sg_plan *plan, const char *why, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_OUTCOME_UNKNOWN,
		"GitLab declined the commit to \"%.120s\" (%.200s), and the branch cannot be read: "
		"this may have been the answer to a second delivery of it",
		plan->branch, why);
	return sg_hint(err,
		"look with: git fetch origin %s && git log --grep='Stagegate-Id: %s' "
		"%.12s..FETCH_HEAD",
		plan->branch, plan->id, plan->parent);
}

/*
 * Any other text of a 400 can be a lost race, too, or a refusal that stays: the branch tells. Where
 * it cannot be read it says nothing, and whoever looks next sees what is there.
 */
static int refused(struct publisher *publisher, const struct sg_plan *plan,
	const struct sg_gitlab_answer *answer, struct sg_published *ret, struct sg_err *err)
{
	struct sg_err unread = SG_ERR_INIT;
	char tip[SG_OID_SIZE];
	bool often;

	say(ret, SG_PUBLISH_STALE, answer->why);
	if (answer->status == 409 || answer->status == 423 || says_stale(answer->why)) {
		publisher->odd = 0;
		return 0;
	}
	often = ++publisher->odd >= ODD_MAX;
	if (read_tip(publisher->gitlab, plan, tip, &unread) < 0) {
		if (unread.reason != SG_R_BRANCH_NOT_FOUND && unread.reason != SG_R_CANCELLED)
			return often ? unseen_for_good(plan, answer->why, err) : 0;
		*err = unread;
		return -1;
	}
	if (strcmp(tip, plan->parent) == 0)
		return fail_declined(plan, answer->why, err);
	return often ? refused_for_good(publisher, plan, tip, answer->why, ret, err) : 0;
}

/* A branch that is closed to this user, and nothing that another way could do better. */
static int forbidden(const struct sg_plan *plan, struct sg_err *err)
{
	static const char *const words[] = {"not allowed to push"};
	char cause[sizeof(err->cause)];

	if (err->reason != SG_R_FORBIDDEN || !contains(err->cause, words, SG_COUNT(words)))
		return -1;
	memcpy(cause, err->cause, sizeof(cause));
	(void)sg_fail(
		err, SG_R_BRANCH_PROTECTED, "commit to \"%.120s\": %.500s", plan->branch, cause);
	err->http_status = 403;
	return sg_hint(err, "let the token's user push to this branch (protected branches), or "
			    "publish by merge request");
}

static int publish(struct sg_publisher *base, const struct sg_plan *plan,
	struct sg_published *ret_published, struct sg_err *err)
{
	struct publisher *publisher = publisher_of(base);
	struct sg_gitlab *gitlab = publisher->gitlab;
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_buf_release) struct sg_buf body = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_published published = {0};
	struct sg_gitlab_answer answer;
	struct sg_gitlab_call call = {.method = "POST",
		.path = &path,
		.project = gitlab->project,
		.label = "commit the change"};

	if (plan->lease)
		return sg_fail(err, SG_R_BUG, "the commits API keeps no lease");
	sg_buf_init(&body, SG_GITLAB_SEND_MAX);
	put_plan(&body, plan);
	if (body.overflow)
		return sg_fail(err, SG_R_TOO_LARGE,
			"the changed files are too large for GitLab's commits API");
	call.body = sg_buf_str(&body);
	if (commits_path(gitlab, &path, err) < 0)
		return -1;
	if (sg_gitlab_write(gitlab, &call, &doc, &answer, err) < 0)
		return forbidden(plan, err);
	if (answer.outcome == SG_GITLAB_DOUBT)
		say(&published, SG_PUBLISH_DOUBT, answer.why);
	else if (answer.outcome == SG_GITLAB_REFUSED
			 ? refused(publisher, plan, &answer, &published, err) < 0
			 : accepted(gitlab, plan, doc, &published, err) < 0)
		return -1;
	sg_debug(gitlab->log, "commit to %s: outcome %d %s", plan->branch, (int)published.outcome,
		published.why);
	*ret_published = published;
	return 0;
}

/* ---- reading back ---- */

/* A commit of the list that says it is of the plan. */
struct claim {
	const char *id;
	const char *parent;
};

struct finding {
	const struct sg_plan *plan;
	struct sg_arena *arena;
	struct claim *claims;
	size_t count;
};

static int take_commit(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct finding *finding = arg;
	const char *id = id_of(item, finding->plan);
	struct claim *claim;

	(void)err;
	if (!id)
		return 0;
	claim = sg_arena_push(finding->arena, &finding->claims, &finding->count, sizeof(*claim));
	claim->id = sg_arena_strdup(finding->arena, id);
	claim->parent = sg_arena_strdup(finding->arena, parent_of(item));
	return 0;
}

static void forget(void *arg)
{
	((struct finding *)arg)->count = 0;
}

/* Read back, it may be too late to put things right by ourselves: others may have built on it. */
static int check_between(struct sg_gitlab *gitlab, const struct sg_plan *plan,
	const struct claim *claim, struct sg_err *err)
{
	const char *path;

	if (look_between(gitlab, plan, claim->parent, claim->id, &path, err) < 0)
		return -1;
	if (!path)
		return 0;
	(void)sg_fail(err, SG_R_CONFLICT,
		"%.12s is on %s, and took away a change of %s that came in the last moment "
		"(%.12s)",
		claim->id, plan->branch, path, claim->parent);
	return hint_between(plan, path, claim->parent, claim->id, err);
}

/* Anybody can write a trailer: the file at that commit must be as we wanted it. */
static int is_ours(struct sg_gitlab *gitlab, const struct sg_plan *plan, const struct claim *claim,
	bool *ret_ours, struct sg_err *err)
{
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	const struct sg_file_change *file = &plan->files[0];
	SG_AUTO(sg_buf_release) struct sg_buf text;
	struct sg_gitlab_file facts;

	sg_buf_init(&text, file->after.len + 1);
	*ret_ours = false;
	if (sg_gitlab_file_read(gitlab, file->path, claim->id, &scratch, &text, &facts, err) == 0)
		*ret_ours = sg_str_eq(sg_buf_str(&text), file->after);
	else if (err->reason != SG_R_TOO_LARGE && err->reason != SG_R_FILE_NOT_FOUND)
		return -1;
	return 0;
}

static int read_claims(
	struct sg_gitlab *gitlab, const char *tip, struct finding *finding, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	const struct sg_gitlab_list list = {
		.call = {.path = &path, .project = gitlab->project, .label = "read the commits"},
		.what = "the commits",
		.max_items = COMMITS_MAX,
		.item = take_commit,
		.restart = forget,
		.arg = finding,
	};

	if (commits_path(gitlab, &path, err) < 0)
		return -1;
	sg_gitlab_path_param(&path, "ref_name",
		sg_arena_printf(finding->arena, "%s..%s", finding->plan->parent, tip));
	sg_gitlab_path_param(&path, "path", finding->plan->files[0].path);
	return sg_gitlab_list_read(gitlab, &list, err);
}

static int find(struct sg_publisher *base, const struct sg_plan *plan, const char *tip,
	enum sg_answer *ret_answer, char ret_commit[SG_OID_SIZE], struct sg_err *err)
{
	struct sg_gitlab *gitlab = publisher_of(base)->gitlab;
	struct sg_arena scratch SG_AUTO(sg_arena_release) = {0};
	struct finding finding = {.plan = plan, .arena = &scratch};
	bool ours = false;

	*ret_answer = SG_ANSWER_NO;
	if (strcmp(plan->parent, tip) == 0)
		return 0;
	if (read_claims(gitlab, tip, &finding, err) < 0) {
		*ret_answer = SG_ANSWER_UNKNOWN;
		/* a list that is too long, or never stands still */
		return err->reason == SG_R_TOO_LARGE || err->reason == SG_R_CONFLICT ? 0 : -1;
	}
	for (size_t i = 0; i < finding.count && !ours; i++) {
		const struct claim *claim = &finding.claims[i];

		if (is_ours(gitlab, plan, claim, &ours, err) < 0 ||
			(ours && check_between(gitlab, plan, claim, err) < 0))
			return -1;
		if (ours)
			memcpy(ret_commit, claim->id, strlen(claim->id) + 1);
	}
	if (ours)
		*ret_answer = SG_ANSWER_YES;
	return 0;
}

void sg_gitlab_publisher(
	struct sg_gitlab *gitlab, struct sg_arena *arena, struct sg_publisher **ret_publisher)
{
	struct publisher *publisher = sg_arena_calloc(arena, 1, sizeof(*publisher));

	publisher->base.publish = publish;
	publisher->base.find = find;
	publisher->gitlab = gitlab;
	*ret_publisher = &publisher->base;
}
