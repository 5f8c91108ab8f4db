/*
 * stagegate.yaml: text in, policy out. The shape is the table of config/schema.h; what the parts
 * mean together (order, gates against publishing, paths) is checked here.
 */
#ifndef SG_CONFIG_LOAD_H
#define SG_CONFIG_LOAD_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/finding.h"
#include "model/policy.h"

/*
 * NAME is the file's name for messages. Fails with the first error: CONFIG_INVALID (or
 * YAML_INVALID, TOO_LARGE) whose cause starts "NAME:LINE:COLUMN: ".
 */
int sg_config_load(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_policy *ret_policy, struct sg_err *err) SG_MUST_CHECK;

/*
 * The same, but all findings in order of their place, warnings too. Returns true when the
 * configuration can be used; *ret_policy is written only then.
 */
bool sg_config_lint(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_policy *ret_policy, struct sg_findings *findings);

#endif
