/* Applications that a list does not have any more: several are read at the same time, and nobody
 * waits for that. */
#include <stdlib.h>

#include "base/alloc.h"
#include "cluster/read.h"
#include "step/herd.h"

#define AT_ONCE 16
/* Of one that is not answered; the next list says it again. */
#define READ_MAX_MS 10000

struct sg_herd_unlisted {
	struct sg_herd_app *app;
	struct sg_cluster_read *read; /* NULL: it has not been sent yet */
	size_t news;                  /* of the application, when a list left it out */
	struct sg_herd_unlisted *next;
};

void sg_herd_unlisted(struct sg_herd *herd, struct sg_herd_app *app)
{
	struct sg_herd_unlisted **at = &herd->unlisted;

	if (herd->client->access->speech == SG_SPEAKS_KUBERNETES) {
		sg_herd_gone(herd, app);
		return;
	}
	if (!app->app)
		return; /* that is known */
	for (; *at; at = &(*at)->next)
		if ((*at)->app == app)
			return;
	*at = sg_calloc(1, sizeof(**at));
	**at = (struct sg_herd_unlisted){.app = app, .news = app->news};
}

static void drop(struct sg_herd_unlisted **at)
{
	struct sg_herd_unlisted *unlisted = *at;

	*at = unlisted->next;
	sg_cluster_read_free(unlisted->read);
	free(unlisted);
}

void sg_herd_release_unlisted(struct sg_herd *herd)
{
	while (herd->unlisted)
		drop(&herd->unlisted);
}

static int begin(struct sg_herd *herd, struct sg_herd_unlisted *unlisted, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;

	sg_buf_init(&path, 2048);
	if (sg_cluster_path_app(&unlisted->app->name, &path, err) < 0)
		return -1;
	unlisted->read = sg_cluster_read_new(herd->client, path.ptr, "read the application",
		sg_loop_after(herd->client->http->loop, READ_MAX_MS));
	return 0;
}

/* Whether the application is there: 1, and *RET_DOC is it, or NULL. 0: not known yet. */
static int read_app(struct sg_herd *herd, struct sg_herd_unlisted *unlisted,
	struct sg_json **ret_doc, struct sg_err *err)
{
	const struct sg_cluster_app *name = &unlisted->app->name;
	struct sg_fault fault = {0};
	int n;

	if (!unlisted->read && begin(herd, unlisted, err) < 0)
		return -1;
	n = sg_cluster_read_step(unlisted->read, ret_doc, &fault, err);
	if (n <= 0)
		return n;
	if (*ret_doc && !sg_cluster_is_app(*ret_doc, name))
		return sg_cluster_fail_other(herd->client, "application", name->name, NULL, err);
	if (!*ret_doc && fault.kind != SG_FAULT_NO_OBJECT)
		return sg_cluster_fail(herd->client, name, "get", &fault, err);
	return 1;
}

/* 0: not over yet. -1: it cannot be told. */
static int step(struct sg_herd *herd, struct sg_herd_unlisted *unlisted, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_herd_app *app = unlisted->app;
	int n;

	if (unlisted->news != app->news)
		return 1; /* it was seen meanwhile */
	n = read_app(herd, unlisted, &doc, err);
	if (n != 1)
		return n;
	if (doc)
		return sg_herd_renew(herd, app, doc, err) < 0 ? -1 : 1;
	sg_herd_gone(herd, app);
	return 1;
}

static int failed(struct sg_herd *herd, struct sg_herd_app *app, struct sg_err *why)
{
	if (why->reason == SG_R_CANCELLED || (app->owners.count && !why->transient))
		return sg_herd_untaken(herd, app, why);
	sg_herd_note(herd, app->name.name, why);
	return 0;
}

int sg_herd_step_unlisted(struct sg_herd *herd, struct sg_err *err)
{
	struct sg_herd_unlisted **at = &herd->unlisted;

	for (size_t under_way = 0; *at && under_way < AT_ONCE;) {
		struct sg_err why = SG_ERR_INIT;
		int n = step(herd, *at, &why);

		if (n == 0) {
			under_way++;
			at = &(*at)->next;
			continue;
		}
		if (n < 0 && failed(herd, (*at)->app, &why) < 0) {
			*err = why;
			return -1;
		}
		drop(at);
	}
	return 0;
}

int64_t sg_herd_unlisted_due_ms(const struct sg_herd *herd)
{
	const struct sg_herd_unlisted *unlisted = herd->unlisted;
	int64_t due_ms = SG_NEVER;

	for (size_t i = 0; unlisted && i < AT_ONCE; i++, unlisted = unlisted->next) {
		int64_t at_ms = unlisted->read ? sg_cluster_read_due_ms(unlisted->read) : 0;

		if (at_ms < due_ms)
			due_ms = at_ms;
	}
	return due_ms;
}
