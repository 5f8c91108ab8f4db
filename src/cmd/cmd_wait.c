#include "base/attr.h"
#include "cmd/table.h"
#include "flow/wait.h"

struct wait_args {
	struct sg_settings settings;
	struct sg_output_args output;
	const char *env;
	const char *revision;
	const char *image;
	const char *suspended;
	bool fail_on_sync_error;
	bool fail_on_sync_window;
	bool allow_prune_warning;
	bool all;
	const char *selector;
	const char *application_set;
	bool keep_going;
	int64_t app_timeout_ms;
};

static const struct sg_opt wait_opts[] = {
	SG_STRING(struct wait_args, env, "env", "NAMES",
		"environment that is waited for, or several, in one cluster or in several: eu,us "
		"(default: the first one)"),
	SG_FLAG(struct wait_args, all, "all", "every service of the environment"),
	SG_STRING(struct wait_args, selector, "selector", "LABELS",
		"the Applications with these labels, written as for `kubectl get -l`; with names: "
		"only those of them"),
	SG_STRING(struct wait_args, application_set, "application-set", "NAME",
		"the Applications that this ApplicationSet has made; with names: only those of "
		"them"),
	SG_FLAG(struct wait_args, keep_going, "keep-going",
		"wait for the others, too, when one cannot succeed any more"),
	SG_DURATION(struct wait_args, app_timeout_ms, "app-timeout", NULL,
		"how long to wait for each application (default: as long as --timeout)"),
	SG_STRING(struct wait_args, revision, "revision", "SHA",
		"full commit id that must run, or a descendant of it (default: the tip of the "
		"environment's branch, read once at the start)"),
	SG_STRING(struct wait_args, image, "image", "REF",
		"image that must run, REPOSITORY:TAG (default: what the files of the revision "
		"say)"),
	SG_CHOICE(struct wait_args, suspended, "suspended", "wait", "wait ok ask",
		"a suspended application: wait for it, count it as healthy, or end at once with "
		"75"),
	SG_FLAG(struct wait_args, fail_on_sync_error, "fail-on-sync-error",
		"fail at the first failed try of a sync, without waiting for its retries"),
	SG_FLAG(struct wait_args, fail_on_sync_window, "fail-on-sync-window",
		"fail when a sync window holds the sync back, instead of waiting for it"),
	SG_FLAG(struct wait_args, allow_prune_warning, "allow-prune-warning",
		"resources that only wait to be pruned are a warning, not a failure"),
};

static const struct sg_opt_set wait_sets[] = {
	{"Options of wait", wait_opts, SG_COUNT(wait_opts), 0},
	{"The cluster", sg_opts_cluster, SG_OPTS_CLUSTER, offsetof(struct wait_args, settings)},
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS,
		offsetof(struct wait_args, settings)},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK,
		offsetof(struct wait_args, settings)},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct wait_args, output)},
};

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct wait_args *args = raw;
	const struct sg_wait_ask ask = {
		.which = {.services = words->items,
			.count = words->count,
			.all = args->all,
			.selector = args->selector,
			.set = args->application_set},
		.env = args->env,
		.revision = args->revision,
		.image = args->image,
		.suspended = args->suspended,
		.fail_on_sync_error = args->fail_on_sync_error,
		.fail_on_sync_window = args->fail_on_sync_window,
		.allow_prune_warning = args->allow_prune_warning,
		.keep_going = args->keep_going,
		.app_timeout_ms = args->app_timeout_ms,
	};

	if (words->count == 0 && !args->all && !args->selector && !args->application_set) {
		(void)sg_fail(err, SG_R_USAGE, "wait needs the name of a service");
		return sg_hint(err, "or --all, --selector LABELS, --application-set NAME");
	}
	if (words->count && args->all)
		return sg_fail(err, SG_R_USAGE, "--all means every service, but some are named");
	if (args->image && words->count != 1)
		return sg_fail(err, SG_R_USAGE,
			"--image names one image; name the one service that it is of");
	return sg_flow_wait(world, &ask, report, err);
}

const struct sg_cmd sg_cmd_wait = {
	.name = "wait",
	.summary = "block until the cluster really runs it, or say why not",
	.words = "[SERVICE...]",
	.words_env = SG_SERVICES_ENV,
	.details =
		"Follows the Argo CD applications of the services until each was compared at the "
		"revision (or a descendant that contains it), is Synced and Healthy, and runs no "
		"other image of that repository; a success is confirmed by a second look. Ends "
		"with 1 and the cause when it cannot become true by itself, with 8 and the last "
		"blocker when --timeout comes first. Of several the first that cannot succeed "
		"ends it, and all are listed; with --keep-going the others are waited for, too, "
		"and one of which nothing can be known (it is not there, or may not be read) is a "
		"row with that error. "
		"Applications that no service of the configuration is of are waited for without "
		"an image. Several environments are waited for together, with one --timeout: each "
		"at the tip of its own branch, in its own cluster, over one watch for each cluster "
		"and namespace; with --keep-going a cluster that cannot be asked is a row, too.",
	.examples = "  stagegate wait catalog --env dev\n"
		    "  stagegate wait catalog checkout --env dev --timeout 10m\n"
		    "  stagegate wait --all --env dev --keep-going --app-timeout 5m\n"
		    "  stagegate wait catalog --env production-eu,production-us --keep-going\n"
		    "  stagegate wait --selector team=shop --env dev\n"
		    "  stagegate wait catalog --env dev --revision \"$STAGEGATE_COMMIT\"\n",
	.sets = wait_sets,
	.set_count = SG_COUNT(wait_sets),
	.args_size = sizeof(struct wait_args),
	.settings_offset = offsetof(struct wait_args, settings),
	.output_offset = offsetof(struct wait_args, output),
	.run = run,
};
