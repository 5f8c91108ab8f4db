#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "doctor_world.h"

#define FAILED(r, words)                                                                           \
	((struct sg_doctor_seen){                                                                  \
		.state = SG_DOCTOR_FAILED, .reason = SG_R_##r, .why = words, .hint = "do this"})
#define UNASKED(words) ((struct sg_doctor_seen){.state = SG_DOCTOR_UNASKED, .why = words})

/* ---- one thing is broken ---- */

#define BREAK(name, ...)                                                                           \
	static void name(struct doctor_world *w)                                                   \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}

BREAK(no_ca, w->facts.ca_from = "")
BREAK(git_proxy, w->facts.repository_proxy = "http://proxy:3128")
BREAK(cluster_proxy, w->clusters[1].server.proxy = "http://proxy:3128")
BREAK(open_ref, w->facts.job.is_protected = false)
BREAK(no_asker, w->facts.job.asked = FAILED(AUTH_FAILED, "401"))
BREAK(job_token, w->facts.job.has_token = true)
BREAK(no_repository, w->facts.repository = FAILED(UNREACHABLE, "nobody there"))
BREAK(bad_config, w->facts.config = FAILED(CONFIG_INVALID, "stagegate.yaml:3:1: no"))
BREAK(advisory, w->facts.advisory = true)
BREAK(advisory_without_gates, w->facts.advisory = true; w->facts.has_gates = false)
BREAK(no_gitlab, w->facts.no_gitlab_why = "no GitLab is named")
BREAK(no_gitlab_needed, w->facts.no_gitlab_why = "no GitLab is named";
	w->facts.needs_gitlab = false)
BREAK(gitlab_down, w->facts.gitlab.reached = FAILED(UNREACHABLE, "refused");
	w->facts.gitlab.version = NULL; w->facts.gitlab.date_unix_s = 0)
BREAK(gitlab_old, w->facts.gitlab.version = "15.11.13")
BREAK(gitlab_odd, w->facts.gitlab.version = "new")
BREAK(gitlab_unknown, w->facts.gitlab.version = NULL)
BREAK(gitlab_ahead, w->facts.gitlab.date_unix_s = NOW_S + 3600)
BREAK(gitlab_behind, w->facts.gitlab.date_unix_s = NOW_S - 61)
BREAK(gitlab_undated, w->facts.gitlab.date_unix_s = 0)
BREAK(no_token, w->facts.token.given = false; w->facts.token.missing_why = "none was given")
BREAK(only_job_token, w->facts.token.is_job_token = true)
BREAK(dead_token, w->facts.token.user_seen = FAILED(AUTH_FAILED, "401 Unauthorized");
	w->facts.token.self_seen = FAILED(AUTH_FAILED, "401 Unauthorized"))
BREAK(silent_token, w->facts.token.user_seen = UNASKED("GitLab did not answer");
	w->facts.token.self_seen = UNASKED("GitLab did not answer"))
BREAK(person, w->facts.token.bot = false; w->facts.token.username = "dev")
BREAK(group_token, w->facts.token.username = "group_7_bot")
BREAK(oauth, w->facts.token.self_seen = FAILED(REMOTE_FAILED,
		     "400: This endpoint requires token type to be a personal access token"))
BREAK(small_scope, w->scopes[0] = "read_api")
BREAK(small_scope_unused, w->scopes[0] = "read_repository"; w->facts.needs_gitlab = false)
BREAK(gates_only, w->scopes[0] = "read_api"; w->facts.needs_api = false)
BREAK(gates_only_and_less, w->scopes[0] = "read_repository"; w->facts.needs_api = false)
BREAK(people_merge, w->levels[0].role = SG_ROLE_DEVELOPER; w->branches[0].people_merge = true)
BREAK(only_rules, w->levels[0].role = SG_ROLE_DEVELOPER; w->branches[0].gated = false)
BREAK(rules_open, w->rules[0].name = "x"; w->branches[0].gated = false)
BREAK(work_covered, w->rules[1].name = "*")
BREAK(work_covered_well, w->rules[1].name = "stagegate/*"; w->rules[1].force_push = true)
BREAK(work_denied, w->rules[1].name = "stagegate/*"; w->rules[1].force_push = true;
	w->levels[1].role = SG_ROLE_NONE)
BREAK(no_scope, w->facts.token.scope_count = 0)
BREAK(ends_soon, w->facts.token.expires_unix_s = NOW_S + 3 * INT64_C(86400))
BREAK(has_ended, w->facts.token.expires_unix_s = NOW_S - 1)
BREAK(never_ends, w->facts.token.expires_unix_s = 0)
BREAK(no_day, w->facts.gitlab.date_unix_s = 0)
BREAK(reporter, w->facts.project.role = SG_ROLE_REPORTER)
BREAK(role_unknown, w->facts.project.role = -1)
BREAK(no_project, w->facts.project.seen = FAILED(NOT_FOUND, "404 Project Not Found"))
BREAK(moved, w->facts.project.path = "gitops/applications")
BREAK(redirected, w->facts.project.seen = FAILED(REDIRECTED, "has moved to x"))
BREAK(other_case, w->facts.project.path = "GitOps/Apps")
BREAK(archived, w->facts.project.archived = true)
BREAK(odd_method, w->facts.project.merge_method = "octopus")
BREAK(no_method, w->facts.project.merge_method = "")
BREAK(fast_forward, w->facts.project.merge_method = "ff")
BREAK(squash, w->facts.project.squash_option = "always")
BREAK(no_squash, w->facts.project.squash_option = "")
BREAK(train, w->facts.project.merge_trains = w->facts.merges_after_gates = true)
BREAK(train_alone, w->facts.project.merge_trains = true)
BREAK(pipelines_off, w->facts.project.pipeline_must_succeed = false)
BREAK(no_ci, w->facts.project.has_ci = false)
BREAK(no_ci_file, w->branches[0].ci_file = SG_ANSWER_NO)
BREAK(other_ci_file, w->branches[0].ci_file = SG_ANSWER_NO; w->facts.project.ci_path = "ci/x.yml")
BREAK(ci_elsewhere, w->branches[0].ci_file = SG_ANSWER_UNKNOWN;
	w->facts.project.ci_path = "x.yml@other/project")
BREAK(auto_devops, w->branches[0].ci_file = SG_ANSWER_NO; w->facts.project.auto_devops = true)
BREAK(no_key, w->facts.signing.key = UNASKED(NULL))
BREAK(bad_key, w->facts.signing.key = FAILED(SIGNING_KEY_INVALID, "it is cut off"))
BREAK(other_address, w->facts.signing.author_email = "noreply@stagegate.invalid")
BREAK(commit_address, w->facts.token.commit_email = w->facts.signing.author_email;
	w->facts.token.email = "a@example.com")
BREAK(hidden_address, w->facts.token.email = "")
BREAK(no_address, w->facts.signing.author_email = NULL)
BREAK(api_only, w->facts.publish.via = SG_VIA_API; w->facts.publish.from = "--publish-via api")
BREAK(api_only_small_scope, api_only(w); w->scopes[0] = "read_api")
BREAK(api_only_obstacle, api_only(w); w->facts.publish.obstacle = "a signing key is given";
	w->facts.publish.hint = "leave the key away")
BREAK(auto_small_scope, w->scopes[0] = "read_api")
BREAK(auto_obstacle, w->facts.publish.obstacle = "a signing key is given")
BREAK(auto_scopes_unknown, w->facts.token.self_seen = UNASKED("GitLab did not answer"))
BREAK(git_only, w->facts.publish.via = SG_VIA_GIT; w->facts.publish.from = "publish.via: git")
BREAK(strangers, w->requests[0].stranger_count = 2)
BREAK(people_hidden, w->requests[0].people_seen = FAILED(FORBIDDEN, "403 Forbidden"))
BREAK(people_unasked, w->requests[0].people_seen = UNASKED("GitLab did not answer"))
BREAK(no_milestone, w->requests[0].milestone_found = false)
BREAK(milestone_hidden, w->requests[0].milestone_seen = FAILED(FORBIDDEN, "403 Forbidden"))
BREAK(milestone_unasked, w->requests[0].milestone_seen = UNASKED("the project could not be read"))
BREAK(no_branch, w->branches[0].exists = false)
BREAK(open_branch, w->rules[0].name = "release/*")
BREAK(open_branch_without_gates, w->rules[1].name = "development")
BREAK(rules_hidden, w->facts.rules_seen = FAILED(FORBIDDEN, "403 Forbidden"))
BREAK(developers, w->levels[0].role = SG_ROLE_DEVELOPER)
BREAK(developers_without_gates, w->levels[1].role = SG_ROLE_DEVELOPER)
BREAK(an_owner, w->members[2] = (struct sg_doctor_member){9, "head", SG_ROLE_OWNER};
	w->facts.member_count = 3)
BREAK(a_user, w->levels[0] = (struct sg_doctor_allowed){.user_id = 11, .description = "Dev"})
BREAK(a_stranger, w->levels[0] = (struct sg_doctor_allowed){.user_id = 99, .description = "Gone"})
BREAK(a_group, w->levels[0] = (struct sg_doctor_allowed){.group_id = 7, .description = "ops"})
BREAK(a_key, w->levels[0] = (struct sg_doctor_allowed){.deploy_key_id = 7, .description = "k"})
BREAK(only_the_bot, w->levels[0] = (struct sg_doctor_allowed){.user_id = BOT_ID})
BREAK(admins, w->levels[0].role = SG_ROLE_ADMIN)
BREAK(members_hidden, w->facts.members_seen = FAILED(FORBIDDEN, "403 Forbidden"))
BREAK(members_hidden_role_too, w->facts.members_seen = FAILED(FORBIDDEN, "403");
	w->facts.project.role = -1)
BREAK(nobody, w->levels[0].role = SG_ROLE_NONE; w->levels[1].role = SG_ROLE_NONE)
BREAK(user_unknown, w->facts.token.user_seen = UNASKED("GitLab did not answer"))
BREAK(force_push, w->rules[0].force_push = true)
BREAK(force_push_without_gates, w->rules[1].force_push = true)
BREAK(hidden_group, w->approvals[0].seen = FAILED(NOT_FOUND, "@a/b: 404 Group Not Found"))
BREAK(few_people, w->approvals[0].people = 0; w->approvals[0].more = false)
BREAK(just_enough, w->approvals[0].people = 1; w->approvals[0].more = false)
BREAK(no_source, w->sources[0].project = NULL)
BREAK(hidden_source, w->sources[0].seen = FAILED(NOT_FOUND, "404 Project Not Found"))
BREAK(unasked_source, w->sources[0].seen = UNASKED("too many"))
BREAK(hidden_freeze, w->facts.freeze_seen = FAILED(FORBIDDEN, "403 Forbidden"))
BREAK(no_kubeconfig, w->clusters[0].access = FAILED(KUBECONFIG_INVALID, "no such context"))
BREAK(cluster_down, w->clusters[0].server.reached = FAILED(UNREACHABLE, "refused"))
BREAK(cluster_ahead, w->clusters[0].server.date_unix_s = NOW_S + 120)
BREAK(no_get, w->clusters[0].rights.get = SG_ANSWER_NO)
BREAK(no_watch, w->clusters[0].rights.watch = SG_ANSWER_NO)
BREAK(no_list, w->clusters[0].rights.list = w->clusters[0].rights.watch = SG_ANSWER_NO)
BREAK(no_patch, w->clusters[0].rights.patch = SG_ANSWER_NO)
BREAK(rights_unknown, w->clusters[0].rights.seen = FAILED(NOT_FOUND, "404 page not found"))
static const char *const lacking[] = {"list pods in shop", "patch rollouts/status in shop"};
BREAK(nothing, (void)w)
BREAK(beyond_down, w->clusters[0].workloads.server.reached = FAILED(UNREACHABLE, "refused"))
BREAK(beyond_denied, w->clusters[0].workloads.missing = lacking;
	w->clusters[0].workloads.missing_count = 2)
BREAK(beyond_unknown, w->clusters[0].workloads.rights = FAILED(NOT_FOUND, "404 page not found"))
BREAK(beyond_unasked, w->clusters[0].workloads.rights = UNASKED("no application there"))
BREAK(no_app, w->rows[1].seen = FAILED(APPLICATION_NOT_FOUND, "none"))
BREAK(services_unknown, w->clusters[1].app_count = 0; w->clusters[1].no_apps_why = "no folder")
BREAK(forbidden_app, w->rows[1].seen = FAILED(FORBIDDEN, "403: User cannot get"))
BREAK(unasked_app, w->rows[1].seen = UNASKED("the cluster stopped answering"))
BREAK(other_repository, w->app_sources[1].repo_url = "https://git.example.com/other")
BREAK(a_chart, w->app_sources[1].chart = "catalog")
BREAK(other_branch, w->app_sources[1].target_revision = "develop")
BREAK(default_branch, w->app_sources[1].target_revision = "")
BREAK(default_branch_is_wrong, w->app_sources[0].target_revision = "HEAD")
BREAK(long_branch, w->app_sources[1].target_revision = "refs/heads/main")
BREAK(other_folder, w->app_sources[1].path = "apps/catalogue")
BREAK(foreign_folder, w->app_sources[1].path = "./apps/catalog/overlays/staging/")
BREAK(own_overlay, w->app_sources[1].path = "apps/catalog/overlays/prod")
BREAK(values_only, w->app_sources[1].path = "")
BREAK(left_alone, w->apps[1].skip_reconcile = true)
BREAK(deleting, w->apps[1].deleting = true)
BREAK(by_hand, w->apps[1].automated = false)
BREAK(no_heal, w->apps[1].self_heal = false)
BREAK(prunes, w->apps[1].prune = true)
BREAK(keeps, w->apps[0].prune = false)
BREAK(window, w->project.window_count = 1)
BREAK(hidden_project, w->rows[1].project_seen = FAILED(FORBIDDEN, "403 about the project"))

BREAK(no_flux, w->flux[0].seen = FAILED(APPLICATION_NOT_FOUND, "there is no Kustomization"))
BREAK(unasked_flux, w->flux[0].seen = UNASKED("the cluster stopped answering"))
BREAK(flux_elsewhere, w->flux[0].source_url = "https://git.example.com/other")
BREAK(flux_develop, w->flux[0].tracked = "refs/heads/develop")
BREAK(flux_semver, w->flux[0].tracked = "semver 1.x")
BREAK(flux_oci, w->flux[0].source_url = NULL;
	w->flux[0].source_why = "reads from OCIRepository flux-system/web")
BREAK(flux_asleep, w->flux[0].left_alone = "Kustomization flux-system/catalog is suspended")
BREAK(flux_fails, w->flux[0].not_ready = "Kustomization flux-system/catalog: BuildFailed: no")
BREAK(flux_no_patch, w->clusters[1].flux_patch = false)
BREAK(no_plain, w->plain[0].seen = FAILED(NOT_FOUND, "404"))
BREAK(denied_plain, w->plain[0].seen = FAILED(FORBIDDEN, "no get on deployments"))
BREAK(unasked_plain, w->plain[0].seen = UNASKED("the cluster stopped answering"))
BREAK(plain_other, w->plain[0].has_image = SG_ANSWER_NO; w->plain[0].runs = "nginx:1")
BREAK(plain_imageless, w->plain[0].has_image = SG_ANSWER_UNKNOWN; w->plain[0].image = NULL;
	w->plain[0].image_why = "the service has no image")
BREAK(plain_unread, w->plain[0].has_image = SG_ANSWER_UNKNOWN; w->plain[0].image = NULL;
	w->plain[0].image_unread = true; w->plain[0].image_why = "the branch main is away")
BREAK(plain_open, w->plain[0].has_image = SG_ANSWER_UNKNOWN;
	w->plain[0].image_why = "another object has its template")
BREAK(plain_blind, w->plain[0].may_list_pods = false)
BREAK(plain_pods_unknown, w->plain[0].pods = FAILED(NOT_FOUND, "404"))
BREAK(flux_patch_unknown, w->clusters[1].flux_patch_seen = FAILED(NOT_FOUND, "404"))

#define E SG_SEVERITY_ERROR
#define W SG_SEVERITY_WARNING
#define N SG_SEVERITY_NOTE
#define O SG_SEVERITY_OK
#define ROW(fn, check, severity, words)                                                            \
	{                                                                                          \
#fn, fn, SG_DOCTOR_##check, severity, words                                        \
	}

static const struct row {
	const char *name;
	void (*break_it)(struct doctor_world *w);
	enum sg_doctor_check check;
	enum sg_severity severity;
	const char *words;
} rows[] = {
	ROW(no_ca, CA_TRUST, N, "no certificate authorities"),
	ROW(git_proxy, PROXY, N, "by way of the proxy http://proxy:3128"),
	ROW(cluster_proxy, PROXY, N, "k8s.example.com"),
	ROW(open_ref, JOB_REF, W, "protected variables are absent"),
	ROW(no_asker, JOB_ASKER, E, "401"),
	ROW(job_token, JOB_TOKEN, N, "may not open or merge"),
	ROW(no_repository, REPOSITORY_READ, E, "nobody there"),
	ROW(bad_config, CONFIG_USABLE, E, "stagegate.yaml:3:1"),
	ROW(advisory, CONFIG_BINDS, E, "gates are advice"),
	ROW(advisory_without_gates, CONFIG_BINDS, W, "gates are advice"),
	ROW(no_gitlab, GITLAB_NAMED, E, "no GitLab is named"),
	ROW(no_gitlab_needed, GITLAB_NAMED, N, "no GitLab is named"),
	ROW(gitlab_down, GITLAB_REACHED, E, "refused"),
	ROW(gitlab_down, GITLAB_CLOCK, N, "not checked: it did not answer"),
	ROW(gitlab_old, GITLAB_VERSION, E, "15.11.13"),
	ROW(gitlab_odd, GITLAB_VERSION, N, "not checked"),
	ROW(gitlab_unknown, GITLAB_VERSION, N, "not checked"),
	ROW(gitlab_ahead, GITLAB_CLOCK, W, "1h ahead of"),
	ROW(gitlab_behind, GITLAB_CLOCK, W, "1m 1s behind"),
	ROW(gitlab_undated, GITLAB_CLOCK, N, "no date"),
	ROW(no_token, TOKEN_GIVEN, E, "none was given"),
	ROW(only_job_token, TOKEN_GIVEN, E, "job's own"),
	ROW(dead_token, TOKEN_ACCEPTED, E, "401 Unauthorized"),
	ROW(dead_token, TOKEN_SCOPE, N, "not checked: 401"),
	ROW(silent_token, TOKEN_ACCEPTED, N, "not checked: GitLab did not answer"),
	ROW(person, TOKEN_KIND, W, "dev, a person"),
	ROW(group_token, TOKEN_KIND, O, "a group access token"),
	ROW(oauth, TOKEN_KIND, W, "OAuth"),
	ROW(small_scope, TOKEN_SCOPE, E, "read_api; merge requests need api"),
	ROW(small_scope_unused, TOKEN_SCOPE, O, "read_repository"),
	ROW(gates_only, TOKEN_SCOPE, O, "read_api"),
	ROW(gates_only_and_less, TOKEN_SCOPE, E, "gates need read_api"),
	ROW(people_merge, BRANCH_MERGE_OTHERS, N, "people merge here"),
	ROW(people_merge, BRANCH_PUSH_OTHERS, E, "dev may push to it, too"),
	ROW(only_rules, BRANCH_MERGE_OTHERS, N, "they make the rules"),
	ROW(only_rules, BRANCH_PUSH_OTHERS, W, "they make the rules"),
	ROW(rules_open, BRANCH_PROTECTION, E, "gates bind nobody"),
	ROW(work_covered, BRANCH_WORK, E, "may not force-push it"),
	ROW(work_covered_well, BRANCH_WORK, O, "may force-push it"),
	ROW(work_denied, BRANCH_WORK, E, "may not push to it"),
	ROW(rules_hidden, BRANCH_WORK, N, "not checked"),
	ROW(no_scope, TOKEN_SCOPE, E, "scopes: none"),
	ROW(ends_soon, TOKEN_EXPIRY, W, "2026-02-06, in less than two weeks"),
	ROW(has_ended, TOKEN_EXPIRY, E, "has expired"),
	ROW(never_ends, TOKEN_EXPIRY, O, "does not expire"),
	ROW(no_day, TOKEN_EXPIRY, N, "what day it is"),
	ROW(reporter, TOKEN_ROLE, E, "access level 20"),
	ROW(role_unknown, TOKEN_ROLE, N, "not checked"),
	ROW(no_project, PROJECT_FOUND, E, "404 Project Not Found"),
	ROW(moved, PROJECT_MOVED, E, "gitops/applications now"),
	ROW(redirected, PROJECT_MOVED, E, "has moved to x"),
	ROW(other_case, PROJECT_MOVED, O, "this path still"),
	ROW(archived, PROJECT_WRITABLE, E, "archived"),
	ROW(odd_method, MERGE_METHOD, W, "octopus"),
	ROW(no_method, MERGE_METHOD, N, "not checked"),
	ROW(fast_forward, MERGE_METHOD, O, "fast-forward"),
	ROW(squash, MERGE_SQUASH, N, "another id"),
	ROW(no_squash, MERGE_SQUASH, N, "not checked"),
	ROW(train, MERGE_TRAIN, E, "nothing is merged into it"),
	ROW(train_alone, MERGE_TRAIN, O, "get on them"),
	ROW(pipelines_off, PIPELINE_REQUIRED, N, "is off"),
	ROW(no_ci, PIPELINE_POSSIBLE, E, "CI/CD is off"),
	ROW(no_ci_file, PIPELINE_POSSIBLE, E, "has no .gitlab-ci.yml"),
	ROW(other_ci_file, PIPELINE_POSSIBLE, E, "has no ci/x.yml"),
	ROW(ci_elsewhere, PIPELINE_POSSIBLE, N, "elsewhere"),
	ROW(auto_devops, PIPELINE_POSSIBLE, O, "Auto DevOps"),
	ROW(no_key, SIGNING_KEY, E, "no key was given"),
	ROW(bad_key, SIGNING_KEY, E, "it is cut off"),
	ROW(other_address, SIGNING_EMAIL, W, "the address of project_101_bot is"),
	ROW(commit_address, SIGNING_EMAIL, O, "an address of project_101_bot"),
	ROW(hidden_address, SIGNING_EMAIL, N, "does not tell the e-mail"),
	ROW(user_unknown, SIGNING_EMAIL, N, "whose the token is"),
	ROW(no_address, SIGNING_EMAIL, N, "could not be used"),
	ROW(api_only, PUBLISH_WAY, O, "--publish-via api: commits go over GitLab's API"),
	ROW(api_only_small_scope, PUBLISH_WAY, E, "does not have the scope api"),
	ROW(api_only_obstacle, PUBLISH_WAY, E, "asks for GitLab's API: a signing key is given"),
	ROW(auto_small_scope, PUBLISH_WAY, W, "goes by Git after GitLab's API has refused it"),
	ROW(auto_obstacle, PUBLISH_WAY, O, "commits go by Git: a signing key is given"),
	ROW(auto_scopes_unknown, PUBLISH_WAY, N, "its scopes are not known"),
	ROW(git_only, PUBLISH_WAY, O, "publish.via: git: commits go by Git"),
	ROW(strangers, REQUEST_PEOPLE, E, "@gone (blocked or not active), @typo"),
	ROW(people_hidden, REQUEST_PEOPLE, E, "403 Forbidden"),
	ROW(people_unasked, REQUEST_PEOPLE, N, "not checked: GitLab did not answer"),
	ROW(no_milestone, REQUEST_MILESTONE, E, "there is no active milestone 1.0"),
	ROW(milestone_hidden, REQUEST_MILESTONE, E, "403 Forbidden"),
	ROW(milestone_unasked, REQUEST_MILESTONE, N, "not checked: the project could not be read"),
	ROW(no_branch, BRANCH_FOUND, E, "no such branch"),
	ROW(open_branch, BRANCH_PROTECTION, E, "gates bind nobody"),
	ROW(open_branch_without_gates, BRANCH_PROTECTION, W, "every Developer"),
	ROW(rules_hidden, BRANCH_PROTECTION, N, "not checked: 403"),
	ROW(rules_hidden, BRANCH_MERGE_OTHERS, N, "not checked: 403"),
	ROW(developers, BRANCH_MERGE_OTHERS, E, "dev may merge into it, too"),
	ROW(developers, BRANCH_PUSH_OTHERS, E, "dev may push to it, too"),
	ROW(developers_without_gates, BRANCH_PUSH_OTHERS, N, "it has no gates"),
	ROW(an_owner, BRANCH_MERGE_OTHERS, W, "head may merge into it as owners"),
	ROW(a_user, BRANCH_MERGE_OTHERS, E, "dev may merge"),
	ROW(a_user, BRANCH_MERGE_DENIED, E, "project_101_bot may not merge into it"),
	ROW(a_stranger, BRANCH_MERGE_OTHERS, E, "Gone may merge"),
	ROW(a_group, BRANCH_MERGE_OTHERS, E, "the group \"ops\""),
	ROW(a_group, BRANCH_MERGE_DENIED, N, "not checked"),
	ROW(a_key, BRANCH_PUSH_OTHERS, E, "the deploy key \"k\""),
	ROW(only_the_bot, BRANCH_MERGE_OTHERS, O, "nobody but"),
	ROW(admins, BRANCH_MERGE_DENIED, E, "may not merge"),
	ROW(members_hidden, BRANCH_MERGE_OTHERS, N, "members of the project cannot be read"),
	ROW(members_hidden, BRANCH_MERGE_DENIED, O, "may merge"),
	ROW(members_hidden_role_too, BRANCH_MERGE_DENIED, N, "not known"),
	ROW(nobody, BRANCH_MERGE_DENIED, E, "may not merge"),
	ROW(nobody, BRANCH_PUSH_DENIED, E, "may not push"),
	ROW(user_unknown, BRANCH_MERGE_OTHERS, N, "is not known"),
	ROW(force_push, BRANCH_FORCE_PUSH, E, "may be force-pushed"),
	ROW(force_push_without_gates, BRANCH_FORCE_PUSH, W, "may be force-pushed"),
	ROW(hidden_group, APPROVERS_READ, E, "@a/b: 404"),
	ROW(hidden_group, APPROVERS_ENOUGH, N, "not checked"),
	ROW(few_people, APPROVERS_ENOUGH, E, "0 active people"),
	ROW(just_enough, APPROVERS_ENOUGH, W, "just as many"),
	ROW(no_source, SOURCES_READ, E, "catalog (no `source:`)"),
	ROW(hidden_source, SOURCES_READ, E, "catalog (shop/catalog): 404"),
	ROW(unasked_source, SOURCES_READ, N, "not checked: catalog (too many)"),
	ROW(hidden_freeze, FREEZE_READ, E, "403"),
	ROW(no_kubeconfig, CLUSTER_ACCESS, E, "no such context"),
	ROW(cluster_down, CLUSTER_REACHED, E, "refused"),
	ROW(cluster_ahead, CLUSTER_CLOCK, W, "2m ahead"),
	ROW(no_get, CLUSTER_GET, E, "get on applications.argoproj.io is not allowed in argocd"),
	ROW(no_watch, CLUSTER_WATCH, W, "watch is not allowed"),
	ROW(no_list, CLUSTER_WATCH, W, "list and watch are not allowed"),
	ROW(no_patch, CLUSTER_PATCH, W, "patch is not allowed"),
	ROW(rights_unknown, CLUSTER_GET, N, "not checked: 404"),
	ROW(rights_unknown, CLUSTER_PATCH, N, "not checked: 404"),
	ROW(nothing, WORKLOADS_REACHED, O,
		"of /etc/kubeconfig: https://work.example.com: Kubernetes v1"),
	ROW(nothing, WORKLOADS_READ, O, "may be read in 2 namespaces"),
	ROW(beyond_down, WORKLOADS_REACHED, W, "refused"),
	ROW(beyond_denied, WORKLOADS_READ, W,
		"not allowed: list pods in shop, patch rollouts/status in shop"),
	ROW(beyond_unknown, WORKLOADS_READ, N, "not checked: 404"),
	ROW(beyond_unasked, WORKLOADS_READ, N, "not checked: no application there"),
	ROW(no_app, APP_FOUND, E, "catalog-prod"),
	ROW(services_unknown, APP_FOUND, N, "not checked: no folder"),
	ROW(forbidden_app, APP_READ, E, "catalog-prod (403"),
	ROW(unasked_app, APP_READ, N, "1 applications (the cluster stopped"),
	ROW(other_repository, APP_REPOSITORY, E, "catalog-prod (https://git.example.com/other)"),
	ROW(a_chart, APP_REPOSITORY, E, "catalog-prod"),
	ROW(other_branch, APP_BRANCH, E, "catalog-prod (tracks develop)"),
	ROW(default_branch, APP_BRANCH, O, "track the branch"),
	ROW(default_branch_is_wrong, APP_BRANCH, E, "catalog-dev (tracks HEAD)"),
	ROW(long_branch, APP_BRANCH, O, "track the branch"),
	ROW(other_folder, APP_PATH, E, "reads apps/catalogue instead of apps/catalog"),
	ROW(foreign_folder, APP_PATH, E, "is another environment's"),
	ROW(own_overlay, APP_PATH, O, "folders of their services"),
	ROW(values_only, APP_PATH, O, "folders of their services"),
	ROW(left_alone, APP_RECONCILED, E, "annotation skip-reconcile"),
	ROW(deleting, APP_RECONCILED, E, "being deleted"),
	ROW(by_hand, APP_AUTOSYNC, W, "catalog-prod"),
	ROW(no_heal, APP_SELF_HEAL, N, "catalog-prod"),
	ROW(prunes, APP_PRUNE, W, "catalog-prod (prunes)"),
	ROW(keeps, APP_PRUNE, N, "catalog-dev (does not prune)"),
	ROW(window, APP_WINDOWS, N, "catalog-prod (deny 0 22 * * * for 8h)"),
	ROW(hidden_project, APP_WINDOWS, N, "403 about the project"),
	ROW(no_flux, FLUX_FOUND, E, "flux-system/catalog (there is no Kustomization)"),
	ROW(unasked_flux, FLUX_FOUND, N, "not checked: flux-system/catalog (the cluster stopped"),
	ROW(flux_elsewhere, FLUX_SOURCE, E, "(https://git.example.com/other)"),
	ROW(flux_develop, FLUX_SOURCE, E, "(tracks refs/heads/develop)"),
	ROW(flux_semver, FLUX_SOURCE, N, "not checked: flux-system/catalog (tracks semver 1.x)"),
	ROW(flux_oci, FLUX_SOURCE, N, "(reads from OCIRepository"),
	ROW(flux_asleep, FLUX_RECONCILED, E, "is suspended"),
	ROW(flux_fails, FLUX_READY, W, "BuildFailed"),
	ROW(flux_no_patch, FLUX_PATCH, W, "patch is not allowed in flux-system"),
	ROW(no_plain, PLAIN_FOUND, W, "not there: Deployment shop/web"),
	ROW(denied_plain, PLAIN_READ, E, "Deployment shop/web (no get on deployments)"),
	ROW(unasked_plain, PLAIN_READ, N, "not checked: Deployment shop/web (the cluster stopped"),
	ROW(plain_other, PLAIN_IMAGE, E, "Deployment shop/web (nginx:1)"),
	ROW(plain_imageless, PLAIN_IMAGE, E, "(the service has no image)"),
	ROW(plain_unread, PLAIN_IMAGE, N,
		"not checked: Deployment shop/web (the branch main is away)"),
	ROW(plain_open, PLAIN_IMAGE, N, "(another object has its template)"),
	ROW(plain_blind, PLAIN_PODS, E, "Deployment shop/web"),
	ROW(plain_pods_unknown, PLAIN_PODS, N, "not checked: Deployment shop/web (404)"),
	ROW(flux_patch_unknown, FLUX_PATCH, N, "not checked: 404"),
};

static void each_fault_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const struct sg_finding *found;
		struct doctor_world w;

		doctor_world_init(&w);
		rows[i].break_it(&w);
		doctor_world_judge(&w);
		found = doctor_world_find(&w, rows[i].check, rows[i].severity, rows[i].words);
		if (!found) {
			print_error("%s\n", doctor_world_text(&w));
			fail_msg("%s: no %s %s \"%s\"", rows[i].name,
				sg_severity_name(rows[i].severity),
				sg_doctor_check_name(rows[i].check), rows[i].words);
		}
		if (found->severity == SG_SEVERITY_OK && found->hint)
			fail_msg("%s: advice for what is right: %s", rows[i].name, found->hint);
		doctor_world_release(&w);
	}
}

static bool is_broken_somewhere(enum sg_doctor_check check)
{
	for (size_t i = 0; i < SG_COUNT(rows); i++)
		if (rows[i].check == check && rows[i].severity == sg_doctor_check_severity(check))
			return true;
	return false;
}

static void every_check_has_its_fault_here(void **state)
{
	(void)state;
	for (int i = 0; i < sg_doctor_check_count(); i++)
		if (!is_broken_somewhere((enum sg_doctor_check)i))
			fail_msg(
				"no test breaks %s", sg_doctor_check_name((enum sg_doctor_check)i));
}

static void where_all_is_well_everything_is_told(void **state)
{
	struct doctor_world w;

	(void)state;
	doctor_world_init(&w);
	doctor_world_judge(&w);
	if (sg_findings_count(&w.findings, SG_SEVERITY_OK) != w.findings.count)
		fail_msg("not all is ok:\n%s", doctor_world_text(&w));
	for (int i = 0; i < sg_doctor_check_count(); i++) {
		enum sg_doctor_check check = (enum sg_doctor_check)i;

		/* the only one that is told when there is something to tell */
		if (check != SG_DOCTOR_JOB_TOKEN &&
			!doctor_world_find(&w, check, SG_SEVERITY_OK, ""))
			fail_msg("%s is not told:\n%s", sg_doctor_check_name(check),
				doctor_world_text(&w));
	}
	doctor_world_release(&w);
}

/* Nothing that was not asked or not answered may be told as right. */
static void where_nothing_is_known_nothing_is_right(void **state)
{
	struct sg_doctor_facts nothing = {.no_gitlab_why = NULL, .needs_gitlab = true};
	struct sg_arena arena = {0};
	struct sg_findings findings;

	(void)state;
	nothing.gitlab.url = "https://git.example.com";
	nothing.gitlab.reached = nothing.repository = FAILED(UNREACHABLE, "nobody there");
	nothing.config = UNASKED("the repository could not be read");
	nothing.token.given = true;
	nothing.token.user_seen = nothing.token.self_seen = nothing.project.seen =
		UNASKED("GitLab did not answer");
	sg_doctor_judge(&nothing, &arena, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct sg_finding *row = &findings.items[i];

		if (row->severity == SG_SEVERITY_OK && strcmp(row->id, "PROXY") != 0 &&
			strcmp(row->id, "GITLAB_NAMED") != 0 && strcmp(row->id, "TOKEN_GIVEN") != 0)
			fail_msg("%s is told as right: %s", row->id, row->text);
	}
	assert_int_equal(sg_findings_errors(&findings), 2);
	sg_arena_release(&arena);
}

/* Who neither has a key nor must sign hears nothing of it. */
static void signing_is_told_to_those_who_sign(void **state)
{
	struct doctor_world w;

	(void)state;
	doctor_world_init(&w);
	w.facts.signing = (struct sg_doctor_signing){.author_email = "a@example.com"};
	doctor_world_judge(&w);
	assert_null(strstr(doctor_world_text(&w), "SIGNING"));
	doctor_world_release(&w);
	doctor_world_init(&w);
	w.facts.signing.required = false;
	doctor_world_judge(&w);
	assert_non_null(doctor_world_find(
		&w, SG_DOCTOR_SIGNING_KEY, O, "SHA256:f: ecdsa-sha2-nistp256 AAAA"));
	doctor_world_release(&w);
	doctor_world_init(&w);
	w.facts.no_gitlab_why = "another Git server";
	doctor_world_judge(&w);
	assert_null(strstr(doctor_world_text(&w), "SIGNING_EMAIL"));
	doctor_world_release(&w);
}

/* Who commits nothing, or names nobody, hears nothing of it. */
static void what_is_published_is_told_to_those_who_publish(void **state)
{
	struct doctor_world w;

	(void)state;
	doctor_world_init(&w);
	w.facts.publish.commits = false;
	w.requests[0] = (struct sg_doctor_request){.environment = "production"};
	doctor_world_judge(&w);
	assert_null(strstr(doctor_world_text(&w), "PUBLISH_WAY"));
	assert_null(strstr(doctor_world_text(&w), "REQUEST_"));
	doctor_world_release(&w);
}

static void errors_come_first_and_carry_advice(void **state)
{
	struct doctor_world w;
	int last = SG_SEVERITY_ERROR;

	(void)state;
	doctor_world_init(&w);
	small_scope(&w);
	ends_soon(&w);
	pipelines_off(&w);
	doctor_world_judge(&w);
	for (size_t i = 0; i < w.findings.count; i++) {
		assert_true((int)w.findings.items[i].severity >= last);
		last = (int)w.findings.items[i].severity;
	}
	assert_string_equal(w.findings.items[0].id, "TOKEN_SCOPE");
	assert_string_equal(
		w.findings.items[0].hint, sg_doctor_check_remedy(SG_DOCTOR_TOKEN_SCOPE));
	doctor_world_release(&w);
}

/* The advice of an error goes before the table's. */
static void an_error_advises_itself(void **state)
{
	struct doctor_world w;

	(void)state;
	doctor_world_init(&w);
	cluster_down(&w);
	doctor_world_judge(&w);
	assert_string_equal(
		doctor_world_find(&w, SG_DOCTOR_CLUSTER_REACHED, E, "refused")->hint, "do this");
	doctor_world_release(&w);
}

static void the_table_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < sg_doctor_check_count(); i++) {
		enum sg_doctor_check check = (enum sg_doctor_check)i;

		assert_true(strlen(sg_doctor_check_meaning(check)) > 10);
		assert_true(sg_doctor_check_severity(check) != SG_SEVERITY_OK);
		assert_true(strlen(sg_doctor_check_remedy(check)) > 10);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(sg_doctor_check_name(check),
				sg_doctor_check_name((enum sg_doctor_check)k));
	}
}

/* Several applications make one line, and a long list is cut. */
static void many_applications_make_one_line(void **state)
{
	struct sg_doctor_app many[20];
	const struct sg_finding *row;
	struct doctor_world w;

	(void)state;
	doctor_world_init(&w);
	for (size_t i = 0; i < SG_COUNT(many); i++) {
		many[i] = w.rows[1];
		if (i > 10)
			many[i].seen = FAILED(APPLICATION_NOT_FOUND, "none");
	}
	w.clusters[1].apps = many;
	w.clusters[1].app_count = SG_COUNT(many);
	doctor_world_judge(&w);
	row = doctor_world_find(&w, SG_DOCTOR_APP_FOUND, E, "and 3 more");
	assert_non_null(row);
	assert_string_equal(row->subject, "production");
	assert_non_null(doctor_world_find(&w, SG_DOCTOR_APP_BRANCH, O, "(11)"));
	doctor_world_release(&w);
}

/* Two findings of one name would be one case of a JUnit report. */
static void two_gates_of_one_environment_are_told_apart(void **state)
{
	const struct sg_finding *first, *second;
	struct doctor_world w;

	(void)state;
	doctor_world_init(&w);
	w.approvals[1] = w.approvals[0];
	w.approvals[1].people = 0;
	w.approvals[1].more = false;
	w.facts.approval_count = 2;
	doctor_world_judge(&w);
	first = doctor_world_find(&w, SG_DOCTOR_APPROVERS_ENOUGH, O, "");
	second = doctor_world_find(&w, SG_DOCTOR_APPROVERS_ENOUGH, E, "0 active");
	assert_string_equal(first->subject, "production");
	assert_string_equal(second->subject, "production, gate 2");
	doctor_world_release(&w);
}

static void patterns_of_branches(void **state)
{
	static const struct {
		const char *rule, *branch;
		bool match;
	} cases[] = {
		{"main", "main", true},
		{"main", "Main", false},
		{"mai", "main", false},
		{"*", "main", true},
		{"m*n", "main", true},
		{"m*x", "main", false},
		{"release/*", "release/1.x", true},
		{"release/*", "release", false},
		{"*-stable", "16-3-stable", true},
		{"*a*b*c", "xxaxxbxxbc", true},
		{"*a*b*c", "xxaxxbxxb", false},
		{"m?in", "main", false},
		{"[m]ain", "main", false},
		{"", "main", false},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(cases); i++) {
		struct doctor_world w;

		doctor_world_init(&w);
		w.facts.rule_count = 1;
		w.facts.branch_count = 1;
		w.rules[0].name = cases[i].rule;
		w.branches[0].name = cases[i].branch;
		doctor_world_judge(&w);
		if ((doctor_world_find(&w, SG_DOCTOR_BRANCH_PROTECTION, O, "") != NULL) !=
			cases[i].match)
			fail_msg("\"%s\" and \"%s\"", cases[i].rule, cases[i].branch);
		doctor_world_release(&w);
	}
}

/* Several rules about one branch: whoever one of them lets in may do it. */
static void the_most_permissive_rule_counts(void **state)
{
	struct doctor_world w;

	(void)state;
	doctor_world_init(&w);
	w.rules[1].name = "*";
	w.levels[1].role = SG_ROLE_DEVELOPER;
	w.rules[1].force_push = true;
	doctor_world_judge(&w);
	assert_non_null(doctor_world_find(&w, SG_DOCTOR_BRANCH_MERGE_OTHERS, E, "dev may merge"));
	assert_non_null(doctor_world_find(&w, SG_DOCTOR_BRANCH_FORCE_PUSH, E, "force-pushed"));
	doctor_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_found),
		cmocka_unit_test(every_check_has_its_fault_here),
		cmocka_unit_test(where_all_is_well_everything_is_told),
		cmocka_unit_test(where_nothing_is_known_nothing_is_right),
		cmocka_unit_test(signing_is_told_to_those_who_sign),
		cmocka_unit_test(what_is_published_is_told_to_those_who_publish),
		cmocka_unit_test(errors_come_first_and_carry_advice),
		cmocka_unit_test(an_error_advises_itself),
		cmocka_unit_test(the_table_is_whole),
		cmocka_unit_test(many_applications_make_one_line),
		cmocka_unit_test(two_gates_of_one_environment_are_told_apart),
		cmocka_unit_test(patterns_of_branches),
		cmocka_unit_test(the_most_permissive_rule_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
