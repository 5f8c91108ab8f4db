/*
 * One look at what Flux says of a Kustomization or a HelmRelease: its GitRepository first, then the
 * Kustomization, then the release, so that what stands behind is never older than what it is judged
 * by (model/flux_verdict.h). Every look reads from the API server itself.
 */
#ifndef SG_STEP_FLUX_SIGHT_H
#define SG_STEP_FLUX_SIGHT_H

#include "cluster/flux_read.h"
#include "model/flux_verdict.h"

struct sg_flux_sight {
	struct sg_cluster_client *client;
	struct sg_cluster_pass *pass;      /* set by whoever has one: a read does not block then */
	struct sg_flux_name named;         /* as it is configured */
	struct sg_flux_name kustomization; /* name "": not known yet */
	struct sg_flux_name source;        /* name "": it reads from no GitRepository */
	bool source_known;
	bool with_parents; /* set by whoever wants them read, too */
	bool seen;         /* what is named was there once */
	struct sg_arena names;
	struct sg_arena facts;    /* of `look` */
	struct sg_flux_look look; /* of the last look; its workloads are the caller's */
	struct sg_err unreadable; /* why a GitRepository or a parent may not be read; OK: it may */
};

/* KIND is KUSTOMIZATION or RELEASE. CLIENT and APP outlive the sight. */
void sg_flux_sight_begin(struct sg_flux_sight *sight, struct sg_cluster_client *client,
	enum sg_flux_kind kind, const struct sg_cluster_app *app);
void sg_flux_sight_release(struct sg_flux_sight *sight);

/*
 * Looks anew; what the last look showed is gone then. A name that is not there at the first look is
 * APPLICATION_NOT_FOUND, a HelmRelease that no Kustomization has brought CONFIG_INVALID; else as
 * sg_cluster_get_flux(). After -1 `look` is empty; but with pass->waiting, which is no error, it is
 * as it was.
 */
int sg_flux_sight_read(
	struct sg_flux_sight *sight, int64_t deadline_ms, struct sg_err *err) SG_MUST_CHECK;

#endif
