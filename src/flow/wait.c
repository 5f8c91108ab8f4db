#include "flow/wait.h"

#include <string.h>

#include "model/image.h"
#include "step/await_report.h"
#include "step/change.h"
#include "step/cluster.h"
#include "step/deployment.h"
#include "step/load.h"
#include "step/shelf.h"

#define SERVICES_AT_ONCE 100

/* What is known before the cluster is asked. */
struct waiting {
	struct sg_world *world;
	const struct sg_wait_ask *ask;
	struct sg_loaded loaded;
	const struct sg_environment *env;
	struct sg_ancestry *ancestry;
	const char *revision;
	struct sg_tree_source *tip;    /* the files of the branch's tip */
	struct sg_tree_source *source; /* the files of that revision; NULL: they cannot be had */
	struct sg_reached reached;
	struct sg_selected *selected;
	struct sg_await_ask *asks; /* one for each that was selected */
	size_t count;
};

static int check_words(const struct sg_wait_ask *ask, struct sg_err *err)
{
	struct sg_image image;

	if (ask->revision && !sg_str_is_oid(sg_str_of(ask->revision))) {
		(void)sg_fail(
			err, SG_R_USAGE, "--revision '%.80s' is no full commit id", ask->revision);
		return sg_hint(err, "give all 40 hex digits, as `git rev-parse` prints them");
	}
	if (ask->image && (!sg_image_parse(sg_str_of(ask->image), &image) ||
				  (!image.tag.len && !image.digest.len))) {
		(void)sg_fail(
			err, SG_R_USAGE, "--image '%.200s' is no image with a tag", ask->image);
		return sg_hint(
			err, "REPOSITORY:TAG, as in registry.example.com/shop/catalog:1.4.2");
	}
	return 0;
}

/* The wanted revision: as named (it must be in the branch, as far as Git can say) or the tip. */
static int find_revision(struct waiting *waiting, struct sg_err *err)
{
	struct sg_repo *repo = waiting->loaded.repo;
	const char *branch = waiting->env->branch, *wanted = waiting->ask->revision;
	struct sg_tree_source *tip;

	if (sg_load_branch(waiting->world, &waiting->loaded, branch, &tip, err) < 0)
		return -1;
	waiting->revision = tip->revision;
	waiting->tip = waiting->source = tip;
	if (!wanted || strcmp(wanted, tip->revision) == 0)
		return 0;
	waiting->revision = wanted;
	waiting->source = NULL;
	if (waiting->ancestry->contains(waiting->ancestry, tip->revision, wanted) == SG_ANSWER_NO)
		return sg_fail(err, SG_R_REVISION_NOT_FOUND, "%s at %.12s does not contain %s",
			branch, tip->revision, wanted);
	if (sg_repo_source(repo, wanted, branch, waiting->world->arena, &waiting->source, err) <
		0) {
		if (err->reason != SG_R_REVISION_NOT_FOUND)
			return -1;
		waiting->source = NULL;
	}
	return 0;
}

static int find_image(struct waiting *waiting, const char *service, struct sg_report *report,
	const char **ret_image, struct sg_err *err)
{
	*ret_image = waiting->ask->image;
	if (*ret_image || !service)
		return 0;
	if (!waiting->source) {
		sg_report_warn(report, "IMAGE_NOT_CHECKED",
			"the files of %.12s cannot be read from here, so no image of %s is "
			"expected; name one with --image",
			waiting->revision, service);
		return 0;
	}
	if (sg_change_image(waiting->world, &waiting->loaded.policy, waiting->env, service,
		    waiting->source, ret_image, err) < 0)
		return -1;
	if (!*ret_image)
		sg_report_warn(report, "IMAGE_NOT_CHECKED",
			"the configuration names no `image:` for %s, so no image is expected",
			service);
	return 0;
}

static int prepare(struct waiting *waiting, const struct sg_selected *selected,
	struct sg_report *report, struct sg_await_ask *ask, struct sg_err *err)
{
	const char *image;

	if (find_image(waiting, selected->service, report, &image, err) < 0)
		return -1;
	ask->service = selected->service ? selected->service : selected->app.name;
	ask->app = selected->app;
	ask->follow = sg_environment_follows(waiting->env);
	ask->timeout_ms = waiting->ask->app_timeout_ms;
	ask->argocd_namespace = waiting->env->cluster.namespace;
	ask->want = sg_await_want(
		waiting->world, &waiting->loaded, waiting->env, waiting->revision, image);
	return 0;
}

/* A service that nobody named may have no files in this environment: then it is not of it. */
static bool is_of_environment(const struct waiting *waiting, const struct sg_err *why)
{
	return waiting->ask->which.count || sg_selection_needs_cluster(&waiting->ask->which) ||
	       why->reason != SG_R_FILE_NOT_FOUND;
}

static int prepare_all(struct waiting *waiting, struct sg_report *report, struct sg_err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < waiting->count; i++) {
		const struct sg_selected *selected = &waiting->selected[i];
		struct sg_err why = SG_ERR_INIT;

		if (i % SERVICES_AT_ONCE == 0)
			sg_shelves_let_go(waiting->world); /* each has files of its own */
		if (prepare(waiting, selected, report, &waiting->asks[kept], &why) == 0) {
			kept++;
			continue;
		}
		if (is_of_environment(waiting, &why)) {
			*err = why;
			return sg_wrap(err, "%s in %s", selected->service, waiting->env->name);
		}
		sg_console_note(waiting->world->console, "%s has no files in %s: %s",
			selected->service, waiting->env->name, why.cause);
	}
	waiting->count = kept;
	if (kept == 0)
		return sg_fail(err, SG_R_SERVICE_UNKNOWN, "no service has files in %s",
			waiting->env->name);
	return 0;
}

static struct sg_app_policy policy_of(const struct waiting *waiting)
{
	const struct sg_wait_ask *ask = waiting->ask;
	struct sg_app_policy policy = sg_await_policy(waiting->world);

	policy.suspended = strcmp(ask->suspended, "ok") == 0    ? SG_APP_SUSPENDED_OK
			   : strcmp(ask->suspended, "ask") == 0 ? SG_APP_SUSPENDED_ASK
								: SG_APP_SUSPENDED_WAIT;
	policy.fail_on_first_sync_error = ask->fail_on_sync_error;
	policy.fail_on_sync_window = ask->fail_on_sync_window;
	policy.allow_prune_warning = ask->allow_prune_warning;
	policy.sync_manually = waiting->env->sync;
	policy.resume = waiting->env->rollout.pause == SG_PAUSE_RESUME;
	policy.abort = waiting->env->rollout.on_failure == SG_FAILURE_ABORT;
	return policy;
}

static void end(struct waiting *waiting, const struct sg_await_done *done, struct sg_report *report)
{
	const struct sg_report_verdict *row =
		sg_await_report(waiting->world, waiting->asks, waiting->count, done, report);
	const struct sg_await_end *answer = &done->ends[row - report->verdicts];

	sg_report_end(report, row->result, row->code, "%s: %s", row->application,
		answer->error ? answer->error->cause : sg_app_code_text(answer->verdict.code));
	if (answer->error)
		report->exit_code = sg_err_exit(answer->error);
}

static int await_all(struct waiting *waiting, struct sg_report *report, struct sg_err *err)
{
	const struct sg_await_rules rules = {
		.policy = policy_of(waiting), .keep_going = waiting->ask->keep_going};
	struct sg_deployments deployments;
	struct sg_await_done done;
	int rc;

	sg_shelves_let_go(waiting->world); /* the files have said what they had to */
	sg_console_phase(waiting->world->console, SG_CONSOLE_ROLLOUT, "Waiting until %s runs it",
		waiting->env->name);
	sg_deployments_open(waiting->world, &waiting->loaded, waiting->env, report, &deployments);
	rc = sg_deployments_begin(&deployments, waiting->asks, waiting->count, err);
	if (rc == 0)
		rc = sg_await(waiting->world, &waiting->reached.client, waiting->ancestry, &rules,
			waiting->asks, waiting->count, &done, err);
	if (rc == 0) {
		end(waiting, &done, report);
		rc = sg_deployments_end(&deployments, report->verdicts, err);
	}
	return rc;
}

static int wait_loaded(struct waiting *waiting, struct sg_report *report, struct sg_err *err)
{
	const struct sg_wait_ask *ask = waiting->ask;

	if (sg_load_environment(&waiting->loaded, ask->env, &waiting->env, err) < 0 ||
		sg_repo_ancestry(waiting->loaded.repo, waiting->env->branch, waiting->world->arena,
			&waiting->ancestry, err) < 0 ||
		find_revision(waiting, err) < 0)
		return -1;
	report->repository = waiting->loaded.remote.name;
	report->config_from = waiting->loaded.config_from;
	report->advisory = waiting->loaded.advisory;
	report->environment = waiting->env->name;
	report->branch = waiting->env->branch;
	report->commit = waiting->revision;
	report->commit_url = sg_remote_commit_url(
		waiting->world->arena, &waiting->loaded.remote, waiting->revision);
	if (sg_reach(waiting->world, waiting->env, &waiting->reached, err) < 0 ||
		sg_reach_workloads(waiting->world, waiting->env, &waiting->reached, err) < 0 ||
		sg_select(waiting->world, &waiting->loaded, waiting->env, waiting->tip,
			&waiting->reached.client, &ask->which, &waiting->selected, &waiting->count,
			err) < 0)
		return -1;
	waiting->asks =
		sg_arena_calloc(waiting->world->arena, waiting->count, sizeof(*waiting->asks));
	if (prepare_all(waiting, report, err) < 0)
		return -1;
	return await_all(waiting, report, err);
}

int sg_flow_wait(struct sg_world *world, const struct sg_wait_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct waiting waiting = {.world = world, .ask = ask};
	int rc;

	if (check_words(ask, err) < 0 || sg_load(world, &waiting.loaded, err) < 0)
		return -1;
	rc = wait_loaded(&waiting, report, err);
	sg_reached_release(&waiting.reached);
	sg_loaded_release(&waiting.loaded);
	return rc;
}
