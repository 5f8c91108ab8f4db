/* The environment, read once; the only place that calls getenv(). */
#ifndef SG_IO_ENV_H
#define SG_IO_ENV_H

#include "base/arena.h"

struct sg_env {
	/* The value of NAME, NULL when unset; "" is a value. */
	const char *(*get)(const struct sg_env *env, const char *name);
};

const struct sg_env *sg_env_real(void);

/* NULL also for the empty string: in CI an empty variable means "not given". */
const char *sg_env_nonempty(const struct sg_env *env, const char *name);

/* A test's environment: NAME, VALUE pairs, NULL at the end; lives in ARENA. */
const struct sg_env *sg_env_fixed(struct sg_arena *arena, const char *const *pairs);

/*
 * The process's own environment with OVER (NAME=VALUE, NULL at the end; NULL: nothing) over it, for
 * a child; NULL at the end. Its list lives in ARENA, its strings where they are now.
 */
const char *const *sg_env_block(struct sg_arena *arena, const char *const *over);

/*
 * Overwrites the value of a secret variable in the process's own environment block and unsets it,
 * so that neither children nor /proc/self/environ show it. The caller has copied it before.
 */
void sg_env_forget(const char *name);

#endif
