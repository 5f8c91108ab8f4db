"""docs/rbac/workloads.yaml is what is needed to read workloads: without any single verb the missing right is named, and nothing else changes."""
import json

import pytest

from kube.conftest import rules_of
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


def run_without(world, resource, verb, *more):
    """A run that may do all but that."""
    both = {"argocd": rules_of("read.yaml"), "shop": without(rules_of("workloads.yaml"), resource, verb)}
    name = world.account(both["argocd"])
    group = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/"
    world.create(group + "roles", {"metadata": {"name": name}, "rules": both["shop"]})
    world.create(group + "rolebindings", {
        "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "shop"}]})
    config = world.cluster.kubeconfig(name, {"token": world.jwt(name)})
    return world.run(*WAIT[:-1], "2s", *more, config=config, expect=8)


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


def test_every_verb_is_held_against_a_run():
    needed = {(plural, "get") for _, plural, _ in KINDS.values()} | {("replicasets", "list"), ("pods", "list"), ("pods/log", "get")}
    found = [(resource, verb) for rule in rules_of("workloads.yaml") for resource in rule["resources"] for verb in rule["verbs"]]
    assert sorted(found) == sorted(needed)
