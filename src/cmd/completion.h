/*
 * Completion for shells, written from the option table: the commands, the options of each, their
 * choices, files and folders, and the words that a command says it takes.
 */
#ifndef SG_CMD_COMPLETION_H
#define SG_CMD_COMPLETION_H

#include "base/arena.h"
#include "base/buf.h"

/* Blank-separated names of the shells. */
#define SG_SHELLS "bash zsh fish"

/* The script for SHELL, one of SG_SHELLS; false for any other. */
bool sg_completion_write(const char *shell, struct sg_arena *arena, struct sg_buf *out);

#endif
