/*
 * One object that is looked at again and again by plain GETs, until what the looks say is final:
 * what step/looks_follower.h follows, for whatever is no Application of Argo CD. Each kind has its
 * own class, and begins its struct with this one.
 */
#ifndef SG_STEP_EYE_H
#define SG_STEP_EYE_H

#include "step/await.h"

struct sg_eye;

struct sg_eye_class {
	/*
	 * Looks anew, and judges what it sees. 1: not all is answered yet, go on with the same call
	 * when it is due. 0: looked. -1: the cluster did not answer well, or a signal came; the
	 * follower tells what may pass.
	 */
	int (*look)(struct sg_eye *eye, int64_t until_ms, struct sg_err *err);
	/* When to go on with a look, or an ask, of the loop's clock; NULL: they end where they
	 * begin. */
	int64_t (*due)(const struct sg_eye *eye);
	/* By the last look; a success is believed when the next look says so, too. */
	struct sg_app_verdict (*verdict)(const struct sg_eye *eye);
	/* Asks for whatever brings it on; NULL: nobody can be asked. 1: that is not answered yet,
	 * go on with the same call when it is due. 0: asked, or nothing was to be. -1 for a signal
	 * alone. */
	int (*ask)(struct sg_eye *eye, struct sg_err *err);
	/* When to look again at the latest; NULL: after the interval. */
	int64_t (*next_look)(const struct sg_eye *eye, int64_t now_ms);
	/* That run, each once, in ARENA. */
	struct sg_app_strings (*images)(const struct sg_eye *eye, struct sg_arena *arena);
	void (*free)(struct sg_eye *eye);
};

struct sg_eye {
	const struct sg_eye_class *class;
	struct sg_world *world;
	struct sg_cluster_client *client;
	const struct sg_await_ask *ask;
	int64_t deadline_ms;       /* of whoever is waited for */
	bool seen;                 /* it was there once */
	char refusal[320];         /* why the request that was made last was not taken; "" */
	size_t reads;              /* workloads that the last look has read, about */
	const char *denied;        /* of workloads: what may not be read, and the rule; NULL */
	const char *beside;        /* what could not be read beside it in the last look; NULL */
	struct sg_app_strings log; /* last lines of a container that crashes, when asked for */
};

#endif
