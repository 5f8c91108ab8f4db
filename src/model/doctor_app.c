/*
 * The applications of one environment, each rule over all of them: an environment may have
 * hundreds, and what is wrong is usually wrong with many. What an application should be is said by
 * the environment: its branch, its services' folders, and whether people approve there.
 */
#include <string.h>

#include "base/attr.h"
#include "model/app_rows.h"
#include "model/doctor_say.h"
#include "model/repo_url.h"

enum judgement { RIGHT, WRONG, BESIDE /* the rule is not about this one */ };

struct look {
	const struct sg_doctor_pass *pass;
	const struct sg_doctor_cluster *cluster;
	const struct sg_doctor_app *row;
	const char *detail; /* of what is wrong; NULL: nothing to add */
};

static bool is_read(const struct look *look)
{
	return look->row->seen.state == SG_DOCTOR_KNOWN;
}

static enum judgement found(struct look *look)
{
	const struct sg_doctor_seen *seen = &look->row->seen;

	if (seen->state == SG_DOCTOR_UNASKED)
		return BESIDE;
	if (seen->state == SG_DOCTOR_KNOWN)
		return RIGHT;
	return seen->reason == SG_R_APPLICATION_NOT_FOUND ? WRONG : BESIDE;
}

static enum judgement readable(struct look *look)
{
	const struct sg_doctor_seen *seen = &look->row->seen;

	if (seen->state == SG_DOCTOR_KNOWN)
		return RIGHT;
	if (seen->state == SG_DOCTOR_UNASKED || seen->reason == SG_R_APPLICATION_NOT_FOUND)
		return BESIDE;
	look->detail = seen->why;
	return WRONG;
}

static bool reads_repository(const struct look *look, const struct sg_app_source *source)
{
	return !source->chart[0] &&
	       sg_repo_url_same(source->repo_url, look->pass->facts->repository_url);
}

static enum judgement repository(struct look *look)
{
	const struct sg_app *app = look->row->app;

	if (!is_read(look))
		return BESIDE;
	for (size_t i = 0; i < app->source_count; i++)
		if (reads_repository(look, &app->sources[i]))
			return RIGHT;
	look->detail = app->source_count ? app->sources[0].repo_url : "it has no source";
	return WRONG;
}

static bool tracks_branch(const struct look *look, const struct sg_app_source *source)
{
	const char *branch = look->cluster->env->branch, *target = source->target_revision;
	const char *head = look->pass->facts->default_branch;

	if (!target[0] || strcmp(target, "HEAD") == 0)
		return head && strcmp(head, branch) == 0;
	if (strncmp(target, "refs/heads/", 11) == 0)
		target += 11;
	return strcmp(target, branch) == 0;
}

static enum judgement branch(struct look *look)
{
	const struct sg_app *app = look->row->app;
	const char *target = NULL;

	if (!is_read(look))
		return BESIDE;
	for (size_t i = 0; i < app->source_count; i++) {
		if (!reads_repository(look, &app->sources[i]))
			continue;
		if (tracks_branch(look, &app->sources[i]))
			return RIGHT;
		target = app->sources[i].target_revision;
	}
	if (!target)
		return BESIDE;
	look->detail = sg_arena_printf(
		look->pass->arena, "tracks %s", target[0] ? target : "the default branch");
	return WRONG;
}

static struct sg_str plain_path(const char *path)
{
	struct sg_str s = sg_str_of(path);

	while (sg_str_starts(s, "./"))
		s = sg_str_sub(s, 2, s.len);
	while (sg_str_ends(s, "/"))
		s = sg_str_sub(s, 0, s.len - 1);
	return s;
}

/* PATH is FOLDER or lies below it. */
static bool is_inside(struct sg_str path, struct sg_str folder)
{
	return path.len >= folder.len && sg_str_eq(sg_str_sub(path, 0, folder.len), folder) &&
	       (path.len == folder.len || folder.len == 0 || path.ptr[folder.len] == '/');
}

static bool is_foreign(const struct sg_doctor_app *row, struct sg_str path)
{
	for (size_t i = 0; i < row->foreign_count; i++)
		if (is_inside(path, plain_path(row->foreign[i])))
			return true;
	return false;
}

/* A source that only lends its files to another has no path: it says nothing about folders. */
static enum judgement folder(struct look *look)
{
	struct sg_str wanted = plain_path(look->row->path);
	const char *seen = NULL;

	if (!is_read(look) || !look->row->path)
		return BESIDE;
	for (size_t i = 0; i < look->row->app->source_count; i++) {
		const struct sg_app_source *source = &look->row->app->sources[i];

		if (!reads_repository(look, source) || !tracks_branch(look, source))
			continue;
		if (!source->path[0] || (is_inside(plain_path(source->path), wanted) &&
						!is_foreign(look->row, plain_path(source->path))))
			return RIGHT;
		seen = source->path;
	}
	if (!seen)
		return BESIDE;
	if (is_foreign(look->row, plain_path(seen)))
		look->detail = sg_arena_printf(
			look->pass->arena, "reads %s, which is another environment's", seen);
	else
		look->detail = sg_arena_printf(
			look->pass->arena, "reads %s instead of %s", seen, look->row->path);
	return WRONG;
}

static enum judgement reconciled(struct look *look)
{
	if (!is_read(look))
		return BESIDE;
	if (look->row->app->deleting)
		look->detail = "it is being deleted";
	else if (look->row->app->skip_reconcile)
		look->detail = "annotation skip-reconcile";
	else
		return RIGHT;
	return WRONG;
}

static enum judgement autosync(struct look *look)
{
	if (!is_read(look))
		return BESIDE;
	return look->row->app->automated ? RIGHT : WRONG;
}

static enum judgement self_heal(struct look *look)
{
	if (!is_read(look) || !look->row->app->automated)
		return BESIDE;
	return look->row->app->self_heal ? RIGHT : WRONG;
}

/* Where people approve a change, nothing is to be deleted without them. */
static enum judgement prune_off(struct look *look)
{
	if (!is_read(look) || !look->row->app->automated || !look->cluster->people_approve)
		return BESIDE;
	look->detail = "prunes";
	return look->row->app->prune ? WRONG : RIGHT;
}

/* Where a commit is enough, what was removed from Git would stay for ever. */
static enum judgement prune_on(struct look *look)
{
	const struct sg_environment *env = look->cluster->env;

	if (!is_read(look) || !look->row->app->automated || env->gate_count ||
		env->publish != SG_PUBLISH_COMMIT)
		return BESIDE;
	look->detail = "does not prune";
	return look->row->app->prune ? RIGHT : WRONG;
}

static enum judgement windows(struct look *look)
{
	const struct sg_app_window *window;
	size_t at = 0;

	if (!is_read(look) || look->row->project_seen.state != SG_DOCTOR_KNOWN)
		return BESIDE;
	window = sg_app_window_next(look->row->project, look->row->app, &at);
	if (!window)
		return RIGHT;
	look->detail = sg_arena_printf(look->pass->arena, "%s %s for %s", window->kind,
		window->schedule, window->duration);
	return WRONG;
}

static const struct rule {
	enum sg_doctor_check check;
	enum sg_severity severity;
	enum judgement (*judge)(struct look *look);
	const char *fault;
	const char *right;
} rules[] = {
	{SG_DOCTOR_APP_FOUND, SG_SEVERITY_ERROR, found, "the cluster has no application",
		"the applications exist"},
	{SG_DOCTOR_APP_READ, SG_SEVERITY_ERROR, readable,
		"could not be read:", "the applications can be read"},
	{SG_DOCTOR_APP_REPOSITORY, SG_SEVERITY_ERROR, repository,
		"no source reads the GitOps repository:", "they read the GitOps repository"},
	{SG_DOCTOR_APP_BRANCH, SG_SEVERITY_ERROR, branch,
		"another branch is tracked:", "they track the branch of the environment"},
	{SG_DOCTOR_APP_PATH, SG_SEVERITY_ERROR, folder,
		"another folder is read:", "they read the folders of their services"},
	{SG_DOCTOR_APP_RECONCILED, SG_SEVERITY_ERROR, reconciled,
		"Argo CD leaves alone:", "Argo CD looks after them"},
	{SG_DOCTOR_APP_AUTOSYNC, SG_SEVERITY_WARNING, autosync,
		"automated sync is off:", "automated sync is on"},
	{SG_DOCTOR_APP_SELF_HEAL, SG_SEVERITY_NOTE, self_heal,
		"changes by hand are kept:", "changes by hand are undone"},
	{SG_DOCTOR_APP_PRUNE, SG_SEVERITY_WARNING, prune_off,
		"people approve here, and resources are pruned without them:",
		"pruning is left to people"},
	{SG_DOCTOR_APP_PRUNE, SG_SEVERITY_NOTE, prune_on,
		"what is removed from Git stays:", "what is removed from Git is pruned"},
	{SG_DOCTOR_APP_WINDOWS, SG_SEVERITY_NOTE, windows, "a sync window is about",
		"no sync window is about them"},
};

static const char *short_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static void judge_rule(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster,
	const struct rule *rule)
{
	struct sg_doctor_names wrong = {0};
	size_t right = 0;

	for (size_t i = 0; i < cluster->app_count; i++) {
		struct look look = {pass, cluster, &cluster->apps[i], NULL};
		const char *name = short_name(look.row->name);
		enum judgement judgement = rule->judge(&look);

		right += judgement == RIGHT;
		if (judgement == WRONG)
			sg_doctor_name(pass, &wrong,
				look.detail
					? sg_arena_printf(pass->arena, "%s (%s)", name, look.detail)
					: name);
	}
	if (wrong.count)
		sg_doctor_say(pass, rule->check, rule->severity, cluster->env->name, "%s %s",
			rule->fault, sg_doctor_names_text(pass, &wrong));
	else if (right)
		sg_doctor_ok(pass, rule->check, cluster->env->name, "%s (%zu)", rule->right, right);
}

/* What could not be looked at is told once, with the first reason. */
static void tell_unseen(const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	const struct sg_doctor_app *app = NULL, *project = NULL;
	size_t apps = 0, projects = 0;

	for (size_t i = cluster->app_count; i-- > 0;) {
		const struct sg_doctor_app *row = &cluster->apps[i];

		if (row->seen.state == SG_DOCTOR_UNASKED) {
			app = row;
			apps++;
		} else if (row->seen.state == SG_DOCTOR_KNOWN &&
			   row->project_seen.state != SG_DOCTOR_KNOWN) {
			project = row;
			projects++;
		}
	}
	if (app)
		sg_doctor_unseen(pass, SG_DOCTOR_APP_READ, cluster->env->name,
			sg_arena_printf(pass->arena, "%zu applications (%s)", apps,
				app->seen.why ? app->seen.why : "not asked"));
	if (project)
		sg_doctor_unseen(pass, SG_DOCTOR_APP_WINDOWS, cluster->env->name,
			sg_arena_printf(pass->arena, "for %zu applications (%s)", projects,
				project->project_seen.why ? project->project_seen.why
							  : "not asked"));
}

void sg_doctor_judge_apps(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	if (cluster->no_apps_why)
		sg_doctor_unseen(
			pass, SG_DOCTOR_APP_FOUND, cluster->env->name, cluster->no_apps_why);
	for (size_t i = 0; i < SG_COUNT(rules); i++)
		judge_rule(pass, cluster, &rules[i]);
	tell_unseen(pass, cluster);
}
