#include "step/deployment.h"

#include <inttypes.h>
#include <string.h>

#include "model/place.h"

static const char running[] = "running";
static const char success[] = "success";

void sg_deployments_open(struct sg_world *world, const struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_report *report, struct sg_deployments *ret)
{
	const char *why;

	*ret = (struct sg_deployments){
		.world = world, .loaded = loaded, .env = env, .report = report};
	if (!loaded->policy.gitlab_environment)
		return;
	if (!sg_forge_is_there(loaded, &why) || !loaded->remote.cred) {
		sg_report_warn(report, "DEPLOYMENT_NOT_RECORDED",
			"gitlab.environment is configured, and %s",
			loaded->remote.cred ? why : "there is no token for GitLab's API");
		return;
	}
	sg_forge_client(world, loaded, &ret->forge);
	ret->is_on = true;
	ret->has_statuses = !loaded->remote.is_job_token;
}

/* Passes on what ends the run; everything else is a warning. */
static int unless_cancelled(const struct sg_deployments *d, const struct sg_deployment_record *r,
	const struct sg_err *why, struct sg_err *err)
{
	if (why->reason == SG_R_CANCELLED) {
		*err = *why;
		return -1;
	}
	sg_report_warn(d->report, "DEPLOYMENT_NOT_RECORDED", "%s: %s", r->environment, why->cause);
	return 0;
}

static void say_refused(const struct sg_deployments *d, const struct sg_deployment_record *r,
	const struct sg_gitlab_answer *answer)
{
	sg_report_warn(d->report, "DEPLOYMENT_NOT_RECORDED", "%s: %s", r->environment, answer->why);
}

static const char *status_name(const struct sg_deployments *d, const struct sg_deployment_record *r)
{
	return sg_arena_printf(d->world->arena, "stagegate/%s/%s", d->env->name, r->service);
}

/* The commit status of REVISION: beside the deployment, where the token may set one. */
static int set_status(struct sg_deployments *d, const struct sg_deployment_record *r,
	const char *revision, const char *state, const char *words, struct sg_err *err)
{
	const struct sg_gitlab_status_ask ask = {
		.sha = revision,
		.name = status_name(d, r),
		.state = state,
		.description = words,
	};
	struct sg_gitlab_answer answer;
	struct sg_err why = SG_ERR_INIT;

	if (!d->has_statuses)
		return 0;
	if (sg_gitlab_status_set(&d->forge.gitlab, &ask, &answer, &why) < 0)
		return unless_cancelled(d, r, &why, err);
	if (answer.outcome != SG_GITLAB_DONE)
		sg_warn(d->world->log, "the commit status %s of %.12s: %s", ask.name, revision,
			answer.why);
	return 0;
}

/*
 * Looks for what is recorded of this commit already: a record that still runs is gone on with, and
 * where the environment's last success is this commit nothing is left to say.
 */
static int look(struct sg_deployments *d, struct sg_deployment_record *r, struct sg_err *err)
{
	struct sg_gitlab_deployment *seen;

	if (sg_gitlab_deployments(&d->forge.gitlab, r->environment, d->world->arena, &seen,
		    &r->seen_count, err) < 0)
		return -1;
	r->seen = seen;
	for (size_t i = 0; i < r->seen_count; i++) {
		bool is_success = strcmp(seen[i].status, success) == 0;

		if (!seen[i].of_job && strcmp(seen[i].sha, r->revision) == 0) {
			if (is_success || strcmp(seen[i].status, running) == 0) {
				r->id = seen[i].id;
				r->status = seen[i].status;
				r->user_id = seen[i].user_id;
				return 0;
			}
		}
		if (is_success)
			return 0;
	}
	return 0;
}

/* A new record. After a lost answer a look says whether it is there. */
static int add(struct sg_deployments *d, struct sg_deployment_record *r, struct sg_err *err)
{
	const struct sg_gitlab_deployment_ask ask = {.environment = r->environment,
		.sha = r->revision,
		.branch = d->env->branch,
		.status = running};
	struct sg_gitlab_deployment made = {0};
	struct sg_gitlab_answer answer;

	if (sg_gitlab_deployment_add(&d->forge.gitlab, &ask, d->world->arena, &made, &answer, err) <
		0)
		return -1;
	if (answer.outcome == SG_GITLAB_DONE) {
		r->id = made.id;
		r->status = running;
		r->is_new = true;
		r->user_id = made.user_id;
		return 0;
	}
	if (answer.outcome == SG_GITLAB_DOUBT && look(d, r, err) < 0)
		return -1;
	if (!r->id)
		say_refused(d, r, &answer);
	return 0;
}

static int begin_one(struct sg_deployments *d, const struct sg_await_ask *ask,
	struct sg_deployment_record *r, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	*r = (struct sg_deployment_record){.service = ask->service, .revision = ask->want.revision};
	if (sg_template_expand(d->world->arena, d->loaded->policy.gitlab_environment, ask->service,
		    d->env, &r->environment, err) < 0)
		return -1;
	if (look(d, r, &why) < 0)
		return unless_cancelled(d, r, &why, err);
	r->is_said = r->id && strcmp(r->status, success) == 0;
	if (!r->id && add(d, r, &why) < 0)
		return unless_cancelled(d, r, &why, err);
	return 0;
}

/*
 * Says that the roll-out runs. A run that ended in between may have said that, or already how it
 * ended: another record would begin where an end stands (gitlab.md 7.1).
 */
static int say_running(
	struct sg_deployments *d, const struct sg_deployment_record *r, struct sg_err *err)
{
	struct sg_gitlab_status *all;
	struct sg_err why = SG_ERR_INIT;
	size_t count = 0;

	if (!d->has_statuses || !r->id || r->is_said)
		return 0;
	if (!r->is_new && sg_gitlab_statuses(&d->forge.gitlab, r->revision, status_name(d, r),
				  d->world->arena, &all, &count, &why) < 0)
		return unless_cancelled(d, r, &why, err);
	return count ? 0 : set_status(d, r, r->revision, running, "being rolled out", err);
}

int sg_deployments_begin(
	struct sg_deployments *d, const struct sg_await_ask *asks, size_t count, struct sg_err *err)
{
	if (!d->is_on)
		return 0;
	d->records = sg_arena_calloc(d->world->arena, count + 1, sizeof(*d->records));
	for (; d->count < count; d->count++) {
		struct sg_deployment_record *r = &d->records[d->count];

		r->is_more =
			d->count && strcmp(asks[d->count - 1].service, asks[d->count].service) == 0;
		if (r->is_more)
			continue;
		if (begin_one(d, &asks[d->count], r, err) < 0)
			return -1;
		if (say_running(d, r, err) < 0)
			return -1;
	}
	return 0;
}

/* Says how a record ended. A refusal is none where it stands there so already; *ret_there: it does.
 */
static int put_end(struct sg_deployments *d, const struct sg_deployment_record *r, int64_t id,
	const char *status, bool *ret_there, struct sg_err *err)
{
	struct sg_gitlab_deployment *now;
	struct sg_gitlab_answer answer;
	size_t count;

	*ret_there = false;
	if (sg_gitlab_deployment_end(&d->forge.gitlab, id, status, &answer, err) < 0)
		return -1;
	*ret_there = answer.outcome == SG_GITLAB_DONE;
	if (*ret_there)
		return 0;
	if (sg_gitlab_deployments(
		    &d->forge.gitlab, r->environment, d->world->arena, &now, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && !*ret_there; i++)
		*ret_there = now[i].id == id && strcmp(now[i].status, status) == 0;
	if (!*ret_there)
		say_refused(d, r, &answer);
	return 0;
}

/* What runs now has taken the place of commits before, which nobody follows any more. */
static int end_those_before(
	struct sg_deployments *d, const struct sg_deployment_record *r, struct sg_err *err)
{
	for (size_t i = 0; i < r->seen_count; i++) {
		const struct sg_gitlab_deployment *old = &r->seen[i];
		bool there;

		if (old->of_job || old->id >= r->id || old->user_id != r->user_id ||
			strcmp(old->status, running) != 0)
			continue;
		if (strcmp(old->sha, r->revision) != 0 &&
			set_status(d, r, old->sha, "canceled", "another commit took its place",
				err) < 0)
			return -1;
		if (put_end(d, r, old->id, "canceled", &there, err) < 0)
			return -1;
	}
	return 0;
}

static void tell(
	const struct sg_deployments *d, const struct sg_deployment_record *r, const char *status)
{
	sg_console_did(d->world->console, r->service, "DEPLOYMENT", NULL,
		"deployment %" PRId64 " of %s: %s", r->id, r->environment, status);
}

static int end_own(struct sg_deployments *d, const struct sg_deployment_record *r,
	const char *status, struct sg_err *err)
{
	bool there = strcmp(r->status, status) == 0;
	struct sg_err why = SG_ERR_INIT;

	if (!there && put_end(d, r, r->id, status, &there, &why) < 0)
		return unless_cancelled(d, r, &why, err);
	if (there)
		tell(d, r, status);
	return 0;
}

/* A record's end comes last: where that stands, the next run has nothing left to do. */
static int end_one(struct sg_deployments *d, const struct sg_deployment_record *r,
	const struct sg_report_verdict *row, struct sg_err *err)
{
	const char *status = row->result == SG_RESULT_DONE     ? success
			     : row->result == SG_RESULT_FAILED ? "failed"
							       : NULL;
	struct sg_err why = SG_ERR_INIT;

	if (!r->id || !status || r->is_said)
		return 0;
	if (status == success && end_those_before(d, r, &why) < 0 &&
		unless_cancelled(d, r, &why, err) < 0)
		return -1;
	if (set_status(d, r, r->revision, status, row->code, err) < 0)
		return -1;
	return end_own(d, r, status, err);
}

int sg_deployments_end(
	struct sg_deployments *d, const struct sg_report_verdict *rows, struct sg_err *err)
{
	for (size_t i = 0; i < d->count;) {
		const struct sg_deployment_record *r = &d->records[i];
		const struct sg_report_verdict *worst = &rows[i];

		while (++i < d->count && d->records[i].is_more)
			if (sg_result_is_worse(rows[i].result, worst->result))
				worst = &rows[i];
		if (end_one(d, r, worst, err) < 0)
			return -1;
	}
	return 0;
}

int sg_deployments_live(
	struct sg_deployments *d, const struct sg_await_ask *ask, struct sg_err *err)
{
	static const struct sg_report_verdict live = {.result = SG_RESULT_DONE, .code = "DEPLOYED"};
	struct sg_deployment_record r;

	if (!d->is_on)
		return 0;
	/* not a success at once: what belongs to it could not come before it */
	if (begin_one(d, ask, &r, err) < 0)
		return -1;
	return end_one(d, &r, &live, err);
}
