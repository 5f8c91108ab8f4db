"""wait for workloads that no GitOps controller brings, at a real API server, and each right that is missing by its name.

Nobody runs anything here: the tests play the controllers and the kubelet."""
import copy
import json
import pathlib

import pytest

from kube.conftest import RBAC, documents
from kube.test_rights import warning, without
from kube.test_workloads import CRASHED, IMAGE, KINDS, NAME, place

SPACE = "shop"
WAIT = ("wait", NAME, "--env", "dev", "--output", "json", "--poll", "100ms", "--degraded-grace", "200ms", "--image", IMAGE)
CONFIG = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, workload: "%s/{service}", cluster: {context: dev, namespace: shop}}
services:
  - {name: catalog, path: apps/catalog}
"""
DONE = {
    "Deployment": {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1},
    "StatefulSet": {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1, "currentRevision": "a", "updateRevision": "a"},
    "DaemonSet": {"currentNumberScheduled": 1, "desiredNumberScheduled": 1, "numberMisscheduled": 0, "numberReady": 1, "updatedNumberScheduled": 1,
                  "numberAvailable": 1},
    "ReplicaSet": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1},
    "Job": {"conditions": [{"type": "Complete", "status": "True"}], "succeeded": 1},
    "CronJob": {},
    "Rollout": {"phase": "Healthy", "currentPodHash": "a", "stableRS": "a"},
    "Pod": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{
        "name": "app", "image": IMAGE, "imageID": "", "ready": True, "restartCount": 0, "state": {"running": {}}}]},
}


def rules():
    return [rule for doc in documents("plain.yaml") for rule in doc.get("rules", [])]


def path_of(kind):
    base, plural, _ = KINDS[kind]
    return f"/{base}/namespaces/{SPACE}/{plural}/{NAME}"


def status(world, kind, said):
    """As its controller writes it for the spec as it is."""
    said = copy.deepcopy(said)
    if kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        said["observedGeneration"] = world.server.call("GET", path_of(kind))[2]["metadata"]["generation"]
    if kind == "Rollout":
        said["observedGeneration"] = str(world.server.call("GET", path_of(kind))[2]["metadata"]["generation"])
    code, _, answer = world.server.call("PATCH", path_of(kind) + "/status", {"status": said})
    assert code == 200, answer


def finished(world, kind):
    """A workload that has rolled out, with the pod that is its own where it makes pods."""
    place(world, kind)
    status(world, kind, DONE[kind])
    if kind in ("ReplicaSet",):
        world.create(f"/api/v1/namespaces/{SPACE}/pods", {
            "metadata": {"name": f"{NAME}-x", "labels": {"app": NAME}}, "spec": KINDS["Pod"][2]})


def words(world, kind="Deployment", timeout="60s"):
    path = pathlib.Path(world.stagegate.folder) / "plain.yaml"
    path.write_text(CONFIG % kind.lower(), encoding="ascii")
    return (*WAIT, "--config", str(path), "--timeout", timeout)


def config(world, some=None):
    return world.config(rules() if some is None else some, namespace=SPACE)[0]


def verdict(run):
    return run.json["verdicts"][0]


def names(said, verb, resource):
    assert f'verb "{verb}" on resource "{resource}"' in said.replace('\\"', '"'), said


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "CronJob"])  # this server has them in v1beta1 only
def test_with_all_of_it(world, kind):
    finished(world, kind)
    row = verdict(world.run(*words(world, kind), config=config(world)))
    assert row["reason"] == "DEPLOYED" and f"{kind} {SPACE}/{NAME}" in row["sentence"], row


@pytest.mark.parametrize("kind", KINDS)
def test_without_get(world, kind):
    finished(world, kind)
    run = world.run(*words(world, kind), config=config(world, without(rules(), KINDS[kind][1], "get")), expect=4)
    assert run.json["reason"] == "FORBIDDEN"
    names(run.out, "get", KINDS[kind][1])


def test_without_list_of_pods(world):
    """It is said at once, and ends the run when the time of a server that starts is over (t_plain_await)."""
    finished(world, "Deployment")
    with world.started(*words(world), config=config(world, without(rules(), "pods", "list"))) as run:
        run.says('cannot list resource "pods" in API group "" in the namespace "shop"')


def test_what_is_applied_while_it_waits(world):
    finished(world, "Deployment")
    server = world.server

    def apply(image):
        code, _, said = server.call("PATCH", path_of("Deployment"), {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}})
        assert code == 200, said

    apply(IMAGE + "-old")
    with world.started(*words(world), config=config(world)) as run:
        run.says("NOT_APPLIED")
        apply(IMAGE)
        run.says("has not looked at the new spec yet")
        status(world, "Deployment", DONE["Deployment"])
        assert run.ends() == 0, run.text


def stuck(world):
    """A Deployment with a ReplicaSet of its own that makes no pods, as nobody says why."""
    made = place(world, "Deployment")
    status(world, "Deployment", {"replicas": 1, "unavailableReplicas": 1})
    return made


def test_without_list_of_replica_sets(world):
    stuck(world)
    run = world.run(*words(world, timeout="12s"), config=config(world, without(rules(), "replicasets", "list")), expect=8)
    names(warning(run.out, "WORKLOADS_UNREADABLE"), "list", "replicasets")


def test_without_list_of_events(world):
    place(world, "StatefulSet")
    status(world, "StatefulSet", {"replicas": 0})
    run = world.run(*words(world, "StatefulSet", "12s"), "--pod-grace", "300ms", config=config(world, without(rules(), "events", "list")), expect=8)
    names(warning(run.out, "WORKLOADS_UNREADABLE"), "list", "events")


@pytest.mark.parametrize("allowed", [True, False])
def test_the_last_words_of_a_container(world, allowed):
    place(world, "Pod")
    status(world, "Pod", CRASHED)
    some = rules() if allowed else without(rules(), "pods/log", "get")
    run = world.run(*words(world, "Pod"), "--pod-logs", "5", "--pod-grace", "300ms", config=config(world, some), expect=1)
    said = json.dumps(verdict(run)["evidence"])
    assert verdict(run)["reason"] == "CRASH_LOOP" and ("cannot get resource" in said) != allowed, run


def test_every_verb_is_held_against_a_run():
    needed = {(plural, "get") for _, plural, _ in KINDS.values()}
    needed |= {("replicasets", "list"), ("pods", "list"), ("events", "list"), ("pods/log", "get")}
    found = [(resource, verb) for rule in rules() for resource in rule["resources"] for verb in rule["verbs"]]
    assert sorted(found) == sorted(needed)
    assert (RBAC / "plain.yaml").exists()


GATE = """version: 1
branch: main
environments:
  - {name: dev, branch: develop, workload: "%s/{service}", cluster: {context: dev, namespace: shop}}
  - {name: staging, branch: main, application: "{service}-staging", cluster: {context: dev}, gates: [{type: soak, duration: 90d}]}
services:
  - {name: catalog, path: apps/catalog, image: registry.example.com/shop/catalog}
"""
LONG_AGO, FAR_AWAY = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def soak(world, kind="Deployment"):
    path = pathlib.Path(world.stagegate.folder) / "soak.yaml"
    path.write_text(GATE % kind.lower(), encoding="ascii")
    run = world.run("gate", NAME, "--to", "staging", "--output", "json", "--config", str(path), config=config(world), expect=None)
    (row,) = [row for row in run.json["gates"] if row["type"] == "soak"]
    return row


def ready_pod(world, at, started=LONG_AGO):
    path = f"/api/v1/namespaces/{SPACE}/pods/{NAME}-x"
    code, _, answer = world.server.call("PATCH", path + "/status", {"status": {
        "phase": "Running", "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": at}], "containerStatuses": [{
            "name": "app", "image": IMAGE, "imageID": "", "ready": True, "restartCount": 0, "state": {"running": {"startedAt": started}}}]}})
    assert code == 200, answer
    return answer["metadata"]["creationTimestamp"]


def test_it_soaks_since_its_pods_are_ready(world):
    finished(world, "ReplicaSet")
    created = ready_pod(world, LONG_AGO)
    row = soak(world, "ReplicaSet")
    assert (row["reason"], row["since"]) == ("SOAKING", created), row  # whatever the clock of a node says
    ready_pod(world, LONG_AGO, started=FAR_AWAY)
    row = soak(world, "ReplicaSet")
    assert (row["reason"], row["since"]) == ("SOAK_NOT_BEGUN", FAR_AWAY), row


def test_a_workload_without_a_pod_has_no_soak_time(world):
    finished(world, "Deployment")
    row = soak(world)
    assert row["reason"] == "SOAK_TIME_UNKNOWN" and "no pod" in row["sentence"], row


def test_a_job_soaks_since_it_is_complete(world):
    place(world, "Job")
    status(world, "Job", {"conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": LONG_AGO}], "succeeded": 1})
    row = soak(world, "Job")
    assert (row["reason"], row["since"]) == ("SOAKED", LONG_AGO), row


@pytest.mark.parametrize("resource, verb, check", [("deployments", "get", "PLAIN_READ"), ("pods", "list", "PLAIN_PODS")])
def test_doctor_says_which_right_is_missing(world, resource, verb, check):
    finished(world, "Deployment")
    path = pathlib.Path(world.stagegate.folder) / "doctor.yaml"
    path.write_text((CONFIG % "deployment").replace("apps/catalog}", "apps/catalog, image: registry.example.com/shop/catalog}"), encoding="ascii")

    def asked(some):
        run = world.run("doctor", "--config", str(path), "--output", "json", config=config(world, some), expect=None)
        return {row["id"]: row["severity"] for row in run.json["findings"] if row["id"].startswith("PLAIN_")}

    assert set(asked(rules()).values()) == {"ok"}
    assert asked(without(rules(), resource, verb))[check] == "error"
