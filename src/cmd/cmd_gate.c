#include "base/attr.h"
#include "cmd/table.h"
#include "flow/gate.h"

struct gate_args {
	struct sg_settings settings;
	struct sg_output_args output;
	const char *to;
};

static const struct sg_opt gate_opts[] = {
	SG_STRING(struct gate_args, to, "to", "NAME", "environment whose gates are asked"),
};

static const struct sg_opt_set gate_sets[] = {
	{"Options of gate", gate_opts, SG_COUNT(gate_opts), 0},
	{"The cluster", sg_opts_cluster, SG_OPTS_CLUSTER, offsetof(struct gate_args, settings)},
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS,
		offsetof(struct gate_args, settings)},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK,
		offsetof(struct gate_args, settings)},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct gate_args, output)},
};

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct gate_args *args = raw;
	const struct sg_gate_ask ask = {
		.services = words->items, .count = words->count, .to = args->to};

	if (words->count == 0 || !args->to) {
		(void)sg_fail(err, SG_R_USAGE, "gate needs %s",
			words->count ? "--to, the environment" : "the name of a service");
		return sg_hint(err, "as in: gate catalog --to production");
	}
	return sg_flow_gate(world, &ask, report, err);
}

const struct sg_cmd sg_cmd_gate = {
	.name = "gate",
	.summary = "may it pass now? Every gate with its reason and when to look again",
	.words = "SERVICE...",
	.words_env = SG_SERVICES_ENV,
	.details =
		"Decides the gates of --to for what the environment before carries, or, while a "
		"merge request of ours is open, for what that one carries. Reads only. Ends with "
		"0 when they are open, 75 when time or a person can open them, 1 when somebody "
		"has to change something.",
	.examples = "  stagegate gate catalog --to production\n"
		    "  stagegate gate catalog --to production --output json\n",
	.sets = gate_sets,
	.set_count = SG_COUNT(gate_sets),
	.args_size = sizeof(struct gate_args),
	.settings_offset = offsetof(struct gate_args, settings),
	.output_offset = offsetof(struct gate_args, output),
	.run = run,
};
