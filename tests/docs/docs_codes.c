/* The codes: with which exit status a run ends, and what is to be done about each. */
#include "base/err.h"
#include "docs_tool.h"
#include "model/advice.h"
#include "step/catalog.h"

#define EXIT_CODE_MAX 255

const struct docs_exit *docs_exits(void)
{
	static const struct docs_exit exits[] = {
		{"0", 0, 0, "Done, or nothing was to be done."},
		{"1", 1, 1, "No, and it stays no until somebody changes something."},
		{"2", 2, 2, "The command line is not understood."},
		{"3", 3, 3, "The configuration is missing or wrong."},
		{"4", 4, 4, "Not authenticated, or not permitted."},
		{"5", 5, 5, "Something that was named does not exist."},
		{"6", 6, 6, "Somebody else's change stands in the way, or ours is older."},
		{"7", 7, 7, "A server failed or cannot be reached."},
		{"8", 8, 8, "A machine was not done in time. Run it again to go on."},
		{"9", 9, 9, "An answer or a file cannot be understood, or an edit was refused."},
		{"10", 10, 10, "A local file or pipe failed."},
		{"11", 11, 11, "Nobody knows whether it was done. The message says how to look."},
		{"70", 70, 70, "A mistake inside the program."},
		{"75", 75, 75, "Not yet: time or a person can make it yes. Run it again later."},
		{"128+N", 128, 255, "Signal N ended it."},
		{0},
	};

	return exits;
}

void docs_exit_classes(struct sg_buf *out)
{
	const struct docs_exit *exits = docs_exits();

	sg_buf_adds(out, "| exit | what a script knows |\n|---|---|\n");
	for (size_t i = 0; exits[i].text; i++)
		sg_buf_addf(out, "| %s | %s |\n", exits[i].status, exits[i].text);
}

static bool has_class(int exit_code)
{
	const struct docs_exit *exits = docs_exits();

	for (size_t i = 0; exits[i].text; i++)
		if (exit_code >= exits[i].first && exit_code <= exits[i].last)
			return true;
	return exit_code == SG_CODE_ENDS_NOTHING;
}

void docs_exit_codes(struct sg_buf *out)
{
	struct sg_arena arena = {0};
	size_t count;
	const struct sg_code *codes = sg_catalog(&arena, &count);

	for (size_t i = 0; i < count; i++)
		if (!has_class(codes[i].exit_code))
			SG_BUG("an exit code that docs_exits() does not know");
	sg_buf_adds(out, "| exit | reason | meaning |\n|---|---|---|\n");
	for (int exit_code = 0; exit_code <= EXIT_CODE_MAX; exit_code++)
		for (size_t i = 0; i < count; i++)
			if (codes[i].exit_code == exit_code)
				sg_buf_addf(out, "| %d | [`%s`](troubleshooting.md#%s) | %s |\n",
					exit_code, codes[i].name,
					docs_anchor(&arena, codes[i].name), codes[i].text);
	sg_arena_release(&arena);
}

/* "error, promotion, exit 6" */
static void add_kinds(struct sg_buf *out, const struct sg_code *code)
{
	const char *between = "";

	for (int kind = 0; kind < SG_CODE_KIND_COUNT; kind++) {
		if (!(code->kinds & (1u << kind)))
			continue;
		sg_buf_addf(out, "%s%s", between, sg_code_kind_name((enum sg_code_kind)kind));
		between = ", ";
	}
	if (code->exit_code == SG_CODE_ENDS_NOTHING)
		sg_buf_adds(out, ", ends no run");
	else
		sg_buf_addf(out, ", exit %d", code->exit_code);
}

static void add_advice(struct sg_buf *out, const struct sg_code *code)
{
	const struct sg_advice *advice = sg_advice_of(code->name);

	if (!advice) /* t_explain fails on it */
		return;
	sg_buf_addf(out, "\n### %s\n\n*%s* (", code->name, code->text);
	add_kinds(out, code);
	sg_buf_addf(out, ")\n\n%s\n\n- **Why.** %s\n- **What to do.** %s\n", advice->means,
		advice->cause, advice->remedy);
	if (advice->look)
		sg_buf_addf(out, "\n```sh\n%s```\n", advice->look);
}

/* The first kind of a code is where its entry stands. */
static int first_kind(const struct sg_code *code)
{
	int kind = 0;

	while (!(code->kinds & (1u << kind)))
		kind++;
	return kind;
}

void docs_troubleshooting(struct sg_buf *out)
{
	static const char *const titles[SG_CODE_KIND_COUNT] = {
		[SG_CODE_ERROR] = "Errors: the run could not do its work",
		[SG_CODE_DEPLOYMENT] = "Deployments: what an Argo CD application answers",
		[SG_CODE_GATE] = "Gates: why it may not pass",
		[SG_CODE_PROMOTION] = "Promotions: where one stands",
		[SG_CODE_REQUEST] = "Merge requests: what GitLab says of one",
		[SG_CODE_OUTCOME] = "Outcomes: how a run ended",
		[SG_CODE_WARNING] = "Warnings: what a success did not cover",
		[SG_CODE_CHECK] = "Checks: what doctor looks at",
	};
	struct sg_arena arena = {0};
	size_t count;
	const struct sg_code *codes = sg_catalog(&arena, &count);
	int kind = -1;

	for (size_t i = 0; i < count; i++) {
		if (first_kind(&codes[i]) != kind) {
			kind = first_kind(&codes[i]);
			sg_buf_addf(out, "\n## %s\n", titles[kind]);
		}
		add_advice(out, &codes[i]);
	}
	sg_arena_release(&arena);
}
