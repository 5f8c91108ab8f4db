#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/image.h"
#include "step/promotion.h"
#include "step/publish.h"
#include "step/request_style.h"

/* A merge that is under way when a signal comes may finish. */
#define FINISH_MS 5000
/* So many answers in a row that say no and why not in no words of ours. */
#define MAX_REFUSALS 20
#define WORDS_SHOWN 400

struct acting {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge *forge;
	struct sg_promotion *p;
};

static int refused(struct acting *a, const char *what, const struct sg_gitlab_answer *answer,
	struct sg_err *err)
{
	const char *merge_error = a->p->request.open ? a->p->request.mr.merge_error : "";

	sg_debug(a->world->log, "%s: %s (HTTP %d)", what, answer->why, answer->status);
	a->p->doubts += answer->outcome == SG_GITLAB_DOUBT;
	if (answer->outcome != SG_GITLAB_REFUSED || ++a->p->refusals < MAX_REFUSALS)
		return 0;
	(void)sg_fail(err, SG_R_CONFLICT, "%s: GitLab says no again and again: %s%s%s", what,
		answer->why, merge_error[0] ? "; " : "", merge_error);
	return sg_hint(err, "look at %s",
		a->p->request.open ? a->p->request.mr.web_url : a->p->request.branch);
}

/* The pipeline that WISH is from, as far as it is known without another request; NULL: it is not.
 */
static const char *origin_of(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_promotion *p, const char *wish)
{
	struct sg_str tag = sg_image_version_split(sg_str_of(wish)).tag;
	struct sg_err ignored = SG_ERR_INIT;
	struct sg_origin_at at;
	struct sg_origin origin;

	if (!p->before_count)
		return NULL;
	at = (struct sg_origin_at){.env = p->befores[0].env, .tip = p->befores[0].tip->revision};
	if (!tag.len || sg_origin_find(world, loaded, &at, p->service,
				sg_arena_dup(world->arena, tag), false, &origin, &ignored) < 0)
		return NULL;
	return origin.pipeline;
}

static int commit(struct acting *a, struct sg_err *err)
{
	const struct sg_before *before = &a->p->befores[0];
	const struct sg_bump_wish wish = {.service = a->p->service, .tag = a->p->wish};
	const struct sg_publish_ask ask = {
		.env = a->p->env,
		.wishes = &wish,
		.count = 1,
		.guard = {.older_reason = a->p->older_reason,
			.wish_at = {.env = before->env, .tip = before->tip->revision}},
		.origin = origin_of(a->world, a->loaded, a->p, a->p->wish),
		.one_try = &a->p->crowd,
	};
	struct sg_publish_done done;

	if (sg_publish(a->world, a->loaded, &ask, &done, err) < 0)
		return -1;
	a->p->changes = done.changes;
	if (done.lost)
		return 0;
	(void)snprintf(a->p->landed, sizeof(a->p->landed), "%s", done.commit);
	return 0;
}

/* The open request keeps its version unless a newer one passed. */
int sg_promotion_plan(struct sg_world *world, struct sg_loaded *loaded, struct sg_promotion *p,
	struct sg_plan *ret_plan, const char **ret_wish, struct sg_err *err)
{
	bool by_request = p->env->publish == SG_PUBLISH_MERGE_REQUEST;
	bool keeps = p->facts.has_mr && strcmp(p->step->code, "NEWER_VERSION") != 0;
	struct sg_bump_wish bump = {.service = p->service, .tag = keeps ? p->head.wish : p->wish};
	const struct sg_plan_ask ask = {
		.env = p->env,
		.wishes = &bump,
		.count = 1,
		.branch = by_request ? p->request.branch : p->env->branch,
		.lease = !by_request   ? NULL
			 : p->work_tip ? p->work_tip
				       : "",
		.reason = p->older_reason,
		.origin = origin_of(world, loaded, p, bump.tag),
	};

	/* The plan is told at the end of the run, when this look may be forgotten. */
	bump.tag = sg_arena_strdup(world->arena, bump.tag);
	if (sg_plan_on(world, loaded, &ask, p->tip, &p->changes, ret_plan, err) < 0)
		return -1;
	*ret_wish = bump.tag;
	return 0;
}

static int find_asker(struct acting *a, struct sg_err *err)
{
	if (sg_forge_asker(a->world, a->forge, err) < 0)
		return sg_wrap(err, "who asks for this promotion");
	return 0;
}

static int record(struct acting *a, int64_t iid, int64_t number, const char *wish, const char *head,
	struct sg_err *err)
{
	const char **froms =
		sg_arena_calloc(a->world->arena, a->p->before_count + 1, sizeof(*froms));
	const struct sg_requester_ask ask = {
		.iid = iid,
		.number = number,
		.wish = wish,
		.head = head,
		.froms = froms,
		.from_count = a->p->before_count,
	};
	bool doubt;

	for (size_t i = 0; i < a->p->before_count; i++)
		froms[i] = a->p->befores[i].tip->revision;
	if (sg_requester_record(a->world, a->forge, &ask, &doubt, err) < 0)
		return -1;
	a->p->doubts += doubt;
	if (!doubt)
		a->p->noted = (struct sg_requesters_seen){
			iid, number, sg_loop_now_ms(sg_world_loop(a->world))};
	return 0;
}

/*
 * Who asks for another change than that of the present head is written down before the head moves:
 * a note too many shuts out one person more, one too few would let the asker approve. The same
 * version in place of another one is another change, too. A run that was killed here has written it
 * already. *ret_known: it stands there, and the head may move.
 */
static int record_move(struct acting *a, const struct sg_plan *plan, const char *wish,
	bool *ret_known, struct sg_err *err)
{
	struct sg_promotion *p = a->p;
	char head[SG_OID_SIZE];
	int doubts = p->doubts;

	*ret_known = true;
	if (!p->facts.has_mr || sg_head_has_values(&p->head, plan->values, plan->value_count))
		return 0;
	if (sg_repo_plan_commit(a->loaded->repo, plan, head, err) < 0 || find_asker(a, err) < 0)
		return -1;
	if (sg_requesters_have(&p->requesters, head, a->forge->asker.id))
		return 0;
	if (record(a, p->request.mr.iid, p->requesters.last + 1, wish, head, err) < 0)
		return -1;
	*ret_known = p->doubts == doubts;
	return 0;
}

static int push_plan(struct acting *a, const struct sg_plan *plan, struct sg_published *published,
	struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(a->world);
	struct sg_publisher *publisher;
	int rc;

	if (sg_repo_publisher(a->loaded->repo, a->world->arena, &publisher, err) < 0)
		return -1;
	loop->finish_ms = FINISH_MS;
	rc = publisher->publish(publisher, plan, published, err);
	loop->finish_ms = 0;
	return rc;
}

static int text_of(struct acting *a, const struct sg_plan *plan, bool draft,
	struct sg_gitlab_mr_text *ret_text, struct sg_err *err)
{
	const struct sg_span *span;

	if (sg_span_find(a->world, a->loaded, a->p->env, a->p->service, plan, &span, err) < 0)
		return -1;
	*ret_text = sg_request_text(a->world, a->p->env, a->p->service, plan, span);
	ret_text->title = sg_request_style_title(a->world->arena, ret_text->title, draft);
	return 0;
}

/*
 * The text of the open request comes before the head that it is about: an approval given between
 * the two is for the old head and void, and a run that was killed there goes on with the push.
 * *ret_done: it stands there, and the head may come.
 */
static int describe(
	struct acting *a, const struct sg_plan *plan, bool *ret_done, struct sg_err *err)
{
	struct sg_promotion *p = a->p;
	struct sg_gitlab_mr_text text;
	struct sg_gitlab_answer answer;
	bool draft;

	*ret_done = true;
	if (!p->facts.has_mr)
		return 0;
	/* Whoever has marked it as ready has said so of the version that it carried then. */
	draft = p->request.mr.draft ||
		(p->env->request.draft &&
			!sg_head_has_values(&p->head, plan->values, plan->value_count));
	if (text_of(a, plan, draft, &text, err) < 0)
		return -1;
	if (strcmp(text.title, p->request.mr.title) == 0 &&
		strcmp(text.description, p->request.mr.description) == 0)
		return 0;
	if (sg_gitlab_mr_update(&a->forge->gitlab, p->request.mr.iid, &text, &answer, err) < 0)
		return -1;
	*ret_done = answer.outcome == SG_GITLAB_DONE;
	return *ret_done ? 0 : refused(a, "write the text of the merge request", &answer, err);
}

static int not_pushed(struct acting *a, const struct sg_plan *plan,
	const struct sg_published *published, struct sg_err *err)
{
	char words[WORDS_SHOWN];

	sg_debug(a->world->log, "push of %s: %s", plan->branch, published->why);
	if (++a->p->doubts < MAX_REFUSALS || published->outcome != SG_PUBLISH_STALE)
		return 0;
	sg_text_line(words, sizeof(words), published->words);
	(void)sg_fail(err, SG_R_CONFLICT, "push of %s: the server says no again and again: %s%s%s",
		plan->branch, published->why, words[0] ? "; " : "", words);
	return sg_hint(err, "look with: git ls-remote origin 'refs/heads/" SG_WORK_BRANCHES "*'");
}

static int push(struct acting *a, struct sg_err *err)
{
	struct sg_promotion *p = a->p;
	const struct sg_gitlab_mr_wish *style;
	struct sg_published published;
	struct sg_plan plan;
	const char *wish;
	bool known;

	if (sg_promotion_plan(a->world, a->loaded, p, &plan, &wish, err) < 0)
		return -1;
	if (!plan.parent)
		return 0;
	if (sg_request_check_room(a->loaded, plan.branch, err) < 0)
		return -1;
	/* A name that GitLab does not know is no reason to leave a branch behind. */
	if (!p->facts.has_mr &&
		sg_request_style_find(a->forge, &a->loaded->policy, p->env, &style, err) < 0)
		return -1;
	if (sg_signing_check(&a->loaded->policy, a->loaded->signer, err) < 0 ||
		record_move(a, &plan, wish, &known, err) < 0)
		return -1;
	if (!known)
		return 0;
	if (describe(a, &plan, &known, err) < 0)
		return -1;
	if (!known)
		return 0;
	if (push_plan(a, &plan, &published, err) < 0)
		return -1;
	return published.outcome == SG_PUBLISHED ? 0 : not_pushed(a, &plan, &published, err);
}

/* What our branch changes, as a plan to be described. */
static int plan_of_branch(struct acting *a, struct sg_plan *ret_plan, struct sg_err *err)
{
	const struct sg_bump_wish bump = {.service = a->p->service, .tag = a->p->head.wish};
	const struct sg_plan_ask ask = {
		.env = a->p->env,
		.wishes = &bump,
		.count = 1,
		.branch = a->p->request.branch,
		.reason = a->p->older_reason,
	};
	struct sg_tree_source *base;

	if (sg_repo_source(a->loaded->repo, a->p->head.base, a->p->env->branch, a->world->arena,
		    &base, err) < 0)
		return -1;
	return sg_plan_on(a->world, a->loaded, &ask, base, &a->p->changes, ret_plan, err);
}

static int open_request(struct acting *a, struct sg_err *err)
{
	struct sg_promotion *p = a->p;
	const struct sg_gitlab_mr_wish *wish;
	struct sg_gitlab_mr_text text;
	struct sg_gitlab_answer answer;
	struct sg_plan plan;
	struct sg_mr mr;

	/* Nothing is opened for somebody whose name cannot be written down. */
	if (find_asker(a, err) < 0 ||
		sg_request_style_find(a->forge, &a->loaded->policy, p->env, &wish, err) < 0 ||
		plan_of_branch(a, &plan, err) < 0)
		return -1;
	if (!plan.parent)
		return 0;
	if (text_of(a, &plan, p->env->request.draft, &text, err) < 0)
		return -1;
	if (sg_gitlab_mr_create(&a->forge->gitlab, p->request.branch, p->env->branch, &text, wish,
		    a->world->arena, &mr, &answer, err) < 0)
		return -1;
	p->opened_ms = sg_loop_now_ms(sg_world_loop(a->world));
	if (answer.outcome == SG_GITLAB_DONE)
		return record(a, mr.iid, 1, p->head.wish, p->head.oid, err);
	p->doubts += answer.outcome == SG_GITLAB_DOUBT;
	if (answer.outcome == SG_GITLAB_REFUSED && ++p->refusals > 1) {
		(void)sg_fail(err, SG_R_BRANCH_BUSY,
			"the branch %s has a merge request that is not ours, or GitLab refuses: %s",
			p->request.branch, answer.why);
		return sg_hint(err, "close that merge request, or delete the branch");
	}
	return 0;
}

static int close_request(struct acting *a, const char *why, struct sg_err *err)
{
	struct sg_gitlab_answer answer;

	if (sg_request_close(a->world, a->forge, &a->loaded->policy, a->p->request.mr.iid, why,
		    &answer, err) < 0)
		return -1;
	return refused(a, "close the merge request", &answer, err);
}

static int close_void(struct acting *a, struct sg_err *err)
{
	struct sg_published ignored;
	enum sg_answer is_other;
	int64_t other;

	if (close_request(a, "Closed: the target carries this version already.", err) < 0)
		return -1;
	if (!a->p->work_tip || !a->p->facts.head_known || !a->p->facts.head_ours)
		return 0;
	if (sg_request_other(a->world, a->forge, a->p->request.branch, a->p->request.mr.iid,
		    &is_other, &other, err) < 0)
		return -1;
	if (is_other != SG_ANSWER_NO)
		return 0;
	return sg_repo_delete_branch(
		a->loaded->repo, a->p->request.branch, a->p->work_tip, &ignored, err);
}

static bool keeps_branch(const struct acting *a)
{
	return !sg_request_style_removes_branch(&a->p->env->request);
}

static int check_right(const struct acting *a, struct sg_err *err)
{
	if (!a->p->request.mr.may_not_merge)
		return 0;
	(void)sg_fail(err, SG_R_FORBIDDEN,
		"GitLab says that the user of this token may not merge !%lld into %s",
		(long long)a->p->request.mr.iid, a->p->env->branch);
	return sg_hint(err, "see who is allowed to merge into the protected branch");
}

static int merge(struct acting *a, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(a->world);
	struct sg_gitlab_answer answer;
	int rc;

	if (check_right(a, err) < 0)
		return -1;
	memcpy(a->p->merged_oid, a->p->head_oid, sizeof(a->p->merged_oid));
	loop->finish_ms = FINISH_MS;
	rc = sg_gitlab_mr_merge(&a->forge->gitlab, a->p->request.mr.iid, a->p->head.oid,
		keeps_branch(a), &answer, err);
	loop->finish_ms = 0;
	if (rc < 0)
		return -1;
	return refused(a, "merge", &answer, err);
}

static int arm(struct acting *a, struct sg_err *err)
{
	struct sg_promotion *p = a->p;
	bool again = strcmp(p->armed_oid, p->head.oid) == 0;
	struct sg_gitlab *gitlab = &a->forge->gitlab;
	int64_t iid = p->request.mr.iid;
	struct sg_gitlab_answer answer;

	if (check_right(a, err) < 0)
		return -1;
	if ((p->facts.trains ? sg_gitlab_mr_join_train(gitlab, iid, p->head.oid,
				       p->facts.pipeline == SG_PIPELINE_RUNNING, &answer, err)
			     : sg_gitlab_mr_arm(gitlab, iid, p->head.oid, keeps_branch(a), &answer,
				       err)) < 0)
		return -1;
	if (again && answer.outcome == SG_GITLAB_DONE) {
		answer.outcome = SG_GITLAB_REFUSED;
		(void)snprintf(answer.why, sizeof(answer.why),
			"it took the request to merge this head before, and was not going to then");
	}
	(void)snprintf(p->armed_oid, sizeof(p->armed_oid), "%s", p->head.oid);
	p->disarmed_oid[0] = '\0';
	return refused(
		a, p->facts.trains ? "join the merge train" : "set the auto-merge", &answer, err);
}

/* One that stays armed, or that somebody arms again and again, must not turn the wheel for ever. */
static int disarm(struct acting *a, struct sg_err *err)
{
	struct sg_promotion *p = a->p;
	bool again = strcmp(p->disarmed_oid, p->request.mr.sha) == 0;
	struct sg_gitlab_answer answer;

	if (sg_gitlab_mr_disarm(&a->forge->gitlab, p->request.mr.iid, &answer, err) < 0)
		return -1;
	if (again && answer.outcome == SG_GITLAB_DONE) {
		answer.outcome = SG_GITLAB_REFUSED;
		(void)snprintf(answer.why, sizeof(answer.why),
			"it took the request back before, and was going to merge again then");
	}
	(void)snprintf(p->disarmed_oid, sizeof(p->disarmed_oid), "%s", p->request.mr.sha);
	return refused(a, "take the auto-merge back", &answer, err);
}

/* Once for each head: an answer that says no is not asked for again. */
static int start_pipeline(struct acting *a, struct sg_err *err)
{
	struct sg_gitlab_answer answer;

	a->p->started_ms = sg_loop_now_ms(sg_world_loop(a->world));
	if (sg_gitlab_mr_start_pipeline(&a->forge->gitlab, a->p->request.mr.iid, &answer, err) < 0)
		return -1;
	if (answer.outcome == SG_GITLAB_REFUSED)
		(void)snprintf(
			a->p->start_why, sizeof(a->p->start_why), "GitLab says %s", answer.why);
	return 0;
}

int sg_promotion_act(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	struct sg_promotion *promotion, struct sg_err *err)
{
	struct acting a = {.world = world, .loaded = loaded, .forge = forge, .p = promotion};
	int rc = 0, doubts = promotion->doubts;

	promotion->writes++;
	switch (promotion->step->action) {
	case SG_DO_COMMIT:
		rc = commit(&a, err);
		break;
	case SG_DO_PUSH:
		rc = push(&a, err);
		break;
	case SG_DO_OPEN:
		rc = open_request(&a, err);
		break;
	case SG_DO_RECORD:
		rc = record(&a, promotion->request.mr.iid, 1, promotion->head.wish,
			promotion->head.oid, err);
		break;
	case SG_DO_RENEW:
		rc = close_request(
			&a, "Closed, to be opened again: nothing says who asked for it.", err);
		break;
	case SG_DO_CLOSE:
		rc = close_void(&a, err);
		break;
	case SG_DO_RECHECK:
		rc = sg_gitlab_mr_recheck(&forge->gitlab, promotion->request.mr.iid, err);
		break;
	case SG_DO_START:
		rc = start_pipeline(&a, err);
		break;
	case SG_DO_ARM:
		rc = arm(&a, err);
		break;
	case SG_DO_DISARM:
		rc = disarm(&a, err);
		break;
	case SG_DO_MERGE:
		rc = merge(&a, err);
		break;
	case SG_DO_LOOK_AGAIN:
	case SG_DO_AWAIT:
	case SG_DO_STOP:
		SG_BUG("nothing to be done");
	}
	if (rc < 0)
		return sg_wrap(err, "%s in %s", promotion->service, promotion->env->name);
	if (promotion->doubts == doubts)
		promotion->doubts = 0;
	return 0;
}
