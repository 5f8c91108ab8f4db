#include "model/repo_url.h"

#include "base/str.h"

/* The parts that count; both are views into the address. */
struct place {
	struct sg_str host; /* with a port that is not the scheme's own */
	struct sg_str path; /* no slashes at the ends, no ".git" */
};

static const struct {
	const char *scheme;
	const char *port;
} schemes[] = {{"https", ":443"}, {"http", ":80"}, {"ssh", ":22"}, {"git+ssh", ":22"},
	{"ssh+git", ":22"}, {"git", ":9418"}};

static const char *default_port(struct sg_str scheme)
{
	for (unsigned i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (sg_str_ieq(scheme, sg_str_of(schemes[i].scheme)))
			return schemes[i].port;
	return NULL;
}

static struct sg_str without_user(struct sg_str host)
{
	for (size_t i = host.len; i > 0; i--)
		if (host.ptr[i - 1] == '@')
			return sg_str_sub(host, i, host.len);
	return host;
}

static struct sg_str trim_slashes(struct sg_str path)
{
	while (path.len && path.ptr[0] == '/')
		path = sg_str_sub(path, 1, path.len);
	while (path.len && path.ptr[path.len - 1] == '/')
		path = sg_str_sub(path, 0, path.len - 1);
	return path;
}

static struct sg_str trim_path(struct sg_str path)
{
	path = trim_slashes(path);
	if (path.len >= 4 && sg_str_ieq(sg_str_sub(path, path.len - 4, path.len), SG_STR(".git")))
		path = trim_slashes(sg_str_sub(path, 0, path.len - 4));
	return path;
}

/* "git@host:path": a colon before any slash. Without it the first slash ends the host. */
static struct place split_plain(struct sg_str text)
{
	long colon = sg_str_find(text, ':'), slash = sg_str_find(text, '/');
	long end = colon >= 0 && (slash < 0 || colon < slash) ? colon : slash;
	size_t at = end < 0 ? text.len : (size_t)end;

	return (struct place){without_user(sg_str_sub(text, 0, at)),
		trim_path(sg_str_sub(text, at + 1, text.len))};
}

static struct place split_url(struct sg_str scheme, struct sg_str text)
{
	const char *port = default_port(scheme);
	long slash = sg_str_find(text, '/');
	size_t at = slash < 0 ? text.len : (size_t)slash;
	struct sg_str host = without_user(sg_str_sub(text, 0, at));

	if (port && sg_str_ends(host, port))
		host = sg_str_sub(host, 0, host.len - sg_str_of(port).len);
	return (struct place){host, trim_path(sg_str_sub(text, at, text.len))};
}

static struct place split(const char *address)
{
	struct sg_str text = sg_str_trim(sg_str_of(address));
	long scheme_end = sg_str_search(text, "://");

	if (scheme_end < 0)
		return split_plain(text);
	return split_url(sg_str_sub(text, 0, (size_t)scheme_end),
		sg_str_sub(text, (size_t)scheme_end + 3, text.len));
}

bool sg_repo_url_same(const char *a, const char *b)
{
	struct place x = split(a), y = split(b);

	if ((!x.host.len && !x.path.len) || (!y.host.len && !y.path.len))
		return false;
	return sg_str_ieq(x.host, y.host) && sg_str_ieq(x.path, y.path);
}

bool sg_repo_url_alike(const char *a, const char *b)
{
	struct sg_str x = split(a).path, y = split(b).path;
	size_t rest;

	if (x.len < y.len) {
		struct sg_str longer = y;

		y = x;
		x = longer;
	}
	rest = x.len - y.len;
	return sg_str_find(y, '/') >= 0 && sg_str_ieq(sg_str_sub(x, rest, x.len), y) &&
	       (rest == 0 || x.ptr[rest - 1] == '/');
}
