/* A view of bytes that somebody else owns; passed by value, not NUL-terminated. */
#ifndef SG_BASE_STR_H
#define SG_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct sg_str {
	const char *ptr;
	size_t len;
};

#define SG_STR(literal) ((struct sg_str){(literal), sizeof(literal) - 1})

/* For printf's "%.*s"; caps at what an int can say. */
#define SG_STR_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).ptr ? (s).ptr : "")

struct sg_str sg_str_of(const char *text); /* NULL gives the empty view */
bool sg_str_eq(struct sg_str a, struct sg_str b);
bool sg_str_is(struct sg_str a, const char *text);
bool sg_str_ieq(struct sg_str a, struct sg_str b); /* ASCII case folded */
bool sg_str_same(const char *a, const char *b);    /* or both NULL */
bool sg_str_starts(struct sg_str s, const char *prefix);
bool sg_str_ends(struct sg_str s, const char *suffix);

/* The bytes [from, to), clamped to the view. */
struct sg_str sg_str_sub(struct sg_str s, size_t from, size_t to);

/* Without the blanks (space, tab, CR, LF) at both ends. */
struct sg_str sg_str_trim(struct sg_str s);

/* How many bytes from the start are visible ASCII: a token that goes into a header is nothing else.
 */
size_t sg_str_visible(struct sg_str s);

/* Position of the first byte C, or -1. */
long sg_str_find(struct sg_str s, char c);

/* Position of NEEDLE, or -1; linear in the length for the short needles used here. */
long sg_str_search(struct sg_str s, const char *needle);

/*
 * Cuts the part before the first C off `*rest` and returns it; the whole rest when C is absent.
 * Returns false when nothing is left (an empty last part counts as a part).
 */
bool sg_str_cut(struct sg_str *rest, char c, struct sg_str *ret_part);

/* True for decimal digits only, one at least. */
bool sg_str_is_digits(struct sg_str s);

/* True when all bytes are [0-9a-f]; an empty view has no others. */
bool sg_str_is_hex(struct sg_str s);

/* Room for a full Git object id in hex, of SHA-1 or SHA-256, and its NUL. */
#define SG_OID_SIZE 65

/* True when all bytes are [0-9a-f] and the length is 40 or 64: a full Git object id. */
bool sg_str_is_oid(struct sg_str s);

/*
 * The candidate nearest to WANTED by edit distance (insert, delete, replace, swap), for "did you
 * mean"; the first of several. NULL when none is near (more than a third of its letters, rounded
 * up, differ).
 */
const char *sg_str_nearest(const char *wanted, const char *const *candidates, size_t count);

#endif
