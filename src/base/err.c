#include "base/err.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

SG_PRINTF(3, 0)
static void format(char *out, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(out, size, fmt, args);

	if (n < 0)
		out[0] = '\0';
	else if ((size_t)n >= size)
		memcpy(out + size - 4, "...", 4);
}

int(sg_fail)(struct sg_err *err, enum sg_reason reason, const char *fmt, ...)
{
	char cause[sizeof(err->cause)]; /* the arguments may be members of *err */
	va_list args;

	va_start(args, fmt);
	format(cause, sizeof(cause), fmt, args);
	va_end(args);
	*err = (struct sg_err){.reason = reason};
	memcpy(err->cause, cause, sizeof(cause));
	return -1;
}

int(sg_wrap)(struct sg_err *err, const char *fmt, ...)
{
	char where[sizeof(err->where)];
	size_t len;
	va_list args;

	va_start(args, fmt);
	format(where, sizeof(where), fmt, args);
	va_end(args);
	len = strlen(where);
	if (err->where[0] != '\0' && len + 3 < sizeof(where)) {
		int n = snprintf(where + len, sizeof(where) - len, ": %.*s",
			(int)(sizeof(where) - len - 3), err->where);
		(void)n;
	}
	memcpy(err->where, where, sizeof(where));
	return -1;
}

int(sg_hint)(struct sg_err *err, const char *fmt, ...)
{
	char hint[sizeof(err->hint)];
	va_list args;

	va_start(args, fmt);
	format(hint, sizeof(hint), fmt, args);
	va_end(args);
	memcpy(err->hint, hint, sizeof(hint));
	return -1;
}

int(sg_transient)(struct sg_err *err)
{
	err->transient = true;
	return -1;
}

int sg_err_exit(const struct sg_err *err)
{
	int code = sg_reason_exit(err->reason);

	return err->reason == SG_R_CANCELLED ? code + err->signo : code;
}

void sg_bug(const char *file, int line, const char *what)
{
	sg_die("bug", file, line, what);
}
