/*
 * One request to the API server, mostly a read of an object, which does not block: several may be
 * under way while watches go on. What may pass is tried again until the deadline.
 */
#ifndef SG_CLUSTER_READ_H
#define SG_CLUSTER_READ_H

#include "cluster/client.h"

struct sg_cluster_read;

/* GET PATH (copied; cluster/path.h). Nothing is sent before the first step. LABEL is for errors and
 * outlives the read. UNTIL_MS: of the loop's clock; SG_NEVER: as long as the caller likes. */
struct sg_cluster_read *sg_cluster_read_new(
	struct sg_cluster_client *client, const char *path, const char *label, int64_t until_ms);
void sg_cluster_read_free(struct sg_cluster_read *read);

/* The server may just have started: for so long a denial is tried again, and a 404 that says that
 * there is no such kind of object. */
void sg_cluster_read_be_patient(struct sg_cluster_read *read, int64_t patience_ms);

/* No more than MAX_BYTES (0: SG_CLUSTER_OBJECT_MAX_BYTES) are taken. TEXT: it is no JSON, and no
 * *ret_doc comes of it. */
void sg_cluster_read_limit(struct sg_cluster_read *read, size_t max_bytes, bool text);

/*
 * It is no GET but what REQ says: method, content type and body (copied); the answer is a text. A
 * patch may be sent again and again: it sets a value of its own, or is guarded by a version. A POST
 * is sent again where it was certainly not carried out (429). The fault says whether one of the
 * tries before the last may have been carried out: its answer was lost, or was none.
 */
void sg_cluster_read_send(struct sg_cluster_read *read, const struct sg_cluster_req *req);

/* What came last; lives as long as the read. */
struct sg_str sg_cluster_read_text(const struct sg_cluster_read *read);

/*
 * Looks at what has arrived, and sends what is due. 1: this is the answer: ret_fault->kind tells
 * whether it is a success, and only then *ret_doc is an object, which the caller frees. 0: not yet.
 * -1: there will be none: no JSON three times (ANSWER_INVALID), TLS_FAILED, CANCELLED; or the time
 * is up, and it is what went wrong last, or REMOTE_TIMEOUT with what was asked, and how long.
 */
int sg_cluster_read_step(struct sg_cluster_read *read, struct sg_json **ret_doc,
	struct sg_fault *ret_fault, struct sg_err *err) SG_MUST_CHECK;

/* Why it is being tried again, in the words of an error; NULL: nothing went wrong so far. */
const struct sg_err *sg_cluster_read_trouble(const struct sg_cluster_read *read);

/* When a step is due even if no byte arrives; of the loop's clock. */
int64_t sg_cluster_read_due_ms(const struct sg_cluster_read *read);

#endif
