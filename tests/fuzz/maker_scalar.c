#include "maker_impl.h"

#include <string.h>

static const char *const plain[] = {"v1", "1.4.2", "1.10", "20240101", "yes", "~", "null", "0x1f",
	"1e3", "12:30:45", "1_000", "2024-01-01", "abc1234", "release-7_x.y", "a#b", "a b",
	"r.io/a/b", "\xc3\xa4\xe2\x82\xac", "-1", ".5", "v\xf0\x9f\x98\x80", "<x>=%"};
/* Not inside [] and {}. */
static const char *const block_plain[] = {
	"r.io:5000/a/b:v1", "http://x/y?a=[b]", "a, b", "x{y}", "x}}"};
static const char *const quoted[] = {"v1", "", "it''s", "a: b", "#x", " x ", "{{ x }}", "- y", "\t",
	"a,[b]{c}", "1.10", "%d", "\xc3\xa4 \xf0\x9f\x98\x80"};
static const char *const escaped[] = {"v1", "", "\\x41\\u00e9\\U0001F600", "a\\tb\\\\\\\"",
	"\\n\\r\\0", "it's", "a: b # c", "\\N\\_\\L\\P", "\\/", "\xc3\xa4", "{{ x }}", "[]{},"};

#define ONE_OF(m, table) (table)[maker_pick(m, sizeof(table) / sizeof((table)[0]))]

static const char *const tags[] = {"", "!!str", "!<tag:yaml.org,2002:str>", "!own", "!!int", "!"};

/* Anchor and tag in either order, each with the blank behind it; returns the anchor's id. */
static unsigned properties(struct maker *m, enum maker_hope *hope)
{
	const char *tag = maker_once_in(m, 8) ? ONE_OF(m, tags) : "";
	bool tag_first = maker_once_in(m, 2);
	unsigned id;

	*hope = *tag && !strstr(tag, "str") ? MAKER_REFUSES : MAKER_EDITS;
	if (*tag && tag_first) {
		maker_add(m, tag);
		maker_add(m, maker_once_in(m, 4) ? maker_tab(m) : " ");
	}
	id = maker_anchor_begin(m);
	if (id)
		maker_add(m, maker_once_in(m, 4) ? "  " : " ");
	if (*tag && !tag_first) {
		maker_add(m, tag);
		maker_add(m, " ");
	}
	return id;
}

void maker_scalar(struct maker *m, bool flow)
{
	enum maker_hope hope;
	struct maker_mark first = maker_here(m);
	unsigned id = properties(m, &hope);
	char quote = "\0\0\0'\"\""[maker_pick(m, 6)];
	size_t start;

	start = m->out->text.len;
	if (quote == '\'')
		sg_buf_addf(&m->out->text, "'%s'", ONE_OF(m, quoted));
	else if (quote == '"')
		sg_buf_addf(&m->out->text, "\"%s\"", ONE_OF(m, escaped));
	else if (!flow && maker_once_in(m, 6))
		maker_add(m, ONE_OF(m, block_plain));
	else
		maker_add(m, ONE_OF(m, plain));
	maker_record(m, start, quote, hope);
	maker_anchor_end(m, id, first, false);
}

static void more_lines(struct maker *m, int indent, const char *before, const char *behind)
{
	static const char *const lines[] = {"v1", "a: b", "- x", "it is", "v2"};
	unsigned count = 1 + maker_pick(m, 3);

	maker_add(m, before);
	for (unsigned i = 0; i < count; i++) {
		maker_add(m, m->newline);
		if (i > 0 && maker_once_in(m, 4))
			maker_add(m, m->newline);
		maker_pad(m, indent);
		maker_add(
			m, *before == '|' || *before == '>' || *behind ? ONE_OF(m, lines) : "word");
	}
	maker_add(m, behind);
	maker_add(m, m->newline);
}

void maker_long_scalar(struct maker *m, int indent)
{
	static const char *const headers[] = {"|", ">", "|-", ">-", "|+", ">+", "| # c", ">-\t# c"};
	int inner = indent + 1 + (int)maker_pick(m, 4);
	size_t start = m->out->text.len;

	switch (maker_pick(m, 5)) {
	case 0:
	case 1:
		more_lines(m, inner, ONE_OF(m, headers), "");
		break;
	case 2:
		more_lines(m, inner, "v1", "");
		break;
	case 3:
		more_lines(m, inner, "'v1", "'");
		break;
	default:
		more_lines(m, inner, "\"v1", "\"");
		break;
	}
	maker_record(m, start, 0, MAKER_EITHER);
	m->long_end = true;
	m->behind_colon = false;
}

/* How a key is written and what it says: around a number that makes it the only one. */
static const struct {
	const char *open, *close, *text, *text_close;
	bool block_only;
} keys[] = {
	{"k", "", "k", "", false},
	{"\"k", "\"", "k", "", false},
	{"'k", "'", "k", "", false},
	{"image", "", "image", "", false},
	{"k ", "", "k ", "", false},
	{"\"k.", "\"", "k.", "", false},
	{"\"k\\\"", "\\\\\"", "k\"", "\\", false},
	{"'it''s [", "]'", "it's [", "]", false},
	{"k/", ":x", "k/", ":x", true},
	{"\xc3\xa4", "", "\xc3\xa4", "", false},
	{"\"\\u00e9", "\"", "\xc3\xa9", "", false},
	{"", "", "", "", false},
	{"\"#", "\"", "#", "", false},
	{"!!str k", "", "k", "", false},
	{"\"a: ", "\"", "a: ", "", false},
	{"-", "", "-", "", false},
	{"\xf0\x9f\x98\x80", "", "\xf0\x9f\x98\x80", "", false},
};

const char *maker_key(struct maker *m, bool flow)
{
	unsigned at = maker_pick(m, sizeof(keys) / sizeof(keys[0]));

	if (flow && keys[at].block_only)
		at = 0;
	m->keys++;
	sg_buf_addf(&m->out->text, "%s%u%s", keys[at].open, m->keys, keys[at].close);
	return sg_arena_printf(
		&m->out->arena, "%s%u%s", keys[at].text, m->keys, keys[at].text_close);
}
