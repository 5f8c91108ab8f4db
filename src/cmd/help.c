#include "cmd/help.h"

#include "base/text.h"

#define HELP_COLUMN 4
#define HELP_WIDTH 80

/* "text|json" for a choice's words; the value's name otherwise. */
static void add_arg(struct sg_buf *out, const struct sg_opt *opt)
{
	for (const char *p = opt->arg; *p; p++)
		sg_buf_addc(out, *p == ' ' ? '|' : *p);
}

static void add_option(struct sg_buf *out, const struct sg_opt *opt)
{
	char env[96];

	sg_opt_env_name(opt, env, sizeof(env));
	sg_buf_addf(out, "  --%s", opt->name);
	if (opt->arg) {
		sg_buf_addc(out, ' ');
		add_arg(out, opt);
	}
	sg_buf_addf(out, "  [%s", env);
	if (opt->fallback)
		sg_buf_addf(out, ", default %s", opt->fallback);
	sg_buf_adds(out, "]\n");
	sg_buf_addf(out, "%*s", HELP_COLUMN, "");
	sg_text_wrap(opt->help, HELP_COLUMN, HELP_WIDTH, out);
}

void sg_help_overview(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	sg_buf_adds(out, "stagegate: from an image tag to a commit in the GitOps repository to a "
			 "cluster\nthat really runs it.\n\nusage: stagegate COMMAND [OPTION...] "
			 "[WORD...]\n\ncommands:\n");
	for (size_t i = 0; i < count; i++)
		sg_buf_addf(out, "  %-10s  %s\n", cmds[i]->name, cmds[i]->summary);
	sg_buf_adds(out,
		"\n`stagegate COMMAND --help` tells the rest, and `stagegate explain CODE` what a\n"
		"reason means and what to do. Every option has an environment variable\n"
		"STAGEGATE_...; the token comes from STAGEGATE_GITLAB_TOKEN or the file that\n"
		"STAGEGATE_GITLAB_TOKEN_FILE names, never from the command line.\n");
}

void sg_help_family(const char *family, struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	sg_buf_addf(
		out, "usage: stagegate %s COMMAND [OPTION...] [WORD...]\n\ncommands:\n", family);
	for (size_t i = 0; i < count; i++)
		if (sg_str_is(sg_cmd_family(cmds[i]), family))
			sg_buf_addf(out, "  %-10s  %s\n", cmds[i]->name, cmds[i]->summary);
	sg_buf_addf(out, "\n`stagegate %s COMMAND --help` tells the rest.\n", family);
}

void sg_help_command(const struct sg_cmd *cmd, struct sg_buf *out)
{
	sg_buf_addf(out, "stagegate %s: %s\n\nusage: stagegate %s [OPTION...]%s%s\n\n", cmd->name,
		cmd->summary, cmd->name, *cmd->words ? " " : "", cmd->words);
	sg_text_wrap(cmd->details, 0, HELP_WIDTH, out);
	if (cmd->words_env)
		sg_buf_addf(out, "\nWithout words, those of [%s] count, separated by blanks.\n",
			cmd->words_env);
	if (cmd->examples)
		sg_buf_addf(out, "\nexamples:\n%s", cmd->examples);
	for (size_t s = 0; s < cmd->set_count; s++) {
		sg_buf_addf(out, "\n%s:\n", cmd->sets[s].title);
		for (size_t i = 0; i < cmd->sets[s].count; i++)
			add_option(out, &cmd->sets[s].opts[i]);
	}
}
