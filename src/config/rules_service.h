/* The services of a configuration, each in every environment. */
#ifndef SG_CONFIG_RULES_SERVICE_H
#define SG_CONFIG_RULES_SERVICE_H

#include "config/decode.h"
#include "model/policy.h"

/* What the template `application` of ENV becomes, on NODE of the environment. */
void sg_config_application_rule(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env);

/*
 * Expands path, image, source and the places of every service in every environment and checks
 * what comes out. LIST is the node that the services were decoded from.
 */
void sg_config_service_rules(struct sg_config_notes *notes, const struct sg_yaml_node *list,
	const struct sg_policy *policy);

#endif
