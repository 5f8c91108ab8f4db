/* io/crypto.h against published vectors: FIPS 180-2, RFC 4648. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/crypto.h"

static void sha256_is(const char *text, const char *hex)
{
	char out[65];

	sg_crypto_sha256_hex(sg_str_of(text), out);
	assert_string_equal(out, hex);
}

static void sha256_vectors(void **state)
{
	(void)state;
	sha256_is("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_is("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void sha512_vectors(void **state)
{
	static const uint8_t start[] = {0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61, 0x7a, 0xba};
	static const uint8_t none[] = {0xcf, 0x83, 0xe1, 0x35, 0x7e, 0xef, 0xb8, 0xbd};
	uint8_t digest[64];

	(void)state;
	sg_crypto_sha512(SG_STR("abc"), digest);
	assert_memory_equal(digest, start, sizeof(start));
	sg_crypto_sha512((struct sg_str){NULL, 0}, digest);
	assert_memory_equal(digest, none, sizeof(none));
}

static void base64_is(const char *plain, const char *coded)
{
	struct sg_buf buf;

	sg_buf_init(&buf, 1000);
	sg_crypto_base64(sg_str_of(plain), &buf);
	assert_string_equal(buf.ptr, coded);
	sg_buf_reset(&buf);
	sg_buf_adds(&buf, "before ");
	assert_true(sg_crypto_unbase64(sg_str_of(coded), &buf));
	assert_string_equal(buf.ptr + 7, plain);
	sg_buf_release(&buf);
}

static void base64_vectors(void **state)
{
	(void)state;
	base64_is("", "");
	base64_is("f", "Zg==");
	base64_is("fo", "Zm8=");
	base64_is("foo", "Zm9v");
	base64_is("foobar", "Zm9vYmFy");
	base64_is("0123456789abcdef0123456789abcdef0123456789abcdef",
		"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm");
	base64_is("0123456789abcdef0123456789abcdef0123456789abcdef!",
		"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmIQ==");
}

static void base64_of_any_bytes_comes_back(void **state)
{
	char bytes[300];
	struct sg_buf text, back;

	(void)state;
	sg_buf_init(&text, 1000);
	sg_buf_init(&back, 1000);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(unsigned char)((i * 7 + 3) & 0xff);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		sg_buf_reset(&text);
		sg_buf_reset(&back);
		sg_crypto_base64((struct sg_str){bytes, len}, &text);
		assert_true(sg_crypto_unbase64(sg_buf_str(&text), &back));
		assert_int_equal(back.len, len);
		assert_memory_equal(back.ptr, bytes, len);
	}
	sg_buf_release(&text);
	sg_buf_release(&back);
}

static void wrapped_base64_is_read(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 100);
	assert_true(sg_crypto_unbase64(SG_STR(" Zm9v\r\n\tYm\nFy \n"), &buf));
	assert_string_equal(buf.ptr, "foobar");
	sg_buf_release(&buf);
}

static void what_is_no_base64_is_refused(void **state)
{
	static const char *const bad[] = {"Z", "Zg", "Zg=", "Zg===", "Zm9v!mFy", "Zg==Zg==", "=",
		"====", "-_-_", "Zm9v\x01", "Zm8=Zm9v",
		"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZA==Zm9v"};
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 100);
	sg_buf_adds(&buf, "kept");
	for (size_t i = 0; i < SG_COUNT(bad); i++) {
		if (sg_crypto_unbase64(sg_str_of(bad[i]), &buf))
			fail_msg("accepted: %s", bad[i]);
		assert_string_equal(buf.ptr, "kept");
	}
	sg_buf_release(&buf);
}

static void too_much_for_the_buffer_is_refused(void **state)
{
	struct sg_buf buf;

	(void)state;
	sg_buf_init(&buf, 5);
	assert_false(sg_crypto_unbase64(SG_STR("Zm9vYmFy"), &buf));
	sg_buf_release(&buf);
}

static void random_bits_differ(void **state)
{
	uint64_t first = sg_crypto_random(), ones = 0, zeros = UINT64_MAX;

	(void)state;
	assert_true(first != sg_crypto_random());
	for (int i = 0; i < 200; i++) {
		uint64_t value = sg_crypto_random();

		ones |= value;
		zeros &= value;
	}
	assert_true(ones == UINT64_MAX);
	assert_true(zeros == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_vectors),
		cmocka_unit_test(sha512_vectors),
		cmocka_unit_test(base64_vectors),
		cmocka_unit_test(base64_of_any_bytes_comes_back),
		cmocka_unit_test(wrapped_base64_is_read),
		cmocka_unit_test(what_is_no_base64_is_refused),
		cmocka_unit_test(too_much_for_the_buffer_is_refused),
		cmocka_unit_test(random_bits_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
