#include "cluster/rollout.h"

#include <string.h>

#include "base/text.h"
#include "cluster/ask.h"

#define PATH_MAX_BYTES 2048u
#define BODY_MAX_BYTES 1024u

static const char *const changes[] = {
	[SG_ROLLOUT_RESUME] = "\"pauseConditions\":null",
	[SG_ROLLOUT_ABORT] = "\"abort\":true",
};

static void write_body(
	const struct sg_workload *rollout, enum sg_rollout_act act, struct sg_buf *out)
{
	sg_buf_adds(out, "{\"metadata\":{\"resourceVersion\":\"");
	sg_text_json(sg_str_of(rollout->rollout.version), out);
	sg_buf_addf(out, "\"},\"status\":{%s}}", changes[act]);
}

static int refused(const struct sg_workload_call *call, const struct sg_workload *rollout,
	const char *resource, const struct sg_fault *fault, enum sg_rollout_result *ret,
	struct sg_err *err)
{
	struct sg_cluster_client *client = call->client;

	*ret = fault->resent ? SG_ROLLOUT_DOUBT : SG_ROLLOUT_CHANGED;
	if (fault->kind == SG_FAULT_CONFLICT || fault->kind == SG_FAULT_NO_OBJECT ||
		fault->kind == SG_FAULT_NO_RESOURCE)
		return 0;
	(void)sg_cluster_refuse(client, fault, sg_workload_label(rollout, call->arena), err);
	if (fault->kind != SG_FAULT_FORBIDDEN)
		return -1;
	(void)sg_hint(err,
		"a Role in namespace \"%s\" must allow verb \"patch\" on resource \"%s\" of "
		"apiGroup \"argoproj.io\"",
		rollout->namespace, resource);
	if (sg_cluster_may_patch_again(client))
		return -1;
	client->rollout_refusal = *err;
	*ret = SG_ROLLOUT_NOT_PERMITTED;
	return 0;
}

/* BELOW: the part of the object's address behind its name. */
struct patch {
	const struct sg_workload_call *call;
	const struct sg_workload *rollout;
	enum sg_rollout_act act;
	const char *below;
};

struct answer {
	struct sg_fault fault;
	bool is_rollout; /* it shows that one; a page that asks for a password has 200, too */
};

static bool shows(struct sg_str text, const struct sg_workload *rollout)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	return sg_json_parse(text, &doc, &why) == 0 &&
	       strcmp(sg_json_str(sg_json_at(doc, "metadata.uid"), ""), rollout->uid) == 0;
}

/* VALUE is the answer. */
static int send_patch(
	void *arg, struct sg_arena *arena, int64_t deadline_ms, void *value, struct sg_err *err)
{
	const struct patch *patch = arg;
	const struct sg_workload *rollout = patch->rollout;
	SG_AUTO(sg_buf_release) struct sg_buf path = {0}, body = {0};
	struct sg_cluster_req req = {.method = "PATCH",
		.content_type = "application/merge-patch+json",
		.label = "change a Rollout"};
	struct answer *answer = value;
	const char *text = NULL;

	sg_buf_init(&path, PATH_MAX_BYTES);
	sg_buf_init(&body, BODY_MAX_BYTES);
	if (sg_cluster_path_object(sg_workload_kind_base(SG_WORKLOAD_ROLLOUT), rollout->namespace,
		    sg_workload_kind_resource(SG_WORKLOAD_ROLLOUT), rollout->name, &path, err) < 0)
		return -1;
	sg_buf_addf(&path, "%s?fieldManager=stagegate", patch->below);
	write_body(rollout, patch->act, &body);
	if (body.overflow)
		return sg_fail(
			err, SG_R_ANSWER_INVALID, "the resourceVersion of the Rollout is too long");
	req.path = path.ptr;
	req.body = sg_buf_str(&body);
	if (sg_cluster_pass_ask(patch->call->pass, patch->call->client, &req, deadline_ms, NULL,
		    arena, &text, &answer->fault, err) < 0)
		return -1;
	answer->is_rollout = text && shows(sg_str_of(text), rollout);
	return 0;
}

static int patch_it(const struct patch *patch, struct answer *ret, struct sg_err *err)
{
	struct patch copy = *patch;
	const struct sg_pass_step step = {.pass = patch->call->pass,
		.key = sg_arena_printf(patch->call->arena, "change %s/%s%s",
			patch->rollout->namespace, patch->rollout->name, patch->below),
		.deadline_ms = patch->call->deadline_ms,
		.find = send_patch,
		.arg = &copy,
		.size = sizeof(*ret)};

	*ret = (struct answer){0};
	return sg_cluster_pass_once(&step, patch->call->arena, ret, err);
}

/* Of a kind that has no status of its own, as very old versions defined it, it is a part of it. */
int sg_cluster_rollout_act(const struct sg_workload_call *call, const struct sg_workload *rollout,
	enum sg_rollout_act act, enum sg_rollout_result *ret, struct sg_err *err)
{
	const char *resource = "rollouts/status";
	struct patch patch = {call, rollout, act, "/status"};
	struct answer answer;

	if (patch_it(&patch, &answer, err) < 0)
		return -1;
	if (answer.fault.kind == SG_FAULT_NO_RESOURCE) {
		resource = "rollouts";
		patch.below = "";
		if (patch_it(&patch, &answer, err) < 0)
			return -1;
	}
	if (answer.fault.kind != SG_FAULT_NONE)
		return refused(call, rollout, resource, &answer.fault, ret, err);
	if (!answer.is_rollout)
		return sg_cluster_fail_other(call->client, "Rollout", rollout->name, NULL, err);
	call->client->patched = true;
	*ret = SG_ROLLOUT_ACTED;
	return 0;
}
