#include "config/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "model/place.h"

#define LISTED_MAX 12

/* "did you mean 'web'? (known: api, web, ...)" */
static void hint_names(struct sg_err *err, const char *wanted, const char *what,
	const char *const *names, size_t count)
{
	const char *near = sg_str_nearest(wanted, names, count);
	SG_AUTO(sg_buf_release) struct sg_buf hint = {0};

	sg_buf_init(&hint, sizeof(err->hint) * 4);
	if (near)
		sg_buf_addf(&hint, "did you mean '%s'? ", near);
	if (count)
		sg_buf_adds(&hint, what);
	for (size_t i = 0; i < count && i < LISTED_MAX; i++)
		sg_buf_addf(&hint, "%s%.40s", i ? ", " : ": ", names[i]);
	if (count > LISTED_MAX)
		sg_buf_addf(&hint, " and %zu more", count - LISTED_MAX);
	(void)sg_hint(err, "%s", hint.ptr);
}

int sg_config_service(const struct sg_policy *policy, const char *name,
	const struct sg_service **ret_entry, struct sg_err *err)
{
	const struct sg_service *entry;
	const char **names;

	if (sg_service_name_check(name, err) < 0)
		return -1;
	entry = sg_policy_service(policy, name);
	if (entry) {
		*ret_entry = entry;
		return 0;
	}
	names = sg_calloc(policy->service_count, sizeof(*names));
	for (size_t i = 0; i < policy->service_count; i++)
		names[i] = policy->services[i].name;
	(void)sg_fail(err, SG_R_SERVICE_UNKNOWN, "no service '%s' in %s", name, policy->file);
	hint_names(err, name, "services", names, policy->service_count);
	free(names);
	return -1;
}

int sg_config_environment(const struct sg_policy *policy, const char *name,
	const struct sg_environment **ret_env, struct sg_err *err)
{
	const struct sg_environment *env = sg_policy_environment(policy, name);
	const char **names;

	if (env) {
		*ret_env = env;
		return 0;
	}
	names = sg_calloc(policy->environment_count, sizeof(*names));
	for (size_t i = 0; i < policy->environment_count; i++)
		names[i] = policy->environments[i].name;
	(void)sg_fail(
		err, SG_R_ENVIRONMENT_UNKNOWN, "no environment '%.100s' in %s", name, policy->file);
	hint_names(err, name, "environments", names, policy->environment_count);
	for (size_t i = 0; i < policy->environment_count; i++)
		if (strcmp(policy->environments[i].short_name, name) == 0)
			(void)sg_hint(err, "'%s' is the short form of '%s'", name, names[i]);
	free(names);
	return -1;
}

int sg_config_no_folder(const char *name, const char *where, const char *const *folders,
	size_t count, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_SERVICE_UNKNOWN, "no service '%.100s': no such folder in %s", name,
		where);
	hint_names(err, name, "folders", folders, count);
	return -1;
}
