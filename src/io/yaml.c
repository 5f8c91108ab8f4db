#include "io/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "io/yaml_impl.h"

/* libyaml compares each %TAG directive of a document with all before it. */
#define MAX_TAG_DIRECTIVES 64

/* With its prefix, which a directive may make long once and every node may use. */
#define MAX_TAG_BYTES 1024

bool sg_yaml_is_start(enum sg_yaml_kind kind)
{
	return kind == SG_YAML_SEQ_START || kind == SG_YAML_MAP_START;
}

bool sg_yaml_is_end(enum sg_yaml_kind kind)
{
	return kind == SG_YAML_SEQ_END || kind == SG_YAML_MAP_END;
}

bool sg_yaml_is_block_scalar(enum sg_yaml_style style)
{
	return style == SG_YAML_LITERAL || style == SG_YAML_FOLDED;
}

struct reader {
	const char *name;
	struct sg_str text;   /* behind the byte order mark */
	size_t skipped_bytes; /* length of the byte order mark */
	size_t at_char, at_byte;
	int depth;
	yaml_parser_t parser;
};

static void reader_release(struct reader *r)
{
	sg_yaml_end(&r->parser);
}

static bool is_trailing_byte(char c)
{
	return ((unsigned char)c & 0xc0u) == 0x80u;
}

/* libyaml counts characters. Events come in order, so walking from the last place is linear. */
static size_t byte_at(struct reader *r, size_t index)
{
	while (r->at_char < index && r->at_byte < r->text.len) {
		r->at_byte++;
		while (r->at_byte < r->text.len && is_trailing_byte(r->text.ptr[r->at_byte]))
			r->at_byte++;
		r->at_char++;
	}
	while (r->at_char > index) {
		r->at_byte--;
		while (r->at_byte > 0 && is_trailing_byte(r->text.ptr[r->at_byte]))
			r->at_byte--;
		r->at_char--;
	}
	return r->skipped_bytes + r->at_byte;
}

static int line_of(yaml_mark_t mark)
{
	return (int)mark.line + 1;
}

static int column_of(yaml_mark_t mark)
{
	return (int)mark.column + 1;
}

static const char *chars(const yaml_char_t *text)
{
	return (const char *)text;
}

static enum sg_yaml_style scalar_style(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_PLAIN_SCALAR_STYLE:
		return SG_YAML_PLAIN;
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return SG_YAML_SINGLE_QUOTED;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return SG_YAML_DOUBLE_QUOTED;
	case YAML_LITERAL_SCALAR_STYLE:
		return SG_YAML_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return SG_YAML_FOLDED;
	case YAML_ANY_SCALAR_STYLE:
		break;
	}
	return SG_YAML_NONE;
}

static void take_scalar(const yaml_event_t *in, struct sg_yaml_event *out)
{
	out->kind = SG_YAML_SCALAR;
	out->style = scalar_style(in->data.scalar.style);
	out->implicit = in->data.scalar.plain_implicit || in->data.scalar.quoted_implicit;
	out->value = (struct sg_str){chars(in->data.scalar.value), in->data.scalar.length};
	out->anchor = chars(in->data.scalar.anchor);
	out->tag = chars(in->data.scalar.tag);
}

static void take_seq(const yaml_event_t *in, struct sg_yaml_event *out)
{
	bool flow = in->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;

	out->kind = SG_YAML_SEQ_START;
	out->style = flow ? SG_YAML_FLOW : SG_YAML_BLOCK;
	out->implicit = in->data.sequence_start.implicit != 0;
	out->anchor = chars(in->data.sequence_start.anchor);
	out->tag = chars(in->data.sequence_start.tag);
}

static void take_map(const yaml_event_t *in, struct sg_yaml_event *out)
{
	bool flow = in->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;

	out->kind = SG_YAML_MAP_START;
	out->style = flow ? SG_YAML_FLOW : SG_YAML_BLOCK;
	out->implicit = in->data.mapping_start.implicit != 0;
	out->anchor = chars(in->data.mapping_start.anchor);
	out->tag = chars(in->data.mapping_start.tag);
}

static void take_content(const yaml_event_t *in, struct sg_yaml_event *out)
{
	switch (in->type) {
	case YAML_STREAM_START_EVENT:
		out->kind = SG_YAML_STREAM_START;
		break;
	case YAML_NO_EVENT: /* only behind the end of the stream, which is not asked for */
	case YAML_STREAM_END_EVENT:
		out->kind = SG_YAML_STREAM_END;
		break;
	case YAML_DOCUMENT_START_EVENT:
		out->kind = SG_YAML_DOC_START;
		out->implicit = in->data.document_start.implicit != 0;
		break;
	case YAML_DOCUMENT_END_EVENT:
		out->kind = SG_YAML_DOC_END;
		out->implicit = in->data.document_end.implicit != 0;
		break;
	case YAML_ALIAS_EVENT:
		out->kind = SG_YAML_ALIAS;
		out->value = sg_str_of(chars(in->data.alias.anchor));
		break;
	case YAML_SCALAR_EVENT:
		take_scalar(in, out);
		break;
	case YAML_SEQUENCE_START_EVENT:
		take_seq(in, out);
		break;
	case YAML_SEQUENCE_END_EVENT:
		out->kind = SG_YAML_SEQ_END;
		break;
	case YAML_MAPPING_START_EVENT:
		take_map(in, out);
		break;
	case YAML_MAPPING_END_EVENT:
		out->kind = SG_YAML_MAP_END;
		break;
	}
}

static void take_event(struct reader *r, const yaml_event_t *in, struct sg_yaml_event *out)
{
	*out = (struct sg_yaml_event){.kind = SG_YAML_STREAM_END, .style = SG_YAML_NONE};
	take_content(in, out);
	out->start = byte_at(r, in->start_mark.index);
	out->end = byte_at(r, in->end_mark.index);
	out->line = line_of(in->start_mark);
	out->column = column_of(in->start_mark);
	out->end_line = line_of(in->end_mark);
}

size_t sg_yaml_line_end(struct sg_str text)
{
	if (sg_str_starts(text, "\r\n") || sg_str_starts(text, "\xc2\x85"))
		return 2;
	if (sg_str_starts(text, "\xe2\x80\xa8") || sg_str_starts(text, "\xe2\x80\xa9"))
		return 3;
	return sg_str_starts(text, "\n") || sg_str_starts(text, "\r");
}

/* The reader's errors carry a byte offset only. */
static int encoding_error(const struct reader *r, struct sg_err *err)
{
	struct sg_str before = sg_str_sub(r->text, 0, r->parser.problem_offset);
	int line = 1, column = 1;

	for (size_t i = 0, len; i < before.len; i += len ? len : 1) {
		len = sg_yaml_line_end(sg_str_sub(before, i, before.len));
		if (len) {
			line++;
			column = 1;
		} else if (!is_trailing_byte(before.ptr[i])) {
			column++;
		}
	}
	(void)sg_fail(
		err, SG_R_YAML_INVALID, "%s:%d:%d: %s", r->name, line, column, r->parser.problem);
	return sg_hint(err, "the file must be UTF-8 text without control characters");
}

/* What people mean by that: the byte where it goes wrong, and the one before. */
static const char *syntax_hint(const struct reader *r, size_t at)
{
	bool starts_nothing = strstr(r->parser.problem, "cannot start any token") != NULL;
	char here = '\0', before = '\0';

	if (at < r->text.len)
		here = r->text.ptr[at];
	if (at > 0 && at <= r->text.len)
		before = r->text.ptr[at - 1];
	if (here == '\t')
		return "a tab stands there; YAML is indented by blanks";
	if (starts_nothing)
		return "a text that begins with this character is written in quotes";
	if (before == '*' || before == '&')
		return "a text that begins with * or & is written in quotes";
	if (before == '}')
		return "a text that begins with { is written in quotes";
	return NULL;
}

static int syntax_error(struct reader *r, struct sg_err *err)
{
	const yaml_parser_t *p = &r->parser;
	const char *hint;

	if (p->context)
		(void)sg_fail(err, SG_R_YAML_INVALID, "%s:%d:%d: %s (%s, from line %d)", r->name,
			line_of(p->problem_mark), column_of(p->problem_mark), p->problem,
			p->context, line_of(p->context_mark));
	else
		(void)sg_fail(err, SG_R_YAML_INVALID, "%s:%d:%d: %s", r->name,
			line_of(p->problem_mark), column_of(p->problem_mark), p->problem);
	hint = syntax_hint(r, byte_at(r, p->problem_mark.index) - r->skipped_bytes);
	return hint ? sg_hint(err, "%s", hint) : -1;
}

static int parser_error(struct reader *r, struct sg_err *err)
{
	switch (r->parser.error) {
	case YAML_MEMORY_ERROR:
		sg_die("out of memory", __FILE__, __LINE__, "libyaml");
	case YAML_READER_ERROR:
		return encoding_error(r, err);
	case YAML_SCANNER_ERROR:
	case YAML_PARSER_ERROR:
		return syntax_error(r, err);
	case YAML_NO_ERROR:
	case YAML_COMPOSER_ERROR:
	case YAML_WRITER_ERROR:
	case YAML_EMITTER_ERROR:
		break;
	}
	SG_BUG("libyaml failed without an error");
}

/*
 * Depth is counted here and not left to libyaml, which is quadratic in flow nesting (security.md
 * 0, 7).
 */
static int check_caps(struct reader *r, const struct sg_yaml_event *event, struct sg_err *err)
{
	r->depth += sg_yaml_is_start(event->kind);
	r->depth -= sg_yaml_is_end(event->kind);
	if (r->depth > SG_YAML_MAX_DEPTH)
		return sg_fail(err, SG_R_TOO_LARGE, "%s:%d:%d: nested deeper than %d levels",
			r->name, event->line, event->column, SG_YAML_MAX_DEPTH);
	if (event->tag && strlen(event->tag) > MAX_TAG_BYTES)
		return sg_fail(err, SG_R_TOO_LARGE, "%s:%d:%d: a tag of more than %d bytes",
			r->name, event->line, event->column, MAX_TAG_BYTES);
	return 0;
}

static int read_events(struct reader *r,
	int (*each)(void *arg, const struct sg_yaml_event *event, struct sg_err *err), void *arg,
	struct sg_err *err)
{
	enum sg_yaml_kind last;

	do {
		SG_AUTO(yaml_event_delete) yaml_event_t raw = {0};
		struct sg_yaml_event event;

		if (!yaml_parser_parse(&r->parser, &raw))
			return parser_error(r, err);
		take_event(r, &raw, &event);
		if (check_caps(r, &event, err) < 0 || each(arg, &event, err) < 0)
			return -1;
		last = event.kind;
	} while (last != SG_YAML_STREAM_END);
	return 0;
}

static bool is_wide_text(struct sg_str text)
{
	if (sg_str_starts(text, "\xff\xfe") || sg_str_starts(text, "\xfe\xff"))
		return true;
	return sg_str_find(sg_str_sub(text, 0, 4), '\0') >= 0;
}

/* The last byte of what libyaml takes for a line break or for a byte order mark. */
static bool may_end_line(char c)
{
	return strchr("\n\r\x85\xa8\xa9\xbf", c) != NULL && c != '\0';
}

static bool too_many_directives(struct sg_str text)
{
	size_t count = 0;

	for (size_t at = 0; at < text.len; at++) {
		const char *hit = memchr(text.ptr + at, '%', text.len - at);

		if (!hit)
			break;
		at = (size_t)(hit - text.ptr);
		if (sg_str_starts(sg_str_sub(text, at, text.len), "%TAG") &&
			(at == 0 || may_end_line(text.ptr[at - 1])))
			count++;
	}
	return count > MAX_TAG_DIRECTIVES;
}

static int check_text(const char *name, struct sg_str text, struct sg_err *err)
{
	if (text.len > SG_YAML_EDIT_MAX_BYTES)
		return sg_fail(err, SG_R_TOO_LARGE, "%s: %zu bytes, more than the %d that are read",
			name, text.len, SG_YAML_EDIT_MAX_BYTES);
	if (is_wide_text(text)) {
		(void)sg_fail(err, SG_R_YAML_INVALID,
			"%s:1:1: no UTF-8 text (UTF-16, UTF-32 or binary)", name);
		return sg_hint(err, "save the file as UTF-8");
	}
	if (too_many_directives(text))
		return sg_fail(err, SG_R_TOO_LARGE, "%s: more than %d %%TAG directives", name,
			MAX_TAG_DIRECTIVES);
	return 0;
}

int sg_yaml_each(const char *name, struct sg_str text,
	int (*each)(void *arg, const struct sg_yaml_event *event, struct sg_err *err), void *arg,
	struct sg_err *err)
{
	SG_AUTO(reader_release) struct reader r = {.name = name};
	struct sg_yaml_input input;

	if (check_text(name, text, err) < 0)
		return -1;
	if (sg_str_starts(text, "\xef\xbb\xbf"))
		r.skipped_bytes = 3;
	r.text = sg_str_sub(text, r.skipped_bytes, text.len);
	sg_yaml_begin(&r.parser, &input);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&r.parser, (const unsigned char *)(r.text.ptr ? r.text.ptr : ""), r.text.len);
	return read_events(&r, each, arg, err);
}
