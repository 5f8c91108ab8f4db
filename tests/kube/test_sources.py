"""Applications that do not read one folder of our repository: several sources, a chart with our values, a chart alone, hydrated manifests."""
import json

import pytest

from kube.test_wait import verdict, wait

NAME = "catalog-dev"
CHART = {"repoURL": "https://charts.example.org", "chart": "web", "targetRevision": "18.1.0"}


def made(world, change):
    """Puts the Application of the sandbox into the server with what CHANGE does to its spec and status."""
    obj = world.twin(NAME)
    change(obj["spec"], obj["status"])
    world.server.call("DELETE", f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{NAME}")
    world.create("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications", obj)


def revisions(world):
    """(of the newest commit, of the one before)"""
    return world.twin(NAME)["status"]["sync"]["revision"], world.sandbox.git("rev-parse", "develop~1")


def with_sources(*make):
    """Sources in the place of the one; OURS is that one. Of all but ours the revision is that of the chart."""
    def change(spec, status):
        ours = spec.pop("source")
        spec["sources"] = [one(ours) for one in make]
        sync = status["sync"]
        sync["revisions"] = [sync["revision"] if one["repoURL"] == ours["repoURL"] else CHART["targetRevision"] for one in spec["sources"]]
        sync.pop("revision")
        sync["comparedTo"] = {"sources": spec["sources"], "destination": spec["destination"]}
        status.pop("operationState", None)
    return change


def values_of_ours(ours):
    return {"repoURL": ours["repoURL"], "targetRevision": ours["targetRevision"], "ref": "values"}


def chart_with_values(_):
    return {**CHART, "helm": {"valueFiles": ["$values/apps/catalog/values-dev.yaml"]}}


@pytest.mark.parametrize("make", [(lambda ours: CHART, lambda ours: ours), (chart_with_values, values_of_ours)], ids=["beside", "values"])
def test_several_sources(world, make):
    """The revision is that of our source, whichever the chart has."""
    newest, before = revisions(world)
    made(world, with_sources(*make))
    world.patch(NAME, {"status": {"sync": {"revisions": [CHART["targetRevision"], before]}}})
    with world.started(*wait("catalog", "--output", "json")) as run:
        run.says("OLDER_REVISION")
        world.patch(NAME, {"status": {"sync": {"revisions": [CHART["targetRevision"], newest]}}})
        assert run.ends() == 0, run.text


def test_a_chart_alone_is_not_our_repository(world):
    made(world, with_sources(lambda ours: CHART))
    run = world.run(*wait("catalog", "--output", "json"), expect=1)
    assert verdict(run)["reason"] == "WRONG_REPOSITORY" and CHART["repoURL"] in verdict(run)["sentence"], run


def test_hydrated_manifests(world):
    """What is compared is a commit of another branch; ours is the dry one that it was made from."""
    newest, before = revisions(world)
    done, old = "d00dfeed" * 5, "c0ffee00" * 5

    def hydrated(dry, wet, phase):
        return {"lastSuccessfulOperation": {"drySHA": dry, "hydratedSHA": wet}, "lastComparedDryRevision": newest,
                "currentOperation": {"phase": phase, "message": "", "startedAt": "2026-03-02T10:01:05Z", "drySHA": newest}}

    def change(spec, status):
        ours = spec.pop("source")
        to = {"targetBranch": "environments/dev", "path": ours["path"]}
        spec["sourceHydrator"] = {"drySource": {key: ours[key] for key in ("repoURL", "targetRevision", "path")}, "syncSource": to}
        status["sync"]["revision"] = old
        status["sync"]["comparedTo"]["source"] = {"repoURL": ours["repoURL"], "path": to["path"], "targetRevision": to["targetBranch"]}
        status["sourceHydrator"] = hydrated(before, old, "Hydrating")
        status.pop("operationState", None)

    made(world, change)
    with world.started(*wait("catalog", "--output", "json")) as run:
        run.says("HYDRATING")
        world.patch(NAME, {"status": {"sourceHydrator": hydrated(newest, done, "Hydrated")}})
        run.says("OLDER_REVISION")
        world.patch(NAME, {"status": {"sync": {"revision": done}}})
        assert run.ends() == 0, run.text
    assert json.loads(run.text[run.text.index("{"):run.text.rindex("}") + 1])["verdicts"][0]["reason"] == "DEPLOYED"
