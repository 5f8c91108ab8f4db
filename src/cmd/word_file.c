#include "cmd/word_file.h"

#include <string.h>

#include "io/fs.h"

#define FILE_MAX_BYTES (1u << 20)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line, taken off it; false at its end or where a comment begins. */
static bool next_word(struct sg_str *line, struct sg_str *ret_word)
{
	size_t from = 0, to;

	while (from < line->len && is_blank(line->ptr[from]))
		from++;
	for (to = from; to < line->len && !is_blank(line->ptr[to]);)
		to++;
	*ret_word = sg_str_sub(*line, from, to);
	*line = sg_str_sub(*line, to, line->len);
	return ret_word->len && ret_word->ptr[0] != '#';
}

int sg_word_file_read(struct sg_arena *arena, const char *path, const struct sg_words *words,
	struct sg_words *ret_words, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	struct sg_str rest, line, word;
	const char **items = NULL;
	size_t count = 0;

	sg_buf_init(&text, FILE_MAX_BYTES);
	if (sg_fs_read(path, &text, err) < 0)
		return -1;
	rest = sg_buf_str(&text);
	if (sg_str_find(rest, '\0') >= 0)
		return sg_fail(err, SG_R_USAGE, "%s: there is a zero byte in it", path);
	if (sg_str_starts(rest, "\xEF\xBB\xBF"))
		rest = sg_str_sub(rest, 3, rest.len);
	for (size_t i = 0; i < words->count; i++) {
		const char **item = sg_arena_push(arena, &items, &count, sizeof(*item));

		*item = words->items[i];
	}
	while (sg_str_cut(&rest, '\n', &line))
		while (next_word(&line, &word)) {
			const char **item = sg_arena_push(arena, &items, &count, sizeof(*item));

			*item = sg_arena_dup(arena, word);
		}
	*ret_words = (struct sg_words){items, count};
	return 0;
}
