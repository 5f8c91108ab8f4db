/*
 * SSH signatures (SSHSIG, which Git knows as gpg.format=ssh) with an ECDSA key on P-256, P-384 or
 * P-521. Nothing is random (RFC 6979): the same key and message give the same signature. Other
 * kinds of keys are refused by name. security.md 3.1, 3.2.
 */
#ifndef SG_IO_SIGNER_H
#define SG_IO_SIGNER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

struct sg_signer;

/* What is read of a key file at most. */
#define SG_SIGNER_FILE_MAX_BYTES (64u << 10)

/*
 * Reads the text of a key file: openssh-key-v1, SEC1 or PKCS#8 as PEM, without a passphrase, with
 * one key. Line ends of any kind, or none at the end, are fine. Public and private part are proven
 * to belong together. REDACTOR learns what is secret in the text, in case of an error all of it;
 * the caller wipes its copy. SIGNING_KEY_INVALID, SIGNING_KEY_ENCRYPTED, SIGNING_KEY_UNSUPPORTED.
 */
int sg_signer_new(struct sg_redactor *redactor, struct sg_str text, struct sg_signer **ret_signer,
	struct sg_err *err) SG_MUST_CHECK;

/* Overwrites the key and frees. NULL is fine. */
void sg_signer_free(struct sg_signer *signer);
void sg_signer_free_ptr(struct sg_signer **signer);

/* "ecdsa-sha2-nistp256 AAAA...": the line by which the key is registered; no comment. */
const char *sg_signer_public(const struct sg_signer *signer);

/* "SHA256:...", as `ssh-keygen -l` and GitLab show it. */
const char *sg_signer_fingerprint(const struct sg_signer *signer);

/*
 * Appends the armored signature of MESSAGE for NAMESPACE ("git" for commits), its lines parted by
 * newlines, none behind the last. The hash of the message is SHA-512.
 */
void sg_signer_sign(const struct sg_signer *signer, const char *namespace, struct sg_str message,
	struct sg_buf *out);

#endif
