/* Key files as OpenSSH and OpenSSL write them, made of the keys of RFC 6979 (A.2.5 to A.2.7). */
#ifndef TESTS_UNIT_KEY_FILE_H
#define TESTS_UNIT_KEY_FILE_H

#include "base/buf.h"

/* A published key: hex digits, each number as wide as the curve's. */
struct key_vector {
	const char *type; /* "ecdsa-sha2-nistp256" */
	const char *curve;
	const char *x, *ux, *uy;
	const char *r[2], *s[2]; /* of "sample" and "test" with the curve's hash */
	size_t bytes;
	const char *oid; /* of the curve, DER */
};

extern const struct key_vector key_vectors[3];

/* The bytes behind hex digits. */
void key_unhex(const char *hex, struct sg_buf *out);

/* What an openssh-key-v1 consists of; tests change one thing. */
struct key_openssh {
	const char *magic;
	size_t magic_len;
	const char *cipher, *kdf, *options;
	unsigned count;
	const char *type, *curve; /* of the outer public part */
	struct sg_str point;
	unsigned check[2];
	const char *inner_type, *inner_curve;
	struct sg_str inner_point;
	struct sg_str scalar; /* as it is written, with its leading zero */
	const char *comment;
	struct sg_str padding;
	const char *behind; /* the private section */
};

/* The parts of a good file. BYTES keeps point and scalar. */
void key_openssh_of(const struct key_vector *v, struct sg_buf *bytes, struct key_openssh *ret);

/* The container, not yet armored. */
void key_openssh_blob(const struct key_openssh *parts, struct sg_buf *out);

/* DER of SEC1 ("EC PRIVATE KEY") and PKCS#8 ("PRIVATE KEY"). */
void key_sec1(const struct key_vector *v, bool with_public, struct sg_buf *out);
void key_pkcs8(const struct key_vector *v, struct sg_buf *out);

/* As PEM, WIDTH characters a line, END after each. */
void key_pem(
	const char *label, struct sg_str bytes, size_t width, const char *end, struct sg_buf *out);

/* The whole file in OpenSSH's format. */
void key_file(const struct key_vector *v, struct sg_buf *out);

#endif
