/* The two ways to read the present state: the list before a watch, and single reads instead of one.
 */
#include <stdio.h>

#include "base/alloc.h"
#include "cluster/watch_impl.h"

#define PAGE_ITEMS "500"
#define PAGES_MAX 1000
#define REST_MAX_BYTES ((size_t)64 * 1024)

enum sg_watch_step sg_watch_open_list(struct sg_watch *watch, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf path;

	sg_json_items_release(&watch->items);
	sg_json_items_init(&watch->items, SG_CLUSTER_OBJECT_MAX_BYTES, REST_MAX_BYTES);
	sg_buf_init(&path, REST_MAX_BYTES);
	sg_buf_adds(&path, watch->select_path);
	sg_cluster_path_param(&path, "limit", PAGE_ITEMS);
	if (watch->next_page.len) {
		sg_cluster_path_param(&path, "continue", watch->next_page.ptr);
	} else {
		for (size_t i = 0; i < watch->count; i++)
			watch->apps[i].listed = watch->apps[i].overtaken = false;
		watch->pages = 0;
	}
	return sg_watch_start(watch, path.ptr,
		watch->count > 1 ? "list the applications" : "list the application", false, err);
}

static int bad_list(const struct sg_watch *watch, const char *why, struct sg_err *err)
{
	return sg_cluster_fail_other(watch->client, "a list", NULL, why, err);
}

/* The same of what a reader has against it, whose reason stays. */
static enum sg_watch_step unreadable(
	struct sg_watch *watch, const struct sg_err *why, struct sg_err *err)
{
	struct sg_err odd = SG_ERR_INIT;

	(void)bad_list(watch, why->cause, &odd);
	odd.reason = why->reason;
	return sg_watch_confused(watch, &odd, err);
}

/*
 * A list of the cluster is of the moment when it began. Argo CD's own is what that server has heard
 * of by then (argocd.md 2.4), and the next request may go to another one.
 */
static bool may_be_behind(const struct sg_watch *watch, const struct sg_watch_item *item)
{
	return item->overtaken || watch->client->access->speech == SG_SPEAKS_ARGOCD;
}

static enum sg_watch_step take_item(
	struct sg_watch *watch, struct sg_str item, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_watch_item *about;
	struct sg_json *doc;
	struct sg_err why = SG_ERR_INIT;

	if (sg_watch_is_foreign(watch, item, "metadata.name"))
		return SG_STEP_AGAIN; /* also where somebody does not know field selectors */
	if (sg_json_parse(item, &doc, &why) < 0)
		return unreadable(watch, &why, err);
	about = sg_watch_item_of(watch, doc);
	if (!about) {
		sg_json_free(doc);
		return SG_STEP_AGAIN;
	}
	about->listed = true;
	if (may_be_behind(watch, about) && sg_watch_is_behind(about, doc)) {
		sg_json_free(doc);
		return SG_STEP_AGAIN;
	}
	return sg_watch_tell(about, doc, doc, ret);
}

/* The page is whole: another one follows, or the watch begins. */
static enum sg_watch_step end_page(struct sg_watch *watch, struct sg_err *err)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *rest = NULL;
	struct sg_err why = SG_ERR_INIT;
	const char *next;

	if (sg_json_parse(sg_buf_str(&watch->items.rest), &rest, &why) < 0)
		return unreadable(watch, &why, err);
	next = sg_json_str(sg_json_at(rest, "metadata.continue"), "");
	sg_buf_reset(&watch->next_page);
	sg_buf_adds(&watch->next_page, next);
	if (watch->next_page.overflow || ++watch->pages > PAGES_MAX) {
		(void)bad_list(watch, "its pages do not end", err);
		return SG_STEP_FINAL;
	}
	if (!next[0] && !sg_watch_keep_version(watch->version, sg_cluster_version_of(rest))) {
		(void)bad_list(watch, "it has no resourceVersion", &why);
		return sg_watch_confused(watch, &why, err);
	}
	sg_watch_hang_up(watch);
	sg_watch_well(watch);
	sg_json_items_release(&watch->items);
	if (next[0])
		return SG_STEP_AGAIN;
	watch->phase = SG_PHASE_WATCH;
	watch->stream_failures = 0;
	watch->sweep = 0;
	return SG_STEP_AGAIN;
}

/* Argo CD's own API may not know what is there: that is said again with each answer. */
static enum sg_watch_step tell_missing(
	struct sg_watch *watch, struct sg_watch_item *item, struct sg_watch_event *ret)
{
	bool was_there = item->there;
	enum sg_watch_step step = sg_watch_tell_gone(item, NULL, NULL, ret);

	if (watch->client->access->speech == SG_SPEAKS_ARGOCD)
		item->there = was_there;
	else
		sg_free_ptr(&item->version); /* whatever comes is newer, or of a restored cluster */
	return step;
}

enum sg_watch_step sg_watch_sweep(struct sg_watch *watch, struct sg_watch_event *ret)
{
	struct sg_watch_item *item = &watch->apps[watch->sweep++];

	return item->listed ? SG_STEP_AGAIN : tell_missing(watch, item, ret);
}

/* The call has ended and all its bytes are eaten. */
static enum sg_watch_step end_list(struct sg_watch *watch, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	if (sg_json_items_finished(&watch->items))
		return end_page(watch, err);
	sg_buf_reset(&watch->next_page);
	if (watch->call->failed) {
		why = watch->call->err;
	} else {
		(void)bad_list(watch, "it stops half-way", &why);
		(void)sg_transient(&why);
	}
	return sg_watch_retreat(watch, &why, -1, err);
}

enum sg_watch_step sg_watch_step_list(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_str bytes = sg_watch_bytes(watch), item;
	struct sg_err why = SG_ERR_INIT;
	int n = sg_json_items_next(&watch->items, &bytes, &item, &why);

	if (n < 0) {
		sg_buf_reset(&watch->next_page);
		return unreadable(watch, &why, err);
	}
	sg_watch_ate(watch, bytes);
	if (n > 0)
		return take_item(watch, item, ret, err);
	return watch->call->done ? end_list(watch, err) : SG_STEP_IDLE;
}

enum sg_watch_step sg_watch_open_poll(struct sg_watch *watch, struct sg_err *err)
{
	return sg_watch_start(watch, watch->app_path, "read the application", false, err);
}

enum sg_watch_step sg_watch_polled(
	struct sg_watch *watch, struct sg_json *object, struct sg_watch_event *ret)
{
	sg_watch_hang_up(watch);
	sg_watch_well(watch);
	watch->failures = 0;
	watch->not_before_ms = sg_loop_after(watch->client->http->loop, watch->poll_every_ms);
	return object ? sg_watch_tell(watch->apps, object, object, ret)
		      : tell_missing(watch, watch->apps, ret);
}

static enum sg_watch_step take_object(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT, odd;

	if (sg_json_parse(sg_buf_str(&watch->body), &doc, &why) < 0 ||
		!sg_cluster_is_app(doc, &watch->app)) {
		sg_json_free(doc);
		(void)sg_cluster_fail_other(watch->client, "application", watch->app.name,
			why.cause[0] ? why.cause : NULL, &odd);
		return sg_watch_confused(watch, &odd, err);
	}
	return sg_watch_polled(watch, doc, ret);
}

enum sg_watch_step sg_watch_step_poll(
	struct sg_watch *watch, struct sg_watch_event *ret, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	sg_buf_addstr(&watch->body, sg_watch_bytes(watch));
	sg_watch_ate(watch, (struct sg_str){"", 0});
	if (watch->body.overflow) {
		(void)sg_fail(&why, SG_R_TOO_LARGE, "the application is larger than %zu bytes",
			watch->body.max);
		return sg_watch_confused(watch, &why, err);
	}
	if (!watch->call->done)
		return SG_STEP_IDLE;
	if (watch->call->failed) {
		why = watch->call->err;
		return sg_watch_retreat(watch, &why, -1, err);
	}
	return take_object(watch, ret, err);
}
