/* Words of a command line that stand in a file. */
#ifndef SG_CMD_WORD_FILE_H
#define SG_CMD_WORD_FILE_H

#include "cmd/opt.h"

/*
 * *ret_words are WORDS and behind them those of the file with their places: separated by blanks and
 * line breaks, "#" at the start of a word begins a comment up to the end of the line. Columns count
 * characters. In ARENA. USAGE for a zero byte in the file, TOO_LARGE above 1 MiB or 10,000 words,
 * else as sg_fs_read(). Errors about the text say where: "FILE:LINE:COLUMN: ...".
 */
int sg_word_file_read(struct sg_arena *arena, const char *path, const struct sg_words *words,
	struct sg_words *ret_words, struct sg_err *err) SG_MUST_CHECK;

#endif
