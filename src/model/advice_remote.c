/* Advice: errors of other writers, of servers and of the network. */
#include "base/attr.h"
#include "model/advice.h"

static const struct sg_advice rows[] = {
	{
		.code = "BRANCH_MOVED",
		.means = "Other pushes won each race until the time was up. Nothing of this run "
			 "was written.",
		.cause = "Many pipelines write to one branch at the same moment, or one of them "
			 "pushes in a tight loop.",
		.remedy = "Run it again. Put the jobs of one environment into one resource_group, "
			  "and give it more --timeout.",
		.look = "git log --format='%h %cI %an %s' -20 origin/BRANCH\n",
	},
	{
		.code = "BRANCH_BUSY",
		.means = "The branch stagegate/ENVIRONMENT/SERVICE carries something that is not "
			 "our change. Nothing was reset, nothing was merged.",
		.cause = "A person pushed a commit to it, merged or rebased it by hand, or edited "
			 "a file in the merge request. The message names the foreign commit.",
		.remedy = "Keep what is wanted elsewhere, then close the merge request and delete "
			  "the branch. The next run makes both anew. docs/recovery.md goes through "
			  "it.",
		.look = "git fetch origin && git log -p "
			"origin/TARGET..origin/stagegate/ENVIRONMENT/SERVICE\n"
			"git push origin --delete stagegate/ENVIRONMENT/SERVICE\n",
	},
	{
		.code = "MR_NOT_OURS",
		.means = "The merge request of that number is not one of stagegate's. Nothing was "
			 "written.",
		.cause = "Somebody else opened it, it comes from another project, or its branches "
			 "belong to no service and environment that are configured. The message "
			 "says which.",
		.remedy = "Merge or close it in GitLab. If another bot user of ours opened it, "
			  "name that user in `gitlab.former_bots`.",
		.look = "glab mr view IID -R PROJECT\n",
	},
	{
		.code = "CONFLICT",
		.means = "Somebody else's change stands in the way, and trying again did not help.",
		.cause = "GitLab refuses the same merge again and again, a list changes faster "
			 "than it can be read, or another writer keeps changing the same object in "
			 "the cluster.",
		.remedy = "Look at the merge request that the message names: what it says there "
			  "is the cause. Then run it again.",
		.look = "glab mr view IID -R PROJECT --comments\n",
	},
	{
		.code = "UNEXPECTED_VALUE",
		.means = "The file holds another value than --expect-current says. Nothing was "
			 "written. The message names what stands where.",
		.cause = "Somebody else has changed it since the expectation was read, also while "
			 "this run was on its way.",
		.remedy = "Look at that change, then run again with what stands there now, or "
			  "without the expectation.",
		.look = "git log -p -3 origin/BRANCH -- FILE\n",
	},
	{
		.code = "UNREACHABLE",
		.means = "No connection to the server, or it broke before the answer was "
			 "complete. It was tried more than once.",
		.cause = "A wrong name or port, a firewall, a proxy that is missing or refuses, "
			 "no route from the runner's network, or a server that is down.",
		.remedy = "Try the same address from the same runner. Set https_proxy and "
			  "no_proxy for the job where the network wants it.",
		.look = "curl -sv --max-time 10 https://HOST/ -o /dev/null\n"
			"getent ahosts HOST\n",
	},
	{
		.code = "TLS_FAILED",
		.means = "The server's certificate or its TLS is not acceptable, so nothing was "
			 "sent.",
		.cause = "A private certificate authority that the job does not know, a "
			 "certificate that has expired or is for another name, a missing "
			 "intermediate, a proxy that breaks TLS open, or TLS older than 1.2.",
		.remedy =
			"Give the authority's certificate with --ca-file or SSL_CERT_FILE; "
			"GitLab's own is in CI_SERVER_TLS_CA_FILE and is used by itself. There is "
			"no switch that turns the check off.",
		.look = "openssl s_client -connect HOST:443 -servername HOST </dev/null\n"
			"openssl x509 -in CA.pem -noout -subject -enddate\n",
	},
	{
		.code = "REDIRECTED",
		.means = "The server names another address. No redirect is followed, because a "
			 "token goes with the request.",
		.cause = "The project was renamed or moved, http was written for https, GitLab is "
			 "reached by another name than its external one, or a login page stands in "
			 "front of it.",
		.remedy = "Use the address that the message names, if you trust it. A login page "
			  "means that the request does not reach the server at all.",
		.look = "curl -sI URL\n"
			"glab repo view PROJECT\n",
	},
	{
		.code = "REMOTE_FAILED",
		.means = "The server answers, and says that it failed or refuses (5xx, or a "
			 "refusal without a better name). It was tried more than once where that "
			 "is safe.",
		.cause = "An overloaded or restarting GitLab or API server, maintenance mode, an "
			 "object that is too large for the cluster's database, or a request that "
			 "this server does not understand.",
		.remedy = "Look at the status page of the server, then run it again: nothing is "
			  "lost, and nothing is done twice.",
		.look = "curl -s https://HOST/-/readiness\n"
			"kubectl get --raw /readyz?verbose\n",
	},
	{
		.code = "REMOTE_TIMEOUT",
		.means = "The server took the request and did not answer in time.",
		.cause = "An overloaded server, a proxy that swallows long answers, or a network "
			 "that loses packets. --request-timeout and --idle-timeout say how long is "
			 "waited.",
		.remedy = "Run it again. If it happens often, look at the server first, and only "
			  "then give it more time.",
		.look = "curl -s -o /dev/null -w '%{time_connect} %{time_total}\\n' "
			"https://HOST/\n",
	},
	{
		.code = "THROTTLED",
		.means = "The server asks to come back later than this run may wait.",
		.cause = "Too many requests of this user or this address in a minute, by all of "
			 "its jobs together.",
		.remedy = "Run it again later. Let fewer jobs run at once, or give the bot a "
			  "token of its own.",
		.look = "glab api user -i --hostname HOST\n",
	},
	{
		.code = "GITLAB_UNSUPPORTED",
		.means = "This GitLab does not say what a promotion stands on.",
		.cause = "GitLab is older than 16.0, or something in between removes fields from "
			 "its answers.",
		.remedy = "Upgrade GitLab. bump and wait do not need its API and work with any "
			  "Git server.",
		.look = "glab api version --hostname HOST\n",
	},
	{
		.code = "PUSH_REJECTED",
		.means = "The server did not take the push, and said so. Nothing was written.",
		.cause = "The repository is full or over its size limit, a file is too large, the "
			 "server forbids rewriting any branch (receive.denyNonFastForwards), or "
			 "its storage failed.",
		.remedy = "Read the server's words in the message. For work branches allow force "
			  "pushes to stagegate/*, or delete the branch and run again.",
		.look = "glab api 'projects/GROUP%2FPROJECT?statistics=true'\n",
	},
	{
		.code = "MR_NOT_OPENED",
		.means = "bump opens a merge request by the push itself, and none came of it.",
		.cause = "The server takes no push options (it is no GitLab, or an old one): then "
			 "nothing was pushed. Or GitLab took the push and refused the request: the "
			 "message has its words.",
		.remedy = "On GitLab see that merge requests are enabled for the project and that "
			  "the "
			  "token's user may open them, then run again. On another server use "
			  "`publish: commit`.",
		.look = "git ls-remote origin 'refs/heads/stagegate/*'\n"
			"glab mr create -s BRANCH -b TARGET -R PROJECT\n",
	},
	{
		.code = "TIMEOUT",
		.means = "--timeout passed before it was done. What was done stays, and the same "
			 "command goes on from there.",
		.cause = "A machine is slow or stuck: a pipeline, a sync, a roll-out, a server. "
			 "The last blocker is named in the report.",
		.remedy = "Explain the last blocker's own code. Run the same command again, with "
			  "more --timeout if the work simply takes longer.",
		.look = "stagegate status SERVICE\n",
	},
	{
		.code = "JSON_INVALID",
		.means = "A document that should be JSON is none.",
		.cause = "Something else than the server answered (a proxy, a login page), or the "
			 "answer was cut off.",
		.remedy = "Look at what really comes from that address. --trace logs each "
			  "request, with secrets masked.",
		.look = "curl -s https://HOST/api/v4/version\n",
	},
	{
		.code = "ANSWER_INVALID",
		.means = "The server's answer is not what its interface promises, so nothing was "
			 "concluded from it.",
		.cause = "A proxy or a login page that answers for the server, a field of another "
			 "kind than it must be, an answer that contradicts itself, or a server "
			 "that speaks only an old form of Git's protocol.",
		.remedy = "Run it again with --trace and look at the answer. If it does come from "
			  "the server, report it with the versions of both.",
		.look = "stagegate COMMAND ... --trace --verbose\n"
			"curl -s https://HOST/api/v4/version\n",
	},
	{
		.code = "TOO_LARGE",
		.means = "Something is larger than the limit up to which it is read: a file, an "
			 "answer, a list, a request.",
		.cause = "A values file of many megabytes, a repository with huge objects, a "
			 "merge request with thousands of notes, an Application of 16 MiB.",
		.remedy = "Make it smaller: split the file, clean up the list. The limits protect "
			  "the job and cannot be raised.",
		.look = "git cat-file -s origin/BRANCH:FILE\n"
			"kubectl -n NAMESPACE get application APP -o json | wc -c\n",
	},
	{
		.code = "OUTCOME_UNKNOWN",
		.means = "A push or a merge was sent, its answer was lost, and looking afterwards "
			 "failed, too. It may or may not have been done.",
		.cause = "The connection or the server broke at the worst moment and stayed "
			 "broken until the time was up.",
		.remedy = "Wait until the server is back and run the same command again: it looks "
			  "first, and does nothing twice. To know by hand, run the command in the "
			  "hint. docs/recovery.md has more.",
		.look = "git fetch origin BRANCH && git merge-base --is-ancestor SHA FETCH_HEAD "
			"&& echo it is there\n",
	},
};

const struct sg_advice_table sg_advice_remote = {rows, SG_COUNT(rows)};
