/* What a container said last, by the cluster's API or by Argo CD's own. */
#include <string.h>

#include "cluster/workload_read_impl.h"

#define LOG_MAX_BYTES 65536

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

static int log_path(const struct sg_workload_call *read, const struct log *log, bool previous,
	struct sg_buf *path, struct sg_err *err)
{
	if (sg_workload_by_argocd(read))
		return sg_argocd_log_path(
			read, log->pod, log->container, log->lines, previous, path, err);
	sg_buf_init(path, SG_WORKLOAD_PATH_MAX_BYTES);
	if (sg_cluster_path_object(
		    "/api/v1", log->pod->namespace, "pods", log->pod->name, path, err) < 0)
		return -1;
	sg_buf_addf(
		path, "/log?tailLines=%lld&limitBytes=%d", (long long)log->lines, LOG_MAX_BYTES);
	sg_cluster_path_param(path, "container", log->container);
	if (previous)
		sg_buf_adds(path, "&previous=true");
	return 0;
}

/* 1: *ret is the log. 0: the server has none of that kind. */
static int read_log(const struct sg_workload_call *read, const struct log *log, bool previous,
	const char **ret, struct sg_err *err)
{
	const struct sg_workload_about about = {"get", "pods/log", "", log->pod->namespace};
	SG_AUTO(sg_buf_release) struct sg_buf path = {0};
	struct sg_cluster_req req = {
		.method = "GET", .max_bytes = LOG_MAX_BYTES * 2, .label = "read a pod's log"};
	struct sg_fault fault = {0};

	if (log_path(read, log, previous, &path, err) < 0)
		return -1;
	req.path = path.ptr;
	if (ask_log(read, &req, ret, &fault, err) < 0)
		return -1;
	if (fault.kind == SG_FAULT_REFUSED)
		return 0;
	return fault.kind == SG_FAULT_NONE ? 1 : sg_workload_refused(read, &fault, &about, err);
}

static int find_log(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct log *log = arg;
	const struct sg_workload_call read = sg_workload_call_in(log->call, arena, deadline_ms);
	struct said *said = value;
	int found = said->none_before ? 0 : read_log(&read, log, true, &said->text, err);

	if (found == 0) {
		said->none_before = true;
		found = read_log(&read, log, false, &said->text, err);
	}
	if (found == 0)
		said->text = "";
	if (found > 0 && sg_workload_by_argocd(&read))
		said->text = sg_argocd_log_text(&read, said->text);
	return found < 0 ? -1 : 0;
}

int sg_cluster_pod_log(const struct sg_workload_call *read, const struct sg_pod *pod,
	const char *container, int64_t lines, const char **ret, struct sg_err *err)
{
	struct log log = {read, pod, container, lines};
	struct said said = {0};
	const struct sg_pass_step step = {read->pass,
		sg_arena_printf(read->arena, "log %s/%s %s", pod->namespace, pod->name, container),
		read->deadline_ms, find_log, &log, sizeof(said), false};

	if (sg_cluster_pass_once(&step, read->arena, &said, err) < 0)
		return -1;
	*ret = said.text;
	return 0;
}
