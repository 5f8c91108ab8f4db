#include <string.h>

#include "model/app_rows.h"

/*
 * Argo CD's globs have no separators: '*' takes anything, "{a,b}" is either. A pattern that takes
 * too long, or is broken, matches nothing.
 */
#define STEPS_MAX 100000
#define PATTERN_MAX 512

struct glob {
	int steps_left;
};

static bool match(struct glob *g, struct sg_str pattern, struct sg_str text);

static struct sg_str rest(struct sg_str s, size_t from)
{
	return sg_str_sub(s, from, s.len);
}

static bool match_star(struct glob *g, struct sg_str pattern, struct sg_str text)
{
	while (pattern.len && pattern.ptr[0] == '*')
		pattern = rest(pattern, 1);
	if (pattern.len == 0)
		return true;
	for (size_t i = 0; i <= text.len && g->steps_left > 0; i++)
		if (match(g, pattern, rest(text, i)))
			return true;
	return false;
}

/* The byte at *AT of a class, the backslash taken off. */
static unsigned char class_byte(struct sg_str class, size_t *at)
{
	if (class.ptr[*at] == '\\' && *at + 1 < class.len)
		(*at)++;
	return (unsigned char)class.ptr[(*at)++];
}

static bool in_class(struct sg_str class, unsigned char c)
{
	bool negated = class.len && (class.ptr[0] == '!' || class.ptr[0] == '^'), hit = false;

	for (size_t i = negated; i < class.len;) {
		unsigned char low = class_byte(class, &i), high = low;

		if (i + 1 < class.len && class.ptr[i] == '-') {
			i++;
			high = class_byte(class, &i);
		}
		hit = hit || (c >= low && c <= high);
	}
	return hit != negated;
}

static bool match_class(struct glob *g, struct sg_str pattern, struct sg_str text)
{
	long close = sg_str_find(pattern, ']');

	if (close < 2 || text.len == 0)
		return false;
	if (!in_class(sg_str_sub(pattern, 1, (size_t)close), (unsigned char)text.ptr[0]))
		return false;
	return match(g, rest(pattern, (size_t)close + 1), rest(text, 1));
}

/* The alternative [from, to) of a pattern, followed by what stands behind its brace. */
static bool match_alternative(
	struct glob *g, struct sg_str alternative, struct sg_str behind, struct sg_str text)
{
	char joined[PATTERN_MAX];

	if (alternative.len + behind.len > sizeof(joined))
		return false;
	if (alternative.len)
		memcpy(joined, alternative.ptr, alternative.len);
	if (behind.len)
		memcpy(joined + alternative.len, behind.ptr, behind.len);
	return match(g, (struct sg_str){joined, alternative.len + behind.len}, text);
}

static bool match_braces(struct glob *g, struct sg_str pattern, struct sg_str text)
{
	long close = sg_str_find(pattern, '}');
	struct sg_str inside, one;

	if (close < 0)
		return false;
	inside = sg_str_sub(pattern, 1, (size_t)close);
	while (sg_str_cut(&inside, ',', &one))
		if (match_alternative(g, one, rest(pattern, (size_t)close + 1), text))
			return true;
	return false;
}

static bool match(struct glob *g, struct sg_str pattern, struct sg_str text)
{
	while (pattern.len && g->steps_left-- > 0) {
		char c = pattern.ptr[0];

		if (c == '*')
			return match_star(g, pattern, text);
		if (c == '[')
			return match_class(g, pattern, text);
		if (c == '{')
			return match_braces(g, pattern, text);
		if (c == '\\' && pattern.len > 1)
			pattern = rest(pattern, 1);
		if (text.len == 0 || (c != '?' && pattern.ptr[0] != text.ptr[0]))
			return false;
		pattern = rest(pattern, 1);
		text = rest(text, 1);
	}
	return pattern.len == 0 && text.len == 0;
}

bool sg_app_glob(const char *pattern, const char *text)
{
	struct glob g = {.steps_left = STEPS_MAX};
	struct sg_str p = sg_str_of(pattern);

	return p.len <= PATTERN_MAX && match(&g, p, sg_str_of(text));
}

static bool any_match(const struct sg_app_strings *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->count && text[0]; i++)
		if (sg_app_glob(patterns->items[i], text))
			return true;
	return false;
}

/* Any of the lists that are set; with andOperator all of them. */
static bool is_about(const struct sg_app_window *window, const struct sg_app *app)
{
	const struct {
		size_t count;
		bool hit;
	} lists[] = {
		{window->applications.count, any_match(&window->applications, app->name)},
		{window->clusters.count,
			any_match(&window->clusters, app->destination.name) ||
				any_match(&window->clusters, app->destination.server)},
		{window->namespaces.count,
			any_match(&window->namespaces, app->destination.namespace)},
	};
	size_t set = 0, hits = 0;

	for (size_t i = 0; i < SG_COUNT(lists); i++) {
		set += lists[i].count > 0;
		hits += lists[i].hit;
	}
	return window->and_operator ? set > 0 && hits == set : hits > 0;
}

const struct sg_app_window *sg_app_window_next(
	const struct sg_app_project *project, const struct sg_app *app, size_t *at)
{
	while (project && *at < project->window_count)
		if (is_about(&project->windows[(*at)++], app))
			return &project->windows[*at - 1];
	return NULL;
}
