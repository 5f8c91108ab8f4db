/* The codes of deployments: how a wait for an application ends, or what it waits for. */
#ifndef SG_MODEL_APP_CODE_H
#define SG_MODEL_APP_CODE_H

/*
 * X(NAME, exit code of `wait` when this is what it ends with, sentence). Codes that can be a
 * failure end with 1 then; whatever is still waited for at the deadline ends with 8
 * (sg_app_verdict_exit tells). The names are part of every output format and stay stable.
 */
#define SG_APP_CODES(X)                                                                            \
	X(NOT_SEEN, 8, "the application has not been seen yet")                                    \
	X(APP_DELETED, 1, "the application was deleted")                                           \
	X(RECONCILE_OFF, 1, "the controller is told to ignore the application")                    \
	X(WRONG_REPOSITORY, 1, "no source of the application reads from the repository")           \
	X(WRONG_REVISION_TARGET, 1, "the application tracks something else than the branch")       \
	X(SPEC_INVALID, 1, "the controller refuses the application's spec")                        \
	X(CONTROLLER_ERROR, 1, "the controller reports an error of its own")                       \
	X(COMPARISON_ERROR, 1, "the manifests cannot be generated or compared")                    \
	X(HYDRATION_FAILED, 1, "the manifests could not be hydrated")                              \
	X(SYNC_RETRYING, 8, "the sync failed and is tried again")                                  \
	X(SYNC_FAILED, 1, "the sync failed")                                                       \
	X(HOOK_FAILED, 1, "a hook of the sync failed")                                             \
	X(SYNC_TERMINATED, 1, "somebody ended the sync")                                           \
	X(CRD_MISSING, 1, "the cluster does not have the kind of a resource")                      \
	X(ADMISSION_DENIED, 1, "an admission webhook or policy refuses a resource")                \
	X(WEBHOOK_DOWN, 1, "an admission webhook cannot be asked")                                 \
	X(SYNC_WINDOW, 1, "a sync window keeps the application from being synced")                 \
	X(SYNC_RUNNING, 8, "a sync is running")                                                    \
	X(OLDER_SYNC_RUNNING, 8, "a sync of an older revision is running and blocks the new one")  \
	X(OLDER_REVISION, 8, "the application is still at an older revision")                      \
	X(HYDRATING, 8, "the manifests are being hydrated")                                        \
	X(SUPERSEDED, 1, "the branch no longer contains the revision")                             \
	X(ANCESTRY_UNKNOWN, 8, "Git cannot tell whether the revision is contained")                \
	X(SPEC_CHANGED, 8, "the application's spec changed since it was compared")                 \
	X(STALE_STATUS, 8, "the status is older than the last sync")                               \
	X(AUTOSYNC_REFUSED, 1, "automated sync refuses the revision")                              \
	X(NEEDS_PRUNE, 1, "resources are left over that nobody prunes")                            \
	X(OUT_OF_SYNC, 8, "the application is out of sync")                                        \
	X(STILL_OUT_OF_SYNC, 1, "the application is out of sync although it was synced")           \
	X(APPSET_STEP, 8, "the application set decides when this application is synced")           \
	X(NEEDS_MANUAL_SYNC, 1, "the application needs a manual sync")                             \
	X(DEGRADED, 1, "the application is degraded")                                              \
	X(PROGRESSING, 8, "the roll-out is not finished")                                          \
	X(IMAGE_PULL, 1, "the image cannot be pulled")                                             \
	X(CONFIG_ERROR, 1, "a container cannot be created")                                        \
	X(CRASH_LOOP, 1, "a container ends again and again")                                       \
	X(OUT_OF_MEMORY, 1, "a container needs more memory than it may have")                      \
	X(UNSCHEDULABLE, 1, "no node can take the pod")                                            \
	X(QUOTA, 1, "a quota keeps the pods from being created")                                   \
	X(PODS_REFUSED, 1, "the cluster refuses to create the pods")                               \
	X(VOLUME_FAILED, 1, "a volume of the pod cannot be mounted")                               \
	X(PROBE_FAILING, 1, "a container runs and does not get ready")                             \
	X(PROGRESS_DEADLINE, 1, "the roll-out made no progress within its deadline")               \
	X(EVICTED, 1, "a node evicted the pod")                                                    \
	X(POD_FAILED, 1, "a pod failed")                                                           \
	X(JOB_FAILED, 1, "a job failed")                                                           \
	X(ROLLOUT_ABORTED, 1, "the Rollout was aborted; the old version runs")                     \
	X(ROLLOUT_DEGRADED, 1, "the Rollout cannot go on")                                         \
	X(SUSPENDED, 75, "the roll-out is suspended")                                              \
	X(MISSING, 8, "the resources do not exist yet")                                            \
	X(HEALTH_UNKNOWN, 8, "nothing is known about the health")                                  \
	X(IMAGE_MISMATCH, 1, "another image than the expected one is running")                     \
	X(OLD_IMAGE_RUNNING, 8, "the old image is still running beside the new one")               \
	X(CHILD_UNREADABLE, 8, "a child application cannot be read")                               \
	X(FLUX_DELETED, 1, "an object of Flux was deleted")                                        \
	X(FLUX_SUSPENDED, 1, "Flux is told to leave it alone")                                     \
	X(FLUX_WRONG_REPOSITORY, 1, "the GitRepository does not read from the repository")         \
	X(FLUX_WRONG_REF, 1, "the GitRepository tracks something else than the branch")            \
	X(FLUX_STALLED, 1, "Flux has given up until the spec changes")                             \
	X(FLUX_SOURCE_FAILED, 1, "the source cannot be fetched")                                   \
	X(FLUX_SOURCE_BEHIND, 8, "the source has not fetched the revision yet")                    \
	X(FLUX_ARTIFACT_FAILED, 1, "the Kustomization cannot get at its source")                   \
	X(FLUX_BUILD_FAILED, 1, "the manifests cannot be built")                                   \
	X(FLUX_APPLY_FAILED, 1, "the manifests cannot be applied")                                 \
	X(FLUX_PRUNE_FAILED, 1, "what is no longer wanted cannot be removed")                      \
	X(FLUX_UNHEALTHY, 1, "what was applied does not get healthy")                              \
	X(FLUX_DEPENDENCY, 8, "something that it depends on is not ready")                         \
	X(FLUX_RECONCILING, 8, "Flux is at work on it")                                            \
	X(FLUX_OLDER_REVISION, 8, "the Kustomization is still at an older revision")               \
	X(FLUX_NO_COMMIT, 8, "what the Kustomization has applied names no commit")                 \
	X(FLUX_RELEASE_UNREAD, 8, "the HelmRelease is not there or cannot be read")                \
	X(FLUX_RELEASE_FAILED, 1, "the Helm release failed")                                       \
	X(FLUX_RELEASE_REMEDIATED, 1, "the Helm release failed and was taken back")                \
	X(FLUX_CHILD_UNWATCHED, 1, "it brings objects of Flux that nobody waits for")              \
	X(FLUX_WORKLOADS_UNREAD, 8, "it is applied, and its workloads have not been read")         \
	X(WORKLOAD_MISSING, 8, "there is no such workload")                                        \
	X(NOT_APPLIED, 8, "the workload does not have the image yet")                              \
	X(NO_SUCH_CONTAINER, 8, "no container of the workload has the image's repository")         \
	X(IMAGE_UNCLEAR, 8, "the image of the workload cannot be compared")                        \
	X(PODS_UNREAD, 8, "it is rolled out, and its pods have not been read")                     \
	X(NOT_CONFIRMED, 8, "it was seen to run, and no second look has confirmed it")             \
	X(DEPLOYED, 0, "the application runs it")

enum sg_app_code {
#define SG_X(name, code, text) SG_APP_CODE_##name,
	SG_APP_CODES(SG_X)
#undef SG_X
};

const char *sg_app_code_name(enum sg_app_code code);
const char *sg_app_code_text(enum sg_app_code code);
int sg_app_code_exit(enum sg_app_code code);
int sg_app_code_count(void);

#endif
