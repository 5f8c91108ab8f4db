"""Rows 5 to 8 and 13: what the operation is about."""
from stories.story import *  # noqa: F403

S = Story  # noqa: F405
FAILED = "one or more objects failed to apply"


def app(*patches):
    return application("shop", OLD, *patches)


def retrying(revision=X, started=1, finished=2, **more):
    return joined({"operation": {"sync": {"revision": revision}}},
                  state(revision, "Running", started, finished, FAILED + ". Retrying attempt #1 at 9:01AM.", **more))


AT_X = compared(0, X, "OutOfSync")
S("retrying", "between two attempts", app(AT_X, retrying())).wait("SYNC_RETRYING")
S("retrying-policy", "the first failed attempt is enough", app(AT_X), policy={"failOnFirstSyncError": True}).then(
    3000, "between two attempts", retrying()).fail(1, "SYNC_FAILED")
S("retrying-older", "the sync of OLD is tried again and again, and blocks X", app(AT_X, retrying(OLD)),
  policy={"failOnFirstSyncError": True}).wait("OLDER_SYNC_RUNNING")
S("leftover-end", "an end before the start is left over from the operation before", app(AT_X, retrying(X, 10, 2)),
  policy={"failOnFirstSyncError": True}).wait("SYNC_RUNNING")
S("retrying-ends-well", "the second attempt succeeds", app(AT_X, retrying(), RUNS_NEW)).then(
    9000, "Succeeded", joined(ENDED, state(X, "Succeeded", 1, 9))).then(10000, "compared", compared(10)).success(2)
S("dry-run-retries", "a dry run that is tried again says nothing about X",
  app(AT_X, retrying(X, 1, 2, operation={"sync": {"dryRun": True}})), policy={"failOnFirstSyncError": True}).wait("SYNC_RETRYING")
S("appset-retries-leaked", "what an operation of the ApplicationSet controller shows while it runs is left over",
  app(AT_X, retrying(X, 1, 2, operation={"initiatedBy": {"username": "applicationset-controller", "automated": True}})),
  policy={"failOnFirstSyncError": True}).wait("SYNC_RUNNING")

S("failed-at-x", "the sync of X failed", app(AT_X)).then(3000, "Failed", state(X, "Failed", 1, 3, FAILED)).fail(1, "SYNC_FAILED")
S("error-at-x", "phase Error is a failure too", app(AT_X)).then(3000, "Error", state(X, "Error", 1, 3, "no service account")).fail(
    1, "SYNC_FAILED")
S("failed-at-newer", "the sync of a commit that contains X failed", app(compared(0, NEW, "OutOfSync"))).then(
    3000, "Failed", state(NEW, "Failed", 1, 3, FAILED)).fail(1, "SYNC_FAILED")
S("failed-at-old", "the sync of OLD had failed", app(state(OLD, "Failed", -100, -90, FAILED))).wait("OLDER_REVISION")
S("failed-hash-only-asked", "the revision stands in the operation alone", app(AT_X)).then(
    3000, "Failed", joined(state(X, "Failed", -5, 3, FAILED), {"status": {"operationState": {"syncResult": None}}})).fail(
    1, "SYNC_FAILED")
S("failed-but-works-again", "Failed, and another operation is set already", app(
    AT_X, state(X, "Failed", 1, 3, FAILED), {"operation": {"sync": {"revision": X}}})).wait("SYNC_RUNNING")
S("terminated", "somebody ended the sync", app(AT_X)).then(3000, "Failed", state(X, "Failed", 1, 3, "Operation terminated")).fail(
    1, "SYNC_TERMINATED")
HOOK = {"kind": "Job", "namespace": "shop", "name": "migrate", "hookType": "PreSync", "hookPhase": "Failed",
        "message": "backoff limit reached"}
S("hook-failed", "a hook failed", app(AT_X)).then(3000, "Failed", state(
    X, "Failed", 1, 3, "completed unsuccessfully", syncResult={"resources": [HOOK]})).fail(1, "HOOK_FAILED")
S("hook-phase-of-a-resource", "hookPhase without hookType is of no hook", app(AT_X)).then(3000, "Failed", state(
    X, "Failed", 1, 3, FAILED, syncResult={"resources": [merge(HOOK, {"hookType": None})]})).fail(1, "SYNC_FAILED")
S("dry-run-failed", "a dry run of X failed beside", app(RUNS_NEW, compared(0))).expect("success", 0)
S("dry-run-failed-first", "a dry run of X failed while X is out of sync", app(
    AT_X, state(X, "Failed", 1, 3, FAILED, operation={"sync": {"dryRun": True}}))).wait("OUT_OF_SYNC")

S("overtaken", "X failed, but NEW contains it and is live", app(AT_X, retrying(), RUNS_NEW)).then(
    5000, "NEW is compared: green", compared(5, NEW)).then(
    9000, "the sync of X ends", joined(ENDED, state(X, "Failed", 1, 9, FAILED))).then(
    10000, "compared after it", compared(10, NEW)).success(3)
S("overtaken-hook", "X's hook failed, NEW is compared and green: a hook does not run again", app(AT_X, working())).then(
    5000, "NEW is compared", compared(5, NEW)).then(9000, "ends", joined(ENDED, state(
        X, "Failed", 1, 9, "completed unsuccessfully", syncResult={"resources": [HOOK]}))).fail(2, "HOOK_FAILED")
S("overtaken-but-refused", "automated sync says that it gave X up", app(AT_X, retrying())).then(
    5000, "NEW is compared", compared(5, NEW)).then(9000, "ends", joined(ENDED, state(X, "Failed", 1, 9, FAILED), condition(
        "SyncError", f"Failed last sync attempt to [{X}]: {FAILED}"))).fail(2, "SYNC_FAILED")
S("not-overtaken-by-old", "the sync of X failed, the status is back at OLD", app(AT_X)).then(
    5000, "Failed; compared at OLD", joined(state(X, "Failed", 1, 3, FAILED), compared(5, OLD))).fail(1, "SYNC_FAILED")


def nameless(started, finished, message="ComparisonError: broken"):
    bare = state("", "Error", started, finished, message)
    bare["status"]["operationState"]["syncResult"] = {"revision": ""}
    return bare


S("nameless-after-x", "an operation failed without a revision, after X was compared", app(AT_X)).then(
    5000, "Error", nameless(3, 4)).fail(1, "SYNC_FAILED")
S("nameless-same-second", "it began in the second in which X was compared", app(AT_X)).then(
    5000, "Error", nameless(0, 4)).fail(1, "SYNC_FAILED")
S("nameless-before-x", "an operation without a revision had failed before X was compared", app(
    nameless(-20, -10), compared(0, X, "OutOfSync"))).wait("OUT_OF_SYNC")
S("nameless-before-any", "X was never compared", app(nameless(3, 4))).wait("OLDER_REVISION")
S("nameless-refused", "an operation without a revision, and automated sync names X", app(
    nameless(-20, -10), compared(0, X, "OutOfSync"), condition("SyncError", f"Failed last sync attempt to [{X}]: x"))).fail(
    0, "SYNC_FAILED")
S("nameless-refused-old", "an operation without a revision, and automated sync names OLD", app(
    nameless(-20, -10), compared(0, X, "OutOfSync"), condition("SyncError", f"Failed last sync attempt to [{OLD}]: {X}"))).wait(
    "OUT_OF_SYNC")

BLOCKED = "Sync operation blocked by sync window"
S("window-blocks", "a window blocks the operation", app(AT_X, working(), {"status": {"operationState": {"message": BLOCKED}}})).wait(
    "SYNC_WINDOW")
S("window-blocks-policy", "a window blocks the operation, and the policy will not wait", app(AT_X, working()),
  policy={"failOnSyncWindow": True}).then(2000, "blocked", {"status": {"operationState": {"message": BLOCKED + ": x"}}}).fail(
    1, "SYNC_WINDOW")
S("window-was", "the message is left over, nobody works", app(
    GREEN, state(X, "Succeeded", -100, -90, BLOCKED)), policy={"failOnSyncWindow": True}).success(0)
S("running", "the sync of X runs; the status is green at X", app(GREEN, working())).wait("SYNC_RUNNING")
S("running-just-set", "an operation is set, nothing else", app(GREEN, {"operation": {"sync": {}}})).wait("SYNC_RUNNING")
S("running-older", "the sync of OLD runs while X is compared", app(AT_X, working(OLD))).wait("OLDER_SYNC_RUNNING")
S("terminating", "the sync is being ended", app(GREEN, working(), {"status": {"operationState": {"phase": "Terminating"}}})).wait(
    "SYNC_RUNNING")

S("stale-after-operation", "the operation ended after the last comparison", app(GREEN, state(X, "Succeeded", -50, -40))).then(
    3000, "compared", compared(-39)).success(1)
S("stale-never-compared", "there is no time of a comparison", app(
    GREEN, {"status": {"reconciledAt": None}})).wait("STALE_STATUS")
S("same-second-of-x", "compared in the second in which the sync of X ended", app(GREEN, state(X, "Succeeded", -70, -60))).success(0)
S("same-second-of-old", "compared in the second in which a sync of OLD ended", app(GREEN, state(OLD, "Succeeded", -70, -60))).wait(
    "STALE_STATUS")
S("same-second-of-nobody", "compared in the second in which an operation without a revision ended", app(
    GREEN, nameless(-70, -60), {"status": {"operationState": {"phase": "Succeeded"}}})).wait("STALE_STATUS")
S("stale-partial", "a partial sync counts", app(GREEN, state(
    X, "Succeeded", -50, -40, operation={"sync": {"resources": [{"kind": "Service", "name": "shop"}]}}))).wait("STALE_STATUS")
S("dry-run-after", "no comparison follows a dry run", app(GREEN, state(
    X, "Succeeded", -50, -40, operation={"sync": {"dryRun": True}}))).success(0)
S("appset-failed", "what the ApplicationSet controller's operation shows at its end is true", app(AT_X)).then(
    3000, "Failed", state(X, "Failed", -5, 3, FAILED, operation={"initiatedBy": {"username": "applicationset-controller"}})).fail(
    1, "SYNC_FAILED")
S("nameless-between", "it began after the first comparison of X, and was seen after a second one", app(AT_X)).then(
    5000, "compared again", {"status": {"reconciledAt": at(5)}}).then(7000, "Error", nameless(3, 4)).fail(2, "SYNC_FAILED")
