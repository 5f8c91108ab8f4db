#include "written.h"

#include <string.h>

#include "base/attr.h"

const struct written_value written_values[] = {
	{"v9.8.7-rc.1", true},
	{"1.10", false},
	{"20240101", false},
	{"1e3", false},
	{"0x1f", false},
	{"yes", false},
	{"1_000", false},
	{"12:30:45", false},
	{"~", false},
	{"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true},
	{"", false},
	{"a: b", false},
	{"- x", false},
	{"it's", true},
	{"\"q\" \\", false},
	{"{{ x }}", false},
	{"a #c", false},
	{" x", false},
	{"x ", false},
	{"a\nb\r\n", false},
	{"a\tb", false},
	{"\xc3\xa4\xe2\x82\xac", true},
	{"\xf0\x9f\x98\x80", true},
	{"a\xc2\x85"
	 "b\xe2\x80\xa8",
		false},
	{"[x, y]", false},
	{"---", false},
	{"...", false},
	{"? x", false},
	{"!t", false},
	{"&a", false},
	{"*a", false},
	{"%x", false},
	{"null", false},
	{"=", false},
	{"<<", false},
	{"2024-01-01", false},
	{"0o17", false},
	{".inf", false},
	{"on", false},
	{"r.io:5000/a/b:v1", true},
	{"\x01\x7f", false},
	{"\xff", false},
};

const size_t written_values_count = SG_COUNT(written_values);

static bool hex(struct sg_str digits, unsigned *ret)
{
	*ret = 0;
	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.ptr[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')))
			return false;
		*ret = *ret * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
	}
	return true;
}

static void add_code(struct sg_buf *out, unsigned code)
{
	if (code < 0x80) {
		sg_buf_addc(out, (char)code);
		return;
	}
	if (code >= 0x10000)
		sg_buf_addc(out, (char)(0xf0 | code >> 18));
	if (code >= 0x800)
		sg_buf_addc(out,
			(char)(code >= 0x10000 ? 0x80 | (code >> 12 & 0x3f) : 0xe0 | code >> 12));
	sg_buf_addc(out, (char)(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6));
	sg_buf_addc(out, (char)(0x80 | (code & 0x3f)));
}

/* One escape of a text in double quotes; its bytes, or 0 for one that is not written here. */
static size_t add_escape(struct sg_buf *out, struct sg_str rest)
{
	static const char letters[] = "nrt\"\\", meant[] = "\n\r\t\"\\";
	char letter = rest.len > 1 ? rest.ptr[1] : '\0';
	const char *found = letter ? strchr(letters, letter) : NULL;
	size_t digits = letter == 'U' ? 8 : 4;
	unsigned code;

	if (found) {
		sg_buf_addc(out, meant[found - letters]);
		return 2;
	}
	if ((letter != 'u' && letter != 'U') || rest.len < 2 + digits ||
		!hex(sg_str_sub(rest, 2, 2 + digits), &code))
		return 0;
	add_code(out, code);
	return 2 + digits;
}

/* False for what does not end where it should. */
static bool read_quoted(struct sg_str bytes, struct sg_buf *out)
{
	char quote = bytes.ptr[0];
	struct sg_str inner = sg_str_sub(bytes, 1, bytes.len - 1);

	if (bytes.len < 2 || bytes.ptr[bytes.len - 1] != quote)
		return false;
	for (size_t i = 0; i < inner.len; i++) {
		if (quote == '"' && inner.ptr[i] == '\\') {
			size_t len = add_escape(out, sg_str_sub(inner, i, inner.len));

			if (len == 0)
				return false;
			i += len - 1;
			continue;
		}
		if (inner.ptr[i] == quote &&
			(quote == '"' || i + 1 == inner.len || inner.ptr[++i] != quote))
			return false;
		if ((unsigned char)inner.ptr[i] < ' ')
			return false;
		sg_buf_addc(out, inner.ptr[i]);
	}
	return true;
}

bool written_says(struct sg_str bytes, const struct written_value *value)
{
	SG_AUTO(sg_buf_release) struct sg_buf said = {0};

	if (bytes.len == 0 || (bytes.ptr[0] != '"' && bytes.ptr[0] != '\''))
		return value->plain && sg_str_is(bytes, value->text);
	sg_buf_init(&said, 65536);
	return read_quoted(bytes, &said) && sg_str_is(sg_buf_str(&said), value->text);
}
