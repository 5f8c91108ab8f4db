"""What proves a comparison, and what time alone may do."""
from stories.story import *  # noqa: F403

S = Story  # noqa: F405


def app(*patches):
    return application("shop", X, *patches)


DEGRADED = {"status": {"health": {"status": "Degraded"}}}
NAMED = {"metadata": {"annotations": {"example.org/owner": "team"}}}

S("annotation-of-others", "the annotation stood there when we came: its end proves nothing", app(DEGRADED, REFRESH),
  policy={"degradedGraceMs": 0}).then(50000, "consumed", CONSUMED).wait("DEGRADED")
S("annotation-of-others-then-ours", "theirs goes, ours comes and goes", app(DEGRADED, REFRESH)).then(
    40000, "consumed", CONSUMED).then(41000, "refresh", REFRESH).then(42000, "consumed", CONSUMED).fail(3, "DEGRADED")
S("annotation-changes", "normal becomes hard before it is consumed: asked for when it appeared", app(DEGRADED)).then(
    20000, "normal", REFRESH).then(40000, "hard", HARD).then(50000, "consumed", CONSUMED).wait("DEGRADED")
S("annotation-never-consumed", "asked for, never consumed", app(DEGRADED)).then(40000, "refresh", REFRESH).then(
    80000, "something else", NAMED).wait("DEGRADED")
S("annotation-any-value", "whatever its value", app(DEGRADED)).then(
    30000, "refresh", {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "please"}}}).then(31000, "consumed", CONSUMED).fail(
    2, "DEGRADED")
S("proof-is-of-one-event", "a refresh proves in the event in which it goes, not later", app(DEGRADED)).then(
    10000, "refresh", REFRESH).then(12000, "consumed", CONSUMED).then(60000, "something else", NAMED).wait("DEGRADED")
S("proof-must-show-the-row", "the consumed refresh shows another row", app(DEGRADED)).then(30000, "refresh", REFRESH).then(
    31000, "Progressing", joined(CONSUMED, {"status": {"health": {"status": "Progressing"}}})).then(
    32000, "Degraded", DEGRADED).wait("DEGRADED")
S("grace-of-nothing", "without a grace any refresh that was asked for since confirms", app(DEGRADED), policy={"degradedGraceMs": 0}).then(
    0, "refresh", REFRESH).then(10, "consumed", CONSUMED).fail(2, "DEGRADED")
S("grace-of-nothing-asked-before", "without a grace, but asked for before the row answered", app(),
  policy={"degradedGraceMs": 0}, want={"image": IMAGE}).then(500, "refresh", REFRESH).then(
    500, "consumed: Degraded", joined(CONSUMED, DEGRADED)).wait("DEGRADED")
S("refresh-of-another", "somebody else's application is refreshed", app(DEGRADED)).then(
    1000, "another", application("cart", X), new=True).then(31000, "refresh of the other", REFRESH, of="cart").then(
    32000, "consumed", CONSUMED, of="cart").wait("DEGRADED")
S("same-name-elsewhere", "an application of the same name in another namespace", app(DEGRADED), want={
    "application": "argocd/shop"}).line(5000, "green elsewhere", "ADDED", merge(
        app(), {"metadata": {"namespace": "team"}})).wait("DEGRADED")
S("bookmarks", "bookmarks and errors of the watch are about no application", app(DEGRADED)).line(
    5000, "bookmark", "BOOKMARK", {"kind": "Application", "apiVersion": "argoproj.io/v1alpha1", "metadata": {"resourceVersion": "7"}}).line(
    6000, "too old", "ERROR", {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Expired", "code": 410}).then(
    7000, "listed again", {"status": {"health": {"status": "Healthy"}}}, kind="ADDED").success(3)
S("not-there-yet", "the application does not exist yet", want={"application": "shop"}).line(
    0, "another one", "ADDED", application("cart", X)).then(9000, "created", app(), new=True).success(1)
S("never-there", "the application never comes", want={"application": "argocd/shop"}).line(
    0, "another one", "ADDED", application("cart", X)).line(9000, "gone", "DELETED", application("cart", X)).wait("NOT_SEEN")

LATE = state(X, "Running", -20, None, "one or more tasks are running")
S("late-write", "Running without an operation is believed", app(LATE)).wait("SYNC_RUNNING")
S("late-write-disproved", "until a refresh that was asked for later is consumed", app(LATE)).then(10000, "refresh", REFRESH).then(
    12000, "consumed", CONSUMED).success(2)
S("late-write-after-refresh", "the refresh was asked for before the late write", app({"status": {"health": {"status": "Progressing"}}})).then(
    1000, "refresh", REFRESH).then(2000, "the late write", joined(LATE, {"status": {"health": {"status": "Healthy"}}})).then(
    3000, "consumed", CONSUMED).wait("SYNC_RUNNING")
S("late-write-same-event", "the refresh appears with the late write", app({"status": {"health": {"status": "Progressing"}}})).then(
    1000, "both", joined(REFRESH, LATE, {"status": {"health": {"status": "Healthy"}}})).then(3000, "consumed", CONSUMED).wait("SYNC_RUNNING")
S("late-write-stays-disproved", "from then on it is ignored", app(LATE, DEGRADED)).then(10000, "refresh", REFRESH).then(
    12000, "consumed", CONSUMED).then(20000, "Healthy", {"status": {"health": {"status": "Healthy"}}}).success(3)
S("late-write-anew", "another operation, another late write", app(LATE, DEGRADED)).then(10000, "refresh", REFRESH).then(
    12000, "consumed", CONSUMED).then(20000, "an operation", working(X, 20)).then(
    30000, "its late write", joined(ENDED, {"status": {"health": {"status": "Healthy"}}})).wait("SYNC_RUNNING")
S("late-write-is-no-retry", "a late write over a finished operation is no failed attempt", app(
    LATE, {"status": {"operationState": {"finishedAt": at(-10)}}}), policy={"failOnFirstSyncError": True}).wait("SYNC_RUNNING")
S("late-terminating", "Terminating without an operation is the same", app(LATE, {"status": {"operationState": {"phase": "Terminating"}}})).then(
    10000, "refresh", REFRESH).then(12000, "consumed", CONSUMED).success(2)

S("clock-ahead", "the cluster's clock is an hour ahead of ours", app({"status": {
    "operationState": operation_state(X, "Succeeded", 3600, 3610), "reconciledAt": at(3611)}})).success(0)
S("clock-behind", "the cluster's clock is an hour behind: the status is stale all the same", app({"status": {
    "operationState": operation_state(X, "Succeeded", -3700, -3600), "reconciledAt": at(-3650)}})).then(
    1000, "compared", {"status": {"reconciledAt": at(-3599)}}).success(1)
S("several-conditions", "warnings do not count", app({"status": {"conditions": [
    {"type": "SharedResourceWarning", "message": "w"}, {"type": "OrphanedResourceWarning", "message": "w"}]}})).success(0)
S("late-write-another", "disproved, and then another one of another operation", app(LATE, DEGRADED)).then(10000, "refresh", REFRESH).then(
    12000, "consumed", CONSUMED).then(30000, "another", joined(state(X, "Running", 20, None, "one or more tasks are running"), {
        "status": {"health": {"status": "Healthy"}}})).wait("SYNC_RUNNING")
S("late-write-after-its-operation", "disproved; then the operation is there again, and gone again", app(LATE, DEGRADED)).then(
    10000, "refresh", REFRESH).then(12000, "consumed", CONSUMED).then(20000, "the operation", {"operation": {"sync": {"revision": X}}}).then(
    30000, "gone", joined(ENDED, {"status": {"health": {"status": "Healthy"}}})).wait("SYNC_RUNNING")
