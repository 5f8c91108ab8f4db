#include "step/signing.h"

#include <string.h>

#include "io/fs.h"

#define OPTION "--signing-key-file"
#define VARIABLE "STAGEGATE_SIGNING_KEY_FILE"

/* "-----BEGIN " in base64. */
#define CODED_BEGIN "LS0tLS1CRUdJTi"

/* A variable that is not of type File holds the key itself: no message may show that. */
static bool is_key_itself(const char *path)
{
	return strchr(path, '\n') || strstr(path, "-----") ||
	       strncmp(path, CODED_BEGIN, strlen(CODED_BEGIN)) == 0;
}

static int fail_key_itself(struct sg_world *world, const char *path, struct sg_err *err)
{
	sg_redactor_learn(world->redactor, sg_str_of(path));
	sg_env_forget(VARIABLE);
	(void)sg_fail(err, SG_R_SIGNING_KEY_INVALID,
		OPTION " or " VARIABLE " holds a key itself, and not the name of a file");
	return sg_hint(err, "in GitLab, make the variable one of type File");
}

/* GitLab puts variables of type File there, for everybody to read and write. */
static bool is_of_gitlab(const struct sg_world *world, const char *path)
{
	const char *project = sg_env_nonempty(world->env, "CI_PROJECT_DIR");
	size_t len = project ? strlen(project) : 0;

	return project && strncmp(path, project, len) == 0 &&
	       strncmp(path + len, ".tmp/", strlen(".tmp/")) == 0 && !strstr(path + len, "/../");
}

static int fail_exposed(const char *path, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_SIGNING_KEY_EXPOSED,
		"others on this machine may read or change %s, and it was not used", path);
	return sg_hint(err, "chmod 600 %s", path);
}

static int read_key(
	struct sg_world *world, const char *path, struct sg_signer **ret_signer, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_wipe) = {0};
	bool exposed = false;

	sg_buf_init(&text, SG_SIGNER_FILE_MAX_BYTES);
	sg_buf_room(&text, SG_SIGNER_FILE_MAX_BYTES);
	if (sg_fs_read_key(path, &text, &exposed, err) < 0)
		return -1;
	if (exposed && !is_of_gitlab(world, path))
		return fail_exposed(path, err);
	return sg_signer_new(world->redactor, sg_buf_str(&text), ret_signer, err);
}

int sg_signing_open(struct sg_world *world, struct sg_signer **ret_signer, struct sg_err *err)
{
	const char *path = world->settings->signing_key_file;

	*ret_signer = NULL;
	if (!path)
		return 0;
	if (is_key_itself(path))
		return fail_key_itself(world, path, err);
	if (read_key(world, path, ret_signer, err) < 0)
		return sg_wrap(err, OPTION " %s", path);
	return 0;
}

int sg_signing_check(
	const struct sg_policy *policy, const struct sg_signer *signer, struct sg_err *err)
{
	if (signer || policy->commit.sign != SG_SIGN_REQUIRED)
		return 0;
	(void)sg_fail(err, SG_R_SIGNING_KEY_MISSING,
		"%s: commit.sign: commits must be signed, and no key was given", policy->file);
	return sg_hint(err, "give " OPTION " or " VARIABLE
			    ": a variable of type File, protected as the branch is");
}
