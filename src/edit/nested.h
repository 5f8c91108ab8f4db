/* YAML in the text of a scalar: which bytes of the file are which of the text. */
#ifndef SG_EDIT_NESTED_H
#define SG_EDIT_NESTED_H

#include "base/buf.h"
#include "edit/find.h"
#include "edit/splice.h"

/* Bytes of the file that go, and what stands there instead. */
struct sg_edit_nested {
	size_t start, end;
	struct sg_buf bytes; /* to be released */
};

/*
 * What makes the text of the scalar at SITE read as WANTED, with no byte changed that says the same
 * in both. Exact in a literal block (|), and in a text on one line that is written in the usual
 * way; EDIT_MULTILINE for everything else, and what sg_edit_target_check() refuses. Proving it is
 * the caller's part.
 */
int sg_edit_nested(struct sg_edit_tree *tree, const struct sg_edit_site *site, struct sg_str wanted,
	struct sg_edit_nested *ret, struct sg_err *err) SG_MUST_CHECK;

/* The same for a literal block alone. */
int sg_edit_nested_block(struct sg_edit_tree *tree, size_t node, struct sg_str wanted,
	struct sg_edit_nested *out, struct sg_err *err) SG_MUST_CHECK;

/* EDIT_MULTILINE, and what to do. */
int sg_edit_nested_refuse(const struct sg_edit_tree *tree, size_t node, struct sg_err *err);

/*
 * For an ask whose key leads into a text: *ret_inner is what it asks of that text, and *ret_site
 * where the text stands. For any other ask ret_inner->key is NULL. Sets tree->sharing. Reasons:
 * those of finding.
 */
int sg_edit_nested_enter(struct sg_arena *arena, struct sg_edit_tree *tree,
	const struct sg_edit_ask *ask, struct sg_edit_ask *ret_inner, struct sg_edit_site *ret_site,
	struct sg_err *err) SG_MUST_CHECK;

/* Where in the file line LINE of the text of SCALAR is; in one that is no block: where it begins.
 */
int sg_edit_nested_line(const struct sg_yaml_event *scalar, int line);

/*
 * Takes every one of ASKS whose key leads into a text: its place in DONES is filled (the others
 * have no place then), and one splice for each text that changes is added. The texts are edited,
 * and the edits proven, as files of their own; proving the splices is the caller's part. What lives
 * with the answers is in ARENA. *ret_failed, after a failure: which ask.
 */
int sg_edit_nested_all(struct sg_arena *arena, struct sg_arena *scratch, struct sg_edit_tree *tree,
	const struct sg_edit_ask *asks, size_t count, struct sg_edit_done *dones,
	struct sg_edit_splice **splices, size_t *splice_count, size_t *ret_failed,
	struct sg_err *err) SG_MUST_CHECK;

void sg_edit_nested_release(struct sg_edit_nested *nested);

#endif
