/* GitLab itself, and the token for it (gitlab.md 2). */
#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "model/doctor_say.h"
#include "model/ids.h"

/* Supported from here on. */
#define OLDEST_MAJOR 16

static void judge_version(const struct sg_doctor_pass *pass)
{
	const char *text = pass->facts->gitlab.version;
	struct sg_str rest = sg_str_of(text), part;
	uint64_t major;

	if (!text)
		sg_doctor_unseen(pass, SG_DOCTOR_GITLAB_VERSION, NULL,
			"GitLab does not tell its version to this token");
	else if (!sg_str_cut(&rest, '.', &part) || !sg_num_u64(part, &major))
		sg_doctor_unseen(
			pass, SG_DOCTOR_GITLAB_VERSION, NULL, "GitLab's version is no version");
	else if (major < OLDEST_MAJOR)
		sg_doctor_fault(pass, SG_DOCTOR_GITLAB_VERSION, NULL, "GitLab is %s", text);
	else
		sg_doctor_ok(pass, SG_DOCTOR_GITLAB_VERSION, NULL, "GitLab is %s", text);
}

bool sg_doctor_has_scope(const struct sg_doctor_token *token, const char *scope)
{
	for (size_t i = 0; i < token->scope_count; i++)
		if (strcmp(token->scopes[i], scope) == 0)
			return true;
	return false;
}

/* What is missing for what the configuration asks for; NULL: nothing is. */
static const char *missing_scope(const struct sg_doctor_facts *f)
{
	bool api = sg_doctor_has_scope(&f->token, "api");

	if (api || (f->config.state == SG_DOCTOR_KNOWN && !f->needs_gitlab))
		return NULL;
	if (f->needs_api || f->config.state != SG_DOCTOR_KNOWN)
		return "merge requests need api";
	return sg_doctor_has_scope(&f->token, "read_api") ? NULL : "gates need read_api";
}

static void judge_scopes(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_token *token = &pass->facts->token;
	const char *missing = missing_scope(pass->facts), *text;
	struct sg_doctor_names names = {0};

	if (!sg_doctor_known(pass, SG_DOCTOR_TOKEN_SCOPE, NULL, &token->self_seen, false))
		return;
	for (size_t i = 0; i < token->scope_count; i++)
		sg_doctor_name(pass, &names, token->scopes[i]);
	text = token->scope_count ? sg_doctor_names_text(pass, &names) : "none";
	if (missing)
		sg_doctor_fault(pass, SG_DOCTOR_TOKEN_SCOPE, NULL, "the token's scopes: %s; %s",
			text, missing);
	else
		sg_doctor_ok(pass, SG_DOCTOR_TOKEN_SCOPE, NULL, "the token's scopes: %s", text);
}

static void judge_expiry(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_token *token = &pass->facts->token;
	int64_t now_s = pass->facts->gitlab.date_unix_s;
	int64_t left_s = token->expires_unix_s - now_s;
	char day[24];

	if (!sg_doctor_known(pass, SG_DOCTOR_TOKEN_EXPIRY, NULL, &token->self_seen, false))
		return;
	if (!token->expires_unix_s) {
		sg_doctor_ok(pass, SG_DOCTOR_TOKEN_EXPIRY, NULL, "the token does not expire");
		return;
	}
	sg_time_format(token->expires_unix_s, day, sizeof(day));
	day[10] = '\0';
	if (!now_s)
		sg_doctor_unseen(pass, SG_DOCTOR_TOKEN_EXPIRY, NULL,
			sg_arena_printf(pass->arena,
				"the token expires on %s, and GitLab does not say what day it is",
				day));
	else if (left_s <= 0)
		sg_doctor_say(pass, SG_DOCTOR_TOKEN_EXPIRY, SG_SEVERITY_ERROR, NULL,
			"the token has expired on %s", day);
	else if (left_s <= SG_DOCTOR_EXPIRY_SOON_S)
		sg_doctor_fault(pass, SG_DOCTOR_TOKEN_EXPIRY, NULL,
			"the token expires on %s, in less than two weeks", day);
	else
		sg_doctor_ok(pass, SG_DOCTOR_TOKEN_EXPIRY, NULL, "the token expires on %s", day);
}

/* GitLab says of an OAuth token that it is no personal access token (gitlab.md 2). */
static bool is_oauth(const struct sg_doctor_token *token)
{
	return token->self_seen.state == SG_DOCTOR_FAILED &&
	       token->self_seen.reason == SG_R_REMOTE_FAILED &&
	       strstr(token->self_seen.why, "personal access token");
}

static const char *bot_of(const char *username)
{
	struct sg_str name = sg_str_of(username);

	if (sg_str_starts(name, "project_"))
		return "a project access token";
	if (sg_str_starts(name, "group_"))
		return "a group access token";
	return "a token of a bot";
}

static void judge_kind(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_token *token = &pass->facts->token;

	if (!sg_doctor_known(pass, SG_DOCTOR_TOKEN_KIND, NULL, &token->user_seen, false))
		return;
	if (is_oauth(token))
		sg_doctor_fault(pass, SG_DOCTOR_TOKEN_KIND, NULL,
			"an OAuth token of %s: it lasts two hours", token->username);
	else if (token->bot)
		sg_doctor_ok(pass, SG_DOCTOR_TOKEN_KIND, NULL, "%s: user %s",
			bot_of(token->username), token->username);
	else
		sg_doctor_fault(pass, SG_DOCTOR_TOKEN_KIND, NULL,
			"a token of %s, a person: merges carry that name, and that person's "
			"approval never counts",
			token->username);
}

static bool is_refused(const struct sg_doctor_seen *seen)
{
	return seen->state == SG_DOCTOR_FAILED && seen->reason == SG_R_AUTH_FAILED;
}

/* Of two questions with the token one must have been answered as to somebody known. */
static void judge_acceptance(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_token *token = &pass->facts->token;
	const struct sg_doctor_seen *user = &token->user_seen, *self = &token->self_seen;

	if (is_refused(user) || is_refused(self))
		sg_doctor_failed(
			pass, SG_DOCTOR_TOKEN_ACCEPTED, NULL, is_refused(user) ? user : self);
	else if (user->state == SG_DOCTOR_KNOWN || self->state == SG_DOCTOR_KNOWN)
		sg_doctor_ok(pass, SG_DOCTOR_TOKEN_ACCEPTED, NULL, "GitLab knows the token");
	else
		(void)sg_doctor_known(pass, SG_DOCTOR_TOKEN_ACCEPTED, NULL, user, false);
}

static void judge_token(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;
	enum sg_severity severity = f->needs_gitlab || f->config.state != SG_DOCTOR_KNOWN
					    ? SG_SEVERITY_ERROR
					    : SG_SEVERITY_NOTE;

	if (!f->token.given) {
		sg_doctor_say(pass, SG_DOCTOR_TOKEN_GIVEN, severity, NULL, "%s",
			f->token.missing_why ? f->token.missing_why : "no token was given");
		return;
	}
	if (f->token.is_job_token) {
		sg_doctor_say(pass, SG_DOCTOR_TOKEN_GIVEN, severity, NULL,
			"the only token is the job's own, which may not use the API for merge "
			"requests and gates");
		return;
	}
	sg_doctor_ok(pass, SG_DOCTOR_TOKEN_GIVEN, NULL, "there is a token for GitLab's API");
	judge_acceptance(pass);
	judge_kind(pass);
	judge_scopes(pass);
	judge_expiry(pass);
}

void sg_doctor_judge_gitlab(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;

	if (f->no_gitlab_why) {
		sg_doctor_say(pass, SG_DOCTOR_GITLAB_NAMED,
			f->needs_gitlab ? SG_SEVERITY_ERROR : SG_SEVERITY_NOTE, NULL, "%s",
			f->no_gitlab_why);
		return;
	}
	sg_doctor_ok(pass, SG_DOCTOR_GITLAB_NAMED, NULL, "GitLab is %s", f->gitlab.url);
	sg_doctor_way(pass, "GitLab", f->gitlab.url, f->gitlab.proxy);
	if (sg_doctor_known(pass, SG_DOCTOR_GITLAB_REACHED, NULL, &f->gitlab.reached, true)) {
		sg_doctor_ok(pass, SG_DOCTOR_GITLAB_REACHED, NULL, "GitLab's API answers");
		judge_version(pass);
	}
	sg_doctor_clock(pass, SG_DOCTOR_GITLAB_CLOCK, NULL, &f->gitlab);
	judge_token(pass);
}
