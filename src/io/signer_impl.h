/* What the signer's files share; nobody else but their tests includes this. */
#ifndef SG_IO_SIGNER_IMPL_H
#define SG_IO_SIGNER_IMPL_H

#include <stdint.h>

#include <mbedtls/ecp.h>
#include <mbedtls/md.h>

#include "io/signer.h"

enum {
	SG_SCALAR_MAX = 66, /* bytes of a number below the order of P-521 */
	SG_POINT_MAX = 1 + 2 * SG_SCALAR_MAX,
	SG_DIGEST_MAX = 64
};

struct sg_curve {
	const char *key_type; /* "ecdsa-sha2-nistp256" */
	const char *name;     /* "nistp256" */
	size_t bytes;         /* of a scalar, and of a coordinate */
	mbedtls_ecp_group_id group;
	mbedtls_md_type_t hash; /* of what is signed (RFC 5656 6.2.1) */
};

/* By the type of an SSH key or the group; NULL: none of ours. */
const struct sg_curve *sg_curve_of_type(struct sg_str key_type);
const struct sg_curve *sg_curve_of_group(mbedtls_ecp_group_id group);

/* What a key file says, not yet proven. */
struct sg_key {
	const struct sg_curve *curve;
	uint8_t scalar[SG_SCALAR_MAX]; /* big-endian, curve->bytes of them */
	uint8_t point[SG_POINT_MAX];   /* uncompressed */
};

/* For SG_AUTO. */
void sg_key_wipe(struct sg_key *key);

/* How a key that fits is made. */
#define SG_KEY_HINT                                                                                \
	"make one with: ssh-keygen -t ecdsa -b 256 -N '' -C stagegate -f stagegate-signing-key"

/* SIGNING_KEY_INVALID with WHY, and its hint. Returns -1. */
int sg_key_invalid(struct sg_err *err, const char *why);

/* SIGNING_KEY_ENCRYPTED. Returns -1. */
int sg_key_encrypted(struct sg_err *err, bool is_openssh);

/* SIGNING_KEY_UNSUPPORTED: "KIND, and only ...". Returns -1. */
int sg_key_unsupported(struct sg_err *err, const char *kind);

/* The first private key in the text of a file. */
int sg_key_read(struct sg_str text, struct sg_key *ret_key, struct sg_err *err) SG_MUST_CHECK;

/* The decoded inside of an "OPENSSH PRIVATE KEY". */
int sg_key_read_openssh(
	struct sg_str blob, struct sg_key *ret_key, struct sg_err *err) SG_MUST_CHECK;

/* The decoded inside of an "EC PRIVATE KEY" or "PRIVATE KEY". */
int sg_key_read_der(struct sg_buf *der, struct sg_key *ret_key, struct sg_err *err) SG_MUST_CHECK;

/* 0 when the scalar is one of the curve's and the point belongs to it. SIGNING_KEY_INVALID. */
int sg_key_prove(const struct sg_key *key, struct sg_err *err) SG_MUST_CHECK;

/* Deterministic ECDSA (RFC 6979); r and s as wide as the curve's scalars, big-endian. */
void sg_key_sign(const struct sg_curve *curve, const uint8_t *scalar, struct sg_str message,
	mbedtls_md_type_t hash, uint8_t *ret_r, uint8_t *ret_s);

#endif
