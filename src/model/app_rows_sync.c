#include <string.h>

#include "base/num.h"
#include "base/str.h"
#include "model/app_rows.h"

static bool out_of_sync(const struct sg_app_case *c)
{
	return c->app->sync == SG_SYNC_OUT_OF_SYNC && !c->leftovers_only;
}

bool sg_app_row_autosync_refused(struct sg_app_case *c, struct sg_app_answer *out)
{
	if (!out_of_sync(c) || !c->app->automated || c->sync_error != SG_SYNC_ERROR_OURS)
		return false;
	sg_app_fail(out, SG_APP_CODE_AUTOSYNC_REFUSED);
	sg_app_say(out, "%s", c->sync_error_text);
	return true;
}

static bool is_off(const struct sg_app_resource *resource)
{
	return resource->sync != SG_SYNC_NONE && resource->sync != SG_SYNC_SYNCED;
}

#define NAMES_MAX 5

/* "Deployment shop/web, ConfigMap shop/web-legacy" */
static void say_off(const struct sg_app *app, struct sg_app_answer *out)
{
	size_t said = 0, count = 0;

	for (size_t i = 0; i < app->resource_count; i++) {
		const struct sg_app_resource *resource = &app->resources[i];

		if (!is_off(resource) || ++count > NAMES_MAX)
			continue;
		sg_app_say(out, "%s%s %s/%s", said++ ? ", " : "", resource->kind,
			resource->namespace, resource->name);
	}
	if (count > said)
		sg_app_say(out, " and %zu more", count - said);
	if (count == 0)
		sg_app_say(out, "no single resource is named");
}

static bool only_leftovers(const struct sg_app *app)
{
	bool any = false;

	for (size_t i = 0; i < app->resource_count; i++) {
		if (is_off(&app->resources[i]) && !app->resources[i].requires_pruning)
			return false;
		any = any || is_off(&app->resources[i]);
	}
	return any;
}

/* The last operation was at this revision, and went well; self-heal's are of what differs alone. */
static bool was_synced(const struct sg_app_case *c)
{
	const struct sg_app_operation *op = &c->app->operation;

	return c->at_rev && !op->dry_run && (!op->partial || op->heals) &&
	       op->phase == SG_PHASE_SUCCEEDED;
}

/* And it was whole, and left something standing. */
static bool skipped_pruning(const struct sg_app_case *c)
{
	const struct sg_app_operation *op = &c->app->operation;

	if (!was_synced(c) || op->partial)
		return false;
	for (size_t i = 0; i < op->result_count; i++)
		if (op->results[i].prune_skipped)
			return true;
	return false;
}

static bool may_be_rolled_by_set(const struct sg_app_case *c, const struct sg_app_set **ret_set)
{
	const struct sg_app_beside *beside = c->beside;

	*ret_set = NULL;
	if (!c->app->owner_set[0])
		return false;
	if (beside && beside->set)
		*ret_set = beside->set(beside->arg, c->app->namespace, c->app->owner_set);
	return !*ret_set || !(*ret_set)->strategy_known || (*ret_set)->rolling_sync;
}

/*
 * Does whoever syncs the application by itself prune, and try again? Self-heal does; and a set does
 * perhaps: it takes `automated` out of its applications, and only its template says how it syncs. A
 * sync of somebody else that was not told to prune says nothing about theirs.
 */
static bool may_still_be_pruned(const struct sg_app_case *c, bool rolled)
{
	const struct sg_app_operation *op = &c->app->operation;
	bool by_set = strcmp(op->initiated_by, SG_APP_SET_CONTROLLER) == 0;
	bool by_person = op->initiated_by[0] && !by_set;

	if (!c->app->prune && !rolled)
		return false;
	if (!skipped_pruning(c))
		return true;
	return !op->prune && ((rolled && !by_set) || (c->app->self_heal && by_person));
}

bool sg_app_row_needs_prune(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_set *set;
	bool perhaps, rolled;

	if (c->app->sync != SG_SYNC_OUT_OF_SYNC || !only_leftovers(c->app))
		return false;
	perhaps = may_be_rolled_by_set(c, &set);
	rolled = perhaps && (!c->app->automated || (set && set->rolling_sync));
	if (may_still_be_pruned(c, rolled))
		return false;
	if (c->policy->allow_prune_warning) {
		c->leftovers_only = true;
		return false;
	}
	if (perhaps && !rolled &&
		may_still_be_pruned(c, perhaps)) /* a person's `automated` is gone soon */
		sg_app_confirm(out, SG_APP_CODE_NEEDS_PRUNE, c->policy->out_of_sync_grace_ms);
	else
		sg_app_fail(out, SG_APP_CODE_NEEDS_PRUNE);
	say_off(c->app, out);
	return true;
}

bool sg_app_row_still_out_of_sync(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_operation *op = &c->app->operation;

	if (!out_of_sync(c) || !c->at_rev || c->op_failed)
		return false;
	if (c->app->automated ? c->app->self_heal : (op->dry_run || op->partial))
		return false;
	sg_app_confirm(out, SG_APP_CODE_OUT_OF_SYNC, c->policy->out_of_sync_grace_ms);
	out->fail_code = SG_APP_CODE_STILL_OUT_OF_SYNC;
	sg_app_say(out, "drift: ");
	say_off(c->app, out);
	return true;
}

static int64_t row_age(const struct sg_app_case *c, enum sg_app_row row)
{
	return c->memory->row == row ? c->now_ms - c->memory->row_since_ms : 0;
}

static const struct sg_app_project *project_of(const struct sg_app_case *c)
{
	const struct sg_app_beside *beside = c->beside;

	return beside && beside->project ? beside->project(beside->arg, c->app->project) : NULL;
}

#define WINDOWS_MAX 3

/* Which of them is open nobody says here: all that are about the application may be the cause. */
static bool say_windows(const struct sg_app_case *c, const struct sg_app_project *project,
	struct sg_app_answer *out)
{
	const struct sg_app_window *window;
	size_t said = 0, at = 0;

	while ((window = sg_app_window_next(project, c->app, &at)) && said < WINDOWS_MAX)
		sg_app_say(out, "%s%s window \"%s\" for %s%s%s",
			said++ ? ", " : "; probable cause: ", window->kind, window->schedule,
			window->duration, window->time_zone[0] ? " " : "", window->time_zone);
	if (said)
		sg_app_say(out, "%s of project %s", window ? " and others" : "", c->app->project);
	return said != 0;
}

static void say_automated(const struct sg_app_case *c, struct sg_app_answer *out)
{
	int64_t heals = c->app->operation.heals;

	if (!was_synced(c))
		sg_app_say(out, "automated sync has not started: ");
	else if (heals > 0)
		sg_app_say(out, "it was synced (by self-heal %lld times), and differs again: ",
			(long long)heals);
	else
		sg_app_say(out, "it was synced, and differs again: ");
}

bool sg_app_row_autosync_waits(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_project *project = NULL;

	if (!out_of_sync(c) || !c->app->automated)
		return false;
	if (row_age(c, SG_APP_ROW_16) >= c->policy->out_of_sync_grace_ms)
		project = project_of(c);
	sg_app_wait_refresh(out, SG_APP_CODE_OUT_OF_SYNC);
	out->look_after_ms = c->policy->out_of_sync_grace_ms;
	say_automated(c, out);
	say_off(c->app, out);
	if (say_windows(c, project, out))
		out->code = SG_APP_CODE_SYNC_WINDOW;
	return true;
}

#define NO_STEP "-1"

static int64_t number_of(const struct sg_app_step *step)
{
	uint64_t number;

	return sg_num_u64(sg_str_of(step->step), &number) && number < INT32_MAX ? (int64_t)number
										: -1;
}

static const struct sg_app_step *own_step(const struct sg_app_set *set, const char *name)
{
	for (size_t i = 0; i < set->step_count; i++)
		if (strcmp(set->steps[i].application, name) == 0)
			return &set->steps[i];
	return NULL;
}

/* What the step waits for: applications of the steps before it that are not healthy. */
static void say_before(
	const struct sg_app_set *set, const struct sg_app_step *own, struct sg_app_answer *out)
{
	size_t count = 0;

	for (size_t i = 0; i < set->step_count; i++) {
		const struct sg_app_step *step = &set->steps[i];

		if (number_of(step) < 0 || number_of(step) >= number_of(own) ||
			strcmp(step->status, "Healthy") == 0 || count++)
			continue;
		sg_app_say(out, "; before it, %s of step %s: %s %.200s", step->application,
			step->step, step->status, step->message);
	}
	if (count > 1)
		sg_app_say(out, " (and %zu more)", count - 1);
}

static void say_step(
	const struct sg_app_case *c, const struct sg_app_set *set, struct sg_app_answer *out)
{
	const struct sg_app_step *own;

	sg_app_say(out, "application set %s", c->app->owner_set);
	if (!set || !set->strategy_known) {
		sg_app_say(out, ": its strategy cannot be read");
		return;
	}
	own = own_step(set, c->app->name);
	if (!own)
		return;
	if (strcmp(own->step, NO_STEP) == 0) {
		sg_app_say(out, ": none of its steps selects the application, so that it has to be "
				"synced by hand");
		return;
	}
	sg_app_say(out, ", step %s: %s %.200s", own->step, own->status, own->message);
	say_before(set, own, out);
}

bool sg_app_row_manual_sync(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_set *set;
	/* of a child that reads none of our sources nothing has landed */
	bool may_sync = c->policy->sync_manually && c->scope != SG_SCOPE_WITHOUT_REVISION;

	if (!out_of_sync(c))
		return false;
	if (may_be_rolled_by_set(c, &set)) {
		sg_app_wait(out, SG_APP_CODE_APPSET_STEP);
		say_step(c, set, out);
		return true;
	}
	if (may_sync)
		sg_app_wait(out, SG_APP_CODE_NEEDS_MANUAL_SYNC);
	else
		sg_app_fail(out, SG_APP_CODE_NEEDS_MANUAL_SYNC);
	out->sync_wanted = may_sync;
	sg_app_say(out, "automated sync is off: ");
	say_off(c->app, out);
	return true;
}
