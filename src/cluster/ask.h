/* One question to the API server whose answer is a JSON document. */
#ifndef SG_CLUSTER_ASK_H
#define SG_CLUSTER_ASK_H

#include "cluster/client.h"

/*
 * 0: *ret_doc is the JSON of a 2xx, or *ret_fault says what came instead. WHAT names the thing that
 * is asked about, for errors. The caller frees *ret_doc. ANSWER_INVALID when what came three times
 * is no JSON; else as sg_cluster_send().
 */
int sg_cluster_ask(struct sg_cluster_client *client, const struct sg_cluster_req *req,
	const char *what, int64_t deadline_ms, struct sg_json **ret_doc, struct sg_fault *ret_fault,
	struct sg_err *err) SG_MUST_CHECK;

/*
 * Turns whatever the server says of WHAT that is no answer to the question into an error: FORBIDDEN
 * and NOT_FOUND in its words, anything else as sg_cluster_fail(). Returns -1.
 */
int sg_cluster_refuse(const struct sg_cluster_client *client, const struct sg_fault *fault,
	const char *what, struct sg_err *err);

#endif
