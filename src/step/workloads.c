#include "step/workloads.h"

#include <stdlib.h>

#include "base/alloc.h"

struct sg_workloads {
	struct sg_world *world;
	struct sg_cluster_client *client;
};

struct sg_workloads *sg_workloads_new(struct sg_world *world, struct sg_cluster_client *client)
{
	struct sg_workloads *workloads = sg_calloc(1, sizeof(*workloads));

	workloads->world = world;
	workloads->client = client;
	return workloads;
}

void sg_workloads_free(struct sg_workloads *workloads)
{
	free(workloads);
}

int sg_workloads_look(struct sg_workloads *workloads, const struct sg_app *app,
	const struct sg_app_verdict *verdict, bool *ret_read, struct sg_err *err)
{
	(void)workloads;
	(void)app;
	(void)verdict;
	(void)err;
	*ret_read = false;
	return 0;
}

const struct sg_app_workloads *sg_workloads_facts(
	const struct sg_workloads *workloads, const struct sg_app *app)
{
	(void)workloads;
	(void)app;
	return NULL;
}

int64_t sg_workloads_due_ms(
	const struct sg_workloads *workloads, const struct sg_app_verdict *verdict)
{
	(void)workloads;
	(void)verdict;
	return SG_NEVER;
}
