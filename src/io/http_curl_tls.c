#include "io/http_curl_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/crypto.h"

static struct sg_curl_trust *find(struct sg_curl_client *client, const char *digest)
{
	for (struct sg_curl_trust *trust = client->trusts; trust; trust = trust->next)
		if (strcmp(trust->digest, digest) == 0)
			return trust;
	return NULL;
}

/* PEM needs its NUL here. A certificate of a kind that mbedTLS does not know is passed over. */
static int parse(struct sg_str pem, mbedtls_x509_crt *chain, const char *from, struct sg_err *err)
{
	SG_AUTO(sg_free_ptr) char *text = sg_strndup(pem.ptr, pem.len);

	if (mbedtls_x509_crt_parse(chain, (const unsigned char *)text, pem.len + 1) >= 0)
		return 0;
	return sg_fail(err, SG_R_CONFIG_INVALID,
		"no certificate authority can be read from %s: no valid PEM certificate in it",
		from && *from ? from : "what was given for this server");
}

/* The parsed store of PEM, made when it is new. */
static int trust_of(struct sg_curl_client *client, struct sg_str pem, const char *from,
	struct sg_curl_trust **ret, struct sg_err *err)
{
	char digest[65];
	struct sg_curl_trust *trust;

	sg_crypto_sha256_hex(pem, digest);
	trust = find(client, digest);
	if (!trust) {
		trust = sg_calloc(1, sizeof(*trust));
		memcpy(trust->digest, digest, sizeof(digest));
		mbedtls_x509_crt_init(&trust->chain);
		if (pem.len > 0 && parse(pem, &trust->chain, from, err) < 0) {
			mbedtls_x509_crt_free(&trust->chain);
			free(trust);
			return -1;
		}
		trust->from = sg_strdup(from ? from : "");
		trust->next = client->trusts;
		client->trusts = trust;
	}
	*ret = trust;
	return 0;
}

static int choose_trust(struct sg_curl_call *call, const struct sg_tls *tls, struct sg_err *err)
{
	struct sg_curl_client *client = call->client;
	struct sg_str pem = {client->ca_pem, client->ca_len};

	if (tls && tls->ca_pem.len > 0)
		return trust_of(client, tls->ca_pem, tls->ca_from, &call->trust, err);
	if (!client->standard && trust_of(client, pem, client->ca_from, &client->standard, err) < 0)
		return -1;
	call->trust = client->standard;
	return 0;
}

void sg_curl_trusts_free(struct sg_curl_client *client)
{
	while (client->trusts) {
		struct sg_curl_trust *trust = client->trusts;

		client->trusts = trust->next;
		mbedtls_x509_crt_free(&trust->chain);
		free(trust->from);
		free(trust);
	}
}

/*
 * libcurl would parse the store anew for each connection (8 ms for a system's), and its own check
 * forgets which certificate was wrong.
 */
static CURLcode on_tls_config(CURL *easy, void *config_ptr, void *arg)
{
	mbedtls_ssl_config *config = config_ptr;
	struct sg_curl_call *call = arg;

	(void)easy;
	call->tls_started = true;
	/* what a kept connection left before libcurl opened this one is not about it */
	call->errbuf[0] = '\0';
	call->peer = (struct sg_curl_peer){0};
	/* RSA from 2048 bits, SHA-256 and better; libcurl's own choice goes lower */
	mbedtls_ssl_conf_cert_profile(config, &mbedtls_x509_crt_profile_default);
	mbedtls_ssl_conf_verify(config, sg_curl_check_cert, call);
	mbedtls_ssl_conf_ca_chain(config, &call->trust->chain, NULL);
	return CURLE_OK;
}

int sg_curl_set_tls(struct sg_curl_call *call, const struct sg_tls *tls, struct sg_err *err)
{
	CURL *easy = call->easy;

	if (choose_trust(call, tls, err) < 0)
		return -1;
	if (tls && tls->client_cert_pem.len > 0 && sg_curl_set_client(call, tls, err) < 0)
		return -1;
	call->insecure = tls && tls->insecure;
	SG_CURL_SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SG_CURL_SET(easy, CURLOPT_SSL_VERIFYPEER, call->insecure ? 0L : 1L);
	SG_CURL_SET(easy, CURLOPT_SSL_VERIFYHOST, call->insecure ? 0L : 2L);
	SG_CURL_SET(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_config);
	SG_CURL_SET(easy, CURLOPT_SSL_CTX_DATA, call);
	/* a resumed session would skip the check of the certificate */
	SG_CURL_SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/*
	 * libcurl compares this with a kept connection's before it shares the connection, and its
	 * mbedTLS back end uses it for nothing else: calls with different trust never share one.
	 */
	sg_curl_set_blob(
		easy, CURLOPT_ISSUERCERT_BLOB, call->trust->digest, sizeof(call->trust->digest));
	sg_curl_set_blob(easy, CURLOPT_PROXY_ISSUERCERT_BLOB, call->trust->digest,
		sizeof(call->trust->digest));
	return 0;
}
