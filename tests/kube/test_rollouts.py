"""Argo Rollouts that are let go on, or stopped, at a real API server with their real CRD: what is written there, and the right that is missing by its name.

The tests play the controllers.
"""
import os

import pytest

from kube.conftest import ONE_SERVICE, rules_of
from kube.test_kinds import pod, with_health
from kube.test_rights import WAIT, warning, without
from kube.test_workloads import CRASHED, IMAGE, NAME

PLACE = f"/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/{NAME}"
STEPS = {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 100}]}}
AT_PAUSE = {"observedGeneration": "generation", "phase": "Paused", "controllerPause": True, "currentPodHash": "new", "stableRS": "old", "currentStepIndex": 1,
            "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]}
MOVING = {"observedGeneration": "generation", "phase": "Progressing", "replicas": 2, "updatedReplicas": 1, "currentPodHash": "new", "stableRS": "old"}
BOTH = {"pause": "resume", "on_failure": "abort"}
ALL = ("read.yaml", "refresh.yaml", "workloads.yaml", "rollouts.yaml")


class Shop:
    """catalog-dev with one Rollout, and a run that may do what the rules say."""

    def __init__(self, world):
        self.world, self.server = world, world.server

    def configured(self, **rollout):
        path = os.path.join(self.world.stagegate.folder, "rollout.yaml")
        with open(path, "w", encoding="ascii") as out:
            out.write(ONE_SERVICE.replace("{context: dev}", "{context: dev}, rollout: {%s}" % ", ".join(f"{k}: {v}" for k, v in rollout.items())))
        return ("--config", path)

    def account(self, left_out=("nothing", "patch")):
        """A kubeconfig; what is in `argocd` and in `shop` by the manifests, without that verb."""
        name = self.world.account(rules_of(*ALL[:2]))
        group = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/"
        self.world.create(group + "roles", {"metadata": {"name": name}, "rules": without(rules_of(*ALL[2:]), *left_out)})
        self.world.create(group + "rolebindings", {
            "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "shop"}]})
        return self.world.cluster.kubeconfig(name, {"token": self.world.jwt(name)})

    def words(self, rollout, *more, timeout="60s"):
        return (*WAIT[:-1], timeout, "--pod-grace", "300ms", "--image", IMAGE, *more, *self.configured(**rollout))

    def read(self):
        status, _, obj = self.server.call("GET", PLACE)
        assert status == 200, obj
        return obj

    def well(self):
        """As both controllers leave it when the last step is done."""
        self.server.made(PLACE + "/status", {"status": {
            "phase": "Healthy", "stableRS": "new", "controllerPause": False, "currentStepIndex": 3}}, "PATCH")
        self.world.patch("catalog-dev", {"status": {**self.world.good("catalog-dev")["status"], "resources": None}})


@pytest.fixture(name="shop")
def _shop(world):
    return Shop(world)


def test_a_pause_is_ended_and_nothing_else_is_written(world, shop):
    before = with_health(world, "Rollout", "Suspended", AT_PAUSE, {"strategy": STEPS})
    with world.started(*shop.words({"pause": "resume"}), config=shop.account()) as run:
        run.says("was resumed after step 2")
        after = shop.read()
        assert "pauseConditions" not in after["status"] and after["status"]["controllerPause"] is True
        assert after["spec"] == before["spec"] and after["metadata"]["generation"] == before["metadata"]["generation"]
        shop.well()
        assert run.ends() == 0, run.text
    assert '"Rollout shop/catalog was resumed after step 2, at the template new"' in run.text


def test_without_the_right_it_is_named_and_nothing_is_changed(world, shop):
    before = with_health(world, "Rollout", "Suspended", AT_PAUSE, {"strategy": STEPS})
    run = world.run(*shop.words(BOTH, "--suspended", "ask"), config=shop.account(("rollouts/status", "patch")), expect=75)
    said = warning(run.out, "ROLLOUT_NOT_PERMITTED")
    for word in ("patch", "rollouts/status", "shop"):
        assert f'"{word}"' in said, said
    assert shop.read() == before


@pytest.mark.parametrize("rollout", [{"pause": "wait", "on_failure": "abort"}, {"on_failure": "leave"}])
def test_without_being_told_nothing_is_changed(world, shop, rollout):
    before = with_health(world, "Rollout", "Suspended", AT_PAUSE, {"strategy": STEPS})
    run = world.run(*shop.words(rollout, "--suspended", "ask"), config=shop.account(), expect=75)
    assert run.json["verdicts"][0]["reason"] == "SUSPENDED" and shop.read() == before


@pytest.mark.parametrize("spec, status", [
    ({"strategy": STEPS, "paused": True}, {}),
    ({"strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {"duration": "10m"}}]}}}, {}),
    ({"strategy": STEPS}, {"pauseConditions": [{"reason": "InconclusiveAnalysisRun", "startTime": "2026-01-01T00:00:00Z"}]}),
], ids=["by a person", "with a time", "by an analysis"])
def test_what_somebody_else_holds_is_not_touched(world, shop, spec, status):
    before = with_health(world, "Rollout", "Suspended", {**AT_PAUSE, **status}, spec)
    run = world.run(*shop.words(BOTH, "--suspended", "ask"), config=shop.account(), expect=75)
    assert run.json["verdicts"][0]["reason"] == "SUSPENDED" and shop.read() == before
    assert run.json["warnings"] == []


def test_the_server_refuses_what_has_changed_since_it_was_read(world, shop):
    """What the run leans on: a version in a patch of the status is compared."""
    made = with_health(world, "Rollout", "Suspended", AT_PAUSE, {"strategy": STEPS})
    version = made["metadata"]["resourceVersion"]
    shop.server.made(PLACE + "/status", {"status": {"message": "x"}}, "PATCH")
    status, _, _ = world.server.call("PATCH", PLACE + "/status", {"metadata": {"resourceVersion": version}, "status": {"pauseConditions": None}})
    assert status == 409 and len(shop.read()["status"]["pauseConditions"]) == 1


def test_one_whose_pods_crash_is_stopped(world, shop):
    owner = with_health(world, "Rollout", "Progressing", MOVING, {"strategy": STEPS})
    pod(world, "new", {"rollouts-pod-template-hash": "new"}, owner, CRASHED)
    run = world.run(*shop.words(BOTH), config=shop.account(), expect=1)
    row = run.json["verdicts"][0]
    assert row["reason"] == "CRASH_LOOP" and "Rollout shop/catalog was aborted, at the template new" in row["evidence"]
    assert shop.read()["status"]["abort"] is True and shop.read()["spec"] == owner["spec"]


def test_one_of_somebody_elses_image_is_not_stopped(world, shop):
    owner = with_health(world, "Rollout", "Progressing", MOVING, {"strategy": STEPS})
    pod(world, "new", {"rollouts-pod-template-hash": "new"}, owner, CRASHED)
    run = world.run(*shop.words(BOTH, "--image", IMAGE + "0"), config=shop.account(), expect=1)
    assert run.json["verdicts"][0]["reason"] == "CRASH_LOOP" and "abort" not in shop.read()["status"]


def test_without_the_right_to_stop_it_is_named(world, shop):
    owner = with_health(world, "Rollout", "Progressing", MOVING, {"strategy": STEPS})
    pod(world, "new", {"rollouts-pod-template-hash": "new"}, owner, CRASHED)
    run = world.run(*shop.words(BOTH), config=shop.account(("rollouts/status", "patch")), expect=1)
    assert '"rollouts/status"' in warning(run.out, "ROLLOUT_NOT_PERMITTED") and "abort" not in shop.read()["status"]


def test_every_verb_is_held_against_a_run():
    found = [(resource, verb) for rule in rules_of("rollouts.yaml") for resource in rule["resources"] for verb in rule["verbs"]]
    assert found == [("rollouts/status", "patch")]
