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
	if ((read->pass ? sg_cluster_pass_ask(read->pass, read->client, &req, read->deadline_ms,
				  ret_doc, NULL, NULL, &fault, err)
			: sg_cluster_ask(read->client, &req, about->resource, read->deadline_ms,
				  ret_doc, &fault, err)) < 0)
		return -1;
	return fault.kind == SG_FAULT_NONE ? 0 : refused(read, &fault, about, err);
}

/* What is to be read: of CALL only the client and the pass count, the rest comes with the step. */
struct one {
	const struct sg_workload_call *call;
	enum sg_workload_kind kind;
	const char *namespace;
	const char *name;
};

static struct sg_workload_call call_of(
	const struct sg_workload_call *call, struct sg_arena *arena, int64_t deadline_ms)
{
	return (struct sg_workload_call){call->client, arena, deadline_ms, call->pass};
}

static int find_workload(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct one *one = arg;
	const struct sg_workload_call read = call_of(one->call, arena, deadline_ms);
	const struct about about = about_kind("get", one->kind, one->namespace);
	struct sg_workload *ret = value;
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (sg_cluster_path_object(sg_workload_kind_base(one->kind), one->namespace, about.resource,
		    one->name, &path, err) < 0 ||
		fetch(&read, &path, OBJECT_MAX_BYTES, &about, &doc, err) < 0 ||
		sg_workload_decode(doc, one->kind, arena, ret, err) < 0)
		return -1;
	if (strcmp(ret->name, one->name) != 0 || strcmp(ret->namespace, one->namespace) != 0)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s answers with another object than %s",
			read.client->access->server, one->name);
	return 0;
}

int sg_cluster_get_workload(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *name, struct sg_workload *ret, struct sg_err *err)
{
	struct one one = {read, kind, namespace, name};
	const struct sg_pass_step step = {read->pass,
		sg_arena_printf(read->arena, "%d %s/%s", (int)kind, namespace, name),
		read->deadline_ms, find_workload, &one, sizeof(*ret)};

	*ret = (struct sg_workload){0};
	return sg_cluster_pass_once(&step, read->arena, ret, err);
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

/* How far a list is read; a zeroed one begins. */
struct far {
	const char *token; /* of the next page; NULL: it is the first */
	int pages;
};

/* BASE: of the resource's API; PARAM, VALUE: what selects. */
static int list_by(const struct sg_workload_call *read, const char *base, const struct about *about,
	const char *param, const char *value, item_fn *each, void *arg, struct far *far,
	struct sg_err *err)
{
	do {
		SG_AUTO(sg_buf_release) struct sg_buf path = {0};

		sg_buf_init(&path, PATH_MAX_BYTES);
		if (sg_cluster_path_object(
			    base, about->namespace, about->resource, NULL, &path, err) < 0)
			return -1;
		sg_buf_adds(&path, "?limit=" PAGE_ITEMS);
		sg_cluster_path_param(&path, param, value);
		if (far->token)
			sg_cluster_path_param(&path, "continue", far->token);
		if (list_page(read, &path, about, each, arg, &far->token, err) < 0)
			return -1;
	} while (far->token[0] && ++far->pages < PAGES_MAX);
	if (far->token[0])
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "the list of %s does not end", about->resource);
	return 0;
}

static int list(const struct sg_workload_call *read, enum sg_workload_kind kind,
	const char *namespace, const char *selector, item_fn *each, void *arg, struct far *far,
	struct sg_err *err)
{
	const struct about about = about_kind("list", kind, namespace);

	return list_by(read, sg_workload_kind_base(kind), &about, "labelSelector", selector, each,
		arg, far, err);
}

/* What a list is asked for; VALUE of the step is a struct listed. */
struct listing {
	const struct sg_workload_call *call;
	const char *namespace;
	const char *selector; /* of events the UID */
	const struct sg_workload *deployment;
};

struct listed {
	struct far far;
	struct sg_pods pods;
	struct sg_events events;
	struct sg_workload *set;
	size_t seen;
};

struct item_call {
	const struct listing *listing;
	struct sg_arena *arena;
	struct listed *listed;
};

static int read_list(const struct sg_workload_call *read, const char *what, sg_pass_fn *find,
	struct listing *listing, struct listed *ret, struct sg_err *err)
{
	const struct sg_pass_step step = {read->pass,
		sg_arena_printf(
			read->arena, "%s %s %s", what, listing->namespace, listing->selector),
		read->deadline_ms, find, listing, sizeof(*ret)};

	*ret = (struct listed){0};
	return sg_cluster_pass_once(&step, read->arena, ret, err);
}

static int take_pod(void *arg, const struct sg_json *item, struct sg_err *err)
{
	const struct item_call *call = arg;
	struct sg_pods *pods = &call->listed->pods;
	struct sg_pod pod, *slot;

	if (pods->count == SG_CLUSTER_PODS_MAX) {
		pods->cut = true;
		return 0;
	}
	if (sg_pod_decode(item, call->arena, &pod, err) < 0)
		return -1;
	if (strcmp(pod.namespace, call->listing->namespace) != 0)
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "pod %.253s is of another namespace", pod.name);
	slot = sg_arena_push(call->arena, &pods->items, &pods->count, sizeof(*slot));
	*slot = pod;
	return 1;
}

static int find_pods(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct listing *listing = arg;
	const struct sg_workload_call read = call_of(listing->call, arena, deadline_ms);
	struct listed *listed = value;
	struct item_call call = {listing, arena, listed};

	return list(&read, SG_WORKLOAD_POD, listing->namespace, listing->selector, take_pod, &call,
		&listed->far, err);
}

int sg_cluster_list_pods(const struct sg_workload_call *read, const char *namespace,
	const char *selector, struct sg_pods *ret, struct sg_err *err)
{
	struct listing listing = {read, namespace, selector, NULL};
	struct listed listed;
	int rc = read_list(read, "pods", find_pods, &listing, &listed, err);

	*ret = listed.pods;
	return rc;
}

static int take_replica_set(void *arg, const struct sg_json *item, struct sg_err *err)
{
	const struct item_call *call = arg;
	const struct sg_workload *deployment = call->listing->deployment;
	struct listed *listed = call->listed;
	struct sg_workload set;

	if (sg_workload_decode(item, SG_WORKLOAD_REPLICA_SET, call->arena, &set, err) < 0)
		return -1;
	if (strcmp(set.owner.uid, deployment->uid) == 0 && set.revision[0] &&
		strcmp(set.revision, deployment->revision) == 0) {
		listed->set = sg_arena_alloc(call->arena, sizeof(*listed->set));
		*listed->set = set;
		return 0;
	}
	return ++listed->seen < REPLICA_SETS_MAX;
}

static int find_set(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct listing *listing = arg;
	const struct sg_workload_call read = call_of(listing->call, arena, deadline_ms);
	struct listed *listed = value;
	struct item_call call = {listing, arena, listed};

	return list(&read, SG_WORKLOAD_REPLICA_SET, listing->namespace, listing->selector,
		take_replica_set, &call, &listed->far, err);
}

int sg_cluster_newest_replica_set(const struct sg_workload_call *read,
	const struct sg_workload *deployment, const struct sg_workload **ret, struct sg_err *err)
{
	struct listing listing = {read, deployment->namespace, deployment->selector, deployment};
	struct listed listed;

	*ret = NULL;
	if (!deployment->selector[0] || !deployment->uid[0] || !deployment->revision[0])
		return 0;
	if (read_list(read, "sets", find_set, &listing, &listed, err) < 0)
		return -1;
	*ret = listed.set;
	return 0;
}

static int take_event(void *arg, const struct sg_json *item, struct sg_err *err)
{
	const struct item_call *call = arg;
	struct sg_events *events = &call->listed->events;
	struct sg_event event, *slot;

	if (sg_event_decode(item, call->arena, &event, err) < 0)
		return -1;
	if (strcmp(event.about_uid, call->listing->selector) != 0)
		return 1;
	if (events->count == SG_CLUSTER_EVENTS_MAX) {
		events->cut = true;
		return 0;
	}
	slot = sg_arena_push(call->arena, &events->items, &events->count, sizeof(*slot));
	*slot = event;
	return 1;
}

static int find_events(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct listing *listing = arg;
	const struct sg_workload_call read = call_of(listing->call, arena, deadline_ms);
	const struct about about = {"list", "events", "", listing->namespace};
	struct listed *listed = value;
	struct item_call call = {listing, arena, listed};

	return list_by(&read, "/api/v1", &about, "fieldSelector",
		sg_arena_printf(arena, "involvedObject.uid=%.253s", listing->selector), take_event,
		&call, &listed->far, err);
}

int sg_cluster_list_events(const struct sg_workload_call *read, const char *namespace,
	const char *uid, struct sg_events *ret, struct sg_err *err)
{
	struct listing listing = {read, namespace, uid, NULL};
	struct listed listed;
	int rc = read_list(read, "events", find_events, &listing, &listed, err);

	*ret = listed.events;
	return rc;
}

struct log {
	const struct sg_workload_call *call;
	const struct sg_pod *pod;
	const char *container;
	int64_t lines;
};

struct said {
	bool none_before; /* it has not ended yet */
	const char *text;
};

static int ask_log(const struct sg_workload_call *read, const struct sg_cluster_req *req,
	const char **ret, struct sg_fault *ret_fault, struct sg_err *err)
{
	SG_AUTO(sg_http_res_release) struct sg_http_res res = {0};

	if (read->pass)
		return sg_cluster_pass_ask(read->pass, read->client, req, read->deadline_ms, NULL,
			read->arena, ret, ret_fault, err);
	if (sg_cluster_send(read->client, req, read->deadline_ms, &res, ret_fault, err) < 0)
		return -1;
	*ret = sg_arena_dup(read->arena, sg_buf_str(&res.body));
	return 0;
}

/* 1: *ret is the log. 0: the server has none of that kind. */
static int read_log(const struct sg_workload_call *read, const struct log *log, bool previous,
	const char **ret, struct sg_err *err)
{
	const struct about about = {"get", "pods/log", "", log->pod->namespace};
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct sg_cluster_req req = {
		.method = "GET", .max_bytes = LOG_MAX_BYTES * 2, .label = "read a pod's log"};
	struct sg_fault fault = {0};

	sg_buf_init(&path, PATH_MAX_BYTES);
	if (sg_cluster_path_object("/api/v1", about.namespace, "pods", log->pod->name, &path, err) <
		0)
		return -1;
	sg_buf_addf(
		&path, "/log?tailLines=%lld&limitBytes=%d", (long long)log->lines, LOG_MAX_BYTES);
	sg_cluster_path_param(&path, "container", log->container);
	if (previous)
		sg_buf_adds(&path, "&previous=true");
	req.path = path.ptr;
	if (ask_log(read, &req, ret, &fault, err) < 0)
		return -1;
	if (fault.kind == SG_FAULT_REFUSED)
		return 0;
	return fault.kind == SG_FAULT_NONE ? 1 : refused(read, &fault, &about, err);
}

static int find_log(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct log *log = arg;
	const struct sg_workload_call read = call_of(log->call, arena, deadline_ms);
	struct said *said = value;
	int found = said->none_before ? 0 : read_log(&read, log, true, &said->text, err);

	if (found == 0) {
		said->none_before = true;
		found = read_log(&read, log, false, &said->text, err);
	}
	if (found == 0)
		said->text = "";
	return found < 0 ? -1 : 0;
}

int sg_cluster_pod_log(const struct sg_workload_call *read, const struct sg_pod *pod,
	const char *container, int64_t lines, const char **ret, struct sg_err *err)
{
	struct log log = {read, pod, container, lines};
	struct said said = {0};
	const struct sg_pass_step step = {read->pass,
		sg_arena_printf(read->arena, "log %s/%s %s", pod->namespace, pod->name, container),
		read->deadline_ms, find_log, &log, sizeof(said)};

	if (sg_cluster_pass_once(&step, read->arena, &said, err) < 0)
		return -1;
	*ret = said.text;
	return 0;
}
