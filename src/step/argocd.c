#include "step/argocd.h"

#include <stdlib.h>

#include "base/alloc.h"

#define SERVER "ARGOCD_SERVER"
#define TOKEN_FILE "STAGEGATE_ARGOCD_TOKEN_FILE"

static const char *const token_variables[] = {"STAGEGATE_ARGOCD_TOKEN", "ARGOCD_AUTH_TOKEN"};

/* Kept for the run, because a variable is forgotten once it is read. */
struct sg_argocd_login {
	struct sg_secret *token; /* NULL: there is a file, or nothing */
};

void sg_argocd_login_free(struct sg_argocd_login *login)
{
	if (!login)
		return;
	sg_secret_free(login->token);
	free(login);
}

/* A token that is not taken is masked and forgotten, too. */
static const struct sg_argocd_login *login_of(struct sg_world *world)
{
	if (world->argocd)
		return world->argocd;
	world->argocd = sg_calloc(1, sizeof(*world->argocd));
	for (size_t i = 0; i < SG_COUNT(token_variables); i++) {
		const char *value = sg_env_nonempty(world->env, token_variables[i]);
		struct sg_str token = sg_str_trim(sg_str_of(value));

		if (!token.len)
			continue;
		if (world->argocd->token)
			sg_redactor_learn(world->redactor, token);
		else
			world->argocd->token = sg_secret_new(world->redactor, token);
		sg_env_forget(token_variables[i]);
	}
	return world->argocd;
}

static int set_server(struct sg_world *world, struct sg_cluster_access *access, struct sg_err *err)
{
	const char *given = world->settings->argocd_server, *from = "--argocd-server";
	const char *url;

	if (!given) {
		given = sg_env_nonempty(world->env, SERVER);
		from = SERVER;
	}
	if (!given) {
		(void)sg_fail(err, SG_R_USAGE, "no Argo CD server is named");
		return sg_hint(err, "set STAGEGATE_ARGOCD_SERVER, or say --argocd-server URL");
	}
	url = sg_str_search(sg_str_of(given), "://") < 0
		      ? sg_arena_printf(world->arena, "https://%s", given)
		      : given;
	if (sg_cluster_access_server(access, url, from, err) < 0) {
		err->reason = SG_R_USAGE;
		return -1;
	}
	access->source = sg_arena_printf(&access->arena, "the Argo CD server of %s", from);
	return 0;
}

static int set_token(struct sg_world *world, struct sg_cluster_access *access, struct sg_err *err)
{
	const struct sg_argocd_login *login = login_of(world);
	const char *file = sg_env_nonempty(world->env, TOKEN_FILE);

	if (login->token) {
		access->token = sg_secret_new(world->redactor, sg_secret_bytes(login->token));
		return sg_cluster_token_check(
			sg_secret_bytes(login->token), "the token of Argo CD", err);
	}
	if (file) {
		access->token_file = sg_arena_strdup(&access->arena, file);
		return sg_cluster_access_token(access, 0, true, NULL, err);
	}
	(void)sg_fail(err, SG_R_CREDENTIAL_MISSING, "no token was given for Argo CD");
	return sg_hint(err, "set STAGEGATE_ARGOCD_TOKEN or " TOKEN_FILE
			    " to a token of a project role or account that may `get` applications");
}

static int fill(struct sg_world *world, const struct sg_cluster_ref *ref,
	struct sg_cluster_access *access, struct sg_err *err)
{
	access->speech = SG_SPEAKS_ARGOCD;
	access->redactor = world->redactor;
	access->loop = sg_world_loop(world);
	access->namespace = sg_arena_strdup(&access->arena, ref->namespace);
	access->project = sg_arena_strdup(&access->arena, ref->project);
	if (set_server(world, access, err) < 0)
		return -1;
	return sg_cluster_access_is_plain(access) ? 0 : set_token(world, access, err);
}

int sg_argocd_access(struct sg_world *world, const struct sg_cluster_ref *ref,
	struct sg_cluster_access *ret, struct sg_err *err)
{
	struct sg_cluster_access access = {0};

	if (fill(world, ref, &access, err) < 0) {
		sg_cluster_access_release(&access);
		return -1;
	}
	*ret = access;
	return 0;
}
