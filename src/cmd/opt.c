#include "cmd/opt.h"

#include <string.h>

#include "base/num.h"
#include "base/str.h"
#include "cmd/table.h"

#define NAMES_MAX 64
#define WORD_ENDS " \t\r\n"

void sg_opt_env_name(const struct sg_opt *opt, char *out, size_t size)
{
	static const char prefix[] = "STAGEGATE_";
	size_t n = 0;

	for (; n + 1 < size && n < sizeof(prefix) - 1; n++)
		out[n] = prefix[n];
	for (const char *p = opt->variable ? opt->variable : opt->name; *p && n + 1 < size;
		p++, n++)
		out[n] = *p == '-' ? '_' : (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	out[n] = '\0';
}

static bool is_choice(const struct sg_opt *opt, const char *value)
{
	struct sg_str rest = sg_str_of(opt->choices), word;

	while (sg_str_cut(&rest, ' ', &word))
		if (sg_str_is(word, value))
			return true;
	return false;
}

static int bad_value(const struct sg_opt *opt, const char *from, const char *value,
	const char *wanted, struct sg_err *err)
{
	return sg_fail(
		err, SG_R_USAGE, "%s of --%s: '%.80s' is not %s", from, opt->name, value, wanted);
}

/* "one of text, json". */
static int bad_choice(struct sg_arena *arena, const struct sg_opt *opt, const char *from,
	const char *value, struct sg_err *err)
{
	struct sg_str rest = sg_str_of(opt->choices), word;
	const char *wanted = "one of", *sign = "";

	for (; sg_str_cut(&rest, ' ', &word); sign = ",")
		wanted = sg_arena_printf(arena, "%s%s %.*s", wanted, sign, SG_STR_ARG(word));
	return bad_value(opt, from, value, wanted, err);
}

static int set_flag(bool *field, const struct sg_opt *opt, const char *from, const char *value,
	struct sg_err *err)
{
	if (strcmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*field = true;
	else if (strcmp(value, "false") == 0 || strcmp(value, "0") == 0 || *value == '\0')
		*field = false;
	else
		return bad_value(opt, from, value, "true or false", err);
	return 0;
}

static void add_item(struct sg_arena *arena, struct sg_opt_list *list, const char *value)
{
	const char **item = sg_arena_push(arena, &list->items, &list->count, sizeof(*item));

	*item = value;
}

/* Each line of a variable that is not empty. */
static void add_lines(struct sg_arena *arena, struct sg_opt_list *list, const char *value)
{
	struct sg_str rest = sg_str_of(value), line;

	while (sg_str_cut(&rest, '\n', &line)) {
		if (sg_str_ends(line, "\r"))
			line = sg_str_sub(line, 0, line.len - 1);
		if (line.len)
			add_item(arena, list, sg_arena_dup(arena, line));
	}
}

static void add_argument(struct sg_arena *arena, struct sg_opt_list *list, const char *value)
{
	if (!list->from_argv)
		*list = (struct sg_opt_list){.from_argv = true};
	add_item(arena, list, value);
}

static bool set_number(int64_t *field, const char *value)
{
	uint64_t number;

	if (!sg_num_u64(sg_str_of(value), &number) || number > SG_OPT_NUMBER_MAX)
		return false;
	*field = (int64_t)number;
	return true;
}

/*
 * Stores VALUE into the field of OPT, of which a list has only the whole of its variable; FROM says
 * where it came from, for the error.
 */
static int set_value(struct sg_arena *arena, void *base, const struct sg_opt *opt, const char *from,
	const char *value, struct sg_err *err)
{
	void *field = (char *)base + opt->offset;

	switch (opt->type) {
	case SG_OPT_FLAG:
		return set_flag(field, opt, from, value, err);
	case SG_OPT_STRING:
		*(const char **)field = value;
		return 0;
	case SG_OPT_LIST:
		add_lines(arena, field, value);
		return 0;
	case SG_OPT_DURATION:
		if (!sg_num_duration_ms(sg_str_of(value), field))
			return bad_value(opt, from, value, "a time like 90s, 20m or 1h30m", err);
		if (opt->never_zero && *(const int64_t *)field == 0)
			return bad_value(opt, from, value, "a time above zero", err);
		return 0;
	case SG_OPT_NUMBER:
		if (!set_number(field, value))
			return bad_value(opt, from, value, "a number up to 10000", err);
		return 0;
	case SG_OPT_CHOICE:
		if (!is_choice(opt, value))
			return bad_choice(arena, opt, from, value, err);
		*(const char **)field = value;
		return 0;
	}
	SG_BUG("option type");
}

/* Goes on behind an error, of which the first counts: how it is shown may stand further on. */
static int set_defaults(const struct sg_cmd *cmd, const struct sg_env *env, struct sg_arena *arena,
	void *args, struct sg_err *err)
{
	char name[NAMES_MAX + 16];
	struct sg_err later, *why = err;

	for (size_t s = 0; s < cmd->set_count; s++) {
		const struct sg_opt_set *set = &cmd->sets[s];
		void *base = (char *)args + set->base;

		for (size_t i = 0; i < set->count; i++) {
			const struct sg_opt *opt = &set->opts[i];
			const char *value;

			if (opt->fallback &&
				set_value(arena, base, opt, "the default", opt->fallback, why) < 0)
				SG_BUG("fallback in the option table");
			sg_opt_env_name(opt, name, sizeof(name));
			value = sg_env_nonempty(env, name);
			if (value && set_value(arena, base, opt, name, value, why) < 0)
				why = &later;
		}
	}
	return why == err ? 0 : -1;
}

static const struct sg_opt *find(const struct sg_cmd *cmd, struct sg_str name, size_t *ret_base)
{
	for (size_t s = 0; s < cmd->set_count; s++) {
		for (size_t i = 0; i < cmd->sets[s].count; i++) {
			if (!sg_str_is(name, cmd->sets[s].opts[i].name))
				continue;
			*ret_base = cmd->sets[s].base;
			return &cmd->sets[s].opts[i];
		}
	}
	return NULL;
}

/* What other programs call it: by their letter, or by their word. */
static const struct {
	const char *theirs;
	const char *option; /* the hint holds for commands that have it */
	const char *ours;
} habits[] = {
	{"o", "output", "--output"},
	{"q", "quiet", "--quiet"},
	{"v", "verbose", "--verbose"},
	{"e", "env", "--env"},
	{"json", "output", "--output json"},
	{"no-color", "output", "the variable NO_COLOR=1"},
	{"tag", "image-tag", "--image-tag"},
	{"environment", "env", "--env"},
	{"environment", "to", "--to"},
	{"env", "to", "--to"},
	{"to", "env", "--env"},
};

/* What is likely meant by NAME; NULL: nobody knows. */
static const char *meant(const struct sg_cmd *cmd, struct sg_str name, struct sg_arena *arena)
{
	const char *names[NAMES_MAX], *near;
	size_t count = 0, base;

	for (size_t i = 0; i < SG_COUNT(habits); i++)
		if (sg_str_is(name, habits[i].theirs) &&
			find(cmd, sg_str_of(habits[i].option), &base))
			return habits[i].ours;
	for (size_t s = 0; s < cmd->set_count; s++)
		for (size_t i = 0; i < cmd->sets[s].count && count < NAMES_MAX; i++)
			names[count++] = cmd->sets[s].opts[i].name;
	near = sg_str_nearest(sg_arena_dup(arena, name), names, count);
	return near ? sg_arena_printf(arena, "--%s", near) : NULL;
}

/* DASHES: those that it was written with; WORD: what stands behind them. */
static int unknown(const struct sg_cmd *cmd, const char *dashes, const char *word,
	struct sg_arena *arena, struct sg_err *err)
{
	struct sg_str name = {word, strcspn(word, "=")};
	const char *ours = meant(cmd, name, arena);

	(void)sg_fail(err, SG_R_USAGE, "%s has no option %s%.*s", cmd->name, dashes,
		name.len > 60 ? 60 : (int)name.len, name.ptr);
	if (ours)
		return sg_hint(err, "did you mean %s?", ours);
	return sg_hint(err, "stagegate %s --help lists the options", cmd->name);
}

/* The default would be another thing than what was asked for. */
static int empty(const struct sg_opt *opt, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_USAGE, "the value of --%s is empty", opt->name);
	return sg_hint(err, "where it is a variable, nothing has set that one here; without the "
			    "option its default holds");
}

/* One option at argv[*at]; moves *at over a value that stands in a word of its own. */
static int parse_one(const struct sg_cmd *cmd, int argc, const char *const *argv, int *at,
	struct sg_arena *arena, void *args, struct sg_err *err)
{
	struct sg_str name = sg_str_of(argv[*at] + 2);
	long equals = sg_str_find(name, '=');
	const char *value = equals < 0 ? NULL : name.ptr + equals + 1;
	const struct sg_opt *opt;
	size_t base = 0;

	if (equals >= 0)
		name = sg_str_sub(name, 0, (size_t)equals);
	opt = find(cmd, name, &base);
	if (!opt && !value && sg_str_starts(name, "no-")) {
		opt = find(cmd, sg_str_sub(name, 3, name.len), &base);
		if (opt && opt->type == SG_OPT_FLAG)
			return set_value(
				arena, (char *)args + base, opt, "the value", "false", err);
		opt = NULL;
	}
	if (!opt)
		return unknown(cmd, "--", name.ptr, arena, err);
	if (!value && opt->type == SG_OPT_FLAG)
		value = "true";
	if (!value && *at + 1 < argc)
		value = argv[++*at];
	if (!value)
		return sg_fail(err, SG_R_USAGE, "--%s needs a value (%s)", opt->name, opt->arg);
	if (opt->type == SG_OPT_STRING && !*value)
		return empty(opt, err);
	if (opt->type == SG_OPT_LIST) {
		add_argument(arena, (void *)((char *)args + base + opt->offset), value);
		return 0;
	}
	return set_value(arena, (char *)args + base, opt, "the value", value, err);
}

/* The words of the command's variable, separated by blanks and line ends. */
static struct sg_words words_of_env(
	const struct sg_cmd *cmd, const struct sg_env *env, struct sg_arena *arena)
{
	const char *value = cmd->words_env ? sg_env_nonempty(env, cmd->words_env) : NULL;
	const char **items = NULL;
	size_t count = 0;

	while (value && *(value += strspn(value, WORD_ENDS))) {
		size_t len = strcspn(value, WORD_ENDS);
		const char **word = sg_arena_push(arena, &items, &count, sizeof(*items));

		*word = sg_arena_dup(arena, (struct sg_str){value, len});
		value += len;
	}
	return (struct sg_words){.items = items, .count = count};
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int sg_opt_parse(const struct sg_cmd *cmd, const struct sg_env *env, int argc,
	const char *const *argv, struct sg_arena *arena, void *args, struct sg_words *ret_words,
	bool *ret_help, struct sg_err *err)
{
	const char **words = sg_arena_calloc(arena, (size_t)argc + 1, sizeof(*words));
	struct sg_err later, *why = err;
	size_t count = 0;
	bool options = true;

	*ret_help = false;
	if (set_defaults(cmd, env, arena, args, why) < 0)
		why = &later;
	for (int i = 0; i < argc; i++) {
		if (!options || argv[i][0] != '-' || argv[i][1] == '\0') {
			words[count++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (why == err && is_help(argv[i])) {
			*ret_help = true;
			return 0;
		} else if (argv[i][1] != '-') {
			(void)unknown(cmd, "-", argv[i] + 1, arena, why);
			why = &later;
		} else if (parse_one(cmd, argc, argv, &i, arena, args, why) < 0) {
			why = &later;
		}
	}
	*ret_words = count ? (struct sg_words){.items = words, .count = count}
			   : words_of_env(cmd, env, arena);
	return why == err ? 0 : -1;
}

static const char *audit_row(const struct sg_cmd *cmd, const struct sg_opt *opt, size_t base)
{
	size_t seen_base;

	if (!opt->name)
		return "a set is shorter than its count";
	if (find(cmd, sg_str_of(opt->name), &seen_base) != opt || seen_base != base)
		return "an option name stands twice";
	if (!opt->help || !*opt->help)
		return "an option has no help";
	if ((opt->type == SG_OPT_FLAG) != !opt->arg)
		return "only flags have no value name";
	if (strlen(opt->name) > NAMES_MAX || sg_str_starts(sg_str_of(opt->name), "no-"))
		return "an option name is too long or starts with no-";
	if (opt->type == SG_OPT_CHOICE && (!opt->fallback || !is_choice(opt, opt->fallback)))
		return "a choice needs a fallback among its words";
	if (opt->type == SG_OPT_LIST && opt->fallback)
		return "a list has no fallback";
	return NULL;
}

const char *sg_opt_audit(const struct sg_cmd *cmd)
{
	for (size_t s = 0; s < cmd->set_count; s++) {
		for (size_t i = 0; i < cmd->sets[s].count; i++) {
			const char *bad = audit_row(cmd, &cmd->sets[s].opts[i], cmd->sets[s].base);

			if (bad)
				return bad;
		}
	}
	return cmd->summary && cmd->details && cmd->words && cmd->run ? NULL : "incomplete command";
}
