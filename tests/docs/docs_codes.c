/* The codes: with which exit status a run ends, and what is to be done about each. */
#include "docs_tool.h"
#include "model/advice.h"
#include "step/catalog.h"

#define EXIT_CODE_MAX 128

void docs_exit_codes(struct sg_buf *out)
{
	struct sg_arena arena = {0};
	size_t count;
	const struct sg_code *codes = sg_catalog(&arena, &count);

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
