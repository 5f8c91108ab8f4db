"""CronJobs as a real API server stores them: the failed last run is named with its pod, by the rights of docs/rbac."""
import calendar
import time

import pytest

from kube.conftest import rules_of
from kube.newer import Newer
from kube.test_kinds import SURE
from kube.test_rights import WAIT
from kube.test_workloads import IMAGE, NAME, degraded, names, place, without

SCHEDULED = "2026-01-01T02:00:00Z"
RUN = f"{NAME}-{calendar.timegm(time.strptime(SCHEDULED, '%Y-%m-%dT%H:%M:%SZ')) // 60}"
GIVEN_UP = {"failed": 1, "conditions": [{
    "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has reached the specified backoff limit"}]}
ENDED = {"phase": "Failed", "containerStatuses": [{
    "name": "app", "image": IMAGE, "imageID": "", "ready": False, "restartCount": 0, "state": {"terminated": {"exitCode": 3, "reason": "Error"}}}]}
SHOP = "/api/v1/namespaces/shop/"
JOBS = "/apis/batch/v1/namespaces/shop/jobs"


@pytest.fixture(name="newer")
def _newer(cluster):
    made = Newer(cluster.server)
    yield made
    made.shutdown()
    made.server_close()


def owned(name, owner, labels=None):
    of = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"], "controller": True}
    return {"name": name, "labels": labels or {}, "ownerReferences": [of]}


def failed_run(world, owner=None):
    """The CronJob, its last Job, and the pod of that, as their controllers and the kubelet leave them."""
    degraded(world, "CronJob")
    cron = place(world, "CronJob")
    world.server.made(f"/apis/batch/v1beta1/namespaces/shop/cronjobs/{NAME}/status", {"status": {"lastScheduleTime": SCHEDULED}}, "PATCH")
    job = world.create(JOBS, {
        "apiVersion": "batch/v1", "kind": "Job", "metadata": owned(RUN, owner or cron), "spec": cron["spec"]["jobTemplate"]["spec"]})
    world.server.made(f"{JOBS}/{RUN}/status", {"status": GIVEN_UP}, "PATCH")
    world.create(SHOP + "pods", {
        "metadata": owned(f"{RUN}-x7k2p", job, job["spec"]["template"]["metadata"]["labels"]),
        "spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": IMAGE}]}})
    world.server.made(f"{SHOP}pods/{RUN}-x7k2p/status", {"status": ENDED}, "PATCH")


def wait(world, newer, rules):
    """A run that may read Applications, and in `shop` what the rules say; it asks the newer server. Nobody is there who compares anew, so nothing ends it."""
    name = world.account(rules_of("read.yaml", "refresh.yaml"))
    group = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/"
    world.create(group + "roles", {"metadata": {"name": name}, "rules": rules})
    world.create(group + "rolebindings", {
        "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "shop"}]})
    config = world.cluster.kubeconfig(name, {"token": world.jwt(name)}, newer)
    return world.run(*WAIT[:-1], "4s", *SURE, config=config, expect=8), f"system:serviceaccount:shop:{name}"


def test_the_failed_run_is_named_with_its_pod(world, newer):
    failed_run(world)
    run, user = wait(world, newer, rules_of("workloads.yaml"))
    row = run.json["verdicts"][0]
    assert (row["reason"], row["cause"]) == ("DEGRADED", "JOB_FAILED") and not run.json["warnings"], run
    assert (f"CronJob shop/{NAME}: its last run has not succeeded, Job {RUN}: BackoffLimitExceeded: Job has reached the specified backoff limit; "
            f"pod {RUN}-x7k2p: container app: ended with exit code 3 (Error)") in row["sentence"], run
    asked = {(verb, event["objectRef"]["resource"], code) for verb, code, event in world.server.asked(user) if event["objectRef"].get("namespace") == "shop"}
    assert {("get", "cronjobs", 200), ("get", "jobs", 200), ("list", "pods", 200)} <= asked and {code for _, _, code in asked} == {200}, asked


def test_a_run_of_that_name_that_somebody_else_has_made_is_not_its_run(world, newer):
    other = {"apiVersion": "batch/v1beta1", "kind": "CronJob", "metadata": {"name": NAME, "uid": "0b5e5a52-7a4b-4c77-9f0e-000000000000"}}
    failed_run(world, other)
    row = wait(world, newer, rules_of("workloads.yaml"))[0].json["verdicts"][0]
    assert row["reason"] == "DEGRADED" and "its last run has not succeeded" in row["sentence"] and RUN not in row["sentence"], row


@pytest.mark.parametrize("resource, verb, said", [("jobs", "get", "its last run has not succeeded"), ("pods", "list", f"Job {RUN}: BackoffLimitExceeded")])
def test_without_a_right_it_is_named_and_the_rest_is_said(world, newer, resource, verb, said):
    failed_run(world)
    run, _ = wait(world, newer, without(rules_of("workloads.yaml"), resource, verb))
    row = run.json["verdicts"][0]
    assert row["reason"] == "DEGRADED" and said in row["sentence"] and "exit code" not in row["sentence"], run
    (warning,) = [one["text"] for one in run.json["warnings"] if one["reason"] == "WORKLOADS_UNREADABLE"]
    names(warning, verb, resource)
