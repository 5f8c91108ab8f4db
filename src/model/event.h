/*
 * What the events of Kubernetes about one object say: why pods are not created, not scheduled, or
 * do not get their volumes. Events are history: only what has happened lately, and nothing has gone
 * well since, says why something stands still. Strings are set; texts are untrusted.
 */
#ifndef SG_MODEL_EVENT_H
#define SG_MODEL_EVENT_H

#include "model/pod.h"

struct sg_event {
	const char *about_uid; /* of the object */
	const char *type;      /* "Warning", "Normal" */
	const char *reason;
	const char *message;
	bool timed;
	int64_t last_s; /* when it was seen last, of the cluster's clock */
};

/*
 * The newest reason that keeps an object from going on, not older than SINCE_S. POD: the name of
 * the pod that they are about; NULL: they are about what makes pods. False when there is none, or
 * something went well afterwards.
 */
bool sg_events_stuck(const struct sg_event *events, size_t count, int64_t since_s, const char *pod,
	struct sg_arena *arena, struct sg_stuck *ret);

#endif
