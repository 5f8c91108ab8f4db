/* The text of a key file: which block holds the key, and what is wrong when none does. */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "io/crypto.h"
#include "io/signer_impl.h"

#define BEGIN "-----BEGIN "
#define DASHES "-----"
#define LABEL_MAX 64

int sg_key_invalid(struct sg_err *err, const char *why)
{
	(void)sg_fail(err, SG_R_SIGNING_KEY_INVALID, "the signing key cannot be used: %s", why);
	return sg_hint(err, "see whether `ssh-keygen -y -f FILE` reads it, and bring it over anew; "
			    "or " SG_KEY_HINT);
}

int sg_key_encrypted(struct sg_err *err, bool is_openssh)
{
	(void)sg_fail(err, SG_R_SIGNING_KEY_ENCRYPTED,
		"the signing key is encrypted, and nobody can be asked for its passphrase");
	return sg_hint(err, "%s; or " SG_KEY_HINT,
		is_openssh ? "take the passphrase off a copy: ssh-keygen -p -N '' -f COPY"
			   : "take the passphrase off: openssl pkey -in FILE -out COPY");
}

int sg_key_unsupported(struct sg_err *err, const char *kind)
{
	(void)sg_fail(err, SG_R_SIGNING_KEY_UNSUPPORTED,
		"the signing key cannot be used: %s, and commits are signed with ECDSA keys on "
		"P-256, P-384 or P-521 only",
		kind);
	return sg_hint(err, SG_KEY_HINT);
}

/* A block of PEM. */
struct block {
	struct sg_str label; /* "EC PRIVATE KEY" */
	struct sg_str body;
	bool closed;
};

/* Cuts the next block off REST; false when there is none. */
static bool next_block(struct sg_str *rest, struct block *ret)
{
	char end[LABEL_MAX + 16];
	long at = sg_str_search(*rest, BEGIN);

	if (at < 0)
		return false;
	*rest = sg_str_sub(*rest, (size_t)at + strlen(BEGIN), rest->len);
	at = sg_str_search(*rest, DASHES);
	*ret = (struct block){.label = sg_str_sub(*rest, 0, at < 0 ? rest->len : (size_t)at)};
	if (at < 0 || at > LABEL_MAX)
		return true;
	*rest = sg_str_sub(*rest, (size_t)at + strlen(DASHES), rest->len);
	(void)snprintf(end, sizeof(end), "-----END %.*s-----", SG_STR_ARG(ret->label));
	at = sg_str_search(*rest, end);
	ret->closed = at >= 0;
	ret->body = sg_str_sub(*rest, 0, at < 0 ? rest->len : (size_t)at);
	*rest = at < 0 ? (struct sg_str){"", 0}
		       : sg_str_sub(*rest, (size_t)at + strlen(end), rest->len);
	return true;
}

/* The one private key among the blocks; others are passed by. */
static int find_private(struct sg_str text, struct block *ret, bool *ret_found, struct sg_err *err)
{
	struct block block;

	*ret_found = false;
	while (next_block(&text, &block)) {
		if (!sg_str_ends(block.label, "PRIVATE KEY"))
			continue;
		if (*ret_found)
			return sg_key_invalid(err, "the file holds more than one private key");
		*ret = block;
		*ret_found = true;
	}
	return 0;
}

static int fail_none(struct sg_str text, struct sg_err *err)
{
	text = sg_str_trim(text);
	if (text.len == 0)
		return sg_key_invalid(err, "the file is empty");
	if (sg_str_starts(text, "PuTTY-User-Key-File"))
		return sg_key_unsupported(err, "it is in PuTTY's format");
	if (sg_str_starts(text, "ssh-") || sg_str_starts(text, "ecdsa-sha2-") ||
		sg_str_starts(text, "sk-") || sg_str_search(text, "PUBLIC KEY-----") >= 0)
		return sg_key_invalid(
			err, "the file holds the public key, and not the private one");
	return sg_key_invalid(err, "the file holds no private key in OpenSSH's or PEM format");
}

static int fail_label(struct sg_str label, struct sg_err *err)
{
	if (sg_str_is(label, "RSA PRIVATE KEY"))
		return sg_key_unsupported(err, "it is an RSA key");
	if (sg_str_is(label, "DSA PRIVATE KEY"))
		return sg_key_unsupported(err, "it is a DSA key");
	return sg_key_unsupported(err, "it is a private key of another kind");
}

static int decode(const struct block *block, struct sg_buf *out, struct sg_err *err)
{
	if (!block->closed)
		return sg_key_invalid(err, "it is cut off: its last line is missing");
	if (!sg_crypto_unbase64(block->body, out) || out->len == 0)
		return sg_key_invalid(err, "its lines are no base64");
	return 0;
}

int sg_key_read(struct sg_str text, struct sg_key *ret_key, struct sg_err *err)
{
	struct sg_buf bytes SG_AUTO(sg_buf_wipe) = {0};
	struct block block = {0};
	bool found;

	sg_buf_init(&bytes, SG_SIGNER_FILE_MAX_BYTES);
	sg_buf_room(&bytes, text.len);
	if (find_private(text, &block, &found, err) < 0)
		return -1;
	if (!found)
		return fail_none(text, err);
	if (sg_str_is(block.label, "ENCRYPTED PRIVATE KEY") ||
		sg_str_search(block.body, "ENCRYPTED") >= 0)
		return sg_key_encrypted(err, false);
	if (sg_str_is(block.label, "OPENSSH PRIVATE KEY"))
		return decode(&block, &bytes, err) < 0
			       ? -1
			       : sg_key_read_openssh(sg_buf_str(&bytes), ret_key, err);
	if (!sg_str_is(block.label, "EC PRIVATE KEY") && !sg_str_is(block.label, "PRIVATE KEY"))
		return fail_label(block.label, err);
	return decode(&block, &bytes, err) < 0 ? -1 : sg_key_read_der(&bytes, ret_key, err);
}
