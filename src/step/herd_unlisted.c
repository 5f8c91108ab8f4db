/* An application that a list does not have any more. */
#include "step/herd.h"

/* Nobody else is looked after meanwhile. */
#define READ_MAX_MS 10000

static int64_t deadline_of(const struct sg_herd *herd)
{
	int64_t until_ms = sg_loop_after(herd->client->http->loop, READ_MAX_MS);

	return until_ms < herd->world->deadline_ms ? until_ms : herd->world->deadline_ms;
}

/*
 * Argo CD's own API lists what the token may see: what is missing may be there all the same, and
 * only a read of it tells (argocd.md 2.1, 2.3).
 */
int sg_herd_unlisted(struct sg_herd *herd, struct sg_herd_app *app, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	if (herd->client->access->speech == SG_SPEAKS_KUBERNETES) {
		sg_herd_gone(herd, app);
		return 0;
	}
	if (sg_cluster_get_application(herd->client, &app->name, deadline_of(herd), &doc, &why) ==
		0)
		return sg_herd_renew(herd, app, doc, err);
	if (why.reason == SG_R_APPLICATION_NOT_FOUND) {
		sg_herd_gone(herd, app);
		return 0;
	}
	if (why.reason == SG_R_CANCELLED || (app->owners.count && !why.transient)) {
		*err = why;
		return -1;
	}
	sg_herd_note(herd, app->name.name, &why); /* the next list says it again */
	return 0;
}
