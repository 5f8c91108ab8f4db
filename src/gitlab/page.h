/*
 * Lists that come in pages (gitlab.md 1.2): all of it or an error, never a part. Inside gitlab/
 * only.
 */
#ifndef SG_GITLAB_PAGE_H
#define SG_GITLAB_PAGE_H

#include "gitlab/call.h"

#define SG_GITLAB_PER_PAGE 100

struct sg_gitlab_list {
	struct sg_gitlab_call call; /* GET; the path without per_page and page */
	const char *what;           /* "the notes", for errors */
	size_t max_items;
	size_t max_bytes; /* of all answers; 0: 20 MiB */
	/* One element, in order; -1 ends the reading. */
	int (*item)(void *arg, const struct sg_json *item, struct sg_err *err);
	/* Forgets all elements: the list changed while it was read, and is read anew. */
	void (*restart)(void *arg);
	bool (*enough)(const void *arg); /* asked after each page; NULL: all are wanted */
	void *arg;
};

/*
 * Follows rel="next" of Link, else x-next-page, to the end. A page that is too large for one answer
 * is asked for in smaller ones, to its end: anybody may have written something long into it. An
 * address of another origin than the API's is CREDENTIAL_ORIGIN; more than max_items is TOO_LARGE;
 * no JSON array is ANSWER_INVALID; CONFLICT when the list never stands still.
 */
int sg_gitlab_list_read(struct sg_gitlab *gitlab, const struct sg_gitlab_list *list,
	struct sg_err *err) SG_MUST_CHECK;

/* The target of rel="next" in the value of a Link header; the empty view when there is none. */
struct sg_str sg_gitlab_link_next(struct sg_str value);

#endif
