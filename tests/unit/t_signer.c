/* io/signer.h: the vectors of RFC 6979, files of every format, and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "io/crypto.h"
#include "io/signer_impl.h"

#include "key_file.h"

#define P256 (&key_vectors[0])

static void is_hex(const uint8_t *bytes, const char *hex)
{
	struct sg_buf want;

	sg_buf_init(&want, 1000);
	key_unhex(hex, &want);
	assert_memory_equal(bytes, want.ptr, want.len);
	sg_buf_release(&want);
}

static void signatures_are_those_of_the_rfc(void **state)
{
	static const char *const messages[] = {"sample", "test"};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(key_vectors); i++) {
		const struct sg_curve *curve = sg_curve_of_type(sg_str_of(key_vectors[i].type));
		struct sg_buf x;
		uint8_t r[SG_SCALAR_MAX], s[SG_SCALAR_MAX];

		sg_buf_init(&x, 100);
		key_unhex(key_vectors[i].x, &x);
		assert_int_equal(x.len, curve->bytes);
		for (size_t k = 0; k < SG_COUNT(messages); k++) {
			sg_key_sign(curve, (const uint8_t *)x.ptr, sg_str_of(messages[k]),
				curve->hash, r, s);
			is_hex(r, key_vectors[i].r[k]);
			is_hex(s, key_vectors[i].s[k]);
		}
		sg_buf_release(&x);
	}
}

/* The key of a text that must be good. */
static struct sg_signer *good(struct sg_str text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_signer *signer = NULL;

	if (sg_signer_new(NULL, text, &signer, &err) < 0)
		fail_msg("%s", err.cause);
	return signer;
}

static void has_point_of(const struct sg_signer *signer, const struct key_vector *v)
{
	struct sg_str line = sg_str_of(sg_signer_public(signer)), type;
	struct sg_buf blob;

	assert_true(sg_str_cut(&line, ' ', &type));
	assert_true(sg_str_is(type, v->type));
	sg_buf_init(&blob, 1000);
	assert_true(sg_crypto_unbase64(line, &blob));
	assert_true(blob.len > 2 * v->bytes);
	is_hex((const uint8_t *)blob.ptr + blob.len - 2 * v->bytes, v->ux);
	is_hex((const uint8_t *)blob.ptr + blob.len - v->bytes, v->uy);
	assert_true(sg_str_starts(sg_str_of(sg_signer_fingerprint(signer)), "SHA256:"));
	assert_int_equal(strlen(sg_signer_fingerprint(signer)), 7 + 43);
	sg_buf_release(&blob);
}

static void reads(const struct key_vector *v, const char *label, struct sg_str bytes, size_t width,
	const char *end)
{
	struct sg_signer *signer;
	struct sg_buf text;

	sg_buf_init(&text, 4000);
	key_pem(label, bytes, width, end, &text);
	signer = good(sg_buf_str(&text));
	has_point_of(signer, v);
	sg_signer_free_ptr(&signer);
	assert_null(signer);
	signer = good(sg_str_trim(sg_buf_str(&text))); /* no newline at the end */
	sg_signer_free(signer);
	sg_buf_release(&text);
}

static void every_format_of_every_curve_is_read(void **state)
{
	struct sg_buf blob;

	(void)state;
	sg_buf_init(&blob, 4000);
	for (size_t i = 0; i < SG_COUNT(key_vectors); i++) {
		const struct key_vector *v = &key_vectors[i];
		struct key_openssh parts;
		struct sg_buf bytes;

		key_openssh_of(v, &bytes, &parts);
		key_openssh_blob(&parts, &blob);
		reads(v, "OPENSSH PRIVATE KEY", sg_buf_str(&blob), 70, "\n");
		reads(v, "OPENSSH PRIVATE KEY", sg_buf_str(&blob), 70, "\r\n");
		reads(v, "OPENSSH PRIVATE KEY", sg_buf_str(&blob), 64, " ");
		sg_buf_reset(&blob);
		key_sec1(v, true, &blob);
		reads(v, "EC PRIVATE KEY", sg_buf_str(&blob), 64, "\n");
		sg_buf_reset(&blob);
		key_pkcs8(v, &blob);
		reads(v, "PRIVATE KEY", sg_buf_str(&blob), 64, "\n");
		sg_buf_reset(&blob);
		sg_buf_release(&bytes);
	}
	sg_buf_release(&blob);
}

/* TEXT is refused for REASON, and the cause says WORDS. */
static void refuses(struct sg_str text, enum sg_reason reason, const char *words)
{
	struct sg_redactor *redactor = sg_redactor_new();
	struct sg_err err = SG_ERR_INIT;
	struct sg_signer *signer = NULL;

	assert_int_equal(sg_signer_new(redactor, text, &signer, &err), -1);
	assert_null(signer);
	if (err.reason != reason || !strstr(err.cause, words))
		fail_msg("%s: %s, and not: %s", sg_reason_name(err.reason), err.cause, words);
	assert_true(err.hint[0] != '\0');
	sg_redactor_free(redactor);
}

static void refuses_text(const char *text, enum sg_reason reason, const char *words)
{
	refuses(sg_str_of(text), reason, words);
}

static void texts_that_hold_no_key_say_so(void **state)
{
	(void)state;
	refuses_text("", SG_R_SIGNING_KEY_INVALID, "empty");
	refuses_text(" \n\t\r\n", SG_R_SIGNING_KEY_INVALID, "empty");
	refuses_text("hello", SG_R_SIGNING_KEY_INVALID, "no private key");
	refuses_text("-----BEGIN ", SG_R_SIGNING_KEY_INVALID, "no private key");
	refuses_text("-----BEGIN OPENSSH PRIVATE KEY", SG_R_SIGNING_KEY_INVALID, "cut off");
	refuses_text("-----BEGIN OPENSSH PRIVATE KEY-----\n", SG_R_SIGNING_KEY_INVALID, "cut off");
	refuses_text("-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
		SG_R_SIGNING_KEY_INVALID, "base64");
	refuses_text("-----BEGIN EC PRIVATE KEY-----\n!!!!\n-----END EC PRIVATE KEY-----\n",
		SG_R_SIGNING_KEY_INVALID, "base64");
	refuses_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
		SG_R_SIGNING_KEY_INVALID, "cut off");
	refuses_text("ecdsa-sha2-nistp256 AAAA me", SG_R_SIGNING_KEY_INVALID, "public key");
	refuses_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		SG_R_SIGNING_KEY_INVALID, "public key");
	refuses_text("PuTTY-User-Key-File-3: ecdsa-sha2-nistp256", SG_R_SIGNING_KEY_UNSUPPORTED,
		"PuTTY");
}

static void kinds_that_cannot_sign_are_named(void **state)
{
	(void)state;
	refuses_text("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
		SG_R_SIGNING_KEY_UNSUPPORTED, "RSA");
	refuses_text("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n",
		SG_R_SIGNING_KEY_UNSUPPORTED, "DSA");
	refuses_text("-----BEGIN XYZ PRIVATE KEY-----\nAAAA\n-----END XYZ PRIVATE KEY-----\n",
		SG_R_SIGNING_KEY_UNSUPPORTED, "another kind");
	refuses_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE "
		     "KEY-----\n",
		SG_R_SIGNING_KEY_ENCRYPTED, "passphrase");
	refuses_text("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
		     "AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n",
		SG_R_SIGNING_KEY_ENCRYPTED, "passphrase");
}

/* The container of PARTS is refused. */
static void refuses_parts(const struct key_openssh *parts, enum sg_reason reason, const char *words)
{
	struct sg_buf blob, text;

	sg_buf_init(&blob, 8000);
	sg_buf_init(&text, 16000);
	key_openssh_blob(parts, &blob);
	key_pem("OPENSSH PRIVATE KEY", sg_buf_str(&blob), 70, "\n", &text);
	refuses(sg_buf_str(&text), reason, words);
	sg_buf_release(&blob);
	sg_buf_release(&text);
}

static void other_kinds_in_the_container_are_named(void **state)
{
	static const struct {
		const char *type, *words;
	} kinds[] = {
		{"ssh-ed25519", "Ed25519"},
		{"ssh-rsa", "RSA"},
		{"ssh-dss", "DSA"},
		{"sk-ecdsa-sha2-nistp256@openssh.com", "FIDO"},
		{"sk-ssh-ed25519@openssh.com", "FIDO"},
		{"ecdsa-sha2-nistp256-cert-v01@openssh.com", "another kind"},
		{"\x1b[31m", "another kind"},
		{"", "another kind"},
	};
	struct key_openssh parts;
	struct sg_buf bytes;

	(void)state;
	key_openssh_of(P256, &bytes, &parts);
	for (size_t i = 0; i < SG_COUNT(kinds); i++) {
		parts.type = parts.inner_type = kinds[i].type;
		refuses_parts(&parts, SG_R_SIGNING_KEY_UNSUPPORTED, kinds[i].words);
		parts.cipher = "aes256-ctr"; /* the kind is said first: it would not do anyway */
		refuses_parts(&parts, SG_R_SIGNING_KEY_UNSUPPORTED, kinds[i].words);
		parts.cipher = "none";
	}
	parts.type = parts.inner_type = P256->type;
	parts.cipher = "aes256-ctr";
	parts.kdf = "bcrypt";
	refuses_parts(&parts, SG_R_SIGNING_KEY_ENCRYPTED, "passphrase");
	sg_buf_release(&bytes);
}

#define BROKEN(change, words)                                                                      \
	do {                                                                                       \
		struct key_openssh parts = whole;                                                  \
		change;                                                                            \
		refuses_parts(&parts, SG_R_SIGNING_KEY_INVALID, words);                            \
	} while (0)

static void a_container_with_one_thing_wrong_is_refused(void **state)
{
	struct key_openssh whole;
	struct sg_buf bytes, other;
	struct key_openssh foreign;

	(void)state;
	key_openssh_of(P256, &bytes, &whole);
	key_openssh_of(&key_vectors[1], &other, &foreign);
	BROKEN(parts.magic = "openssh-key-v2", "does not begin");
	BROKEN(parts.magic_len = 13, "does not begin");
	BROKEN(parts.count = 0, "not one key");
	BROKEN(parts.count = 2, "not one key");
	BROKEN(parts.count = 0xffffffff, "not one key");
	BROKEN(parts.options = "x", "public part");
	BROKEN(parts.behind = "x", "public part");
	BROKEN(parts.curve = "nistp384", "public part");
	BROKEN(parts.point.len--, "public part");
	BROKEN(parts.point.len++, "public part");
	BROKEN(parts.point = foreign.point, "public part");
	BROKEN(parts.check[1] = 0, "check numbers");
	BROKEN(parts.inner_type = key_vectors[1].type, "two public parts");
	BROKEN(parts.inner_curve = "nistp384", "two public parts");
	BROKEN(parts.inner_point.len--, "two public parts");
	BROKEN(parts.scalar.len = 0, "private number");
	BROKEN(parts.scalar = (parts.scalar.ptr++, parts.scalar), "private number"); /* negative */
	BROKEN(parts.scalar = foreign.scalar, "private number");
	BROKEN(parts.scalar = SG_STR("\0\0\1"), "private number");
	BROKEN(parts.scalar = SG_STR("\0"), "private number");
	BROKEN(parts.scalar = SG_STR("\1"), "do not belong together");
	BROKEN(parts.scalar.len--, "do not belong together");
	BROKEN(parts.padding = SG_STR("\1\2\3\4\5\6\7\1"), "at its end");
	BROKEN(parts.padding = SG_STR("\1"), "at its end");
	BROKEN((parts.comment = "1234", parts.padding = SG_STR("\1\2\3\3")), "at its end");
	sg_buf_release(&bytes);
	sg_buf_release(&other);
}

/* The order of P-256, which is one too many. */
static void a_number_that_is_none_of_the_curve_is_refused(void **state)
{
	struct key_openssh parts;
	struct sg_buf bytes, order;

	(void)state;
	key_openssh_of(P256, &bytes, &parts);
	sg_buf_init(&order, 100);
	sg_buf_addc(&order, 0);
	key_unhex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", &order);
	parts.scalar = sg_buf_str(&order);
	refuses_parts(&parts, SG_R_SIGNING_KEY_INVALID, "none of the curve");
	sg_buf_release(&order);
	sg_buf_release(&bytes);
}

static void der_that_is_no_key_of_ours_is_refused(void **state)
{
	/* PKCS#8 of an Ed25519 key (RFC 8410, 10.3), and an EC key on secp256k1 */
	static const char ed25519[] =
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
		"-----END PRIVATE KEY-----\n";
	struct key_vector v = *P256;
	struct sg_buf der, text;

	(void)state;
	refuses_text(ed25519, SG_R_SIGNING_KEY_UNSUPPORTED, "Ed25519");
	sg_buf_init(&der, 4000);
	sg_buf_init(&text, 8000);
	v.oid = "\x06\x05\x2b\x81\x04\x00\x0a";
	key_sec1(&v, true, &der);
	key_pem("EC PRIVATE KEY", sg_buf_str(&der), 64, "\n", &text);
	refuses(sg_buf_str(&text), SG_R_SIGNING_KEY_UNSUPPORTED, "another curve");
	sg_buf_reset(&der);
	sg_buf_reset(&text);
	v = *P256;
	v.uy = v.ux;
	key_sec1(&v, true, &der);
	key_pem("EC PRIVATE KEY", sg_buf_str(&der), 64, "\n", &text);
	refuses(sg_buf_str(&text), SG_R_SIGNING_KEY_INVALID, "do not belong together");
	sg_buf_reset(&der);
	sg_buf_reset(&text);
	key_sec1(P256, false, &der);
	key_pem("EC PRIVATE KEY", sg_buf_str(&der), 64, "\n", &text);
	refuses(sg_buf_str(&text), SG_R_SIGNING_KEY_INVALID, "lacks its public part");
	sg_buf_reset(&der);
	sg_buf_reset(&text);
	key_pkcs8(P256, &der);
	sg_buf_addc(&der, 0);
	key_pem("PRIVATE KEY", sg_buf_str(&der), 64, "\n", &text);
	refuses(sg_buf_str(&text), SG_R_SIGNING_KEY_INVALID, "not built");
	sg_buf_release(&der);
	sg_buf_release(&text);
}

static void which_of_two_keys_is_not_guessed(void **state)
{
	struct sg_buf text;
	struct sg_signer *signer;

	(void)state;
	sg_buf_init(&text, 8000);
	sg_buf_adds(&text, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
			   "-----END EC PARAMETERS-----\n");
	key_file(P256, &text);
	signer = good(sg_buf_str(&text)); /* other blocks are passed by */
	sg_signer_free(signer);
	key_file(&key_vectors[1], &text);
	refuses(sg_buf_str(&text), SG_R_SIGNING_KEY_INVALID, "more than one");
	sg_buf_release(&text);
}

/* A damaged file is refused, or is still the same key (a byte of the comment, say). */
static void judge_damaged(struct sg_str text, const char *public)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_signer *signer = NULL;

	if (sg_signer_new(NULL, text, &signer, &err) < 0) {
		assert_int_equal(sg_reason_exit(err.reason), 3);
		return;
	}
	assert_string_equal(sg_signer_public(signer), public);
	sg_signer_free(signer);
}

static void damage(const char *label, struct sg_str bytes, const char *public)
{
	struct sg_buf blob, text;

	sg_buf_init(&blob, 4000);
	sg_buf_init(&text, 8000);
	for (size_t at = 0; at < bytes.len; at++) {
		sg_buf_reset(&text);
		key_pem(label, sg_str_sub(bytes, 0, at), 64, "\n", &text);
		refuses(sg_buf_str(&text), SG_R_SIGNING_KEY_INVALID, "");
		for (unsigned bit = 0; bit < 8; bit += 7) {
			sg_buf_reset(&blob);
			sg_buf_reset(&text);
			sg_buf_addstr(&blob, bytes);
			blob.ptr[at] ^= (char)(1 << bit);
			key_pem(label, sg_buf_str(&blob), 64, "\n", &text);
			judge_damaged(sg_buf_str(&text), public);
		}
	}
	sg_buf_release(&blob);
	sg_buf_release(&text);
}

static void no_damage_makes_another_key(void **state)
{
	struct key_openssh parts;
	struct sg_buf bytes, blob, text;
	struct sg_signer *signer;

	(void)state;
	sg_buf_init(&blob, 4000);
	sg_buf_init(&text, 4000);
	key_file(P256, &text);
	signer = good(sg_buf_str(&text));
	key_openssh_of(P256, &bytes, &parts);
	key_openssh_blob(&parts, &blob);
	damage("OPENSSH PRIVATE KEY", sg_buf_str(&blob), sg_signer_public(signer));
	sg_buf_reset(&blob);
	key_sec1(P256, true, &blob);
	damage("EC PRIVATE KEY", sg_buf_str(&blob), sg_signer_public(signer));
	sg_buf_reset(&blob);
	key_pkcs8(P256, &blob);
	damage("PRIVATE KEY", sg_buf_str(&blob), sg_signer_public(signer));
	sg_signer_free(signer);
	sg_buf_release(&bytes);
	sg_buf_release(&blob);
	sg_buf_release(&text);
}

static void the_same_message_has_the_same_signature(void **state)
{
	struct sg_buf text, first, second;
	struct sg_signer *signer;

	(void)state;
	sg_buf_init(&text, 4000);
	sg_buf_init(&first, 4000);
	sg_buf_init(&second, 4000);
	key_file(P256, &text);
	signer = good(sg_buf_str(&text));
	sg_signer_sign(signer, "git", SG_STR("message"), &first);
	sg_signer_sign(signer, "git", SG_STR("message"), &second);
	assert_string_equal(first.ptr, second.ptr);
	assert_true(sg_str_starts(sg_buf_str(&first), "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH"));
	assert_true(sg_str_ends(sg_buf_str(&first), "\n-----END SSH SIGNATURE-----"));
	sg_buf_reset(&second);
	sg_signer_sign(signer, "file", SG_STR("message"), &second);
	assert_string_not_equal(first.ptr, second.ptr);
	sg_signer_free(signer);
	sg_signer_free(NULL);
	sg_buf_release(&text);
	sg_buf_release(&first);
	sg_buf_release(&second);
}

/* Is a part of LINE to be seen in what the redactor lets pass? */
static void masked(const struct sg_redactor *redactor, struct sg_str line)
{
	struct sg_buf out;

	sg_buf_init(&out, 8000);
	sg_redact(redactor, line, &out);
	assert_string_equal(out.ptr, "[MASKED]");
	sg_buf_release(&out);
}

static void the_key_is_masked_and_its_public_half_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(key_vectors); i++) {
		struct sg_redactor *redactor = sg_redactor_new();
		struct sg_buf text, x, out;
		struct sg_err err = SG_ERR_INIT;
		struct sg_signer *signer = NULL;
		struct sg_str rest, line;
		size_t public_lines = 0;

		sg_buf_init(&text, 4000);
		sg_buf_init(&x, 100);
		sg_buf_init(&out, 4000);
		key_file(&key_vectors[i], &text);
		assert_int_equal(sg_signer_new(redactor, sg_buf_str(&text), &signer, &err), 0);
		key_unhex(key_vectors[i].x, &x);
		masked(redactor, sg_buf_str(&x));
		rest = sg_str_trim(sg_buf_str(&text));
		while (sg_str_cut(&rest, '\n', &line)) {
			sg_buf_reset(&out);
			sg_buf_addstr(&out, line);
			if (strstr(sg_signer_public(signer), out.ptr))
				public_lines++;
			else
				masked(redactor, line);
		}
		/* what comes by its place in P-256 files */
		assert_int_equal(public_lines, i == 0);
		sg_buf_reset(&out);
		sg_redact(redactor, sg_str_of(sg_signer_public(signer)), &out);
		assert_string_equal(out.ptr, sg_signer_public(signer));
		sg_buf_reset(&out);
		sg_redact(redactor, sg_str_of(sg_signer_fingerprint(signer)), &out);
		assert_string_equal(out.ptr, sg_signer_fingerprint(signer));
		sg_signer_free(signer);
		sg_redactor_free(redactor);
		sg_buf_release(&text);
		sg_buf_wipe(&x);
		sg_buf_release(&out);
	}
}

static void what_was_refused_is_masked_whole(void **state)
{
	static const char text[] = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n"
				   "-----END RSA PRIVATE KEY-----\n";
	struct sg_redactor *redactor = sg_redactor_new();
	struct sg_err err = SG_ERR_INIT;
	struct sg_signer *signer = NULL;

	(void)state;
	assert_int_equal(sg_signer_new(redactor, sg_str_of(text), &signer, &err), -1);
	masked(redactor, SG_STR("MIIEpAIBAAKCAQEA"));
	sg_redactor_free(redactor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_are_those_of_the_rfc),
		cmocka_unit_test(every_format_of_every_curve_is_read),
		cmocka_unit_test(texts_that_hold_no_key_say_so),
		cmocka_unit_test(kinds_that_cannot_sign_are_named),
		cmocka_unit_test(other_kinds_in_the_container_are_named),
		cmocka_unit_test(a_container_with_one_thing_wrong_is_refused),
		cmocka_unit_test(a_number_that_is_none_of_the_curve_is_refused),
		cmocka_unit_test(der_that_is_no_key_of_ours_is_refused),
		cmocka_unit_test(which_of_two_keys_is_not_guessed),
		cmocka_unit_test(no_damage_makes_another_key),
		cmocka_unit_test(the_same_message_has_the_same_signature),
		cmocka_unit_test(the_key_is_masked_and_its_public_half_is_not),
		cmocka_unit_test(what_was_refused_is_masked_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
