#include "config/rules_service.h"

#include <string.h>

#include "base/attr.h"
#include "model/image.h"
#include "model/place.h"
#include "model/plain.h"

/* Stands for any folder when the entry is "*". */
#define ANY "*"
#define SAMPLE_NAME "sample"

struct subject {
	struct sg_config_notes *notes;
	struct sg_arena *scratch;
	const struct sg_yaml_node *node; /* of the service */
	const struct sg_service *entry;
	const char *name; /* the entry's, or a sample */
	const struct sg_environment *env;
};

static void note_at(const struct subject *s, const struct sg_yaml_node *map, const char *key,
	const struct sg_err *err)
{
	const struct sg_yaml_node *node = sg_yaml_get(map, key);

	if (!node)
		node = map;
	sg_config_note(s->notes, node->line, node->column, err->hint[0] ? err->hint : NULL, "%s",
		err->cause);
}

/* Expands the template at KEY; false (and a finding) when that fails. */
static bool expand(const struct subject *s, const char *key, const char *text, const char **ret)
{
	struct sg_err err = SG_ERR_INIT;

	if (sg_template_expand(s->scratch, text, s->name, s->env, ret, &err) == 0)
		return true;
	note_at(s, s->node, key, &err);
	return false;
}

static bool check_path(const struct subject *s)
{
	struct sg_err err = SG_ERR_INIT;
	const char *path;

	if (!expand(s, "path", s->entry->path, &path))
		return false;
	if (sg_repo_path_check(path, &err) == 0)
		return true;
	note_at(s, s->node, "path", &err);
	return false;
}

static bool check_image(const struct subject *s)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_image image;
	const char *text;

	if (!s->entry->image)
		return true;
	if (!expand(s, "image", s->entry->image, &text))
		return false;
	if (sg_image_parse(sg_str_of(text), &image) && !image.tag.len && !image.digest.len)
		return true;
	(void)sg_fail(&err, SG_R_CONFIG_INVALID,
		"'image' must be a repository without tag, not '%.200s'", text);
	note_at(s, s->node, "image", &err);
	return false;
}

/* One entry of `update`, as if it were the only one. */
static bool check_place(const struct subject *s, size_t index, const struct sg_yaml_node *node)
{
	struct sg_service one = *s->entry;
	struct sg_err err = SG_ERR_INIT;
	struct sg_place *places;
	size_t count;

	one.updates = &s->entry->updates[index];
	one.update_count = 1;
	if (sg_places(s->scratch, &one, s->name, s->env, &places, &count, &err) == 0)
		return true;
	note_at(s, node, "file", &err);
	return false;
}

/* How many keys of an update say where in the file the value is. */
static int ways_of(const struct sg_yaml_node *update)
{
	return (sg_yaml_get(update, "key") != NULL) + (sg_yaml_get(update, "image") != NULL) +
	       (sg_yaml_get(update, "marker") != NULL);
}

static bool check_places(const struct subject *s)
{
	const struct sg_yaml_node *list = sg_yaml_get(s->node, "update");
	const struct sg_yaml_node *node = list ? list->first : NULL;
	bool good = true;

	for (size_t i = 0; node && i < s->entry->update_count; i++, node = node->next)
		if (s->entry->updates[i].file && ways_of(node) != 1)
			good = false; /* said by check_updates */
		else if (s->entry->updates[i].file)
			good = check_place(s, i, node) && good;
	return good;
}

/* What needs no environment: one of key, image and marker. */
static void check_updates(const struct subject *s)
{
	const struct sg_yaml_node *list = sg_yaml_get(s->node, "update");
	const struct sg_yaml_node *node = list ? list->first : NULL;

	if (list && list->kind == SG_NODE_SEQ && !node)
		sg_config_note(s->notes, list->line, list->column,
			"leave it out and the places are found out", "'update' is an empty list");
	for (size_t i = 0; node && i < s->entry->update_count; i++, node = node->next) {
		const struct sg_yaml_node *part;

		if (node->kind != SG_NODE_MAP)
			continue;
		if (ways_of(node) > 1)
			sg_config_note(s->notes, node->line, node->column, NULL,
				"an update has one of 'key', 'image' and 'marker', not several");
		else if (ways_of(node) == 0)
			sg_config_note(s->notes, node->line, node->column,
				"'key: image.tag' for a values file, 'image: NAME' for a "
				"kustomization, 'marker: NAME' for comments",
				"an update needs 'key', 'image' or 'marker'");
		part = sg_yaml_get(node, "part");
		if (part && sg_yaml_get(node, "marker"))
			sg_config_note(s->notes, part->key_line, part->key_column,
				"write :tag, :name or :digest behind the name in the comment",
				"'part' does not go with 'marker'");
	}
}

static bool check_source(const struct subject *s)
{
	const char *text;

	return !s->entry->source || expand(s, "source", s->entry->source, &text);
}

static bool is_any(const struct sg_service *entry)
{
	return strcmp(entry->name, ANY) == 0;
}

/* In one environment; false as soon as something is wrong, so that it is said once. */
static bool check_in(const struct subject *s)
{
	bool good = check_path(s);

	good = check_image(s) && good;
	good = check_source(s) && good;
	/* A wrong path would be said again for each place. */
	return good && check_places(s);
}

static void check_service(struct subject *s, const struct sg_policy *policy)
{
	check_updates(s);
	if (!s->entry->name || !s->entry->path)
		return;
	if (is_any(s->entry) && !strstr(s->entry->path, "{service}")) {
		const struct sg_yaml_node *path = sg_yaml_get(s->node, "path");

		sg_config_note(s->notes, path->line, path->column, "\"apps/{service}\"",
			"'path' of the service \"*\" needs {service} in it");
		return;
	}
	s->name = is_any(s->entry) ? SAMPLE_NAME : s->entry->name;
	for (size_t i = 0; i < policy->environment_count; i++) {
		s->env = &policy->environments[i];
		if (s->env->name && !check_in(s))
			return;
	}
}

static bool is_dns_name(struct sg_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
			return false;
	}
	return s.len >= 1 && s.len <= 253 && !strchr("-.", s.ptr[0]) &&
	       !strchr("-.", s.ptr[s.len - 1]);
}

/* "NAME" or "NAMESPACE/NAME", for a service whose own name is fine. */
static bool is_application(const char *text)
{
	struct sg_str name = sg_str_of(text);
	long slash = sg_str_find(name, '/');

	if (slash < 0)
		return is_dns_name(name);
	return is_dns_name(sg_str_sub(name, 0, (size_t)slash)) &&
	       is_dns_name(sg_str_sub(name, (size_t)slash + 1, name.len));
}

/* One name of a workload or more. */
static bool is_workloads(struct sg_arena *scratch, const char *text)
{
	struct sg_str rest = sg_str_of(text), one;
	struct sg_plain_name name;
	size_t count = 0;

	for (; sg_plain_name_cut(&rest, &one); count++)
		if (!sg_plain_name_parse(scratch, one, "x", &name) ||
			!is_dns_name(sg_str_of(name.name)) ||
			!is_dns_name(sg_str_of(name.namespace)))
			return false;
	return count > 0;
}

/* "" when each of them is another one, in whatever words. */
static struct sg_str named_twice(struct sg_arena *scratch, const char *text, const char *namespace)
{
	struct sg_str rest = sg_str_of(text), one, later, other;
	struct sg_plain_name a, b;

	while (sg_plain_name_cut(&rest, &one)) {
		if (!sg_plain_name_parse(scratch, one, namespace, &a))
			continue;
		for (later = rest; sg_plain_name_cut(&later, &other);)
			if (sg_plain_name_parse(scratch, other, namespace, &b) &&
				a.kind == b.kind && strcmp(a.name, b.name) == 0 &&
				strcmp(a.namespace, b.namespace) == 0)
				return other;
	}
	return SG_STR("");
}

static void check_workloads(struct sg_config_notes *notes, const struct sg_yaml_node *place,
	const struct sg_environment *env, struct sg_arena *scratch, const char *text)
{
	struct sg_str twice;

	if (!is_workloads(scratch, text)) {
		sg_config_note(notes, place->line, place->column,
			"kinds are Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, "
			"Pod and Rollout",
			"'workload' must give KIND/NAME or NAMESPACE/KIND/NAME, not '%.100s'",
			text);
		return;
	}
	twice = named_twice(scratch, text, env->cluster.namespace);
	if (twice.len)
		sg_config_note(notes, place->line, place->column, NULL,
			"'workload' names '%.*s' twice", SG_STR_ARG(sg_str_sub(twice, 0, 100)));
}

static void check_target(struct sg_config_notes *notes, const struct sg_yaml_node *place,
	const char *key, const struct sg_environment *env)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	const char *target = sg_environment_target(env), *text;
	struct sg_err err = SG_ERR_INIT;

	if (!target || !env->name)
		return;
	if (sg_template_expand(&scratch, target, SAMPLE_NAME, env, &text, &err) < 0)
		sg_config_note(notes, place->line, place->column, NULL, "%s", err.cause);
	else if (env->workload)
		check_workloads(notes, place, env, &scratch, text);
	else if (!is_application(text))
		sg_config_note(notes, place->line, place->column, NULL,
			"'%s' must give NAME or NAMESPACE/NAME as Kubernetes has them, not "
			"'%.100s'",
			key, text);
}

/* Words about Argo CD mean nothing where something else is followed. */
static void check_words(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env)
{
	const struct sg_yaml_node *cluster = sg_yaml_get(node, "cluster");
	const struct sg_yaml_node *sync = sg_yaml_get(node, "sync"), *argocd, *workloads;
	const struct sg_yaml_node *rollout = sg_yaml_get(node, "rollout");
	const char *whose = sg_follow_whose(sg_environment_follows(env));

	if (sg_environment_follows(env) == SG_FOLLOW_APPLICATION)
		return;
	argocd = cluster ? sg_yaml_get(cluster, "argocd") : NULL;
	if (argocd && env->cluster.argocd)
		sg_config_note(notes, argocd->key_line, argocd->key_column, NULL,
			"'argocd: true' asks Argo CD, and '%s' follows %s",
			env->name ? env->name : "?", whose);
	workloads = cluster ? sg_yaml_get(cluster, "workloads") : NULL;
	if (workloads)
		sg_config_note(notes, workloads->key_line, workloads->key_column, NULL,
			"'workloads' is for Applications of Argo CD, and '%s' follows %s",
			env->name ? env->name : "?", whose);
	if (rollout)
		sg_config_note(notes, rollout->key_line, rollout->key_column, NULL,
			"'rollout' is for Applications of Argo CD, and '%s' follows %s",
			env->name ? env->name : "?", whose);
	if (sync && env->sync)
		sg_config_note(notes, sync->key_line, sync->key_column, NULL,
			"'sync' is for Applications of Argo CD, and '%s' follows %s",
			env->name ? env->name : "?", whose);
}

static void check_alone(struct sg_config_notes *notes, const struct sg_yaml_node *place,
	const char *key, const struct sg_environment *env)
{
	if (env->selector || env->application_set)
		sg_config_note(notes, place->key_line, place->key_column,
			"name one Application, or say which there are by label or set",
			"'%s' and '%s' exclude each other", key,
			env->selector ? "selector" : "applicationSet");
}

static void check_selector(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env)
{
	const struct sg_yaml_node *place = sg_yaml_get(node, "selector");

	if (place && env->selector && sg_str_trim(sg_str_of(env->selector)).len == 0)
		sg_config_note(notes, place->line, place->column, NULL,
			"'selector' is blank, which would select every Application");
}

void sg_config_application_rule(struct sg_config_notes *notes, const struct sg_yaml_node *node,
	const struct sg_environment *env)
{
	static const char *const keys[] = {
		"application", "kustomization", "helm_release", "workload"};
	const struct sg_yaml_node *first = NULL;

	for (size_t i = 0; i < SG_COUNT(keys); i++) {
		const struct sg_yaml_node *place = sg_yaml_get(node, keys[i]);

		if (!place)
			continue;
		if (first)
			sg_config_note(notes, place->key_line, place->key_column, "keep one",
				"'%s' beside another of 'application', 'kustomization', "
				"'helm_release' and 'workload'",
				keys[i]);
		else
			check_target(notes, place, keys[i], env);
		if (!first)
			check_alone(notes, place, keys[i], env);
		first = first ? first : place;
	}
	check_selector(notes, node, env);
	check_words(notes, node, env);
}

void sg_config_service_rules(struct sg_config_notes *notes, const struct sg_yaml_node *list,
	const struct sg_policy *policy)
{
	const struct sg_yaml_node *node = list->first;

	for (size_t i = 0; i < policy->service_count; i++, node = node->next) {
		SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
		struct subject s = {.notes = notes,
			.scratch = &scratch,
			.node = node,
			.entry = &policy->services[i]};

		if (notes->findings->count > SG_CONFIG_MAX_FINDINGS)
			return;
		if (node->kind == SG_NODE_MAP)
			check_service(&s, policy);
	}
}
