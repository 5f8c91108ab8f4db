#include "io/http_url.h"

#include <string.h>

#include "base/num.h"

static int bad(struct sg_err *err, const char *why)
{
	return sg_fail(
		err, SG_R_CONFIG_INVALID, "this is not an address that can be used: %s", why);
}

/*
 * Blanks and control bytes are the raw material of request smuggling, and browsers read a
 * backslash as a slash; nobody needs them here.
 */
static bool has_odd_byte(struct sg_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f || s.ptr[i] == '\\')
			return true;
	return false;
}

static bool all_of(struct sg_str s, const char *set)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(set, s.ptr[i]))
			return false;
	return s.len > 0;
}

static bool good_host(struct sg_str host)
{
	static const char name[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (host.len > 255)
		return false;
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		return all_of(sg_str_sub(host, 1, host.len - 1), "0123456789abcdefABCDEF:.");
	return all_of(host, name);
}

static size_t authority_len(struct sg_str s)
{
	size_t n = 0;

	while (n < s.len && !strchr("/?#", s.ptr[n]))
		n++;
	return n;
}

/* Position of the colon before the port, or the length when there is none. */
static size_t port_at(struct sg_str authority)
{
	size_t n = authority.len;

	while (n > 0 && authority.ptr[n - 1] != ':' && authority.ptr[n - 1] != ']')
		n--;
	return n > 0 && authority.ptr[n - 1] == ':' ? n - 1 : authority.len;
}

static int parse_port(struct sg_str text, unsigned standard, unsigned *ret, struct sg_err *err)
{
	uint64_t port = standard;

	if (text.len > 0 && (!sg_num_u64(text, &port) || port < 1 || port > 65535))
		return bad(err, "its port is no number from 1 to 65535");
	*ret = (unsigned)port;
	return 0;
}

static bool cut_scheme(struct sg_str *rest, const char *scheme)
{
	size_t len = strlen(scheme);

	if (!sg_str_ieq(sg_str_sub(*rest, 0, len), sg_str_of(scheme)))
		return false;
	*rest = sg_str_sub(*rest, len, rest->len);
	return true;
}

int sg_http_url_parse(const char *url, struct sg_http_url *ret, struct sg_err *err)
{
	struct sg_http_url out = {.tls = true};
	struct sg_str rest = sg_str_of(url), authority;
	size_t colon;

	if (has_odd_byte(rest))
		return bad(err, "it has a blank, a backslash or a control byte in it");
	if (!cut_scheme(&rest, "https://")) {
		if (!cut_scheme(&rest, "http://"))
			return bad(err, "it does not start with https://");
		out.tls = false;
	}
	authority = sg_str_sub(rest, 0, authority_len(rest));
	out.target = sg_str_sub(rest, authority.len, rest.len);
	if (sg_str_find(authority, '@') >= 0) {
		(void)bad(err, "it has a user name or password in it (before the @)");
		return sg_hint(err, "take everything between // and @ out of the address, and give "
				    "the credential by its own variable or file");
	}
	colon = port_at(authority);
	out.host = sg_str_sub(authority, 0, colon);
	if (!good_host(out.host))
		return bad(err, "its host is no plain host name, IPv4 or [IPv6] address");
	if (parse_port(sg_str_sub(authority, colon + 1, authority.len), out.tls ? 443 : 80,
		    &out.port, err) < 0)
		return -1;
	*ret = out;
	return 0;
}

static bool dotted_loopback(struct sg_str host)
{
	struct sg_str part;
	uint64_t value;
	int parts = 0;

	while (sg_str_cut(&host, '.', &part)) {
		if (part.len > 3 || !sg_num_u64(part, &value) || value > 255)
			return false;
		if (parts++ == 0 && value != 127)
			return false;
	}
	return parts == 4;
}

bool sg_http_url_loopback(const struct sg_http_url *url)
{
	return sg_str_ieq(url->host, SG_STR("localhost")) || sg_str_is(url->host, "[::1]") ||
	       dotted_loopback(url->host);
}
