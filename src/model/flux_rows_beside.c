/* What stands beside the Kustomization says: the GitRepository before it, the HelmRelease behind.
 */
#include <string.h>

#include "base/attr.h"
#include "model/flux_fold.h"
#include "model/repo_url.h"

static const char *label(const struct sg_flux_case *c, const struct sg_flux_object *object)
{
	return sg_flux_label(object, c->arena);
}

static const char *with_message(const struct sg_flux_case *c, const struct sg_flux_object *object,
	const struct sg_flux_condition *condition)
{
	return condition && condition->message[0]
		       ? sg_arena_printf(c->arena, "%s: %s", label(c, object), condition->message)
		       : label(c, object);
}

/* A condition that is True and about the spec as it is; NULL. */
static const struct sg_flux_condition *holds(const struct sg_flux_object *object, const char *type)
{
	const struct sg_flux_condition *condition = sg_flux_condition(object, type);

	return condition && strcmp(condition->status, "True") == 0 &&
			       sg_flux_is_current(object, condition)
		       ? condition
		       : NULL;
}

/* ---- the source ---- */

static bool is_branch(const char *text, const char *branch)
{
	static const char prefix[] = "refs/heads/";

	if (strncmp(text, prefix, strlen(prefix)) == 0)
		text += strlen(prefix);
	return strcmp(text, branch) == 0;
}

/*
 * Will it ever bring our revision? A tag, a range of versions, another reference or a commit do
 * when Git says that they contain it; as long as Git has not said, they may.
 */
static bool tracks(const struct sg_flux_case *c)
{
	const struct sg_flux_repository *repository = c->repository;
	enum sg_app_rev rev = c->source;

	if (repository->commit[0])
		rev = sg_ancestry_place(
			c->fold->ancestry, c->fold->want->revision, repository->commit);
	else if (repository->ref_name[0] && is_branch(repository->ref_name, c->fold->want->branch))
		return true;
	else if (!repository->ref_name[0] && !repository->semver[0] && !repository->tag[0])
		return is_branch(repository->branch[0] ? repository->branch : "master",
			c->fold->want->branch);
	return rev == SG_REV_OK || rev == SG_REV_UNKNOWN;
}

static const char *target(const struct sg_flux_repository *repository)
{
	const char *const words[] = {repository->commit, repository->ref_name, repository->semver,
		repository->tag, repository->branch};

	for (size_t i = 0; i < SG_COUNT(words); i++)
		if (words[i][0])
			return words[i];
	return "master";
}

static bool row_wrong_source(struct sg_flux_case *c)
{
	const struct sg_flux_repository *repository = c->repository;

	if (!sg_repo_url_same(repository->url, c->fold->want->repo_url))
		return sg_flux_say(c, SG_APP_FAIL, SG_APP_CODE_FLUX_WRONG_REPOSITORY,
			"%s reads from %s", label(c, &repository->object), repository->url);
	if (!tracks(c))
		return sg_flux_say(c, SG_APP_FAIL, SG_APP_CODE_FLUX_WRONG_REF, "%s tracks %s",
			label(c, &repository->object), target(repository));
	return false;
}

/* Git says that the newest artifact and the wanted commit have parted. */
static bool row_superseded(struct sg_flux_case *c)
{
	const struct sg_flux_object *object = &c->repository->object;
	const char *text;

	if (c->source != SG_REV_OTHER)
		return false;
	text = sg_arena_printf(c->arena, "%s is at %.12s, which does not contain %.12s",
		label(c, object), c->source_text, c->fold->want->revision);
	if (sg_flux_failed_again(c, SG_FAULT_SUPERSEDED, object, c->source_text, 0))
		return sg_flux_say(c, SG_APP_FAIL, SG_APP_CODE_SUPERSEDED, "%s", text);
	return sg_flux_wait_for(c, object, SG_APP_CODE_SUPERSEDED, text);
}

/* A fetch that failed; *ret_text says how. */
static bool fetch_failed(const struct sg_flux_case *c, const char **ret_text)
{
	const struct sg_flux_object *object = &c->repository->object;
	const struct sg_flux_condition *failed = holds(object, "FetchFailed");
	const struct sg_flux_condition *ready = sg_flux_condition(object, "Ready");

	if (!failed && ready && strcmp(ready->status, "False") == 0 &&
		sg_flux_is_current(object, ready))
		failed = ready;
	*ret_text = with_message(c, object, failed);
	return failed != NULL;
}

static bool source_behind(struct sg_flux_case *c)
{
	const struct sg_flux_object *object = &c->repository->object;

	return sg_flux_wait_for(c, object, SG_APP_CODE_FLUX_SOURCE_BEHIND,
		c->source_text[0] ? sg_arena_printf(c->arena, "%s is at %.12s", label(c, object),
					    c->source_text)
				  : label(c, object));
}

static bool row_not_fetched(struct sg_flux_case *c)
{
	const struct sg_flux_object *object = &c->repository->object;
	const struct sg_flux_condition *stalled = holds(object, "Stalled");
	const char *text;

	if (object->suspended)
		return sg_flux_say(
			c, SG_APP_FAIL, SG_APP_CODE_FLUX_SUSPENDED, "%s", label(c, object));
	if (stalled)
		return sg_flux_say(c,
			sg_flux_has_stood(c, SG_FAULT_SOURCE_STALLED, object, "") ? SG_APP_FAIL
										  : SG_APP_WAIT,
			SG_APP_CODE_FLUX_STALLED, "%s", with_message(c, object, stalled));
	if (fetch_failed(c, &text)) {
		if (sg_flux_failed_again(c, SG_FAULT_SOURCE, object, "", 0))
			return sg_flux_say(
				c, SG_APP_FAIL, SG_APP_CODE_FLUX_SOURCE_FAILED, "%s", text);
		return sg_flux_wait_for(c, object, SG_APP_CODE_FLUX_SOURCE_FAILED, text);
	}
	if (sg_flux_is(object, "Ready", "Unknown"))
		sg_flux_keep(c, SG_FAULT_SOURCE);
	if (c->source == SG_REV_UNKNOWN)
		return sg_flux_wait_for(c, object, SG_APP_CODE_ANCESTRY_UNKNOWN,
			sg_arena_printf(
				c->arena, "%s is at %.12s", label(c, object), c->source_text));
	return source_behind(c);
}

bool sg_flux_row_source(struct sg_flux_case *c)
{
	bool passed = c->applied == SG_REV_OK || c->attempted == SG_REV_OK;

	if (!c->repository)
		return false;
	if (row_wrong_source(c) || row_superseded(c))
		return true;
	if (c->source == SG_REV_OK || (passed && c->source != SG_REV_PAST))
		return false;
	/* Older than what it has brought: set back, or read before it moved. The next look tells.
	 */
	return passed ? source_behind(c) : row_not_fetched(c);
}

/* ---- the release ---- */

static bool is_reason(const struct sg_flux_condition *ready, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(ready->reason, words[i]) == 0)
			return true;
	return false;
}

/* Rolled back or uninstalled: whatever runs now is not what was asked for. */
static const struct sg_flux_condition *remediated(const struct sg_flux_object *object)
{
	static const char *const undone[] = {"RollbackSucceeded", "UninstallSucceeded"};
	const struct sg_flux_condition *condition = holds(object, "Remediated");
	const struct sg_flux_condition *ready = sg_flux_condition(object, "Ready");

	if (condition)
		return condition;
	return ready && sg_flux_is_current(object, ready) &&
			       is_reason(ready, undone, SG_COUNT(undone))
		       ? ready
		       : NULL;
}

static bool row_remediated(struct sg_flux_case *c)
{
	const struct sg_flux_object *object = &c->release->object;
	const struct sg_flux_condition *condition = remediated(object);
	const struct sg_flux_condition *released = sg_flux_condition(object, "Released");
	const char *text;

	if (!condition)
		return false;
	text = with_message(c, object, condition);
	if (released && strcmp(released->status, "False") == 0)
		text = sg_arena_printf(c->arena, "%s; %s", text, released->message);
	return sg_flux_say(c,
		sg_flux_has_stood(c, SG_FAULT_REMEDIATED, object, "") ? SG_APP_FAIL : SG_APP_WAIT,
		SG_APP_CODE_FLUX_RELEASE_REMEDIATED, "%s", text);
}

static bool row_release_failed(struct sg_flux_case *c)
{
	const struct sg_flux_object *object = &c->release->object;
	const struct sg_flux_condition *ready = sg_flux_condition(object, "Ready");
	const char *text = with_message(c, object, ready);

	if (!ready)
		return false;
	if (strcmp(ready->status, "False") != 0) {
		if (strcmp(ready->status, "Unknown") == 0)
			sg_flux_keep(c, SG_FAULT_RELEASE);
		return false;
	}
	if (!sg_flux_is_current(object, ready))
		return false;
	if (strcmp(ready->reason, "DependencyNotReady") == 0)
		return sg_flux_wait_for(c, object, SG_APP_CODE_FLUX_DEPENDENCY, text);
	if (sg_flux_failed_again(c, SG_FAULT_RELEASE, object, "", c->release->failures))
		return sg_flux_say(c, SG_APP_FAIL, SG_APP_CODE_FLUX_RELEASE_FAILED, "%s", text);
	return sg_flux_wait_for(c, object, SG_APP_CODE_FLUX_RELEASE_FAILED, text);
}

/* The words that mean that the newest chart and values run. */
static bool is_released(const struct sg_flux_release *release)
{
	static const char *const good[] = {"InstallSucceeded", "UpgradeSucceeded", "TestSucceeded"};
	const struct sg_flux_object *object = &release->object;
	const struct sg_flux_condition *ready = holds(object, "Ready");

	return ready && is_reason(ready, good, SG_COUNT(good)) && sg_flux_is_observed(object) &&
	       !sg_flux_is(object, "Reconciling", "True") &&
	       (!release->release_status[0] || strcmp(release->release_status, "deployed") == 0);
}

/*
 * Values that stand in other objects are taken with the next reconciliation: one that was asked for
 * after they had been applied proves it.
 */
static bool row_stale(struct sg_flux_case *c)
{
	const struct sg_flux_asked *asked = &c->fold->asked[SG_FLUX_RELEASE];

	if (!c->release->indirect || (c->fold->policy->image_proves && c->fold->want->image) ||
		(asked->handled && asked->value_ms >= c->fold->applied_ms))
		return false;
	return sg_flux_wait_for(c, &c->release->object, SG_APP_CODE_FLUX_RECONCILING,
		sg_arena_printf(c->arena, "%s takes values from other objects (valuesFrom)",
			label(c, &c->release->object)));
}

/*
 * While Helm is at work its workloads say what it waits for. They may still be those of the release
 * before, so that what keeps them is told, and fails nothing.
 */
static bool row_at_work(struct sg_flux_case *c)
{
	const struct sg_flux_object *object = &c->release->object;
	const struct sg_app_workloads *workloads = c->look->workloads;
	const char *text = with_message(c, object, sg_flux_condition(object, "Ready"));

	c->fold->verdict.workloads_wanted = sg_flux_is(object, "Reconciling", "True");
	if (!workloads || !workloads->sentence[0])
		return sg_flux_wait_for(c, object, SG_APP_CODE_FLUX_RECONCILING, text);
	return sg_flux_wait_for(c, object,
		workloads->ripe ? workloads->cause : SG_APP_CODE_FLUX_RECONCILING,
		sg_arena_printf(c->arena, "%s; %s", workloads->sentence, text));
}

bool sg_flux_row_release(struct sg_flux_case *c)
{
	const struct sg_flux_object *object;
	const struct sg_flux_condition *stalled;

	if (!c->fold->want->release)
		return false;
	if (!c->release)
		return sg_flux_say(c, SG_APP_WAIT, SG_APP_CODE_FLUX_RELEASE_UNREAD, "%s", "");
	object = &c->release->object;
	if (object->deleting)
		return sg_flux_say(
			c, SG_APP_FAIL, SG_APP_CODE_FLUX_DELETED, "%s", label(c, object));
	if (object->suspended)
		return sg_flux_say(
			c, SG_APP_FAIL, SG_APP_CODE_FLUX_SUSPENDED, "%s", label(c, object));
	if (row_remediated(c))
		return true;
	stalled = holds(object, "Stalled");
	if (stalled)
		return sg_flux_say(c,
			sg_flux_has_stood(c, SG_FAULT_RELEASE_STALLED, object, "") ? SG_APP_FAIL
										   : SG_APP_WAIT,
			SG_APP_CODE_FLUX_STALLED, "%s", with_message(c, object, stalled));
	if (row_release_failed(c))
		return true;
	if (is_released(c->release))
		return row_stale(c);
	return row_at_work(c);
}
