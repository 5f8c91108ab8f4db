"""Rows 4, 4a and 9 to 11: where the revision stands; hydrated applications."""
from stories.story import *  # noqa: F403

S = Story  # noqa: F405


def app(*patches):
    return application("shop", OLD, *patches)


def confirmed(item, t, what, *patches):
    return item.then(t, "refresh", REFRESH).then(t + 1000, what, joined(CONSUMED, *patches))


S("green-at-old", "green at OLD is nothing", app(RUNS_NEW)).wait("OLDER_REVISION")
S("descendant", "a newer commit that contains X", app(RUNS_NEW)).then(1000, "at NEW", compared(1, NEW)).success(1)
confirmed(S("superseded", "the branch was rewritten", app()).then(1000, "at ALIEN", compared(1, ALIEN)),
          31000, "consumed", compared(32, ALIEN)).fail(3, "SUPERSEDED")
confirmed(S("superseded-too-early", "the refresh was asked for before the grace was over", app()).then(
    1000, "at ALIEN", compared(1, ALIEN)), 30900, "consumed", compared(40, ALIEN)).wait("SUPERSEDED")
S("superseded-in-silence", "polls go on, nobody asks for a refresh", app()).then(1000, "at ALIEN", compared(1, ALIEN)).then(
    120000, "polled", compared(120, ALIEN)).then(600000, "polled", compared(600, ALIEN)).wait("SUPERSEDED")
confirmed(S("superseded-comes-back", "a stale mirror: the second look shows X", app(RUNS_NEW)).then(
    1000, "at ALIEN", compared(1, ALIEN)), 31000, "consumed", compared(32)).success(3)
confirmed(S("superseded-breaks", "back at OLD in between: the grace begins anew", app()).then(
    1000, "at ALIEN", compared(1, ALIEN)).then(20000, "at OLD", compared(20, OLD)).then(
    25000, "at ALIEN", compared(25, ALIEN)), 40000, "consumed", compared(41, ALIEN)).wait("SUPERSEDED")
confirmed(S("superseded-by-two", "first ALIEN, then X's own branch is far: the row answers all the time", app(),
            ancestry={"notDescendantsOf": {X: [ALIEN, LOST]}}).then(1000, "at ALIEN", compared(1, ALIEN)).then(
    20000, "at another one", compared(20, LOST)), 31000, "consumed", compared(32, LOST)).fail(4, "SUPERSEDED")
confirmed(S("unknown-stays", "Git cannot tell: never a failure", app()).then(1000, "at LOST", compared(1, LOST)), 70000, "consumed",
          compared(71, LOST)).wait("ANCESTRY_UNKNOWN")
S("sha-256", "a revision of 64 digits is never X", app()).then(1000, "it begins with X", compared(1, X + X[:24])).wait("ANCESTRY_UNKNOWN")

HYDRATED = {"repoURL": REPO, "path": "shop", "targetRevision": "env/prod"}


def hydrated(*patches):
    """OLD is hydrated to HOLD, and HOLD is live."""
    return app({"spec": {"source": None, "sourceHydrator": {
        "drySource": SOURCE, "syncSource": {"targetBranch": "env/prod", "path": "shop"}}},
        "status": {"sync": {"revision": HOLD, "comparedTo": {"source": None}}, "operationState": operation_state(HOLD),
                   "sourceHydrator": {
                       "currentOperation": {"phase": "Hydrated", "startedAt": at(-90), "finishedAt": at(-80), "drySHA": OLD,
                                            "hydratedSHA": HOLD, "message": ""},
                       "lastSuccessfulOperation": {"drySHA": OLD, "hydratedSHA": HOLD}}}},
        {"status": {"sync": {"comparedTo": {"source": HYDRATED}}}}, *patches)


def hydration(phase, started, dry=None, **more):
    current = {"phase": phase, "startedAt": at(started), "drySHA": dry, "hydratedSHA": None, "message": "push declined"}
    return {"status": {"sourceHydrator": {"currentOperation": current, **more}}}


EXAMINED = {"status": {"sourceHydrator": {"lastComparedDryRevision": X}}}
DONE = {"status": {"sourceHydrator": {"lastSuccessfulOperation": {"drySHA": X, "hydratedSHA": HX}}}}
BESIDE = {"notDescendantsOf": {X: [HX, HOLD]}}

S("hydrated-live", "X is hydrated, its hydrated commit is live", hydrated(RUNS_NEW), ancestry=BESIDE).then(
    1000, "hydrated", DONE).then(2000, "at HX", compared(2, HX)).success(2)
S("hydrated-descendant", "the sync branch is a commit further", hydrated(RUNS_NEW), ancestry={"descendantsOf": {HX: [LOST]}}).then(
    1000, "hydrated, and somebody committed on top", joined(DONE, compared(1, LOST))).success(1)
S("hydrated-not-synced", "X is hydrated, the old hydrated commit is green", hydrated(RUNS_NEW, DONE)).wait("OLDER_REVISION")
S("hydrated-old-contained", "Git says that the old hydrated commit is contained", hydrated(RUNS_NEW, DONE),
  ancestry={"descendantsOf": {HOLD: [HX]}}).wait("OLDER_REVISION")
confirmed(S("hydrated-branch-rewritten", "the sync branch was rewritten away from HX", hydrated(DONE, compared(0, HX)),
            ancestry={"notDescendantsOf": {HX: [LOST]}}).then(1000, "at another", compared(1, LOST)), 31000, "consumed",
          compared(32, LOST)).expect("success", 0)
confirmed(S("hydrated-branch-lost", "the sync branch was rewritten before HX was live", hydrated(DONE),
            ancestry={"notDescendantsOf": {HX: [LOST]}}).then(1000, "at another", compared(1, LOST)), 31000, "consumed",
          compared(32, LOST)).fail(3, "SUPERSEDED")
S("hydrated-same-commit", "X changes nothing: hydrated again to the same commit", hydrated()).then(
    1000, "hydrated", {"status": {"sourceHydrator": {"lastSuccessfulOperation": {"drySHA": X}}}}).success(1)
S("hydrating", "the hydration of X runs", hydrated(EXAMINED, hydration("Hydrating", 1))).wait("HYDRATING")
S("examined-is-no-proof", "X was examined, nothing more", hydrated(EXAMINED)).wait("OLDER_REVISION")
S("hydrated-to-staging", "hydrated to a branch of its own: somebody has to merge it", hydrated(
    DONE, {"spec": {"sourceHydrator": {"hydrateTo": {"targetBranch": "env/prod-next"}}}})).wait("OLDER_REVISION")
S("hydrated-op-failed", "the sync of HX fails", hydrated(DONE, compared(0, HX, "OutOfSync"))).then(
    3000, "Failed", state(HX, "Failed", 1, 2, "one or more objects failed to apply")).fail(1, "SYNC_FAILED")
S("hydrated-old-op-failed", "the sync of HOLD had failed; HX waits for its own",
  hydrated(DONE, state(HOLD, "Failed", -100, -90, "rejected"), compared(0, HX, "OutOfSync"))).wait("OUT_OF_SYNC")
S("hydrated-branch-changed", "the sync branch was changed in the spec", hydrated(
    DONE, compared(0, HX), {"spec": {"sourceHydrator": {"syncSource": {"targetBranch": "env/next"}}}})).wait("SPEC_CHANGED")
S("hydrated-repository-of-its-own", "the hydrated commits are in another repository", hydrated(
    DONE, compared(0, HX), {"spec": {"sourceHydrator": {"syncSource": {"repoURL": REPO + "-hydrated"}}},
                            "status": {"sync": {"comparedTo": {"source": {"repoURL": REPO + "-hydrated"}}}}})).success(0)
S("hydrated-other-branch", "the dry source tracks another branch", hydrated(
    {"spec": {"sourceHydrator": {"drySource": {"targetRevision": "release"}}}})).fail(0, "WRONG_REVISION_TARGET")

S("hydration-failed-named", "the hydration of X failed and says so, before we came",
  hydrated(hydration("Failed", -10, X))).fail(0, "HYDRATION_FAILED")
S("hydration-failed-of-old", "the hydration of OLD failed and says so", hydrated(hydration("Failed", -10, OLD))).wait("OLDER_REVISION")
S("hydration-failed-unnamed", "a hydration that began after X was examined failed", hydrated()).then(
    1000, "examined", EXAMINED).then(2000, "Hydrating", hydration("Hydrating", 2)).then(
    3000, "Failed", hydration("Failed", 2)).fail(3, "HYDRATION_FAILED")
S("hydration-failed-not-examined", "a failure before X was even examined", hydrated(hydration("Failed", -10))).wait("OLDER_REVISION")
had = S("hydration-had-failed", "it had failed before we came; a refresh 30 s later does not help",
        hydrated(EXAMINED, hydration("Failed", -10)))
confirmed(had.then(1000, "refresh, too early", REFRESH).then(2000, "consumed", CONSUMED), 30000, "consumed").fail(4, "HYDRATION_FAILED")
S("hydration-had-failed-silent", "it had failed before we came, and nothing moves", hydrated(
    EXAMINED, hydration("Failed", -10))).wait("HYDRATION_FAILED")
confirmed(S("hydration-repaired", "Failed is still of the commit before when X is examined", hydrated(
    hydration("Failed", -10))).then(1000, "examined", EXAMINED).then(20000, "Hydrating", hydration("Hydrating", 20)),
    31500, "consumed: hydrating still").wait("HYDRATING")
S("hydration-first-commit", "nothing was ever hydrated", hydrated(
    {"status": {"sourceHydrator": {"lastSuccessfulOperation": None, "currentOperation": None}}})).wait("OLDER_REVISION")
confirmed(S("hydrated-superseded", "a rewritten dry branch was hydrated", hydrated()).then(
    1000, "ALIEN is hydrated and live", joined(compared(1, HX), {"status": {"sourceHydrator": {
        "lastSuccessfulOperation": {"drySHA": ALIEN, "hydratedSHA": HX}}}})), 31000, "consumed").fail(3, "SUPERSEDED")

S("sha-256-contained", "a revision of 64 digits is never X, whatever Git says", app(), ancestry={
    "descendantsOf": {X: [X + X[:24]]}}).then(1000, "there", compared(1, X + X[:24])).wait("ANCESTRY_UNKNOWN")
S("hydrated-to-nothing", "the last hydration names no commit", hydrated(
    {"status": {"sourceHydrator": {"lastSuccessfulOperation": {"drySHA": X, "hydratedSHA": None}}}})).wait("OLDER_REVISION")
S("hydration-failed-of-old-examined", "X was examined, the failure says that it is of OLD", hydrated(
    EXAMINED, hydration("Failed", -10, OLD))).wait("OLDER_REVISION")
S("pinned-unknown", "pinned to a commit that Git cannot place yet: never guess", app(
    {"spec": {"source": {"targetRevision": LOST}}})).then(1000, "compared", compared(1, LOST)).wait("ANCESTRY_UNKNOWN")
