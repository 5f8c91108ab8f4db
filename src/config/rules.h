/* What the parts of a configuration mean together. */
#ifndef SG_CONFIG_RULES_H
#define SG_CONFIG_RULES_H

#include "config/decode.h"
#include "model/policy.h"

/*
 * Fills in what is absent (branches, short names, `after`, count) and checks the whole: unique
 * names, the order without cycles, gates against the way of publishing, templates and paths of
 * every service in every environment. ROOT is the node that POLICY was decoded from. Wrong parts
 * may be NULL.
 */
void sg_config_rules(
	struct sg_config_notes *notes, const struct sg_yaml_node *root, struct sg_policy *policy);

#endif
