/* Which stagegate this is. Written by the build from the project's version and the checkout. */
#ifndef SG_BASE_VERSION_H
#define SG_BASE_VERSION_H

/* "0.1.0"; "0.1.0-dev" when not built from exactly the tag v0.1.0. */
const char *sg_version(void);

/* Abbreviated commit, with "+" when the checkout had changes; empty when not built from one. */
const char *sg_version_commit(void);

/* "2026-01-31", UTC: SOURCE_DATE_EPOCH, else the commit's date; may be empty. */
const char *sg_version_date(void);

#endif
