#include "flow/check.h"

#include <string.h>

#include "base/attr.h"
#include "config/load.h"
#include "config/schema_doc.h"
#include "step/change.h"
#include "step/load.h"
#include "step/services.h"

#define SCHEMA_MAX_BYTES (1u << 20)

/* One pass over environments and services. */
struct pass {
	struct sg_world *world;
	struct sg_report *report;
	struct sg_policy policy;
	size_t places;
};

static void note_error(struct pass *pass, enum sg_severity severity, int line, const char *env,
	const struct sg_err *err)
{
	struct sg_finding *finding = sg_finding_add(pass->world->arena, &pass->report->findings,
		severity, pass->policy.file, line, 0, "%s: %s", env, err->cause);

	if (err->hint[0])
		finding->hint = sg_arena_strdup(pass->world->arena, err->hint);
}

static void add_places(
	struct pass *pass, const char *env, const struct sg_change_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*sg_report_add_place(pass->report) = (struct sg_report_place){
			.service = places[i].place.service,
			.environment = env,
			.file = places[i].place.file,
			.line = places[i].value.line,
			.place = places[i].value.place,
			.part = sg_image_part_name(places[i].place.part),
			.value = places[i].value.value,
			.found = places[i].place.found,
		};
}

static void add_no_place(
	struct pass *pass, const char *env, const char *service, const struct sg_err *why)
{
	*sg_report_add_place(pass->report) = (struct sg_report_place){
		.service = service,
		.environment = env,
		.code = sg_reason_name(why->reason),
		.cause = sg_arena_strdup(pass->world->arena, why->cause),
	};
}

/*
 * A service that only "*" knows may be absent from an environment; one that is named must be there.
 */
static int check_service(struct pass *pass, const struct sg_environment *env, const char *name,
	struct sg_tree_source *source, struct sg_err *err)
{
	const struct sg_service *entry = sg_policy_service(&pass->policy, name);
	bool named = entry && strcmp(entry->name, "*") != 0;
	struct sg_change_place *places;
	struct sg_err found;
	size_t count;

	if (sg_change_places(
		    pass->world, &pass->policy, env, name, source, &places, &count, &found) == 0) {
		pass->places += count;
		add_places(pass, env->name, places, count);
		return 0;
	}
	switch (sg_reason_exit(found.reason)) {
	case 3: /* configuration */
	case 5: /* not there */
	case 9: /* cannot be read exactly */
		note_error(pass,
			found.reason == SG_R_FILE_NOT_FOUND && !named ? SG_SEVERITY_WARNING
								      : SG_SEVERITY_ERROR,
			entry ? entry->line : 0, env->name, &found);
		add_no_place(pass, env->name, name, &found);
		return 0;
	default:
		*err = found;
		return -1;
	}
}

static int check_environment(struct pass *pass, const struct sg_environment *env,
	struct sg_tree_source *source, struct sg_err *err)
{
	const char *const *names;
	size_t count;

	if (sg_service_list(pass->world, &pass->policy, env, source, &names, &count, err) < 0) {
		if (err->reason != SG_R_FILE_NOT_FOUND)
			return -1;
		note_error(pass, SG_SEVERITY_ERROR, env->line, env->name, err);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		if (check_service(pass, env, names[i], source, err) < 0)
			return -1;
	if (count == 0) /* no service is named, and "*" is nobody */
		(void)sg_finding_add(pass->world->arena, &pass->report->findings,
			SG_SEVERITY_WARNING, pass->policy.file, pass->policy.services[0].line, 0,
			"%s: no service is found by `path: %s`, so none was looked at: there has "
			"to be a folder where {service} is a whole component",
			env->name, pass->policy.services[0].path);
	return 0;
}

static void end(struct pass *pass)
{
	size_t errors = sg_findings_errors(&pass->report->findings);

	if (errors)
		sg_report_end(pass->report, SG_RESULT_INVALID, "FINDINGS", "%zu error%s", errors,
			errors == 1 ? "" : "s");
	else
		sg_report_end(pass->report, SG_RESULT_DONE, "OK",
			"sound: %zu environment%s, %zu place%s read",
			pass->policy.environment_count,
			pass->policy.environment_count == 1 ? "" : "s", pass->places,
			pass->places == 1 ? "" : "s");
}

/* True when the configuration can be used at all; its findings are in the report either way. */
static bool lint(struct pass *pass, const char *name, struct sg_str text)
{
	bool usable = sg_config_lint(
		pass->world->arena, name, text, &pass->policy, &pass->report->findings);

	if (!usable)
		sg_report_end(pass->report, SG_RESULT_INVALID, "FINDINGS",
			"the configuration cannot be used");
	return usable;
}

static int check_folder(struct pass *pass, const char *folder, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);
	struct sg_tree_source *source;

	sg_buf_init(&text, SG_CONFIG_MAX_BYTES);
	if (sg_repo_folder_source(folder, pass->world->arena, &source, err) < 0)
		return sg_wrap(err, "--repo");
	if (source->read(source, SG_CONFIG_FILE, &text, err) < 0) {
		if (err->reason != SG_R_FILE_NOT_FOUND)
			return -1;
		(void)sg_fail(err, SG_R_CONFIG_MISSING, "%s holds no %s", folder, SG_CONFIG_FILE);
		return sg_hint(err, "--repo names the root of a clone of the GitOps repository; "
				    "`stagegate init gitops DIR` writes one to start with");
	}
	pass->report->config_from =
		sg_arena_printf(pass->world->arena, "%s/%s", folder, SG_CONFIG_FILE);
	if (!lint(pass, SG_CONFIG_FILE, sg_buf_str(&text)))
		return 0;
	for (size_t i = 0; i < pass->policy.environment_count; i++)
		if (check_environment(pass, &pass->policy.environments[i], source, err) < 0)
			return -1;
	end(pass);
	return 0;
}

static int check_branch(struct pass *pass, struct sg_loaded *loaded,
	const struct sg_environment *env, struct sg_err *err)
{
	struct sg_tree_source *source;

	if (sg_load_branch(pass->world, loaded, env->branch, &source, err) < 0) {
		if (err->reason != SG_R_BRANCH_NOT_FOUND)
			return -1;
		note_error(pass, SG_SEVERITY_ERROR, env->line, env->name, err);
		return 0;
	}
	return check_environment(pass, env, source, err);
}

static int check_remote(struct pass *pass, struct sg_err *err)
{
	struct sg_loaded loaded;
	struct sg_str text;
	int rc = 0;

	if (sg_load_text(pass->world, &loaded, &text, err) < 0)
		return -1;
	pass->report->repository = loaded.remote.name;
	pass->report->config_from = loaded.config_from;
	pass->report->advisory = loaded.advisory;
	if (lint(pass, loaded.config_name, text)) {
		for (size_t i = 0; rc == 0 && i < pass->policy.environment_count; i++)
			rc = check_branch(pass, &loaded, &pass->policy.environments[i], err);
		if (rc == 0)
			end(pass);
	}
	sg_loaded_release(&loaded);
	return rc;
}

int sg_flow_check(struct sg_world *world, const struct sg_check_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct pass pass = {.world = world, .report = report};

	return ask->folder ? check_folder(&pass, ask->folder, err) : check_remote(&pass, err);
}

void sg_flow_schema(struct sg_report *report)
{
	SG_AUTO(sg_buf_release) struct sg_buf schema = {0};

	sg_buf_init(&schema, SCHEMA_MAX_BYTES);
	sg_config_schema_json(&schema);
	report->document = sg_arena_dup(report->arena, sg_buf_str(&schema));
	sg_report_end(report, SG_RESULT_DONE, "OK", "the JSON Schema of " SG_CONFIG_FILE);
}
