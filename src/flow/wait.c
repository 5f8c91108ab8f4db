#include "flow/wait.h"

#include <string.h>

#include "model/image.h"
#include "step/await.h"
#include "step/change.h"
#include "step/cluster.h"
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
	struct sg_arena *arena = waiting->world->arena;
	const char *head = sg_repo_head_branch(waiting->loaded.repo);
	const char **images = sg_arena_calloc(arena, 1, sizeof(*images));

	if (find_image(waiting, service, report, &images[0], err) < 0 ||
		sg_application_of(waiting->world, &waiting->loaded.policy, waiting->env, service,
			&ask->app, err) < 0)
		return -1;
	ask->service = service;
	ask->want = (struct sg_app_want){
		.revision = waiting->revision,
		.repo_url = waiting->loaded.remote.url,
		.branch = waiting->env->branch,
		.branch_is_default = head && strcmp(head, waiting->env->branch) == 0,
		.images = images,
		.image_count = images[0] ? 1 : 0,
	};
	return 0;
}

static struct sg_app_policy policy_of(const struct waiting *waiting)
{
	const struct sg_settings *settings = waiting->world->settings;
	const struct sg_wait_ask *ask = waiting->ask;
	struct sg_app_policy policy = sg_app_policy_default();

	policy.suspended = strcmp(ask->suspended, "ok") == 0    ? SG_APP_SUSPENDED_OK
			   : strcmp(ask->suspended, "ask") == 0 ? SG_APP_SUSPENDED_ASK
								: SG_APP_SUSPENDED_WAIT;
	policy.fail_on_first_sync_error = ask->fail_on_sync_error;
	policy.fail_on_sync_window = ask->fail_on_sync_window;
	policy.allow_prune_warning = ask->allow_prune_warning;
	policy.confirm_ms = settings->confirm_ms;
	policy.degraded_grace_ms = settings->degraded_grace_ms;
	policy.image_grace_ms = settings->image_grace_ms;
	policy.out_of_sync_grace_ms = settings->out_of_sync_grace_ms;
	return policy;
}

static enum sg_result result_of(const struct sg_await_end *end, bool timed_out)
{
	switch (end->verdict.kind) {
	case SG_APP_SUCCESS:
		if (end->final)
			return SG_RESULT_DONE;
		break;
	case SG_APP_POLICY:
		return SG_RESULT_PENDING;
	case SG_APP_FAIL:
		return SG_RESULT_FAILED;
	case SG_APP_WAIT:
		break;
	}
	return timed_out ? SG_RESULT_TIMEOUT : SG_RESULT_PENDING;
}

static void add_row(struct waiting *waiting, const struct sg_await_ask *ask,
	const struct sg_await_end *end, bool timed_out, struct sg_report *report)
{
	struct sg_arena *arena = waiting->world->arena;
	struct sg_report_verdict *row = sg_report_add_verdict(report);

	row->result = result_of(end, timed_out);
	row->code = sg_app_code_name(end->verdict.code);
	row->sentence = sg_arena_strdup(arena, end->verdict.message);
	row->service = ask->service;
	row->application = ask->app.name;
	row->namespace = ask->app.namespace;
	row->revision_wanted = ask->want.revision;
	row->revision_seen = sg_arena_strdup(arena, end->verdict.revision);
	row->image_wanted = ask->want.image_count ? ask->want.images[0] : NULL;
	for (size_t i = 0; i < end->image_count; i++)
		sg_report_line(report, &row->images, "%s", end->images[i]);
	row->sync = end->sync;
	row->health = end->health;
	row->elapsed_ms = end->elapsed_ms;
	if (end->trouble)
		sg_report_line(report, &row->evidence, "the cluster: %s", end->trouble);
	if (row->result == SG_RESULT_TIMEOUT)
		row->last_blocker = row->sentence;
	if (end->verdict.images_unseen)
		sg_report_warn(report, "IMAGE_NOT_SEEN",
			"no running pod of %s shows the image %s; it may have no pods",
			ask->app.name, row->image_wanted);
	if (end->verdict.leftovers)
		sg_report_warn(report, "NEEDS_PRUNE",
			"%s has resources left over that nobody prunes", ask->app.name);
}

/* The worst answer is the answer of the run: a failure, a person's turn, the time, success. */
static const struct sg_report_verdict *worst(const struct sg_report *report)
{
	static const enum sg_result order[] = {
		SG_RESULT_FAILED, SG_RESULT_PENDING, SG_RESULT_TIMEOUT, SG_RESULT_DONE};

	for (size_t o = 0; o < SG_COUNT(order); o++)
		for (size_t i = 0; i < report->verdict_count; i++)
			if (report->verdicts[i].result == order[o])
				return &report->verdicts[i];
	SG_BUG("a verdict of no known kind");
}

static void end(struct waiting *waiting, const struct sg_await_done *done, struct sg_report *report)
{
	const struct sg_report_verdict *row;
	enum sg_app_code code;

	for (size_t i = 0; i < waiting->ask->count; i++)
		add_row(waiting, &waiting->asks[i], &done->ends[i], done->timed_out, report);
	if (done->read_only)
		sg_report_warn(report, "READ_ONLY",
			"no refresh could be asked for (%s); this relied on Argo CD's own polling",
			done->read_only);
	if (done->polling)
		sg_report_warn(report, "POLLING", "watching is not permitted (%s)", done->polling);
	row = worst(report);
	code = done->ends[row - report->verdicts].verdict.code;
	sg_report_end(
		report, row->result, row->code, "%s: %s", row->application, sg_app_code_text(code));
}

static int await_all(struct waiting *waiting, struct sg_report *report, struct sg_err *err)
{
	const struct sg_app_policy policy = policy_of(waiting);
	struct sg_await_done done;
	struct sg_reached reached;
	int rc;

	if (sg_reach(waiting->world, waiting->env, &reached, err) < 0)
		return -1;
	rc = sg_await(waiting->world, &reached.client, waiting->ancestry, &policy, waiting->asks,
		waiting->ask->count, &done, err);
	if (rc == 0)
		end(waiting, &done, report);
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
