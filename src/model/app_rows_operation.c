#include <string.h>

#include "base/attr.h"
#include "base/str.h"
#include "model/app_rows.h"

/*
 * Between two attempts. An earlier end is left over from the operation before; so can be one of the
 * second in which this one began, unless the message tells of the next attempt.
 */
static bool between_attempts(const struct sg_app_operation *op)
{
	if (op->phase != SG_PHASE_RUNNING || op->finished_s == SG_APP_NO_TIME)
		return false;
	return op->finished_s > op->started_s ||
	       (op->finished_s == op->started_s &&
		       sg_str_search(sg_str_of(op->message), "Retrying attempt #") >= 0);
}

/* What goes wrong with a result, the nearest to the cause first. */
enum wrong { HOOK_FAILED, REFUSED, UNHEALTHY, WRONG_COUNT };

static bool is_wrong(const struct sg_app_result *result, int wrong)
{
	if (wrong == HOOK_FAILED)
		return result->hook_failed;
	return wrong == REFUSED ? result->sync_failed : result->unhealthy;
}

/* The first result of which that is true, NULL when there is none; and how many there are. */
static const struct sg_app_result *bad_result(
	const struct sg_app_operation *op, int wrong, size_t *count)
{
	const struct sg_app_result *first = NULL;

	*count = 0;
	for (size_t i = 0; i < op->result_count; i++)
		if (is_wrong(&op->results[i], wrong) && (*count)++ == 0)
			first = &op->results[i];
	return first;
}

static bool has_failed_hook(const struct sg_app_operation *op)
{
	size_t count;

	return bad_result(op, HOOK_FAILED, &count) != NULL;
}

/* What the API server's words come down to, and what to do. The text of a webhook may say anything.
 */
static const struct cause {
	const char *words;
	enum sg_app_code code;
	const char *todo;
} causes[] = {
	{"denied the request", SG_APP_CODE_ADMISSION_DENIED,
		"correct the manifest, or the rule of that webhook"},
	{"ValidatingAdmissionPolicy", SG_APP_CODE_ADMISSION_DENIED,
		"correct the manifest, or that policy"},
	{"failed calling webhook", SG_APP_CODE_WEBHOOK_DOWN,
		"the service of that webhook has to run before anything can be applied"},
	{"admission webhook", SG_APP_CODE_ADMISSION_DENIED,
		"correct the manifest, or the rule of that webhook"},
	{"could not find the requested resource", SG_APP_CODE_CRD_MISSING,
		"install the CRD of that kind and version first"},
	{"The Kubernetes API could not find", SG_APP_CODE_CRD_MISSING,
		"install the CRD of that kind and version first"},
	{"no matches for kind", SG_APP_CODE_CRD_MISSING,
		"install the CRD of that kind and version first"},
	{"exceeded quota", SG_APP_CODE_QUOTA, NULL},
	{"exceeded its progress deadline", SG_APP_CODE_PROGRESS_DEADLINE, NULL},
};

static const struct cause *cause_of(const char *message)
{
	for (size_t i = 0; i < SG_COUNT(causes); i++)
		if (sg_str_search(sg_str_of(message), causes[i].words) >= 0)
			return &causes[i];
	return NULL;
}

#define HEADING_MAX 200 /* of what is said about all */
#define WORDS_MAX 400   /* and about one */

/* Behind that, its results are strung together; the first of them follows, with its name. */
static void say_heading(const char *message, bool with_result, struct sg_app_answer *out)
{
	struct sg_str text = sg_str_of(message);
	long end = sg_str_search(text, ", reason: ");

	if (with_result)
		text = sg_str_sub(
			text, 0, end >= 0 && end < HEADING_MAX ? (size_t)end : HEADING_MAX);
	sg_app_say(out, "%.*s", SG_STR_ARG(text));
}

static void say_result(const struct sg_app_result *bad, size_t count, struct sg_app_answer *out)
{
	sg_app_say(out, "; %s %s%s%s: %.*s", bad->kind, bad->namespace,
		bad->namespace[0] ? "/" : "", bad->name, WORDS_MAX, bad->message);
	if (count > 1)
		sg_app_say(out, " (and %zu more)", count - 1);
}

static void say_operation(const struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_operation *op = &c->app->operation;
	const struct sg_app_result *bad = NULL;
	const struct cause *cause;
	size_t count = 0;

	for (int wrong = 0; wrong < WRONG_COUNT && !bad; wrong++)
		bad = bad_result(op, wrong, &count);
	cause = cause_of(bad ? bad->message : op->message);
	if (op->phase == SG_PHASE_NONE)
		sg_app_say(out, "it was asked for, and its controller has not begun it yet");
	else
		say_heading(op->message[0] ? op->message : "no message", bad != NULL, out);
	if (bad)
		say_result(bad, count, out);
	if (cause) {
		out->cause = cause->code;
		if (cause->todo)
			sg_app_say(out, "; %s", cause->todo);
	}
	if (op->retry_count)
		sg_app_say(out, "; retry %lld", (long long)op->retry_count);
}

/* Whoever waits between attempts keeps .operation: a late write (#28970) is no retry. */
bool sg_app_row_retrying(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_operation *op = &c->app->operation;

	if (!c->app->operation_set || !between_attempts(op) || c->oprev != SG_REV_OK)
		return false;
	if (c->policy->fail_on_first_sync_error && !op->dry_run)
		sg_app_fail(out, SG_APP_CODE_SYNC_FAILED);
	else
		sg_app_wait(out, SG_APP_CODE_SYNC_RETRYING);
	say_operation(c, out);
	return true;
}

/* An operation that failed before it had a revision. */
static bool failed_without_revision(const struct sg_app_case *c)
{
	const struct sg_app_memory *memory = c->memory;
	bool since_reached = memory->reached && memory->reached_s != SG_APP_NO_TIME &&
			     c->app->operation.started_s != SG_APP_NO_TIME &&
			     c->app->operation.started_s >= memory->reached_s;

	return c->oprev == SG_REV_NONE && (since_reached || c->sync_error == SG_SYNC_ERROR_OURS);
}

/*
 * A newer commit that contains the wanted one has been compared: its rows decide. As long as Git
 * cannot say whether it contains it, nothing is concluded either.
 */
static bool overtaken(const struct sg_app_case *c)
{
	return (c->rev == SG_REV_OK || c->rev == SG_REV_UNKNOWN) && !c->at_rev &&
	       !has_failed_hook(&c->app->operation) && c->sync_error != SG_SYNC_ERROR_OURS;
}

static enum sg_app_code failure_code(const struct sg_app_operation *op)
{
	if (has_failed_hook(op))
		return SG_APP_CODE_HOOK_FAILED;
	if (sg_str_starts(sg_str_of(op->message), "Operation terminated"))
		return SG_APP_CODE_SYNC_TERMINATED;
	return SG_APP_CODE_SYNC_FAILED;
}

/* Automated sync gives the message of the operation as its reason, mostly. */
static bool repeats(const char *text, const char *message)
{
	return message[0] && strstr(text, message);
}

bool sg_app_row_operation_failed(struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_operation *op = &c->app->operation;

	if (!c->op_failed || c->inflight || op->dry_run)
		return false;
	if (!(c->oprev == SG_REV_OK && !overtaken(c)) && !failed_without_revision(c))
		return false;
	sg_app_fail(out, failure_code(op));
	say_operation(c, out);
	if (c->sync_error == SG_SYNC_ERROR_OURS && !repeats(c->sync_error_text, op->message))
		sg_app_say(out, "; %s", c->sync_error_text);
	return true;
}

bool sg_app_row_window_blocks(struct sg_app_case *c, struct sg_app_answer *out)
{
	const char *message = c->app->operation.message;

	if (!c->inflight ||
		!sg_str_starts(sg_str_of(message), "Sync operation blocked by sync window"))
		return false;
	if (c->policy->fail_on_sync_window)
		sg_app_fail(out, SG_APP_CODE_SYNC_WINDOW);
	else
		sg_app_wait(out, SG_APP_CODE_SYNC_WINDOW);
	sg_app_say(out, "%s", message);
	return true;
}

static bool works_on_older(const struct sg_app_case *c)
{
	const struct sg_app_operation *op = &c->app->operation;

	return c->oprev == SG_REV_PAST &&
	       (op->phase == SG_PHASE_RUNNING || op->phase == SG_PHASE_TERMINATING);
}

/* Argo CD waits for what is stuck until a deadline ends it, and says no more than its name. */
static void say_waited(const struct sg_app_case *c, struct sg_app_answer *out)
{
	const struct sg_app_workloads *read = c->workloads;

	if (!read || !read->waited || !read->waited[0] ||
		strcmp(read->waited_for, c->app->operation.message) != 0)
		return;
	out->cause = read->cause;
	sg_app_say(out, "; %s", read->waited);
}

bool sg_app_row_operation_running(struct sg_app_case *c, struct sg_app_answer *out)
{
	bool older = works_on_older(c);

	if (!c->inflight)
		return false;
	sg_app_wait(out, older ? SG_APP_CODE_OLDER_SYNC_RUNNING : SG_APP_CODE_SYNC_RUNNING);
	if (c->late && !c->app->operation_set)
		out->refresh = SG_APP_REFRESH_NORMAL; /* only that can disprove a late write */
	if (older)
		sg_app_say(out,
			"an older sync (%.12s) is still running or retrying and blocks "
			"%.12s: ",
			c->oprev_text, c->want->revision);
	say_operation(c, out);
	if (!older)
		say_waited(c, out);
	return true;
}

#define STALE_REFRESH_MS 15000
/* What changes nothing in that second writes nothing either. */
#define SAME_SECOND_REFRESH_MS 1500

bool sg_app_row_stale_status(struct sg_app_case *c, struct sg_app_answer *out)
{
	int64_t finished_s = c->app->operation.finished_s, compared_s = c->app->reconciled_s;
	/* of the same second only a comparison of what was synced is the later one, once it is
	 * written after the end */
	bool same_second = compared_s == finished_s && (!c->at_rev || c->memory->just_ended);

	if (finished_s == SG_APP_NO_TIME || c->app->operation.dry_run)
		return false;
	if (compared_s != SG_APP_NO_TIME && compared_s >= finished_s && !same_second)
		return false;
	sg_app_wait_refresh(out, SG_APP_CODE_STALE_STATUS);
	out->refresh_after_ms = same_second ? SAME_SECOND_REFRESH_MS : STALE_REFRESH_MS;
	sg_app_say(out, "nothing was compared since the last sync ended");
	return true;
}
