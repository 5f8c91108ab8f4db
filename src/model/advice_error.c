/* Advice: errors that are found here, in the configuration, in rights and in names. */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "OK",
		.means = "The command did what it was asked for, or found nothing to complain "
			 "about.",
		.cause = "Nothing went wrong.",
		.remedy = "Nothing.",
	},
	{
		.code = "USAGE",
		.means = "The command line, or a STAGEGATE_ variable that stands for an option, "
			 "cannot be understood. Nothing was read or written.",
		.cause = "A misspelt option or command, a value of the wrong kind, a missing "
			 "word, or nothing says which GitOps repository is meant. In a job, a "
			 "variable that is protected is simply absent on an unprotected branch.",
		.remedy = "Read the line above the reason: it names the option, and often the "
			  "nearest one that exists. Correct it, or set the variable that it names.",
		.look = "stagegate COMMAND --help\n"
			"env | grep ^STAGEGATE_\n",
	},
	{
		.code = "CONFIG_INVALID",
		.means = "stagegate.yaml, or a file that it stands on, contradicts itself or its "
			 "schema. The message has file:line:column.",
		.cause =
			"A key that does not exist, a value of the wrong kind, an environment "
			"that comes after itself, a placeholder that is not known, a gate in an "
			"environment that publishes by commit, or a certificate file that is none.",
		.remedy = "Correct the line. `stagegate check` finds all of them at once, and an "
			  "editor finds them as you write (see docs/configuration.md).",
		.look = "stagegate check --repo .\n"
			"git log -p -3 -- stagegate.yaml\n",
	},
	{
		.code = "CONFIG_MISSING",
		.means = "There is no stagegate.yaml at the root of the configuration branch.",
		.cause = "The GitOps repository has not been set up yet, the file lives on "
			 "another branch than the remote's HEAD, or --gitops names the "
			 "application's own repository.",
		.remedy = "Name the branch with --gitops-ref, name the right repository with "
			  "--gitops, or write the file.",
		.look = "git ls-remote --symref URL HEAD\n"
			"git show origin/BRANCH:stagegate.yaml\n",
	},
	{
		.code = "KUBECONFIG_INVALID",
		.means = "No Kubernetes API server can be reached with the kubeconfig that was "
			 "given, because it names none or contradicts itself.",
		.cause = "KUBECONFIG is unset or names a file that is not there, the context is "
			 "missing or misspelt, the certificate is no PEM, or the job has no access "
			 "to the cluster through the GitLab agent.",
		.remedy = "Look at the contexts that exist and name one: `cluster: {context: "
			  "NAME}` in stagegate.yaml, or --context. In GitLab CI the agent's "
			  "ci_access writes the kubeconfig of the job.",
		.look = "kubectl config get-contexts\n"
			"kubectl --context CONTEXT get applications -A\n",
	},
	{
		.code = "CREDENTIAL_MISSING",
		.means = "The server asks for a credential, and none was given for it.",
		.cause = "The variable is protected and the job runs on an unprotected branch, "
			 "the token file is empty or not there, the token belongs to another "
			 "server, or only CI_JOB_TOKEN is there, which may not do this.",
		.remedy = "Set STAGEGATE_GITLAB_TOKEN (or STAGEGATE_GITLAB_TOKEN_FILE) as a "
			  "masked, protected variable of the project, and run the job on a "
			  "protected branch. For a cluster: give a kubeconfig with a token or a "
			  "client certificate.",
		.look = "glab variable list -R PROJECT\n"
			"glab api projects/GROUP%2FPROJECT/protected_branches\n",
	},
	{
		.code = "CREDENTIAL_ORIGIN",
		.means = "A token would have gone to another server than the one it belongs to. "
			 "It was not sent.",
		.cause = "GitLab answers with links to another host than the one it was reached "
			 "by (external_url differs from the address in use), a repository URL "
			 "points elsewhere, or something in between rewrites addresses.",
		.remedy = "Reach GitLab by its own external address: set STAGEGATE_GITLAB_URL to "
			  "it, and give --gitops as a project path.",
		.look = "glab api metadata --hostname HOST\n"
			"curl -sI https://HOST/api/v4/projects\n",
	},
	{
		.code = "AUTH_FAILED",
		.means = "The server knows the address, and does not accept the credential.",
		.cause = "The token has expired, was revoked or rotated, has a line break in it, "
			 "is that of another GitLab, or lacks the scope for Git (read_repository, "
			 "to push write_repository). A job token dies with its job. Rarely a "
			 "proxy that wants its own password (407).",
		.remedy = "Make a new token and store it again; project access tokens expire "
			  "after a year at the latest. docs/recovery.md says what a lost token "
			  "means.",
		.look = "glab api personal_access_tokens/self --hostname HOST\n"
			"kubectl --context CONTEXT auth whoami\n",
	},
	{
		.code = "FORBIDDEN",
		.means = "The credential is known, and its owner may not do this.",
		.cause = "The token lacks a scope (reading needs read_api and read_repository, "
			 "promoting needs api), its user lacks a role in the project, a job token "
			 "is not on the other project's allow list, or the Role in the cluster "
			 "lacks a verb.",
		.remedy = "Give it what the message names. docs/gitlab-permissions.md and "
			  "docs/argocd-permissions.md have the exact scopes, roles and verbs for "
			  "each command.",
		.look = "glab api projects/GROUP%2FPROJECT/members/all\n"
			"kubectl auth can-i patch applications.argoproj.io -n NAMESPACE\n",
	},
	{
		.code = "BRANCH_PROTECTED",
		.means = "The branch takes no push from this user. Nothing was written.",
		.cause = "The branch is protected and \"allowed to push and merge\" does not name "
			 "the token's user, or a rule with a wildcard covers stagegate/*.",
		.remedy = "Let that user push to it, or set `publish: merge-request` for the "
			  "environment and use promote. Work branches under stagegate/ must not be "
			  "protected.",
		.look = "glab api projects/GROUP%2FPROJECT/protected_branches\n",
	},
	{
		.code = "HOOK_DECLINED",
		.means = "The server took the push and a rule of its own declined it. The rule's "
			 "words are in the message.",
		.cause = "A push rule about the author, the e-mail address or the form of the "
			 "commit message, a rule that wants signed commits, or a custom hook.",
		.remedy = "Do what the rule says: `commit:` in stagegate.yaml sets subject and "
			  "author. A rule that no bot can keep needs an exception for this user.",
		.look = "glab api projects/GROUP%2FPROJECT/push_rule\n",
	},
	{
		.code = "ENVIRONMENT_GATED",
		.means = "The environment has gates, and what you asked for would have walked "
			 "around them.",
		.cause = "bump was used where promote belongs; or the gates bind nobody, because "
			 "the configuration came from --config or from a branch that GitLab does "
			 "not protect.",
		.remedy = "Use promote, or mr open for an environment that has none before it. If "
			  "the message speaks of a branch that is not protected: protect it. Leave "
			  "--config away.",
		.look = "stagegate promote SERVICE --to ENVIRONMENT --dry-run\n"
			"glab api projects/GROUP%2FPROJECT/protected_branches\n",
	},
	{
		.code = "UNPROTECTED_REF",
		.means = "The job runs on a branch or tag that GitLab does not protect, or for a "
			 "merge request from a fork. Whoever may push a branch could have written "
			 "this pipeline, so nothing is written from it.",
		.cause = "The job has no `rules:` that keep it to protected refs, or the branch "
			 "is not protected.",
		.remedy = "Run it on a protected branch or tag. With --allow-unprotected it "
			  "writes all the same, where everybody who may push may publish, too. "
			  "--dry-run works everywhere.",
		.look = "glab api projects/GROUP%2FPROJECT/protected_branches\n"
			"env | grep -E 'CI_COMMIT_REF_(NAME|PROTECTED)'\n",
	},
	{
		.code = "SERVICE_UNKNOWN",
		.means = "The configuration knows no service of this name.",
		.cause = "A misspelt name, a folder that does not exist on this branch yet, or a "
			 "service that has its own entry under another name.",
		.remedy = "Use one of the names that the message lists. A new service needs its "
			  "folder first (`path:` of the \"*\" entry says where).",
		.look = "stagegate status\n"
			"git ls-tree --name-only origin/BRANCH apps/\n",
	},
	{
		.code = "ENVIRONMENT_UNKNOWN",
		.means = "The configuration knows no environment of this name.",
		.cause = "A misspelt name, or the short name (`short:`) was used instead of the "
			 "name.",
		.remedy = "Use one of the names that the message lists.",
		.look = "git show origin/BRANCH:stagegate.yaml\n",
	},
	{
		.code = "REPOSITORY_NOT_FOUND",
		.means = "The repository is not there, or the credential may not see it: the "
			 "answer is the same for both.",
		.cause = "A project that was renamed or moved, a misspelt path, a token of "
			 "another project, or a token whose user is no member.",
		.remedy = "Open the address with that token's user. Give the present path with "
			  "--gitops, and make the user a member.",
		.look = "glab repo view PROJECT\n"
			"git ls-remote URL\n",
	},
	{
		.code = "BRANCH_NOT_FOUND",
		.means = "The repository has no branch of this name.",
		.cause = "`branch:` of the environment is misspelt or was renamed, the branch has "
			 "not been made yet, or the repository is empty.",
		.remedy = "Make the branch, or correct `branch:`. The message lists branches that "
			  "are there.",
		.look = "git ls-remote --heads URL\n",
	},
	{
		.code = "REVISION_NOT_FOUND",
		.means = "The commit is not on this branch, or the server does not hand it out.",
		.cause = "The branch was force-pushed, --revision names a commit of another "
			 "branch or repository, a merge request's own head was given after a "
			 "squash or rebase, or the server gives no commit by its id.",
		.remedy = "Use the id that is really on the branch: what bump printed, or the "
			  "merge commit. Never the head of the merge request.",
		.look = "git fetch origin BRANCH && git branch -r --contains SHA\n"
			"git log --oneline -10 origin/BRANCH\n",
	},
	{
		.code = "FILE_NOT_FOUND",
		.means = "The configuration names a file that does not exist at this commit.",
		.cause = "`file:` is relative to the service's `path:`, not to the root; {short} "
			 "stands for `short:` and else for the name; or the file has not been "
			 "written for this environment yet.",
		.remedy = "Correct `file:`, or add the file. `stagegate check` names every place "
			  "that is missing.",
		.look = "stagegate check\n"
			"git ls-tree -r --name-only origin/BRANCH apps/SERVICE\n",
	},
	{
		.code = "KEY_NOT_FOUND",
		.means = "The file is there, and it has no such key.",
		.cause = "The key is misspelt or nested differently than `key:` says, the file is "
			 "empty, or the value is set in another file.",
		.remedy = "Correct `key:`, or write the key with a first value. stagegate changes "
			  "values, it does not invent keys.",
		.look = "stagegate check\n"
			"git show origin/BRANCH:FILE\n",
	},
	{
		.code = "IMAGE_NOT_FOUND",
		.means = "The files name no image of this service, or no tag or digest of it.",
		.cause = "The entry of kustomization `images:` has another name (name it by "
			 "`name`, not by `newName`), there is no entry yet, or the tag is empty.",
		.remedy = "Correct `image:`, or write the entry with a first tag.",
		.look = "git show origin/BRANCH:FILE\n"
			"stagegate check\n",
	},
	{
		.code = "APPLICATION_NOT_FOUND",
		.means = "The cluster was reached, and it has no Argo CD Application of this name "
			 "in this namespace.",
		.cause = "`application:` makes another name than the one in the cluster, the "
			 "namespace is not argocd, it is the wrong cluster or context, or the "
			 "ApplicationSet has not made it yet.",
		.remedy = "Compare the name in the message with the list. Correct `application:` "
			  "(NAME or NAMESPACE/NAME), `cluster: {context, namespace}`.",
		.look = "kubectl --context CONTEXT get applications.argoproj.io -A\n"
			"kubectl --context CONTEXT get applicationsets.argoproj.io -A\n",
	},
	{
		.code = "NOT_FOUND",
		.means = "The server has no such thing: a GitLab object, or Argo CD itself in "
			 "this cluster.",
		.cause = "GitLab answers 404 also to what a token may not see. A cluster without "
			 "Argo CD does not know applications.argoproj.io. A proxy or a wrong path "
			 "answers 404 by itself.",
		.remedy = "Check the address, then the rights of the token; a job token needs to "
			  "be on the other project's allow list.",
		.look = "glab api projects/GROUP%2FPROJECT\n"
			"kubectl api-resources --api-group argoproj.io\n",
	},
	{
		.code = "YAML_INVALID",
		.means = "The file is no valid YAML, as far as it must be to change it safely.",
		.cause = "A tab used for indentation, a key that stands twice, a quote that does "
			 "not end, a template ({{ ... }}) in place of data, or a file that is no "
			 "UTF-8.",
		.remedy = "Correct the line and column in the message. Name the values file, "
			  "never a Helm template.",
		.look = "git show origin/BRANCH:FILE | sed -n 'LINE,+5p'\n"
			"git log -p -1 -- FILE\n",
	},
	{
		.code = "LOCAL_IO",
		.means = "A local file, folder or pipe failed: reading a token or kubeconfig, "
			 "writing a report, or stdout itself.",
		.cause = "A full disk, a read-only file system, a path that is a folder or does "
			 "not exist, missing rights of the job's user, or a reader that closed the "
			 "pipe.",
		.remedy =
			"Read path and cause in the message. TMPDIR names another temporary "
			"folder. What was pushed before stays pushed: run the same command again.",
		.look = "df -h . \"$TMPDIR\"\n"
			"id; ls -ld PATH\n",
	},
	{
		.code = "BUG",
		.means = "Something inside this program is not as it must be, and it stopped "
			 "rather than go on.",
		.cause = "A mistake of ours, or no memory was left.",
		.remedy = "Run the same command again: nothing is done twice. Report the line it "
			  "ended with, and the version, without tokens.",
		.look = "stagegate version\n",
	},
	{
		.code = "CANCELLED",
		.means = "A signal ended the run. The exit code is 128 and the signal: 130 for "
			 "Ctrl-C, 143 for a cancelled job.",
		.cause = "Somebody cancelled the job, its time was up, or the runner went away. A "
			 "signal also comes when the terminal is closed.",
		.remedy = "Run the same command again. It goes on from what it finds; a change "
			  "that was under way is either done or not, never half.",
		.look = "glab ci view -R PROJECT\n"
			"stagegate status SERVICE\n",
	},
};

const struct sg_advice_table sg_advice_errors = {rows, SG_COUNT(rows)};
