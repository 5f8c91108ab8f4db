#include "io/http_noproxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/num.h"

struct address {
	int family; /* 0: not an address */
	uint8_t bytes[16];
};

static struct address address_of(struct sg_str text)
{
	struct address out = {.family = 0};
	char copy[INET6_ADDRSTRLEN + 1] = "";

	if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
		text = sg_str_sub(text, 1, text.len - 1);
	if (text.len == 0 || text.len >= sizeof(copy))
		return out;
	memcpy(copy, text.ptr, text.len);
	if (inet_pton(AF_INET, copy, out.bytes) == 1)
		out.family = AF_INET;
	else if (inet_pton(AF_INET6, copy, out.bytes) == 1)
		out.family = AF_INET6;
	return out;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, size_t bits)
{
	size_t whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static bool in_network(const struct address *host, struct sg_str item)
{
	long slash = sg_str_find(item, '/');
	size_t end = slash < 0 ? item.len : (size_t)slash;
	struct address net = address_of(sg_str_sub(item, 0, end));
	uint64_t all = net.family == AF_INET ? 32 : 128, bits = all;

	if (net.family == 0 || net.family != host->family)
		return false;
	if (slash >= 0 && (!sg_num_u64(sg_str_sub(item, end + 1, item.len), &bits) || bits > all))
		return false;
	return same_bits(host->bytes, net.bytes, (size_t)bits);
}

static struct sg_str without_last_dot(struct sg_str name)
{
	return sg_str_ends(name, ".") ? sg_str_sub(name, 0, name.len - 1) : name;
}

static bool in_domain(struct sg_str host, struct sg_str item)
{
	if (sg_str_starts(item, "."))
		item = sg_str_sub(item, 1, item.len);
	item = without_last_dot(item);
	if (item.len == 0 || host.len < item.len)
		return false;
	if (!sg_str_ieq(sg_str_sub(host, host.len - item.len, host.len), item))
		return false;
	return host.len == item.len || host.ptr[host.len - item.len - 1] == '.';
}

static struct sg_str next_item(struct sg_str *rest)
{
	size_t from = 0, to;

	while (from < rest->len && strchr(", \t", rest->ptr[from]))
		from++;
	to = from;
	while (to < rest->len && !strchr(", \t", rest->ptr[to]))
		to++;
	*rest = sg_str_sub(*rest, from, rest->len);
	return sg_str_sub(*rest, 0, to - from);
}

bool sg_http_noproxy(struct sg_str list, const char *host)
{
	struct sg_str name = without_last_dot(sg_str_of(host)), item;
	struct address address = address_of(name);

	if (sg_str_is(sg_str_trim(list), "*"))
		return true;
	while ((item = next_item(&list)).len > 0) {
		if (address.family ? in_network(&address, item) : in_domain(name, item))
			return true;
		list = sg_str_sub(list, item.len, list.len);
	}
	return false;
}
