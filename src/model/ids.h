/*
 * Names and dates that make a run repeatable: the same wish gives the same Stagegate-Id, the same
 * branch and, on the same parent, the same commit (design: promise 10; security.md 5.2).
 */
#ifndef SG_MODEL_IDS_H
#define SG_MODEL_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct sg_wish {
	const char *service;
	const char *file;
	const char *place;
	const char *value;
};

/*
 * The text that is hashed for a Stagegate-Id: schema, repository, environment and the wishes
 * sorted, each part length-prefixed so that no two wishes share a text. Hashing is io/crypto's; the
 * id is the first 20 hex digits of the SHA-256.
 */
void sg_id_text(const char *repository, const char *environment, const struct sg_wish *wishes,
	size_t count, struct sg_buf *out);

/* Seconds since 1970 of an RFC 3339 time ("2026-02-03T04:05:06Z", offsets, fractions dropped). */
bool sg_time_parse(struct sg_str text, int64_t *ret_unix_s);

/* The same in milliseconds; what is finer is dropped. */
bool sg_time_parse_ms(struct sg_str text, int64_t *ret_unix_ms);

/* "2026-02-03" as its first second in UTC. */
bool sg_time_parse_date(struct sg_str text, int64_t *ret_unix_s);

/* "2026-02-03T04:05:06Z"; OUT holds at least 21 bytes. Clamped to the years 0000 to 9999. */
void sg_time_format(int64_t unix_s, char *out, size_t size);

#endif
