#include "edit/entries.h"

#include <string.h>

#include "base/buf.h"
#include "edit/quote.h"

#define MAX_BYTES (1024 * 1024)

struct sg_str sg_edit_join(struct sg_arena *arena, struct sg_str a, struct sg_str b)
{
	return sg_str_of(sg_arena_printf(arena, "%.*s%.*s", SG_STR_ARG(a), SG_STR_ARG(b)));
}

struct sg_str sg_edit_blanks(struct sg_arena *arena, struct sg_str text)
{
	char *blanks = sg_arena_dup(arena, text);

	if (text.len)
		memset(blanks, ' ', text.len);
	return (struct sg_str){blanks, text.len};
}

static bool is_key(const struct sg_edit_tree *tree, const struct sg_yaml_event *event)
{
	size_t at = event->end;

	while (at < tree->text.len && tree->text.ptr[at] == ' ')
		at++;
	return event->kind == SG_YAML_SCALAR && at < tree->text.len && tree->text.ptr[at] == ':';
}

struct sg_str sg_edit_usual_step(struct sg_arena *arena, struct sg_edit_tree *tree)
{
	static const char blanks[] = "        ";

	for (size_t i = 1; i < tree->events.count; i++) {
		struct sg_yaml_event map = sg_edit_event(tree, i), key;

		tree->visits++;
		if (map.kind != SG_YAML_MAP_START || map.style != SG_YAML_BLOCK || map.anchor ||
			map.tag)
			continue;
		key = sg_edit_event(tree, i - 1);
		if (is_key(tree, &key) && map.line > key.line && map.column > key.column)
			return sg_str_of(sg_arena_dup(arena,
				sg_str_sub(SG_STR(blanks), 0, (size_t)(map.column - key.column))));
	}
	return SG_STR("  ");
}

static bool add_scalar(struct sg_arena *arena, const char *text, enum sg_yaml_style like, bool flow,
	struct sg_buf *out, struct sg_edit_claim *claim)
{
	*claim = (struct sg_edit_claim){
		.kind = SG_YAML_SCALAR, .value = sg_str_of(sg_arena_strdup(arena, text))};
	return sg_edit_quote(claim->value, like, flow, out, &claim->style) && !out->overflow;
}

static bool write_all(struct sg_arena *arena, const struct sg_edit_look *look,
	const struct sg_edit_entry *const *entries, size_t count, struct sg_buf *out,
	struct sg_edit_claim *claim)
{
	sg_buf_addstr(out, look->head);
	for (size_t i = 0; i < count; i++) {
		if (i)
			sg_buf_addstr(out, look->between);
		if (!add_scalar(arena, entries[i]->key, look->key_style, look->flow, out, claim++))
			return false;
		sg_buf_addstr(out, look->colon);
		if (!add_scalar(
			    arena, entries[i]->value, look->value_style, look->flow, out, claim))
			return false;
		claim->ret_line = entries[i]->ret_line;
		claim->ret_column = entries[i]->ret_column;
		claim++;
	}
	sg_buf_addstr(out, look->tail);
	return !out->overflow;
}

int sg_edit_entries_write(struct sg_arena *arena, const struct sg_edit_tree *tree, size_t node,
	const struct sg_edit_look *look, const struct sg_edit_entry *const *entries, size_t count,
	struct sg_edit_splice *splice, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf bytes = {0};
	size_t own = 2 * count, all = look->before_count + own + look->after_count;
	struct sg_edit_claim *claims = sg_arena_calloc(arena, all, sizeof(*claims));

	memcpy(claims, look->before, look->before_count * sizeof(*claims));
	memcpy(&claims[look->before_count + own], look->after, look->after_count * sizeof(*claims));
	sg_buf_init(&bytes, MAX_BYTES);
	if (!write_all(arena, look, entries, count, &bytes, &claims[look->before_count]))
		return sg_edit_refuse(tree, node, SG_R_EDIT_REFUSED, err,
			"the new value is no UTF-8 or too long");
	splice->bytes = (struct sg_str){sg_arena_dup(arena, sg_buf_str(&bytes)), bytes.len};
	splice->lead = look->lead;
	splice->claims = claims;
	splice->claim_count = all;
	return 0;
}
