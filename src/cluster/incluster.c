#include "cluster/incluster.h"

#include "base/num.h"
#include "cluster/path.h"
#include "io/fs.h"

#define FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"
#define CA_MAX_BYTES ((size_t)1024 * 1024)
#define NAMESPACE_MAX_BYTES 256u

static int no_pod(struct sg_err *err)
{
	(void)sg_fail(err, SG_R_KUBECONFIG_INVALID,
		"there is no kubeconfig, and this is no pod of a cluster");
	return sg_hint(err,
		"name one with --kubeconfig or KUBECONFIG; in GitLab CI the agent's ci_access "
		"provides it");
}

static int set_server(
	struct sg_cluster_access *access, const char *host, const char *port, struct sg_err *err)
{
	bool ipv6 = sg_str_find(sg_str_of(host), ':') >= 0 && host[0] != '[';
	const char *url = sg_arena_printf(
		&access->arena, ipv6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
	uint64_t number;

	if (!sg_num_u64(sg_str_of(port), &number) || number == 0 || number > 65535)
		return sg_fail(err, SG_R_KUBECONFIG_INVALID,
			"KUBERNETES_SERVICE_PORT is no port: %s", port);
	return sg_cluster_access_server(
		access, url, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT", err);
}

static int read_ca(struct sg_cluster_access *access, const char *folder, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf;
	const char *path = sg_arena_printf(&access->arena, "%s/ca.crt", folder);
	struct sg_err inner = SG_ERR_INIT;
	size_t len;

	sg_buf_init(&buf, CA_MAX_BYTES);
	if (sg_fs_read(path, &buf, &inner) < 0)
		return sg_fail(err, SG_R_KUBECONFIG_INVALID,
			"the certificate authority of the pod cannot be read: %s", inner.cause);
	if (sg_str_search(sg_buf_str(&buf), "-----BEGIN ") < 0)
		return sg_fail(err, SG_R_KUBECONFIG_INVALID, "%s holds no PEM certificate", path);
	len = buf.len;
	access->tls.ca_pem = (struct sg_str){sg_arena_dup(&access->arena, sg_buf_str(&buf)), len};
	return 0;
}

/* POD_NAMESPACE, the mounted file, "default". */
static const char *find_namespace(
	struct sg_cluster_access *access, const struct sg_env *env, const char *folder)
{
	SG_AUTO(sg_buf_release) struct sg_buf buf;
	const char *path = sg_arena_printf(&access->arena, "%s/namespace", folder);
	struct sg_str found = sg_str_of(sg_env_nonempty(env, "POD_NAMESPACE"));
	struct sg_err ignored = SG_ERR_INIT;

	sg_buf_init(&buf, NAMESPACE_MAX_BYTES);
	if (found.len == 0 && sg_fs_read(path, &buf, &ignored) == 0)
		found = sg_str_trim(sg_buf_str(&buf));
	return sg_cluster_is_namespace(found) ? sg_arena_dup(&access->arena, found) : "default";
}

static int load(
	const struct sg_cluster_ask *ask, struct sg_cluster_access *access, struct sg_err *err)
{
	const char *host = sg_env_nonempty(ask->env, "KUBERNETES_SERVICE_HOST");
	const char *port = sg_env_nonempty(ask->env, "KUBERNETES_SERVICE_PORT");
	const char *folder = ask->service_account ? ask->service_account : FOLDER;

	if (!host || !port)
		return no_pod(err);
	access->redactor = ask->redactor;
	access->source = "the service account of this pod";
	access->token_file = sg_arena_printf(&access->arena, "%s/token", folder);
	access->namespace = find_namespace(access, ask->env, folder);
	if (set_server(access, host, port, err) < 0 || read_ca(access, folder, err) < 0)
		return -1;
	return sg_cluster_access_token(access, 0, true, NULL, err);
}

int sg_incluster_load(
	const struct sg_cluster_ask *ask, struct sg_cluster_access *ret, struct sg_err *err)
{
	struct sg_cluster_access access = {0};

	if (load(ask, &access, err) < 0) {
		sg_cluster_access_release(&access);
		return -1;
	}
	*ret = access;
	return 0;
}
