#include "io/http_curl_impl.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <mbedtls/x509_crt.h>

#define ASN1_TAG_MASK 0x1f
#define SAN_DNS 2
#define SAN_IP 7

static void name_text(char *out, size_t size, const mbedtls_x509_name *name)
{
	int n = mbedtls_x509_dn_gets(out, size, name);

	if (n <= 0)
		(void)snprintf(out, size, "%s", n == 0 ? "(no name)" : "(a very long name)");
}

static void time_text(char out[32], const mbedtls_x509_time *t)
{
	(void)snprintf(out, 32, "%04d-%02d-%02d %02d:%02d:%02d UTC", t->year, t->mon, t->day,
		t->hour, t->min, t->sec);
}

static void add_name(struct sg_buf *names, struct sg_str name)
{
	if (names->len > 0)
		sg_buf_adds(names, ", ");
	sg_buf_addstr(names, name);
}

static void add_san(struct sg_buf *names, const mbedtls_x509_buf *san)
{
	char text[INET6_ADDRSTRLEN];
	int kind = san->tag & ASN1_TAG_MASK;

	if (kind == SAN_DNS)
		add_name(names, (struct sg_str){(const char *)san->p, san->len});
	else if (kind == SAN_IP && (san->len == 4 || san->len == 16) &&
		 inet_ntop(san->len == 4 ? AF_INET : AF_INET6, san->p, text, sizeof(text)))
		add_name(names, sg_str_of(text));
}

/* The names that the certificate is for; its subject where it lists none. */
static void names_text(char *out, size_t size, const mbedtls_x509_crt *crt)
{
	SG_AUTO(sg_buf_release) struct sg_buf names;

	sg_buf_init(&names, size - 1);
	for (const mbedtls_x509_sequence *s = &crt->subject_alt_names; s; s = s->next)
		if (s->buf.p)
			add_san(&names, &s->buf);
	if (names.len == 0)
		name_text(out, size, &crt->subject);
	else
		(void)snprintf(out, size, "%s%s", names.ptr, names.overflow ? "..." : "");
}

int sg_curl_check_cert(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct sg_curl_call *call = arg;
	struct sg_curl_peer *peer = &call->peer;
	const uint32_t times = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;

	if (call->insecure) {
		*flags = 0;
		return 0;
	}
	if (!(peer->flags & times) && (*flags & times)) {
		name_text(peer->subject, sizeof(peer->subject), &crt->subject);
		time_text(peer->from, &crt->valid_from);
		time_text(peer->until, &crt->valid_to);
	}
	if (depth == 0) {
		peer->seen = true;
		names_text(peer->names, sizeof(peer->names), crt);
		name_text(peer->issuer, sizeof(peer->issuer), &crt->issuer);
		peer->self_signed =
			crt->issuer_raw.len == crt->subject_raw.len &&
			memcmp(crt->issuer_raw.p, crt->subject_raw.p, crt->issuer_raw.len) == 0;
	}
	peer->flags |= *flags;
	return 0;
}

static void say_unknown(const struct sg_curl_call *call, struct sg_buf *text)
{
	const struct sg_curl_peer *peer = &call->peer;
	const char *from = call->trust->from;

	if (!*from)
		from = "the certificate authorities given for this server";
	if (!call->trust->chain.version)
		sg_buf_adds(text, "cannot be checked: this machine has no certificate authorities");
	else if (peer->self_signed)
		sg_buf_addf(text, "is self-signed and not among %s", from);
	else
		sg_buf_addf(
			text, "is issued by \"%s\", which is not known to %s", peer->issuer, from);
}

static struct sg_buf *next(struct sg_buf *text)
{
	if (text->len > 0)
		sg_buf_adds(text, "; it ");
	return text;
}

/* Everything that is wrong, in the order of who it is, for whom, when, how. */
static void say(const struct sg_curl_call *call, const char *name, struct sg_buf *text)
{
	const struct sg_curl_peer *peer = &call->peer;
	const uint32_t weak = MBEDTLS_X509_BADCERT_BAD_KEY | MBEDTLS_X509_BADCERT_BAD_MD |
			      MBEDTLS_X509_BADCERT_BAD_PK;
	char other[160] = "";

	if (peer->flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		say_unknown(call, next(text));
	if (peer->flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)
		sg_buf_addf(next(text), "is for %s, not for %s", peer->names, name);
	if (peer->flags & MBEDTLS_X509_BADCERT_EXPIRED)
		sg_buf_addf(next(text), "has expired (\"%s\" was valid until %s)", peer->subject,
			peer->until);
	if (peer->flags & MBEDTLS_X509_BADCERT_FUTURE)
		sg_buf_addf(next(text), "is not valid yet (\"%s\" is valid from %s)", peer->subject,
			peer->from);
	if (peer->flags & weak)
		sg_buf_adds(next(text), "or one above it has a key or signature that is too weak "
					"(RSA below 2048 bits, SHA-1)");
	if (text->len > 0)
		return;
	if (mbedtls_x509_crt_verify_info(other, sizeof(other), "", peer->flags) > 0)
		other[strcspn(other, "\n")] = '\0';
	sg_buf_addf(text, "is not acceptable: %s", other);
}

void sg_curl_peer_fault(const struct sg_curl_call *call, struct sg_err *err)
{
	const char *name = call->server_name ? call->server_name : call->host;
	const uint32_t times = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
	SG_AUTO(sg_buf_release) struct sg_buf text;

	sg_buf_init(&text, 2048);
	say(call, name, &text);
	(void)sg_fail(err, SG_R_TLS_FAILED, "the certificate of %s %s", name, text.ptr);
	if (call->peer.flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		(void)sg_hint(err, "give the authority's certificate in a PEM file: --ca-file or "
				   "STAGEGATE_CA_FILE (for a cluster: certificate-authority in the "
				   "kubeconfig)");
	else if (call->peer.flags & times)
		(void)sg_hint(err, "renew the certificate; or is the clock of this machine wrong?");
}
