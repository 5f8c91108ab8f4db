/* Which proxy a request will take, for people; libcurl decides by the same rules. */
#ifndef SG_IO_HTTP_PROXY_H
#define SG_IO_HTTP_PROXY_H

#include "base/arena.h"
#include "io/env.h"

/*
 * The proxy for URL: NAMED (a request's own, may be NULL), else https_proxy, HTTPS_PROXY, all_proxy
 * and ALL_PROXY unless no_proxy or NO_PROXY excepts the host. Without user and password. NULL for
 * none; this machine is never called through one.
 */
const char *sg_http_proxy_of(
	struct sg_arena *arena, const struct sg_env *env, const char *url, const char *named);

#endif
