/*
 * The checks of `doctor`: every one has a stable id, and says what was seen, what is right, or why
 * it could not be looked at. Pure: facts in (model/doctor_facts.h), findings out.
 */
#ifndef SG_MODEL_DOCTOR_H
#define SG_MODEL_DOCTOR_H

#include "model/doctor_facts.h"
#include "model/finding.h"

/*
 * X(ID, severity of its fault, what is checked, what to do about a fault). Ids are part of the
 * output formats and stay stable. A check that was passed is told as `ok`, one that could not be
 * made as `note` with the reason: never as passed.
 */
#define SG_DOCTOR_CHECKS(X)                                                                        \
	X(CA_TRUST, NOTE, "which certificate authorities are trusted",                             \
		"name others with --ca-file or STAGEGATE_CA_FILE")                                 \
	X(PROXY, NOTE, "whether a server is reached by way of a proxy",                            \
		"to go without it, add the host to no_proxy")                                      \
	X(JOB_REF, WARNING, "the job runs on a protected branch or tag",                           \
		"run what writes on a protected branch or tag (Settings > Repository)")            \
	X(JOB_ASKER, ERROR, "GitLab tells who started this job",                                   \
		"leave CI_JOB_TOKEN and CI_SERVER_URL in the environment of the job: without "     \
		"them approval gates stay closed")                                                 \
	X(JOB_TOKEN, NOTE, "what the token of the job is used for",                                \
		"there is nothing to do: it is how GitLab makes job tokens")                       \
	X(REPOSITORY_READ, ERROR, "the GitOps repository can be read",                             \
		"see the address in STAGEGATE_GITOPS, the token and the network")                  \
	X(CONFIG_USABLE, ERROR, "stagegate.yaml is there and can be used",                         \
		"`stagegate check` lists what is wrong with file, line and column")                \
	X(CONFIG_BINDS, ERROR, "gates are read from a place that binds everybody",                 \
		"leave --config and --gitops-ref away, and protect the configuration branch")      \
	X(GITLAB_NAMED, ERROR, "the GitLab of the GitOps repository is known",                     \
		"set STAGEGATE_GITLAB_URL to its root; merge requests and gates need its API")     \
	X(GITLAB_REACHED, ERROR, "GitLab's API answers",                                           \
		"see STAGEGATE_GITLAB_URL, the proxy and the certificate authorities")             \
	X(GITLAB_VERSION, ERROR, "GitLab is new enough", "GitLab 16.0 and newer are supported")    \
	X(GITLAB_CLOCK, WARNING, "GitLab's clock and this machine's agree",                        \
		"let both follow NTP: certificates and tokens are judged by these clocks")         \
	X(TOKEN_GIVEN, ERROR, "there is a token for GitLab's API",                                 \
		"set STAGEGATE_GITLAB_TOKEN or STAGEGATE_GITLAB_TOKEN_FILE to a project access "   \
		"token of the GitOps project")                                                     \
	X(TOKEN_ACCEPTED, ERROR, "GitLab accepts the token",                                       \
		"it is wrong, expired or revoked: make a new one and put it into the variable")    \
	X(TOKEN_KIND, WARNING, "the token belongs to a bot and not to a person",                   \
		"use a project access token of the GitOps project, kept in that project only")     \
	X(TOKEN_SCOPE, ERROR, "the scopes of the token are enough",                                \
		"make a token with the scopes that docs/gitlab-permissions.md lists")              \
	X(TOKEN_EXPIRY, WARNING, "the token does not expire soon", "rotate it before that day")    \
	X(TOKEN_ROLE, ERROR, "the role of the token in the project is enough",                     \
		"give the token the role Developer or Maintainer, as the protected branches ask "  \
		"for")                                                                             \
	X(PROJECT_FOUND, ERROR, "the GitOps project is there for this token",                      \
		"see the path in STAGEGATE_GITOPS; GitLab hides projects that a token may not "    \
		"see")                                                                             \
	X(PROJECT_MOVED, ERROR, "the GitOps project still has the path that is used here",         \
		"name the present path in STAGEGATE_GITOPS and in the applications")               \
	X(PROJECT_WRITABLE, ERROR, "the GitOps project is not archived",                           \
		"unarchive it: nothing can be pushed or merged there")                             \
	X(MERGE_METHOD, WARNING, "the merge method is one that promotions can follow",             \
		"choose merge commit, semi-linear or fast-forward in Settings > Merge requests")   \
	X(MERGE_SQUASH, NOTE, "whether GitLab squashes the commits that are merged",               \
		"set squashing to \"do not allow\" or \"allow\" in Settings > Merge requests")     \
	X(MERGE_TRAIN, ERROR, "merge trains and gates do not get into each other's way",           \
		"turn merge trains off for this project, or leave gates away that are decided "    \
		"right before the merge: a train merges later")                                    \
	X(PIPELINE_REQUIRED, NOTE, "GitLab merges only after a pipeline that succeeded",           \
		"turn on \"Pipelines must succeed\" in Settings > Merge requests")                 \
	X(PIPELINE_POSSIBLE, ERROR, "merge requests can get the pipeline that is required",        \
		"add a .gitlab-ci.yml to the branch, or turn \"Pipelines must succeed\" off")      \
	X(SIGNING_KEY, ERROR, "the key that commits are signed with can be used",                  \
		"set STAGEGATE_SIGNING_KEY_FILE to an ECDSA key, as docs/signing.md shows")        \
	X(SIGNING_EMAIL, WARNING, "GitLab can show the signatures as verified",                    \
		"set commit.author.email to an address of the user whose key it is")               \
	X(PUBLISH_WAY, ERROR, "commits can go the way that the configuration asks for",            \
		"leave publish.via at auto, or give what docs/publishing.md asks for")             \
	X(REQUEST_PEOPLE, ERROR, "the reviewers and assignees of new merge requests exist",        \
		"name active users of GitLab in `merge_request:`; groups cannot be asked")         \
	X(REQUEST_MILESTONE, ERROR, "the milestone of new merge requests exists",                  \
		"create or reopen it in the project or a group above it, or name another in "      \
		"`merge_request:`")                                                                \
	X(BRANCH_FOUND, ERROR, "the branch exists",                                                \
		"create it, or name another in "                                                   \
		"stagegate.yaml")                                                                  \
	X(BRANCH_PROTECTION, ERROR, "the branch is protected",                                     \
		"protect it in Settings > Repository > Protected branches")                        \
	X(BRANCH_MERGE_OTHERS, ERROR, "nobody but the bot may merge into the branch",              \
		"let \"Allowed to merge\" be the token's user alone: whoever may merge walks "     \
		"around every gate")                                                               \
	X(BRANCH_PUSH_OTHERS, ERROR, "nobody but the bot may push to the branch",                  \
		"let \"Allowed to push and merge\" be the token's user alone, or no one: "         \
		"whoever may push walks around every gate")                                        \
	X(BRANCH_MERGE_DENIED, ERROR, "the bot may merge into the branch",                         \
		"add the token's user to \"Allowed to merge\"")                                    \
	X(BRANCH_PUSH_DENIED, ERROR, "the bot may push to the branch",                             \
		"add the token's user to \"Allowed to push and merge\"")                           \
	X(BRANCH_FORCE_PUSH, ERROR, "the branch cannot be force-pushed",                           \
		"turn \"Allowed to force push\" off")                                              \
	X(BRANCH_WORK, ERROR, "our own branches may be pushed and force-pushed",                   \
		"let no pattern of the protected branches cover stagegate/*, or allow the "        \
		"token's user to push and force-push there")                                       \
	X(APPROVERS_READ, ERROR, "the groups of the approval gates can be read",                   \
		"make the token's user a member of the group (Guest is enough)")                   \
	X(APPROVERS_ENOUGH, ERROR, "enough people could approve",                                  \
		"add people to the groups, or lower `count`")                                      \
	X(SOURCES_READ, ERROR, "the source projects of gates that exclude authors can be read",    \
		"name the project in `source:` and make the token's user a Reporter of it")        \
	X(FREEZE_READ, ERROR, "the freeze periods can be read",                                    \
		"the token needs the role Reporter, in old versions Maintainer")                   \
	X(CLUSTER_ACCESS, ERROR, "there is a way into the cluster",                                \
		"see KUBECONFIG and `cluster:` of the environment")                                \
	X(CLUSTER_REACHED, ERROR, "the API server of the cluster answers",                         \
		"see the server in the kubeconfig, the proxy and the network")                     \
	X(CLUSTER_CLOCK, WARNING, "the cluster's clock and this machine's agree",                  \
		"let both follow NTP: certificates and tokens are judged by these clocks")         \
	X(CLUSTER_GET, ERROR, "applications may be read",                                          \
		"allow get on applications.argoproj.io in the namespace of the applications")      \
	X(CLUSTER_WATCH, WARNING, "applications may be watched",                                   \
		"allow list and watch on applications.argoproj.io; without them they are only "    \
		"read now and then")                                                               \
	X(CLUSTER_PATCH, WARNING, "a refresh of applications may be asked for",                    \
		"allow patch on applications.argoproj.io; without it a run waits for Argo CD's "   \
		"own poll")                                                                        \
	X(WORKLOADS_REACHED, WARNING,                                                              \
		"the API server of the cluster that the workloads run in answers",                 \
		"see `workloads:` of the environment, its server in the kubeconfig, the proxy "    \
		"and the network; without it all goes by what Argo CD says")                       \
	X(WORKLOADS_READ, WARNING, "workloads and pods there may be read",                         \
		"apply docs/rbac/workloads.yaml, and for `rollout:` docs/rbac/rollouts.yaml, in "  \
		"their namespaces, for the user of that context")                                  \
	X(APP_FOUND, ERROR, "the applications exist",                                              \
		"see `application:` and `cluster:` of the environment, and what Argo CD has")      \
	X(APP_READ, ERROR, "the applications can be read and understood",                          \
		"see the permissions in their namespace")                                          \
	X(APP_REPOSITORY, ERROR, "the applications read from the GitOps repository",               \
		"set repoURL of their source to it")                                               \
	X(APP_BRANCH, ERROR, "the applications track the branch of their environment",             \
		"set targetRevision of their source to the branch, or `branch:` of the "           \
		"environment to what they track")                                                  \
	X(APP_PATH, ERROR, "the applications read the folder of their service",                    \
		"set path of their source to the folder that stagegate changes")                   \
	X(APP_RECONCILED, ERROR, "Argo CD looks after the applications",                           \
		"remove the annotation skip-reconcile; end or undo the deletion")                  \
	X(APP_AUTOSYNC, WARNING, "the applications are synced automatically",                      \
		"turn automated sync on: without it somebody has to sync after every merge")       \
	X(APP_SELF_HEAL, NOTE, "changes by hand are undone",                                       \
		"set syncPolicy.automated.selfHeal to true")                                       \
	X(APP_PRUNE, WARNING, "resources are pruned where, and only where, nobody is asked",       \
		"prune where a commit is enough; leave prune off where people approve")            \
	X(APP_WINDOWS, NOTE, "whether sync windows are about the applications",                    \
		"see syncWindows of the AppProject: a window can hold a sync back")                \
	X(FLUX_FOUND, ERROR, "what is followed of Flux exists and can be read",                    \
		"see `kustomization:` or `helm_release:` and `cluster:` of the environment, and "  \
		"the permissions in docs/flux.md")                                                 \
	X(FLUX_SOURCE, ERROR, "its GitRepository reads the branch of the environment",             \
		"set spec.url and spec.ref.branch of the GitRepository, or `branch:` of the "      \
		"environment")                                                                     \
	X(FLUX_RECONCILED, ERROR, "nothing of it is suspended or being deleted",                   \
		"resume it with `flux resume`; end or undo the deletion")                          \
	X(FLUX_READY, WARNING, "nothing of it says that it is not ready",                          \
		"see its conditions: what fails now fails the next promotion, too")                \
	X(FLUX_PATCH, WARNING, "a reconciliation may be asked for",                                \
		"allow patch on kustomizations and gitrepositories; without it a run waits for "   \
		"the intervals of Flux")                                                           \
	X(PLAIN_READ, ERROR, "the workloads that are followed may be read",                        \
		"apply docs/rbac/plain.yaml in their namespaces; see `workload:` and `cluster:` "  \
		"of the environment")                                                              \
	X(PLAIN_FOUND, WARNING, "the workloads that are followed are there",                       \
		"see `workload:` and `cluster:` of the environment; what is still to be applied "  \
		"is waited for")                                                                   \
	X(PLAIN_IMAGE, ERROR, "the workloads have the image of their service",                     \
		"set `image:` of the service to what they run, and leave what does not carry it "  \
		"out of `workload:`")                                                              \
	X(PLAIN_PODS, ERROR, "the pods of the workloads may be listed",                            \
		"allow list on pods in their namespaces, as docs/rbac/plain.yaml does")

enum sg_doctor_check {
#define SG_X(id, severity, meaning, remedy) SG_DOCTOR_##id,
	SG_DOCTOR_CHECKS(SG_X)
#undef SG_X
};

/* How many checks there are; they count from 0. */
int sg_doctor_check_count(void);

/* "TOKEN_SCOPE" for SG_DOCTOR_TOKEN_SCOPE, and the other columns of the table. */
const char *sg_doctor_check_name(enum sg_doctor_check check);
enum sg_severity sg_doctor_check_severity(enum sg_doctor_check check);
const char *sg_doctor_check_meaning(enum sg_doctor_check check);
const char *sg_doctor_check_remedy(enum sg_doctor_check check);

/*
 * How far two clocks may stand apart. JSON Web Tokens, which job tokens and service-account tokens
 * are, are commonly judged with a leeway of one minute (RFC 7519 4.1.4: "a few minutes" at most).
 */
#define SG_DOCTOR_CLOCK_SKEW_MAX_S INT64_C(60)

/* A token that ends within two weeks is told: its owner may be away for that long. */
#define SG_DOCTOR_EXPIRY_SOON_S (INT64_C(14) * 24 * 60 * 60)

/* All that the facts say, errors first. Texts are copied into the arena. */
void sg_doctor_judge(const struct sg_doctor_facts *facts, struct sg_arena *arena,
	struct sg_findings *ret_findings);

#endif
