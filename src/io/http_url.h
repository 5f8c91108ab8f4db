/*
 * What the client must know of a URL before it hands it to libcurl. Stricter than RFC 3986, so that
 * no two parsers can see two different hosts in one text.
 */
#ifndef SG_IO_HTTP_URL_H
#define SG_IO_HTTP_URL_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct sg_http_url {
	bool tls;             /* https */
	struct sg_str host;   /* as written, an IPv6 address with its brackets; view into the URL */
	unsigned port;        /* the scheme's when none was written */
	struct sg_str target; /* path, query and fragment; may be empty; view into the URL */
};

/*
 * Accepts http(s)://HOST[:PORT][/...] with HOST a name of [A-Za-z0-9._-] or a bracketed IPv6
 * address. CONFIG_INVALID for another scheme, user info (which the message does not repeat), blanks
 * and control bytes, and anything that does not parse.
 */
int sg_http_url_parse(const char *url, struct sg_http_url *ret, struct sg_err *err) SG_MUST_CHECK;

/* localhost, 127.0.0.0/8 in dotted form, [::1]. */
bool sg_http_url_loopback(const struct sg_http_url *url);

#endif
