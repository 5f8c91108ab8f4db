/*
 * How to reach one Kubernetes API server: address, trust, proxy and identity. Made by
 * cluster/kubeconfig.h or cluster/incluster.h; the same value from either.
 */
#ifndef SG_CLUSTER_ACCESS_H
#define SG_CLUSTER_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "cluster/plugin.h"
#include "io/env.h"
#include "io/http.h"

/* A token file is read again after this time (argocd.md 3.5), and at once on a 401. */
#define SG_CLUSTER_TOKEN_AGE_MS INT64_C(60000)

/* Whose API it is: the cluster's, or Argo CD's own (argocd.md 2), which has the same objects. */
enum sg_cluster_speech { SG_SPEAKS_KUBERNETES, SG_SPEAKS_ARGOCD };

/* A plugin that has worked may fail for so long: what it asks may be away for a moment. */
#define SG_CLUSTER_LOGIN_AWAY_S INT64_C(60)

/* How many headers may say who we want to be. */
enum { SG_CLUSTER_AS_MAX = 64 };

struct sg_cluster_access {
	struct sg_arena arena; /* of the strings below */
	const char *server;    /* "https://host:6443/prefix": no slash at the end */
	const char *origin;    /* of `server`, as sg_http_origin() writes it */
	const char *source;    /* for messages: "context \"prod\" of /etc/kubeconfig", "the service
				  account    of this pod" */
	const char *namespace; /* of the context or the pod; "default" when nothing is said */
	enum sg_cluster_speech speech;
	const char *project; /* SPEAKS_ARGOCD: of the applications; NULL: not said */
	const char *proxy;   /* NULL: the proxy environment */
	struct sg_tls tls;   /* points into this value */
	struct sg_secret *client_key;
	struct sg_secret *token;              /* the one in use; NULL: none */
	const char *token_file;               /* NULL: `token` never changes */
	int64_t token_read_ms;                /* when token_file was read; of the loop's clock */
	const struct sg_plugin *plugin;       /* that gives token or certificate; NULL: none */
	int64_t login_until_unix_s;           /* when that expires; 0: it has not been asked yet */
	int64_t login_failed_unix_s;          /* since when the plugin fails; 0: it does not */
	const struct sg_http_header *headers; /* of every request: who we want to be */
	size_t header_count;
	struct sg_loop *loop;
	struct sg_redactor *redactor;
};

/* Zeroes what is secret. A zeroed value and NULL are fine. */
void sg_cluster_access_release(struct sg_cluster_access *access);

/* What a run asks for. */
struct sg_cluster_ask {
	const char *kubeconfig; /* --kubeconfig; NULL: not given */
	const char *context;    /* wanted context; NULL: not given */
	bool allow_insecure;    /* `cluster: {insecure: true}` of the configuration */
	bool allow_plugins;     /* --exec-plugins */
	struct sg_loop *loop;   /* in which a plugin is waited for */
	const struct sg_env *env;
	struct sg_redactor *redactor;
	const char *service_account; /* folder of the pod's token; NULL: the usual one */
};

/*
 * The access of a run: the kubeconfig (see cluster/kubeconfig.h), else, when no context was asked
 * for and there is no kubeconfig anywhere, the service account of the pod. KUBECONFIG_INVALID,
 * CREDENTIAL_MISSING.
 */
int sg_cluster_access_load(const struct sg_cluster_ask *ask, struct sg_cluster_access *ret,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Sets the address: only https, and http for loopback; no user info, query or fragment; slashes at
 * the end are dropped, a path is kept. WHERE ("file:3:4: server") goes in front of the cause.
 */
int sg_cluster_access_server(struct sg_cluster_access *access, const char *url, const char *where,
	struct sg_err *err) SG_MUST_CHECK;

/* A token is one line of visible ASCII; CREDENTIAL_MISSING saying that FROM holds something else.
 */
int sg_cluster_token_check(struct sg_str token, const char *from, struct sg_err *err) SG_MUST_CHECK;

/* True when credentials must not be sent: plain http to this machine. */
bool sg_cluster_access_is_plain(const struct sg_cluster_access *access);

/*
 * Brings the credential up to date: reads token_file when it is older than SG_CLUSTER_TOKEN_AGE_MS,
 * or with FORCE; asks the plugin when what it gave has expired, or with FORCE. An unreadable file
 * leaves a token that is there already; without one it is CREDENTIAL_MISSING naming the file. For
 * the errors of a plugin see cluster/plugin.h; they are transient for SG_CLUSTER_LOGIN_AWAY_S where
 * it has worked before. *ret_changed (may be NULL) tells whether the
 * credential is another one now.
 */
int sg_cluster_access_token(struct sg_cluster_access *access, int64_t now_ms, bool force,
	bool *ret_changed, struct sg_err *err) SG_MUST_CHECK;

#endif
