/* What the Kustomization says, and the order of all rows (argocd.md 4.1). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "model/flux_fold.h"

#define TITLE_MAX 100 /* room for the code's own sentence */

bool sg_flux_say(
	struct sg_flux_case *c, enum sg_app_kind kind, enum sg_app_code code, const char *fmt, ...)
{
	struct sg_flux_verdict *verdict = &c->fold->verdict;
	char evidence[SG_APP_MESSAGE_MAX - TITLE_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(evidence, sizeof(evidence), fmt, args);
	va_end(args);
	verdict->kind = kind;
	verdict->code = code;
	(void)snprintf(verdict->message, sizeof(verdict->message), "%s%s%s", sg_app_code_text(code),
		evidence[0] ? ": " : "", evidence);
	return true;
}

bool sg_flux_wait_for(struct sg_flux_case *c, const struct sg_flux_object *object,
	enum sg_app_code code, const char *evidence)
{
	struct sg_flux_request *request = &c->fold->request;

	c->fold->wants_request = true;
	request->kind = object->kind;
	(void)snprintf(request->namespace, sizeof(request->namespace), "%s", object->namespace);
	(void)snprintf(request->name, sizeof(request->name), "%s", object->name);
	return sg_flux_say(c, SG_APP_WAIT, code, "%s", evidence);
}

static const struct sg_flux_object *self(const struct sg_flux_case *c)
{
	return &c->kustomization->object;
}

static const char *label(const struct sg_flux_case *c)
{
	return sg_flux_label(self(c), c->arena);
}

static bool row_gone(struct sg_flux_case *c)
{
	if (c->kustomization && !self(c)->deleting)
		return false;
	if (c->kustomization || c->fold->seen)
		return sg_flux_say(c, SG_APP_FAIL, SG_APP_CODE_FLUX_DELETED, "%s",
			c->kustomization ? label(c) : "");
	return sg_flux_say(c, SG_APP_WAIT, SG_APP_CODE_NOT_SEEN, "%s", "");
}

static bool row_suspended(struct sg_flux_case *c)
{
	if (!self(c)->suspended)
		return false;
	return sg_flux_say(c, SG_APP_FAIL, SG_APP_CODE_FLUX_SUSPENDED, "%s", label(c));
}

static bool row_stalled(struct sg_flux_case *c)
{
	const struct sg_flux_condition *stalled = sg_flux_condition(self(c), "Stalled");

	if (!stalled || strcmp(stalled->status, "True") != 0 ||
		!sg_flux_is_current(self(c), stalled))
		return false;
	return sg_flux_say(c,
		sg_flux_has_stood(c, SG_FAULT_STALLED, self(c), "") ? SG_APP_FAIL : SG_APP_WAIT,
		SG_APP_CODE_FLUX_STALLED, "%s: %s", label(c), stalled->message);
}

static enum sg_app_code failure_code(const char *reason)
{
	static const struct {
		const char *reason;
		enum sg_app_code code;
	} rows[] = {
		{"ArtifactFailed", SG_APP_CODE_FLUX_ARTIFACT_FAILED},
		{"BuildFailed", SG_APP_CODE_FLUX_BUILD_FAILED},
		{"PruneFailed", SG_APP_CODE_FLUX_PRUNE_FAILED},
		{"HealthCheckFailed", SG_APP_CODE_FLUX_UNHEALTHY},
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (strcmp(rows[i].reason, reason) == 0)
			return rows[i].code;
	return SG_APP_CODE_FLUX_APPLY_FAILED;
}

/* Ready=False of these says nothing about the revision: somebody else is waited for. */
static bool is_excused(const struct sg_flux_condition *ready)
{
	return strcmp(ready->reason, "DependencyNotReady") == 0 ||
	       strcmp(ready->reason, "HealthCheckCanceled") == 0;
}

/*
 * Is what the Kustomization says now about the wanted revision, and about the newest one that
 * contains it? Errors before the build leave the attempted revision at that of before: then a
 * request that was handled says which artifact was tried.
 */
static bool is_ours(const struct sg_flux_case *c)
{
	if (!c->repository || c->source != SG_REV_OK)
		return c->attempted == SG_REV_OK;
	return strcmp(c->source_text, c->attempted_text) == 0 ||
	       strcmp(c->source_text, c->fold->built) == 0;
}

/* What was applied at the wanted revision and fails then counts as well. */
static bool row_failed(struct sg_flux_case *c)
{
	const struct sg_flux_condition *ready = sg_flux_condition(self(c), "Ready");
	const char *text;

	if (!ready)
		return false;
	text = sg_arena_printf(c->arena, "%s: %s", label(c), ready->message);
	if (strcmp(ready->status, "False") != 0) {
		if (strcmp(ready->status, "Unknown") == 0)
			sg_flux_keep(c, SG_FAULT_KUSTOMIZATION);
		return false;
	}
	if (!sg_flux_is_current(self(c), ready))
		return false;
	if (is_excused(ready))
		return sg_flux_wait_for(c, self(c),
			strcmp(ready->reason, "DependencyNotReady") == 0
				? SG_APP_CODE_FLUX_DEPENDENCY
				: SG_APP_CODE_FLUX_RECONCILING,
			text);
	if (!is_ours(c))
		return false;
	if (sg_flux_failed_again(c, SG_FAULT_KUSTOMIZATION, self(c),
		    c->source == SG_REV_OK ? c->source_text : c->attempted_text, 0))
		return sg_flux_say(c, SG_APP_FAIL, failure_code(ready->reason), "%s", text);
	return sg_flux_wait_for(c, self(c), failure_code(ready->reason), text);
}

/* Reasons that do not have to wait for a proof to be worth telling. */
static bool row_failed_elsewhere(struct sg_flux_case *c)
{
	const struct sg_flux_condition *ready = sg_flux_condition(self(c), "Ready");

	if (c->applied == SG_REV_OK || !ready || strcmp(ready->status, "False") != 0)
		return false;
	return sg_flux_wait_for(c, self(c), failure_code(ready->reason),
		sg_arena_printf(
			c->arena, "%s, at another revision maybe: %s", label(c), ready->message));
}

static const char *ready_message(const struct sg_flux_case *c)
{
	const struct sg_flux_condition *ready = sg_flux_condition(self(c), "Ready");

	return ready && ready->message[0]
		       ? sg_arena_printf(c->arena, "%s: %s", label(c), ready->message)
		       : label(c);
}

static bool row_not_applied(struct sg_flux_case *c)
{
	const char *still;

	if (c->applied == SG_REV_OK)
		return false;
	if (c->attempted == SG_REV_OK)
		return sg_flux_wait_for(c, self(c), SG_APP_CODE_FLUX_RECONCILING, ready_message(c));
	if (c->applied == SG_REV_NONE && c->kustomization->applied[0])
		return sg_flux_say(
			c, SG_APP_WAIT, SG_APP_CODE_FLUX_NO_COMMIT, "%s", ready_message(c));
	if (c->applied == SG_REV_NONE)
		return sg_flux_wait_for(c, self(c), SG_APP_CODE_FLUX_RECONCILING, ready_message(c));
	still = sg_arena_printf(c->arena, "%s is at %.12s", label(c), c->applied_text);
	if (c->applied == SG_REV_PAST)
		return sg_flux_wait_for(c, self(c), SG_APP_CODE_FLUX_OLDER_REVISION, still);
	return sg_flux_wait_for(c, self(c),
		c->applied == SG_REV_OTHER ? SG_APP_CODE_SUPERSEDED : SG_APP_CODE_ANCESTRY_UNKNOWN,
		still);
}

/*
 * While the controller runs its health checks all is applied: a pod that cannot start will not,
 * however long it waits.
 */
static bool row_rollout(struct sg_flux_case *c)
{
	const struct sg_flux_condition *healthy = sg_flux_condition(self(c), "Healthy");
	const struct sg_app_workloads *workloads = c->look->workloads;

	if (c->fold->want->release || !healthy || strcmp(healthy->status, "Unknown") != 0 ||
		!sg_flux_is_current(self(c), healthy) ||
		!sg_flux_is(self(c), "Reconciling", "True") || c->attempted != SG_REV_OK)
		return false;
	c->fold->verdict.workloads_wanted = true;
	if (!workloads || !workloads->sentence[0])
		return false;
	return sg_flux_say(c, workloads->ripe ? SG_APP_FAIL : SG_APP_WAIT,
		workloads->ripe ? workloads->cause : SG_APP_CODE_PROGRESSING, "%s",
		workloads->sentence);
}

static bool row_reconciling(struct sg_flux_case *c)
{
	if (sg_flux_is_observed(self(c)) && sg_flux_is(self(c), "Ready", "True") &&
		sg_flux_is_current(self(c), sg_flux_condition(self(c), "Ready")) &&
		!sg_flux_is(self(c), "Reconciling", "True"))
		return false;
	return sg_flux_wait_for(c, self(c), SG_APP_CODE_FLUX_RECONCILING, ready_message(c));
}

/*
 * Ready of a Kustomization that does not wait says nothing about the objects of Flux in it. Where
 * one of them is what is waited for, it says for itself.
 */
static bool row_unwatched(struct sg_flux_case *c)
{
	const struct sg_flux_inventory *inventory = &c->kustomization->inventory;

	for (size_t i = 0;
		i < inventory->count && !c->kustomization->waits && !c->fold->want->release; i++) {
		const struct sg_flux_ref *ref = &inventory->refs[i];
		enum sg_flux_kind kind;

		if (!sg_flux_kind_parse(ref->group, ref->kind, &kind) || kind == SG_FLUX_REPOSITORY)
			continue;
		return sg_flux_say(c, SG_APP_FAIL, SG_APP_CODE_FLUX_CHILD_UNWATCHED,
			"%s brings %s %s/%s", label(c), ref->kind, ref->namespace, ref->name);
	}
	return false;
}

/* In another cluster nobody reads them, however long it is waited. */
static const char *unread(const struct sg_flux_case *c)
{
	if (c->fold->want->release ? !c->release->elsewhere : !c->kustomization->elsewhere)
		return label(c);
	return sg_arena_printf(c->arena,
		"%s: it is brought into another cluster (spec.kubeConfig), whose workloads are not "
		"read from here; %s",
		c->fold->want->release ? sg_flux_label(&c->release->object, c->arena) : label(c),
		c->fold->want->release ? "let Helm wait for them (no disableWait)"
				       : "set spec.wait");
}

static bool row_workloads(struct sg_flux_case *c)
{
	const struct sg_app_workloads *workloads = c->look->workloads;

	if (c->fold->want->release ? !c->release->applied_only : c->kustomization->waits)
		return false;
	c->fold->verdict.workloads_wanted = true;
	if (!workloads) {
		sg_flux_keep(c, SG_FAULT_IMAGE);
		return sg_flux_say(
			c, SG_APP_WAIT, SG_APP_CODE_FLUX_WORKLOADS_UNREAD, "%s", unread(c));
	}
	if (!workloads->sentence[0])
		return false;
	if (workloads->ripe)
		return sg_flux_say(c, SG_APP_FAIL, workloads->cause, "%s", workloads->sentence);
	return sg_flux_say(c, SG_APP_WAIT, SG_APP_CODE_PROGRESSING, "%s", workloads->sentence);
}

static bool row_success(struct sg_flux_case *c)
{
	return sg_flux_say(c, SG_APP_SUCCESS, SG_APP_CODE_DEPLOYED, "%s is at %.12s", label(c),
		c->applied_text);
}

void sg_flux_rows_ask(struct sg_flux_case *c)
{
	static bool (*const rows[])(struct sg_flux_case * c) = {
		row_gone,
		row_suspended,
		row_stalled,
		sg_flux_row_source,
		row_failed,
		row_failed_elsewhere,
		row_rollout,
		row_not_applied,
		row_reconciling,
		sg_flux_row_parents,
		sg_flux_row_release,
		row_unwatched,
		row_workloads,
		sg_flux_row_images,
		row_success,
	};

	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (rows[i](c))
			return;
}
