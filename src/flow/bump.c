#include "flow/bump.h"

#include <string.h>

#include "step/job.h"
#include "step/load.h"
#include "step/message.h"
#include "step/publish.h"
#include "step/push_request.h"
#include "step/way.h"

/* Nothing walks around a gate. */
static int refuse_gated(const struct sg_environment *env, struct sg_err *err)
{
	if (!env->gate_count)
		return 0;
	(void)sg_fail(err, SG_R_ENVIRONMENT_GATED,
		"%s has %zu gate%s (%s ...), and a bump would walk around them", env->name,
		env->gate_count, env->gate_count == 1 ? "" : "s",
		sg_gate_type_name(env->gates[0].type));
	if (env->after_count)
		return sg_hint(err,
			"nothing was written; stagegate promote SERVICE --to %s takes there what "
			"runs in %s",
			env->name, env->after[0]);
	if (env->publish == SG_PUBLISH_MERGE_REQUEST)
		return sg_hint(err,
			"nothing was written; stagegate mr open SERVICE=TAG --to %s opens the "
			"merge request of a version",
			env->name);
	return sg_hint(err, "nothing was written; change it by a merge request of your own");
}

static int refuse_double(
	const struct sg_bump_wish *first, const struct sg_bump_wish *second, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_USAGE, "%.100s is named twice%s%s", second->service,
		first->place ? ", first at " : "", first->place ? first->place : "");
	return second->place ? sg_wrap(err, "%s", second->place) : -1;
}

/* The same service twice would make the second wish the one that counts: ask instead. */
static int check_wishes(const struct sg_bump_ask *ask, struct sg_err *err)
{
	for (size_t i = 0; i < ask->count; i++) {
		for (size_t j = 0; j < i; j++)
			if (strcmp(ask->wishes[i].service, ask->wishes[j].service) == 0)
				return refuse_double(&ask->wishes[j], &ask->wishes[i], err);
		if (sg_wish_check(&ask->wishes[i], err) < 0)
			return -1;
	}
	return 0;
}

static void end(
	const struct sg_bump_ask *ask, const struct sg_publish_done *done, struct sg_report *report)
{
	const char *branch = report->branch;
	size_t changed = done->changes.value_count;

	if (done->written && done->later_changed)
		sg_report_warn(report, "CHANGED_SINCE",
			"the commit arrived, and somebody has changed these values again since");
	if (done->written)
		sg_report_end(report, SG_RESULT_DONE, "COMMITTED", "committed %.12s to %s",
			done->commit, branch);
	else if (ask->dry_run && changed)
		sg_report_end(report, SG_RESULT_PLANNED, "PLANNED",
			"%zu value%s would change on %s; nothing was written", changed,
			changed == 1 ? "" : "s", branch);
	else
		sg_report_end(report, SG_RESULT_UNCHANGED, "NOTHING_TO_DO",
			"already so on %s at %.12s; nothing was written", branch, done->commit);
}

static void report_head(
	const struct sg_loaded *loaded, const struct sg_environment *env, struct sg_report *report)
{
	report->repository = loaded->remote.name;
	report->config_from = loaded->config_from;
	report->advisory = loaded->advisory;
	report->environment = env->name;
	report->branch = env->branch;
	report->publish_via = sg_way_name(loaded);
}

static int bump_by_commit(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const struct sg_bump_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct sg_publish_done done;
	struct sg_publish_ask publish = {
		.env = env,
		.wishes = ask->wishes,
		.count = ask->count,
		.guard = {.expect = ask->expect,
			.older_reason = sg_message_reason(world, ask->older_reason)},
		.dry_run = ask->dry_run,
	};

	sg_console_phase(world->console, SG_CONSOLE_PUBLISH, "%s %s",
		ask->dry_run ? "Planning for" : "Publishing to", env->branch);
	if (sg_publish(world, loaded, &publish, &done, err) < 0)
		return -1;
	report_head(loaded, env, report);
	report->commit = done.commit;
	report->commit_url = sg_remote_commit_url(world->arena, &loaded->remote, done.commit);
	report->id = done.plan.id;
	report->tries = done.tries;
	report->files = done.changes.files;
	report->file_count = done.changes.file_count;
	sg_report_add_values(
		report, env->name, done.changes.values, done.changes.value_count, false);
	sg_report_add_values(report, env->name, done.changes.same, done.changes.same_count, true);
	if (done.kept_by)
		sg_report_warn(report, "CAME_BETWEEN",
			"somebody changed the same file in the last moment; %.12s has both changes",
			done.kept_by);
	if (done.went_back)
		sg_report_warn(report, "WENT_BACK", "a newer version gives way: %s",
			publish.guard.older_reason);
	end(ask, &done, report);
	return 0;
}

/* ---- an environment that is changed by merge requests ---- */

/* The run's own outcome is that of the worst service. */
static void end_requests(struct sg_report *report)
{
	const struct sg_report_service *worst = &report->services[0];

	for (size_t i = 1; i < report->service_count; i++)
		if (sg_result_is_worse(report->services[i].result, worst->result))
			worst = &report->services[i];
	sg_report_end(
		report, worst->result, worst->code, "%s: %s", worst->service, worst->sentence);
}

/* Each service has a request of its own, which the push opens: that goes by Git. */
static int bump_by_request(struct sg_world *world, struct sg_loaded *loaded,
	const struct sg_environment *env, const struct sg_bump_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct sg_push_request_ask one = {.env = env,
		.guard = {.expect = ask->expect,
			.older_reason = sg_message_reason(world, ask->older_reason)},
		.dry_run = ask->dry_run};
	struct sg_push_request_done done;

	if (loaded->way && loaded->way->only)
		sg_report_warn(report, "VIA_GIT",
			"a merge request of bump is opened by a push, whatever publish.via says");
	if (loaded->way && sg_way_turn(world, loaded, "a push opens the merge request", err) < 0)
		return -1;
	sg_console_phase(world->console, SG_CONSOLE_PUBLISH, "%s merge requests to %s",
		ask->dry_run ? "Planning" : "Opening", env->name);
	report_head(loaded, env, report);
	for (size_t i = 0; i < ask->count; i++) {
		one.wish = ask->wishes[i];
		if (sg_way_environment_again(world, loaded, &one.env, err) < 0 ||
			sg_push_request(world, loaded, &one, &done, err) < 0 ||
			(i + 1 < ask->count && done.tries && sg_load_again(loaded, err) < 0))
			return -1;
		sg_push_request_report(world, loaded, &one, &done, report);
	}
	report->config_from = loaded->config_from;
	end_requests(report);
	return 0;
}

static int bump(struct sg_world *world, struct sg_loaded *loaded, const struct sg_bump_ask *ask,
	struct sg_report *report, struct sg_err *err)
{
	const struct sg_environment *env;

	if (sg_load_environment(loaded, ask->env, &env, err) < 0 || refuse_gated(env, err) < 0)
		return -1;
	return env->publish == SG_PUBLISH_MERGE_REQUEST
		       ? bump_by_request(world, loaded, env, ask, report, err)
		       : bump_by_commit(world, loaded, env, ask, report, err);
}

int sg_flow_bump(struct sg_world *world, const struct sg_bump_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct sg_loaded loaded;
	int rc;

	if (check_wishes(ask, err) < 0 ||
		(ask->expect && sg_guard_expect_check(ask->expect, err) < 0) ||
		(!ask->dry_run && sg_job_require_protected(world, err) < 0) ||
		sg_way_load(world, ask->count, &loaded, err) < 0)
		return -1;
	rc = bump(world, &loaded, ask, report, err);
	sg_loaded_release(&loaded);
	return rc;
}
