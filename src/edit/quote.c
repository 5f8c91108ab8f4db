#include "edit/quote.h"

#include <string.h>

#include "base/text.h"

/* The code point of the well-formed character of LEN bytes at PTR. */
static unsigned decode(const char *ptr, size_t len)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	unsigned code = (unsigned char)ptr[0] & masks[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)ptr[i] & 0x3fu);
	return code;
}

/* Characters that can stand for themselves inside of quotes, for every reader and any person. */
static bool is_visible(unsigned code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0xa0))
		return false;
	if (code == 0x2028 || code == 0x2029 || code == 0xfeff || (code & 0xfffe) == 0xfffe)
		return false;
	if ((code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e))
		return false;
	return code < 0x2060 || code > 0x206f;
}

/* False when VALUE is no UTF-8; ret_visible: whether all of it can stand for itself. */
static bool look(struct sg_str value, bool *ret_visible)
{
	bool visible = true;

	for (size_t i = 0, len; i < value.len; i += len) {
		len = sg_text_utf8_len(sg_str_sub(value, i, value.len));
		if (len == 0)
			return false;
		visible = visible && is_visible(decode(value.ptr + i, len));
	}
	*ret_visible = visible;
	return true;
}

static bool has_any(struct sg_str value, const char *set)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] != '\0' && strchr(set, value.ptr[i]))
			return true;
	return false;
}

static bool is_document_marker(struct sg_str value)
{
	return sg_str_starts(value, "---") || sg_str_starts(value, "...");
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '/' || c == '-';
}

/* Inside [] and {} readers differ in which byte behind a colon makes it the end of a key. */
static bool colons_are_safe(struct sg_str value, bool flow)
{
	for (size_t i = 0; i < value.len; i++) {
		char next = i + 1 < value.len ? value.ptr[i + 1] : ' ';

		if (value.ptr[i] == ':' && (next == ' ' || (flow && !is_word_byte(next))))
			return false;
	}
	return true;
}

/* Plain, on one line; FLOW: inside [] or {}. */
static bool plain_fits(struct sg_str value, bool flow)
{
	bool visible;

	if (value.len == 0 || !look(value, &visible) || !visible)
		return false;
	if (strchr("-?:,[]{}#&*!|>'\"%@` ", value.ptr[0]) || value.ptr[value.len - 1] == ' ')
		return false;
	if (sg_str_search(value, " #") >= 0 || is_document_marker(value))
		return false;
	if (flow && has_any(value, ",[]{}?"))
		return false;
	return colons_are_safe(value, flow);
}

bool sg_edit_block_fits(struct sg_str value)
{
	bool visible;

	return value.len > 0 && value.ptr[0] != ' ' && look(value, &visible) && visible;
}

static void add_single(struct sg_str value, struct sg_buf *out)
{
	sg_buf_addc(out, '\'');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '\'')
			sg_buf_addc(out, '\'');
		sg_buf_addc(out, value.ptr[i]);
	}
	sg_buf_addc(out, '\'');
}

/* \uXXXX and not \xXX, so that the same text is JSON too. */
static void add_escape(unsigned code, struct sg_buf *out)
{
	if (code > 0xffff) {
		sg_buf_addf(out, "\\U%08X", code);
		return;
	}
	switch (code) {
	case '\n':
		sg_buf_adds(out, "\\n");
		break;
	case '\r':
		sg_buf_adds(out, "\\r");
		break;
	case '\t':
		sg_buf_adds(out, "\\t");
		break;
	default:
		sg_buf_addf(out, "\\u%04X", code);
		break;
	}
}

static void add_double(struct sg_str value, struct sg_buf *out)
{
	sg_buf_addc(out, '"');
	for (size_t i = 0, len; i < value.len; i += len) {
		unsigned code;

		len = sg_text_utf8_len(sg_str_sub(value, i, value.len));
		code = decode(value.ptr + i, len);
		if (code == '"' || code == '\\')
			sg_buf_addc(out, '\\');
		if (is_visible(code))
			sg_buf_add(out, value.ptr + i, len);
		else
			add_escape(code, out);
	}
	sg_buf_addc(out, '"');
}

static enum sg_yaml_style choose(
	struct sg_str value, enum sg_yaml_style old, bool flow, bool visible)
{
	if (!visible)
		return SG_YAML_DOUBLE_QUOTED;
	if (old == SG_YAML_SINGLE_QUOTED || old == SG_YAML_DOUBLE_QUOTED)
		return old;
	if (plain_fits(value, flow) && sg_edit_resolves_to_text(value))
		return SG_YAML_PLAIN;
	return has_any(value, "\"\\") ? SG_YAML_SINGLE_QUOTED : SG_YAML_DOUBLE_QUOTED;
}

bool sg_edit_quote(struct sg_str value, enum sg_yaml_style old, bool flow, struct sg_buf *out,
	enum sg_yaml_style *ret_style)
{
	enum sg_yaml_style style;
	bool visible;

	if (!look(value, &visible))
		return false;
	style = choose(value, old, flow, visible);
	if (style == SG_YAML_PLAIN)
		sg_buf_addstr(out, value);
	else if (style == SG_YAML_SINGLE_QUOTED)
		add_single(value, out);
	else
		add_double(value, out);
	*ret_style = style;
	return true;
}
