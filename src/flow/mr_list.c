#include "flow/mr_list.h"

#include "step/binding.h"
#include "step/request_list.h"

static int list(struct sg_world *world, struct sg_loaded *loaded, const char *to,
	struct sg_report *report, struct sg_err *err)
{
	const struct sg_environment *env = NULL;
	struct sg_forge forge;
	size_t unread = 0;

	if ((to && sg_load_environment(loaded, to, &env, err) < 0) ||
		sg_forge_open(world, loaded, &forge, err) < 0 ||
		sg_binding_find(world, loaded, &forge, err) < 0 ||
		sg_request_list(world, loaded, &forge, env, report, &unread, err) < 0)
		return -1;
	report->repository = loaded->remote.name;
	report->config_from = loaded->config_from;
	report->advisory = loaded->advisory;
	report->environment = env ? env->name : NULL;
	report->branch = env ? env->branch : NULL;
	sg_report_end(report, SG_RESULT_DONE, unread ? "MR_LIST_INCOMPLETE" : "MR_LIST",
		"%zu merge request%s of ours %s open%s%s%s", report->mr_count,
		report->mr_count == 1 ? "" : "s", report->mr_count == 1 ? "is" : "are",
		env ? " to " : "", env ? env->name : "",
		unread ? sg_arena_printf(world->arena, "; %zu could not be read", unread) : "");
	return 0;
}

int sg_flow_mr_list(
	struct sg_world *world, const char *to, struct sg_report *report, struct sg_err *err)
{
	struct sg_loaded loaded;
	int rc;

	if (sg_load(world, &loaded, err) < 0)
		return -1;
	rc = list(world, &loaded, to, report, err);
	sg_loaded_release(&loaded);
	return rc;
}
