#include "io/env.h"

#include <stdlib.h>
#include <string.h>

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
