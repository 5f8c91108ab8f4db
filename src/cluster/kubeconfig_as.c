#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cluster/kubeconfig_parts.h"

#define KEY_MAX_BYTES ((size_t)1024)

struct as {
	const struct sg_kube_entry *user;
	struct sg_cluster_access *access;
	struct sg_http_header *headers; /* SG_CLUSTER_AS_MAX of them */
	struct sg_err *err;
};

/* A header's value: visible text, or it could become a header of its own. */
static bool is_value(const char *text)
{
	for (const char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return text[0] && text[0] != ' ' && text[strlen(text) - 1] != ' ';
}

static int add(struct as *as, const char *field, const char *name, const char *value)
{
	if (!is_value(value))
		return sg_kube_fail(as->user, field, as->err, "this cannot be sent as a header");
	if (as->access->header_count == SG_CLUSTER_AS_MAX)
		return sg_kube_fail(as->user, field, as->err, "there are more than %d of them",
			SG_CLUSTER_AS_MAX);
	as->headers[as->access->header_count++] =
		(struct sg_http_header){name, sg_arena_strdup(&as->access->arena, value)};
	return 0;
}

static int add_text(struct as *as, const char *field, const char *name)
{
	const char *value;

	if (sg_kube_text(as->user, field, &value, as->err) < 0)
		return -1;
	return value ? add(as, field, name, value) : 0;
}

static int add_list(
	struct as *as, const char *field, const char *name, const struct sg_yaml_node *list)
{
	if (list && list->kind != SG_NODE_SEQ)
		return sg_kube_fail(as->user, field, as->err, "a list of texts is expected");
	for (const struct sg_yaml_node *item = list ? list->first : NULL; item; item = item->next) {
		if (item->kind != SG_NODE_SCALAR)
			return sg_kube_fail(
				as->user, field, as->err, "a list of texts is expected");
		if (add(as, field, name, item->value) < 0)
			return -1;
	}
	return 0;
}

/* Letters, digits and what else a header's name may have, in lower case; the rest as %XX. */
static int extra_name(struct as *as, const char *key, const char **ret)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-._~!#$&'*+^`|";
	SG_AUTO(sg_buf_release) struct sg_buf name;

	sg_buf_init(&name, KEY_MAX_BYTES);
	sg_buf_adds(&name, "Impersonate-Extra-");
	for (const char *p = key; *p; p++) {
		char low = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);

		if (strchr(plain, low))
			sg_buf_addc(&name, low);
		else
			sg_buf_addf(&name, "%%%02X", (unsigned)(unsigned char)*p);
	}
	if (name.overflow || !key[0])
		return sg_kube_fail(
			as->user, "as-user-extra", as->err, "a key is too long or empty");
	*ret = sg_arena_dup(&as->access->arena, sg_buf_str(&name));
	return 0;
}

static int add_extras(struct as *as)
{
	static const char field[] = "as-user-extra";
	const struct sg_yaml_node *map = sg_kube_get(as->user, field);
	const char *name = NULL;

	if (map && map->kind != SG_NODE_MAP)
		return sg_kube_fail(as->user, field, as->err, "a mapping is expected");
	for (const struct sg_yaml_node *list = map ? map->first : NULL; list; list = list->next)
		if (extra_name(as, list->key, &name) < 0 || add_list(as, field, name, list) < 0)
			return -1;
	return 0;
}

/* What comes with a user, and means nothing without one. */
static int check_user(const struct sg_kube_entry *user, struct sg_err *err)
{
	static const char *const with[] = {"as-uid", "as-groups", "as-user-extra"};

	for (size_t i = 0; i < SG_COUNT(with); i++)
		if (sg_kube_get(user, with[i]))
			return sg_kube_fail(user, with[i], err, "`as` is missing: as whom?");
	return 0;
}

int sg_kube_read_as(
	const struct sg_kube_entry *user, struct sg_cluster_access *access, struct sg_err *err)
{
	struct as as = {.user = user, .access = access, .err = err};

	if (!sg_kube_get(user, "as"))
		return check_user(user, err);
	as.headers = sg_arena_calloc(&access->arena, SG_CLUSTER_AS_MAX, sizeof(*as.headers));
	access->headers = as.headers;
	if (add_text(&as, "as", "Impersonate-User") < 0 ||
		add_text(&as, "as-uid", "Impersonate-Uid") < 0 ||
		add_list(&as, "as-groups", "Impersonate-Group", sg_kube_get(user, "as-groups")) < 0)
		return -1;
	return add_extras(&as);
}
