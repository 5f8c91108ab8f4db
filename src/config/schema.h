/*
 * The shape of stagegate.yaml as one table: what is validated, what the JSON Schema says, and what
 * the documentation lists are the same rows.
 */
#ifndef SG_CONFIG_SCHEMA_H
#define SG_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum sg_config_type {
	SG_CONFIG_VERSION, /* the number 1 */
	SG_CONFIG_TEXT,    /* const char *, of a format */
	SG_CONFIG_BOOL,    /* bool */
	SG_CONFIG_COUNT,   /* int64_t, 1 to 100 */
	SG_CONFIG_TIME,    /* int64_t, milliseconds, more than none */
	SG_CONFIG_WORD,    /* an enum: the position in `words` */
	SG_CONFIG_TEXTS,   /* array of const char * and size_t; at least one where required */
	SG_CONFIG_IDS,     /* array of int64_t, each more than 0, and size_t */
	SG_CONFIG_MAP,     /* a struct of its own, embedded */
	SG_CONFIG_MAPS     /* array of structs and size_t; at least one */
};

/* X(NAME, what a text must be, pattern for the JSON Schema; "" where a pattern cannot say it) */
#define SG_CONFIG_FORMATS(X)                                                                       \
	X(LINE, "one line of text", "")                                                            \
	X(NAME, "a name of letters, digits, '.', '_' and '-', not starting with '.' or '-'",       \
		"^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$")                                              \
	X(SERVICE, "a name as in `apps/NAME`, or \"*\"",                                           \
		"^([A-Za-z0-9_][A-Za-z0-9._-]{0,99}|\\*)$")                                        \
	X(BRANCH, "the name of a Git branch", "^[^ ~^:?*\\[\\\\]{1,200}$")                         \
	X(TEMPLATE, "a text with {service}, {env} and {short} in it", "")                          \
	X(SUBJECT, "one line with {service}, {env}, {tag} and {from} in it", "")                   \
	X(DEPLOYED, "letters, digits, blanks and '-_./' with {service}, {env} and {short} in it",  \
		"^[A-Za-z0-9_.{}-]([A-Za-z0-9_./{} -]{0,150}[A-Za-z0-9_.{}-])?$")                  \
	X(LABEL, "a Kubernetes name: lower-case letters, digits and '-'",                          \
		"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")                                            \
	X(APPROVERS, "\"@user\" or \"@group/subgroup\"", "^@[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$")  \
	X(EXCLUDED, "requester or authors", "^(requester|authors)$")                               \
	X(USER, "\"@user\"", "^@[A-Za-z0-9_.-]+$")                                                 \
	X(ISSUE_LABEL, "the name of a label, one line without ','", "^[^,]+$")                     \
	X(PERSON, "a person's name without '<' and '>'", "^[^<>]+$")                               \
	X(EMAIL, "an e-mail address", "^[^<>@ ]+@[^<>@ ]+$")

enum sg_config_format {
#define SG_X(name, text, pattern) SG_FORMAT_##name,
	SG_CONFIG_FORMATS(SG_X)
#undef SG_X
};

#define SG_CONFIG_NOWHERE ((size_t)-1)

struct sg_config_key {
	const char *name;
	enum sg_config_type type;
	enum sg_config_format format;
	bool required;
	const char *only;     /* words of the map's `tag` key that this key belongs to; NULL: all */
	const char *words;    /* of WORD, each followed by a blank */
	const char *fallback; /* what holds when it is absent, for the documentation */
	const struct sg_config_map *map; /* of MAP and MAPS */
	size_t offset;                   /* into the struct of its map */
	size_t count_offset;             /* of TEXTS, IDS and MAPS */
	/* Of TEXT: a struct sg_policy_spot, of TEXTS: a pointer to one for each; 0: nobody asks. */
	size_t spot_offset;
	size_t given_offset; /* of BOOL: a bool, true when the key is there; 0: nobody asks */
	const char *doc;     /* one sentence */
};

struct sg_config_map {
	const char *name; /* "environment" */
	const char *doc;
	const struct sg_config_key *keys;
	size_t key_count;
	const char *tag; /* the WORD key that says which other keys belong; NULL: none */
	size_t size;     /* of its struct */
	size_t line_offset, column_offset; /* ints, or SG_CONFIG_NOWHERE */
};

/* The whole file; its struct is struct sg_policy. */
const struct sg_config_map *sg_config_schema(void);

/* What a text of this format is, for messages, and its pattern (may be empty). */
const char *sg_config_format_text(enum sg_config_format format);
const char *sg_config_format_pattern(enum sg_config_format format);

/* True when TEXT is of the format. */
bool sg_config_format_ok(enum sg_config_format format, struct sg_str text);

/* Position of TEXT in a blank-separated list, or -1. */
int sg_config_word(const char *words, const char *text);

#endif
