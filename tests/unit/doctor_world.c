#include "doctor_world.h"

#include <string.h>

#define KNOWN                                                                                      \
	{                                                                                          \
		.state = SG_DOCTOR_KNOWN                                                           \
	}

static const char *const from[] = {"@platform/release-managers"};
static const char *const exclude[] = {"requester", "authors"};

static void make_policy(struct doctor_world *w)
{
	w->gates[0] = (struct sg_gate_spec){.type = SG_GATE_APPROVAL,
		.count = 1,
		.from = from,
		.from_count = 1,
		.exclude = exclude,
		.exclude_count = 2};
	w->gates[1] = (struct sg_gate_spec){.type = SG_GATE_FREEZE};
	w->envs[0] = (struct sg_environment){.name = "dev",
		.short_name = "dev",
		.branch = "develop",
		.publish = SG_PUBLISH_COMMIT};
	w->envs[1] = (struct sg_environment){.name = "production",
		.short_name = "prod",
		.branch = "main",
		.publish = SG_PUBLISH_MERGE_REQUEST,
		.gates = w->gates,
		.gate_count = 2};
}

static void make_rules(struct doctor_world *w)
{
	for (size_t i = 0; i < 2; i++) {
		w->levels[i] = (struct sg_doctor_allowed){
			.role = SG_ROLE_MAINTAINER, .description = "Maintainers"};
		w->rules[i] = (struct sg_doctor_rule){.name = i ? "dev*" : "main",
			.push = &w->levels[i],
			.push_count = 1,
			.merge = &w->levels[i],
			.merge_count = 1};
	}
	w->members[0] = (struct sg_doctor_member){BOT_ID, "project_101_bot", SG_ROLE_MAINTAINER};
	w->members[1] = (struct sg_doctor_member){11, "dev", SG_ROLE_DEVELOPER};
	w->branches[0] = (struct sg_doctor_branch){.name = "main",
		.is_config = true,
		.exists = true,
		.gated = true,
		.rules = true,
		.takes_merges = true,
		.takes_requests = true,
		.ci_file = SG_ANSWER_YES};
	w->branches[1] =
		(struct sg_doctor_branch){.name = "develop", .exists = true, .takes_commits = true};
}

static void make_apps(struct doctor_world *w)
{
	w->window_apps[0] = "*-prod";
	w->windows[0] = (struct sg_app_window){.kind = "deny",
		.schedule = "0 22 * * *",
		.duration = "8h",
		.time_zone = "UTC",
		.applications = {w->window_apps, 1}};
	w->project = (struct sg_app_project){.name = "default", .windows = w->windows};
	w->foreign[0] = "apps/catalog/overlays/staging";
	for (size_t i = 0; i < 2; i++) {
		w->app_sources[i] =
			(struct sg_app_source){.repo_url = "https://git.example.com/gitops/apps",
				.target_revision = w->envs[i].branch,
				.path = "apps/catalog",
				.chart = ""};
		w->apps[i] = (struct sg_app){.namespace = "argocd",
			.name = i ? "catalog-prod" : "catalog-dev",
			.project = "default",
			.sources = &w->app_sources[i],
			.source_count = 1,
			.destination = {"", "https://kubernetes.default.svc", "catalog"},
			.automated = true,
			.prune = i == 0,
			.self_heal = true};
		w->rows[i] = (struct sg_doctor_app){.service = "catalog",
			.name = i ? "argocd/catalog-prod" : "argocd/catalog-dev",
			.seen = KNOWN,
			.app = &w->apps[i],
			.path = "apps/catalog",
			.foreign = w->foreign,
			.foreign_count = 1,
			.project_seen = KNOWN,
			.project = &w->project};
	}
}

static const struct sg_doctor_server server = {.url = "https://k8s.example.com:6443",
	.reached = KNOWN,
	.version = "v1.35.4",
	.date_unix_s = NOW_S,
	.local_unix_s = NOW_S};

static void make_clusters(struct doctor_world *w)
{
	for (size_t i = 0; i < 2; i++)
		w->clusters[i] = (struct sg_doctor_cluster){.env = &w->envs[i],
			.people_approve = i == 1,
			.access = KNOWN,
			.source = "context \"x\" of /etc/kubeconfig",
			.server = server,
			.namespace = "argocd",
			.rights = {KNOWN, SG_ANSWER_YES, SG_ANSWER_YES, SG_ANSWER_YES,
				SG_ANSWER_YES},
			.apps = &w->rows[i],
			.app_count = 1};
	w->clusters[0].workloads =
		(struct sg_doctor_workloads){.source = "context \"work\" of /etc/kubeconfig",
			.server = {.url = "https://work.example.com",
				.reached = KNOWN,
				.version = "Kubernetes v1.35.4"},
			.rights = KNOWN,
			.namespace_count = 2};
	w->flux[0] = (struct sg_doctor_flux){.name = "flux-system/catalog",
		.seen = KNOWN,
		.source_url = "https://git.example.com/gitops/apps.git",
		.tracked = "refs/heads/main"};
	w->clusters[1].flux = w->flux;
	w->clusters[1].flux_count = 1;
	w->clusters[1].flux_namespace = "flux-system";
	w->clusters[1].flux_patch_seen = (struct sg_doctor_seen)KNOWN;
	w->clusters[1].flux_patch = true;
	w->plain[0] = (struct sg_doctor_plain){.name = "Deployment shop/web",
		.seen = KNOWN,
		.image = "registry.example.com/shop/web",
		.has_image = SG_ANSWER_YES,
		.namespace = "shop",
		.pods = KNOWN,
		.may_list_pods = true};
	w->clusters[0].plain = w->plain;
	w->clusters[0].plain_count = 1;
}

static void make_gitlab(struct doctor_world *w)
{
	struct sg_doctor_facts *f = &w->facts;

	f->gitlab = (struct sg_doctor_server){.url = "https://git.example.com",
		.reached = KNOWN,
		.version = "19.5.0-pre",
		.date_unix_s = NOW_S,
		.local_unix_s = NOW_S};
	w->scopes[0] = "api";
	f->token = (struct sg_doctor_token){.given = true,
		.user_seen = KNOWN,
		.user_id = BOT_ID,
		.username = "project_101_bot",
		.email = "project_101_bot_1@noreply.git.example.com",
		.commit_email = "",
		.bot = true,
		.self_seen = KNOWN,
		.scopes = w->scopes,
		.scope_count = 1,
		.expires_unix_s = NOW_S + 90 * INT64_C(86400)};
	f->signing = (struct sg_doctor_signing){.required = true,
		.key = KNOWN,
		.public_line = "ecdsa-sha2-nistp256 AAAA",
		.fingerprint = "SHA256:f",
		.author_email = "Project_101_bot_1@noreply.git.example.com"};
	f->project = (struct sg_doctor_project){.seen = KNOWN,
		.asked_path = "gitops/apps",
		.path = "gitops/apps",
		.role = SG_ROLE_MAINTAINER,
		.merge_method = "merge",
		.squash_option = "default_off",
		.pipeline_must_succeed = true,
		.has_ci = true,
		.ci_path = ""};
}

void doctor_world_init(struct doctor_world *w)
{
	struct sg_doctor_facts *f = &w->facts;

	*w = (struct doctor_world){0};
	make_policy(w);
	make_rules(w);
	make_apps(w);
	make_clusters(w);
	make_gitlab(w);
	f->ca_from = "/etc/ssl/certs/ca-certificates.crt";
	f->job = (struct sg_doctor_job){.inside = true,
		.ref = "main",
		.is_protected = true,
		.asked = KNOWN,
		.asker = "dev"};
	f->repository = f->config = f->rules_seen = f->members_seen = f->freeze_seen =
		(struct sg_doctor_seen)KNOWN;
	f->repository_url = "https://git.example.com/gitops/apps.git";
	f->default_branch = "main";
	f->config_from = "main@1a2b3c4d";
	f->needs_api = f->needs_gitlab = f->has_gates = f->has_freeze = true;
	f->work_branch = "stagegate/production/service";
	f->rules = w->rules;
	f->rule_count = 2;
	f->members = w->members;
	f->member_count = 2;
	f->branches = w->branches;
	f->branch_count = 2;
	w->approvals[0] = (struct sg_doctor_approval){.environment = "production",
		.spec = &w->gates[0],
		.seen = KNOWN,
		.people = 3,
		.more = true};
	f->approvals = w->approvals;
	f->approval_count = 1;
	w->sources[0] = (struct sg_doctor_source){"catalog", "shop/catalog", KNOWN};
	f->sources = w->sources;
	f->source_count = 1;
	f->publish = (struct sg_doctor_publish){
		.commits = true, .via = SG_VIA_AUTO, .from = "publish.via: auto"};
	w->strangers[0] = "@gone (blocked or not active)";
	w->strangers[1] = "@typo";
	w->requests[0] = (struct sg_doctor_request){.environment = "production",
		.people_count = 3,
		.people_seen = KNOWN,
		.strangers = w->strangers,
		.milestone = "1.0",
		.milestone_seen = KNOWN,
		.milestone_found = true};
	f->requests = w->requests;
	f->request_count = 1;
	f->clusters = w->clusters;
	f->cluster_count = 2;
}

void doctor_world_release(struct doctor_world *w)
{
	sg_arena_release(&w->arena);
}

void doctor_world_judge(struct doctor_world *w)
{
	sg_doctor_judge(&w->facts, &w->arena, &w->findings);
}

const struct sg_finding *doctor_world_find(const struct doctor_world *w, enum sg_doctor_check check,
	enum sg_severity severity, const char *words)
{
	for (size_t i = 0; i < w->findings.count; i++) {
		const struct sg_finding *row = &w->findings.items[i];

		if (row->severity == severity &&
			strcmp(row->id, sg_doctor_check_name(check)) == 0 &&
			strstr(row->text, words))
			return row;
	}
	return NULL;
}

const char *doctor_world_text(struct doctor_world *w)
{
	const char *text = "";

	for (size_t i = 0; i < w->findings.count; i++) {
		const struct sg_finding *row = &w->findings.items[i];

		text = sg_arena_printf(&w->arena, "%s%s: %s: %s: %s\n", text,
			sg_severity_name(row->severity), row->id, row->subject ? row->subject : "-",
			row->text);
	}
	return text;
}
