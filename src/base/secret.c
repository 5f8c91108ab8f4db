#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct sg_secret {
	size_t len;
	char bytes[];
};

struct sg_secret *sg_secret_new(struct sg_redactor *redactor, struct sg_str bytes)
{
	struct sg_secret *secret = sg_calloc(1, sizeof(*secret) + bytes.len + 1);

	secret->len = bytes.len;
	if (bytes.len)
		memcpy(secret->bytes, bytes.ptr, bytes.len);
	if (redactor)
		sg_redactor_learn(redactor, bytes);
	return secret;
}

void sg_secret_free(struct sg_secret *secret)
{
	if (!secret)
		return;
	/* volatile: the compiler must not drop a store to memory that is freed next. */
	for (volatile char *p = secret->bytes; p < secret->bytes + secret->len; p++)
		*p = 0;
	free(secret);
}

void sg_secret_free_ptr(struct sg_secret **secret)
{
	sg_secret_free(*secret);
	*secret = NULL;
}

struct sg_str sg_secret_bytes(const struct sg_secret *secret)
{
	return secret ? (struct sg_str){secret->bytes, secret->len} : (struct sg_str){"", 0};
}
