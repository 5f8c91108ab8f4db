#include <string.h>

#include "base/attr.h"
#include "cmd/table.h"
#include "flow/init.h"

struct init_args {
	struct sg_settings settings;
	struct sg_output_args output;
	struct sg_init_ask ask;
};

#define OF_INIT(field, name, arg, help) SG_STRING(struct sg_init_ask, field, name, arg, help)

static const struct sg_opt init_opts[] = {
	OF_INIT(services, "services", "NAME,...",
		"the services, separated by commas or blanks (default: catalog as a sample, in a "
		"pipeline the name of its project)"),
	OF_INIT(image_prefix, "image-prefix", "PREFIX",
		"where the images are: PREFIX/SERVICE (default: registry.example.com/shop as a "
		"sample, in a pipeline the registry of its project)"),
	OF_INIT(components, "components", "PROJECT",
		"GitLab project with stagegate's components (default: platform/stagegate)"),
	OF_INIT(job_image, "job-image", "IMAGE",
		"image with stagegate for the jobs (default: of that project's registry)"),
	SG_FLAG(struct sg_init_ask, dry_run, "dry-run", "show the files, write nothing"),
};

static const struct sg_opt gitops_opts[] = {
	OF_INIT(branch, "main-branch", "BRANCH",
		"branch of staging and production (default: main)"),
	OF_INIT(dev_branch, "dev-branch", "BRANCH", "branch of dev (default: develop)"),
	OF_INIT(namespace, "namespace", "NAME",
		"namespace of Argo CD's Applications (default: argocd)"),
	OF_INIT(approvers, "approvers", "@NAME,...",
		"users and groups who may approve for production, separated by commas or blanks "
		"(default: the group of the repository)"),
};

static const struct sg_opt_set init_sets[] = {
	{"Options of init", init_opts, SG_COUNT(init_opts), offsetof(struct init_args, ask)},
	{"Options of init gitops alone", gitops_opts, SG_COUNT(gitops_opts),
		offsetof(struct init_args, ask)},
	{"The GitOps repository", sg_opts_gitops, 1, offsetof(struct init_args, settings)},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct init_args, output)},
};

static int kind_of(const struct sg_words *words, enum sg_init_kind *ret_kind, struct sg_err *err)
{
	const char *word = words->count ? words->items[0] : NULL;

	if (word && strcmp(word, "gitops") == 0) {
		*ret_kind = SG_INIT_GITOPS;
		return 0;
	}
	if (word && strcmp(word, "pipeline") == 0) {
		*ret_kind = SG_INIT_PIPELINE;
		return 0;
	}
	if (word)
		(void)sg_fail(err, SG_R_USAGE, "init does not know '%.60s'", word);
	else
		(void)sg_fail(err, SG_R_USAGE, "init what?");
	return sg_hint(err, "stagegate init gitops [DIR], or stagegate init pipeline [DIR]");
}

static int run(struct sg_world *world, const void *raw, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	const struct init_args *args = raw;
	struct sg_init_ask ask = args->ask;

	if (kind_of(words, &ask.kind, err) < 0)
		return -1;
	if (words->count > 2)
		return sg_fail(err, SG_R_USAGE, "init %s takes one folder, but '%.80s' is there",
			words->items[0], words->items[2]);
	ask.folder = words->count > 1 ? words->items[1] : ".";
	if (!*ask.folder)
		return sg_fail(err, SG_R_USAGE, "the name of the folder is empty");
	return sg_flow_init(world, &ask, report, err);
}

static bool offline(const void *raw)
{
	(void)raw;
	return true;
}

static const char *offers(struct sg_arena *arena)
{
	(void)arena;
	return "gitops pipeline";
}

const struct sg_cmd sg_cmd_init = {
	.name = "init",
	.summary = "write a GitOps repository or a pipeline to start with",
	.words = "gitops [DIR] | pipeline [DIR]",
	.details = "Writes the files of a new GitOps repository into DIR (default: this folder), "
		   "which is made when it is not there: a Helm chart for each service, the values "
		   "and Argo CD Applications of three clusters, root Applications, alerts, "
		   "stagegate.yaml, and a pipeline that promotes. Or, with pipeline, the "
		   ".gitlab-ci.yml of an application: build, bump, wait. A file that is there is "
		   "never changed, so it can be run again, also for another service. Needs no "
		   "network.",
	.examples =
		"  stagegate init gitops apps --gitops https://gitlab.example.com/gitops/apps.git\n"
		"  stagegate init gitops . --services catalog,order --image-prefix "
		"registry.example.com/shop\n"
		"  stagegate init pipeline . --gitops gitops/apps\n",
	.sets = init_sets,
	.set_count = SG_COUNT(init_sets),
	.args_size = sizeof(struct init_args),
	.settings_offset = offsetof(struct init_args, settings),
	.output_offset = offsetof(struct init_args, output),
	.offline = offline,
	.offers = offers,
	.run = run,
};
