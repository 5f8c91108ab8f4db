#include "maker_impl.h"

#include <string.h>

unsigned maker_pick(struct maker *m, unsigned n)
{
	if (m->left == 0)
		return 0;
	m->left--;
	return *m->data++ % n;
}

bool maker_once_in(struct maker *m, unsigned n)
{
	return maker_pick(m, n) == n - 1;
}

const char *maker_tab(const struct maker *m)
{
	return m->tabs && !m->no_tab ? "\t" : " ";
}

void maker_add(struct maker *m, const char *text)
{
	sg_buf_adds(&m->out->text, text);
}

void maker_pad(struct maker *m, int columns)
{
	sg_buf_addf(&m->out->text, "%*s", columns, "");
}

static const char *const newlines[] = {
	"\n", "\n", "\r\n", "\r", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9", "\n"};

static void new_line(struct maker *m)
{
	maker_add(m, maker_once_in(m, 24) ? newlines[maker_pick(m, 8)] : m->newline);
}

void maker_line_end(struct maker *m)
{
	static const char *const ends[] = {"", "", "", " # c", " #\ttab", "   ",
		" # \xc3\xa4: {{ x }} 'it\"", "  #x: y", " #", " # {\"$x\": \"a:b\"}",
		"# behind a tab", ""};
	unsigned at = maker_pick(m, 12);

	if (at >= 10)
		maker_add(m, maker_tab(m));
	maker_add(m, ends[at]);
	new_line(m);
	m->behind_colon = false;
}

void maker_noise(struct maker *m, int indent)
{
	switch (maker_pick(m, 8)) {
	case 5:
		new_line(m);
		break;
	case 6:
		maker_pad(m, indent);
		maker_add(m, "# a: comment");
		new_line(m);
		break;
	case 7:
		maker_add(m, "#");
		new_line(m);
		maker_pad(m, indent + 3);
		maker_add(m, "#\t- x");
		new_line(m);
		new_line(m);
		break;
	default:
		break;
	}
}

void maker_record(struct maker *m, size_t start, char quote, enum maker_hope hope)
{
	struct maker_text *out = m->out;

	if (out->count == MAKER_SCALARS_MAX || m->path.len == 0 || m->path.overflow)
		return;
	out->scalars[out->count++] = (struct maker_scalar){
		sg_arena_dup(&out->arena, sg_buf_str(&m->path)), start, out->text.len, quote, hope};
}

void maker_record_mapping(struct maker *m, size_t start, int indent, enum maker_hope hope)
{
	struct maker_text *out = m->out;

	if (out->mapping_count == MAKER_MAPPINGS_MAX || m->path.overflow)
		return;
	out->mappings[out->mapping_count++] =
		(struct maker_mapping){sg_arena_dup(&out->arena, sg_buf_str(&m->path)), start,
			out->text.len, indent, hope};
}

struct maker_mark maker_here(const struct maker *m)
{
	return (struct maker_mark){m->out->count, m->out->mapping_count};
}

/* ---- anchors ---- */

unsigned maker_anchor_begin(struct maker *m)
{
	if (!maker_once_in(m, 10))
		return 0;
	m->names++;
	sg_buf_addf(&m->out->text, "&a%u", m->names);
	return m->names;
}

void maker_anchor_end(struct maker *m, unsigned id, struct maker_mark first, bool is_map)
{
	if (id == 0 || m->anchor_count == MAKER_ANCHORS_MAX)
		return;
	m->anchor_ids[m->anchor_count] = id;
	m->anchors[m->anchor_count++] = (struct maker_anchor){first, maker_here(m), is_map};
}

bool maker_alias(struct maker *m, bool map)
{
	size_t at = maker_pick(m, MAKER_ANCHORS_MAX);
	const struct maker_anchor *anchor = &m->anchors[at];

	if (at >= m->anchor_count || (map && !anchor->is_map))
		return false;
	for (size_t i = anchor->first.scalars; i < anchor->behind.scalars; i++)
		m->out->scalars[i].hope = MAKER_REFUSES;
	for (size_t i = anchor->first.mappings; i < anchor->behind.mappings; i++)
		m->out->mappings[i].hope = MAKER_REFUSES;
	sg_buf_addf(&m->out->text, "*a%u", m->anchor_ids[at]);
	return true;
}

/* ---- the path ---- */

size_t maker_step_key(struct maker *m, const char *key)
{
	size_t len = m->path.len;
	bool first = len == 0 || m->path.ptr[len - 1] == ':';

	sg_buf_adds(&m->path, first ? "\"" : ".\"");
	for (; *key; key++) {
		if (*key == '"' || *key == '\\')
			sg_buf_addc(&m->path, '\\');
		sg_buf_addc(&m->path, *key);
	}
	sg_buf_addc(&m->path, '"');
	return len;
}

size_t maker_step_index(struct maker *m, size_t index)
{
	size_t len = m->path.len;

	sg_buf_addf(&m->path, "[%zu]", index);
	return len;
}

void maker_step_back(struct maker *m, size_t len)
{
	sg_buf_splice(&m->path, len, m->path.len, SG_STR(""));
}

/* ---- the stream ---- */

static void between(struct maker *m, bool first)
{
	static const char *const heads[] = {
		"", "# head", "%YAML 1.1", "%TAG !e! tag:e.com,2000:", "---"};
	unsigned head = maker_pick(m, 5);
	bool directive = head == 2 || head == 3;

	if (!first && (directive || maker_once_in(m, 4))) {
		maker_add(m, "...");
		maker_line_end(m);
	}
	if (heads[head][0] && (first || directive)) {
		maker_add(m, heads[head]);
		maker_line_end(m);
	}
	if (!first || directive) {
		maker_add(m, "---");
		maker_line_end(m);
	}
	maker_noise(m, 0);
}

static void end(struct maker *m)
{
	struct sg_buf *text = &m->out->text;

	if (maker_once_in(m, 8)) {
		maker_add(m, "...");
		new_line(m);
	} else if (maker_once_in(m, 4) && text->len && text->ptr[text->len - 1] == '\n') {
		sg_buf_splice(text, text->len - 1, text->len, SG_STR(""));
		if (m->out->count && m->out->scalars[m->out->count - 1].end > text->len)
			m->out->scalars[m->out->count - 1].end = text->len;
		for (size_t i = 0; i < m->out->mapping_count; i++)
			if (m->out->mappings[i].end > text->len)
				m->out->mappings[i].end = text->len;
	}
}

void maker_make(const uint8_t *data, size_t size, struct maker_text *ret)
{
	struct maker m = {.out = ret, .data = data, .left = size};
	unsigned documents;

	sg_buf_init(&ret->text, MAKER_TEXT_MAX * 4);
	sg_buf_init(&m.path, 1024);
	m.newline = newlines[maker_pick(&m, 8)];
	m.tabs = maker_once_in(&m, 3);
	documents = maker_once_in(&m, 6) ? 1 + maker_pick(&m, 3) : 1;
	if (maker_once_in(&m, 10))
		maker_add(&m, "\xef\xbb\xbf");
	for (unsigned i = 0; i < documents; i++) {
		between(&m, i == 0);
		m.anchor_count = 0;
		if (documents > 1)
			sg_buf_addf(&m.path, "%u:", i);
		maker_root(&m);
		maker_step_back(&m, 0);
	}
	end(&m);
	sg_buf_release(&m.path);
}

void maker_release(struct maker_text *made)
{
	sg_buf_release(&made->text);
	sg_arena_release(&made->arena);
}
