/*
 * One request to GitLab and its answer. Inside gitlab/ only; the functions for others are in
 * mr.h, project.h and people.h.
 */
#ifndef SG_GITLAB_CALL_H
#define SG_GITLAB_CALL_H

#include "gitlab/client.h"
#include "gitlab/fault.h"
#include "io/json_doc.h"

#define SG_GITLAB_PATH_MAX ((size_t)16 * 1024)
/* One answer; a page of a list is one too. */
#define SG_GITLAB_BODY_MAX ((size_t)8 * 1024 * 1024)
/* A description of 1 MiB (gitlab.md 6.1) that JSON makes six times as long. */
#define SG_GITLAB_SEND_MAX ((size_t)7 * 1024 * 1024)

struct sg_gitlab_call {
	const char *method;         /* NULL: GET */
	const struct sg_buf *path;  /* behind the API's base: "/projects/7", encoded */
	struct sg_str body;         /* JSON; empty: none */
	const struct sg_cred *cred; /* NULL: the client's */
	const char *project;        /* for errors; NULL: about no project */
	const char *label;          /* for errors: "read the merge request" */
	bool may_not_act;           /* a 401 means a missing right */
	bool answers_list;          /* a success is a list; else an object */
	bool repeat_409;            /* a 409 says "another update is in progress": try again */
};

struct sg_gitlab_reply {
	int status;
	struct sg_gitlab_fault fault; /* kind NONE: 2xx */
	struct sg_http_res res;
};

void sg_gitlab_reply_release(struct sg_gitlab_reply *reply);

/*
 * A final answer of any status, or -1. What may pass is tried again until the deadline of the
 * client: everything transient for GET; for others 429, and 503 with Retry-After, which say that
 * nothing was done.
 */
int sg_gitlab_ask(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_gitlab_reply *ret_reply, struct sg_err *err) SG_MUST_CHECK;

/* Turns the fault of a reply into an error. Returns -1. */
int sg_gitlab_refuse(const struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	const struct sg_gitlab_fault *fault, struct sg_err *err);

/* The JSON of an answer; ANSWER_INVALID when it is none. The caller frees it. */
int sg_gitlab_parse(const struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	const struct sg_gitlab_reply *reply, struct sg_json **ret_doc,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * GET: a final answer of any status; with a 2xx its JSON in *ret_doc, which the caller frees. A 2xx
 * that is no JSON is asked for again, up to three times in all, and ANSWER_INVALID then.
 */
int sg_gitlab_fetch(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_gitlab_reply *ret_reply, struct sg_json **ret_doc,
	struct sg_err *err) SG_MUST_CHECK;

/* GET: the JSON of a 2xx, everything else is an error. The caller frees *ret_doc. */
int sg_gitlab_get(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_json **ret_doc, struct sg_err *err) SG_MUST_CHECK;

/*
 * What GitLab says of the job that this runs in, by the job's own token; LABEL as in a call. The
 * caller frees *ret_doc. CREDENTIAL_MISSING outside a job.
 */
int sg_gitlab_get_job(struct sg_gitlab *gitlab, const char *label, struct sg_json **ret_doc,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * POST or PUT. DONE: 2xx with a JSON object, or the list that was to come (*ret_doc, which the
 * caller frees; may be NULL). -1: it was not done, and asking again is of no use (no right, not
 * there, throttled, moved).
 */
int sg_gitlab_write(struct sg_gitlab *gitlab, const struct sg_gitlab_call *call,
	struct sg_json **ret_doc, struct sg_gitlab_answer *ret_answer,
	struct sg_err *err) SG_MUST_CHECK;

/* Appends "/projects/ID", path or number, percent-encoded once. */
int sg_gitlab_path_project(
	struct sg_buf *path, const char *project, struct sg_err *err) SG_MUST_CHECK;

/*
 * Appends "/PART", its slashes encoded too. CONFIG_INVALID when it is empty or has a part that is
 * empty, "." or "..", which lead elsewhere.
 */
int sg_gitlab_path_part(struct sg_buf *path, const char *part, struct sg_err *err) SG_MUST_CHECK;

/* Appends the list of the commits that are in TO and not in FROM (full ids). */
int sg_gitlab_path_between(struct sg_buf *path, const char *project, const char *from,
	const char *to, struct sg_err *err) SG_MUST_CHECK;

/* Appends "?NAME=VALUE" or "&NAME=VALUE", both encoded. */
void sg_gitlab_path_param(struct sg_buf *path, const char *name, const char *value);

/*
 * Reads fields like sg_json_read(); strings that are absent become "". WHERE is the object's name
 * in errors.
 */
int sg_gitlab_fields(const struct sg_json *value, const char *where,
	const struct sg_json_field *fields, size_t count, struct sg_arena *arena, void *ret_struct,
	struct sg_err *err) SG_MUST_CHECK;

/* An RFC 3339 time; 0 for "". */
int sg_gitlab_time_ms(const char *text, const char *where, const char *field, int64_t *ret_ms,
	struct sg_err *err) SG_MUST_CHECK;
int sg_gitlab_time_s(const char *text, const char *where, const char *field, int64_t *ret_s,
	struct sg_err *err) SG_MUST_CHECK;

/* A full commit id or "". */
int sg_gitlab_check_oid(
	const char *text, const char *where, const char *field, struct sg_err *err) SG_MUST_CHECK;

#define SG_GITLAB_FIELD(type, struct_name, member, path, required)                                 \
	{                                                                                          \
		path, type, offsetof(struct struct_name, member), required                         \
	}

#endif
