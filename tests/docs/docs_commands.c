/* The commands and their options. */
#include <string.h>

#include "base/attr.h"
#include "cmd/table.h"
#include "docs_tool.h"

/* Sets that several commands take, whole or in part; each is described once. */
static const struct sg_opt_set shared[] = {
	{"The GitOps repository", sg_opts_gitops, SG_OPTS_GITOPS, 0},
	{"The cluster", sg_opts_cluster, SG_OPTS_CLUSTER, 0},
	{"Network and time", sg_opts_network, SG_OPTS_NETWORK, 0},
	{"Output", sg_opts_output, SG_OPTS_OUTPUT, 0},
};

/* The shared set that SET is or is a part of; NULL: the options are the command's own. */
static const struct sg_opt_set *shared_set(const struct sg_opt_set *set)
{
	for (size_t s = 0; s < SG_COUNT(shared); s++)
		for (size_t i = 0; i < shared[s].count; i++)
			if (&shared[s].opts[i] == set->opts)
				return &shared[s];
	return NULL;
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

/* "#network-and-time" */
static void add_link(struct sg_buf *out, const char *title)
{
	sg_buf_addf(out, "[%s](#", title);
	for (const char *p = title; *p; p++)
		sg_buf_addc(out,
			*p == ' ' ? '-' : (char)(*p >= 'A' && *p <= 'Z' ? *p + 'a' - 'A' : *p));
	sg_buf_addc(out, ')');
}

/* "Also: [The cluster](#the-cluster), [Output](#output) (`--quiet`)." */
static void add_shared(struct sg_buf *out, const struct sg_cmd *cmd)
{
	bool first = true;

	for (size_t s = 0; s < cmd->set_count; s++) {
		const struct sg_opt_set *set = &cmd->sets[s], *whole = shared_set(set);

		if (!whole)
			continue;
		sg_buf_adds(out, first ? "\nAlso: " : ", ");
		add_link(out, whole->title);
		for (size_t i = 0; set->count < whole->count && i < set->count; i++)
			sg_buf_addf(out, "%s`--%s`%s", i ? " " : " (only ", set->opts[i].name,
				i + 1 < set->count ? "" : ")");
		first = false;
	}
	if (!first)
		sg_buf_adds(out, ".\n");
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
		if (!shared_set(&cmd->sets[s]))
			add_options(out, &cmd->sets[s]);
	add_shared(out, cmd);
	sg_buf_addc(out, '\n');
}

void docs_commands(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	for (size_t c = 0; c < count; c++)
		add_command(out, cmds[c]);
	for (size_t s = 0; s < SG_COUNT(shared); s++) {
		sg_buf_addf(out, "%s## %s\n", s ? "\n" : "", shared[s].title);
		add_options(out, &shared[s]);
	}
}

void docs_command_list(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	sg_buf_adds(out, "| command | what it does |\n|---|---|\n");
	for (size_t c = 0; c < count; c++) {
		sg_buf_addf(out, "| [`stagegate %s`](docs/commands.md#stagegate-%s) | ",
			cmds[c]->name, cmds[c]->name);
		add_cell(out, cmds[c]->summary);
		sg_buf_adds(out, " |\n");
	}
}
