#include "base/attr.h"
#include "cmd/table.h"
#include "flow/check.h"

struct check_args {
	struct sg_settings settings;
	struct sg_output_args output;
	const char *repo;
	bool schema;
};

static const struct sg_opt check_opts[] = {
	SG_STRING(struct check_args, repo, "repo", "DIR",
		"check this clone instead of the remote repository; needs no network"),
	SG_FLAG(struct check_args, schema, "schema",
		"print the JSON Schema of stagegate.yaml, and check nothing"),
};

static const struct sg_opt_set check_sets[] = {
	{"Options of check", check_opts, SG_COUNT(check_opts), 0},
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS,
		offsetof(struct check_args, settings)},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK,
		offsetof(struct check_args, settings)},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct check_args, output)},
};

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct check_args *args = raw;
	const struct sg_check_ask ask = {.folder = args->repo};

	if (words->count)
		return sg_fail(err, SG_R_USAGE, "check takes no words, but '%.80s' is there",
			words->items[0]);
	if (args->schema && args->repo)
		return sg_fail(err, SG_R_USAGE, "--schema checks nothing, so --repo is too much");
	if (args->schema) {
		sg_flow_schema(report);
		return 0;
	}
	return sg_flow_check(world, &ask, report, err);
}

static bool offline(const void *raw)
{
	const struct check_args *args = raw;

	return args->repo || args->schema;
}

const struct sg_cmd sg_cmd_check = {
	.name = "check",
	.summary = "lint stagegate.yaml and the places that it names",
	.words = "",
	.details = "Reads the configuration and every place of every service in every environment, "
		   "and "
		   "shows where the image of each stands, with file and line, and what is wrong. "
		   "With --repo it works on a clone; an "
		   "environment on another branch is then checked against the files that are "
		   "there. --schema prints what editors need to complete and check the file.",
	.examples = "  stagegate check\n  stagegate check --repo .\n"
		    "  stagegate check --schema > stagegate.schema.json\n",
	.sets = check_sets,
	.set_count = SG_COUNT(check_sets),
	.args_size = sizeof(struct check_args),
	.settings_offset = offsetof(struct check_args, settings),
	.output_offset = offsetof(struct check_args, output),
	.offline = offline,
	.run = run,
};
