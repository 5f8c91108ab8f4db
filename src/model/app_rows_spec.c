#include <string.h>

#include "model/app_rows.h"

bool sg_app_row_deleted(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (!c->gone && !c->app->deleting)
		return false;
	sg_app_fail(out, SG_APP_CODE_APP_DELETED);
	sg_app_say(
		out, c->gone ? "it is gone from the cluster" : "metadata.deletionTimestamp is set");
	return true;
}

bool sg_app_row_reconcile_off(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (!c->app->skip_reconcile)
		return false;
	sg_app_fail(out, SG_APP_CODE_RECONCILE_OFF);
	sg_app_say(out, "annotation argocd.argoproj.io/skip-reconcile");
	return true;
}

bool sg_app_row_wrong_repository(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->reads_repository)
		return false;
	sg_app_fail(out, SG_APP_CODE_WRONG_REPOSITORY);
	sg_app_say(out, "wanted %s, the source%s", c->want->repo_url,
		c->app->source_count > 1 ? "s are" : " is");
	for (size_t i = 0; i < c->app->source_count; i++)
		sg_app_say(out, "%s %s%s%s", i ? "," : "", c->app->sources[i].repo_url,
			c->app->sources[i].chart[0] ? " chart " : "", c->app->sources[i].chart);
	return true;
}

bool sg_app_row_wrong_target(struct sg_app_case *c, struct sg_app_answer *out)
{
	const char *separator = "tracks ";

	if (c->ours_count)
		return false;
	sg_app_fail(out, SG_APP_CODE_WRONG_REVISION_TARGET);
	for (size_t i = 0; i < c->app->source_count; i++) {
		const char *target = c->app->sources[i].target_revision;

		sg_app_say(out, "%s%s", separator, target[0] ? target : "HEAD");
		separator = ", ";
	}
	sg_app_say(out, " and will never deploy %.12s of %s", c->want->revision, c->want->branch);
	return true;
}

bool sg_app_row_spec_invalid(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_condition *invalid =
		sg_app_condition_find(c->app, SG_CONDITION_INVALID_SPEC);
	const struct sg_app_condition *unknown =
		sg_app_condition_find(c->app, SG_CONDITION_UNKNOWN);

	if (!invalid && !unknown)
		return false;
	sg_app_confirm(out, invalid ? SG_APP_CODE_SPEC_INVALID : SG_APP_CODE_CONTROLLER_ERROR,
		c->policy->confirm_ms);
	sg_app_say(out, "%s", invalid ? invalid->message : unknown->message);
	return true;
}

bool sg_app_row_comparison_error(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_condition *error =
		sg_app_condition_find(c->app, SG_CONDITION_COMPARISON);
	bool compared = c->app->sync == SG_SYNC_SYNCED || c->app->sync == SG_SYNC_OUT_OF_SYNC;

	if (!error && compared && c->rev != SG_REV_NONE)
		return false;
	sg_app_confirm(out, SG_APP_CODE_COMPARISON_ERROR, c->policy->confirm_ms);
	out->refresh = SG_APP_REFRESH_HARD;
	sg_app_say(out, "%s", error ? error->message : "no comparison yet");
	return true;
}

/* The name counts where the spec has one, else the server (argocd.md 0.2, row 12). */
static bool same_destination(
	const struct sg_app_destination *spec, const struct sg_app_destination *compared)
{
	if (strcmp(spec->namespace, compared->namespace) != 0)
		return false;
	if (spec->name[0])
		return strcmp(spec->name, compared->name) == 0;
	return strcmp(spec->server, compared->server) == 0;
}

bool sg_app_row_spec_changed(struct sg_app_case *c, struct sg_app_answer *out)
{
	bool source = strcmp(c->app->spec_source, c->app->compared_source) != 0;
	bool destination = !same_destination(&c->app->destination, &c->app->compared_destination);

	if (!source && !destination)
		return false;
	sg_app_wait_refresh(out, SG_APP_CODE_SPEC_CHANGED);
	sg_app_say(out, "%s changed since the last comparison",
		source ? "spec.source(s)" : "spec.destination");
	return true;
}
