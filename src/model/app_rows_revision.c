#include <string.h>

#include "model/app_rows.h"

static bool is_hydration(const struct sg_app_case *c, const char *phase)
{
	return c->app->hydrator.used && strcmp(c->app->hydrator.phase, phase) == 0;
}

static bool failed_while_examining(const struct sg_app_case *c)
{
	const struct sg_app_hydrator *hydrator = &c->app->hydrator;

	return is_hydration(c, "Failed") && !hydrator->dry_sha[0] &&
	       sg_app_case_commit(c, hydrator->last_compared) == SG_REV_OK;
}

/* The failure that stood there already when our commit was first examined. */
static bool had_failed_before(const struct sg_app_case *c)
{
	return c->memory->examined &&
	       strncmp(c->memory->examined_started, c->app->hydrator.started_at,
		       sizeof(c->memory->examined_started) - 1) == 0;
}

bool sg_app_row_hydration_failed(struct sg_app_case *c, struct sg_app_answer *out)
{
	bool named = is_hydration(c, "Failed") &&
		     sg_app_case_commit(c, c->app->hydrator.dry_sha) == SG_REV_OK;

	if (!named && !(failed_while_examining(c) && !had_failed_before(c)))
		return false;
	sg_app_fail(out, SG_APP_CODE_HYDRATION_FAILED);
	sg_app_say(out, "%s", c->app->hydrator.message);
	return true;
}

bool sg_app_row_hydration_had_failed(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (!failed_while_examining(c))
		return false;
	sg_app_confirm(out, SG_APP_CODE_HYDRATION_FAILED, c->policy->confirm_ms);
	out->refresh = SG_APP_REFRESH_HARD;
	out->hydrate = true;
	sg_app_say(out, "%s", c->app->hydrator.message);
	return true;
}

/* Examined, and nothing seems to be hydrated for it: only a forced hydration settles it. */
static bool needs_forced_hydration(const struct sg_app_case *c)
{
	const struct sg_app_hydrator *hydrator = &c->app->hydrator;

	return hydrator->used && !is_hydration(c, "Hydrating") &&
	       sg_app_case_commit(c, hydrator->last_compared) == SG_REV_OK &&
	       sg_app_case_commit(c, hydrator->last_dry_sha) != SG_REV_OK;
}

static void say_older(const struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_hydrator *hydrator = &c->app->hydrator;

	if (!hydrator->used) {
		sg_app_say(out, "still at %.12s", c->rev_text);
		return;
	}
	sg_app_say(
		out, "hydrated up to %.12s, still at %.12s", hydrator->last_dry_sha, c->rev_text);
	if (hydrator->hydrate_to[0])
		sg_app_say(out, "; it is hydrated to %s and must be merged from there",
			hydrator->hydrate_to);
}

bool sg_app_row_older(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->rev != SG_REV_PAST)
		return false;
	sg_app_wait_refresh(out,
		is_hydration(c, "Hydrating") ? SG_APP_CODE_HYDRATING : SG_APP_CODE_OLDER_REVISION);
	out->hydrate = needs_forced_hydration(c);
	say_older(c, out);
	return true;
}

bool sg_app_row_superseded(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->rev != SG_REV_OTHER)
		return false;
	sg_app_confirm(out, SG_APP_CODE_SUPERSEDED, c->policy->confirm_ms);
	sg_app_say(out, "%.12s does not contain %.12s (rolled back or force-pushed)", c->rev_text,
		c->want->revision);
	return true;
}

bool sg_app_row_ancestry_unknown(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (c->rev != SG_REV_UNKNOWN)
		return false;
	sg_app_wait_refresh(out, SG_APP_CODE_ANCESTRY_UNKNOWN);
	sg_app_say(out, "cannot tell whether %.12s contains %.12s", c->rev_text, c->want->revision);
	return true;
}
