/*
 * A pod as the facts that tell why it does not get ready (argocd.md 4.3), plain values in an arena
 * of whoever decoded them. Strings are set: what is absent is "". Texts are untrusted.
 */
#ifndef SG_MODEL_POD_H
#define SG_MODEL_POD_H

#include "base/arena.h"
#include "model/app.h"
#include "model/app_code.h"

/* Words that are not known become UNKNOWN. */
enum sg_pod_phase {
	SG_POD_UNKNOWN,
	SG_POD_PENDING,
	SG_POD_RUNNING,
	SG_POD_SUCCEEDED,
	SG_POD_FAILED
};

enum sg_pod_phase sg_pod_phase_parse(const char *word);

enum sg_container_state {
	SG_CONTAINER_UNSAID,
	SG_CONTAINER_WAITING,
	SG_CONTAINER_RUNNING,
	SG_CONTAINER_ENDED
};

/* How a container ended: state.terminated, or lastState.terminated of one that was started again.
 */
struct sg_container_end {
	bool said;
	int64_t exit_code;
	const char *reason;
	const char *message;
	int64_t ran_s; /* how long it had run; negative: unknown */
};

/* status.containerStatuses[] and status.initContainerStatuses[] */
struct sg_container {
	const char *name;
	enum sg_container_state state;
	const char *image; /* as its runtime names it */
	const char *waiting_reason;
	const char *waiting_message;
	struct sg_container_end end;
	struct sg_container_end last_end;
	int64_t restart_count;
	int64_t started_s; /* state.running.startedAt; SG_APP_NO_TIME: it does not run, or say */
	bool init;
	bool ready;
	bool probed; /* spec: it has a readiness or startup probe */
};

/* The controller in metadata.ownerReferences. */
struct sg_owner {
	const char *kind;
	const char *name;
	const char *uid;
};

struct sg_pod {
	const char *namespace;
	const char *name;
	const char *uid;
	struct sg_owner owner;
	enum sg_pod_phase phase;
	const char *reason; /* status.reason: "Evicted" */
	const char *message;
	const char *restart_policy;
	const char *unschedulable; /* message of PodScheduled=False, reason Unschedulable; "" */
	bool deleting;
	bool ready; /* condition Ready */
	/*
	 * Since when it is ready with the containers that it has now: the latest of its creation,
	 * the change to Ready and the starts of containers. SG_APP_NO_TIME: one of them is unknown.
	 */
	int64_t ready_s;
	const struct sg_container *containers;
	size_t container_count;
	struct sg_app_strings images; /* of the spec, as it names them */
};

/* True when it runs nothing any more: its images are history (argocd.md 0.2). */
bool sg_pod_finished(const struct sg_pod *pod);

/* Why something does not get ready, and how long that may last before it is a failure. */
struct sg_stuck {
	enum sg_app_code code;
	int64_t grace_ms;
	const char *sentence; /* in the arena that was handed in */
	const char *pod;      /* for a look into its log; NULL: it is about no pod */
	const char *container;
};

/*
 * The reason for which POD cannot get ready without somebody doing something, the surest first.
 * False when there is none, and for pods that are finished or going. PROGRESS_MS: how long a
 * container may run without getting ready.
 */
bool sg_pod_stuck(const struct sg_pod *pod, int64_t progress_ms, struct sg_arena *arena,
	struct sg_stuck *ret);

/* What a container waits for or how it ended, for people; "" when it just runs. */
const char *sg_container_story(const struct sg_container *container, struct sg_arena *arena);

#endif
