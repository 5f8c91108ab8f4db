/* The GitOps project and how it merges (gitlab.md 5, 6.5). */
#include <string.h>

#include "base/attr.h"
#include "model/doctor_say.h"

static void judge_role(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_project *project = &pass->facts->project;

	if (project->role < 0)
		sg_doctor_unseen(pass, SG_DOCTOR_TOKEN_ROLE, NULL,
			"GitLab does not say which role the token's user has");
	else if (project->role < SG_ROLE_DEVELOPER)
		sg_doctor_fault(pass, SG_DOCTOR_TOKEN_ROLE, NULL,
			"the token's user has access level %d; Developer is %d", project->role,
			SG_ROLE_DEVELOPER);
	else
		sg_doctor_ok(pass, SG_DOCTOR_TOKEN_ROLE, NULL,
			"the token's user has access level %d", project->role);
}

static void judge_path(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_project *project = &pass->facts->project;

	if (!sg_str_ieq(sg_str_of(project->path), sg_str_of(project->asked_path)))
		sg_doctor_fault(pass, SG_DOCTOR_PROJECT_MOVED, project->asked_path,
			"it has the path %s now", project->path);
	else
		sg_doctor_ok(pass, SG_DOCTOR_PROJECT_MOVED, project->asked_path,
			"it has this path still");
}

static void judge_train(const struct sg_doctor_pass *pass)
{
	if (!pass->facts->project.merge_trains)
		sg_doctor_ok(pass, SG_DOCTOR_MERGE_TRAIN, NULL, "no merge train is used");
	else if (pass->facts->merges_after_gates)
		sg_doctor_fault(pass, SG_DOCTOR_MERGE_TRAIN, NULL,
			"merge trains are on, and an environment has gates that are decided right "
			"before the merge: nothing is merged into it");
	else
		sg_doctor_ok(pass, SG_DOCTOR_MERGE_TRAIN, NULL,
			"merge trains are on, and merge requests get on them");
}

static void judge_method(const struct sg_doctor_pass *pass)
{
	static const struct {
		const char *word, *sentence;
	} methods[] = {
		{"merge", "merge commits"},
		{"rebase_merge", "merge commits with semi-linear history: a request that is behind "
				 "is made anew on the tip"},
		{"ff", "fast-forward: a request that is behind is made anew on the tip"},
	};
	const char *word = pass->facts->project.merge_method;

	for (size_t i = 0; i < SG_COUNT(methods); i++)
		if (strcmp(word, methods[i].word) == 0) {
			sg_doctor_ok(pass, SG_DOCTOR_MERGE_METHOD, NULL, "%s", methods[i].sentence);
			return;
		}
	if (!word[0])
		sg_doctor_unseen(pass, SG_DOCTOR_MERGE_METHOD, NULL,
			"GitLab does not show it to this token");
	else
		sg_doctor_fault(pass, SG_DOCTOR_MERGE_METHOD, NULL,
			"\"%s\" is not known to this program", word);
}

static void judge_squash(const struct sg_doctor_pass *pass)
{
	const char *word = pass->facts->project.squash_option;

	if (!word[0])
		sg_doctor_unseen(pass, SG_DOCTOR_MERGE_SQUASH, NULL,
			"GitLab does not show it to this token");
	else if (strcmp(word, "never") == 0 || strcmp(word, "default_off") == 0)
		sg_doctor_ok(pass, SG_DOCTOR_MERGE_SQUASH, NULL,
			"commits reach the branch as they are (%s)", word);
	else
		sg_doctor_fault(pass, SG_DOCTOR_MERGE_SQUASH, NULL,
			"GitLab may squash (%s): the commit on the branch is then GitLab's, with "
			"another id than the one that was approved",
			word);
}

static void judge_pipeline_trap(
	const struct sg_doctor_pass *pass, const struct sg_doctor_branch *branch)
{
	const struct sg_doctor_project *project = &pass->facts->project;

	if (!project->has_ci)
		sg_doctor_fault(pass, SG_DOCTOR_PIPELINE_POSSIBLE, branch->name,
			"\"Pipelines must succeed\" is on, and CI/CD is off for the project: "
			"nothing can ever be merged");
	else if (project->auto_devops)
		sg_doctor_ok(pass, SG_DOCTOR_PIPELINE_POSSIBLE, branch->name,
			"Auto DevOps makes pipelines");
	else if (branch->ci_file == SG_ANSWER_UNKNOWN)
		sg_doctor_unseen(pass, SG_DOCTOR_PIPELINE_POSSIBLE, branch->name,
			project->ci_path[0] ? "its pipelines come from a file elsewhere"
					    : "whether it has a .gitlab-ci.yml is not known");
	else if (branch->ci_file == SG_ANSWER_NO)
		sg_doctor_fault(pass, SG_DOCTOR_PIPELINE_POSSIBLE, branch->name,
			"\"Pipelines must succeed\" is on, and the branch has no %s: unless "
			"something else makes a pipeline, nothing is ever merged",
			project->ci_path[0] ? project->ci_path : ".gitlab-ci.yml");
	else
		sg_doctor_ok(pass, SG_DOCTOR_PIPELINE_POSSIBLE, branch->name,
			"the branch has the file that pipelines come from");
}

static void judge_pipelines(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;

	if (!f->project.pipeline_must_succeed) {
		sg_doctor_fault(pass, SG_DOCTOR_PIPELINE_REQUIRED, NULL,
			"\"Pipelines must succeed\" is off: promotions wait for a pipeline that "
			"there is, people in GitLab need not");
		return;
	}
	sg_doctor_ok(pass, SG_DOCTOR_PIPELINE_REQUIRED, NULL, "\"Pipelines must succeed\" is on");
	for (size_t i = 0; i < f->branch_count; i++)
		if (f->branches[i].takes_requests && f->branches[i].exists)
			judge_pipeline_trap(pass, &f->branches[i]);
}

static bool is_moved(const struct sg_doctor_project *project)
{
	return project->seen.state == SG_DOCTOR_FAILED && project->seen.reason == SG_R_REDIRECTED;
}

void sg_doctor_judge_project(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_project *project = &pass->facts->project;

	if (pass->facts->no_gitlab_why)
		return;
	if (is_moved(project)) {
		sg_doctor_failed(
			pass, SG_DOCTOR_PROJECT_MOVED, project->asked_path, &project->seen);
		return;
	}
	if (!sg_doctor_known(
		    pass, SG_DOCTOR_PROJECT_FOUND, project->asked_path, &project->seen, true))
		return;
	sg_doctor_ok(pass, SG_DOCTOR_PROJECT_FOUND, project->asked_path, "GitLab shows it");
	judge_path(pass);
	if (project->archived)
		sg_doctor_fault(pass, SG_DOCTOR_PROJECT_WRITABLE, project->path, "it is archived");
	else
		sg_doctor_ok(pass, SG_DOCTOR_PROJECT_WRITABLE, project->path, "it is not archived");
	judge_role(pass);
	judge_method(pass);
	judge_squash(pass);
	judge_train(pass);
	judge_pipelines(pass);
}
