#include "io/http_curl_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "io/crypto.h"

void sg_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t len)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)bytes, .len = len, .flags = CURL_BLOB_NOCOPY};

	SG_CURL_SET(easy, option, &blob);
}

/* mbedTLS blinds its arithmetic with random bytes. */
static int random_bytes(void *arg, unsigned char *out, size_t len)
{
	(void)arg;
	while (len > 0) {
		ssize_t got = getrandom(out, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
		out += got;
		len -= (size_t)got;
	}
	return 0;
}

static int unusable(const struct sg_curl_call *call, const char *what, int code, struct sg_err *err)
{
	char text[160];

	mbedtls_strerror(code, text, sizeof(text));
	(void)sg_fail(err, SG_R_CONFIG_INVALID, "the %s for %s cannot be used: %s", what,
		call->host, text);
	return sg_hint(err, "certificate and key must be PEM, the key without a pass phrase");
}

static int check_loaded(const struct sg_curl_call *call, mbedtls_x509_crt *cert,
	mbedtls_pk_context *key, struct sg_err *err)
{
	int code = mbedtls_x509_crt_parse(
		cert, (const unsigned char *)call->cert.ptr, call->cert.len + 1);

	if (code != 0)
		return unusable(call, "client certificate", code, err);
	code = mbedtls_pk_parse_key(key, (const unsigned char *)call->key.ptr, call->key.len + 1,
		NULL, 0, random_bytes, NULL);
	if (code != 0)
		return unusable(call, "key of the client certificate", code, err);
	if (mbedtls_pk_check_pair(&cert->pk, key, random_bytes, NULL) != 0)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"the client certificate for %s and its key do not belong together",
			call->host);
	return 0;
}

static int check_pair(const struct sg_curl_call *call, struct sg_err *err)
{
	mbedtls_x509_crt cert;
	mbedtls_pk_context key;
	int rc;

	mbedtls_x509_crt_init(&cert);
	mbedtls_pk_init(&key);
	rc = check_loaded(call, &cert, &key, err);
	mbedtls_pk_free(&key);
	mbedtls_x509_crt_free(&cert);
	return rc;
}

static void digest_pair(const struct sg_curl_call *call, char digest[65])
{
	SG_AUTO(sg_buf_wipe) struct sg_buf both;

	sg_buf_init(&both, call->cert.max + call->key.max);
	sg_buf_addstr(&both, sg_buf_str(&call->cert));
	sg_buf_addstr(&both, sg_buf_str(&call->key));
	sg_crypto_sha256_hex(sg_buf_str(&both), digest);
}

int sg_curl_set_client(struct sg_curl_call *call, const struct sg_tls *tls, struct sg_err *err)
{
	struct sg_curl_client *client = call->client;
	char digest[65];

	if (!tls->client_key)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"the client certificate for %s is given without its key", call->host);
	sg_buf_addstr(&call->cert, tls->client_cert_pem);
	sg_buf_addstr(&call->key, sg_secret_bytes(tls->client_key));
	if (call->cert.overflow || call->key.overflow)
		return sg_fail(err, SG_R_TOO_LARGE,
			"the client certificate or its key is larger than the limit of %zu bytes",
			call->key.max);
	digest_pair(call, digest);
	if (strcmp(digest, client->checked_pair) != 0 && check_pair(call, err) < 0)
		return -1;
	memcpy(client->checked_pair, digest, sizeof(digest));
	call->has_client_cert = true;
	SG_CURL_SET(call->easy, CURLOPT_SSLCERTTYPE, "PEM");
	SG_CURL_SET(call->easy, CURLOPT_SSLKEYTYPE, "PEM");
	sg_curl_set_blob(call->easy, CURLOPT_SSLCERT_BLOB, call->cert.ptr, call->cert.len);
	/* mbedTLS takes a PEM key with its NUL only */
	sg_curl_set_blob(call->easy, CURLOPT_SSLKEY_BLOB, call->key.ptr, call->key.len + 1);
	return 0;
}
