/* HTTP dates (RFC 9110 5.6.7). */
#ifndef SG_IO_HTTP_DATE_H
#define SG_IO_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* "Sun, 06 Nov 1994 08:49:37 GMT" as seconds since 1970; the obsolete forms are not understood. */
bool sg_http_date(struct sg_str text, int64_t *ret_unix_s);

#endif
