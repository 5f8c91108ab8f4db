/*
 * The option table: one row feeds argv, the environment, --help, the man page, the README and the
 * completion. An option `--gitops-ref` reads STAGEGATE_GITOPS_REF (never one that a
 * dotenv report sets: later jobs inherit those); argv wins over the environment,
 * the environment over the row's fallback. No option takes a secret: those have variables and
 * files.
 */
#ifndef SG_CMD_OPT_H
#define SG_CMD_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "io/env.h"

enum sg_opt_type {
	SG_OPT_FLAG,     /* bool */
	SG_OPT_STRING,   /* const char * */
	SG_OPT_LIST,     /* struct sg_opt_list: may be given several times */
	SG_OPT_DURATION, /* int64_t, milliseconds */
	SG_OPT_NUMBER,   /* int64_t, up to SG_OPT_NUMBER_MAX */
	SG_OPT_CHOICE    /* const char *, one of `choices` */
};

#define SG_OPT_NUMBER_MAX 10000

/* The values of an option that may be given several times, in their order. In the variable each is
 * a line of its own. */
struct sg_opt_list {
	const char **items;
	size_t count;
	bool from_argv; /* one in argv takes the place of all of the variable */
};

struct sg_opt {
	const char *name; /* long name without the dashes */
	const char *arg;  /* what stands for the value in --help; NULL for flags */
	enum sg_opt_type type;
	size_t offset;        /* into the struct of the set */
	const char *fallback; /* written as in argv; NULL: zero */
	const char *choices;  /* blank-separated, for CHOICE */
	bool never_zero;      /* of a DURATION: something is done that often */
	const char *variable; /* what its variable is called after; NULL: the name */
	const char *help;
};

/* Rows whose field has another type than the row says do not compile. */
#define SG_OPT_CHECK(type_, struct_, field)                                                        \
	(offsetof(struct_, field) + 0 * sizeof(&((struct_ *)0)->field == (type_ *)0))
#define SG_FLAG(struct_, field, name_, help_)                                                      \
	{                                                                                          \
		.name = name_, .type = SG_OPT_FLAG, .offset = SG_OPT_CHECK(bool, struct_, field),  \
		.help = help_                                                                      \
	}
#define SG_STRING(struct_, field, name_, arg_, help_)                                              \
	{                                                                                          \
		.name = name_, .arg = arg_, .type = SG_OPT_STRING,                                 \
		.offset = SG_OPT_CHECK(const char *, struct_, field), .help = help_                \
	}
#define SG_LIST(struct_, field, name_, arg_, help_)                                                \
	{                                                                                          \
		.name = name_, .arg = arg_, .type = SG_OPT_LIST,                                   \
		.offset = SG_OPT_CHECK(struct sg_opt_list, struct_, field), .help = help_          \
	}
#define SG_DURATION(struct_, field, name_, fallback_, help_)                                       \
	{                                                                                          \
		.name = name_, .arg = "TIME", .type = SG_OPT_DURATION,                             \
		.offset = SG_OPT_CHECK(int64_t, struct_, field), .fallback = fallback_,            \
		.help = help_                                                                      \
	}
/* How often something is done: never without a rest between. */
#define SG_PERIOD(struct_, field, name_, fallback_, help_)                                         \
	{                                                                                          \
		.name = name_, .arg = "TIME", .type = SG_OPT_DURATION,                             \
		.offset = SG_OPT_CHECK(int64_t, struct_, field), .fallback = fallback_,            \
		.never_zero = true, .help = help_                                                  \
	}
#define SG_NUMBER(struct_, field, name_, arg_, fallback_, help_)                                   \
	{                                                                                          \
		.name = name_, .arg = arg_, .type = SG_OPT_NUMBER,                                 \
		.offset = SG_OPT_CHECK(int64_t, struct_, field), .fallback = fallback_,            \
		.help = help_                                                                      \
	}
#define SG_CHOICE(struct_, field, name_, fallback_, choices_, help_)                               \
	{                                                                                          \
		.name = name_, .arg = choices_, .type = SG_OPT_CHOICE,                             \
		.offset = SG_OPT_CHECK(const char *, struct_, field), .fallback = fallback_,       \
		.choices = choices_, .help = help_                                                 \
	}

/* Options that belong together, and where their struct lies inside the command's arguments. */
struct sg_opt_set {
	const char *title; /* for --help and the README */
	const struct sg_opt *opts;
	size_t count;
	size_t base;
};

/* What is left of argv when the options are gone. */
struct sg_words {
	const char *const *items;
	size_t count;
	/* Of each item "FILE:LINE:COLUMN", or NULL for one of argv; NULL: all are of argv. */
	const char *const *places;
};

struct sg_cmd; /* cmd/table.h */

/*
 * Fills ARGS (zeroed, of the command's size) from fallbacks, environment and argv, in this order of
 * strength. `--` ends the options; `--name=value` and `--name value` are the same; a flag takes
 * `--name`, `--no-name`, and true/false/1/0 from the environment; a list adds up in argv. `--help`
 * sets *ret_help and stops. Without words in argv those of cmd->words_env count. Strings live in
 * ARENA, argv or the environment. USAGE with the nearest name otherwise; what stands behind the
 * first error is read all the same, for how it is to be shown.
 */
int sg_opt_parse(const struct sg_cmd *cmd, const struct sg_env *env, int argc,
	const char *const *argv, struct sg_arena *arena, void *args, struct sg_words *ret_words,
	bool *ret_help, struct sg_err *err) SG_MUST_CHECK;

/* "STAGEGATE_GITOPS_REF" for "gitops-ref". */
void sg_opt_env_name(const struct sg_opt *opt, char *out, size_t size);

/* The first contradiction in a command's table (duplicate name, help missing, ...) or NULL. */
const char *sg_opt_audit(const struct sg_cmd *cmd);

#endif
