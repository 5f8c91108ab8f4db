/*
 * Does the cluster really run it? The decision table of argocd.md 0.2 as a pure fold over the
 * events of one application: no clock, no network, no JSON.
 *
 * The live loop drives it like this (times are milliseconds of a clock that never goes back):
 *
 *	fold = sg_app_fold_new(&want, &policy, ancestry, &beside);
 *	for each event of the watch, and each object of a list or a GET:
 *		ours:      sg_app_fold_feed(fold, app, now)     or sg_app_fold_gone(fold, now)
 *		another's: sg_app_fold_feed_other(fold, namespace, name, app or NULL, now)
 *	when nothing came until sg_app_fold_next_look(fold, now):
 *		sg_app_fold_tick(fold, now)
 *	after each of these: look at sg_app_fold_verdict(fold)
 *	while sg_app_fold_request(fold, now, &request) answers true:
 *		patch the annotation, then sg_app_fold_requested(fold, &request, now)
 *
 * SUCCESS is believed when the object, read once more by GET and fed, still says so. FAIL is final.
 * With POLICY people decide. WAIT goes on; at the deadline its code names the last blocker.
 *
 * The patch sets refresh=normal|hard (and hydrate=hard where request.hydrate), guarded by the
 * resourceVersion of the object that was fed last. That one was seen WITHOUT the annotation: only
 * then does its going prove anything. On 409 re-read and feed first. The request is reported
 * whether the patch went through or not. Where it is forbidden (403), policy.may_refresh is false
 * before sg_app_fold_new(); confirmations then rest on reconciledAt alone (argocd.md 0.2).
 *
 * Requests back off by 10, 20, 40, 60 s; one that can confirm a failure is asked for as soon as
 * its grace is over. An answer is never concluded from silence: a tick can change the code of a
 * WAIT, and nothing else. A tick after `beside` has new facts to answer is no silence.
 */
#ifndef SG_MODEL_APP_VERDICT_H
#define SG_MODEL_APP_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/ancestry.h"
#include "model/app.h"
#include "model/app_code.h"
#include "model/app_workloads.h"

/* The rows of the table, in the order in which they are asked: X(NAME, as written in 0.2). */
/* clang-format off */
#define SG_APP_ROWS(X)                                                                             \
	X(NONE, "-")                                                                               \
	X(1, "1") X(1A, "1a") X(1B, "1b") X(1C, "1c") X(2, "2") X(3, "3") X(4, "4") X(4A, "4a")    \
	X(5, "5") X(6, "6") X(7, "7") X(8, "8") X(9, "9") X(10, "10") X(11, "11") X(12, "12")      \
	X(13, "13") X(14, "14") X(15, "15") X(15A, "15a") X(16, "16") X(17, "17") X(18, "18")      \
	X(19, "19") X(20, "20") X(21, "21") X(22, "22") X(22A, "22a") X(23, "23")
/* clang-format on */

enum sg_app_row {
#define SG_X(name, label) SG_APP_ROW_##name,
	SG_APP_ROWS(SG_X)
#undef SG_X
};

const char *sg_app_row_label(enum sg_app_row row);

/* From good to bad: of several applications the worst answer counts. */
enum sg_app_kind { SG_APP_SUCCESS, SG_APP_POLICY, SG_APP_WAIT, SG_APP_FAIL };

const char *sg_app_kind_name(enum sg_app_kind kind);

enum sg_app_suspended { SG_APP_SUSPENDED_ASK, SG_APP_SUSPENDED_OK, SG_APP_SUSPENDED_WAIT };

struct sg_app_policy {
	bool sync_manually; /* a sync may be started where automated sync is off */
	bool resume;        /* Rollouts may be let go on from a pause that has no end */
	bool abort;         /* a Rollout that fails may be stopped */
	enum sg_app_suspended suspended;
	bool fail_on_first_sync_error;
	bool fail_on_sync_window; /* when a window blocks an operation that was asked for */
	bool allow_prune_warning; /* leftovers are a warning only */
	bool may_refresh;         /* we may patch the refresh annotation */
	int64_t confirm_ms;
	int64_t degraded_grace_ms;
	int64_t image_grace_ms;
	int64_t out_of_sync_grace_ms;
};

/* The defaults of argocd.md 0.2: 30, 30, 60, 60 s; may_refresh is true, all else is off. */
struct sg_app_policy sg_app_policy_default(void);

/* What is waited for. Strings belong to the caller and outlive the fold. */
struct sg_app_want {
	const char *revision; /* 40 hex digits, on the branch */
	const char *repo_url;
	const char *branch;        /* without "refs/heads/" */
	bool branch_is_default;    /* HEAD and an absent targetRevision mean it */
	const char *const *images; /* expected "repo:tag", at most SG_APP_IMAGES_MAX count */
	size_t image_count;
};

#define SG_APP_IMAGES_MAX 64

/*
 * What can be read beside the application. A function that is NULL, or answers NULL, means "cannot
 * be read": the rows that need it wait. Answers live until the next call on the fold, those of
 * `item` until the next sg_app_fold_feed_other about it.
 */
struct sg_app_beside {
	const struct sg_app_project *(*project)(void *arg, const char *name);
	const struct sg_app_set *(*set)(void *arg, const char *namespace, const char *name);
	const struct sg_app *(*item)(void *arg, const char *namespace, const char *name);
	/* Of APP as it was read last; asked for by rows 8 and 18 to 23 alone. */
	const struct sg_app_workloads *(*workloads)(void *arg, const struct sg_app *app);
	void *arg;
};

enum sg_app_refresh { SG_APP_REFRESH_NONE, SG_APP_REFRESH_NORMAL, SG_APP_REFRESH_HARD };

#define SG_APP_MESSAGE_MAX 1024

struct sg_app_verdict {
	enum sg_app_kind kind;
	enum sg_app_code code;
	enum sg_app_code cause; /* of DEGRADED what the workloads say, of a sync what the cluster
				   says; NOT_SEEN: nothing */
	enum sg_app_row row;
	const char *message;        /* sentence with evidence, untrusted text in it; shorter than
				       SG_APP_MESSAGE_MAX; whoever copies the verdict copies it, too */
	char revision[SG_OID_SIZE]; /* the one that was judged, "" when there is none */
	uint64_t images_unseen;     /* SUCCESS: bit i: want.images[i] runs nowhere */
	bool leftovers;             /* SUCCESS: something should have been pruned */
	bool sync_wanted;           /* policy.sync_manually: set .operation (argocd.md 1.6) */
};

/* Exit code of `wait` for this verdict; a WAIT is taken to have reached the deadline. */
int sg_app_verdict_exit(const struct sg_app_verdict *verdict);

struct sg_app_fold;

/* All arguments outlive the fold. ANCESTRY may be NULL: then only equal revisions are known. */
struct sg_app_fold *sg_app_fold_new(const struct sg_app_want *want,
	const struct sg_app_policy *policy, struct sg_ancestry *ancestry,
	const struct sg_app_beside *beside);
void sg_app_fold_free(struct sg_app_fold *fold);

/* The application as it is now. APP is kept: it lives until the next feed has returned. */
void sg_app_fold_feed(struct sg_app_fold *fold, const struct sg_app *app, int64_t now_ms);

/* It was there and is gone: watch DELETED, or 404. */
void sg_app_fold_gone(struct sg_app_fold *fold, int64_t now_ms);

/* Another application (a child, it may be) as it is now; APP NULL: it is gone. The item that
 * `beside` answers has been renewed before. */
void sg_app_fold_feed_other(struct sg_app_fold *fold, const char *namespace, const char *name,
	const struct sg_app *app, int64_t now_ms);

/* Time has passed, or something beside the application changed. */
void sg_app_fold_tick(struct sg_app_fold *fold, int64_t now_ms);

/* Belongs to the fold; changes with the next call on it. */
const struct sg_app_verdict *sg_app_fold_verdict(const struct sg_app_fold *fold);

/* An application that was judged. Both belong to the fold; they change with the next call on it. */
struct sg_app_judged {
	const struct sg_app *app;
	const struct sg_app_verdict *verdict;
};

/*
 * The application, once it was seen, and its children that have not succeeded, and theirs; MAX at
 * most. Returns how many.
 */
size_t sg_app_fold_judged(const struct sg_app_fold *fold, struct sg_app_judged *ret, size_t max);

/* Was source INDEX among those that were judged in the last object? */
bool sg_app_fold_used_source(const struct sg_app_fold *fold, size_t index);

/* A refresh that should be asked for now. */
struct sg_app_request {
	const char *namespace; /* of the application; lives until the next call on the fold */
	const char *name;
	enum sg_app_refresh refresh; /* never NONE */
	bool hydrate;                /* hydrate=hard, too (Argo CD 3.5 and newer) */
	bool confirms;               /* the grace of a failing row is over */
};

/* False when none is due, or when one is on its way (the annotation is still there). */
bool sg_app_fold_request(
	const struct sg_app_fold *fold, int64_t now_ms, struct sg_app_request *ret);
void sg_app_fold_requested(
	struct sg_app_fold *fold, const struct sg_app_request *request, int64_t now_ms);

/* Instead, where it takes its time: REQUEST is being made, and no other one of that application is
 * due; until it was answered, or came to nothing. */
void sg_app_fold_requesting(
	struct sg_app_fold *fold, const struct sg_app_request *request, int64_t now_ms);
void sg_app_fold_answered(
	struct sg_app_fold *fold, const struct sg_app_request *request, int64_t now_ms);

/* A sync that should be started now: policy.sync_manually, and it is not the set's business. */
struct sg_app_wanted_sync {
	const char *namespace; /* of the application, a child it may be; until the next call on the
				  fold */
	const char *name;
	const char *revision; /* the commit that it was judged at */
};

/* False when none is wanted. */
bool sg_app_fold_sync(const struct sg_app_fold *fold, struct sg_app_wanted_sync *ret);

/* When to tick or to ask at the latest, on the clock of NOW_MS; at most 30 s ahead. */
int64_t sg_app_fold_next_look(const struct sg_app_fold *fold, int64_t now_ms);

#endif
