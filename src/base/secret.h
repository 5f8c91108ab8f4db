/*
 * A value that no output may show. The type is opaque: the log, reports and errors have no way to
 * print it; only io/ asks for the bytes, to put them into a header or a TLS key.
 */
#ifndef SG_BASE_SECRET_H
#define SG_BASE_SECRET_H

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct sg_secret;
struct sg_redactor;

/*
 * Takes a copy of the bytes and teaches REDACTOR to mask them (raw, base64, URL-encoded and
 * JSON-escaped forms; security.md 4.1). The caller wipes its own copy.
 */
struct sg_secret *sg_secret_new(struct sg_redactor *redactor, struct sg_str bytes);

/* Overwrites and frees. NULL is fine. The redactor goes on masking. */
void sg_secret_free(struct sg_secret *secret);
void sg_secret_free_ptr(struct sg_secret **secret);

/* For io/ only. */
struct sg_str sg_secret_bytes(const struct sg_secret *secret);

/*
 * Knows every secret of the run and removes them from text on its way out, together with what has
 * the shape of a secret (glpat-..., JWT, Authorization values).
 */
struct sg_redactor *sg_redactor_new(void);
void sg_redactor_free(struct sg_redactor *redactor);

/*
 * Masks BYTES (blanks at the ends aside) from now on: raw, base64 and base64url at any alignment,
 * and both of them URL-encoded or JSON-escaped in whatever way; of a multi-line secret also each
 * line of 8 bytes and more; and its first bytes, 8 and more, where a limit cut the text (at the end
 * or before "..."). Secrets shorter than 6 bytes are not learnt.
 */
void sg_redactor_learn(struct sg_redactor *redactor, struct sg_str bytes);

/*
 * Appends TEXT to OUT with every secret replaced by "[MASKED]", in linear time. REDACTOR may be
 * NULL (shapes only). Comes before the escaper of a sink, never after it.
 */
void sg_redact(const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out);

#endif
