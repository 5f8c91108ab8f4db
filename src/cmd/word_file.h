/* Words of a command line that stand in a file. */
#ifndef SG_CMD_WORD_FILE_H
#define SG_CMD_WORD_FILE_H

#include "cmd/opt.h"

/*
 * *ret_words are WORDS and behind them those of the file: separated by blanks and line breaks, "#"
 * at the start of a word begins a comment up to the end of the line. In ARENA. USAGE for a zero
 * byte in the file, TOO_LARGE above 1 MiB, else as sg_fs_read().
 */
int sg_word_file_read(struct sg_arena *arena, const char *path, const struct sg_words *words,
	struct sg_words *ret_words, struct sg_err *err) SG_MUST_CHECK;

#endif
