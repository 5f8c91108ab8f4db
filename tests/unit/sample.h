/* Samples of objects that stand beside the checkout (STAGEGATE_CONTRACTS), written in YAML or JSON.
 */
#ifndef SG_TESTS_SAMPLE_H
#define SG_TESTS_SAMPLE_H

#include "base/arena.h"
#include "base/str.h"
#include "io/json_doc.h"

/* The folder with data/argocd/samples in it; NULL where it is not there. */
const char *sample_root(void);

/* The text of a file, in the arena. A file that cannot be read fails the test. */
struct sg_str sample_text(struct sg_arena *arena, const char *path);

/* The same as JSON. */
struct sg_str sample_json(struct sg_arena *arena, const char *path);

/* The object in a file; sg_json_free() releases it. */
struct sg_json *sample_open(struct sg_arena *arena, const char *path);

#endif
