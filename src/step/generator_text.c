/* Texts of a template, with the parameters of a generator in the place of its braces. */
#include "base/attr.h"
#include "base/buf.h"
#include "base/num.h"
#include "step/generator.h"

#define TEXT_MAX 4096

static const char *value_of(const struct sg_params *params, struct sg_str name)
{
	for (size_t i = 0; params && i < params->count; i++)
		if (sg_str_is(name, params->items[i].name))
			return params->items[i].value;
	return NULL;
}

/* The Nth folder of the path. */
static const char *segment(struct sg_arena *arena, const struct sg_params *params, struct sg_str n)
{
	const char *path = value_of(params, SG_STR("path"));
	struct sg_str rest = sg_str_of(path), part;
	uint64_t wanted, at = 0;

	if (!path || !sg_num_u64(sg_str_trim(n), &wanted))
		return NULL;
	while (sg_str_cut(&rest, '/', &part))
		if (at++ == wanted)
			return sg_arena_dup(arena, part);
	return NULL;
}

/* What stands between the braces, without blanks. */
static const char *word_value(
	struct sg_arena *arena, const struct sg_params *params, struct sg_str word)
{
	static const char index[] = "index .path.segments ";

	if (sg_str_starts(word, index))
		return segment(arena, params, sg_str_sub(word, sizeof(index) - 1, word.len));
	if (sg_str_starts(word, "path[") && sg_str_ends(word, "]"))
		return segment(arena, params, sg_str_sub(word, 5, word.len - 1));
	if (sg_str_is(word, ".path.path"))
		return value_of(params, SG_STR("path"));
	if (sg_str_starts(word, "."))
		word = sg_str_sub(word, 1, word.len);
	return value_of(params, word);
}

const char *sg_generator_fill(
	struct sg_arena *arena, struct sg_str text, const struct sg_params *params)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	long open;

	if (sg_str_search(text, "{{") < 0)
		return sg_arena_dup(arena, text);
	sg_buf_init(&out, TEXT_MAX);
	while ((open = sg_str_search(text, "{{")) >= 0) {
		struct sg_str tail = sg_str_sub(text, (size_t)open + 2, text.len);
		long close = sg_str_search(tail, "}}");
		const char *value =
			close < 0 ? NULL
				  : word_value(arena, params,
					    sg_str_trim(sg_str_sub(tail, 0, (size_t)close)));

		if (!value)
			return NULL;
		sg_buf_addstr(&out, sg_str_sub(text, 0, (size_t)open));
		sg_buf_adds(&out, value);
		text = sg_str_sub(tail, (size_t)close + 2, tail.len);
	}
	sg_buf_addstr(&out, text);
	return out.overflow ? NULL : sg_arena_dup(arena, sg_buf_str(&out));
}

bool sg_generator_may_give(struct sg_str text, const char *name)
{
	struct sg_str rest = sg_str_of(name);
	long open = sg_str_search(text, "{{");
	bool first = true;

	for (; open >= 0; open = sg_str_search(text, "{{"), first = false) {
		struct sg_str literal = sg_str_sub(text, 0, (size_t)open);
		SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
		long at = sg_str_search(rest, sg_arena_dup(&scratch, literal));
		long close = sg_str_search(text, "}}");

		if (at < 0 || (first && at > 0) || close < open)
			return false;
		rest = sg_str_sub(rest, (size_t)at + literal.len, rest.len);
		text = sg_str_sub(text, (size_t)close + 2, text.len);
	}
	if (first)
		return sg_str_eq(rest, text);
	return rest.len >= text.len &&
	       sg_str_eq(sg_str_sub(rest, rest.len - text.len, rest.len), text);
}
