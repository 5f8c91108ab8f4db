/*
 * Any answers of a GitLab: every call ends, nothing is sent to another place, nothing half-read
 * comes out, and a write is done only when GitLab says so.
 *
 * Input: the first byte chooses the call. Then answers, "====" on a line of its own between them:
 * the status, header lines, an empty line, the body. Behind the last one comes 404.
 */
#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "gitlab/mr.h"
#include "gitlab/people.h"
#include "script_http.h"

#include "fuzz.h"

#define ORIGIN "https://git.example.com:443"
#define API "https://git.example.com/api/v4"
#define REQUESTS_MAX 1200
#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct world {
	struct sg_arena arena;
	struct script *script;
	struct sg_gitlab gitlab;
	struct sg_err err;
	struct sg_str rest; /* the answers to come */
	int last_status;
	struct sg_str last_body;
};

/* Cuts the next answer off. */
static struct sg_str next_answer(struct world *w)
{
	static const char separator[] = "\n====\n";
	long at = sg_str_search(w->rest, separator);
	struct sg_str answer = at < 0 ? w->rest : sg_str_sub(w->rest, 0, (size_t)at);

	w->rest = at < 0 ? SG_STR("")
			 : sg_str_sub(w->rest, (size_t)at + sizeof(separator) - 1, w->rest.len);
	return answer;
}

/* What a server may put into a header, as far as the transport lets it pass. */
static const char *clean(struct world *w, struct sg_str text)
{
	char *out = sg_arena_dup(&w->arena, sg_str_trim(text));

	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return out;
}

static void answer(void *arg, const struct script_request *request, struct script_answer *a)
{
	struct world *w = arg;
	struct sg_str text = next_answer(w), line;
	uint64_t status = 404;

	PROMISE(sg_str_starts(sg_str_of(request->url), API "/"));
	PROMISE(request->cred && strcmp(request->cred, "PRIVATE-TOKEN secret-token") == 0);
	if (!sg_str_cut(&text, '\n', &line) || !sg_num_u64(line, &status) || status < 200 ||
		status > 599)
		status = 404;
	script_status(a, (int)status);
	while (sg_str_cut(&text, '\n', &line) && line.len) {
		long colon = sg_str_find(line, ':');

		if (colon > 0)
			script_header(a, clean(w, sg_str_sub(line, 0, (size_t)colon)),
				clean(w, sg_str_sub(line, (size_t)colon + 1, line.len)));
	}
	script_piece(a, 1, text);
	w->last_status = (int)status;
	w->last_body = text;
}

static void check_text(const char *text)
{
	PROMISE(text != NULL);
	PROMISE(strlen(text) < (size_t)1024 * 1024);
}

static void check_oid(const char *text)
{
	check_text(text);
	PROMISE(!text[0] || sg_str_is_oid(sg_str_of(text)));
}

static void check_mr(const struct sg_mr *mr)
{
	PROMISE(mr->iid > 0);
	check_oid(mr->sha);
	check_oid(mr->base_sha);
	check_oid(sg_mr_landed(mr));
	check_text(mr->title);
	check_text(mr->description);
	check_text(mr->merged_by.username);
	PROMISE(sg_mr_status_of(mr->detailed_status)->class != SG_MR_CLASS_GO ||
		strcmp(mr->detailed_status, "mergeable") == 0);
	PROMISE(sg_pipeline_class_of(&mr->pipeline) == SG_PIPELINE_NONE || mr->pipeline.id != 0);
}

static int read_mr(struct world *w)
{
	struct sg_mr mr;

	if (sg_gitlab_mr_get(&w->gitlab, 15, &w->arena, &mr, &w->err) < 0)
		return -1;
	PROMISE(mr.iid == 15);
	check_mr(&mr);
	return 0;
}

static int read_mrs(struct world *w)
{
	struct sg_mr *mrs = NULL;
	size_t count = 0;

	if (sg_gitlab_mr_list(&w->gitlab,
		    &(struct sg_gitlab_mr_list_ask){.source_branch = "b", .state = "all"},
		    &w->arena, &mrs, &count, &w->err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		check_mr(&mrs[i]);
	return 0;
}

static int read_notes(struct world *w)
{
	struct sg_gitlab_note *notes = NULL;
	size_t count = 0;

	if (sg_gitlab_mr_notes(&w->gitlab, 15, &w->arena, &notes, &count, &w->err) < 0)
		return -1;
	PROMISE(count <= 10000);
	for (size_t i = 0; i < count; i++) {
		check_text(notes[i].body);
		PROMISE(i == 0 || notes[i - 1].created_unix_ms <= notes[i].created_unix_ms);
	}
	return 0;
}

static int read_versions(struct world *w)
{
	struct sg_gitlab_version *versions = NULL;
	size_t count = 0;

	if (sg_gitlab_mr_versions(&w->gitlab, 15, &w->arena, &versions, &count, &w->err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		check_oid(versions[i].head);
	return 0;
}

static int read_approvals(struct world *w)
{
	struct sg_gitlab_approval *items = NULL;
	size_t count = 0;

	if (sg_gitlab_mr_approvals(&w->gitlab, 15, &w->arena, &items, &count, &w->err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		check_text(items[i].username);
	return 0;
}

static int ask_member(struct world *w)
{
	const struct sg_gitlab_user user = {
		.id = 21, .username = "someone", .name = "", .active = true};
	bool member = false;

	if (sg_gitlab_is_member(&w->gitlab, "@group", &user, 1000000, &member, &w->err) < 0)
		return -1;
	PROMISE(!member ||
		(w->last_status / 100 == 2 && sg_str_search(w->last_body, "active") >= 0));
	return 0;
}

static void check_answer(const struct world *w, const struct sg_gitlab_answer *answer)
{
	PROMISE(memchr(answer->why, '\0', sizeof(answer->why)));
	PROMISE(!strpbrk(answer->why, "\n\r"));
	PROMISE(answer->outcome != SG_GITLAB_DONE || w->last_status / 100 == 2);
	PROMISE(answer->outcome == SG_GITLAB_DONE || answer->why[0]);
}

static int merge(struct world *w)
{
	struct sg_gitlab_answer answer;

	if (sg_gitlab_mr_merge(&w->gitlab, 15, SHA, false, &answer, &w->err) < 0)
		return -1;
	check_answer(w, &answer);
	PROMISE(answer.outcome != SG_GITLAB_DONE || sg_str_search(w->last_body, "merged") >= 0 ||
		sg_str_find(w->last_body, '\\') >= 0);
	return 0;
}

static int create(struct world *w)
{
	const struct sg_gitlab_mr_text text = {"t", "d"};
	const struct sg_gitlab_mr_wish wish = {0};
	struct sg_gitlab_answer answer;
	struct sg_mr mr;

	if (sg_gitlab_mr_create(
		    &w->gitlab, "b", "main", &text, &wish, &w->arena, &mr, &answer, &w->err) < 0)
		return -1;
	check_answer(w, &answer);
	if (answer.outcome == SG_GITLAB_DONE)
		check_mr(&mr);
	return 0;
}

static int (*const calls[])(struct world *w) = {
	read_mr, read_mrs, read_notes, read_versions, read_approvals, ask_member, merge, create};

static void listen_for(struct world *w, const char *method)
{
	struct script_answer *a = script_expect(w->script, method, "*");

	script_always(a);
	script_compute(a, answer, w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_redactor *redactor;
	struct sg_secret *token;
	struct sg_cred cred;
	struct world w = {.script = script_new(), .err = SG_ERR_INIT};
	int rc;

	redactor = sg_redactor_new();
	token = sg_secret_new(redactor, SG_STR("secret-token"));
	cred = (struct sg_cred){.kind = SG_CRED_PRIVATE_TOKEN, .origin = ORIGIN, .secret = token};
	w.gitlab = (struct sg_gitlab){.http = script_http(w.script),
		.api = API,
		.project = "gitops/apps",
		.cred = &cred,
		.retry = {.base_ms = 500,
			.max_ms = 30000,
			.max_after_ms = 120000,
			.tries = 3,
			.deadline_ms = script_now_ms(w.script) + 600000}};
	listen_for(&w, "GET");
	listen_for(&w, "PUT");
	listen_for(&w, "POST");
	w.rest = sg_str_sub((struct sg_str){(const char *)data, size}, 1, size);
	rc = calls[size ? data[0] % SG_COUNT(calls) : 0](&w);
	PROMISE((rc < 0) == (w.err.reason != SG_R_OK));
	PROMISE(rc == 0 || w.err.cause[0]);
	PROMISE(w.gitlab.requests <= REQUESTS_MAX);
	PROMISE(script_open_calls(w.script) == 0);
	script_free(w.script);
	sg_secret_free(token);
	sg_redactor_free(redactor);
	sg_arena_release(&w.arena);
	return 0;
}
