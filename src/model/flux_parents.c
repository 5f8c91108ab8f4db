/* What brings a Kustomization has to have applied the wanted revision, too: else its spec is older.
 */
#include <string.h>

#include "model/flux_fold.h"

/*
 * Is all of the wanted revision applied, with the newest spec? That what is applied gets healthy,
 * which may be others' trouble, is no matter of the spec.
 */
static bool is_through(const struct sg_flux_case *c, const struct sg_flux_kustomization *parent)
{
	const struct sg_flux_condition *ready = sg_flux_condition(&parent->object, "Ready");
	const struct sg_flux_condition *healthy = sg_flux_condition(&parent->object, "Healthy");
	char text[SG_OID_SIZE];

	if (sg_flux_is_observed(&parent->object) &&
		sg_flux_place(c, parent->applied, text) == SG_REV_OK)
		return true;
	if (sg_flux_place(c, parent->attempted, text) != SG_REV_OK)
		return false;
	if (healthy && strcmp(healthy->status, "Unknown") == 0 &&
		sg_flux_is_current(&parent->object, healthy))
		return true;
	return ready && strcmp(ready->status, "False") == 0 &&
	       strcmp(ready->reason, "HealthCheckFailed") == 0 &&
	       sg_flux_is_current(&parent->object, ready);
}

/*
 * An artifact of another kind is of any repository: only a commit that Git knows says something.
 * One of before, or of the wanted one by an older spec, is waited for.
 */
static bool is_behind(const struct sg_flux_case *c, const struct sg_flux_kustomization *parent)
{
	char text[SG_OID_SIZE];
	enum sg_app_rev rev;

	if (strcmp(parent->source_kind, sg_flux_kind_name(SG_FLUX_REPOSITORY)) == 0)
		return !is_through(c, parent);
	rev = sg_flux_place(c, parent->origin, text);
	return rev == SG_REV_PAST || (rev == SG_REV_OK && !sg_flux_is_observed(&parent->object));
}

static bool wait_for_parent(struct sg_flux_case *c, const struct sg_flux_kustomization *parent)
{
	const struct sg_flux_condition *ready = sg_flux_condition(&parent->object, "Ready");

	return sg_flux_wait_for(c, &parent->object, SG_APP_CODE_FLUX_OLDER_REVISION,
		sg_arena_printf(c->arena, "%s, which brings it, is at %.80s%s%s",
			sg_flux_label(&parent->object, c->arena),
			parent->origin[0] ? parent->origin : parent->applied,
			ready && ready->message[0] ? ": " : "", ready ? ready->message : ""));
}

bool sg_flux_row_parents(struct sg_flux_case *c)
{
	for (size_t i = 0; i < c->look->parent_count; i++) {
		const struct sg_flux_kustomization *parent = c->look->parents[i];

		if (!parent->object.suspended && !parent->object.deleting && is_behind(c, parent))
			return wait_for_parent(c, parent);
	}
	if (!c->look->more_parents)
		return false;
	return sg_flux_say(c, SG_APP_WAIT, SG_APP_CODE_FLUX_OLDER_REVISION,
		"it is brought over more than %d levels of Kustomizations, and what the others "
		"have applied is not known",
		SG_FLUX_PARENTS_MAX);
}
