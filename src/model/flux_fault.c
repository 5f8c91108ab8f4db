/* Failures of Flux that need a second sight. */
#include <stdio.h>
#include <string.h>

#include "model/flux_fold.h"

static int64_t changed_s(const struct sg_flux_object *object)
{
	const struct sg_flux_condition *ready = sg_flux_condition(object, "Ready");

	return ready ? ready->changed_s : SG_FLUX_UNSAID;
}

/* The fault, begun anew where it is another one. */
static struct sg_flux_fault *note(struct sg_flux_case *c, enum sg_flux_fault_id id,
	const struct sg_flux_object *object, const char *commit)
{
	struct sg_flux_fault *fault = &c->fold->faults[id];

	fault->kept = true;
	if (fault->on && fault->generation == object->generation &&
		strcmp(fault->commit, commit) == 0)
		return fault;
	*fault = (struct sg_flux_fault){
		.on = true, .kept = true, .since_ms = c->now_ms, .generation = object->generation};
	(void)snprintf(fault->commit, sizeof(fault->commit), "%s", commit);
	return fault;
}

bool sg_flux_has_stood_for(struct sg_flux_case *c, enum sg_flux_fault_id id,
	const struct sg_flux_object *object, const char *commit, int64_t grace_ms)
{
	const struct sg_flux_fault *fault = note(c, id, object, commit);

	return c->now_ms > fault->since_ms && c->now_ms - fault->since_ms >= grace_ms;
}

bool sg_flux_has_stood(struct sg_flux_case *c, enum sg_flux_fault_id id,
	const struct sg_flux_object *object, const char *commit)
{
	return sg_flux_has_stood_for(c, id, object, commit, c->fold->policy->grace_ms);
}

/* A request that was made when the grace was over, and has been handled. */
static bool is_asked_again(const struct sg_flux_case *c, const struct sg_flux_fault *fault,
	const struct sg_flux_object *object)
{
	const struct sg_flux_asked *asked = &c->fold->asked[object->kind];

	return asked->handled && asked->value_ms > fault->since_ms &&
	       asked->value_ms - fault->since_ms >= c->fold->policy->grace_ms;
}

/* Has it moved since a look when the grace was over? That look comes first. */
static bool has_moved(
	struct sg_flux_fault *fault, const struct sg_flux_object *object, int64_t failures)
{
	int64_t changed = changed_s(object);

	if (fault->settled)
		return changed > fault->changed_s || failures > fault->failures;
	fault->settled = true;
	fault->changed_s = changed;
	fault->failures = failures;
	return false;
}

bool sg_flux_failed_again(struct sg_flux_case *c, enum sg_flux_fault_id id,
	const struct sg_flux_object *object, const char *commit, int64_t failures)
{
	struct sg_flux_fault *fault = &c->fold->faults[id];

	if (!sg_flux_has_stood(c, id, object, commit))
		return false;
	return has_moved(fault, object, failures) || is_asked_again(c, fault, object);
}

void sg_flux_keep(struct sg_flux_case *c, enum sg_flux_fault_id id)
{
	c->fold->faults[id].kept = true;
}

void sg_flux_drop(struct sg_flux_case *c, enum sg_flux_fault_id id)
{
	c->fold->faults[id].kept = false;
}

int64_t sg_flux_fault_due_ms(const struct sg_flux_fold *fold, int64_t now_ms)
{
	int64_t due = INT64_MAX;

	for (int i = 0; i < SG_FAULT_COUNT; i++) {
		const struct sg_flux_fault *fault = &fold->faults[i];
		int64_t at = fault->since_ms + fold->policy->grace_ms;

		if (fault->on && at > now_ms && at < due)
			due = at;
	}
	return due;
}
