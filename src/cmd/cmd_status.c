#include "base/attr.h"
#include "cmd/table.h"
#include "flow/status.h"

struct status_args {
	struct sg_settings settings;
	struct sg_output_args output;
};

/* Instead of the first of sg_opts_output. */
static const struct sg_opt status_opts[] = {
	SG_CHOICE(struct sg_output_args, output, "output", "text", "text json markdown",
		"form of the one document on stdout"),
};

static const struct sg_opt_set status_sets[] = {
	{"Options of status", status_opts, SG_COUNT(status_opts),
		offsetof(struct status_args, output)},
	{"The cluster", sg_opts_cluster, SG_OPTS_CLUSTER, offsetof(struct status_args, settings)},
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS,
		offsetof(struct status_args, settings)},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK,
		offsetof(struct status_args, settings)},
	{"Output", sg_opts_output + 1, SG_OPTS_OUTPUT - 1, offsetof(struct status_args, output)},
};

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct sg_status_ask ask = {.services = words->items, .count = words->count};

	(void)raw;
	return sg_flow_status(world, &ask, report, err);
}

const struct sg_cmd sg_cmd_status = {
	.name = "status",
	.summary = "the board: what every environment should run, and what it runs",
	.words = "[SERVICE...]",
	.words_env = SG_SERVICES_ENV,
	.details =
		"One row for each service (all of them, unless some are named) and one column for "
		"each environment: the version in Git, the version that runs where it is another, "
		"sync, health, since when, and our open merge request with what it waits for. "
		"Reads only. Ends with 0 whenever there is a board: a cell that could not be read "
		"says why. --output markdown is for a job summary or a wiki.",
	.examples = "  stagegate status\n"
		    "  stagegate status catalog order --output json\n"
		    "  stagegate status --output markdown > board.md\n",
	.sets = status_sets,
	.set_count = SG_COUNT(status_sets),
	.args_size = sizeof(struct status_args),
	.settings_offset = offsetof(struct status_args, settings),
	.output_offset = offsetof(struct status_args, output),
	.run = run,
};
