#include "flow/wait.h"

#include <string.h>

#include "model/image.h"
#include "step/await_report.h"
#include "step/change.h"
#include "step/deployment.h"
#include "step/load.h"
#include "step/shelf.h"
#include "step/sites.h"

#define SERVICES_AT_ONCE 100

/* One environment, and what is known of it before its cluster is asked. */
struct place {
	const struct sg_environment *env;
	struct sg_await_home *home;
	const char *revision;
	struct sg_tree_source *tip;    /* the files of the branch's tip */
	struct sg_tree_source *source; /* the files of that revision; NULL: they cannot be had */
	struct sg_selected *selected;
	size_t selected_count;
	size_t count; /* of its asks, which stand together */
	struct sg_deployments deployments;
	const struct sg_err *error; /* keep_going: why nothing is asked of it; NULL */
};

struct waiting {
	struct sg_world *world;
	const struct sg_wait_ask *ask;
	struct sg_loaded loaded;
	struct sg_sites sites;
	struct place *places; /* one for each site */
	size_t place_count;
	struct sg_await_ask *asks; /* one for each that was selected */
	size_t count;
	struct sg_report *report;
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

static bool has_several(const struct waiting *waiting)
{
	return waiting->place_count > 1;
}

/* Of workloads the files are all that a revision says. One that cannot be had is said later. */
static int fetch_files(
	struct waiting *waiting, const struct place *place, const char *wanted, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (!place->env->workload ||
		sg_repo_fetch_commits(waiting->loaded.repo, &wanted, 1, &why) == 0 ||
		why.reason != SG_R_CANCELLED)
		return 0;
	*err = why;
	return -1;
}

/* The wanted revision: as named (it must be in the branch, as far as Git can say) or the tip. */
static int find_revision(struct waiting *waiting, struct place *place, struct sg_err *err)
{
	struct sg_repo *repo = waiting->loaded.repo;
	const char *branch = place->env->branch, *wanted = waiting->ask->revision;
	struct sg_ancestry *ancestry;
	struct sg_tree_source *tip;

	if (sg_repo_ancestry(repo, branch, waiting->world->arena, &ancestry, err) < 0 ||
		sg_load_branch(waiting->world, &waiting->loaded, branch, &tip, err) < 0)
		return -1;
	place->home->ancestry = ancestry;
	place->revision = tip->revision;
	place->tip = place->source = tip;
	if (!wanted || strcmp(wanted, tip->revision) == 0)
		return 0;
	place->revision = wanted;
	place->source = NULL;
	if (ancestry->contains(ancestry, tip->revision, wanted) == SG_ANSWER_NO)
		return sg_fail(err, SG_R_REVISION_NOT_FOUND, "%s at %.12s does not contain %s",
			branch, tip->revision, wanted);
	if (fetch_files(waiting, place, wanted, err) < 0)
		return -1;
	if (sg_repo_source(repo, wanted, branch, waiting->world->arena, &place->source, err) < 0) {
		if (err->reason != SG_R_REVISION_NOT_FOUND)
			return -1;
		place->source = NULL;
	}
	return 0;
}

static int find_image(struct waiting *waiting, const struct place *place, const char *service,
	const char **ret_image, struct sg_err *err)
{
	*ret_image = waiting->ask->image;
	if (*ret_image || !service)
		return 0;
	if (!place->source) {
		sg_report_warn(waiting->report, "IMAGE_NOT_CHECKED",
			"the files of %.12s cannot be read from here, so no image of %s is "
			"expected; name one with --image",
			place->revision, service);
		return 0;
	}
	if (sg_change_image(waiting->world, &waiting->loaded.policy, place->env, service,
		    place->source, ret_image, err) < 0)
		return -1;
	if (!*ret_image)
		sg_report_warn(waiting->report, "IMAGE_NOT_CHECKED",
			"the configuration names no `image:` for %s, so no image is expected",
			service);
	return 0;
}

static int prepare(struct waiting *waiting, const struct place *place,
	const struct sg_selected *selected, struct sg_await_ask *ask, struct sg_err *err)
{
	const char *image;

	if (find_image(waiting, place, selected->service, &image, err) < 0)
		return -1;
	ask->home = place->home;
	ask->service = selected->service ? selected->service : selected->app.name;
	ask->app = selected->app;
	if (has_several(waiting))
		ask->label = sg_arena_printf(
			waiting->world->arena, "%s in %s", ask->app.name, place->env->name);
	ask->follow = sg_environment_follows(place->env);
	ask->timeout_ms = waiting->ask->app_timeout_ms;
	ask->argocd_namespace = place->env->cluster.namespace;
	ask->want =
		sg_await_want(waiting->world, &waiting->loaded, place->env, place->revision, image);
	return 0;
}

/* A service that nobody named may have no files in this environment: then it is not of it. */
static bool is_of_environment(const struct waiting *waiting, const struct sg_err *why)
{
	return waiting->ask->which.count || sg_selection_needs_cluster(&waiting->ask->which) ||
	       why->reason != SG_R_FILE_NOT_FOUND;
}

static int prepare_all(struct waiting *waiting, struct place *place, struct sg_err *err)
{
	for (size_t i = 0; i < place->selected_count; i++) {
		const struct sg_selected *selected = &place->selected[i];
		struct sg_err why = SG_ERR_INIT;

		if (i % SERVICES_AT_ONCE == 0)
			sg_shelves_let_go(waiting->world); /* each has files of its own */
		if (prepare(waiting, place, selected, &waiting->asks[waiting->count], &why) == 0) {
			waiting->count++;
			place->count++;
			continue;
		}
		if (is_of_environment(waiting, &why)) {
			*err = why;
			return sg_wrap(err, "%s in %s", selected->service, place->env->name);
		}
		sg_console_note(waiting->world->console, "%s has no files in %s: %s",
			selected->service, place->env->name, why.cause);
	}
	if (place->count == 0)
		return sg_fail(
			err, SG_R_SERVICE_UNKNOWN, "no service has files in %s", place->env->name);
	return 0;
}

static struct sg_app_policy policy_of(const struct waiting *waiting, const struct place *place)
{
	const struct sg_wait_ask *ask = waiting->ask;
	struct sg_app_policy policy = sg_await_policy(waiting->world);

	policy.suspended = strcmp(ask->suspended, "ok") == 0    ? SG_APP_SUSPENDED_OK
			   : strcmp(ask->suspended, "ask") == 0 ? SG_APP_SUSPENDED_ASK
								: SG_APP_SUSPENDED_WAIT;
	policy.fail_on_first_sync_error = ask->fail_on_sync_error;
	policy.fail_on_sync_window = ask->fail_on_sync_window;
	policy.allow_prune_warning = ask->allow_prune_warning;
	sg_await_policy_of(place->env, &policy);
	return policy;
}

/* ---- the clusters ---- */

static int select_of(struct waiting *waiting, size_t number, struct sg_err *err)
{
	struct place *place = &waiting->places[number];

	if (sg_site_reach(waiting->world, &waiting->sites, number, err) < 0)
		return -1;
	return sg_select(waiting->world, &waiting->loaded, place->env, place->tip,
		place->home->client, &waiting->ask->which, &place->selected, &place->selected_count,
		err);
}

/* With keep_going a cluster of several that cannot be asked which is a row, and no end. */
static int lose(const struct waiting *waiting, struct place *place, const struct sg_err *why,
	struct sg_err *err)
{
	struct sg_err *kept;

	*err = *why;
	if (has_several(waiting))
		(void)sg_wrap(err, "%s", place->env->name);
	if (!has_several(waiting) || !waiting->ask->keep_going || err->reason == SG_R_CANCELLED ||
		err->reason == SG_R_USAGE)
		return -1;
	kept = sg_arena_alloc(waiting->world->arena, sizeof(*kept));
	*kept = *err;
	place->error = kept;
	return 0;
}

static int select_all(struct waiting *waiting, struct sg_err *err)
{
	size_t total = 0;

	for (size_t i = 0; i < waiting->place_count; i++) {
		struct sg_err why = SG_ERR_INIT;

		if (select_of(waiting, i, &why) < 0 &&
			lose(waiting, &waiting->places[i], &why, err) < 0)
			return -1;
		total += waiting->places[i].selected_count;
	}
	if (total == 0) { /* of none of them */
		*err = *waiting->places[0].error;
		return -1;
	}
	waiting->asks = sg_arena_calloc(waiting->world->arena, total, sizeof(*waiting->asks));
	for (size_t i = 0; i < waiting->place_count; i++) {
		struct place *place = &waiting->places[i];

		place->home->policy = policy_of(waiting, place);
		if (!place->error && prepare_all(waiting, place, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- the answer ---- */

static void add_lost(struct waiting *waiting, const struct place *place)
{
	struct sg_report_verdict *row = sg_report_add_verdict(waiting->report);

	row->result = SG_RESULT_FAILED;
	row->code = sg_reason_name(place->error->reason);
	row->sentence = place->error->cause;
	row->environment = place->env->name;
	row->cluster = place->home->cluster;
	row->revision_wanted = place->revision;
	if (place->error->hint[0])
		sg_report_line(waiting->report, &row->evidence, "%s", place->error->hint);
}

/* Of the row that is the answer of all: why there is no verdict; NULL: there is one. */
static const struct sg_err *error_of(
	const struct waiting *waiting, const struct sg_await_done *done, size_t number)
{
	if (number < waiting->count)
		return done->ends[number].error;
	number -= waiting->count;
	for (size_t i = 0; i < waiting->place_count; i++)
		if (waiting->places[i].error && number-- == 0)
			return waiting->places[i].error;
	SG_BUG("a row of no place");
}

static void end(struct waiting *waiting, const struct sg_await_done *done)
{
	struct sg_report *report = waiting->report;
	const struct sg_report_verdict *row;
	const struct sg_err *error;
	const char *trouble = NULL;
	size_t number;

	(void)sg_await_report(waiting->world, waiting->asks, waiting->count, done, report);
	for (size_t i = 0; i < waiting->place_count; i++)
		if (waiting->places[i].error)
			add_lost(waiting, &waiting->places[i]);
	row = sg_await_worst(report);
	number = (size_t)(row - report->verdicts);
	error = error_of(waiting, done, number);
	if (!error && row->result == SG_RESULT_TIMEOUT)
		trouble = done->ends[number].trouble;
	sg_report_end(report, row->result, row->code, "%s: %s%s%s",
		number < waiting->count ? sg_await_label(&waiting->asks[number]) : row->environment,
		error ? error->cause : sg_app_code_text(done->ends[number].verdict.code),
		trouble ? ": " : "", trouble ? trouble : "");
	if (error)
		report->exit_code = sg_err_exit(error);
}

/* ---- the wait ---- */

static int begin_deployments(struct waiting *waiting, struct sg_err *err)
{
	const struct sg_await_ask *asks = waiting->asks;

	for (size_t i = 0; i < waiting->place_count; i++) {
		struct place *place = &waiting->places[i];

		sg_deployments_open(waiting->world, &waiting->loaded, place->env, waiting->report,
			&place->deployments);
		if (sg_deployments_begin(&place->deployments, asks, place->count, err) < 0)
			return -1;
		asks += place->count;
	}
	return 0;
}

static int end_deployments(struct waiting *waiting, struct sg_err *err)
{
	const struct sg_report_verdict *rows = waiting->report->verdicts;

	for (size_t i = 0; i < waiting->place_count; i++) {
		if (sg_deployments_end(&waiting->places[i].deployments, rows, err) < 0)
			return -1;
		rows += waiting->places[i].count;
	}
	return 0;
}

static int await_all(struct waiting *waiting, struct sg_err *err)
{
	struct sg_await_done done;

	sg_shelves_let_go(waiting->world); /* the files have said what they had to */
	sg_console_phase(waiting->world->console, SG_CONSOLE_ROLLOUT, "Waiting until %s runs it",
		waiting->sites.name);
	if (begin_deployments(waiting, err) < 0 ||
		sg_await(waiting->world, waiting->asks, waiting->count, waiting->ask->keep_going,
			&done, err) < 0)
		return -1;
	end(waiting, &done);
	return end_deployments(waiting, err);
}

/* What is the same for all of them; each row has its own. */
static void say_what(struct waiting *waiting)
{
	struct sg_report *report = waiting->report;
	const struct place *first = waiting->places;
	bool one_branch = true, one_commit = true, workloads = first->env->workload != NULL;

	for (size_t i = 1; i < waiting->place_count; i++) {
		const struct place *other = &waiting->places[i];

		one_branch = one_branch && strcmp(first->env->branch, other->env->branch) == 0;
		one_commit = one_commit && strcmp(first->revision, other->revision) == 0;
		workloads = workloads || other->env->workload;
	}
	if (workloads && waiting->ask->revision)
		sg_report_warn(report, "REVISION_NOT_COMPARED",
			"workloads say no revision: %.12s only says which image is expected",
			waiting->ask->revision);
	report->repository = waiting->loaded.remote.name;
	report->config_from = waiting->loaded.config_from;
	report->advisory = waiting->loaded.advisory;
	report->environment = waiting->sites.name;
	report->branch = one_branch ? first->env->branch : NULL;
	report->commit = one_commit ? first->revision : NULL;
	if (one_commit)
		report->commit_url = sg_remote_commit_url(
			waiting->world->arena, &waiting->loaded.remote, first->revision);
}

static int wait_loaded(struct waiting *waiting, struct sg_err *err)
{
	struct sg_world *world = waiting->world;

	if (sg_sites_open(world, &waiting->loaded, waiting->ask->env, &waiting->sites, err) < 0)
		return -1;
	waiting->place_count = waiting->sites.count;
	waiting->places =
		sg_arena_calloc(world->arena, waiting->place_count, sizeof(*waiting->places));
	for (size_t i = 0; i < waiting->place_count; i++) {
		struct place *place = &waiting->places[i];

		place->env = waiting->sites.items[i].env;
		place->home = &waiting->sites.items[i].home;
		if (find_revision(waiting, place, err) < 0)
			return has_several(waiting) ? sg_wrap(err, "%s", place->env->name) : -1;
	}
	say_what(waiting);
	return select_all(waiting, err) < 0 ? -1 : await_all(waiting, err);
}

int sg_flow_wait(struct sg_world *world, const struct sg_wait_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct waiting waiting = {.world = world, .ask = ask, .report = report};
	int rc;

	if (check_words(ask, err) < 0 || sg_load(world, &waiting.loaded, err) < 0)
		return -1;
	rc = wait_loaded(&waiting, err);
	sg_sites_release(&waiting.sites);
	sg_loaded_release(&waiting.loaded);
	return rc;
}
