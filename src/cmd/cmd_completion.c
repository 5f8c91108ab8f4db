#include "base/attr.h"
#include "cmd/completion.h"
#include "cmd/table.h"

#define SCRIPT_MAX_BYTES (1u << 20)

struct completion_args {
	struct sg_settings settings; /* none of them is an option here */
	struct sg_output_args output;
};

static const struct sg_opt_set completion_sets[] = {
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct completion_args, output)},
};

static int run(struct sg_world *world, const void *args, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf script = {0};

	(void)world;
	(void)args;
	sg_buf_init(&script, SCRIPT_MAX_BYTES);
	if (words->count != 1 || !sg_completion_write(words->items[0], report->arena, &script)) {
		(void)sg_fail(err, SG_R_USAGE, "completion needs the name of one shell");
		return sg_hint(err, "one of: " SG_SHELLS);
	}
	report->document = sg_arena_dup(report->arena, sg_buf_str(&script));
	sg_report_end(report, SG_RESULT_DONE, "OK", "completion for %s", words->items[0]);
	return 0;
}

static bool offline(const void *args)
{
	(void)args;
	return true;
}

static const char *offers(struct sg_arena *arena)
{
	(void)arena;
	return SG_SHELLS;
}

const struct sg_cmd sg_cmd_completion = {
	.name = "completion",
	.summary = "write the completion for bash, zsh or fish",
	.words = "bash|zsh|fish",
	.details = "Prints a script that lets the shell complete commands, options, their choices, "
		   "files, and the codes of explain. It asks nobody: names of services and "
		   "environments are not known to it.",
	.examples = "  source <(stagegate completion bash)\n"
		    "  source <(stagegate completion zsh)\n"
		    "  stagegate completion fish | source\n",
	.sets = completion_sets,
	.set_count = SG_COUNT(completion_sets),
	.args_size = sizeof(struct completion_args),
	.settings_offset = offsetof(struct completion_args, settings),
	.output_offset = offsetof(struct completion_args, output),
	.offline = offline,
	.offers = offers,
	.run = run,
};
