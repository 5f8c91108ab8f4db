#include "cmd/help.h"

#include <string.h>

#include "base/reason.h"
#include "gate/code.h"
#include "model/app_verdict.h"
#include "model/promotion.h"

#define HELP_COLUMN 4
#define HELP_WIDTH 80

/* TEXT in lines of at most HELP_WIDTH, each indented. */
static void add_wrapped(struct sg_buf *out, const char *text, size_t indent)
{
	struct sg_str rest = sg_str_of(text), word;
	size_t column = 0;

	while (sg_str_cut(&rest, ' ', &word)) {
		if (column && column + 1 + word.len > HELP_WIDTH) {
			sg_buf_addc(out, '\n');
			column = 0;
		}
		if (column == 0) {
			for (size_t i = 0; i < indent; i++)
				sg_buf_addc(out, ' ');
			column = indent;
		} else {
			sg_buf_addc(out, ' ');
			column++;
		}
		sg_buf_addstr(out, word);
		column += word.len;
	}
	sg_buf_addc(out, '\n');
}

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
	add_wrapped(out, opt->help, HELP_COLUMN);
}

void sg_help_overview(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	sg_buf_adds(out, "stagegate: from an image tag to a commit in the GitOps repository to a "
			 "cluster\nthat really runs it.\n\nusage: stagegate COMMAND [OPTION...] "
			 "[WORD...]\n\ncommands:\n");
	for (size_t i = 0; i < count; i++)
		sg_buf_addf(out, "  %-8s  %s\n", cmds[i]->name, cmds[i]->summary);
	sg_buf_adds(out, "\n`stagegate COMMAND --help` tells the rest. Every option has an "
			 "environment variable\nSTAGEGATE_...; the token comes from "
			 "STAGEGATE_GITLAB_TOKEN or the file that\nSTAGEGATE_GITLAB_TOKEN_FILE "
			 "names, never from the command line.\n");
}

void sg_help_command(const struct sg_cmd *cmd, struct sg_buf *out)
{
	sg_buf_addf(out, "stagegate %s: %s\n\nusage: stagegate %s [OPTION...] %s\n\n", cmd->name,
		cmd->summary, cmd->name, cmd->words);
	add_wrapped(out, cmd->details, 0);
	if (cmd->examples)
		sg_buf_addf(out, "\nexamples:\n%s", cmd->examples);
	for (size_t s = 0; s < cmd->set_count; s++) {
		sg_buf_addf(out, "\n%s:\n", cmd->sets[s].title);
		for (size_t i = 0; i < cmd->sets[s].count; i++)
			add_option(out, &cmd->sets[s].opts[i]);
	}
}

/* Markdown table cells: a bar would end the cell. */
static void add_cell(struct sg_buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '|')
			sg_buf_addc(out, '\\');
		sg_buf_addc(out, *p);
	}
}

static void add_markdown_set(struct sg_buf *out, const struct sg_opt_set *set)
{
	char env[96];

	sg_buf_addf(out, "\n%s\n\n| option | variable | default | meaning |\n|---|---|---|---|\n",
		set->title);
	for (size_t i = 0; i < set->count; i++) {
		const struct sg_opt *opt = &set->opts[i];

		sg_opt_env_name(opt, env, sizeof(env));
		sg_buf_addf(out, "| `--%s", opt->name);
		if (opt->arg) {
			sg_buf_addc(out, ' ');
			for (const char *p = opt->arg; *p; p++)
				sg_buf_adds(out, *p == ' ' || *p == '|' ? "\\|" : (char[]){*p, 0});
		}
		sg_buf_addf(out, "` | `%s` | %s | ", env, opt->fallback ? opt->fallback : "");
		add_cell(out, opt->help);
		sg_buf_adds(out, " |\n");
	}
}

/* A command may take a part of a shared set. */
static bool begins_inside(const struct sg_opt_set *set, const struct sg_opt *opts)
{
	for (size_t i = 0; i < set->count; i++)
		if (&set->opts[i] == opts)
			return true;
	return false;
}

/* Sets that an earlier command has shown already are not shown again. */
static bool shown_before(size_t command, const struct sg_opt *opts)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	for (size_t c = 0; c < command; c++)
		for (size_t s = 0; s < cmds[c]->set_count; s++)
			if (begins_inside(&cmds[c]->sets[s], opts))
				return true;
	return false;
}

void sg_help_markdown(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	for (size_t c = 0; c < count; c++) {
		sg_buf_addf(out, "### stagegate %s %s\n\n%s\n", cmds[c]->name, cmds[c]->words,
			cmds[c]->details);
		for (size_t s = 0; s < cmds[c]->set_count; s++)
			if (!shown_before(c, cmds[c]->sets[s].opts))
				add_markdown_set(out, &cmds[c]->sets[s]);
		sg_buf_addc(out, '\n');
	}
}

static void add_exit(struct sg_buf *out, const char *name, int code, const char *text)
{
	sg_buf_addf(out, "| %d | `%s` | %s |\n", code, name, text);
}

/* Those of gates that do not let pass: a gate that passes ends nothing. */
static void add_gate_codes(struct sg_buf *out, int code)
{
	for (int i = 0; i < sg_gate_code_count(); i++) {
		enum sg_gate_code gate = (enum sg_gate_code)i;
		int exit_code = sg_gate_state_exit(sg_gate_code_state(gate));

		if (exit_code != 0 && exit_code == code)
			add_exit(out, sg_gate_code_name(gate), code, sg_gate_code_text(gate));
	}
}

/* A code that several rows share, or that is a reason, too, is said once. */
static bool said_before(int row)
{
	const char *name = sg_promotion_row(row)->code;

	for (int i = 0; i < row; i++)
		if (strcmp(sg_promotion_row(i)->code, name) == 0)
			return true;
	for (int i = 0; i < sg_reason_count(); i++)
		if (strcmp(sg_reason_name((enum sg_reason)i), name) == 0)
			return true;
	return false;
}

static void add_promotion_codes(struct sg_buf *out, int code)
{
	const struct sg_promotion_step *step;

	for (int i = 0; (step = sg_promotion_row(i)); i++)
		if (code != 0 && sg_promotion_step_exit(step) == code && !said_before(i))
			add_exit(out, step->code, code, step->sentence);
}

void sg_help_exit_codes(struct sg_buf *out)
{
	sg_buf_adds(out, "| exit | reason | meaning |\n|---|---|---|\n");
	for (int code = 0; code <= 128; code++) {
		for (int i = 0; i < sg_app_code_count(); i++)
			if (sg_app_code_exit((enum sg_app_code)i) == code)
				add_exit(out, sg_app_code_name((enum sg_app_code)i), code,
					sg_app_code_text((enum sg_app_code)i));
		add_gate_codes(out, code);
		add_promotion_codes(out, code);
		for (int i = 0; i < sg_reason_count(); i++)
			if (sg_reason_exit((enum sg_reason)i) == code)
				add_exit(out, sg_reason_name((enum sg_reason)i), code,
					sg_reason_text((enum sg_reason)i));
	}
}
