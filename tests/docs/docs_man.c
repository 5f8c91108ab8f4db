/* Man pages: stagegate(1), and one for each command. man(7) macros, which groff and mandoc read. */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/version.h"
#include "cmd/table.h"
#include "docs_tool.h"

/* Of the release that they belong to; it goes with the version in CMakeLists.txt. */
#define MAN_DATE "2026-11-29"

/* TEXT so that roff shows it as it is; with QUOTED inside "..." of a macro. */
static void add_text(struct sg_buf *out, const char *text, bool quoted)
{
	static const struct {
		char byte;
		const char *escaped;
	} escapes[] = {{'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'`', "\\(ga"}, {'^', "\\(ha"},
		{'~', "\\(ti"}};

	if (!quoted && (*text == '.' || *text == '\''))
		sg_buf_adds(out, "\\&");
	for (const char *p = text; *p; p++) {
		size_t i = 0;

		while (i < SG_COUNT(escapes) && escapes[i].byte != *p)
			i++;
		if (quoted && *p == '"')
			sg_buf_adds(out, "\\(dq");
		else if (i < SG_COUNT(escapes))
			sg_buf_adds(out, escapes[i].escaped);
		else
			sg_buf_addc(out, *p);
	}
}

/* A paragraph, each sentence on a line of its own, as roff wants it. */
static void add_prose(struct sg_buf *out, const char *text)
{
	struct sg_str rest = sg_str_of(text);
	struct sg_arena arena = {0};
	long at;

	while ((at = sg_str_search(rest, ". ")) >= 0) {
		add_text(out, sg_arena_dup(&arena, sg_str_sub(rest, 0, (size_t)at + 1)), false);
		sg_buf_addc(out, '\n');
		rest = sg_str_sub(rest, (size_t)at + 2, rest.len);
	}
	add_text(out, sg_arena_dup(&arena, rest), false);
	sg_buf_addc(out, '\n');
	sg_arena_release(&arena);
}

/* "STAGEGATE-BUMP" */
static void add_head(struct sg_buf *out, const char *page, const char *summary)
{
	sg_buf_adds(
		out, ".\\\" Made from the tables of the program: tests/docs/check --write\n.TH ");
	for (const char *p = page; *p; p++)
		sg_buf_addc(out, (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
	sg_buf_addf(out, " 1 %s \"stagegate %s\" \"User Commands\"\n.nh\n.ad l\n.SH NAME\n",
		MAN_DATE, sg_version());
	add_text(out, page, false);
	sg_buf_adds(out, " \\- ");
	add_text(out, summary, false);
	sg_buf_addc(out, '\n');
}

/* "PROJECT|URL" */
static void add_value_name(struct sg_buf *out, const struct sg_opt *opt)
{
	struct sg_arena arena = {0};
	char *name = sg_arena_strdup(&arena, opt->arg);

	for (char *p = name; *p; p++)
		if (*p == ' ')
			*p = '|';
	add_text(out, name, true);
	sg_arena_release(&arena);
}

static void add_option(struct sg_buf *out, const struct sg_opt *opt)
{
	char env[96];

	sg_opt_env_name(opt, env, sizeof(env));
	sg_buf_adds(out, ".TP\n");
	if (opt->arg) {
		sg_buf_adds(out, ".BI \"");
		add_text(out, "--", true);
		add_text(out, opt->name, true);
		sg_buf_adds(out, " \" \"");
		add_value_name(out, opt);
		sg_buf_adds(out, "\"\n");
	} else {
		sg_buf_adds(out, ".B ");
		add_text(out, "--", true);
		add_text(out, opt->name, true);
		sg_buf_addc(out, '\n');
	}
	add_prose(out, opt->help);
	sg_buf_addf(out, "[%s", env);
	if (opt->fallback)
		sg_buf_addf(out, ", default %s", opt->fallback);
	sg_buf_adds(out, "]\n");
}

static void add_examples(struct sg_buf *out, const char *examples)
{
	struct sg_str rest = sg_str_of(examples), line;
	struct sg_arena arena = {0};

	sg_buf_adds(out, ".SH EXAMPLES\n.nf\n");
	while (sg_str_cut(&rest, '\n', &line)) {
		if (!line.len)
			continue;
		add_text(out, sg_arena_dup(&arena, sg_str_trim(line)), false);
		sg_buf_addc(out, '\n');
	}
	sg_buf_adds(out, ".fi\n");
	sg_arena_release(&arena);
}

static void add_exits(struct sg_buf *out)
{
	const struct docs_exit *exits = docs_exits();

	sg_buf_adds(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; exits[i].text; i++) {
		sg_buf_addf(out, ".TP\n.B %s\n", exits[i].status);
		add_prose(out, exits[i].text);
	}
	sg_buf_adds(out, ".PP\nThe reason in the message or the report says more, and\n"
			 ".BR stagegate\\-explain (1)\ntells what to do about it.\n");
}

/* "stagegate-mr-open" for "mr open". */
static const char *page_of(const struct sg_cmd *cmd, char *page, size_t size)
{
	(void)snprintf(page, size, "stagegate-%s", cmd->name);
	for (char *p = page; *p; p++)
		if (*p == ' ')
			*p = '-';
	return page;
}

static void command_page(struct sg_buf *out, const struct sg_cmd *cmd)
{
	char page[64];

	(void)page_of(cmd, page, sizeof(page));
	add_head(out, page, cmd->summary);
	sg_buf_addf(out, ".SH SYNOPSIS\n.B stagegate %s\n.RI [ OPTION... ]\n", cmd->name);
	if (*cmd->words) {
		sg_buf_adds(out, ".I \"");
		add_text(out, cmd->words, true);
		sg_buf_adds(out, "\"\n");
	}
	sg_buf_adds(out, ".SH DESCRIPTION\n");
	add_prose(out, cmd->details);
	if (cmd->words_env)
		sg_buf_addf(out, ".PP\nWithout words, those of %s count, separated by blanks.\n",
			cmd->words_env);
	sg_buf_adds(out, ".SH OPTIONS\nEach can be given by the variable in brackets instead; the "
			 "command line wins.\n");
	for (size_t s = 0; s < cmd->set_count; s++) {
		sg_buf_addf(out, ".SS %s\n", cmd->sets[s].title);
		for (size_t i = 0; i < cmd->sets[s].count; i++)
			add_option(out, &cmd->sets[s].opts[i]);
	}
	if (cmd->examples)
		add_examples(out, cmd->examples);
	add_exits(out);
	sg_buf_adds(out, ".SH SEE ALSO\n.BR stagegate (1)\n");
}

static void main_page(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);
	char page[64];

	add_head(out, "stagegate",
		"from an image tag to a commit in the GitOps repository to a cluster that runs it");
	sg_buf_adds(out,
		".SH SYNOPSIS\n.B stagegate\n.I COMMAND\n.RI [ OPTION... ]\n.RI [ WORD... ]\n"
		".SH DESCRIPTION\n");
	add_prose(out,
		"Writes image tags into a GitOps repository, promotes them from one environment to "
		"the next through gates, and waits until Argo CD has deployed them. It is made for "
		"the jobs of GitLab pipelines, and for people.");
	sg_buf_adds(out, ".PP\nOptions and words may be mixed.\n.B \\-\\-\nends the options,\n"
			 ".BI \\-\\-name= value\nis\n.BI \"\\-\\-name \" value\\fR,\n"
			 "and a flag is taken back by\n.BR \\-\\-no\\-name .\n"
			 "Times are written like 90s, 20m or 1h30m; a number alone is "
			 "seconds.\n.SH COMMANDS\n");
	for (size_t i = 0; i < count; i++) {
		sg_buf_adds(out, ".TP\n.BR ");
		add_text(out, page_of(cmds[i], page, sizeof(page)), false);
		sg_buf_adds(out, " (1)\n");
		add_prose(out, cmds[i]->summary);
	}
	sg_buf_adds(out,
		".SH ENVIRONMENT\n"
		"Every option has a variable STAGEGATE_NAME. Secrets have variables and files "
		"only:\n"
		".TP\n.BR STAGEGATE_GITLAB_TOKEN \", \" STAGEGATE_GITLAB_TOKEN_FILE\n"
		"The token, or the name of the file that holds it; then\n.B GITLAB_TOKEN\nand\n"
		".BR CI_JOB_TOKEN .\n"
		".TP\n.B STAGEGATE_GITLAB_URL\nWhere GitLab is; inside a job\n.B CI_SERVER_URL\n"
		"says it.\n"
		".TP\n.B KUBECONFIG\nHow the cluster is reached, as for\n.BR kubectl (1).\n"
		".TP\n.BR https_proxy \", \" no_proxy \", \" SSL_CERT_FILE \", \" "
		"CI_SERVER_TLS_CA_FILE\n"
		"Proxies and certificate authorities, as for\n.BR curl (1).\n"
		".TP\n.B NO_COLOR\nNo colours on a terminal.\n"
		".SH FILES\n.TP\n.I stagegate.yaml\n"
		"The configuration, at the root of the GitOps repository.\n"
		".B stagegate check\nsays what is wrong with it.\n");
	add_exits(out);
	sg_buf_adds(out, ".SH SEE ALSO\n.BR git (1),\n.BR kubectl (1)\n");
}

bool docs_man_page(struct sg_buf *out, const char *page)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);
	char name[64];

	if (strcmp(page, "stagegate") == 0) {
		main_page(out);
		return true;
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(page_of(cmds[i], name, sizeof(name)), page) == 0) {
			command_page(out, cmds[i]);
			return true;
		}
	return false;
}

void docs_man_names(struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);
	char page[64];

	sg_buf_adds(out, "stagegate\n");
	for (size_t i = 0; i < count; i++)
		sg_buf_addf(out, "%s\n", page_of(cmds[i], page, sizeof(page)));
}
