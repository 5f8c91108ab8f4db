#include <string.h>

#include "base/text.h"
#include "report/diff.h"
#include "step/request.h"

#define DESCRIPTION_MAX_BYTES (256u * 1024)
#define DIFF_MAX_BYTES (64u * 1024)
#define SHORTEST_FENCE 3

static void add_code(struct sg_buf *out, const char *before, const char *text, const char *behind)
{
	sg_buf_adds(out, before);
	sg_text_markdown(sg_str_of(text), out);
	sg_buf_adds(out, behind);
}

static void add_values(const struct sg_plan *plan, struct sg_buf *out)
{
	sg_buf_adds(out, "\n| file | place | from | to |\n|---|---|---|---|\n");
	for (size_t i = 0; i < plan->value_count; i++) {
		const struct sg_value_change *value = &plan->values[i];

		add_code(out, "| ", value->path, " | ");
		add_code(out, "", value->place, " | ");
		add_code(out, "", value->from, " | ");
		add_code(out, "", value->to, " |\n");
	}
}

static size_t longest_run(struct sg_str s, char c)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < s.len; i++) {
		run = s.ptr[i] == c ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

/* In a fence longer than any run of its mark inside, nothing is rendered or executed. */
static void add_diff(const struct sg_plan *plan, struct sg_buf *out)
{
	struct sg_buf raw SG_AUTO(sg_buf_release), text SG_AUTO(sg_buf_release);
	size_t fence;

	sg_buf_init(&raw, 8u << 20);
	sg_buf_init(&text, DIFF_MAX_BYTES);
	if (!plan->file_count)
		return;
	for (size_t i = 0; i < plan->file_count; i++)
		sg_report_diff(&plan->files[i], &raw);
	sg_text_terminal(sg_buf_str(&raw), true, &text);
	if (raw.overflow || text.overflow) {
		sg_buf_adds(out, "\nThe diff is too large to be shown here.\n");
		return;
	}
	fence = longest_run(sg_buf_str(&text), '`') + 1;
	if (fence < SHORTEST_FENCE)
		fence = SHORTEST_FENCE;
	sg_buf_addc(out, '\n');
	for (size_t i = 0; i < fence; i++)
		sg_buf_addc(out, '`');
	sg_buf_adds(out, "diff\n");
	sg_buf_addstr(out, sg_buf_str(&text));
	for (size_t i = 0; i < fence; i++)
		sg_buf_addc(out, '`');
	sg_buf_addc(out, '\n');
}

static void add_gate(const struct sg_gate_spec *gate, struct sg_buf *out)
{
	sg_buf_addf(out, "- %s", sg_gate_type_name(gate->type));
	switch (gate->type) {
	case SG_GATE_SOAK:
		sg_buf_addf(out, ": %lld minutes in the environment before",
			(long long)(gate->duration_ms / 60000));
		break;
	case SG_GATE_APPROVAL:
		sg_buf_addf(out, ": %lld of", (long long)gate->count);
		for (size_t i = 0; i < gate->from_count; i++)
			add_code(out, i ? ", " : " ", gate->from[i], "");
		for (size_t i = 0; i < gate->exclude_count; i++)
			add_code(out, i ? ", " : ", not counting ", gate->exclude[i], "");
		break;
	case SG_GATE_HEALTH:
	case SG_GATE_FREEZE:
		break;
	}
	sg_buf_addc(out, '\n');
}

static void add_gates(const struct sg_environment *env, struct sg_buf *out)
{
	if (!env->gate_count)
		return;
	sg_buf_adds(out, "\nGates:\n");
	for (size_t i = 0; i < env->gate_count; i++)
		add_gate(&env->gates[i], out);
	if (env->merge == SG_MERGE_HUMAN)
		sg_buf_adds(out, "\nA person merges it when they are open.\n");
	if (env->merge == SG_MERGE_GITLAB)
		sg_buf_adds(out, "\nGitLab merges it when its pipeline succeeds.\n");
}

/* A link only where the text can be nothing else. */
static bool is_plain_url(const char *url)
{
	static const char safe[] = "-._~:/?#%&=+,;@";

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return false;
	for (const char *p = url; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			    (*p >= '0' && *p <= '9') || strchr(safe, *p)))
			return false;
	return true;
}

static void add_reason(const struct sg_plan *plan, struct sg_buf *out)
{
	if (plan->reason)
		add_code(out, "\nAn older version may take the place of a newer one here. Reason: ",
			plan->reason, "\n");
}

/*
 * Not each commit is linked: GitLab takes the address of a commit for a mention of it, and writes a
 * note there (Mentionable#referenced_mentionables: issues, merge requests, commits). An address
 * that compares two is none.
 */
static void add_commits(const struct sg_span *span, struct sg_buf *out)
{
	bool is_link = span->url && is_plain_url(span->url);

	sg_buf_addf(out, "%s%zu%s source commit%s%s%s%s", is_link ? "[" : "", span->count,
		span->more ? " or more" : "", span->count == 1 && !span->more ? "" : "s",
		is_link ? "](" : "", is_link ? span->url : "", is_link ? ")" : "");
}

static void add_subjects(const struct sg_span *span, struct sg_buf *out)
{
	sg_buf_adds(out, ":\n\n");
	for (size_t i = 0; i < span->shown; i++) {
		sg_buf_addf(out, "- `%.12s` ", span->commits[i].id);
		add_code(out, "", span->commits[i].subject, "\n");
	}
	if (span->count > span->shown)
		sg_buf_addf(out, "- and %zu%s\n", span->count - span->shown,
			span->more ? " or more" : " more");
}

static void add_span(const struct sg_span *span, struct sg_buf *out)
{
	bool back = span->kind == SG_SPAN_BACK;

	add_code(out, "\n", span->from, "");
	if (span->kind == SG_SPAN_SAME) {
		add_code(out, " and ", span->to, " are built from one source commit, ");
		sg_buf_addf(out, "`%.12s`.\n", span->commits[0].id);
		return;
	}
	add_code(out, back ? " back to " : " to ", span->to, "");
	sg_buf_adds(out, back ? " takes away " : " brings ");
	add_commits(span, out);
	if (span->kind == SG_SPAN_BESIDE)
		sg_buf_adds(out, " and takes others away, as neither is in the history of the "
				 "other one");
	add_subjects(span, out);
}

static void add_pipeline(const struct sg_world *world, struct sg_buf *out)
{
	const char *url = sg_env_nonempty(world->env, "CI_PIPELINE_URL");

	if (url && is_plain_url(url))
		sg_buf_addf(out, "\nAsked for by [a pipeline](%s).\n", url);
}

/* The first line of the commit message. */
static const char *title_of(struct sg_arena *arena, const struct sg_plan *plan)
{
	struct sg_str rest = sg_str_of(plan->message), line = {0};

	(void)sg_str_cut(&rest, '\n', &line);
	return sg_arena_dup(arena, line);
}

struct sg_gitlab_mr_text sg_request_text(struct sg_world *world, const struct sg_environment *env,
	const char *service, const struct sg_plan *plan, const struct sg_span *span)
{
	struct sg_buf out SG_AUTO(sg_buf_release);
	struct sg_gitlab_mr_text text = {.title = title_of(world->arena, plan)};

	sg_buf_init(&out, DESCRIPTION_MAX_BYTES);
	sg_buf_addf(&out, "<!-- stagegate:request v1 env=%s service=%s id=%s -->\n", env->name,
		service, plan->id);
	add_code(&out, "", service, " in ");
	add_code(&out, "", env->name, "\n");
	add_values(plan, &out);
	add_reason(plan, &out);
	if (span)
		add_span(span, &out);
	add_diff(plan, &out);
	add_gates(env, &out);
	add_pipeline(world, &out);
	text.description = sg_arena_dup(world->arena, sg_buf_str(&out));
	return text;
}
