/*
 * What to tell somebody who met a code: for each of the program's codes what it means, how it comes
 * to that, what to do and where to look. The texts are part of the program (`stagegate explain`)
 * and make docs/troubleshooting.md; one table for each family of codes.
 *
 * In `look` capitals stand for what the reader puts in: APP and NAMESPACE of the Argo CD
 * Application (or of the object of Flux), APP_NAMESPACE where its pods are, POD and CONTAINER
 * there, PROJECT (GROUP%2FPROJECT in an address) of the GitOps repository and its URL, IID of the
 * merge request, BRANCH and TARGET, SHA, HOST, FILE.
 */
#ifndef SG_MODEL_ADVICE_H
#define SG_MODEL_ADVICE_H

#include <stddef.h>

struct sg_advice {
	const char *code;
	const char *means;  /* what is so */
	const char *cause;  /* how it comes to that */
	const char *remedy; /* what to do */
	const char *look;   /* commands, each with a newline; NULL: there is nothing to look at */
};

struct sg_advice_table {
	const struct sg_advice *rows;
	size_t count;
};

extern const struct sg_advice_table sg_advice_errors;
extern const struct sg_advice_table sg_advice_edits;
extern const struct sg_advice_table sg_advice_signing;
extern const struct sg_advice_table sg_advice_places;
extern const struct sg_advice_table sg_advice_remote;
extern const struct sg_advice_table sg_advice_deployments;
extern const struct sg_advice_table sg_advice_workloads;
extern const struct sg_advice_table sg_advice_flux;
extern const struct sg_advice_table sg_advice_plain;
extern const struct sg_advice_table sg_advice_gates;
extern const struct sg_advice_table sg_advice_promotions;
extern const struct sg_advice_table sg_advice_requests;
extern const struct sg_advice_table sg_advice_outcomes;
extern const struct sg_advice_table sg_advice_checks;

/* The advice about CODE; NULL when there is none. */
const struct sg_advice *sg_advice_of(const char *code);

/* All of them, counted through the tables; NULL behind the last. */
const struct sg_advice *sg_advice_at(size_t index);

#endif
