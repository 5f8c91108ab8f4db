/*
 * All forms of all secrets in one Aho-Corasick automaton, so that the time is linear in the text
 * whatever the secrets and the text are. The text is walked as it is, percent-decoded, and
 * JSON-unescaped; hits of the decoded walks are mapped back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/redact_shape.h"
#include "base/secret.h"

#define SECRET_MIN_BYTES 6
#define LINE_MIN_BYTES 8    /* lines of multi-line secrets, learnt one by one */
#define PARTIAL_MIN_BYTES 8 /* a secret that was cut off by a limit */
#define PIECE_BYTES (256 * 1024)
#define MASK "[MASKED]"

struct node {
	uint32_t child, sibling; /* 0: none */
	uint32_t fail;
	uint32_t depth;
	uint32_t hit; /* length of the longest pattern that ends here; 0: none */
	uint8_t byte;
};

struct sg_redactor {
	struct node *nodes; /* [0] is the root */
	uint32_t count, cap;
	uint32_t first[256]; /* the root's children */
};

struct sg_redactor *sg_redactor_new(void)
{
	struct sg_redactor *redactor = sg_calloc(1, sizeof(*redactor));

	redactor->cap = 256;
	redactor->nodes = sg_calloc(redactor->cap, sizeof(*redactor->nodes));
	redactor->count = 1;
	return redactor;
}

void sg_redactor_free(struct sg_redactor *redactor)
{
	if (!redactor)
		return;
	for (volatile char *p = (volatile char *)redactor->nodes;
		p < (volatile char *)(redactor->nodes + redactor->count); p++)
		*p = 0;
	free(redactor->nodes);
	free(redactor);
}

static uint32_t child_of(const struct sg_redactor *r, uint32_t at, uint8_t byte)
{
	uint32_t child;

	if (at == 0)
		return r->first[byte];
	for (child = r->nodes[at].child; child; child = r->nodes[child].sibling)
		if (r->nodes[child].byte == byte)
			return child;
	return 0;
}

static uint32_t add_child(struct sg_redactor *r, uint32_t at, uint8_t byte)
{
	uint32_t made = r->count;

	if (r->count == r->cap) {
		/* A fresh copy and not realloc(), which would leave the old bytes behind. */
		struct node *grown = sg_calloc((size_t)r->cap * 2, sizeof(*grown));

		memcpy(grown, r->nodes, r->count * sizeof(*grown));
		for (volatile char *p = (volatile char *)r->nodes;
			p < (volatile char *)(r->nodes + r->count); p++)
			*p = 0;
		free(r->nodes);
		r->nodes = grown;
		r->cap *= 2;
	}
	r->count++;
	r->nodes[made] = (struct node){
		.byte = byte, .depth = r->nodes[at].depth + 1, .sibling = r->nodes[at].child};
	r->nodes[at].child = made;
	if (at == 0)
		r->first[byte] = made;
	return made;
}

static void add_pattern(struct sg_redactor *r, struct sg_str pattern)
{
	uint32_t at = 0;

	if (pattern.len < SECRET_MIN_BYTES)
		return;
	for (size_t i = 0; i < pattern.len; i++) {
		uint8_t byte = (uint8_t)pattern.ptr[i];
		uint32_t next = child_of(r, at, byte);

		at = next ? next : add_child(r, at, byte);
	}
	r->nodes[at].hit = r->nodes[at].depth;
}

static uint32_t step(const struct sg_redactor *r, uint32_t at, uint8_t byte)
{
	uint32_t next;

	while ((next = child_of(r, at, byte)) == 0 && at != 0)
		at = r->nodes[at].fail;
	return next;
}

/* Computes all fail links again, breadth first. */
static void link_fails(struct sg_redactor *r)
{
	uint32_t *queue = sg_calloc(r->count, sizeof(*queue));
	uint32_t head = 0, tail = 0;

	for (uint32_t child = r->nodes[0].child; child; child = r->nodes[child].sibling)
		queue[tail++] = child;
	while (head < tail) {
		uint32_t at = queue[head++];
		struct node *node = &r->nodes[at];

		if (node->depth > 1) {
			if (node->hit < r->nodes[node->fail].hit)
				node->hit = r->nodes[node->fail].hit;
		} else {
			node->fail = 0;
		}
		for (uint32_t child = node->child; child; child = r->nodes[child].sibling) {
			r->nodes[child].fail = step(r, node->fail, r->nodes[child].byte);
			queue[tail++] = child;
		}
	}
	free(queue);
}

/*
 * The characters of base64 that BYTES alone decide when they stand SHIFT bytes behind a multiple
 * of three, with the last two characters of ALPHABET for 62 and 63.
 */
static void add_base64(
	struct sg_redactor *r, struct sg_str bytes, size_t shift, const char *last_two)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t from = (8 * shift + 5) / 6, to = 8 * (shift + bytes.len) / 6;
	SG_AUTO(sg_buf_wipe) struct sg_buf text = {0};

	sg_buf_init(&text, to - from);
	for (size_t i = from; i < to; i++) {
		size_t bit = 6 * i - 8 * shift, at = bit / 8;
		unsigned pair = (unsigned)(unsigned char)bytes.ptr[at] << 8;
		unsigned digit;

		if (at + 1 < bytes.len)
			pair |= (unsigned char)bytes.ptr[at + 1];
		digit = pair >> (10 - bit % 8) & 63;
		sg_buf_addc(&text, digit < 62 ? digits[digit] : last_two[digit - 62]);
	}
	add_pattern(r, sg_buf_str(&text));
}

static void add_forms(struct sg_redactor *r, struct sg_str bytes)
{
	add_pattern(r, bytes);
	for (size_t shift = 0; shift < 3; shift++) {
		add_base64(r, bytes, shift, "+/");
		add_base64(r, bytes, shift, "-_");
	}
	if (sg_str_find(bytes, ' ') >= 0) {
		/* application/x-www-form-urlencoded */
		char *plus = sg_strndup(bytes.ptr, bytes.len);

		for (size_t i = 0; i < bytes.len; i++)
			plus[i] = bytes.ptr[i] == ' ' ? '+' : bytes.ptr[i];
		add_pattern(r, (struct sg_str){plus, bytes.len});
		for (volatile char *p = plus; p < plus + bytes.len; p++)
			*p = 0;
		free(plus);
	}
}

void sg_redactor_learn(struct sg_redactor *redactor, struct sg_str bytes)
{
	struct sg_str trimmed = sg_str_trim(bytes), rest = trimmed, line;

	if (trimmed.len < SECRET_MIN_BYTES)
		return;
	add_forms(redactor, trimmed);
	while (sg_str_find(trimmed, '\n') >= 0 && sg_str_cut(&rest, '\n', &line)) {
		line = sg_str_trim(line);
		if (line.len >= LINE_MIN_BYTES && !sg_str_starts(line, "-----"))
			add_forms(redactor, line);
	}
	link_fails(redactor);
}

/* ---- one piece of text ---- */

struct piece {
	struct sg_str text;
	int32_t *edges; /* +1 where a masked range begins, -1 where it ends */
};

static void mark(void *arg, size_t from, size_t to)
{
	struct piece *piece = arg;

	piece->edges[from]++;
	piece->edges[to]--;
}

/* A view of the piece: decoded bytes and where each came from; `from` has len + 1 entries. */
struct view {
	const char *bytes;
	const uint32_t *from; /* NULL: the text itself */
	size_t len;
};

static size_t source_of(const struct view *view, size_t at)
{
	return view->from ? view->from[at] : at;
}

/* True when a limit may have cut the text before AT. */
static bool is_cut(struct sg_str text, size_t at)
{
	return at >= text.len || sg_str_starts(sg_str_sub(text, at, text.len), "...");
}

static void match(const struct sg_redactor *r, struct piece *piece, const struct view *view)
{
	uint32_t at = 0;

	for (size_t i = 0; i < view->len; i++) {
		const struct node *node;
		size_t end = source_of(view, i + 1);

		at = step(r, at, (uint8_t)view->bytes[i]);
		node = &r->nodes[at];
		if (node->hit)
			mark(piece, source_of(view, i + 1 - node->hit), end);
		if (node->depth >= PARTIAL_MIN_BYTES && is_cut(piece->text, end))
			mark(piece, source_of(view, i + 1 - node->depth), end);
	}
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes one "%41"; returns how many bytes of text were used. */
static size_t decode_percent(struct sg_str s, size_t at, char *out, size_t *ret_len)
{
	out[0] = s.ptr[at];
	*ret_len = 1;
	if (s.ptr[at] != '%' || at + 2 >= s.len || hex(s.ptr[at + 1]) < 0 || hex(s.ptr[at + 2]) < 0)
		return 1;
	out[0] = (char)(hex(s.ptr[at + 1]) * 16 + hex(s.ptr[at + 2]));
	return 3;
}

static long unit16(struct sg_str s, size_t at)
{
	long value = 0;

	if (at + 6 > s.len || s.ptr[at] != '\\' || s.ptr[at + 1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		if (hex(s.ptr[at + i]) < 0)
			return -1;
		value = value * 16 + hex(s.ptr[at + i]);
	}
	return value;
}

static size_t put_utf8(long code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 63));
		out[2] = (char)(0x80 | (code & 63));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 63));
	out[2] = (char)(0x80 | (code >> 6 & 63));
	out[3] = (char)(0x80 | (code & 63));
	return 4;
}

/* Decodes one JSON escape; OUT holds 4 bytes. */
static size_t decode_json(struct sg_str s, size_t at, char *out, size_t *ret_len)
{
	static const char names[] = "nrtbf\"\\/", bytes[] = "\n\r\t\b\f\"\\/";
	long code, low;
	const char *name;

	out[0] = s.ptr[at];
	*ret_len = 1;
	if (s.ptr[at] != '\\' || at + 1 >= s.len)
		return 1;
	name = s.ptr[at + 1] ? strchr(names, s.ptr[at + 1]) : NULL;
	if (name) {
		out[0] = bytes[name - names];
		return 2;
	}
	code = unit16(s, at);
	if (code < 0)
		return 1;
	low = code >= 0xD800 && code < 0xDC00 ? unit16(s, at + 6) : -1;
	if (low >= 0xDC00 && low < 0xE000) {
		*ret_len = put_utf8(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), out);
		return 12;
	}
	*ret_len = put_utf8(code, out);
	return 6;
}

typedef size_t decoder(struct sg_str s, size_t at, char *out, size_t *ret_len);

static void match_decoded(const struct sg_redactor *r, struct piece *piece, decoder *decode)
{
	struct sg_str text = piece->text;
	char *bytes = sg_calloc(text.len + 4, 1);
	uint32_t *from = sg_calloc(text.len + 5, sizeof(*from));
	size_t n = 0;

	SG_ASSERT(text.len < UINT32_MAX);
	for (size_t at = 0; at < text.len;) {
		size_t len, used = decode(text, at, bytes + n, &len);

		for (size_t i = 0; i < len; i++)
			from[n + i] = (uint32_t)at;
		n += len;
		at += used;
		from[n] = (uint32_t)at;
	}
	match(r, piece, &(struct view){.bytes = bytes, .from = from, .len = n});
	free(bytes);
	free(from);
}

static void write_masked(const struct piece *piece, struct sg_buf *out)
{
	size_t plain = 0;
	int32_t inside = 0;

	for (size_t i = 0; i <= piece->text.len; i++) {
		int32_t before = inside;

		inside += piece->edges[i];
		if (before <= 0 && inside > 0) {
			sg_buf_add(out, piece->text.ptr + plain, i - plain);
			sg_buf_adds(out, MASK);
		}
		if (before > 0 && inside <= 0)
			plain = i;
	}
	sg_buf_add(out, piece->text.ptr + plain, piece->text.len - plain);
}

static void redact_piece(const struct sg_redactor *r, struct sg_str text, struct sg_buf *out)
{
	struct piece piece = {.text = text, .edges = sg_calloc(text.len + 1, sizeof(int32_t))};

	if (!text.ptr)
		piece.text = text = SG_STR("");
	sg_redact_shapes(text, mark, &piece);
	if (r && r->count > 1) {
		match(r, &piece, &(struct view){.bytes = text.ptr, .len = text.len});
		if (sg_str_find(text, '%') >= 0)
			match_decoded(r, &piece, decode_percent);
		if (sg_str_find(text, '\\') >= 0)
			match_decoded(r, &piece, decode_json);
	}
	write_masked(&piece, out);
	free(piece.edges);
}

void sg_redact(const struct sg_redactor *redactor, struct sg_str text, struct sg_buf *out)
{
	/* Long texts go piece by piece at line ends; multi-line secrets are known line by line. */
	while (text.len > PIECE_BYTES) {
		long newline = sg_str_find(sg_str_sub(text, PIECE_BYTES, text.len), '\n');
		size_t cut = PIECE_BYTES + (size_t)newline + 1;

		if (newline < 0)
			break;
		redact_piece(redactor, sg_str_sub(text, 0, cut), out);
		text = sg_str_sub(text, cut, text.len);
	}
	redact_piece(redactor, text, out);
}
