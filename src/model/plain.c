#include "model/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "model/sighting.h"

struct plain_case {
	struct sg_plain_fold *fold;
	const struct sg_plain_look *look;
	struct sg_arena *arena;
	struct sg_image want;
	int64_t now_ms;
	bool failed; /* it has failed, whether that is believed or not */
};

void sg_plain_fold_begin(
	struct sg_plain_fold *fold, const char *label, const char *image, int64_t grace_ms)
{
	*fold = (struct sg_plain_fold){.label = label,
		.image = image,
		.grace_ms = grace_ms,
		.verdict = {.kind = SG_APP_WAIT,
			.code = SG_APP_CODE_NOT_SEEN,
			.message = fold->message},
		.failed_ms = SG_PLAIN_NOT_FAILED};
	(void)snprintf(fold->message, sizeof(fold->message), "%.320s has not been seen yet", label);
}

static bool SG_PRINTF(4, 5) say(
	struct plain_case *c, enum sg_app_kind kind, enum sg_app_code code, const char *format, ...)
{
	struct sg_app_verdict *verdict = &c->fold->verdict;
	va_list args;

	*verdict = (struct sg_app_verdict){.kind = kind, .code = code, .message = c->fold->message};
	va_start(args, format);
	(void)vsnprintf(c->fold->message, sizeof(c->fold->message), format, args);
	va_end(args);
	return true;
}

static struct sg_sighting in_template(
	const struct sg_workload *workload, const struct sg_image *want)
{
	struct sg_sighting seen = {0};

	for (size_t i = 0; i < workload->images.count; i++)
		sg_sighting_add(&seen, want, workload->images.items[i]);
	return seen;
}

enum sg_answer sg_plain_has(const struct sg_workload *workload, const char *image)
{
	struct sg_sighting seen;
	struct sg_image want;

	if (!workload->images_known || !sg_image_parse(sg_str_of(image), &want))
		return SG_ANSWER_UNKNOWN;
	seen = in_template(workload, &want);
	if (seen.other)
		return SG_ANSWER_NO;
	return seen.right && !seen.unclear ? SG_ANSWER_YES : SG_ANSWER_UNKNOWN;
}

/* ---- is it what was to be applied? ---- */

static bool row_absent(struct plain_case *c)
{
	const struct sg_workload *workload = c->look->workload;

	if (!workload)
		return say(c, SG_APP_WAIT, SG_APP_CODE_WORKLOAD_MISSING, "there is no %s",
			c->fold->label);
	if (workload->deleting || (workload->kind == SG_WORKLOAD_POD && workload->pod.deleting))
		return say(c, SG_APP_WAIT, SG_APP_CODE_WORKLOAD_MISSING, "%s is being deleted",
			c->fold->label);
	return false;
}

static bool row_template(struct plain_case *c)
{
	const char *label = c->fold->label, *image = c->fold->image;
	struct sg_sighting seen;

	if (!image || !c->look->workload->images_known)
		return false;
	seen = in_template(c->look->workload, &c->want);
	if (seen.other)
		return say(c, SG_APP_WAIT, SG_APP_CODE_NOT_APPLIED,
			"%s has %.300s in its template, and %.300s is expected", label,
			seen.other_text, image);
	if (seen.unclear)
		return say(c, SG_APP_WAIT, SG_APP_CODE_IMAGE_UNCLEAR,
			"%s names its image so that it cannot be compared with %.300s", label,
			image);
	if (!seen.right)
		return say(c, SG_APP_WAIT, SG_APP_CODE_NO_SUCH_CONTAINER,
			"no container of %s has the repository of %.300s%s%.300s", label, image,
			c->look->workload->images.count ? "; it has " : "",
			c->look->workload->images.count ? c->look->workload->images.items[0] : "");
	return false;
}

/* ---- how far is it? ---- */

static const char *told(const struct plain_case *c, const struct sg_workload_reading *reading)
{
	const struct sg_app_workloads *progress = c->look->progress;

	if (progress && progress->sentence[0])
		return progress->sentence;
	return sg_arena_printf(c->arena, "%s: %s", c->fold->label, reading->sentence);
}

/* A failure that lasts: what is applied anew, or begins again, is another one. */
static bool stands(struct plain_case *c, enum sg_app_code code)
{
	const struct sg_workload *workload = c->look->workload;
	struct sg_plain_fold *fold = c->fold;
	char as[sizeof(fold->failed_as)];

	(void)snprintf(as, sizeof(as), "%s %.200s %lld", sg_app_code_name(code), workload->uid,
		(long long)workload->generation);
	c->failed = true;
	if (fold->failed_ms == SG_PLAIN_NOT_FAILED || strcmp(as, fold->failed_as) != 0) {
		memcpy(fold->failed_as, as, sizeof(as));
		fold->failed_ms = c->now_ms;
		return false;
	}
	return c->now_ms - fold->failed_ms >= fold->grace_ms;
}

static bool row_state(struct plain_case *c)
{
	const struct sg_app_workloads *progress = c->look->progress;
	struct sg_workload_reading reading;

	sg_workload_state(c->look->workload, c->arena, &reading);
	if (reading.state == SG_WORKLOAD_DONE)
		return false;
	if (reading.state == SG_WORKLOAD_PAUSED)
		return say(c, SG_APP_WAIT, SG_APP_CODE_SUSPENDED, "%s: %s", c->fold->label,
			reading.sentence);
	c->fold->progress_wanted = true;
	if (progress && progress->ripe)
		return say(c, SG_APP_FAIL, progress->cause, "%s", progress->sentence);
	(void)say(c, SG_APP_WAIT, reading.code, "%s", told(c, &reading));
	if (progress)
		c->fold->verdict.cause = progress->cause;
	if (reading.state == SG_WORKLOAD_FAILED && stands(c, reading.code))
		c->fold->verdict.kind = SG_APP_FAIL;
	return true;
}

/* ---- what runs? ---- */

/* Do the numbers of one that is done say that all of its pods are of its template? */
static bool counts_prove(const struct sg_workload *workload)
{
	switch (workload->kind) {
	case SG_WORKLOAD_DEPLOYMENT:
	case SG_WORKLOAD_JOB: /* its template never changes */
	case SG_WORKLOAD_CRON_JOB:
		return true;
	case SG_WORKLOAD_STATEFUL_SET:
		return !workload->on_delete && workload->partition <= 0;
	case SG_WORKLOAD_DAEMON_SET:
		return !workload->on_delete;
	case SG_WORKLOAD_ROLLOUT:
		return workload->images_known;
	case SG_WORKLOAD_REPLICA_SET:
	case SG_WORKLOAD_POD:
	case SG_WORKLOAD_KIND_COUNT:
		break;
	}
	return false;
}

static void add(void *arg, const char *more)
{
	struct plain_case *c = arg;
	size_t len = strlen(c->fold->message);

	(void)snprintf(c->fold->message + len, sizeof(c->fold->message) - len, "%.200s", more);
}

static bool old_runs(struct plain_case *c, const struct sg_sighting *seen)
{
	const char *keeps_old = sg_workload_keeps_old(c->look->workload, c->arena);

	(void)say(c, SG_APP_WAIT, SG_APP_CODE_OLD_IMAGE_RUNNING,
		"%s is to run %.300s, and %.300s runs", c->fold->label, c->fold->image,
		seen->other_text);
	sg_sighting_holders(c->look->pods, seen->other_text, add, c);
	if (keeps_old) {
		add(c, "; ");
		add(c, keeps_old);
	}
	return true;
}

/* What has a template in another object, and what may be replaced in place, is known by pods. */
static bool needs_a_pod(const struct sg_workload *workload)
{
	return !workload->images_known ||
	       (workload->kind == SG_WORKLOAD_POD && !sg_pod_finished(&workload->pod));
}

static bool lacks_pods(struct plain_case *c)
{
	const struct sg_app_workloads *pods = c->look->pods;
	int64_t found = 0;

	for (size_t i = 0; i < pods->pod_count; i++) {
		struct sg_sighting seen = {0};
		struct sg_app_workloads one = {.pods = &pods->pods[i], .pod_count = 1};

		sg_sighting_pods(&seen, &c->want, &one);
		found += seen.right && !pods->pods[i].ending;
	}
	if (found >= c->look->workload->wanted)
		return false;
	return say(c, SG_APP_WAIT, SG_APP_CODE_PROGRESSING, "%s: %lld of %lld pods run %.300s",
		c->fold->label, (long long)found, (long long)c->look->workload->wanted,
		c->fold->image);
}

static bool has_pods(const struct sg_workload *workload)
{
	return workload->kind != SG_WORKLOAD_JOB && workload->kind != SG_WORKLOAD_CRON_JOB &&
	       !(workload->kind == SG_WORKLOAD_POD && sg_pod_finished(&workload->pod));
}

static bool row_pods(struct plain_case *c)
{
	const struct sg_workload *workload = c->look->workload;
	const struct sg_app_workloads *pods = c->look->pods;
	struct sg_sighting seen = {0};

	c->fold->pods_wanted = true;
	/* nothing says that its pods are well where people replace them */
	if (workload->kind == SG_WORKLOAD_DAEMON_SET && workload->on_delete &&
		workload->available < workload->wanted)
		return say(c, SG_APP_WAIT, SG_APP_CODE_PROGRESSING,
			"%s: not all of its pods are available", c->fold->label);
	if (!pods)
		return say(c, SG_APP_WAIT, SG_APP_CODE_PODS_UNREAD,
			"%s is done, and its pods have not been read", c->fold->label);
	if (!pods->complete && !counts_prove(workload))
		return say(c, SG_APP_WAIT, SG_APP_CODE_PODS_UNREAD,
			"%s is done, and not all of its pods can be read", c->fold->label);
	if (!c->fold->image)
		return false;
	sg_sighting_pods(&seen, &c->want, pods);
	if (seen.other)
		return old_runs(c, &seen);
	if (needs_a_pod(workload) && (!seen.right || seen.unclear))
		return say(c, SG_APP_WAIT, SG_APP_CODE_NOT_APPLIED,
			"no pod of %s shows %.300s, and nothing else tells that it runs it",
			c->fold->label, c->fold->image);
	if (!counts_prove(workload) && has_pods(workload) && lacks_pods(c))
		return true;
	c->fold->verdict.images_unseen = !seen.right && has_pods(workload);
	return false;
}

static void done(struct plain_case *c)
{
	bool unseen = c->fold->verdict.images_unseen;

	(void)say(c, SG_APP_SUCCESS, SG_APP_CODE_DEPLOYED, "%s %s %.300s", c->fold->label,
		unseen || !has_pods(c->look->workload) ? "has" : "runs",
		c->fold->image ? c->fold->image : "what its template says");
	c->fold->verdict.row = SG_APP_ROW_23;
	c->fold->verdict.images_unseen = unseen;
}

void sg_plain_fold_feed(
	struct sg_plain_fold *fold, const struct sg_plain_look *look, int64_t now_ms)
{
	SG_AUTO(sg_arena_release) struct sg_arena scratch = {0};
	struct plain_case c = {.fold = fold, .look = look, .arena = &scratch, .now_ms = now_ms};

	fold->progress_wanted = fold->pods_wanted = false;
	fold->verdict.images_unseen = 0;
	if (fold->image && !sg_image_parse(sg_str_of(fold->image), &c.want))
		(void)say(&c, SG_APP_WAIT, SG_APP_CODE_IMAGE_UNCLEAR, "'%.300s' is no image",
			fold->image);
	else if (!row_absent(&c) && !row_template(&c) && !row_state(&c) && !row_pods(&c))
		done(&c);
	if (!c.failed)
		fold->failed_ms = SG_PLAIN_NOT_FAILED;
}

/* ---- names ---- */

bool sg_plain_name_parse(struct sg_arena *arena, struct sg_str text, const char *namespace,
	struct sg_plain_name *ret)
{
	struct sg_str rest = text, parts[3];
	size_t count = 0;

	while (count < SG_COUNT(parts) && sg_str_cut(&rest, '/', &parts[count]))
		count++;
	if (count < 2 || rest.len || text.ptr[text.len - 1] == '/' || !parts[count - 1].len ||
		!parts[0].len || !sg_workload_kind_of_word(parts[count - 2], &ret->kind))
		return false;
	ret->namespace = count == 3 ? sg_arena_dup(arena, parts[0]) : namespace;
	ret->name = sg_arena_dup(arena, parts[count - 1]);
	return true;
}

static bool parts_names(char c)
{
	return c == ' ' || c == ',' || c == '\t' || c == '\n';
}

bool sg_plain_name_cut(struct sg_str *rest, struct sg_str *ret)
{
	size_t begin = 0, end;

	while (begin < rest->len && parts_names(rest->ptr[begin]))
		begin++;
	for (end = begin; end < rest->len && !parts_names(rest->ptr[end]);)
		end++;
	*ret = sg_str_sub(*rest, begin, end);
	*rest = sg_str_sub(*rest, end, rest->len);
	return ret->len != 0;
}
