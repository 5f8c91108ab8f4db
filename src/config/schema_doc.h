/* The table of config/schema.h as documents; both files in docs/ are written from here. */
#ifndef SG_CONFIG_SCHEMA_DOC_H
#define SG_CONFIG_SCHEMA_DOC_H

#include "base/buf.h"

/* JSON Schema (draft 7, which editors understand): docs/stagegate.schema.json. */
void sg_config_schema_json(struct sg_buf *out);

/* The reference tables of docs/configuration.md, as Markdown. */
void sg_config_schema_markdown(struct sg_buf *out);

#endif
