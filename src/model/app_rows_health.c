#include "model/app_rows.h"
#include "model/rollout_act.h"

static void say_health(const struct sg_app *app, struct sg_app_answer *out)
{
	if (app->health_message[0])
		sg_app_say(out, "%s", app->health_message);
	for (size_t i = 0; i < app->resource_count; i++)
		if (app->resources[i].health_message[0])
			sg_app_say(out, "%s%s %s/%s: %s", out->evidence[0] ? "; " : "",
				app->resources[i].kind, app->resources[i].namespace,
				app->resources[i].name, app->resources[i].health_message);
}

/* What the workloads say is nearer to the cause than the controller's summary of it. */
static void say_cause(const struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->workloads && c->workloads->sentence[0]) {
		out->cause = c->workloads->cause;
		sg_app_say(out, "%s", c->workloads->sentence);
	} else {
		say_health(c->app, out);
	}
}

bool sg_app_row_degraded(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->app->health != SG_APP_DEGRADED)
		return false;
	sg_app_confirm(out, SG_APP_CODE_DEGRADED, c->policy->degraded_grace_ms);
	say_cause(c, out);
	return true;
}

bool sg_app_row_progressing(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->app->health != SG_APP_PROGRESSING)
		return false;
	if (c->workloads && c->workloads->ripe)
		sg_app_fail(out, c->workloads->cause);
	else
		sg_app_wait(out, SG_APP_CODE_PROGRESSING);
	say_cause(c, out);
	return true;
}

/* Nobody has to be asked about what we let go on ourselves; another version we never do. */
static bool goes_on(const struct sg_app_case *c)
{
	size_t count = c->policy->resume && c->workloads ? c->workloads->held_count : 0;

	for (size_t i = 0; i < count; i++)
		if (sg_rollout_mark_carries(&c->workloads->held[i], c->want) != SG_ANSWER_NO)
			return true;
	return false;
}

bool sg_app_row_suspended(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->app->health != SG_APP_SUSPENDED || (c->workloads && c->workloads->at_rest))
		return false;
	if (c->policy->suspended == SG_APP_SUSPENDED_OK) {
		c->old_pods_fine = true;
		return false;
	}
	sg_app_wait(out, SG_APP_CODE_SUSPENDED);
	if (c->policy->suspended == SG_APP_SUSPENDED_ASK && !goes_on(c))
		out->kind = SG_APP_POLICY;
	say_cause(c, out);
	return true;
}

bool sg_app_row_missing(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->app->health == SG_APP_HEALTHY || c->app->health == SG_APP_SUSPENDED)
		return false;
	sg_app_wait_refresh(out, c->app->health == SG_APP_MISSING ? SG_APP_CODE_MISSING
								  : SG_APP_CODE_HEALTH_UNKNOWN);
	say_health(c->app, out);
	return true;
}
