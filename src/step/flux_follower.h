/* One Kustomization or HelmRelease being followed: looks by plain GETs, each fed to its fold. */
#ifndef SG_STEP_FLUX_FOLLOWER_H
#define SG_STEP_FLUX_FOLLOWER_H

#include "step/await.h"
#include "step/flux_scan.h"
#include "step/flux_sight.h"

struct sg_flux_follower {
	struct sg_world *world;
	struct sg_cluster_client *client;
	const struct sg_await_ask *ask;
	struct sg_flux_want want;
	struct sg_flux_policy policy;
	struct sg_flux_fold *fold;
	struct sg_flux_sight sight;
	struct sg_flux_scan scan;
	bool good; /* the last look was a success: the next one confirms it */
	int64_t start_ms;
	int64_t deadline_ms;
	int64_t interval_ms;
	int64_t next_ms;
	int64_t denied_ms;     /* since when what was allowed is denied; SG_NEVER: it is not */
	struct sg_err trouble; /* with the last look; OK: none */
	struct sg_progress *progress; /* its own line; NULL: one of very many */
	enum sg_app_code said;
	char refusal[320]; /* why the request that was made last was not taken; "" */
	bool over;
	struct sg_await_end end;
};

/* FOLLOWER is zeroed before, ASK outlives it; call the release in any case. */
void sg_flux_follower_begin(struct sg_flux_follower *follower, struct sg_world *world,
	struct sg_cluster_client *client, struct sg_ancestry *ancestry,
	const struct sg_app_policy *policy, const struct sg_await_ask *ask);
void sg_flux_follower_release(struct sg_flux_follower *follower);

/* Looks when a look is due, and asks for what the fold wants. */
int sg_flux_follower_step(struct sg_flux_follower *follower, struct sg_err *err) SG_MUST_CHECK;

/* When the next step is due, of the loop's clock. */
int64_t sg_flux_follower_due_ms(const struct sg_flux_follower *follower);

/* Ends one that is not over: its last words are those of the last look. */
void sg_flux_follower_stop(struct sg_flux_follower *follower);

/* Ends one that is not over with WHY, which lives as long as the run: no verdict can be had. */
void sg_flux_follower_fail(struct sg_flux_follower *follower, const struct sg_err *why);

#endif
