/* Which certificate authorities are trusted (security.md 4.3). */
#ifndef SG_IO_CA_H
#define SG_IO_CA_H

#include "base/buf.h"
#include "base/err.h"
#include "io/env.h"

/*
 * Reads the trust store as PEM, first of: OPTION (--ca-file), STAGEGATE_CA_FILE, CURL_CA_BUNDLE,
 * SSL_CERT_FILE, SSL_CERT_DIR, then the usual system files. CI_SERVER_TLS_CA_FILE is added to what
 * was found. A file that was named but cannot be read, or holds no certificate, is an error that
 * names it; no system store is none. PEM is appended to `*ret_pem`, which the caller has
 * initialised with the most it may hold. `*ret_from` is the path (or paths) used, in ARENA; "" when
 * there is none.
 */
int sg_ca_load(struct sg_arena *arena, const struct sg_env *env, const char *option,
	struct sg_buf *ret_pem, const char **ret_from, struct sg_err *err) SG_MUST_CHECK;

#endif
