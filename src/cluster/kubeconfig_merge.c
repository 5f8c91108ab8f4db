#include "cluster/kubeconfig_merge.h"

#include <stdio.h>
#include <string.h>

#include "io/fs.h"

#define MAX_FILES 64u
#define MAX_ENTRIES 10000u

struct merge {
	struct sg_arena *arena;
	struct sg_kube_merged *out;
	const char *file;
	const char *folder;
};

bool sg_kube_is_null(const struct sg_yaml_node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (!node)
		return true;
	if (node->kind != SG_NODE_SCALAR || node->style != SG_YAML_PLAIN)
		return false;
	for (size_t i = 0; i < SG_COUNT(nulls); i++)
		if (strcmp(node->value, nulls[i]) == 0)
			return true;
	return false;
}

const struct sg_yaml_node *sg_kube_get(const struct sg_kube_entry *entry, const char *key)
{
	const struct sg_yaml_node *node = entry->body ? sg_yaml_get(entry->body, key) : NULL;

	return sg_kube_is_null(node) ? NULL : node;
}

int sg_kube_fail(const struct sg_kube_entry *entry, const char *field, struct sg_err *err,
	const char *fmt, ...)
{
	const struct sg_yaml_node *node = sg_kube_get(entry, field);
	char cause[400];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(cause, sizeof(cause), fmt, args);
	va_end(args);
	return sg_fail(err, SG_R_KUBECONFIG_INVALID, "%s:%d:%d: %s \"%.80s\": %s: %s", entry->file,
		node ? node->line : entry->line, node ? node->column : entry->column, entry->kind,
		entry->name, field, cause);
}

int sg_kube_text(
	const struct sg_kube_entry *entry, const char *key, const char **ret, struct sg_err *err)
{
	const struct sg_yaml_node *node = sg_kube_get(entry, key);

	if (node && node->kind != SG_NODE_SCALAR)
		return sg_kube_fail(entry, key, err, "a text is expected here");
	*ret = node && node->value[0] ? node->value : NULL;
	return 0;
}

int sg_kube_flag(const struct sg_kube_entry *entry, const char *key, bool *ret, struct sg_err *err)
{
	static const char *const yes[] = {"true", "True", "TRUE"};
	static const char *const no[] = {"false", "False", "FALSE"};
	const struct sg_yaml_node *node = sg_kube_get(entry, key);
	const char *word = node && node->kind == SG_NODE_SCALAR ? node->value : "";

	*ret = false;
	for (size_t i = 0; i < SG_COUNT(yes); i++) {
		if (strcmp(word, yes[i]) == 0)
			*ret = true;
		if (*ret || strcmp(word, no[i]) == 0)
			return 0;
	}
	return node ? sg_kube_fail(entry, key, err, "true or false is expected here") : 0;
}

const struct sg_kube_entry *sg_kube_find(const struct sg_kube_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->items[i].name, name) == 0)
			return &set->items[i];
	return NULL;
}

static int fail_at(const struct merge *merge, const struct sg_yaml_node *node, struct sg_err *err,
	const char *what)
{
	return sg_fail(err, SG_R_KUBECONFIG_INVALID, "%s:%d:%d: %s", merge->file, node->line,
		node->column, what);
}

/* An element of a section: {name: ..., KIND: {...}}. */
static int read_entry(const struct merge *merge, const struct sg_yaml_node *node, const char *kind,
	struct sg_kube_entry *ret, struct sg_err *err)
{
	const struct sg_yaml_node *name, *body;

	if (node->kind != SG_NODE_MAP)
		return fail_at(merge, node, err, "an entry with name is expected here");
	name = sg_yaml_get(node, "name");
	body = sg_yaml_get(node, kind);
	if (sg_kube_is_null(name) || name->kind != SG_NODE_SCALAR || !name->value[0])
		return fail_at(merge, node, err, "this entry has no name");
	if (!sg_kube_is_null(body) && body->kind != SG_NODE_MAP)
		return fail_at(merge, body, err, "a mapping is expected here");
	*ret = (struct sg_kube_entry){
		.kind = kind,
		.name = name->value,
		.file = merge->file,
		.folder = merge->folder,
		.body = sg_kube_is_null(body) ? NULL : body,
		.line = node->line,
		.column = node->column,
	};
	return 0;
}

/* The first file wins; the same name twice in one file is an error. */
static int add_entry(const struct merge *merge, struct sg_kube_set *set,
	const struct sg_kube_entry *entry, struct sg_err *err)
{
	const struct sg_kube_entry *known = sg_kube_find(set, entry->name);
	struct sg_kube_entry *slot;

	if (known && known->file != entry->file)
		return 0;
	if (known)
		return sg_fail(err, SG_R_KUBECONFIG_INVALID,
			"%s:%d:%d: %s \"%.80s\" is there twice, first at line %d", entry->file,
			entry->line, entry->column, entry->kind, entry->name, known->line);
	if (set->count >= MAX_ENTRIES)
		return sg_fail(err, SG_R_KUBECONFIG_INVALID,
			"%s:%d:%d: more than %u entries are not read", entry->file, entry->line,
			entry->column, MAX_ENTRIES);
	slot = sg_arena_push(merge->arena, &set->items, &set->count, sizeof(*slot));
	*slot = *entry;
	return 0;
}

static int add_section(const struct merge *merge, const struct sg_yaml_node *root,
	const char *section, const char *kind, struct sg_kube_set *set, struct sg_err *err)
{
	const struct sg_yaml_node *list = sg_yaml_get(root, section);

	if (sg_kube_is_null(list))
		return 0;
	if (list->kind != SG_NODE_SEQ)
		return fail_at(merge, list, err, "a list is expected here");
	for (const struct sg_yaml_node *node = list->first; node; node = node->next) {
		struct sg_kube_entry entry;

		if (read_entry(merge, node, kind, &entry, err) < 0 ||
			add_entry(merge, set, &entry, err) < 0)
			return -1;
	}
	return 0;
}

/* A scalar at the top that must be WANTED where it is there at all. */
static int check_word(const struct merge *merge, const struct sg_yaml_node *root, const char *key,
	const char *wanted, struct sg_err *err)
{
	const struct sg_yaml_node *node = sg_yaml_get(root, key);

	if (sg_kube_is_null(node) ||
		(node->kind == SG_NODE_SCALAR && strcmp(node->value, wanted) == 0))
		return 0;
	return sg_fail(err, SG_R_KUBECONFIG_INVALID,
		"%s:%d:%d: this is no kubeconfig: %s is not %s", merge->file, node->line,
		node->column, key, wanted);
}

static int add_current(
	const struct merge *merge, const struct sg_yaml_node *root, struct sg_err *err)
{
	const struct sg_yaml_node *node = sg_yaml_get(root, "current-context");

	if (sg_kube_is_null(node))
		return 0;
	if (node->kind != SG_NODE_SCALAR)
		return fail_at(merge, node, err, "current-context: a text is expected here");
	if (!merge->out->current && node->value[0])
		merge->out->current = node->value;
	return 0;
}

static int add_root(const struct merge *merge, const struct sg_yaml_node *root, struct sg_err *err)
{
	struct sg_kube_merged *out = merge->out;

	if (sg_kube_is_null(root))
		return 0;
	if (root->kind != SG_NODE_MAP)
		return fail_at(merge, root, err, "this is no kubeconfig");
	if (check_word(merge, root, "apiVersion", "v1", err) < 0 ||
		check_word(merge, root, "kind", "Config", err) < 0 ||
		add_current(merge, root, err) < 0)
		return -1;
	if (add_section(merge, root, "contexts", "context", &out->contexts, err) < 0 ||
		add_section(merge, root, "clusters", "cluster", &out->clusters, err) < 0 ||
		add_section(merge, root, "users", "user", &out->users, err) < 0)
		return -1;
	return 0;
}

static const char *folder_of(struct sg_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	if (slash == path)
		return "/";
	return sg_arena_dup(arena, (struct sg_str){path, (size_t)(slash - path)});
}

static int add_file(struct merge *merge, const char *path, bool must_exist, struct sg_err *err)
{
	SG_AUTO(sg_buf_wipe) struct sg_buf text;
	struct sg_yaml_node *root;
	struct sg_err inner = SG_ERR_INIT;

	sg_buf_init(&text, SG_YAML_MAX_BYTES);
	if (sg_fs_read(path, &text, &inner) < 0) {
		if (inner.reason == SG_R_FILE_NOT_FOUND && !must_exist)
			return 0;
		return sg_fail(err, SG_R_KUBECONFIG_INVALID, "the kubeconfig cannot be read: %s",
			inner.cause);
	}
	merge->file = path;
	merge->folder = folder_of(merge->arena, path);
	if (sg_yaml_load_lenient(merge->arena, path, sg_buf_str(&text), &root, &inner) < 0)
		return sg_fail(err, SG_R_KUBECONFIG_INVALID, "%s", inner.cause);
	merge->out->file_count++;
	return add_root(merge, root, err);
}

/* True when PATH is among the first COUNT parts of LIST already. */
static bool is_repeated(struct sg_str list, struct sg_str path, size_t count)
{
	struct sg_str part;

	for (size_t i = 0; i < count && sg_str_cut(&list, ':', &part); i++)
		if (sg_str_eq(part, path))
			return true;
	return false;
}

static int add_list(struct merge *merge, const char *list, struct sg_err *err)
{
	struct sg_str rest = sg_str_of(list), part;

	for (size_t i = 0; sg_str_cut(&rest, ':', &part); i++) {
		if (i >= MAX_FILES)
			return sg_fail(err, SG_R_KUBECONFIG_INVALID,
				"KUBECONFIG names more than %u files", MAX_FILES);
		if (part.len == 0 || is_repeated(sg_str_of(list), part, i))
			continue;
		if (add_file(merge, sg_arena_dup(merge->arena, part), false, err) < 0)
			return -1;
	}
	if (merge->out->file_count)
		return 0;
	(void)sg_fail(err, SG_R_KUBECONFIG_INVALID,
		"KUBECONFIG names %.200s, and no such file exists", list);
	return sg_hint(err, "unset KUBECONFIG to use the pod's own service account");
}

int sg_kube_merge(const struct sg_cluster_ask *ask, struct sg_arena *arena,
	struct sg_kube_merged *ret, struct sg_err *err)
{
	struct sg_kube_merged out = {0};
	struct merge merge = {.arena = arena, .out = &out};
	const char *list = sg_env_nonempty(ask->env, "KUBECONFIG");
	const char *home = sg_env_nonempty(ask->env, "HOME");
	int n = 0;

	if (ask->kubeconfig)
		out.files = sg_arena_strdup(arena, ask->kubeconfig);
	else if (list)
		out.files = sg_arena_strdup(arena, list);
	else if (home)
		out.files = sg_arena_printf(arena, "%s/.kube/config", home);
	else
		out.files = "~/.kube/config, and HOME is not set";
	if (ask->kubeconfig)
		n = add_file(&merge, out.files, true, err);
	else if (list)
		n = add_list(&merge, list, err);
	else if (home)
		n = add_file(&merge, out.files, false, err);
	if (n == 0)
		*ret = out;
	return n;
}
