/* What the http_curl*.c files share; nobody else includes this. */
#ifndef SG_IO_HTTP_CURL_IMPL_H
#define SG_IO_HTTP_CURL_IMPL_H

#include <curl/curl.h>
#include <mbedtls/ssl.h>

#include "io/http_curl.h"
#include "io/http_fault.h"
#include "io/http_url.h"
#include "io/seam.h"

/* A parsed trust store, shared by all connections of the client that use it. */
struct sg_curl_trust {
	char digest[65]; /* SHA-256 of its PEM */
	mbedtls_x509_crt chain;
	char *from; /* where it came from, for errors */
	struct sg_curl_trust *next;
};

/* What the certificate check saw; for the error. */
struct sg_curl_peer {
	uint32_t flags; /* MBEDTLS_X509_BADCERT_* of the whole chain */
	bool seen;
	bool self_signed;
	char names[256];   /* of the server's certificate */
	char issuer[160];  /* of the server's certificate */
	char subject[160]; /* of the certificate whose time is wrong */
	char from[32];     /* its validity */
	char until[32];
};

/* What is known of whom we have spoken with. */
struct sg_curl_server {
	char *host;
	unsigned port;
	bool answered;   /* a request, once: it takes our handshakes */
	unsigned broken; /* handshakes before that, after its certificate was good */
	struct sg_curl_server *next;
};

struct sg_curl_client {
	struct sg_http http;
	struct sg_loop loop;
	struct sg_log *log;
	bool trace;
	CURLM *multi;
	struct sg_curl_call *calls;
	char *user_agent;
	int64_t connect_ms, total_ms, idle_ms;
	struct sg_curl_trust *trusts;
	struct sg_curl_trust *standard; /* of the default store; NULL until used */
	char *ca_pem;
	size_t ca_len;
	char *ca_from;
	char checked_pair[65]; /* SHA-256 of the last client certificate and key that fitted */
	struct sg_curl_server *servers;
	struct sg_http_stats stats;
	int64_t signalled_at; /* when a wait first saw the signal; meaningful after that */
	bool signalled;
	bool progress; /* something happened since the last wait ended */
};

/* Why we ended a transfer ourselves. */
enum sg_curl_stop {
	SG_CURL_RUNS,
	SG_CURL_BODY_TOO_LARGE,
	SG_CURL_HEADERS_TOO_LARGE,
	SG_CURL_TWO_LENGTHS,
	SG_CURL_LINK_LOCAL, /* the name leads to an address of cloud metadata services */
	SG_CURL_SENT_TWICE  /* libcurl was about to send again what may be sent only once */
};

struct sg_curl_call {
	struct sg_http_call call;
	struct sg_curl_client *client;
	struct sg_curl_call *next;
	CURL *easy;
	bool added; /* to the multi handle */
	struct curl_slist *headers;
	struct curl_slist *connect_to;
	char errbuf[CURL_ERROR_SIZE];
	char *method;
	char *url;
	char *label;
	char *host;        /* of the URL, without brackets */
	char *server_name; /* that the certificate must carry */
	char *proxy;       /* on the way, without user and password; NULL: none */
	struct sg_curl_server *server;
	struct sg_http_timers timers;
	int64_t start_ms;
	uint64_t received;
	uint64_t moved; /* bytes up and down, as of the last look */
	size_t header_bytes;
	size_t max_body;
	size_t window;
	bool headers_done;
	bool paused;
	bool replayable;
	bool insecure;
	bool has_client_cert;
	bool resolved;    /* a socket was opened */
	bool tls_started; /* the connection stands, tunnel and all */
	unsigned sent;
	enum sg_curl_stop stop;
	enum sg_seam_moment moment; /* the last one; only a build for tests knows it */
	struct sg_curl_trust *trust;
	struct sg_curl_peer peer;
	struct sg_buf cert; /* client certificate and key, NUL at the end */
	struct sg_buf key;
};

/* http_curl_options.c: everything libcurl is told. 0, or -1 before anything was sent. */
int sg_curl_set_options(struct sg_curl_call *call, const struct sg_http_req *req,
	const struct sg_http_url *url, struct sg_err *err) SG_MUST_CHECK;

/* http_curl_headers.c: the request's headers with the credential; wipes when freed. */
struct curl_slist *sg_curl_headers(const struct sg_http_req *req, const char *host_header);
void sg_curl_headers_free(struct curl_slist *headers);

/* http_curl_receive.c: libcurl's callbacks on CALL. */
void sg_curl_set_callbacks(struct sg_curl_call *call);

/* http_curl_tls.c */
int sg_curl_set_tls(
	struct sg_curl_call *call, const struct sg_tls *tls, struct sg_err *err) SG_MUST_CHECK;
void sg_curl_trusts_free(struct sg_curl_client *client);

/* http_curl_client.c: the client certificate with its key; checks that they fit. */
int sg_curl_set_client(
	struct sg_curl_call *call, const struct sg_tls *tls, struct sg_err *err) SG_MUST_CHECK;
void sg_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t len);

/* http_curl_peer.c: mbedTLS asks it about each certificate of the chain; ARG is the call. */
int sg_curl_check_cert(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags);
void sg_curl_peer_fault(const struct sg_curl_call *call, struct sg_err *err);

/* http_curl_server.c: the client's own, made when it is new. */
struct sg_curl_server *sg_curl_server_of(
	struct sg_curl_client *client, const char *host, unsigned port);
void sg_curl_servers_free(struct sg_curl_client *client);
/* Whether one more handshake that broke, without an alert, after the server's certificate was good
 * is the server's will: it never answered, and this is not the first time. Counts. */
bool sg_curl_server_refuses(struct sg_curl_server *server);

/* http_curl_fault.c: the error of a transfer that ended with CODE. */
void sg_curl_fault(struct sg_curl_call *call, CURLcode code, struct sg_err *err);
void sg_curl_timeout_detail(struct sg_curl_call *call, struct sg_err *err);

/* http_curl_loop.c */
int sg_curl_wait(struct sg_loop *loop, int64_t until_ms, struct sg_err *err);

/* The seam for tests (io/seam.h); elsewhere nothing. */
#define SG_CURL_MOMENT(call, now)                                                                  \
	sg_seam_request((call)->method, (call)->url, (now), &(call)->moment)

/* Takes the call off the network and counts it; harmless when it is off already. */
void sg_curl_detach(struct sg_curl_call *call);

/* http_trace.c */
void sg_curl_set_trace(struct sg_curl_call *call);
void sg_curl_trace_done(struct sg_curl_call *call);

/* setopt with a checked result: an option that libcurl refuses is our mistake. */
#define SG_CURL_SET(easy, option, value)                                                           \
	do {                                                                                       \
		if (curl_easy_setopt((easy), (option), (value)) != CURLE_OK)                       \
			SG_BUG(#option);                                                           \
	} while (0)

#endif
