"""Rows 1 to 3 and 12: the application itself, and what it is told to read."""
from stories.story import *  # noqa: F403

S = Story  # noqa: F405


def app(*patches):
    return application("shop", OLD, *patches)


def source(**fields):
    return {"spec": {"source": fields}, "status": {"sync": {"comparedTo": {"source": fields}}}}


def skip(word):
    return {"metadata": {"annotations": {"argocd.argoproj.io/skip-reconcile": word}}}


S("deleted-event", "the watch says DELETED", app()).then(500, "gone", {}, kind="DELETED").fail(1, "APP_DELETED")
S("deleted-while-green", "deletion begins although the application is green at X", app()).then(
    500, "deletionTimestamp", joined(GREEN, {"metadata": {"deletionTimestamp": at(1)}})).fail(1, "APP_DELETED")
S("skip-reconcile", "the controller ignores it, however green it looks", app(GREEN, skip("true"))).fail(0, "RECONCILE_OFF")
S("skip-reconcile-later", "somebody switches reconciliation off while we wait", app()).then(
    900, "annotated", skip("true")).fail(1, "RECONCILE_OFF")
S("skip-reconcile-false", "the annotation says false", app(GREEN, skip("false"))).success(0)

S("chart-is-no-source", "a chart from the same address is no source of the repository",
  app(GREEN, source(chart="shop", path=None))).fail(0, "WRONG_REPOSITORY")
S("other-host", "the same path on another host", app(GREEN, source(repoURL="https://git.example.net/team/deploy.git"))).fail(
    0, "WRONG_REPOSITORY")
S("other-port", "a port that is not the scheme's own is another server",
  app(GREEN, source(repoURL="https://git.example.org:8443/team/deploy.git"))).fail(0, "WRONG_REPOSITORY")
S("repository-moves-under-us", "the source is changed to another repository while we wait", app()).then(
    700, "changed", source(repoURL="https://git.example.org/team/other.git")).fail(1, "WRONG_REPOSITORY")
for words, url in (("ssh", "ssh://git@git.example.org:22/Team/Deploy"), ("scp", "git@GIT.example.org:team/deploy.git"),
                   ("user-and-port", "https://bot:pw@git.example.org:443/team/deploy.git/")):
    S(f"same-repository-{words}", f"another spelling of the same repository: {url}", app(GREEN, source(repoURL=url))).success(0)

S("other-branch", "the source tracks another branch", app(GREEN, source(targetRevision="release"))).fail(
    0, "WRONG_REVISION_TARGET")
S("branch-changed-under-us", "the target is changed while we wait; the status stays green", app()).then(
    700, "changed", joined(GREEN, {"spec": {"source": {"targetRevision": "release"}}})).fail(1, "WRONG_REVISION_TARGET")
S("branch-of-similar-name", "main-2 is not main", app(GREEN, source(targetRevision="main-2"))).fail(0, "WRONG_REVISION_TARGET")
S("full-reference", "refs/heads/main is main", app(GREEN, source(targetRevision="refs/heads/main"))).success(0)
S("no-target", "no targetRevision is the default branch", app(GREEN, source(targetRevision=None))).success(0)
S("pinned-to-x", "pinned to the commit itself", app(GREEN, source(targetRevision=X))).success(0)
S("pinned-to-newer", "pinned to a commit that contains X",
  app(GREEN, source(targetRevision=NEW), {"status": {"sync": {"revision": NEW}}})).success(0)
S("pinned-to-older", "pinned to a commit before X", app(source(targetRevision=OLD))).fail(0, "WRONG_REVISION_TARGET")
S("tag-that-contains", "a tag counts where Git says that it contains X", app(GREEN, source(targetRevision="v2.0")),
  ancestry={"descendantsOf": {X: ["v2.0"]}}).success(0)
S("tag-unknown", "a tag that Git says nothing about is not ours", app(GREEN, source(targetRevision="v2.0"))).fail(
    0, "WRONG_REVISION_TARGET")

CHARTS = {"repoURL": "https://charts.example.org", "chart": "shop", "targetRevision": "1.0.0"}
VALUES = {"repoURL": REPO, "targetRevision": "main", "ref": "values"}


def many(sources, revisions, *patches):
    return app({"spec": {"source": None, "sources": sources},
                "status": {"sync": {"revision": None, "revisions": revisions,
                                    "comparedTo": {"source": {"repoURL": ""}, "sources": sources}}}}, *patches)


S("second-source", "X is in the second source", many([CHARTS, VALUES], ["1.0.0", X])).success(0, index=1)
S("second-source-behind", "the second source is at OLD", many([CHARTS, VALUES], ["1.0.0", OLD])).wait("OLDER_REVISION")
BOTH = [SOURCE, CHARTS, VALUES]
S("two-of-ours-one-behind", "two sources are ours, and one is not there yet (a known bug of the controller)",
  many(BOTH, [X, "1.0.0", OLD])).then(900, "both", {"status": {"sync": {"revisions": [X, "1.0.0", X]}}}).success(1, index=2)
S("two-of-ours-one-lost", "one of two sources was rewritten", many(BOTH, [X, "1.0.0", ALIEN])).then(
    31000, "refresh", REFRESH).then(33000, "consumed", CONSUMED).fail(2, "SUPERSEDED")
S("two-of-ours-one-none", "one of two sources has no revision: the worst counts", many(BOTH, [OLD, "1.0.0", ""])).wait(
    "COMPARISON_ERROR")
OTHER_BRANCH = {"repoURL": REPO, "path": "apps/shop", "targetRevision": "release"}
S("other-branch-beside", "a source of the same repository on another branch may stand anywhere",
  many([OTHER_BRANCH, VALUES], [ALIEN, X])).success(0, index=1)
S("source-is-ignored", "where sources are set, source does not count",
  many([VALUES], [X], {"spec": {"source": {"repoURL": "https://git.example.org/team/other.git"}}})).success(0, index=0)
S("revisions-missing", "several sources without revisions: a comparison error of old", many([CHARTS, VALUES], None)).wait(
    "COMPARISON_ERROR")

for kind, code in (("InvalidSpecError", "SPEC_INVALID"), ("UnknownError", "CONTROLLER_ERROR")):
    words = code.lower().replace("_", "-")
    broken = condition(kind, "application destination is not permitted")
    S(f"{words}-confirmed", f"{kind} stays after a refresh that was asked for 30 s later", app()).then(
        1000, "the condition", broken).then(20000, "refresh, too early", REFRESH).then(
        21000, "consumed", CONSUMED).then(31000, "refresh", REFRESH).then(32000, "consumed", CONSUMED).fail(5, code)
    S(f"{words}-waits", f"{kind} without a second look is no verdict", app(broken)).wait(code)
S("spec-invalid-breaks", "between two InvalidSpecErrors all is well: the grace begins anew",
  app(condition("InvalidSpecError", "no such project"))).then(
    20000, "it is gone", joined({"status": {"conditions": None}}, compared(20, OLD))).then(
    25000, "again", condition("InvalidSpecError", "no such project")).then(
    40000, "refresh", REFRESH).then(41000, "consumed: not 30 s yet", CONSUMED).wait("SPEC_INVALID")

S("never-compared", "no status at all", application("shop", OLD, {"status": None})).wait("COMPARISON_ERROR")
S("empty-words", "a new application: empty words everywhere", app({"status": None}, {"status": {
    "health": {}, "summary": {}, "sync": {"status": "", "comparedTo": {"source": {"repoURL": ""}}}}})).wait("COMPARISON_ERROR")
S("unknown-without-condition", "sync Unknown at X, no condition", app(compared(1, X, "Unknown"))).wait("COMPARISON_ERROR")
S("literal-branch", "the revision is the branch's name", app(compared(1, "main"))).wait("COMPARISON_ERROR")
S("comparison-error-confirmed", "manifests cannot be made", app()).then(
    1000, "the condition", joined(condition("ComparisonError", "kustomize build failed"), compared(1, "main", "Unknown"))).then(
    31000, "hard refresh", HARD).then(40000, "consumed", CONSUMED).fail(3, "COMPARISON_ERROR")
S("comparison-error-heals", "the condition is gone at the second look", app(RUNS_NEW, condition("ComparisonError", "timeout"))).then(
    31000, "hard refresh", HARD).then(
    33000, "consumed", joined(CONSUMED, {"status": {"conditions": None}}, compared(33))).success(2)
S("confirmed-by-policy", "the grace is a policy", app(condition("ComparisonError", "no such path")), policy={"confirmMs": 5000}).then(
    4000, "refresh, too early", REFRESH).then(4500, "consumed", CONSUMED).then(5000, "refresh", REFRESH).then(
    5500, "consumed", CONSUMED).fail(4, "COMPARISON_ERROR")


def helm(values, kept=None):
    spec, old = ({"source": {"helm": {"valuesObject": v}}} for v in (values, kept))
    return joined({"spec": spec}, {"status": {"sync": {"comparedTo": old}}})


def keep_null(patch_app, where, value):
    """A null that merge patches cannot write."""
    node = patch_app
    for key in where[:-1]:
        node = node.setdefault(key, {})
    node[where[-1]] = value
    return patch_app


S("empty-members-dropped", "Go drops empty members; that is no change", app(GREEN, {
    "spec": {"source": {"directory": {"recurse": True}, "helm": {"parameters": [], "skipCrds": False, "values": ""},
                        "kustomize": {}}},
    "status": {"sync": {"comparedTo": {"source": {"directory": {"recurse": True, "jsonnet": {}}}}}}})).success(0)
S("values-object-counts", "inside valuesObject false is a value", app(GREEN, helm({"debug": False}, {"level": 1}))).wait("SPEC_CHANGED")
S("values-object-null", "inside valuesObject null is a value: it takes a chart's default away",
  keep_null(app(GREEN, helm({"a": {"b": 1}}, {"a": {"b": 1}})),
            ("spec", "source", "helm", "valuesObject", "a", "c"), None)).wait("SPEC_CHANGED")
S("values-object-order", "the order of keys does not matter", app(GREEN, helm({"a": 1, "b": {"c": 2, "d": []}}, {
    "b": {"d": [], "c": 2}, "a": 1}))).success(0)
S("path-changed", "the path was changed since the comparison", app(GREEN, {"spec": {"source": {"path": "apps/shop2"}}})).then(
    2000, "compared anew", {"status": {"sync": {"comparedTo": {"source": {"path": "apps/shop2"}}}}}).success(1)
S("namespace-changed", "the destination was changed", app(GREEN, {"spec": {"destination": {"namespace": "shop-2"}}})).wait("SPEC_CHANGED")
S("destination-by-name", "where the destination has a name, the server does not count", app(GREEN, {
    "spec": {"destination": {"name": "in-cluster"}},
    "status": {"sync": {"comparedTo": {"destination": {"name": "in-cluster", "server": None}}}}})).success(0)
S("destination-name-changed", "the cluster's name was changed", app(GREEN, {
    "spec": {"destination": {"name": "east", "server": None}},
    "status": {"sync": {"comparedTo": {"destination": {"name": "west", "server": None}}}}})).wait("SPEC_CHANGED")
S("sources-changed", "a source was added since the comparison", many([CHARTS, VALUES], ["1.0.0", X], {
    "status": {"sync": {"comparedTo": {"sources": [VALUES, CHARTS]}}}})).wait("SPEC_CHANGED")
