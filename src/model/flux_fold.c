#include "model/flux_fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/backoff.h"

#define GRACE_MS 30000
#define IMAGE_GRACE_MS 60000
#define LOOK_MS 30000

struct sg_flux_policy sg_flux_policy_default(void)
{
	return (struct sg_flux_policy){
		.grace_ms = GRACE_MS, .image_grace_ms = IMAGE_GRACE_MS, .may_request = true};
}

struct sg_flux_fold *sg_flux_fold_new(const struct sg_flux_want *want,
	const struct sg_flux_policy *policy, struct sg_ancestry *ancestry)
{
	struct sg_flux_fold *fold = sg_calloc(1, sizeof(*fold));

	fold->want = want;
	fold->policy = policy;
	fold->ancestry = ancestry;
	fold->verdict = (struct sg_flux_verdict){.kind = SG_APP_WAIT, .code = SG_APP_CODE_NOT_SEEN};
	(void)snprintf(fold->verdict.message, sizeof(fold->verdict.message), "%s",
		sg_app_code_text(SG_APP_CODE_NOT_SEEN));
	return fold;
}

void sg_flux_fold_free(struct sg_flux_fold *fold)
{
	free(fold);
}

/* Was our newest request of this object taken up? */
static void note_handled(struct sg_flux_fold *fold, const struct sg_flux_object *object)
{
	struct sg_flux_asked *asked = &fold->asked[object->kind];

	if (asked->value[0] && strcmp(asked->value, object->handled) == 0)
		asked->handled = true;
}

enum sg_app_rev sg_flux_place(
	const struct sg_flux_case *c, const char *revision, char text[SG_OID_SIZE])
{
	sg_flux_commit(revision, text);
	return sg_ancestry_place(c->fold->ancestry, c->fold->want->revision, text);
}

/* An artifact of another kind of source names the commit beside its revision, if at all. */
static void fill(struct sg_flux_case *c)
{
	const struct sg_flux_kustomization *kustomization = c->look->kustomization;
	bool is_git;

	if (!kustomization)
		return;
	c->kustomization = kustomization;
	c->release = c->fold->want->release ? c->look->release : NULL;
	is_git = strcmp(kustomization->source_kind, sg_flux_kind_name(SG_FLUX_REPOSITORY)) == 0;
	if (is_git) {
		c->repository = c->look->repository;
		c->attempted = sg_flux_place(c, kustomization->attempted, c->attempted_text);
	}
	c->applied = sg_flux_place(
		c, is_git ? kustomization->applied : kustomization->origin, c->applied_text);
	if (c->repository)
		c->source = sg_flux_place(c, c->repository->revision, c->source_text);
}

static void note_objects(struct sg_flux_case *c)
{
	struct sg_flux_fold *fold = c->fold;
	const struct sg_flux_asked *asked = &fold->asked[SG_FLUX_KUSTOMIZATION];

	if (c->repository)
		note_handled(fold, &c->repository->object);
	if (c->release)
		note_handled(fold, &c->release->object);
	note_handled(fold, &c->kustomization->object);
	(void)snprintf(fold->source, sizeof(fold->source), "%s", c->source_text);
	if (strcmp(fold->applied, c->applied_text) != 0) {
		(void)snprintf(fold->applied, sizeof(fold->applied), "%s", c->applied_text);
		fold->applied_ms = c->now_ms;
	}
	if (asked->handled)
		(void)snprintf(fold->built, sizeof(fold->built), "%s", asked->source);
}

static void start_look(struct sg_flux_fold *fold)
{
	for (int i = 0; i < SG_FAULT_COUNT; i++)
		fold->faults[i].kept = false;
	fold->wants_request = false;
	fold->verdict.workloads_wanted = false;
	fold->verdict.images_wanted = false;
	fold->verdict.image_unseen = false;
	fold->verdict.revision[0] = '\0';
}

/* What was not seen again is over; so is the back-off of whom nothing is asked any more. */
static void end_look(struct sg_flux_fold *fold)
{
	for (int i = 0; i < SG_FAULT_COUNT; i++)
		fold->faults[i].on = fold->faults[i].on && fold->faults[i].kept;
	for (int i = 0; i < SG_FLUX_KIND_COUNT; i++)
		if (!fold->wants_request || fold->request.kind != (enum sg_flux_kind)i)
			fold->asked[i].in_a_row = 0;
}

void sg_flux_fold_feed(struct sg_flux_fold *fold, const struct sg_flux_look *look, int64_t now_ms)
{
	struct sg_arena arena = {0};
	struct sg_flux_case c = {.fold = fold, .look = look, .arena = &arena, .now_ms = now_ms};

	start_look(fold);
	fill(&c);
	if (c.kustomization)
		note_objects(&c);
	sg_flux_rows_ask(&c);
	(void)snprintf(
		fold->verdict.revision, sizeof(fold->verdict.revision), "%s", c.applied_text);
	fold->seen = fold->seen || c.kustomization;
	end_look(fold);
	sg_arena_release(&arena);
}

struct sg_flux_want sg_flux_want_of(const struct sg_app_want *want, bool release)
{
	return (struct sg_flux_want){
		.revision = want->revision,
		.repo_url = want->repo_url,
		.branch = want->branch,
		.release = release,
		.image = want->image_count ? want->images[0] : NULL,
	};
}

struct sg_app_verdict sg_flux_app_verdict(const struct sg_flux_fold *fold)
{
	const struct sg_flux_verdict *flux = sg_flux_fold_verdict(fold);
	struct sg_app_verdict verdict = {.kind = flux->kind,
		.code = flux->code,
		.message = flux->message,
		.images_unseen = flux->image_unseen};

	if (flux->kind == SG_APP_SUCCESS)
		verdict.row = SG_APP_ROW_23;
	memcpy(verdict.revision, flux->revision, sizeof(verdict.revision));
	return verdict;
}

const struct sg_flux_verdict *sg_flux_fold_verdict(const struct sg_flux_fold *fold)
{
	return &fold->verdict;
}

/* When the next request may be made; one that can settle a failure, as soon as its grace is over.
 */
static int64_t request_due_ms(const struct sg_flux_fold *fold)
{
	const struct sg_flux_asked *asked = &fold->asked[fold->request.kind];
	int64_t due, grace;

	if (!asked->any)
		return INT64_MIN;
	due = asked->last_ms + sg_backoff_ms(asked->in_a_row);
	grace = sg_flux_fault_due_ms(fold, asked->last_ms);
	return grace < due ? grace : due;
}

bool sg_flux_fold_request(
	const struct sg_flux_fold *fold, int64_t now_ms, struct sg_flux_request *ret)
{
	if (!fold->wants_request || !fold->policy->may_request || now_ms < request_due_ms(fold))
		return false;
	*ret = fold->request;
	return true;
}

void sg_flux_fold_requested(struct sg_flux_fold *fold, const struct sg_flux_request *request,
	const char *value, int64_t now_ms)
{
	struct sg_flux_asked *asked = &fold->asked[request->kind];

	asked->any = true;
	asked->in_a_row++;
	asked->last_ms = now_ms;
	if (!value)
		return;
	(void)snprintf(asked->value, sizeof(asked->value), "%s", value);
	asked->value_ms = now_ms;
	(void)snprintf(asked->source, sizeof(asked->source), "%s", fold->source);
	asked->handled = false;
}

int64_t sg_flux_fold_next_look(const struct sg_flux_fold *fold, int64_t now_ms)
{
	int64_t look = now_ms + LOOK_MS, at = sg_flux_fault_due_ms(fold, now_ms);

	if (at < look)
		look = at;
	if (fold->wants_request && fold->policy->may_request) {
		at = request_due_ms(fold);
		if (at < look)
			look = at;
	}
	return look > now_ms ? look : now_ms;
}
