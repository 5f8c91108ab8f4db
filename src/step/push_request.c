#include "step/push_request.h"

#include <inttypes.h>
#include <string.h>

#include "model/push_answer.h"
#include "step/plan.h"
#include "step/request_options.h"
#include "step/signing.h"
#include "step/way.h"
#include "step/work_head.h"

#define MAX_TRIES 8
#define FIRST_CEILING_MS 250
#define LAST_CEILING_MS 8000
/* A push that is under way when a signal comes may finish. */
#define FINISH_MS 5000

struct pushing {
	struct sg_world *world;
	struct sg_loaded *loaded;
	const struct sg_push_request_ask *ask;
	const struct sg_environment *env; /* that of the ask, as it is configured now */
	struct sg_push_request_done done;
	struct sg_tree_source *tip;
	const char *work_tip; /* of our branch; NULL: there is none */
	bool below_tip;       /* it stands on an older commit of the target */
	bool same_change;     /* it asks for what is wished, on whatever commit */
	struct sg_request_seen seen;
	char pushed[SG_OID_SIZE]; /* the head that this run has pushed; "": none */
	int64_t listed_before;    /* the newest request that had this head before; 0: none */
	bool in_doubt;            /* a push may have arrived */
	bool is_over;             /* `done` is what came of it */
};

static void end(struct pushing *p, enum sg_push_request_state state)
{
	p->done.state = state;
	p->is_over = true;
}

/* ---- what is there ---- */

static int plan_on_tip(struct pushing *p, struct sg_err *err)
{
	struct sg_plan_ask ask = {
		.env = p->env,
		.wishes = &p->ask->wish,
		.count = 1,
		.branch = p->done.branch,
		.reason = p->ask->guard.older_reason,
	};

	if (sg_load_branch(p->world, p->loaded, p->env->branch, &p->tip, err) < 0)
		return -1;
	p->work_tip = sg_request_tip(p->world, p->loaded, p->done.branch);
	ask.lease = p->work_tip ? p->work_tip : "";
	if (sg_plan_on(p->world, p->loaded, &ask, p->tip, &p->done.changes, &p->done.plan, err) < 0)
		return -1;
	p->done.commit = p->tip->revision;
	if (p->done.changes.file_count == 0) {
		end(p, SG_PUSH_REQUEST_CARRIED);
		return 0;
	}
	return sg_guard_check(p->world, p->loaded, p->env, &p->ask->guard, &p->done.changes, p->tip,
		&p->done.went_back, err);
}

static int fail_foreign(const struct pushing *p, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_BRANCH_BUSY,
		"merge request !%" PRId64 " from %s is open, and is by %.100s, not by our token's "
		"user",
		p->seen.open.iid, p->done.branch, p->seen.open.author.username);
	return sg_hint(err, "nothing was written; close that merge request, or delete the branch");
}

/* Is the closed request one of the version that is wished for? It counts so when nobody can tell.
 */
static bool is_rejected(const struct pushing *p)
{
	const struct sg_request_seen *seen = &p->seen;
	const char *wish;

	if (!seen->known || seen->open.iid || !seen->closed.iid)
		return false;
	wish = sg_plan_wish_at(p->world, p->loaded, p->env, p->ask->wish.service, seen->closed.sha);
	return !wish || strcmp(wish, p->ask->wish.tag) == 0;
}

static int look_at_request(struct pushing *p, struct sg_err *err)
{
	if (sg_request_see(p->world, p->loaded, p->env, p->done.branch, &p->seen, err) < 0)
		return -1;
	if (p->seen.foreign)
		return fail_foreign(p, err);
	p->done.unseen_why = p->seen.why;
	if (!is_rejected(p))
		return 0;
	p->done.iid = p->seen.closed.iid;
	p->done.url = p->seen.closed.web_url;
	end(p, SG_PUSH_REQUEST_REJECTED);
	return 0;
}

/* Sets *RET_STANDS when the head of our branch is what would be pushed, or as good as that. */
static int look_at_head(struct pushing *p, bool *ret_stands, struct sg_err *err)
{
	const struct sg_work_head_ask ask = {
		.env = p->env,
		.wish = &p->ask->wish,
		.head = p->work_tip,
		.tip = p->tip,
		.plan = &p->done.plan,
		.older_reason = p->ask->guard.older_reason,
	};
	struct sg_work_head head;

	*ret_stands = p->same_change = false;
	if (!p->work_tip)
		return 0;
	if (sg_work_head_look(p->world, p->loaded, &ask, &head, err) < 0)
		return -1;
	*ret_stands = head.stands;
	p->below_tip = head.below_tip;
	p->same_change = head.same;
	p->done.went_back = p->done.went_back || head.goes_back;
	return 0;
}

/* ---- whether there is a request for it ---- */

static void take(struct pushing *p, const struct sg_mr *mr)
{
	p->done.iid = mr->iid;
	p->done.url = mr->web_url;
	p->done.seen_open = true;
}

static bool take_open(struct pushing *p)
{
	if (!p->seen.known || !p->seen.open.iid)
		return false;
	take(p, &p->seen.open);
	return true;
}

/*
 * GitLab lists the heads of merge requests beside the branches, those of closed ones for a while,
 * too: the same version on the same tip is the same commit as the last time.
 */
static bool take_listed(struct pushing *p, const char *head)
{
	int64_t iid = sg_repo_request_at(p->loaded->repo, head);

	if (strcmp(head, p->pushed) == 0 && iid <= p->listed_before)
		return false;
	p->done.iid = iid;
	return iid != 0;
}

static int note_listed(struct pushing *p, struct sg_err *err)
{
	char head[SG_OID_SIZE];

	if (sg_repo_plan_commit(p->loaded->repo, &p->done.plan, head, err) < 0)
		return -1;
	if (strcmp(head, p->pushed) == 0)
		return 0;
	memcpy(p->pushed, head, sizeof(head));
	p->listed_before = sg_repo_request_at(p->loaded->repo, head);
	return 0;
}

static int fail_unknown(const struct pushing *p, const char *head, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_OUTCOME_UNKNOWN,
		"%s is at %.12s, and nothing shows whether a merge request was opened for "
		"it%s%.200s",
		p->done.branch, head, p->seen.why ? ": " : "", p->seen.why ? p->seen.why : "");
	return sg_hint(err,
		"look with: git ls-remote origin 'refs/merge-requests/*/head' | grep %s; if none "
		"is there, delete the branch and run again",
		head);
}

/* Is that one open? It is asked itself: no list is as new. */
static int look_at_one(struct pushing *p, int64_t iid, bool *ret_open, struct sg_err *err)
{
	struct sg_mr mr;

	*ret_open = false;
	if (!iid)
		return 0;
	if (sg_request_see_one(p->world, p->loaded, iid, &mr, &p->seen.why, err) < 0)
		return -1;
	if (p->seen.why)
		return fail_unknown(p, p->work_tip, err);
	*ret_open = mr.state != SG_MR_CLOSED && mr.state != SG_MR_MERGED;
	if (!*ret_open)
		return 0;
	if (strcmp(mr.target_branch, p->env->branch) != 0) {
		(void)sg_fail(err, SG_R_BRANCH_BUSY,
			"merge request !%" PRId64 " from %s is open, and goes to %.100s, not to %s",
			mr.iid, p->done.branch, mr.target_branch, p->env->branch);
		return sg_hint(err, "nothing was written; close that merge request");
	}
	take(p, &mr);
	return 0;
}

/*
 * A list of GitLab's may be older than the request (gitlab.md 1.3), and with our branch an open one
 * would end, wherever it goes. Git's own list of heads is asked, too.
 */
static int look_at_listed(struct pushing *p, bool *ret_open, struct sg_err *err)
{
	int64_t listed = sg_repo_request_at(p->loaded->repo, p->work_tip);

	if (look_at_one(p, p->seen.elsewhere.iid, ret_open, err) < 0)
		return -1;
	return *ret_open || listed == p->seen.elsewhere.iid ? 0
							    : look_at_one(p, listed, ret_open, err);
}

/* A push of what is there already makes no request: the branch has to go first. */
static int clear(struct pushing *p, struct sg_err *err)
{
	struct sg_published published;

	if (p->ask->dry_run)
		return 0;
	sg_console_note(
		p->world->console, "%s has no merge request: it is pushed anew", p->done.branch);
	if (sg_repo_delete_branch(p->loaded->repo, p->done.branch, p->work_tip, &published, err) <
		0)
		return -1;
	p->done.plan.lease = "";
	return 0;
}

/* Our branch carries it. Is there a request, too? One that was merged asks for nothing any more. */
static int standing(struct pushing *p, struct sg_err *err)
{
	bool was_merged = false, is_open = take_open(p);

	if (!p->seen.known && p->below_tip &&
		sg_work_head_in_target(p->world, p->loaded, p->env, p->tip->revision, p->work_tip,
			&was_merged, err) < 0)
		return -1;
	if (was_merged)
		return 0;
	if (!is_open && p->seen.known && p->done.tries == 0 && look_at_listed(p, &is_open, err) < 0)
		return -1;
	if (is_open || (!p->seen.known && take_listed(p, p->work_tip))) {
		p->done.commit = p->work_tip;
		end(p, p->done.tries ? SG_PUSH_REQUEST_OPENED : SG_PUSH_REQUEST_STANDS);
		return 0;
	}
	/* right after a push of this run a list may be older than that (gitlab.md 1.3) */
	return p->seen.known && p->done.tries == 0 ? clear(p, err)
						   : fail_unknown(p, p->work_tip, err);
}

/* ---- the push ---- */

/* Whoever has marked it as ready has said so of the version that it carried then. */
static bool is_draft(const struct pushing *p)
{
	const struct sg_mr *open = &p->seen.open;

	return (open->iid && open->draft) ||
	       (p->env->request.draft && (!open->iid || !p->same_change));
}

static int set_options(struct pushing *p, struct sg_err *err)
{
	struct sg_request_options_ask ask = {
		.env = p->env,
		.service = p->ask->wish.service,
		.plan = &p->done.plan,
		.draft = is_draft(p),
	};
	struct sg_request_options options;

	if (sg_span_find(p->world, p->loaded, p->env, p->ask->wish.service, &p->done.plan,
		    &ask.span, err) < 0)
		return -1;
	sg_request_options_make(p->world, &ask, &options);
	p->done.plan.options = options.items;
	p->done.plan.option_count = options.count;
	p->done.left_out = options.left_out;
	return 0;
}

static int fail_not_opened(const struct pushing *p, const char *why, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_MR_NOT_OPENED,
		"%s was pushed, and GitLab opened no merge request for it%s%s", p->done.branch,
		why ? ": " : "", why ? why : "");
	return sg_hint(
		err, "the branch is there: open it by hand, or run again when the cause is gone");
}

/* GitLab names any open request of the branch, also one to another target that it left as it was.
 */
static int named_with_complaint(
	struct pushing *p, const struct sg_push_answer *said, struct sg_err *err)
{
	const char *unseen;
	struct sg_mr mr;

	if (sg_request_see_one(p->world, p->loaded, said->iid, &mr, &unseen, err) < 0)
		return -1;
	if (unseen) {
		(void)sg_fail(err, SG_R_OUTCOME_UNKNOWN,
			"%s was pushed, and GitLab names !%" PRId64
			" for it and complains: %s; where that request goes cannot be seen: %.200s",
			p->done.branch, said->iid, said->why, unseen);
		return sg_hint(err, "look at %s", said->url);
	}
	if (mr.state == SG_MR_CLOSED || mr.state == SG_MR_MERGED ||
		strcmp(mr.source_branch, p->done.branch) != 0 ||
		strcmp(mr.target_branch, p->env->branch) != 0)
		return fail_not_opened(p, said->why, err);
	take(p, &mr);
	sg_console_note(p->world->console, "GitLab says: %s", said->why);
	return 0;
}

/* The push arrived. GitLab names the request in its words; else it is looked for. */
static int pushed(struct pushing *p, const struct sg_published *published, struct sg_err *err)
{
	const struct sg_remote *remote = &p->loaded->remote;
	struct sg_arena *arena = p->world->arena;
	struct sg_push_answer said;

	sg_push_answer_read(published->words, p->done.branch,
		remote->project ? remote->project : remote->name, arena, &said);
	p->done.commit = sg_arena_strdup(arena, published->commit);
	end(p, SG_PUSH_REQUEST_OPENED);
	if (said.iid && !said.why) {
		p->done.iid = said.iid;
		p->done.url = said.url;
		p->done.seen_open = true;
		return 0;
	}
	if (said.none || (said.why && !said.iid))
		return fail_not_opened(p, said.why, err);
	if (said.iid)
		return named_with_complaint(p, &said, err);
	if (sg_request_see(p->world, p->loaded, p->env, p->done.branch, &p->seen, err) < 0)
		return -1;
	if (take_open(p))
		return 0;
	if (sg_load_again(p->loaded, err) < 0)
		return -1;
	return take_listed(p, p->done.commit) ? 0 : fail_unknown(p, p->done.commit, err);
}

/* Somebody was faster, or the answer was lost: a new look finds out. */
static int look_again(struct pushing *p, const char *why, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(p->world);
	int64_t ceiling_ms = (int64_t)FIRST_CEILING_MS << p->done.tries, until_ms;

	if (ceiling_ms > LAST_CEILING_MS)
		ceiling_ms = LAST_CEILING_MS;
	until_ms = sg_loop_after(
		loop, (int64_t)(sg_retry_random(&p->world->random) % (uint64_t)(ceiling_ms + 1)));
	if (p->done.tries >= MAX_TRIES || until_ms >= p->world->deadline_ms)
		return sg_fail(err, SG_R_BRANCH_MOVED,
			"%s moved under each of %d tries; last answer: %s", p->done.branch,
			p->done.tries, why);
	if (sg_loop_delay(loop, until_ms, err) < 0)
		return -1;
	return sg_load_again(p->loaded, err);
}

static int push(struct pushing *p, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(p->world);
	struct sg_publisher *publisher;
	struct sg_published published;
	int rc;

	if (sg_request_check_room(p->loaded, p->done.branch, err) < 0 ||
		sg_signing_check(&p->loaded->policy, p->loaded->signer, err) < 0 ||
		set_options(p, err) < 0 || note_listed(p, err) < 0 ||
		sg_repo_publisher(p->loaded->repo, p->world->arena, &publisher, err) < 0)
		return -1;
	loop->finish_ms = FINISH_MS;
	rc = publisher->publish(publisher, &p->done.plan, &published, err);
	loop->finish_ms = 0;
	if (rc < 0)
		return -1;
	p->done.tries++;
	if (published.outcome == SG_PUBLISHED)
		return pushed(p, &published, err);
	p->in_doubt = p->in_doubt || published.outcome == SG_PUBLISH_DOUBT;
	sg_debug(p->world->log, "push of %s: %s", p->done.branch, published.why);
	return look_again(p, sg_arena_strdup(p->world->arena, published.why), err);
}

/* No plan can be made any more: what may have arrived before is looked for all the same. */
static int without_plan(struct pushing *p, struct sg_err *err)
{
	p->work_tip = sg_request_tip(p->world, p->loaded, p->done.branch);
	if (!p->in_doubt || !p->work_tip || strcmp(p->work_tip, p->pushed) != 0)
		return -1;
	if (sg_request_see(p->world, p->loaded, p->env, p->done.branch, &p->seen, err) < 0)
		return -1;
	if (p->seen.foreign)
		return fail_foreign(p, err);
	if (!take_open(p) && (p->seen.known || !take_listed(p, p->pushed)))
		return fail_unknown(p, p->pushed, err);
	p->done.commit = p->work_tip;
	end(p, SG_PUSH_REQUEST_OPENED);
	return 0;
}

/* What this run has pushed already is looked for, whatever the configuration says by now. */
static int one_try(struct pushing *p, struct sg_err *err)
{
	struct sg_err refused;
	bool stands, may_push;

	do {
		may_push = sg_way_environment_again(p->world, p->loaded, &p->env, &refused) == 0;
		if (!may_push && !p->in_doubt) {
			*err = refused;
			return -1;
		}
		if (plan_on_tip(p, err) < 0)
			return without_plan(p, err);
		/* a fetch that looked anew may have brought a tip with another configuration */
	} while (may_push && !p->is_over && sg_way_config_is_old(p->loaded));
	if (p->is_over)
		return 0;
	if (look_at_request(p, err) < 0)
		return -1;
	if (p->is_over)
		return 0;
	if (look_at_head(p, &stands, err) < 0 || (stands && standing(p, err) < 0))
		return -1;
	if (!p->is_over && p->ask->dry_run)
		end(p, SG_PUSH_REQUEST_PLANNED);
	if (p->is_over)
		return 0;
	if (may_push)
		return push(p, err);
	*err = refused;
	return -1;
}

int sg_push_request(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_push_request_ask *ask, struct sg_push_request_done *ret_done,
	struct sg_err *err)
{
	struct pushing p = {.world = world, .loaded = loaded, .ask = ask, .env = ask->env};

	p.done.branch = sg_request_branch(world->arena, ask->env->name, ask->wish.service);
	while (!p.is_over)
		if (one_try(&p, err) < 0)
			return sg_wrap(err, "%s in %s", ask->wish.service, ask->env->name);
	*ret_done = p.done;
	return 0;
}
