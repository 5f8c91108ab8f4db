/*
 * Does the cluster really run it, where Flux brings it there? A pure fold over looks at one
 * Kustomization, its GitRepository and, where one is named, a HelmRelease that it brings
 * (argocd.md 4.1): no clock, no network, no JSON.
 *
 * Whoever drives it (times are milliseconds of a clock that never goes back):
 *
 *	fold = sg_flux_fold_new(&want, &policy, ancestry);
 *	for each look: read the objects, the GitRepository first, then
 *		sg_flux_fold_feed(fold, &look, now)
 *	look at sg_flux_fold_verdict(fold)
 *	while sg_flux_fold_request(fold, now, &request) answers true:
 *		set the annotation reconcile.fluxcd.io/requestedAt to a value that was never used,
 *		then sg_flux_fold_requested(fold, &request, value or NULL when refused, now)
 *	look again at sg_flux_fold_next_look(fold, now) at the latest
 *
 * SUCCESS is believed when one more look still says so. FAIL is final. At the deadline the code of
 * a WAIT names the last blocker.
 *
 * No failure is concluded from one look, except what a person has ordered (suspended, another
 * repository or branch) or done (deleted). What a controller tries again has failed when another
 * try is seen to have failed after the grace: a request that was made then was handled, or the
 * condition has changed or the failures have become more since a look that was made then. What it
 *does not try again has failed when it stands for the grace. A failure counts only where it is
 *about the wanted revision: the controller has attempted it or, because errors before the build
 *name no revision, has handled a request that was made when the source was there already.
 */
#ifndef SG_MODEL_FLUX_VERDICT_H
#define SG_MODEL_FLUX_VERDICT_H

#include "model/ancestry.h"
#include "model/app_verdict.h"
#include "model/flux.h"

/* Strings belong to the caller and outlive the fold. */
struct sg_flux_want {
	const char *revision; /* 40 hex digits, on the branch */
	const char *repo_url;
	const char *branch; /* without "refs/heads/" */
	bool release;       /* a HelmRelease is named, too: it alone counts of what is brought */
	const char *image;  /* expected "repo:tag"; NULL: any */
};

/* WANT as Flux is asked: of its images the first; RELEASE: a HelmRelease is named, too. */
struct sg_flux_want sg_flux_want_of(const struct sg_app_want *want, bool release);

struct sg_flux_policy {
	int64_t grace_ms;
	int64_t image_grace_ms; /* of another image than the expected one */
	bool may_request;       /* annotations may be set */
	/* Only the image counts: where it runs, values of other objects may be older. */
	bool image_proves;
};

/* 30 s, 60 s; requests are allowed. */
struct sg_flux_policy sg_flux_policy_default(void);

#define SG_FLUX_PARENTS_MAX 8

/*
 * What one look has read; needed during the feed only. Without a Kustomization there is none (404):
 * one that could not be read is no look, and nothing is fed. The others are NULL where they are not
 * there or could not be read.
 */
struct sg_flux_look {
	const struct sg_flux_kustomization *kustomization;
	const struct sg_flux_repository *repository; /* that the Kustomization reads from */
	const struct sg_flux_release *release;
	/* Those that bring the Kustomization, from the same repository and branch or from an
	 * artifact that names a commit: its spec is of the wanted revision only where they have
	 * applied that. */
	const struct sg_flux_kustomization *parents[SG_FLUX_PARENTS_MAX];
	size_t parent_count;
	bool more_parents; /* there are more levels than are read */
	/* When the verdict has asked for them; NULL: not read, or not all that may count. */
	const struct sg_app_workloads *workloads; /* how far they are */
	const struct sg_app_workloads *images;    /* what they run */
};

struct sg_flux_verdict {
	enum sg_app_kind kind; /* SUCCESS, WAIT or FAIL */
	enum sg_app_code code;
	char message[SG_APP_MESSAGE_MAX]; /* sentence with evidence, untrusted text in it */
	char revision[SG_OID_SIZE];       /* the one that is applied, "" when there is none */
	bool workloads_wanted;            /* how far is what the inventory names? */
	bool images_wanted;               /* which images does it run? */
	bool image_unseen;                /* SUCCESS: the expected image runs nowhere */
};

struct sg_flux_fold;

/* All arguments outlive the fold. ANCESTRY may be NULL: then only equal revisions are known. */
struct sg_flux_fold *sg_flux_fold_new(const struct sg_flux_want *want,
	const struct sg_flux_policy *policy, struct sg_ancestry *ancestry);
void sg_flux_fold_free(struct sg_flux_fold *fold);

/* A Kustomization that was there once and is not any more is deleted. */
void sg_flux_fold_feed(struct sg_flux_fold *fold, const struct sg_flux_look *look, int64_t now_ms);

/* Belongs to the fold; changes with the next call on it. */
const struct sg_flux_verdict *sg_flux_fold_verdict(const struct sg_flux_fold *fold);

/* The same in the words of the decision table; a success is its last row. Its sentence is
 * the fold's. */
struct sg_app_verdict sg_flux_app_verdict(const struct sg_flux_fold *fold);

/* An object that should be asked to reconcile now. */
struct sg_flux_request {
	enum sg_flux_kind kind;
	char namespace[254];
	char name[254];
};

/* False when none is due: 10, 20, 40, 60 s lie between two for one object. */
bool sg_flux_fold_request(
	const struct sg_flux_fold *fold, int64_t now_ms, struct sg_flux_request *ret);
void sg_flux_fold_requested(struct sg_flux_fold *fold, const struct sg_flux_request *request,
	const char *value, int64_t now_ms);

/* When to look again at the latest, on the clock of NOW_MS; at most 30 s ahead. */
int64_t sg_flux_fold_next_look(const struct sg_flux_fold *fold, int64_t now_ms);

#endif
