"""What the simulated controllers of Flux write is what the CRDs of Flux allow, in every behaviour, and comes in their order."""

import json
import os

import pytest

from sim import crd, flux
from sim.conftest import CONTRACTS

FOLDER = os.path.join(CONTRACTS, "data/argocd/crds/flux")
FILES = {"kustomizations": "kustomize.toolkit.fluxcd.io_kustomizations.yaml", "helmreleases": "helm.toolkit.fluxcd.io_helmreleases.yaml"}


def show(box, resource, name):
    return json.loads(box.ctl("show", resource, name))


def condition(obj, kind):
    return next((row for row in obj["status"]["conditions"] if row["type"] == kind), None)


@pytest.mark.skipif(not os.path.isdir(FOLDER), reason="the CRDs of the contracts are not here (STAGEGATE_CONTRACTS)")
@pytest.mark.parametrize("behaviour", flux.BEHAVIOURS)
def test_objects_fit_the_crds(box, behaviour):
    schemas = {resource: crd.load(os.path.join(FOLDER, file)) for resource, file in FILES.items()}
    for name in ("catalog-dev", "release/catalog-dev/catalog"):
        box.ctl("flux", name, behaviour)
    box.ctl("push-foreign", "develop", "catalog")
    box.ctl("flux-poll")
    box.ctl("settle")
    for resource, name in (("kustomizations", "catalog-dev"), ("kustomizations", "releases-dev"), ("helmreleases", "catalog-dev/catalog")):
        obj = show(box, resource, name)
        assert crd.check(obj, schemas[resource]) == []


def test_a_reconciliation_ends_ready_at_the_new_revision(box):
    before = show(box, "kustomizations", "catalog-dev")
    box.ctl("push-foreign", "develop", "catalog")
    box.ctl("flux-poll")
    box.ctl("settle")
    after = show(box, "kustomizations", "catalog-dev")
    assert before["status"]["lastAppliedRevision"] != after["status"]["lastAppliedRevision"] == f"develop@sha1:{box.ctl('tip', 'develop')}"
    assert condition(after, "Ready")["status"] == "True" and condition(after, "Reconciling") is None
    assert condition(after, "Ready")["lastTransitionTime"] > condition(before, "Ready")["lastTransitionTime"]


@pytest.mark.parametrize("behaviour, attempted", [("artifact-failed", False), ("build-failed", True), ("apply-failed", True), ("unhealthy", True)])
def test_what_fails_before_the_build_names_no_revision(box, behaviour, attempted):
    box.ctl("flux", "catalog-dev", behaviour)
    box.ctl("push-foreign", "develop", "catalog")
    box.ctl("flux-poll")
    box.ctl("settle")
    status = show(box, "kustomizations", "catalog-dev")["status"]
    assert (status["lastAttemptedRevision"] != status["lastAppliedRevision"]) == attempted
    assert condition({"status": status}, "Ready")["status"] == "False"
