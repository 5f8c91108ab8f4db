#include "model/image.h"

#include <string.h>

#define MAX_REPOSITORY 255

static bool is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

bool sg_image_tag_ok(struct sg_str tag)
{
	if (tag.len < 1 || tag.len > 128 || !(is_alnum(tag.ptr[0]) || tag.ptr[0] == '_'))
		return false;
	for (size_t i = 1; i < tag.len; i++)
		if (!is_alnum(tag.ptr[i]) && !memchr("_.-", tag.ptr[i], 3))
			return false;
	return true;
}

bool sg_image_digest_ok(struct sg_str digest)
{
	if (sg_str_starts(digest, "sha256:"))
		return digest.len == 7 + 64 && sg_str_is_hex(sg_str_sub(digest, 7, digest.len));
	if (sg_str_starts(digest, "sha512:"))
		return digest.len == 7 + 128 && sg_str_is_hex(sg_str_sub(digest, 7, digest.len));
	return false;
}

/* Length of the separator at the start of S: ".", "_", "__" or any run of "-". */
static size_t separator_len(struct sg_str s)
{
	size_t n = 0;

	if (sg_str_starts(s, "."))
		return 1;
	if (sg_str_starts(s, "_"))
		return sg_str_starts(s, "__") ? 2 : 1;
	while (n < s.len && s.ptr[n] == '-')
		n++;
	return n;
}

/* [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)* */
static bool component_ok(struct sg_str s)
{
	size_t i = 0;

	while (i < s.len) {
		size_t from = i;

		while (i < s.len && is_lower_alnum(s.ptr[i]))
			i++;
		if (i == from)
			return false;
		if (i == s.len)
			return true;
		i += separator_len(sg_str_sub(s, i, s.len));
		if (i == s.len || !is_lower_alnum(s.ptr[i]))
			return false;
	}
	return false;
}

static bool domain_ok(struct sg_str s)
{
	struct sg_str label;

	if (s.len == 0)
		return false;
	while (sg_str_cut(&s, '.', &label)) {
		if (label.len == 0 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++)
			if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-')
				return false;
	}
	return true;
}

/* "[2001:db8::1]": only the alphabet is checked, the address is the resolver's business. */
static bool address_ok(struct sg_str s)
{
	if (s.len < 4 || s.ptr[0] != '[' || s.ptr[s.len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.len; i++)
		if (!is_alnum(s.ptr[i]) && s.ptr[i] != ':' && s.ptr[i] != '.')
			return false;
	return true;
}

static bool host_ok(struct sg_str host)
{
	size_t end = host.len;

	while (end > 0 && host.ptr[end - 1] != ':' && host.ptr[end - 1] != ']')
		end--;
	if (end > 0 && host.ptr[end - 1] == ':') {
		if (!sg_str_is_digits(sg_str_sub(host, end, host.len)) || host.len - end > 5)
			return false;
		host = sg_str_sub(host, 0, end - 1);
	}
	return sg_str_starts(host, "[") ? address_ok(host) : domain_ok(host);
}

static bool is_host(struct sg_str component)
{
	return sg_str_find(component, '.') >= 0 || sg_str_find(component, ':') >= 0 ||
	       sg_str_is(component, "localhost");
}

/* Splits the host off; empty when the name has none. */
static void split_host(struct sg_str repository, struct sg_str *ret_host, struct sg_str *ret_name)
{
	long slash = sg_str_find(repository, '/');
	struct sg_str first = sg_str_sub(repository, 0, slash < 0 ? 0 : (size_t)slash);

	*ret_host = (struct sg_str){"", 0};
	*ret_name = repository;
	if (slash > 0 && is_host(first)) {
		*ret_host = first;
		*ret_name = sg_str_sub(repository, (size_t)slash + 1, repository.len);
	}
}

bool sg_image_has_host(struct sg_str repository)
{
	struct sg_str host, name;

	split_host(repository, &host, &name);
	return host.len > 0;
}

static bool repository_ok(struct sg_str repository)
{
	struct sg_str host, name, component;

	if (repository.len == 0 || repository.len > MAX_REPOSITORY)
		return false;
	split_host(repository, &host, &name);
	if (host.len && !host_ok(host))
		return false;
	while (sg_str_cut(&name, '/', &component))
		if (!component_ok(component))
			return false;
	return true;
}

struct sg_image_version sg_image_version_split(struct sg_str text)
{
	const struct sg_str none = {"", 0};
	long at = sg_str_find(text, '@');

	if (at >= 0)
		return (struct sg_image_version){sg_str_sub(text, 0, (size_t)at),
			sg_str_sub(text, (size_t)at + 1, text.len)};
	return sg_str_find(text, ':') >= 0 ? (struct sg_image_version){none, text}
					   : (struct sg_image_version){text, none};
}

bool sg_image_version_ok(struct sg_str text)
{
	struct sg_image_version version = sg_image_version_split(text);
	bool tag_ok = sg_image_tag_ok(version.tag), digest_ok = sg_image_digest_ok(version.digest);

	if (sg_str_find(text, '@') >= 0)
		return tag_ok && digest_ok;
	return version.digest.len ? digest_ok : tag_ok;
}

bool sg_image_parse(struct sg_str text, struct sg_image *ret)
{
	struct sg_image image = {.tag = {"", 0}, .digest = {"", 0}};
	long at = sg_str_find(text, '@');
	size_t end;

	if (at >= 0) {
		image.digest = sg_str_sub(text, (size_t)at + 1, text.len);
		if (!sg_image_digest_ok(image.digest))
			return false;
		text = sg_str_sub(text, 0, (size_t)at);
	}
	for (end = text.len; end > 0 && text.ptr[end - 1] != '/'; end--)
		if (text.ptr[end - 1] == ':')
			break;
	if (end > 0 && text.ptr[end - 1] == ':') {
		image.tag = sg_str_sub(text, end, text.len);
		if (!sg_image_tag_ok(image.tag))
			return false;
		text = sg_str_sub(text, 0, end - 1);
	}
	image.repository = text;
	if (!repository_ok(text))
		return false;
	*ret = image;
	return true;
}

static bool is_docker_hub(struct sg_str host)
{
	return host.len == 0 || sg_str_ieq(host, SG_STR("docker.io")) ||
	       sg_str_ieq(host, SG_STR("index.docker.io")) ||
	       sg_str_ieq(host, SG_STR("registry-1.docker.io"));
}

bool sg_image_same_repository(struct sg_str a, struct sg_str b)
{
	struct sg_str hosts[2], names[2];

	if (a.len == 0 || b.len == 0)
		return false;
	split_host(a, &hosts[0], &names[0]);
	split_host(b, &hosts[1], &names[1]);
	if (is_docker_hub(hosts[0]) != is_docker_hub(hosts[1]))
		return false;
	if (!is_docker_hub(hosts[0]))
		return sg_str_ieq(hosts[0], hosts[1]) && sg_str_eq(names[0], names[1]);
	for (int i = 0; i < 2; i++) {
		struct sg_str tail = sg_str_sub(names[i], strlen("library/"), names[i].len);

		if (sg_str_starts(names[i], "library/") && sg_str_find(tail, '/') < 0)
			names[i] = tail;
	}
	return sg_str_eq(names[0], names[1]);
}
