#include "cluster/kubeconfig.h"

#include "cluster/kubeconfig_parts.h"
#include "cluster/path.h"

#define NAMES_SHOWN 12u

/* "a, b, c and 4 more" */
static void list_names(const struct sg_kube_set *set, struct sg_buf *out)
{
	for (size_t i = 0; set->items && i < set->count && i < NAMES_SHOWN; i++)
		sg_buf_addf(out, "%s%.60s", i ? ", " : "", set->items[i].name);
	if (set->count > NAMES_SHOWN)
		sg_buf_addf(out, " and %zu more", set->count - NAMES_SHOWN);
}

static const char *nearest(
	struct sg_arena *arena, const struct sg_kube_set *set, const char *wanted)
{
	const char **names = sg_arena_calloc(arena, set->count + 1, sizeof(*names));

	for (size_t i = 0; i < set->count; i++)
		names[i] = set->items[i].name;
	return sg_str_nearest(wanted, names, set->count);
}

static int no_context(struct sg_arena *arena, const struct sg_kube_merged *merged,
	const char *wanted, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf names;
	const char *near = wanted ? nearest(arena, &merged->contexts, wanted) : NULL;

	sg_buf_init(&names, 2048);
	list_names(&merged->contexts, &names);
	if (!merged->file_count) {
		(void)sg_fail(err, SG_R_KUBECONFIG_INVALID,
			"there is no kubeconfig (looked for %.200s)", merged->files);
		return sg_hint(err, "name one by KUBECONFIG or --kubeconfig; in a job, a protected "
				    "variable is there on protected refs alone; a pod's own "
				    "account is used where no context is named");
	}
	if (!merged->contexts.count) {
		(void)sg_fail(err, SG_R_KUBECONFIG_INVALID, "%.200s: there is no context%s%.80s",
			merged->files, wanted ? ", so none is named " : "", wanted ? wanted : "");
		return sg_hint(err, "name a kubeconfig by KUBECONFIG or --kubeconfig");
	}
	if (!wanted) {
		(void)sg_fail(err, SG_R_KUBECONFIG_INVALID,
			"%.200s: no current-context is set and there are several contexts",
			merged->files);
		return sg_hint(err, "say `cluster: {context: NAME}`; there are: %s", names.ptr);
	}
	(void)sg_fail(err, SG_R_KUBECONFIG_INVALID, "%.200s: there is no context \"%.80s\"",
		merged->files, wanted);
	if (near)
		return sg_hint(err, "did you mean \"%.80s\"? There are: %s", near, names.ptr);
	return sg_hint(err, "there are: %s", names.ptr);
}

static int choose(const struct sg_cluster_ask *ask, struct sg_arena *arena,
	const struct sg_kube_merged *merged, const struct sg_kube_entry **ret, struct sg_err *err)
{
	const char *wanted = ask->context ? ask->context : merged->current;
	const struct sg_kube_entry *found = NULL;

	if (wanted)
		found = sg_kube_find(&merged->contexts, wanted);
	else if (merged->contexts.count == 1)
		found = &merged->contexts.items[0];
	if (!found)
		return no_context(arena, merged, wanted, err);
	*ret = found;
	return 0;
}

/* The entry that FIELD of the context names. */
static int follow(const struct sg_kube_entry *context, const char *field,
	const struct sg_kube_set *set, const struct sg_kube_entry **ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const struct sg_kube_entry *found;
	const char *name, *near;

	if (sg_kube_text(context, field, &name, err) < 0)
		return -1;
	if (!name)
		return sg_kube_fail(context, field, err, "it is missing");
	found = sg_kube_find(set, name);
	if (found) {
		*ret = found;
		return 0;
	}
	near = nearest(&arena, set, name);
	(void)sg_kube_fail(context, field, err, "there is no %s \"%.80s\"", field, name);
	return near ? sg_hint(err, "did you mean \"%.80s\"?", near) : -1;
}

static int set_namespace(
	const struct sg_kube_entry *context, struct sg_cluster_access *access, struct sg_err *err)
{
	const char *name;

	if (sg_kube_text(context, "namespace", &name, err) < 0)
		return -1;
	if (name && !sg_cluster_is_namespace(sg_str_of(name)))
		return sg_kube_fail(
			context, "namespace", err, "this cannot be a Kubernetes namespace");
	access->namespace = sg_arena_strdup(&access->arena, name ? name : "default");
	return 0;
}

static int resolve(const struct sg_cluster_ask *ask, const struct sg_kube_merged *merged,
	const struct sg_kube_entry *context, struct sg_cluster_access *access, struct sg_err *err)
{
	const struct sg_kube_entry *cluster = NULL, *user = NULL;

	access->redactor = ask->redactor;
	access->loop = ask->loop;
	access->source = sg_arena_printf(
		&access->arena, "context \"%.80s\" of %s", context->name, context->file);
	if (set_namespace(context, access, err) < 0 ||
		follow(context, "cluster", &merged->clusters, &cluster, err) < 0 ||
		sg_kube_read_cluster(cluster, ask, access, err) < 0)
		return -1;
	if (sg_cluster_access_is_plain(access))
		return 0;
	if (follow(context, "user", &merged->users, &user, err) < 0)
		return -1;
	return sg_kube_read_user(user, cluster, ask, access, err);
}

static bool is_empty(const struct sg_kube_merged *merged)
{
	return !merged->contexts.count && !merged->clusters.count && !merged->users.count &&
	       !merged->current;
}

int sg_kubeconfig_load(const struct sg_cluster_ask *ask, bool *ret_found,
	struct sg_cluster_access *ret, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	struct sg_cluster_access access = {0};
	const struct sg_kube_entry *context = NULL;
	struct sg_kube_merged merged;

	if (sg_kube_merge(ask, &arena, &merged, err) < 0)
		return -1;
	if (is_empty(&merged) && !ask->context && !ask->kubeconfig) {
		*ret_found = false;
		return 0;
	}
	if (choose(ask, &arena, &merged, &context, err) < 0)
		return -1;
	if (resolve(ask, &merged, context, &access, err) < 0) {
		sg_cluster_access_release(&access);
		return -1;
	}
	*ret = access;
	*ret_found = true;
	return 0;
}
