#include "base/attr.h"
#include "cmd/table.h"
#include "flow/promote.h"

struct promote_args {
	struct sg_settings settings;
	struct sg_output_args output;
	const char *to;
	int64_t look_every_ms;
	struct sg_older_args older;
	bool dry_run;
	bool wait_for_people;
};

static const struct sg_opt promote_opts[] = {
	SG_STRING(struct promote_args, to, "to", "NAME", "environment that is promoted to"),
	SG_FLAG(struct promote_args, dry_run, "dry-run",
		"show what would be done, the diff and the gates, write nothing"),
	SG_FLAG(struct promote_args, wait_for_people, "wait-for-people",
		"go on until --timeout where only time or people are missing, instead of ending "
		"with 75"),
	SG_PERIOD(struct promote_args, look_every_ms, "mr-poll", "5s",
		"how often a merge request is looked at"),
	SG_PIPELINE_GRACE(struct promote_args, settings.pipeline_grace_ms),
};

static const struct sg_opt_set promote_sets[] = {
	{"Options of promote", promote_opts, SG_COUNT(promote_opts), 0},
	{"Going back", sg_opts_older, SG_OPTS_OLDER, offsetof(struct promote_args, older)},
	{"The cluster", sg_opts_cluster, SG_OPTS_CLUSTER, offsetof(struct promote_args, settings)},
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS,
		offsetof(struct promote_args, settings)},
	{"From which jobs", sg_opts_writing, SG_OPTS_WRITING,
		offsetof(struct promote_args, settings)},
	{"Signing", sg_opts_signing, SG_OPTS_SIGNING, offsetof(struct promote_args, settings)},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK,
		offsetof(struct promote_args, settings)},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct promote_args, output)},
};

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct promote_args *args = raw;
	struct sg_promote_ask ask = {
		.services = words->items,
		.count = words->count,
		.to = args->to,
		.dry_run = args->dry_run,
		.wait_for_people = args->wait_for_people,
		.look_every_ms = args->look_every_ms,
	};

	if (words->count == 0 || !args->to) {
		(void)sg_fail(err, SG_R_USAGE, "promote needs %s",
			words->count ? "--to, the environment" : "the name of a service");
		return sg_hint(err, "as in: promote catalog --to production");
	}
	if (sg_older_reason(&args->older, &ask.older_reason, err) < 0)
		return -1;
	return sg_flow_promote(world, &ask, report, err);
}

const struct sg_cmd sg_cmd_promote = {
	.name = "promote",
	.summary = "take what runs in the environment before into the next one, through its gates",
	.words = "SERVICE...",
	.words_env = SG_SERVICES_ENV,
	.details =
		"Takes exactly the image that the environment before carries and runs, and brings "
		"it into --to: gates, commit or merge request, pipeline, gates again, merge, and "
		"the wait until the cluster runs it. It waits for machines until --timeout, and "
		"never for people: where only those are missing it ends with 75, and the same "
		"command goes on later from what it finds. A newer version in --to stays, unless "
		"--allow-older says otherwise: that opens no gate, and the merge request shows "
		"the reason to those who approve it.",
	.examples = "  stagegate promote catalog --to staging\n"
		    "  stagegate promote catalog checkout --to production\n"
		    "  stagegate promote catalog --to production --dry-run\n",
	.sets = promote_sets,
	.set_count = SG_COUNT(promote_sets),
	.args_size = sizeof(struct promote_args),
	.settings_offset = offsetof(struct promote_args, settings),
	.output_offset = offsetof(struct promote_args, output),
	.run = run,
};
