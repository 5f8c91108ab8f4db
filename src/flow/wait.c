#include "flow/wait.h"

#include <string.h>

#include "model/image.h"
#include "step/await_report.h"
#include "step/change.h"
#include "step/cluster.h"
#include "step/deployment.h"
#include "step/load.h"

/* What is known before the cluster is asked. */
struct waiting {
	struct sg_world *world;
	const struct sg_wait_ask *ask;
	struct sg_loaded loaded;
	const struct sg_environment *env;
	struct sg_ancestry *ancestry;
	const char *revision;
	struct sg_tree_source *source; /* the files of that revision; NULL: they cannot be had */
	struct sg_await_ask *asks;
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
	waiting->source = tip;
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
	if (*ret_image)
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

static int prepare(struct waiting *waiting, const char *service, struct sg_report *report,
	struct sg_await_ask *ask, struct sg_err *err)
{
	const char *image;

	if (find_image(waiting, service, report, &image, err) < 0 ||
		sg_application_of(waiting->world, &waiting->loaded.policy, waiting->env, service,
			&ask->app, err) < 0)
		return -1;
	ask->service = service;
	ask->argocd_namespace = waiting->env->cluster.namespace;
	ask->want = sg_await_want(
		waiting->world, &waiting->loaded, waiting->env, waiting->revision, image);
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
	return policy;
}

static void end(struct waiting *waiting, const struct sg_await_done *done, struct sg_report *report)
{
	const struct sg_report_verdict *row =
		sg_await_report(waiting->world, waiting->asks, waiting->ask->count, done, report);
	const struct sg_await_end *answer = &done->ends[row - report->verdicts];

	sg_report_end(report, row->result, row->code, "%s: %s", row->application,
		sg_app_code_text(answer->verdict.code));
}

static int await_all(struct waiting *waiting, struct sg_report *report, struct sg_err *err)
{
	const struct sg_await_rules rules = {.policy = policy_of(waiting)};
	struct sg_deployments deployments;
	struct sg_await_done done;
	struct sg_reached reached;
	int rc;

	sg_console_phase(waiting->world->console, SG_CONSOLE_ROLLOUT, "Waiting until %s runs it",
		waiting->env->name);
	if (sg_reach(waiting->world, waiting->env, &reached, err) < 0)
		return -1;
	sg_deployments_open(waiting->world, &waiting->loaded, waiting->env, report, &deployments);
	rc = sg_deployments_begin(&deployments, waiting->asks, waiting->ask->count, err);
	if (rc == 0)
		rc = sg_await(waiting->world, &reached.client, waiting->ancestry, &rules,
			waiting->asks, waiting->ask->count, &done, err);
	if (rc == 0) {
		end(waiting, &done, report);
		rc = sg_deployments_end(&deployments, report->verdicts, err);
	}
	sg_reached_release(&reached);
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
	waiting->asks = sg_arena_calloc(waiting->world->arena, ask->count, sizeof(*waiting->asks));
	for (size_t i = 0; i < ask->count; i++)
		if (prepare(waiting, ask->services[i], report, &waiting->asks[i], err) < 0)
			return sg_wrap(err, "%s in %s", ask->services[i], waiting->env->name);
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
	sg_loaded_release(&waiting.loaded);
	return rc;
}
