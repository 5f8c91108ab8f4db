"""CronJobs and their last run: what the API server shows fits together, and is as recorded."""

import os

import pytest
import yaml

from sim.conftest import CONTRACTS

SAMPLES = os.path.join(CONTRACTS, "data/argocd/samples/health")
BASE = "/apis/batch/v1/namespaces/catalog-dev"
MANIFEST = """apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 2 * * *"
  jobTemplate: {spec: {template: {spec: {containers: [{name: main, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}]}}}}
"""


def objects(box, behaviour):
    """(CronJob, its Job, the pods of that)"""
    box.ctl("push-file", "develop", "apps/catalog/templates/cronjob.yaml", data=MANIFEST)
    box.refresh()
    box.ctl("settle")
    box.ctl("app", "catalog-dev", behaviour)
    box.ctl("settle")
    cron = box.call("GET", f"{BASE}/cronjobs/nightly")[2]
    (job,) = box.call("GET", f"{BASE}/jobs")[2]["items"]
    selector = ",".join(f"{key}={value}" for key, value in job["spec"]["selector"]["matchLabels"].items())
    pods = box.call("GET", f"/api/v1/namespaces/catalog-dev/pods?labelSelector={selector.replace('=', '%3D').replace('/', '%2F')}")[2]["items"]
    return cron, job, pods


@pytest.mark.parametrize("behaviour, health, phase", [("healthy", "Healthy", "Succeeded"), ("cron-failed", "Degraded", "Failed"), ("cron-runs", "Progressing", "Pending")])
def test_a_run_and_what_comes_of_it(box, behaviour, health, phase):
    cron, job, (pod,) = objects(box, behaviour)
    assert job["metadata"]["ownerReferences"][0]["uid"] == cron["metadata"]["uid"] and job["metadata"]["name"] == "nightly-29453880"
    assert pod["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"] and pod["status"]["phase"] == phase
    good = cron["status"]["lastSuccessfulTime"] >= cron["status"]["lastScheduleTime"]
    assert (good, "active" in cron["status"]) == (behaviour == "healthy", behaviour == "cron-runs")
    assert box.app()["status"]["health"]["status"] == health
    deployment = box.call("GET", "/apis/apps/v1/namespaces/catalog-dev/deployments/catalog")[2]
    assert deployment["status"]["updatedReplicas"] == deployment["status"]["replicas"]  # that is not why


@pytest.mark.skipif(not os.path.isdir(SAMPLES), reason="the samples of the contracts are not here (STAGEGATE_CONTRACTS)")
@pytest.mark.parametrize("behaviour, sample", [("cron-failed", "job-failed"), ("cron-runs", "job-running")])
def test_jobs_are_as_recorded(box, behaviour, sample):
    _, job, _ = objects(box, behaviour)
    with open(os.path.join(SAMPLES, sample + ".yaml"), encoding="utf-8") as source:
        want = yaml.load(source, yaml.BaseLoader)
    said = [[{key: row[key] for key in ("type", "status", "reason", "message") if key in row} for row in obj["status"].get("conditions", [])] for obj in (job, want)]
    assert said[0] == said[1]
    assert {key: str(job["status"][key]) for key in job["status"] if key != "conditions"}.items() <= want["status"].items()
    assert list(want["spec"]["selector"]["matchLabels"]) == [key.rpartition("/")[2] for key in job["spec"]["selector"]["matchLabels"]]
