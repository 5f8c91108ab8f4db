/*
 * Does a workload that no GitOps controller brings run the wanted image, and has that rolled out? A
 * pure fold over looks at one workload: no clock, no network, no JSON.
 *
 * There is no revision in the cluster, so the image alone is compared. One read of a workload has
 * its template and how far that is: what a template says that has no such image is about another
 * one, and nothing of it counts, neither as done nor as failed. What is not applied yet is waited
 * for, as nobody can tell whether it is still to come. SUCCESS is believed when one more look still
 * says so. FAIL is final. At the deadline the code of a WAIT names the last blocker.
 */
#ifndef SG_MODEL_PLAIN_H
#define SG_MODEL_PLAIN_H

#include "model/app_verdict.h"
#include "model/workload.h"

struct sg_plain_name {
	enum sg_workload_kind kind;
	const char *namespace;
	const char *name;
};

/*
 * TEXT is KIND/NAME or NAMESPACE/KIND/NAME, the kind in any case; without a namespace it is in
 * NAMESPACE. Strings live in ARENA. False: it is no such text.
 */
bool sg_plain_name_parse(struct sg_arena *arena, struct sg_str text, const char *namespace,
	struct sg_plain_name *ret) SG_MUST_CHECK;

/* Cuts the next of several such texts, which blanks or commas part. False: there is no more. */
bool sg_plain_name_cut(struct sg_str *rest, struct sg_str *ret) SG_MUST_CHECK;

/* What one look has read; needed during the feed only. */
struct sg_plain_look {
	const struct sg_workload *workload; /* NULL: there is none (404) */
	/* When the fold has asked for them; NULL: not read. Of the pods `complete`: all of them. */
	const struct sg_app_workloads *progress; /* why it is not done */
	const struct sg_app_workloads *pods;     /* what they run */
};

/* Begun by sg_plain_fold_begin(); holds nothing that is to be freed. */
struct sg_plain_fold {
	const char *label; /* "Deployment shop/web" */
	const char *image; /* "repo:tag"; NULL: any, for whoever only wants to know how far it is */
	int64_t grace_ms;  /* so long a failure stands before it is believed */
	struct sg_app_verdict verdict; /* its row is 23 or none; its sentence is the next: */
	char message[SG_APP_MESSAGE_MAX];
	bool progress_wanted;
	bool pods_wanted;
	int64_t failed_ms; /* since when it has failed; SG_PLAIN_NOT_FAILED */
	char failed_as[300];
};

#define SG_PLAIN_NOT_FAILED INT64_MIN

/* Strings outlive the fold. */
void sg_plain_fold_begin(
	struct sg_plain_fold *fold, const char *label, const char *image, int64_t grace_ms);

void sg_plain_fold_feed(
	struct sg_plain_fold *fold, const struct sg_plain_look *look, int64_t now_ms);

/* Does the template of WORKLOAD have IMAGE, and no other of its repository? */
enum sg_answer sg_plain_has(const struct sg_workload *workload, const char *image);

#endif
