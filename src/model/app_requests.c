#include <string.h>

#include "model/app_fold.h"
#include "model/backoff.h"

#define LOOK_MS 30000
#define AGAIN_MS 1000 /* at least between two requests */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Does the row ask for a refresh, and can it be asked for? */
static bool wants(const struct sg_app_fold *fold)
{
	return fold->app && !fold->gone && !fold->app->refresh && fold->policy->may_refresh &&
	       fold->verdict.kind != SG_APP_FAIL && !fold->requests.under_way &&
	       fold->answer.refresh != SG_APP_REFRESH_NONE;
}

static int64_t grace_over(const struct sg_app_fold *fold)
{
	if (fold->answer.confirm_ms == SG_APP_UNCONFIRMED)
		return INT64_MAX;
	return fold->memory.row_since_ms + fold->answer.confirm_ms;
}

/* When the next request is due, for a fold that wants one. */
static int64_t due(const struct sg_app_fold *fold)
{
	const struct sg_app_requests *requests = &fold->requests;
	int64_t at = fold->memory.row_since_ms + fold->answer.refresh_after_ms;
	int64_t grace = grace_over(fold);

	if (!requests->any)
		return at;
	at = later(at, requests->last_ms + sg_backoff_ms(requests->in_a_row));
	if (requests->begun_ms < grace && grace != INT64_MAX)
		at = earlier(at, later(grace, requests->begun_ms + AGAIN_MS));
	return at;
}

static void ask(const struct sg_app_fold *fold, int64_t now_ms, struct sg_app_request *ret)
{
	const struct sg_app_answer *answer = &fold->answer;
	const struct sg_app_requests *requests = &fold->requests;
	bool failed = answer->row == SG_APP_ROW_4A;
	bool hard = answer->refresh == SG_APP_REFRESH_HARD && (requests->any || failed);

	*ret = (struct sg_app_request){.namespace = fold->app->namespace,
		.name = fold->app->name,
		.refresh = hard ? SG_APP_REFRESH_HARD : SG_APP_REFRESH_NORMAL,
		.hydrate =
			answer->hydrate && (failed || (requests->in_a_row && !requests->hydration)),
		.confirms = now_ms >= grace_over(fold)};
}

bool sg_app_fold_request(const struct sg_app_fold *fold, int64_t now_ms, struct sg_app_request *ret)
{
	if (wants(fold) && now_ms >= due(fold)) {
		ask(fold, now_ms, ret);
		return true;
	}
	for (size_t i = 0; i < fold->child_count; i++)
		if (fold->children[i].fold &&
			sg_app_fold_request(fold->children[i].fold, now_ms, ret))
			return true;
	return false;
}

typedef void note_fn(
	struct sg_app_requests *requests, const struct sg_app_request *request, int64_t now_ms);

static void requested(
	struct sg_app_requests *requests, const struct sg_app_request *request, int64_t now_ms)
{
	requests->any = true;
	requests->in_a_row++;
	requests->begun_ms = requests->last_ms = now_ms;
	requests->hydration = requests->hydration || request->hydrate;
}

static void requesting(
	struct sg_app_requests *requests, const struct sg_app_request *request, int64_t now_ms)
{
	requested(requests, request, now_ms);
	requests->under_way = true;
}

static void answered(
	struct sg_app_requests *requests, const struct sg_app_request *request, int64_t now_ms)
{
	(void)request;
	requests->under_way = false;
	requests->last_ms = now_ms;
}

/* In the fold of the application that REQUEST is about, wherever it stands. */
static void note(struct sg_app_fold *fold, const struct sg_app_request *request, int64_t now_ms,
	note_fn *how)
{
	if (fold->app && strcmp(fold->app->name, request->name) == 0 &&
		strcmp(fold->app->namespace, request->namespace) == 0)
		how(&fold->requests, request, now_ms);
	for (size_t i = 0; i < fold->child_count; i++)
		if (fold->children[i].fold)
			note(fold->children[i].fold, request, now_ms, how);
}

void sg_app_fold_requested(
	struct sg_app_fold *fold, const struct sg_app_request *request, int64_t now_ms)
{
	note(fold, request, now_ms, requested);
}

void sg_app_fold_requesting(
	struct sg_app_fold *fold, const struct sg_app_request *request, int64_t now_ms)
{
	note(fold, request, now_ms, requesting);
}

void sg_app_fold_answered(
	struct sg_app_fold *fold, const struct sg_app_request *request, int64_t now_ms)
{
	note(fold, request, now_ms, answered);
}

int64_t sg_app_fold_next_look(const struct sg_app_fold *fold, int64_t now_ms)
{
	int64_t at = now_ms + LOOK_MS, changes;

	if (wants(fold))
		at = earlier(at, later(due(fold), now_ms));
	changes = fold->memory.row_since_ms + fold->answer.look_after_ms;
	if (fold->answer.look_after_ms && changes > now_ms)
		at = earlier(at, changes);
	for (size_t i = 0; i < fold->child_count; i++)
		if (fold->children[i].fold)
			at = earlier(at, sg_app_fold_next_look(fold->children[i].fold, now_ms));
	return at;
}
