"""Rows 14 to 17: out of sync at the wanted revision."""
from stories.story import *  # noqa: F403

S = Story  # noqa: F405
OFF = joined(compared(0, X, "OutOfSync"), resources(("shop", "OutOfSync")))
LEFT = joined(compared(0, X, "OutOfSync"), resources("shop", ("legacy", "OutOfSync", True)))
NO_PRUNE = {"spec": {"syncPolicy": {"automated": {"prune": None}}}}
SYNCED_X = state(X, "Succeeded", -20, -10)


def app(*patches):
    return application("shop", OLD, *patches)


def confirmed(item, t, what="consumed", *patches):
    return item.then(t, "refresh", REFRESH).then(t + 1000, what, joined(CONSUMED, *patches))


def refused(message):
    return condition("SyncError", message)


WIPE = "auto-sync will wipe out all resources"
S("refused", "automated sync refuses X", app(OFF, refused(f"Skipping sync attempt to [{X}]: {WIPE}"))).fail(0, "AUTOSYNC_REFUSED")
S("refused-many", "automated sync names the revisions of all sources", app(OFF, refused(
    f"Skipping sync attempt to [1.0.0 {X}]: {WIPE}"))).fail(0, "AUTOSYNC_REFUSED")
S("refused-old", "automated sync refused OLD; X stands behind the colon only", app(OFF, refused(
    f"Skipping sync attempt to [{OLD}]: not {X}"))).wait("OUT_OF_SYNC")
S("refused-unknown", "automated sync refused a commit that Git cannot place", app(OFF, refused(
    f"Skipping sync attempt to [{LOST}]: {WIPE}"))).wait("OUT_OF_SYNC")
S("refused-nobody", "no revision is named, the last operation went well", app(OFF, refused(
    "Failed last sync attempt to []: timeout"))).fail(0, "AUTOSYNC_REFUSED")
S("refused-nobody-after-old", "no revision is named, and it was OLD whose sync failed", app(
    OFF, state(OLD, "Failed", -30, -20, "rejected"), refused("Failed last sync attempt to []: rejected"))).wait("OUT_OF_SYNC")
S("refused-but-manual", "a condition of when automated sync was on", app(OFF, MANUAL, refused(
    f"Skipping sync attempt to [{X}]: {WIPE}")), policy={"syncManually": True}).wait("NEEDS_MANUAL_SYNC")
S("refused-but-synced", "the condition is left over, all is well", app(GREEN, refused(
    f"Skipping sync attempt to [{X}]: {WIPE}"))).success(0)

S("leftover-no-prune", "only a leftover, and pruning is off", app(LEFT, NO_PRUNE)).fail(0, "NEEDS_PRUNE")
S("leftover-manual", "only a leftover, and automated sync is off", app(LEFT, MANUAL)).fail(0, "NEEDS_PRUNE")
S("leftover-being-pruned", "only a leftover, and it will be pruned", app(LEFT)).wait("OUT_OF_SYNC")
SKIPPED = {"syncResult": {"resources": [{"kind": "ConfigMap", "namespace": "shop", "name": "legacy", "status": "PruneSkipped"}]}}
S("leftover-skipped", "the sync of X skipped it", app(LEFT, state(X, "Succeeded", -20, -10, **SKIPPED))).fail(0, "NEEDS_PRUNE")
S("leftover-skipped-by-old", "it was the sync of OLD that skipped it", app(LEFT, state(OLD, "Succeeded", -20, -10, **SKIPPED))).wait(
    "OUT_OF_SYNC")
S("leftover-skipped-partly", "a partial sync skipped it", app(LEFT, state(
    X, "Succeeded", -20, -10, operation={"sync": {"resources": [{"kind": "ConfigMap", "name": "legacy"}]}}, **SKIPPED))).wait("OUT_OF_SYNC")
S("leftover-skipped-dry", "a dry run skipped it", app(LEFT, state(
    X, "Succeeded", -20, -10, operation={"sync": {"dryRun": True}}, **SKIPPED))).wait("OUT_OF_SYNC")
S("leftover-and-work", "a leftover, and work besides", app(compared(0, X, "OutOfSync"), NO_PRUNE, resources(
    ("shop", "OutOfSync"), ("legacy", "OutOfSync", True)))).wait("OUT_OF_SYNC")
S("no-resource-is-off", "out of sync, though no resource is: no leftover", app(compared(0, X, "OutOfSync"), NO_PRUNE)).wait("OUT_OF_SYNC")
S("hook-is-no-leftover", "a hook has no status of its own, even when it should be pruned", app(compared(0, X, "OutOfSync"), NO_PRUNE, {
    "status": {"resources": [{"kind": "Job", "namespace": "shop", "name": "old-hook", "hook": True, "requiresPruning": True}]}})).wait(
    "OUT_OF_SYNC")
S("leftover-allowed", "a leftover is only a warning", app(LEFT, NO_PRUNE, RUNS_NEW), policy={"allowPruneWarning": True}).success(0)
S("leftover-allowed-manual", "a leftover is only a warning, also where nobody syncs", app(LEFT, MANUAL, SYNCED_X, RUNS_NEW),
  policy={"allowPruneWarning": True}).success(0)
S("leftover-allowed-degraded", "a leftover is only a warning, health counts all the same", app(
    LEFT, NO_PRUNE, {"status": {"health": {"status": "Progressing"}}}), policy={"allowPruneWarning": True}).wait("PROGRESSING")

confirmed(S("drift", "the sync of X went well, and a rival changes the object", app(OFF, NO_SELF_HEAL, SYNCED_X)), 60000).fail(
    2, "STILL_OUT_OF_SYNC")
confirmed(S("drift-early", "the refresh was asked for before the 60 s were over", app(OFF, NO_SELF_HEAL, SYNCED_X)), 59000).wait(
    "OUT_OF_SYNC")
confirmed(S("drift-policy", "the grace is a policy", app(OFF, NO_SELF_HEAL, SYNCED_X), policy={"outOfSyncGraceMs": 5000}), 5000).fail(
    2, "STILL_OUT_OF_SYNC")
confirmed(S("drift-heals", "the second look shows it in sync", app(OFF, NO_SELF_HEAL, SYNCED_X, RUNS_NEW)), 60000, "consumed",
          compared(61)).success(2)
confirmed(S("drift-self-heal", "self-heal will do it", app(OFF, SYNCED_X)), 60000).wait("OUT_OF_SYNC")
confirmed(S("drift-manual", "a person synced X, and it differs all the same", app(OFF, MANUAL, SYNCED_X)), 60000).fail(
    2, "STILL_OUT_OF_SYNC")
S("drift-manual-dry", "a dry run is no sync", app(OFF, MANUAL, state(
    X, "Succeeded", -20, -10, operation={"sync": {"dryRun": True}}))).fail(0, "NEEDS_MANUAL_SYNC")
S("drift-manual-partial", "a partial sync is no sync", app(OFF, MANUAL, state(X, "Succeeded", -20, -10, operation={
    "sync": {"resources": [{"kind": "Service", "name": "shop"}]}}))).fail(0, "NEEDS_MANUAL_SYNC")
confirmed(S("drift-partial-automated", "automated sync takes a partial one for its own", app(OFF, NO_SELF_HEAL, state(
    X, "Succeeded", -20, -10, operation={"sync": {"resources": [{"kind": "Service", "name": "shop"}]}}))), 60000).fail(
    2, "STILL_OUT_OF_SYNC")
confirmed(S("no-drift-at-newer", "the last sync was of X, NEW is compared: automated sync will come", app(
    joined(OFF, compared(0, NEW, "OutOfSync")), NO_SELF_HEAL, SYNCED_X)), 60000).wait("OUT_OF_SYNC")
confirmed(S("disabled-self-heal", "self-heal heals nothing while automated sync is disabled", app(
    OFF, SYNCED_X, {"spec": {"syncPolicy": {"automated": {"enabled": False}}}})), 60000).fail(2, "STILL_OUT_OF_SYNC")

S("automated-empty", "automated: {} is on", app(OFF, MANUAL, {"spec": {"syncPolicy": {"automated": {}}}})).wait("OUT_OF_SYNC")
S("automated-enabled", "enabled: true is on", app(OFF, {"spec": {"syncPolicy": {"automated": {"enabled": True}}}})).wait("OUT_OF_SYNC")
S("automated-disabled", "enabled: false is off", app(OFF, {"spec": {"syncPolicy": {"automated": {"enabled": False}}}})).fail(
    0, "NEEDS_MANUAL_SYNC")


def project(name="team", **window):
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": name, "namespace": "argocd"}, "spec": {
        "syncWindows": [{"kind": "deny", "schedule": "* * * * *", "duration": "1h", **window}]}}


for words, code, window in (
        ("application", "SYNC_WINDOW", {"applications": ["other", "sh?p"]}),
        ("star", "SYNC_WINDOW", {"applications": ["*"]}),
        ("braces", "SYNC_WINDOW", {"applications": ["{cart,shop}"]}),
        ("class", "SYNC_WINDOW", {"applications": ["[a-s]hop"]}),
        ("namespace", "SYNC_WINDOW", {"namespaces": ["sh*"]}),
        ("cluster", "SYNC_WINDOW", {"clusters": ["https://kubernetes.*"]}),
        ("or", "SYNC_WINDOW", {"applications": ["cart"], "namespaces": ["shop"]}),
        ("and", "OUT_OF_SYNC", {"applications": ["cart"], "namespaces": ["shop"], "andOperator": True}),
        ("and-both", "SYNC_WINDOW", {"applications": ["s*"], "namespaces": ["shop"], "andOperator": True}),
        ("other", "OUT_OF_SYNC", {"applications": ["cart*"], "namespaces": ["cart"], "clusters": ["east"]}),
        ("empty", "OUT_OF_SYNC", {}),
        ("allow", "SYNC_WINDOW", {"kind": "allow", "applications": ["*"]})):
    S(f"window-{words}", f"automated sync does not start; the project has a window for {window}", app(OFF),
      project=project(**window)).wait(code)
S("window-of-another-project", "the project that can be read is another one", app(OFF),
  project=project("other", applications=["*"])).wait("OUT_OF_SYNC")
S("window-not-yet", "it has been out of sync for 50 s only", app(OFF), project=project(applications=["*"])).wait(
    "OUT_OF_SYNC", silenceMs=50000)
S("window-no-failure", "a window that may be the cause is no failure, whatever the policy", app(OFF), policy={"failOnSyncWindow": True},
  project=project(applications=["*"])).wait("SYNC_WINDOW")
S("window-opens", "automated sync starts after all", app(OFF), project=project(applications=["*"])).then(
    90000, "Running", working(X, 90)).then(95000, "done", joined(ENDED, GREEN, state(X, "Succeeded", 90, 95), {
        "status": {"reconciledAt": at(96)}})).success(2)

OWNED = {"metadata": {"ownerReferences": [{"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "name": "set", "uid": "u"}]}}


def appset(name="set", strategy=None):
    spec = {"generators": [], "template": {}}
    if strategy is not None:
        spec["strategy"] = strategy
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": name, "namespace": "argocd"}, "spec": spec,
            "status": {"applicationStatus": [{"application": "shop", "status": "Waiting", "step": "2", "message": "not its turn"}]}}


ROLLING = {"type": "RollingSync", "rollingSync": {"steps": []}}
S("manual-denied", "automated sync is off, and we may not sync", app(OFF, MANUAL)).fail(0, "NEEDS_MANUAL_SYNC")
S("manual-allowed", "automated sync is off, and we may sync", app(OFF, MANUAL), policy={"syncManually": True}).wait("NEEDS_MANUAL_SYNC")
S("set-rolls", "an ApplicationSet rolls it", app(OFF, MANUAL, OWNED), policy={"syncManually": True},
  applicationSet=appset(strategy=ROLLING)).wait("APPSET_STEP")
S("set-unreadable", "owned by an ApplicationSet that cannot be read", app(OFF, MANUAL, OWNED)).wait("APPSET_STEP")
S("set-of-another-name", "the ApplicationSet that can be read is another one", app(OFF, MANUAL, OWNED),
  applicationSet=appset("other")).wait("APPSET_STEP")
S("set-all-at-once", "an ApplicationSet that does not roll", app(OFF, MANUAL, OWNED),
  applicationSet=appset(strategy={"type": "AllAtOnce"})).fail(0, "NEEDS_MANUAL_SYNC")
S("set-changes", "the ApplicationSet stops rolling while we wait", app(OFF, MANUAL, OWNED), applicationSet=appset(strategy=ROLLING)).line(
    5000, "no strategy any more", "MODIFIED", appset()).fail(1, "NEEDS_MANUAL_SYNC")
S("set-rolls-others", "not owned by the ApplicationSet", app(OFF, MANUAL), applicationSet=appset(strategy=ROLLING)).fail(
    0, "NEEDS_MANUAL_SYNC")
DRY_FAILED = state(X, "Failed", -20, -10, "rejected", operation={"sync": {"dryRun": True}})
confirmed(S("no-drift-after-failed-dry-run", "the last operation was at X, but it failed", app(OFF, NO_SELF_HEAL, DRY_FAILED)), 60000).wait(
    "OUT_OF_SYNC")
