"""Health gates of an app-of-apps at a real API server: as good as the worst of its children, each read and refreshed for itself."""
import os

import pytest

CONFIG = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, application: "{service}-dev", cluster: {context: dev}}
  - {name: staging, branch: main, application: "{service}-staging", cluster: {context: dev}, gates: [{type: health}%s]}
services:
  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}
"""
CHILD = "order-dev"


def listed(name):
    return {"group": "argoproj.io", "version": "v1alpha1", "kind": "Application", "namespace": "argocd", "name": name, "status": "Synced"}


class Parent:
    """catalog-dev, which lists order-dev as its child."""

    def __init__(self, world):
        self.world = world
        world.app("catalog-dev", {"status": {"resources": [listed(CHILD)]}})
        world.app(CHILD)

    def configured(self, more=""):
        path = os.path.join(self.world.stagegate.folder, "gate.yaml")
        with open(path, "w", encoding="ascii") as out:
            out.write(CONFIG % more)
        return ("--config", path)

    def gate(self, *words, expect, more="", config=None):
        run = self.world.run("gate", "catalog", "--to", "staging", "--output", "json", *self.configured(more), *words, config=config, expect=expect)
        return {row["type"]: row for row in run.json["gates"]}

    def child(self, change):
        self.world.patch(CHILD, change)


@pytest.fixture(name="parent")
def _parent(world):
    return Parent(world)


def test_it_is_open_when_all_are_well(parent):
    rows = parent.gate(expect=0)
    assert rows["health"]["state"] == "pass", rows


def test_a_child_that_is_not_well_shuts_it(parent):
    parent.child({"status": {"health": {"status": "Progressing"}}})
    rows = parent.gate(expect=75)
    assert rows["health"]["reason"] == "PROGRESSING" and f"child argocd/{CHILD}" in rows["health"]["sentence"]


def test_a_child_that_is_not_there_shuts_it(parent):
    parent.world.patch("catalog-dev", {"status": {"resources": [listed(CHILD), listed("nobody-dev")]}})
    rows = parent.gate(expect=75)
    assert rows["health"]["reason"] == "CHILD_UNREADABLE" and "nobody-dev" in rows["health"]["sentence"]


def test_a_child_of_a_child_counts(parent):
    parent.child({"status": {"resources": [listed("gateway-dev")]}})
    parent.world.app("gateway-dev", {"status": {"health": {"status": "Missing"}}})
    rows = parent.gate(expect=75)
    assert rows["health"]["reason"] == "MISSING" and "child argocd/gateway-dev" in rows["health"]["sentence"]


def test_the_image_may_run_in_a_child(parent):
    images = parent.world.read("catalog-dev")["status"]["summary"]["images"]
    parent.world.patch("catalog-dev", {"status": {"summary": {"images": []}}})
    parent.child({"status": {"summary": {"images": images}}})
    rows = parent.gate(expect=0)
    assert rows["health"]["state"] == "pass"
    parent.child({"status": {"summary": {"images": []}}})
    rows = parent.gate(expect=1)
    assert rows["health"]["reason"] == "IMAGE_NOT_SEEN"


def refresh_of(parent, name):
    return parent.world.read(name)["metadata"].get("annotations", {}).get("argocd.argoproj.io/refresh")


def test_a_gate_asks_nobody_for_a_refresh(parent):
    parent.child(parent.world.older)
    parent.gate(expect=75)
    assert not refresh_of(parent, CHILD) and not refresh_of(parent, "catalog-dev")


def test_a_promotion_asks_the_child_for_its_proof(parent):
    """Nobody is here who compares: nothing is published."""
    parent.child(parent.world.older)
    before = parent.world.sandbox.git("rev-parse", "main")
    forge = parent.world.sandbox.env
    env = {"KUBECONFIG": parent.world.config()[0], "STAGEGATE_GITLAB_URL": forge["STAGEGATE_GITLAB_URL"], "CI_SERVER_URL": forge["STAGEGATE_GITLAB_URL"],
           "CI_JOB_TOKEN": forge["SANDBOX_JOB_TOKEN_DEV"], "CI_JOB_ID": "7"}
    run = parent.world.stagegate("promote", "catalog", "--to", "staging", "--output", "json", env=env, expect=75)
    (row,) = [row for row in run.json["gates"] if row["type"] == "health"]
    assert row["reason"] == "OLDER_REVISION" and f"child argocd/{CHILD}" in row["sentence"], run
    assert refresh_of(parent, CHILD) == "normal" and not refresh_of(parent, "catalog-dev")
    assert parent.world.sandbox.git("rev-parse", "main") == before


def test_it_soaks_since_the_last_of_them(parent):
    def since(name, at):
        app = parent.world.read(name)
        parent.world.patch(name, {"status": {
            "history": [{**app["status"]["history"][-1], "deployedAt": at}], "health": {"lastTransitionTime": at}}})

    since("catalog-dev", "2020-01-01T00:00:00Z")
    since(CHILD, "2020-01-01T00:00:00Z")
    rows = parent.gate(expect=0, more=", {type: soak, duration: 90d}")
    assert rows["soak"]["state"] == "pass"
    parent.child({"status": {"health": {"lastTransitionTime": None}, "history": None}})
    rows = parent.gate(expect=1, more=", {type: soak, duration: 90d}")
    assert rows["soak"]["reason"] == "SOAK_TIME_UNKNOWN"
