#include "gitlab/page.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"

/* Pages may be smaller than asked for, or empty with more behind them; not without end. */
#define PAGES_MAX 1000
#define READINGS_MAX 3
/* Of all pages; what is kept of them is less. */
#define LIST_MAX_BYTES ((size_t)20 * 1024 * 1024)

/* True when the parameters behind a link's target say rel="next"; REL may be a list of words. */
static bool is_next(struct sg_str parameters)
{
	struct sg_str part, word;

	while (sg_str_cut(&parameters, ';', &part)) {
		part = sg_str_trim(part);
		if (!sg_str_ieq(sg_str_sub(part, 0, 4), SG_STR("rel=")))
			continue;
		part = sg_str_sub(part, 4, part.len);
		if (sg_str_starts(part, "\"") && sg_str_ends(part, "\"") && part.len >= 2)
			part = sg_str_sub(part, 1, part.len - 1);
		while (sg_str_cut(&part, ' ', &word))
			if (sg_str_ieq(word, SG_STR("next")))
				return true;
	}
	return false;
}

struct sg_str sg_gitlab_link_next(struct sg_str value)
{
	while (value.len) {
		long open = sg_str_find(value, '<'), close = sg_str_find(value, '>');
		struct sg_str target, rest;
		long end;

		if (open < 0 || close < open)
			break;
		target = sg_str_sub(value, (size_t)open + 1, (size_t)close);
		rest = sg_str_sub(value, (size_t)close + 1, value.len);
		end = sg_str_find(rest, '<');
		value = end < 0 ? SG_STR("") : sg_str_sub(rest, (size_t)end, rest.len);
		rest = end < 0 ? rest : sg_str_sub(rest, 0, (size_t)end);
		rest = sg_str_trim(rest);
		if (sg_str_ends(rest, ","))
			rest.len--;
		if (is_next(rest))
			return target;
	}
	return SG_STR("");
}

/* What is known while a list is read. */
struct reading {
	struct sg_gitlab *gitlab;
	const struct sg_gitlab_list *list;
	struct sg_buf path; /* of the page at hand */
	uint64_t page, per_page;
	size_t items, bytes;
	uint64_t total; /* of the first page; UINT64_MAX: not said */
	bool changed;   /* the total is another one than on the first page */
	bool last;
};

static uint64_t number_of(const struct sg_http_res *res, const char *name)
{
	uint64_t n;

	return sg_num_u64(sg_http_header(&res->headers, name), &n) ? n : UINT64_MAX;
}

static void add_number(struct sg_buf *path, const char *name, uint64_t value)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)value);
	sg_gitlab_path_param(path, name, number);
}

static void go_to_page(struct reading *r, uint64_t page)
{
	r->page = page;
	sg_buf_reset(&r->path);
	sg_buf_addstr(&r->path, sg_buf_str(r->list->call.path));
	add_number(&r->path, "per_page", r->per_page);
	if (page > 1)
		add_number(&r->path, "page", page);
}

/* Each divides the one before: smaller pages begin where a larger one does, and end there. */
static const uint64_t sizes[] = {SG_GITLAB_PER_PAGE, 20, 4, 1};

static uint64_t items_before(const struct reading *r)
{
	return (r->page - 1) * r->per_page;
}

static void take_pages_of(struct reading *r, uint64_t size)
{
	uint64_t before = items_before(r);

	r->per_page = size;
	go_to_page(r, before / size + 1);
}

static bool take_smaller_pages(struct reading *r)
{
	for (size_t i = 0; i < SG_COUNT(sizes); i++)
		if (sizes[i] < r->per_page) {
			take_pages_of(r, sizes[i]);
			return true;
		}
	return false;
}

/* Behind what was too large: one long text is no reason to read all the rest in small pages. */
static void take_larger_pages(struct reading *r)
{
	for (size_t i = 0; i < SG_COUNT(sizes) && sizes[i] > r->per_page; i++)
		if (items_before(r) % sizes[i] == 0) {
			take_pages_of(r, sizes[i]);
			return;
		}
}

static int foreign_link(const struct reading *r, struct sg_str link, struct sg_err *err)
{
	(void)sg_fail(err, SG_R_CREDENTIAL_ORIGIN,
		"the next page of %s is said to be at %.*s, which does not lie below %s",
		r->list->what, link.len > 200 ? 200 : (int)link.len, link.ptr, r->gitlab->api);
	return sg_hint(err, "reach GitLab by the address that it has itself (its external_url)");
}

/* The link is used as it is, below the API's own address only. */
static int go_to_link(struct reading *r, struct sg_str link, struct sg_err *err)
{
	SG_AUTO(sg_arena_release) struct sg_arena arena = {0};
	const char *ours, *theirs, *url = sg_arena_dup(&arena, link);
	struct sg_err ignored = SG_ERR_INIT;
	struct sg_str path;
	long at;

	if (sg_http_origin(&arena, r->gitlab->api, &ours, err) < 0)
		return -1;
	at = sg_str_search(link, "/api/v4/");
	if (sg_http_origin(&arena, url, &theirs, &ignored) < 0 || strcmp(ours, theirs) != 0 ||
		at < 0)
		return foreign_link(r, link, err);
	path = sg_str_sub(link, (size_t)at + strlen("/api/v4"), link.len);
	if (sg_str_eq(path, sg_buf_str(&r->path)))
		return sg_fail(err, SG_R_ANSWER_INVALID, "the next page of %s is the same page",
			r->list->what);
	r->page++;
	sg_buf_reset(&r->path);
	sg_buf_addstr(&r->path, path);
	return 0;
}

/*
 * Where the list goes on. Proxies may drop headers: a full page without any word about the next one
 * is followed by a look whether there is one.
 */
static int advance(
	struct reading *r, const struct sg_http_res *res, size_t count, struct sg_err *err)
{
	struct sg_str link = sg_gitlab_link_next(sg_http_header(&res->headers, "Link"));
	uint64_t next = number_of(res, "X-Next-Page");

	if (link.len)
		return go_to_link(r, link, err);
	if (next != UINT64_MAX) {
		if (next <= r->page)
			return sg_fail(err, SG_R_ANSWER_INVALID,
				"the next page of %s is said to be page %llu, behind page %llu",
				r->list->what, (unsigned long long)next,
				(unsigned long long)r->page);
		go_to_page(r, next);
		return 0;
	}
	r->last = count < r->per_page || number_of(res, "X-Page") != UINT64_MAX;
	if (!r->last)
		go_to_page(r, r->page + 1);
	return 0;
}

static int take_items(
	struct reading *r, const struct sg_json *doc, size_t *ret_count, struct sg_err *err)
{
	if (sg_json_type(doc) != SG_JSON_ARRAY)
		return sg_fail(err, SG_R_ANSWER_INVALID, "%s: expected an array", r->list->what);
	*ret_count = 0;
	for (const struct sg_json *e = sg_json_first(doc); e; e = sg_json_next(e), ++*ret_count) {
		if (r->items++ >= r->list->max_items)
			return sg_fail(err, SG_R_TOO_LARGE, "%s are more than %zu", r->list->what,
				r->list->max_items);
		if (r->list->item(r->list->arg, e, err) < 0)
			return -1;
	}
	return 0;
}

static int check_bytes(const struct reading *r, struct sg_err *err)
{
	size_t max = r->list->max_bytes ? r->list->max_bytes : LIST_MAX_BYTES;

	if (r->bytes <= max)
		return 0;
	return sg_fail(err, SG_R_TOO_LARGE, "%s are larger than %zu bytes", r->list->what, max);
}

static int fetch(struct reading *r, const struct sg_gitlab_call *call,
	struct sg_gitlab_reply *reply, struct sg_json **ret_doc, struct sg_err *err)
{
	struct sg_err why = SG_ERR_INIT;

	while (sg_gitlab_fetch(r->gitlab, call, reply, ret_doc, &why) < 0) {
		if (why.reason != SG_R_TOO_LARGE || !take_smaller_pages(r)) {
			*err = why;
			return -1;
		}
		sg_gitlab_reply_release(reply);
		*reply = (struct sg_gitlab_reply){0};
		why = (struct sg_err)SG_ERR_INIT;
	}
	return 0;
}

static int read_page(struct reading *r, struct sg_err *err)
{
	SG_AUTO(sg_gitlab_reply_release) struct sg_gitlab_reply reply = {0};
	SG_AUTO(sg_json_free_ptr) struct sg_json *doc = NULL;
	struct sg_gitlab_call call = r->list->call;
	size_t count = 0;
	uint64_t total;

	call.path = &r->path;
	if (fetch(r, &call, &reply, &doc, err) < 0)
		return -1;
	if (reply.fault.kind != SG_GITLAB_FAULT_NONE)
		return sg_gitlab_refuse(r->gitlab, &call, &reply.fault, err);
	r->bytes += reply.res.body.len;
	if (check_bytes(r, err) < 0)
		return -1;
	total = number_of(&reply.res, "X-Total");
	if (r->items == 0)
		r->total = total;
	r->changed = r->changed || total != r->total;
	if (take_items(r, doc, &count, err) < 0 || advance(r, &reply.res, count, err) < 0)
		return sg_wrap(err, "%s", call.label);
	if (!r->last)
		take_larger_pages(r);
	r->last = r->last || (r->list->enough && r->list->enough(r->list->arg));
	return 0;
}

/* One reading of all pages. */
static int read_all(struct reading *r, struct sg_err *err)
{
	r->items = 0;
	r->bytes = 0;
	r->changed = false;
	r->last = false;
	r->per_page = SG_GITLAB_PER_PAGE;
	go_to_page(r, 1);
	for (int pages = 0; !r->last; pages++) {
		if (pages >= PAGES_MAX)
			return sg_fail(err, SG_R_TOO_LARGE, "%s have more than %d pages",
				r->list->what, PAGES_MAX);
		if (read_page(r, err) < 0)
			return -1;
	}
	return 0;
}

int sg_gitlab_list_read(
	struct sg_gitlab *gitlab, const struct sg_gitlab_list *list, struct sg_err *err)
{
	struct reading r = {.gitlab = gitlab, .list = list};
	int rc = 0;

	sg_buf_init(&r.path, SG_GITLAB_PATH_MAX);
	for (int i = 0; i < READINGS_MAX; i++) {
		rc = read_all(&r, err);
		if (rc < 0 || !r.changed)
			break;
		list->restart(list->arg);
	}
	sg_buf_release(&r.path);
	if (rc == 0 && r.changed)
		return sg_fail(
			err, SG_R_CONFLICT, "%s change faster than they can be read", list->what);
	return rc;
}
