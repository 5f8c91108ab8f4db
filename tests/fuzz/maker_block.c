#include <string.h>

#include "maker_impl.h"

static void value(struct maker *m, int indent, bool compact);

static bool is_full(const struct maker *m)
{
	return m->left == 0 || m->depth >= MAKER_DEPTH_MAX || m->out->text.len > MAKER_TEXT_MAX;
}

/* ---- [] and {} ---- */

static void gap(struct maker *m, int indent)
{
	switch (maker_pick(m, 8)) {
	case 5:
		maker_add(m, m->newline);
		maker_pad(m, indent + 2);
		break;
	case 6:
		maker_add(m, " # c");
		maker_add(m, m->newline);
		maker_pad(m, indent + 1);
		break;
	case 7:
		maker_add(m, maker_tab(m));
		break;
	default:
		maker_add(m, " ");
		break;
	}
}

/* IN_MAP: no line ends behind it but for a comma. False: its value is nothing. */
static bool flow_pair(struct maker *m, int indent, bool in_map)
{
	size_t len, at;
	bool nothing;

	if (m->depth < MAKER_DEPTH_MAX && maker_once_in(m, 16)) { /* no path goes there */
		maker_add(m, "[x, y]: z");
		return true;
	}
	len = maker_step_key(m, maker_key(m, true));
	maker_add(m, maker_once_in(m, 5) ? " : " : ": ");
	at = m->out->text.len;
	nothing = in_map && maker_once_in(m, 10);
	if (nothing)
		maker_record(m, at, 0, MAKER_EDITS); /* "," or "}" comes */
	else if (!maker_once_in(m, 10) || !maker_alias(m, false))
		maker_flow(m, indent);
	maker_step_back(m, len);
	return !nothing;
}

static void flow_map(struct maker *m, int indent)
{
	unsigned count = maker_pick(m, 4);
	size_t start = m->out->text.len;
	bool full = true;

	maker_add(m, "{");
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			maker_add(m, ",");
		gap(m, indent);
		full = flow_pair(m, indent, true);
	}
	maker_add(m, " ");
	maker_record_mapping(m, start, -1, full ? MAKER_EDITS : MAKER_EITHER);
	maker_add(m, "}");
}

static void flow_list(struct maker *m, int indent)
{
	unsigned count = maker_pick(m, 4);

	maker_add(m, "[");
	for (unsigned i = 0; i < count; i++) {
		size_t len = maker_step_index(m, i);

		if (i > 0)
			maker_add(m, ",");
		gap(m, indent);
		if (maker_once_in(m, 8))
			(void)flow_pair(m, indent, false);
		else
			maker_flow(m, indent);
		maker_step_back(m, len);
	}
	gap(m, indent);
	maker_add(m, "]");
}

/* WHOLE: it is all of the document, where every text has quotes. */
static void json(struct maker *m, bool whole)
{
	static const char *const frames[] = {
		"\"v1\"", "1.10", "null", "true", "\"\\u00e4\\n\"", "-1e3", "\"\""};
	size_t len, inner, start;

	m->keys++;
	sg_buf_addf(&m->out->text, "{\"a\":[%u,{\"b\":", m->keys);
	len = maker_step_key(m, "a");
	(void)maker_step_index(m, 1);
	inner = maker_step_key(m, "b");
	start = m->out->text.len;
	maker_add(m, frames[maker_pick(m, 7)]);
	maker_record(m, start, whole || m->out->text.ptr[start] == '"' ? '"' : 0, MAKER_EDITS);
	maker_step_back(m, inner);
	maker_record_mapping(m, start - strlen("{\"b\":"), -1, MAKER_EDITS);
	maker_add(m, "}],\"c\":{}}");
	maker_step_back(m, len);
}

void maker_flow(struct maker *m, int indent)
{
	unsigned kind = is_full(m) ? 0 : maker_pick(m, 8);
	struct maker_mark first = maker_here(m);
	unsigned id;

	if (kind < 4) {
		maker_scalar(m, true);
		return;
	}
	m->depth++;
	id = maker_anchor_begin(m);
	if (id)
		maker_add(m, " ");
	if (kind == 7)
		json(m, false);
	else if (kind == 6)
		flow_list(m, indent);
	else
		flow_map(m, indent);
	maker_anchor_end(m, id, first, kind != 6);
	m->depth--;
}

/* ---- blocks: they begin where the text is, at column INDENT, and end with their last line ---- */

static void explicit_pair(struct maker *m, int indent)
{
	size_t len;
	bool named = maker_once_in(m, 2);

	maker_add(m, "? ");
	if (named)
		len = maker_step_key(m, maker_key(m, false));
	else
		maker_add(m, maker_once_in(m, 2) ? "[x, y]" : "- x");
	maker_line_end(m);
	maker_pad(m, indent);
	maker_add(m, ":");
	m->behind_colon = true;
	if (named) {
		value(m, indent, true);
		maker_step_back(m, len);
		return;
	}
	maker_add(m, " v");
	maker_line_end(m);
}

/* False: a key of its own instead. */
static bool merge(struct maker *m)
{
	size_t start = m->out->text.len;
	bool merges;

	maker_add(m, "<<: ");
	merges = maker_alias(m, true);
	if (!merges)
		sg_buf_splice(&m->out->text, start, m->out->text.len, SG_STR("m: 1"));
	maker_line_end(m);
	m->long_end = false;
	return merges;
}

/* Whether a line with another key can follow in any case. */
static bool pair(struct maker *m, int indent)
{
	bool begins_line = !m->behind_colon;
	size_t len;

	if (maker_once_in(m, 14)) {
		explicit_pair(m, indent);
		return false;
	}
	len = maker_step_key(m, maker_key(m, false));
	maker_add(m, maker_once_in(m, 8) ? " :" : ":");
	value(m, indent, false);
	maker_step_back(m, len);
	return begins_line && !m->long_end;
}

static void map(struct maker *m, int indent)
{
	unsigned count = 1 + maker_pick(m, 4);
	bool merges = maker_once_in(m, 12);
	size_t start = m->out->text.len;
	enum maker_hope hope = MAKER_EITHER;

	for (unsigned i = 0; i < count; i++) {
		if (i > 0) {
			maker_noise(m, indent);
			maker_pad(m, indent);
		}
		hope = pair(m, indent) ? MAKER_EDITS : MAKER_EITHER;
	}
	if (merges) {
		maker_pad(m, indent);
		hope = merge(m) ? MAKER_REFUSES : MAKER_EDITS;
	}
	maker_record_mapping(m, start, indent, hope);
}

static void list(struct maker *m, int indent)
{
	unsigned count = 1 + maker_pick(m, 3);

	for (unsigned i = 0; i < count; i++) {
		size_t len = maker_step_index(m, i);

		if (i > 0) {
			maker_noise(m, indent);
			maker_pad(m, indent);
		}
		maker_add(m, "-");
		value(m, indent, true);
		maker_step_back(m, len);
	}
}

/* On the line of its sign: "- a: 1", "- - x". */
static void compact(struct maker *m, int indent)
{
	int blanks = 1 + (int)maker_pick(m, 4);

	m->no_tab = false;
	maker_pad(m, blanks);
	if (maker_once_in(m, 3))
		list(m, indent + 1 + blanks);
	else
		map(m, indent + 1 + blanks);
}

/* On the lines behind. A list may stand in the column of its key. */
static void nested(struct maker *m, int indent, bool compact_list)
{
	static const int steps[] = {2, 2, 4, 1, 3, 9};
	struct maker_mark first = maker_here(m);
	bool is_list = maker_once_in(m, 3);
	int step = is_list && !compact_list && maker_once_in(m, 3) ? 0 : steps[maker_pick(m, 6)];
	unsigned id;

	maker_add(m, " ");
	id = maker_anchor_begin(m);
	maker_line_end(m);
	m->no_tab = false;
	maker_noise(m, indent + step);
	maker_pad(m, indent + step);
	if (is_list)
		list(m, indent + step);
	else
		map(m, indent + step);
	maker_anchor_end(m, id, first, !is_list);
}

static void leaf(struct maker *m, int indent)
{
	unsigned kind = maker_pick(m, 12);

	m->long_end = false;
	if (kind == 11) { /* nothing: the value goes behind the sign */
		maker_record(m, m->out->text.len, 0, MAKER_EDITS);
		maker_line_end(m);
		m->no_tab = false;
		return;
	}
	if (kind == 10) {
		maker_line_end(m);
		maker_noise(m, indent + 2);
		maker_pad(m, indent + 2);
	} else {
		maker_pad(m, maker_once_in(m, 5) ? 3 : 0);
		maker_add(m, maker_once_in(m, 4) ? maker_tab(m) : " ");
	}
	m->no_tab = false;
	if (kind == 9 && maker_alias(m, false)) {
		maker_line_end(m);
		return;
	}
	if (kind == 8) {
		maker_long_scalar(m, indent);
		return;
	}
	if (kind >= 6)
		maker_flow(m, indent);
	else
		maker_scalar(m, false);
	maker_line_end(m);
}

/* What follows "key:" or "-", up to the end of its last line. */
static void value(struct maker *m, int indent, bool may_be_compact)
{
	unsigned kind = is_full(m) ? 0 : maker_pick(m, 8);

	m->depth++;
	m->no_tab = may_be_compact;
	if (kind == 7 && may_be_compact)
		compact(m, indent);
	else if (kind >= 5)
		nested(m, indent, may_be_compact);
	else
		leaf(m, indent);
	m->depth--;
}

void maker_root(struct maker *m)
{
	switch (maker_pick(m, 8)) {
	case 5:
		list(m, 0);
		return;
	case 6:
		flow_map(m, 0);
		break;
	case 7:
		json(m, true);
		break;
	default:
		map(m, 0);
		return;
	}
	maker_line_end(m);
}
