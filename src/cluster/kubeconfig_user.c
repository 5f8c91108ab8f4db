#include "cluster/kubeconfig_parts.h"

#define PEM_MAX_BYTES ((size_t)64 * 1024)
#define INSTEAD                                                                                    \
	"use a user with token, tokenFile or a client certificate, for instance of a service "     \
	"account"

/* Ways to log in that this program does not follow. */
static int refuse_unsupported(const struct sg_kube_entry *user, struct sg_err *err)
{
	const char *field = NULL;

	if (sg_kube_get(user, "username") || sg_kube_get(user, "password"))
		field = sg_kube_get(user, "username") ? "username" : "password";
	if (sg_kube_get(user, "auth-provider"))
		field = "auth-provider";
	if (!field)
		return 0;
	(void)sg_kube_fail(user, field, err, "Kubernetes has given this up; it is not supported");
	return sg_hint(err, INSTEAD);
}

/* A program is run only for whoever wants that. A token switches it off. */
static int read_exec(const struct sg_kube_entry *user, const struct sg_kube_entry *cluster,
	const struct sg_cluster_ask *ask, struct sg_cluster_access *access, struct sg_err *err)
{
	if (!sg_kube_get(user, "exec") || access->token)
		return 0;
	if (ask->allow_plugins)
		return sg_kube_read_exec(user, cluster, access, err);
	(void)sg_kube_fail(user, "exec", err, "a program would be run to log in");
	return sg_hint(err, "say --exec-plugins where that is wanted, or " INSTEAD);
}

static int refuse_several(const struct sg_kube_entry *user, bool has_token, struct sg_err *err)
{
	const char *basic = sg_kube_get(user, "username") ? "username" : "password";
	const char *first = has_token ? "token" : NULL, *second = NULL;
	const char *const others[] = {basic, "auth-provider", has_token ? "" : "exec"};

	for (size_t i = 0; i < SG_COUNT(others); i++) {
		if (!sg_kube_get(user, others[i]))
			continue;
		second = first ? others[i] : NULL;
		first = first ? first : others[i];
		if (second)
			return sg_kube_fail(user, second, err,
				"%s is there too; only one way to log in can be meant", first);
	}
	return 0;
}

static int read_token(const struct sg_kube_entry *user, const char *token, const char *file,
	struct sg_cluster_access *access, struct sg_err *err)
{
	struct sg_err inner = SG_ERR_INIT;
	struct sg_str text = sg_str_trim(sg_str_of(token));

	if (text.len)
		access->token = sg_secret_new(access->redactor, text);
	if (sg_str_visible(text) != text.len)
		return sg_kube_fail(user, "token", err, "it holds something that is no token");
	if (!file)
		return 0;
	access->token_file = sg_kube_resolve(&access->arena, user, file);
	if (sg_cluster_access_token(access, 0, true, NULL, &inner) < 0)
		return sg_kube_fail(user, "tokenFile", err, "%s", inner.cause);
	return 0;
}

static int read_certificate(
	const struct sg_kube_entry *user, struct sg_cluster_access *access, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf cert;
	SG_AUTO(sg_buf_wipe) struct sg_buf key;
	size_t len;

	sg_buf_init(&cert, PEM_MAX_BYTES);
	sg_buf_init(&key, PEM_MAX_BYTES);
	if (sg_kube_read_pem(user, "client-certificate", &cert, err) < 0 ||
		sg_kube_read_pem(user, "client-key", &key, err) < 0)
		return -1;
	if (!cert.len && !key.len)
		return 0;
	if (!cert.len || !key.len)
		return sg_kube_fail(user, cert.len ? "client-key" : "client-certificate", err,
			"it is missing; a certificate and its key come together");
	len = cert.len;
	access->tls.client_cert_pem =
		(struct sg_str){sg_arena_dup(&access->arena, sg_buf_str(&cert)), len};
	access->client_key = sg_secret_new(access->redactor, sg_buf_str(&key));
	access->tls.client_key = access->client_key;
	return 0;
}

int sg_kube_read_user(const struct sg_kube_entry *user, const struct sg_kube_entry *cluster,
	const struct sg_cluster_ask *ask, struct sg_cluster_access *access, struct sg_err *err)
{
	const char *token, *file;
	bool has_token;

	if (sg_cluster_access_is_plain(access))
		return 0;
	if (sg_kube_text(user, "token", &token, err) < 0 ||
		sg_kube_text(user, "tokenFile", &file, err) < 0)
		return -1;
	has_token = token || file;
	if (refuse_several(user, has_token, err) < 0 || refuse_unsupported(user, err) < 0 ||
		sg_kube_read_as(user, access, err) < 0 ||
		read_token(user, token, file, access, err) < 0 ||
		read_certificate(user, access, err) < 0 ||
		read_exec(user, cluster, ask, access, err) < 0)
		return -1;
	if (access->token || access->client_key || access->plugin)
		return 0;
	(void)sg_kube_fail(user, "token", err, "this user has neither token nor certificate");
	err->reason = SG_R_CREDENTIAL_MISSING;
	return sg_hint(err, INSTEAD);
}
