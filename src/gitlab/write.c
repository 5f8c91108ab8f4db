#include <stdio.h>

#include "base/text.h"
#include "gitlab/call.h"

#define WHY_MAX_BYTES 1024

static void say(struct sg_gitlab_answer *answer, enum sg_gitlab_outcome outcome, int status,
	const char *why)
{
	*answer = (struct sg_gitlab_answer){.outcome = outcome, .status = status};
	sg_text_line(answer->why, sizeof(answer->why), sg_str_of(why));
}

/* Errors that came before a byte of the request was sent, or that end the run. */
static bool is_unsent(const struct sg_err *err)
{
	static const enum sg_reason reasons[] = {SG_R_CANCELLED, SG_R_CONFIG_INVALID,
		SG_R_CREDENTIAL_MISSING, SG_R_CREDENTIAL_ORIGIN, SG_R_AUTH_FAILED /* of a proxy */,
		SG_R_TLS_FAILED, SG_R_TIMEOUT};

	for (size_t i = 0; i < SG_COUNT(reasons); i++)
		if (err->reason == reasons[i])
			return true;
	return false;
}

/* GitLab can hide an error in a 2xx: {"status":"error","http_status":406,...} (gitlab.md 1.1). */
static bool hides_an_error(const struct sg_json *doc)
{
	int64_t status;

	return sg_json_i64(sg_json_get(doc, "http_status"), &status) && status >= 400;
}

static void say_hidden(struct sg_gitlab_answer *answer, int status, const struct sg_json *doc)
{
	SG_AUTO(sg_buf_release) struct sg_buf words;

	sg_buf_init(&words, WHY_MAX_BYTES);
	sg_gitlab_fault_words(doc, &words);
	say(answer, SG_GITLAB_REFUSED, status, words.len ? words.ptr : "(no text)");
}

static void succeed(const struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	const struct sg_gitlab_reply *reply, struct sg_json **ret_doc,
	struct sg_gitlab_answer *ret_answer)
{
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_err why = SG_ERR_INIT;

	if (sg_gitlab_parse(gitlab, call, reply, &doc, &why) < 0) {
		say(ret_answer, SG_GITLAB_DOUBT, reply->status, why.cause);
	} else if (sg_json_type(doc) != SG_JSON_OBJECT &&
		   !(call->answers_list && sg_json_type(doc) == SG_JSON_ARRAY)) {
		say(ret_answer, SG_GITLAB_DOUBT, reply->status, "the answer is no object");
	} else if (hides_an_error(doc)) {
		say_hidden(ret_answer, reply->status, doc);
	} else {
		say(ret_answer, SG_GITLAB_DONE, reply->status, "");
		if (ret_doc) {
			*ret_doc = doc;
			doc = NULL;
		}
	}
}

int sg_gitlab_write(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_json **ret_doc, struct sg_gitlab_answer *ret_answer, struct sg_err *err)
{
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	const struct sg_gitlab_fault *fault = &reply.fault;
	struct sg_err why = SG_ERR_INIT;

	if (sg_gitlab_ask(gitlab, call, &reply, &why) < 0) {
		if (!is_unsent(&why)) {
			say(ret_answer, SG_GITLAB_DOUBT, 0, why.cause);
			return 0;
		}
		*err = why;
		return -1;
	}
	switch (fault->kind) {
	case SG_GITLAB_FAULT_NONE:
		succeed(gitlab, call, &reply, ret_doc, ret_answer);
		return 0;
	case SG_GITLAB_FAULT_REFUSED:
		say(ret_answer, SG_GITLAB_REFUSED, reply.status, sg_gitlab_fault_text(fault));
		return 0;
	case SG_GITLAB_FAULT_UNAVAILABLE:
		if (reply.status == 503 && fault->retry_after_ms >= 0)
			break; /* said that nothing was done, until the end */
		say(ret_answer, SG_GITLAB_DOUBT, reply.status, sg_gitlab_fault_text(fault));
		return 0;
	case SG_GITLAB_FAULT_ODD:
		say(ret_answer, SG_GITLAB_DOUBT, reply.status, sg_gitlab_fault_text(fault));
		return 0;
	case SG_GITLAB_FAULT_AUTH:
	case SG_GITLAB_FAULT_FORBIDDEN:
	case SG_GITLAB_FAULT_MISSING:
	case SG_GITLAB_FAULT_TOO_LARGE:
	case SG_GITLAB_FAULT_THROTTLED:
	case SG_GITLAB_FAULT_REDIRECTED:
		break;
	}
	return sg_gitlab_refuse(gitlab, call, fault, err);
}
