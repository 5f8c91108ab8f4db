/* The family `mr`: one descriptor for each of its commands. */
#include "base/attr.h"
#include "base/num.h"
#include "cmd/table.h"
#include "flow/mr.h"
#include "flow/mr_list.h"

struct mr_args {
	struct sg_settings settings;
	struct sg_output_args output;
	const char *to;
	const char *env;
	int64_t look_every_ms;
	struct sg_older_args older;
	bool dry_run;
};

#define TO_OPTION(help_) SG_STRING(struct mr_args, to, "to", "NAME", help_)
#define DRY_OPTION(help_) SG_FLAG(struct mr_args, dry_run, "dry-run", help_)
#define POLL_OPTION                                                                                \
	SG_PERIOD(struct mr_args, look_every_ms, "mr-poll", "5s",                                  \
		"how often a merge request is looked at")

static const struct sg_opt open_opts[] = {
	TO_OPTION("environment that the merge request is for"),
	DRY_OPTION("show what would be opened, the diff and the gates, write nothing"),
	POLL_OPTION,
};

static const struct sg_opt status_opts[] = {
	TO_OPTION("environment whose merge requests are meant"),
};

static const struct sg_opt merge_opts[] = {
	TO_OPTION("environment whose merge requests are meant"),
	DRY_OPTION("show what would be done and the gates, write nothing"),
	POLL_OPTION,
	SG_PIPELINE_GRACE(struct mr_args, settings.pipeline_grace_ms),
};

static const struct sg_opt close_opts[] = {
	TO_OPTION("environment whose merge requests are meant"),
	DRY_OPTION("show what would be closed, write nothing"),
	POLL_OPTION,
};

static const struct sg_opt list_opts[] = {
	SG_STRING(struct mr_args, env, "env", "NAME",
		"only the merge requests of this environment (default: of all)"),
};

#define OWN_SET(name_, opts_)                                                                      \
	{                                                                                          \
		"Options of mr " name_, opts_, SG_COUNT(opts_), 0                                  \
	}
#define SETTINGS_SET(title_, opts_, count_)                                                        \
	{                                                                                          \
		title_, opts_, count_, offsetof(struct mr_args, settings)                          \
	}
#define OLDER_SET                                                                                  \
	{                                                                                          \
		"Going back", sg_opts_older, SG_OPTS_OLDER, offsetof(struct mr_args, older)        \
	}
#define CLUSTER_SET SETTINGS_SET("The cluster", sg_opts_cluster, SG_OPTS_CLUSTER)
#define GITOPS_SET SETTINGS_SET("The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS)
#define WRITING_SET SETTINGS_SET("From which jobs", sg_opts_writing, SG_OPTS_WRITING)
#define SIGNING_SET SETTINGS_SET("Signing", sg_opts_signing, SG_OPTS_SIGNING)
#define NETWORK_SET SETTINGS_SET("Network and time", sg_opts_network, SG_OPTS_NETWORK)
#define OUTPUT_SET                                                                                 \
	{                                                                                          \
		"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct mr_args, output)         \
	}

static const struct sg_opt_set open_sets[] = {
	OWN_SET("open", open_opts),
	OLDER_SET,
	CLUSTER_SET,
	GITOPS_SET,
	WRITING_SET,
	SIGNING_SET,
	NETWORK_SET,
	OUTPUT_SET,
};

static const struct sg_opt_set status_sets[] = {
	OWN_SET("status", status_opts),
	CLUSTER_SET,
	GITOPS_SET,
	NETWORK_SET,
	OUTPUT_SET,
};

static const struct sg_opt_set merge_sets[] = {
	OWN_SET("merge", merge_opts),
	OLDER_SET,
	CLUSTER_SET,
	GITOPS_SET,
	WRITING_SET,
	SIGNING_SET,
	NETWORK_SET,
	OUTPUT_SET,
};

static const struct sg_opt_set close_sets[] = {
	OWN_SET("close", close_opts),
	GITOPS_SET,
	WRITING_SET,
	NETWORK_SET,
	OUTPUT_SET,
};

static const struct sg_opt_set list_sets[] = {
	OWN_SET("list", list_opts),
	GITOPS_SET,
	NETWORK_SET,
	OUTPUT_SET,
};

static struct sg_mr_ask ask_of(const struct mr_args *args, const struct sg_words *words)
{
	return (struct sg_mr_ask){
		.services = words->items,
		.count = words->count,
		.to = args->to,
		.dry_run = args->dry_run,
		.look_every_ms = args->look_every_ms,
	};
}

/* SERVICE or SERVICE=TAG, each. */
static int wishes_of(struct sg_arena *arena, const struct sg_words *words, struct sg_mr_ask *ask,
	struct sg_err *err)
{
	const char **services = sg_arena_calloc(arena, words->count + 1, sizeof(*services));
	const char **tags = sg_arena_calloc(arena, words->count + 1, sizeof(*tags));

	for (size_t i = 0; i < words->count; i++) {
		struct sg_str word = sg_str_of(words->items[i]);
		long sign = sg_str_find(word, '=');

		services[i] = words->items[i];
		if (sign < 0)
			continue;
		services[i] = sg_arena_dup(arena, sg_str_sub(word, 0, (size_t)sign));
		tags[i] = word.ptr + sign + 1;
		if (!*tags[i])
			return sg_fail(err, SG_R_USAGE, "'%.100s' names no tag", words->items[i]);
	}
	ask->services = services;
	ask->tags = tags;
	return 0;
}

/* "!15", and "15" where no environment makes it the name of a service. */
static bool is_number(const struct mr_args *args, const char *word, int64_t *ret_iid)
{
	uint64_t value;

	if (*word != '!' && args->to)
		return false;
	if (!sg_num_u64(sg_str_of(*word == '!' ? word + 1 : word), &value) || value == 0 ||
		value > INT64_MAX)
		return false;
	*ret_iid = (int64_t)value;
	return true;
}

/* Services with --to, or one request by its number. */
static int meant_by(const char *name, const struct mr_args *args, const struct sg_words *words,
	struct sg_mr_ask *ask, struct sg_err *err)
{
	*ask = ask_of(args, words);
	if (words->count == 1 && is_number(args, words->items[0], &ask->iid)) {
		ask->count = 0;
		return 0;
	}
	if (words->count && args->to)
		return 0;
	(void)sg_fail(err, SG_R_USAGE,
		"mr %s needs services and --to, the environment, or the number of one merge "
		"request",
		name);
	return sg_hint(err, "mr %s catalog --to production, or mr %s '!15'", name, name);
}

static int run_open(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct mr_args *args = raw;
	struct sg_mr_ask ask = ask_of(args, words);

	if (words->count == 0 || !args->to) {
		(void)sg_fail(err, SG_R_USAGE, "mr open needs %s",
			words->count ? "--to, the environment" : "the name of a service");
		return sg_hint(err, "as in: mr open catalog --to production");
	}
	if (wishes_of(world->arena, words, &ask, err) < 0 ||
		sg_older_reason(&args->older, &ask.older_reason, err) < 0)
		return -1;
	return sg_flow_mr_open(world, &ask, report, err);
}

typedef int flow_fn(struct sg_world *world, const struct sg_mr_ask *ask, struct sg_report *report,
	struct sg_err *err);

/* One of the flows about requests that may be open already. */
static int run_meant(const char *name, flow_fn *flow, struct sg_world *world,
	const struct mr_args *args, const struct sg_words *words, struct sg_report *report,
	struct sg_err *err)
{
	struct sg_mr_ask ask;

	if (meant_by(name, args, words, &ask, err) < 0 ||
		sg_older_reason(&args->older, &ask.older_reason, err) < 0)
		return -1;
	return flow(world, &ask, report, err);
}

static int run_status(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	return run_meant("status", sg_flow_mr_status, world, raw, words, report, err);
}

static int run_merge(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	return run_meant("merge", sg_flow_mr_merge, world, raw, words, report, err);
}

static int run_close(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	return run_meant("close", sg_flow_mr_close, world, raw, words, report, err);
}

static int run_list(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct mr_args *args = raw;

	if (words->count)
		return sg_fail(
			err, SG_R_USAGE, "mr list takes no words: --env names one environment");
	return sg_flow_mr_list(world, args->env, report, err);
}

#define ARGUMENTS(sets_)                                                                           \
	.sets = sets_, .set_count = SG_COUNT(sets_), .args_size = sizeof(struct mr_args),          \
	.settings_offset = offsetof(struct mr_args, settings),                                     \
	.output_offset = offsetof(struct mr_args, output)

const struct sg_cmd sg_cmd_mr_open = {
	.name = "mr open",
	.summary = "open the merge request of a promotion, and do not wait for it",
	.words = "SERVICE[=TAG]...",
	.words_env = SG_SERVICES_ENV,
	.details = "Makes the branch and the merge request that bring what the environment before "
		   "carries, or TAG, into --to, or adopts those that are there; nothing is opened "
		   "before the publish gates are open. Ends with 0 as soon as the merge request is "
		   "open for that version, whatever it waits for. An environment with `publish: "
		   "commit` has no merge requests.",
	.examples = "  stagegate mr open catalog --to production\n"
		    "  stagegate mr open catalog=1.4.2 --to staging\n"
		    "  stagegate mr open catalog --to production --dry-run\n",
	ARGUMENTS(open_sets),
	.run = run_open,
};

const struct sg_cmd sg_cmd_mr_status = {
	.name = "mr status",
	.summary = "where a merge request of ours stands, its gates, and what it waits for",
	.words = "SERVICE... --to NAME | !NUMBER",
	.words_env = SG_SERVICES_ENV,
	.details =
		"Reads only, once. Ends with 0 when it is merged, 75 when time or a person is "
		"missing, 8 when it is a machine's turn or the next run of promote or mr merge, 1 "
		"when somebody has to change something, or when it was closed, or merged past a "
		"gate. A request that stagegate has not opened is refused (MR_NOT_OURS).",
	.examples = "  stagegate mr status catalog --to production\n"
		    "  stagegate mr status '!15' --output json\n",
	ARGUMENTS(status_sets),
	.run = run_status,
};

const struct sg_cmd sg_cmd_mr_merge = {
	.name = "mr merge",
	.summary = "merge what a merge request of ours carries, through its gates",
	.words = "SERVICE... --to NAME | !NUMBER",
	.words_env = SG_SERVICES_ENV,
	.details =
		"Merges the version that is open, never another: the merge gates are asked right "
		"before, the head must be byte for byte our change, and GitLab is told which head "
		"is meant. Where only the target moved, the change goes onto it anew. It waits for "
		"machines until --timeout and never for people: then it ends with 75. With `merge: "
		"human` a person merges, and this says so.",
	.examples = "  stagegate mr merge catalog --to production\n"
		    "  stagegate mr merge '!15'\n",
	ARGUMENTS(merge_sets),
	.run = run_merge,
};

const struct sg_cmd sg_cmd_mr_close = {
	.name = "mr close",
	.summary = "close a merge request of ours with a note, and delete its branch",
	.words = "SERVICE... --to NAME | !NUMBER",
	.words_env = SG_SERVICES_ENV,
	.details =
		"The branch goes only while it carries nothing but our change; else it stays, with "
		"the warning BRANCH_KEPT. What is merged cannot be closed: that ends with 1. A "
		"version whose request was closed by a person is not opened again; one that was "
		"closed by this can be.",
	.examples = "  stagegate mr close catalog --to production\n"
		    "  stagegate mr close '!15'\n",
	ARGUMENTS(close_sets),
	.run = run_close,
};

const struct sg_cmd sg_cmd_mr_list = {
	.name = "mr list",
	.summary = "the open merge requests of ours, with what each waits for",
	.words = "",
	.details = "One row for each, as GitLab says it at this moment. Reads only. Requests that "
		   "others opened are not among them, whatever their branches are called.",
	.examples = "  stagegate mr list\n"
		    "  stagegate mr list --env production --output json\n",
	ARGUMENTS(list_sets),
	.run = run_list,
};
