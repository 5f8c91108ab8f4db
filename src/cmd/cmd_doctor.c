#include "base/attr.h"
#include "cmd/table.h"
#include "flow/doctor.h"

struct doctor_args {
	struct sg_settings settings;
	struct sg_output_args output;
};

static const struct sg_opt_set doctor_sets[] = {
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS,
		offsetof(struct doctor_args, settings)},
	{"Which way", sg_opts_publish, SG_OPTS_PUBLISH, offsetof(struct doctor_args, settings)},
	{"The cluster", sg_opts_cluster, SG_OPTS_KUBECONFIG,
		offsetof(struct doctor_args, settings)},
	{"Signing", sg_opts_signing, SG_OPTS_SIGNING, offsetof(struct doctor_args, settings)},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK,
		offsetof(struct doctor_args, settings)},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct doctor_args, output)},
};

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	(void)raw;
	if (words->count)
		return sg_fail(err, SG_R_USAGE, "doctor takes no words, but '%.80s' is there",
			words->items[0]);
	return sg_flow_doctor(world, report, err);
}

const struct sg_cmd sg_cmd_doctor = {
	.name = "doctor",
	.summary = "check tokens, branches, applications and clusters before they are needed",
	.words = "",
	.details =
		"Asks GitLab and the clusters for everything that promotions need: the token, its "
		"scopes and its end, the project and how it merges, who else may push to or merge "
		"into the branches, which way commits go, whether those exist who are named in "
		"merge requests, whether enough people can approve, whether the applications "
		"exist, track the right branch and folder and are synced, what the kubeconfig may "
		"do, clocks, proxies and certificate authorities. Reads only. What is right is "
		"told as `ok`, what could not be looked at as `note`; a system that does not "
		"answer is an error, and the rest is looked at all the same. Ends with 1 when "
		"there is an error.",
	.examples = "  stagegate doctor\n  stagegate doctor --output json\n",
	.sets = doctor_sets,
	.set_count = SG_COUNT(doctor_sets),
	.args_size = sizeof(struct doctor_args),
	.settings_offset = offsetof(struct doctor_args, settings),
	.output_offset = offsetof(struct doctor_args, output),
	.run = run,
};
