#include "cluster/access.h"

#include <string.h>

#include "cluster/incluster.h"
#include "cluster/kubeconfig.h"
#include "io/fs.h"

#define TOKEN_MAX_BYTES ((size_t)64 * 1024)

void sg_cluster_access_release(struct sg_cluster_access *access)
{
	if (!access)
		return;
	sg_secret_free(access->token);
	sg_secret_free(access->client_key);
	sg_arena_release(&access->arena);
	*access = (struct sg_cluster_access){0};
}

int sg_cluster_access_load(
	const struct sg_cluster_ask *ask, struct sg_cluster_access *ret, struct sg_err *err)
{
	bool found = false;

	if (sg_kubeconfig_load(ask, &found, ret, err) < 0)
		return -1;
	return found ? 0 : sg_incluster_load(ask, ret, err);
}

bool sg_cluster_access_is_plain(const struct sg_cluster_access *access)
{
	return sg_str_starts(sg_str_of(access->origin), "http:");
}

static int bad_server(const char *where, const char *why, struct sg_err *err)
{
	return sg_fail(err, SG_R_KUBECONFIG_INVALID, "%s: %s", where, why);
}

int sg_cluster_access_server(
	struct sg_cluster_access *access, const char *url, const char *where, struct sg_err *err)
{
	struct sg_str text = sg_str_of(url);
	struct sg_err inner = SG_ERR_INIT;

	if (sg_str_search(text, "://") < 0)
		return bad_server(where, "the address must begin with https://", err);
	if (sg_http_origin(&access->arena, url, &access->origin, &inner) < 0)
		return bad_server(where, inner.cause, err);
	if (sg_str_find(text, '?') >= 0 || sg_str_find(text, '#') >= 0)
		return bad_server(where, "the address has a query or fragment", err);
	if (sg_cluster_access_is_plain(access) && !sg_http_is_loopback(url))
		return bad_server(
			where, "plain http is only accepted for a server on this machine", err);
	while (sg_str_ends(text, "/"))
		text.len--;
	access->server = sg_arena_dup(&access->arena, text);
	return 0;
}

int sg_cluster_token_check(struct sg_str token, const char *from, struct sg_err *err)
{
	if (token.len && sg_str_visible(token) == token.len)
		return 0;
	return sg_fail(err, SG_R_CREDENTIAL_MISSING, "%s %s", from,
		token.len ? "holds something else than one token" : "is empty");
}

static int read_token(const char *path, struct sg_buf *buf, struct sg_str *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_err inner = SG_ERR_INIT;

	if (sg_fs_read(path, buf, &inner) < 0)
		return sg_fail(err, SG_R_CREDENTIAL_MISSING, "the token file cannot be read: %s",
			inner.cause);
	*ret = sg_str_trim(sg_buf_str(buf));
	return sg_cluster_token_check(
		*ret, sg_arena_printf(&arena, "%s: the token file", path), err);
}

static bool same_token(const struct sg_secret *old, struct sg_str token)
{
	return old && sg_str_eq(sg_secret_bytes(old), token);
}

static bool same_login(const struct sg_cluster_access *access, const struct sg_plugin_login *login)
{
	struct sg_str old = access->token ? sg_secret_bytes(access->token) : (struct sg_str){0};
	struct sg_str new = login->token ? sg_secret_bytes(login->token) : (struct sg_str){0};

	return sg_str_eq(old, new) &&
	       sg_str_eq(access->tls.client_cert_pem, sg_str_of(login->certificate_pem));
}

/* Takes what LOGIN holds. */
static void log_in(struct sg_cluster_access *access, const struct sg_plugin_login *login)
{
	sg_secret_free(access->token);
	access->token = login->token;
	if (login->key) {
		sg_secret_free(access->client_key);
		access->client_key = login->key;
		access->tls.client_key = login->key;
		access->tls.client_cert_pem = sg_str_of(login->certificate_pem);
	}
	access->login_until_unix_s = login->expires_unix_s;
	access->login_failed_unix_s = 0;
}

/* What has worked before may fail for a moment. */
static int login_failed(struct sg_cluster_access *access, int64_t now_s, struct sg_err *err)
{
	if (access->login_until_unix_s == 0 || err->reason == SG_R_CANCELLED)
		return -1;
	if (access->login_failed_unix_s == 0)
		access->login_failed_unix_s = now_s;
	return now_s - access->login_failed_unix_s < SG_CLUSTER_LOGIN_AWAY_S ? sg_transient(err)
									     : -1;
}

static int ask_plugin(
	struct sg_cluster_access *access, bool force, bool *ret_changed, struct sg_err *err)
{
	int64_t now_s = access->loop->clock->unix_s(access->loop->clock);
	struct sg_plugin_login login;

	*ret_changed = false;
	if (!force && now_s < access->login_until_unix_s)
		return 0;
	if (sg_plugin_run(access->loop, access->redactor, access->plugin, &access->arena, &login,
		    err) < 0)
		return login_failed(access, now_s, err);
	*ret_changed = !same_login(access, &login);
	log_in(access, &login);
	return 0;
}

int sg_cluster_access_token(struct sg_cluster_access *access, int64_t now_ms, bool force,
	bool *ret_changed, struct sg_err *err)
{
	SG_AUTO(sg_buf_wipe) struct sg_buf buf;
	struct sg_str token;
	bool fresh = access->token && now_ms - access->token_read_ms < SG_CLUSTER_TOKEN_AGE_MS;
	bool changed = false;

	sg_buf_init(&buf, TOKEN_MAX_BYTES);
	if (access->plugin && ask_plugin(access, force, &changed, err) < 0)
		return -1;
	if (access->token_file && (force || !fresh)) {
		access->token_read_ms = now_ms;
		if (read_token(access->token_file, &buf, &token, err) == 0) {
			changed = !same_token(access->token, token);
			if (changed) {
				sg_secret_free(access->token);
				access->token = sg_secret_new(access->redactor, token);
			}
		} else if (!access->token) {
			return -1;
		}
	}
	if (ret_changed)
		*ret_changed = changed;
	return 0;
}
