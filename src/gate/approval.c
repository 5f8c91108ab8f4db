#include <inttypes.h>

#include "base/attr.h"
#include "base/buf.h"
#include "gate/decide.h"

#define MS_PER_S 1000
#define LIST_MAX_BYTES 1536
/* More people than these are counted and not named. */
#define NAMED_MAX 12

static const char *taken(struct sg_buf *text, struct sg_arena *arena)
{
	return sg_arena_dup(arena, sg_buf_str(text));
}

static void add_name(struct sg_buf *out, const struct sg_approval_row *row)
{
	if (row->username && *row->username)
		sg_buf_addf(out, "@%.100s", row->username);
	else
		sg_buf_addf(out, "user %" PRId64, row->id);
}

static void add_time(struct sg_buf *out, struct sg_arena *arena, int64_t unix_ms)
{
	if (unix_ms > 0)
		sg_buf_addf(out, " (%s)", sg_gate_time(arena, unix_ms / MS_PER_S));
}

static void add_person(
	struct sg_buf *out, struct sg_arena *arena, const struct sg_approval_row *row)
{
	add_name(out, row);
	sg_buf_addf(out, " %s", sg_approval_reason_text(row->reason));
	if (row->reason == SG_APPROVAL_OTHER_CHANGE)
		add_time(out, arena, row->approved_unix_ms);
}

static void add_rest(struct sg_buf *out, size_t count)
{
	if (count > NAMED_MAX)
		sg_buf_addf(out, "; and %zu more", count - NAMED_MAX);
}

/* ": @manager-1 counts; @dev asked for this promotion" */
static const char *list_everybody(const struct sg_approval_count *count, struct sg_arena *arena)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};

	sg_buf_init(&out, LIST_MAX_BYTES);
	for (size_t i = 0; i < count->row_count && i < NAMED_MAX; i++) {
		sg_buf_adds(&out, i ? "; " : ": ");
		add_person(&out, arena, &count->rows[i]);
	}
	add_rest(&out, count->row_count);
	return taken(&out, arena);
}

/* "@manager-1, @manager-2", with the times of their approvals when they are wanted. */
static const char *list_counted(
	const struct sg_approval_count *count, bool with_times, struct sg_arena *arena)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};
	size_t named = 0;

	sg_buf_init(&out, LIST_MAX_BYTES);
	for (size_t i = 0; i < count->row_count; i++) {
		const struct sg_approval_row *row = &count->rows[i];

		if (row->reason != SG_APPROVAL_COUNTS || ++named > NAMED_MAX)
			continue;
		sg_buf_adds(&out, named > 1 ? ", " : "");
		add_name(&out, row);
		if (with_times)
			add_time(&out, arena, row->approved_unix_ms);
	}
	add_rest(&out, named);
	return taken(&out, arena);
}

/* "2 of @platform/release-managers, @jane" */
static const char *say_expected(const struct sg_gate_spec *spec,
	const struct sg_approval_count *count, struct sg_arena *arena)
{
	SG_AUTO(sg_buf_release) struct sg_buf out = {0};

	sg_buf_init(&out, LIST_MAX_BYTES);
	sg_buf_addf(&out, "%" PRId64, count->needed);
	for (size_t i = 0; i < spec->from_count; i++)
		sg_buf_addf(&out, "%s%s", i ? ", " : " of ", spec->from[i]);
	return taken(&out, arena);
}

static const char *say_observed(const struct sg_approval_count *count, struct sg_arena *arena)
{
	return sg_arena_printf(arena, "%" PRId64 " of %" PRId64 "%s%s", count->counted,
		count->needed, count->counted ? ": " : "",
		list_counted(count, /* with_times= */ false, arena));
}

/* When the approval was given that made the number full. */
static int64_t full_since(const struct sg_approval_count *count)
{
	int64_t full = 0;

	for (size_t i = 0; i < count->row_count; i++) {
		const struct sg_approval_row *row = &count->rows[i];
		int64_t before = 0;

		for (size_t j = 0; j < count->row_count; j++)
			before += count->rows[j].reason == SG_APPROVAL_COUNTS &&
				  count->rows[j].approved_unix_ms < row->approved_unix_ms;
		if (row->reason == SG_APPROVAL_COUNTS && before < count->needed &&
			row->approved_unix_ms > full)
			full = row->approved_unix_ms;
	}
	return full / MS_PER_S;
}

/* Since when the present change can be approved. */
static int64_t open_since(const struct sg_approval_facts *facts)
{
	size_t at = facts->version_count;

	if (at == 0)
		return 0;
	for (at--; at > 0 && facts->versions[at - 1].same_plan == SG_ANSWER_YES; at--)
		continue;
	return facts->versions[at].created_unix_ms / MS_PER_S;
}

static void say_trouble(const struct sg_gate_facts *facts, const struct sg_approval_count *count,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	enum sg_gate_code code = SG_GATE_CODE_APPROVALS_UNREADABLE;

	if (count->moved)
		code = SG_GATE_CODE_HEAD_MOVED;
	else if (count->trouble.passes)
		code = SG_GATE_CODE_APPROVALS_NOT_ANSWERED;
	else if (!facts->approvals->has_mr)
		code = SG_GATE_CODE_NO_MERGE_REQUEST;
	sg_gate_say(ret, arena, code, "%s", count->trouble.words);
	if (count->moved)
		ret->next_look_unix_s = facts->now_unix_s;
	else
		ret->next_look_unix_s = sg_gate_again(facts, &count->trouble);
}

static void say_count(const struct sg_gate_facts *facts, const struct sg_approval_count *count,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	int64_t missing = count->needed - count->counted;

	ret->observed = say_observed(count, arena);
	if (missing <= 0) {
		sg_gate_say(ret, arena, SG_GATE_CODE_APPROVED, "approved by %s",
			list_counted(count, /* with_times= */ true, arena));
		ret->since_unix_s = full_since(count);
		return;
	}
	sg_gate_say(ret, arena, SG_GATE_CODE_APPROVALS_MISSING,
		"waits for %" PRId64 " approval%s, %" PRId64 " of %" PRId64 "%s", missing,
		missing == 1 ? "" : "s", count->counted, count->needed,
		list_everybody(count, arena));
	ret->since_unix_s = open_since(facts->approvals);
}

void sg_gate_approval(const struct sg_gate_spec *spec, const struct sg_gate_facts *facts,
	struct sg_arena *arena, struct sg_gate_verdict *ret)
{
	struct sg_approval_count count;

	sg_approval_decide(spec, facts->approvals, arena, &count);
	ret->expected = say_expected(spec, &count, arena);
	if (count.trouble.words)
		say_trouble(facts, &count, arena, ret);
	else
		say_count(facts, &count, arena, ret);
}
