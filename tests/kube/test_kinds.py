"""Roll-outs that are no Deployment's, as a real API server stores them: StatefulSets, DaemonSets, Jobs, Pods and Argo Rollouts are followed to their pods."""
import pytest

from kube.conftest import rules_of
from kube.test_rights import WAIT
from kube.test_workloads import CRASHED, IMAGE, KINDS, NAME, OF, degraded, place

SURE = ("--pod-grace", "300ms", "--degraded-grace", "300ms", "--confirm", "300ms")


def run(world, *more, expect, timeout="60s"):
    """The verdict of a run that may read the workloads in `shop`."""
    name = world.account(rules_of("read.yaml", "refresh.yaml"))
    group = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/"
    world.create(group + "roles", {"metadata": {"name": name}, "rules": rules_of("workloads.yaml")})
    world.create(group + "rolebindings", {
        "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "shop"}]})
    config = world.cluster.kubeconfig(name, {"token": world.jwt(name)})
    done = world.run(*WAIT[:-1], timeout, *SURE, *more, config=config, expect=expect)
    return done.json["verdicts"][0]


def with_health(world, kind, health, status, spec=None):
    """catalog-dev has one resource of the kind, with that status of its controller; the object."""
    degraded(world, kind)
    world.patch("catalog-dev", {"status": {"health": {"status": health}, "resources": None}})
    group = KINDS[kind][0].split("/")[1] if kind != "Pod" else ""
    row = {"group": group, "version": "v1", "kind": kind, "namespace": "shop", "name": NAME, "status": "Synced", "health": {"status": health}}
    world.patch("catalog-dev", {"status": {"resources": [row]}})
    path = f"/{KINDS[kind][0]}/namespaces/shop/{KINDS[kind][1]}/{NAME}"
    made = place(world, kind)
    if spec:
        made = world.server.made(path, {"spec": spec}, "PATCH")
    status = {key: made["metadata"]["generation"] if value == "generation" else value for key, value in status.items()}
    if kind == "Rollout":
        status["observedGeneration"] = str(status["observedGeneration"])
    return world.server.made(path + "/status", {"status": status}, "PATCH")


def pod(world, name, labels, owner, status, image=IMAGE):
    """A pod of the object, as the kubelet left it."""
    controller = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": NAME, "uid": owner["metadata"]["uid"], "controller": True}
    world.create("/api/v1/namespaces/shop/pods", {
        "metadata": {"name": f"{NAME}-{name}", "labels": {**OF, **labels}, "ownerReferences": [controller]},
        "spec": {"containers": [{"name": "app", "image": image}]}})
    path = f"/api/v1/namespaces/shop/pods/{NAME}-{name}/status"
    assert world.server.call("PATCH", path, {"status": status})[0] == 200


ROLLING = {"observedGeneration": "generation", "replicas": 2, "readyReplicas": 1, "updatedReplicas": 1,
           "currentRevision": "catalog-a", "updateRevision": "catalog-b"}


def test_the_new_pods_of_a_stateful_set_fail_it(world):
    owner = with_health(world, "StatefulSet", "Progressing", ROLLING, {"replicas": 2})
    pod(world, "0", {"controller-revision-hash": "catalog-b"}, owner, CRASHED)
    row = run(world, expect=1)
    assert row["reason"] == "CRASH_LOOP" and "StatefulSet shop/catalog" in row["sentence"] and "catalog-0" in row["sentence"]


def test_the_old_pods_of_a_stateful_set_do_not(world):
    owner = with_health(world, "StatefulSet", "Progressing", ROLLING, {"replicas": 2})
    pod(world, "1", {"controller-revision-hash": "catalog-a"}, owner, CRASHED)
    row = run(world, expect=8, timeout="4s")
    assert row["reason"] == "PROGRESSING" and "StatefulSet shop/catalog" in row["sentence"] and "catalog-1" not in row["sentence"]


GENERATION = "deprecated.daemonset.template.generation"  # which pods are of the newest template: the API server counts its changes


@pytest.mark.parametrize("back, expect, reason", [(0, 1, "CRASH_LOOP"), (1, 8, "PROGRESSING")], ids=["new", "old"])
def test_the_new_pods_of_a_daemon_set_fail_it_and_the_old_ones_do_not(world, back, expect, reason):
    template = {"spec": {"containers": [{"name": "app", "image": IMAGE, "args": ["again"]}]}}
    owner = with_health(world, "DaemonSet", "Progressing", {
        "observedGeneration": "generation", "currentNumberScheduled": 2, "numberMisscheduled": 0, "desiredNumberScheduled": 2, "numberReady": 1,
        "updatedNumberScheduled": 1}, {"template": template})
    now = int(owner["metadata"]["annotations"][GENERATION])
    assert now == 2, owner
    pod(world, "x", {"pod-template-generation": str(now - back)}, owner, CRASHED)
    row = run(world, expect=expect, timeout="60s" if expect == 1 else "4s")
    assert row["reason"] == reason and "DaemonSet shop/catalog" in row["sentence"] and ("catalog-x" in row["sentence"]) == (expect == 1), row


@pytest.mark.parametrize("image, expect, reason", [(IMAGE, 1, "CRASH_LOOP"), ("r.example.com/before:1", 8, "PROGRESSING")], ids=["new", "old"])
def test_of_a_replica_set_the_pods_with_its_image_count(world, image, expect, reason):
    owner = with_health(world, "ReplicaSet", "Progressing", {"observedGeneration": "generation", "replicas": 1, "readyReplicas": 0})
    pod(world, "x", {}, owner, CRASHED, image)
    row = run(world, expect=expect, timeout="60s" if expect == 1 else "4s")
    assert row["reason"] == reason and "ReplicaSet shop/catalog" in row["sentence"] and ("catalog-x" in row["sentence"]) == (expect == 1), row


def test_the_pods_of_a_job_fail_it_before_it_has_given_up(world):
    owner = with_health(world, "Job", "Progressing", {"active": 1, "startTime": "2026-01-01T00:00:00Z"})
    pod(world, "x", owner["spec"]["selector"]["matchLabels"], owner, CRASHED)
    row = run(world, expect=1)
    assert row["reason"] == "CRASH_LOOP" and "Job shop/catalog" in row["sentence"] and "catalog-x" in row["sentence"], row


def test_a_pod_of_its_own_fails_early(world):
    with_health(world, "Pod", "Progressing", CRASHED)
    row = run(world, expect=1)
    assert row["reason"] == "CRASH_LOOP" and "Pod shop/catalog" in row["sentence"] and "exit code 3" in row["sentence"], row


REFUSED = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}


@pytest.mark.parametrize("message, reason", [
    ('pods "catalog-" is forbidden: exceeded quota: small', "QUOTA"),
    ('admission webhook "policy.example.com" denied the request: no latest tag', "PODS_REFUSED")])
def test_a_replica_set_whose_pods_are_refused(world, message, reason):
    with_health(world, "ReplicaSet", "Progressing", {"observedGeneration": "generation", "replicas": 0, "conditions": [{**REFUSED, "message": message}]})
    row = run(world, expect=1)
    assert row["reason"] == reason and "ReplicaSet shop/catalog" in row["sentence"] and message.rpartition(": ")[2] in row["sentence"], row


def test_a_job_that_has_given_up_is_the_cause(world):
    with_health(world, "Job", "Degraded", {
        "failed": 1, "startTime": "2026-01-01T00:00:00Z",
        "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often"}]})
    row = run(world, expect=8, timeout="4s")  # nobody is there who compares anew, so nothing confirms it
    assert (row["reason"], row["cause"]) == ("DEGRADED", "JOB_FAILED")
    assert "Job shop/catalog" in row["sentence"] and "too often" in row["sentence"]


def test_a_rollout_that_waits_for_somebody_says_what_for(world):
    with_health(world, "Rollout", "Suspended", {
        "observedGeneration": "generation", "phase": "Paused", "message": "CanaryPauseStep", "controllerPause": True,
        "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]})
    row = run(world, "--suspended", "ask", expect=75)
    assert row["reason"] == "SUSPENDED" and "Rollout shop/catalog: paused: CanaryPauseStep" in row["sentence"]


def test_a_rollout_that_was_aborted_is_no_success(world):
    with_health(world, "Rollout", "Degraded", {
        "observedGeneration": "generation", "phase": "Degraded", "abort": True, "message": "RolloutAborted: by somebody",
        "currentPodHash": "new", "stableRS": "old"})
    row = run(world, expect=8, timeout="4s")
    assert (row["reason"], row["cause"]) == ("DEGRADED", "ROLLOUT_ABORTED")


@pytest.mark.parametrize("label, expect, reason", [("new", 1, "CRASH_LOOP"), ("old", 8, "PROGRESSING")])
def test_of_a_rollout_the_pods_of_its_newest_template_count(world, label, expect, reason):
    owner = with_health(world, "Rollout", "Progressing", {
        "observedGeneration": "generation", "phase": "Progressing", "replicas": 2, "updatedReplicas": 1, "currentPodHash": "new", "stableRS": "old"})
    pod(world, label, {"rollouts-pod-template-hash": label}, owner, CRASHED)
    row = run(world, expect=expect, timeout="60s" if expect == 1 else "4s")
    assert row["reason"] == reason and "Rollout shop/catalog" in row["sentence"]
