/* Entries of a mapping, written so that they look like others. */
#ifndef SG_EDIT_ENTRIES_H
#define SG_EDIT_ENTRIES_H

#include "edit/insert.h"

#define SG_EDIT_MAX_AROUND 3

struct sg_edit_look {
	enum sg_yaml_style key_style, value_style;
	bool flow;
	struct sg_str head, colon, between, tail; /* HEAD key COLON value BETWEEN key ... TAIL */
	size_t lead;                              /* bytes of HEAD before its first token */
	/* What HEAD and TAIL read as. */
	struct sg_edit_claim before[SG_EDIT_MAX_AROUND], after[SG_EDIT_MAX_AROUND];
	size_t before_count, after_count;
};

/* Sets the bytes, the lead and the claims of SPLICE. NODE is for messages. EDIT_REFUSED for a value
 * that is no UTF-8 or too long. */
int sg_edit_entries_write(struct sg_arena *arena, const struct sg_edit_tree *tree, size_t node,
	const struct sg_edit_look *look, const struct sg_edit_entry *const *entries, size_t count,
	struct sg_edit_splice *splice, struct sg_err *err) SG_MUST_CHECK;

/* A and B in the arena. */
struct sg_str sg_edit_join(struct sg_arena *arena, struct sg_str a, struct sg_str b);

/* How far the first mapping below a key is indented in the file; two blanks where there is none. */
struct sg_str sg_edit_usual_step(struct sg_arena *arena, struct sg_edit_tree *tree);

/* Blanks as wide as TEXT. */
struct sg_str sg_edit_blanks(struct sg_arena *arena, struct sg_str text);

#endif
