#include "io/signer.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/crypto.h"
#include "io/signer_impl.h"

/* As OpenSSH breaks its armor. */
#define ARMOR_WIDTH 70

#define MAGIC "SSHSIG"
#define VERSION 1
#define HASH "sha512"

enum { BLOB_MAX = 1024 };

struct sg_signer {
	const struct sg_curve *curve;
	struct sg_secret *scalar;
	struct sg_buf blob; /* the public key, as SSH writes it */
	char *line;
	char *fingerprint;
};

static void put_u32(struct sg_buf *out, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		sg_buf_addc(out, (char)(value >> shift & 0xff));
}

static void put_string(struct sg_buf *out, struct sg_str bytes)
{
	put_u32(out, (uint32_t)bytes.len);
	sg_buf_addstr(out, bytes);
}

static void put_text(struct sg_buf *out, const char *text)
{
	put_string(out, sg_str_of(text));
}

/* A positive number: no leading zeros, but one where the first bit would say "negative". */
static void put_mpint(struct sg_buf *out, const uint8_t *bytes, size_t len)
{
	while (len > 0 && bytes[0] == 0) {
		bytes++;
		len--;
	}
	put_u32(out, (uint32_t)(len + (len > 0 && bytes[0] >= 0x80)));
	if (len > 0 && bytes[0] >= 0x80)
		sg_buf_addc(out, '\0');
	sg_buf_add(out, bytes, len);
}

static void describe(struct sg_signer *signer, const struct sg_key *key)
{
	struct sg_buf text SG_AUTO(sg_buf_release) = {0};
	uint8_t digest[32];

	put_text(&signer->blob, key->curve->key_type);
	put_text(&signer->blob, key->curve->name);
	put_string(&signer->blob,
		(struct sg_str){(const char *)key->point, 1 + 2 * key->curve->bytes});
	sg_buf_init(&text, BLOB_MAX);
	sg_buf_addf(&text, "%s ", key->curve->key_type);
	sg_crypto_base64(sg_buf_str(&signer->blob), &text);
	signer->line = sg_strndup(text.ptr, text.len);
	sg_crypto_sha256(sg_buf_str(&signer->blob), digest);
	sg_buf_reset(&text);
	sg_buf_adds(&text, "SHA256:");
	sg_crypto_base64((struct sg_str){(const char *)digest, sizeof(digest)}, &text);
	while (text.len > 0 && text.ptr[text.len - 1] == '=')
		sg_buf_splice(&text, text.len - 1, text.len, SG_STR(""));
	signer->fingerprint = sg_strndup(text.ptr, text.len);
}

/*
 * A line of the file can be all public: the container has a second copy of the public key, which
 * stands there as it stands in the public line. What is not secret must stay readable.
 */
static void learn_lines(struct sg_redactor *redactor, struct sg_str text, const char *public)
{
	struct sg_str line;

	while (sg_str_cut(&text, '\n', &line)) {
		char copy[ARMOR_WIDTH + 32];

		line = sg_str_trim(line);
		if (line.len < sizeof(copy)) {
			memcpy(copy, line.ptr, line.len);
			copy[line.len] = '\0';
			if (sg_str_search(sg_str_of(public), copy) >= 0)
				continue;
		}
		sg_redactor_learn(redactor, line);
	}
}

int sg_signer_new(struct sg_redactor *redactor, struct sg_str text, struct sg_signer **ret_signer,
	struct sg_err *err)
{
	SG_AUTO(sg_key_wipe) struct sg_key key = {0};
	struct sg_signer *signer;

	if (sg_key_read(text, &key, err) < 0 || sg_key_prove(&key, err) < 0) {
		if (redactor)
			sg_redactor_learn(redactor, text);
		return -1;
	}
	signer = sg_calloc(1, sizeof(*signer));
	signer->curve = key.curve;
	signer->scalar = sg_secret_new(
		redactor, (struct sg_str){(const char *)key.scalar, key.curve->bytes});
	sg_buf_init(&signer->blob, BLOB_MAX);
	describe(signer, &key);
	if (redactor)
		learn_lines(redactor, text, signer->line);
	*ret_signer = signer;
	return 0;
}

void sg_signer_free(struct sg_signer *signer)
{
	if (!signer)
		return;
	sg_secret_free(signer->scalar);
	sg_buf_release(&signer->blob);
	free(signer->line);
	free(signer->fingerprint);
	free(signer);
}

void sg_signer_free_ptr(struct sg_signer **signer)
{
	sg_signer_free(*signer);
	*signer = NULL;
}

const char *sg_signer_public(const struct sg_signer *signer)
{
	return signer->line;
}

const char *sg_signer_fingerprint(const struct sg_signer *signer)
{
	return signer->fingerprint;
}

/* What is signed in place of the message. */
static void put_signed(struct sg_buf *out, const char *namespace, struct sg_str message)
{
	uint8_t digest[64];

	sg_crypto_sha512(message, digest);
	sg_buf_adds(out, MAGIC);
	put_text(out, namespace);
	put_text(out, "");
	put_text(out, HASH);
	put_string(out, (struct sg_str){(const char *)digest, sizeof(digest)});
}

static void put_signature(struct sg_buf *out, const struct sg_signer *signer, struct sg_str data)
{
	const struct sg_curve *curve = signer->curve;
	uint8_t r[SG_SCALAR_MAX], s[SG_SCALAR_MAX];
	struct sg_buf pair SG_AUTO(sg_buf_release) = {0}, whole SG_AUTO(sg_buf_release) = {0};

	sg_buf_init(&pair, BLOB_MAX);
	sg_buf_init(&whole, BLOB_MAX);
	sg_key_sign(curve, (const uint8_t *)sg_secret_bytes(signer->scalar).ptr, data, curve->hash,
		r, s);
	put_mpint(&pair, r, curve->bytes);
	put_mpint(&pair, s, curve->bytes);
	put_text(&whole, curve->key_type);
	put_string(&whole, sg_buf_str(&pair));
	put_string(out, sg_buf_str(&whole));
}

void sg_signer_sign(const struct sg_signer *signer, const char *namespace, struct sg_str message,
	struct sg_buf *out)
{
	struct sg_buf data SG_AUTO(sg_buf_release) = {0}, blob SG_AUTO(sg_buf_release) = {0},
			   text SG_AUTO(sg_buf_release) = {0};
	struct sg_str rest;

	sg_buf_init(&data, BLOB_MAX);
	sg_buf_init(&blob, BLOB_MAX);
	sg_buf_init(&text, (size_t)2 * BLOB_MAX);
	put_signed(&data, namespace, message);
	sg_buf_adds(&blob, MAGIC);
	put_u32(&blob, VERSION);
	put_string(&blob, sg_buf_str(&signer->blob));
	put_text(&blob, namespace);
	put_text(&blob, "");
	put_text(&blob, HASH);
	put_signature(&blob, signer, sg_buf_str(&data));
	SG_ASSERT(!data.overflow && !blob.overflow);
	sg_crypto_base64(sg_buf_str(&blob), &text);
	sg_buf_adds(out, "-----BEGIN SSH SIGNATURE-----\n");
	for (rest = sg_buf_str(&text); rest.len; rest = sg_str_sub(rest, ARMOR_WIDTH, rest.len)) {
		sg_buf_addstr(out, sg_str_sub(rest, 0, ARMOR_WIDTH));
		sg_buf_addc(out, '\n');
	}
	sg_buf_adds(out, "-----END SSH SIGNATURE-----");
}
