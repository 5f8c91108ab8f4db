#include "cluster/workload_read.h"

#include <string.h>

#include "cluster/ask.h"
#include "cluster/workload.h"
#include "cluster/workload_read_impl.h"

#define PAGE_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define PAGE_ITEMS "50"
#define PAGES_MAX 20
#define REPLICA_SETS_MAX 200

static struct sg_workload_about about_kind(
	const char *verb, enum sg_workload_kind kind, const char *namespace)
{
	return (struct sg_workload_about){
		verb, sg_workload_kind_resource(kind), sg_workload_kind_group(kind), namespace};
}

int sg_workload_refused(const struct sg_workload_call *read, const struct sg_fault *fault,
	const struct sg_workload_about *about, struct sg_err *err)
{
	const char *project = read->client->access->project;
	const char *what = sg_arena_printf(
		read->arena, "%s of namespace \"%s\"", about->resource, about->namespace);

	(void)sg_cluster_refuse(read->client, fault, what, err);
	if (fault->kind != SG_FAULT_FORBIDDEN)
		return -1;
	if (sg_workload_by_argocd(read))
		return sg_hint(err, "the token's role must allow `%s, get, %s/%s`",
			strcmp(about->resource, "pods/log") == 0 ? "logs" : "applications",
			project ? project : "PROJECT", read->app.name);
	return sg_hint(err,
		"a Role in namespace \"%s\" must allow verb \"%s\" on resource \"%s\" of "
		"apiGroup \"%s\"",
		about->namespace, about->verb, about->resource, about->group);
}

bool sg_workload_by_argocd(const struct sg_workload_call *read)
{
	return read->client->access->speech == SG_SPEAKS_ARGOCD;
}

int sg_workload_ask(const struct sg_workload_call *read, const struct sg_buf *path,
	size_t max_bytes, const char *what, struct sg_json **ret_doc, struct sg_fault *ret_fault,
	struct sg_err *err)
{
	const struct sg_cluster_req req = {.method = "GET",
		.path = path->ptr,
		.max_bytes = max_bytes,
		.label = "read workloads"};

	if (path->overflow)
		return sg_fail(err, SG_R_ANSWER_INVALID, "the address of %s is too long", what);
	if (read->pass)
		return sg_cluster_pass_ask(read->pass, read->client, &req, read->deadline_ms,
			ret_doc, NULL, NULL, ret_fault, err);
	return sg_cluster_ask(read->client, &req, what, read->deadline_ms, ret_doc, ret_fault, err);
}

/* The document at PATH. The caller frees it. */
static int fetch(const struct sg_workload_call *read, const struct sg_buf *path, size_t max_bytes,
	const struct sg_workload_about *about, struct sg_json **ret_doc, struct sg_err *err)
{
	struct sg_fault fault = {0};

	if (sg_workload_ask(read, path, max_bytes, about->resource, ret_doc, &fault, err) < 0)
		return -1;
	return fault.kind == SG_FAULT_NONE ? 0 : sg_workload_refused(read, &fault, about, err);
}

/* What is to be read: of CALL only the client and the pass count, the rest comes with the step. */
struct one {
	const struct sg_workload_call *call;
	enum sg_workload_kind kind;
	const char *namespace;
	const char *name;
};

struct sg_workload_call sg_workload_call_in(
	const struct sg_workload_call *call, struct sg_arena *arena, int64_t deadline_ms)
{
	return (struct sg_workload_call){call->client, arena, deadline_ms, call->pass, call->app};
}

static int get_object(const struct sg_workload_call *read, const struct one *one,
	struct sg_json **ret_doc, struct sg_err *err)
{
	const struct sg_workload_about about = about_kind("get", one->kind, one->namespace);
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};

	if (sg_workload_by_argocd(read))
		return sg_argocd_object(read, one->kind, one->namespace, one->name, ret_doc, err);
	sg_buf_init(&path, SG_WORKLOAD_PATH_MAX_BYTES);
	if (sg_cluster_path_object(sg_workload_kind_base(one->kind), one->namespace, about.resource,
		    one->name, &path, err) < 0)
		return -1;
	return fetch(read, &path, SG_WORKLOAD_OBJECT_MAX_BYTES, &about, ret_doc, err);
}

static int find_workload(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct one *one = arg;
	const struct sg_workload_call read = sg_workload_call_in(one->call, arena, deadline_ms);
	struct sg_workload *ret = value;
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;

	if (get_object(&read, one, &doc, err) < 0 ||
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
		read->deadline_ms, find_workload, &one, sizeof(*ret), false};

	*ret = (struct sg_workload){0};
	return sg_cluster_pass_once(&step, read->arena, ret, err);
}

/* One page; *ret_token is "" behind the last, and in the arena. */
static int list_page(const struct sg_workload_call *read, const struct sg_buf *path,
	const struct sg_workload_about *about, sg_workload_item_fn *each, void *arg,
	const char **ret_token, struct sg_err *err)
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
	int pages;         /* or objects of a tree */
};

/* BASE: of the resource's API; PARAM, VALUE: what selects. */
static int list_by(const struct sg_workload_call *read, const char *base,
	const struct sg_workload_about *about, const char *param, const char *value,
	sg_workload_item_fn *each, void *arg, struct far *far, struct sg_err *err)
{
	do {
		SG_AUTO(sg_buf_release) struct sg_buf path = {0};

		sg_buf_init(&path, SG_WORKLOAD_PATH_MAX_BYTES);
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
	const char *namespace, const char *selector, sg_workload_item_fn *each, void *arg,
	struct far *far, struct sg_err *err)
{
	const struct sg_workload_about about = about_kind("list", kind, namespace);

	return list_by(read, sg_workload_kind_base(kind), &about, "labelSelector", selector, each,
		arg, far, err);
}

/* What a list is asked for; VALUE of the step is a struct listed. */
struct listing {
	const struct sg_workload_call *call;
	const char *namespace;
	const char *selector; /* of events the UID */
	const struct sg_workload *maker;
	const struct sg_tree *tree; /* of Argo CD's own API; NULL by the cluster's */
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
		read->deadline_ms, find, listing, sizeof(*ret), false};

	*ret = (struct listed){0};
	if (sg_workload_by_argocd(read) && sg_argocd_tree(read, &listing->tree, err) < 0)
		return -1;
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
	const struct sg_workload_call read = sg_workload_call_in(listing->call, arena, deadline_ms);
	struct listed *listed = value;
	struct item_call call = {listing, arena, listed};
	const struct sg_argocd_wish wish = {.kind = SG_WORKLOAD_POD,
		.namespace = listing->namespace,
		.selector = listing->selector};

	if (listing->tree)
		return sg_argocd_each(&read, listing->tree, &wish, take_pod, &call,
			&listed->far.pages, &listed->pods.cut, err);
	return list(&read, SG_WORKLOAD_POD, listing->namespace, listing->selector, take_pod, &call,
		&listed->far, err);
}

int sg_cluster_list_pods(const struct sg_workload_call *read, const char *namespace,
	const char *selector, struct sg_pods *ret, struct sg_err *err)
{
	struct listing listing = {read, namespace, selector, NULL, NULL};
	struct listed listed;
	int rc = read_list(read, "pods", find_pods, &listing, &listed, err);

	*ret = listed.pods;
	return rc;
}

static bool is_newest(const struct sg_workload *set, const struct sg_workload *maker)
{
	if (strcmp(set->owner.uid, maker->uid) != 0)
		return false;
	if (maker->kind == SG_WORKLOAD_ROLLOUT)
		return strcmp(set->template_hash, maker->rollout.current_hash) == 0;
	return set->revision[0] && strcmp(set->revision, maker->revision) == 0;
}

static int take_replica_set(void *arg, const struct sg_json *item, struct sg_err *err)
{
	const struct item_call *call = arg;
	struct listed *listed = call->listed;
	struct sg_workload set;

	if (sg_workload_decode(item, SG_WORKLOAD_REPLICA_SET, call->arena, &set, err) < 0)
		return -1;
	if (is_newest(&set, call->listing->maker)) {
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
	const struct sg_workload_call read = sg_workload_call_in(listing->call, arena, deadline_ms);
	struct listed *listed = value;
	struct item_call call = {listing, arena, listed};
	bool cut;
	const struct sg_argocd_wish wish = {.kind = SG_WORKLOAD_REPLICA_SET,
		.namespace = listing->namespace,
		.owner_uid = listing->maker->uid,
		.revision = listing->maker->revision};

	if (listing->tree)
		return sg_argocd_each(&read, listing->tree, &wish, take_replica_set, &call,
			&listed->far.pages, &cut, err);
	return list(&read, SG_WORKLOAD_REPLICA_SET, listing->namespace, listing->selector,
		take_replica_set, &call, &listed->far, err);
}

int sg_cluster_newest_replica_set(const struct sg_workload_call *read,
	const struct sg_workload *maker, const struct sg_workload **ret, struct sg_err *err)
{
	struct listing listing = {read, maker->namespace, maker->selector, maker, NULL};
	bool rollout = maker->kind == SG_WORKLOAD_ROLLOUT;
	const char *which = rollout ? maker->rollout.current_hash : maker->revision;
	struct listed listed;

	*ret = NULL;
	if (!maker->selector[0] || !maker->uid[0] || !which[0])
		return 0;
	if (rollout)
		listing.selector = sg_arena_printf(
			read->arena, "%s,rollouts-pod-template-hash=%s", maker->selector, which);
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

static int read_events_of_tree(const struct sg_workload_call *read, const struct listing *listing,
	const struct sg_workload_about *about, struct item_call *call, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	const char *token;

	if (sg_argocd_events_path(read, listing->tree, listing->selector, &path, err) < 0)
		return -1;
	return list_page(read, &path, about, take_event, call, &token, err);
}

static int find_events(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct listing *listing = arg;
	const struct sg_workload_call read = sg_workload_call_in(listing->call, arena, deadline_ms);
	const struct sg_workload_about about = {"list", "events", "", listing->namespace};
	struct listed *listed = value;
	struct item_call call = {listing, arena, listed};

	if (listing->tree)
		return read_events_of_tree(&read, listing, &about, &call, err);
	return list_by(&read, "/api/v1", &about, "fieldSelector",
		sg_arena_printf(arena, "involvedObject.uid=%.253s", listing->selector), take_event,
		&call, &listed->far, err);
}

int sg_cluster_list_events(const struct sg_workload_call *read, const char *namespace,
	const char *uid, struct sg_events *ret, struct sg_err *err)
{
	struct listing listing = {read, namespace, uid, NULL, NULL};
	struct listed listed;
	int rc = read_list(read, "events", find_events, &listing, &listed, err);

	*ret = listed.events;
	return rc;
}
