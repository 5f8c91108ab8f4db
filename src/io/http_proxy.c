#include "io/http_proxy.h"

#include "base/attr.h"
#include "io/http_noproxy.h"
#include "io/http_url.h"

static const char *first_of(const struct sg_env *env, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *value = sg_env_nonempty(env, names[i]);

		if (value)
			return value;
	}
	return NULL;
}

static const char *from_environment(const struct sg_env *env, const char *host)
{
	static const char *const proxies[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	static const char *const exceptions[] = {"no_proxy", "NO_PROXY"};
	const char *list = first_of(env, exceptions, SG_COUNT(exceptions));

	if (list && sg_http_noproxy(sg_str_of(list), host))
		return NULL;
	return first_of(env, proxies, SG_COUNT(proxies));
}

/* "http://user:password@host:1" as "http://host:1". */
static const char *without_user(struct sg_arena *arena, const char *proxy)
{
	struct sg_str s = sg_str_of(proxy);
	long scheme = sg_str_search(s, "://");
	size_t start = scheme < 0 ? 0 : (size_t)scheme + 3, at = start;

	for (size_t i = start; i < s.len && s.ptr[i] != '/'; i++)
		if (s.ptr[i] == '@')
			at = i + 1;
	return sg_arena_printf(arena, "%.*s%s", (int)start, proxy, proxy + at);
}

const char *sg_http_proxy_of(
	struct sg_arena *arena, const struct sg_env *env, const char *url, const char *named)
{
	struct sg_err ignored = SG_ERR_INIT;
	struct sg_http_url parts;
	struct sg_str host;

	if (named)
		return *named ? without_user(arena, named) : NULL;
	if (sg_http_url_parse(url, &parts, &ignored) < 0 || sg_http_url_loopback(&parts))
		return NULL;
	host = parts.host;
	if (sg_str_starts(host, "["))
		host = sg_str_sub(host, 1, host.len - 1);
	named = from_environment(env, sg_arena_dup(arena, host));
	return named ? without_user(arena, named) : NULL;
}
