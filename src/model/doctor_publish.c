/* Which way commits go, and whom and what new merge requests name (docs/publishing.md,
 * gitlab.md 6.1). */
#include "model/doctor_say.h"

/* Nothing stands in the way of the API but, perhaps, what the token may do. */
static void judge_api(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_publish *publish = &pass->facts->publish;
	const struct sg_doctor_token *token = &pass->facts->token;
	bool only = publish->via == SG_VIA_API;

	if (token->self_seen.state != SG_DOCTOR_KNOWN)
		sg_doctor_unseen(pass, SG_DOCTOR_PUBLISH_WAY, NULL,
			sg_arena_printf(pass->arena,
				"%s: commits go over GitLab's API if the token has the scope api, "
				"and its scopes are not known",
				publish->from));
	else if (sg_doctor_has_scope(token, "api"))
		sg_doctor_ok(pass, SG_DOCTOR_PUBLISH_WAY, NULL,
			"%s: commits go over GitLab's API%s", publish->from,
			only ? "" : ": the token has the scope api, and there is no signing key");
	else if (only)
		sg_doctor_fault(pass, SG_DOCTOR_PUBLISH_WAY, NULL,
			"%s asks for GitLab's API, and the token does not have the scope api",
			publish->from);
	else
		sg_doctor_say(pass, SG_DOCTOR_PUBLISH_WAY, SG_SEVERITY_WARNING, NULL,
			"%s: the token does not have the scope api, so each commit goes by Git "
			"after GitLab's API has refused it",
			publish->from);
}

static void judge_way(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_publish *publish = &pass->facts->publish;

	if (!publish->commits)
		return;
	if (publish->via == SG_VIA_GIT) {
		sg_doctor_ok(
			pass, SG_DOCTOR_PUBLISH_WAY, NULL, "%s: commits go by Git", publish->from);
	} else if (!publish->obstacle) {
		judge_api(pass);
	} else if (publish->via == SG_VIA_AUTO) {
		sg_doctor_ok(pass, SG_DOCTOR_PUBLISH_WAY, NULL, "%s: commits go by Git: %s",
			publish->from, publish->obstacle);
	} else {
		const struct sg_doctor_seen seen = {.state = SG_DOCTOR_FAILED,
			.why = sg_arena_printf(pass->arena, "%s asks for GitLab's API: %s",
				publish->from, publish->obstacle),
			.hint = publish->hint};

		sg_doctor_failed(pass, SG_DOCTOR_PUBLISH_WAY, NULL, &seen);
	}
}

static void judge_people(const struct sg_doctor_pass *pass, const struct sg_doctor_request *request)
{
	const char *env = request->environment;
	struct sg_doctor_names strangers = {0};

	if (!request->people_count ||
		!sg_doctor_known(pass, SG_DOCTOR_REQUEST_PEOPLE, env, &request->people_seen, true))
		return;
	for (size_t i = 0; i < request->stranger_count; i++)
		sg_doctor_name(pass, &strangers, request->strangers[i]);
	if (strangers.count)
		sg_doctor_fault(pass, SG_DOCTOR_REQUEST_PEOPLE, env,
			"no merge request can be opened: GitLab has no active user %s",
			sg_doctor_names_text(pass, &strangers));
	else
		sg_doctor_ok(pass, SG_DOCTOR_REQUEST_PEOPLE, env,
			"the reviewers and assignees of its merge requests exist: %zu",
			request->people_count);
}

static void judge_milestone(
	const struct sg_doctor_pass *pass, const struct sg_doctor_request *request)
{
	const char *env = request->environment;

	if (!request->milestone || !sg_doctor_known(pass, SG_DOCTOR_REQUEST_MILESTONE, env,
					   &request->milestone_seen, true))
		return;
	if (request->milestone_found)
		sg_doctor_ok(pass, SG_DOCTOR_REQUEST_MILESTONE, env,
			"the milestone of its merge requests exists: %s", request->milestone);
	else
		sg_doctor_fault(pass, SG_DOCTOR_REQUEST_MILESTONE, env,
			"no merge request can be opened: there is no active milestone %s",
			request->milestone);
}

void sg_doctor_judge_publishing(const struct sg_doctor_pass *pass)
{
	judge_way(pass);
	for (size_t i = 0; i < pass->facts->request_count; i++) {
		judge_people(pass, &pass->facts->requests[i]);
		judge_milestone(pass, &pass->facts->requests[i]);
	}
}
