#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "timeline.h"

#define FILE_MAX_BYTES ((size_t)16 * 1024 * 1024)

static int slurp(const char *file, struct sg_buf *out, struct sg_err *err)
{
	FILE *in = fopen(file, "rb");
	char block[65536];
	size_t n;

	if (!in)
		return sg_fail(err, SG_R_FILE_NOT_FOUND, "cannot be opened");
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		sg_buf_add(out, block, n);
	n = (size_t)ferror(in);
	(void)fclose(in);
	if (n || out->overflow)
		return sg_fail(err, SG_R_TOO_LARGE, "cannot be read");
	return 0;
}

enum kind { TEXT, FLAG, NUMBER, OBJECT, ARRAY, ANY };

struct key {
	const char *name;
	enum kind kind;
	bool required;
};

static bool is_kind(const struct sg_json *value, enum kind kind)
{
	int64_t number;

	switch (kind) {
	case TEXT:
		return sg_json_type(value) == SG_JSON_STRING;
	case FLAG:
		return sg_json_type(value) == SG_JSON_BOOL;
	case NUMBER:
		return sg_json_i64(value, &number);
	case OBJECT:
		return sg_json_type(value) == SG_JSON_OBJECT;
	case ARRAY:
		return sg_json_type(value) == SG_JSON_ARRAY;
	case ANY:
		break;
	}
	return true;
}

/* Exactly these keys, of these types. */
static int check_keys(const struct sg_json *value, const char *where, const struct key *keys,
	size_t count, struct sg_err *err)
{
	if (sg_json_type(value) != SG_JSON_OBJECT)
		return sg_fail(err, SG_R_JSON_INVALID, "%s: expected an object", where);
	for (const struct sg_json *e = sg_json_first(value); e; e = sg_json_next(e)) {
		size_t i = 0;

		while (i < count && strcmp(keys[i].name, sg_json_key(e)) != 0)
			i++;
		if (i == count)
			return sg_fail(err, SG_R_JSON_INVALID, "%s.%s: unknown key", where,
				sg_json_key(e));
		if (!is_kind(e, keys[i].kind))
			return sg_fail(
				err, SG_R_JSON_INVALID, "%s.%s: wrong type", where, keys[i].name);
	}
	for (size_t i = 0; i < count; i++)
		if (keys[i].required && !sg_json_get(value, keys[i].name))
			return sg_fail(
				err, SG_R_JSON_INVALID, "%s.%s: missing", where, keys[i].name);
	return 0;
}

static const struct key top_keys[] = {{"description", ANY, false}, {"source", ANY, false},
	{"want", OBJECT, true}, {"policy", OBJECT, false}, {"ancestry", OBJECT, false},
	{"project", OBJECT, false}, {"applicationSet", OBJECT, false}, {"items", ARRAY, false},
	{"aside", ANY, false}, {"expect", OBJECT, true}, {"events", ARRAY, true}};
static const struct key want_keys[] = {{"revision", TEXT, true}, {"repoURL", TEXT, true},
	{"branch", TEXT, true}, {"image", TEXT, false}, {"application", TEXT, false}};
static const struct key policy_keys[] = {{"syncManually", FLAG, false},
	{"suspendedOk", FLAG, false}, {"failOnFirstSyncError", FLAG, false},
	{"failOnSyncWindow", FLAG, false}, {"allowPruneWarning", FLAG, false},
	{"confirmMs", NUMBER, false}, {"degradedGraceMs", NUMBER, false},
	{"imageGraceMs", NUMBER, false}, {"outOfSyncGraceMs", NUMBER, false}};
static const struct key ancestry_keys[] = {
	{"descendantsOf", OBJECT, false}, {"notDescendantsOf", OBJECT, false}};
static const struct key expect_keys[] = {{"result", TEXT, true}, {"atEvent", NUMBER, false},
	{"reason", TEXT, false}, {"mustNotSucceedAt", ARRAY, false},
	{"mustNotFailAt", ARRAY, false}, {"index", NUMBER, false}, {"silenceMs", NUMBER, false},
	{"why", ANY, false}};
static const struct key event_keys[] = {
	{"t", NUMBER, true}, {"note", ANY, false}, {"event", OBJECT, true}};
static const struct key watch_keys[] = {{"type", TEXT, true}, {"object", OBJECT, true}};

#define CHECK(value, where, keys, err) check_keys(value, where, keys, SG_COUNT(keys), err)

static int64_t number(const struct sg_json *object, const char *key, int64_t fallback)
{
	int64_t value;

	return sg_json_i64(sg_json_get(object, key), &value) ? value : fallback;
}

static int read_want(struct timeline *line, struct sg_err *err)
{
	const struct sg_json *want = sg_json_get(line->doc, "want");
	const char *image = sg_json_str(sg_json_get(want, "image"), NULL);
	const char **images = sg_arena_calloc(&line->arena, 1, sizeof(*images));

	if (CHECK(want, "want", want_keys, err) < 0)
		return -1;
	images[0] = image;
	line->want =
		(struct sg_app_want){.revision = sg_json_str(sg_json_get(want, "revision"), ""),
			.repo_url = sg_json_str(sg_json_get(want, "repoURL"), ""),
			.branch = sg_json_str(sg_json_get(want, "branch"), ""),
			.branch_is_default = true,
			.images = images,
			.image_count = image ? 1 : 0};
	line->application = sg_json_str(sg_json_get(want, "application"), NULL);
	return 0;
}

static int read_policy(struct timeline *line, struct sg_err *err)
{
	const struct sg_json *policy = sg_json_get(line->doc, "policy");
	const struct sg_json *suspended = sg_json_get(policy, "suspendedOk");
	struct sg_app_policy *out = &line->policy;

	*out = sg_app_policy_default();
	if (!policy)
		return 0;
	if (CHECK(policy, "policy", policy_keys, err) < 0)
		return -1;
	out->sync_manually = sg_json_bool(sg_json_get(policy, "syncManually"), false);
	out->fail_on_first_sync_error =
		sg_json_bool(sg_json_get(policy, "failOnFirstSyncError"), false);
	out->fail_on_sync_window = sg_json_bool(sg_json_get(policy, "failOnSyncWindow"), false);
	out->allow_prune_warning = sg_json_bool(sg_json_get(policy, "allowPruneWarning"), false);
	out->confirm_ms = number(policy, "confirmMs", out->confirm_ms);
	out->degraded_grace_ms = number(policy, "degradedGraceMs", out->degraded_grace_ms);
	out->image_grace_ms = number(policy, "imageGraceMs", out->image_grace_ms);
	out->out_of_sync_grace_ms = number(policy, "outOfSyncGraceMs", out->out_of_sync_grace_ms);
	if (suspended)
		out->suspended = sg_json_bool(suspended, false) ? SG_APP_SUSPENDED_OK
								: SG_APP_SUSPENDED_WAIT;
	return 0;
}

/* {A: [B, ...]} */
static int read_pairs(struct timeline *line, const char *name, bool contained, struct sg_err *err)
{
	const struct sg_json *map = sg_json_get(sg_json_get(line->doc, "ancestry"), name);

	for (const struct sg_json *a = sg_json_first(map); a; a = sg_json_next(a)) {
		if (sg_json_type(a) != SG_JSON_ARRAY)
			return sg_fail(err, SG_R_JSON_INVALID, "ancestry.%s: wrong type", name);
		for (const struct sg_json *b = sg_json_first(a); b; b = sg_json_next(b)) {
			struct timeline_pair *pair = sg_arena_push(
				&line->arena, &line->pairs, &line->pair_count, sizeof(*pair));

			if (sg_json_type(b) != SG_JSON_STRING)
				return sg_fail(
					err, SG_R_JSON_INVALID, "ancestry.%s: wrong type", name);
			*pair = (struct timeline_pair){
				sg_json_key(a), sg_json_str(b, ""), contained};
		}
	}
	return 0;
}

static int read_ancestry(struct timeline *line, struct sg_err *err)
{
	const struct sg_json *ancestry = sg_json_get(line->doc, "ancestry");

	if (ancestry && CHECK(ancestry, "ancestry", ancestry_keys, err) < 0)
		return -1;
	if (read_pairs(line, "descendantsOf", true, err) < 0)
		return -1;
	return read_pairs(line, "notDescendantsOf", false, err);
}

static int check_numbers(const struct sg_json *array, const char *where, struct sg_err *err)
{
	int64_t value;

	for (const struct sg_json *e = sg_json_first(array); e; e = sg_json_next(e))
		if (!sg_json_i64(e, &value))
			return sg_fail(err, SG_R_JSON_INVALID, "expect.%s: wrong type", where);
	return 0;
}

static bool is_result(const char *word)
{
	static const char *const words[] = {"success", "fail", "wait", "policy"};

	for (size_t i = 0; i < SG_COUNT(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static bool is_code(const char *word)
{
	for (int i = 0; i < sg_app_code_count(); i++)
		if (strcmp(sg_app_code_name((enum sg_app_code)i), word) == 0)
			return true;
	return false;
}

static int read_expect(struct timeline *line, struct sg_err *err)
{
	const struct sg_json *expect = sg_json_get(line->doc, "expect");

	if (CHECK(expect, "expect", expect_keys, err) < 0)
		return -1;
	line->result = sg_json_str(sg_json_get(expect, "result"), "");
	line->reason = sg_json_str(sg_json_get(expect, "reason"), NULL);
	line->at_event = number(expect, "atEvent", -1);
	line->index = number(expect, "index", -1);
	line->silence_ms = number(expect, "silenceMs", 120000);
	line->must_not_succeed = sg_json_get(expect, "mustNotSucceedAt");
	line->must_not_fail = sg_json_get(expect, "mustNotFailAt");
	if (!is_result(line->result))
		return sg_fail(err, SG_R_JSON_INVALID, "expect.result: unknown word");
	if (line->reason && !is_code(line->reason))
		return sg_fail(err, SG_R_JSON_INVALID, "expect.reason: unknown code");
	if (check_numbers(line->must_not_succeed, "mustNotSucceedAt", err) < 0)
		return -1;
	return check_numbers(line->must_not_fail, "mustNotFailAt", err);
}

static enum timeline_event_type event_type(const char *word)
{
	if (strcmp(word, "ADDED") == 0 || strcmp(word, "MODIFIED") == 0)
		return EVENT_OBJECT;
	return strcmp(word, "DELETED") == 0 ? EVENT_DELETED : EVENT_OTHER;
}

static int read_events(struct timeline *line, struct sg_err *err)
{
	const struct sg_json *events = sg_json_get(line->doc, "events");
	int64_t before = 0;

	for (const struct sg_json *e = sg_json_first(events); e; e = sg_json_next(e)) {
		const struct sg_json *watch = sg_json_get(e, "event");
		struct timeline_event *event = sg_arena_push(
			&line->arena, &line->events, &line->event_count, sizeof(*event));

		if (CHECK(e, "events[]", event_keys, err) < 0 ||
			CHECK(watch, "events[].event", watch_keys, err) < 0)
			return -1;
		event->t = number(e, "t", 0);
		event->type = event_type(sg_json_str(sg_json_get(watch, "type"), ""));
		event->object = sg_json_get(watch, "object");
		if (event->t < before)
			return sg_fail(err, SG_R_JSON_INVALID, "events[%zu].t: goes back",
				line->event_count - 1);
		before = event->t;
	}
	if (line->event_count == 0)
		return sg_fail(err, SG_R_JSON_INVALID, "events: none");
	return 0;
}

static int read_all(const char *file, struct timeline *line, struct sg_err *err)
{
	SG_AUTO(sg_buf_release) struct sg_buf text;

	sg_buf_init(&text, FILE_MAX_BYTES);
	if (slurp(file, &text, err) < 0 || sg_json_parse(sg_buf_str(&text), &line->doc, err) < 0 ||
		CHECK(line->doc, "timeline", top_keys, err) < 0)
		return -1;
	line->project = sg_json_get(line->doc, "project");
	line->set = sg_json_get(line->doc, "applicationSet");
	line->items = sg_json_get(line->doc, "items");
	if (read_want(line, err) < 0 || read_policy(line, err) < 0 ||
		read_ancestry(line, err) < 0 || read_expect(line, err) < 0)
		return -1;
	return read_events(line, err);
}

int timeline_load(const char *file, struct timeline *ret, struct sg_err *err)
{
	struct timeline line = {0};

	if (read_all(file, &line, err) < 0) {
		timeline_release(&line);
		return -1;
	}
	*ret = line;
	return 0;
}

void timeline_release(struct timeline *timeline)
{
	sg_json_free(timeline->doc);
	sg_arena_release(&timeline->arena);
	*timeline = (struct timeline){0};
}
