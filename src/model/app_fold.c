#include "model/app_fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

static void start(struct sg_app_fold *fold)
{
	fold->verdict = (struct sg_app_verdict){
		.kind = SG_APP_WAIT, .code = SG_APP_CODE_NOT_SEEN, .row = SG_APP_ROW_NONE};
	fold->verdict.message = sg_app_code_text(SG_APP_CODE_NOT_SEEN);
	fold->answer.confirm_ms = SG_APP_UNCONFIRMED;
}

struct sg_app_fold *sg_app_fold_new(const struct sg_app_want *want,
	const struct sg_app_policy *policy, struct sg_ancestry *ancestry,
	const struct sg_app_beside *beside)
{
	struct sg_app_fold *fold = sg_calloc(1, sizeof(*fold));

	SG_ASSERT(want->image_count <= SG_APP_IMAGES_MAX);
	fold->want = want;
	fold->policy = policy;
	fold->ancestry = ancestry;
	fold->beside = beside;
	start(fold);
	return fold;
}

struct sg_app_fold *sg_app_fold_child(const struct sg_app_fold *parent)
{
	struct sg_app_fold *fold =
		sg_app_fold_new(parent->want, parent->policy, parent->ancestry, parent->beside);

	fold->parent = parent;
	return fold;
}

void sg_app_fold_free(struct sg_app_fold *fold)
{
	if (!fold)
		return;
	sg_app_children_forget(fold);
	sg_arena_release(&fold->arena);
	free(fold);
}

/* Keeps the books of the annotation; sets `proven` when this object proves a refresh. */
static void watch_refresh(struct sg_app_fold *fold, bool present, int64_t now_ms)
{
	struct sg_app_proof *proof = &fold->proof;

	fold->proven = proof->asked && !present;
	fold->proven_seq = proof->asked_seq;
	fold->proven_ms = proof->asked_ms;
	if (!proof->present)
		proof->present_ms = now_ms;
	if (!present) {
		proof->absent_seen = true;
		proof->asked = false;
	} else if (!proof->present && proof->absent_seen) {
		proof->asked = true;
		proof->asked_seq = fold->seq;
		proof->asked_ms = now_ms;
	}
	proof->present = present;
}

/* A late write is believed until a refresh, asked for after it was seen, has been consumed. */
static void watch_late_write(struct sg_app_fold *fold, const struct sg_app *app)
{
	struct sg_app_late *late = &fold->late;
	bool works = app->operation.phase == SG_PHASE_RUNNING ||
		     app->operation.phase == SG_PHASE_TERMINATING;

	if (!works || app->operation_set) {
		late->seen = false;
		fold->memory.late_ignored = false;
		return;
	}
	if (!late->seen || late->started_s != app->operation.started_s) {
		late->seen = true;
		late->since_seq = fold->seq;
		late->started_s = app->operation.started_s;
		fold->memory.late_ignored = false;
	}
	if (fold->proven && fold->proven_seq > late->since_seq)
		fold->memory.late_ignored = true;
}

/* The end of an operation and what is compared after it are written one after the other. */
static void watch_operation(struct sg_app_memory *memory, const struct sg_app *app)
{
	memory->just_ended = (memory->works || memory->just_ended) && !app->operation_set &&
			     app->reconciled_s == memory->during_s && app->sync == memory->sync &&
			     app->health == memory->health;
	memory->works = app->operation_set;
	memory->during_s = app->reconciled_s;
	memory->sync = app->sync;
	memory->health = app->health;
}

/* The two memories of rows 4 and 6. */
static void remember(struct sg_app_memory *memory, const struct sg_app_case *c)
{
	const struct sg_app_hydrator *hydrator = &c->app->hydrator;

	if (!memory->reached && c->rev == SG_REV_OK) {
		memory->reached = true;
		memory->reached_s = c->app->reconciled_s;
	}
	if (!memory->examined && hydrator->used &&
		sg_app_case_commit(c, hydrator->last_compared) == SG_REV_OK) {
		memory->examined = true;
		(void)snprintf(memory->examined_started, sizeof(memory->examined_started), "%s",
			hydrator->started_at);
	}
}

static void note_row(
	struct sg_app_fold *fold, const struct sg_app_case *c, const struct sg_app_answer *answer)
{
	struct sg_app_requests *requests = &fold->requests;

	if (answer->refresh == SG_APP_REFRESH_NONE)
		requests->in_a_row = 0;
	if (fold->memory.row == answer->row)
		return;
	fold->memory.row = answer->row;
	fold->memory.row_since_ms = c->now_ms;
	fold->row_seq = fold->seq;
	fold->row_reconciled_s = c->app->reconciled_s;
	fold->row_compared = false;
	fold->confirmed = false;
	if (answer->row != SG_APP_ROW_23)
		sg_app_children_forget(fold);
}

/* Polls answer from cached refs: rows about what stands in Git wait that much longer. */
#define CACHED_REFS_S 200

/*
 * Where we may not ask for a refresh, later comparisons have to do. The reconciledAt that stands
 * there when the row begins may be old (comparisons of level 1 do not move it): the grace begins
 * with the first one that is seen to move.
 */
static bool compared_later(struct sg_app_fold *fold, int64_t grace_ms)
{
	int64_t from = fold->row_reconciled_s, to = fold->app->reconciled_s;
	int64_t grace_s = (grace_ms + 999) / 1000;

	if (fold->policy->may_refresh || to == SG_APP_NO_TIME || to == from)
		return false;
	if (!fold->row_compared) {
		fold->row_compared = true;
		fold->row_reconciled_s = to;
		return false;
	}
	if (fold->memory.row == SG_APP_ROW_3 || fold->memory.row == SG_APP_ROW_10)
		grace_s += CACHED_REFS_S;
	return to >= from + grace_s;
}

/* CONFIRMED(grace) of argocd.md 0.2 */
static bool is_confirmed(struct sg_app_fold *fold, int64_t grace_ms)
{
	if (fold->proven && fold->proven_seq >= fold->row_seq &&
		fold->proven_ms >= fold->memory.row_since_ms + grace_ms)
		return true;
	return compared_later(fold, grace_ms);
}

static void confirm(struct sg_app_fold *fold, struct sg_app_answer *answer)
{
	if (answer->confirm_ms == SG_APP_UNCONFIRMED)
		return;
	fold->confirmed = fold->confirmed || is_confirmed(fold, answer->confirm_ms);
	if (!fold->confirmed)
		return;
	answer->kind = SG_APP_FAIL;
	answer->code = answer->fail_code;
}

#define UNHEARD_MS 60000
#define UNHEARD_ROOM 120

/* What may be behind whatever a row waits for: its controller does not look at it. */
static bool is_unheard(const struct sg_app_fold *fold, int64_t now_ms)
{
	const struct sg_app_proof *proof = &fold->proof;

	return fold->answer.kind == SG_APP_WAIT && fold->answer.refresh != SG_APP_REFRESH_NONE &&
	       proof->present && now_ms - proof->present_ms >= UNHEARD_MS;
}

static void tell(struct sg_app_fold *fold, const struct sg_app_case *c)
{
	const struct sg_app_answer *answer = &fold->answer;
	struct sg_app_verdict *verdict = &fold->verdict;
	const char *separator = answer->evidence[0] ? ": " : "";
	bool unheard = is_unheard(fold, c->now_ms);

	*verdict = (struct sg_app_verdict){.kind = answer->kind,
		.code = answer->code,
		.cause = answer->cause,
		.row = answer->row,
		.images_unseen = answer->images_unseen,
		.leftovers = c->leftovers_only,
		.sync_wanted = answer->sync_wanted};
	verdict->message = sg_arena_printf(&fold->arena, "%s%s%.*s%s",
		sg_app_code_text(answer->code), separator,
		SG_APP_EVIDENCE_MAX - (unheard ? UNHEARD_ROOM : 0), answer->evidence,
		unheard ? "; its controller has not taken up the refresh that was asked for "
			  "over a minute ago"
			: "");
	(void)snprintf(verdict->revision, sizeof(verdict->revision), "%s", c->rev_text);
}

static void judge(struct sg_app_fold *fold, int64_t now_ms)
{
	struct sg_app_case c = {.app = fold->app,
		.want = fold->want,
		.policy = fold->policy,
		.beside = fold->beside,
		.ancestry = fold->ancestry,
		.memory = &fold->memory,
		.fold = fold,
		.arena = &fold->arena,
		.now_ms = now_ms,
		.gone = fold->gone};
	char evidence[SG_APP_EVIDENCE_MAX];

	sg_arena_release(&fold->arena);
	sg_app_case_fill(&c, fold->parent != NULL);
	remember(&fold->memory, &c);
	fold->answer.evidence = evidence;
	sg_app_rows_ask(&c, &fold->answer);
	note_row(fold, &c, &fold->answer);
	confirm(fold, &fold->answer);
	fold->used_sources = c.ours;
	fold->used_count = c.ours_count;
	tell(fold, &c);
	fold->answer.evidence = NULL;
}

/*
 * It was deleted and made anew, and nobody has seen that it was gone: what was seen of the one
 * before says nothing about this one, and the going of its annotation proves nothing.
 */
static void begin_anew(struct sg_app_fold *fold)
{
	fold->proof = (struct sg_app_proof){0};
	fold->late = (struct sg_app_late){0};
	fold->memory = (struct sg_app_memory){0};
	fold->requests = (struct sg_app_requests){0};
	fold->confirmed = false;
	sg_app_children_forget(fold);
	start(fold);
}

static void note_uid(struct sg_app_fold *fold, const char *uid)
{
	if (!uid || !uid[0])
		return;
	if (fold->uid[0] && strncmp(fold->uid, uid, sizeof(fold->uid) - 1) != 0)
		begin_anew(fold);
	(void)snprintf(fold->uid, sizeof(fold->uid), "%s", uid);
}

void sg_app_fold_feed(struct sg_app_fold *fold, const struct sg_app *app, int64_t now_ms)
{
	fold->app = app;
	fold->gone = false;
	fold->seq++;
	note_uid(fold, app->uid);
	watch_refresh(fold, app->refresh, now_ms);
	watch_late_write(fold, app);
	watch_operation(&fold->memory, app);
	judge(fold, now_ms);
}

/* Nothing is proven by an event that is not ours. */
void sg_app_fold_tick(struct sg_app_fold *fold, int64_t now_ms)
{
	fold->proven = false;
	if (fold->app)
		judge(fold, now_ms);
}

void sg_app_fold_gone(struct sg_app_fold *fold, int64_t now_ms)
{
	fold->gone = true;
	sg_app_fold_tick(fold, now_ms);
	if (fold->app)
		return;
	fold->verdict.kind = SG_APP_FAIL;
	fold->verdict.code = SG_APP_CODE_APP_DELETED;
	fold->verdict.row = SG_APP_ROW_1;
	fold->verdict.message = sg_app_code_text(SG_APP_CODE_APP_DELETED);
}

void sg_app_fold_feed_other(struct sg_app_fold *fold, const char *namespace, const char *name,
	const struct sg_app *app, int64_t now_ms)
{
	(void)sg_app_children_feed(fold, namespace, name, app, now_ms);
	fold->quiet = true;
	sg_app_fold_tick(fold, now_ms);
	fold->quiet = false;
}

const struct sg_app_verdict *sg_app_fold_verdict(const struct sg_app_fold *fold)
{
	return &fold->verdict;
}

bool sg_app_fold_used_source(const struct sg_app_fold *fold, size_t index)
{
	for (size_t i = 0; i < fold->used_count; i++)
		if (fold->used_sources[i] == index)
			return true;
	return false;
}
