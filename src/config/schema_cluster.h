/* `cluster:` and `rollout:` of an environment, in the schema of stagegate.yaml. */
#ifndef SG_CONFIG_SCHEMA_CLUSTER_H
#define SG_CONFIG_SCHEMA_CLUSTER_H

#include "config/schema.h"

extern const struct sg_config_map sg_config_cluster_map;
extern const struct sg_config_map sg_config_rollout_map;

#endif
