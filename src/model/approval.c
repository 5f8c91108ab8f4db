#include "model/approval.h"

#include <string.h>

#include "base/attr.h"

static const struct {
	const char *name;
	const char *text;
} reasons[] = {
#define SG_X(name, text) [SG_APPROVAL_##name] = {#name, text},
	SG_APPROVAL_REASONS(SG_X)
#undef SG_X
};

const char *sg_approval_reason_name(enum sg_approval_reason reason)
{
	return reasons[reason].name;
}

const char *sg_approval_reason_text(enum sg_approval_reason reason)
{
	return reasons[reason].text;
}

static bool excludes_authors(const struct sg_gate_spec *spec)
{
	for (size_t i = 0; i < spec->exclude_count; i++)
		if (strcmp(spec->exclude[i], SG_EXCLUDE_AUTHORS) == 0)
			return true;
	return false;
}

/* ---- what must be known before anybody is counted ---- */

static const char head_moved[] = "the head of the merge request moved while it was looked at";

static struct sg_trouble none(void)
{
	return (struct sg_trouble){0};
}

static struct sg_trouble lasting(const char *words)
{
	return (struct sg_trouble){.words = words};
}

static struct sg_trouble trouble_of_request(const struct sg_approval_facts *facts)
{
	const char *last = NULL;

	if (!facts->has_mr)
		return lasting("there is no merge request yet");
	if (facts->trouble.words)
		return facts->trouble;
	if (facts->author_id <= 0)
		return lasting("the author of the merge request is not known");
	if (facts->version_count)
		last = facts->versions[facts->version_count - 1].head;
	if (!facts->head || !last)
		return lasting("GitLab does not say which heads the merge request has had");
	return strcmp(facts->head, last) != 0 ? (struct sg_trouble){head_moved, true} : none();
}

static struct sg_trouble trouble_of_requesters(const struct sg_approval_facts *facts)
{
	if (facts->requesters_trouble.words)
		return facts->requesters_trouble;
	if (facts->requester_count == 0)
		return lasting("nobody is recorded who asked for this promotion");
	for (size_t i = 0; i < facts->requester_count; i++)
		if (facts->requesters[i].id <= 0)
			return lasting("somebody who asked for this promotion cannot be told");
	return none();
}

/* An author without a user may be any of the approvers. */
static struct sg_trouble trouble_of_authors(
	const struct sg_approval_facts *facts, struct sg_arena *arena)
{
	if (facts->authors_trouble.words)
		return facts->authors_trouble;
	for (size_t i = 0; i < facts->author_count; i++) {
		const char *email = facts->authors[i].email;

		if (facts->authors[i].id <= 0)
			return lasting(sg_arena_printf(arena,
				"%s wrote commits of this version, and GitLab does not say who "
				"that is",
				email && *email ? email : "somebody"));
	}
	return none();
}

static struct sg_trouble trouble_of_groups(
	const struct sg_gate_spec *spec, const struct sg_approval_facts *facts)
{
	if (spec->from_count == 0)
		return lasting("the gate names nobody whose approval counts");
	for (size_t i = 0; facts->from_trouble && i < spec->from_count; i++)
		if (facts->from_trouble[i].words)
			return facts->from_trouble[i];
	return none();
}

static struct sg_trouble trouble_of(const struct sg_gate_spec *spec,
	const struct sg_approval_facts *facts, struct sg_arena *arena)
{
	struct sg_trouble trouble = trouble_of_request(facts);

	if (!trouble.words)
		trouble = trouble_of_requesters(facts);
	if (!trouble.words && excludes_authors(spec))
		trouble = trouble_of_authors(facts, arena);
	return trouble.words ? trouble : trouble_of_groups(spec, facts);
}

/* ---- one approver ---- */

static bool is_own(const struct sg_approval_facts *facts, int64_t id)
{
	for (size_t i = 0; i < facts->own_id_count; i++)
		if (facts->own_ids[i] == id)
			return true;
	return false;
}

static bool is_requester(const struct sg_approval_facts *facts, int64_t id)
{
	for (size_t i = 0; i < facts->requester_count; i++)
		if (facts->requesters[i].id == id)
			return true;
	return false;
}

static bool is_source_author(const struct sg_approval_facts *facts, int64_t id)
{
	for (size_t i = 0; i < facts->author_count; i++)
		if (facts->authors[i].id == id)
			return true;
	return false;
}

/* A member of one of the groups is enough; NO only when every one of them said so. */
static enum sg_answer is_member(const struct sg_gate_spec *spec, const struct sg_approver *approver)
{
	enum sg_answer answer = SG_ANSWER_NO;

	for (size_t i = 0; i < spec->from_count; i++) {
		enum sg_answer one = approver->member ? approver->member[i] : SG_ANSWER_UNKNOWN;

		if (one == SG_ANSWER_YES)
			return SG_ANSWER_YES;
		if (one == SG_ANSWER_UNKNOWN)
			answer = SG_ANSWER_UNKNOWN;
	}
	return answer;
}

/*
 * Was the approval given for what the present head carries? The head at that moment is the last one
 * before the first that is not older than the approval; it, and every head after it, must carry the
 * same plan. An approval of the present head itself needs no comparison.
 */
static bool is_for_this_change(const struct sg_approval_facts *facts, int64_t approved_unix_ms)
{
	size_t later = 0;

	while (later < facts->version_count &&
		facts->versions[later].created_unix_ms < approved_unix_ms)
		later++;
	if (later == 0)
		return false;
	if (later == facts->version_count)
		return true;
	for (size_t i = later - 1; i < facts->version_count; i++)
		if (facts->versions[i].same_plan != SG_ANSWER_YES)
			return false;
	return true;
}

/* Who it is. COUNTS: nothing speaks against this person. */
static enum sg_approval_reason judge_person(const struct sg_gate_spec *spec,
	const struct sg_approval_facts *facts, const struct sg_approver *approver)
{
	if (approver->id > 0 && approver->id == facts->author_id)
		return SG_APPROVAL_AUTHOR;
	if (is_own(facts, approver->id))
		return SG_APPROVAL_OWN;
	if (approver->bot)
		return SG_APPROVAL_BOT;
	if (is_requester(facts, approver->id))
		return SG_APPROVAL_REQUESTER;
	if (!approver->known || approver->id <= 0)
		return SG_APPROVAL_UNKNOWN_USER;
	if (!approver->active)
		return SG_APPROVAL_NOT_ACTIVE;
	if (excludes_authors(spec) && is_source_author(facts, approver->id))
		return SG_APPROVAL_SOURCE_AUTHOR;
	return SG_APPROVAL_COUNTS;
}

static enum sg_approval_reason judge(const struct sg_gate_spec *spec,
	const struct sg_approval_facts *facts, const struct sg_approver *approver)
{
	enum sg_approval_reason reason = judge_person(spec, facts, approver);

	if (reason != SG_APPROVAL_COUNTS)
		return reason;
	switch (is_member(spec, approver)) {
	case SG_ANSWER_YES:
		break;
	case SG_ANSWER_NO:
		return SG_APPROVAL_NOT_MEMBER;
	case SG_ANSWER_UNKNOWN:
		return SG_APPROVAL_UNKNOWN_USER;
	}
	if (approver->approved_unix_ms <= 0)
		return SG_APPROVAL_UNKNOWN_TIME;
	if (!is_for_this_change(facts, approver->approved_unix_ms))
		return SG_APPROVAL_OTHER_CHANGE;
	return SG_APPROVAL_COUNTS;
}

static bool counts_already(const struct sg_approval_row *rows, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].id == id && rows[i].reason == SG_APPROVAL_COUNTS)
			return true;
	return false;
}

void sg_approval_decide(const struct sg_gate_spec *spec, const struct sg_approval_facts *facts,
	struct sg_arena *arena, struct sg_approval_count *ret)
{
	struct sg_approval_row *rows = sg_arena_calloc(arena, facts->approver_count, sizeof(*rows));

	*ret = (struct sg_approval_count){
		.needed = spec->count > 0 ? spec->count : 1,
		.trouble = trouble_of(spec, facts, arena),
		.rows = rows,
		.row_count = facts->approver_count,
	};
	ret->moved = ret->trouble.words == head_moved;
	for (size_t i = 0; i < facts->approver_count; i++) {
		const struct sg_approver *approver = &facts->approvers[i];
		enum sg_approval_reason reason = judge(spec, facts, approver);

		if (reason == SG_APPROVAL_COUNTS && counts_already(rows, i, approver->id))
			reason = SG_APPROVAL_TWICE;
		ret->counted += reason == SG_APPROVAL_COUNTS;
		rows[i] = (struct sg_approval_row){
			approver->id, approver->username, reason, approver->approved_unix_ms};
	}
}
