#include "model/flux.h"

#include <string.h>

#include "base/attr.h"

static const struct {
	const char *kind;
	const char *group;
} kinds[] = {
#define SG_X(name, kind, group) {kind, group},
	SG_FLUX_KINDS(SG_X)
#undef SG_X
};

const char *sg_flux_kind_name(enum sg_flux_kind kind)
{
	return kinds[kind].kind;
}

const char *sg_flux_kind_group(enum sg_flux_kind kind)
{
	return kinds[kind].group;
}

bool sg_flux_kind_parse(const char *group, const char *kind, enum sg_flux_kind *ret)
{
	for (int i = 0; i < SG_FLUX_KIND_COUNT; i++)
		if (strcmp(kinds[i].kind, kind) == 0 && strcmp(kinds[i].group, group) == 0) {
			*ret = (enum sg_flux_kind)i;
			return true;
		}
	return false;
}

const struct sg_flux_condition *sg_flux_condition(
	const struct sg_flux_object *object, const char *type)
{
	for (size_t i = 0; i < object->condition_count; i++)
		if (strcmp(object->conditions[i].type, type) == 0)
			return &object->conditions[i];
	return NULL;
}

bool sg_flux_is(const struct sg_flux_object *object, const char *type, const char *status)
{
	const struct sg_flux_condition *condition = sg_flux_condition(object, type);

	return condition && strcmp(condition->status, status) == 0;
}

bool sg_flux_is_observed(const struct sg_flux_object *object)
{
	return object->generation != SG_FLUX_UNSAID && object->observed == object->generation;
}

bool sg_flux_is_current(
	const struct sg_flux_object *object, const struct sg_flux_condition *condition)
{
	if (condition->observed == SG_FLUX_UNSAID)
		return sg_flux_is_observed(object);
	return condition->observed == object->generation;
}

const char *sg_flux_tracked(const struct sg_flux_repository *repository, struct sg_arena *arena)
{
	const struct {
		const char *prefix;
		const char *text;
	} rows[] = {
		{"", repository->commit},
		{"", repository->ref_name},
		{"semver ", repository->semver},
		{"refs/tags/", repository->tag},
		{"refs/heads/", repository->branch},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (rows[i].text[0])
			return sg_arena_printf(arena, "%s%s", rows[i].prefix, rows[i].text);
	return "refs/heads/master";
}

const char *sg_flux_label(const struct sg_flux_object *object, struct sg_arena *arena)
{
	return sg_arena_printf(arena, "%s %.253s/%.253s", sg_flux_kind_name(object->kind),
		object->namespace, object->name);
}

/* The text behind the last CH, and what is before it; false when there is none. */
static bool split_last(
	struct sg_str text, char ch, struct sg_str *ret_head, struct sg_str *ret_tail)
{
	for (size_t i = text.len; i > 0; i--)
		if (text.ptr[i - 1] == ch) {
			*ret_head = sg_str_sub(text, 0, i - 1);
			*ret_tail = sg_str_sub(text, i, text.len);
			return true;
		}
	return false;
}

/* "main@sha1" and "sha1" fit 40 digits, with sha256 64; anything else is another digest. */
static bool fits(struct sg_str head, struct sg_str digits)
{
	const char *word = digits.len == 40 ? "sha1" : "sha256";
	struct sg_str before, algorithm = head;

	(void)split_last(head, '@', &before, &algorithm);
	return sg_str_eq(algorithm, sg_str_of(word));
}

void sg_flux_commit(const char *revision, char ret[SG_OID_SIZE])
{
	struct sg_str text = sg_str_of(revision), head, digits = text;

	ret[0] = '\0';
	if (split_last(text, ':', &head, &digits)) {
		if (!sg_str_is_oid(digits) || !fits(head, digits))
			return;
	} else {
		(void)split_last(text, '/', &head, &digits);
		if (!sg_str_is_oid(digits))
			return;
	}
	memcpy(ret, digits.ptr, digits.len);
	ret[digits.len] = '\0';
}

/* Names of RBAC objects may have a colon, which stands there as two underscores. */
static const char *unescape(struct sg_arena *arena, struct sg_str name)
{
	char *text = sg_arena_dup(arena, name), *out = text;

	for (const char *in = text; *in; in++)
		if (in[0] == '_' && in[1] == '_') {
			*out++ = ':';
			in++;
		} else {
			*out++ = *in;
		}
	*out = '\0';
	return text;
}

bool sg_flux_ref_parse(const char *id, struct sg_arena *arena, struct sg_flux_ref *ret)
{
	struct sg_str rest = sg_str_of(id), namespace, kind, group, name;

	if (!split_last(rest, '_', &rest, &kind) || !split_last(rest, '_', &rest, &group) ||
		!sg_str_cut(&rest, '_', &namespace))
		return false;
	name = rest;
	if (!name.len || !kind.len)
		return false;
	*ret = (struct sg_flux_ref){.namespace = sg_arena_dup(arena, namespace),
		.name = unescape(arena, name),
		.group = sg_arena_dup(arena, group),
		.kind = sg_arena_dup(arena, kind)};
	return true;
}
