#include "cluster/plugin.h"

#include <string.h>

#include "io/child.h"
#include "io/json_doc.h"
#include "model/ids.h"

#define ANSWER_MAX_BYTES ((size_t)256 * 1024)

void sg_plugin_login_release(struct sg_plugin_login *login)
{
	sg_secret_free(login->token);
	sg_secret_free(login->key);
	*login = (struct sg_plugin_login){0};
}

static int fail(const struct sg_plugin *plugin, enum sg_reason reason, struct sg_err *err,
	const char *cause)
{
	(void)sg_fail(err, reason, "%.300s: %s", plugin->where, cause);
	return plugin->hint ? sg_hint(err, "%.400s", plugin->hint) : -1;
}

static int run(struct sg_loop *loop, const struct sg_plugin *plugin, struct sg_buf *out,
	struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_child child = {
		.argv = plugin->argv,
		.environment = plugin->environment,
		.until_ms = sg_loop_after(loop, SG_PLUGIN_MAX_MS),
	};
	struct sg_err why = SG_ERR_INIT;
	int status = 0;

	if (sg_child_run(loop, &child, out, &status, &why) < 0) {
		if (why.reason != SG_R_CANCELLED)
			return fail(plugin, SG_R_CREDENTIAL_MISSING, err, why.cause);
		*err = why;
		return -1;
	}
	if (status == 0)
		return 0;
	return fail(plugin, SG_R_CREDENTIAL_MISSING, err,
		sg_arena_printf(
			&arena, "%.200s failed with exit code %d", plugin->argv[0], status));
}

static int read_status(const struct sg_plugin *plugin, const struct sg_json *status,
	struct sg_redactor *redactor, struct sg_arena *arena, struct sg_plugin_login *ret,
	struct sg_err *err)
{
	const char *token = sg_json_str(sg_json_get(status, "token"), "");
	const char *cert = sg_json_str(sg_json_get(status, "clientCertificateData"), "");
	const char *key = sg_json_str(sg_json_get(status, "clientKeyData"), "");
	const char *expires = sg_json_str(sg_json_get(status, "expirationTimestamp"), "");

	if (!cert[0] != !key[0])
		return fail(plugin, SG_R_ANSWER_INVALID, err,
			"it answered with a certificate or a key, and not with both");
	if (!token[0] && !cert[0])
		return fail(plugin, SG_R_CREDENTIAL_MISSING, err,
			"it answered with neither a token nor a certificate");
	if (sg_str_visible(sg_str_of(token)) != strlen(token))
		return fail(plugin, SG_R_ANSWER_INVALID, err,
			"it answered with something that is no token");
	ret->expires_unix_s = SG_NEVER;
	if (expires[0] && !sg_time_parse(sg_str_of(expires), &ret->expires_unix_s))
		return fail(plugin, SG_R_ANSWER_INVALID, err,
			"expirationTimestamp of its answer is no time");
	if (token[0])
		ret->token = sg_secret_new(redactor, sg_str_of(token));
	if (cert[0]) {
		ret->certificate_pem = sg_arena_strdup(arena, cert);
		ret->key = sg_secret_new(redactor, sg_str_of(key));
	}
	return 0;
}

static int read_answer(const struct sg_plugin *plugin, struct sg_str text,
	struct sg_redactor *redactor, struct sg_arena *arena, struct sg_plugin_login *ret,
	struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err ignored;

	if (sg_json_parse(text, &doc, &ignored) < 0)
		return fail(plugin, SG_R_ANSWER_INVALID, err, "its answer is not JSON");
	if (strcmp(sg_json_str(sg_json_get(doc, "kind"), ""), "ExecCredential") != 0)
		return fail(plugin, SG_R_ANSWER_INVALID, err, "its answer is no ExecCredential");
	if (strcmp(sg_json_str(sg_json_get(doc, "apiVersion"), ""), plugin->version) != 0)
		return fail(plugin, SG_R_ANSWER_INVALID, err,
			"its answer has another apiVersion than the kubeconfig");
	return read_status(plugin, sg_json_get(doc, "status"), redactor, arena, ret, err);
}

int sg_plugin_run(struct sg_loop *loop, struct sg_redactor *redactor,
	const struct sg_plugin *plugin, struct sg_arena *arena, struct sg_plugin_login *ret,
	struct sg_err *err)
{
	SG_AUTO(sg_buf_wipe) struct sg_buf out;

	*ret = (struct sg_plugin_login){0};
	sg_buf_init(&out, ANSWER_MAX_BYTES);
	if (run(loop, plugin, &out, err) < 0)
		return -1;
	return read_answer(plugin, sg_buf_str(&out), redactor, arena, ret, err);
}
