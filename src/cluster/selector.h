/* Parts of a workload that several kinds have in common. Inside cluster/ only. */
#ifndef SG_CLUSTER_SELECTOR_H
#define SG_CLUSTER_SELECTOR_H

#include "cluster/app_reader.h"
#include "model/workload.h"

/*
 * spec.selector as the text that a LIST takes as labelSelector: "app=web,tier in (a,b),!old". ""
 * for none, and for one that is too long to be asked for.
 */
int sg_workload_selector(const struct sg_app_reader *reader, const struct sg_json *selector,
	const char **ret) SG_MUST_CHECK;

/* The images of containers and init containers of a pod's spec. */
int sg_workload_images(const struct sg_app_reader *reader, const struct sg_json *spec,
	struct sg_app_strings *ret) SG_MUST_CHECK;

/* The controller among metadata.ownerReferences; all "" when there is none. */
int sg_workload_owner(const struct sg_app_reader *reader, const struct sg_json *object,
	struct sg_owner *ret) SG_MUST_CHECK;

/* The label KEY, "" when absent; a label has 63 bytes at most. */
const char *sg_workload_label_of(
	const struct sg_app_reader *reader, const struct sg_json *object, const char *key);

#endif
