#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/secret.h"
#include "base/text.h"

static void expect(const struct sg_redactor *redactor, const char *in, const char *want)
{
	struct sg_buf out;

	sg_buf_init(&out, 1 << 20);
	sg_redact(redactor, sg_str_of(in), &out);
	assert_string_equal(out.ptr, want);
	sg_buf_release(&out);
}

static void secret_keeps_bytes(void **state)
{
	struct sg_redactor *redactor = sg_redactor_new();
	struct sg_secret *secret = sg_secret_new(redactor, SG_STR("s3cr3t-value"));

	(void)state;
	assert_true(sg_str_is(sg_secret_bytes(secret), "s3cr3t-value"));
	sg_secret_free_ptr(&secret);
	assert_null(secret);
	sg_secret_free(NULL);
	assert_int_equal(sg_secret_bytes(NULL).len, 0);
	expect(redactor, "x s3cr3t-value y", "x [MASKED] y");
	sg_redactor_free(redactor);
	sg_redactor_free(NULL);
}

static void known_forms_are_masked(void **state)
{
	struct sg_redactor *redactor = sg_redactor_new();

	(void)state;
	sg_redactor_learn(redactor, SG_STR("pa/ss \"w\\o\xC3\xA4?d"));
	expect(redactor, "[pa/ss \"w\\o\xC3\xA4?d]", "[[MASKED]]");
	expect(redactor, "pa%2Fss%20%22w%5Co%C3%A4%3Fd", "[MASKED]");
	expect(redactor, "pa%2fss%20%22w%5co%c3%a4%3fd", "[MASKED]");
	expect(redactor, "pa/ss+%22w%5Co%C3%A4?d!", "[MASKED]!");
	expect(redactor, "pa\\/ss \\\"w\\\\o\\u00e4?d", "[MASKED]");
	expect(redactor, "pa/ss \\u0022w\\\\o\xC3\xA4?d", "[MASKED]");
	sg_redactor_learn(redactor, SG_STR("token-of-the-run"));
	/* "oauth2:token-of-the-run", "x:token-of-the-run", "ab:token-of-the-run" */
	expect(redactor, "Basic b2F1dGgyOnRva2VuLW9mLXRoZS1ydW4=", "Basic b2F1dGgyOn[MASKED]4=");
	expect(redactor, "Basic eDp0b2tlbi1vZi10aGUtcnVu", "Basic eDp[MASKED]");
	expect(redactor, "YWI6dG9rZW4tb2YtdGhlLXJ1bg==", "YWI6[MASKED]g==");
	expect(redactor, "token-of-the-run,token-of-the-run", "[MASKED],[MASKED]");
	expect(redactor, "token-of-the-runtoken-of-the-run", "[MASKED]");
	expect(redactor, "nothing here", "nothing here");
	expect(redactor, "", "");
	sg_redactor_free(redactor);
}

static void short_ones_are_not_learnt(void **state)
{
	struct sg_redactor *redactor = sg_redactor_new();

	(void)state;
	sg_redactor_learn(redactor, SG_STR("main"));
	sg_redactor_learn(redactor, SG_STR(""));
	sg_redactor_learn(redactor, SG_STR("abc \n"));
	expect(redactor, "main abc", "main abc");
	sg_redactor_learn(redactor, SG_STR("sixsix\n"));
	expect(redactor, "'sixsix'", "'[MASKED]'");
	sg_redactor_free(redactor);
}

static void lines_and_cut_ends(void **state)
{
	struct sg_redactor *redactor = sg_redactor_new();

	(void)state;
	sg_redactor_learn(redactor,
		SG_STR("-----BEGIN KEY-----\nAAAAbbbbCCCC\nddddEEEEffff\n-----END KEY-----\n"));
	expect(redactor, "saw ddddEEEEffff.", "saw [MASKED].");
	expect(redactor, "-----BEGIN KEY-----\nother", "-----BEGIN KEY-----\nother");
	sg_redactor_learn(redactor, SG_STR("0123456789abcdefghij"));
	expect(redactor, "cut 0123456789ab", "cut [MASKED]");
	expect(redactor, "cut 0123456789ab...", "cut [MASKED]...");
	expect(redactor, "cut 0123456789ab, not", "cut 0123456789ab, not");
	expect(redactor, "short 012345", "short 012345");
	sg_redactor_free(redactor);
}

static void shapes_are_masked(void **state)
{
	(void)state;
	expect(NULL, "use glpat-AbC_def-123.01.x now", "use [MASKED] now");
	expect(NULL, "gldt-aaaaaaaa glrt-bbbbbbbb glcbt-64_cccccc", "[MASKED] [MASKED] [MASKED]");
	expect(NULL, "glsoat-dddddddd,glptt-eeeeeeee", "[MASKED],[MASKED]");
	expect(NULL, "a glpat- token, glpat-...", "a glpat- token, glpat-...");
	expect(NULL, "jwt eyJhbGciOi.eyJzdWIi.c2ln-x end", "jwt [MASKED] end");
	expect(NULL, "jwt eyJhbGciOi.eyJzdWIi. end", "jwt [MASKED] end");
	expect(NULL, "eyJhbGciOi and eyJhbGciOi.x", "eyJhbGciOi and eyJhbGciOi.x");
	expect(NULL, "> Authorization: Bearer abc\r\n> Accept: */*",
		"> Authorization: [MASKED]\r\n> Accept: */*");
	expect(NULL, "private-token:abc", "private-token:[MASKED]");
	expect(NULL, "JOB-TOKEN: abc def\nnext", "JOB-TOKEN: [MASKED]\nnext");
	expect(NULL, "{\"Authorization\": \"Basic abc\", \"x\": 1}",
		"{\"Authorization\": \"[MASKED]\", \"x\": 1}");
	expect(NULL, "https://user:pw@host/p", "https://[MASKED]@host/p");
	expect(NULL, "https://host/p@x http://h:80/", "https://host/p@x http://h:80/");
	expect(NULL, "set STAGEGATE_GITLAB_TOKEN: it is empty",
		"set STAGEGATE_GITLAB_TOKEN: it is empty");
	expect(NULL, "Authorization:", "Authorization:");
}

/* ---- property: no form of a secret survives, wherever it stands ---- */

static uint64_t seed = 0x9E3779B97F4A7C15u;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % below;
}

static void base64(struct sg_str s, const char *last, struct sg_buf *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < s.len; i += 3) {
		uint32_t bits = (uint32_t)(unsigned char)s.ptr[i] << 16;

		if (i + 1 < s.len)
			bits |= (uint32_t)(unsigned char)s.ptr[i + 1] << 8;
		if (i + 2 < s.len)
			bits |= (unsigned char)s.ptr[i + 2];
		for (size_t k = 0; k < 4; k++) {
			uint32_t digit = bits >> (18 - 6 * k) & 63;

			if (i + k > s.len)
				sg_buf_addc(out, '=');
			else
				sg_buf_addc(out, digit < 62 ? digits[digit] : last[digit - 62]);
		}
	}
}

static void percent(struct sg_str s, struct sg_buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '%' || rnd(3) == 0)
			sg_buf_addf(out, rnd(2) ? "%%%02X" : "%%%02x", (unsigned char)s.ptr[i]);
		else
			sg_buf_addc(out, s.ptr[i]);
	}
}

static void json(struct sg_str s, struct sg_buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"' || s.ptr[i] == '\\' || (s.ptr[i] == '/' && rnd(2)))
			sg_buf_addf(out, "\\%c", s.ptr[i]);
		else if (rnd(4) == 0)
			sg_buf_addf(out, rnd(2) ? "\\u%04x" : "\\u%04X", (unsigned)s.ptr[i]);
		else
			sg_buf_addc(out, s.ptr[i]);
	}
}

static void random_secret(struct sg_buf *out)
{
	uint32_t len = 6 + rnd(60);

	for (uint32_t i = 0; i < len; i++)
		sg_buf_addc(out,
			(char)(i == 0 || i == len - 1 ? 'A' + (char)rnd(26) : ' ' + (char)rnd(95)));
}

static void encode(struct sg_str s, struct sg_buf *out)
{
	struct sg_buf inner;

	sg_buf_init(&inner, 4096);
	switch (rnd(7)) {
	case 0:
		sg_buf_addstr(out, s);
		break;
	case 1:
		base64(s, rnd(2) ? "+/" : "-_", out);
		break;
	case 2:
		percent(s, out);
		break;
	case 3:
		json(s, out);
		break;
	case 4:
		base64(s, "+/", &inner);
		percent(sg_buf_str(&inner), out);
		break;
	case 5:
		base64(s, "+/", &inner);
		json(sg_buf_str(&inner), out);
		break;
	default:
		sg_text_url(s, out);
		break;
	}
	sg_buf_release(&inner);
}

/* No 6 bytes of the encoded secret in a row may be left of a long enough middle part. */
static void assert_gone(struct sg_str encoded, const struct sg_buf *out)
{
	char *needle = sg_strndup(encoded.ptr, encoded.len);

	assert_null(strstr(out->ptr, needle));
	free(needle);
	assert_non_null(strstr(out->ptr, "[MASKED]"));
	/* At most the undecided digits at both ends of base64 remain, percent-encoded at worst. */
	assert_true(out->len <= 48 + strlen("[MASKED]") + 2 * 12);
}

static void random_secrets_never_survive(void **state)
{
	(void)state;
	for (int round = 0; round < 4000; round++) {
		struct sg_redactor *redactor = sg_redactor_new();
		struct sg_buf secret, whole, text, out;
		uint32_t before = rnd(24), after = rnd(24);

		sg_buf_init(&secret, 4096);
		sg_buf_init(&whole, 4096);
		sg_buf_init(&text, 65536);
		sg_buf_init(&out, 65536);
		random_secret(&secret);
		sg_redactor_learn(redactor, sg_buf_str(&secret));
		for (uint32_t i = 0; i < before; i++)
			sg_buf_addc(&text, (char)('a' + (char)rnd(26)));
		for (uint32_t i = rnd(3); i > 0; i--)
			sg_buf_addc(&whole, 'q'); /* another alignment */
		sg_buf_addstr(&whole, sg_buf_str(&secret));
		encode(sg_buf_str(&whole), &text);
		for (uint32_t i = 0; i < after; i++)
			sg_buf_addc(&text, (char)('a' + (char)rnd(26)));
		sg_redact(redactor, sg_buf_str(&text), &out);
		assert_gone(sg_str_sub(sg_buf_str(&text), before, text.len - after), &out);
		sg_buf_release(&secret);
		sg_buf_release(&whole);
		sg_buf_release(&text);
		sg_buf_release(&out);
		sg_redactor_free(redactor);
	}
}

/* Texts that are the worst for naive search; a quadratic walk would take minutes. */
static void hostile_text_is_linear(void **state)
{
	static const char *const units[] = {"a", "aaaaaaab", "eyJ", "eyJa.", "://", ":", " :",
		"glpat-", "\\u", "%", "\"\":", "Authorization: ", "x@://"};
	struct sg_redactor *redactor = sg_redactor_new();
	char secret[4000];

	(void)state;
	memset(secret, 'a', sizeof(secret));
	sg_redactor_learn(redactor, (struct sg_str){secret, sizeof(secret)});
	for (size_t i = 0; i < SG_COUNT(units); i++) {
		struct sg_buf text, out;

		sg_buf_init(&text, 4 << 20);
		sg_buf_init(&out, 8 << 20);
		while (text.len < 1 << 20)
			sg_buf_adds(&text, units[i]);
		sg_redact(redactor, sg_buf_str(&text), &out);
		assert_false(out.overflow);
		sg_buf_release(&text);
		sg_buf_release(&out);
	}
	sg_redactor_free(redactor);
}

static void long_texts_go_by_lines(void **state)
{
	struct sg_redactor *redactor = sg_redactor_new();
	struct sg_buf text, out;
	size_t lines = 0;

	(void)state;
	sg_redactor_learn(redactor, SG_STR("hidden-value"));
	sg_buf_init(&text, 4 << 20);
	sg_buf_init(&out, 4 << 20);
	for (; text.len < 1 << 20; lines++)
		sg_buf_adds(&text, "a line with hidden-value in it\n");
	sg_redact(redactor, sg_buf_str(&text), &out);
	assert_int_equal(out.len, lines * strlen("a line with [MASKED] in it\n"));
	assert_null(strstr(out.ptr, "hidden"));
	sg_buf_release(&text);
	sg_buf_release(&out);
	sg_redactor_free(redactor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_keeps_bytes),
		cmocka_unit_test(known_forms_are_masked),
		cmocka_unit_test(short_ones_are_not_learnt),
		cmocka_unit_test(lines_and_cut_ends),
		cmocka_unit_test(shapes_are_masked),
		cmocka_unit_test(random_secrets_never_survive),
		cmocka_unit_test(hostile_text_is_linear),
		cmocka_unit_test(long_texts_go_by_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
