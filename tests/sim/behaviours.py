"""What `ctl app NAME BEHAVIOUR` means. A behaviour stays until another one is set; `healthy` is the ordinary one."""

# name -> (what is done at once to the Application's spec or annotations, sentence, contract)
BEHAVIOURS = {
    "healthy": ("every sync ends Synced and Healthy; also finishes a stuck or degraded rollout", "1.5"),
    "degraded": ("the new pods never get ready: Progressing, then Degraded", "4.3, rec 30"),
    "flap": ("Progressing, Degraded for a moment, then Healthy", "8.2"),
    "stuck": ("Progressing for ever", "0.2 row 19"),
    "image-pull": ("Progressing for ever: the new pods cannot pull their image", "4.3, rec 30"),
    "config-error": ("Progressing for ever: the new containers cannot be created", "4.3"),
    "crash-loop": ("Progressing for ever: the new containers end with exit code 3, and have a log", "4.3"),
    "unschedulable": ("Progressing for ever: no node takes the new pods", "4.3"),
    "quota": ("Progressing for ever: the new pods are not created", "4.3"),
    "cron-failed": ("a CronJob's last run has failed: Degraded, whatever else there is (at once)", "4.3, samples health/job-failed"),
    "cron-runs": ("a CronJob runs, and its pod cannot pull its image: Progressing, as some versions of Argo CD say (at once)", "4.3"),
    "finished-jobs": ("Healthy, and a finished Job's pod keeps the old tag in summary.images for ever", "0.2, 1.7"),
    "suspended": ("the rollout is paused: Suspended", "0.2 row 20"),
    "old-pods": ("Healthy, but the old pods never end: both tags in summary.images", "0.2 row 22a"),
    "other-image": ("Healthy, but the pods run another tag of the repository", "0.2 row 22"),
    "no-images": ("Healthy without pods: summary.images absent", "1.7"),
    "sync-failed": (
        "the API server refuses the Deployment: operation Failed at once (retry limit 0), then SyncError",
        "1.6, rec 12",
    ),
    "sync-retry": ("as sync-failed, with two retries in between (Running + finishedAt)", "1.6, rec 10"),
    "hook-failed": ("a PreSync Job fails: nothing is applied, operation Failed, then SyncError", "rec 13"),
    "presync": ("a PreSync Job runs before the sync and succeeds", "rec 86"),
    "postsync": ("a PostSync Job runs after the rollout: Synced and Healthy while the operation is Running", "rec 15"),
    "postsync-failed": ("the PostSync Job fails: Synced, Healthy, right image, phase Failed, no SyncError", "1.5"),
    "comparison-error": (
        "manifests cannot be made: ComparisonError, sync Unknown, revision is the literal target",
        "1.4",
    ),
    "unknown-error": ("condition UnknownError", "1.4"),
    "invalid-spec": ("the destination is not permitted: InvalidSpecError (spec is changed at once)", "1.4, rec 62"),
    "out-of-sync": ("auto-sync off (spec is changed at once): OutOfSync until `.operation` is set", "1.6, rec 40"),
    "sync-window": ("a deny window: OutOfSync, and nothing else is written", "1.5, rec 60"),
    "window-blocks": ("an operation stays Running with 'Sync operation blocked by sync window'", "1.6, rec 61"),
    "self-heal": ("a level 1 compare on old live objects sets a second operation right after Succeeded", "1.5, rec 02"),
    "early-compare": ("a level 1 compare comes while the operation is Running", "1.5, rec 15"),
    "slow": ("every step takes ten times as long", "-"),
    "no-consume": ("the controller is down for this application: no refresh is consumed", "1.4, rec 86"),
    "skip-reconcile": ("annotation skip-reconcile (set at once)", "1.2, rec 63"),
    "lost-refresh": (
        "somebody's refresh is there (at once) and its compare has already read the refs: it consumes the annotation with the old revision, after `delay hold` or at the next behaviour",
        "1.4, rec 05",
    ),
    "wrong-target": ("the spec tracks another branch (at once)", "0.2 row 1c"),
    "wrong-repo": ("the spec reads another repository (at once)", "0.2 row 1b"),
    "multi-source": ("the spec has one entry in `sources` (at once): revisions[] instead of revision", "1.3"),
    "deleted": ("the application is deleted at its next refresh: deletionTimestamp, then DELETED", "0.2 row 1, rec 64"),
}

SKIP = "argocd.argoproj.io/skip-reconcile"


def edit_spec(obj, name, original):
    """Changes obj to what the behaviour needs from spec and annotations; everything else is put back to the original."""
    obj["spec"] = {**original}
    obj["metadata"].setdefault("annotations", {}).pop(SKIP, None)
    policy = {**original.get("syncPolicy", {})}
    source = {**original.get("source", {})}
    if name in ("sync-failed", "hook-failed", "postsync-failed"):
        policy["retry"] = {}
    elif name == "sync-retry":
        policy["retry"] = {"limit": 2, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m0s"}}
    elif name == "out-of-sync":
        policy.pop("automated", None)
    elif name == "wrong-target":
        source["targetRevision"] = "main" if source.get("targetRevision") == "develop" else "develop"
    elif name == "wrong-repo":
        source["repoURL"] = "https://gitlab.example.com/shop/other.git"
    elif name == "invalid-spec":
        obj["spec"]["destination"] = {**original["destination"], "namespace": "kube-system"}
    elif name == "skip-reconcile":
        obj["metadata"]["annotations"][SKIP] = "true"
    obj["spec"]["syncPolicy"] = policy
    if name == "multi-source":
        obj["spec"]["sources"] = [source]
        obj["spec"].pop("source", None)
    else:
        obj["spec"]["source"] = source
    return obj
