#include "cmd/completion.h"

#include <string.h>

#include "base/attr.h"
#include "cmd/table.h"

/* What the value of an option is to a shell. */
enum value { NO_VALUE, ANY_VALUE, CHOICE_VALUE, FILE_VALUE, FOLDER_VALUE };

static enum value value_of(const struct sg_opt *opt)
{
	if (!opt->arg)
		return NO_VALUE;
	if (opt->choices)
		return CHOICE_VALUE;
	if (strcmp(opt->arg, "FILE") == 0)
		return FILE_VALUE;
	return strcmp(opt->arg, "DIR") == 0 ? FOLDER_VALUE : ANY_VALUE;
}

/* Calls FN for each option of CMD. */
static void each_option(const struct sg_cmd *cmd, struct sg_buf *out,
	void (*fn)(const struct sg_cmd *cmd, const struct sg_opt *opt, struct sg_buf *out))
{
	for (size_t s = 0; s < cmd->set_count; s++)
		for (size_t i = 0; i < cmd->sets[s].count; i++)
			fn(cmd, &cmd->sets[s].opts[i], out);
}

/* Calls FN for each command. */
static void each_command(struct sg_arena *arena, struct sg_buf *out,
	void (*fn)(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out))
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	for (size_t i = 0; i < count; i++)
		fn(cmds[i], arena, out);
}

/* A family counts as its first command does: the others are passed over. */
static bool is_later_of_family(const struct sg_cmd *cmd)
{
	size_t count, i = 0;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);
	struct sg_str family = sg_cmd_family(cmd);

	while (family.len && !sg_str_eq(sg_cmd_family(cmds[i]), family))
		i++;
	return family.len && cmds[i] != cmd;
}

/* The first word of its name. */
static struct sg_str first_word(const struct sg_cmd *cmd)
{
	struct sg_str family = sg_cmd_family(cmd);

	return family.len ? family : sg_str_of(cmd->name);
}

/* The second word of its name. */
static const char *second_word(const struct sg_cmd *cmd)
{
	return cmd->name + sg_cmd_family(cmd).len + 1;
}

static void add_name(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	(void)arena;
	if (!is_later_of_family(cmd))
		sg_buf_addf(out, " %.*s", SG_STR_ARG(first_word(cmd)));
}

/* The words that CMD takes, blank-separated; "" when they are free. */
static const char *words_of(const struct sg_cmd *cmd, struct sg_arena *arena)
{
	return cmd->offers ? cmd->offers(arena) : "";
}

static bool takes_folders(const struct sg_cmd *cmd)
{
	return strstr(cmd->words, "DIR") != NULL;
}

/* ---- bash ---- */

static void bash_option(const struct sg_cmd *cmd, const struct sg_opt *opt, struct sg_buf *out)
{
	(void)cmd;
	sg_buf_addf(out, " --%s", opt->name);
}

static void bash_value(const struct sg_cmd *cmd, const struct sg_opt *opt, struct sg_buf *out)
{
	static const char *const action[] = {
		[ANY_VALUE] = ";;",
		[FILE_VALUE] = "_stagegate_paths -f \"$cur\" ;;",
		[FOLDER_VALUE] = "_stagegate_paths -d \"$cur\" ;;",
	};
	enum value value = value_of(opt);

	if (value == NO_VALUE)
		return;
	sg_buf_addf(out, "\t'%s':--%s) ", cmd->name, opt->name);
	if (value == CHOICE_VALUE)
		sg_buf_addf(out, "_stagegate_words \"$cur\" %s ;;\n", opt->choices);
	else
		sg_buf_addf(out, "%s\n", action[value]);
}

static void bash_values(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	(void)arena;
	each_option(cmd, out, bash_value);
}

static void bash_command(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	const char *words = words_of(cmd, arena);

	sg_buf_addf(out, "\t'%s')\n\t\tcase $cur in\n\t\t-*) _stagegate_words \"$cur\" --help",
		cmd->name);
	each_option(cmd, out, bash_option);
	sg_buf_adds(out, " ;;\n");
	if (*words)
		sg_buf_addf(out, "\t\t*) _stagegate_words \"$cur\" %s%s ;;\n", words,
			takes_folders(cmd) ? "; _stagegate_paths -d \"$cur\"" : "");
	sg_buf_adds(out, "\t\tesac\n\t\t;;\n");
}

/* The second words of a family, each with BEFORE it. */
static void add_members(const struct sg_cmd *of, const char *before, struct sg_buf *out)
{
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);
	struct sg_str family = sg_cmd_family(of);

	for (size_t i = 0; i < count; i++)
		if (sg_str_eq(sg_cmd_family(cmds[i]), family))
			sg_buf_addf(out, "%s%s", cmds[i] == of ? "" : before, second_word(cmds[i]));
}

/* The second word of a family is a part of the command's name. */
static void bash_family(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	struct sg_str family = sg_cmd_family(cmd);

	(void)arena;
	if (!family.len || is_later_of_family(cmd))
		return;
	sg_buf_addf(out,
		"\t%.*s)\n\t\tif [[ $COMP_CWORD -eq 2 ]]; then\n"
		"\t\t\t_stagegate_words \"$cur\" --help ",
		SG_STR_ARG(family));
	add_members(cmd, " ", out);
	sg_buf_addf(out, "\n\t\t\treturn\n\t\tfi\n\t\tcommand=\"%.*s ${COMP_WORDS[2]}\"\n\t\t;;\n",
		SG_STR_ARG(family));
}

static void bash(struct sg_arena *arena, struct sg_buf *out)
{
	sg_buf_adds(out,
		"# Completion of stagegate for bash 4 and newer:\n"
		"#   source <(stagegate completion bash)\n"
		"\n"
		"# Candidates that begin with $1, of the other arguments.\n"
		"_stagegate_words() {\n"
		"\tlocal start=$1 word\n"
		"\tshift\n"
		"\tfor word; do\n"
		"\t\t[[ $word == \"$start\"* ]] && COMPREPLY+=(\"$word\")\n"
		"\tdone\n"
		"\treturn 0\n"
		"}\n"
		"\n"
		"# Files (-f) or folders (-d) that begin with $2.\n"
		"_stagegate_paths() {\n"
		"\tcompopt -o filenames 2>/dev/null\n"
		"\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen \"$1\" -- \"$2\")\n"
		"}\n"
		"\n"
		"_stagegate() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} "
		"command=${COMP_WORDS[1]}\n"
		"\tCOMPREPLY=()\n"
		"\t# --name=value comes as three words\n"
		"\tif [[ $cur == = ]]; then\n"
		"\t\tcur=\n"
		"\telif [[ $before == = && $COMP_CWORD -gt 2 ]]; then\n"
		"\t\tbefore=${COMP_WORDS[COMP_CWORD - 2]}\n"
		"\tfi\n"
		"\tif [[ $COMP_CWORD -eq 1 ]]; then\n"
		"\t\t_stagegate_words \"$cur\" --help --version");
	each_command(arena, out, add_name);
	sg_buf_adds(out, "\n\t\treturn\n\tfi\n\tcase $command in\n");
	each_command(arena, out, bash_family);
	sg_buf_adds(out, "\tesac\n\tcase $command:$before in\n");
	each_command(arena, out, bash_values);
	sg_buf_adds(out, "\t*) _stagegate_of_command \"$command\" \"$cur\" ;;\n\tesac\n}\n"
			 "\n"
			 "# Options and words of a command.\n"
			 "_stagegate_of_command() {\n"
			 "\tlocal cur=$2\n"
			 "\tcase $1 in\n"
			 "\thelp | --help) _stagegate_words \"$cur\"");
	each_command(arena, out, add_name);
	sg_buf_adds(out, " ;;\n");
	each_command(arena, out, bash_command);
	sg_buf_adds(out, "\tesac\n}\n\ncomplete -F _stagegate stagegate\n");
}

/* ---- zsh ---- */

/* TEXT inside '...' where SPECIAL bytes get a backslash. */
static void add_quoted(struct sg_buf *out, const char *text, const char *special)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\'') {
			sg_buf_adds(out, "'\\''");
			continue;
		}
		if (strchr(special, *p))
			sg_buf_addc(out, '\\');
		sg_buf_addc(out, *p);
	}
}

#define ZSH_SPECIAL "[]:\\"

static void zsh_option(const struct sg_cmd *cmd, const struct sg_opt *opt, struct sg_buf *out)
{
	static const char *const action[] = {
		[ANY_VALUE] = " ",
		[FILE_VALUE] = "_files",
		[FOLDER_VALUE] = "_files -/",
	};
	enum value value = value_of(opt);

	(void)cmd;
	sg_buf_addf(out, " \\\n\t\t\t'--%s%s[", opt->name, value == NO_VALUE ? "" : "=");
	add_quoted(out, opt->help, ZSH_SPECIAL);
	sg_buf_addc(out, ']');
	if (value == CHOICE_VALUE)
		sg_buf_addf(out, ":value:(%s)", opt->choices);
	else if (value != NO_VALUE) {
		sg_buf_addc(out, ':');
		add_quoted(out, opt->arg, ZSH_SPECIAL);
		sg_buf_addf(out, ":%s", action[value]);
	}
	sg_buf_addc(out, '\'');
}

static void zsh_command(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	const char *words = words_of(cmd, arena);

	sg_buf_addf(out, "\t'%s')\n\t\t_arguments '--help[show the options]'", cmd->name);
	each_option(cmd, out, zsh_option);
	if (*words && takes_folders(cmd))
		sg_buf_addf(out, " \\\n\t\t\t'1:word:(%s)' \\\n\t\t\t'*:folder:_files -/'", words);
	else if (*words)
		sg_buf_addf(out, " \\\n\t\t\t'*:word:(%s)'", words);
	else if (*cmd->words) {
		sg_buf_adds(out, " \\\n\t\t\t'*:");
		add_quoted(out, cmd->words, ZSH_SPECIAL);
		sg_buf_adds(out, ": '");
	}
	sg_buf_adds(out, "\n\t\t;;\n");
}

static void zsh_described(const char *name, const char *summary, struct sg_buf *out)
{
	sg_buf_addf(out, "\t\t'%s:", name);
	add_quoted(out, summary, ZSH_SPECIAL);
	sg_buf_adds(out, "'\n");
}

static void zsh_name(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	struct sg_str family = sg_cmd_family(cmd);
	struct sg_buf members SG_AUTO(sg_buf_release);

	sg_buf_init(&members, 4096);
	if (!family.len) {
		zsh_described(cmd->name, cmd->summary, out);
	} else if (!is_later_of_family(cmd)) {
		add_members(cmd, ", ", &members);
		zsh_described(sg_arena_dup(arena, family), sg_buf_str(&members).ptr, out);
	}
}

static void zsh_family(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	struct sg_str family = sg_cmd_family(cmd);
	size_t count;
	const struct sg_cmd *const *cmds = sg_cmd_table(&count);

	(void)arena;
	if (!family.len || is_later_of_family(cmd))
		return;
	sg_buf_addf(out, "\t%.*s)\n\t\tcommands=(\n", SG_STR_ARG(family));
	for (size_t i = 0; i < count; i++)
		if (sg_str_eq(sg_cmd_family(cmds[i]), family))
			zsh_described(second_word(cmds[i]), cmds[i]->summary, out);
	sg_buf_addf(out,
		"\t\t)\n"
		"\t\tif (( CURRENT == 2 )); then\n"
		"\t\t\t_describe command commands\n"
		"\t\t\treturn\n"
		"\t\tfi\n"
		"\t\tshift words\n"
		"\t\t(( CURRENT-- ))\n"
		"\t\twords[1]=\"%.*s $words[1]\"\n"
		"\t\t;;\n",
		SG_STR_ARG(family));
}

static void zsh(struct sg_arena *arena, struct sg_buf *out)
{
	sg_buf_adds(out, "#compdef stagegate\n"
			 "# Completion of stagegate for zsh, after compinit:\n"
			 "#   source <(stagegate completion zsh)\n"
			 "# or as the file _stagegate in a folder of $fpath.\n"
			 "\n"
			 "_stagegate() {\n"
			 "\tlocal -a commands\n"
			 "\tcommands=(\n");
	each_command(arena, out, zsh_name);
	sg_buf_adds(out, "\t)\n"
			 "\tif (( CURRENT == 2 )); then\n"
			 "\t\t_describe command commands\n"
			 "\t\treturn\n"
			 "\tfi\n"
			 "\tshift words\n"
			 "\t(( CURRENT-- ))\n"
			 "\tcase $words[1] in\n");
	each_command(arena, out, zsh_family);
	sg_buf_adds(out, "\tesac\n"
			 "\tcase $words[1] in\n"
			 "\thelp|--help)\n"
			 "\t\t_describe command commands\n"
			 "\t\t;;\n");
	each_command(arena, out, zsh_command);
	sg_buf_adds(out, "\tesac\n"
			 "}\n"
			 "\n"
			 "if [[ $funcstack[1] == _stagegate ]]; then\n"
			 "\t_stagegate \"$@\"\n"
			 "else\n"
			 "\tcompdef _stagegate stagegate\n"
			 "fi\n");
}

/* ---- fish ---- */

/* complete for words and options behind the command. */
static void fish_start(const struct sg_cmd *cmd, struct sg_buf *out)
{
	sg_buf_addf(out, "complete -c stagegate -n '__stagegate_is %s'", cmd->name);
}

static void fish_description(struct sg_buf *out, const char *text)
{
	sg_buf_adds(out, " -d '");
	for (const char *p = text; *p; p++) {
		if (*p == '\'' || *p == '\\')
			sg_buf_addc(out, '\\');
		sg_buf_addc(out, *p);
	}
	sg_buf_adds(out, "'\n");
}

static void fish_option(const struct sg_cmd *cmd, const struct sg_opt *opt, struct sg_buf *out)
{
	static const char *const action[] = {
		[NO_VALUE] = "",
		[ANY_VALUE] = " -x",
		[FILE_VALUE] = " -r -F",
		[FOLDER_VALUE] = " -x -a '(__fish_complete_directories)'",
	};
	enum value value = value_of(opt);

	fish_start(cmd, out);
	sg_buf_addf(out, " -l %s", opt->name);
	if (value == CHOICE_VALUE)
		sg_buf_addf(out, " -x -a '%s'", opt->choices);
	else
		sg_buf_adds(out, action[value]);
	fish_description(out, opt->help);
}

static void fish_command(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	const char *words = words_of(cmd, arena);

	each_option(cmd, out, fish_option);
	fish_start(cmd, out);
	sg_buf_adds(out, " -l help -d 'show the options'\n");
	if (*words) {
		fish_start(cmd, out);
		sg_buf_addf(out, " -a '%s'\n", words);
	}
	if (takes_folders(cmd)) {
		fish_start(cmd, out);
		sg_buf_adds(out, " -a '(__fish_complete_directories)'\n");
	}
}

static void fish_name(const struct sg_cmd *cmd, struct sg_arena *arena, struct sg_buf *out)
{
	struct sg_str family = sg_cmd_family(cmd);
	struct sg_buf members SG_AUTO(sg_buf_release);

	sg_buf_init(&members, 4096);
	if (!is_later_of_family(cmd)) {
		if (family.len)
			add_members(cmd, ", ", &members);
		sg_buf_addf(out, "complete -c stagegate -n __stagegate_is_bare -a %.*s",
			SG_STR_ARG(first_word(cmd)));
		fish_description(out, family.len ? sg_buf_str(&members).ptr : cmd->summary);
	}
	if (!family.len)
		return;
	sg_buf_addf(out, "complete -c stagegate -n '__stagegate_is_family %s' -a %s",
		sg_arena_dup(arena, family), second_word(cmd));
	fish_description(out, cmd->summary);
}

static void fish(struct sg_arena *arena, struct sg_buf *out)
{
	sg_buf_adds(out,
		"# Completion of stagegate for fish:\n"
		"#   stagegate completion fish | source\n"
		"\n"
		"function __stagegate_is_bare\n"
		"\ttest (count (commandline -opc)) -eq 1\n"
		"end\n"
		"\n"
		"# The words of a command's name are the arguments.\n"
		"function __stagegate_is\n"
		"\tset -l words (commandline -opc)\n"
		"\tset -l last (math (count $argv) + 1)\n"
		"\ttest (count $words) -ge $last; and test \"$words[2..$last]\" = \"$argv\"\n"
		"end\n"
		"\n"
		"function __stagegate_is_family -a family\n"
		"\tset -l words (commandline -opc)\n"
		"\ttest (count $words) -eq 2; and test $words[2] = $family\n"
		"end\n"
		"\n"
		"complete -c stagegate -f\n"
		"complete -c stagegate -n '__stagegate_is help' -a '");
	each_command(arena, out, add_name);
	sg_buf_adds(out, "'\n");
	each_command(arena, out, fish_name);
	each_command(arena, out, fish_command);
}

bool sg_completion_write(const char *shell, struct sg_arena *arena, struct sg_buf *out)
{
	static const struct {
		const char *shell;
		void (*write)(struct sg_arena *arena, struct sg_buf *out);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; i < SG_COUNT(shells); i++) {
		if (strcmp(shells[i].shell, shell) == 0) {
			shells[i].write(arena, out);
			return true;
		}
	}
	return false;
}
