"""What random histories (tests/histories) found to be judged wrongly, and what stands next to it."""
from stories.story import *  # noqa: F403
from stories.children import child, lists
from stories.operation import retrying
from stories.sync import LEFT, NO_PRUNE, OWNED, ROLLING, SKIPPED, appset, confirmed

S = Story  # noqa: F405
FAILED = "one or more objects failed to apply"
BY_KIM = {"operation": {"initiatedBy": {"username": "kim"}}}
BY_SET = {"operation": {"initiatedBy": {"username": "applicationset-controller", "automated": True}}}


def app(*patches):
    return application("shop", OLD, *patches)


OUT = compared(0, X, "OutOfSync")
S("failed-while-unknown", "the sync of X failed, and a commit is compared that Git does not know yet", app(OUT, working())).then(
    3000, "a newer one is compared", compared(3, LOST)).then(
    4000, "the sync of X ends", joined(ENDED, state(X, "Failed", 1, 4, FAILED))).wait("ANCESTRY_UNKNOWN")
S("failed-while-unknown-hook", "the same with a hook: it does not run again", app(OUT, working())).then(
    3000, "a newer one is compared", compared(3, LOST)).then(
    4000, "the sync of X ends", joined(ENDED, state(X, "Failed", 1, 4, FAILED, syncResult={"resources": [
        {"kind": "Job", "namespace": "shop", "name": "migrate", "hookType": "PreSync", "hookPhase": "Failed"}]}))).fail(
    2, "HOOK_FAILED")

S("same-second-of-another", "NEW takes X back; its comparison began while X was being applied, in the same second",
  app(OUT, working())).then(
    9000, "the sync of X ends", joined(ENDED, state(X, "Succeeded", 1, 9))).then(
    9100, "written now, compared before it", compared(9, NEW)).then(
    9600, "what is true", compared(9, NEW, "OutOfSync")).then(
    12000, "compared again, another image", compared(12, NEW)).success(4)

S("leftover-end-same-second", "a bare sync began in the second in which the one before ended", app(OUT), policy={
    "failOnFirstSyncError": True}).then(
    3000, "Running, with the end of the one before", joined({"operation": {"sync": {"revision": X}}}, state(
        X, "Running", 3, 3, "one or more tasks are running"))).wait("SYNC_RUNNING")
S("retrying-same-second", "a first attempt that failed within its second", app(OUT), policy={"failOnFirstSyncError": True}).then(
    3000, "between two attempts", retrying(X, 3, 3)).fail(1, "SYNC_FAILED")

S("leftover-of-a-set", "only a leftover, and the set that rolls it may prune", app(LEFT, MANUAL, OWNED),
  applicationSet=appset(strategy=ROLLING)).wait("APPSET_STEP")
S("leftover-skipped-by-set", "the sync of the set has left it standing", app(
    LEFT, MANUAL, OWNED, state(X, "Succeeded", -20, -10, **merge(SKIPPED, BY_SET))), applicationSet=appset(strategy=ROLLING)).fail(
    0, "NEEDS_PRUNE")
S("leftover-skipped-by-person", "a person synced without pruning; self-heal prunes after it", app(
    LEFT, state(X, "Succeeded", -20, -10, **merge(SKIPPED, BY_KIM)), RUNS_NEW)).then(
    5000, "automated sync", working()).then(
    6000, "pruned", joined(ENDED, state(X, "Succeeded", 5, 6))).then(
    7000, "compared", joined(compared(7), resources("web"))).success(3)
S("leftover-skipped-by-person-for-good", "the same without self-heal: nobody prunes it", app(
    LEFT, NO_SELF_HEAL, state(X, "Succeeded", -20, -10, **merge(SKIPPED, BY_KIM)))).fail(0, "NEEDS_PRUNE")
S("leftover-automated-of-a-set", "a person switched automated sync on; the set takes that back, and prunes", app(
    LEFT, NO_PRUNE, OWNED), applicationSet=appset(strategy=ROLLING)).wait("OUT_OF_SYNC")
UNREAD = app(LEFT, NO_PRUNE, OWNED)
S("leftover-of-a-set-unread", "the same, and the set cannot be read: no verdict at first sight", UNREAD).wait("NEEDS_PRUNE")
confirmed(S("leftover-of-a-set-for-good", "and a minute later nobody has pruned it", UNREAD), 60000).fail(2, "NEEDS_PRUNE")
S("terminated-of-a-set", "the sync of the set was ended between two attempts; what it asked for is left over from the one before",
  app(OUT, MANUAL, OWNED, RUNS_NEW), applicationSet=appset(strategy=ROLLING)).then(
    3000, "a hook of X fails", joined({"operation": {"sync": {}}}, state(
        X, "Running", 2, None, "one or more tasks are running", **merge(BY_SET, {"operation": {"sync": {"revision": OLD}}})))).then(
    9000, "ended before it had a revision again", joined(ENDED, compared(0, X), {"status": {"operationState": {
        "phase": "Failed", "message": "Operation terminated", "finishedAt": at(9), "syncResult": None}}})).then(
    10000, "compared: all that the sync has applied is there", compared(10)).fail(2, "SYNC_TERMINATED")
S("same-second-before-the-end", "compared while the sync of X ran, in the second in which it ends", app(OUT, RUNS_NEW, working())).then(
    9000, "compared: a refresh in the middle of it", compared(9)).then(
    9500, "the sync of X ends", joined(ENDED, state(X, "Succeeded", 2, 9))).then(
    10000, "somebody has changed the object meanwhile", compared(10, X, "OutOfSync")).wait("OUT_OF_SYNC")
S("same-second-before-the-end-touched", "the same, and somebody asks for a refresh before it is compared", app(OUT, RUNS_NEW, working())).then(
    9000, "compared: a refresh in the middle of it", compared(9)).then(
    9500, "the sync of X ends", joined(ENDED, state(X, "Succeeded", 2, 9))).then(
    9600, "nothing new is compared", REFRESH).then(
    10000, "somebody has changed the object meanwhile", joined(CONSUMED, compared(10, X, "OutOfSync"))).wait("OUT_OF_SYNC")

AWAY = {"spec": {"destination": {"server": "https://eu.example.org"}},
        "status": {"sync": {"comparedTo": {"destination": {"server": "https://eu.example.org"}}}}}


def root(*patches):
    return application("root", X, lists("shop"), AWAY, *patches)


def marked(by, name="shop"):
    return {"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": f"{by}:argoproj.io/Application:argocd/{name}"}}}


S("child-in-another-cluster", "the children are brought into another cluster; the one of that name here is another one",
  root()).knows(child()).wait("CHILD_UNREADABLE")
S("child-of-another-parent", "the one of that name here is another parent's", root()).knows(
    child("shop", X, marked("hub"))).wait("CHILD_UNREADABLE")
S("child-with-a-copied-mark", "the mark was copied from another one", root()).knows(
    child("shop", X, marked("root", "cart"))).wait("CHILD_UNREADABLE")
S("child-under-another-address", "Argo CD's own cluster by another address: the child says whose it is", root()).knows(
    child("shop", X, marked("root"))).success(0)
S("child-with-the-label", "the same by the label", root()).knows(
    child("shop", X, {"metadata": {"labels": {"app.kubernetes.io/instance": "root"}}})).success(0)
S("child-beside-by-name", "Argo CD's own cluster by its name", application("root", X, lists("shop"), {
    "spec": {"destination": {"server": None, "name": "in-cluster"}},
    "status": {"sync": {"comparedTo": {"destination": {"server": None, "name": "in-cluster"}}}}})).knows(child()).success(0)
