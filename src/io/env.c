#include "io/env.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ; /* POSIX has it, and no header of it does */

static const char *real_get(const struct sg_env *env, const char *name)
{
	(void)env;
	return getenv(name);
}

const struct sg_env *sg_env_real(void)
{
	static const struct sg_env real = {.get = real_get};

	return &real;
}

const char *sg_env_nonempty(const struct sg_env *env, const char *name)
{
	const char *value = env->get(env, name);

	return value && *value ? value : NULL;
}

struct fixed {
	struct sg_env env;
	const char *const *pairs;
};

static const char *fixed_get(const struct sg_env *env, const char *name)
{
	const struct fixed *fixed = (const struct fixed *)env;

	for (const char *const *pair = fixed->pairs; pair[0]; pair += 2)
		if (strcmp(pair[0], name) == 0)
			return pair[1];
	return NULL;
}

const struct sg_env *sg_env_fixed(struct sg_arena *arena, const char *const *pairs)
{
	struct fixed *fixed = sg_arena_calloc(arena, 1, sizeof(*fixed));
	size_t count = 0;
	const char **copy;

	while (pairs[count])
		count += 2;
	copy = sg_arena_calloc(arena, count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = sg_arena_strdup(arena, pairs[i]);
	fixed->env.get = fixed_get;
	fixed->pairs = copy;
	return &fixed->env;
}

static bool is_of(const char *entry, const char *other)
{
	size_t len = strcspn(entry, "=");

	return strncmp(entry, other, len) == 0 && other[len] == '=';
}

const char *const *sg_env_block(struct sg_arena *arena, const char *const *over)
{
	size_t own = 0, more = 0, count = 0;
	const char **block;

	while (environ[own])
		own++;
	while (over && over[more])
		more++;
	block = sg_arena_calloc(arena, own + more + 1, sizeof(*block));
	for (size_t i = 0; i < own; i++) {
		bool replaced = false;

		for (size_t j = 0; j < more; j++)
			replaced = replaced || is_of(environ[i], over[j]);
		if (!replaced)
			block[count++] = environ[i];
	}
	for (size_t j = 0; j < more; j++)
		block[count++] = over[j];
	return block;
}

void sg_env_forget(const char *name)
{
	char *value = getenv(name);

	if (!value)
		return;
	/* volatile: nobody reads these bytes again but whoever looks at /proc. */
	for (volatile char *p = value; *p; p++)
		*p = '\0';
	(void)unsetenv(name);
}
