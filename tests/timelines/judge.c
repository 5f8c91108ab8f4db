#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "cluster/application.h"
#include "timeline.h"

struct item {
	const char *namespace;
	const char *name;
	const struct sg_app *app; /* NULL: it is gone */
};

/* The world beside the application, and what Git answers. */
struct replay {
	struct sg_ancestry ancestry; /* first: it is cast back */
	const struct timeline *line;
	struct sg_arena arena;
	struct sg_app_beside beside;
	struct item *items;
	size_t item_count;
	const struct sg_app_project **projects; /* newest last */
	size_t project_count;
	const struct sg_app_set **sets; /* newest last; one that is gone has no strategy */
	size_t set_count;
	struct sg_app_strings past; /* revisions of event 0 */
	const char *namespace;      /* of the application that is waited for; NULL: not known yet */
	const char *name;
	struct sg_app_fold *fold;
	bool trace;
	uint64_t rows;

	long first_success; /* event, or -1; event_count: in the silence */
	long first_fail;
	enum sg_app_code fail_code;
	char broken[256];
};

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* What the file says about two commits, in either order. */
static enum sg_answer told(
	const struct timeline *line, const char *descendant, const char *ancestor)
{
	enum sg_answer answer = SG_ANSWER_UNKNOWN;

	for (size_t i = 0; i < line->pair_count; i++) {
		const struct timeline_pair *pair = &line->pairs[i];
		bool forward = same(pair->ancestor, ancestor) && same(pair->descendant, descendant);
		bool backward =
			same(pair->ancestor, descendant) && same(pair->descendant, ancestor);

		if (forward && pair->contained)
			return SG_ANSWER_YES;
		if (backward || forward)
			answer = SG_ANSWER_NO;
	}
	return answer;
}

static bool is_of_event_0(const struct replay *replay, const char *revision)
{
	for (size_t i = 0; i < replay->past.count; i++)
		if (same(replay->past.items[i], revision))
			return true;
	return false;
}

static enum sg_answer contains(
	struct sg_ancestry *ancestry, const char *descendant, const char *ancestor)
{
	struct replay *replay = (struct replay *)(void *)ancestry;
	const char *wanted = replay->line->want.revision;
	enum sg_answer answer = told(replay->line, descendant, ancestor);

	if (same(descendant, ancestor))
		return SG_ANSWER_YES;
	if (answer != SG_ANSWER_UNKNOWN)
		return answer;
	if (same(descendant, wanted) && is_of_event_0(replay, ancestor))
		return SG_ANSWER_YES;
	if (same(ancestor, wanted) && is_of_event_0(replay, descendant))
		return SG_ANSWER_NO;
	return SG_ANSWER_UNKNOWN;
}

static void remember_past(struct replay *replay, const char *revision)
{
	struct sg_app_strings *past = &replay->past;

	if (revision[0] && !same(revision, replay->line->want.revision))
		*(const char **)sg_arena_push(&replay->arena, &past->items, &past->count,
			sizeof(*past->items)) = revision;
}

static void remember_event_0(struct replay *replay, const struct sg_app *app)
{
	remember_past(replay, app->revision.one);
	for (size_t i = 0; i < app->revision.many.count; i++)
		remember_past(replay, app->revision.many.items[i]);
	remember_past(replay, app->hydrator.last_dry_sha);
}

static const struct sg_app_project *read_project(void *arg, const char *name)
{
	struct replay *replay = arg;

	for (size_t i = replay->project_count; i > 0; i--)
		if (same(replay->projects[i - 1]->name, name))
			return replay->projects[i - 1];
	return NULL;
}

static const struct sg_app_set *read_set(void *arg, const char *namespace, const char *name)
{
	struct replay *replay = arg;

	for (size_t i = replay->set_count; i > 0; i--) {
		const struct sg_app_set *set = replay->sets[i - 1];

		if (same(set->name, name) &&
			(!set->namespace[0] || same(set->namespace, namespace)))
			return set;
	}
	return NULL;
}

static struct item *find_item(struct replay *replay, const char *namespace, const char *name)
{
	for (size_t i = 0; i < replay->item_count; i++)
		if (same(replay->items[i].namespace, namespace) &&
			same(replay->items[i].name, name))
			return &replay->items[i];
	return NULL;
}

static const struct sg_app *read_item(void *arg, const char *namespace, const char *name)
{
	struct item *item = find_item(arg, namespace, name);

	return item ? item->app : NULL;
}

static void renew_item(struct replay *replay, const struct sg_app *app, bool gone)
{
	struct item *item = find_item(replay, app->namespace, app->name);

	if (!item)
		item = sg_arena_push(
			&replay->arena, &replay->items, &replay->item_count, sizeof(*item));
	*item = (struct item){app->namespace, app->name, gone ? NULL : app};
}

static void break_off(struct replay *replay, const struct sg_err *err)
{
	if (!replay->broken[0])
		(void)snprintf(replay->broken, sizeof(replay->broken), "%.200s", err->cause);
}

static const struct sg_app *decode(struct replay *replay, const struct sg_json *object)
{
	struct sg_app *app = sg_arena_alloc(&replay->arena, sizeof(*app));
	struct sg_err err = SG_ERR_INIT;

	if (sg_application_decode(object, &replay->arena, app, &err) == 0)
		return app;
	break_off(replay, &err);
	return NULL;
}

static void renew_set(struct replay *replay, const struct sg_json *object, bool gone)
{
	struct sg_app_set *set = sg_arena_alloc(&replay->arena, sizeof(*set));
	struct sg_err err = SG_ERR_INIT;

	if (sg_application_set_decode(object, &replay->arena, set, &err) < 0) {
		break_off(replay, &err);
		return;
	}
	set->strategy_known = set->strategy_known && !gone;
	*(const struct sg_app_set **)sg_arena_push(
		&replay->arena, &replay->sets, &replay->set_count, sizeof(*replay->sets)) = set;
}

static void renew_project(struct replay *replay, const struct sg_json *object, bool gone)
{
	struct sg_app_project *project = sg_arena_alloc(&replay->arena, sizeof(*project));
	struct sg_err err = SG_ERR_INIT;

	if (sg_application_project_decode(object, &replay->arena, project, &err) < 0) {
		break_off(replay, &err);
		return;
	}
	if (gone)
		project->window_count = 0;
	*(const struct sg_app_project **)sg_arena_push(&replay->arena, &replay->projects,
		&replay->project_count, sizeof(*replay->projects)) = project;
}

static bool is_of_kind(const struct sg_json *object, const char *kind)
{
	return same(sg_json_str(sg_json_get(object, "kind"), ""), kind);
}

/* The first event about an application; bookmarks and errors are about none. */
static size_t event_0(const struct timeline *line)
{
	for (size_t i = 0; i < line->event_count; i++)
		if (line->events[i].type != EVENT_OTHER &&
			is_of_kind(line->events[i].object, "Application"))
			return i;
	return 0;
}

static void name_application(struct replay *replay)
{
	const struct timeline *line = replay->line;
	const struct sg_json *first = sg_json_get(line->events[event_0(line)].object, "metadata");
	struct sg_str text = sg_str_of(line->application), namespace;

	if (!line->application) {
		replay->namespace = sg_json_str(sg_json_get(first, "namespace"), "");
		replay->name = sg_json_str(sg_json_get(first, "name"), "");
	} else if (sg_str_find(text, '/') < 0) {
		replay->name = line->application;
	} else {
		(void)sg_str_cut(&text, '/', &namespace);
		replay->namespace = sg_arena_dup(&replay->arena, namespace);
		replay->name = sg_arena_dup(&replay->arena, text);
	}
}

static bool is_wanted(struct replay *replay, const struct sg_app *app)
{
	if (!same(app->name, replay->name))
		return false;
	if (!replay->namespace)
		replay->namespace = app->namespace;
	return same(app->namespace, replay->namespace);
}

static void show_application(struct replay *replay, size_t i, const struct sg_app *app, bool gone)
{
	int64_t now = replay->line->events[i].t;

	if (i == event_0(replay->line))
		remember_event_0(replay, app);
	if (is_wanted(replay, app)) {
		if (gone)
			sg_app_fold_gone(replay->fold, now);
		else
			sg_app_fold_feed(replay->fold, app, now);
		return;
	}
	renew_item(replay, app, gone);
	sg_app_fold_feed_other(replay->fold, app->namespace, app->name, gone ? NULL : app, now);
}

static void show(struct replay *replay, size_t i)
{
	const struct timeline_event *event = &replay->line->events[i];
	bool gone = event->type == EVENT_DELETED;
	const struct sg_app *app;

	if (event->type != EVENT_OTHER && is_of_kind(event->object, "Application")) {
		app = decode(replay, event->object);
		if (app)
			show_application(replay, i, app, gone);
		return;
	}
	if (event->type != EVENT_OTHER && is_of_kind(event->object, "ApplicationSet"))
		renew_set(replay, event->object, gone);
	else if (event->type != EVENT_OTHER && is_of_kind(event->object, "AppProject"))
		renew_project(replay, event->object, gone);
	sg_app_fold_tick(replay->fold, event->t);
}

/* Applications above all; lists of them do not repeat the kind. */
static void add_item(struct replay *replay, const struct sg_json *object)
{
	const struct sg_app *app;

	if (is_of_kind(object, "ApplicationSet")) {
		renew_set(replay, object, false);
	} else if (is_of_kind(object, "AppProject")) {
		renew_project(replay, object, false);
	} else {
		app = decode(replay, object);
		if (app)
			renew_item(replay, app, false);
	}
}

static void set_up(struct replay *replay)
{
	const struct timeline *line = replay->line;

	replay->ancestry.contains = contains;
	replay->beside = (struct sg_app_beside){
		.project = read_project, .set = read_set, .item = read_item, .arg = replay};
	replay->fold =
		sg_app_fold_new(&line->want, &line->policy, &replay->ancestry, &replay->beside);
	replay->first_success = replay->first_fail = -1;
	name_application(replay);
	if (line->project)
		renew_project(replay, line->project, false);
	if (line->set)
		renew_set(replay, line->set, false);
	for (const struct sg_json *e = sg_json_first(line->items); e; e = sg_json_next(e))
		add_item(replay, e);
}

static void note(struct replay *replay, long event, int64_t now)
{
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(replay->fold);

	replay->rows |= UINT64_C(1) << verdict->row;
	if (replay->trace)
		(void)printf("    %3ld %8lld ms  %-7s %-3s %s\n", event, (long long)now,
			sg_app_kind_name(verdict->kind), sg_app_row_label(verdict->row),
			sg_app_code_name(verdict->code));
	if (verdict->kind == SG_APP_SUCCESS && replay->first_success < 0)
		replay->first_success = event;
	if (verdict->kind != SG_APP_FAIL || replay->first_fail >= 0)
		return;
	replay->first_fail = event;
	replay->fail_code = verdict->code;
}

#define STEPS 200 /* looks between two events */

/* Time passes between events too: a verdict may only change its code then. */
static void pass_time(struct replay *replay, long event, int64_t from, int64_t to)
{
	int64_t step = (to - from) / STEPS + 1;

	for (int64_t t = from + step; t < to; t += step) {
		bool quiet_before = replay->first_success < 0 && replay->first_fail < 0;
		const struct sg_app_verdict *verdict;

		sg_app_fold_tick(replay->fold, t);
		verdict = sg_app_fold_verdict(replay->fold);
		if (quiet_before && !replay->broken[0] &&
			(verdict->kind == SG_APP_SUCCESS || verdict->kind == SG_APP_FAIL))
			(void)snprintf(replay->broken, sizeof(replay->broken),
				"silence after event %ld made a %s", event,
				sg_app_kind_name(verdict->kind));
	}
}

/* The first success or fail is final: nothing is looked at behind it. */
static bool is_final(const struct replay *replay)
{
	return replay->first_success >= 0 || replay->first_fail >= 0;
}

static void run(struct replay *replay)
{
	const struct timeline *line = replay->line;
	long last = (long)line->event_count - 1;
	int64_t end;

	for (size_t i = 0; i < line->event_count; i++) {
		if (i > 0)
			pass_time(replay, (long)i - 1, line->events[i - 1].t, line->events[i].t);
		show(replay, i);
		note(replay, (long)i, line->events[i].t);
		if (is_final(replay) || replay->broken[0])
			return;
	}
	end = line->events[last].t + line->silence_ms;
	pass_time(replay, last, line->events[last].t, end);
	sg_app_fold_tick(replay->fold, end);
	note(replay, last + 1, end);
}

static void wrong(struct timeline_judgement *ret, const char *fmt, ...) SG_PRINTF(2, 3);
static void wrong(struct timeline_judgement *ret, const char *fmt, ...)
{
	va_list args;

	if (ret->why[0])
		return;
	va_start(args, fmt);
	(void)vsnprintf(ret->why, sizeof(ret->why), fmt, args);
	va_end(args);
}

static bool lists(const struct sg_json *array, long event)
{
	int64_t value;

	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e))
		if (sg_json_i64(e, &value) && value == event)
			return true;
	return false;
}

static void judge_success(const struct replay *replay, struct timeline_judgement *ret)
{
	if (replay->first_fail >= 0)
		wrong(ret, "fail %s at event %ld, expected success",
			sg_app_code_name(replay->fail_code), replay->first_fail);
	else if (replay->first_success < 0)
		wrong(ret, "no success (%s), expected one at event %lld",
			sg_app_code_name(sg_app_fold_verdict(replay->fold)->code),
			(long long)replay->line->at_event);
	else if (replay->line->at_event >= 0 && replay->first_success != replay->line->at_event)
		wrong(ret, "success at event %ld, expected at %lld", replay->first_success,
			(long long)replay->line->at_event);
}

static void judge_fail(const struct replay *replay, struct timeline_judgement *ret)
{
	const char *reason = replay->line->reason;

	if (replay->first_success >= 0)
		wrong(ret, "success at event %ld, expected fail", replay->first_success);
	else if (replay->first_fail < 0)
		wrong(ret, "no fail (%s), expected one",
			sg_app_code_name(sg_app_fold_verdict(replay->fold)->code));
	else if (replay->first_fail < replay->line->at_event)
		wrong(ret, "fail at event %ld, expected not before %lld", replay->first_fail,
			(long long)replay->line->at_event);
	else if (reason && !same(reason, sg_app_code_name(replay->fail_code)))
		wrong(ret, "fail %s, expected %s", sg_app_code_name(replay->fail_code), reason);
}

static void judge_waiting(const struct replay *replay, struct timeline_judgement *ret)
{
	const struct sg_app_verdict *verdict = sg_app_fold_verdict(replay->fold);
	const char *reason = replay->line->reason;

	if (replay->first_success >= 0)
		wrong(ret, "success at event %ld, expected %s", replay->first_success,
			replay->line->result);
	if (replay->first_fail >= 0)
		wrong(ret, "fail %s at event %ld, expected %s", sg_app_code_name(replay->fail_code),
			replay->first_fail, replay->line->result);
	if (same(replay->line->result, "policy") && verdict->kind != SG_APP_POLICY)
		wrong(ret, "%s at the end, expected policy", sg_app_kind_name(verdict->kind));
	if (reason && !same(reason, sg_app_code_name(verdict->code)))
		wrong(ret, "%s at the end, expected %s", sg_app_code_name(verdict->code), reason);
}

static void judge_besides(const struct replay *replay, struct timeline_judgement *ret)
{
	const struct timeline *line = replay->line;

	if (lists(line->must_not_succeed, replay->first_success))
		wrong(ret, "success at event %ld", replay->first_success);
	if (lists(line->must_not_fail, replay->first_fail))
		wrong(ret, "fail at event %ld", replay->first_fail);
	if (line->index >= 0 && !sg_app_fold_used_source(replay->fold, (size_t)line->index))
		wrong(ret, "source %lld was not used", (long long)line->index);
}

void timeline_judge(const struct timeline *timeline, bool trace, struct timeline_judgement *ret)
{
	struct replay replay = {.line = timeline, .trace = trace};

	*ret = (struct timeline_judgement){0};
	set_up(&replay);
	run(&replay);
	if (replay.broken[0])
		wrong(ret, "%s", replay.broken);
	if (same(timeline->result, "success"))
		judge_success(&replay, ret);
	else if (same(timeline->result, "fail"))
		judge_fail(&replay, ret);
	else
		judge_waiting(&replay, ret);
	judge_besides(&replay, ret);
	ret->rows = replay.rows;
	sg_app_fold_free(replay.fold);
	sg_arena_release(&replay.arena);
}
