"""Row 23: applications of applications."""
from stories.story import *  # noqa: F403

S = Story  # noqa: F405


def child_row(name, namespace="argocd", **more):
    return {"group": "argoproj.io", "kind": "Application", "namespace": namespace, "name": name, "status": "Synced", **more}


def lists(*names, **more):
    return {"status": {"resources": [child_row(name, **more) for name in names], "summary": {"isAppOfApps": True, "images": None}}}


def root(revision=X, *names, name="root"):
    return application(name, revision, lists(*names))


def child(name="shop", revision=X, *patches):
    return application(name, revision, RUNS_NEW, *patches)


def health(word):
    return {"status": {"health": {"status": word}}}


CHART = {"repoURL": "https://charts.example.org", "chart": "shop", "targetRevision": "1.0.0"}


def chart(version="1.0.0", name="shop", *patches):
    source = {**CHART, "targetRevision": version}
    op = operation_state(version, syncResult={"source": {**source, "path": None}})
    return application(name, OLD, RUNS_NEW, {"spec": {"source": None}, "status": {"sync": {"comparedTo": {"source": None}}, "operationState": None}}, {
        "spec": {"source": source}, "status": {"sync": {"revision": version, "comparedTo": {"source": source}}, "operationState": op}},
        *patches)


S("children-live", "parent and children at X", root(X, "shop", "cart")).knows(child(), child("cart")).success(0)
S("child-behind", "a child is at OLD", root(X, "shop", "cart")).knows(child(), child("cart", OLD)).then(
    5000, "the child arrives", compared(5), of="cart").success(1)
S("parent-behind", "the parent is not there yet, whatever its child says", root(OLD, "shop")).knows(
    child("shop", OLD, {"metadata": {"deletionTimestamp": at(-5)}})).wait("OLDER_REVISION")
S("child-unreadable", "a child cannot be read", root(X, "shop", "cart")).knows(child()).wait("CHILD_UNREADABLE")
S("child-appears", "a child is created late", root(X, "shop")).then(9000, "created", child(), new=True).success(1)
S("child-in-another-namespace", "the child that can be read is in another namespace", application(
    "root", X, lists("shop", namespace="team"))).knows(child()).wait("CHILD_UNREADABLE")
S("child-of-another-kind", "only applications of Argo CD are children", application("root", X, {
    "status": {"resources": [{**child_row("shop"), "group": "app.k8s.io"}]}})).success(0)
S("child-deleted", "a child is deleted while it is judged", root(X, "shop")).knows(child("shop", OLD)).then(
    5000, "gone", {}, of="shop", kind="DELETED").fail(1, "APP_DELETED")
S("child-skips", "a child that follows our branch is not reconciled", root(X, "shop")).knows(child(
    "shop", X, {"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}})).fail(0, "RECONCILE_OFF")
S("child-fails", "the sync of a child fails", root(X, "shop")).knows(child("shop", X, {
    "status": {"sync": {"status": "OutOfSync"}}})).then(
    5000, "Failed", state(X, "Failed", 1, 2, "rejected"), of="shop").fail(1, "SYNC_FAILED")
S("child-manual", "a child needs a manual sync", root(X, "shop")).knows(child("shop", X, MANUAL, {
    "status": {"sync": {"status": "OutOfSync"}}})).fail(0, "NEEDS_MANUAL_SYNC")
S("child-suspended", "a child is suspended, and no policy says what that means", root(X, "shop")).knows(
    child("shop", X, health("Suspended"))).expect("policy", None, "SUSPENDED")
S("worst-child-counts", "one suspended, one progressing: nobody is asked before the other is done", root(X, "shop", "cart")).knows(
    child("shop", X, health("Suspended")), child("cart", X, health("Progressing"))).wait("PROGRESSING")
S("grandchild", "children of children are judged too", root(X, "mid")).knows(
    root(X, "shop", name="mid"), child("shop", OLD)).then(5000, "arrives", compared(5), of="shop").success(1)
S("grandchild-fails", "a failure of a child's child is ours", root(X, "mid")).knows(root(X, "shop", name="mid"), child("shop", X, {
    "status": {"sync": {"status": "OutOfSync"}}})).then(
    5000, "Failed", state(X, "Failed", 1, 2, "rejected"), of="shop").fail(1, "SYNC_FAILED")
S("self-reference", "an application that manages itself", root(X, "root")).success(0)
S("circle", "a child that lists its parent", root(X, "mid")).knows(root(X, "root", name="mid")).success(0)

S("child-degraded", "a child's own refresh confirms it", root(X, "shop")).knows(child("shop", X, health("Degraded"))).then(
    30000, "refresh of the child", REFRESH, of="shop").then(31000, "consumed", CONSUMED, of="shop").fail(2, "DEGRADED")
S("child-degraded-parents-refresh", "the parent's refresh says nothing about the child", root(X, "shop")).knows(
    child("shop", X, health("Degraded"))).then(30000, "refresh of the parent", REFRESH).then(31000, "consumed", CONSUMED).wait("DEGRADED")
S("child-refresh-of-before", "the child's refresh was asked for before its parent was there", root(OLD, "shop")).knows(
    child("shop", X, health("Degraded"))).then(40000, "refresh of the child", REFRESH, of="shop").then(
    50000, "the parent arrives", compared(50)).then(90000, "the child's is consumed", CONSUMED, of="shop").wait("DEGRADED")
S("child-grace-begins-late", "Degraded for long, but the parent arrives only now", root(OLD, "shop")).knows(
    child("shop", X, health("Degraded"))).then(60000, "the parent arrives", compared(60)).then(
    70000, "refresh of the child", REFRESH, of="shop").then(71000, "consumed: 10 s only", CONSUMED, of="shop").then(
    91000, "refresh", REFRESH, of="shop").then(92000, "consumed", CONSUMED, of="shop").fail(5, "DEGRADED")
S("parents-row-is-not-the-childs", "the child's refresh does not confirm the parent", root(X, "shop")).knows(child()).expect("success", 0)

S("chart-child", "a chart is judged without a revision", root(X, "shop")).knows(chart()).success(0)
S("chart-child-behind", "the spec of the chart is newer than what was compared", root(X, "shop")).knows(
    chart("1.0.0", "shop", {"spec": {"source": {"targetRevision": "1.1.0"}}})).wait("SPEC_CHANGED")
S("chart-child-failed-before", "the version before had failed; the new one is not compared yet", root(X, "shop")).knows(chart(
    "1.0.0", "shop", {"spec": {"source": {"targetRevision": "1.1.0"}}, "status": {"operationState": {"phase": "Failed"}}})).then(
    5000, "compared and synced", chart("1.1.0"), of="shop").success(1)
S("chart-child-failed", "the sync of the chart failed", root(X, "shop")).knows(
    chart("1.0.0", "shop", {"status": {"operationState": {"phase": "Failed", "message": "rejected"}}})).fail(0, "SYNC_FAILED")
S("chart-child-runs", "the sync of the chart runs", root(X, "shop")).knows(
    chart("1.0.0", "shop", {"operation": {"sync": {"revision": "1.0.0"}}})).wait("SYNC_RUNNING")
S("chart-child-degraded", "rows of health hold without a revision", root(X, "shop")).knows(chart("1.0.0", "shop", health("Degraded"))).then(
    30000, "refresh", REFRESH, of="shop").then(31000, "consumed", CONSUMED, of="shop").fail(2, "DEGRADED")
S("chart-child-broken", "a comparison error holds without a revision", root(X, "shop")).knows(
    chart("1.0.0", "shop", {"status": {"sync": {"status": "Unknown"}}})).wait("COMPARISON_ERROR")
S("child-on-another-branch", "a child on another branch is judged without a revision", root(X, "shop")).knows(
    child("shop", ALIEN, {"spec": {"source": {"targetRevision": "release"}},
                          "status": {"sync": {"comparedTo": {"source": {"targetRevision": "release"}}}}})).success(0)
S("child-image", "the wanted image runs in a child", root(X, "shop"), want={"image": IMAGE}).knows(
    child("shop", X, {"status": {"summary": {"images": [IMAGE_OLD, IMAGE]}}})).wait("OLD_IMAGE_RUNNING")
S("leftover-child", "a child that should be pruned, by policy only a warning, is nobody's wish", application(
    "root", X, compared(0, X, "OutOfSync"), {"spec": {"syncPolicy": {"automated": {"prune": None}}}, "status": {"resources": [
        child_row("gone", requiresPruning=True) | {"status": "OutOfSync"}]}}), policy={"allowPruneWarning": True}).success(0)
S("child-of-its-own", "what one child does is nothing of the other", root(X, "shop", "cart")).knows(
    child("shop", OLD), child("cart", OLD)).then(5000, "cart arrives", compared(5), of="cart").then(
    6000, "shop arrives", compared(6), of="shop").success(2)
S("children-begin-anew", "the parent goes on to NEW and comes back: the children's graces begin anew", root(X, "shop")).knows(
    child("shop", X, health("Degraded"))).then(10000, "at NEW, progressing", compared(10, NEW, health="Progressing")).then(
    28000, "Healthy", health("Healthy")).then(35000, "refresh of the child", REFRESH, of="shop").then(
    36000, "consumed", CONSUMED, of="shop").wait("DEGRADED")
