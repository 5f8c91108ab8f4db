/*
 * Argo CD's own API (argocd.md 2): the same objects as the cluster's, at other addresses and in
 * other frames. Requests are written as for the cluster's API and put into Argo CD's words here, at
 * the last moment, so that everything above has one way to ask.
 */
#ifndef SG_CLUSTER_ARGOCD_H
#define SG_CLUSTER_ARGOCD_H

#include "cluster/access.h"
#include "cluster/fault.h"
#include "io/json_doc.h"

/* Whether applications may be read; "PROJECT%2F*" follows. */
#define SG_ARGOCD_CAN_GET "/api/v1/account/can-i/applications/get/"

/* What one application has, in Argo CD's own words; "NAME/..." follows. */
#define SG_ARGOCD_OF_APPLICATION "/api/v1/applications/"

/*
 * Appends the address of PATH ("/apis/argoproj.io/...", of cluster/path.h) in Argo CD's words; what
 * is in them already stays. NOT_FOUND for what it has no word for: workloads, access reviews.
 */
int sg_argocd_path(const struct sg_cluster_access *access, const char *path, struct sg_buf *out,
	struct sg_err *err) SG_MUST_CHECK;

/* A frame of a stream, whichever API it came from, in the words of a watch. */
struct sg_cluster_frame {
	const char *type; /* "ADDED", "MODIFIED", "DELETED", "ERROR"; "": not understood */
	const struct sg_json *object; /* the Application; NULL with ERROR */
	struct sg_fault fault;        /* with ERROR */
};

/* The result points into DOC. */
struct sg_cluster_frame sg_argocd_frame_read(const struct sg_json *doc);

#endif
