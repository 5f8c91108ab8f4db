/*
 * Advice: the checks of doctor. What is checked and what to do about a fault stand in their own
 * table (model/doctor.h); here stands for each how a fault comes about, and where to look. A check
 * without an ON_ID here does not compile.
 */
#include "base/attr.h"
#include "model/advice.h"
#include "model/doctor.h"

#define ROW(cause_, look_) .cause = (cause_), .look = (look_)

/* clang-format off */
#define PROTECTED "glab api projects/GROUP%2FPROJECT/protected_branches\n"
#define PROJECT "glab api projects/GROUP%2FPROJECT\n"
#define APP "kubectl -n NAMESPACE get application APP -o yaml\n"
#define APPS "kubectl --context CONTEXT get applications.argoproj.io -A\n"
#define ABOUT_TOKEN "glab api personal_access_tokens/self --hostname HOST\n"

#define ON_CA_TRUST ROW("Servers are judged by these: --ca-file, SSL_CERT_FILE, the system's, and the one that GitLab gives its jobs.", \
	"openssl s_client -connect HOST:443 -servername HOST </dev/null\n")
#define ON_PROXY ROW("A proxy variable of the job or the runner names one (https_proxy, ALL_PROXY); no_proxy makes exceptions.", \
	"env | grep -i proxy\n")
#define ON_JOB_REF ROW("Whoever may push a branch writes the pipeline of such a job, and protected variables are absent there.", \
	"env | grep CI_COMMIT_REF\n" PROTECTED)
#define ON_JOB_ASKER ROW("Whoever asks for a promotion does not approve it, so it must be known who started the job.", \
	"env | grep -c CI_JOB_TOKEN\n")
#define ON_JOB_TOKEN ROW("GitLab gives each job a token that may read and little more; it says who started the job.", \
	"glab api projects/GROUP%2FPROJECT/job_token_scope\n")
#define ON_REPOSITORY_READ ROW("A wrong address, a token that may not see it, or a network that does not let the job through.", \
	"git ls-remote URL\n")
#define ON_CONFIG_USABLE ROW("The file is missing on that branch, or contradicts itself.", \
	"stagegate check\n")
#define ON_CONFIG_BINDS ROW("Gates from a file of the job, or from a branch that anybody may change, would bind nobody.", PROTECTED)
#define ON_GITLAB_NAMED ROW("The repository is given by an address that is no GitLab's, or this is no job and no GitLab is named.", \
	"env | grep -E 'STAGEGATE_GITLAB_URL|CI_SERVER_URL'\n")
#define ON_GITLAB_REACHED ROW("A wrong address, a proxy that is missing, a certificate that is not trusted, or a GitLab that is down.", \
	"curl -sv --max-time 10 https://HOST/api/v4/version -o /dev/null\n")
#define ON_GITLAB_VERSION ROW("Older versions do not say why a merge request cannot be merged.", \
	"glab api version --hostname HOST\n")
#define ON_GITLAB_CLOCK ROW("A machine without time synchronisation, or one that was asleep.", \
	"curl -sI https://HOST/ | grep -i ^date\n")
#define ON_TOKEN_GIVEN ROW("The variable is not set, or it is protected and the job's ref is not.", \
	"glab variable list -R PROJECT\n")
#define ON_TOKEN_ACCEPTED ROW("It has expired, was revoked or rotated, or belongs to another GitLab.", ABOUT_TOKEN)
#define ON_TOKEN_KIND ROW("A person's token may do all that the person may, ends when they leave, and makes them the author of every promotion.", \
	"glab api user --hostname HOST\n")
#define ON_TOKEN_SCOPE ROW("It was made with read_api or write_repository alone.", ABOUT_TOKEN)
#define ON_TOKEN_EXPIRY ROW("Access tokens end after a year at the latest; from then on runs end with AUTH_FAILED.", ABOUT_TOKEN)
#define ON_TOKEN_ROLE ROW("The bot was added with a lower role, or the protected branches ask for a higher one.", \
	"glab api projects/GROUP%2FPROJECT/members/all\n")
#define ON_PROJECT_FOUND ROW("It was renamed, moved or deleted, or the token's user is no member: GitLab's answer is the same.", PROJECT)
#define ON_PROJECT_MOVED ROW("GitLab redirects from the old path, and no redirect is followed with a token.", PROJECT)
#define ON_PROJECT_WRITABLE ROW("Somebody archived it.", PROJECT)
#define ON_MERGE_METHOD ROW("GitLab says a method that is not known here, so nobody can say what a merge would make of the change.", PROJECT)
#define ON_MERGE_SQUASH ROW("With squashing the commit on the target has another id than the one that was judged; its content is the same.", PROJECT)
#define ON_MERGE_TRAIN ROW("A train tests and merges later than the gates were decided.", PROJECT)
#define ON_PIPELINE_REQUIRED ROW("Without it a person with the right to merge can do so before pipeline and gates say yes.", PROJECT)
#define ON_PIPELINE_POSSIBLE ROW("\"Pipelines must succeed\" is on, and the branch has no .gitlab-ci.yml: nothing could ever be merged.", \
	"git show origin/BRANCH:.gitlab-ci.yml\n")
#define ON_SIGNING_KEY ROW("`commit: {sign: required}` and no key, or one that is damaged, has a passphrase, is of another kind, or lies open.", \
	"ssh-keygen -l -f FILE\n")
#define ON_SIGNING_EMAIL ROW("GitLab calls a signature verified when the committer's address is a verified one of the user whose key it is.", \
	"glab api user --hostname HOST\nglab api projects/GROUP%2FPROJECT/repository/commits/SHA/signature\n")
#define ON_PUBLISH_WAY ROW("`publish: {via: api}` stands in the configuration, and a signing key, a missing token or one without the scope api is in the way.", \
	ABOUT_TOKEN)
#define ON_REQUEST_PEOPLE ROW("A name is misspelt, is that of a group, or its user was blocked or has left.", \
	"glab api 'users?username=NAME' --hostname HOST\n")
#define ON_REQUEST_MILESTONE ROW("Its title is misspelt, or somebody closed it.", \
	"glab api 'projects/GROUP%2FPROJECT/milestones?state=active&include_ancestors=true'\n")
#define ON_BRANCH_FOUND ROW("`branch:` is misspelt, or the branch has not been made yet.", \
	"git ls-remote --heads URL\n")
#define ON_BRANCH_PROTECTION ROW("To a branch that is not protected every Developer pushes past the gates.", PROTECTED)
#define ON_BRANCH_MERGE_OTHERS ROW("\"Allowed to merge\" names a role that more people have, or people beside the bot.", PROTECTED)
#define ON_BRANCH_PUSH_OTHERS ROW("\"Allowed to push and merge\" names a role that more people have, or people beside the bot.", PROTECTED)
#define ON_BRANCH_MERGE_DENIED ROW("Neither the bot nor its role is in the list.", PROTECTED)
#define ON_BRANCH_PUSH_DENIED ROW("Neither the bot nor its role is in the list.", PROTECTED)
#define ON_BRANCH_FORCE_PUSH ROW("History could be rewritten, and with it what was approved.", PROTECTED)
#define ON_BRANCH_WORK ROW("A rule with a wildcard covers stagegate/*, where promotions push and rewrite their own branches.", PROTECTED)
#define ON_APPROVERS_READ ROW("A private group looks as if it did not exist to a token whose user does not belong to it.", \
	"glab api groups/GROUP/members/all\n")
#define ON_APPROVERS_ENOUGH ROW("`count` asks for more people than the groups have; bots and blocked users are none.", \
	"glab api groups/GROUP/members/all\n")
#define ON_SOURCES_READ ROW("With `exclude: [authors]` the commits of the source project say who may not approve.", PROJECT)
#define ON_FREEZE_READ ROW("The token lacks the role or the scope.", \
	"glab api projects/GROUP%2FPROJECT/freeze_periods\n")
#define ON_CLUSTER_ACCESS ROW("KUBECONFIG is not set or names no file, or there is no context of that name.", \
	"kubectl config get-contexts\n")
#define ON_CLUSTER_REACHED ROW("A wrong server, a network that does not let the job through, or a credential that has ended.", \
	"kubectl --context CONTEXT get --raw /readyz\n")
#define ON_CLUSTER_CLOCK ROW("A machine without time synchronisation, or one that was asleep.", \
	"kubectl --context CONTEXT get --raw /readyz -v 8\n")
#define ON_CLUSTER_GET ROW("The Role in that namespace does not name the verb, or is bound to somebody else.", \
	"kubectl auth can-i get applications.argoproj.io -n NAMESPACE\n")
#define ON_CLUSTER_WATCH ROW("The Role in that namespace does not name the verbs.", \
	"kubectl auth can-i watch applications.argoproj.io -n NAMESPACE\n")
#define ON_CLUSTER_PATCH ROW("The Role leaves it away, perhaps on purpose: whoever may patch may also start a sync.", \
	"kubectl auth can-i patch applications.argoproj.io -n NAMESPACE\n")
#define ON_WORKLOADS_REACHED ROW("A wrong context, a network that does not let the job through, or a credential that has ended.", \
	"kubectl --context CONTEXT get --raw /readyz\n")
#define ON_WORKLOADS_READ ROW("The Role is applied in the cluster of Argo CD, and not in the one that it deploys to, or not in all namespaces.", \
	"kubectl --context CONTEXT auth can-i list pods -n NAMESPACE\n")
#define ON_APP_FOUND ROW("`application:` makes another name than the cluster has, or it is in another namespace or cluster.", APPS)
#define ON_APP_READ ROW("The Role does not reach its namespace, or it is no Application that is understood here.", APPS)
#define ON_APP_REPOSITORY ROW("The Application deploys from another place, so no commit here ever reaches it.", APP)
#define ON_APP_BRANCH ROW("targetRevision was pinned and left so, or `branch:` is wrong.", APP)
#define ON_APP_PATH ROW("The Application reads another folder than the one whose values are changed.", APP)
#define ON_APP_RECONCILED ROW("Somebody set the annotation skip-reconcile, or the Application is being deleted.", APP)
#define ON_APP_AUTOSYNC ROW("Automated sync is off, and stagegate starts no sync.", APP)
#define ON_APP_SELF_HEAL ROW("Without it a change by hand stays until the next commit.", APP)
#define ON_APP_PRUNE ROW("Where a commit deploys without being asked, left-overs pile up without it; where people approve, deleting deserves a look of theirs.", APP)
#define ON_APP_WINDOWS ROW("The AppProject has sync windows that match the applications.", \
	"kubectl -n NAMESPACE get appproject PROJECT -o jsonpath='{.spec.syncWindows}'\n")
#define ON_FLUX_FOUND ROW("The template makes another name than the cluster has, no Kustomization brings the release, or the Role does not reach it.", \
	"kubectl --context CONTEXT get kustomizations.kustomize.toolkit.fluxcd.io -A\n")
#define ON_FLUX_SOURCE ROW("It deploys from another repository or branch, so no commit here ever reaches it.", \
	"kubectl -n NAMESPACE get gitrepository NAME -o yaml\n")
#define ON_FLUX_RECONCILED ROW("Somebody suspended it, perhaps during an incident.", \
	"kubectl -n NAMESPACE get kustomization NAME -o yaml\n")
#define ON_FLUX_READY ROW("The last reconciliation failed, in the controller's own words.", \
	"kubectl -n NAMESPACE describe kustomization NAME\n")
#define ON_FLUX_PATCH ROW("The Role leaves it away, perhaps on purpose.", \
	"kubectl auth can-i patch kustomizations.kustomize.toolkit.fluxcd.io -n NAMESPACE\n")
#define ON_PLAIN_READ ROW("The Role is not applied in their namespace, or leaves their kind away.", \
	"kubectl --context CONTEXT auth can-i get deployments -n NAMESPACE\n")
#define ON_PLAIN_FOUND ROW("`workload:` makes another name than the cluster has, it is in another namespace or cluster, or nobody has applied it yet.", \
	"kubectl --context CONTEXT get deployments,statefulsets,daemonsets -A\n")
#define ON_PLAIN_IMAGE ROW("It runs the image of another repository, or the service has no `image:`: nothing tells then whether a version is there.", \
	"kubectl --context CONTEXT get deployments -n NAMESPACE -o wide\n")
#define ON_PLAIN_PODS ROW("The Role leaves it away: nothing tells then that no older pod runs.", \
	"kubectl --context CONTEXT auth can-i list pods -n NAMESPACE\n")
/* clang-format on */

static const struct sg_advice rows[] = {
#define SG_X(id, severity, meaning, remedy_)                                                       \
	{                                                                                          \
		.code = #id,                                                                       \
		.means = "doctor looks at this: " meaning ".",                                     \
		.remedy = "Where it is not so: " remedy_ ".",                                      \
		ON_##id,                                                                           \
	},
	SG_DOCTOR_CHECKS(SG_X)
#undef SG_X
};

const struct sg_advice_table sg_advice_checks = {rows, SG_COUNT(rows)};
