/*
 * A program that a kubeconfig names to log in: `exec:` of a user (argocd.md 3.6). It is run only
 * where --exec-plugins says so, at the first request, when what it gave has expired, and once after
 * a 401.
 */
#ifndef SG_CLUSTER_PLUGIN_H
#define SG_CLUSTER_PLUGIN_H

#include "base/arena.h"
#include "base/secret.h"
#include "io/loop.h"

/* It is killed when it takes longer. */
#define SG_PLUGIN_MAX_MS INT64_C(60000)

struct sg_plugin {
	const char *const *argv;        /* NULL at the end */
	const char *const *environment; /* NAME=VALUE, NULL at the end */
	const char *version;            /* apiVersion: of the question and of the answer */
	const char *hint;               /* installHint; NULL */
	const char *where;              /* "FILE:LINE:COLUMN: user "u": exec", for messages */
};

/* What it answered. */
struct sg_plugin_login {
	struct sg_secret *token;     /* NULL: none */
	const char *certificate_pem; /* NULL: none; in the arena */
	struct sg_secret *key;       /* with the certificate */
	int64_t expires_unix_s;      /* SG_NEVER: nothing was said */
};

/* Zeroes what is secret. */
void sg_plugin_login_release(struct sg_plugin_login *login);

/*
 * Runs it and reads its answer. CREDENTIAL_MISSING: it cannot be run, failed, or gave nothing;
 * ANSWER_INVALID: it answered something else than an ExecCredential of the same version; CANCELLED.
 * What it wrote is never shown: it may be a secret.
 */
int sg_plugin_run(struct sg_loop *loop, struct sg_redactor *redactor,
	const struct sg_plugin *plugin, struct sg_arena *arena, struct sg_plugin_login *ret,
	struct sg_err *err) SG_MUST_CHECK;

#endif
