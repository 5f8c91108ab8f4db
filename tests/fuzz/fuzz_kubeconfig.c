/*
 * Any bytes as a kubeconfig: loading ends, an error names the file, and an access that comes out
 * keeps the promises of cluster/access.h.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cluster/kubeconfig.h"

#include "fuzz.h"

static void check_access(const struct sg_cluster_access *access, bool allow_insecure)
{
	PROMISE(access->server && access->origin && access->source && access->namespace);
	PROMISE(!sg_str_ends(sg_str_of(access->server), "/"));
	PROMISE(!sg_cluster_access_is_plain(access) || sg_http_is_loopback(access->server));
	PROMISE(!sg_cluster_access_is_plain(access) || (!access->token && !access->client_key));
	PROMISE(sg_cluster_access_is_plain(access) || access->token || access->client_key);
	PROMISE(!access->tls.insecure || (allow_insecure && !access->tls.ca_pem.len));
	PROMISE((access->tls.client_key != NULL) == (access->tls.client_cert_pem.len != 0));
}

static void load(const struct sg_env *env, const char *path, const char *context, bool insecure)
{
	struct sg_redactor *redactor = sg_redactor_new();
	struct sg_cluster_access access = {0};
	struct sg_err err = SG_ERR_INIT;
	bool found = false;
	const struct sg_cluster_ask ask = {
		.kubeconfig = path,
		.context = context,
		.allow_insecure = insecure,
		.env = env,
		.redactor = redactor,
	};

	if (sg_kubeconfig_load(&ask, &found, &access, &err) == 0) {
		PROMISE(found);
		check_access(&access, insecure);
	} else {
		PROMISE(err.reason == SG_R_KUBECONFIG_INVALID ||
			err.reason == SG_R_CREDENTIAL_MISSING);
		PROMISE(strstr(err.cause, path));
	}
	sg_cluster_access_release(&access);
	sg_redactor_free(redactor);
}

/* Not by io/fs.h, which waits for the disk. */
static bool put(const char *path, const uint8_t *data, size_t size)
{
	FILE *file = fopen(path, "wb");
	bool whole = file && fwrite(data, 1, size, file) == size;

	return file && fclose(file) == 0 && whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const nothing[] = {NULL};
	struct sg_arena arena = {0};
	const char *path = sg_arena_printf(&arena, "/tmp/fuzz-kubeconfig-%ld", (long)getpid());
	const struct sg_env *env = sg_env_fixed(&arena, nothing);

	if (put(path, data, size)) {
		load(env, path, NULL, false);
		load(env, path, "c", true);
		(void)unlink(path);
	}
	sg_arena_release(&arena);
	return 0;
}
