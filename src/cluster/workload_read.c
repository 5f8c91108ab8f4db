#include "cluster/workload_read.h"

#include <string.h>

#include "cluster/ask.h"
#include "cluster/workload.h"

#define PATH_MAX_BYTES ((size_t)16 * 1024)
#define OBJECT_MAX_BYTES ((size_t)2 * 1024 * 1024) /* etcd takes 1.5 MiB */
#define PAGE_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define PAGE_ITEMS "50"
#define PAGES_MAX 20
#define REPLICA_SETS_MAX 200
#define LOG_MAX_BYTES 65536

/* What is asked for, in the words of RBAC. */
struct about {
	const char *verb;
	const char *resource;
	const char *group;
	const char *namespace;
};

static struct about about_kind(const char *verb, enum sg_workload_kind kind, const char *namespace)
{
	return (struct about){
		verb, sg_workload_kind_resource(kind), sg_workload_kind_group(kind), namespace};
}

static int refused(const struct sg_workload_call *read, const struct sg_fault *fault,
	const struct about *about, struct sg_err *err)
{
	const char *what = sg_arena_printf(
		read->arena, "%s of namespace \"%s\"", about->resource, about->namespace);

	(void)sg_cluster_refuse(read->client, fault, what, err);
	if (fault->kind == SG_FAULT_FORBIDDEN)
		(void)sg_hint(err,
			"a Role in namespace \"%s\" must allow verb \"%s\" on resource \"%s\" of "
			"apiGroup \"%s\"",
			about->namespace, about->verb, about->resource, about->group);
	return -1;
}

/* The document at PATH. The caller frees it. */
static int fetch(const struct sg_workload_call *read, const struct sg_buf *path, size_t max_bytes,
	const struct about *about, struct sg_json **ret_doc, struct sg_err *err)
{
	const struct sg_cluster_req req = {.method = "GET",
		.path = path->ptr,
		.max_bytes = max_bytes,
		.label = "read workloads"};
	struct sg_fault fault = {0};

	if (path->overflow)
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "the address of %s is too long", about->resource);
	if (sg_cluster_ask(read->client, &req, about->resource, read->deadline_ms, ret_doc, &fault,
		    err) < 0)
		return -1;
	return fault.kind == SG_FAULT_NONE ? 0 : refused(read, &fault, about, err);
}

int sg_cluster_get_workload(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *name, struct sg_workload *ret, struct sg_err *err)
{
	const struct about about = about_kind("get", kind, namespace);
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (sg_cluster_path_object(
		    sg_workload_kind_base(kind), namespace, about.resource, name, &path, err) < 0 ||
		fetch(read, &path, OBJECT_MAX_BYTES, &about, &doc, err) < 0 ||
		sg_workload_decode(doc, kind, read->arena, ret, err) < 0)
		return -1;
	if (strcmp(ret->name, name) != 0 || strcmp(ret->namespace, namespace) != 0)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s answers with another object than %s",
			read->client->access->server, name);
	return 0;
}

/* Called for each item of a list; 1: go on, 0: enough. */
typedef int item_fn(void *arg, const struct sg_json *item, struct sg_err *err);

/* One page; *ret_token is "" behind the last, and in the arena. */
static int list_page(const struct sg_workload_call *read, const struct sg_buf *path,
	const struct about *about, item_fn *each, void *arg, const char **ret_token,
	struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	const struct sg_json *items;

	if (fetch(read, path, PAGE_MAX_BYTES, about, &doc, err) < 0)
		return -1;
	*ret_token = sg_arena_printf(
		read->arena, "%.4096s", sg_json_str(sg_json_at(doc, "metadata.continue"), ""));
	items = sg_json_get(doc, "items");
	if (items && sg_json_type(items) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s: expected a list", about->resource);
	for (const struct sg_json *e = sg_json_first(items); e; e = sg_json_next(e)) {
		int more = each(arg, e, err);

		if (more < 0)
			return -1;
		if (more == 0) {
			*ret_token = "";
			break;
		}
	}
	return 0;
}

/* BASE: of the resource's API; PARAM, VALUE: what selects. */
static int list_by(const struct sg_workload_call *read, const char *base, const struct about *about,
	const char *param, const char *value, item_fn *each, void *arg, struct sg_err *err)
{
	const char *token = "";
	int pages = 0;

	do {
		SG_AUTO(sg_buf_release) struct sg_buf path = {0};

		sg_buf_init(&path, PATH_MAX_BYTES);
		if (sg_cluster_path_object(
			    base, about->namespace, about->resource, NULL, &path, err) < 0)
			return -1;
		sg_buf_adds(&path, "?limit=" PAGE_ITEMS);
		sg_cluster_path_param(&path, param, value);
		if (token[0])
			sg_cluster_path_param(&path, "continue", token);
		if (list_page(read, &path, about, each, arg, &token, err) < 0)
			return -1;
	} while (token[0] && ++pages < PAGES_MAX);
	if (token[0])
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "the list of %s does not end", about->resource);
	return 0;
}

static int list(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *selector, item_fn *each, void *arg, struct sg_err *err)
{
	const struct about about = about_kind("list", kind, namespace);

	return list_by(read, sg_workload_kind_base(kind), &about, "labelSelector", selector, each,
		arg, err);
}

struct pods_call {
	const struct sg_workload_call *read;
	const char *namespace;
	struct sg_pods *pods;
};

static int take_pod(void *arg, const struct sg_json *item, struct sg_err *err)
{
	const struct pods_call *call = arg;
	struct sg_pods *pods = call->pods;
	struct sg_pod pod, *slot;

	if (pods->count == SG_CLUSTER_PODS_MAX) {
		pods->cut = true;
		return 0;
	}
	if (sg_pod_decode(item, call->read->arena, &pod, err) < 0)
		return -1;
	if (strcmp(pod.namespace, call->namespace) != 0)
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "pod %.253s is of another namespace", pod.name);
	slot = sg_arena_push(call->read->arena, &pods->items, &pods->count, sizeof(*slot));
	*slot = pod;
	return 1;
}

int sg_cluster_list_pods(const struct sg_workload_call *read, const char *namespace,
	const char *selector, struct sg_pods *ret, struct sg_err *err)
{
	struct pods_call call = {read, namespace, ret};

	return list(read, SG_WORKLOAD_POD, namespace, selector, take_pod, &call, err);
}

struct newest_call {
	const struct sg_workload_call *read;
	const struct sg_workload *deployment;
	struct sg_workload *found;
	size_t seen;
};

static int take_replica_set(void *arg, const struct sg_json *item, struct sg_err *err)
{
	struct newest_call *call = arg;
	struct sg_workload set;

	if (sg_workload_decode(item, SG_WORKLOAD_REPLICA_SET, call->read->arena, &set, err) < 0)
		return -1;
	if (strcmp(set.owner.uid, call->deployment->uid) == 0 && set.revision[0] &&
		strcmp(set.revision, call->deployment->revision) == 0) {
		call->found = sg_arena_alloc(call->read->arena, sizeof(*call->found));
		*call->found = set;
		return 0;
	}
	return ++call->seen < REPLICA_SETS_MAX;
}

int sg_cluster_newest_replica_set(const struct sg_workload_call *read,
	const struct sg_workload *deployment, const struct sg_workload **ret, struct sg_err *err)
{
	struct newest_call call = {read, deployment, NULL, 0};

	*ret = NULL;
	if (!deployment->selector[0] || !deployment->uid[0] || !deployment->revision[0])
		return 0;
	if (list(read, SG_WORKLOAD_REPLICA_SET, deployment->namespace, deployment->selector,
		    take_replica_set, &call, err) < 0)
		return -1;
	*ret = call.found;
	return 0;
}

struct events_call {
	const struct sg_workload_call *read;
	const char *uid;
	struct sg_events *events;
};

static int take_event(void *arg, const struct sg_json *item, struct sg_err *err)
{
	const struct events_call *call = arg;
	struct sg_events *events = call->events;
	struct sg_event event, *slot;

	if (sg_event_decode(item, call->read->arena, &event, err) < 0)
		return -1;
	if (strcmp(event.about_uid, call->uid) != 0)
		return 1;
	if (events->count == SG_CLUSTER_EVENTS_MAX) {
		events->cut = true;
		return 0;
	}
	slot = sg_arena_push(call->read->arena, &events->items, &events->count, sizeof(*slot));
	*slot = event;
	return 1;
}

int sg_cluster_list_events(const struct sg_workload_call *read, const char *namespace,
	const char *uid, struct sg_events *ret, struct sg_err *err)
{
	const struct about about = {"list", "events", "", namespace};
	struct events_call call = {read, uid, ret};

	return list_by(read, "/api/v1", &about, "fieldSelector",
		sg_arena_printf(read->arena, "involvedObject.uid=%.253s", uid), take_event, &call,
		err);
}

/* 1: *ret is the log. 0: the server has none of that kind. */
static int read_log(const struct sg_workload_call *read, const struct sg_pod *pod,
	const char *container, int64_t lines, bool previous, const char **ret, struct sg_err *err)
{
	const struct about about = {"get", "pods/log", "", pod->namespace};
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_http_res_release) struct sg_http_res res = {0};
	struct sg_cluster_req req = {
		.method = "GET", .max_bytes = LOG_MAX_BYTES * 2, .label = "read a pod's log"};
	struct sg_fault fault = {0};

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (sg_cluster_path_object("/api/v1", pod->namespace, "pods", pod->name, &path, err) < 0)
		return -1;
	sg_buf_addf(&path, "/log?tailLines=%lld&limitBytes=%d", (long long)lines, LOG_MAX_BYTES);
	sg_cluster_path_param(&path, "container", container);
	if (previous)
		sg_buf_adds(&path, "&previous=true");
	req.path = path.ptr;
	if (sg_cluster_send(read->client, &req, read->deadline_ms, &res, &fault, err) < 0)
		return -1;
	if (fault.kind == SG_FAULT_REFUSED)
		return 0;
	if (fault.kind != SG_FAULT_NONE)
		return refused(read, &fault, &about, err);
	*ret = sg_arena_dup(read->arena, sg_buf_str(&res.body));
	return 1;
}

int sg_cluster_pod_log(const struct sg_workload_call *read, const struct sg_pod *pod,
	const char *container, int64_t lines, const char **ret, struct sg_err *err)
{
	int found = read_log(read, pod, container, lines, true, ret, err);

	if (found == 0)
		found = read_log(read, pod, container, lines, false, ret, err);
	if (found < 0)
		return -1;
	if (found == 0)
		*ret = "";
	return 0;
}
