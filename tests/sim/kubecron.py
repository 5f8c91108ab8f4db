"""CronJobs that an application brings, their last Job and its pod, as the controllers of Kubernetes leave them (argocd.md 4.3; samples/health/job-*).

Behaviour `cron-failed`: the last run has failed, which newer Argo CD calls Degraded; `cron-runs`: it runs, and its pod cannot pull its image, which
some versions of Argo CD call Progressing. Otherwise the last run has succeeded.
"""

import calendar
import time

SCHEDULED = "2026-01-01T02:00:00Z"
BEFORE, AFTER = "2025-12-31T02:00:09Z", "2026-01-01T02:00:09Z"
HEALTH = {"cron-failed": "Degraded", "cron-runs": "Progressing"}  # of the application, when all else of it is there
GIVEN_UP = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has reached the specified backoff limit"}
COMPLETE = {"type": "Complete", "status": "True", "reason": "CompletionsReached", "message": "Reached expected number of succeeded pods"}
ENDED = {"terminated": {"exitCode": 3, "reason": "Error"}}
PULLING = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image: not found"}}


def is_cron_job(key):
    return key[:2] == ("batch", "CronJob")


def _meta(doc, name, uid, **more):
    return {"name": name, "namespace": doc["metadata"]["namespace"], "uid": uid, "resourceVersion": "1", **more}


def run_name(doc):
    """The controller of CronJobs names a Job by the minute that it was scheduled for."""
    return f"{doc['metadata']['name']}-{calendar.timegm(time.strptime(SCHEDULED, '%Y-%m-%dT%H:%M:%SZ')) // 60}"


def cron_job(app, doc):
    status = {"lastScheduleTime": SCHEDULED, "lastSuccessfulTime": BEFORE if app.behaviour in HEALTH else AFTER}
    if app.behaviour == "cron-runs":
        status["active"] = [{"apiVersion": "batch/v1", "kind": "Job", "name": run_name(doc), "namespace": doc["metadata"]["namespace"]}]
    name = doc["metadata"]["name"]
    meta = _meta(doc, name, f"uid-cron-{name}", generation=1, annotations=doc["metadata"].get("annotations", {}))
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": doc["spec"], "status": status}


def job(app, doc):
    name, cron = run_name(doc), doc["metadata"]["name"]
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": cron, "uid": f"uid-cron-{cron}", "controller": True}
    labels = {"batch.kubernetes.io/controller-uid": f"uid-{name}", "batch.kubernetes.io/job-name": name, "job-name": name}
    template = doc["spec"]["jobTemplate"]["spec"]["template"]
    spec = {"completions": 1, "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": f"uid-{name}"}}, "template": template}
    status = {"cron-failed": {"failed": 1, "conditions": [GIVEN_UP]}, "cron-runs": {"active": 1}}.get(app.behaviour, {"succeeded": 1, "conditions": [COMPLETE]})
    meta = _meta(doc, name, f"uid-{name}", labels=labels, ownerReferences=[owner])
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": spec, "status": status}


def pod(app, doc):
    of = job(app, doc)
    name, containers = of["metadata"]["name"], of["spec"]["template"]["spec"]["containers"]
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": of["metadata"]["uid"], "controller": True}
    phase, state = {"cron-failed": ("Failed", ENDED), "cron-runs": ("Pending", PULLING)}.get(app.behaviour, ("Succeeded", {"terminated": {"exitCode": 0}}))
    rows = [{"name": one["name"], "image": one["image"], "ready": False, "restartCount": 0, "state": state} for one in containers]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _meta(doc, f"{name}-x7k2p", f"uid-{name}-x7k2p", labels=of["metadata"]["labels"], ownerReferences=[owner]),
        "spec": {"restartPolicy": "Never", "containers": [{"name": one["name"], "image": one["image"]} for one in containers]},
        "status": {"phase": phase, "containerStatuses": rows},
    }


MADE = {"cronjobs": cron_job, "jobs": job, "pods": pod}
