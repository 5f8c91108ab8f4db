#include "io/crypto.h"

#include <errno.h>
#include <sys/random.h>

#include <mbedtls/base64.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

static const unsigned char *bytes_of(struct sg_str s)
{
	return (const unsigned char *)(s.ptr ? s.ptr : "");
}

void sg_crypto_sha256(struct sg_str bytes, uint8_t ret_digest[32])
{
	if (mbedtls_sha256(bytes_of(bytes), bytes.len, ret_digest, 0) != 0)
		SG_BUG("sha256");
}

void sg_crypto_sha256_hex(struct sg_str bytes, char ret_hex[65])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[32];

	sg_crypto_sha256(bytes, digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		ret_hex[2 * i] = digits[digest[i] >> 4];
		ret_hex[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_hex[64] = '\0';
}

void sg_crypto_sha512(struct sg_str bytes, uint8_t ret_digest[64])
{
	if (mbedtls_sha512(bytes_of(bytes), bytes.len, ret_digest, 0) != 0)
		SG_BUG("sha512");
}

/* 48 bytes become 64 characters, so that no part but the last has padding. */
#define PART ((size_t)48)

void sg_crypto_base64(struct sg_str bytes, struct sg_buf *out)
{
	for (size_t at = 0; at < bytes.len; at += PART) {
		struct sg_str part = sg_str_sub(bytes, at, at + PART);
		unsigned char text[PART / 3 * 4 + 1];
		size_t len = 0;

		if (mbedtls_base64_encode(text, sizeof(text), &len, bytes_of(part), part.len) != 0)
			SG_BUG("base64");
		sg_buf_add(out, text, len);
	}
}

static void without_blanks(struct sg_str text, struct sg_buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			sg_buf_addc(out, c);
	}
}

static void wipe_part(unsigned char (*bytes)[PART])
{
	mbedtls_platform_zeroize(bytes, sizeof(*bytes));
}

static bool decode(struct sg_str text, struct sg_buf *out)
{
	SG_AUTO(wipe_part) unsigned char bytes[PART] = {0};
	size_t len;

	if (text.len % 4 != 0)
		return false;
	while (text.len > 0) {
		struct sg_str part = sg_str_sub(text, 0, PART / 3 * 4);
		bool last = part.len == text.len;

		if (mbedtls_base64_decode(bytes, sizeof(bytes), &len, bytes_of(part), part.len) !=
			0)
			return false;
		if (!last && len != PART)
			return false; /* padding in the middle */
		sg_buf_add(out, bytes, len);
		text = sg_str_sub(text, part.len, text.len);
	}
	return !out->overflow;
}

bool sg_crypto_unbase64(struct sg_str text, struct sg_buf *out)
{
	SG_AUTO(sg_buf_wipe) struct sg_buf packed;
	size_t before = out->len;
	bool ok;

	sg_buf_init(&packed, text.len);
	sg_buf_room(&packed, text.len);
	without_blanks(text, &packed);
	ok = decode(sg_buf_str(&packed), out);
	if (!ok && out->len > before)
		sg_buf_splice(out, before, out->len, SG_STR(""));
	return ok;
}

uint64_t sg_crypto_random(void)
{
	uint64_t value = 0;
	ssize_t got;

	do
		got = getrandom(&value, sizeof(value), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(value))
		SG_BUG("getrandom");
	return value;
}
