#include "flow/init.h"

#include <string.h>

#include "base/attr.h"
#include "base/version.h"
#include "config/schema_doc.h"
#include "io/fs.h"
#include "scaffold/scaffold.h"
#include "step/remote.h"

#define SCHEMA_FILE "stagegate.schema.json" /* stagegate.yaml of the skeleton names it */
#define SCHEMA_MAX_BYTES (1u << 20)
#define SAMPLE_SERVICE "catalog"
#define SAMPLE_IMAGES "registry.example.com/shop"

static const char *or_else(const char *value, const char *fallback)
{
	return value ? value : fallback;
}

/* "a,b c" as a list; an empty item between commas is left for the check. */
static void split(struct sg_arena *arena, const char *text, const char *const **ret, size_t *count)
{
	struct sg_str rest = sg_str_of(text), part, word;
	const char **items = NULL;

	*count = 0;
	while (sg_str_cut(&rest, ',', &part)) {
		part = sg_str_trim(part);
		while (sg_str_cut(&part, ' ', &word)) {
			const char **item = sg_arena_push(arena, &items, count, sizeof(*item));

			*item = sg_arena_dup(arena, word);
		}
	}
	*ret = items;
}

/* The group or the user that the repository belongs to: "@gitops" for "gitops/apps". */
static int owner_of(struct sg_world *world, const struct sg_remote *remote, const char **ret,
	struct sg_err *err)
{
	const char *path = remote->project ? remote->project : remote->name;
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path) {
		(void)sg_fail(err, SG_R_USAGE,
			"who approves for production? '%.100s' lies in no group", path);
		return sg_hint(err, "give --approvers @user or @group");
	}
	*ret = sg_arena_printf(world->arena, "@%.*s", (int)(slash - path), path);
	return 0;
}

/* "0.1.0" for "0.1.0-dev": the components are released with the program. */
static void add_release(
	struct sg_arena *arena, const struct sg_init_ask *ask, struct sg_scaffold_values *values)
{
	struct sg_str version = sg_str_of(sg_version());
	long dash = sg_str_find(version, '-');

	if (dash >= 0)
		version = sg_str_sub(version, 0, (size_t)dash);
	values->version = sg_arena_dup(arena, version);
	values->components = or_else(ask->components, "platform/stagegate");
	values->job_image = ask->job_image ? ask->job_image
					   : sg_arena_printf(arena, "$CI_REGISTRY/%s:%s",
						     values->components, values->version);
}

static int gitops_values(struct sg_world *world, const struct sg_init_ask *ask,
	struct sg_scaffold_values *values, struct sg_report *report, struct sg_err *err)
{
	const char *approvers = ask->approvers;
	struct sg_remote remote;

	if (sg_remote_name(world, &remote, err) < 0)
		return -1;
	if (!approvers && owner_of(world, &remote, &approvers, err) < 0)
		return -1;
	split(world->arena, approvers, &values->approvers, &values->approver_count);
	split(world->arena, or_else(ask->services, SAMPLE_SERVICE), &values->services,
		&values->service_count);
	report->repository = remote.name;
	values->url = remote.url;
	values->image = or_else(ask->image_prefix, SAMPLE_IMAGES);
	values->branch = or_else(ask->branch, "main");
	values->dev_branch = or_else(ask->dev_branch, "develop");
	values->namespace = or_else(ask->namespace, "argocd");
	if (!ask->image_prefix)
		sg_report_warn(report, "SAMPLE_IMAGES",
			"no --image-prefix was given: the images are %s/SERVICE", SAMPLE_IMAGES);
	return sg_scaffold_check(values, err);
}

/* The job's own project is the application here: which one is the GitOps repository must be said.
 */
static int pipeline_values(struct sg_world *world, const struct sg_init_ask *ask,
	struct sg_scaffold_values *values, struct sg_report *report, struct sg_err *err)
{
	static const char *const by_project[] = {"$CI_PROJECT_NAME"};

	if (!world->settings->gitops) {
		(void)sg_fail(err, SG_R_USAGE, "which GitOps repository? Nothing names it");
		return sg_hint(err, "give --gitops, its project path or https URL");
	}
	values->gitops = report->repository = world->settings->gitops;
	values->image = ask->image_prefix;
	if (ask->services)
		split(world->arena, ask->services, &values->services, &values->service_count);
	if (sg_scaffold_check(values, err) < 0)
		return -1;
	if (values->service_count > 1) {
		(void)sg_fail(err, SG_R_USAGE,
			"--services: a pipeline is made for one service, not for %zu",
			values->service_count);
		return sg_hint(err, "docs/pipelines.md shows a repository with several");
	}
	if (!values->service_count) {
		values->services = by_project;
		values->service_count = 1;
	}
	values->build_image = ask->image_prefix ? sg_arena_printf(world->arena, "%s/%s",
							  ask->image_prefix, values->services[0])
						: "$CI_REGISTRY_IMAGE";
	return 0;
}

/* An option of the other kind is a mistake, not something to pass over. */
static int check_kind(const struct sg_init_ask *ask, struct sg_err *err)
{
	const struct {
		const char *option, *value;
	} gitops_only[] = {
		{"--main-branch", ask->branch},
		{"--dev-branch", ask->dev_branch},
		{"--namespace", ask->namespace},
		{"--approvers", ask->approvers},
	};

	for (size_t i = 0; ask->kind == SG_INIT_PIPELINE && i < SG_COUNT(gitops_only); i++)
		if (gitops_only[i].value)
			return sg_fail(err, SG_R_USAGE, "%s belongs to init gitops",
				gitops_only[i].option);
	return 0;
}

/* What editors check stagegate.yaml with, as `check --schema` prints it. */
static void add_schema(struct sg_arena *arena, struct sg_file_change **files, size_t *count)
{
	SG_AUTO(sg_buf_release) struct sg_buf schema = {0};
	struct sg_file_change *file = sg_arena_push(arena, files, count, sizeof(*file));

	sg_buf_init(&schema, SCHEMA_MAX_BYTES);
	sg_config_schema_json(&schema);
	file->path = SCHEMA_FILE;
	file->before = SG_STR("");
	file->after.ptr = sg_arena_dup(arena, sg_buf_str(&schema));
	file->after.len = schema.len;
}

static int fill(struct sg_world *world, const struct sg_init_ask *ask, struct sg_report *report,
	struct sg_file_change **ret_files, size_t *ret_count, struct sg_err *err)
{
	struct sg_scaffold_values values = {0};
	bool pipeline = ask->kind == SG_INIT_PIPELINE;

	if (check_kind(ask, err) < 0)
		return -1;
	add_release(world->arena, ask, &values);
	if (pipeline ? pipeline_values(world, ask, &values, report, err)
		     : gitops_values(world, ask, &values, report, err))
		return -1;
	if (pipeline) {
		sg_scaffold_files(world->arena, sg_scaffold_pipeline, sg_scaffold_pipeline_count,
			&values, ret_files, ret_count);
		return 0;
	}
	sg_scaffold_files(world->arena, sg_scaffold_gitops, sg_scaffold_gitops_count, &values,
		ret_files, ret_count);
	add_schema(world->arena, ret_files, ret_count);
	return 0;
}

static enum sg_file_state state_of(enum sg_fs_found found, bool dry_run)
{
	if (found == SG_FS_ABSENT)
		return dry_run ? SG_FILE_PLANNED : SG_FILE_CREATED;
	return found == SG_FS_SAME ? SG_FILE_PRESENT : SG_FILE_KEPT;
}

static int write_file(const struct sg_init_ask *ask, const struct sg_file_change *file,
	enum sg_fs_found *found, struct sg_err *err)
{
	if (*found != SG_FS_ABSENT || ask->dry_run)
		return 0;
	return sg_fs_create(ask->folder, file->path, file->after, 0666, found, err);
}

static size_t count_of(const struct sg_report *report, enum sg_file_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < report->made_count; i++)
		count += report->made[i].state == state;
	return count;
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void end(const struct sg_init_ask *ask, struct sg_report *report)
{
	size_t made = count_of(report, ask->dry_run ? SG_FILE_PLANNED : SG_FILE_CREATED);
	size_t kept = count_of(report, SG_FILE_KEPT);
	const char *rest =
		kept ? sg_arena_printf(report->arena, "; %zu with other contents %s left alone",
			       kept, kept == 1 ? "is" : "are")
		     : "";

	if (!made)
		sg_report_end(report, SG_RESULT_UNCHANGED, "NOTHING_TO_DO",
			"nothing to write: all %zu file%s %s there%s", report->made_count,
			plural(report->made_count), report->made_count == 1 ? "is" : "are", rest);
	else if (ask->dry_run)
		sg_report_end(report, SG_RESULT_PLANNED, "PLANNED", "%zu file%s would be written%s",
			made, plural(made), rest);
	else
		sg_report_end(report, SG_RESULT_DONE, "WRITTEN", "%zu file%s written%s", made,
			plural(made), rest);
}

/* The files that a dry run would make, for its diff. */
static void show_planned(struct sg_report *report, const struct sg_file_change *files, size_t count)
{
	struct sg_file_change *shown = NULL;
	size_t shown_count = 0;

	for (size_t i = 0; i < count; i++) {
		struct sg_file_change *row;

		if (report->made[i].state != SG_FILE_PLANNED)
			continue;
		row = sg_arena_push(report->arena, &shown, &shown_count, sizeof(*row));
		*row = files[i];
	}
	report->files = shown;
	report->file_count = shown_count;
}

int sg_flow_init(struct sg_world *world, const struct sg_init_ask *ask, struct sg_report *report,
	struct sg_err *err)
{
	struct sg_file_change *files;
	enum sg_fs_found *found;
	size_t count;

	if (fill(world, ask, report, &files, &count, err) < 0)
		return -1;
	found = sg_arena_calloc(world->arena, count, sizeof(*found));
	for (size_t i = 0; i < count; i++)
		if (sg_fs_find(ask->folder, files[i].path, files[i].after, &found[i], err) < 0)
			return -1;
	for (size_t i = 0; i < count; i++) {
		if (write_file(ask, &files[i], &found[i], err) < 0)
			return -1;
		sg_report_add_file(report, files[i].path, state_of(found[i], ask->dry_run));
	}
	report->folder = ask->folder;
	show_planned(report, files, count);
	end(ask, report);
	return 0;
}
