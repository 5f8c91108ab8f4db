#include "model/doctor_say.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/num.h"

#define TEXT_MAX_BYTES 2048
#define NAMES_SHOWN 6

SG_PRINTF(5, 0)
static void say(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	enum sg_severity severity, const char *subject, const char *fmt, va_list args)
{
	SG_AUTO(sg_buf_release) struct sg_buf text = {0};
	struct sg_finding *row;

	sg_buf_init(&text, TEXT_MAX_BYTES);
	sg_buf_addv(&text, fmt, args);
	row = sg_finding_add(pass->arena, pass->findings, severity, NULL, 0, 0, "%s",
		text.overflow ? "(a message that is too long)" : text.ptr);
	row->id = sg_doctor_check_name(check);
	row->subject = sg_arena_strdup(pass->arena, subject);
	if (severity != SG_SEVERITY_OK)
		row->hint = sg_doctor_check_remedy(check);
}

void sg_doctor_fault(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(pass, check, sg_doctor_check_severity(check), subject, fmt, args);
	va_end(args);
}

void sg_doctor_say(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	enum sg_severity severity, const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(pass, check, severity, subject, fmt, args);
	va_end(args);
}

void sg_doctor_ok(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(pass, check, SG_SEVERITY_OK, subject, fmt, args);
	va_end(args);
}

/* The last row gets the advice of the error instead of the table's. */
static void advise(const struct sg_doctor_pass *pass, const char *hint)
{
	if (hint && *hint)
		pass->findings->items[pass->findings->count - 1].hint =
			sg_arena_strdup(pass->arena, hint);
}

void sg_doctor_unseen(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const char *why)
{
	sg_doctor_say(pass, check, SG_SEVERITY_NOTE, subject, "not checked: %s", why);
	pass->findings->items[pass->findings->count - 1].hint = NULL;
}

void sg_doctor_failed(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_seen *seen)
{
	sg_doctor_fault(pass, check, subject, "%s", seen->why ? seen->why : "it failed");
	advise(pass, seen->hint);
}

bool sg_doctor_known(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_seen *seen, bool fatal)
{
	switch (seen->state) {
	case SG_DOCTOR_KNOWN:
		return true;
	case SG_DOCTOR_UNASKED:
		if (seen->why)
			sg_doctor_unseen(pass, check, subject, seen->why);
		return false;
	case SG_DOCTOR_FAILED:
		if (fatal) {
			sg_doctor_failed(pass, check, subject, seen);
			return false;
		}
		sg_doctor_unseen(pass, check, subject, seen->why);
		advise(pass, seen->hint);
		return false;
	}
	SG_BUG("the state of a question");
}

void sg_doctor_clock(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_server *server)
{
	int64_t skew_s = server->date_unix_s - server->local_unix_s;
	int64_t apart_s = skew_s < 0 ? -skew_s : skew_s;
	char words[48];

	if (!server->date_unix_s) {
		sg_doctor_unseen(pass, check, subject,
			server->reached.state == SG_DOCTOR_KNOWN ? "its answers carry no date"
								 : "it did not answer");
		return;
	}
	sg_num_format_ms(words, sizeof(words), apart_s * 1000);
	if (apart_s > SG_DOCTOR_CLOCK_SKEW_MAX_S)
		sg_doctor_fault(pass, check, subject,
			"its clock is %s %s this machine's; %d s are let pass", words,
			skew_s > 0 ? "ahead of" : "behind", (int)SG_DOCTOR_CLOCK_SKEW_MAX_S);
	else
		sg_doctor_ok(pass, check, subject, "its clock is within %d s of this machine's",
			(int)SG_DOCTOR_CLOCK_SKEW_MAX_S);
}

void sg_doctor_way(
	const struct sg_doctor_pass *pass, const char *subject, const char *url, const char *proxy)
{
	if (!url)
		return;
	if (proxy)
		sg_doctor_say(pass, SG_DOCTOR_PROXY, SG_SEVERITY_NOTE, subject,
			"%s is reached by way of the proxy %s", url, proxy);
	else
		sg_doctor_ok(pass, SG_DOCTOR_PROXY, subject, "%s is reached without a proxy", url);
}

void sg_doctor_name(
	const struct sg_doctor_pass *pass, struct sg_doctor_names *names, const char *name)
{
	if (names->count++ >= NAMES_SHOWN)
		return;
	names->text = names->text ? sg_arena_printf(pass->arena, "%s, %s", names->text, name)
				  : sg_arena_strdup(pass->arena, name);
}

const char *sg_doctor_names_text(
	const struct sg_doctor_pass *pass, const struct sg_doctor_names *names)
{
	if (names->count > NAMES_SHOWN)
		return sg_arena_printf(
			pass->arena, "%s and %zu more", names->text, names->count - NAMES_SHOWN);
	return names->text ? names->text : "nobody";
}

void sg_doctor_count(const struct sg_doctor_pass *pass, struct sg_doctor_tally *tally,
	enum sg_doctor_judgement judgement, const char *name, const char *detail)
{
	const char *text =
		detail ? sg_arena_printf(pass->arena, "%s (%.300s)", name, detail) : name;

	if (judgement == SG_DOCTOR_RIGHT)
		tally->right++;
	if (judgement == SG_DOCTOR_WRONG)
		sg_doctor_name(pass, &tally->wrong, text);
	if (judgement == SG_DOCTOR_OPEN)
		sg_doctor_name(pass, &tally->open, text);
}

void sg_doctor_tell(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_tally *tally, const char *fault,
	const char *right)
{
	if (tally->wrong.count)
		sg_doctor_fault(pass, check, subject, "%s %s", fault,
			sg_doctor_names_text(pass, &tally->wrong));
	else if (tally->right)
		sg_doctor_ok(pass, check, subject, "%s (%zu)", right, tally->right);
	if (tally->open.count)
		sg_doctor_unseen(pass, check, subject, sg_doctor_names_text(pass, &tally->open));
}
