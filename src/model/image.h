/* Image references by the OCI grammar (security.md 1.1). Views point into the text that was parsed.
 */
#ifndef SG_MODEL_IMAGE_H
#define SG_MODEL_IMAGE_H

#include <stdbool.h>

#include "base/str.h"

struct sg_image {
	struct sg_str repository; /* host[:port]/name, as written */
	struct sg_str tag;        /* empty when absent */
	struct sg_str digest;     /* "sha256:..." or "sha512:...", empty when absent */
};

/* False when TEXT is no reference. "registry:5000/a/b" has no tag. */
bool sg_image_parse(struct sg_str text, struct sg_image *ret);

/* The two parts of a version; empty where it does not say one. */
struct sg_image_version {
	struct sg_str tag;
	struct sg_str digest;
};

/* "1.4.2", "sha256:..." or "1.4.2@sha256:..." taken apart; the parts are not checked. */
struct sg_image_version sg_image_version_split(struct sg_str text);

/* Is TEXT a version: a tag, a digest, or TAG@DIGEST? */
bool sg_image_version_ok(struct sg_str text);

/* What a tag is, for hints. */
#define SG_IMAGE_TAG_RULE                                                                          \
	"a tag has at most 128 letters, digits, \"_\", \".\" and \"-\", and begins with a "        \
	"letter, digit or \"_\""

/* Whether it begins with a host, by the rule of references: "r.example.com/a", "localhost/a". */
bool sg_image_has_host(struct sg_str repository);

/* [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
bool sg_image_tag_ok(struct sg_str tag);
bool sg_image_digest_ok(struct sg_str digest);

/* The same repository: exact after adding the default host and "library/" of short names. */
bool sg_image_same_repository(struct sg_str a, struct sg_str b);

#endif
