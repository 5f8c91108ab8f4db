#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"

typedef void escaper(struct sg_str s, struct sg_buf *out);

static void terminal(struct sg_str s, struct sg_buf *out)
{
	sg_text_terminal(s, /* multiline= */ false, out);
}

static void terminal_lines(struct sg_str s, struct sg_buf *out)
{
	sg_text_terminal(s, /* multiline= */ true, out);
}

static void expect(escaper *escape, const char *in, const char *want)
{
	struct sg_buf out;

	sg_buf_init(&out, 4096);
	escape(sg_str_of(in), &out);
	assert_string_equal(out.ptr, want);
	sg_buf_release(&out);
}

static void utf8_lengths(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{"", 0},
		{"a", 1},
		{"\xC3\xA4", 2},
		{"\xE2\x82\xAC", 3},
		{"\xF0\x9F\x98\x80", 4},
		{"\x80", 0},     /* a tail alone */
		{"\xC0\xAF", 0}, /* overlong */
		{"\xC1\xBF", 0},
		{"\xE0\x9F\xBF", 0},     /* overlong */
		{"\xED\xA0\x80", 0},     /* surrogate */
		{"\xF0\x8F\xBF\xBF", 0}, /* overlong */
		{"\xF4\x90\x80\x80", 0}, /* above U+10FFFF */
		{"\xF5\x80\x80\x80", 0},
		{"\xE2\x82", 0}, /* cut */
		{"\xF0\x9F\x98", 0},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++)
		assert_int_equal(sg_text_utf8_len(sg_str_of(cases[i].text)), cases[i].len);
	assert_int_equal(sg_text_utf8_len((struct sg_str){"", 1}), 1);
}

static void terminal_shows_controls(void **state)
{
	(void)state;
	expect(terminal, "plain \xC3\xA4\xE2\x82\xAC", "plain \xC3\xA4\xE2\x82\xAC");
	expect(terminal, "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m");
	expect(terminal, "a\r\nb\tc", "a\\x0d b c");
	expect(terminal_lines, "a\r\nb\tc", "a\\x0d\nb\tc");
	expect(terminal,
		"\xC2\x9B"
		"31m",
		"\\xc2\\x9b31m"); /* C1 CSI */
	expect(terminal,
		"\x9B"
		"31m",
		"\\x9b31m");
	expect(terminal,
		"\xE2\x80\xAE"
		"gpj.exe",
		"\\xe2\\x80\\xaegpj.exe");
	expect(terminal,
		"\xEF\xBB\xBF"
		"x\xE2\x80\x8B",
		"\\xef\\xbb\\xbfx\\xe2\\x80\\x8b");
	expect(terminal, "\xF3\xA0\x81\xA1", "\\xf3\\xa0\\x81\\xa1"); /* tag letter */
	expect(terminal, "\x7F\xFF", "\\x7f\\xff");
	expect(terminal, "\x1b[0Ksection_start:1:x\r\x1b[0K",
		"\\x1b[0Ksection_start:1:x\\x0d\\x1b[0K");
}

static void push_option(struct sg_str s, struct sg_buf *out)
{
	sg_text_push_option(s, false, out);
}

static void push_lines(struct sg_str s, struct sg_buf *out)
{
	sg_text_push_option(s, true, out);
}

/* Every byte value, alone and between letters, in every sink. */
static void no_sink_passes_a_control(void **state)
{
	static escaper *const sinks[] = {terminal, sg_text_json, sg_text_xml, sg_text_markdown,
		sg_text_commit, sg_text_url, push_option, push_lines};

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char text[3] = {'a', (char)byte, 'b'};

		for (size_t i = 0; i < SG_COUNT(sinks); i++) {
			struct sg_buf out;

			sg_buf_init(&out, 256);
			sinks[i]((struct sg_str){text, 3}, &out);
			for (size_t at = 0; at < out.len;) {
				size_t len = sg_text_utf8_len(
					(struct sg_str){out.ptr + at, out.len - at});
				bool newline = out.ptr[at] == '\n' && sinks[i] == sg_text_commit;

				assert_int_not_equal(len, 0);
				assert_true((unsigned char)out.ptr[at] >= 0x20 || newline);
				assert_int_not_equal(out.ptr[at], 0x7F);
				at += len;
			}
			sg_buf_release(&out);
		}
	}
}

static void json_escapes(void **state)
{
	(void)state;
	expect(sg_text_json, "a\"b\\c\nd\te\rf\x01", "a\\\"b\\\\c\\nd\\te\\rf\\u0001");
	expect(sg_text_json, "\x7F\xC2\x85\xE2\x80\xA8", "\\u007f\\u0085\\u2028");
	expect(sg_text_json, "\xF3\xA0\x81\xA1", "\\udb40\\udc61");
	expect(sg_text_json, "x\xFFy", "x\xEF\xBF\xBDy");
	expect(sg_text_json, "</script> \xF0\x9F\x98\x80", "</script> \xF0\x9F\x98\x80");
}

static void refuse_dotenv(struct sg_str s)
{
	struct sg_buf out;

	sg_buf_init(&out, 4096);
	assert_false(sg_text_dotenv(s, &out));
	assert_int_equal(out.len, 0);
	sg_buf_release(&out);
}

static void dotenv_carries_or_refuses(void **state)
{
	static const char *const bad[] = {" x", "x ", "a\nb", "a\rb", "a\tb", "\x1b[0m", "\xFF",
		"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xAE"};
	char text[1026];
	struct sg_buf out;

	(void)state;
	sg_buf_init(&out, 4096);
	assert_true(sg_text_dotenv(SG_STR("a b=c 'q' \"d\" $HOME ${X} \xC3\xA4"), &out));
	assert_string_equal(out.ptr, "a b=c 'q' \"d\" $$HOME $${X} \xC3\xA4");
	sg_buf_reset(&out);
	assert_true(sg_text_dotenv(SG_STR(""), &out));
	assert_int_equal(out.len, 0);
	for (size_t i = 0; i < SG_COUNT(bad); i++)
		refuse_dotenv(sg_str_of(bad[i]));
	refuse_dotenv((struct sg_str){"a\0b", 3});
	memset(text, 'x', sizeof(text));
	assert_true(sg_text_dotenv((struct sg_str){text, 1024}, &out));
	refuse_dotenv((struct sg_str){text, 1025});
	memset(text, '$', sizeof(text));
	refuse_dotenv((struct sg_str){text, 513});
	sg_buf_release(&out);
}

static void xml_escapes(void **state)
{
	(void)state;
	expect(sg_text_xml, "<a b=\"c\" d='e'>&\n\t\r",
		"&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;&#10;&#9;&#13;");
	expect(sg_text_xml, "\x01\x1b\xEF\xBF\xBE", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
	expect(sg_text_xml, "]]>", "]]&#62;");
}

static void markdown_cannot_act(void **state)
{
	(void)state;
	expect(sg_text_markdown, "/merge", "`/merge`");
	expect(sg_text_markdown, "x`\n/merge\n`@all", "`x /merge @all`");
	expect(sg_text_markdown, "a|b",
		"`a\xC2\xA6"
		"b`");
	expect(sg_text_markdown, "", "` `");
	expect(sg_text_markdown, "```", "` `");
	expect(sg_text_markdown, "a\r\n/close", "`a\xEF\xBF\xBD /close`");
}

static void commit_text_is_plain(void **state)
{
	(void)state;
	expect(sg_text_commit, "a\r\nb\x01\x1b[1;31mc\x1b[0m", "a\nbc");
	expect(sg_text_commit, "\x1b]0;title\ax", "x");
	expect(sg_text_commit, "\x1b]0;open", "");
	expect(sg_text_commit, "\x1b[", "");
	expect(sg_text_commit, "\x1b", "");
	expect(sg_text_commit, "x [skip ci] y", "x (skip ci) y");
	expect(sg_text_commit, "[CI SKIP][Skip-CI][ci_skip]", "(CI SKIP)(Skip-CI)(ci_skip)");
	expect(sg_text_commit, "[skip\x01 ci]", "(skip ci)");
	expect(sg_text_commit, "[skip\tci]", "(skip ci)");
	expect(sg_text_commit, "[skip it] [ci]", "[skip it] [ci]");
	expect(sg_text_commit, "\xE2\x80\xAEx\xFF", "x\xEF\xBF\xBD");
}

/* GitLab acts on these in commit messages; a digest and an address are none. */
static void commit_text_mentions_nobody(void **state)
{
	(void)state;
	expect(sg_text_commit, "@all (@a.b) a@b.example 1.4.2@sha256:0a",
		"@ all (@ a.b) a@b.example 1.4.2@sha256:0a");
	expect(sg_text_commit, "Closes #12, shop/web#7 and !3 &4 $5 # 1",
		"Closes # 12, shop/web# 7 and ! 3 & 4 $ 5 # 1");
	expect(sg_text_commit, "~bug ~\"two words\" %1.0 100% ~ $HOME",
		"~ bug ~ \"two words\" % 1.0 100% ~ $HOME");
	expect(sg_text_commit, "fix https://gitlab.example.com/a/-/issues/8",
		"fix https://gitlab.example.com/a/-/ issues/8");
	expect(sg_text_commit, "https://gitlab.example.com/a/-/pipelines/8",
		"https://gitlab.example.com/a/-/pipelines/8");
}

static void url_encodes(void **state)
{
	(void)state;
	expect(sg_text_url, "shop/my app~1.0_x-y", "shop%2Fmy%20app~1.0_x-y");
	expect(sg_text_url, "\xC3\xA4%", "%C3%A4%25");
}

static void lines_are_wrapped(void **state)
{
	static const struct {
		const char *text;
		size_t indent, width;
		const char *want;
	} cases[] = {
		{"", 2, 10, "\n"},
		{"one", 2, 10, "one\n"},
		{"aaa bbb ccc", 2, 9, "aaa bbb\n  ccc\n"},
		{"aaa bbb ccc", 2, 8, "aaa\n  bbb\n  ccc\n"},
		{"aaa bbb", 0, 7, "aaa bbb\n"},
		{"longer-than-the-line b", 1, 8, "longer-than-the-line\n b\n"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct sg_buf out;

		sg_buf_init(&out, 256);
		sg_text_wrap(cases[i].text, cases[i].indent, cases[i].width, &out);
		assert_string_equal(out.ptr, cases[i].want);
		sg_buf_release(&out);
	}
}

static void push_options_are_one_line(void **state)
{
	(void)state;
	expect(push_option, "a\nb\r\tc", "a b  c");
	expect(push_option, "C:\\new \\\\n", "C:\\ new \\\\ n");
	expect(push_option, "end\\", "end\\");
	expect(push_option, "a=b; -o x", "a=b; -o x");
	expect(push_lines, "a\n/merge\n", "a\\n/merge\\n");
	expect(push_lines, "x\\n/merge", "x\\ n/merge");
	expect(push_lines, "x\\\nn", "x\\\\nn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_lengths),
		cmocka_unit_test(terminal_shows_controls),
		cmocka_unit_test(no_sink_passes_a_control),
		cmocka_unit_test(json_escapes),
		cmocka_unit_test(dotenv_carries_or_refuses),
		cmocka_unit_test(xml_escapes),
		cmocka_unit_test(markdown_cannot_act),
		cmocka_unit_test(push_options_are_one_line),
		cmocka_unit_test(commit_text_is_plain),
		cmocka_unit_test(commit_text_mentions_nobody),
		cmocka_unit_test(url_encodes),
		cmocka_unit_test(lines_are_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
