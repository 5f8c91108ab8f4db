"""wait through Flux at a real API server with the CRDs of Flux: what is read and patched there, and each right that is missing by its name.

The tests play the controllers. GitRepositories are of a CRD made here: the contracts have none.
"""
import json
import pathlib

import pytest

from kube import cluster as real
from kube.conftest import RBAC, documents
from kube.test_rights import warning, without

SPACE = "flux-system"
WAIT = ("wait", "catalog", "--env", "dev", "--output", "json", "--poll", "100ms", "--degraded-grace", "200ms", "--timeout", "60s")
CONFIG = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, %s, cluster: {context: dev}}
services:
  - {name: catalog, path: apps/catalog}
"""
PATHS = {
    "kustomizations": "/apis/kustomize.toolkit.fluxcd.io/v1",
    "gitrepositories": "/apis/source.toolkit.fluxcd.io/v1",
    "helmreleases": "/apis/helm.toolkit.fluxcd.io/v2",
}
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
SOURCES = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "gitrepositories.source.toolkit.fluxcd.io"},
    "spec": {
        "group": "source.toolkit.fluxcd.io", "scope": "Namespaced",
        "names": {"kind": "GitRepository", "listKind": "GitRepositoryList", "plural": "gitrepositories", "singular": "gitrepository"},
        "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                      "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": OPEN, "status": OPEN}}}}]}}


class Flux:
    """One Kustomization, its GitRepository and a HelmRelease of one test, in a namespace of their own name."""

    def __init__(self, world):
        self.world, self.server = world, world.server

    def path(self, resource):
        return f"{PATHS[resource]}/namespaces/{SPACE}/{resource}"

    def make(self, resource, kind, spec, labels=None):
        name = self.world.name
        version = PATHS[resource].removeprefix("/apis/")
        self.world.create(self.path(resource), {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": labels or {}}, "spec": spec})
        return name

    def status(self, resource, **status):
        self.server.made(f"{self.path(resource)}/{self.world.name}/status", {"status": status}, "PATCH")

    def read(self, resource):
        return self.server.call("GET", f"{self.path(resource)}/{self.world.name}")[2]

    def asked(self, resource):
        return self.read(resource)["metadata"].get("annotations", {}).get("reconcile.fluxcd.io/requestedAt")

    def ready(self, resource, status="True", reason="ReconciliationSucceeded", message="", **more):
        """As a controller writes it for the spec as it is."""
        generation = self.read(resource)["metadata"]["generation"]
        rows = [{"type": kind, "status": state, "reason": why, "message": message, "observedGeneration": generation, "lastTransitionTime": when}
                for kind, state, why, when in [("Ready", status, reason, "2026-01-01T00:00:00Z")]]
        self.status(resource, conditions=rows, observedGeneration=generation, **more)

    def revision(self, rev="develop"):
        return f"develop@sha1:{self.world.sandbox.git('rev-parse', rev)}"

    def good(self, rev="develop"):
        self.ready("gitrepositories", reason="Succeeded", artifact={"revision": self.revision(rev)})
        self.ready("kustomizations", lastAppliedRevision=self.revision(rev), lastAttemptedRevision=self.revision(rev))


@pytest.fixture(name="space", scope="session")
def _space(cluster):
    cluster.namespace(SPACE)
    cluster.server.made("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", SOURCES)
    real.until(lambda: cluster.server.call("GET", f"{PATHS['gitrepositories']}/gitrepositories")[0] == 200, "the API server serves GitRepositories")


@pytest.fixture(name="flux")
def _flux(space, world):  # pylint: disable=unused-argument
    made = Flux(world)
    url = world.sandbox.env["STAGEGATE_GITOPS"]
    made.make("gitrepositories", "GitRepository", {"interval": "5m", "url": url, "ref": {"branch": "develop"}})
    made.make("kustomizations", "Kustomization", {
        "interval": "10m", "path": "./x", "prune": True, "wait": True, "sourceRef": {"kind": "GitRepository", "name": world.name}})
    made.make("helmreleases", "HelmRelease", {
        "interval": "10m", "chart": {"spec": {"chart": "x", "sourceRef": {"kind": "HelmRepository", "name": "x"}}}},
        {"kustomize.toolkit.fluxcd.io/name": world.name, "kustomize.toolkit.fluxcd.io/namespace": SPACE})
    made.good()
    return made


def rules():
    return [rule for doc in documents("flux.yaml") for rule in doc.get("rules", [])]


def words(world, follows="kustomization"):
    path = pathlib.Path(world.stagegate.folder) / "flux.yaml"
    path.write_text(CONFIG % f"{follows}: {world.name}", encoding="ascii")
    return (*WAIT, "--config", str(path))


def config(world, some=None):
    return world.config(rules() if some is None else some, namespace=SPACE)[0]


def verdict(run):
    return run.json["verdicts"][0]


def test_a_good_one(flux, world):
    run = world.run(*words(world), config=config(world))
    assert verdict(run)["reason"] == "DEPLOYED"
    assert flux.asked("kustomizations") is None and flux.asked("gitrepositories") is None


def test_the_source_is_asked_then_followed(flux, world):
    flux.good("develop~1")
    with world.started(*words(world), config=config(world)) as run:
        run.says("FLUX_SOURCE_BEHIND")
        asked = real.until(lambda: flux.asked("gitrepositories"), "the source is asked")
        flux.ready("gitrepositories", reason="Succeeded", artifact={"revision": flux.revision()}, lastHandledReconcileAt=asked)
        run.says("FLUX_OLDER_REVISION")
        real.until(lambda: flux.asked("kustomizations"), "the Kustomization is asked")
        flux.good()
        assert run.ends() == 0, run.text


def test_a_failure_that_is_tried_again(flux, world):
    text = "Deployment/shop/catalog dry-run failed (Invalid): field is immutable"
    flux.ready("kustomizations", "False", "ReconciliationFailed", text, lastAttemptedRevision=flux.revision(), lastAppliedRevision=flux.revision("develop~1"))
    with world.started(*words(world), config=config(world)) as run:
        run.says("FLUX_APPLY_FAILED")
        first = real.until(lambda: flux.asked("kustomizations"), "it is asked")
        flux.status("kustomizations", lastHandledReconcileAt=first)
        again = real.until(lambda: flux.asked("kustomizations") != first and flux.asked("kustomizations"), "it is asked again", 60)
        flux.status("kustomizations", lastHandledReconcileAt=again)
        assert run.ends() == 1, run.text
    assert "field is immutable" in run.text


def test_deleted_while_it_is_waited_for(flux, world):
    flux.good("develop~1")
    with world.started(*words(world), config=config(world)) as run:
        run.says("FLUX_SOURCE_BEHIND")
        world.server.call("DELETE", f"{flux.path('kustomizations')}/{world.name}")
        assert run.ends() == 1, run.text
    assert "FLUX_DELETED" in run.text


def test_a_release(flux, world):
    flux.ready("helmreleases", "Unknown", "Progressing", "Running 'upgrade' action")
    with world.started(*words(world, "helm_release"), config=config(world)) as run:
        run.says("Running 'upgrade' action")
        flux.ready("helmreleases", reason="UpgradeSucceeded", history=[])
        assert run.ends() == 0, run.text


def test_suspended(flux, world):
    world.server.made(f"{flux.path('kustomizations')}/{world.name}", {"spec": {"suspend": True}}, "PATCH")
    assert verdict(world.run(*words(world), config=config(world), expect=1))["reason"] == "FLUX_SUSPENDED"


# ---- docs/rbac/flux.yaml is what is needed, no more and no less


def names(said, verb, resource):
    group = PATHS[resource].split("/")[2]
    assert f'verb "{verb}" on resource "{resource}" of apiGroup "{group}"' in said, said


@pytest.mark.parametrize("resource, follows", [("kustomizations", "kustomization"), ("kustomizations", "helm_release"), ("helmreleases", "helm_release")])
def test_without_get(flux, world, resource, follows):
    flux.ready("helmreleases", reason="UpgradeSucceeded")
    run = world.run(*words(world, follows), config=config(world, without(rules(), resource, "get")), expect=4)
    assert run.json["reason"] == "FORBIDDEN"
    names(json.dumps(run.json).replace('\\"', '"') + run.err, "get", resource)


def test_without_get_of_the_source(flux, world):  # pylint: disable=unused-argument
    run = world.run(*words(world), config=config(world, without(rules(), "gitrepositories", "get")))
    names(warning(run.out, "BESIDE_UNREADABLE"), "get", "gitrepositories")


@pytest.mark.parametrize("resource, follows", [("gitrepositories", "kustomization"), ("kustomizations", "kustomization"), ("helmreleases", "helm_release")])
def test_without_patch(flux, world, resource, follows):
    if resource == "helmreleases":
        flux.ready("helmreleases", "Unknown", "Progressing", "at work")
    else:
        flux.good("develop~1")
    if resource == "kustomizations":
        flux.ready("gitrepositories", reason="Succeeded", artifact={"revision": flux.revision()})
    with world.started(*words(world, follows), config=config(world, without(rules(), resource, "patch"))) as run:
        run.says("FLUX_")
        flux.good()
        flux.ready("helmreleases", reason="UpgradeSucceeded")
        assert run.ends() == 0, run.text
    names(warning(run.text, "READ_ONLY"), "patch", resource)


def test_every_verb_is_held_against_a_run():
    found = sorted((resource, verb) for rule in rules() for resource in rule["resources"] for verb in rule["verbs"])
    assert found == sorted((resource, verb) for resource in PATHS for verb in ("get", "patch"))
    assert (RBAC / "flux.yaml").exists()
