#include "model/app_case.h"

#include <string.h>

#include "base/str.h"
#include "model/repo_url.h"

static bool is_empty(const char *text)
{
	return text[0] == '\0';
}

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_commit(const char *text)
{
	return sg_str_is_oid(sg_str_of(text));
}

static enum sg_answer contains(
	const struct sg_app_case *c, const char *descendant, const char *ancestor)
{
	return sg_ancestry_contains(c->ancestry, descendant, ancestor);
}

enum sg_app_rev sg_app_case_commit(const struct sg_app_case *c, const char *sha)
{
	return sg_ancestry_place(c->ancestry, c->want->revision, sha);
}

/*
 * A hydrated commit stands where the dry commit stands that it was made from (argocd.md 1.9). Not
 * hydrated yet, or not synced up to the hydrated commit yet: PAST.
 */
static enum sg_app_rev hydrated_rev(const struct sg_app_case *c, const char *sha)
{
	const struct sg_app_hydrator *hydrator = &c->app->hydrator;
	enum sg_app_rev dry = sg_app_case_commit(c, hydrator->last_dry_sha);
	enum sg_answer after;

	if (!is_commit(sha))
		return SG_REV_NONE;
	if (dry != SG_REV_OK)
		return dry == SG_REV_NONE ? SG_REV_PAST : dry;
	if (!is_commit(hydrator->last_hydrated_sha))
		return SG_REV_PAST;
	after = contains(c, sha, hydrator->last_hydrated_sha);
	if (after == SG_ANSWER_YES)
		return SG_REV_OK;
	if (after == SG_ANSWER_NO && contains(c, hydrator->last_hydrated_sha, sha) == SG_ANSWER_NO)
		return SG_REV_OTHER;
	return SG_REV_PAST;
}

/* Index I of revisions that are aligned with the sources, "" when there is none. */
static const char *revision_at(
	const struct sg_app *app, const struct sg_app_revisions *revisions, size_t i)
{
	if (!app->many_sources || app->hydrator.used)
		return revisions->one;
	return i < revisions->many.count ? revisions->many.items[i] : "";
}

/*
 * The operations of the ApplicationSet controller ask for no revision, and show what is left over
 * from the one before: the result while they run, what was asked for also when they have ended
 * (argocd.md 1.6).
 */
static const char *operation_revision(const struct sg_app *app, size_t i)
{
	const struct sg_app_operation *op = &app->operation;
	bool by_set = same(op->initiated_by, SG_APP_SET_CONTROLLER);
	bool runs = op->phase == SG_PHASE_RUNNING || op->phase == SG_PHASE_TERMINATING;
	const char *result = by_set && runs ? "" : revision_at(app, &op->result, i);

	return is_empty(result) && !by_set ? revision_at(app, &op->asked, i) : result;
}

/* A branch without "refs/heads/". */
static struct sg_str branch_name(const char *text)
{
	static const char prefix[] = "refs/heads/";
	struct sg_str name = sg_str_of(text);

	return sg_str_starts(name, prefix) ? sg_str_sub(name, strlen(prefix), name.len) : name;
}

static bool is_our_branch(const struct sg_app_want *want, const char *target)
{
	if ((is_empty(target) || same(target, "HEAD")) && want->branch_is_default)
		return true;
	return !is_empty(target) && sg_str_eq(branch_name(target), branch_name(want->branch));
}

/* YES: the source is ours; UNKNOWN: pinned to a commit that Git cannot place yet. */
static enum sg_answer tracks(const struct sg_app_case *c, const struct sg_app_source *source)
{
	enum sg_app_rev rev;

	if (is_our_branch(c->want, source->target_revision))
		return SG_ANSWER_YES;
	if (!is_commit(source->target_revision)) {
		bool holds =
			!is_empty(source->target_revision) &&
			contains(c, source->target_revision, c->want->revision) == SG_ANSWER_YES;

		return holds ? SG_ANSWER_YES : SG_ANSWER_NO;
	}
	rev = sg_app_case_commit(c, source->target_revision);
	if (rev == SG_REV_OK)
		return SG_ANSWER_YES;
	return rev == SG_REV_UNKNOWN ? SG_ANSWER_UNKNOWN : SG_ANSWER_NO;
}

/* Indices of the sources for which `tracks` says WORD. */
static void pick(struct sg_app_case *c, enum sg_answer word)
{
	for (size_t i = 0; i < c->app->source_count; i++) {
		const struct sg_app_source *source = &c->app->sources[i];

		if (!is_empty(source->chart) ||
			!sg_repo_url_same(source->repo_url, c->want->repo_url))
			continue;
		c->reads_repository = true;
		if (tracks(c, source) == word)
			c->ours[c->ours_count++] = i;
	}
}

static void pick_sources(struct sg_app_case *c, bool is_child)
{
	c->ours = sg_arena_calloc(c->arena, c->app->source_count + 1, sizeof(*c->ours));
	pick(c, SG_ANSWER_YES);
	if (c->ours_count == 0)
		pick(c, SG_ANSWER_UNKNOWN);
	if (!is_child)
		c->scope = SG_SCOPE_WANTED;
	else if (c->ours_count)
		c->scope = SG_SCOPE_CHILD;
	else
		c->scope = SG_SCOPE_WITHOUT_REVISION;
	if (c->scope == SG_SCOPE_WITHOUT_REVISION)
		for (size_t i = 0; i < c->app->source_count; i++)
			c->ours[c->ours_count++] = i;
}

static enum sg_app_rev place(const struct sg_app_case *c, const char *sha)
{
	return c->app->hydrator.used ? hydrated_rev(c, sha) : sg_app_case_commit(c, sha);
}

/* The worst of our sources; *ret_text is its revision. */
static enum sg_app_rev worst(const struct sg_app_case *c, bool of_operation, const char **ret_text)
{
	enum sg_app_rev rev = SG_REV_OK;

	*ret_text = "";
	for (size_t k = 0; k < c->ours_count; k++) {
		const char *sha = of_operation ? operation_revision(c->app, c->ours[k])
					       : revision_at(c->app, &c->app->revision, c->ours[k]);
		enum sg_app_rev here = place(c, sha);

		if (k == 0 || here < rev) {
			rev = here;
			*ret_text = sha;
		}
	}
	return c->ours_count ? rev : SG_REV_NONE;
}

static bool operation_at_revision(const struct sg_app_case *c)
{
	if (c->app->operation.phase == SG_PHASE_NONE || c->ours_count == 0)
		return false;
	for (size_t k = 0; k < c->ours_count; k++) {
		const char *rev = revision_at(c->app, &c->app->revision, c->ours[k]);

		if (is_empty(rev) || !same(rev, operation_revision(c->app, c->ours[k])))
			return false;
	}
	return true;
}

/*
 * Without a revision the last operation is about what is asked for now when it was of the source
 * that the spec names now; of another source it is an old story.
 */
static void place_without_revision(struct sg_app_case *c)
{
	const struct sg_app_operation *op = &c->app->operation;
	bool old = !c->app->hydrator.used && !is_empty(op->result_source) &&
		   !same(op->result_source, c->app->spec_source);

	c->rev = SG_REV_OK;
	c->rev_text = c->ours_count ? revision_at(c->app, &c->app->revision, 0) : "";
	c->oprev_text = c->ours_count ? operation_revision(c->app, 0) : "";
	if (is_empty(c->oprev_text))
		c->oprev = SG_REV_NONE;
	else
		c->oprev = old ? SG_REV_PAST : SG_REV_OK;
}

static void place_revisions(struct sg_app_case *c)
{
	if (c->scope == SG_SCOPE_WITHOUT_REVISION) {
		place_without_revision(c);
	} else {
		c->rev = worst(c, false, &c->rev_text);
		c->oprev = worst(c, true, &c->oprev_text);
	}
	c->at_rev = operation_at_revision(c);
}

static bool is_word_char(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

/* Cuts the next commit id out of `*rest`; false when there is none. */
static bool next_commit(struct sg_str *rest, char ret_sha[SG_OID_SIZE])
{
	while (rest->len) {
		size_t n = 0;
		struct sg_str word;

		while (n < rest->len && is_word_char(rest->ptr[n]))
			n++;
		word = sg_str_sub(*rest, 0, n);
		*rest = sg_str_sub(*rest, n + 1, rest->len);
		if (!sg_str_is_oid(word))
			continue;
		memcpy(ret_sha, word.ptr, word.len);
		ret_sha[word.len] = '\0';
		return true;
	}
	return false;
}

/* Does a commit that automated sync names stand for the wanted revision? */
static bool is_wanted_commit(const struct sg_app_case *c, const char *sha)
{
	if (c->scope != SG_SCOPE_WITHOUT_REVISION)
		return place(c, sha) == SG_REV_OK;
	return same(sha, c->rev_text) || (c->oprev == SG_REV_OK && same(sha, c->oprev_text));
}

static bool is_our_sync_error(const struct sg_app_case *c, const char *message)
{
	struct sg_str head = sg_str_of(message);
	long end = sg_str_search(head, ": ");
	bool any = false;
	char sha[SG_OID_SIZE];

	if (end >= 0)
		head = sg_str_sub(head, 0, (size_t)end);
	while (next_commit(&head, sha)) {
		any = true;
		if (is_wanted_commit(c, sha))
			return true;
	}
	if (any)
		return false;
	return !(c->op_failed && (c->oprev == SG_REV_PAST || c->oprev == SG_REV_OTHER));
}

static void read_sync_errors(struct sg_app_case *c)
{
	for (size_t i = 0; i < c->app->condition_count; i++) {
		const struct sg_app_condition *condition = &c->app->conditions[i];

		if (condition->type != SG_CONDITION_SYNC || c->sync_error == SG_SYNC_ERROR_OURS)
			continue;
		c->sync_error_text = condition->message;
		c->sync_error = is_our_sync_error(c, condition->message) ? SG_SYNC_ERROR_OURS
									 : SG_SYNC_ERROR_FOREIGN;
	}
}

static const struct sg_app_workloads *workloads_of(const struct sg_app_case *c)
{
	if (!c->beside || !c->beside->workloads)
		return NULL;
	return c->beside->workloads(c->beside->arg, c->app);
}

void sg_app_case_fill(struct sg_app_case *c, bool is_child)
{
	const struct sg_app_operation *op = &c->app->operation;
	bool works = op->phase == SG_PHASE_RUNNING || op->phase == SG_PHASE_TERMINATING;

	pick_sources(c, is_child);
	c->op_failed = op->phase == SG_PHASE_FAILED || op->phase == SG_PHASE_ERROR;
	c->late = works && !c->app->operation_set && !c->memory->late_ignored;
	c->inflight = c->app->operation_set || c->late;
	place_revisions(c);
	c->sync_error_text = "";
	read_sync_errors(c);
	c->workloads = workloads_of(c);
}

const struct sg_app_condition *sg_app_condition_find(
	const struct sg_app *app, enum sg_app_condition_type type)
{
	for (size_t i = 0; i < app->condition_count; i++)
		if (app->conditions[i].type == type)
			return &app->conditions[i];
	return NULL;
}
