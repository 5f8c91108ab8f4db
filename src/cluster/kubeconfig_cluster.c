#include <string.h>

#include "cluster/kubeconfig_parts.h"
#include "io/crypto.h"
#include "io/fs.h"

#define CA_MAX_BYTES ((size_t)1024 * 1024)

const char *sg_kube_resolve(
	struct sg_arena *arena, const struct sg_kube_entry *entry, const char *path)
{
	if (path[0] == '/')
		return sg_arena_strdup(arena, path);
	return sg_arena_printf(arena, "%s/%s", entry->folder, path);
}

static int decode(const struct sg_kube_entry *entry, const char *field, const char *text,
	struct sg_buf *ret, struct sg_err *err)
{
	if (!sg_crypto_unbase64(sg_str_of(text), ret))
		return ret->overflow ? sg_kube_fail(entry, field, err,
					       "it is larger than %zu bytes", ret->max)
				     : sg_kube_fail(entry, field, err, "it is not base64");
	return 0;
}

static int read_file(const struct sg_kube_entry *entry, const char *field, const char *path,
	struct sg_buf *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err inner = SG_ERR_INIT;

	if (sg_fs_read(sg_kube_resolve(&arena, entry, path), ret, &inner) < 0)
		return sg_kube_fail(entry, field, err, "%s", inner.cause);
	return 0;
}

int sg_kube_read_pem(const struct sg_kube_entry *entry, const char *field, struct sg_buf *ret,
	struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const char *data_field = sg_arena_printf(&arena, "%s-data", field);
	const char *data, *path;

	if (sg_kube_text(entry, data_field, &data, err) < 0 ||
		sg_kube_text(entry, field, &path, err) < 0)
		return -1;
	if (data)
		field = data_field;
	if (data ? decode(entry, field, data, ret, err) < 0
		 : path && read_file(entry, field, path, ret, err) < 0)
		return -1;
	if ((data || path) && sg_str_search(sg_buf_str(ret), "-----BEGIN ") < 0)
		return sg_kube_fail(entry, field, err, "it holds no PEM block");
	return 0;
}

static int read_trust(const struct sg_kube_entry *cluster, const struct sg_cluster_ask *ask,
	struct sg_cluster_access *access, struct sg_err *err)
{
	static const char field[] = "insecure-skip-tls-verify";
	SG_AUTO(sg_buf_release) struct sg_buf pem;
	bool insecure;
	size_t len;

	sg_buf_init(&pem, CA_MAX_BYTES);
	if (sg_kube_flag(cluster, field, &insecure, err) < 0 ||
		sg_kube_read_pem(cluster, "certificate-authority", &pem, err) < 0)
		return -1;
	if (insecure && pem.len)
		return sg_kube_fail(cluster, field, err,
			"a certificate authority is given too; only one of both can be meant");
	if (insecure && !ask->allow_insecure) {
		(void)sg_kube_fail(
			cluster, field, err, "the certificate of the server would not be checked");
		return sg_hint(err,
			"give certificate-authority(-data), or, where that is really wanted, "
			"`cluster: {insecure: true}` for this environment in stagegate.yaml");
	}
	len = pem.len;
	access->tls.insecure = insecure;
	access->tls.ca_pem = (struct sg_str){sg_arena_dup(&access->arena, sg_buf_str(&pem)), len};
	return 0;
}

static bool is_host(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			    (*p >= '0' && *p <= '9') || *p == '.' || *p == '-' || *p == ':'))
			return false;
	return strlen(name) <= 253;
}

static int read_server_name(
	const struct sg_kube_entry *cluster, struct sg_cluster_access *access, struct sg_err *err)
{
	const char *name;

	if (sg_kube_text(cluster, "tls-server-name", &name, err) < 0)
		return -1;
	if (name && !is_host(name))
		return sg_kube_fail(cluster, "tls-server-name", err, "this is no host name");
	access->tls.server_name = sg_arena_strdup(&access->arena, name);
	return 0;
}

/* The password of a proxy address must not be seen either. */
static void learn_proxy(struct sg_redactor *redactor, struct sg_str rest)
{
	struct sg_str host, user;

	(void)sg_str_cut(&rest, '/', &host);
	if (sg_str_find(host, '@') < 0)
		return;
	while (sg_str_find(host, '@') >= 0 && host.len && host.ptr[host.len - 1] != '@')
		host.len--;
	host.len--;
	(void)sg_str_cut(&host, ':', &user);
	if (host.ptr)
		sg_redactor_learn(redactor, host);
}

/* Go's socks5 lets the proxy resolve names, which libcurl calls socks5h. */
static int read_proxy(
	const struct sg_kube_entry *cluster, struct sg_cluster_access *access, struct sg_err *err)
{
	static const struct {
		const char *from, *to;
	} schemes[] = {
		{"http://", "http://"},
		{"https://", "https://"},
		{"socks5://", "socks5h://"},
		{"socks5h://", "socks5h://"},
	};
	const char *url;

	if (sg_kube_text(cluster, "proxy-url", &url, err) < 0)
		return -1;
	for (size_t i = 0; url && i < SG_COUNT(schemes); i++) {
		size_t len = strlen(schemes[i].from);

		if (!sg_str_starts(sg_str_of(url), schemes[i].from) || !url[len])
			continue;
		learn_proxy(access->redactor, sg_str_of(url + len));
		access->proxy = sg_arena_printf(&access->arena, "%s%s", schemes[i].to, url + len);
		return 0;
	}
	return url ? sg_kube_fail(cluster, "proxy-url", err,
			     "an address with http://, https:// or socks5:// is expected")
		   : 0;
}

int sg_kube_read_cluster(const struct sg_kube_entry *cluster, const struct sg_cluster_ask *ask,
	struct sg_cluster_access *access, struct sg_err *err)
{
	const struct sg_yaml_node *node = sg_kube_get(cluster, "server");
	const char *server, *where;

	if (sg_kube_text(cluster, "server", &server, err) < 0)
		return -1;
	if (!server)
		return sg_kube_fail(cluster, "server", err, "it is missing");
	where = sg_arena_printf(&access->arena, "%s:%d:%d: cluster \"%.80s\": server",
		cluster->file, node->line, node->column, cluster->name);
	if (sg_cluster_access_server(access, server, where, err) < 0 ||
		read_trust(cluster, ask, access, err) < 0 ||
		read_server_name(cluster, access, err) < 0)
		return -1;
	return read_proxy(cluster, access, err);
}
