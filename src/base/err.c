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
	va_list args;

	*err = (struct sg_err){.reason = reason};
	va_start(args, fmt);
	format(err->cause, sizeof(err->cause), fmt, args);
	va_end(args);
	return -1;
}

int(sg_wrap)(struct sg_err *err, const char *fmt, ...)
{
	char inner[sizeof(err->where)];
	size_t len;
	va_list args;

	memcpy(inner, err->where, sizeof(inner));
	va_start(args, fmt);
	format(err->where, sizeof(err->where), fmt, args);
	va_end(args);
	len = strlen(err->where);
	if (inner[0] != '\0' && len + 3 < sizeof(err->where)) {
		int n = snprintf(err->where + len, sizeof(err->where) - len, ": %.*s",
			(int)(sizeof(err->where) - len - 3), inner);
		(void)n;
	}
	return -1;
}

int(sg_hint)(struct sg_err *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
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
