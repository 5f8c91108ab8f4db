#include "base/attr.h"
#include "base/version.h"
#include "cmd/table.h"
#include "io/libraries.h"
#include "model/zone.h"
#include "repo/repo.h"

struct version_args {
	struct sg_settings settings; /* none of them is an option here */
	struct sg_output_args output;
};

static const struct sg_opt_set version_sets[] = {
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct version_args, output)},
};

static int run(struct sg_world *world, const void *args, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	struct sg_library libraries[SG_IO_LIBRARIES];

	(void)world;
	(void)args;
	if (words->count)
		return sg_fail(err, SG_R_USAGE, "version takes no words");
	report->version = sg_version();
	report->version_commit = sg_version_commit();
	sg_io_libraries(libraries);
	for (size_t i = 0; i < SG_IO_LIBRARIES; i++)
		sg_report_add_part(report, libraries[i].name, libraries[i].version);
	sg_report_add_part(report, "libgit2", sg_repo_library_version());
	sg_report_add_part(report, "tzdata", sg_zone_version());
	sg_report_end(report, SG_RESULT_DONE, "OK", "stagegate %s", sg_version());
	return 0;
}

static bool offline(const void *args)
{
	(void)args;
	return true;
}

const struct sg_cmd sg_cmd_version = {
	.name = "version",
	.summary = "say which stagegate this is",
	.words = "",
	.details = "The version of the program, of the libraries inside it and of its table of "
		   "time zones.",
	.sets = version_sets,
	.set_count = SG_COUNT(version_sets),
	.args_size = sizeof(struct version_args),
	.settings_offset = offsetof(struct version_args, settings),
	.output_offset = offsetof(struct version_args, output),
	.offline = offline,
	.run = run,
};
