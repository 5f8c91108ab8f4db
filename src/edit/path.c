#include "edit/path.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"

#define MAX_STEPS 64
#define MAX_PATH_BYTES 1024
#define SELECT_ENDS "[]\""
#define KEY_ENDS ".[]\"|"
#define MAX_NESTED 4 /* texts in texts */
#define MAX_INDEX 1000000

struct scanner {
	struct sg_arena *arena;
	const char *text;
	size_t at;
	struct sg_edit_step *steps;
	size_t count;
};

static int bad(const struct scanner *s, size_t at, const char *what, struct sg_err *err)
{
	return sg_fail(
		err, SG_R_CONFIG_INVALID, "key \"%.200s\", column %zu: %s", s->text, at + 1, what);
}

static bool ends_word(char c, const char *also)
{
	return (unsigned char)c <= 0x20 || c == 0x7f || strchr(also, c);
}

static int take_quoted(struct scanner *s, const char **ret, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	size_t from = s->at++;

	sg_buf_init(&out, MAX_PATH_BYTES);
	for (; s->text[s->at] != '"'; s->at++) {
		if (s->text[s->at] == '\0')
			return bad(s, from, "the quote is not closed", err);
		if (s->text[s->at] == '\\') {
			s->at++;
			if (s->text[s->at] != '"' && s->text[s->at] != '\\')
				return bad(s, s->at, "only \\\" and \\\\ are escapes", err);
		}
		sg_buf_addc(&out, s->text[s->at]);
	}
	s->at++;
	*ret = sg_arena_dup(s->arena, sg_buf_str(&out));
	return 0;
}

/* A quoted name, or the bytes up to one of ENDS. */
static int take_name(struct scanner *s, const char *ends, const char **ret, struct sg_err *err)
{
	size_t from = s->at;

	if (s->text[s->at] == '"')
		return take_quoted(s, ret, err);
	while (!ends_word(s->text[s->at], ends))
		s->at++;
	if (s->at == from)
		return bad(s, from, "a name is expected", err);
	*ret = sg_arena_dup(s->arena, (struct sg_str){s->text + from, s->at - from});
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int take_index(struct scanner *s, size_t *ret, struct sg_err *err)
{
	size_t from = s->at;
	uint64_t index;

	while (is_digit(s->text[s->at]))
		s->at++;
	if (!sg_num_u64((struct sg_str){s->text + from, s->at - from}, &index) || index > MAX_INDEX)
		return bad(s, from, "the index is too large", err);
	*ret = (size_t)index;
	return 0;
}

/* How many bytes at the front of TEXT look like "1:" without the colon; 0: it is no such thing. */
static size_t number_ahead(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return text[len] == ':' ? len : 0;
}

/* The same for "Deployment/" of "Deployment/web:": a kind begins with a capital letter. */
static size_t kind_ahead(const char *text)
{
	size_t len = 0, end;

	if (*text < 'A' || *text > 'Z')
		return 0;
	while (is_letter(text[len]) || is_digit(text[len]))
		len++;
	if (text[len] != '/')
		return 0;
	if (text[len + 1] == '"')
		return len;
	end = len + 1 + strcspn(text + len + 1, ":[]\"");
	return text[end] == ':' ? len : 0;
}

static int take_document(struct scanner *s, struct sg_edit_document *ret, struct sg_err *err)
{
	size_t kind = kind_ahead(s->text);

	if (number_ahead(s->text)) {
		ret->kind = SG_DOCUMENT_INDEX;
		if (take_index(s, &ret->index, err) < 0)
			return -1;
	} else if (kind) {
		ret->kind = SG_DOCUMENT_NAMED;
		ret->resource = sg_arena_dup(s->arena, (struct sg_str){s->text, kind});
		s->at = kind + 1;
		if (take_name(s, ":[]\"", &ret->name, err) < 0)
			return -1;
	} else {
		return 0;
	}
	if (s->text[s->at] != ':')
		return bad(s, s->at, "\":\" is expected behind the document", err);
	s->at++;
	return 0;
}

static int take_bracket(struct scanner *s, struct sg_edit_step *step, struct sg_err *err)
{
	size_t open = s->at++;
	char first = s->text[s->at];

	if (is_digit(first)) {
		step->kind = SG_STEP_INDEX;
		if (take_index(s, &step->index, err) < 0)
			return -1;
	} else {
		if (take_name(s, "=[]\"", &step->name, err) < 0)
			return -1;
		step->kind = first == '"' ? SG_STEP_KEY : SG_STEP_SELECT;
		if (s->text[s->at] == '=') {
			step->kind = SG_STEP_SELECT;
			s->at++;
			if (take_name(s, SELECT_ENDS, &step->value, err) < 0)
				return -1;
		}
		if (step->kind == SG_STEP_SELECT && !step->value)
			return bad(s, s->at, "an index, key=value or \"key\" is expected", err);
	}
	if (s->text[s->at] != ']')
		return bad(s, s->text[s->at] ? s->at : open, "the bracket is not closed here", err);
	s->at++;
	return 0;
}

static int take_step(struct scanner *s, struct sg_edit_step *step, struct sg_err *err)
{
	if (s->text[s->at] == '[')
		return take_bracket(s, step, err);
	if (s->count > 0) {
		if (s->text[s->at] != '.')
			return bad(s, s->at, "\".\" or \"[\" is expected", err);
		s->at++;
	}
	step->kind = SG_STEP_KEY;
	return take_name(s, KEY_ENDS, &step->name, err);
}

static int take_steps(struct scanner *s, struct sg_err *err)
{
	do {
		struct sg_edit_step step = {0};

		if (s->count == MAX_STEPS)
			return bad(s, s->at, "deeper than 64 steps", err);
		if (take_step(s, &step, err) < 0)
			return -1;
		step.end = s->at;
		*(struct sg_edit_step *)sg_arena_push(
			s->arena, &s->steps, &s->count, sizeof(step)) = step;
	} while (s->text[s->at] && s->text[s->at] != '|');
	return 0;
}

static int parse(struct sg_arena *arena, const char *text, int nested, struct sg_edit_path *ret,
	struct sg_err *err)
{
	struct scanner s = {.arena = arena, .text = text};
	struct sg_edit_path path = {.text = text};
	struct sg_edit_path *inner;

	if (take_document(&s, &path.document, err) < 0 || take_steps(&s, err) < 0)
		return -1;
	path.steps = s.steps;
	path.count = s.count;
	if (text[s.at]) {
		if (nested == MAX_NESTED)
			return bad(&s, s.at, "more than 4 texts inside of each other", err);
		inner = sg_arena_alloc(arena, sizeof(*inner));
		if (parse(arena, text + s.at + 1, nested + 1, inner, err) < 0)
			return -1;
		path.inner = inner;
	}
	*ret = path;
	return 0;
}

int sg_edit_path_parse(
	struct sg_arena *arena, const char *text, struct sg_edit_path *ret, struct sg_err *err)
{
	const struct scanner s = {.text = text};

	if (strlen(text) > MAX_PATH_BYTES)
		return bad(&s, 0, "longer than 1024 bytes", err);
	return parse(arena, text, 0, ret, err);
}

const char *sg_edit_path_before(
	struct sg_arena *arena, const struct sg_edit_path *path, size_t step)
{
	size_t end = step ? path->steps[step - 1].end : 0;

	return sg_arena_dup(arena, sg_str_sub(sg_str_of(path->text), 0, end));
}

static void put_quoted(struct sg_str text, struct sg_buf *out)
{
	sg_buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			sg_buf_addc(out, '\\');
		sg_buf_addc(out, text.ptr[i]);
	}
	sg_buf_addc(out, '"');
}

/* Quoted unless a name goes up to one of ENDS. */
static void put_name(struct sg_str text, const char *ends, struct sg_buf *out)
{
	bool bare = text.len > 0;

	for (size_t i = 0; i < text.len; i++)
		bare = bare && !ends_word(text.ptr[i], ends);
	if (bare)
		sg_buf_addstr(out, text);
	else
		put_quoted(text, out);
}

void sg_edit_path_put_value(struct sg_str value, struct sg_buf *out)
{
	put_name(value, SELECT_ENDS, out);
}

void sg_edit_path_put_key(struct sg_str key, struct sg_buf *out)
{
	put_name(key, KEY_ENDS ":=", out);
}

const char *sg_edit_path_value(struct sg_arena *arena, const char *value)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};

	sg_buf_init(&out, 2 * strlen(value) + 2);
	sg_edit_path_put_value(sg_str_of(value), &out);
	return sg_arena_dup(arena, sg_buf_str(&out));
}

bool sg_edit_path_split(struct sg_str text, struct sg_str *ret_path, struct sg_str *ret_value)
{
	bool in_quotes = false, in_brackets = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (in_quotes && c == '\\') {
			i++;
		} else if (c == '"') {
			in_quotes = !in_quotes;
		} else if (!in_quotes && (c == '[' || c == ']')) {
			in_brackets = c == '[';
		} else if (c == '=' && !in_quotes && !in_brackets) {
			*ret_path = sg_str_sub(text, 0, i);
			*ret_value = sg_str_sub(text, i + 1, text.len);
			return i > 0;
		}
	}
	return false;
}
