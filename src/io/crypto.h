/* SHA-2, base64 and random bytes, on mbedTLS and the kernel. */
#ifndef SG_IO_CRYPTO_H
#define SG_IO_CRYPTO_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

void sg_crypto_sha256(struct sg_str bytes, uint8_t ret_digest[32]);

/* The digest as 64 lower-case hex digits and a NUL. */
void sg_crypto_sha256_hex(struct sg_str bytes, char ret_hex[65]);

void sg_crypto_sha512(struct sg_str bytes, uint8_t ret_digest[64]);

/* RFC 4648 base64 with padding. */
void sg_crypto_base64(struct sg_str bytes, struct sg_buf *out);

/* Decodes base64 (blanks and newlines allowed). False when it is not base64. What was decoded
 * stays nowhere but in OUT. */
bool sg_crypto_unbase64(struct sg_str text, struct sg_buf *out);

/* 64 bits from getrandom(2). */
uint64_t sg_crypto_random(void);

#endif
