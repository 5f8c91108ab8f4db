#include "io/http_curl_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static void touch(struct sg_curl_call *call)
{
	sg_http_timers_touch(&call->timers, sg_loop_now_ms(&call->client->loop));
}

static size_t stop(struct sg_curl_call *call, enum sg_curl_stop why)
{
	call->stop = why;
	return CURL_WRITEFUNC_ERROR;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct sg_curl_call *call = arg;
	size_t len = size * count;

	if (call->call.body.len >= call->window) {
		call->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (len > call->max_body - call->received)
		return stop(call, SG_CURL_BODY_TOO_LARGE);
	call->received += len;
	SG_CURL_MOMENT(call, SG_SEAM_BODY);
	sg_buf_add(&call->call.body, bytes, len);
	touch(call);
	call->client->progress = true;
	return len;
}

/* A new status line: what came before was an interim answer. */
static void begin_headers(struct sg_curl_call *call)
{
	sg_buf_reset(&call->call.headers);
	call->headers_done = false;
}

/* An empty line: the headers are complete, unless the answer is an interim one. */
static void end_headers(struct sg_curl_call *call)
{
	long status = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200)
		return;
	call->call.status = (int)status;
	call->headers_done = true;
	call->server->answered = true;
	SG_CURL_MOMENT(call, SG_SEAM_HEADERS);
	call->client->progress = true;
}

/* libcurl takes the last of several; who reads another one reads another answer. */
static bool has_other_length(const struct sg_buf *headers, struct sg_str line)
{
	static const char name[] = "Content-Length:";
	struct sg_str known = sg_http_header(headers, "Content-Length"), value;

	if (known.len == 0 || !sg_str_ieq(sg_str_sub(line, 0, sizeof(name) - 1), sg_str_of(name)))
		return false;
	value = sg_str_trim(sg_str_sub(line, sizeof(name) - 1, line.len));
	return !sg_str_eq(known, value);
}

static void add_header(struct sg_buf *headers, struct sg_str line)
{
	bool folded = line.ptr[0] == ' ' || line.ptr[0] == '\t';

	line = sg_str_trim(line);
	if (folded && headers->len > 0)
		sg_buf_splice(headers, headers->len - 1, headers->len, SG_STR(" "));
	sg_buf_addstr(headers, line);
	sg_buf_addc(headers, '\n');
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's */
static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct sg_curl_call *call = arg;
	struct sg_str line = {bytes, size * count};

	touch(call);
	call->header_bytes += line.len;
	if (call->header_bytes > SG_HTTP_HEADERS_MAX)
		return stop(call, SG_CURL_HEADERS_TOO_LARGE);
	if (sg_str_starts(line, "HTTP/"))
		begin_headers(call);
	else if (call->headers_done)
		return line.len; /* a trailer; nobody asks for those */
	else if (sg_str_trim(line).len == 0)
		end_headers(call);
	else if (has_other_length(&call->call.headers, line))
		return stop(call, SG_CURL_TWO_LENGTHS);
	else
		add_header(&call->call.headers, line);
	return line.len;
}

/* The request went out, with the last byte of its body. */
static bool is_sent(const struct sg_curl_call *call, curl_off_t up, curl_off_t up_all)
{
	long bytes = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0 && up >= up_all;
}

/* Called often; a change of the counters is what tells that something moves (uploads too). */
static int on_progress(
	void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	struct sg_curl_call *call = arg;
	uint64_t moved = (uint64_t)down + (uint64_t)up;

	(void)down_all;
	if (SG_SEAM_ON && is_sent(call, up, up_all))
		SG_CURL_MOMENT(call, SG_SEAM_SENT);
	if (moved != call->moved) {
		call->moved = moved;
		touch(call);
	}
	return 0;
}

/*
 * The connection stands and the request goes out. libcurl repeats a request by itself when a kept
 * connection turns out to be dead; whether the server had read it is unknown then.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's */
static int on_ready(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct sg_curl_call *call = arg;

	(void)remote_ip;
	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	if (call->sent++ > 0 && !call->replayable) {
		call->stop = SG_CURL_SENT_TWICE;
		return CURL_PREREQFUNC_ABORT;
	}
	call->call.resent = call->sent > 1;
	call->client->stats.requests++;
	SG_CURL_MOMENT(call, SG_SEAM_READY);
	sg_http_timers_connected(&call->timers, sg_loop_now_ms(&call->client->loop));
	return CURL_PREREQFUNC_OK;
}

/* 169.254.0.0/16 and fd00:ec2::254 (security.md 4.2). */
static bool is_link_local(const struct curl_sockaddr *address)
{
	static const uint8_t ec2[16] = {0xfd, 0, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54};
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->family == AF_INET && address->addrlen >= sizeof(v4)) {
		memcpy(&v4, &address->addr, sizeof(v4));
		return (ntohl(v4.sin_addr.s_addr) >> 16) == 0xa9fe;
	}
	if (address->family != AF_INET6 || address->addrlen < sizeof(v6))
		return false;
	memcpy(&v6, &address->addr, sizeof(v6));
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
		return v6.sin6_addr.s6_addr[12] == 0xa9 && v6.sin6_addr.s6_addr[13] == 0xfe;
	return memcmp(&v6.sin6_addr, ec2, sizeof(ec2)) == 0;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct sg_curl_call *call = arg;
	int fd;

	(void)purpose;
	if (is_link_local(address)) {
		call->stop = SG_CURL_LINK_LOCAL;
		errno = EACCES;
		return CURL_SOCKET_BAD;
	}
	call->resolved = true;
	fd = socket(address->family, address->socktype, address->protocol);
	if (fd >= 0)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

void sg_curl_set_callbacks(struct sg_curl_call *call)
{
	CURL *easy = call->easy;

	SG_CURL_SET(easy, CURLOPT_PRIVATE, call);
	SG_CURL_SET(easy, CURLOPT_ERRORBUFFER, call->errbuf);
	SG_CURL_SET(easy, CURLOPT_WRITEFUNCTION, on_body);
	SG_CURL_SET(easy, CURLOPT_WRITEDATA, call);
	SG_CURL_SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	SG_CURL_SET(easy, CURLOPT_HEADERDATA, call);
	SG_CURL_SET(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	SG_CURL_SET(easy, CURLOPT_XFERINFODATA, call);
	SG_CURL_SET(easy, CURLOPT_NOPROGRESS, 0L);
	SG_CURL_SET(easy, CURLOPT_PREREQFUNCTION, on_ready);
	SG_CURL_SET(easy, CURLOPT_PREREQDATA, call);
	SG_CURL_SET(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SG_CURL_SET(easy, CURLOPT_OPENSOCKETDATA, call);
	SG_CURL_SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}
