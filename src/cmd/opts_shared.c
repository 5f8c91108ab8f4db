/* The options that several commands share, each set once. */
#include "cmd/table.h"

const struct sg_opt sg_opts_output[SG_OPTS_OUTPUT] = {
	SG_CHOICE(struct sg_output_args, output, "output", "text", "text json",
		"form of the one document on stdout"),
	SG_STRING(struct sg_output_args, report_json, "report-json", "FILE",
		"also write the JSON document to FILE"),
	SG_STRING(struct sg_output_args, report_dotenv, "report-dotenv", "FILE",
		"also write the outcome as GitLab dotenv variables to FILE"),
	SG_STRING(struct sg_output_args, report_junit, "report-junit", "FILE",
		"also write the outcome as JUnit XML to FILE: a case for each application, gate, "
		"change or finding"),
	SG_CHOICE(struct sg_output_args, log_format, "log-format", "text", "text json",
		"form of the log lines on stderr"),
	SG_FLAG(struct sg_output_args, verbose, "verbose", "log what is asked and answered"),
	SG_FLAG(struct sg_output_args, quiet, "quiet", "log warnings only"),
};

const struct sg_opt sg_opts_gitops[SG_OPTS_GITOPS] = {
	SG_STRING(struct sg_settings, gitops, "gitops", "PROJECT|URL",
		"the GitOps repository: GitLab project path, or https URL of any Git server "
		"(default: the project that the job runs in)"),
	SG_STRING(struct sg_settings, gitops_ref, "gitops-ref", "BRANCH",
		"branch that stagegate.yaml is read from (default: the remote's HEAD)"),
	SG_STRING(struct sg_settings, config, "config", "FILE",
		"read the configuration from a local file instead; its gates are advisory"),
	SG_STRING(struct sg_settings, git_user, "git-user", "NAME",
		"user name that goes with the token (default: oauth2, or gitlab-ci-token for a job "
		"token)"),
	SG_CHOICE(struct sg_settings, git_fetch, "git-fetch", "whole", "whole part",
		"what Git fetches of a commit: all its files, or only the folders that are looked "
		"into, which is less for repositories of thousands of files"),
};

const struct sg_opt sg_opts_publish[SG_OPTS_PUBLISH] = {
	SG_CHOICE(struct sg_settings, publish_via, "publish-via", "configured",
		"configured auto api git",
		"which way the commit of a bump goes: over GitLab's API, without a clone, or by "
		"Git (configured: as publish.via says)"),
};

const struct sg_opt sg_opts_writing[SG_OPTS_WRITING] = {
	SG_FLAG(struct sg_settings, allow_unprotected, "allow-unprotected",
		"write also from a job whose ref GitLab does not protect, or that runs for a merge "
		"request from a fork"),
};

const struct sg_opt sg_opts_signing[SG_OPTS_SIGNING] = {
	SG_STRING(struct sg_settings, signing_key_file, "signing-key-file", "FILE",
		"sign commits with this SSH key: ECDSA on P-256, P-384 or P-521, in OpenSSH's or "
		"PEM format, without a passphrase"),
};

const struct sg_opt sg_opts_older[SG_OPTS_OLDER] = {
	SG_FLAG(struct sg_older_args, allow, "allow-older",
		"let an older version take the place of a newer one; needs --reason"),
	{
		.name = "reason",
		.arg = "TEXT",
		.type = SG_OPT_STRING,
		.offset = SG_OPT_CHECK(const char *, struct sg_older_args, reason),
		.variable = "older-reason",
		.help = "why: kept in the commit (trailer Stagegate-Reason) and shown in the merge "
			"request",
	},
};

int sg_older_reason(const struct sg_older_args *args, const char **ret_reason, struct sg_err *err)
{
	bool said = sg_str_trim(sg_str_of(args->reason)).len > 0;

	*ret_reason = NULL;
	if (args->allow && !said)
		return sg_fail(err, SG_R_USAGE, "--allow-older needs --reason TEXT: why?");
	if (!args->allow && args->reason)
		return sg_fail(err, SG_R_USAGE, "--reason goes with --allow-older");
	if (args->allow)
		*ret_reason = args->reason;
	return 0;
}

const struct sg_opt sg_opts_cluster[SG_OPTS_CLUSTER] = {
	SG_STRING(struct sg_settings, kubeconfig, "kubeconfig", "FILE",
		"kubeconfig file (default: KUBECONFIG, ~/.kube/config, then the pod's service "
		"account)"),
	SG_STRING(struct sg_settings, context, "context", "NAME",
		"kubeconfig context (default: the environment's, then the current one)"),
	SG_STRING(struct sg_settings, argocd_server, "argocd-server", "URL",
		"Argo CD's own API server, for environments with `cluster: {argocd: true}` "
		"(default: ARGOCD_SERVER)"),
	SG_FLAG(struct sg_settings, exec_plugins, "exec-plugins",
		"run the program that the kubeconfig's user names under `exec`, to log in"),
	SG_PERIOD(struct sg_settings, poll_ms, "poll", "20s",
		"how often the application is read beside the watch"),
	SG_DURATION(struct sg_settings, confirm_ms, "confirm", "30s",
		"how long a failure must stand before it is believed"),
	SG_DURATION(struct sg_settings, degraded_grace_ms, "degraded-grace", "30s",
		"the same for a degraded application"),
	SG_DURATION(struct sg_settings, image_grace_ms, "image-grace", "60s",
		"the same for another image running than the wanted one"),
	SG_DURATION(struct sg_settings, out_of_sync_grace_ms, "out-of-sync-grace", "60s",
		"the same for a difference that stays after a sync"),
	{
		.name = "pod-grace",
		.arg = "TIME",
		.type = SG_OPT_DURATION,
		.offset = SG_OPT_CHECK(int64_t, struct sg_settings, pod_grace_ms),
		.help = "the same for a pod of the new version that is stuck (default: by the "
			"reason, from 30s to 10m)",
	},
	SG_NUMBER(struct sg_settings, pod_log_lines, "pod-logs", "LINES", "0",
		"so many of the last log lines of a container that crashes go into the report"),
};

const struct sg_opt sg_opts_network[SG_OPTS_NETWORK] = {
	SG_DURATION(struct sg_settings, timeout_ms, "timeout", "20m",
		"the whole run ends after this time"),
	SG_STRING(struct sg_settings, ca_file, "ca-file", "FILE",
		"certificate authorities to trust, PEM (default: CURL_CA_BUNDLE, SSL_CERT_FILE, "
		"SSL_CERT_DIR, the system's; CI_SERVER_TLS_CA_FILE is added)"),
	SG_DURATION(struct sg_settings, connect_timeout_ms, "connect-timeout", "10s",
		"to reach a server"),
	SG_DURATION(struct sg_settings, request_timeout_ms, "request-timeout", "60s",
		"for one answer of an API"),
	SG_DURATION(struct sg_settings, idle_timeout_ms, "idle-timeout", "30s",
		"without a byte during an answer"),
	SG_PERIOD(struct sg_settings, retry_base_ms, "retry-base", "500ms",
		"first ceiling of the random delay between tries; doubles each time"),
	SG_FLAG(struct sg_settings, trace, "trace",
		"log each request with its headers, secrets masked"),
};
