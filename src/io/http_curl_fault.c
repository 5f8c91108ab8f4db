#include "io/http_curl_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/error.h>

#include "base/alloc.h"

static const char *text_of(const struct sg_curl_call *call, CURLcode code)
{
	return call->errbuf[0] ? call->errbuf : curl_easy_strerror(code);
}

static long info(const struct sg_curl_call *call, CURLINFO what)
{
	long value = 0;

	(void)curl_easy_getinfo(call->easy, what, &value);
	return value;
}

static void stopped(const struct sg_curl_call *call, struct sg_err *err)
{
	switch (call->stop) {
	case SG_CURL_RUNS:
		break;
	case SG_CURL_BODY_TOO_LARGE:
		(void)sg_http_fail_body(call->max_body, err);
		break;
	case SG_CURL_HEADERS_TOO_LARGE:
		(void)sg_http_fail_headers(err);
		break;
	case SG_CURL_TWO_LENGTHS:
		(void)sg_fail(err, SG_R_ANSWER_INVALID,
			"the answer of %s is not valid HTTP: it has two different Content-Length "
			"headers",
			call->host);
		break;
	case SG_CURL_LINK_LOCAL:
		(void)sg_fail(err, SG_R_CONFIG_INVALID,
			"%s leads to a link-local address, where cloud machines have their "
			"metadata "
			"service; no request is sent there",
			call->host);
		break;
	case SG_CURL_SENT_TWICE:
		(void)sg_fail(err, SG_R_UNREACHABLE,
			"the server closed the connection before it answered, and may or may not "
			"have "
			"carried out the request");
		(void)sg_transient(err);
		break;
	}
}

/* libcurl's text has the number of the TLS library: "... (-0x7780) SSL - ...". */
static int tls_code(const struct sg_curl_call *call)
{
	const char *at = strstr(call->errbuf, "(-0x");

	return at ? (int)-strtol(at + 4, NULL, 16) : 0;
}

static void hint_alert(const struct sg_curl_call *call, struct sg_err *err)
{
	if (call->has_client_cert)
		(void)sg_hint(err, "it may not accept the client certificate, or speak only "
				   "versions older than TLS 1.2");
	else
		(void)sg_hint(err, "it may demand a client certificate, not know the host name, or "
				   "speak only versions older than TLS 1.2");
}

static void alert(const struct sg_curl_call *call, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_TLS_FAILED, "%s refused the TLS handshake", call->host);
	hint_alert(call, err);
}

/* True when the TLS layer said why. */
static bool tls_fault(const struct sg_curl_call *call, struct sg_err *err)
{
	switch (tls_code(call)) {
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
		alert(call, err);
		return true;
	case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
		(void)sg_fail(err, SG_R_TLS_FAILED, "%s speaks only versions of TLS older than 1.2",
			call->host);
		return true;
	case MBEDTLS_ERR_SSL_INVALID_RECORD:
		(void)sg_fail(err, SG_R_TLS_FAILED,
			"%s does not speak TLS on this port (plain http?)", call->host);
		return true;
	case MBEDTLS_ERR_SSL_CONN_EOF:
		(void)sg_fail(err, SG_R_UNREACHABLE,
			"%s closed the connection during the TLS handshake", call->host);
		(void)sg_transient(err);
		return true;
	default:
		return false;
	}
}

/*
 * The connection went away in the handshake, without an alert (it may be lost on the way). It may
 * be anything; a server that does nothing else after its certificate was accepted is not content
 * with us. There is no text where this was the second connection of the call.
 */
static bool handshake_broke(const struct sg_curl_call *call, struct sg_err *err)
{
	if (call->errbuf[0] && !strstr(call->errbuf, "Send failure") &&
		!strstr(call->errbuf, "Recv failure"))
		return false;
	if (call->peer.seen && sg_curl_server_refuses(call->server)) {
		alert(call, err);
		return true;
	}
	(void)sg_fail(err, SG_R_UNREACHABLE, "%s broke the connection during the TLS handshake",
		call->host);
	if (call->peer.seen)
		hint_alert(call, err);
	(void)sg_transient(err);
	return true;
}

static void tls_failed(const struct sg_curl_call *call, CURLcode code, struct sg_err *err)
{
	if (call->peer.flags != 0)
		sg_curl_peer_fault(call, err);
	else if (!tls_fault(call, err) && !handshake_broke(call, err))
		(void)sg_fail(err, SG_R_TLS_FAILED, "TLS with %s failed: %s", call->host,
			text_of(call, code));
}

static void client_cert_failed(const struct sg_curl_call *call, CURLcode code, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CONFIG_INVALID,
		"the client certificate for %s or its key cannot be used: %s", call->host,
		text_of(call, code));
	(void)sg_hint(err, "both must be PEM, the key without a pass phrase");
}

static void connect_failed(const struct sg_curl_call *call, struct sg_err *err)
{
	long os = info(call, CURLINFO_OS_ERRNO);
	char what[128];

	if (os == ECONNREFUSED)
		(void)snprintf(what, sizeof(what), "connection refused (nothing listens there)");
	else if (os != 0)
		(void)snprintf(what, sizeof(what), "%s", strerror((int)os));
	else
		(void)snprintf(what, sizeof(what), "none of its addresses answers");
	if (call->proxy) {
		(void)sg_fail(err, SG_R_UNREACHABLE,
			"cannot connect to the proxy %.200s on the way to %s: %s", call->proxy,
			call->host, what);
		(void)sg_hint(err, "https_proxy (or the kubeconfig's proxy-url) names it; no_proxy "
				   "makes exceptions");
	} else {
		(void)sg_fail(err, SG_R_UNREACHABLE, "cannot connect to %s, port %u: %s",
			call->host, call->server->port, what);
	}
	(void)sg_transient(err);
}

static void resolve_failed(const struct sg_curl_call *call, bool proxy, struct sg_err *err)
{
	if (proxy)
		(void)sg_fail(err, SG_R_UNREACHABLE, "the name of the proxy does not resolve: %s",
			text_of(call, CURLE_COULDNT_RESOLVE_PROXY));
	else
		(void)sg_fail(err, SG_R_UNREACHABLE, "the name %s does not resolve", call->host);
	(void)sg_transient(err);
}

/* True when a proxy answered the request for a tunnel with anything but 2xx. */
static bool proxy_fault(const struct sg_curl_call *call, struct sg_err *err)
{
	long status = info(call, CURLINFO_HTTP_CONNECTCODE);

	if (status == 0 || status / 100 == 2)
		return false;
	err->http_status = (int)status;
	if (status == 407) {
		(void)sg_fail(err, SG_R_AUTH_FAILED,
			"the proxy on the way to %s demands a user name and a password (407)",
			call->host);
		(void)sg_hint(err, "write them into the proxy variable: "
				   "https_proxy=http://USER:PASSWORD@PROXY:PORT");
		return true;
	}
	(void)sg_fail(err, SG_R_UNREACHABLE, "the proxy refuses the way to %s: it answers %ld",
		call->host, status);
	if (status >= 500)
		(void)sg_transient(err);
	return true;
}

/* In TLS 1.3 the server looks at the client's certificate after the client thinks it is connected.
 */
static void hint_client_cert(const struct sg_curl_call *call, struct sg_err *err)
{
	if (call->tls_started && call->sent <= 1 && !call->has_client_cert)
		(void)sg_hint(err, "if this stays so: it may demand a client certificate");
}

static void cut_off(const struct sg_curl_call *call, const char *how, struct sg_err *err)
{
	curl_off_t length = -1;
	char of[40] = "";

	if (call->call.status == 0) {
		(void)sg_fail(err, SG_R_UNREACHABLE, "%s %s before it answered", call->host, how);
		(void)sg_transient(err);
		return;
	}
	(void)curl_easy_getinfo(call->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	if (length >= 0)
		(void)snprintf(of, sizeof(of), " of %" PRId64, (int64_t)length);
	(void)sg_fail(err, SG_R_UNREACHABLE,
		"%s %s in the middle of the answer, after %" PRIu64 "%s bytes", call->host, how,
		call->received, of);
	(void)sg_transient(err);
}

static bool is_malformed(const struct sg_curl_call *call)
{
	return strstr(call->errbuf, "chunk") != NULL || strstr(call->errbuf, "Nul byte") != NULL ||
	       strstr(call->errbuf, "header") != NULL;
}

static void receive_failed(const struct sg_curl_call *call, CURLcode code, struct sg_err *err)
{
	if (proxy_fault(call, err) || tls_fault(call, err))
		return;
	if (is_malformed(call)) {
		(void)sg_fail(err, SG_R_ANSWER_INVALID, "the answer of %s is not valid HTTP: %s",
			call->host, text_of(call, code));
		return;
	}
	cut_off(call,
		info(call, CURLINFO_OS_ERRNO) == ECONNRESET ? "reset the connection"
							    : "closed the connection",
		err);
	if (call->call.status == 0)
		hint_client_cert(call, err);
}

static void timed_out(const struct sg_curl_call *call, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_REMOTE_TIMEOUT, "%s", text_of(call, CURLE_OPERATION_TIMEDOUT));
	(void)sg_transient(err);
}

static void send_failed(const struct sg_curl_call *call, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_UNREACHABLE,
		"the connection to %s broke while the request was sent", call->host);
	hint_client_cert(call, err);
	(void)sg_transient(err);
}

static void by_code(const struct sg_curl_call *call, CURLcode code, struct sg_err *err)
{
	/* an enum of a hundred rows that grows with libcurl: the rest is said in its own words */
	switch ((int)code) {
	case CURLE_OK:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_TOO_LARGE:
		(void)sg_fail(err, SG_R_ANSWER_INVALID, "the answer of %s is not valid HTTP: %s",
			call->host, text_of(call, code));
		return;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		resolve_failed(call, code == CURLE_COULDNT_RESOLVE_PROXY, err);
		return;
	case CURLE_COULDNT_CONNECT:
		if (!proxy_fault(call, err))
			connect_failed(call, err);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		timed_out(call, err);
		return;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		cut_off(call, "closed the connection", err);
		return;
	case CURLE_RECV_ERROR:
		receive_failed(call, code, err);
		return;
	case CURLE_SEND_ERROR:
	case CURLE_SEND_FAIL_REWIND:
		if (!tls_fault(call, err))
			send_failed(call, err);
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_NOTFOUND:
		tls_failed(call, code, err);
		return;
	case CURLE_SSL_CERTPROBLEM:
		client_cert_failed(call, code, err);
		return;
	case CURLE_OUT_OF_MEMORY:
		sg_die("out of memory", __FILE__, __LINE__, "libcurl");
	default:
		(void)sg_fail(err, SG_R_UNREACHABLE, "%s: %s", call->host, text_of(call, code));
		return;
	}
}

void sg_curl_fault(struct sg_curl_call *call, CURLcode code, struct sg_err *err)
{
	if (call->stop != SG_CURL_RUNS)
		stopped(call, err);
	else
		by_code(call, code, err);
}

/* Says which step did not come to its end, where the connection does not stand yet. */
void sg_curl_timeout_detail(struct sg_curl_call *call, struct sg_err *err)
{
	const char *step;
	char inner[sizeof(err->cause)];

	if (call->sent > 0)
		return;
	if (call->tls_started)
		step = "the TLS handshake did not finish";
	else if (call->resolved)
		step = call->proxy ? "the proxy on the way did not answer"
				   : "nothing answered at its address";
	else
		step = call->proxy ? "the name of the proxy was not resolved"
				   : "its name was not resolved";
	memcpy(inner, err->cause, sizeof(inner));
	(void)snprintf(
		err->cause, sizeof(err->cause), "%.512s to %.128s (%s)", inner, call->host, step);
}
