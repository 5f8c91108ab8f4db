#include "config/load.h"

#include <stdlib.h>
#include <string.h>

#include "config/decode.h"
#include "config/rules.h"
#include "config/schema.h"
#include "io/yaml.h"

/* "NAME:3:7: text" of a YAML error taken apart; the whole text without place when it has none. */
static void note_yaml_error(struct sg_config_notes *notes, const struct sg_err *err)
{
	struct sg_str rest = sg_str_of(err->cause);
	size_t name_len = strlen(notes->file);
	const char *at = err->cause + name_len;
	char *end;
	long line, column;

	if (sg_str_starts(rest, notes->file) && *at == ':') {
		line = strtol(at + 1, &end, 10);
		column = *end == ':' ? strtol(end + 1, &end, 10) : 0;
		if (line > 0 && column > 0 && *end == ':') {
			sg_config_note(notes, (int)line, (int)column, err->hint, "%s",
				*(end + 1) == ' ' ? end + 2 : end + 1);
			return;
		}
	}
	sg_config_note(notes, 1, 1, err->hint, "%s", err->cause);
}

static int by_place(const void *a, const void *b)
{
	const struct sg_finding *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->column != right->column)
		return left->column < right->column ? -1 : 1;
	return 0;
}

/* By insertion: qsort() would not keep the order of findings at one place; there are few. */
static void sort_by_place(struct sg_findings *findings)
{
	for (size_t i = 1; i < findings->count; i++) {
		struct sg_finding row = findings->items[i];
		size_t at = i;

		for (; at > 0 && by_place(&findings->items[at - 1], &row) > 0; at--)
			findings->items[at] = findings->items[at - 1];
		findings->items[at] = row;
	}
}

static void drop_empty_hints(struct sg_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].hint && findings->items[i].hint[0] == '\0')
			findings->items[i].hint = NULL;
}

/*
 * All that is wrong, by place. With ONLY_SHAPE the rules about what the parts mean together are
 * left out while a part cannot be read: what they would say then follows from that.
 */
static void examine(struct sg_arena *arena, const char *name, struct sg_str text, bool only_shape,
	struct sg_policy *policy, struct sg_findings *found)
{
	struct sg_config_notes notes = {.arena = arena, .file = name, .findings = found};
	struct sg_err err = SG_ERR_INIT;
	struct sg_yaml_node *root;

	*policy = (struct sg_policy){.file = sg_arena_strdup(arena, name)};
	if (sg_yaml_load(arena, name, text, &root, &err) < 0) {
		note_yaml_error(&notes, &err);
	} else {
		sg_config_decode(&notes, root, sg_config_schema(), policy);
		if (root->kind == SG_NODE_MAP && !(only_shape && found->count))
			sg_config_rules(&notes, root, policy);
	}
	sort_by_place(found);
	drop_empty_hints(found);
}

bool sg_config_lint(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_policy *ret_policy, struct sg_findings *findings)
{
	struct sg_findings found = {0};
	struct sg_policy policy;

	examine(arena, name, text, false, &policy, &found);
	for (size_t i = 0; i < found.count; i++)
		*(struct sg_finding *)sg_arena_push(arena, &findings->items, &findings->count,
			sizeof(*found.items)) = found.items[i];
	if (found.count)
		return false;
	*ret_policy = policy;
	return true;
}

int sg_config_load(struct sg_arena *arena, const char *name, struct sg_str text,
	struct sg_policy *ret_policy, struct sg_err *err)
{
	struct sg_findings findings = {0};
	const struct sg_finding *first;
	struct sg_policy policy;

	examine(arena, name, text, true, &policy, &findings);
	if (findings.count == 0) {
		*ret_policy = policy;
		return 0;
	}
	first = &findings.items[0];
	(void)sg_fail(err, SG_R_CONFIG_INVALID, "%s:%d:%d: %s", first->file, first->line,
		first->column, first->text);
	if (first->hint)
		(void)sg_hint(err, "%s", first->hint);
	return -1;
}
