/* What gates need of GitLab: groups, source projects, freeze periods (gitlab.md 6.12, 8.5). */
#include <inttypes.h>
#include <string.h>

#include "model/doctor_say.h"

/* The environment, and which of its approval gates behind the first. */
static const char *subject_of(
	const struct sg_doctor_pass *pass, const struct sg_doctor_approval *approval)
{
	size_t before = 0;

	for (const struct sg_doctor_approval *a = pass->facts->approvals; a != approval; a++)
		before += strcmp(a->environment, approval->environment) == 0;
	return before ? sg_arena_printf(
				pass->arena, "%s, gate %zu", approval->environment, before + 1)
		      : approval->environment;
}

static void judge_approval(
	const struct sg_doctor_pass *pass, const struct sg_doctor_approval *approval)
{
	const char *env = subject_of(pass, approval);
	int64_t needed = approval->spec->count;

	if (!sg_doctor_known(pass, SG_DOCTOR_APPROVERS_READ, env, &approval->seen, true)) {
		sg_doctor_unseen(pass, SG_DOCTOR_APPROVERS_ENOUGH, env,
			"not all groups of the gate can be read");
		return;
	}
	sg_doctor_ok(pass, SG_DOCTOR_APPROVERS_READ, env, "the groups of its gate can be read");
	if (approval->people < needed)
		sg_doctor_fault(pass, SG_DOCTOR_APPROVERS_ENOUGH, env,
			"%" PRId64 " approvals are needed, and %" PRId64
			" active people could give one",
			needed, approval->people);
	else if (approval->people == needed && !approval->more)
		sg_doctor_say(pass, SG_DOCTOR_APPROVERS_ENOUGH, SG_SEVERITY_WARNING, env,
			"%" PRId64 " approvals are needed, and just as many people could give one: "
			"where one of them asks or wrote the change, it cannot pass",
			needed);
	else
		sg_doctor_ok(pass, SG_DOCTOR_APPROVERS_ENOUGH, env,
			"%" PRId64 " approvals are needed, and %s%" PRId64 " people could give one",
			needed, approval->more ? "at least " : "", approval->people);
}

/* "catalog (shop/catalog)" */
static const char *source_name(
	const struct sg_doctor_pass *pass, const struct sg_doctor_source *source)
{
	return sg_arena_printf(pass->arena, "%s (%s)", source->service,
		source->project ? source->project : "no `source:`");
}

/* One line for all services: there may be hundreds. */
static void judge_sources(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;
	struct sg_doctor_names bad = {0}, unasked = {0};
	const char *bad_why = NULL, *unasked_why = NULL;

	for (size_t i = 0; i < f->source_count; i++) {
		const struct sg_doctor_source *source = &f->sources[i];

		if (!source->project || source->seen.state == SG_DOCTOR_FAILED) {
			sg_doctor_name(pass, &bad, source_name(pass, source));
			bad_why = bad_why ? bad_why : source->seen.why;
		} else if (source->seen.state == SG_DOCTOR_UNASKED) {
			sg_doctor_name(pass, &unasked, source->service);
			unasked_why = source->seen.why;
		}
	}
	if (bad.count)
		sg_doctor_fault(pass, SG_DOCTOR_SOURCES_READ, NULL,
			"gates that exclude authors stay closed for %s%s%s",
			sg_doctor_names_text(pass, &bad), bad_why ? ": " : "",
			bad_why ? bad_why : "");
	if (unasked.count)
		sg_doctor_unseen(pass, SG_DOCTOR_SOURCES_READ, NULL,
			sg_arena_printf(pass->arena, "%s (%s)",
				sg_doctor_names_text(pass, &unasked),
				unasked_why ? unasked_why : "not asked"));
	if (f->source_count && !bad.count && !unasked.count)
		sg_doctor_ok(pass, SG_DOCTOR_SOURCES_READ, NULL,
			"the source projects of %zu services can be read", f->source_count);
}

void sg_doctor_judge_people(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;

	for (size_t i = 0; i < f->approval_count; i++)
		judge_approval(pass, &f->approvals[i]);
	judge_sources(pass);
	if (f->has_freeze &&
		sg_doctor_known(pass, SG_DOCTOR_FREEZE_READ, NULL, &f->freeze_seen, true))
		sg_doctor_ok(pass, SG_DOCTOR_FREEZE_READ, NULL,
			"the freeze periods can be read: %zu", f->freeze_count);
}
