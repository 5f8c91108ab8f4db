"""docs/rbac/workloads.yaml is what is needed to read workloads: without any single verb the missing right is named, and nothing else changes."""
import datetime
import json
import os
import time

import pytest

from kube import cluster as real
from kube.conftest import ONE_SERVICE, rules_of
from kube.test_rights import WAIT, warning, without

NAME = "catalog"
OF = {"app": NAME}
IMAGE = "registry.example.com/shop/catalog:1.4.1"
POD = {"containers": [{"name": "app", "image": IMAGE}]}
TEMPLATE = {"metadata": {"labels": OF}, "spec": POD}
# kind -> where it lives, its spec
KINDS = {
    "Deployment": ("apis/apps/v1", "deployments", {"replicas": 1, "selector": {"matchLabels": OF}, "template": TEMPLATE}),
    "StatefulSet": ("apis/apps/v1", "statefulsets", {"replicas": 1, "serviceName": "x", "selector": {"matchLabels": OF}, "template": TEMPLATE}),
    "DaemonSet": ("apis/apps/v1", "daemonsets", {"selector": {"matchLabels": OF}, "template": TEMPLATE}),
    "ReplicaSet": ("apis/apps/v1", "replicasets", {"replicas": 1, "selector": {"matchLabels": OF}, "template": TEMPLATE}),
    "Job": ("apis/batch/v1", "jobs", {"template": {"metadata": {}, "spec": {**POD, "restartPolicy": "Never"}}}),
    "CronJob": ("apis/batch/v1beta1", "cronjobs", {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {
        "spec": {**POD, "restartPolicy": "Never"}}}}}),
    "Rollout": ("apis/argoproj.io/v1alpha1", "rollouts", {"replicas": 1, "selector": {"matchLabels": OF}, "template": TEMPLATE}),
    "Pod": ("api/v1", "pods", POD),
}
CRASHED = {"phase": "Running", "containerStatuses": [{
    "name": "app", "image": IMAGE, "imageID": "", "ready": False, "restartCount": 5,
    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
    "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}]}


def place(world, kind):
    """An object of the kind, as nobody but the API server has touched it."""
    base, plural, spec = KINDS[kind]
    version = base.split("/", 1)[1]
    return world.create(f"/{base}/namespaces/shop/{plural}", {
        "apiVersion": version, "kind": kind, "metadata": {"name": NAME, "labels": OF, "annotations": {"deployment.kubernetes.io/revision": "1"}}, "spec": spec})


def degraded(world, kind):
    """catalog-dev has one resource, and that is why it is degraded."""
    group = KINDS[kind][0].split("/")[1] if kind != "Pod" else ""
    row = {"group": group, "version": "v1", "kind": kind, "namespace": "shop", "name": NAME, "status": "Synced", "health": {"status": "Degraded"}}
    world.app("catalog-dev", {"status": {"resources": [row], "health": {"status": "Degraded"}}})


def run_without(world, resource, verb, *more, expect=8):
    """A run that may do all but that."""
    both = {"argocd": rules_of("read.yaml"), "shop": without(rules_of("workloads.yaml"), resource, verb)}
    name = world.account(both["argocd"])
    group = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/"
    world.create(group + "roles", {"metadata": {"name": name}, "rules": both["shop"]})
    world.create(group + "rolebindings", {
        "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "shop"}]})
    config = world.cluster.kubeconfig(name, {"token": world.jwt(name)})
    return world.run(*WAIT[:-1], "6s" if more else "2s", *more, config=config, expect=expect)


def names(said, verb, resource):
    for word in (verb, resource, "shop"):
        assert f'"{word}"' in said or f"{word} resource" in said, said


@pytest.mark.parametrize("kind", KINDS)
def test_without_get(world, kind):
    degraded(world, kind)
    names(warning(run_without(world, KINDS[kind][1], "get").out, "WORKLOADS_UNREADABLE"), "get", KINDS[kind][1])


@pytest.mark.parametrize("kind", KINDS)
def test_with_all_of_it(world, kind):
    degraded(world, kind)
    place(world, kind)
    run = run_without(world, "nothing", "get")
    assert not [row for row in run.json["warnings"] if row["reason"] == "WORKLOADS_UNREADABLE"], run


def test_without_list_of_replica_sets(world):
    degraded(world, "Deployment")
    place(world, "Deployment")
    seen = {"status": {"observedGeneration": 1, "replicas": 1, "unavailableReplicas": 1}}
    status, _, said = world.server.call("PATCH", "/apis/apps/v1/namespaces/shop/deployments/catalog/status", seen)
    assert status == 200, said
    names(warning(run_without(world, "replicasets", "list").out, "WORKLOADS_UNREADABLE"), "list", "replicasets")


def test_without_list_of_pods(world):
    degraded(world, "Job")
    place(world, "Job")
    names(warning(run_without(world, "pods", "list").out, "WORKLOADS_UNREADABLE"), "list", "pods")


def test_without_get_of_logs(world):
    degraded(world, "Pod")
    place(world, "Pod")
    status, _, said = world.server.call("PATCH", "/api/v1/namespaces/shop/pods/catalog/status", {"status": CRASHED})
    assert status == 200, said
    run = run_without(world, "pods/log", "get", "--pod-logs", "5")
    said = json.dumps(run.json["verdicts"][0]["evidence"])
    assert "pods/log" in said and "cannot get resource" in said and "shop" in said, run


@pytest.fixture(scope="module", name="second")
def _second(cluster):
    """The same cluster at another address, so that the audit log says who was asked where."""
    server = real.Server(cluster, "workloads")
    yield server.start()
    server.end()


DESTINATION = {"server": "https://prod-eu.example.com", "namespace": "shop"}


def away(world, **mark):
    """catalog-dev is deployed to another cluster; its Deployment has that mark."""
    degraded(world, "Deployment")
    world.patch("catalog-dev", {"spec": {"destination": DESTINATION}, "status": {"sync": {"comparedTo": {"destination": DESTINATION}}}})
    place(world, "Deployment")
    seen = {"metadata": mark, "status": {"observedGeneration": 1, "conditions": [
        {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: small"}]}}
    for path in ("", "/status"):
        status, _, said = world.server.call("PATCH", f"/apis/apps/v1/namespaces/shop/deployments/{NAME}{path}", seen)
        assert status == 200, said


def two_contexts(world, second, rules):
    """A kubeconfig: `dev` may read Applications, `work` at the other address what the rules say; the account of the latter."""
    path, _ = world.config()
    document = json.loads(open(path, encoding="ascii").read())
    name = world.account(rules, namespace="shop")
    document["clusters"].append({"name": "work", "cluster": {**document["clusters"][0]["cluster"], "server": second.url}})
    document["users"].append({"name": "work", "user": {"token": world.jwt(name)}})
    document["contexts"].append({"name": "work", "context": {"cluster": "work", "user": "work"}})
    both = os.path.join(world.stagegate.folder, "two.secret")
    with open(os.open(both, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as out:
        json.dump(document, out)
    return both, f"system:serviceaccount:shop:{name}"


def beyond(world, config, context="work", expect=8):
    path = os.path.join(world.stagegate.folder, "beyond.yaml")
    with open(path, "w", encoding="ascii") as out:
        out.write(ONE_SERVICE.replace("context: dev", f"context: dev, workloads: {context}"))
    return world.run(*WAIT[:-1], "2s", "--config", path, config=config, expect=expect)


def test_workloads_of_another_cluster_are_read_there(world, second):
    away(world)
    config, user = two_contexts(world, second, rules_of("workloads.yaml"))
    run = beyond(world, config)
    row = run.json["verdicts"][0]
    assert "exceeded quota: small" in row["sentence"] and row["cause"] == "QUOTA", run
    assert not [one for one in run.json["warnings"] if one["reason"] == "WORKLOADS_UNREADABLE"], run
    asked = second.asked(user)
    assert asked and {(verb, code) for verb, code, _ in asked} <= {("get", 200), ("list", 200)}
    assert not world.server.asked(user)


def test_without_a_right_there_the_context_is_named(world, second):
    away(world)
    config, _ = two_contexts(world, second, without(rules_of("workloads.yaml"), "deployments", "get"))
    said = warning(beyond(world, config).out, "WORKLOADS_UNREADABLE")
    names(said, "get", "deployments")
    assert 'context "work" of ' in said and second.url in said


def test_the_cluster_of_another_application_is_not_believed(world, second):
    mark = {"argocd.argoproj.io/tracking-id": "catalog-staging:apps/Deployment:shop/catalog"}
    away(world, annotations=mark)
    config, _ = two_contexts(world, second, rules_of("workloads.yaml"))
    run = beyond(world, config)
    assert "exceeded quota" not in run.json["verdicts"][0]["sentence"]
    said = warning(run.out, "WORKLOADS_UNREADABLE")
    assert "is of another application than catalog-dev" in said and "catalog-staging" in said and 'context "work" of ' in said


def examined(world, config, more=""):
    """What doctor says about the cluster of the workloads: check -> (severity, text)."""
    path = os.path.join(world.stagegate.folder, "examined.yaml")
    with open(path, "w", encoding="ascii") as out:
        out.write(ONE_SERVICE.replace("context: dev}", "context: dev, workloads: work}" + more))
    run = world.run("doctor", "--config", path, "--output", "json", config=config, expect=None)
    return {row["id"]: (row["severity"], row["text"]) for row in run.json["findings"] if row["id"].startswith("WORKLOADS_")}


ACTS = ", rollout: {pause: resume}"


@pytest.mark.parametrize("names_of, more, severity, words", [
    (("workloads.yaml",), "", "ok", "may be read in 1 namespaces"), (("workloads.yaml", "rollouts.yaml"), ACTS, "ok", "may be read"),
    (("rollouts.yaml",), "", "warning", "not allowed: get deployments in shop, list pods in shop"),
    (("workloads.yaml",), ACTS, "warning", "not allowed: patch rollouts/status in shop")])
def test_doctor_asks_there(world, second, names_of, more, severity, words):
    away(world)
    config, user = two_contexts(world, second, rules_of(*names_of))
    found = examined(world, config, more)
    assert found["WORKLOADS_REACHED"][0] == "ok" and 'context "work" of ' in found["WORKLOADS_REACHED"][1], found
    assert found["WORKLOADS_READ"][0] == severity and words in found["WORKLOADS_READ"][1], found
    assert {verb for verb, _, _ in second.asked(user)} <= {"create", "get"}


def test_doctor_says_that_it_is_away(world, second):
    away(world)
    config, _ = two_contexts(world, second, rules_of("workloads.yaml"))
    with open(config, encoding="ascii") as source:
        text = source.read()
    with open(config, "w", encoding="ascii") as out:
        out.write(text.replace(second.url, f"https://127.0.0.1:{real.free_port()}"))
    found = examined(world, config)
    assert list(found) == ["WORKLOADS_REACHED"] and found["WORKLOADS_REACHED"][0] == "warning", found


def test_a_server_that_is_away_is_said_and_decides_nothing(world, second):
    away(world)
    config, _ = two_contexts(world, second, rules_of("workloads.yaml"))
    with open(config, encoding="ascii") as source:
        text = source.read()
    with open(config, "w", encoding="ascii") as out:
        out.write(text.replace(second.url, f"https://127.0.0.1:{real.free_port()}"))
    said = warning(beyond(world, config).out, "WORKLOADS_UNREADABLE")
    assert 'context "work" of ' in said


def test_a_context_that_is_not_there_ends_the_run(world, second):
    config, _ = two_contexts(world, second, rules_of("workloads.yaml"))
    run = beyond(world, config, context="nowhere", expect=3)
    assert "the cluster of the workloads of dev" in run.out + run.err and "nowhere" in run.out + run.err


def refused(world, at_s):
    """A StatefulSet that makes no pods, and the event that says why, of so many seconds ago."""
    degraded(world, "StatefulSet")
    world.patch("catalog-dev", {"status": {"health": {"status": "Progressing"}}})
    made = place(world, "StatefulSet")
    status, _, said = world.server.call("PATCH", f"/apis/apps/v1/namespaces/shop/statefulsets/{NAME}/status", {
        "status": {"observedGeneration": made["metadata"]["generation"], "replicas": 0}})
    assert status == 200, said
    at = datetime.datetime.fromtimestamp(time.time() - at_s, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {"apiVersion": "apps/v1", "kind": "StatefulSet", "namespace": "shop", "name": NAME, "uid": made["metadata"]["uid"]}
    for name, uid, message in (("ours", about["uid"], "create Pod catalog-0 failed: exceeded quota: small"), ("another", "another", "not ours")):
        world.create("/api/v1/namespaces/shop/events", {
            "metadata": {"name": f"{world.name}-{name}"}, "involvedObject": {**about, "uid": uid}, "reason": "FailedCreate",
            "message": message, "type": "Warning", "firstTimestamp": at, "lastTimestamp": at, "count": 3})


GRACE = ("--pod-grace", "300ms")


def test_events_say_why_a_stateful_set_makes_no_pods(world):
    refused(world, 0)
    run = run_without(world, "nothing", "get", *GRACE, "--timeout", "60s", expect=1)
    row = run.json["verdicts"][0]
    assert row["reason"] == "QUOTA", run
    assert "StatefulSet shop/catalog" in row["sentence"] and "event FailedCreate: create Pod catalog-0 failed: exceeded quota" in row["sentence"]


def test_events_of_before_the_rollout_say_nothing(world):
    refused(world, 3000)
    run = run_without(world, "nothing", "get", *GRACE)
    assert run.json["verdicts"][0]["reason"] == "PROGRESSING" and "exceeded" not in run.json["verdicts"][0]["sentence"]
    assert not [row for row in run.json["warnings"] if row["reason"] == "WORKLOADS_UNREADABLE"], run


def test_without_list_of_events(world):
    refused(world, 0)
    run = run_without(world, "events", "list", *GRACE)
    assert run.json["verdicts"][0]["reason"] == "PROGRESSING" and "exceeded" not in run.json["verdicts"][0]["sentence"]
    names(warning(run.out, "WORKLOADS_UNREADABLE"), "list", "events")


def test_every_verb_is_held_against_a_run():
    needed = {(plural, "get") for _, plural, _ in KINDS.values()} | {("replicasets", "list"), ("pods", "list"), ("pods/log", "get")}
    needed.add(("events", "list"))
    found = [(resource, verb) for rule in rules_of("workloads.yaml") for resource in rule["resources"] for verb in rule["verbs"]]
    assert sorted(found) == sorted(needed)
