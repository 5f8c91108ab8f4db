#include "cmd/word_file.h"

#include <string.h>

#include "io/fs.h"

#define FILE_MAX_BYTES (1u << 20)
#define WORDS_MAX 10000

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Reading a file: what is left of the line, and where it stands. */
struct reading {
	struct sg_arena *arena;
	const char *path;
	size_t line_number;
	struct sg_str line; /* whole */
	size_t at;
	const char **items, **places;
	size_t item_count, place_count;
};

/* "FILE:LINE:COLUMN" of the byte AT of the line; bytes inside a character count for nothing. */
static const char *place_of(const struct reading *r, size_t at)
{
	size_t column = 1;

	for (size_t i = 0; i < at; i++)
		column += ((unsigned char)r->line.ptr[i] & 0xC0) != 0x80;
	return sg_arena_printf(r->arena, "%s:%zu:%zu", r->path, r->line_number, column);
}

/* The next word of the line; false at its end or where a comment begins. */
static bool next_word(struct reading *r, size_t *ret_from, struct sg_str *ret_word)
{
	size_t from = r->at, to;

	while (from < r->line.len && is_blank(r->line.ptr[from]))
		from++;
	for (to = from; to < r->line.len && !is_blank(r->line.ptr[to]);)
		to++;
	r->at = to;
	*ret_from = from;
	*ret_word = sg_str_sub(r->line, from, to);
	return ret_word->len && ret_word->ptr[0] != '#';
}

static void add(struct reading *r, const char *word, const char *place)
{
	const char **item = sg_arena_push(r->arena, &r->items, &r->item_count, sizeof(*item));
	const char **where = sg_arena_push(r->arena, &r->places, &r->place_count, sizeof(*where));

	*item = word;
	*where = place;
}

static int read_line(struct reading *r, struct sg_err *err)
{
	long zero = sg_str_find(r->line, '\0');
	struct sg_str word;
	size_t from;

	if (zero >= 0)
		return sg_fail(err, SG_R_USAGE, "%s: there is a zero byte in it",
			place_of(r, (size_t)zero));
	while (next_word(r, &from, &word)) {
		if (r->item_count >= WORDS_MAX)
			return sg_fail(err, SG_R_TOO_LARGE, "%s: more than %d words",
				place_of(r, from), WORDS_MAX);
		add(r, sg_arena_dup(r->arena, word), place_of(r, from));
	}
	return 0;
}

int sg_word_file_read(struct sg_arena *arena, const char *path, const struct sg_words *words,
	struct sg_words *ret_words, struct sg_err *err)
{
	struct reading r = {.arena = arena, .path = path};
	struct sg_buf text SG_AUTO(sg_buf_release);
	struct sg_str rest;

	sg_buf_init(&text, FILE_MAX_BYTES);
	if (sg_fs_read(path, &text, err) < 0)
		return -1;
	rest = sg_buf_str(&text);
	if (sg_str_starts(rest, "\xEF\xBB\xBF"))
		rest = sg_str_sub(rest, 3, rest.len);
	for (size_t i = 0; i < words->count; i++)
		add(&r, words->items[i], NULL);
	while (sg_str_cut(&rest, '\n', &r.line)) {
		r.line_number++;
		r.at = 0;
		if (read_line(&r, err) < 0)
			return -1;
	}
	*ret_words = (struct sg_words){r.items, r.item_count, r.places};
	return 0;
}
