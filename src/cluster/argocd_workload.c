/*
 * Workloads and pods through Argo CD's own API: its tree says what there is, and each object is one
 * request more. All of it is allowed to whoever may get the application, but for logs.
 */
#include <string.h>

#include "cluster/argocd.h"
#include "cluster/ask.h"
#include "cluster/workload_read_impl.h"

#define GRPC_INVALID_ARGUMENT 3 /* "not found as part of application" */
#define LOG_LINES_MAX 10000

/* "/api/v1/applications/NAME/SUB?appNamespace=..." */
static int begin_path(const struct sg_workload_call *read, const char *sub, struct sg_buf *out,
	struct sg_err *err)
{
	const struct sg_cluster_access *access = read->client->access;

	sg_buf_init(out, SG_WORKLOAD_PATH_MAX_BYTES);
	if (!sg_cluster_is_name(sg_str_of(read->app.name)))
		return sg_fail(err, SG_R_BUG, "workloads are read of no application");
	sg_buf_addf(out, SG_ARGOCD_OF_APPLICATION "%s/%s", read->app.name, sub);
	sg_cluster_path_param(out, "appNamespace", read->app.namespace);
	if (access->project)
		sg_cluster_path_param(out, "project", access->project);
	return 0;
}

static int find_tree(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	struct sg_workload_call read = *(const struct sg_workload_call *)arg;
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_workload_about about = {"get", "resource-tree", "", read.app.namespace};
	struct sg_fault fault = {0};

	read.arena = arena;
	read.deadline_ms = deadline_ms;
	if (begin_path(&read, "resource-tree", &path, err) < 0 ||
		sg_workload_ask(&read, &path, SG_WORKLOAD_OBJECT_MAX_BYTES, "the resource tree",
			&doc, &fault, err) < 0)
		return -1;
	if (fault.kind != SG_FAULT_NONE)
		return sg_workload_refused(&read, &fault, &about, err);
	return sg_argocd_tree_decode(doc, arena, value, err);
}

int sg_argocd_tree(
	const struct sg_workload_call *read, const struct sg_tree **ret, struct sg_err *err)
{
	struct sg_workload_call call = *read;
	struct sg_tree *tree = sg_arena_calloc(read->arena, 1, sizeof(*tree));
	const struct sg_pass_step step = {.pass = read->pass,
		.key = sg_arena_printf(
			read->arena, "tree of %s/%s", call.app.namespace, call.app.name),
		.deadline_ms = read->deadline_ms,
		.find = find_tree,
		.arg = &call,
		.size = sizeof(*tree),
		.shared = true};

	*ret = tree;
	return sg_cluster_pass_once(&step, read->arena, tree, err);
}

static int object_path(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *name, struct sg_buf *out, struct sg_err *err)
{
	const char *base = sg_workload_kind_base(kind);

	if (begin_path(read, "resource", out, err) < 0)
		return -1;
	sg_cluster_path_param(out, "group", sg_workload_kind_group(kind));
	sg_cluster_path_param(out, "version", strrchr(base, '/') + 1);
	sg_cluster_path_param(out, "kind", sg_workload_kind_name(kind));
	sg_cluster_path_param(out, "namespace", namespace);
	sg_cluster_path_param(out, "resourceName", name);
	return 0;
}

int sg_argocd_object(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *name, struct sg_json **ret_doc, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const char *what = sg_workload_kind_name(kind), *text;
	const struct sg_workload_about about = {"get", what, "", namespace};
	struct sg_err why = SG_ERR_INIT;
	struct sg_fault fault = {0};

	/* in quotes it may be twice as long */
	if (object_path(read, kind, namespace, name, &path, err) < 0 ||
		sg_workload_ask(
			read, &path, 2 * SG_WORKLOAD_OBJECT_MAX_BYTES, what, &doc, &fault, err) < 0)
		return -1;
	if (fault.kind == SG_FAULT_REFUSED && fault.grpc == GRPC_INVALID_ARGUMENT)
		return sg_fail(err, SG_R_NOT_FOUND, "%s answers %d about %s %.253s: %s",
			read->client->access->server, fault.status, what, name, fault.message);
	if (fault.kind != SG_FAULT_NONE)
		return sg_workload_refused(read, &fault, &about, err);
	text = sg_json_str(sg_json_get(doc, "manifest"), "");
	if (sg_json_parse(sg_str_of(text), ret_doc, &why) == 0)
		return 0;
	return sg_fail(err, SG_R_ANSWER_INVALID,
		"%s answers with no manifest of %s %.253s (%.200s)", read->client->access->server,
		what, name, why.cause);
}

static bool is_wanted(const struct sg_tree_node *node, const struct sg_argocd_wish *wish)
{
	if (strcmp(node->kind, sg_workload_kind_name(wish->kind)) != 0 ||
		strcmp(node->group, sg_workload_kind_group(wish->kind)) != 0 ||
		strcmp(node->namespace, wish->namespace) != 0)
		return false;
	if (wish->selector)
		return sg_argocd_tree_selects(node, wish->selector);
	return strcmp(node->owner_uid, wish->owner_uid) == 0 &&
	       (!node->revision[0] || !wish->revision[0] ||
		       strcmp(node->revision, wish->revision) == 0);
}

/* One that is gone since the tree was read is no part of a list. 1: go on, 0: enough. */
static int hand_over(const struct sg_workload_call *read, const struct sg_tree_node *node,
	const struct sg_argocd_wish *wish, sg_workload_item_fn *each, void *arg, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	if (sg_argocd_object(read, wish->kind, node->namespace, node->name, &doc, &why) == 0)
		return each(arg, doc, err);
	if (why.reason == SG_R_NOT_FOUND)
		return 1;
	*err = why;
	return -1;
}

int sg_argocd_each(const struct sg_workload_call *read, const struct sg_tree *tree,
	const struct sg_argocd_wish *wish, sg_workload_item_fn *each, void *arg, int *at,
	bool *ret_cut, struct sg_err *err)
{
	int count = 0;

	*ret_cut = tree->cut;
	for (size_t i = 0; i < tree->count; i++) {
		const struct sg_tree_node *node = &tree->nodes[i];
		int more;

		if (!is_wanted(node, wish) || count++ < *at)
			continue;
		if (*at == SG_ARGOCD_PODS_MAX) {
			*ret_cut = true;
			return 0;
		}
		more = hand_over(read, node, wish, each, arg, err);
		if (more < 0)
			return -1;
		++*at;
		if (more == 0)
			return 0;
	}
	return 0;
}

int sg_argocd_events_path(const struct sg_workload_call *read, const struct sg_tree *tree,
	const char *uid, struct sg_buf *out, struct sg_err *err)
{
	const struct sg_tree_node *node = sg_argocd_tree_find(tree, uid);

	if (!node)
		return sg_fail(err, SG_R_NOT_FOUND, "%s shows no object %.253s of %s",
			read->client->access->server, uid, read->app.name);
	if (begin_path(read, "events", out, err) < 0)
		return -1;
	sg_cluster_path_param(out, "resourceUID", uid);
	sg_cluster_path_param(out, "resourceNamespace", node->namespace);
	sg_cluster_path_param(out, "resourceName", node->name);
	return 0;
}

int sg_argocd_log_path(const struct sg_workload_call *read, const struct sg_pod *pod,
	const char *container, int64_t lines, bool previous, struct sg_buf *out, struct sg_err *err)
{
	if (!sg_cluster_is_name(sg_str_of(pod->name)))
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "a pod cannot have the name %.253s", pod->name);
	if (begin_path(read, sg_arena_printf(read->arena, "pods/%s/logs", pod->name), out, err) < 0)
		return -1;
	sg_cluster_path_param(out, "namespace", pod->namespace);
	sg_cluster_path_param(out, "container", container);
	sg_buf_addf(out, "&tailLines=%lld&follow=false", (long long)lines);
	if (previous)
		sg_buf_adds(out, "&previous=true");
	return 0;
}

const char *sg_argocd_log_text(const struct sg_workload_call *read, const char *stream)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;
	struct sg_str rest = sg_str_of(stream), line;
	int lines = 0;

	sg_buf_init(&text, strlen(stream) + 1);
	while (rest.len && lines++ < LOG_LINES_MAX && sg_str_cut(&rest, '\n', &line)) {
		SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
		struct sg_err ignored = SG_ERR_INIT;
		const struct sg_json *result;

		if (sg_json_parse(line, &doc, &ignored) < 0)
			continue;
		result = sg_json_get(doc, "result");
		if (!result || sg_json_bool(sg_json_get(result, "last"), false))
			continue;
		sg_buf_adds(&text, sg_json_str(sg_json_get(result, "content"), ""));
		sg_buf_addc(&text, '\n');
	}
	return sg_arena_dup(read->arena, sg_buf_str(&text));
}
