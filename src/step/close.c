#include "step/close.h"

#include <string.h>

#include "step/head.h"

/* So many answers in a row that say no. */
#define MAX_REFUSALS 20

struct closing {
	struct sg_world *world;
	struct sg_loaded *loaded;
	struct sg_forge *forge;
	const struct sg_close_ask *ask;
	struct sg_closed done;
	int refusals;
};

static int find(struct closing *c, struct sg_err *err)
{
	return sg_request_find(
		c->world, c->loaded, c->forge, c->ask->env, c->ask->service, &c->done.request, err);
}

static bool is_open(const struct closing *c)
{
	const struct sg_request *request = &c->done.request;

	return request->open && (!c->ask->iid || request->mr.iid == c->ask->iid);
}

/* False when the time is up. */
static int wait_a_little(struct closing *c, bool *ret_on, struct sg_err *err)
{
	struct sg_loop *loop = sg_world_loop(c->world);
	int64_t until_ms = sg_loop_after(loop, c->ask->look_every_ms);

	*ret_on = until_ms < c->world->deadline_ms;
	c->done.timed_out = !*ret_on;
	return *ret_on ? sg_loop_delay(loop, until_ms, err) : 0;
}

static int close_once(struct closing *c, struct sg_err *err)
{
	struct sg_gitlab_answer answer;
	int64_t iid = c->done.request.mr.iid;

	if (sg_request_close(
		    c->world, c->forge, &c->loaded->policy, iid, c->ask->why, &answer, err) < 0)
		return -1;
	c->done.wrote = true;
	if (answer.outcome != SG_GITLAB_REFUSED || ++c->refusals < MAX_REFUSALS)
		return 0;
	(void)sg_fail(err, SG_R_CONFLICT, "close !%lld: GitLab says no again and again: %s",
		(long long)iid, answer.why);
	return sg_hint(err, "look at %s", c->done.request.mr.web_url);
}

/* Until it is not open any more, whoever brought that about. */
static int close_all(struct closing *c, struct sg_err *err)
{
	bool on = true;

	if (find(c, err) < 0)
		return -1;
	if (is_open(c))
		c->done.iid = c->done.request.mr.iid;
	while (is_open(c) && on) {
		if (c->ask->look_only) {
			c->done.pending = true;
			return 0;
		}
		if (close_once(c, err) < 0 || find(c, err) < 0 ||
			(is_open(c) && wait_a_little(c, &on, err) < 0))
			return -1;
	}
	return 0;
}

/* What speaks for leaving our branch there; NULL: nothing. */
static int reason_to_keep(struct closing *c, const struct sg_head *head, struct sg_err *err)
{
	enum sg_answer is_other;
	int64_t other;

	c->done.kept = head->ours ? NULL : head->foreign;
	if (c->done.kept)
		return 0;
	if (sg_request_other(c->world, c->forge, c->done.request.branch, c->done.iid, &is_other,
		    &other, err) < 0)
		return -1;
	if (is_other == SG_ANSWER_UNKNOWN)
		c->done.kept = "another merge request from it may be open: those from branches of "
			       "that name are too many, or too large, to be read";
	else if (other)
		c->done.kept = sg_arena_printf(
			c->world->arena, "merge request !%lld from it is open", (long long)other);
	return 0;
}

/* Ours, at the commit that was judged, and nothing else. */
static int drop_branch(struct closing *c, struct sg_err *err)
{
	struct sg_head_ask ask = {.env = c->ask->env, .service = c->ask->service};
	struct sg_published published;
	struct sg_head head;

	if (sg_load_again(c->loaded, err) < 0)
		return -1;
	ask.head = sg_request_tip(c->world, c->loaded, c->done.request.branch);
	if (!ask.head)
		return 0;
	if (sg_load_branch(c->world, c->loaded, ask.env->branch, &ask.tip, err) < 0 ||
		sg_head_judge(c->world, c->loaded, c->forge, &ask, &head, err) < 0)
		return -1;
	if (reason_to_keep(c, &head, err) < 0)
		return -1;
	if (c->done.kept)
		return 0;
	c->done.pending = true;
	if (c->ask->look_only)
		return 0;
	c->done.wrote = true;
	if (sg_repo_delete_branch(
		    c->loaded->repo, c->done.request.branch, ask.head, &published, err) < 0)
		return -1;
	if (published.outcome != SG_PUBLISHED)
		sg_debug(c->world->log, "delete %s: %s", c->done.request.branch, published.why);
	return 0;
}

int sg_close(struct sg_world *world, struct sg_loaded *loaded, struct sg_forge *forge,
	const struct sg_close_ask *ask, struct sg_closed *ret, struct sg_err *err)
{
	struct closing c = {.world = world, .loaded = loaded, .forge = forge, .ask = ask};

	if (close_all(&c, err) < 0)
		return sg_wrap(err, "%s in %s", ask->service, ask->env->name);
	c.done.busy = c.done.request.open && !is_open(&c);
	if (!c.done.timed_out && !c.done.busy && drop_branch(&c, err) < 0)
		return sg_wrap(err, "the branch %s", c.done.request.branch);
	*ret = c.done;
	return 0;
}
