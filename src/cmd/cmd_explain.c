#include "base/attr.h"
#include "cmd/table.h"
#include "flow/explain.h"
#include "step/catalog.h"

#define NAMES_MAX_BYTES (64u << 10)

struct explain_args {
	struct sg_settings settings; /* none of them is an option here */
	struct sg_output_args output;
};

static const struct sg_opt_set explain_sets[] = {
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, offsetof(struct explain_args, output)},
};

static int run(struct sg_world *world, const void *args, const struct sg_words *words,
	struct sg_report *report, struct sg_err *err)
{
	(void)world;
	(void)args;
	return sg_flow_explain(words->items, words->count, report, err);
}

static bool offline(const void *args)
{
	(void)args;
	return true;
}

static const char *offers(struct sg_arena *arena)
{
	SG_AUTO(sg_buf_release) struct sg_buf names = {0};
	size_t count;
	const struct sg_code *codes = sg_catalog(arena, &count);

	sg_buf_init(&names, NAMES_MAX_BYTES);
	for (size_t i = 0; i < count; i++)
		sg_buf_addf(&names, "%s%s", i ? " " : "", codes[i].name);
	return sg_arena_dup(arena, sg_buf_str(&names));
}

const struct sg_cmd sg_cmd_explain = {
	.name = "explain",
	.summary = "what a code means, why it happens, and what to do",
	.words = "[CODE|EXIT...]",
	.details = "Explains a reason, verdict or warning that a run or a report named: what it "
		   "means, how it comes to that, what to do, and the commands that show more. "
		   "For an exit status it lists the codes that end a run with it, without a word "
		   "all of them. Needs no network.",
	.examples = "  stagegate explain SYNC_FAILED\n  stagegate explain 75\n"
		    "  stagegate explain\n",
	.sets = explain_sets,
	.set_count = SG_COUNT(explain_sets),
	.args_size = sizeof(struct explain_args),
	.settings_offset = offsetof(struct explain_args, settings),
	.output_offset = offsetof(struct explain_args, output),
	.offline = offline,
	.offers = offers,
	.run = run,
};
