"""Argo Rollouts: what their simulated controller writes is what the CRD allows and what was recorded, and comes in the order of argocd.md 4.2."""

import json
import os

import pytest
import yaml

from sim import crd
from sim.conftest import CONTRACTS

SAMPLES = os.path.join(CONTRACTS, "data/argocd/samples/rollout")
CRD = os.path.join(CONTRACTS, "data/argocd/crds/argo-rollouts/rollout-crd.yaml")
ONE = "/apis/argoproj.io/v1alpha1/namespaces/catalog-dev/rollouts/catalog"
CANARY = {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {}}]}}
TIMED = {"canary": {"steps": [{"setWeight": 20}, {"pause": {"duration": "10s"}}]}}
SWITCH = {"blueGreen": {"activeService": "catalog", "autoPromotionEnabled": False}}
OLD = "registry.example.com/shop/catalog:1.4.1"
NEW = "registry.example.com/shop/catalog:1.4.2"


def rollout(box):
    return json.loads(box.ctl("show", "rollouts", "catalog-dev/catalog"))


def taken_up(box):
    box.refresh()
    box.ctl("settle")


def begun(box, strategy=None, behaviour="healthy", tag="1.4.2"):
    """The first version is there, and a second one is under way."""
    box.ctl("rollout", "develop", "catalog", json.dumps(strategy or CANARY))
    taken_up(box)
    box.ctl("app", "catalog-dev", behaviour)
    box.ctl("push-foreign", "develop", "catalog", tag)
    taken_up(box)
    return rollout(box)


def patched(box, status, user="wait", path="/status", **more):
    answer = box.call("PATCH", ONE + path, {"status": status, **more}, user=user)
    box.ctl("settle")
    return answer


def health(box):
    return box.app()["status"]["health"]["status"]


def images(box):
    return box.app()["status"]["summary"]["images"]


def pods(box):
    rows = box.call("GET", "/api/v1/namespaces/catalog-dev/pods")[2]["items"]
    return sorted(pod["spec"]["containers"][0]["image"] for pod in rows if pod["metadata"]["ownerReferences"][0]["name"].startswith("catalog-"))


def progressing(obj):
    (row,) = [row for row in obj["status"]["conditions"] if row["type"] == "Progressing"]
    return row["status"], row["reason"]


def test_the_first_version_takes_no_step(box):
    box.ctl("rollout", "develop", "catalog", json.dumps(CANARY))
    taken_up(box)
    status = rollout(box)["status"]
    assert status["phase"] == "Healthy" and status["stableRS"] == status["currentPodHash"] and status["currentStepIndex"] == 4
    assert (health(box), images(box), set(pods(box))) == ("Healthy", [OLD], {OLD})
    kinds = {row["kind"] for row in box.app()["status"]["resources"]}
    assert "Rollout" in kinds and "Deployment" not in kinds  # that one was pruned


def test_a_canary_goes_from_pause_to_pause(box):
    obj = begun(box)
    status = obj["status"]
    assert (status["phase"], status["message"], status["currentStepIndex"]) == ("Paused", "CanaryPauseStep", 1)
    assert [row["reason"] for row in status["pauseConditions"]] == ["CanaryPauseStep"] and status["controllerPause"] is True
    assert status["stableRS"] != status["currentPodHash"] and status["observedGeneration"] == str(obj["metadata"]["generation"])
    assert (health(box), images(box), set(pods(box))) == ("Suspended", [OLD, NEW], {OLD, NEW})
    assert patched(box, {"pauseConditions": None})[0] == 200
    assert (rollout(box)["status"]["currentStepIndex"], health(box)) == (3, "Suspended")
    patched(box, {"pauseConditions": None})
    status = rollout(box)["status"]
    assert status["phase"] == "Healthy" and status["stableRS"] == status["currentPodHash"]
    assert not {"pauseConditions", "controllerPause", "message"} & set(status)
    assert (health(box), images(box), set(pods(box))) == ("Healthy", [NEW], {NEW})


def test_a_pause_with_a_time_ends_by_itself(box):
    status = begun(box, TIMED)["status"]
    assert status["phase"] == "Healthy" and status["currentStepIndex"] == 2
    rows = [json.loads(line) for line in box.ctl("log", "catalog", "400").splitlines()]
    assert any("CanaryPauseStep" in json.dumps(row["change"]) for row in rows)


def test_a_blue_green_one_stands_before_the_switch(box):
    status = begun(box, SWITCH)["status"]
    assert [row["reason"] for row in status["pauseConditions"]] == ["BlueGreenPause"] and "currentStepIndex" not in status
    assert status["blueGreen"] == {"activeSelector": status["stableRS"], "previewSelector": status["currentPodHash"]}
    patched(box, {"pauseConditions": None})
    status = rollout(box)["status"]
    assert status["blueGreen"]["activeSelector"] == status["stableRS"] == status["currentPodHash"] and health(box) == "Healthy"


def test_an_abort_leaves_the_stable_version(box):
    begun(box, behaviour="crash-loop")
    assert health(box) == "Progressing" and set(pods(box)) == {OLD, NEW}
    before = rollout(box)
    assert patched(box, {"abort": True})[0] == 200
    after = rollout(box)
    assert (after["status"]["phase"], after["status"]["message"]) == ("Degraded", "RolloutAborted: Rollout aborted update to revision 2")
    assert after["spec"] == before["spec"] and after["metadata"]["generation"] == before["metadata"]["generation"]
    assert (health(box), images(box), set(pods(box))) == ("Degraded", [OLD], {OLD})
    box.ctl("app", "catalog-dev", "healthy")
    patched(box, {"abort": False})
    assert (rollout(box)["status"]["phase"], health(box)) == ("Paused", "Suspended")


def test_the_version_before_brings_an_aborted_one_back(box):
    begun(box)
    patched(box, {"abort": True})
    box.ctl("push-foreign", "develop", "catalog", "1.4.1")
    taken_up(box)
    status = rollout(box)["status"]
    assert (status["phase"], health(box), images(box)) == ("Healthy", "Healthy", [OLD]) and "abort" not in status


def test_a_newer_version_begins_anew(box):
    first = begun(box)["status"]
    box.ctl("push-foreign", "develop", "catalog", "1.4.3")
    taken_up(box)
    status = rollout(box)["status"]
    assert (status["phase"], status["currentStepIndex"], status["stableRS"]) == ("Paused", 1, first["stableRS"])
    assert status["currentPodHash"] != first["currentPodHash"] and set(pods(box)) == {OLD, NEW[:-1] + "3"}


@pytest.mark.parametrize("behaviour", ["stuck", "image-pull", "crash-loop", "unschedulable", "quota", "degraded"])
def test_what_never_gets_ready_gets_ready_in_the_end(box, behaviour):
    status = begun(box, behaviour=behaviour)["status"]
    assert status["phase"] == ("Degraded" if behaviour == "degraded" else "Progressing") == health(box)
    assert (NEW in pods(box)) == (behaviour != "quota")
    box.ctl("app", "catalog-dev", "healthy")
    box.ctl("settle")
    assert (rollout(box)["status"]["phase"], health(box)) == ("Paused", "Suspended")


def test_sets_and_pods_are_of_their_template(box):
    obj = begun(box, behaviour="quota")
    sets = box.call("GET", "/apis/apps/v1/namespaces/catalog-dev/replicasets?labelSelector=rollouts-pod-template-hash%3D" + obj["status"]["currentPodHash"])[2]["items"]
    (newest,) = sets
    assert newest["metadata"]["ownerReferences"][0]["uid"] == obj["metadata"]["uid"]
    assert newest["status"]["conditions"][0]["reason"] == "FailedCreate"


def test_each_address_changes_its_own_part(box):
    before = begun(box)
    assert patched(box, {"message": "x"}, user="admin", path="", metadata={"labels": {"a": "b"}})[0] == 200
    after = rollout(box)
    assert after["metadata"]["labels"]["a"] == "b" and after["status"]["message"] == before["status"]["message"]
    assert patched(box, {"promoteFull": True}, spec={"paused": True}, metadata={"labels": {"a": "c"}})[0] == 200
    after = rollout(box)
    assert after["status"]["promoteFull"] is True and "paused" not in after["spec"] and after["metadata"]["labels"]["a"] == "b"


def test_a_version_is_compared(box):
    version = begun(box)["metadata"]["resourceVersion"]
    patched(box, {"message": "x"})
    assert patched(box, {"pauseConditions": None}, metadata={"resourceVersion": version})[0] == 409
    box.ctl("fault", "rollout-race", "1")
    version = rollout(box)["metadata"]["resourceVersion"]
    assert patched(box, {"pauseConditions": None}, metadata={"resourceVersion": version})[0] == 409
    assert rollout(box)["status"]["phase"] == "Paused"


def test_who_may_what(box):
    begun(box)
    for user, path, code in (("wait-ro", "/status", 403), ("wait", "", 403), ("get-only", "/status", 403), ("admin", "/scale", 404)):
        status, _, body = patched(box, {"pauseConditions": None}, user=user, path=path)
        assert status == code, (user, path, body)
    text = patched(box, {"pauseConditions": None}, user="wait-ro")[2]["message"]
    assert text == ('rollouts.argoproj.io "catalog" is forbidden: User "wait-ro" cannot patch resource "rollouts/status" in API group '
                    '"argoproj.io" in the namespace "catalog-dev"')  # fmt: skip
    assert box.call("GET", ONE, user="wait-ro")[0] == 200 and box.call("GET", ONE, user="get-only")[0] == 403


def test_what_a_person_has_paused_stays_paused(box):
    begun(box, behaviour="stuck")
    assert patched(box, {}, user="admin", path="", spec={"paused": True})[0] == 200
    box.ctl("app", "catalog-dev", "healthy")
    box.ctl("settle")
    assert rollout(box)["status"]["currentStepIndex"] == 0
    patched(box, {}, user="admin", path="", spec={"paused": False})
    assert rollout(box)["status"]["phase"] == "Paused" and rollout(box)["status"]["currentStepIndex"] == 1


STATES = {
    "suspended_v1.0_pausedRollout": (CANARY, "healthy", {}),
    "degraded_abortedRollout": (CANARY, "healthy", {"abort": True}),
    "degraded_rolloutTimeout": (SWITCH, "degraded", {}),
    "canary/healthy_executedAllSteps": (TIMED, "healthy", {}),
    "canary/progressing_setWeightStep": (CANARY, "stuck", {}),
}


def reasons(obj, kinds):
    return {(row["type"], row["status"], row["reason"]) for row in obj["status"]["conditions"] if row["type"] in kinds}


@pytest.mark.skipif(not os.path.isdir(SAMPLES), reason="the samples of the contracts are not here (STAGEGATE_CONTRACTS)")
@pytest.mark.parametrize("sample", STATES)
def test_against_what_was_recorded(box, sample):
    strategy, behaviour, status = STATES[sample]
    got = begun(box, strategy, behaviour)
    if status:
        patched(box, status)
        got = rollout(box)
    with open(os.path.join(SAMPLES, sample + ".yaml"), encoding="utf-8") as source:
        want = yaml.load(source, yaml.BaseLoader)
    assert progressing(got) == progressing(want)
    assert sorted(set(want["status"]) - set(got["status"])) == []
    for key in ("phase", "message", "controllerPause"):  # what older versions did not write says nothing
        if key in want["status"]:
            assert str(got["status"][key]).lower() == want["status"][key].lower(), key
    assert [row["reason"] for row in got["status"].get("pauseConditions", [])] == [row["reason"] for row in want["status"].get("pauseConditions", [])]
    promoted = [obj["status"].get("stableRS", obj["status"]["canary"].get("stableRS")) == obj["status"]["currentPodHash"] for obj in (got, want)]
    assert promoted[0] == promoted[1]


def test_the_numbers_are_the_recorded_ones(box):
    """21 % of 5 pods: 2 new ones beside 4 (samples rollout/suspended_v1.0_pausedRollout)."""
    for name in ("values", "values-dev"):
        text = box.git("show", f"develop:apps/catalog/{name}.yaml", cwd=box.repo).stdout
        box.ctl("push-file", "develop", f"apps/catalog/{name}.yaml", data=text.replace("replicaCount: 1", "replicaCount: 5"))
    status = begun(box, {"canary": {"steps": [{"setWeight": 21}, {"pause": {}}]}})["status"]
    assert {key: status[key] for key in ("HPAReplicas", "availableReplicas", "readyReplicas", "replicas", "updatedReplicas")} == {
        "HPAReplicas": 6, "availableReplicas": 6, "readyReplicas": 6, "replicas": 6, "updatedReplicas": 2}  # fmt: skip


@pytest.mark.skipif(not os.path.exists(CRD), reason="the CRDs of the contracts are not here (STAGEGATE_CONTRACTS)")
@pytest.mark.parametrize("strategy", [CANARY, TIMED, SWITCH])
@pytest.mark.parametrize("behaviour", ["healthy", "degraded", "quota"])
def test_objects_fit_the_crd(box, strategy, behaviour):
    schema = crd.load(CRD)
    obj = begun(box, strategy, behaviour)
    assert crd.check(obj, schema) == []
    patched(box, {"abort": True})
    assert crd.check(rollout(box), schema) == []


def test_a_reset_leaves_none(box):
    begun(box)
    box.ctl("reset")
    assert box.call("GET", ONE)[0] == 404 and health(box) == "Healthy" and images(box) == [OLD]
