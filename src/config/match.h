/* Names from the command line against the configuration. */
#ifndef SG_CONFIG_MATCH_H
#define SG_CONFIG_MATCH_H

#include "base/err.h"
#include "model/policy.h"

/*
 * The entry for the service NAME: its own, else "*". USAGE when NAME is no service name at all;
 * SERVICE_UNKNOWN with the nearest name and the list otherwise. Whether a service of "*" has a
 * folder is for the caller to see at a revision (sg_config_no_folder).
 */
int sg_config_service(const struct sg_policy *policy, const char *name,
	const struct sg_service **ret_entry, struct sg_err *err) SG_MUST_CHECK;

/* By name; ENVIRONMENT_UNKNOWN with the nearest name and the list otherwise. */
int sg_config_environment(const struct sg_policy *policy, const char *name,
	const struct sg_environment **ret_env, struct sg_err *err) SG_MUST_CHECK;

/*
 * SERVICE_UNKNOWN for a service of "*" that has no folder: FOLDERS are the names found where the
 * folders of services are (WHERE: "apps on develop"), for the nearest name. Returns -1.
 */
int sg_config_no_folder(const char *name, const char *where, const char *const *folders,
	size_t count, struct sg_err *err);

#endif
