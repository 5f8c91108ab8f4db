#include "io/json_peek.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A text being walked over. */
struct walk {
	struct sg_str text;
	size_t at;
};

static char here(const struct walk *walk)
{
	return walk->at < walk->text.len ? walk->text.ptr[walk->at] : '\0';
}

static void skip_space(struct walk *walk)
{
	while (is_space(here(walk)))
		walk->at++;
}

/* Past C (and space around it); false when it is not there. */
static bool take(struct walk *walk, char c)
{
	skip_space(walk);
	if (here(walk) != c)
		return false;
	walk->at++;
	skip_space(walk);
	return true;
}

/* A string; *ret_plain: it holds no escape. */
static bool take_string(struct walk *walk, struct sg_str *ret, bool *ret_plain)
{
	size_t from = walk->at + 1;

	*ret_plain = true;
	if (here(walk) != '"')
		return false;
	for (walk->at = from; walk->at < walk->text.len; walk->at++) {
		if (here(walk) == '"') {
			*ret = sg_str_sub(walk->text, from, walk->at++);
			return true;
		}
		if (here(walk) == '\\') {
			*ret_plain = false;
			walk->at++;
		}
	}
	return false;
}

/* Past one value, whatever it is, up to the comma or the end of what it stands in. */
static bool skip_value(struct walk *walk)
{
	struct sg_str ignored;
	size_t depth = 0;
	bool plain;

	while (walk->at < walk->text.len) {
		char c = here(walk);

		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			return true;
		if (c == '"') {
			if (!take_string(walk, &ignored, &plain))
				return false;
			continue;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		walk->at++;
	}
	return false;
}

/* Goes to the value of KEY in the object that begins here. */
static bool enter(struct walk *walk, struct sg_str key)
{
	struct sg_str name;
	bool plain;

	if (!take(walk, '{'))
		return false;
	do {
		if (!take_string(walk, &name, &plain) || !take(walk, ':'))
			return false;
		if (plain && sg_str_eq(name, key))
			return true;
		if (!skip_value(walk))
			return false;
	} while (take(walk, ','));
	return false;
}

bool sg_json_peek(struct sg_str text, const char *path, struct sg_str *ret_value)
{
	struct walk walk = {.text = text};
	struct sg_str rest = sg_str_of(path), key;
	bool plain;

	while (sg_str_cut(&rest, '.', &key))
		if (!enter(&walk, key))
			return false;
	return take_string(&walk, ret_value, &plain) && plain;
}
