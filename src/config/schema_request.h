/* The rows of `merge_request:` in the schema (config/schema.h). */
#ifndef SG_CONFIG_SCHEMA_REQUEST_H
#define SG_CONFIG_SCHEMA_REQUEST_H

#include "config/schema.h"

extern const struct sg_config_map sg_config_request_map;

#endif
