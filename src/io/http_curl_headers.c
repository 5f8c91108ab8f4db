#include "io/http_curl_impl.h"

#include <string.h>

#include "base/alloc.h"
#include "io/crypto.h"

#define LINE_MAX_BYTES ((size_t)64 * 1024)

/* Takes the text and wipes it. */
static struct curl_slist *append(struct curl_slist *list, struct sg_buf *line)
{
	struct curl_slist *longer = NULL;

	if (!line->overflow)
		longer = curl_slist_append(list, line->ptr);
	if (!longer)
		sg_die("out of memory", __FILE__, __LINE__, "request header");
	sg_buf_wipe(line);
	return longer;
}

/* libcurl takes "Name:" as a wish to remove the header and "Name;" as one without a value. */
static struct curl_slist *append_pair(struct curl_slist *list, const char *name, const char *value)
{
	struct sg_buf line;

	sg_buf_init(&line, LINE_MAX_BYTES);
	if (value && *value)
		sg_buf_addf(&line, "%s: %s", name, value);
	else
		sg_buf_addf(&line, "%s;", name);
	return append(list, &line);
}

static struct curl_slist *append_removal(struct curl_slist *list, const char *name)
{
	struct sg_buf line;

	sg_buf_init(&line, LINE_MAX_BYTES);
	sg_buf_addf(&line, "%s:", name);
	return append(list, &line);
}

static void add_basic(struct sg_buf *line, const struct sg_cred *cred, struct sg_str secret)
{
	SG_AUTO(sg_buf_wipe) struct sg_buf pair;

	sg_buf_init(&pair, LINE_MAX_BYTES / 2);
	sg_buf_addf(&pair, "%s:", cred->user ? cred->user : "");
	sg_buf_addstr(&pair, secret);
	sg_buf_adds(line, "Authorization: Basic ");
	sg_crypto_base64(sg_buf_str(&pair), line);
}

static struct curl_slist *append_cred(struct curl_slist *list, const struct sg_cred *cred)
{
	struct sg_str secret = sg_secret_bytes(cred->secret);
	struct sg_buf line;

	sg_buf_init(&line, LINE_MAX_BYTES);
	switch (cred->kind) {
	case SG_CRED_BEARER:
		sg_buf_adds(&line, "Authorization: Bearer ");
		sg_buf_addstr(&line, secret);
		break;
	case SG_CRED_BASIC:
		add_basic(&line, cred, secret);
		break;
	case SG_CRED_PRIVATE_TOKEN:
		sg_buf_adds(&line, "PRIVATE-TOKEN: ");
		sg_buf_addstr(&line, secret);
		break;
	case SG_CRED_JOB_TOKEN:
		sg_buf_adds(&line, "JOB-TOKEN: ");
		sg_buf_addstr(&line, secret);
		break;
	}
	return append(list, &line);
}

static bool has_header(const struct sg_http_req *req, const char *name)
{
	for (size_t i = 0; i < req->header_count; i++)
		if (sg_str_ieq(sg_str_of(req->headers[i].name), sg_str_of(name)))
			return true;
	return false;
}

struct curl_slist *sg_curl_headers(const struct sg_http_req *req, const char *host_header)
{
	struct curl_slist *list = NULL;

	/* no waiting for "100 Continue", no invented content type */
	list = append_removal(list, "Expect");
	if (!has_header(req, "Content-Type"))
		list = append_removal(list, "Content-Type");
	if (host_header)
		list = append_pair(list, "Host", host_header);
	for (size_t i = 0; i < req->header_count; i++)
		list = append_pair(list, req->headers[i].name, req->headers[i].value);
	if (req->cred)
		list = append_cred(list, req->cred);
	return list;
}

void sg_curl_headers_free(struct curl_slist *headers)
{
	for (struct curl_slist *node = headers; node; node = node->next)
		for (volatile char *p = node->data; *p; p++)
			*p = '\0';
	curl_slist_free_all(headers);
}
