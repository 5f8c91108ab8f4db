/*
 * What a run stands on: settings, clock, network, log, memory. Made once by cmd/ from the real
 * machine, or by a test from scripts; everything above io/ reaches the outside only through it.
 */
#ifndef SG_STEP_WORLD_H
#define SG_STEP_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"
#include "io/env.h"
#include "io/http.h"
#include "io/http_retry.h"
#include "model/trouble.h"
#include "report/console.h"

/* What the options of the command line say; times in milliseconds. */
struct sg_settings {
	const char *gitops;     /* project path or https URL; NULL: the job's own project */
	const char *gitops_ref; /* configuration branch; NULL: the remote's HEAD */
	const char *git_fetch;  /* "part": only the folders that are looked into; else whole */
	const char *git_user;   /* for Basic authentication; NULL: by the kind of token */
	const char *config;     /* local configuration file: gates become advisory */
	const char *ca_file;
	const char *signing_key_file; /* NULL: commits are not signed */
	const char *publish_via;      /* a word of SG_PUBLISH_VIAS; else: as configured */
	const char *kubeconfig;
	const char *context;
	const char *argocd_server; /* of environments that are reached through Argo CD's own API */
	bool exec_plugins;         /* programs that a kubeconfig names may be run */
	bool trace;
	bool allow_unprotected; /* write from jobs of unprotected refs, too */
	int64_t timeout_ms;
	int64_t connect_timeout_ms;
	int64_t request_timeout_ms;
	int64_t idle_timeout_ms;
	int64_t retry_base_ms;
	int64_t poll_ms;
	int64_t confirm_ms;
	int64_t degraded_grace_ms;
	int64_t image_grace_ms;
	int64_t out_of_sync_grace_ms;
	int64_t pipeline_grace_ms; /* 0: one that has to come is waited for to the end */
	int64_t pod_grace_ms;      /* of a pod that is stuck; 0: by the reason */
	int64_t pod_log_lines;     /* of a container that crashes, for the report; 0: none */
};

struct sg_world {
	const struct sg_settings *settings;
	const struct sg_env *env;
	struct sg_arena *arena; /* lives as long as the run */
	struct sg_log *log;
	struct sg_console *console; /* what users read while it runs; NULL: nobody reads */
	struct sg_redactor *redactor;
	struct sg_http *http; /* with its loop and clock */
	const char *ca_from;  /* where the trusted certificate authorities are from; "": none */
	const char *tmpdir;
	int64_t deadline_ms; /* of the loop's clock: --timeout from the start of the run */
	uint64_t random;     /* state of the jitter's generator */
	struct sg_argocd_login *argocd; /* step/argocd.h; NULL until it is asked for */
	struct sg_shelves *shelves;     /* step/shelf.h: what was read of the repository so far */
	size_t scans;                   /* step/workload_run.h: that are under way */
	int tries; /* of any request at most, where an answer is wanted soon; 0: no such limit */
};

/* The loop of this run. */
struct sg_loop *sg_world_loop(const struct sg_world *world);

/* How requests of this run are tried again: until its deadline, TRIES times at most (0: no limit).
 */
struct sg_retry_policy sg_world_retry(struct sg_world *world, int tries);

/*
 * For facts that may be missing: turns the error WHY into a trouble, its words in the world's
 * arena, and returns 0. A signal is no such thing: it goes on as *err, and the answer is -1.
 */
int sg_world_trouble(const struct sg_world *world, const struct sg_err *why,
	struct sg_trouble *ret_trouble, struct sg_err *err) SG_MUST_CHECK;

#endif
