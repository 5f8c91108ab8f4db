#include "cluster/names.h"

#include <string.h>

#include "io/json_stream.h"

#define PAGE_ITEMS "100"
#define PAGES_MAX 1000
#define PATH_MAX_BYTES ((size_t)8 * 1024)
#define REST_MAX_BYTES ((size_t)64 * 1024)

struct listing {
	struct sg_cluster_client *client;
	const struct sg_cluster_pick *pick;
	int64_t deadline_ms;
	struct sg_arena *arena;
	const char **names;
	size_t count;
	struct sg_buf next_page;
};

static bool is_of_set(const struct sg_json *object, const char *set)
{
	const struct sg_json *owners = sg_json_at(object, "metadata.ownerReferences");

	for (const struct sg_json *e = sg_json_first(owners); e; e = sg_json_next(e))
		if (strcmp(sg_json_str(sg_json_get(e, "kind"), ""), "ApplicationSet") == 0 &&
			strcmp(sg_json_str(sg_json_get(e, "name"), ""), set) == 0)
			return true;
	return false;
}

static int bad_list(const struct listing *l, const char *why, struct sg_err *err)
{
	return sg_cluster_fail_other(l->client, "a list", NULL, why, err);
}

static int take_item(struct listing *l, struct sg_str item, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;
	const char *name;

	if (sg_json_parse(item, &doc, &why) < 0)
		return bad_list(l, why.cause, err);
	name = sg_json_str(sg_json_at(doc, "metadata.name"), "");
	if (strcmp(sg_json_str(sg_json_at(doc, "metadata.namespace"), l->pick->namespace),
		    l->pick->namespace) != 0)
		return 0; /* a namesake */
	if (!sg_cluster_is_name(sg_str_of(name)) || (l->pick->set && !is_of_set(doc, l->pick->set)))
		return 0;
	if (l->count >= SG_CLUSTER_NAMES_MAX)
		return sg_fail(err, SG_R_TOO_LARGE, "more than %d applications are meant",
			SG_CLUSTER_NAMES_MAX);
	*(const char **)sg_arena_push(l->arena, &l->names, &l->count, sizeof(char *)) =
		sg_arena_strdup(l->arena, name);
	return 0;
}

static int take_page(struct listing *l, struct sg_str body, struct sg_err *err)
{
	SG_AUTO(sg_json_items_release) struct sg_json_items items;
	SG_AUTO(sg_json_free_ptr) struct sg_json *rest = NULL;
	struct sg_err why = SG_ERR_INIT;
	struct sg_str item;
	int n;

	sg_json_items_init(&items, SG_CLUSTER_OBJECT_MAX_BYTES, REST_MAX_BYTES);
	while ((n = sg_json_items_next(&items, &body, &item, &why)) > 0)
		if (take_item(l, item, err) < 0)
			return -1;
	if (n < 0) {
		(void)bad_list(l, why.cause, err);
		err->reason = why.reason;
		return -1;
	}
	if (!sg_json_items_finished(&items))
		return bad_list(l, "it stops half-way", err);
	if (sg_json_parse(sg_buf_str(&items.rest), &rest, &why) < 0)
		return bad_list(l, why.cause, err);
	sg_buf_reset(&l->next_page);
	sg_buf_adds(&l->next_page, sg_json_str(sg_json_at(rest, "metadata.continue"), ""));
	return l->next_page.overflow ? bad_list(l, "its pages do not end", err) : 0;
}

static int read_page(struct listing *l, struct sg_err *err)
{
	const struct sg_cluster_app about = {l->pick->namespace, ""};
	SG_AUTO(sg_buf_release) struct sg_buf path;
	SG_AUTO(sg_http_res_release) struct sg_http_res res = {0};
	struct sg_cluster_req req = {.method = "GET", .label = "list the applications"};
	struct sg_fault fault = {0};

	sg_buf_init(&path, PATH_MAX_BYTES);
	sg_cluster_path_list(l->pick->namespace, &path);
	if (l->pick->selector)
		sg_cluster_path_param(&path, "labelSelector", l->pick->selector);
	sg_cluster_path_param(&path, "limit", PAGE_ITEMS);
	if (l->next_page.len)
		sg_cluster_path_param(&path, "continue", l->next_page.ptr);
	if (path.overflow)
		return sg_fail(err, SG_R_USAGE, "the selector is too long");
	req.path = path.ptr;
	if (sg_cluster_send(l->client, &req, l->deadline_ms, &res, &fault, err) < 0)
		return -1;
	if (fault.kind == SG_FAULT_REFUSED)
		return sg_fail(err, SG_R_USAGE, "the cluster does not take the selector: %s",
			fault.message);
	if (fault.kind != SG_FAULT_NONE)
		return sg_cluster_fail(l->client, &about, "list", &fault, err);
	return take_page(l, sg_buf_str(&res.body), err);
}

int sg_cluster_names(struct sg_cluster_client *client, const struct sg_cluster_pick *pick,
	int64_t deadline_ms, struct sg_arena *arena, const char *const **ret_names,
	size_t *ret_count, struct sg_err *err)
{
	struct listing l = {
		.client = client, .pick = pick, .deadline_ms = deadline_ms, .arena = arena};
	int pages = 0, rc = 0;

	if (!sg_cluster_is_namespace(sg_str_of(pick->namespace)))
		return sg_fail(err, SG_R_CONFIG_INVALID, "\"%s\" cannot be a Kubernetes namespace",
			pick->namespace);
	sg_buf_init(&l.next_page, PATH_MAX_BYTES);
	do
		rc = ++pages > PAGES_MAX ? bad_list(&l, "its pages do not end", err)
					 : read_page(&l, err);
	while (rc == 0 && l.next_page.len);
	sg_buf_release(&l.next_page);
	*ret_names = l.names;
	*ret_count = l.count;
	return rc;
}
