#include "model/app.h"

#include <string.h>

#include "base/attr.h"
#include "base/str.h"

struct word {
	const char *text;
	int value;
};

static int word_value(const struct word *words, size_t count, const char *text, int fallback)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].text, text) == 0)
			return words[i].value;
	return fallback;
}

static const struct word healths[] = {
#define SG_X(name, word) {word, SG_APP_##name},
	SG_APP_HEALTHS(SG_X)
#undef SG_X
};

static const struct word syncs[] = {
#define SG_X(name, word) {word, SG_SYNC_##name},
	SG_APP_SYNCS(SG_X)
#undef SG_X
};

static const struct word phases[] = {
#define SG_X(name, word) {word, SG_PHASE_##name},
	SG_APP_PHASES(SG_X)
#undef SG_X
};

static const struct word conditions[] = {
#define SG_X(name, word) {word, SG_CONDITION_##name},
	SG_APP_CONDITIONS(SG_X)
#undef SG_X
};

enum sg_app_health sg_app_health_parse(const char *word)
{
	return (enum sg_app_health)word_value(healths, SG_COUNT(healths), word, SG_APP_UNKNOWN);
}

enum sg_app_sync sg_app_sync_parse(const char *word)
{
	return (enum sg_app_sync)word_value(syncs, SG_COUNT(syncs), word, SG_SYNC_UNKNOWN);
}

enum sg_app_phase sg_app_phase_parse(const char *word)
{
	return (enum sg_app_phase)word_value(phases, SG_COUNT(phases), word, SG_PHASE_OTHER);
}

enum sg_app_condition_type sg_app_condition_parse(const char *word)
{
	return (enum sg_app_condition_type)word_value(
		conditions, SG_COUNT(conditions), word, SG_CONDITION_OTHER);
}

const char *sg_app_health_name(enum sg_app_health health)
{
	return healths[health].text;
}

const char *sg_app_sync_name(enum sg_app_sync sync)
{
	return syncs[sync].text;
}

struct sg_app_revisions sg_app_revisions_copy(
	const struct sg_app_revisions *revisions, struct sg_arena *arena)
{
	struct sg_app_revisions copy = {.one = sg_arena_strdup(arena, revisions->one)};

	copy.many.count = revisions->many.count;
	copy.many.items = sg_arena_calloc(arena, copy.many.count + 1, sizeof(*copy.many.items));
	for (size_t i = 0; i < copy.many.count; i++)
		copy.many.items[i] = sg_arena_strdup(arena, revisions->many.items[i]);
	return copy;
}

bool sg_app_revisions_same(const struct sg_app_revisions *a, const struct sg_app_revisions *b)
{
	bool same = strcmp(a->one, b->one) == 0 && a->many.count == b->many.count;

	for (size_t i = 0; same && i < a->many.count; i++)
		same = strcmp(a->many.items[i], b->many.items[i]) == 0;
	return same;
}

bool sg_app_is_beside(const struct sg_app_destination *destination)
{
	static const char *const servers[] = {
		"https://kubernetes.default.svc", "https://kubernetes.default.svc/"};

	if (destination->name[0])
		return strcmp(destination->name, "in-cluster") == 0;
	return strcmp(destination->server, servers[0]) == 0 ||
	       strcmp(destination->server, servers[1]) == 0;
}

/* "NAME", and "NAMESPACE_NAME" of one outside of Argo CD's own namespace. */
static bool is_named(struct sg_str instance, const struct sg_app *app)
{
	struct sg_str name = instance, namespace;

	if (sg_str_eq(instance, sg_str_of(app->name)))
		return true;
	return sg_str_cut(&name, '_', &namespace) && name.len &&
	       sg_str_eq(namespace, sg_str_of(app->namespace)) &&
	       sg_str_eq(name, sg_str_of(app->name));
}

/* The mark is copied with the object: only one that names the object itself is its own. */
static bool is_own_mark(struct sg_str mark, const char *namespace, const char *name)
{
	struct sg_str place = {0}, part;

	while (sg_str_cut(&mark, ':', &place))
		;
	return sg_str_cut(&place, '/', &part) && sg_str_eq(part, sg_str_of(namespace)) &&
	       sg_str_eq(place, sg_str_of(name));
}

enum sg_answer sg_app_owns(const struct sg_app *app, const struct sg_app_marks *marks,
	const char *namespace, const char *name)
{
	struct sg_str rest = sg_str_of(marks->tracking), label = sg_str_of(marks->instance), mark;

	if (is_own_mark(rest, namespace, name) && sg_str_cut(&rest, ':', &mark))
		return is_named(mark, app) ? SG_ANSWER_YES : SG_ANSWER_NO;
	return label.len && is_named(label, app) ? SG_ANSWER_YES : SG_ANSWER_UNKNOWN;
}
