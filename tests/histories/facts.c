/* An object of the world as the facts that the decision table reads. */
#include <stdio.h>
#include <string.h>

#include "world.h"

const char facts_repository[] = "https://git.example.org/team/deploy.git";
const char facts_namespace[] = "argocd";

#define CHART_REVISION "1.2.3"

const char *facts_name(int app)
{
	static const char *const names[APPS_MAX] = {"app-0", "app-1", "app-2", "app-3"};

	return names[app];
}

const char *facts_image(int version)
{
	static const char *const images[32] = {
#define IMAGE(n) "reg.example.org:5000/team/shop:1." #n
		IMAGE(0), IMAGE(1), IMAGE(2), IMAGE(3), IMAGE(4), IMAGE(5), IMAGE(6), IMAGE(7),
		IMAGE(8), IMAGE(9), IMAGE(10), IMAGE(11), IMAGE(12), IMAGE(13), IMAGE(14),
		IMAGE(15), IMAGE(16), IMAGE(17), IMAGE(18), IMAGE(19), IMAGE(20), IMAGE(21),
		IMAGE(22), IMAGE(23), IMAGE(24), IMAGE(25), IMAGE(26), IMAGE(27), IMAGE(28),
		IMAGE(29), IMAGE(30), IMAGE(31)
#undef IMAGE
	};

	return images[version & 31];
}

static const char *rev_text(const struct plan *plan, int app, int rev)
{
	if (rev == REV_EMPTY)
		return "";
	if (plan->apps[app].sources == SOURCE_FOREIGN)
		return CHART_REVISION;
	return rev == REV_LITERAL ? "main" : plan->commits[rev].sha;
}

static const char *source_text(enum target target, int path)
{
	static const char *const texts[2][4] = {
		{"main path 0", "main path 1", "main path 2", "main path 3"},
		{"other path 0", "other path 1", "other path 2", "other path 3"}};

	return texts[target == TARGET_OTHER][path & 3];
}

static void fill_sources(const struct plan *plan, int app, const struct object *o, struct facts *f)
{
	static const char *const targets[] = {
		[TARGET_BRANCH] = "main",
		[TARGET_HEAD] = "HEAD",
		[TARGET_NONE] = "",
		[TARGET_FULL] = "refs/heads/main",
		[TARGET_OTHER] = "release",
	};
	static const struct sg_app_source chart = {
		"https://charts.example.org", CHART_REVISION, "", "redis"};
	struct sg_app_source ours = {facts_repository, targets[o->target], "apps/shop", ""};
	int kind = plan->apps[app].sources;

	f->sources[0] = kind == SOURCE_CHART || kind == SOURCE_FOREIGN ? chart : ours;
	f->sources[1] = ours;
	f->app.sources = f->sources;
	f->app.many_sources = kind == SOURCE_CHART || kind == SOURCE_TWICE;
	f->app.source_count = f->app.many_sources ? 2 : 1;
	f->app.spec_source = source_text(o->target, o->path);
	f->app.compared_source = source_text(o->target, o->compared_path);
}

static struct sg_app_revisions revisions(
	const struct plan *plan, int app, int rev, const char **room)
{
	int kind = plan->apps[app].sources;
	const char *text = rev_text(plan, app, rev);

	if (kind == SOURCE_ONE || kind == SOURCE_FOREIGN)
		return (struct sg_app_revisions){.one = text};
	if (rev < 0)
		return (struct sg_app_revisions){.one = ""};
	room[0] = kind == SOURCE_CHART ? CHART_REVISION : text;
	room[1] = text;
	return (struct sg_app_revisions){.one = "", .many = {room, 2}};
}

static void add_condition(struct facts *f, enum sg_app_condition_type type, const char *message)
{
	f->conditions[f->app.condition_count++] = (struct sg_app_condition){type, message};
}

static void fill_conditions(
	const struct plan *plan, int app, const struct object *o, struct facts *f)
{
	f->app.conditions = f->conditions;
	if (o->invalid_spec)
		add_condition(f, SG_CONDITION_INVALID_SPEC, "the project is not there");
	if (o->controller_error)
		add_condition(f, SG_CONDITION_UNKNOWN, "something unknown");
	if (o->comparison_error)
		add_condition(f, SG_CONDITION_COMPARISON, "the manifests cannot be rendered");
	if (!o->sync_error)
		return;
	(void)snprintf(f->message, sizeof(f->message),
		"Failed last sync attempt to [%s]: it failed",
		rev_text(plan, app, o->sync_error_rev));
	add_condition(f, SG_CONDITION_SYNC, f->message);
}

static void add_resource(struct facts *f, const char *group, const char *kind, const char *name,
	bool off, bool prune)
{
	f->resources[f->app.resource_count++] = (struct sg_app_resource){.group = group,
		.kind = kind,
		.namespace = strcmp(kind, "Application") == 0 ? facts_namespace : "shop",
		.name = name,
		.health_message = "",
		.sync = off ? SG_SYNC_OUT_OF_SYNC : SG_SYNC_SYNCED,
		.requires_pruning = prune};
}

static void fill_resources(
	const struct plan *plan, int app, const struct object *o, struct facts *f)
{
	f->app.resources = f->resources;
	add_resource(f, "apps", "Deployment", "shop", o->workload_off, false);
	if (o->extra_listed)
		add_resource(f, "", "ConfigMap", "extra", o->extra_off || o->extra_prune,
			o->extra_prune);
	if (o->refused_off)
		add_resource(f, "", "Service", "refused", true, false);
	for (int i = 0; i < plan->app_count; i++)
		if (plan->apps[i].parent == app)
			add_resource(f, "argoproj.io", "Application", facts_name(i), false, false);
}

static void fill_results(const struct object_operation *op, struct facts *f)
{
	size_t n = 0;

	if (op->hook_failed)
		f->result[n++] = (struct sg_app_result){.kind = "Job",
			.namespace = "shop",
			.name = "hook",
			.message = "it failed",
			.hook = true,
			.hook_failed = true};
	if (op->sync_failed || op->prune_skipped)
		f->result[n++] = (struct sg_app_result){.kind = "ConfigMap",
			.namespace = "shop",
			.name = "extra",
			.message = "",
			.sync_failed = op->sync_failed,
			.prune_skipped = op->prune_skipped};
	f->app.operation.results = f->result;
	f->app.operation.result_count = n;
}

static void fill_operation(
	const struct plan *plan, int app, const struct object *o, struct facts *f)
{
	static const char *const messages[] = {
		[SAYS_RUNNING] = "one or more tasks are running",
		[SAYS_DONE] = "successfully synced (all tasks run)",
		[SAYS_FAILED] = "one or more synchronization tasks completed unsuccessfully",
		[SAYS_TERMINATED] = "Operation terminated",
		[SAYS_WINDOW] = "Sync operation blocked by sync window",
	};
	static const char retrying[] =
		"one or more objects failed to apply. Retrying attempt #1 at 3:04PM.";
	static const char *const people[] = {
		[BY_NOBODY] = "",
		[BY_AUTOSYNC] = "",
		[BY_PERSON] = "kim",
		[BY_SET] = "applicationset-controller",
	};
	const struct object_operation *op = &o->op;

	bool between = op->phase == SG_PHASE_RUNNING && op->message == SAYS_FAILED;

	f->app.operation_set = o->operation_set;
	f->app.operation = (struct sg_app_operation){.phase = op->phase,
		.message = op->phase == SG_PHASE_NONE
				   ? ""
				   : (between ? retrying : messages[op->message]),
		.started_s = op->started_s,
		.finished_s = op->finished_s,
		.retry_count = op->retry_count,
		.initiated_by = people[op->by],
		.dry_run = op->dry_run,
		.prune = op->prune,
		.partial = op->partial,
		.asked = revisions(plan, app, op->asked, f->asked),
		.result = revisions(plan, app, op->result, f->results),
		.result_source = op->result >= 0 ? f->app.spec_source : ""};
	fill_results(op, f);
}

void facts_make(const struct plan *plan, int app, const struct object *o, struct facts *f)
{
	static const struct sg_app_destination here = {
		"", "https://kubernetes.default.svc", "shop"};
	size_t images = 0;

	f->app = (struct sg_app){.namespace = facts_namespace,
		.name = facts_name(app),
		.deleting = o->deleting,
		.skip_reconcile = o->skip,
		.refresh = o->refresh != REFRESH_ABSENT,
		.owner_set = plan->apps[app].by_set ? "set" : "",
		.project = "team",
		.destination = here,
		.compared_destination = here,
		.automated = o->automated,
		.prune = plan->apps[app].prune,
		.self_heal = plan->apps[app].self_heal,
		.image_overrides = "",
		.sync = o->sync,
		.health = o->health,
		.health_message = "",
		.reconciled_s = o->reconciled_s,
		.health_changed_s = SG_APP_NO_TIME,
		.deployed_s = SG_APP_NO_TIME,
		.hydrator = {.hydrate_to = "",
			.phase = "",
			.message = "",
			.started_at = "",
			.dry_sha = "",
			.last_dry_sha = "",
			.last_hydrated_sha = "",
			.last_compared = ""}};
	fill_sources(plan, app, o, f);
	f->app.revision = revisions(plan, app, o->rev, f->revs);
	fill_conditions(plan, app, o, f);
	fill_resources(plan, app, o, f);
	for (int v = 0; v < 32; v++)
		if (o->images & (UINT32_C(1) << v))
			f->images[images++] = facts_image(v);
	f->app.images = (struct sg_app_strings){f->images, images};
	fill_operation(plan, app, o, f);
}
