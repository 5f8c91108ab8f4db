/* The commands and their options. */
#include <string.h>

#include "cmd/table.h"
#include "docs_tool.h"

/* The options of one command stand in a set "Options of NAME"; all other sets are shared. */
static bool is_own(const struct sg_opt_set *set)
{
	return sg_str_starts(sg_str_of(set->title), "Options of ");
}

/* The largest set of that title: some commands take only a part of it. */
static const struct sg_opt_set *whole_set(const char *title)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);
	const struct sg_opt_set *whole = NULL;

	for (size_t c = 0; c < count; c++)
		for (size_t s = 0; s < cmds[c]->set_count; s++) {
			const struct sg_opt_set *set = &cmds[c]->sets[s];

			if (strcmp(set->title, title) == 0 && (!whole || set->count > whole->count))
				whole = set;
		}
	return whole;
}

/* TEXT in a table cell, where a bar would end the cell. */
static void add_cell(struct sg_buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '|')
			sg_buf_addc(out, '\\');
		sg_buf_addc(out, *p);
	}
}

/* "PROJECT\|URL", "text\|json" */
static void add_value_name(struct sg_buf *out, const struct sg_opt *opt)
{
	sg_buf_addc(out, ' ');
	for (const char *p = opt->arg; *p; p++) {
		if (*p == ' ' || *p == '|')
			sg_buf_adds(out, "\\|");
		else
			sg_buf_addc(out, *p);
	}
}

static void add_options(struct sg_buf *out, const struct sg_opt_set *set)
{
	char env[96];

	sg_buf_adds(out, "\n| option | variable | default | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < set->count; i++) {
		const struct sg_opt *opt = &set->opts[i];

		sg_opt_env_name(opt, env, sizeof(env));
		sg_buf_addf(out, "| `--%s", opt->name);
		if (opt->arg)
			add_value_name(out, opt);
		sg_buf_addf(out, "` | `%s` | %s | ", env, opt->fallback ? opt->fallback : "");
		add_cell(out, opt->help);
		sg_buf_adds(out, " |\n");
	}
}

/* "Also: [The cluster](#the-cluster), [Output](#output) (`--quiet`)." */
static void add_shared(struct sg_buf *out, const struct sg_cmd *cmd)
{
	struct sg_arena arena = {0};
	bool first = true;

	for (size_t s = 0; s < cmd->set_count; s++) {
		const struct sg_opt_set *set = &cmd->sets[s], *whole = whole_set(set->title);

		if (is_own(set))
			continue;
		sg_buf_addf(out, "%s[%s](#%s)", first ? "\nAlso: " : ", ", whole->title,
			docs_anchor(&arena, whole->title));
		for (size_t i = 0; set->count < whole->count && i < set->count; i++)
			sg_buf_addf(out, "%s`--%s`%s", i ? " " : " (only ", set->opts[i].name,
				i + 1 < set->count ? "" : ")");
		first = false;
	}
	if (!first)
		sg_buf_adds(out, ".\n");
	sg_arena_release(&arena);
}

/* Examples are indented for --help. */
static void add_examples(struct sg_buf *out, const char *examples)
{
	struct sg_str rest = sg_str_of(examples), line;

	sg_buf_adds(out, "\n```sh\n");
	while (sg_str_cut(&rest, '\n', &line))
		if (line.len) {
			sg_buf_addstr(out, sg_str_trim(line));
			sg_buf_addc(out, '\n');
		}
	sg_buf_adds(out, "```\n");
}

static void add_command(struct sg_buf *out, const struct sg_cmd *cmd)
{
	sg_buf_addf(out, "## stagegate %s\n\n    stagegate %s [OPTION...]%s%s\n\n%s\n", cmd->name,
		cmd->name, *cmd->words ? " " : "", cmd->words, cmd->details);
	if (cmd->words_env)
		sg_buf_addf(out, "\nWithout words, those of `%s` count, separated by blanks.\n",
			cmd->words_env);
	if (cmd->examples)
		add_examples(out, cmd->examples);
	for (size_t s = 0; s < cmd->set_count; s++)
		if (is_own(&cmd->sets[s]))
			add_options(out, &cmd->sets[s]);
	add_shared(out, cmd);
	sg_buf_addc(out, '\n');
}

/* A shared set, once: where its whole is first seen. */
static void add_shared_set(struct sg_buf *out, const struct sg_opt_set *set)
{
	if (is_own(set) || whole_set(set->title) != set)
		return;
	sg_buf_addf(out, "## %s\n", set->title);
	add_options(out, set);
	sg_buf_addc(out, '\n');
}

void docs_commands(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	for (size_t c = 0; c < count; c++)
		add_command(out, cmds[c]);
	for (size_t c = 0; c < count; c++)
		for (size_t s = 0; s < cmds[c]->set_count; s++)
			add_shared_set(out, &cmds[c]->sets[s]);
}

void docs_command_list(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);
	struct sg_arena arena = {0};

	sg_buf_adds(out, "| command | what it does |\n|---|---|\n");
	for (size_t c = 0; c < count; c++) {
		sg_buf_addf(out, "| [`stagegate %s`](docs/commands.md#stagegate-%s) | ",
			cmds[c]->name, docs_anchor(&arena, cmds[c]->name));
		add_cell(out, cmds[c]->summary);
		sg_buf_adds(out, " |\n");
	}
	sg_arena_release(&arena);
}
