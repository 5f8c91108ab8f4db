#include "io/http_curl_impl.h"

#include <inttypes.h>
#include <string.h>

#define MASK "[MASKED]"

/* Header names whose values are secrets, by how they end (lower case). */
static bool is_secret_name(struct sg_str name)
{
	static const char *const ends[] = {
		"authorization", "token", "cookie", "secret", "api-key", "password"};

	for (size_t i = 0; i < SG_COUNT(ends); i++) {
		size_t len = strlen(ends[i]);

		if (name.len >= len &&
			sg_str_ieq(sg_str_sub(name, name.len - len, name.len), sg_str_of(ends[i])))
			return true;
	}
	return false;
}

/* "Basic" and "Bearer" say something and give nothing away. */
static struct sg_str scheme_of(struct sg_str name, struct sg_str value)
{
	long blank = sg_str_find(value, ' ');

	if (blank < 0 || !sg_str_ieq(name, SG_STR("authorization")))
		return SG_STR("");
	return sg_str_sub(value, 0, (size_t)blank + 1);
}

static void trace_header(struct sg_log *log, char arrow, struct sg_str line)
{
	long colon = sg_str_find(line, ':');
	struct sg_str name, scheme;

	if (line.len == 0)
		return;
	name = sg_str_sub(line, 0, colon < 0 ? 0 : (size_t)colon);
	if (!is_secret_name(name)) {
		sg_debug(log, "%c %.*s", arrow, SG_STR_ARG(line));
		return;
	}
	scheme = scheme_of(name, sg_str_trim(sg_str_sub(line, (size_t)colon + 1, line.len)));
	sg_debug(log, "%c %.*s: %.*s" MASK, arrow, SG_STR_ARG(name), SG_STR_ARG(scheme));
}

static void trace_lines(struct sg_log *log, char arrow, struct sg_str text)
{
	struct sg_str line;

	while (sg_str_cut(&text, '\n', &line))
		trace_header(log, arrow, sg_str_trim(line));
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's */
static int on_debug(CURL *easy, curl_infotype type, char *bytes, size_t len, void *arg)
{
	const struct sg_curl_call *call = arg;
	struct sg_log *log = call->client->log;

	(void)easy;
	switch (type) {
	case CURLINFO_TEXT:
		trace_lines(log, '*', (struct sg_str){bytes, len});
		break;
	case CURLINFO_HEADER_IN:
		trace_lines(log, '<', (struct sg_str){bytes, len});
		break;
	case CURLINFO_HEADER_OUT:
		trace_lines(log, '>', (struct sg_str){bytes, len});
		break;
	case CURLINFO_DATA_IN:
	case CURLINFO_DATA_OUT:
	case CURLINFO_SSL_DATA_IN:
	case CURLINFO_SSL_DATA_OUT:
	case CURLINFO_END:
		break;
	}
	return 0;
}

void sg_curl_set_trace(struct sg_curl_call *call)
{
	if (!call->client->trace || !call->client->log)
		return;
	SG_CURL_SET(call->easy, CURLOPT_DEBUGFUNCTION, on_debug);
	SG_CURL_SET(call->easy, CURLOPT_DEBUGDATA, call);
	SG_CURL_SET(call->easy, CURLOPT_VERBOSE, 1L);
}

void sg_curl_trace_done(struct sg_curl_call *call)
{
	int64_t took = sg_loop_now_ms(&call->client->loop) - call->start_ms;

	if (!call->client->trace)
		return;
	sg_debug(call->client->log, "%s %s: %d, %" PRIu64 " bytes, %" PRId64 " ms%s%s",
		call->method, call->url, call->call.status, call->received, took,
		call->call.failed ? ": " : "", call->call.failed ? call->call.err.cause : "");
}
